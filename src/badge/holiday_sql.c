/* SPDX-License-Identifier: Apache-2.0 */
/* holiday_sql.c - statements of holidays. */
#include "rostra/caller.h"

#include "holiday_int.h"

/* clang-format off */
static const struct db_col row_cols[] = {
	DB_COL_UUID(struct holiday, company_id), DB_COL_STR(struct holiday, day), DB_COL_STR(struct holiday, name),
};
static const struct db_col key_in[] = { DB_COL_UUID(struct holiday, company_id), DB_COL_STR(struct holiday, day) };
struct from {
	struct uuid company_id;
	const char *day;
	int64_t     limit;
};
static const struct db_col each_in[] = {
	DB_COL_UUID(struct from, company_id), DB_COL_STR(struct from, day), DB_COL_I64(struct from, limit),
};

enum { Q_PUT, Q_DELETE, Q_EACH, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_PUT] = { .name = "holiday_put",
		.sql = "INSERT INTO holiday (company_id, day, name) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE name = VALUE(name)",
		DB_IN(row_cols) },
	[Q_DELETE] = { .name = "holiday_delete", .sql = "DELETE FROM holiday WHERE company_id = ? AND day = ?", DB_IN(key_in) },
	[Q_EACH] = { .name = "holiday_each",
		.sql = "SELECT company_id, CAST(day AS CHAR), name FROM holiday WHERE company_id = ? AND day >= ? ORDER BY day LIMIT ?",
		DB_IN(each_in), DB_OUT(row_cols) },
};
/* clang-format on */

const struct db_stmt_table holiday_stmts = DB_STMTS("holiday", stmts);

enum fault
holiday_sql_put(struct rq *rq, const struct holiday *h, bool *ret_news)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_PUT], h, &n);

	*ret_news = n == 1; /* 2: of another name */
	return e;
}

enum fault
holiday_sql_delete(struct rq *rq, const struct holiday *h)
{
	return db_exec(rq, &stmts[Q_DELETE], h, NULL);
}

enum fault
holiday_sql_each(struct rq *rq, const char *from, int64_t limit, db_row_fn *fn, void *arg)
{
	const struct from in = { rq_company(rq), from, limit };
	struct holiday row = { .day = NULL };

	return db_each(rq, &stmts[Q_EACH], &in, &row, fn, arg);
}
