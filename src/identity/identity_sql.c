/* SPDX-License-Identifier: Apache-2.0 */
/* identity_sql.c - statements of who it is and of the way through a sign-in, and how their rows
 * map.
 */
#include <string.h>

#include "rostra/caller.h"

#include "identity_int.h"

/* clang-format off */
static const struct db_col identity_find_in[] = {
	DB_COL_UUID(struct identity_row, company_id), DB_COL_STR(struct identity_row, issuer),
	DB_COL_STR(struct identity_row, subject),
};
static const struct db_col identity_email_in[] = {
	DB_COL_UUID(struct identity_row, company_id), DB_COL_STR(struct identity_row, email),
};
static const struct db_col identity_out[] = {
	DB_COL_UUID(struct identity_row, person_id), DB_COL_BOOL(struct identity_row, active),
	DB_COL_BOOL(struct identity_row, managed),
};
#define OF_PERSON                                                                               \
	"p.id, p.state = 'active', EXISTS (SELECT 1 FROM scim_user u WHERE u.company_id = p.company_id AND u.person_id = p.id" \
	" AND u.deleted_at IS NULL)"
static const struct db_col identity_in[] = {
	DB_COL_UUID(struct identity_row, company_id), DB_COL_STR(struct identity_row, issuer),
	DB_COL_STR(struct identity_row, subject), DB_COL_UUID(struct identity_row, person_id),
	DB_COL_TIME(struct identity_row, now), DB_COL_TIME(struct identity_row, now),
	DB_COL_STR(struct identity_row, tid), DB_COL_STR(struct identity_row, oid),
};
static const struct db_col identity_used_in[] = {
	DB_COL_TIME(struct identity_row, now), DB_COL_STR(struct identity_row, tid), DB_COL_STR(struct identity_row, oid),
	DB_COL_UUID(struct identity_row, company_id), DB_COL_STR(struct identity_row, issuer),
	DB_COL_STR(struct identity_row, subject),
};

static const struct db_col sign_in_cols[] = {
	DB_COL_BYTES(struct sign_in_row, state_sha256), DB_COL_UUID(struct sign_in_row, company_id),
	DB_COL_UUID(struct sign_in_row, provider_id), DB_COL_BYTES(struct sign_in_row, browser_sha256),
	DB_COL_STR(struct sign_in_row, nonce), DB_COL_STR(struct sign_in_row, verifier),
	DB_COL_STR(struct sign_in_row, redirect_uri), DB_COL_STR(struct sign_in_row, app_state),
	DB_COL_STR(struct sign_in_row, code_challenge), DB_COL_TIME(struct sign_in_row, expires_at),
	DB_COL_UUID(struct sign_in_row, trial_id),
};
static const struct db_col code_cols[] = {
	DB_COL_BYTES(struct code_row, code_sha256), DB_COL_UUID(struct code_row, company_id),
	DB_COL_UUID(struct code_row, person_id), DB_COL_STR(struct code_row, redirect_uri),
	DB_COL_STR(struct code_row, code_challenge), DB_COL_UUID(struct code_row, session_id),
	DB_COL_TIME(struct code_row, expires_at), DB_COL_UUID(struct code_row, provider_id),
	DB_COL_STR(struct code_row, provider_session), DB_COL_VIEW(struct code_row, id_token),
};
static const struct db_col code_revoke_in[] = {
	DB_COL_UUID(struct code_revoking, company_id), DB_COL_UUID(struct code_revoking, provider_id),
	DB_COL_TIME(struct code_revoking, now), DB_COL_STR(struct code_revoking, provider_session),
	DB_COL_STR(struct code_revoking, provider_session), DB_COL_UUID(struct code_revoking, person_id),
	DB_COL_UUID(struct code_revoking, person_id),
};
static const struct db_col code_used_in[] = {
	DB_COL_UUID(struct code_row, session_id), DB_COL_UUID(struct code_row, company_id),
	DB_COL_BYTES(struct code_row, code_sha256),
};
static const struct db_col prune_in[] = {
	DB_COL_TIME(struct identity_prune, before), DB_COL_I64(struct identity_prune, limit),
};

#define SIGN_IN_COLUMNS                                                                         \
	"state_sha256, company_id, provider_id, browser_sha256, nonce, verifier, redirect_uri, app_state, code_challenge," \
	" expires_at, trial_id"
#define CODE_COLUMNS                                                                            \
	"code_sha256, company_id, person_id, redirect_uri, code_challenge, session_id, expires_at, provider_id," \
	" provider_session, id_token"

enum {
	Q_IDENTITY_FIND, Q_IDENTITY_EMAIL, Q_IDENTITY_INSERT, Q_IDENTITY_USED,
	Q_SIGN_IN_INSERT, Q_SIGN_IN_GET, Q_SIGN_IN_DELETE, Q_CODE_INSERT, Q_CODE_LOCK, Q_CODE_USED, Q_CODE_REVOKE,
	Q_SIGN_IN_PRUNE, Q_CODE_PRUNE, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_IDENTITY_FIND] = { .name = "identity_find",
		.sql = "SELECT " OF_PERSON " FROM identity i JOIN person p ON p.company_id = i.company_id"
		       " AND p.id = i.person_id WHERE i.company_id = ? AND i.issuer = ? AND i.subject = ?",
		DB_IN(identity_find_in), DB_OUT(identity_out) },
	[Q_IDENTITY_EMAIL] = { .name = "identity_by_email",
		.sql = "SELECT " OF_PERSON " FROM person p WHERE p.company_id = ? AND p.email = ?",
		DB_IN(identity_email_in), DB_OUT(identity_out) },
	[Q_IDENTITY_INSERT] = { .name = "identity_insert",
		.sql = "INSERT INTO identity (company_id, issuer, subject, person_id, created_at, last_sign_in_at, tid, oid)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(identity_in) },
	[Q_IDENTITY_USED] = { .name = "identity_used",
		.sql = "UPDATE identity SET last_sign_in_at = ?, tid = ?, oid = ? WHERE company_id = ? AND issuer = ?"
		       " AND subject = ?",
		DB_IN(identity_used_in) },
	[Q_SIGN_IN_INSERT] = { .name = "sign_in_insert",
		.sql = "INSERT INTO sign_in (" SIGN_IN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(sign_in_cols) },
	[Q_SIGN_IN_GET] = { .name = "sign_in_get",
		.sql = "SELECT " SIGN_IN_COLUMNS " FROM sign_in /* all companies: the state says which */"
		       " WHERE state_sha256 = ? FOR UPDATE",
		.in = sign_in_cols, .n_in = 1, DB_OUT(sign_in_cols) },
	[Q_SIGN_IN_DELETE] = { .name = "sign_in_delete",
		.sql = "DELETE FROM sign_in /* all companies: the state says which */ WHERE state_sha256 = ?",
		.in = sign_in_cols, .n_in = 1 },
	[Q_CODE_INSERT] = { .name = "sign_in_code_insert",
		.sql = "INSERT INTO sign_in_code (" CODE_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(code_cols) },
	[Q_CODE_LOCK] = { .name = "sign_in_code_lock",
		.sql = "SELECT " CODE_COLUMNS " FROM sign_in_code /* all companies: the code says which */"
		       " WHERE code_sha256 = ? FOR UPDATE",
		.in = code_cols, .n_in = 1, DB_OUT(code_cols) },
	[Q_CODE_USED] = { .name = "sign_in_code_used",
		.sql = "UPDATE sign_in_code SET session_id = ?, id_token = NULL WHERE company_id = ? AND code_sha256 = ?",
		DB_IN(code_used_in) },
	[Q_CODE_REVOKE] = { .name = "sign_in_code_revoke",
		.sql = "DELETE FROM sign_in_code WHERE company_id = ? AND provider_id = ? AND expires_at > ? AND session_id IS NULL"
		       " AND (? IS NULL OR provider_session = ?) AND (? IS NULL OR person_id = ?)",
		DB_IN(code_revoke_in) },
	[Q_SIGN_IN_PRUNE] = { .name = "sign_in_prune",
		.sql = "DELETE FROM sign_in /* all companies: what is over is over */ WHERE expires_at < ? ORDER BY expires_at LIMIT ?",
		DB_IN(prune_in) },
	[Q_CODE_PRUNE] = { .name = "sign_in_code_prune",
		.sql = "DELETE FROM sign_in_code /* all companies: what is over is over */ WHERE expires_at < ?"
		       " ORDER BY expires_at LIMIT ?",
		DB_IN(prune_in) },
};
/* clang-format on */

const struct db_stmt_table identity_stmts = DB_STMTS("identity", stmts);

/* --- who it is ---------------------------------------------------------------------------------
 */

enum fault
identity_sql_find(struct rq *rq, struct identity_row *row, bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_IDENTITY_FIND], row, row, ret_found);
}

enum fault
identity_sql_by_email(struct rq *rq, struct identity_row *row, bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_IDENTITY_EMAIL], row, row, ret_found);
}

enum fault
identity_sql_insert(struct rq *rq, const struct identity_row *row, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_IDENTITY_INSERT], row, ret_duplicate);
}

enum fault
identity_sql_used(struct rq *rq, const struct identity_row *row)
{
	return db_exec(rq, &stmts[Q_IDENTITY_USED], row, NULL);
}

/* --- the way through ----------------------------------------------------------------------------
 */

enum fault
sign_in_sql_insert(struct rq *rq, const struct sign_in_row *s)
{
	return db_exec(rq, &stmts[Q_SIGN_IN_INSERT], s, NULL);
}

enum fault
sign_in_sql_take(struct rq *rq, struct sha256 state, struct sign_in_row *out, bool *ret_found)
{
	struct sign_in_row in = { .expires_at = 0 };
	enum fault e;

	memcpy(in.state_sha256, state.b, sizeof(in.state_sha256));
	e = db_maybe(rq, &stmts[Q_SIGN_IN_GET], &in, out, ret_found);
	if (e || !*ret_found)
		return e;
	return db_exec(rq, &stmts[Q_SIGN_IN_DELETE], &in, NULL);
}

enum fault
code_sql_insert(struct rq *rq, const struct code_row *c)
{
	return db_exec(rq, &stmts[Q_CODE_INSERT], c, NULL);
}

enum fault
code_sql_lock(struct rq *rq, struct sha256 code, struct code_row *out, bool *ret_found)
{
	struct code_row in = { .expires_at = 0 };

	memcpy(in.code_sha256, code.b, sizeof(in.code_sha256));
	return db_maybe(rq, &stmts[Q_CODE_LOCK], &in, out, ret_found);
}

enum fault
code_sql_used(struct rq *rq, const struct code_row *c)
{
	return db_exec(rq, &stmts[Q_CODE_USED], c, NULL);
}

enum fault
sign_in_sql_prune(struct rq *rq, const struct identity_prune *p)
{
	return db_exec(rq, &stmts[Q_SIGN_IN_PRUNE], p, NULL);
}

enum fault
code_sql_prune(struct rq *rq, const struct identity_prune *p)
{
	return db_exec(rq, &stmts[Q_CODE_PRUNE], p, NULL);
}

enum fault
code_sql_revoke(struct rq *rq, const struct code_revoking *r)
{
	return db_exec(rq, &stmts[Q_CODE_REVOKE], r, NULL);
}
