/* SPDX-License-Identifier: Apache-2.0 */
/* count_sql.c - a day's rows, as sums are counted from them. */
#include "rostra/caller.h"

#include "report_sql_int.h"
#include "sums_int.h"

/* clang-format off */
static const struct db_col ask_in[] = {
	DB_COL_UUID(struct count_ask, company_id), DB_COL_TIME(struct count_ask, from_us), DB_COL_TIME(struct count_ask, to_us),
};
#define SHARE_COLS \
	DB_COL_UUID(struct count_row, id[BY_PERSON]), DB_COL_UUID(struct count_row, id[BY_TEAM]), \
	DB_COL_ENUM(struct count_row, network, network_names), DB_COL_UUID(struct count_row, id[BY_POST]), \
	DB_COL_UUID(struct count_row, id[BY_CAMPAIGN]), DB_COL_UUID(struct count_row, id[BY_CHANNEL])
#define SHARE_COLUMNS "s.person_id, s.team_id, s.network, s.post_id, s.campaign_id, s.channel_id"
static const struct db_col shares_out[] = {
	SHARE_COLS, DB_COL_TIME(struct count_row, at_us), DB_COL_BOOL(struct count_row, edited),
};
static const struct db_col clicks_out[] = {
	SHARE_COLS, DB_COL_ENUM(struct count_row, cls, click_class_names), DB_COL_I64(struct count_row, n),
};
static const struct db_col events_out[] = {
	DB_COL_TIME(struct count_row, at_us), DB_COL_ENUM(struct count_row, stage, lead_stage_names),
	DB_COL_I64(struct count_row, n), DB_COL_STR(struct count_row, currency),
};

static const struct db_col paths_in[] = {
	DB_COL_I64(struct count_ask, window_days), DB_COL_UUID(struct count_ask, company_id),
	DB_COL_TIME(struct count_ask, from_us), DB_COL_TIME(struct count_ask, to_us),
	DB_COL_ENUM(struct count_ask, stage, lead_stage_names),
};
static const struct db_col paths_out[] = {
	DB_COL_UUID(struct stream_row, id),          DB_COL_UUID(struct stream_row, lead_id),
	DB_COL_TIME(struct stream_row, occurred_at),
	DB_COL_I64(struct stream_row, value_minor),  DB_COL_STR(struct stream_row, currency),
	DB_COL_UUID(struct stream_row, conversion_campaign), DB_COL_TIME(struct stream_row, lead_at),
	DB_COL_TIME(struct stream_row, opportunity_at), DB_COL_TIME(struct stream_row, won_at),
	DB_COL_TIME(struct stream_row, touched_at),  DB_COL_BYTES(struct stream_row, click_id),
	DB_COL_UUID(struct stream_row, share_id),
	DB_COL_UUID(struct stream_row, person_id),   DB_COL_UUID(struct stream_row, team_id),
	DB_COL_ENUM(struct stream_row, network, network_names), DB_COL_UUID(struct stream_row, post_id),
	DB_COL_UUID(struct stream_row, campaign_id), DB_COL_UUID(struct stream_row, channel_id),
};
static const struct db_col windows_in[] = {
	DB_COL_UUID(struct count_ask, company_id), DB_COL_UUID(struct count_ask, company_id),
};
static const struct db_col windows_out[] = {
	DB_COL_UUID(struct window_row, campaign_id), DB_COL_I64(struct window_row, days),
};

enum { Q_SHARES, Q_CLICKS, Q_EVENTS, Q_PATHS, Q_WINDOWS, Q__MAX };

/* Right after many rows came, what the server estimates of them is of before: indexes are named. */
static const struct db_stmt stmts[Q__MAX] = {
	[Q_SHARES] = { .name = "count_shares",
		.sql = "SELECT " SHARE_COLUMNS ", s.created_at, s.edited FROM share s FORCE INDEX (share_created)"
		       " WHERE s.company_id = ? AND s.created_at >= ? AND s.created_at < ? ORDER BY s.created_at, s.id",
		DB_IN(ask_in), DB_OUT(shares_out) },
	[Q_CLICKS] = { .name = "count_clicks",
		.sql = "SELECT STRAIGHT_JOIN " SHARE_COLUMNS ", d.class, CAST(d.n AS SIGNED) FROM click_day d FORCE INDEX (PRIMARY)"
		       " JOIN share s ON s.company_id = d.company_id AND s.id = d.share_id WHERE d.company_id = ?"
		       " AND d.day >= DATE(?) AND d.day < DATE(?)",
		DB_IN(ask_in), DB_OUT(clicks_out) },
	[Q_EVENTS] = { .name = "count_events",
		.sql = "SELECT occurred_at, stage, value_minor, currency FROM conversion FORCE INDEX (PRIMARY) WHERE company_id = ?"
		       " AND occurred_at >= ? AND occurred_at < ?",
		DB_IN(ask_in), DB_OUT(events_out) },
	[Q_PATHS] = { .name = "count_paths",
		.sql = LONG_RUN "SELECT STRAIGHT_JOIN c.id, c.lead_id, c.occurred_at, COALESCE(c.value_minor, 0), c.currency, c.campaign_id,"
		       " " LEAD_AT ", " EVENT_AT("opportunity") ", " EVENT_AT("won") ","
		       " t.touched_at, t.click_id, t.share_id, t.person_id, t.team_id, t.network, t.post_id, t.campaign_id, t.channel_id"
		       " FROM conversion c FORCE INDEX (PRIMARY) LEFT JOIN touch t FORCE INDEX (PRIMARY) ON t.company_id = c.company_id AND t.lead_id = c.lead_id"
		       " AND t.touched_at <= c.occurred_at AND t.touched_at >= c.occurred_at - INTERVAL ? DAY WHERE c.company_id = ?"
		       " AND c.occurred_at >= ? AND c.occurred_at < ? AND c.stage = ? ORDER BY c.occurred_at, c.id",
		DB_IN(paths_in), DB_OUT(paths_out) },
	[Q_WINDOWS] = { .name = "count_windows",
		.sql = "SELECT id, lookback_days FROM campaign WHERE company_id = ? UNION ALL SELECT NULL, lookback_days"
		       " FROM company /* all companies: its own id is asked for */ WHERE id = ?",
		DB_IN(windows_in), DB_OUT(windows_out) },
};
/* clang-format on */

const struct db_stmt_table count_stmts = DB_STMTS("count", stmts);

enum fault
count_sql_shares(struct rq *rq, const struct count_ask *ask, db_row_fn *fn, void *arg)
{
	struct count_row row = { .network = -1 };

	return db_each_scratch(rq, &stmts[Q_SHARES], ask, &row, fn, arg);
}

enum fault
count_sql_clicks(struct rq *rq, const struct count_ask *ask, db_row_fn *fn, void *arg)
{
	struct count_row row = { .network = -1 };

	return db_each_scratch(rq, &stmts[Q_CLICKS], ask, &row, fn, arg);
}

enum fault
count_sql_events(struct rq *rq, const struct count_ask *ask, db_row_fn *fn, void *arg)
{
	struct count_row row = { .stage = -1 };

	return db_each_scratch(rq, &stmts[Q_EVENTS], ask, &row, fn, arg);
}

enum fault
count_sql_paths(struct rq *rq, const struct count_ask *ask, db_row_fn *fn, void *arg)
{
	struct stream_row row = { .network = -1 };

	return db_each_scratch(rq, &stmts[Q_PATHS], ask, &row, fn, arg);
}

enum fault
count_sql_windows(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct count_ask in = { .company_id = rq_company(rq) };
	struct window_row row = { .days = 0 };

	return db_each_scratch(rq, &stmts[Q_WINDOWS], &in, &row, fn, arg);
}
