/* SPDX-License-Identifier: Apache-2.0 */
/* provider_sql.c - statements of providers and of what is kept of their documents, and how their
 * rows map.
 */
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

#define PROVIDER_COLUMNS                                                                        \
	"ip.company_id, ip.id, ip.name, ip.issuer, ip.client_id, ip.client_secret, ip.client_auth, ip.algorithm, ip.state," \
	" ip.make_accounts, ip.email_domains, ip.version, ip.created_at, ip.updated_at"

enum {
	Q_PROVIDER_INSERT, Q_PROVIDER_GET, Q_PROVIDER_FOR, Q_PROVIDER_SIGNERS, Q_PROVIDER_PAGE, Q_PROVIDER_UPDATE,
	Q_PROVIDER_DOMAINS,
	Q_CACHE_GET, Q_CACHE_BEGIN, Q_CACHE_CLAIM_DISCOVERY, Q_CACHE_DISCOVERY, Q_CACHE_JWKS, Q_CACHE_CLAIM, Q__MAX
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
		       " JOIN identity_provider ip ON ip.company_id = c.id WHERE c.slug = " DB_ASCII " AND c.state = 'active'"
		       " AND ip.state = 'on' AND (? IS NULL OR ip.id = ?) ORDER BY ip.id LIMIT 1",
		DB_IN(provider_for_in), DB_OUT(provider_out) },
	[Q_PROVIDER_SIGNERS] = { .name = "provider_signers",
		.sql = "SELECT " PROVIDER_COLUMNS " FROM company c /* all companies: the slug says which */"
		       " JOIN identity_provider ip ON ip.company_id = c.id WHERE c.slug = " DB_ASCII " AND ip.issuer = " DB_ASCII
		       " AND ip.client_id = " DB_ASCII
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
};
/* clang-format on */

const struct db_stmt_table provider_stmts = DB_STMTS("provider", stmts);

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
