/* SPDX-License-Identifier: Apache-2.0 */
/* post_list_sql.c - statements of many posts: pages, cards, what is due. */
#include "post_sql_int.h"

/* clang-format off */
static const struct db_col post_out[] = { POST_COL_LIST };
static const struct db_col page_in[] = {
	DB_COL_UUID(struct post_page, company_id), DB_COL_UUID(struct post_page, before),
	DB_COL_I64(struct post_page, limit),
};
static const struct db_col page_state_in[] = {
	DB_COL_UUID(struct post_page, company_id), DB_COL_ENUM(struct post_page, state, post_state_names),
	DB_COL_UUID(struct post_page, before),     DB_COL_I64(struct post_page, limit),
};
static const struct db_col page_own_in[] = {
	DB_COL_UUID(struct post_page, company_id), DB_COL_UUID(struct post_page, person_id),
	DB_COL_UUID(struct post_page, before),     DB_COL_ENUM(struct post_page, state, post_state_names),
	DB_COL_ENUM(struct post_page, state, post_state_names), DB_COL_I64(struct post_page, limit),
};
struct wanted {
	const char *ids;
	struct uuid company_id;
};
static const struct db_col cards_in[] = {
	DB_COL_STR(struct wanted, ids), DB_COL_UUID(struct wanted, company_id),
};
struct packed {
	struct uuid company_id, id;
	struct str rules;
};
static const struct db_col rules_in[] = {
	DB_COL_UUID(struct packed, company_id), DB_COL_UUID(struct packed, id),
};
static const struct db_col rules_out[] = { DB_COL_VIEW(struct packed, rules) };
struct moment {
	int64_t     now;
	struct uuid company_id, id;
};
static const struct db_col due_in[] = { DB_COL_TIME(struct moment, now) };
static const struct db_col due_out[] = {
	DB_COL_UUID(struct post_due, company_id), DB_COL_UUID(struct post_due, id),
	DB_COL_ENUM(struct post_due, state, post_state_names),
};
static const struct db_col live_in[] = {
	DB_COL_TIME(struct moment, now), DB_COL_TIME(struct moment, now),
	DB_COL_UUID(struct moment, company_id), DB_COL_UUID(struct moment, id),
	DB_COL_TIME(struct moment, now),
};
static const struct db_col over_in[] = {
	DB_COL_TIME(struct moment, now), DB_COL_UUID(struct moment, company_id),
	DB_COL_UUID(struct moment, id), DB_COL_TIME(struct moment, now),
};

enum { Q_PAGE, Q_PAGE_STATE, Q_PAGE_OWN, Q_CARDS, Q_RULES, Q_DUE, Q_DUE_DONE = Q_DUE + POST_DUE__MAX,
       Q__MAX = Q_DUE_DONE + POST_DUE__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_PAGE] = {
		.name = "post_page",
		.sql = "SELECT " POST_COLUMNS POST_FROM " WHERE po.company_id = ? AND po.id < ?"
		       " ORDER BY po.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(post_out),
	},
	[Q_PAGE_STATE] = {
		.name = "post_page_state",
		.sql = "SELECT " POST_COLUMNS POST_FROM " WHERE po.company_id = ? AND po.state = ? AND po.id < ?"
		       " ORDER BY po.id DESC LIMIT ?",
		DB_IN(page_state_in), DB_OUT(post_out),
	},
	[Q_PAGE_OWN] = {
		.name = "post_page_own",
		.sql = "SELECT " POST_COLUMNS POST_FROM " WHERE po.company_id = ? AND po.author_id = ?"
		       " AND po.id < ? AND (? IS NULL OR po.state = ?) ORDER BY po.id DESC LIMIT ?",
		DB_IN(page_own_in), DB_OUT(post_out),
	},
	[Q_CARDS] = {
		.name = "post_cards",
		.sql = "SELECT " POST_COLUMNS " FROM JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j"
		       " STRAIGHT_JOIN post po ON po.company_id = ? AND po.id = CAST(j.id AS UUID)" POST_BESIDE,
		DB_IN(cards_in), DB_OUT(post_out),
	},
	[Q_RULES] = { /* 0x1d between the parts: no text can hold it */
		.name = "post_rules",
		.sql = "SELECT CONCAT_WS('\035', COALESCE(CAST(po.campaign_id AS CHAR(36)), ''), po.destination_url IS NOT NULL,"
		       " po.networks, po.lock_text, po.title, COALESCE(" POST_TEXTS_SQL ", ''),"
		       " COALESCE(" POST_DISCLOSURES_SQL ", '')) FROM post po WHERE po.company_id = ? AND po.id = ?",
		DB_IN(rules_in), DB_OUT(rules_out),
	},
	[Q_DUE + POST_DUE_LIVE] = {
		.name = "post_due_live",
		.sql = "SELECT company_id, id, state FROM post WHERE state = 'scheduled' AND publish_at <= ?"
		       " ORDER BY publish_at LIMIT 200 /* all companies: one clock for all */",
		DB_IN(due_in), DB_OUT(due_out),
	},
	[Q_DUE + POST_DUE_EXPIRED] = {
		.name = "post_due_expired",
		.sql = "SELECT company_id, id, state FROM post WHERE state = 'live' AND expire_at <= ?"
		       " ORDER BY expire_at LIMIT 200 /* all companies: one clock for all */",
		DB_IN(due_in), DB_OUT(due_out),
	},
	[Q_DUE + POST_DUE_UNPINNED] = {
		.name = "post_due_unpinned",
		.sql = "SELECT company_id, id, state FROM post WHERE pin_until <= ?"
		       " ORDER BY pin_until LIMIT 200 /* all companies: one clock for all */",
		DB_IN(due_in), DB_OUT(due_out),
	},
	[Q_DUE_DONE + POST_DUE_LIVE] = {
		.name = "post_goes_live",
		.sql = "UPDATE post SET state = 'live', published_at = ?, updated_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND state = 'scheduled' AND publish_at <= ?",
		DB_IN(live_in),
	},
	[Q_DUE_DONE + POST_DUE_EXPIRED] = {
		.name = "post_expires",
		.sql = "UPDATE post SET state = 'expired', pin_until = NULL, updated_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND state = 'live' AND expire_at <= ?",
		DB_IN(over_in),
	},
	[Q_DUE_DONE + POST_DUE_UNPINNED] = {
		.name = "post_pin_ends",
		.sql = "UPDATE post SET pin_until = NULL, updated_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND pin_until <= ?",
		DB_IN(over_in),
	},
};
/* clang-format on */

const struct db_stmt_table post_list_stmts = DB_STMTS("post", rows);

enum fault
post_sql_page(struct rq *rq, const struct post_page *page, db_row_fn *fn, void *arg)
{
	const struct db_stmt *s = page->own          ? &rows[Q_PAGE_OWN]
	                          : page->state >= 0 ? &rows[Q_PAGE_STATE]
	                                             : &rows[Q_PAGE];
	struct post row = { 0 };

	return db_each(rq, s, page, &row, fn, arg);
}

enum fault
post_sql_cards(struct rq *rq, const char *ids_json, db_row_fn *fn, void *arg)
{
	struct wanted in = { ids_json, rq_company(rq) };
	struct post row = { 0 };

	return db_each(rq, &rows[Q_CARDS], &in, &row, fn, arg);
}

enum fault
post_sql_rules(struct rq *rq, struct uuid id, struct str *ret_packed)
{
	struct packed p = { rq_company(rq), id, { 0 } };
	enum fault e = db_one(rq, &rows[Q_RULES], &p, &p);

	if (e)
		return e;

	*ret_packed = p.rules;
	return FAULT_NONE;
}

static enum fault
due_row(struct rq *rq, void *row, void *arg)
{
	struct post_due_list *list = arg;

	(void)rq;
	if (list->n < POST_DUE_BATCH)
		list->due[list->n++] = *(const struct post_due *)row;
	return FAULT_NONE;
}

enum fault
post_sql_due(struct rq *rq, enum post_due_what what, struct post_due_list *out)
{
	struct moment in = { .now = rq->now_us };
	struct post_due row = { 0 };

	return db_each(rq, &rows[Q_DUE + what], &in, &row, due_row, out);
}

enum fault
post_sql_due_done(struct rq *rq, enum post_due_what what, const struct post_due *due,
                  bool *ret_done)
{
	struct moment in = { rq->now_us, due->company_id, due->id };
	uint64_t n;
	enum fault e = db_exec(rq, &rows[Q_DUE_DONE + what], &in, &n);

	if (e)
		return e;

	*ret_done = n > 0;
	return FAULT_NONE;
}
