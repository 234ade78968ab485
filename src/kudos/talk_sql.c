/* SPDX-License-Identifier: Apache-2.0 */
/* talk_sql.c - statements of reactions and comments. */
#include "rostra/caller.h"

#include "talk_int.h"

/* clang-format off */
static const struct db_col react_in[] = {
	DB_COL_UUID(struct reaction, company_id), DB_COL_UUID(struct reaction, kudos_id),
	DB_COL_UUID(struct reaction, person_id),
	DB_COL_ENUM(struct reaction, reaction, kudos_reaction_names), DB_COL_TIME(struct reaction, reacted_at),
};
static const struct db_col unreact_in[] = {
	DB_COL_UUID(struct reaction, company_id), DB_COL_UUID(struct reaction, kudos_id),
	DB_COL_UUID(struct reaction, person_id),
	DB_COL_ENUM(struct reaction, reaction, kudos_reaction_names),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct comment, company_id),  DB_COL_UUID(struct comment, kudos_id),
	DB_COL_UUID(struct comment, id),          DB_COL_UUID(struct comment, person_id),
	DB_COL_STR(struct comment, text),         DB_COL_TIME(struct comment, created_at),
};
static const struct db_col key_in[] = {
	DB_COL_UUID(struct comment, company_id),  DB_COL_UUID(struct comment, kudos_id),
	DB_COL_UUID(struct comment, id),
};
static const struct db_col view_out[] = {
	DB_COL_UUID(struct comment, id),          DB_COL_UUID(struct comment, person_id),
	DB_COL_STR(struct comment, display_name), DB_COL_STR(struct comment, text),
	DB_COL_TIME(struct comment, created_at),  DB_COL_TIME(struct comment, edited_at),
	DB_COL_I64(struct comment, version),
};
static const struct db_col update_in[] = {
	DB_COL_STR(struct comment, text),         DB_COL_TIME(struct comment, edited_at),
	DB_COL_UUID(struct comment, company_id),  DB_COL_UUID(struct comment, kudos_id),
	DB_COL_UUID(struct comment, id),          DB_COL_I64(struct comment, version),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct comment_page, company_id), DB_COL_UUID(struct comment_page, kudos_id),
	DB_COL_UUID(struct comment_page, after),      DB_COL_I64(struct comment_page, limit),
};

#define VIEW_SELECT                                                                             \
	"SELECT t.id, t.person_id, p.display_name, t.text, t.created_at, t.edited_at, t.version"     \
	" FROM kudos_comment t JOIN person p ON p.company_id = t.company_id AND p.id = t.person_id"

enum { Q_REACT, Q_UNREACT, Q_INSERT, Q_GET, Q_UPDATE, Q_DELETE, Q_PAGE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_REACT] = {
		.name = "kudos_react",
		.sql = "INSERT INTO kudos_reaction (company_id, kudos_id, person_id, reaction, reacted_at)"
		       " VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
		       " reacted_at = IF(reaction = VALUE(reaction), reacted_at, VALUE(reacted_at)), reaction = VALUE(reaction)",
		DB_IN(react_in),
	},
	[Q_UNREACT] = {
		.name = "kudos_unreact",
		.sql = "DELETE FROM kudos_reaction WHERE company_id = ? AND kudos_id = ? AND person_id = ? AND reaction = ?",
		DB_IN(unreact_in),
	},
	[Q_INSERT] = {
		.name = "kudos_comment_insert",
		.sql = "INSERT INTO kudos_comment (company_id, kudos_id, id, person_id, text, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_GET] = {
		.name = "kudos_comment_get",
		.sql = VIEW_SELECT " WHERE t.company_id = ? AND t.kudos_id = ? AND t.id = ?",
		DB_IN(key_in), DB_OUT(view_out),
	},
	[Q_UPDATE] = {
		.name = "kudos_comment_update",
		.sql = "UPDATE kudos_comment SET text = ?, edited_at = ?, version = version + 1"
		       " WHERE company_id = ? AND kudos_id = ? AND id = ? AND version = ? AND EXISTS (SELECT 1 FROM person p"
		       " WHERE p.company_id = kudos_comment.company_id AND p.id = kudos_comment.person_id AND p.state = 'active')",
		DB_IN(update_in),
	},
	[Q_DELETE] = {
		.name = "kudos_comment_delete",
		.sql = "DELETE FROM kudos_comment WHERE company_id = ? AND kudos_id = ? AND id = ?",
		DB_IN(key_in),
	},
	[Q_PAGE] = {
		.name = "kudos_comment_page",
		.sql = VIEW_SELECT " WHERE t.company_id = ? AND t.kudos_id = ? AND t.id > ? ORDER BY t.id LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out),
	},
};
/* clang-format on */

const struct db_stmt_table kudos_talk_stmts = DB_STMTS("kudos_talk", stmts);

enum fault
reaction_sql_put(struct rq *rq, const struct reaction *r)
{
	return db_exec(rq, &stmts[Q_REACT], r, NULL);
}

enum fault
reaction_sql_delete(struct rq *rq, const struct reaction *r, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &stmts[Q_UNREACT], r, &n);

	if (!e)
		*ret_done = n > 0;
	return e;
}

enum fault
comment_sql_insert(struct rq *rq, const struct comment *c)
{
	return db_exec(rq, &stmts[Q_INSERT], c, NULL);
}

enum fault
comment_sql_get(struct rq *rq, const struct comment *key, struct comment *out)
{
	return db_one(rq, &stmts[Q_GET], key, out);
}

enum fault
comment_sql_update(struct rq *rq, const struct comment *c, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &stmts[Q_UPDATE], c, &n);

	if (!e)
		*ret_done = n > 0;
	return e;
}

enum fault
comment_sql_delete(struct rq *rq, const struct comment *key)
{
	return db_exec(rq, &stmts[Q_DELETE], key, NULL);
}

enum fault
comment_sql_page(struct rq *rq, const struct comment_page *p, db_row_fn *fn, void *arg)
{
	struct comment row = { .version = 0 };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}
