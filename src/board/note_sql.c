/* SPDX-License-Identifier: Apache-2.0 */
/* note_sql.c - statements of ranks of note: when a board was looked at, and who was where. */
#include "rostra/caller.h"

#include "board_int.h"

struct looks_due {
	int64_t before;
};

/* clang-format off */
static const struct db_col due_in[] = { DB_COL_TIME(struct looks_due, before) };
static const struct db_col company_in[] = { DB_COL_UUID(struct board_look, company_id) };
static const struct db_col look_out[] = {
	DB_COL_UUID(struct board_look, company_id), DB_COL_TIME(struct board_look, looked_at), DB_COL_BYTES(struct board_look, mark),
};
static const struct db_col done_in[] = {
	DB_COL_TIME(struct board_look, looked_at), DB_COL_BYTES(struct board_look, mark), DB_COL_UUID(struct board_look, company_id),
};
static const struct db_col place_cols[] = {
	DB_COL_UUID(struct board_place, company_id), DB_COL_UUID(struct board_place, person_id), DB_COL_I64(struct board_place, band),
};

enum { Q_DUE, Q_ENSURE, Q_HOLD, Q_DONE, Q_PLACES, Q_CLEAR, Q_PUT, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_DUE] = {
		.name = "board_looks_due",
		.sql = "SELECT c.id, l.looked_at, l.mark /* all companies: a job's look at what is due */ FROM company c"
		       " LEFT JOIN board_look l ON l.company_id = c.id WHERE l.looked_at IS NULL OR l.looked_at <= ?"
		       " ORDER BY l.looked_at LIMIT 20",
		DB_IN(due_in), DB_OUT(look_out),
	},
	[Q_ENSURE] = {
		.name = "board_look_ensure",
		.sql = "INSERT IGNORE INTO board_look (company_id) VALUES (?)",
		DB_IN(company_in),
	},
	[Q_HOLD] = {
		.name = "board_look_hold",
		.sql = "SELECT company_id, looked_at, mark FROM board_look WHERE company_id = ? FOR UPDATE",
		DB_IN(company_in), DB_OUT(look_out),
	},
	[Q_DONE] = {
		.name = "board_look_done",
		.sql = "UPDATE board_look SET looked_at = ?, mark = ? WHERE company_id = ?",
		DB_IN(done_in),
	},
	[Q_PLACES] = {
		.name = "board_places",
		.sql = "SELECT company_id, person_id, band FROM board_place WHERE company_id = ?",
		DB_IN(company_in), DB_OUT(place_cols),
	},
	[Q_CLEAR] = {
		.name = "board_places_clear",
		.sql = "DELETE FROM board_place WHERE company_id = ?",
		DB_IN(company_in),
	},
	[Q_PUT] = {
		.name = "board_place_put",
		.sql = "INSERT INTO board_place (company_id, person_id, band) VALUES (?, ?, ?)",
		DB_IN(place_cols),
	},
};
/* clang-format on */

const struct db_stmt_table board_note_stmts = DB_STMTS("board_note", stmts);

enum fault
board_sql_looks_due(struct rq *rq, int64_t before_us, db_row_fn *fn, void *arg)
{
	const struct looks_due in = { before_us };
	struct board_look row;

	return db_each(rq, &stmts[Q_DUE], &in, &row, fn, arg);
}

enum fault
board_sql_look_hold(struct rq *rq, struct board_look *out)
{
	const struct board_look in = { .company_id = rq_company(rq) };
	enum fault e = db_exec(rq, &stmts[Q_ENSURE], &in, NULL);

	return e ? e : db_one(rq, &stmts[Q_HOLD], &in, out);
}

enum fault
board_sql_look_done(struct rq *rq, const struct board_look *l)
{
	return db_exec(rq, &stmts[Q_DONE], l, NULL);
}

enum fault
board_sql_places(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct board_look in = { .company_id = rq_company(rq) };
	struct board_place row;

	return db_each(rq, &stmts[Q_PLACES], &in, &row, fn, arg);
}

enum fault
board_sql_places_set(struct rq *rq, const struct board_place *rows, size_t n)
{
	const struct board_look in = { .company_id = rq_company(rq) };
	enum fault e = db_exec(rq, &stmts[Q_CLEAR], &in, NULL);

	return e || n == 0 ? e : db_bulk(rq, &stmts[Q_PUT], rows, sizeof(*rows), n, NULL);
}
