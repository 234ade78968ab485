/* SPDX-License-Identifier: Apache-2.0 */
/* demo_deals_sql.c - statements of what stands beside the demo's leads; only `rostra demo-data`
 * prepares them. */
#include "demo_deals_int.h"

/* clang-format off */
#define T struct row_rate
static const struct db_col rate_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_TIME(T, day_us), DB_COL_STR(T, currency), DB_COL_STR(T, base), DB_COL_I64(T, billionths),
	DB_COL_TIME(T, loaded_us),
};
#undef T
#define T struct row_hook
static const struct db_col hook_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, id), DB_COL_STR(T, name), DB_COL_BYTES(T, token), DB_COL_STR(T, org_id),
	DB_COL_STR(T, currency), DB_COL_TIME(T, created_us),
};
#undef T
#define T struct row_told
static const struct db_col stage_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, hook_id), DB_COL_STR(T, property), DB_COL_STR(T, value),
	DB_COL_ENUM(T, stage, lead_stage_names),
};
static const struct db_col event_in[] = {
	DB_COL_UUID(T, company_id), DB_COL_UUID(T, hook_id), DB_COL_BYTES(T, key), DB_COL_STR(T, property), DB_COL_STR(T, value),
	DB_COL_UUID(T, lead_id), DB_COL_TIME(T, occurred_us), DB_COL_TIME(T, received_us),
};
#undef T

const struct db_stmt demo_deal_statements[DEAL__MAX] = {
	[DEAL_RATE] = { .name = "exchange_rate",
		.sql = "INSERT INTO exchange_rate (company_id, day, currency, base, billionths, loaded_at)"
		       " VALUES (?, DATE(?), ?, ?, ?, ?)",
		DB_IN(rate_in) },
	[DEAL_HOOK] = { .name = "crm_hook",
		.sql = "INSERT INTO crm_hook (company_id, id, kind, name, lead_source, token_sha256, org_id, amount_property, currency,"
		       " created_at) VALUES (?, ?, 'salesforce', ?, 'crm', ?, ?, 'Amount', ?, ?)",
		DB_IN(hook_in) },
	[DEAL_STAGE] = { .name = "crm_stage",
		.sql = "INSERT INTO crm_stage (company_id, hook_id, property, value, stage) VALUES (?, ?, ?, ?, ?)", DB_IN(stage_in) },
	[DEAL_EVENT] = { .name = "crm_event",
		.sql = "INSERT INTO crm_event (company_id, hook_id, event_key, outcome, property, object_id, lead_id, occurred_at,"
		       " received_at) VALUES (?, ?, ?, 'moved', ?, ?, ?, ?, ?)",
		DB_IN(event_in) },
};
/* clang-format on */

const struct db_stmt_table demo_deal_stmts = { "demo_deal", demo_deal_statements, DEAL__MAX };
