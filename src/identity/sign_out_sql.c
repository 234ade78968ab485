/* SPDX-License-Identifier: Apache-2.0 */
/* sign_out_sql.c - statements of signing out and of our keys for providers, and how their rows map.
 */
#include <string.h>

#include "rostra/caller.h"

#include "identity_int.h"

/* clang-format off */
static const struct db_col logout_token_in[] = {
	DB_COL_UUID(struct logout_token_row, company_id), DB_COL_UUID(struct logout_token_row, provider_id),
	DB_COL_BYTES(struct logout_token_row, jti_sha256), DB_COL_TIME(struct logout_token_row, expires_at),
};
static const struct db_col sign_out_cols[] = {
	DB_COL_BYTES(struct sign_out_row, state_sha256), DB_COL_UUID(struct sign_out_row, company_id),
	DB_COL_STR(struct sign_out_row, redirect_uri), DB_COL_STR(struct sign_out_row, app_state),
	DB_COL_TIME(struct sign_out_row, expires_at),
};
static const struct db_col client_key_in[] = {
	DB_COL_UUID(struct client_key, company_id), DB_COL_UUID(struct client_key, provider_id), DB_COL_UUID(struct client_key, id),
	DB_COL_VIEW(struct client_key, secret), DB_COL_VIEW(struct client_key, modulus), DB_COL_TIME(struct client_key, created_at),
};
static const struct db_col client_keys_in[] = {
	DB_COL_UUID(struct client_key, company_id), DB_COL_UUID(struct client_key, company_id),
	DB_COL_UUID(struct client_key, provider_id), DB_COL_TIME(struct client_key, retires_at),
};
static const struct db_col client_key_retire_in[] = {
	DB_COL_TIME(struct client_key, retires_at), DB_COL_UUID(struct client_key, company_id),
	DB_COL_UUID(struct client_key, provider_id),
};
static const struct db_col prune_in[] = {
	DB_COL_TIME(struct identity_prune, before), DB_COL_I64(struct identity_prune, limit),
};

enum {
	Q_LOGOUT_TOKEN_INSERT, Q_LOGOUT_TOKEN_PRUNE, Q_SIGN_OUT_INSERT, Q_SIGN_OUT_GET, Q_SIGN_OUT_DELETE, Q_SIGN_OUT_PRUNE,
	Q_CLIENT_KEY_INSERT, Q_CLIENT_KEYS, Q_CLIENT_KEY_RETIRE, Q_CLIENT_KEY_PRUNE, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_LOGOUT_TOKEN_INSERT] = { .name = "logout_token_insert",
		.sql = "INSERT INTO logout_token (company_id, provider_id, jti_sha256, expires_at) VALUES (?, ?, ?, ?)",
		DB_IN(logout_token_in) },
	[Q_LOGOUT_TOKEN_PRUNE] = { .name = "logout_token_prune",
		.sql = "DELETE FROM logout_token /* all companies: what is over is over */ WHERE expires_at < ?"
		       " ORDER BY expires_at LIMIT ?",
		DB_IN(prune_in) },
	[Q_SIGN_OUT_INSERT] = { .name = "sign_out_insert",
		.sql = "INSERT INTO sign_out (state_sha256, company_id, redirect_uri, app_state, expires_at) VALUES (?, ?, ?, ?, ?)",
		DB_IN(sign_out_cols) },
	[Q_SIGN_OUT_GET] = { .name = "sign_out_get",
		.sql = "SELECT state_sha256, company_id, redirect_uri, app_state, expires_at FROM sign_out"
		       " /* all companies: the state says which */ WHERE state_sha256 = ? FOR UPDATE",
		.in = sign_out_cols, .n_in = 1, DB_OUT(sign_out_cols) },
	[Q_SIGN_OUT_DELETE] = { .name = "sign_out_delete",
		.sql = "DELETE FROM sign_out /* all companies: the state says which */ WHERE state_sha256 = ?",
		.in = sign_out_cols, .n_in = 1 },
	[Q_SIGN_OUT_PRUNE] = { .name = "sign_out_prune",
		.sql = "DELETE FROM sign_out /* all companies: what is over is over */ WHERE expires_at < ?"
		       " ORDER BY expires_at LIMIT ?",
		DB_IN(prune_in) },
	[Q_CLIENT_KEY_INSERT] = { .name = "client_key_insert",
		.sql = "INSERT INTO provider_key (company_id, provider_id, id, secret, modulus, created_at) VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(client_key_in) },
	[Q_CLIENT_KEYS] = { .name = "client_keys",
		.sql = "SELECT company_id, provider_id, id, secret, modulus, created_at FROM provider_key"
		       " /* all companies: public keys are for everybody */ WHERE (? IS NULL OR company_id = ?) AND provider_id = ?"
		       " AND (retires_at IS NULL OR retires_at > ?) ORDER BY id",
		DB_IN(client_keys_in), DB_OUT(client_key_in) },
	[Q_CLIENT_KEY_RETIRE] = { .name = "client_key_retire",
		.sql = "UPDATE provider_key SET retires_at = ? WHERE company_id = ? AND provider_id = ? AND retires_at IS NULL",
		DB_IN(client_key_retire_in) },
	[Q_CLIENT_KEY_PRUNE] = { .name = "client_key_prune",
		.sql = "DELETE FROM provider_key /* all companies: what is over is over */ WHERE retires_at < ?"
		       " ORDER BY retires_at LIMIT ?",
		DB_IN(prune_in) },
};
/* clang-format on */

const struct db_stmt_table sign_out_stmts = DB_STMTS("sign_out", stmts);

enum fault
logout_token_sql_insert(struct rq *rq, const struct logout_token_row *row, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_LOGOUT_TOKEN_INSERT], row, ret_duplicate);
}

enum fault
logout_token_sql_prune(struct rq *rq, const struct identity_prune *p)
{
	return db_exec(rq, &stmts[Q_LOGOUT_TOKEN_PRUNE], p, NULL);
}

enum fault
sign_out_sql_insert(struct rq *rq, const struct sign_out_row *s)
{
	return db_exec(rq, &stmts[Q_SIGN_OUT_INSERT], s, NULL);
}

enum fault
sign_out_sql_take(struct rq *rq, struct sha256 state, struct sign_out_row *out, bool *ret_found)
{
	struct sign_out_row in = { .expires_at = 0 };
	enum fault e;

	memcpy(in.state_sha256, state.b, sizeof(in.state_sha256));
	e = db_maybe(rq, &stmts[Q_SIGN_OUT_GET], &in, out, ret_found);
	if (e || !*ret_found)
		return e;
	return db_exec(rq, &stmts[Q_SIGN_OUT_DELETE], &in, NULL);
}

enum fault
sign_out_sql_prune(struct rq *rq, const struct identity_prune *p)
{
	return db_exec(rq, &stmts[Q_SIGN_OUT_PRUNE], p, NULL);
}

enum fault
client_key_sql_insert(struct rq *rq, const struct client_key *k)
{
	return db_exec(rq, &stmts[Q_CLIENT_KEY_INSERT], k, NULL);
}

enum fault
client_key_sql_each(struct rq *rq, const struct client_key *in, db_row_fn *fn, void *arg)
{
	struct client_key row = { .secret = { NULL, 0 } };

	return db_each(rq, &stmts[Q_CLIENT_KEYS], in, &row, fn, arg);
}

enum fault
client_key_sql_retire(struct rq *rq, const struct client_key *k)
{
	return db_exec(rq, &stmts[Q_CLIENT_KEY_RETIRE], k, NULL);
}

enum fault
client_key_sql_prune(struct rq *rq, const struct identity_prune *p)
{
	return db_exec(rq, &stmts[Q_CLIENT_KEY_PRUNE], p, NULL);
}
