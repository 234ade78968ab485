/* SPDX-License-Identifier: Apache-2.0 */
/* seal_int.h - saved reports, their sealed runs, and what has changed since. */
#ifndef ROSTRA_SEAL_INT_H
#define ROSTRA_SEAL_INT_H

#include "rostra/crypto.h"

#include "report_int.h"

enum { SEAL_ROWS_MAX = 50000, SEAL_QUERY_MAX = 500, SEAL_CHANGES_MAX = 500, SEAL_DIGEST = 16 };

struct definition {
	struct uuid company_id, id, created_by;
	const char *name, *query;
	int64_t created_at;
};

struct run {
	struct uuid company_id, definition_id, id, sealed_by;
	const char *from, *to, *time_zone, *currency;
	int64_t as_of, credits;
	int64_t total_millionths, total_minor, nobody_millionths, nobody_minor;
	unsigned char sha[32];
	const struct converting *converting; /* NULL: none; of what was just read */
};

struct run_row {
	struct uuid company_id, run_id, conversion_id, lead_id;
	unsigned char click_id[CLICK_ID_SIZE];
	int64_t millionths, amount_minor;
	unsigned char digest[SEAL_DIGEST];
};

struct run_rows {
	struct run_row *list;
	size_t n, room;
};

/* What a saved query asks: INVALID at #/query when it is none. */
enum fault definition_read(struct rq *rq, const char *query, struct report_query *ret) MUST_CHECK;
/* The rows of a definition for the dates, zone and currency of the run (NULL: the company's), as
 * the data is now; fills what the run says of them.  INVALID when there are too many. */
enum fault run_read(struct rq *rq, const struct definition *d, struct run *run,
                    struct run_rows *ret) MUST_CHECK;

/* How a row differs from what was sealed, and why. */
enum row_change { ROW_ADDED, ROW_REMOVED, ROW_CHANGED };
extern const char *const row_change_names[];
enum row_cause {
	CAUSE_RECLASSIFIED,
	CAUSE_LATE_EVENT,
	CAUSE_LATE_TOUCH,
	CAUSE_ERASED,
	CAUSE_RATE,
	CAUSE_MERGED,
	CAUSE_OTHER
};
extern const char *const row_cause_names[];
struct row_difference {
	int change, why;
	const struct run_row *before, *after; /* NULL: none */
	unsigned char cause_click[CLICK_ID_SIZE];
	bool has_cause_click;
};
struct differences {
	struct row_difference *list; /* the first SEAL_CHANGES_MAX, by conversion and click */
	size_t n, all;
};
handler_fn run_rates_get; /* seal_rates.c */
extern const struct j_schema sealed_rate_schema;
handler_fn run_rows_get; /* seal_rows.c */
extern const struct j_schema sealed_row_schema;
/* A click's id as the API has it; NULL: nobody is credited. */
const char *sealed_click_text(struct rq *rq, const unsigned char id[CLICK_ID_SIZE]);
/* Sorts both. */
void rows_compare(struct arena *a, struct run_rows *then, struct run_rows *now,
                  struct differences *ret);
/* sealed and now: the run, and what was read just now. */
enum fault differences_explain(struct rq *rq, const struct run *sealed, const struct run *now,
                               struct differences *d) MUST_CHECK;

/* --- statements (seal_sql.c) --- */

struct definition_page {
	struct uuid company_id, definition_id, before;
	int64_t limit;
};
enum fault definition_sql_get(struct rq *rq, struct uuid id, struct definition *out) MUST_CHECK;
enum fault definition_sql_insert(struct rq *rq, const struct definition *d,
                                 bool *ret_duplicate) MUST_CHECK;
enum fault definition_sql_page(struct rq *rq, const struct definition_page *p, db_row_fn *fn,
                               void *arg) MUST_CHECK;
enum fault run_sql_get(struct rq *rq, struct uuid definition, struct uuid id,
                       struct run *out) MUST_CHECK;
enum fault run_sql_insert(struct rq *rq, const struct run *r, bool *ret_duplicate) MUST_CHECK;
enum fault run_sql_page(struct rq *rq, const struct definition_page *p, db_row_fn *fn,
                        void *arg) MUST_CHECK;
enum fault run_sql_insert_rows(struct rq *rq, const struct run_rows *rows) MUST_CHECK;
enum fault run_sql_rows(struct rq *rq, const struct run *r, struct run_row *out, db_row_fn *fn,
                        void *arg) MUST_CHECK;

/* Rows behind one of them, in the order of conversion and click. */
struct row_page {
	struct uuid company_id, run_id, conversion_id;
	unsigned char click_id[CLICK_ID_SIZE];
	int64_t limit;
};
enum fault run_sql_row_page(struct rq *rq, const struct row_page *p, db_row_fn *fn,
                            void *arg) MUST_CHECK;

/* What may explain a difference: of a conversion's lead; TIME_NONE none. */
struct run_facts {
	struct uuid company_id, conversion_id, lead_id;
	int64_t received_at, erased_at, touched_at, as_of;
	unsigned char click_id[CLICK_ID_SIZE];
};
enum fault facts_sql_get(struct rq *rq, struct run_facts *key_and_out, bool *ret_found) MUST_CHECK;
/* Was its lead merged or split after as_of? */
enum fault facts_sql_merged(struct rq *rq, const struct run_facts *f, bool *ret) MUST_CHECK;
/* What is known of the conversion's rate when the run was sealed: zero, it had none. */
struct sealed_rate {
	struct uuid company_id, run_id, conversion_id;
	const char *currency;
	int64_t occurred_at;
	struct exchange_pair rate;
};
enum fault facts_sql_rate(struct rq *rq, struct sealed_rate *key_and_out,
                          bool *ret_found) MUST_CHECK;
struct rate_page {
	struct uuid company_id, run_id;
	int64_t after_us;  /* the cursor: */
	const char *after; /* … day and currency */
	int64_t limit;
};
enum fault run_sql_insert_rates(struct rq *rq, const struct run *r) MUST_CHECK;
enum fault run_sql_rates(struct rq *rq, const struct rate_page *p, db_row_fn *fn,
                         void *arg) MUST_CHECK;
/* Was the click's class corrected after as_of? */
enum fault facts_sql_reclassified(struct rq *rq, const struct run_facts *f, bool *ret) MUST_CHECK;

#endif
