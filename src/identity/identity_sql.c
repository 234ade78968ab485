/* SPDX-License-Identifier: Apache-2.0 */
/* identity_sql.c - statements of identity, and how their rows map. */
#include <string.h>

#include "rostra/caller.h"

#include "identity_int.h"

/* clang-format off */
#define VIEW(type, m) type(struct provider_row, v.m)
#define VIEW_ENUM(m, names) DB_COL_ENUM(struct provider_row, v.m, names)
static const struct db_col provider_in[] = {
	VIEW(DB_COL_UUID, company_id), VIEW(DB_COL_UUID, id), VIEW(DB_COL_STR, name), VIEW(DB_COL_STR, issuer),
	VIEW(DB_COL_STR, client_id), DB_COL_VIEW(struct provider_row, client_secret),
	VIEW_ENUM(client_auth, client_auth_names), VIEW_ENUM(algorithm, sig_alg_names), VIEW_ENUM(state, provider_state_names),
	VIEW(DB_COL_BOOL, make_accounts), VIEW(DB_COL_TIME, created_at), VIEW(DB_COL_TIME, updated_at),
};
static const struct db_col provider_out[] = {
	VIEW(DB_COL_UUID, company_id), VIEW(DB_COL_UUID, id), VIEW(DB_COL_STR, name), VIEW(DB_COL_STR, issuer),
	VIEW(DB_COL_STR, client_id), DB_COL_VIEW(struct provider_row, client_secret),
	VIEW_ENUM(client_auth, client_auth_names), VIEW_ENUM(algorithm, sig_alg_names), VIEW_ENUM(state, provider_state_names),
	VIEW(DB_COL_BOOL, make_accounts), VIEW(DB_COL_STR, email_domains), VIEW(DB_COL_I64, version),
	VIEW(DB_COL_TIME, created_at), VIEW(DB_COL_TIME, updated_at),
};
static const struct db_col provider_key[] = { VIEW(DB_COL_UUID, company_id), VIEW(DB_COL_UUID, id) };
static const struct db_col provider_domains_in[] = {
	VIEW(DB_COL_STR, email_domains), VIEW(DB_COL_TIME, updated_at), VIEW(DB_COL_UUID, company_id), VIEW(DB_COL_UUID, id),
};
static const struct db_col provider_update_in[] = {
	VIEW(DB_COL_STR, name), VIEW(DB_COL_STR, client_id), DB_COL_VIEW(struct provider_row, client_secret),
	VIEW_ENUM(client_auth, client_auth_names), VIEW_ENUM(algorithm, sig_alg_names), VIEW_ENUM(state, provider_state_names),
	VIEW(DB_COL_BOOL, make_accounts), VIEW(DB_COL_TIME, updated_at), VIEW(DB_COL_UUID, company_id), VIEW(DB_COL_UUID, id),
	VIEW(DB_COL_I64, version),
};
struct provider_for {
	const char *slug;
	struct uuid id;
};
static const struct db_col provider_for_in[] = {
	DB_COL_STR(struct provider_for, slug), DB_COL_UUID(struct provider_for, id), DB_COL_UUID(struct provider_for, id),
};
static const struct db_col provider_signers_in[] = {
	DB_COL_STR(struct provider_signers, slug), DB_COL_STR(struct provider_signers, issuer),
	DB_COL_STR(struct provider_signers, client_id), DB_COL_I64(struct provider_signers, limit),
};
static const struct db_col provider_page_in[] = {
	DB_COL_UUID(struct provider_page, company_id), DB_COL_UUID(struct provider_page, above),
	DB_COL_I64(struct provider_page, limit),
};

static const struct db_col cache_key[] = {
	DB_COL_UUID(struct cache_row, company_id), DB_COL_UUID(struct cache_row, provider_id),
};
static const struct db_col cache_out[] = {
	DB_COL_STR(struct cache_row, discovery), DB_COL_TIME(struct cache_row, discovery_at),
	DB_COL_STR(struct cache_row, jwks), DB_COL_TIME(struct cache_row, jwks_at),
};
static const struct db_col cache_discovery_in[] = {
	DB_COL_STR(struct cache_row, discovery), DB_COL_TIME(struct cache_row, discovery_at),
	DB_COL_UUID(struct cache_row, company_id), DB_COL_UUID(struct cache_row, provider_id),
};
static const struct db_col cache_begin_in[] = {
	DB_COL_UUID(struct cache_row, company_id), DB_COL_UUID(struct cache_row, provider_id),
};
static const struct db_col cache_jwks_in[] = {
	DB_COL_STR(struct cache_row, jwks), DB_COL_TIME(struct cache_row, jwks_at),
	DB_COL_UUID(struct cache_row, company_id), DB_COL_UUID(struct cache_row, provider_id),
};
static const struct db_col cache_claim_in[] = {
	DB_COL_TIME(struct cache_row, tried_at), DB_COL_UUID(struct cache_row, company_id),
	DB_COL_UUID(struct cache_row, provider_id), DB_COL_TIME(struct cache_row, tried_before),
};

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

#define PROVIDER_COLUMNS                                                                        \
	"ip.company_id, ip.id, ip.name, ip.issuer, ip.client_id, ip.client_secret, ip.client_auth, ip.algorithm, ip.state," \
	" ip.make_accounts, ip.email_domains, ip.version, ip.created_at, ip.updated_at"
#define SIGN_IN_COLUMNS                                                                         \
	"state_sha256, company_id, provider_id, browser_sha256, nonce, verifier, redirect_uri, app_state, code_challenge," \
	" expires_at, trial_id"
#define CODE_COLUMNS                                                                            \
	"code_sha256, company_id, person_id, redirect_uri, code_challenge, session_id, expires_at, provider_id," \
	" provider_session, id_token"

enum {
	Q_PROVIDER_INSERT, Q_PROVIDER_GET, Q_PROVIDER_FOR, Q_PROVIDER_SIGNERS, Q_PROVIDER_PAGE, Q_PROVIDER_UPDATE,
	Q_PROVIDER_DOMAINS,
	Q_CACHE_GET, Q_CACHE_BEGIN, Q_CACHE_CLAIM_DISCOVERY, Q_CACHE_DISCOVERY, Q_CACHE_JWKS, Q_CACHE_CLAIM,
	Q_IDENTITY_FIND, Q_IDENTITY_EMAIL, Q_IDENTITY_INSERT, Q_IDENTITY_USED,
	Q_SIGN_IN_INSERT, Q_SIGN_IN_GET, Q_SIGN_IN_DELETE, Q_CODE_INSERT, Q_CODE_LOCK, Q_CODE_USED, Q_CODE_REVOKE,
	Q_SIGN_IN_PRUNE, Q_CODE_PRUNE, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_PROVIDER_INSERT] = { .name = "provider_insert",
		.sql = "INSERT INTO identity_provider (company_id, id, name, issuer, client_id, client_secret, client_auth,"
		       " algorithm, state, make_accounts, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(provider_in) },
	[Q_PROVIDER_GET] = { .name = "provider_get",
		.sql = "SELECT " PROVIDER_COLUMNS " FROM identity_provider ip WHERE ip.company_id = ? AND ip.id = ?",
		DB_IN(provider_key), DB_OUT(provider_out) },
	[Q_PROVIDER_FOR] = { .name = "provider_for",
		.sql = "SELECT " PROVIDER_COLUMNS " FROM company c /* all companies: the slug says which */"
		       " JOIN identity_provider ip ON ip.company_id = c.id WHERE c.slug = ? AND c.state = 'active'"
		       " AND ip.state = 'on' AND (? IS NULL OR ip.id = ?) ORDER BY ip.id LIMIT 1",
		DB_IN(provider_for_in), DB_OUT(provider_out) },
	[Q_PROVIDER_SIGNERS] = { .name = "provider_signers",
		.sql = "SELECT " PROVIDER_COLUMNS " FROM company c /* all companies: the slug says which */"
		       " JOIN identity_provider ip ON ip.company_id = c.id WHERE c.slug = ? AND ip.issuer = ? AND ip.client_id = ?"
		       " ORDER BY ip.id LIMIT ?",
		DB_IN(provider_signers_in), DB_OUT(provider_out) },
	[Q_PROVIDER_PAGE] = { .name = "provider_page",
		.sql = "SELECT " PROVIDER_COLUMNS " FROM identity_provider ip WHERE ip.company_id = ? AND ip.id > ?"
		       " ORDER BY ip.id LIMIT ?",
		DB_IN(provider_page_in), DB_OUT(provider_out) },
	[Q_PROVIDER_UPDATE] = { .name = "provider_update",
		.sql = "UPDATE identity_provider SET name = ?, client_id = ?, client_secret = ?, client_auth = ?, algorithm = ?,"
		       " state = ?, make_accounts = ?, updated_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(provider_update_in) },
	[Q_PROVIDER_DOMAINS] = { .name = "provider_domains",
		.sql = "UPDATE identity_provider SET email_domains = ?, updated_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ?",
		DB_IN(provider_domains_in) },
	[Q_CACHE_GET] = { .name = "provider_cache_get",
		.sql = "SELECT discovery, discovery_at, jwks, jwks_at FROM provider_cache WHERE company_id = ? AND provider_id = ?",
		DB_IN(cache_key), DB_OUT(cache_out) },
	[Q_CACHE_BEGIN] = { .name = "provider_cache_begin",
		.sql = "INSERT INTO provider_cache (company_id, provider_id) VALUES (?, ?)",
		DB_IN(cache_begin_in) },
	[Q_CACHE_CLAIM_DISCOVERY] = { .name = "provider_cache_claim_discovery",
		.sql = "UPDATE provider_cache SET discovery_tried_at = ? WHERE company_id = ? AND provider_id = ?"
		       " AND (discovery_tried_at IS NULL OR discovery_tried_at < ?)",
		DB_IN(cache_claim_in) },
	[Q_CACHE_DISCOVERY] = { .name = "provider_cache_discovery",
		.sql = "UPDATE provider_cache SET discovery = ?, discovery_at = ? WHERE company_id = ? AND provider_id = ?",
		DB_IN(cache_discovery_in) },
	[Q_CACHE_JWKS] = { .name = "provider_cache_jwks",
		.sql = "UPDATE provider_cache SET jwks = ?, jwks_at = ? WHERE company_id = ? AND provider_id = ?",
		DB_IN(cache_jwks_in) },
	[Q_CACHE_CLAIM] = { .name = "provider_cache_claim",
		.sql = "UPDATE provider_cache SET tried_at = ? WHERE company_id = ? AND provider_id = ?"
		       " AND (tried_at IS NULL OR tried_at < ?)",
		DB_IN(cache_claim_in) },
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

/* --- providers ---------------------------------------------------------------------------------
 */

enum fault
provider_sql_insert(struct rq *rq, const struct provider_row *p, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_PROVIDER_INSERT], p, ret_duplicate);
}

enum fault
provider_sql_get(struct rq *rq, struct uuid company, struct uuid id, struct provider_row *out)
{
	const struct provider_row in = { .v = { .company_id = company, .id = id } };

	return db_one(rq, &stmts[Q_PROVIDER_GET], &in, out);
}

enum fault
provider_sql_for(struct rq *rq, const char *slug, struct uuid id, struct provider_row *out,
                 bool *ret_found)
{
	const struct provider_for in = { slug, id };

	return db_maybe(rq, &stmts[Q_PROVIDER_FOR], &in, out, ret_found);
}

enum fault
provider_sql_signers(struct rq *rq, const struct provider_signers *in, db_row_fn *fn, void *arg)
{
	struct provider_row row = { .client_secret = { NULL, 0 } };

	return db_each(rq, &stmts[Q_PROVIDER_SIGNERS], in, &row, fn, arg);
}

enum fault
provider_sql_page(struct rq *rq, const struct provider_page *page, db_row_fn *fn, void *arg)
{
	struct provider_row row = { .client_secret = { NULL, 0 } };

	return db_each(rq, &stmts[Q_PROVIDER_PAGE], page, &row, fn, arg);
}

enum fault
provider_sql_update(struct rq *rq, const struct provider_row *p, int64_t version, uint64_t *ret_n)
{
	struct provider_row in = *p;

	in.v.version = version;
	return db_exec(rq, &stmts[Q_PROVIDER_UPDATE], &in, ret_n);
}

enum fault
provider_sql_domains(struct rq *rq, const struct provider_row *p, uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_PROVIDER_DOMAINS], p, ret_n);
}

enum fault
cache_sql_get(struct rq *rq, const struct provider_row *p, struct cache_row *out, bool *ret_found)
{
	const struct cache_row in = { .company_id = p->v.company_id, .provider_id = p->v.id };
	enum fault e = db_maybe(rq, &stmts[Q_CACHE_GET], &in, out, ret_found);

	out->company_id = in.company_id;
	out->provider_id = in.provider_id;
	return e;
}

enum fault
cache_sql_claim_discovery(struct rq *rq, const struct cache_row *c, bool *ret_mine)
{
	uint64_t n = 0;
	bool there;
	enum fault e = db_insert(rq, &stmts[Q_CACHE_BEGIN], c, &there);

	if (!e)
		e = db_exec(rq, &stmts[Q_CACHE_CLAIM_DISCOVERY], c, &n);
	*ret_mine = n > 0;
	return e;
}

enum fault
cache_sql_discovery(struct rq *rq, const struct cache_row *c)
{
	return db_exec(rq, &stmts[Q_CACHE_DISCOVERY], c, NULL);
}

enum fault
cache_sql_jwks(struct rq *rq, const struct cache_row *c)
{
	return db_exec(rq, &stmts[Q_CACHE_JWKS], c, NULL);
}

enum fault
cache_sql_claim(struct rq *rq, const struct cache_row *c, uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_CACHE_CLAIM], c, ret_n);
}

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
