/* SPDX-License-Identifier: Apache-2.0 */
/* consent_sql.c - statements of texts to accept. */
#include "rostra/caller.h"

#include "consent_int.h"

/* clang-format off */
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct consent, id), DB_COL_STR(struct consent, name), DB_COL_TIME(struct consent, in_force_at),
	DB_COL_UUID(struct consent, created_by), DB_COL_TIME(struct consent, created_at), DB_COL_BYTES(struct consent, body_sha256),
	DB_COL_UUID(struct consent, company_id), DB_COL_UUID(struct consent, company_id), DB_COL_STR(struct consent, name),
};
static const struct db_col text_in[] = {
	DB_COL_UUID(struct consent_text, company_id), DB_COL_UUID(struct consent_text, consent_id),
	DB_COL_STR(struct consent_text, language), DB_COL_STR(struct consent_text, title), DB_COL_STR(struct consent_text, body),
};
static const struct db_col key_in[] = { DB_COL_UUID(struct consent, company_id), DB_COL_UUID(struct consent, id) };
static const struct db_col row_out[] = {
	DB_COL_UUID(struct consent, company_id), DB_COL_UUID(struct consent, id), DB_COL_STR(struct consent, name),
	DB_COL_I64(struct consent, version), DB_COL_TIME(struct consent, in_force_at), DB_COL_BYTES(struct consent, body_sha256),
};
static const struct db_col page_in[] = {
	DB_COL_TIME(struct consent_page, now), DB_COL_UUID(struct consent_page, person_id), DB_COL_STR(struct consent_page, language),
	DB_COL_STR(struct consent_page, language), DB_COL_UUID(struct consent_page, company_id),
	DB_COL_UUID(struct consent_page, after), DB_COL_UUID(struct consent_page, after), DB_COL_UUID(struct consent_page, only),
	DB_COL_UUID(struct consent_page, only), DB_COL_TIME(struct consent_page, now), DB_COL_I64(struct consent_page, limit),
};
static const struct db_col view_out[] = {
	DB_COL_UUID(struct consent_view, id), DB_COL_STR(struct consent_view, name), DB_COL_I64(struct consent_view, version),
	DB_COL_TIME(struct consent_view, in_force_at), DB_COL_STR(struct consent_view, language), DB_COL_STR(struct consent_view, title),
	DB_COL_STR(struct consent_view, body), DB_COL_TIME(struct consent_view, accepted_at), DB_COL_BOOL(struct consent_view, due),
};
static const struct db_col accept_in[] = {
	DB_COL_UUID(struct consent_acceptance, company_id), DB_COL_UUID(struct consent_acceptance, person_id),
	DB_COL_UUID(struct consent_acceptance, consent_id), DB_COL_STR(struct consent_acceptance, language),
	DB_COL_TIME(struct consent_acceptance, accepted_at),
};
static const struct db_col archive_in[] = {
	DB_COL_TIME(struct consent, archived_at), DB_COL_UUID(struct consent, company_id), DB_COL_UUID(struct consent, id),
};

enum { Q_INSERT, Q_TEXT, Q_GET, Q_PAGE, Q_ACCEPT, Q_ARCHIVE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = { .name = "consent_insert",
		.sql = "INSERT INTO consent (id, name, in_force_at, created_by, created_at, body_sha256, company_id, version)"
		       " SELECT ?, ?, ?, ?, ?, ?, ?, COALESCE(MAX(version), 0) + 1 FROM consent WHERE company_id = ? AND name = ?",
		DB_IN(insert_in) },
	[Q_TEXT] = { .name = "consent_text_insert",
		.sql = "INSERT INTO consent_text (company_id, consent_id, language, title, body) VALUES (?, ?, ?, ?, ?)",
		DB_IN(text_in) },
	[Q_GET] = { .name = "consent_get",
		.sql = "SELECT company_id, id, name, version, in_force_at, body_sha256 FROM consent WHERE company_id = ? AND id = ?",
		DB_IN(key_in), DB_OUT(row_out) },
	[Q_PAGE] = { .name = "consent_page",
		.sql = "SELECT t.id, t.name, t.version, t.in_force_at, x.language, x.title, x.body, a.accepted_at,"
		       " a.accepted_at IS NULL AND t.in_force_at <= ?"
		       " FROM consent t JOIN company c ON c.id = t.company_id LEFT JOIN consent_acceptance a"
		       " ON a.company_id = t.company_id AND a.person_id = ? AND a.consent_id = t.id"
		       " JOIN consent_text x ON x.company_id = t.company_id AND x.consent_id = t.id AND x.language ="
		       " (SELECT y.language FROM consent_text y WHERE y.company_id = t.company_id AND y.consent_id = t.id"
		       " ORDER BY y.language = ? DESC, y.language = SUBSTRING_INDEX(?, '-', 1) DESC, y.language = c.language DESC,"
		       " y.language LIMIT 1)"
		       " WHERE t.company_id = ? AND t.archived_at IS NULL AND (? IS NULL OR t.id > ?) AND (? IS NULL OR t.id = ?)"
		       " AND NOT EXISTS (SELECT 1 FROM consent n WHERE n.company_id = t.company_id AND n.name = t.name"
		       " AND n.version > t.version AND n.archived_at IS NULL AND n.in_force_at <= ?) ORDER BY t.id LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out) },
	[Q_ACCEPT] = { .name = "consent_accept",
		.sql = "INSERT IGNORE INTO consent_acceptance (company_id, person_id, consent_id, language, accepted_at)"
		       " VALUES (?, ?, ?, ?, ?)",
		DB_IN(accept_in) },
	[Q_ARCHIVE] = { .name = "consent_archive",
		.sql = "UPDATE consent SET archived_at = ? WHERE company_id = ? AND id = ? AND archived_at IS NULL",
		DB_IN(archive_in) },
};
/* clang-format on */

const struct db_stmt_table consent_stmts = DB_STMTS("consent", stmts);

enum fault
consent_sql_insert(struct rq *rq, const struct consent *c, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], c, ret_duplicate);
}

enum fault
consent_sql_text_insert(struct rq *rq, const struct consent_text *t)
{
	return db_exec(rq, &stmts[Q_TEXT], t, NULL);
}

enum fault
consent_sql_get(struct rq *rq, struct uuid id, struct consent *out)
{
	const struct consent key = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[Q_GET], &key, out);
}

enum fault
consent_sql_page(struct rq *rq, const struct consent_page *p, db_row_fn *fn, void *arg)
{
	struct consent_view row = { .due = false };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
consent_sql_accept(struct rq *rq, const struct consent_acceptance *a)
{
	return db_exec(rq, &stmts[Q_ACCEPT], a, NULL);
}

enum fault
consent_sql_archive(struct rq *rq, const struct consent *c, uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_ARCHIVE], c, ret_n);
}
