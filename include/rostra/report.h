/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - attribution: credits computed from touches when the report is read. */
#ifndef ROSTRA_REPORT_H
#define ROSTRA_REPORT_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   report_routes, people_report_routes;
extern const struct db_stmt_table report_stmts, report_counts_stmts, people_report_stmts;
extern const struct route_table seal_routes; /* saved reports and their sealed runs */
extern const struct db_stmt_table seal_stmts;
extern const struct route_table emv_routes; /* what clicks are worth by the company's rates */
extern const struct db_stmt_table emv_stmts;

extern const struct db_stmt_table count_stmts; /* what sums.h keeps is counted from the rows */

/* Job, every ten seconds: counts the days that are marked, and months that are over. */
enum fault report_sums_run(struct rq *rq);
/* Counts all days and months of the caller's company anew, each in a transaction; reports stay exact
 * meanwhile, but read rows. */
enum fault report_sums_rebuild(struct rq *rq, void (*progress)(int64_t done, int64_t all, void *arg),
                               void *arg) MUST_CHECK;
/* A sum that is not what the rows give. */
struct sums_wrong {
	const char *span, *what, *dimension;
	int64_t day_us; /* of a month its first */
};
struct sums_verdict {
	int64_t rows, wrong;
	int64_t due; /* days that are marked: reports read their rows, so they are not compared */
	void (*progress)(int64_t done, int64_t all, void *arg); /* by the caller; NULL: nobody waits */
	void *progress_arg;
};
/* Compares the sums of the caller's company with the rows; the service may run meanwhile. */
enum fault report_sums_verify(struct rq *rq, struct sums_verdict *out,
                              void (*fn)(const struct sums_wrong *w, void *arg), void *arg) MUST_CHECK;

#endif
