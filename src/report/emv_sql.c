/* SPDX-License-Identifier: Apache-2.0 */
/* emv_sql.c - statements of rates, of clicks by network, and of sealed runs. */
#include "emv_int.h"
#include "report_sql_int.h"

enum { PART_CLICKS = 10 }; /* days of clicks in one statement */

/* clang-format off */
static const struct db_col set_key[] = { DB_COL_UUID(struct emv_set, company_id), DB_COL_UUID(struct emv_set, id) };
static const struct db_col set_in[] = {
	DB_COL_UUID(struct emv_set, company_id), DB_COL_UUID(struct emv_set, id), DB_COL_STR(struct emv_set, currency),
	DB_COL_STR(struct emv_set, from), DB_COL_UUID(struct emv_set, created_by), DB_COL_TIME(struct emv_set, created_at),
};
static const struct db_col set_out[] = {
	DB_COL_UUID(struct emv_set, id), DB_COL_STR(struct emv_set, currency), DB_COL_STR(struct emv_set, from),
	DB_COL_UUID(struct emv_set, created_by), DB_COL_TIME(struct emv_set, created_at), DB_COL_STR(struct emv_set, packed),
};
static const struct db_col rate_in[] = {
	DB_COL_UUID(struct emv_rate, company_id), DB_COL_UUID(struct emv_rate, set_id),
	DB_COL_ENUM(struct emv_rate, network, network_names), DB_COL_I64(struct emv_rate, thousand_clicks_minor),
};
static const struct db_col sets_in[] = {
	DB_COL_UUID(struct emv_page, company_id), DB_COL_STR(struct emv_page, currency), DB_COL_STR(struct emv_page, to),
	DB_COL_I64(struct emv_page, limit),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct emv_page, company_id), DB_COL_UUID(struct emv_page, before), DB_COL_I64(struct emv_page, limit),
};
static const struct db_col clicks_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      SEEN_IN,
};
static const struct db_col clicks_out[] = {
	DB_COL_VIEW(struct emv_cell_row, key), DB_COL_ENUM(struct emv_cell_row, network, network_names),
	DB_COL_I64(struct emv_cell_row, clicks),
};
#define RUN_COLS \
	DB_COL_UUID(struct emv_run, id), DB_COL_STR(struct emv_run, from), DB_COL_STR(struct emv_run, to), \
	DB_COL_STR(struct emv_run, currency), DB_COL_TIME(struct emv_run, as_of), DB_COL_UUID(struct emv_run, sealed_by), \
	DB_COL_I64(struct emv_run, clicks), DB_COL_I64(struct emv_run, unrated), DB_COL_I64(struct emv_run, value_minor), \
	DB_COL_BYTES(struct emv_run, sha)
static const struct db_col run_in[] = { DB_COL_UUID(struct emv_run, company_id), RUN_COLS };
static const struct db_col run_out[] = { RUN_COLS };
static const struct db_col run_key[] = { DB_COL_UUID(struct emv_run, company_id), DB_COL_UUID(struct emv_run, id) };
#define LINE_COLS \
	DB_COL_ENUM(struct emv_line, network, network_names), DB_COL_STR(struct emv_line, from), DB_COL_STR(struct emv_line, to), \
	DB_COL_UUID(struct emv_line, set_id), DB_COL_BOOL(struct emv_line, example), \
	DB_COL_I64(struct emv_line, thousand_clicks_minor), DB_COL_I64(struct emv_line, clicks), \
	DB_COL_I64(struct emv_line, value_minor)
static const struct db_col line_in[] = {
	DB_COL_UUID(struct emv_line, company_id), DB_COL_UUID(struct emv_line, run_id), LINE_COLS,
};
static const struct db_col line_out[] = { LINE_COLS };
static const struct db_col lines_in[] = { DB_COL_UUID(struct emv_line, company_id), DB_COL_UUID(struct emv_line, run_id) };

#define SET_SELECT \
	"SELECT s.id, s.currency, CAST(s.from_day AS CHAR(10)), s.created_by, s.created_at, (SELECT GROUP_CONCAT(r.network, ':'," \
	" r.thousand_clicks_minor ORDER BY r.network) FROM emv_rate r WHERE r.company_id = s.company_id AND r.set_id = s.id)" \
	" FROM emv_rate_set s"
#define RUN_COLUMNS "id, from_day, to_day, currency, as_of, sealed_by, clicks, unrated, value_minor, sha256"
#define LINE_COLUMNS "network, from_day, to_day, set_id, example, thousand_clicks_minor, clicks, value_minor"

enum {
	Q_CLICKS, /* one a dimension */
	Q_SET = Q_CLICKS + DIMENSION__MAX,
	Q_SET_NEW, Q_RATE_NEW, Q_SETS, Q_PAGE, Q_RUN, Q_RUN_NEW, Q_RUNS, Q_LINE_NEW, Q_LINES, Q__MAX
};
#define CLICKS_ROW(by, word, key) \
	[Q_CLICKS + (by)] = { .name = "emv_clicks_" word, \
		.sql = LONG_RUN "SELECT " key " AS k, s.network, CAST(SUM(d.n) AS SIGNED) FROM click_day d JOIN share s" \
		       " ON s.company_id = d.company_id AND s.id = d.share_id WHERE d.company_id = ?" \
		       " AND d.day >= DATE(?) AND d.day < DATE(?) AND d.class = 'human' AND " SHARE_SEEN " GROUP BY k, s.network", \
		DB_IN(clicks_in), DB_OUT(clicks_out) }

static const struct db_stmt stmts[Q__MAX] = {
	CLICKS_ROW(BY_PERSON, "person", "s.person_id"),
	CLICKS_ROW(BY_TEAM, "team", "s.team_id"),
	CLICKS_ROW(BY_NETWORK, "network", "s.network"),
	CLICKS_ROW(BY_POST, "post", "s.post_id"),
	CLICKS_ROW(BY_CAMPAIGN, "campaign", "s.campaign_id"),
	CLICKS_ROW(BY_CHANNEL, "channel", "s.channel_id"),
	[Q_SET] = { .name = "emv_set_get", .sql = SET_SELECT " WHERE s.company_id = ? AND s.id = ?",
		DB_IN(set_key), DB_OUT(set_out) },
	[Q_SET_NEW] = { .name = "emv_set_insert",
		.sql = "INSERT INTO emv_rate_set (company_id, id, currency, from_day, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(set_in) },
	[Q_RATE_NEW] = { .name = "emv_rate_insert",
		.sql = "INSERT INTO emv_rate (company_id, set_id, network, thousand_clicks_minor) VALUES (?, ?, ?, ?)", DB_IN(rate_in) },
	[Q_SETS] = { .name = "emv_sets",
		.sql = SET_SELECT " WHERE s.company_id = ? AND s.currency = ? AND s.from_day < ?"
		       " ORDER BY s.from_day, s.created_at, s.id LIMIT ?",
		DB_IN(sets_in), DB_OUT(set_out) },
	[Q_PAGE] = { .name = "emv_set_page", .sql = SET_SELECT " WHERE s.company_id = ? AND s.id < ? ORDER BY s.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(set_out) },
	[Q_RUN] = { .name = "emv_run_get", .sql = "SELECT " RUN_COLUMNS " FROM emv_run WHERE company_id = ? AND id = ?",
		DB_IN(run_key), DB_OUT(run_out) },
	[Q_RUN_NEW] = { .name = "emv_run_insert",
		.sql = "INSERT INTO emv_run (company_id, " RUN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", DB_IN(run_in) },
	[Q_RUNS] = { .name = "emv_run_page",
		.sql = "SELECT " RUN_COLUMNS " FROM emv_run WHERE company_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(run_out) },
	[Q_LINE_NEW] = { .name = "emv_line_insert",
		.sql = "INSERT INTO emv_run_line (company_id, run_id, " LINE_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(line_in) },
	[Q_LINES] = { .name = "emv_lines",
		.sql = "SELECT " LINE_COLUMNS " FROM emv_run_line WHERE company_id = ? AND run_id = ? ORDER BY network, from_day",
		DB_IN(lines_in), DB_OUT(line_out) },
};
/* clang-format on */

const struct db_stmt_table emv_stmts = DB_STMTS("emv", stmts);

enum fault
emv_sql_set(struct rq *rq, struct uuid id, struct emv_set *out)
{
	const struct emv_set key = { .company_id = rq_company(rq), .id = id };
	enum fault e = db_one(rq, &stmts[Q_SET], &key, out);

	if (!e)
		out->rates = emv_unpack(rq->arena, out->packed);
	return e;
}

enum fault
emv_sql_insert_set(struct rq *rq, const struct emv_set *s, bool *ret_duplicate)
{
	enum fault e = db_insert(rq, &stmts[Q_SET_NEW], s, ret_duplicate);

	if (e || *ret_duplicate || s->rates.n == 0)
		return e;
	return db_bulk(rq, &stmts[Q_RATE_NEW], s->rates.items, sizeof(struct emv_rate), s->rates.n,
	               NULL);
}

enum fault
emv_sql_sets(struct rq *rq, const struct emv_page *p, db_row_fn *fn, void *arg)
{
	struct emv_set row = { .packed = NULL };

	return db_each(rq, &stmts[Q_SETS], p, &row, fn, arg);
}

enum fault
emv_sql_page(struct rq *rq, const struct emv_page *p, db_row_fn *fn, void *arg)
{
	struct emv_set row = { .packed = NULL };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
emv_sql_clicks(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct emv_cell_row row = { .network = -1 };

	return report_each_part(rq, &stmts[Q_CLICKS + ask->by], PART_CLICKS, ask,
	                        (struct part_row){ &row, fn, arg });
}

enum fault
emv_sql_run(struct rq *rq, struct uuid id, struct emv_run *out)
{
	const struct emv_run key = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[Q_RUN], &key, out);
}

enum fault
emv_sql_runs(struct rq *rq, const struct emv_page *p, db_row_fn *fn, void *arg)
{
	struct emv_run row = { .currency = NULL };

	return db_each(rq, &stmts[Q_RUNS], p, &row, fn, arg);
}

enum fault
emv_sql_insert_run(struct rq *rq, const struct emv_run *r, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_RUN_NEW], r, ret_duplicate);
}

enum fault
emv_sql_insert_lines(struct rq *rq, const struct emv_line *lines, size_t n)
{
	return db_bulk(rq, &stmts[Q_LINE_NEW], lines, sizeof(*lines), n, NULL);
}

enum fault
emv_sql_lines(struct rq *rq, struct uuid run, db_row_fn *fn, void *arg)
{
	const struct emv_line key = { .company_id = rq_company(rq), .run_id = run };
	struct emv_line row = { .network = -1 };

	return db_each(rq, &stmts[Q_LINES], &key, &row, fn, arg);
}
