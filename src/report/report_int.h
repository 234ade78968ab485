/* SPDX-License-Identifier: Apache-2.0 */
/* report_int.h - between the files of report. */
#ifndef ROSTRA_REPORT_INT_H
#define ROSTRA_REPORT_INT_H

#include "rostra/lead.h"
#include "rostra/link.h"
#include "rostra/network.h"
#include "rostra/report.h"

enum {
	REPORT_DAYS_DEFAULT = 30,
	REPORT_DAYS_MAX = 3660,  /* ten years */
	REPORT_WINDOW_MAX = 730, /* days of look-back */
	REPORT_PATH_MAX = 10000, /* touches of one conversion; later ones are left out */
	REPORT_KEY_SIZE = 40,    /* a UUID or a word, and NUL */
	CREDIT_WHOLE = 1000000,  /* one conversion, in millionths */
};

/* --- models (model.c): pure --------------------------------------------------------------------
 */

enum model { MODEL_FIRST, MODEL_LAST, MODEL_LINEAR, MODEL__MAX };
extern const char *const model_names[MODEL__MAX + 1];

/* The weights of n >= 1 touches in order: whole numbers, of which only the ratio counts. */
typedef void model_fn(size_t n, uint64_t *weights);
extern model_fn *const models[MODEL__MAX];

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

/* --- what is asked for (period.c) --------------------------------------------------------------
 */

enum dimension { BY_PERSON, BY_TEAM, BY_NETWORK, BY_POST, BY_CAMPAIGN, BY_CHANNEL, DIMENSION__MAX };
extern const char *const dimension_names[DIMENSION__MAX + 1];

/* What a touch may lack: the groups whose key is null. */
enum without { WITHOUT_TEAM, WITHOUT_CAMPAIGN, WITHOUT__MAX };
extern const char *const without_names[WITHOUT__MAX + 1];

/* The query of all reports; routes use the fields they need. */
struct report_query {
	int model, stage, group;
	const char *from, *to, *time_zone, *currency;
	int64_t window_days; /* J_NO_INT: the campaign's, else the company's */
	struct uuid person, team, post, campaign, channel, conversion;
	int network; /* -1: any */
	int without; /* -1: any */
	bool unattributed;
};

/* The same, resolved: instants, the company's defaults. */
struct report_ask {
	struct uuid company_id;
	enum model model;
	enum dimension by;
	int stage, network, without;
	int64_t from_us, to_us; /* from <= t < to */
	int64_t window_days;
	const char *time_zone, *currency, *from, *to;
	struct uuid person, team, post, campaign, channel, conversion;
	bool filtered, unattributed;
	/* paging */
	int64_t after_us, limit;
	struct uuid after_id;
};
/* BAD_QUERY with the parameter when dates, zone or period do not hold together. */
enum fault report_resolve(struct rq *rq, const struct report_query *q,
                          struct report_ask *ret) MUST_CHECK;

/* --- rows of the stream (report_sql.c) ----------------------------------------------------------
 */

/* A conversion beside one of its eligible touches, or none (touched_at TIME_NONE). */
struct stream_row {
	struct uuid id, lead_id;
	int64_t occurred_at, value_minor, touched_at;
	unsigned char click_id[CLICK_ID_SIZE];
	struct str key; /* of the dimension: an id or a word; s NULL: none, such as no team */
	struct uuid share_id, person_id, team_id, post_id, campaign_id, channel_id;
	int network;
	int click_class; /* only of report_sql_touches; -1: the click is gone */
	const char *click_reason;
	const char *currency; /* of the value; only of report_sql_touches */
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

enum fault report_sql_company(struct rq *rq, struct company_defaults *ret) MUST_CHECK;
/* Conversions in order of (occurred_at, id), each with its touches; key of the dimension. */
enum fault report_sql_stream(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* As before, with all of a touch; at most ask->limit conversions from (after_us, after_id) on, it
 * included. */
enum fault report_sql_credits(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                              void *arg) MUST_CHECK;
/* As before, of the one conversion ask->conversion, with the class of each click today. */
enum fault report_sql_touches(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                              void *arg) MUST_CHECK;
enum fault report_sql_others(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;
enum fault report_sql_names(struct rq *rq, enum dimension by, db_row_fn *fn, void *arg) MUST_CHECK;
enum fault report_sql_clicks(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;
enum fault report_sql_has_conversion(struct rq *rq, struct uuid id, bool *ret) MUST_CHECK;

/* --- paths (path.c) -----------------------------------------------------------------------------
 */

/* Gathers the rows of one conversion after the other and hands each over whole. */
struct path {
	struct stream_row conversion; /* of the first row */
	struct stream_row *touches;   /* n, in order of (touched_at, click_id) */
	size_t n;
	int64_t *value, *count; /* parts of value_minor and of CREDIT_WHOLE, a touch */
};
typedef enum fault path_fn(struct rq *rq, const struct path *p, void *arg);
struct walk;
struct walk *walk_begin(struct rq *rq, enum model model, path_fn *fn, void *arg);
/* A db_row_fn: arg is the walk. */
enum fault walk_row(struct rq *rq, void *row, void *arg) MUST_CHECK;
enum fault walk_end(struct rq *rq, struct walk *w) MUST_CHECK;

/* --- totals (totals.c) --------------------------------------------------------------------------
 */

struct money {
	int64_t amount_minor;
	const char *currency;
};
struct total {
	char key[REPORT_KEY_SIZE]; /* "" for none */
	int64_t count, value;      /* millionths of a conversion; minor units */
	int64_t influenced;        /* conversions whose path it touched */
	uint64_t seen;             /* number of the last conversion counted in influenced */
	const char *name;
};
struct totals {
	struct total *rows; /* sorted: value, count, key */
	size_t n;
	struct total all, unattributed;
};
enum fault totals_of(struct rq *rq, const struct report_ask *ask, struct totals *ret) MUST_CHECK;

extern const struct j_schema report_money_schema;

/* handlers of credits_http.c and clicks_http.c */
handler_fn credits_get, touches_get, clicks_get;
extern const struct j_schema credit_schema, touch_credit_schema, clicks_report_schema;

#endif
