/* SPDX-License-Identifier: Apache-2.0 */
/* report_int.h - between the files of report. */
#ifndef ROSTRA_REPORT_INT_H
#define ROSTRA_REPORT_INT_H

#include "rostra/exchange.h"
#include "rostra/lead.h"
#include "rostra/link.h"
#include "rostra/network.h"
#include "rostra/report.h"

enum {
	REPORT_DAYS_DEFAULT = 30,
	REPORT_DAYS_MAX = 3660,  /* ten years */
	REPORT_WINDOW_MAX = 730, /* days of look-back */
	REPORT_PATH_MAX = 10000, /* touches of one conversion; later ones are left out */
	REPORT_KEY_SIZE = 48,    /* a UUID, one with a word of text.c, or a word, and NUL */
	CREDIT_WHOLE = 1000000,  /* one conversion, in millionths */
};

/* --- models (model.c): pure ------------------------------------------------------------------- */

enum model {
	MODEL_FIRST,
	MODEL_LAST,
	MODEL_LINEAR,
	MODEL_POSITION,
	MODEL_DECAY,
	MODEL_W_SHAPED,
	MODEL_FULL_PATH,
	MODEL_SHAPLEY,
	MODEL_MARKOV, /* of all paths together: no weights of one */
	MODEL__MAX
};
extern const char *const model_names[MODEL__MAX + 1];
extern const char *const touch_model_names[MODEL_MARKOV + 1]; /* those that credit touches */

/* Read by the models that have parameters. */
struct model_params {
	int64_t first, last;  /* position: millionths of the value */
	int64_t half_life_us; /* time_decay */
};

/* What models see of a path: n >= 1 touches in order. */
struct journey {
	size_t n;
	int64_t *at;  /* when, each */
	bool *is_new; /* the participant's first touch; only for shapley */
	/* The lead's milestones as far as they lie before the conversion or at it, else TIME_NONE;
	 * only where model_needs_milestones. */
	int64_t lead_at, opportunity_at, won_at;
};

/* The weights of the touches, not all zero: whole numbers, of which only the ratio counts. */
typedef void model_fn(const struct journey *j, const struct model_params *p, uint64_t *weights);
extern model_fn *const models[MODEL_MARKOV];
bool model_needs_milestones(enum model m);

struct share_of {
	uint64_t remainder;
	size_t at;
};
/*
 * Splits `whole` by the weights: largest remainder, ties to the earlier, so that the parts add up
 * exactly. scratch has room for n.
 */
void split_exactly(int64_t whole, const uint64_t *weights, size_t n, int64_t *parts,
                   struct share_of *scratch);

/* --- removal effects (markov.c): pure --------------------------------------------------------- */

enum { MARKOV_EDGES_MAX = 1000000 };         /* different transitions: 70 MB */
#define MARKOV_WORK_MAX UINT64_C(4000000000) /* transitions times participants, iteratively */

struct markov;
struct markov_answer {
	double *effect; /* n, by place: 1 - p without the participant / p, from 0 to 1 */
	size_t n;
	double rate;                /* p: a path converts */
	double residual;            /* bound of what the equations leave; relative, of an effect */
	bool exact;                 /* by elimination, else iteratively */
	uint64_t converting, nulls; /* paths */
};
struct markov *markov_begin(struct arena *a);
/* The next touch of the path under way; participants are numbered from 0 on.  Repeats in a row are
 * one. */
void markov_touch(struct markov *m, size_t participant);
/* Ends the path; one without touches is none. */
void markov_end(struct markov *m, bool converts);
/*
 * place[participant], from 0 to n - 1: where it stands in the equations.  The same paths of the
 * same places give the same answer to the bit, in whatever order they came.  false: there are more
 * transitions than the bounds above allow.
 */
bool markov_solve(struct markov *m, const size_t *place, struct markov_answer *ret) MUST_CHECK;

/* --- what is asked for (period.c, choice.c) --------------------------------------------------- */

enum dimension {
	BY_PERSON,
	BY_TEAM,
	BY_NETWORK,
	BY_POST,
	BY_CAMPAIGN,
	BY_CHANNEL,
	DIMENSION__MAX,
	/* The texts of one post, ask->post: only of the content report.  The key of what is of
	 * other posts is null. */
	BY_TEXT = DIMENSION__MAX,
	DIMENSION__ALL
};
extern const char *const dimension_names[DIMENSION__MAX + 1];

/* What a touch may lack: the groups whose key is null. */
enum without { WITHOUT_TEAM, WITHOUT_CAMPAIGN, WITHOUT__MAX };
extern const char *const without_names[WITHOUT__MAX + 1];

/* Which touches of a path count. */
enum path_rule {
	PATH_ALL,
	PATH_COLLAPSED, /* of touches of one participant in a row, the first */
	PATH_RULE__MAX
};
extern const char *const path_rule_names[PATH_RULE__MAX + 1];

enum bucket_step { STEP_DAY, STEP_WEEK, STEP_MONTH, STEP__MAX };
extern const char *const bucket_names[STEP__MAX + 1];

/* The query of all reports; routes use the fields they need. */
struct report_query {
	int model, stage, group, path, step;
	uint32_t models; /* several at once: a set over model_names; 0 is the default */
	const char *from, *to, *time_zone, *currency;
	int64_t window_days; /* J_NO_INT: the campaign's, else the company's */
	const char *window, *half_life;
	int64_t first, last; /* millionths; J_NO_INT: not given */
	struct uuid person, team, post, campaign, channel, conversion;
	int network; /* -1: any */
	int without; /* -1: any */
	bool unattributed, convert;
	int by;           /* content: enum content_by */
	const char *text; /* credits: of `post`, as the content report names it */
	int64_t min_members;
};

struct converting;

/* The same, resolved: instants, the company's defaults. */
struct report_ask {
	struct uuid company_id;
	enum model model[MODEL__MAX]; /* n_models, each once */
	size_t n_models;
	struct model_params params;
	enum path_rule path;
	bool milestones; /* some model needs them */
	bool markov;     /* is among the models */
	enum dimension by;
	int stage, network, without;
	int64_t from_us, to_us; /* from <= t < to */
	int64_t window_days;
	const char *time_zone, *from, *to;
	const char *currency; /* NULL: any, whose values then do not add up */
	/* A manager: what their teams did, and no more.  Zero: all of the company. */
	struct uuid viewer;
	int64_t now_us; /* whose teams are those of now */
	bool convert;   /* values of other currencies, too; report_convert reads the rates: */
	struct converting *converting;
	const char *only_currency; /* what statements read: as currency, but any to be converted */
	struct uuid person, team, post, campaign, channel, conversion;
	const char *text; /* with by BY_TEXT: only this one; NULL any */
	bool filtered, unattributed;
	int64_t end_us; /* of the whole period, where from_us and to_us are a part of it */
	/* paging; the ids of shares in the period */
	int64_t after_us, limit;
	struct uuid after_id, before_id;
};
enum { REPORT_ALL_ROWS = INT32_MAX }; /* as limit */
/* BAD_QUERY with the parameter when dates, zone or period do not hold together. */
enum fault report_resolve(struct rq *rq, const struct report_query *q,
                          struct report_ask *ret) MUST_CHECK;

/*
 * The models of the query with their parameters, and the window, into what report_resolve has
 * begun.  BAD_QUERY with the parameter that no model of the query takes, or that is out of bounds.
 */
enum fault report_choose(struct rq *rq, const struct report_query *q,
                         struct report_ask *ask) MUST_CHECK;
/* The parameters of models where the query gives none. */
struct model_params model_defaults(void);
/* after_id and before_id: an id made by a client lies near the moment of its share, so much of the
 * table is read. */
void report_bound_ids(struct report_ask *ask);
enum fault report_wrong(struct rq *rq, const char *parameter, const char *detail) MUST_CHECK;

/* --- rows of the stream (report_sql.c, report_counts_sql.c) ----------------------------------- */

/* A conversion beside one of its eligible touches, or none (touched_at TIME_NONE). */
struct stream_row {
	struct uuid id, lead_id;
	int64_t occurred_at, value_minor, touched_at;
	/* The first of each at or before occurred_at; only where asked for, else TIME_NONE. */
	int64_t lead_at, opportunity_at, won_at;
	unsigned char click_id[CLICK_ID_SIZE];
	struct str key; /* of the dimension: an id or a word; s NULL: none, such as no team */
	struct uuid share_id, person_id, team_id, post_id, campaign_id, channel_id;
	struct uuid conversion_campaign; /* only of count_sql_paths */
	int network;
	bool mine;       /* of a team of the viewer, or there is none */
	int click_class; /* only of report_sql_touches; -1: the click is gone */
	const char *click_reason;
	const char *currency; /* of the value; only of report_sql_touches, or to be converted */
};

/* Some things of one moment, or from one moment on within its quarter of an hour. */
struct moment_row {
	int64_t at;
	int stage;            /* only of events */
	int64_t n;            /* how many */
	int64_t value;        /* of events; J_NO_INT: none */
	const char *currency; /* of the value */
};

struct company_defaults {
	const char *time_zone, *currency;
};
struct named {
	struct uuid id;
	const char *name;
};
struct other_currency {
	const char *currency;
	int64_t conversions;
};
struct clicks_row {
	struct str key;
	int cls;
	int64_t n;
};

/* Where the rows of a statement go: as db_each_scratch has it. */
struct part_row {
	void *row;
	db_row_fn *fn;
	void *arg;
};
/*
 * The statement for one part of the period after the other, of so many days of 24 hours, so that
 * none is silent for so long that the server is given up (db_read_timeout_s): a key may come once
 * for each part.
 */
enum fault report_each_part(struct rq *rq, const struct db_stmt *s, int days,
                            const struct report_ask *ask, struct part_row row) MUST_CHECK;
enum fault report_sql_company(struct rq *rq, struct company_defaults *ret) MUST_CHECK;
/* Conversions in order of (occurred_at, id), each with its touches; key of the dimension. */
enum fault report_sql_stream(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* As before, of leads whose newest event before the period's end lies in it and that have not
 * reached the stage by then: the paths that did not convert. */
enum fault report_sql_nulls(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                            void *arg) MUST_CHECK;
/* As report_sql_stream, with all of a touch; at most ask->limit conversions from (after_us,
 * after_id) on, it included. */
enum fault report_sql_credits(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                              void *arg) MUST_CHECK;
/* As before, of the one conversion ask->conversion, with the class of each click today. */
enum fault report_sql_touches(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                              void *arg) MUST_CHECK;
enum fault report_sql_others(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;
enum fault report_sql_names(struct rq *rq, enum dimension by, db_row_fn *fn, void *arg) MUST_CHECK;
/* A key may come more than once. */
enum fault report_sql_clicks(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* Shares made in the period, by key; class is not set. */
enum fault report_sql_shares(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* What a series counts.  Quarters of an hour begin at from_us: local days all over the world begin
 * and end with one. */
enum fault report_sql_share_moments(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                                    void *arg) MUST_CHECK;
enum fault report_sql_click_moments(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                                    void *arg) MUST_CHECK;
enum fault report_sql_event_moments(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                                    void *arg) MUST_CHECK;
enum fault report_sql_has_conversion(struct rq *rq, struct uuid id, bool *ret) MUST_CHECK;

/* --- by sums where there are any, else by rows (sums_rows.c) ---------------------------------- */

/* As report_sql_clicks and report_sql_shares.  human: of the other classes not all come. */
enum fault report_clicks(struct rq *rq, const struct report_ask *ask, bool human, db_row_fn *fn,
                         void *arg) MUST_CHECK;
enum fault report_shares(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                         void *arg) MUST_CHECK;

/* --- values of other currencies (convert.c) --------------------------------------------------- */

/* A rate that a report used: of all conversions of a currency on a UTC day. */
struct used_rate {
	struct uuid company_id, run_id; /* of a sealed run */
	int64_t day_us;
	char code[CURRENCY_SIZE];
	const char *currency; /* the same, for statements */
	struct exchange_pair rate;
};
struct converting {
	struct exchange *exchange;
	struct used_rate *used; /* by day; n_used */
	size_t n_used, used_room;
	struct other_currency *missing, *converted; /* conversions without a rate, and with one */
	size_t n_missing, n_converted;
};
enum { CURRENCIES_MAX = 64 };
/* Reads the rates of the period where they are asked for: before the rows. */
enum fault report_convert(struct rq *rq, struct report_ask *ask) MUST_CHECK;
/* The conversion's value becomes one of ask->currency.  false: it has no rate, and is left out. */
bool convert_value(struct rq *rq, const struct report_ask *ask, struct stream_row *conversion);

/* --- paths (path.c) --------------------------------------------------------------------------- */

/* A model's part of each touch. */
struct split {
	int64_t *value, *count; /* parts of value_minor and of CREDIT_WHOLE */
};

/* Gathers the rows of one conversion after the other and hands each over whole. */
struct path {
	struct stream_row conversion; /* of the first row */
	struct stream_row *touches;   /* n, in order of (touched_at, click_id) */
	size_t n;
	struct split credit[MODEL__MAX]; /* by ask->model, in its order */
};
typedef enum fault path_fn(struct rq *rq, const struct path *p, void *arg);
struct walk;
/* Rows with a key of the dimension; without one, walk_credit_row makes it. */
struct walk *walk_begin(struct rq *rq, const struct report_ask *ask, path_fn *fn, void *arg);
/* Of type db_row_fn: arg is the walk. */
enum fault walk_row(struct rq *rq, void *row, void *arg) MUST_CHECK;
enum fault walk_credit_row(struct rq *rq, void *row, void *arg) MUST_CHECK;
enum fault walk_end(struct rq *rq, struct walk *w) MUST_CHECK;

/* --- counts by group (tally.c) ---------------------------------------------------------------- */

enum { TALLY_COLUMNS = 10 };
struct tally_row {
	const char *key; /* "" for none */
	const char *name;
	int64_t n[TALLY_COLUMNS];
};
struct tally_entry;
struct tally {
	struct tally_entry *entries; /* as they came */
	size_t n, room;
	struct tally_row *rows; /* after tally_fold: one a key, sorted by it */
	size_t n_rows;
};
/* Nothing (n = 0) makes no row: whether a group with nothing comes by depends on who counts. */
void tally_add(struct rq *rq, struct tally *t, struct str key, size_t column, int64_t n);
void tally_fold(struct rq *rq, struct tally *t);
/* NULL: no such row. */
struct tally_row *tally_find(const struct tally *t, const char *key);
/* The rows' names, by the dimension of their keys. */
enum fault tally_names(struct rq *rq, struct tally *t, enum dimension by) MUST_CHECK;

/* --- from shares to sales (funnel.c) ---------------------------------------------------------- */

enum funnel_step {
	FUNNEL_SHARES,
	FUNNEL_CLICKS,
	FUNNEL_LEADS, /* from here on in millionths */
	FUNNEL_QUALIFIED,
	FUNNEL_OPPORTUNITIES,
	FUNNEL_WON,
	FUNNEL__MAX /* further columns of its tally are free */
};
/* One group's steps, or those of all. */
struct funnel {
	struct report_ask *ask;
	struct tally
	    tally; /* columns: enum funnel_step; folded by who adds to it, or by funnel_get */
	int64_t totals[FUNNEL__MAX], nobody[FUNNEL__MAX];
};
/* The query of a report in UTC days, resolved: it counts conversions of every currency. */
enum fault funnel_resolve(struct rq *rq, const struct report_query *q,
                          struct report_ask *ask) MUST_CHECK;
/* Inside a snapshot: fills all but ask. */
enum fault funnel_read(struct rq *rq, struct funnel *f) MUST_CHECK;
/* part of whole, each in its unit, in millionths; J_NO_INT: of nothing. */
int64_t funnel_rate(int64_t part, int64_t part_unit, int64_t whole, int64_t whole_unit);

/* --- buckets of time (series.c) --------------------------------------------------------------- */

struct bucket_start {
	const char *from; /* local date */
	int64_t starts_at;
};
/* From ask->from on, by day, week or month of its zone: the first and the last may be shorter. */
struct bucket_start *report_buckets(struct rq *rq, const struct report_ask *ask,
                                    enum bucket_step step, size_t *ret_n);
/* How such reports begin: the query's dates into ret, and read with arg inside a snapshot. */
enum fault report_read_buckets(struct rq *rq, const struct report_query *q, struct report_ask *ret,
                               db_body_fn *read, void *arg) MUST_CHECK;
/* The bucket of an instant: they follow each other. */
size_t bucket_at(const struct bucket_start *buckets, size_t n, int64_t at_us);

/* --- totals (totals.c) ------------------------------------------------------------------------ */

struct money {
	int64_t amount_minor;
	const char *currency;
};
struct sum {
	int64_t count, value; /* millionths of a conversion; minor units */
};
struct total {
	char key[REPORT_KEY_SIZE]; /* "" for none */
	struct sum *sums;          /* a model, in the order of ask->model */
	int64_t influenced;        /* conversions whose path it touched */
	uint64_t seen;             /* number of the last conversion counted in influenced */
	size_t number;             /* in the order they came: the participant of markov */
	const char *name;
};
struct sums;
struct totals {
	struct total *rows; /* sorted by the first model: value, count, key */
	size_t n;
	/* Of what the viewer sees: then all is what the rows have by the first model, and nobody's
	 * is not told. */
	struct sum all, unattributed;
	struct markov_answer markov; /* where asked for */
	struct sums *unsolved;       /* read, and left to totals_solve */
	/* Conversions in other currencies than the one asked for, by currency; not where they are
	 * converted. */
	struct other_currency *others;
	size_t n_others, others_room;
};
/* More conversions of another currency: their order is kept. */
void totals_add_other(struct rq *rq, struct totals *t, const char *currency, int64_t conversions);
/* Reads all rows: within one transaction. */
enum fault totals_of(struct rq *rq, const struct report_ask *ask, struct totals *ret) MUST_CHECK;
/* The equations of markov take longer than a transaction may be idle: after it.  Without markov
 * there is nothing to do. */
enum fault totals_solve(struct rq *rq, struct totals *t) MUST_CHECK;
/* The rows get their names, those of now. */
enum fault totals_name(struct rq *rq, enum dimension by, struct totals *t) MUST_CHECK;

/* --- totals that were asked for before (kept.c) ----------------------------------------------- */

/* Of all that the company's credits are made of: while it stands, so do they. */
struct credit_mark {
	int64_t changes, campaigns, lookback_days;
};
enum fault report_sql_mark(struct rq *rq, struct credit_mark *ret) MUST_CHECK;
/* false: nobody has asked this since the mark changed. */
bool kept_get(struct rq *rq, const struct report_ask *ask, const struct credit_mark *mark,
              struct totals *ret);
/* The mark is of the snapshot that the totals were read in. */
void kept_put(struct rq *rq, const struct report_ask *ask, const struct credit_mark *mark,
              const struct totals *t);

extern const struct j_schema report_money_schema, other_currency_schema;
/* What is not in the values, and what is in them at a rate; c NULL: nothing was converted. */
void report_currencies(const struct converting *c, const struct totals *t,
                       struct j_list *ret_others, struct j_list *ret_converted);

/* --- rows (credits.c) ------------------------------------------------------------------------- */

/* A row as its CSV has it. */
struct credit_line {
	struct uuid conversion_id, lead_id;
	unsigned char click_id[CLICK_ID_SIZE]; /* zero: nobody is credited */
	int64_t conversions, amount_minor;
	struct str csv; /* with its line end */
};
typedef enum fault credit_fn(struct rq *rq, const struct credit_line *c, void *arg);
/* All rows in their order, by the one model of ask; csv gathers the whole file. */
enum fault credits_each(struct rq *rq, struct report_ask *ask, struct buf *csv, credit_fn *fn,
                        void *arg) MUST_CHECK;
/* The query of the rows, without dates and filters: what a saved report says. */
extern const struct j_schema definition_query_schema;

/* handlers of attribution.c, credits.c, clicks_http.c, funnel.c and series.c */
handler_fn attribution_get, credits_get, touches_get, clicks_get, funnel_get, series_get,
    content_get, teams_get, cohorts_get;
extern const struct j_schema attribution_schema, credit_schema, touch_credit_schema,
    clicks_report_schema, funnel_schema, series_schema, content_schema, teams_schema,
    cohorts_schema;
enum content_by { CONTENT_POST, CONTENT_NETWORK, CONTENT_TEXT, CONTENT__MAX };
extern const char *const content_by_names[CONTENT__MAX + 1];

#endif
