/* SPDX-License-Identifier: Apache-2.0 */
/* report_sql.c - what reports read: a model of its own over the tables of other features. */
#include "report_int.h"
#include "report_sql_int.h"

/* clang-format off */

/*
 * T - W <= t <= T, both ends included (W days of 24 hours): the window asked for, else the campaign's of the
 * newest touch, else the company's.
 */
#define ELIGIBLE \
	" LEFT JOIN campaign g ON g.company_id = c.company_id AND g.id = c.campaign_id" \
	" LEFT JOIN touch t FORCE INDEX (PRIMARY) ON t.company_id = c.company_id AND t.lead_id = c.lead_id AND t.touched_at <= c.occurred_at" \
	" AND t.touched_at >= c.occurred_at - INTERVAL COALESCE(?, g.lookback_days, k.lookback_days) DAY"

/* The lead's milestones up to the conversion, in the order of stream_row; looked up only where asked for. */
#define MILESTONES \
	", IF(?, " LEAD_AT ", NULL), IF(?, " EVENT_AT("opportunity") ", NULL), IF(?, " EVENT_AT("won") ", NULL)"

/* The order is that of conversion's primary key, so nothing is sorted or gathered on the server. */
#define STREAM(key, more) LONG_RUN \
	"SELECT STRAIGHT_JOIN c.id, COALESCE(c.value_minor, 0), t.touched_at, t.click_id, " key MILESTONES ", " TOUCH_SEEN more \
	" FROM company k JOIN conversion c ON c.company_id = k.id" ELIGIBLE \
	" WHERE k.id = ? AND c.company_id = ? AND c.occurred_at >= ? AND c.occurred_at < ? AND c.stage = ?" \
	" AND (c.currency IS NULL OR c.currency = COALESCE(?, c.currency)) ORDER BY c.occurred_at, c.id"

/* A lead's newest event stands for its path; what it reached before is asked of the same lead's events. */
#define NULLS(key) LONG_RUN \
	"SELECT STRAIGHT_JOIN c.id, t.touched_at, t.click_id, " key \
	" FROM company k JOIN conversion c ON c.company_id = k.id" ELIGIBLE \
	" WHERE k.id = ? AND c.company_id = ? AND c.occurred_at >= ? AND c.occurred_at < ? AND NOT EXISTS" \
	" (SELECT 1 FROM conversion m FORCE INDEX (conversion_lead) WHERE m.company_id = c.company_id AND m.lead_id = c.lead_id AND m.occurred_at < ?" \
	" AND (m.stage = ? OR m.occurred_at > c.occurred_at OR (m.occurred_at = c.occurred_at AND m.id > c.id)))" \
	" ORDER BY c.occurred_at, c.id"

#define TOUCH_COLUMNS \
	"c.id, c.lead_id, c.occurred_at, COALESCE(c.value_minor, 0), t.touched_at, t.click_id, t.share_id," \
	" t.person_id, t.team_id, t.network, t.post_id, t.campaign_id, t.channel_id"

/* Of the post asked for; NULL: of another. */
#define TEXT_OF_TOUCH \
	"IF(t.post_id = ?, (SELECT " TEXT_KEY " FROM share s WHERE s.company_id = t.company_id AND s.id = t.share_id), NULL)"

#define CREDITS(more) LONG_RUN \
	"SELECT STRAIGHT_JOIN " more TOUCH_COLUMNS MILESTONES ", " TOUCH_SEEN ", c.currency FROM (SELECT company_id, id, lead_id, occurred_at," \
	" value_minor, currency, campaign_id FROM conversion WHERE company_id = ? AND occurred_at >= ?" \
	" AND (occurred_at > ? OR id >= ?) AND occurred_at < ? AND stage = ?" \
	" AND (currency IS NULL OR currency = COALESCE(?, currency)) ORDER BY occurred_at, id LIMIT ?) c" \
	" JOIN company k ON k.id = c.company_id" ELIGIBLE \
	" WHERE c.company_id = ? ORDER BY c.occurred_at, c.id"

#define MILESTONES_IN \
	DB_COL_BOOL(struct report_ask, milestones), DB_COL_BOOL(struct report_ask, milestones), \
	DB_COL_BOOL(struct report_ask, milestones)
#define MILESTONES_OUT \
	DB_COL_TIME(struct stream_row, lead_at), DB_COL_TIME(struct stream_row, opportunity_at), \
	DB_COL_TIME(struct stream_row, won_at)

#define STREAM_IN \
	MILESTONES_IN, SEEN_IN, \
	DB_COL_I64(struct report_ask, window_days), DB_COL_UUID(struct report_ask, company_id), \
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us), \
	DB_COL_TIME(struct report_ask, to_us),      DB_COL_ENUM(struct report_ask, stage, lead_stage_names), \
	DB_COL_STR(struct report_ask, only_currency)
static const struct db_col stream_in[] = { STREAM_IN };
/* The last two are read only where values are converted. */
#define CONVERTED ", c.occurred_at, c.currency"
enum { CONVERTED_COLS = 2 };
enum { PART_EVENTS = 31 }; /* days in one statement */
static const struct db_col stream_out[] = {
	DB_COL_UUID(struct stream_row, id),         DB_COL_I64(struct stream_row, value_minor),
	DB_COL_TIME(struct stream_row, touched_at), DB_COL_BYTES(struct stream_row, click_id),
	DB_COL_VIEW(struct stream_row, key),        MILESTONES_OUT, DB_COL_BOOL(struct stream_row, mine),
	DB_COL_TIME(struct stream_row, occurred_at), DB_COL_STR(struct stream_row, currency),
};
static const struct db_col nulls_in[] = {
	DB_COL_I64(struct report_ask, window_days), DB_COL_UUID(struct report_ask, company_id),
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      DB_COL_TIME(struct report_ask, end_us),
	DB_COL_ENUM(struct report_ask, stage, lead_stage_names),
};
static const struct db_col nulls_out[] = {
	DB_COL_UUID(struct stream_row, id),        DB_COL_TIME(struct stream_row, touched_at),
	DB_COL_BYTES(struct stream_row, click_id), DB_COL_VIEW(struct stream_row, key),
};
#define CREDITS_IN \
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, after_us), \
	DB_COL_TIME(struct report_ask, after_us),   DB_COL_UUID(struct report_ask, after_id), \
	DB_COL_TIME(struct report_ask, to_us),      DB_COL_ENUM(struct report_ask, stage, lead_stage_names), \
	DB_COL_STR(struct report_ask, only_currency), DB_COL_I64(struct report_ask, limit), \
	DB_COL_I64(struct report_ask, window_days), DB_COL_UUID(struct report_ask, company_id)
static const struct db_col credits_in[] = { MILESTONES_IN, SEEN_IN, CREDITS_IN };
static const struct db_col text_credits_in[] = {
	DB_COL_UUID(struct report_ask, post), MILESTONES_IN, SEEN_IN, CREDITS_IN,
};
static const struct db_col credits_out[] = {
	DB_COL_VIEW(struct stream_row, key), /* where it is not one of what follows */
	DB_COL_UUID(struct stream_row, id),          DB_COL_UUID(struct stream_row, lead_id),
	DB_COL_TIME(struct stream_row, occurred_at), DB_COL_I64(struct stream_row, value_minor),
	DB_COL_TIME(struct stream_row, touched_at),  DB_COL_BYTES(struct stream_row, click_id),
	DB_COL_UUID(struct stream_row, share_id),    DB_COL_UUID(struct stream_row, person_id),
	DB_COL_UUID(struct stream_row, team_id),     DB_COL_ENUM(struct stream_row, network, network_names),
	DB_COL_UUID(struct stream_row, post_id),     DB_COL_UUID(struct stream_row, campaign_id),
	DB_COL_UUID(struct stream_row, channel_id),  MILESTONES_OUT, DB_COL_BOOL(struct stream_row, mine),
	DB_COL_STR(struct stream_row, currency),
};
enum { CREDITS_OUT = sizeof(credits_out) / sizeof(credits_out[0]) };
static const struct db_col touches_in[] = {
	MILESTONES_IN, SEEN_IN,
	DB_COL_I64(struct report_ask, window_days), DB_COL_UUID(struct report_ask, company_id),
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, conversion),
};
static const struct db_col touches_out[] = {
	DB_COL_UUID(struct stream_row, id),          DB_COL_UUID(struct stream_row, lead_id),
	DB_COL_TIME(struct stream_row, occurred_at), DB_COL_I64(struct stream_row, value_minor),
	DB_COL_TIME(struct stream_row, touched_at),  DB_COL_BYTES(struct stream_row, click_id),
	DB_COL_UUID(struct stream_row, share_id),    DB_COL_UUID(struct stream_row, person_id),
	DB_COL_UUID(struct stream_row, team_id),     DB_COL_ENUM(struct stream_row, network, network_names),
	DB_COL_UUID(struct stream_row, post_id),     DB_COL_UUID(struct stream_row, campaign_id),
	DB_COL_UUID(struct stream_row, channel_id),  MILESTONES_OUT, DB_COL_BOOL(struct stream_row, mine),
	DB_COL_ENUM(struct stream_row, click_class, click_class_names),
	DB_COL_STR(struct stream_row, click_reason), DB_COL_STR(struct stream_row, currency),
};
static const struct db_col company_in[] = { DB_COL_UUID(struct report_ask, company_id) };
static const struct db_col company_out[] = {
	DB_COL_STR(struct company_defaults, time_zone), DB_COL_STR(struct company_defaults, currency),
};
static const struct db_col others_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      DB_COL_ENUM(struct report_ask, stage, lead_stage_names),
	DB_COL_STR(struct report_ask, currency),
};
static const struct db_col others_out[] = {
	DB_COL_STR(struct other_currency, currency), DB_COL_I64(struct other_currency, conversions),
};
static const struct db_col named_out[] = { DB_COL_UUID(struct named, id), DB_COL_STR(struct named, name) };
static const struct db_col text_stream_in[] = {
	DB_COL_UUID(struct report_ask, post), STREAM_IN,
};
static const struct db_col conversion_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, conversion),
};
static const struct db_col mark_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, company_id),
	DB_COL_UUID(struct report_ask, company_id),
};
static const struct db_col mark_out[] = {
	DB_COL_I64(struct credit_mark, changes), DB_COL_I64(struct credit_mark, campaigns),
	DB_COL_I64(struct credit_mark, lookback_days),
};
static const struct db_col conversion_out[] = { DB_COL_UUID(struct named, id) };

enum {
	Q_STREAM, /* one a dimension */
	Q_CONVERTED = Q_STREAM + DIMENSION__ALL, /* one a dimension */
	Q_NULLS = Q_CONVERTED + DIMENSION__MAX, /* one a dimension */
	Q_NAMES = Q_NULLS + DIMENSION__MAX, /* one a dimension; a network's name is its word */
	Q_CREDITS = Q_NAMES + DIMENSION__MAX, Q_CREDITS_TEXT, Q_TOUCHES, Q_COMPANY, Q_OTHERS, Q_CONVERSION, Q_MARK, Q__MAX
};

#define STREAM_ROW(by, word, key) \
	[Q_STREAM + (by)] = { .name = "report_stream_" word, .sql = STREAM(key, ""), DB_IN(stream_in), \
		.out = stream_out, .n_out = sizeof(stream_out) / sizeof(stream_out[0]) - CONVERTED_COLS }, \
	[Q_CONVERTED + (by)] = { .name = "report_converted_" word, .sql = STREAM(key, CONVERTED), DB_IN(stream_in), \
		DB_OUT(stream_out) }, \
	[Q_NULLS + (by)] = { .name = "report_nulls_" word, .sql = NULLS(key), DB_IN(nulls_in), DB_OUT(nulls_out) }
#define NAMES_ROW(by, word, column) \
	[Q_NAMES + (by)] = { .name = "report_names_" word, \
		.sql = "SELECT id, " column " FROM " word " WHERE company_id = ?", DB_IN(company_in), DB_OUT(named_out) }
static const struct db_stmt stmts[Q__MAX] = {
	STREAM_ROW(BY_PERSON, "person", "t.person_id"),
	STREAM_ROW(BY_TEAM, "team", "t.team_id"),
	STREAM_ROW(BY_NETWORK, "network", "t.network"),
	STREAM_ROW(BY_POST, "post", "t.post_id"),
	STREAM_ROW(BY_CAMPAIGN, "campaign", "t.campaign_id"),
	STREAM_ROW(BY_CHANNEL, "channel", "t.channel_id"),
	/* Own words are one text; others are known by how their digest begins. */
	[Q_STREAM + BY_TEXT] = { .name = "report_stream_text",
		.sql = STREAM(TEXT_OF_TOUCH, ""),
		DB_IN(text_stream_in), .out = stream_out, .n_out = sizeof(stream_out) / sizeof(stream_out[0]) - CONVERTED_COLS },
	NAMES_ROW(BY_PERSON, "person", "display_name"),
	NAMES_ROW(BY_TEAM, "team", "name"),
	/* Networks have no table: channel stands in, and is never asked. */
	NAMES_ROW(BY_NETWORK, "channel", "name"),
	NAMES_ROW(BY_POST, "post", "title"),
	NAMES_ROW(BY_CAMPAIGN, "campaign", "name"),
	NAMES_ROW(BY_CHANNEL, "channel", "name"),
	[Q_CREDITS] = { .name = "report_credits", .sql = CREDITS(""), DB_IN(credits_in), .out = credits_out + 1, .n_out = CREDITS_OUT - 1 },
	[Q_CREDITS_TEXT] = { .name = "report_credits_text", .sql = CREDITS(TEXT_OF_TOUCH ", "), DB_IN(text_credits_in),
		DB_OUT(credits_out) },
	[Q_TOUCHES] = { .name = "report_touches",
		.sql = "SELECT STRAIGHT_JOIN " TOUCH_COLUMNS MILESTONES ", " TOUCH_SEEN ", x.class, x.reason, c.currency FROM company k"
		       " JOIN conversion c ON c.company_id = k.id" ELIGIBLE
		       " LEFT JOIN click x ON x.company_id = t.company_id AND x.clicked_at = t.touched_at AND x.id = t.click_id"
		       " WHERE k.id = ? AND c.company_id = ? AND c.id = ?",
		DB_IN(touches_in), DB_OUT(touches_out) },
	[Q_COMPANY] = { .name = "report_company",
		.sql = "SELECT time_zone, currency FROM company /* all companies: its own id is asked for */ WHERE id = ?",
		DB_IN(company_in), DB_OUT(company_out) },
	[Q_OTHERS] = { .name = "report_other_currencies",
		.sql = "SELECT currency, COUNT(*) FROM conversion WHERE company_id = ? AND occurred_at >= ?"
		       " AND occurred_at < ? AND stage = ? AND currency <> ? GROUP BY currency ORDER BY currency",
		DB_IN(others_in), DB_OUT(others_out) },
	/* Campaigns are never deleted, so the sum of their versions only grows. */
	[Q_MARK] = { .name = "report_mark",
		.sql = "SELECT (SELECT CAST(COALESCE(SUM(n), 0) AS SIGNED) FROM credit_change WHERE company_id = ?),"
		       " (SELECT CAST(COALESCE(SUM(version), 0) AS SIGNED) FROM campaign WHERE company_id = ?), lookback_days"
		       " FROM company /* all companies: its own id is asked for */ WHERE id = ?",
		DB_IN(mark_in), DB_OUT(mark_out) },
	[Q_CONVERSION] = { .name = "report_conversion",
		.sql = "SELECT id FROM conversion WHERE company_id = ? AND id = ?",
		DB_IN(conversion_in), DB_OUT(conversion_out) },
};
/* clang-format on */

const struct db_stmt_table report_stmts = DB_STMTS("report", stmts);

enum fault
report_each_part(struct rq *rq, const struct db_stmt *s, int days, const struct report_ask *ask,
                 struct part_row row)
{
	struct report_ask part = *ask;
	enum fault e = FAULT_NONE;

	part.to_us = ask->from_us;
	part.end_us = ask->to_us;
	while (!e && part.to_us < ask->to_us) {
		part.from_us = part.to_us;
		part.to_us += days * US_PER_DAY;
		if (part.to_us > ask->to_us)
			part.to_us = ask->to_us;
		report_bound_ids(&part);
		e = db_each_scratch(rq, s, &part, row.row, row.fn, row.arg);
	}
	return e;
}

enum fault
report_sql_company(struct rq *rq, struct company_defaults *ret)
{
	struct report_ask in = { .company_id = rq_company(rq) };

	return db_one(rq, &stmts[Q_COMPANY], &in, ret);
}

enum fault
report_sql_stream(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct stream_row row = { .network = -1 };
	const int which = ask->converting != NULL ? Q_CONVERTED : Q_STREAM;

	return db_each_scratch(rq, &stmts[which + (int)ask->by], ask, &row, fn, arg);
}

enum fault
report_sql_nulls(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct stream_row row = { .network = -1 };

	return report_each_part(rq, &stmts[Q_NULLS + ask->by], PART_EVENTS, ask,
	                        (struct part_row){ &row, fn, arg });
}

enum fault
report_sql_credits(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct stream_row row = { .network = -1 };

	return db_each_scratch(rq, &stmts[ask->by == BY_TEXT ? Q_CREDITS_TEXT : Q_CREDITS], ask,
	                       &row, fn, arg);
}

enum fault
report_sql_touches(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct stream_row row = { .network = -1 };

	return db_each(rq, &stmts[Q_TOUCHES], ask, &row, fn, arg);
}

enum fault
report_sql_others(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct other_currency row;

	return db_each(rq, &stmts[Q_OTHERS], ask, &row, fn, arg);
}

enum fault
report_sql_names(struct rq *rq, enum dimension by, db_row_fn *fn, void *arg)
{
	struct report_ask in = { .company_id = rq_company(rq) };
	struct named row;

	return db_each_scratch(rq, &stmts[Q_NAMES + by], &in, &row, fn, arg);
}

enum fault
report_sql_has_conversion(struct rq *rq, struct uuid id, bool *ret)
{
	struct report_ask in = { .company_id = rq_company(rq), .conversion = id };
	struct named row;

	return db_maybe(rq, &stmts[Q_CONVERSION], &in, &row, ret);
}

enum fault
report_sql_mark(struct rq *rq, struct credit_mark *ret)
{
	const struct report_ask in = { .company_id = rq_company(rq) };

	return db_one(rq, &stmts[Q_MARK], &in, ret);
}
