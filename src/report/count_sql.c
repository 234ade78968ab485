/* SPDX-License-Identifier: Apache-2.0 */
/* count_sql.c - a day's rows, as sums are counted from them. */
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

enum { Q_SHARES, Q_CLICKS, Q_EVENTS, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_SHARES] = { .name = "count_shares",
		.sql = "SELECT " SHARE_COLUMNS ", s.created_at, s.edited FROM share s FORCE INDEX (share_created)"
		       " WHERE s.company_id = ? AND s.created_at >= ? AND s.created_at < ?",
		DB_IN(ask_in), DB_OUT(shares_out) },
	[Q_CLICKS] = { .name = "count_clicks",
		.sql = "SELECT STRAIGHT_JOIN " SHARE_COLUMNS ", d.class, CAST(d.n AS SIGNED) FROM click_day d FORCE INDEX (PRIMARY)"
		       " JOIN share s ON s.company_id = d.company_id AND s.id = d.share_id WHERE d.company_id = ?"
		       " AND d.day >= DATE(?) AND d.day < DATE(?)",
		DB_IN(ask_in), DB_OUT(clicks_out) },
	[Q_EVENTS] = { .name = "count_events",
		.sql = "SELECT occurred_at, stage, value_minor, currency FROM conversion WHERE company_id = ?"
		       " AND occurred_at >= ? AND occurred_at < ?",
		DB_IN(ask_in), DB_OUT(events_out) },
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
