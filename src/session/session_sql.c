/* SPDX-License-Identifier: Apache-2.0 */
/* session_sql.c - statements of session, and how their rows map. */
#include <string.h>

#include "rostra/caller.h"

#include "session_int.h"

/* clang-format off */
static const struct db_col session_in[] = {
	DB_COL_UUID(struct session_row, company_id), DB_COL_UUID(struct session_row, id),
	DB_COL_UUID(struct session_row, person_id),
	DB_COL_ENUM(struct session_row, method, session_method_names),
	DB_COL_ENUM(struct session_row, platform, session_platform_names),
	DB_COL_STR(struct session_row, device_name), DB_COL_STR(struct session_row, app_version),
	DB_COL_TIME(struct session_row, created_at), DB_COL_TIME(struct session_row, created_at),
	DB_COL_TIME(struct session_row, expires_at), DB_COL_UUID(struct session_row, provider_id),
	DB_COL_STR(struct session_row, provider_session), DB_COL_VIEW(struct session_row, id_token),
	DB_COL_STR(struct session_row, created_country), DB_COL_STR(struct session_row, created_city),
	DB_COL_STR(struct session_row, last_used_country), DB_COL_STR(struct session_row, last_used_city),
};
static const struct db_col of_provider_session_in[] = {
	DB_COL_UUID(struct session_provider, company_id), DB_COL_UUID(struct session_provider, provider_id),
	DB_COL_STR(struct session_provider, provider_session), DB_COL_UUID(struct session_provider, person_id),
	DB_COL_UUID(struct session_provider, person_id), DB_COL_I64(struct session_provider, limit),
};
static const struct db_col of_provider_person_in[] = {
	DB_COL_UUID(struct session_provider, company_id), DB_COL_UUID(struct session_provider, person_id),
	DB_COL_UUID(struct session_provider, provider_id), DB_COL_I64(struct session_provider, limit),
};
static const struct db_col of_provider_in[] = {
	DB_COL_UUID(struct session_provider, company_id), DB_COL_UUID(struct session_provider, provider_id),
	DB_COL_I64(struct session_provider, limit),
};
static const struct db_col refresh_cols[] = {
	DB_COL_BYTES(struct refresh_row, token_sha256), DB_COL_UUID(struct refresh_row, company_id),
	DB_COL_UUID(struct refresh_row, session_id), DB_COL_I64(struct refresh_row, generation),
	DB_COL_TIME(struct refresh_row, created_at),
};
static const struct db_col lock_in[] = {
	DB_COL_UUID(struct session_row, company_id), DB_COL_UUID(struct session_row, id),
};
static const struct db_col lock_out[] = {
	DB_COL_UUID(struct session_row, company_id), DB_COL_UUID(struct session_row, id),
	DB_COL_UUID(struct session_row, person_id),  DB_COL_I64(struct session_row, generation),
	DB_COL_TIME(struct session_row, rotated_at), DB_COL_BYTES(struct session_row, salt),
	DB_COL_TIME(struct session_row, last_used_at), DB_COL_TIME(struct session_row, expires_at),
	DB_COL_TIME(struct session_row, ended_at), DB_COL_UUID(struct session_row, provider_id),
	DB_COL_VIEW(struct session_row, id_token),
};
static const struct db_col rotate_in[] = {
	DB_COL_I64(struct session_row, generation),  DB_COL_TIME(struct session_row, rotated_at),
	DB_COL_BYTES(struct session_row, salt),      DB_COL_TIME(struct session_row, rotated_at),
	DB_COL_STR(struct session_row, app_version), DB_COL_STR(struct session_row, last_used_country),
	DB_COL_STR(struct session_row, last_used_city), DB_COL_UUID(struct session_row, company_id),
	DB_COL_UUID(struct session_row, id),
};
static const struct db_col end_in[] = {
	DB_COL_TIME(struct session_ending, ended_at), DB_COL_ENUM(struct session_ending, ended_by, session_end_names),
	DB_COL_UUID(struct session_ending, company_id), DB_COL_UUID(struct session_ending, id),
};
static const struct db_col end_all_in[] = {
	DB_COL_TIME(struct session_ending, ended_at), DB_COL_ENUM(struct session_ending, ended_by, session_end_names),
	DB_COL_UUID(struct session_ending, company_id), DB_COL_UUID(struct session_ending, person_id),
	DB_COL_UUID(struct session_ending, id), DB_COL_UUID(struct session_ending, id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct session_page, company_id), DB_COL_UUID(struct session_page, person_id),
	DB_COL_UUID(struct session_page, below), DB_COL_UUID(struct session_page, below),
	DB_COL_TIME(struct session_page, now), DB_COL_TIME(struct session_page, idle_since),
	DB_COL_I64(struct session_page, limit),
};
static const struct db_col view_out[] = {
	DB_COL_UUID(struct session_view, id), DB_COL_UUID(struct session_view, person_id),
	DB_COL_ENUM(struct session_view, method, session_method_names),
	DB_COL_ENUM(struct session_view, platform, session_platform_names),
	DB_COL_STR(struct session_view, device_name), DB_COL_STR(struct session_view, app_version),
	DB_COL_TIME(struct session_view, created_at), DB_COL_TIME(struct session_view, last_used_at),
	DB_COL_TIME(struct session_view, expires_at), DB_COL_STR(struct session_view, created_country),
	DB_COL_STR(struct session_view, created_city), DB_COL_STR(struct session_view, last_used_country),
	DB_COL_STR(struct session_view, last_used_city),
};
static const struct db_col prune_in[] = {
	DB_COL_TIME(struct session_prune, before), DB_COL_I64(struct session_prune, limit),
};

#define LOCK_COLUMNS                                                                            \
	"company_id, id, person_id, generation, rotated_at, COALESCE(rotation_salt, UNHEX(REPEAT('00', 16)))," \
	" last_used_at, expires_at, ended_at, provider_id, id_token"

enum {
	Q_SESSION_INSERT, Q_FIND, Q_INSERT, Q_LOCK, Q_OF_PROVIDER_SESSION, Q_OF_PROVIDER_PERSON, Q_OF_PROVIDER, Q_ROTATE, Q_END, Q_END_ALL,
	Q_PAGE, Q_PRUNE_TOKENS, Q_PRUNE, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_SESSION_INSERT] = { .name = "session_insert",
		.sql = "INSERT INTO session (company_id, id, person_id, method, platform, device_name, app_version,"
		       " created_at, last_used_at, expires_at, provider_id, provider_session, id_token, created_country,"
		       " created_city, last_used_country, last_used_city)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(session_in) },
	[Q_FIND] = { .name = "refresh_find",
		.sql = "SELECT token_sha256, company_id, session_id, generation, created_at FROM refresh_token"
		       " /* all companies: the token says which */ WHERE token_sha256 = ?",
		.in = refresh_cols, .n_in = 1, DB_OUT(refresh_cols) },
	[Q_INSERT] = { .name = "refresh_insert",
		.sql = "INSERT INTO refresh_token (token_sha256, company_id, session_id, generation, created_at)"
		       " VALUES (?, ?, ?, ?, ?)",
		DB_IN(refresh_cols) },
	[Q_LOCK] = { .name = "session_lock",
		.sql = "SELECT " LOCK_COLUMNS " FROM session WHERE company_id = ? AND id = ? FOR UPDATE",
		DB_IN(lock_in), DB_OUT(lock_out) },
	[Q_OF_PROVIDER_SESSION] = { .name = "session_of_provider_session",
		.sql = "SELECT " LOCK_COLUMNS " FROM session WHERE company_id = ? AND provider_id = ? AND provider_session = ?"
		       " AND ended_at IS NULL AND (? IS NULL OR person_id = ?) ORDER BY id LIMIT ? FOR UPDATE",
		DB_IN(of_provider_session_in), DB_OUT(lock_out) },
	[Q_OF_PROVIDER_PERSON] = { .name = "session_of_provider_person",
		.sql = "SELECT " LOCK_COLUMNS " FROM session WHERE company_id = ? AND person_id = ? AND ended_at IS NULL"
		       " AND provider_id = ? ORDER BY id LIMIT ? FOR UPDATE",
		DB_IN(of_provider_person_in), DB_OUT(lock_out) },
	[Q_OF_PROVIDER] = { .name = "session_of_provider",
		.sql = "SELECT " LOCK_COLUMNS " FROM session WHERE company_id = ? AND provider_id = ? AND ended_at IS NULL"
		       " LIMIT ? FOR UPDATE",
		DB_IN(of_provider_in), DB_OUT(lock_out) },
	[Q_ROTATE] = { .name = "session_rotate",
		.sql = "UPDATE session SET generation = ?, rotated_at = ?, rotation_salt = ?, last_used_at = ?,"
		       " app_version = COALESCE(?, app_version), last_used_country = ?, last_used_city = ? WHERE company_id = ? AND id = ?",
		DB_IN(rotate_in) },
	[Q_END] = { .name = "session_end",
		.sql = "UPDATE session SET ended_at = ?, ended_by = ?, id_token = NULL WHERE company_id = ? AND id = ?"
		       " AND ended_at IS NULL",
		DB_IN(end_in) },
	[Q_END_ALL] = { .name = "session_end_all",
		.sql = "UPDATE session SET ended_at = ?, ended_by = ?, id_token = NULL WHERE company_id = ? AND person_id = ?"
		       " AND ended_at IS NULL AND (? IS NULL OR id <> ?)",
		DB_IN(end_all_in) },
	[Q_PAGE] = { .name = "session_page",
		.sql = "SELECT id, person_id, method, platform, device_name, app_version, created_at, last_used_at,"
		       " expires_at, created_country, created_city, last_used_country, last_used_city"
		       " FROM session WHERE company_id = ? AND person_id = ? AND ended_at IS NULL"
		       " AND (? IS NULL OR id < ?) AND expires_at > ? AND last_used_at > ? ORDER BY id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out) },
	[Q_PRUNE_TOKENS] = { .name = "session_prune_tokens",
		.sql = "DELETE t FROM refresh_token t /* all companies: what is over is over */"
		       " JOIN (SELECT company_id, id FROM session WHERE expires_at < ? ORDER BY expires_at LIMIT ?) s"
		       " ON s.company_id = t.company_id AND s.id = t.session_id",
		DB_IN(prune_in) },
	[Q_PRUNE] = { .name = "session_prune",
		.sql = "DELETE FROM session /* all companies: what is over is over */ WHERE expires_at < ? ORDER BY expires_at LIMIT ?",
		DB_IN(prune_in) },
};
/* clang-format on */

const struct db_stmt_table session_stmts = DB_STMTS("session", stmts);

enum fault
session_sql_insert(struct rq *rq, const struct session_row *row)
{
	return db_exec(rq, &stmts[Q_SESSION_INSERT], row, NULL);
}

enum fault
refresh_sql_find(struct rq *rq, struct sha256 digest, struct refresh_row *out, bool *ret_found)
{
	struct refresh_row in = { .generation = 0 };

	memcpy(in.token_sha256, digest.b, sizeof(in.token_sha256));
	return db_maybe(rq, &stmts[Q_FIND], &in, out, ret_found);
}

enum fault
refresh_sql_insert(struct rq *rq, const struct refresh_row *r)
{
	return db_exec(rq, &stmts[Q_INSERT], r, NULL);
}

enum fault
session_sql_lock(struct rq *rq, struct uuid company, struct uuid id, struct session_row *out)
{
	struct session_row in = { .company_id = company, .id = id };

	return db_one(rq, &stmts[Q_LOCK], &in, out);
}

enum fault
session_sql_of_provider(struct rq *rq, const struct session_provider *p, db_row_fn *fn, void *arg)
{
	struct session_row row = { .generation = 0 };
	int which = uuid_is_zero(p->person_id) ? Q_OF_PROVIDER : Q_OF_PROVIDER_PERSON;

	if (p->provider_session != NULL)
		which = Q_OF_PROVIDER_SESSION;
	return db_each(rq, &stmts[which], p, &row, fn, arg);
}

enum fault
session_sql_rotate(struct rq *rq, const struct session_row *s)
{
	return db_exec(rq, &stmts[Q_ROTATE], s, NULL);
}

enum fault
session_sql_end(struct rq *rq, const struct session_ending *e)
{
	return db_exec(rq, &stmts[Q_END], e, NULL);
}

enum fault
session_sql_end_all(struct rq *rq, const struct session_ending *e)
{
	return db_exec(rq, &stmts[Q_END_ALL], e, NULL);
}

enum fault
session_sql_page(struct rq *rq, const struct session_page *p, db_row_fn *fn, void *arg)
{
	struct session_view row = { .current = false };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
session_sql_prune_tokens(struct rq *rq, const struct session_prune *p, uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_PRUNE_TOKENS], p, ret_n);
}

enum fault
session_sql_prune(struct rq *rq, const struct session_prune *p, uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_PRUNE], p, ret_n);
}
