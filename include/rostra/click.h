/* SPDX-License-Identifier: Apache-2.0 */
/* click.h - clicks as they are kept: seen by admins, corrected by hand or by other rules, with all that follows. */
#ifndef ROSTRA_CLICK_H
#define ROSTRA_CLICK_H

#include "rostra/http.h"
#include "rostra/link.h"

extern const struct route_table click_routes;
extern const struct db_stmt_table click_stmts;

/* How many clicks went, or would go, from one class and reason to another. */
struct reclassify_count {
	enum click_class before, after;
	const char *reason_before, *reason_after;
	int64_t n;
};
enum { RECLASSIFY_COUNTS_MAX = 512 };

struct reclassify {
	const struct click_rules *rules;
	int64_t from_us, to_us; /* from <= clicked_at < to */
	bool dry_run;           /* only counts; who would be a duplicate of another such click is not told apart */
	/* Called after each batch with the time it has come to; may be NULL. */
	void (*progress)(const struct reclassify *r, int64_t at_us, void *arg);
	void *arg;
	/* what was done */
	int64_t read, changed;
	struct reclassify_count count[RECLASSIFY_COUNTS_MAX]; /* reasons live in rq's arena */
	size_t n_counts;
};
/*
 * Judges the caller's company's clicks again, month by month in batches; what admins have overruled stays.  Each batch
 * of changes is a transaction with its daily sums, the paths of leads and the record of changes, so it may be stopped
 * and begun again at any time: what is done is found done.
 */
enum fault click_reclassify(struct rq *rq, struct reclassify *r) MUST_CHECK;

#endif
