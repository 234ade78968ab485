/* SPDX-License-Identifier: Apache-2.0 */
/* access_sql.c - statements of access, and how their rows map. */
#include <string.h>

#include "rostra/caller.h"

#include "access_int.h"

/* clang-format off */
static const struct db_col person_in[] = {
	DB_COL_TIME(struct person_now, now), DB_COL_TIME(struct person_now, now),
	DB_COL_UUID(struct person_now, session_id), DB_COL_TIME(struct person_now, now),
	DB_COL_UUID(struct person_now, company_id), DB_COL_UUID(struct person_now, person_id),
	DB_COL_UUID(struct person_now, session_id),
};
static const struct db_col person_out[] = {
	DB_COL_ENUM(struct person_now, role, role_names), DB_COL_STR(struct person_now, language),
	DB_COL_STR(struct person_now, min_app_version), DB_COL_BOOL(struct person_now, consent_due),
};
static const struct db_col digest_in[] = {
	DB_COL_BYTES(struct key_row, key_sha256), DB_COL_BYTES(struct key_row, key_sha256),
	DB_COL_TIME(struct key_row, created_at),
};
static const struct db_col key_out[] = {
	DB_COL_UUID(struct key_row, company_id),  DB_COL_UUID(struct key_row, id),
	DB_COL_ENUM(struct key_row, kind, key_kind_names), DB_COL_STR(struct key_row, name),
	DB_COL_STR(struct key_row, prefix),       DB_COL_STR(struct key_row, scopes),
	DB_COL_STR(struct key_row, origins),      DB_COL_TIME(struct key_row, created_at),
	DB_COL_TIME(struct key_row, expires_at),  DB_COL_TIME(struct key_row, revoked_at),
	DB_COL_TIME(struct key_row, last_used_at), DB_COL_TIME(struct key_row, former_until),
};
#define KEY_COLUMNS_TO(until) \
	"k.company_id, k.id, k.kind, k.name, k.prefix, k.scopes, k.origins, k.created_at, " until "," \
	" k.revoked_at, k.last_used_at, k.former_until"
#define KEY_COLUMNS KEY_COLUMNS_TO("k.expires_at")
static const struct db_col rotate_in[] = {
	DB_COL_TIME(struct key_row, created_at), DB_COL_TIME(struct key_row, former_until), DB_COL_TIME(struct key_row, created_at),
	DB_COL_TIME(struct key_row, created_at), DB_COL_TIME(struct key_row, former_until), DB_COL_TIME(struct key_row, created_at),
	DB_COL_TIME(struct key_row, former_until), DB_COL_BYTES(struct key_row, key_sha256), DB_COL_STR(struct key_row, prefix),
	DB_COL_UUID(struct key_row, company_id), DB_COL_UUID(struct key_row, id),
};
static const struct db_col used_in[] = {
	DB_COL_TIME(struct key_row, last_used_at), DB_COL_UUID(struct key_row, company_id),
	DB_COL_UUID(struct key_row, id),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct key_row, company_id),  DB_COL_UUID(struct key_row, id),
	DB_COL_ENUM(struct key_row, kind, key_kind_names), DB_COL_STR(struct key_row, name),
	DB_COL_STR(struct key_row, prefix),       DB_COL_BYTES(struct key_row, key_sha256),
	DB_COL_STR(struct key_row, scopes),       DB_COL_STR(struct key_row, origins),
	DB_COL_TIME(struct key_row, created_at),  DB_COL_TIME(struct key_row, expires_at),
};
static const struct db_col revoke_in[] = {
	DB_COL_TIME(struct key_row, revoked_at),  DB_COL_UUID(struct key_row, company_id),
	DB_COL_UUID(struct key_row, id),
};
static const struct db_col get_in[] = {
	DB_COL_UUID(struct key_row, company_id),  DB_COL_UUID(struct key_row, id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct key_page, company_id), DB_COL_UUID(struct key_page, after_id),
	DB_COL_I64(struct key_page, limit),
};

enum { Q_PERSON, Q_KEY_FIND, Q_KEY_USED, Q_KEY_INSERT, Q_KEY_REVOKE, Q_KEY_PAGE, Q_KEY_GET, Q_KEY_ROTATE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_PERSON] = { .name = "access_person",
		.sql = "SELECT p.role, COALESCE(p.language, c.language), c.min_app_version,"
		       " EXISTS (SELECT 1 FROM consent t WHERE t.company_id = p.company_id AND t.archived_at IS NULL"
		       " AND t.in_force_at <= ? AND NOT EXISTS (SELECT 1 FROM consent n WHERE n.company_id = t.company_id"
		       " AND n.name = t.name AND n.version > t.version AND n.archived_at IS NULL AND n.in_force_at <= ?)"
		       " AND NOT EXISTS (SELECT 1 FROM consent_acceptance a WHERE a.company_id = t.company_id"
		       " AND a.person_id = p.id AND a.consent_id = t.id)) FROM person p"
		       " JOIN company c ON c.id = p.company_id"
		       " LEFT JOIN session s ON s.company_id = p.company_id AND s.id = ? AND s.person_id = p.id"
		       " AND s.ended_at IS NULL AND s.expires_at > ?"
		       " WHERE p.company_id = ? AND p.id = ? AND p.state = 'active' AND c.state = 'active'"
		       " AND (? IS NULL OR s.id IS NOT NULL)",
		DB_IN(person_in), DB_OUT(person_out) },
	[Q_KEY_FIND] = { .name = "api_key_find",
		.sql = "SELECT " KEY_COLUMNS " FROM api_key k /* all companies: the key says which */"
		       " JOIN company c ON c.id = k.company_id AND c.state = 'active'"
		       " WHERE k.key_sha256 = ? AND k.revoked_at IS NULL UNION ALL"
		       " SELECT " KEY_COLUMNS_TO("LEAST(k.former_until, COALESCE(k.expires_at, k.former_until))")
		       " FROM api_key k JOIN company c ON c.id = k.company_id AND c.state = 'active'"
		       " WHERE k.former_sha256 = ? AND k.former_until > ? AND k.revoked_at IS NULL",
		DB_IN(digest_in), DB_OUT(key_out) },
	[Q_KEY_USED] = { .name = "api_key_used",
		.sql = "UPDATE api_key SET last_used_at = ? WHERE company_id = ? AND id = ?", DB_IN(used_in) },
	[Q_KEY_INSERT] = { .name = "api_key_insert",
		.sql = "INSERT INTO api_key (company_id, id, kind, name, prefix, key_sha256, scopes, origins,"
		       " created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_KEY_REVOKE] = { .name = "api_key_revoke",
		.sql = "UPDATE api_key SET revoked_at = COALESCE(revoked_at, ?) WHERE company_id = ? AND id = ?",
		DB_IN(revoke_in) },
	/* Assignments are made from left to right: each sees the former row of what stands behind it. */
	[Q_KEY_ROTATE] = { .name = "api_key_rotate",
		.sql = "UPDATE api_key SET former_sha256 = IF(former_until > ? AND ? > ?, former_sha256, key_sha256),"
		       " former_until = IF(former_until > ? AND ? > ?, former_until, ?), key_sha256 = ?, prefix = ?"
		       " WHERE company_id = ? AND id = ? AND revoked_at IS NULL",
		DB_IN(rotate_in) },
	[Q_KEY_GET] = { .name = "api_key_get",
		.sql = "SELECT " KEY_COLUMNS " FROM api_key k WHERE k.company_id = ? AND k.id = ?",
		DB_IN(get_in), DB_OUT(key_out) },
	[Q_KEY_PAGE] = { .name = "api_key_page",
		.sql = "SELECT " KEY_COLUMNS " FROM api_key k WHERE k.company_id = ? AND k.id > ?"
		       " ORDER BY k.id LIMIT ?",
		DB_IN(page_in), DB_OUT(key_out) },
};
/* clang-format on */

const struct db_stmt_table access_stmts = DB_STMTS("access", stmts);

enum fault
access_sql_person(struct rq *rq, const struct caller *who, struct person_now *ret, bool *ret_found)
{
	const struct person_now in = {
		.company_id = who->company,
		.person_id = who->person,
		.session_id = who->session,
		.now = rq->now_us,
	};

	return db_maybe(rq, &stmts[Q_PERSON], &in, ret, ret_found);
}

enum fault
key_sql_find(struct rq *rq, struct sha256 digest, struct key_row *ret, bool *ret_found)
{
	struct key_row in = { 0 };

	memcpy(in.key_sha256, digest.b, sizeof(in.key_sha256));
	in.created_at = rq->now_us;
	return db_maybe(rq, &stmts[Q_KEY_FIND], &in, ret, ret_found);
}

enum fault
key_sql_rotate(struct rq *rq, const struct key_row *key)
{
	struct key_row in = *key;

	in.created_at = rq->now_us;
	return db_exec(rq, &stmts[Q_KEY_ROTATE], &in, NULL);
}

enum fault
key_sql_used(struct rq *rq, const struct key_row *key)
{
	struct key_row in = *key;

	in.last_used_at = rq->now_us;
	return db_exec(rq, &stmts[Q_KEY_USED], &in, NULL);
}

enum fault
key_sql_insert(struct rq *rq, const struct key_row *key, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_KEY_INSERT], key, ret_duplicate);
}

enum fault
key_sql_get(struct rq *rq, struct uuid id, struct key_row *ret, bool *ret_found)
{
	struct key_row in = { .company_id = rq_company(rq), .id = id };

	return db_maybe(rq, &stmts[Q_KEY_GET], &in, ret, ret_found);
}

enum fault
key_sql_revoke(struct rq *rq, struct uuid id, uint64_t *ret_n)
{
	struct key_row in = { .company_id = rq_company(rq), .id = id, .revoked_at = rq->now_us };

	return db_exec(rq, &stmts[Q_KEY_REVOKE], &in, ret_n);
}

enum fault
key_sql_page(struct rq *rq, const struct key_page *page, db_row_fn *fn, void *arg)
{
	struct key_row row = { 0 };

	return db_each(rq, &stmts[Q_KEY_PAGE], page, &row, fn, arg);
}
