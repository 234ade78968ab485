/* SPDX-License-Identifier: Apache-2.0 */
/* domain_proof_sql.c - statements of domains that are to be proved, and how their rows map. */
#include "rostra/caller.h"

#include "domain_int.h"

/* clang-format off */
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct domain_proof, company_id), DB_COL_UUID(struct domain_proof, id),
	DB_COL_UUID(struct domain_proof, provider_id), DB_COL_STR(struct domain_proof, domain),
	DB_COL_STR(struct domain_proof, token), DB_COL_TIME(struct domain_proof, created_at),
};
static const struct db_col proof_out[] = {
	DB_COL_UUID(struct domain_proof, company_id), DB_COL_UUID(struct domain_proof, id),
	DB_COL_UUID(struct domain_proof, provider_id), DB_COL_STR(struct domain_proof, domain),
	DB_COL_STR(struct domain_proof, token), DB_COL_ENUM(struct domain_proof, result, domain_result_names),
	DB_COL_TIME(struct domain_proof, created_at), DB_COL_TIME(struct domain_proof, checked_at),
	DB_COL_TIME(struct domain_proof, proved_at),
};
#define COLUMNS "company_id, id, provider_id, domain, token, result, created_at, checked_at, proved_at"
static const struct db_col key_in[] = { DB_COL_UUID(struct domain_proof, company_id), DB_COL_UUID(struct domain_proof, id) };
static const struct db_col provider_in[] = {
	DB_COL_UUID(struct domain_proof, company_id), DB_COL_UUID(struct domain_proof, provider_id),
};
static const struct db_col checked_in[] = {
	DB_COL_ENUM(struct domain_proof, result, domain_result_names), DB_COL_TIME(struct domain_proof, checked_at),
	DB_COL_TIME(struct domain_proof, proved_at), DB_COL_UUID(struct domain_proof, company_id),
	DB_COL_UUID(struct domain_proof, id),
};
struct page {
	struct uuid company_id, above;
	int64_t     limit, n;
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct page, company_id), DB_COL_UUID(struct page, above), DB_COL_I64(struct page, limit),
};
static const struct db_col count_out[] = { DB_COL_I64(struct page, n) };
static const struct db_col lock_out[] = { DB_COL_UUID(struct domain_proof, provider_id) };

enum { Q_INSERT, Q_GET, Q_PAGE, Q_COUNT, Q_CHECKED, Q_DELETE, Q_LOCK, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = { .name = "domain_proof_insert",
		.sql = "INSERT INTO domain_proof (company_id, id, provider_id, domain, token, created_at) VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_GET] = { .name = "domain_proof_get",
		.sql = "SELECT " COLUMNS " FROM domain_proof WHERE company_id = ? AND id = ?", DB_IN(key_in), DB_OUT(proof_out) },
	[Q_PAGE] = { .name = "domain_proof_page",
		.sql = "SELECT " COLUMNS " FROM domain_proof WHERE company_id = ? AND id > ? ORDER BY id LIMIT ?",
		DB_IN(page_in), DB_OUT(proof_out) },
	[Q_COUNT] = { .name = "domain_proof_count",
		.sql = "SELECT COUNT(*) FROM domain_proof WHERE company_id = ? AND provider_id = ?",
		DB_IN(provider_in), DB_OUT(count_out) },
	[Q_CHECKED] = { .name = "domain_proof_checked",
		.sql = "UPDATE domain_proof SET result = ?, checked_at = ?, proved_at = ? WHERE company_id = ? AND id = ?",
		DB_IN(checked_in) },
	[Q_DELETE] = { .name = "domain_proof_delete",
		.sql = "DELETE FROM domain_proof WHERE company_id = ? AND id = ?", DB_IN(key_in) },
	[Q_LOCK] = { .name = "provider_lock",
		.sql = "SELECT id FROM identity_provider WHERE company_id = ? AND id = ? FOR UPDATE",
		DB_IN(provider_in), DB_OUT(lock_out) },
};
/* clang-format on */

const struct db_stmt_table domain_proof_stmts = DB_STMTS("domain_proof", stmts);

static struct domain_proof
key_of(const struct rq *rq, struct uuid id)
{
	return (struct domain_proof){ .company_id = rq_company(rq), .id = id };
}

enum fault
proof_sql_insert(struct rq *rq, const struct domain_proof *p, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], p, ret_duplicate);
}

enum fault
proof_sql_get(struct rq *rq, struct uuid id, struct domain_proof *out)
{
	const struct domain_proof in = key_of(rq, id);

	return db_one(rq, &stmts[Q_GET], &in, out);
}

enum fault
proof_sql_page(struct rq *rq, struct uuid above, int64_t limit, db_row_fn *fn, void *arg)
{
	const struct page in = { rq_company(rq), above, limit, 0 };
	struct domain_proof row = { .domain = NULL };

	return db_each(rq, &stmts[Q_PAGE], &in, &row, fn, arg);
}

enum fault
proof_sql_count(struct rq *rq, const struct domain_proof *p, int64_t *ret)
{
	struct page out = { .n = 0 };
	enum fault e = db_one(rq, &stmts[Q_COUNT], p, &out);

	*ret = out.n;
	return e;
}

enum fault
proof_sql_checked(struct rq *rq, const struct domain_proof *p)
{
	return db_exec(rq, &stmts[Q_CHECKED], p, NULL);
}

enum fault
proof_sql_delete(struct rq *rq, struct uuid id)
{
	const struct domain_proof in = key_of(rq, id);

	return db_exec(rq, &stmts[Q_DELETE], &in, NULL);
}

enum fault
provider_sql_lock(struct rq *rq, struct uuid provider)
{
	const struct domain_proof in = { .company_id = rq_company(rq), .provider_id = provider };
	struct domain_proof out;

	return db_one(rq, &stmts[Q_LOCK], &in, &out);
}
