/* SPDX-License-Identifier: Apache-2.0 */
/* review_sql.c - statements of texts that a mentor looks at. */
#include "rostra/caller.h"
#include "rostra/network.h"

#include "mentoring_int.h"

/* clang-format off */
struct count {
	int64_t n;
};
static const struct db_col key_in[] = {
	DB_COL_UUID(struct review, company_id), DB_COL_UUID(struct review, mentoring_id), DB_COL_UUID(struct review, id),
};
static const struct db_col own_in[] = {
	DB_COL_UUID(struct review, company_id), DB_COL_UUID(struct review, id), DB_COL_UUID(struct review, mentee_id),
};
static const struct db_col mentoring_in[] = {
	DB_COL_UUID(struct review, company_id), DB_COL_UUID(struct review, mentoring_id),
};
static const struct db_col count_out[] = { DB_COL_I64(struct count, n) };
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct review, company_id), DB_COL_UUID(struct review, mentoring_id), DB_COL_UUID(struct review, id),
	DB_COL_UUID(struct review, mentee_id),  DB_COL_UUID(struct review, mentor_id),    DB_COL_UUID(struct review, post_id),
	DB_COL_ENUM(struct review, network, network_names), DB_COL_STR(struct review, text),
	DB_COL_BYTES(struct review, text_sha256), DB_COL_TIME(struct review, created_at),
};
static const struct db_col view_out[] = {
	DB_COL_UUID(struct review, company_id), DB_COL_UUID(struct review, mentoring_id), DB_COL_UUID(struct review, id),
	DB_COL_UUID(struct review, mentee_id),  DB_COL_UUID(struct review, mentor_id),    DB_COL_UUID(struct review, post_id),
	DB_COL_ENUM(struct review, network, network_names), DB_COL_STR(struct review, text),
	DB_COL_BYTES(struct review, text_sha256), DB_COL_ENUM(struct review, state, review_state_names),
	DB_COL_STR(struct review, note),        DB_COL_TIME(struct review, created_at),
	DB_COL_TIME(struct review, decided_at), DB_COL_UUID(struct review, share_id),
};
static const struct db_col decide_in[] = {
	DB_COL_ENUM(struct review, state, review_state_names), DB_COL_STR(struct review, note),
	DB_COL_TIME(struct review, decided_at), DB_COL_UUID(struct review, company_id),
	DB_COL_UUID(struct review, mentoring_id), DB_COL_UUID(struct review, id),
};
static const struct db_col use_in[] = {
	DB_COL_UUID(struct review, share_id),   DB_COL_UUID(struct review, company_id), DB_COL_UUID(struct review, id),
	DB_COL_UUID(struct review, mentee_id),  DB_COL_UUID(struct review, share_id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct item_page, company_id), DB_COL_UUID(struct item_page, mentoring_id),
	DB_COL_UUID(struct item_page, after),      DB_COL_I64(struct item_page, limit),
};

#define SHARE_REVIEW                                                                                    \
	"SELECT company_id, mentoring_id, id, mentee_id, mentor_id, post_id, network, text, text_sha256, state, note," \
	" created_at, decided_at, share_id FROM share_review"
#define REVIEW_KEY " WHERE company_id = ? AND mentoring_id = ? AND id = ?"

enum { Q_GET, Q_LOCK, Q_OWN, Q_WAITING, Q_INSERT, Q_DECIDE, Q_USE, Q_PAGE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_GET] = { .name = "share_review_get", .sql = SHARE_REVIEW REVIEW_KEY, DB_IN(key_in), DB_OUT(view_out) },
	[Q_LOCK] = { .name = "share_review_lock", .sql = SHARE_REVIEW REVIEW_KEY " FOR UPDATE", DB_IN(key_in), DB_OUT(view_out) },
	[Q_OWN] = { .name = "share_review_own", .sql = SHARE_REVIEW " WHERE company_id = ? AND id = ? AND mentee_id = ?",
		DB_IN(own_in), DB_OUT(view_out) },
	[Q_WAITING] = { .name = "share_review_waiting",
		.sql = "SELECT COUNT(*) FROM share_review WHERE company_id = ? AND mentoring_id = ? AND state = 'waiting'",
		DB_IN(mentoring_in), DB_OUT(count_out) },
	[Q_INSERT] = { .name = "share_review_insert",
		.sql = "INSERT INTO share_review (company_id, mentoring_id, id, mentee_id, mentor_id, post_id, network, text,"
		       " text_sha256, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_DECIDE] = { .name = "share_review_decide",
		.sql = "UPDATE share_review SET state = ?, note = ?, decided_at = ?" REVIEW_KEY, DB_IN(decide_in) },
	[Q_USE] = { .name = "share_review_use",
		.sql = "UPDATE share_review SET share_id = ? WHERE company_id = ? AND id = ? AND mentee_id = ?"
		       " AND state = 'approved' AND (share_id IS NULL OR share_id = ?)",
		DB_IN(use_in) },
	[Q_PAGE] = { .name = "share_review_page",
		.sql = SHARE_REVIEW " WHERE company_id = ? AND mentoring_id = ? AND id > ? ORDER BY id LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out) },
};
/* clang-format on */

const struct db_stmt_table share_review_stmts = DB_STMTS("share_review", stmts);

enum fault
review_sql_get(struct rq *rq, const struct review *key, bool lock, struct review *out)
{
	return db_one(rq, &stmts[lock ? Q_LOCK : Q_GET], key, out);
}

enum fault
review_sql_own(struct rq *rq, struct uuid id, struct review *out)
{
	const struct review key = { .company_id = rq_company(rq),
		                    .id = id,
		                    .mentee_id = rq->who->person };

	return db_one(rq, &stmts[Q_OWN], &key, out);
}

enum fault
review_sql_waiting(struct rq *rq, struct uuid mentoring, int64_t *ret_n)
{
	const struct review key = { .company_id = rq_company(rq), .mentoring_id = mentoring };
	struct count out;
	enum fault e = db_one(rq, &stmts[Q_WAITING], &key, &out);

	if (!e)
		*ret_n = out.n;
	return e;
}

enum fault
review_sql_insert(struct rq *rq, const struct review *r, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], r, ret_duplicate);
}

enum fault
review_sql_decide(struct rq *rq, const struct review *r)
{
	return db_exec(rq, &stmts[Q_DECIDE], r, NULL);
}

enum fault
review_sql_use(struct rq *rq, struct uuid review, struct uuid share, bool *ret_done)
{
	const struct review in = { .company_id = rq_company(rq),
		                   .id = review,
		                   .mentee_id = rq->who->person,
		                   .share_id = share };
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_USE], &in, &n);

	*ret_done = n > 0;
	return e;
}

enum fault
review_sql_page(struct rq *rq, const struct item_page *p, db_row_fn *fn, void *arg)
{
	struct review row = { .text = NULL };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}
