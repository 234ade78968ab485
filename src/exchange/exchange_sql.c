/* SPDX-License-Identifier: Apache-2.0 */
/* exchange_sql.c - statements of exchange rates. */
#include "exchange_int.h"

/* clang-format off */
#define RATE_COLS \
	DB_COL_TIME(struct exchange_row, day_us),        DB_COL_STR(struct exchange_row, currency_text), \
	DB_COL_STR(struct exchange_row, base_text),      DB_COL_I64(struct exchange_row, billionths), \
	DB_COL_TIME(struct exchange_row, loaded_at)
static const struct db_col rate_in[] = { DB_COL_UUID(struct exchange_row, company_id), RATE_COLS };
static const struct db_col rate_out[] = { RATE_COLS };
static const struct db_col company_in[] = { DB_COL_UUID(struct exchange_row, company_id) };
static const struct db_col base_out[] = { DB_COL_STR(struct exchange_row, base_text) };
static const struct db_col period_in[] = {
	DB_COL_UUID(struct exchange_period, company_id), DB_COL_TIME(struct exchange_period, from_us),
	DB_COL_TIME(struct exchange_period, to_us),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct exchange_page, company_id), DB_COL_TIME(struct exchange_page, before_us),
	DB_COL_TIME(struct exchange_page, before_us),  DB_COL_STR(struct exchange_page, before),
	DB_COL_STR(struct exchange_page, currency),    DB_COL_STR(struct exchange_page, currency),
	DB_COL_I64(struct exchange_page, limit),
};

#define RATE_SELECT "SELECT CAST(day AS DATETIME(6)), currency, base, billionths, loaded_at FROM exchange_rate"

enum { Q_EACH, Q_BASE, Q_PAGE, Q_PUT, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_EACH] = {
		.name = "exchange_each",
		.sql = RATE_SELECT " WHERE company_id = ? AND day >= DATE(?) AND day <= DATE(?)",
		DB_IN(period_in), DB_OUT(rate_out),
	},
	[Q_BASE] = {
		.name = "exchange_base",
		.sql = "SELECT base FROM exchange_rate WHERE company_id = ? LIMIT 1",
		DB_IN(company_in), DB_OUT(base_out),
	},
	[Q_PAGE] = {
		.name = "exchange_page",
		.sql = RATE_SELECT " WHERE company_id = ? AND day <= DATE(?) AND (day < DATE(?) OR currency < ?)"
		       " AND (? IS NULL OR currency = ?) ORDER BY day DESC, currency DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(rate_out),
	},
	[Q_PUT] = {
		.name = "exchange_put",
		.sql = "INSERT INTO exchange_rate (company_id, day, currency, base, billionths, loaded_at)"
		       " VALUES (?, DATE(?), ?, ?, ?, ?)"
		       " ON DUPLICATE KEY UPDATE billionths = VALUE(billionths), loaded_at = VALUE(loaded_at)",
		DB_IN(rate_in),
	},
};
/* clang-format on */

const struct db_stmt_table exchange_stmts = DB_STMTS("exchange", stmts);

enum fault
exchange_sql_each(struct rq *rq, const struct exchange_period *p, db_row_fn *fn, void *arg)
{
	struct exchange_row row = { .billionths = 0 };

	return db_each_scratch(rq, &stmts[Q_EACH], p, &row, fn, arg);
}

enum fault
exchange_sql_base(struct rq *rq, struct exchange_row *out, bool *ret_found)
{
	const struct exchange_row key = { .company_id = rq_company(rq) };

	return db_maybe(rq, &stmts[Q_BASE], &key, out, ret_found);
}

enum fault
exchange_sql_page(struct rq *rq, const struct exchange_page *p, db_row_fn *fn, void *arg)
{
	struct exchange_row row = { .billionths = 0 };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
exchange_sql_put(struct rq *rq, const struct exchange_row *rows, size_t n)
{
	return db_bulk(rq, &stmts[Q_PUT], rows, sizeof(*rows), n, NULL);
}
