/* SPDX-License-Identifier: Apache-2.0 */
/* moderation_sql.c - statements of reports and decisions. */
#include "rostra/caller.h"

#include "kudos_view.h"
#include "moderation_int.h"

/* clang-format off */
static const struct db_col report_in[] = {
	DB_COL_UUID(struct report, company_id), DB_COL_UUID(struct report, kudos_id),
	DB_COL_UUID(struct report, person_id),  DB_COL_ENUM(struct report, reason, report_reason_names),
	DB_COL_STR(struct report, note),        DB_COL_TIME(struct report, reported_at),
};
static const struct db_col decided_in[] = {
	DB_COL_TIME(struct decision, decided_at), DB_COL_UUID(struct decision, company_id),
	DB_COL_UUID(struct decision, kudos_id),
};
static const struct db_col decision_in[] = {
	DB_COL_UUID(struct decision, company_id), DB_COL_UUID(struct decision, kudos_id),
	DB_COL_UUID(struct decision, id),         DB_COL_ENUM(struct decision, decision, decision_names),
	DB_COL_UUID(struct decision, decided_by), DB_COL_STR(struct decision, note),
	DB_COL_TIME(struct decision, decided_at),
};
static const struct db_col key_in[] = {
	DB_COL_UUID(struct decision, company_id), DB_COL_UUID(struct decision, kudos_id),
};
static const struct db_col restored_out[] = { DB_COL_TIME(struct decision, decided_at) };
static const struct db_col page_in[] = {
	DB_COL_UUID(struct reported_page, viewer), DB_COL_UUID(struct reported_page, company_id),
	DB_COL_UUID(struct reported_page, before), DB_COL_I64(struct reported_page, limit),
};
static const struct db_col page_out[] = {
	KUDOS_VIEW_COLS(struct reported, kudos.), DB_COL_STR(struct reported, reports_packed),
};

enum { Q_REPORT, Q_DECIDED, Q_DECISION, Q_RESTORED, Q_PAGE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_REPORT] = {
		.name = "kudos_report_put",
		.sql = "INSERT INTO kudos_report (company_id, kudos_id, person_id, reason, note, reported_at)"
		       " VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE reason = VALUE(reason), note = VALUE(note),"
		       " reported_at = VALUE(reported_at), decided_at = NULL",
		DB_IN(report_in),
	},
	[Q_DECIDED] = {
		.name = "kudos_report_decided",
		.sql = "UPDATE kudos_report SET decided_at = ? WHERE company_id = ? AND kudos_id = ? AND decided_at IS NULL",
		DB_IN(decided_in),
	},
	[Q_DECISION] = {
		.name = "kudos_decision_insert",
		.sql = "INSERT INTO kudos_decision (company_id, kudos_id, id, decision, decided_by, note, decided_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(decision_in),
	},
	[Q_RESTORED] = {
		.name = "kudos_restored_at",
		.sql = "SELECT MAX(decided_at) FROM kudos_decision WHERE company_id = ? AND kudos_id = ?"
		       " AND decision = 'restore'",
		DB_IN(key_in), DB_OUT(restored_out),
	},
	[Q_PAGE] = {
		.name = "kudos_reported",
		.sql = "SELECT " KUDOS_VIEW_COLUMNS ", (SELECT GROUP_CONCAT(CONCAT(w.reason, '\x1e', COALESCE(w.note, ''))"
		       " ORDER BY w.reported_at SEPARATOR '\x1f') FROM kudos_report w WHERE w.company_id = k.company_id"
		       " AND w.kudos_id = k.id AND w.decided_at IS NULL)"
		       " FROM (SELECT DISTINCT company_id, kudos_id FROM kudos_report WHERE company_id = ? AND decided_at IS NULL"
		       " AND kudos_id < ? ORDER BY kudos_id DESC LIMIT ?) o"
		       " STRAIGHT_JOIN kudos k ON k.company_id = o.company_id AND k.id = o.kudos_id" KUDOS_VIEW_JOINS
		       " ORDER BY k.id DESC",
		DB_IN(page_in), DB_OUT(page_out),
	},
};
/* clang-format on */

const struct db_stmt_table kudos_moderation_stmts = DB_STMTS("kudos_moderation", stmts);

enum fault
report_sql_put(struct rq *rq, const struct report *r)
{
	return db_exec(rq, &stmts[Q_REPORT], r, NULL);
}

enum fault
report_sql_decided(struct rq *rq, const struct decision *d, uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_DECIDED], d, ret_n);
}

enum fault
decision_sql_insert(struct rq *rq, const struct decision *d)
{
	return db_exec(rq, &stmts[Q_DECISION], d, NULL);
}

enum fault
decision_sql_restored_at(struct rq *rq, struct uuid kudos, int64_t *ret_at)
{
	struct decision in = { .company_id = rq_company(rq), .kudos_id = kudos }, out = in;
	enum fault e = db_one(rq, &stmts[Q_RESTORED], &in, &out);

	if (!e)
		*ret_at = out.decided_at;
	return e;
}

enum fault
reported_sql_page(struct rq *rq, const struct reported_page *p, db_row_fn *fn, void *arg)
{
	struct reported row = { .shown = NULL };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}
