/* SPDX-License-Identifier: Apache-2.0 */
/* item_sql.c - statements of goals, tasks and comments: for who was found to be of the mentoring.
 */
#include "rostra/caller.h"

#include "mentoring_int.h"

/* clang-format off */
struct count {
	int64_t n;
};
static const struct db_col mentoring_in[] = {
	DB_COL_UUID(struct item, company_id), DB_COL_UUID(struct item, mentoring_id),
};
static const struct db_col count_out[] = { DB_COL_I64(struct count, n) };
static const struct db_col key_in[] = {
	DB_COL_UUID(struct item, company_id), DB_COL_UUID(struct item, mentoring_id), DB_COL_UUID(struct item, id),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct item, company_id), DB_COL_UUID(struct item, mentoring_id), DB_COL_UUID(struct item, id),
	DB_COL_UUID(struct item, author_id),  DB_COL_ENUM(struct item, kind, item_kind_names), DB_COL_STR(struct item, text),
	DB_COL_STR(struct item, due_on),      DB_COL_TIME(struct item, created_at),
};
static const struct db_col view_out[] = {
	DB_COL_UUID(struct item, company_id), DB_COL_UUID(struct item, mentoring_id), DB_COL_UUID(struct item, id),
	DB_COL_UUID(struct item, author_id),  DB_COL_ENUM(struct item, kind, item_kind_names), DB_COL_STR(struct item, text),
	DB_COL_STR(struct item, due_on),      DB_COL_BOOL(struct item, done), DB_COL_TIME(struct item, done_at),
	DB_COL_I64(struct item, version),     DB_COL_TIME(struct item, created_at),
};
static const struct db_col update_in[] = {
	DB_COL_STR(struct item, text),        DB_COL_STR(struct item, due_on), DB_COL_TIME(struct item, done_at),
	DB_COL_UUID(struct item, company_id), DB_COL_UUID(struct item, mentoring_id), DB_COL_UUID(struct item, id),
	DB_COL_I64(struct item, version),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct item_page, company_id), DB_COL_UUID(struct item_page, mentoring_id),
	DB_COL_UUID(struct item_page, after),      DB_COL_I64(struct item_page, limit),
};
static const struct db_col remark_in[] = {
	DB_COL_UUID(struct remark, company_id), DB_COL_UUID(struct remark, mentoring_id), DB_COL_UUID(struct remark, item_id),
	DB_COL_UUID(struct remark, id),         DB_COL_UUID(struct remark, author_id),    DB_COL_STR(struct remark, text),
	DB_COL_TIME(struct remark, created_at),
};
static const struct db_col remarks_in[] = {
	DB_COL_UUID(struct item_page, company_id), DB_COL_UUID(struct item_page, mentoring_id),
	DB_COL_UUID(struct item_page, item_id),    DB_COL_UUID(struct item_page, after), DB_COL_I64(struct item_page, limit),
};
static const struct db_col remark_out[] = {
	DB_COL_UUID(struct remark, id), DB_COL_UUID(struct remark, author_id), DB_COL_STR(struct remark, text),
	DB_COL_TIME(struct remark, created_at),
};

#define MENTORING_ITEM                                                                                    \
	"SELECT company_id, mentoring_id, id, author_id, kind, text, CAST(due_on AS CHAR), done_at IS NOT NULL, done_at," \
	" version, created_at FROM mentoring_item"

enum { Q_GET, Q_LOCK, Q_COUNT, Q_INSERT, Q_UPDATE, Q_PAGE, Q_REMARK, Q_REMARKS, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_GET] = { .name = "mentoring_item_get", .sql = MENTORING_ITEM " WHERE company_id = ? AND mentoring_id = ? AND id = ?",
		DB_IN(key_in), DB_OUT(view_out) },
	[Q_LOCK] = { .name = "mentoring_item_lock",
		.sql = MENTORING_ITEM " WHERE company_id = ? AND mentoring_id = ? AND id = ? FOR UPDATE", DB_IN(key_in), DB_OUT(view_out) },
	[Q_COUNT] = { .name = "mentoring_item_count",
		.sql = "SELECT COUNT(*) FROM mentoring_item WHERE company_id = ? AND mentoring_id = ?",
		DB_IN(mentoring_in), DB_OUT(count_out) },
	[Q_INSERT] = { .name = "mentoring_item_insert",
		.sql = "INSERT INTO mentoring_item (company_id, mentoring_id, id, author_id, kind, text, due_on, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_UPDATE] = { .name = "mentoring_item_update",
		.sql = "UPDATE mentoring_item SET text = ?, due_on = ?, done_at = ?, version = version + 1"
		       " WHERE company_id = ? AND mentoring_id = ? AND id = ? AND version = ?",
		DB_IN(update_in) },
	[Q_PAGE] = { .name = "mentoring_item_page",
		.sql = MENTORING_ITEM " WHERE company_id = ? AND mentoring_id = ? AND id > ? ORDER BY id LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out) },
	[Q_REMARK] = { .name = "mentoring_comment_insert",
		.sql = "INSERT INTO mentoring_comment (company_id, mentoring_id, item_id, id, author_id, text, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(remark_in) },
	[Q_REMARKS] = { .name = "mentoring_comment_page",
		.sql = "SELECT id, author_id, text, created_at FROM mentoring_comment"
		       " WHERE company_id = ? AND mentoring_id = ? AND item_id = ? AND id > ? ORDER BY id LIMIT ?",
		DB_IN(remarks_in), DB_OUT(remark_out) },
};
/* clang-format on */

const struct db_stmt_table mentoring_item_stmts = DB_STMTS("mentoring_item", stmts);

enum fault
item_sql_get(struct rq *rq, const struct item *key, bool lock, struct item *out)
{
	return db_one(rq, &stmts[lock ? Q_LOCK : Q_GET], key, out);
}

enum fault
item_sql_count(struct rq *rq, struct uuid mentoring, int64_t *ret_n)
{
	const struct item key = { .company_id = rq_company(rq), .mentoring_id = mentoring };
	struct count out;
	enum fault e = db_one(rq, &stmts[Q_COUNT], &key, &out);

	if (!e)
		*ret_n = out.n;
	return e;
}

enum fault
item_sql_insert(struct rq *rq, const struct item *i, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], i, ret_duplicate);
}

enum fault
item_sql_update(struct rq *rq, const struct item *i, bool *ret_done)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_UPDATE], i, &n);

	*ret_done = n > 0;
	return e;
}

enum fault
item_sql_page(struct rq *rq, const struct item_page *p, db_row_fn *fn, void *arg)
{
	struct item row = { .text = NULL };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
remark_sql_insert(struct rq *rq, const struct remark *r)
{
	return db_exec(rq, &stmts[Q_REMARK], r, NULL);
}

enum fault
remark_sql_page(struct rq *rq, const struct item_page *p, db_row_fn *fn, void *arg)
{
	struct remark row = { .text = NULL };

	return db_each(rq, &stmts[Q_REMARKS], p, &row, fn, arg);
}
