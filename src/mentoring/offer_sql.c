/* SPDX-License-Identifier: Apache-2.0 */
/* offer_sql.c - statements of offers to be a mentor and of searches for one. */
#include "rostra/caller.h"

#include "mentoring_int.h"

/* clang-format off */
struct count {
	int64_t n;
};
static const struct db_col key_in[] = { DB_COL_UUID(struct offer, company_id), DB_COL_UUID(struct offer, id) };
static const struct db_col own_in[] = {
	DB_COL_UUID(struct offer, company_id), DB_COL_UUID(struct offer, id), DB_COL_UUID(struct offer, person_id),
};
static const struct db_col person_in[] = {
	DB_COL_UUID(struct offer, company_id), DB_COL_UUID(struct offer, person_id),
};
static const struct db_col count_out[] = { DB_COL_I64(struct count, n) };
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct offer, company_id), DB_COL_UUID(struct offer, id), DB_COL_UUID(struct offer, person_id),
	DB_COL_ENUM(struct offer, kind, offer_kind_names), DB_COL_STR(struct offer, tag), DB_COL_STR(struct offer, note),
	DB_COL_TIME(struct offer, created_at),
};
static const struct db_col view_out[] = {
	DB_COL_UUID(struct offer, id), DB_COL_UUID(struct offer, person_id), DB_COL_STR(struct offer, display_name),
	DB_COL_ENUM(struct offer, kind, offer_kind_names), DB_COL_STR(struct offer, tag), DB_COL_STR(struct offer, note),
	DB_COL_TIME(struct offer, created_at),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct offer_page, company_id), DB_COL_UUID(struct offer_page, before),
	DB_COL_ENUM(struct offer_page, kind, offer_kind_names), DB_COL_ENUM(struct offer_page, kind, offer_kind_names),
	DB_COL_STR(struct offer_page, tag),         DB_COL_STR(struct offer_page, tag),
	DB_COL_UUID(struct offer_page, person_id),  DB_COL_UUID(struct offer_page, person_id),
	DB_COL_I64(struct offer_page, limit),
};

#define MENTORING_OFFER                                                                                    \
	"SELECT m.id, m.person_id, p.display_name, m.kind, m.tag, m.note, m.created_at FROM mentoring_offer m" \
	" JOIN person p ON p.company_id = m.company_id AND p.id = m.person_id AND p.state = 'active'"

enum { Q_GET, Q_COUNT, Q_INSERT, Q_DELETE, Q_PAGE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_GET] = { .name = "mentoring_offer_get", .sql = MENTORING_OFFER " WHERE m.company_id = ? AND m.id = ?",
		DB_IN(key_in), DB_OUT(view_out) },
	[Q_COUNT] = { .name = "mentoring_offer_count",
		.sql = "SELECT COUNT(*) FROM mentoring_offer WHERE company_id = ? AND person_id = ?",
		DB_IN(person_in), DB_OUT(count_out) },
	[Q_INSERT] = { .name = "mentoring_offer_insert",
		.sql = "INSERT INTO mentoring_offer (company_id, id, person_id, kind, tag, note, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_DELETE] = { .name = "mentoring_offer_delete",
		.sql = "DELETE FROM mentoring_offer WHERE company_id = ? AND id = ? AND person_id = ?",
		DB_IN(own_in) },
	[Q_PAGE] = { .name = "mentoring_offer_page",
		.sql = MENTORING_OFFER " WHERE m.company_id = ? AND m.id < ? AND (? IS NULL OR m.kind = ?) AND (? IS NULL OR m.tag = ?)"
		       " AND (? IS NULL OR m.person_id = ?) ORDER BY m.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out) },
};
/* clang-format on */

const struct db_stmt_table mentoring_offer_stmts = DB_STMTS("mentoring_offer", stmts);

enum fault
offer_sql_get(struct rq *rq, struct uuid id, struct offer *out)
{
	const struct offer key = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[Q_GET], &key, out);
}

enum fault
offer_sql_count(struct rq *rq, int64_t *ret_n)
{
	const struct offer key = { .company_id = rq_company(rq), .person_id = rq->who->person };
	struct count out;
	enum fault e = db_one(rq, &stmts[Q_COUNT], &key, &out);

	if (!e)
		*ret_n = out.n;
	return e;
}

enum fault
offer_sql_insert(struct rq *rq, const struct offer *o, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], o, ret_duplicate);
}

enum fault
offer_sql_delete(struct rq *rq, struct uuid id)
{
	const struct offer key = { .company_id = rq_company(rq),
		                   .id = id,
		                   .person_id = rq->who->person };

	return db_exec(rq, &stmts[Q_DELETE], &key, NULL);
}

enum fault
offer_sql_page(struct rq *rq, const struct offer_page *p, db_row_fn *fn, void *arg)
{
	struct offer row = { .tag = NULL };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}
