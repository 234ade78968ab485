/* SPDX-License-Identifier: Apache-2.0 */
/* campaign_sql.c - statements of campaign. */
#include "campaign_int.h"

/* clang-format off */
#define FIELD_COLS                                              \
	DB_COL_STR(struct campaign, name),                          \
	DB_COL_TIME(struct campaign, starts_at),                    \
	DB_COL_TIME(struct campaign, ends_at),                      \
	DB_COL_I64(struct campaign, lookback_days),                 \
	DB_COL_BOOL(struct campaign, track_conversions),            \
	DB_COL_STR(struct campaign, utm_source),                    \
	DB_COL_STR(struct campaign, utm_medium),                    \
	DB_COL_STR(struct campaign, utm_campaign),                  \
	DB_COL_STR(struct campaign, utm_content),                   \
	DB_COL_STR(struct campaign, utm_term)

static const struct db_col view_out[] = {
	DB_COL_UUID(struct campaign, id), FIELD_COLS, DB_COL_I64(struct campaign, version),
	DB_COL_TIME(struct campaign, created_at), DB_COL_TIME(struct campaign, updated_at),
};
static const struct db_col key_in[] = {
	DB_COL_UUID(struct campaign, company_id), DB_COL_UUID(struct campaign, id),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct campaign, company_id), DB_COL_UUID(struct campaign, id), FIELD_COLS,
	DB_COL_TIME(struct campaign, created_at), DB_COL_TIME(struct campaign, updated_at),
};
static const struct db_col update_in[] = {
	FIELD_COLS, DB_COL_TIME(struct campaign, updated_at), DB_COL_UUID(struct campaign, company_id),
	DB_COL_UUID(struct campaign, id), DB_COL_I64(struct campaign, version),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct campaign_page, company_id), DB_COL_UUID(struct campaign_page, before),
	DB_COL_I64(struct campaign_page, limit),
};

#define FIELDS "name, starts_at, ends_at, lookback_days, track_conversions," \
	" utm_source, utm_medium, utm_campaign, utm_content, utm_term"
#define VIEW "id, " FIELDS ", version, created_at, updated_at"

enum { Q_GET, Q_PAGE, Q_INSERT, Q_UPDATE, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_GET] = {
		.name = "campaign_get",
		.sql = "SELECT " VIEW " FROM campaign WHERE company_id = ? AND id = ?",
		DB_IN(key_in), DB_OUT(view_out),
	},
	[Q_PAGE] = {
		.name = "campaign_page",
		.sql = "SELECT " VIEW " FROM campaign WHERE company_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out),
	},
	[Q_INSERT] = {
		.name = "campaign_insert",
		.sql = "INSERT INTO campaign (company_id, id, " FIELDS ", created_at, updated_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_UPDATE] = {
		.name = "campaign_update",
		.sql = "UPDATE campaign SET name = ?, starts_at = ?, ends_at = ?, lookback_days = ?,"
		       " track_conversions = ?, utm_source = ?, utm_medium = ?, utm_campaign = ?,"
		       " utm_content = ?, utm_term = ?, updated_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(update_in),
	},
};
/* clang-format on */

const struct db_stmt_table campaign_stmts = DB_STMTS("campaign", rows);

enum fault
campaign_sql_get(struct rq *rq, struct uuid id, struct campaign *out)
{
	struct campaign key = { .company_id = rq_company(rq), .id = id };

	*out = (struct campaign){ 0 };
	return db_one(rq, &rows[Q_GET], &key, out);
}

enum fault
campaign_sql_insert(struct rq *rq, const struct campaign *c, bool *ret_duplicate)
{
	return db_insert(rq, &rows[Q_INSERT], c, ret_duplicate);
}

enum fault
campaign_sql_update(struct rq *rq, const struct campaign *c, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &rows[Q_UPDATE], c, &n);

	if (e)
		return e;

	*ret_done = n > 0;
	return FAULT_NONE;
}

enum fault
campaign_sql_page(struct rq *rq, const struct campaign_page *page, db_row_fn *fn, void *arg)
{
	struct campaign row = { 0 };

	return db_each(rq, &rows[Q_PAGE], page, &row, fn, arg);
}
