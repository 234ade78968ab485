/* SPDX-License-Identifier: Apache-2.0 */
/* lead_sql.c - statements of leads, conversions and touches. */
#include "rostra/network.h"
#include "rostra/sums.h"

#include "lead_cols.h"
#include "lead_int.h"

/* clang-format off */
static const struct db_col lead_cols[] = {
	READ_LEAD(struct lead, ),
};
static const struct db_col lead_key[] = {
	DB_COL_UUID(struct lead, company_id), DB_COL_UUID(struct lead, id),
};
static const struct db_col lead_external_key[] = {
	DB_COL_UUID(struct lead, company_id), DB_COL_STR(struct lead, source), DB_COL_STR(struct lead, external_id),
};
static const struct db_col lead_page_in[] = {
	LEAD_PAGE(struct lead_page, ), DB_COL_I64(struct lead_page, limit),
};
static const struct db_col lead_erase_in[] = {
	DB_COL_TIME(struct lead, erased_at), DB_COL_UUID(struct lead, company_id), DB_COL_UUID(struct lead, id),
};
static const struct db_col lead_match_in[] = {
	DB_COL_ENUM(struct lead, matched_by, lead_match_names),
	DB_COL_ENUM(struct lead, match_reason, lead_reason_names),
	DB_COL_I64(struct lead, match_pct),
	DB_COL_UUID(struct lead, company_id),
	DB_COL_UUID(struct lead, id),
};
static const struct db_col lead_stage_in[] = {
	DB_COL_ENUM(struct lead, stage, lead_stage_names),
	DB_COL_I64(struct lead, value_minor),
	DB_COL_STR(struct lead, currency),
	DB_COL_UUID(struct lead, company_id),
	DB_COL_UUID(struct lead, id),
};
static const struct db_col pending_in[] = {
	DB_COL_TIME(struct pending_query, from),
	DB_COL_TIME(struct pending_query, to),
	DB_COL_I64(struct pending_query, limit),
};
static const struct db_col conversion_cols[] = { NEW_CONVERSION(struct conversion, ) };
static const struct db_col conversion_external_key[] = {
	DB_COL_UUID(struct conversion, company_id),
	DB_COL_STR(struct conversion, source),
	DB_COL_STR(struct conversion, external_id),
};
static const struct db_col touch_cols[] = { NEW_TOUCH(struct touch, ) };
static const struct db_col clicked_cols[] = { /* a click that may become a touch */
	DB_COL_TIME(struct touch, touched_at),
	DB_COL_BYTES(struct touch, click_id),
	DB_COL_UUID(struct touch, share_id),
	DB_COL_UUID(struct touch, person_id),
	DB_COL_UUID(struct touch, team_id),
	DB_COL_ENUM(struct touch, network, network_names),
	DB_COL_UUID(struct touch, post_id),
	DB_COL_UUID(struct touch, campaign_id),
	DB_COL_UUID(struct touch, channel_id),
	DB_COL_ENUM(struct touch, cls, click_class_names),
	DB_COL_VIEW(struct touch, visitor),
};
static const struct db_col click_in[] = {
	DB_COL_UUID(struct path_query, company_id),
	DB_COL_BYTES(struct path_query, click_id),
	DB_COL_TIME(struct path_query, after),
	DB_COL_TIME(struct path_query, until),
};
static const struct db_col visitor_in[] = {
	DB_COL_UUID(struct path_query, company_id),
	DB_COL_VIEW(struct path_query, visitor),
	DB_COL_TIME(struct path_query, after),
	DB_COL_TIME(struct path_query, until),
	DB_COL_I64(struct path_query, limit),
};
static const struct db_col same_email_in[] = {
	DB_COL_UUID(struct path_query, company_id),
	DB_COL_VIEW(struct path_query, email_sha256),
};
static const struct db_col company_in[] = { DB_COL_UUID(struct lead, company_id) };
static const struct db_col same_email_out[] = { DB_COL_UUID(struct lead, id) };
static const struct db_col email_in[] = {
	DB_COL_UUID(struct path_query, company_id),
	DB_COL_VIEW(struct path_query, email_sha256),
	DB_COL_UUID(struct path_query, lead_id),
	DB_COL_TIME(struct path_query, after),
	DB_COL_TIME(struct path_query, until),
	DB_COL_I64(struct path_query, limit),
};

/* The team that reports counted the sharer in when the click happened. */
#define TEAM_THEN                                                                               \
	"(SELECT m.team_id FROM team_member m WHERE m.company_id = s.company_id AND m.person_id = s.person_id" \
	" AND m.is_primary AND m.from_at <= c.clicked_at AND (m.to_at IS NULL OR m.to_at > c.clicked_at)" \
	" ORDER BY m.from_at DESC LIMIT 1)"
#define CLICKED_SELECT                                                                          \
	"SELECT c.clicked_at, c.id, c.share_id, s.person_id, " TEAM_THEN ", s.network, s.post_id,"    \
	" s.campaign_id, s.channel_id, c.class, c.visitor"
#define CLICKED_SHARE " JOIN share s ON s.company_id = c.company_id AND s.id = c.share_id"

enum {
	Q_LEAD_INSERT, Q_LEAD_BY_EXTERNAL, Q_LEAD_GET, Q_LEAD_LOCK,
	Q_LEAD_PAGE, Q_LEAD_ERASE, Q_LEAD_MATCH,
	Q_LEAD_STAGE, Q_LEAD_PENDING, Q_LEAD_OVERDUE, Q_LEAD_SAME_EMAIL,
	Q_CONVERSION_INSERT, Q_CONVERSION_BY_EXTERNAL, Q_CONVERSION_LIST, Q_CONVERSION_NEWEST,
	Q_CONVERSION_CAMPAIGNS, Q_CREDITS_CHANGED,
	Q_TOUCH_CLICK, Q_TOUCH_VISITOR, Q_TOUCH_EMAIL, Q_TOUCH_EMAIL_VISITOR, Q_TOUCH_INSERT, Q_TOUCH_LIST, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_LEAD_INSERT] = {
		.name = "lead_insert",
		.sql = LEAD_INSERT,
		.in = lead_cols, .n_in = LEAD_COLS_NEW,
	},
	[Q_LEAD_BY_EXTERNAL] = {
		.name = "lead_by_external",
		.sql = LEAD_SELECT " WHERE company_id = ? AND source = ? AND external_id = ?",
		DB_IN(lead_external_key), DB_OUT(lead_cols),
	},
	[Q_LEAD_GET] = {
		.name = "lead_get",
		.sql = LEAD_SELECT " WHERE company_id = ? AND id = ?",
		DB_IN(lead_key), DB_OUT(lead_cols),
	},
	[Q_LEAD_LOCK] = {
		.name = "lead_lock",
		.sql = LEAD_SELECT " WHERE company_id = ? AND id = ? FOR UPDATE",
		DB_IN(lead_key), DB_OUT(lead_cols),
	},
	[Q_LEAD_PAGE] = {
		.name = "lead_page",
		.sql = LEAD_SELECT LEAD_PAGE_WHERE LEAD_PAGE_ORDER,
		DB_IN(lead_page_in), DB_OUT(lead_cols),
	},
	[Q_LEAD_ERASE] = {
		.name = "lead_erase",
		.sql = "UPDATE lead SET external_id = IF(external_id LIKE '" LEAD_SAID "%', CONCAT('erased.', id), external_id),"
		       " email = NULL, email_sha256 = NULL, name = NULL, phone = NULL, message = NULL, erased_at = ?, version = version + 1 WHERE company_id = ? AND id = ? AND erased_at IS NULL",
		DB_IN(lead_erase_in),
	},
	[Q_LEAD_MATCH] = {
		.name = "lead_match",
		.sql = "UPDATE lead SET matched_by = ?, match_reason = ?, match_pct = ?, version = version + 1 WHERE company_id = ? AND id = ?",
		DB_IN(lead_match_in),
	},
	[Q_LEAD_STAGE] = {
		.name = "lead_stage",
		.sql = "UPDATE lead SET stage = ?, value_minor = ?, currency = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ?",
		DB_IN(lead_stage_in),
	},
	[Q_LEAD_PENDING] = {
		.name = "lead_pending",
		.sql = LEAD_SELECT " WHERE matched_by = 'pending' AND received_at >= ? AND received_at < ?"
		       " AND EXISTS (SELECT 1 FROM click c FORCE INDEX (click_id) WHERE c.company_id = lead.company_id AND c.id = lead.click_id)"
		       " LIMIT ? /* all companies: a job */",
		DB_IN(pending_in), DB_OUT(lead_cols),
	},
	[Q_LEAD_OVERDUE] = {
		.name = "lead_overdue",
		.sql = LEAD_SELECT " WHERE matched_by = 'pending' AND received_at >= ? AND received_at < ? LIMIT ?"
		       " /* all companies: a job */",
		DB_IN(pending_in), DB_OUT(lead_cols),
	},
	[Q_CONVERSION_INSERT] = {
		.name = "conversion_insert",
		.sql = CONVERSION_INSERT,
		DB_IN(conversion_cols),
	},
	[Q_CONVERSION_BY_EXTERNAL] = {
		.name = "conversion_by_external",
		.sql = "SELECT " CONVERSION_COLUMNS " FROM conversion WHERE company_id = ? AND source = ? AND external_id = ?",
		DB_IN(conversion_external_key), DB_OUT(conversion_cols),
	},
	[Q_CONVERSION_LIST] = {
		.name = "conversion_list",
		.sql = "SELECT " CONVERSION_COLUMNS " FROM conversion WHERE company_id = ? AND lead_id = ?"
		       " ORDER BY occurred_at, stage, id LIMIT 500",
		DB_IN(lead_key), DB_OUT(conversion_cols),
	},
	[Q_CONVERSION_NEWEST] = {
		.name = "conversion_newest",
		.sql = "SELECT " CONVERSION_COLUMNS " FROM conversion WHERE company_id = ? AND lead_id = ?"
		       " ORDER BY occurred_at DESC, stage DESC, id DESC LIMIT 1",
		DB_IN(lead_key), DB_OUT(conversion_cols),
	},
	[Q_CONVERSION_CAMPAIGNS] = {
		.name = "conversion_campaigns",
		.sql = "UPDATE conversion c SET c.campaign_id = (SELECT t.campaign_id FROM touch t FORCE INDEX (PRIMARY)"
		       " WHERE t.company_id = c.company_id AND t.lead_id = c.lead_id AND t.touched_at <= c.occurred_at"
		       " ORDER BY t.touched_at DESC, t.click_id DESC LIMIT 1) WHERE c.company_id = ? AND c.lead_id = ?",
		DB_IN(lead_key),
	},
	[Q_CREDITS_CHANGED] = {
		.name = "credits_changed",
		.sql = CREDITS_CHANGED,
		DB_IN(company_in),
	},
	[Q_TOUCH_CLICK] = {
		.name = "touch_click",
		.sql = CLICKED_SELECT " FROM click c FORCE INDEX (click_id)" CLICKED_SHARE
		       " WHERE c.company_id = ? AND c.id = ? AND c.clicked_at > ? AND c.clicked_at <= ? LIMIT 1",
		DB_IN(click_in), DB_OUT(clicked_cols),
	},
	[Q_TOUCH_VISITOR] = {
		.name = "touch_visitor",
		.sql = CLICKED_SELECT " FROM click c FORCE INDEX (click_visitor)" CLICKED_SHARE
		       " WHERE c.company_id = ? AND c.visitor = ? AND c.class = 'human' AND c.clicked_at > ?"
		       " AND c.clicked_at <= ? ORDER BY c.clicked_at DESC LIMIT ?",
		DB_IN(visitor_in), DB_OUT(clicked_cols),
	},
	[Q_LEAD_SAME_EMAIL] = {
		.name = "lead_same_email",
		.sql = "SELECT id FROM lead FORCE INDEX (lead_email) WHERE company_id = ? AND email_sha256 = ? LIMIT 2",
		DB_IN(same_email_in), DB_OUT(same_email_out),
	},
	[Q_TOUCH_EMAIL] = {
		.name = "touch_email",
		.sql = "SELECT t.touched_at, t.click_id, t.share_id, t.person_id, t.team_id, t.network, t.post_id,"
		       " t.campaign_id, t.channel_id, 'human', x'' FROM lead l FORCE INDEX (lead_email)"
		       " STRAIGHT_JOIN touch t FORCE INDEX (PRIMARY) ON t.company_id = l.company_id AND t.lead_id = l.id"
		       " WHERE l.company_id = ? AND l.email_sha256 = ? AND l.id <> ? AND t.touched_at > ?"
		       " AND t.touched_at <= ? ORDER BY t.touched_at DESC LIMIT ?",
		DB_IN(email_in), DB_OUT(clicked_cols),
	},
	[Q_TOUCH_EMAIL_VISITOR] = {
		.name = "touch_email_visitor",
		.sql = CLICKED_SELECT " FROM lead l FORCE INDEX (lead_email)"
		       " STRAIGHT_JOIN click k FORCE INDEX (click_id) ON k.company_id = l.company_id AND k.id = l.click_id AND k.visitor IS NOT NULL"
		       " STRAIGHT_JOIN click c FORCE INDEX (click_visitor) ON c.company_id = k.company_id AND c.visitor = k.visitor" CLICKED_SHARE
		       " WHERE l.company_id = ? AND l.email_sha256 = ? AND l.id <> ? AND c.class = 'human'"
		       " AND c.clicked_at > ? AND c.clicked_at <= ? ORDER BY c.clicked_at DESC LIMIT ?",
		DB_IN(email_in), DB_OUT(clicked_cols),
	},
	[Q_TOUCH_INSERT] = {
		.name = "touch_insert",
		.sql = TOUCH_INSERT,
		DB_IN(touch_cols),
	},
	[Q_TOUCH_LIST] = {
		.name = "touch_list",
		.sql = "SELECT " TOUCH_COLUMNS " FROM touch FORCE INDEX (PRIMARY) WHERE company_id = ? AND lead_id = ?"
		       " ORDER BY touched_at, click_id LIMIT 1000",
		DB_IN(lead_key), DB_OUT(touch_cols),
	},
};
/* clang-format on */

const struct db_stmt_table lead_stmts = DB_STMTS("lead", stmts);

/* --- leads --- */

enum fault
lead_sql_insert(struct rq *rq, const struct lead *l, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_LEAD_INSERT], l, ret_duplicate);
}

enum fault
lead_sql_by_external(struct rq *rq, const struct lead *key, struct lead *out)
{
	return db_one(rq, &stmts[Q_LEAD_BY_EXTERNAL], key, out);
}

enum fault
lead_sql_get(struct rq *rq, struct uuid company, struct uuid id, struct lead *out)
{
	struct lead key = { .company_id = company, .id = id };

	return db_one(rq, &stmts[Q_LEAD_GET], &key, out);
}

enum fault
lead_sql_lock(struct rq *rq, struct uuid company, struct uuid id, struct lead *out)
{
	struct lead key = { .company_id = company, .id = id };

	return db_one(rq, &stmts[Q_LEAD_LOCK], &key, out);
}

enum fault
lead_sql_page(struct rq *rq, const struct lead_page *p, struct lead *out, db_row_fn *fn, void *arg)
{
	return db_each(rq, &stmts[Q_LEAD_PAGE], p, out, fn, arg);
}

enum fault
lead_sql_erase(struct rq *rq, struct uuid company, struct uuid id)
{
	struct lead in = { .company_id = company, .id = id, .erased_at = rq->now_us };

	return db_exec(rq, &stmts[Q_LEAD_ERASE], &in, NULL);
}

enum fault
lead_sql_match(struct rq *rq, const struct lead *l)
{
	return db_exec(rq, &stmts[Q_LEAD_MATCH], l, NULL);
}

enum fault
lead_sql_stage(struct rq *rq, const struct lead *l)
{
	return db_exec(rq, &stmts[Q_LEAD_STAGE], l, NULL);
}

enum fault
lead_sql_pending(struct rq *rq, const struct pending_query *q, struct lead *out, db_row_fn *fn,
                 void *arg)
{
	return db_each(rq, &stmts[Q_LEAD_PENDING], q, out, fn, arg);
}

enum fault
lead_sql_overdue(struct rq *rq, const struct pending_query *q, struct lead *out, db_row_fn *fn,
                 void *arg)
{
	return db_each(rq, &stmts[Q_LEAD_OVERDUE], q, out, fn, arg);
}

/* Whether another one has it is told here: "id <> ?" would make the server look into every index
 * first. */
struct other_lead {
	struct uuid self;
	bool found;
};

static enum fault
take_other(struct rq *rq, void *row, void *arg)
{
	struct other_lead *o = arg;

	(void)rq;
	o->found = o->found || !uuid_eq(((const struct lead *)row)->id, o->self);
	return FAULT_NONE;
}

enum fault
lead_sql_same_email(struct rq *rq, const struct path_query *q, bool *ret_found)
{
	struct other_lead other = { .self = q->lead_id };
	struct lead row = { .value = NULL };
	enum fault e = db_each(rq, &stmts[Q_LEAD_SAME_EMAIL], q, &row, take_other, &other);

	*ret_found = other.found;
	return e;
}

/* --- conversions --- */

enum fault
conversion_sql_insert(struct rq *rq, const struct conversion *c, bool *ret_duplicate)
{
	enum fault e = db_insert(rq, &stmts[Q_CONVERSION_INSERT], c, ret_duplicate);

	return e || *ret_duplicate ? e : credits_changed(rq, c->company_id);
}

enum fault
conversion_sql_by_external(struct rq *rq, const struct conversion *key, struct conversion *out,
                           bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_CONVERSION_BY_EXTERNAL], key, out, ret_found);
}

enum fault
conversion_sql_list(struct rq *rq, const struct lead *l, struct conversion *out, db_row_fn *fn,
                    void *arg)
{
	return db_each(rq, &stmts[Q_CONVERSION_LIST], l, out, fn, arg);
}

enum fault
conversion_sql_newest(struct rq *rq, const struct lead *l, struct conversion *out, bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_CONVERSION_NEWEST], l, out, ret_found);
}

enum fault
conversion_sql_campaigns(struct rq *rq, const struct lead *l)
{
	enum fault e = db_exec(rq, &stmts[Q_CONVERSION_CAMPAIGNS], l, NULL);

	if (!e)
		e = sums_mark_lead(rq, l->company_id, l->id);
	return e ? e : credits_changed(rq, l->company_id);
}

enum fault
credits_changed(struct rq *rq, struct uuid company)
{
	const struct lead in = { .company_id = company };

	return db_exec(rq, &stmts[Q_CREDITS_CHANGED], &in, NULL);
}

/* --- touches --- */

enum fault
touch_sql_click(struct rq *rq, const struct path_query *q, struct touch *out, bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_TOUCH_CLICK], q, out, ret_found);
}

enum fault
touch_sql_visitor(struct rq *rq, const struct path_query *q, struct touch *out, db_row_fn *fn,
                  void *arg)
{
	return db_each(rq, &stmts[Q_TOUCH_VISITOR], q, out, fn, arg);
}

enum fault
touch_sql_email(struct rq *rq, const struct path_query *q, struct touch *out, db_row_fn *fn,
                void *arg)
{
	return db_each(rq, &stmts[Q_TOUCH_EMAIL], q, out, fn, arg);
}

enum fault
touch_sql_email_visitor(struct rq *rq, const struct path_query *q, struct touch *out, db_row_fn *fn,
                        void *arg)
{
	return db_each(rq, &stmts[Q_TOUCH_EMAIL_VISITOR], q, out, fn, arg);
}

enum fault
touch_sql_insert(struct rq *rq, const struct touch *rows, size_t n)
{
	enum fault e = db_bulk(rq, &stmts[Q_TOUCH_INSERT], rows, sizeof(*rows), n, NULL);

	return e || n == 0 ? e : credits_changed(rq, rows[0].company_id);
}

enum fault
touch_sql_list(struct rq *rq, const struct lead *l, struct touch *out, db_row_fn *fn, void *arg)
{
	return db_each(rq, &stmts[Q_TOUCH_LIST], l, out, fn, arg);
}
