/* SPDX-License-Identifier: Apache-2.0 */
/* domain_sql.c - statements of e-mail domains and of removing a provider, and how their rows map.
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

enum { Q_INSERT, Q_CLEAR, Q_EACH, Q_DELETE_KEYS, Q_DELETE_CACHE, Q_DELETE, Q__MAX };

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
		       " WHERE d.domain = ? AND (? IS NULL OR c.slug = ?) AND ip.id > ? ORDER BY ip.id LIMIT ?",
		DB_IN(search_in), DB_OUT(hit_out) },
	[Q_DELETE_KEYS] = { .name = "provider_delete_keys",
		.sql = "DELETE FROM provider_key WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_key_of) },
	[Q_DELETE_CACHE] = { .name = "provider_delete_cache",
		.sql = "DELETE FROM provider_cache WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_key_of) },
	[Q_DELETE] = { .name = "provider_delete",
		.sql = "DELETE FROM identity_provider WHERE company_id = ? AND id = ?",
		DB_IN(provider_key_of) },
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
