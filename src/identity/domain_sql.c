/* SPDX-License-Identifier: Apache-2.0 */
/* domain_sql.c - statements of e-mail domains, of removing a provider and of sealing anew, and how
 * their rows map.
 */
#include "rostra/caller.h"

#include "identity_int.h"

/* clang-format off */
static const struct db_col domain_in[] = {
	DB_COL_STR(struct domain_row, domain), DB_COL_UUID(struct domain_row, company_id), DB_COL_UUID(struct domain_row, provider_id),
};
static const struct db_col provider_key_of[] = {
	DB_COL_UUID(struct domain_row, company_id), DB_COL_UUID(struct domain_row, provider_id),
};
static const struct db_col search_in[] = {
	DB_COL_STR(struct domain_search, domain), DB_COL_STR(struct domain_search, slug), DB_COL_STR(struct domain_search, slug),
	DB_COL_UUID(struct domain_search, above), DB_COL_I64(struct domain_search, limit),
};
static const struct db_col hit_out[] = {
	DB_COL_STR(struct provider_hit, company), DB_COL_STR(struct provider_hit, company_name),
	DB_COL_UUID(struct provider_hit, id), DB_COL_STR(struct provider_hit, name),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct sealed_page, company_id), DB_COL_UUID(struct sealed_page, company_id),
	DB_COL_UUID(struct sealed_page, id),
	DB_COL_I64(struct sealed_page, limit),
};
static const struct db_col sealed_out[] = {
	DB_COL_UUID(struct sealed_row, company_id), DB_COL_UUID(struct sealed_row, id), DB_COL_VIEW(struct sealed_row, sealed),
};
static const struct db_col sealed_update_in[] = {
	DB_COL_VIEW(struct sealed_row, sealed), DB_COL_UUID(struct sealed_row, company_id), DB_COL_UUID(struct sealed_row, id),
	DB_COL_VIEW(struct sealed_row, before),
};

/* column is one of sealed_column, for table. */
#define SEALED_PAGE(table, column)                                                              \
	"SELECT company_id, id, " column " FROM " table " /* all companies: the key is of all */" \
	" WHERE company_id >= ? AND (company_id > ? OR id > ?) AND " column " IS NOT NULL ORDER BY company_id, id LIMIT ?"
#define SEALED_UPDATE(table, column) \
	"UPDATE " table " SET " column " = ? WHERE company_id = ? AND id = ? AND " column " = ?"

enum {
	Q_INSERT, Q_CLEAR, Q_EACH, Q_DELETE_KEYS, Q_DELETE_CLAIMS, Q_DELETE_TRIALS, Q_DELETE_PROOFS, Q_DELETE_CACHE, Q_DELETE,
	Q_PAGE, /* and those of the other columns, in their order */
	Q_UPDATE = Q_PAGE + SEALED__MAX,
	Q__MAX = Q_UPDATE + SEALED__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = { .name = "provider_domain_insert",
		.sql = "INSERT INTO provider_domain (domain, company_id, provider_id) VALUES (?, ?, ?)",
		DB_IN(domain_in) },
	[Q_CLEAR] = { .name = "provider_domain_clear",
		.sql = "DELETE FROM provider_domain WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_key_of) },
	[Q_EACH] = { .name = "provider_domain_each",
		.sql = "SELECT c.slug, c.name, ip.id, ip.name FROM provider_domain d /* all companies: the domain says which */"
		       " JOIN company c ON c.id = d.company_id AND c.state = 'active' JOIN identity_provider ip"
		       " ON ip.company_id = d.company_id AND ip.id = d.provider_id AND ip.state = 'on'"
		       " WHERE d.domain = ? AND (? IS NULL OR c.slug = " DB_ASCII ") AND ip.id > ? ORDER BY ip.id LIMIT ?",
		DB_IN(search_in), DB_OUT(hit_out) },
	[Q_DELETE_KEYS] = { .name = "provider_delete_keys",
		.sql = "DELETE FROM provider_key WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_key_of) },
	[Q_DELETE_CLAIMS] = { .name = "provider_delete_claims",
		.sql = "DELETE FROM provider_claims WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_key_of) },
	[Q_DELETE_TRIALS] = { .name = "provider_delete_trials",
		.sql = "DELETE FROM provider_trial WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_key_of) },
	[Q_DELETE_PROOFS] = { .name = "provider_delete_proofs",
		.sql = "DELETE FROM domain_proof WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_key_of) },
	[Q_DELETE_CACHE] = { .name = "provider_delete_cache",
		.sql = "DELETE FROM provider_cache WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_key_of) },
	[Q_DELETE] = { .name = "provider_delete",
		.sql = "DELETE FROM identity_provider WHERE company_id = ? AND id = ?",
		DB_IN(provider_key_of) },
	[Q_PAGE + SEALED_CLIENT_SECRET] = { .name = "sealed_client_secrets",
		.sql = SEALED_PAGE("identity_provider", "client_secret"), DB_IN(page_in), DB_OUT(sealed_out) },
	[Q_PAGE + SEALED_CLIENT_KEY] = { .name = "sealed_client_keys",
		.sql = SEALED_PAGE("provider_key", "secret"), DB_IN(page_in), DB_OUT(sealed_out) },
	[Q_PAGE + SEALED_ID_TOKEN] = { .name = "sealed_id_tokens",
		.sql = SEALED_PAGE("session", "id_token"), DB_IN(page_in), DB_OUT(sealed_out) },
	[Q_PAGE + SEALED_CRM_SECRET] = { .name = "sealed_crm_secrets",
		.sql = SEALED_PAGE("crm_hook", "secret"), DB_IN(page_in), DB_OUT(sealed_out) },
	[Q_UPDATE + SEALED_CLIENT_SECRET] = { .name = "reseal_client_secret",
		.sql = SEALED_UPDATE("identity_provider", "client_secret"), DB_IN(sealed_update_in) },
	[Q_UPDATE + SEALED_CLIENT_KEY] = { .name = "reseal_client_key",
		.sql = SEALED_UPDATE("provider_key", "secret"), DB_IN(sealed_update_in) },
	[Q_UPDATE + SEALED_ID_TOKEN] = { .name = "reseal_id_token",
		.sql = SEALED_UPDATE("session", "id_token"), DB_IN(sealed_update_in) },
	[Q_UPDATE + SEALED_CRM_SECRET] = { .name = "reseal_crm_secret",
		.sql = SEALED_UPDATE("crm_hook", "secret"), DB_IN(sealed_update_in) },
};
/* clang-format on */

const struct db_stmt_table provider_domain_stmts = DB_STMTS("provider_domain", stmts);

enum fault
domain_sql_insert(struct rq *rq, const struct domain_row *row, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], row, ret_duplicate);
}

enum fault
domain_sql_clear(struct rq *rq, const struct domain_row *row)
{
	return db_exec(rq, &stmts[Q_CLEAR], row, NULL);
}

enum fault
domain_sql_each(struct rq *rq, const struct domain_search *in, db_row_fn *fn, void *arg)
{
	struct provider_hit row = { .company = NULL };

	return db_each(rq, &stmts[Q_EACH], in, &row, fn, arg);
}

enum fault
provider_sql_delete(struct rq *rq, const struct provider_row *p, uint64_t *ret_n)
{
	const struct domain_row in = { .company_id = p->v.company_id, .provider_id = p->v.id };
	enum fault e = FAULT_NONE;

	for (int q = Q_DELETE_KEYS; !e && q <= Q_DELETE_CACHE; q++)
		e = db_exec(rq, &stmts[q], &in, NULL);
	if (!e)
		e = domain_sql_clear(rq, &in);
	return e ? e : db_exec(rq, &stmts[Q_DELETE], &in, ret_n);
}

enum fault
sealed_sql_page(struct rq *rq, enum sealed_column column, const struct sealed_page *p,
                db_row_fn *fn, void *arg)
{
	struct sealed_row row = { .sealed = { NULL, 0 } };

	return db_each(rq, &stmts[Q_PAGE + (int)column], p, &row, fn, arg);
}

enum fault
sealed_sql_update(struct rq *rq, enum sealed_column column, const struct sealed_row *row,
                  uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_UPDATE + (int)column], row, ret_n);
}
