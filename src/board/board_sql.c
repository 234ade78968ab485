/* SPDX-License-Identifier: Apache-2.0 */
/* board_sql.c - statements of boards. */
#include "rostra/caller.h"

#include "board_int.h"

/* clang-format off */
static const struct db_col choice_cols[] = {
	DB_COL_UUID(struct board_choice, company_id), DB_COL_UUID(struct board_choice, person_id),
	DB_COL_BOOL(struct board_choice, on_boards),  DB_COL_TIME(struct board_choice, updated_at),
};
static const struct db_col choice_in[] = {
	DB_COL_UUID(struct board_choice, company_id), DB_COL_UUID(struct board_choice, person_id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct board_page, company_id),  DB_COL_TIME(struct board_page, from),
	DB_COL_TIME(struct board_page, as_of),       DB_COL_I64(struct board_page, after_tenths),
	DB_COL_I64(struct board_page, after_tenths), DB_COL_I64(struct board_page, after_tenths),
	DB_COL_UUID(struct board_page, after_id),    DB_COL_I64(struct board_page, limit),
};
static const struct db_col page_out[] = {
	DB_COL_UUID(struct board_row, person_id), DB_COL_STR(struct board_row, display_name),
	DB_COL_I64(struct board_row, tenths),     DB_COL_I64(struct board_row, rank),
};
static const struct db_col own_in[] = {
	DB_COL_UUID(struct board_page, company_id), DB_COL_UUID(struct board_page, person_id),
	DB_COL_TIME(struct board_page, from),       DB_COL_TIME(struct board_page, as_of),
	DB_COL_UUID(struct board_page, company_id), DB_COL_TIME(struct board_page, from),
	DB_COL_TIME(struct board_page, as_of),
};
static const struct db_col own_out[] = {
	DB_COL_I64(struct board_row, tenths), DB_COL_I64(struct board_row, rank),
};

/* What was bought with points was earned all the same. */
#define EARNED "e.company_id = ? AND e.currency = 'earned' AND e.reason <> 'redeemed'"
#define BETWEEN " AND e.created_at >= ? AND e.created_at < ?"
/* Rows of who has points and is seen: who left is not, nor who does not want to be. */
#define SHOWN                                                                                    \
	"SELECT p.id, p.display_name, s.tenths FROM (SELECT e.company_id, e.person_id, SUM(e.tenths) AS tenths" \
	" FROM point_entry e WHERE " EARNED BETWEEN " GROUP BY e.company_id, e.person_id) s"            \
	" JOIN person p ON p.company_id = s.company_id AND p.id = s.person_id"                          \
	" LEFT JOIN board_choice b ON b.company_id = p.company_id AND b.person_id = p.id"               \
	" WHERE s.tenths > 0 AND p.state = 'active' AND COALESCE(b.on_boards, 1)"

enum { Q_CHOICE, Q_CHOOSE, Q_PAGE, Q_OWN, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_CHOICE] = {
		.name = "board_choice_get",
		.sql = "SELECT company_id, person_id, on_boards, updated_at FROM board_choice"
		       " WHERE company_id = ? AND person_id = ?",
		DB_IN(choice_in), DB_OUT(choice_cols),
	},
	[Q_CHOOSE] = {
		.name = "board_choice_set",
		.sql = "INSERT INTO board_choice (company_id, person_id, on_boards, updated_at) VALUES (?, ?, ?, ?)"
		       " ON DUPLICATE KEY UPDATE on_boards = VALUE(on_boards), updated_at = VALUE(updated_at)",
		DB_IN(choice_cols),
	},
	[Q_PAGE] = {
		.name = "board_page",
		.sql = "SELECT r.id, r.display_name, CAST(r.tenths AS SIGNED), r.place FROM (SELECT t.id, t.display_name,"
		       " t.tenths, RANK() OVER (ORDER BY t.tenths DESC) AS place FROM (" SHOWN ") t) r"
		       " WHERE ? IS NULL OR r.tenths < ? OR (r.tenths = ? AND r.id > ?)"
		       " ORDER BY r.tenths DESC, r.id LIMIT ?",
		DB_IN(page_in), DB_OUT(page_out),
	},
	[Q_OWN] = {
		.name = "board_own",
		.sql = "SELECT CAST(o.tenths AS SIGNED), IF(o.tenths > 0, 1 + COUNT(t.id), 0)"
		       " FROM (SELECT COALESCE(SUM(e.tenths), 0) AS tenths FROM point_entry e WHERE " EARNED
		       " AND e.person_id = ?" BETWEEN ") o"
		       " LEFT JOIN (" SHOWN ") t ON t.tenths > o.tenths GROUP BY o.tenths",
		DB_IN(own_in), DB_OUT(own_out),
	},
};
/* clang-format on */

const struct db_stmt_table board_stmts = DB_STMTS("board", stmts);

enum fault
board_sql_choice(struct rq *rq, bool *ret_on_boards)
{
	struct board_choice key = { .company_id = rq_company(rq), .person_id = rq->who->person };
	struct board_choice row = { .on_boards = true };
	bool found;
	enum fault e = db_maybe(rq, &stmts[Q_CHOICE], &key, &row, &found);

	if (!e)
		*ret_on_boards = !found || row.on_boards;
	return e;
}

enum fault
board_sql_choose(struct rq *rq, bool on_boards)
{
	struct board_choice row = { .company_id = rq_company(rq),
		                    .person_id = rq->who->person,
		                    .on_boards = on_boards,
		                    .updated_at = rq->now_us };

	return db_exec(rq, &stmts[Q_CHOOSE], &row, NULL);
}

enum fault
board_sql_page(struct rq *rq, const struct board_page *p, db_row_fn *fn, void *arg)
{
	struct board_row row = { .rank = 0 };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
board_sql_own(struct rq *rq, const struct board_page *p, struct board_row *out)
{
	return db_one(rq, &stmts[Q_OWN], p, out);
}
