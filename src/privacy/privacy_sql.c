/* SPDX-License-Identifier: Apache-2.0 */
/* privacy_sql.c - statements of requests to erase. */
#include "rostra/caller.h"

#include "privacy_int.h"

const char *const erasure_state_names[ERASURE_STATE__MAX + 1] = { "waiting", "done", "withdrawn" };

/* clang-format off */
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct erasure, company_id), DB_COL_UUID(struct erasure, id), DB_COL_UUID(struct erasure, person_id),
	DB_COL_UUID(struct erasure, asked_by), DB_COL_TIME(struct erasure, asked_at), DB_COL_TIME(struct erasure, due_at),
};
static const struct db_col key_in[] = { DB_COL_UUID(struct erasure, company_id), DB_COL_UUID(struct erasure, id) };
static const struct db_col row_out[] = {
	DB_COL_UUID(struct erasure, company_id), DB_COL_UUID(struct erasure, id), DB_COL_UUID(struct erasure, person_id),
	DB_COL_UUID(struct erasure, asked_by), DB_COL_ENUM(struct erasure, state, erasure_state_names),
	DB_COL_TIME(struct erasure, asked_at), DB_COL_TIME(struct erasure, due_at), DB_COL_TIME(struct erasure, ended_at),
};
static const struct db_col end_in[] = {
	DB_COL_ENUM(struct erasure, state, erasure_state_names), DB_COL_TIME(struct erasure, ended_at),
	DB_COL_UUID(struct erasure, company_id), DB_COL_UUID(struct erasure, person_id),
	DB_COL_UUID(struct erasure, id), DB_COL_UUID(struct erasure, id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct erasure_page, company_id), DB_COL_UUID(struct erasure_page, before),
	DB_COL_UUID(struct erasure_page, person), DB_COL_UUID(struct erasure_page, person), DB_COL_I64(struct erasure_page, limit),
};
static const struct db_col due_in[] = { DB_COL_TIME(struct erasure, due_at) };
#define ROW_SELECT "SELECT company_id, id, person_id, asked_by, state, asked_at, due_at, ended_at FROM erasure"

enum { Q_INSERT, Q_GET, Q_LOCK, Q_END, Q_PAGE, Q_DUE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = { .name = "erasure_insert",
		.sql = "INSERT INTO erasure (company_id, id, person_id, asked_by, asked_at, due_at, state)"
		       " VALUES (?, ?, ?, ?, ?, ?, 'waiting')",
		DB_IN(insert_in) },
	[Q_GET] = { .name = "erasure_get", .sql = ROW_SELECT " WHERE company_id = ? AND id = ?", DB_IN(key_in), DB_OUT(row_out) },
	[Q_LOCK] = { .name = "erasure_lock",
		.sql = ROW_SELECT " WHERE company_id = ? AND id = ? FOR UPDATE", DB_IN(key_in), DB_OUT(row_out) },
	[Q_END] = { .name = "erasure_end",
		.sql = "UPDATE erasure SET state = ?, ended_at = ? WHERE company_id = ? AND person_id = ?"
		       " AND state = 'waiting' AND (? IS NULL OR id = ?)",
		DB_IN(end_in) },
	[Q_PAGE] = { .name = "erasure_page",
		.sql = ROW_SELECT " WHERE company_id = ? AND id < ? AND (? IS NULL OR person_id = ?) ORDER BY id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(row_out) },
	[Q_DUE] = { .name = "erasure_due",
		.sql = ROW_SELECT " /* all companies: one job serves them all */ WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT 20",
		DB_IN(due_in), DB_OUT(row_out) },
};
/* clang-format on */

const struct db_stmt_table privacy_stmts = DB_STMTS("privacy", stmts);

enum fault
erasure_sql_insert(struct rq *rq, const struct erasure *row, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], row, ret_duplicate);
}

enum fault
erasure_sql_get(struct rq *rq, struct uuid id, bool lock, struct erasure *out)
{
	const struct erasure key = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[lock ? Q_LOCK : Q_GET], &key, out);
}

enum fault
erasure_sql_end(struct rq *rq, const struct erasure *row)
{
	return db_exec(rq, &stmts[Q_END], row, NULL);
}

enum fault
erasure_sql_page(struct rq *rq, const struct erasure_page *p, db_row_fn *fn, void *arg)
{
	struct erasure row = { .state = 0 };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
erasure_sql_due(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct erasure now = { .due_at = rq->now_us };
	struct erasure row = { .state = 0 };

	return db_each(rq, &stmts[Q_DUE], &now, &row, fn, arg);
}
