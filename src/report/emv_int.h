/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emv_int.h - earned media value: human clicks at the company's own rates.  There is no standard
 * formula, so the formula and the rates stand beside each figure, and none is built in as truth.
 */
#ifndef ROSTRA_EMV_INT_H
#define ROSTRA_EMV_INT_H

#include "report_int.h"

enum { EMV_RATE_MAX = 100000000, EMV_SETS_MAX = 1000, EMV_PER = 1000 /* clicks a rate is for */ };

/* A row, a body and a reply at once. */
struct emv_rate {
	struct uuid company_id, set_id;
	int network;
	int64_t thousand_clicks_minor;
};
/* Rates of one currency from a day on, until the next set begins.  Of one day the later made holds.
 */
struct emv_set {
	struct uuid company_id, id, created_by;
	const char *currency, *from; /* UTC date, included */
	int64_t created_at;
	struct j_list rates; /* of struct emv_rate; a network without one has none */
	const char *packed;
};

/* A part of a period in which the same rates hold. */
struct emv_part {
	const char *from, *to;
	const struct emv_set *set; /* NULL: the examples that are shipped */
};
/* "<network>:<rate>,…" as statements pack them. */
struct j_list emv_unpack(struct arena *a, const char *packed);

/* The clicks of a group on a network in a part, and what they are worth. */
struct emv_cell {
	char key[REPORT_KEY_SIZE]; /* "" for none */
	int network;
	size_t part;
	int64_t clicks, value_minor;
};
struct emv {
	struct emv_part *parts;
	size_t n_parts;
	struct emv_cell *cells; /* by key, network, part */
	size_t n, room;
	const char *currency;
	int64_t clicks, unrated, value_minor; /* in all; unrated: clicks without a rate */
};
/* Inside a snapshot: the cells of ask (its group, dates, currency and viewer). */
enum fault emv_read(struct rq *rq, const struct report_ask *ask, struct emv *ret) MUST_CHECK;

/* The part of a network, whatever the group. */
struct emv_line {
	struct uuid company_id, run_id, set_id; /* of a sealed run; of the rates */
	int network;
	const char *from, *to;
	bool example; /* a rate that is shipped as an example */
	int64_t thousand_clicks_minor, clicks, value_minor;
};
/* By network and part; at most n_parts times NETWORK__MAX. */
struct emv_line *emv_lines(struct rq *rq, const struct emv *e, size_t *ret_n);

/* The cells as a table. */
void emv_table(struct sheet *s, const struct emv *e, const struct tally *names);

/* --- sealed runs (emv_run.c) --- */

struct emv_run {
	struct uuid company_id, id, sealed_by;
	const char *from, *to, *currency;
	int64_t as_of, clicks, unrated, value_minor;
	unsigned char sha[32];
};
struct emv_page {
	struct uuid company_id, before;
	const char *currency, *to;
	int64_t limit;
};

/* --- statements (emv_sql.c) --- */

enum fault emv_sql_set(struct rq *rq, struct uuid id, struct emv_set *out) MUST_CHECK;
enum fault emv_sql_insert_set(struct rq *rq, const struct emv_set *s,
                              bool *ret_duplicate) MUST_CHECK;
/* Of a currency, those that begin before `to`. */
enum fault emv_sql_sets(struct rq *rq, const struct emv_page *p, db_row_fn *fn,
                        void *arg) MUST_CHECK;
enum fault emv_sql_page(struct rq *rq, const struct emv_page *p, db_row_fn *fn,
                        void *arg) MUST_CHECK;
/* Rows: struct emv_cell_row; a key and network may come more than once. */
struct emv_cell_row {
	struct str key;
	int network;
	int64_t clicks;
};
enum fault emv_clicks(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                      void *arg) MUST_CHECK;
/* The same of the rows alone. */
enum fault emv_sql_clicks(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                          void *arg) MUST_CHECK;
enum fault emv_sql_run(struct rq *rq, struct uuid id, struct emv_run *out) MUST_CHECK;
enum fault emv_sql_runs(struct rq *rq, const struct emv_page *p, db_row_fn *fn,
                        void *arg) MUST_CHECK;
enum fault emv_sql_insert_run(struct rq *rq, const struct emv_run *r,
                              bool *ret_duplicate) MUST_CHECK;
enum fault emv_sql_insert_lines(struct rq *rq, const struct emv_line *lines, size_t n) MUST_CHECK;
enum fault emv_sql_lines(struct rq *rq, struct uuid run, db_row_fn *fn, void *arg) MUST_CHECK;

#endif
