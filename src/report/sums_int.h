/* SPDX-License-Identifier: Apache-2.0 */
/* sums_int.h - between the files that make sums and those that read them. */
#ifndef ROSTRA_REPORT_SUMS_INT_H
#define ROSTRA_REPORT_SUMS_INT_H

#include "rostra/sums.h"

#include "report_int.h"

/* The dimensions of sums are those of reports, in their order. */
_Static_assert((int)SUM_BY_PERSON == (int)BY_PERSON && (int)SUM_BY_TEAM == (int)BY_TEAM &&
                   (int)SUM_BY_NETWORK == (int)BY_NETWORK && (int)SUM_BY_POST == (int)BY_POST &&
                   (int)SUM_BY_CAMPAIGN == (int)BY_CAMPAIGN &&
                   (int)SUM_BY_CHANNEL == (int)BY_CHANNEL &&
                   (int)SUM_BY_QUARTER == (int)DIMENSION__MAX,
               "one list of dimensions");

/* --- counting (count.c) ------------------------------------------------------------------------
 */

/* The models whose credit is summed, with their parameters as they are unless asked for: those that
 * look at touches alone.  Which touches are a participant's is nothing to them, so one walk counts
 * all dimensions. */
enum { SUMMED_MODELS = MODEL_DECAY + 1 };

/* Parts of credit by currency: its sub is the currency (credit_currency) times CREDIT_PARTS, and
 * the part. */
enum {
	CREDIT_COUNT,                                  /* and the model: millionths */
	CREDIT_VALUE = CREDIT_COUNT + SUMMED_MODELS,   /* and the model: minor units */
	CREDIT_TOUCHED = CREDIT_VALUE + SUMMED_MODELS, /* conversions whose path has the key */
	CREDIT_PARTS = 16
};
/* A code as a number; NULL is zero. */
uint32_t credit_currency(const char *code);

/* One day of one kind, of the caller's company, from the rows. */
struct day_count {
	struct sum_map *of[SUM_WHAT__MAX][SUM_BY__MAX];             /* NULL: is not of this kind */
	struct str packs[SUM_WHAT__MAX][SUM_BY__MAX - SUM_BY_PATH]; /* as well */
};
enum fault count_day(struct rq *rq, enum sum_kind kind, int64_t day_us,
                     struct day_count *ret) MUST_CHECK;
/* Who shared what (sharers.c), packed. */
struct count_row;
void sharers_pack_add(struct id_pack *k, const struct count_row *r);
struct str sharers_pack_end(const struct id_pack *k);
/* Its bytes; false: is not of this kind. */
bool count_bytes(struct arena *a, const struct day_count *c, enum sum_what what, enum sum_by by,
                 struct str *ret);
/* Is it of the kind? */
bool sum_is_of(enum sum_kind kind, enum sum_what what, enum sum_by by);

/* --- making (sums.c) ---------------------------------------------------------------------------
 */

enum { SUMS_ARENA_BYTES = 1 << 20, MONTH_DAYS_MAX = 31 };

/* The first moment behind the month that begins then. */
int64_t sums_month_end(int64_t month_us);

struct sums_tasks_list {
	struct sums_task *list;
	size_t n, room;
};
/* Of type db_row_fn: arg is the list. */
enum fault sums_take_task(struct rq *rq, void *row, void *arg) MUST_CHECK;

/* The task's rows; without days. */
struct sums_range sums_range_of(const struct sums_task *t, int what, int by, enum sum_span span);

/* The days of a month, added up. */
struct sums_merging {
	struct sum_map *map;
	int64_t from_us;
	bool there[MONTH_DAYS_MAX];
	int64_t damaged_us; /* a day; TIME_NONE: none */
};
enum fault sums_merge_days(struct rq *rq, const struct sums_task *t, int what, int by,
                           struct sums_merging *m) MUST_CHECK;
/* i: what * SUM_BY__MAX + by.  Is it summed by month for the task's kind? */
bool sums_has_month(const struct sums_task *t, int i);

/* --- reading (sums_read.c, sums_rows.c, sums_credit.c): inside a snapshot ----------------------
 */

/* What of the period sums tell, and what is left for the rows. */
struct sums_read {
	const struct sum_cell *cells; /* n */
	size_t n;
	struct report_ask *rest; /* n_rest: as the ask, but of a part of its period */
	size_t n_rest;
};
/* Are there sums for what is asked?  A manager's are not: they know no teams but as keys. */
bool sums_serve(const struct report_ask *ask);
/* The credit of ask->model[0] in its first place, too; of every currency. */
bool sums_serve_credit(const struct report_ask *ask);
/* The credit of all its models, of one currency, with values. */
bool sums_serve_totals(const struct report_ask *ask);
/* By paths: all models, any window and parameters. */
bool sums_serve_paths(const struct report_ask *ask);
typedef enum fault sums_take_fn(struct rq *rq, const struct sum_row *r, void *arg);
/* Rows of sums for the whole days of the period; of quarters and paths for parts of days, too. */
enum fault sums_scan(struct rq *rq, const struct report_ask *ask, enum sum_what what,
                     enum sum_by by, sums_take_fn *fn, void *arg, struct sums_read *ret) MUST_CHECK;
/* A sum's bytes are no sum. */
enum fault sums_damaged(struct rq *rq) MUST_CHECK;
/* By ask->by; only: as sums_unpack has it. */
enum fault sums_fold(struct rq *rq, const struct report_ask *ask, enum sum_what what, int only,
                     struct sums_read *ret) MUST_CHECK;
/* A cell's key as rows have it; none is the empty view. */
enum { SUMS_KEY_SIZE = UUID_TEXT_SIZE };
struct str sums_key(const struct sum_cell *c, enum dimension by, char room[SUMS_KEY_SIZE]);
/* What a key has in one row of sums of credit. */
struct credit_sum {
	struct str key; /* as rows have it */
	bool nobody;    /* of what nobody is credited for */
	int64_t influenced;
	struct sum by[SUMMED_MODELS]; /* in the order of ask->model */
};
typedef void credit_sum_fn(struct rq *rq, const struct credit_sum *c, void *arg);
/* fn: for ask->currency, once a key and row.  others: conversions of the rest, by currency. */
enum fault sums_credit(struct rq *rq, const struct report_ask *ask, credit_sum_fn *fn, void *arg,
                       struct totals *others, struct sums_read *ret_rest) MUST_CHECK;
/* Conversions with their touches go to the walk, as those of report_sql_stream do. */
enum fault sums_paths(struct rq *rq, const struct report_ask *ask, struct walk *w,
                      struct totals *others, struct sums_read *ret_rest) MUST_CHECK;
/* The ask, of what of its period lies in the other. */
struct report_ask sums_part(const struct report_ask *ask, int64_t from_us, int64_t to_us);
/* As report_sql_credits, all of the period: what sums_serve_paths says yes to. */
enum fault credit_days(struct rq *rq, const struct report_ask *ask, struct walk *w) MUST_CHECK;
/* Quarters of an hour that begin in the period: struct moment_row, once or more for each. */
enum fault sums_quarters(struct rq *rq, const struct report_ask *ask, enum sum_what what,
                         db_row_fn *fn, void *arg, struct sums_read *ret_rest) MUST_CHECK;

/* --- statements (count_sql.c) ---------------------------------------------------------------- */

/* Of a share, or of a day's clicks of one. */
struct count_row {
	struct uuid id[DIMENSION__MAX]; /* by enum dimension; of the network nothing */
	int network, cls;
	int64_t at_us, n;
	bool edited;
	const char *currency;
	int stage;
};
struct count_ask {
	struct uuid company_id;
	int64_t from_us, to_us;
	int stage;           /* of paths, … */
	int64_t window_days; /* … and the widest window */
};
/* Days of look-back; of the company where campaign_id is zero. */
struct window_row {
	struct uuid campaign_id;
	int64_t days;
};
/* In the order they were made. */
enum fault count_sql_shares(struct rq *rq, const struct count_ask *ask, db_row_fn *fn,
                            void *arg) MUST_CHECK;
enum fault count_sql_clicks(struct rq *rq, const struct count_ask *ask, db_row_fn *fn,
                            void *arg) MUST_CHECK;
/* at_us, stage, n (the value, J_NO_INT: none) and currency. */
enum fault count_sql_events(struct rq *rq, const struct count_ask *ask, db_row_fn *fn,
                            void *arg) MUST_CHECK;

/* struct stream_row: conversions of the stage in order, each with its touches. */
enum fault count_sql_paths(struct rq *rq, const struct count_ask *ask, db_row_fn *fn,
                           void *arg) MUST_CHECK;
/* struct window_row: of each campaign, and of the company. */
enum fault count_sql_windows(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;

#endif
