/* SPDX-License-Identifier: Apache-2.0 */
/* report_counts_sql.c - clicks and shares by group, and what a series counts by its moments. */
#include "report_int.h"
#include "report_sql_int.h"

/* clang-format off */

/* Within a period in quarters of an hour from its beginning on. */
#define QUARTERS(column) " GROUP BY TIMESTAMPDIFF(MINUTE, CAST(? AS DATETIME(6)), " column ") DIV 15"

/* Days in one statement: of shares more at once, since each part looks at a month of ids before it, too. */
enum { PART_CLICKS = 10, PART_SHARES = 92 };

static const struct db_col clicks_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      SEEN_IN,
};
static const struct db_col text_clicks_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, post),
	DB_COL_TIME(struct report_ask, from_us),    DB_COL_TIME(struct report_ask, to_us),
	SEEN_IN,
};
static const struct db_col clicks_out[] = {
	DB_COL_VIEW(struct clicks_row, key), DB_COL_ENUM(struct clicks_row, cls, click_class_names),
	DB_COL_I64(struct clicks_row, n),
};
static const struct db_col shares_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, after_id),
	DB_COL_UUID(struct report_ask, before_id),  DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      SEEN_IN,
};
static const struct db_col shares_out[] = { DB_COL_VIEW(struct clicks_row, key), DB_COL_I64(struct clicks_row, n) };
static const struct db_col share_moments_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, after_id),
	DB_COL_UUID(struct report_ask, before_id),  DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      SEEN_IN,
	DB_COL_TIME(struct report_ask, from_us),
};
static const struct db_col quarters_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),
};
static const struct db_col seen_clicks_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      SEEN_IN,
	DB_COL_TIME(struct report_ask, from_us),
};
static const struct db_col moments_out[] = { DB_COL_TIME(struct moment_row, at), DB_COL_I64(struct moment_row, n) };
static const struct db_col event_moments_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      DB_COL_UUID(struct report_ask, viewer),
	SEEN_IN,
};
static const struct db_col event_moments_out[] = {
	DB_COL_TIME(struct moment_row, at), DB_COL_ENUM(struct moment_row, stage, lead_stage_names),
	DB_COL_I64(struct moment_row, n), DB_COL_I64(struct moment_row, value), DB_COL_STR(struct moment_row, currency),
};

enum {
	Q_CLICKS, /* one a dimension */
	Q_SHARES = Q_CLICKS + DIMENSION__ALL, /* one a dimension */
	Q_SHARE_MOMENTS = Q_SHARES + DIMENSION__ALL, Q_CLICK_MOMENTS, Q_SEEN_CLICK_MOMENTS, Q_EVENT_MOMENTS, Q__MAX
};

#define CLICKS_ROW(by, word, key) \
	[Q_CLICKS + (by)] = { .name = "report_clicks_" word, \
		.sql = LONG_RUN "SELECT " key " AS k, d.class, CAST(SUM(d.n) AS SIGNED) FROM click_day d JOIN share s" \
		       " ON s.company_id = d.company_id AND s.id = d.share_id WHERE d.company_id = ?" \
		       " AND d.day >= DATE(?) AND d.day < DATE(?) AND " SHARE_SEEN " GROUP BY k, d.class ORDER BY k, d.class", \
		DB_IN(clicks_in), DB_OUT(clicks_out) }, \
	[Q_SHARES + (by)] = { .name = "report_shares_" word, \
		.sql = LONG_RUN "SELECT " key " AS k, COUNT(*) FROM share s WHERE s.company_id = ? AND s.id >= ? AND s.id <= ?" \
		       " AND s.created_at >= ? AND s.created_at < ? AND " SHARE_SEEN " GROUP BY k ORDER BY k", \
		DB_IN(shares_in), DB_OUT(shares_out) }

static const struct db_stmt stmts[Q__MAX] = {
	/* Own words are one text; others are known by how their digest begins. */
	[Q_CLICKS + BY_TEXT] = { .name = "report_clicks_text",
		.sql = LONG_RUN "SELECT " TEXT_KEY " AS k, d.class, CAST(SUM(d.n) AS SIGNED) FROM share s JOIN click_day d"
		       " ON d.company_id = s.company_id AND d.share_id = s.id WHERE s.company_id = ? AND s.post_id = ?"
		       " AND d.day >= DATE(?) AND d.day < DATE(?) AND " SHARE_SEEN " GROUP BY k, d.class ORDER BY k, d.class",
		DB_IN(text_clicks_in), DB_OUT(clicks_out) },
	[Q_SHARES + BY_TEXT] = { .name = "report_shares_text",
		.sql = LONG_RUN "SELECT " TEXT_KEY " AS k, COUNT(*) FROM share s WHERE s.company_id = ? AND s.post_id = ?"
		       " AND s.created_at >= ? AND s.created_at < ? AND " SHARE_SEEN " GROUP BY k ORDER BY k",
		DB_IN(text_clicks_in), DB_OUT(shares_out) },
	CLICKS_ROW(BY_PERSON, "person", "s.person_id"),
	CLICKS_ROW(BY_TEAM, "team", "s.team_id"),
	CLICKS_ROW(BY_NETWORK, "network", "s.network"),
	CLICKS_ROW(BY_POST, "post", "s.post_id"),
	CLICKS_ROW(BY_CAMPAIGN, "campaign", "s.campaign_id"),
	CLICKS_ROW(BY_CHANNEL, "channel", "s.channel_id"),
	[Q_SHARE_MOMENTS] = { .name = "report_share_moments",
		.sql = LONG_RUN "SELECT MIN(created_at), COUNT(*) FROM share s WHERE company_id = ? AND id >= ? AND id <= ?"
		       " AND created_at >= ? AND created_at < ? AND " SHARE_SEEN QUARTERS("created_at"),
		DB_IN(share_moments_in), DB_OUT(moments_out) },
	[Q_CLICK_MOMENTS] = { .name = "report_click_moments",
		.sql = "SELECT CAST(quarter AS DATETIME(6)), n FROM click_quarter WHERE company_id = ? AND class = 'human'"
		       " AND quarter >= ? AND quarter < ?",
		DB_IN(quarters_in), DB_OUT(moments_out) },
	/* The sums of quarters are of no team: the clicks themselves. */
	[Q_SEEN_CLICK_MOMENTS] = { .name = "report_seen_click_moments",
		.sql = LONG_RUN "SELECT MIN(d.clicked_at), COUNT(*) FROM click d JOIN share s ON s.company_id = d.company_id"
		       " AND s.id = d.share_id WHERE d.company_id = ? AND d.clicked_at >= ? AND d.clicked_at < ?"
		       " AND d.class = 'human' AND " SHARE_SEEN QUARTERS("d.clicked_at"),
		DB_IN(seen_clicks_in), DB_OUT(moments_out) },
	[Q_EVENT_MOMENTS] = { .name = "report_event_moments",
		.sql = LONG_RUN "SELECT occurred_at, stage, 1, value_minor, currency FROM conversion c WHERE company_id = ?"
		       " AND occurred_at >= ? AND occurred_at < ? AND (? IS NULL OR EXISTS (SELECT 1 FROM touch t FORCE INDEX (PRIMARY)"
		       " WHERE t.company_id = c.company_id AND t.lead_id = c.lead_id AND t.touched_at <= c.occurred_at AND "
		       TOUCH_SEEN "))",
		DB_IN(event_moments_in), DB_OUT(event_moments_out) },
};
/* clang-format on */

const struct db_stmt_table report_counts_stmts = DB_STMTS("report_counts", stmts);

enum fault
report_sql_clicks(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct clicks_row row;

	return report_each_part(rq, &stmts[Q_CLICKS + ask->by], PART_CLICKS, ask,
	                        (struct part_row){ &row, fn, arg });
}

enum fault
report_sql_shares(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct clicks_row row = { .cls = -1 };

	return report_each_part(rq, &stmts[Q_SHARES + ask->by], PART_SHARES, ask,
	                        (struct part_row){ &row, fn, arg });
}

enum fault
report_sql_share_moments(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct moment_row row = { .stage = -1 };

	return report_each_part(rq, &stmts[Q_SHARE_MOMENTS], PART_SHARES, ask,
	                        (struct part_row){ &row, fn, arg });
}

enum fault
report_sql_click_moments(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct moment_row row = { .stage = -1 };

	return db_each_scratch(
	    rq, &stmts[uuid_is_zero(ask->viewer) ? Q_CLICK_MOMENTS : Q_SEEN_CLICK_MOMENTS], ask,
	    &row, fn, arg);
}

enum fault
report_sql_event_moments(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct moment_row row = { .stage = -1 };

	return db_each_scratch(rq, &stmts[Q_EVENT_MOMENTS], ask, &row, fn, arg);
}
