/* SPDX-License-Identifier: Apache-2.0 */
/* crm_sql.c - statements of CRMs' hooks, their stages and their events. */
#include "rostra/caller.h"

#include "crm_int.h"

/* clang-format off */
#define HOOK_COLS \
	DB_COL_UUID(struct crm_hook, company_id), DB_COL_UUID(struct crm_hook, v.id), \
	DB_COL_ENUM(struct crm_hook, v.kind, crm_kind_names), DB_COL_STR(struct crm_hook, v.name), \
	DB_COL_STR(struct crm_hook, v.lead_source), DB_COL_BYTES(struct crm_hook, token), \
	DB_COL_VIEW(struct crm_hook, secret), DB_COL_STR(struct crm_hook, v.org_id), \
	DB_COL_STR(struct crm_hook, v.amount_property), DB_COL_STR(struct crm_hook, v.currency), \
	DB_COL_TIME(struct crm_hook, v.created_at)
static const struct db_col hook_cols[] = { HOOK_COLS };
static const struct db_col hook_key[] = { DB_COL_UUID(struct crm_hook, company_id), DB_COL_UUID(struct crm_hook, v.id) };
static const struct db_col token_in[] = { DB_COL_BYTES(struct crm_hook, token) };
static const struct db_col page_in[] = {
	DB_COL_UUID(struct crm_page, company_id), DB_COL_UUID(struct crm_page, after), DB_COL_I64(struct crm_page, limit),
};
static const struct db_col stage_cols[] = {
	DB_COL_UUID(struct crm_stage, company_id), DB_COL_UUID(struct crm_stage, hook_id),
	DB_COL_STR(struct crm_stage, property),    DB_COL_STR(struct crm_stage, value),
	DB_COL_ENUM(struct crm_stage, stage, lead_stage_names),
};
static const struct db_col of_hook[] = { DB_COL_UUID(struct crm_stage, company_id), DB_COL_UUID(struct crm_stage, hook_id) };
static const struct db_col event_cols[] = {
	DB_COL_UUID(struct crm_event, company_id), DB_COL_UUID(struct crm_event, hook_id),
	DB_COL_BYTES(struct crm_event, key),       DB_COL_ENUM(struct crm_event, outcome, crm_outcome_names),
	DB_COL_STR(struct crm_event, property),    DB_COL_STR(struct crm_event, object_id),
	DB_COL_UUID(struct crm_event, lead_id),    DB_COL_TIME(struct crm_event, occurred_at),
	DB_COL_TIME(struct crm_event, received_at),
};
static const struct db_col outcome_in[] = {
	DB_COL_ENUM(struct crm_event, outcome, crm_outcome_names), DB_COL_UUID(struct crm_event, lead_id),
	DB_COL_UUID(struct crm_event, company_id), DB_COL_UUID(struct crm_event, hook_id), DB_COL_BYTES(struct crm_event, key),
};
static const struct db_col events_in[] = {
	DB_COL_UUID(struct crm_page, company_id), DB_COL_UUID(struct crm_page, hook_id),
	DB_COL_TIME(struct crm_page, before_us),  DB_COL_TIME(struct crm_page, before_us),
	DB_COL_BYTES(struct crm_page, before_key), DB_COL_I64(struct crm_page, limit),
};

#define HOOK_COLUMNS \
	"company_id, id, kind, name, lead_source, token_sha256, secret, org_id, amount_property, currency, created_at"
#define EVENT_COLUMNS "company_id, hook_id, event_key, outcome, property, object_id, lead_id, occurred_at, received_at"

enum {
	Q_INSERT, Q_GET, Q_BY_TOKEN, Q_PAGE, Q_STAGES, Q_CLEAR_STAGES, Q_PUT_STAGE, Q_EVENT, Q_OUTCOME, Q_EVENTS,
	Q_DELETE_EVENTS, Q_DELETE, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = { .name = "crm_hook_insert",
		.sql = "INSERT INTO crm_hook (" HOOK_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", DB_IN(hook_cols) },
	[Q_GET] = { .name = "crm_hook_get",
		.sql = "SELECT " HOOK_COLUMNS " FROM crm_hook WHERE company_id = ? AND id = ?",
		DB_IN(hook_key), DB_OUT(hook_cols) },
	[Q_BY_TOKEN] = { .name = "crm_hook_by_token",
		.sql = "SELECT " HOOK_COLUMNS " FROM crm_hook h WHERE token_sha256 = ? /* all companies: the secret says which */"
		       " AND EXISTS (SELECT 1 FROM company c WHERE c.id = h.company_id AND c.state = 'active')",
		DB_IN(token_in), DB_OUT(hook_cols) },
	[Q_PAGE] = { .name = "crm_hook_page",
		.sql = "SELECT " HOOK_COLUMNS " FROM crm_hook WHERE company_id = ? AND id > ? ORDER BY id LIMIT ?",
		DB_IN(page_in), DB_OUT(hook_cols) },
	[Q_STAGES] = { .name = "crm_stages",
		.sql = "SELECT company_id, hook_id, property, value, stage FROM crm_stage WHERE company_id = ? AND hook_id = ?"
		       " ORDER BY property, value",
		DB_IN(of_hook), DB_OUT(stage_cols) },
	[Q_CLEAR_STAGES] = { .name = "crm_stages_clear",
		.sql = "DELETE FROM crm_stage WHERE company_id = ? AND hook_id = ?", DB_IN(of_hook) },
	[Q_PUT_STAGE] = { .name = "crm_stage_insert",
		.sql = "INSERT INTO crm_stage (company_id, hook_id, property, value, stage) VALUES (?, ?, ?, ?, ?)",
		DB_IN(stage_cols) },
	[Q_EVENT] = { .name = "crm_event_insert",
		.sql = "INSERT INTO crm_event (" EVENT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", DB_IN(event_cols) },
	[Q_OUTCOME] = { .name = "crm_event_outcome",
		.sql = "UPDATE crm_event SET outcome = ?, lead_id = ? WHERE company_id = ? AND hook_id = ? AND event_key = ?",
		DB_IN(outcome_in) },
	[Q_EVENTS] = { .name = "crm_events",
		.sql = "SELECT " EVENT_COLUMNS " FROM crm_event WHERE company_id = ? AND hook_id = ? AND received_at <= ?"
		       " AND (received_at < ? OR event_key < ?) ORDER BY received_at DESC, event_key DESC LIMIT ?",
		DB_IN(events_in), DB_OUT(event_cols) },
	[Q_DELETE_EVENTS] = { .name = "crm_events_delete",
		.sql = "DELETE FROM crm_event WHERE company_id = ? AND hook_id = ?", DB_IN(of_hook) },
	[Q_DELETE] = { .name = "crm_hook_delete",
		.sql = "DELETE FROM crm_hook WHERE company_id = ? AND id = ?", DB_IN(of_hook) },
};
/* clang-format on */

const struct db_stmt_table crm_stmts = DB_STMTS("crm", stmts);

enum fault
crm_sql_insert(struct rq *rq, const struct crm_hook *h, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], h, ret_duplicate);
}

enum fault
crm_sql_get(struct rq *rq, struct uuid id, struct crm_hook *out, bool *ret_found)
{
	const struct crm_hook key = { .company_id = rq_company(rq), .v.id = id };

	return db_maybe(rq, &stmts[Q_GET], &key, out, ret_found);
}

enum fault
crm_sql_by_token(struct rq *rq, struct sha256 token, struct crm_hook *out, bool *ret_found)
{
	struct crm_hook key = { .secret = { NULL, 0 } };

	for (size_t i = 0; i < sizeof(key.token); i++)
		key.token[i] = token.b[i];
	return db_maybe(rq, &stmts[Q_BY_TOKEN], &key, out, ret_found);
}

enum fault
crm_sql_delete(struct rq *rq, struct uuid id, uint64_t *ret_n)
{
	const struct crm_stage key = { .company_id = rq_company(rq), .hook_id = id };
	enum fault e = crm_sql_clear_stages(rq, id);

	if (!e)
		e = db_exec(rq, &stmts[Q_DELETE_EVENTS], &key, NULL);
	return e ? e : db_exec(rq, &stmts[Q_DELETE], &key, ret_n);
}

enum fault
crm_sql_page(struct rq *rq, const struct crm_page *p, db_row_fn *fn, void *arg)
{
	struct crm_hook row;

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
crm_sql_stages(struct rq *rq, struct uuid company, struct uuid hook, db_row_fn *fn, void *arg)
{
	const struct crm_stage key = { .company_id = company, .hook_id = hook };
	struct crm_stage row;

	return db_each(rq, &stmts[Q_STAGES], &key, &row, fn, arg);
}

enum fault
crm_sql_clear_stages(struct rq *rq, struct uuid hook)
{
	const struct crm_stage key = { .company_id = rq_company(rq), .hook_id = hook };

	return db_exec(rq, &stmts[Q_CLEAR_STAGES], &key, NULL);
}

enum fault
crm_sql_put_stages(struct rq *rq, const struct crm_stage *rows, size_t n)
{
	return n > 0 ? db_bulk(rq, &stmts[Q_PUT_STAGE], rows, sizeof(*rows), n, NULL) : FAULT_NONE;
}

enum fault
crm_sql_event(struct rq *rq, const struct crm_event *e, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_EVENT], e, ret_duplicate);
}

enum fault
crm_sql_outcome(struct rq *rq, const struct crm_event *e)
{
	return db_exec(rq, &stmts[Q_OUTCOME], e, NULL);
}

enum fault
crm_sql_events(struct rq *rq, const struct crm_page *p, db_row_fn *fn, void *arg)
{
	struct crm_event row;

	return db_each(rq, &stmts[Q_EVENTS], p, &row, fn, arg);
}
