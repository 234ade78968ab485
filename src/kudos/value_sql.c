/* SPDX-License-Identifier: Apache-2.0 */
/* value_sql.c - statements of the company's values. */
#include "kudos_int.h"

/* clang-format off */
static const struct db_col view_out[] = {
	DB_COL_UUID(struct value, id),            DB_COL_STR(struct value, name),
	DB_COL_STR(struct value, description),    DB_COL_TIME(struct value, archived_at),
	DB_COL_I64(struct value, version),        DB_COL_TIME(struct value, created_at),
};
static const struct db_col key_in[] = {
	DB_COL_UUID(struct value, company_id), DB_COL_UUID(struct value, id),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct value, company_id), DB_COL_UUID(struct value, id), DB_COL_STR(struct value, name),
	DB_COL_STR(struct value, description), DB_COL_TIME(struct value, archived_at),
	DB_COL_TIME(struct value, created_at),
};
static const struct db_col update_in[] = {
	DB_COL_STR(struct value, name),        DB_COL_STR(struct value, description),
	DB_COL_TIME(struct value, archived_at), DB_COL_UUID(struct value, company_id),
	DB_COL_UUID(struct value, id),         DB_COL_I64(struct value, version),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct value_page, company_id), DB_COL_UUID(struct value_page, before),
	DB_COL_I64(struct value_page, limit),
};

#define VIEW "id, name, description, archived_at, version, created_at"

enum { Q_GET, Q_PAGE, Q_INSERT, Q_UPDATE, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_GET] = {
		.name = "value_get",
		.sql = "SELECT " VIEW " FROM company_value WHERE company_id = ? AND id = ?",
		DB_IN(key_in), DB_OUT(view_out),
	},
	[Q_PAGE] = {
		.name = "value_page",
		.sql = "SELECT " VIEW " FROM company_value WHERE company_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out),
	},
	[Q_INSERT] = {
		.name = "value_insert",
		.sql = "INSERT INTO company_value (company_id, id, name, description, archived_at, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_UPDATE] = {
		.name = "value_update",
		.sql = "UPDATE company_value SET name = ?, description = ?, archived_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(update_in),
	},
};
/* clang-format on */

const struct db_stmt_table value_stmts = DB_STMTS("value", rows);

enum fault
value_sql_get(struct rq *rq, struct uuid id, struct value *out)
{
	struct value key = { .company_id = rq_company(rq), .id = id };
	enum fault e = db_one(rq, &rows[Q_GET], &key, out);

	if (!e)
		out->archived = out->archived_at != TIME_NONE;
	return e;
}

enum fault
value_sql_insert(struct rq *rq, const struct value *v, bool *ret_duplicate)
{
	return db_insert(rq, &rows[Q_INSERT], v, ret_duplicate);
}

enum fault
value_sql_update(struct rq *rq, const struct value *v, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &rows[Q_UPDATE], v, &n);

	if (!e)
		*ret_done = n > 0;
	return e;
}

enum fault
value_sql_page(struct rq *rq, const struct value_page *p, db_row_fn *fn, void *arg)
{
	struct value row = { 0 };

	return db_each(rq, &rows[Q_PAGE], p, &row, fn, arg);
}
