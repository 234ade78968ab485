/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_sql.c - statements of kudos and of their policy. */
#include "rostra/caller.h"

#include "kudos_view.h"

/* clang-format off */
struct one {
	struct uuid company_id, id, viewer;
	int64_t     n;
};

static const struct db_col policy_cols[] = {
	DB_COL_UUID(struct kudos_policy, company_id),    DB_COL_I64(struct kudos_policy, monthly_allowance),
	DB_COL_I64(struct kudos_policy, pair_max),       DB_COL_I64(struct kudos_policy, pair_days),
	DB_COL_I64(struct kudos_policy, interval_s),     DB_COL_I64(struct kudos_policy, edit_window_s),
	DB_COL_I64(struct kudos_policy, version),
};
static const struct db_col policy_update_in[] = {
	DB_COL_I64(struct kudos_policy, monthly_allowance), DB_COL_I64(struct kudos_policy, pair_max),
	DB_COL_I64(struct kudos_policy, pair_days),      DB_COL_I64(struct kudos_policy, interval_s),
	DB_COL_I64(struct kudos_policy, edit_window_s),  DB_COL_UUID(struct kudos_policy, company_id),
	DB_COL_I64(struct kudos_policy, version),
};
static const struct db_col company_in[] = { DB_COL_UUID(struct one, company_id) };
static const struct db_col key_in[] = { DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id) };

static const struct db_col row_out[] = { KUDOS_ROW_COLS(struct kudos, ), KUDOS_ROW_TAIL(struct kudos, ) };
static const struct db_col view_out[] = { KUDOS_VIEW_COLS(struct kudos, ) };
static const struct db_col update_in[] = {
	DB_COL_UUID(struct kudos, value_id),    DB_COL_STR(struct kudos, message),
	DB_COL_I64(struct kudos, points),       DB_COL_ENUM(struct kudos, visibility, kudos_visibility_names),
	DB_COL_ENUM(struct kudos, state, kudos_state_names), DB_COL_TIME(struct kudos, edited_at),
	DB_COL_UUID(struct kudos, company_id),  DB_COL_UUID(struct kudos, id),
};
#define VIEWER(T) DB_COL_UUID(T, viewer), DB_COL_UUID(T, viewer), DB_COL_UUID(T, viewer), DB_COL_UUID(T, viewer)
static const struct db_col get_in[] = {
	DB_COL_UUID(struct one, viewer),
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id), VIEWER(struct one),
};
static const struct db_col hold_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id), VIEWER(struct one), DB_COL_UUID(struct one, viewer),
};
static const struct db_col recipient_out[] = { DB_COL_UUID(struct kudos_person, person_id) };
static const struct db_col count_out[] = { DB_COL_I64(struct one, n) };

#define POLICY_COLUMNS "company_id, monthly_allowance, pair_max, pair_days, interval_s, edit_window_s, version"
/* Four times the reader. */
#define SEEN " AND" KUDOS_SEEN_SQL("?")

enum {
	Q_POLICY_GET, Q_POLICY_ENSURE, Q_POLICY_UPDATE, Q_GET, Q_ROW, Q_ROW_LOCK, Q_HOLD, Q_UPDATE, Q_SPENT,
	Q_RECIPIENTS, Q_RECIPIENTS_EACH, Q_MENTIONS_EACH, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_POLICY_GET] = {
		.name = "kudos_policy_get",
		.sql = "SELECT " POLICY_COLUMNS " FROM kudos_policy WHERE company_id = ?",
		DB_IN(company_in), DB_OUT(policy_cols),
	},
	[Q_POLICY_ENSURE] = {
		.name = "kudos_policy_ensure",
		.sql = "INSERT IGNORE INTO kudos_policy (" POLICY_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(policy_cols),
	},
	[Q_POLICY_UPDATE] = {
		.name = "kudos_policy_update",
		.sql = "UPDATE kudos_policy SET monthly_allowance = ?, pair_max = ?, pair_days = ?, interval_s = ?,"
		       " edit_window_s = ?, version = version + 1 WHERE company_id = ? AND version = ?",
		DB_IN(policy_update_in),
	},
	[Q_GET] = {
		.name = "kudos_get",
		.sql = "SELECT " KUDOS_VIEW_COLUMNS " FROM kudos k" KUDOS_VIEW_JOINS " WHERE k.company_id = ? AND k.id = ?" SEEN,
		DB_IN(get_in), DB_OUT(view_out),
	},
	[Q_ROW] = {
		.name = "kudos_row",
		.sql = "SELECT " KUDOS_ROW_COLUMNS ", k.edited_at, k.version FROM kudos k WHERE k.company_id = ? AND k.id = ?",
		DB_IN(key_in), DB_OUT(row_out),
	},
	[Q_ROW_LOCK] = {
		.name = "kudos_row_lock",
		.sql = "SELECT " KUDOS_ROW_COLUMNS ", k.edited_at, k.version FROM kudos k WHERE k.company_id = ? AND k.id = ?"
		       " FOR UPDATE",
		DB_IN(key_in), DB_OUT(row_out),
	},
	[Q_HOLD] = {
		.name = "kudos_hold",
		.sql = "SELECT " KUDOS_ROW_COLUMNS ", k.edited_at, k.version FROM kudos k WHERE k.company_id = ? AND k.id = ?" SEEN
		       " AND EXISTS (SELECT 1 FROM person w WHERE w.company_id = k.company_id AND w.id = ? AND w.state = 'active')"
		       " FOR UPDATE",
		DB_IN(hold_in), DB_OUT(row_out),
	},
	[Q_UPDATE] = {
		.name = "kudos_update",
		.sql = "UPDATE kudos SET value_id = ?, message = ?, points = ?, visibility = ?, state = ?, edited_at = ?,"
		       " version = version + 1 WHERE company_id = ? AND id = ?",
		DB_IN(update_in),
	},
	[Q_SPENT] = {
		.name = "kudos_spent",
		.sql = "SELECT CAST(COALESCE(-SUM(tenths), 0) AS SIGNED) FROM point_entry FORCE INDEX (point_entry_fact)"
		       " WHERE company_id = ? AND object_id = ? AND currency = 'allowance'",
		DB_IN(key_in), DB_OUT(count_out),
	},
	[Q_RECIPIENTS] = {
		.name = "kudos_recipients",
		.sql = "SELECT COUNT(*) FROM kudos_person WHERE company_id = ? AND kudos_id = ? AND role = 'recipient'",
		DB_IN(key_in), DB_OUT(count_out),
	},
	[Q_RECIPIENTS_EACH] = {
		.name = "kudos_recipients_each",
		.sql = "SELECT person_id FROM kudos_person WHERE company_id = ? AND kudos_id = ? AND role = 'recipient'"
		       " ORDER BY person_id",
		DB_IN(key_in), DB_OUT(recipient_out),
	},
	[Q_MENTIONS_EACH] = {
		.name = "kudos_mentions_each",
		.sql = "SELECT m.person_id FROM kudos k JOIN kudos_person m ON m.company_id = k.company_id AND m.kudos_id = k.id"
		       " AND m.role = 'mention' WHERE k.company_id = ? AND k.id = ? AND NOT EXISTS (SELECT 1 FROM kudos_person q"
		       " WHERE q.company_id = k.company_id AND q.kudos_id = k.id AND q.role = 'recipient' AND q.person_id = m.person_id)"
		       " AND (k.visibility = 'public' OR " KUDOS_TEAM_SEES_SQL("m.person_id") ") ORDER BY m.person_id",
		DB_IN(key_in), DB_OUT(recipient_out),
	},
};
/* clang-format on */

const struct db_stmt_table kudos_stmts = DB_STMTS("kudos", stmts);

/* --- policy --- */

enum fault
policy_sql_get(struct rq *rq, struct kudos_policy *out)
{
	struct one in = { .company_id = rq_company(rq) };
	bool found;

	*out = kudos_policy_default;
	return db_maybe(rq, &stmts[Q_POLICY_GET], &in, out, &found);
}

enum fault
policy_sql_ensure(struct rq *rq, const struct kudos_policy *p)
{
	return db_exec(rq, &stmts[Q_POLICY_ENSURE], p, NULL);
}

enum fault
policy_sql_update(struct rq *rq, const struct kudos_policy *p, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &stmts[Q_POLICY_UPDATE], p, &n);

	if (!e)
		*ret_done = n > 0;
	return e;
}

/* --- kudos --- */

enum fault
kudos_sql_get(struct rq *rq, struct uuid id, struct kudos *out)
{
	struct one in = { .company_id = rq_company(rq), .id = id, .viewer = rq->who->person };

	return db_one(rq, &stmts[Q_GET], &in, out);
}

enum fault
kudos_sql_row(struct rq *rq, struct uuid id, bool lock, struct kudos *out)
{
	struct one in = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[lock ? Q_ROW_LOCK : Q_ROW], &in, out);
}

enum fault
kudos_sql_hold(struct rq *rq, struct uuid id, struct kudos *out)
{
	struct one in = { .company_id = rq_company(rq), .id = id, .viewer = rq->who->person };

	return db_one(rq, &stmts[Q_HOLD], &in, out);
}

enum fault
kudos_sql_update(struct rq *rq, const struct kudos *k)
{
	return db_exec(rq, &stmts[Q_UPDATE], k, NULL);
}

static enum fault
number_of(struct rq *rq, int q, struct uuid id, int64_t *ret_n)
{
	struct one in = { .company_id = rq_company(rq), .id = id }, out = { .n = 0 };
	enum fault e = db_one(rq, &stmts[q], &in, &out);

	if (!e)
		*ret_n = out.n;
	return e;
}

enum fault
kudos_sql_spent(struct rq *rq, struct uuid id, int64_t *ret_tenths)
{
	return number_of(rq, Q_SPENT, id, ret_tenths);
}

enum fault
kudos_sql_recipients(struct rq *rq, struct uuid id, int64_t *ret_n)
{
	return number_of(rq, Q_RECIPIENTS, id, ret_n);
}

enum fault
kudos_sql_recipients_each(struct rq *rq, struct uuid id, db_row_fn *fn, void *arg)
{
	struct one in = { .company_id = rq_company(rq), .id = id };
	struct kudos_person row = { .active = false };

	return db_each(rq, &stmts[Q_RECIPIENTS_EACH], &in, &row, fn, arg);
}

enum fault
kudos_sql_mentions_each(struct rq *rq, struct uuid id, db_row_fn *fn, void *arg)
{
	struct one in = { .company_id = rq_company(rq), .id = id };
	struct kudos_person row = { .active = false };

	return db_each(rq, &stmts[Q_MENTIONS_EACH], &in, &row, fn, arg);
}
