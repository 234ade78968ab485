/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen.c - managers see the leads that their teams brought, as reports do: those with a touch on
 * their path that somebody made as one of a team the manager is a member of now; of the path, just
 * these touches.  Any other lead is to them as one that never existed.
 */
#include "rostra/caller.h"
#include "rostra/network.h"

#include "lead_cols.h"
#include "lead_int.h"

/* Leads of teams with fewer touches than these are looked up one by one; those of others come soon
 * in any page. */
enum { FEW_TOUCHES = 1000 };

struct seen_query {
	struct lead_page page;
	struct uuid company_id, lead_id, viewer;
	int64_t now_us; /* whose teams are those of now */
	int64_t few;
};

/* clang-format off */
#define VIEWER_IN \
	DB_COL_UUID(struct seen_query, viewer), DB_COL_TIME(struct seen_query, now_us), DB_COL_TIME(struct seen_query, now_us)
#define NOW "v.from_at <= ? AND (v.to_at IS NULL OR v.to_at > ?)"
#define MEMBER_NOW \
	" STRAIGHT_JOIN team_member v ON v.company_id = t.company_id AND v.team_id = t.team_id AND v.person_id = ? AND " NOW

static const struct db_col page_in[] = {
	LEAD_PAGE(struct seen_query, page.), DB_COL_UUID(struct seen_query, company_id), VIEWER_IN, VIEWER_IN,
	DB_COL_I64(struct seen_query, page.limit),
};
static const struct db_col teams_in[] = {
	DB_COL_UUID(struct seen_query, company_id), VIEWER_IN, DB_COL_I64(struct seen_query, few),
};
static const struct db_col page_of_few_in[] = {
	DB_COL_UUID(struct seen_query, company_id), VIEWER_IN, LEAD_PAGE(struct seen_query, page.),
	DB_COL_I64(struct seen_query, page.limit),
};
static const struct db_col id_out[] = { DB_COL_UUID(struct lead, id) };
static const struct db_col lead_out[] = { READ_LEAD(struct lead, ) };
static const struct db_col touches_in[] = {
	VIEWER_IN, DB_COL_UUID(struct seen_query, company_id), DB_COL_UUID(struct seen_query, lead_id),
};
static const struct db_col touches_out[] = { NEW_TOUCH(struct touch, ) };

/* All touches of the viewer's teams. */
#define TOUCHES_OF_TEAMS \
	" FROM team_member v STRAIGHT_JOIN touch t FORCE INDEX (touch_team) ON t.company_id = v.company_id AND t.team_id = v.team_id" \
	" WHERE v.company_id = ? AND v.person_id = ? AND " NOW

enum { Q_MANY, Q_PAGE, Q_PAGE_OF_FEW, Q_TOUCHES, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_MANY] = {
		.name = "lead_seen_many",
		.sql = "SELECT t.lead_id" TOUCHES_OF_TEAMS " LIMIT 1 OFFSET ?",
		DB_IN(teams_in), DB_OUT(id_out),
	},
	[Q_PAGE_OF_FEW] = {
		.name = "lead_seen_page_of_few",
		.sql = LEAD_READ " FROM (SELECT DISTINCT t.lead_id AS seen_id" TOUCHES_OF_TEAMS ") x STRAIGHT_JOIN lead"
		       " FORCE INDEX FOR JOIN (PRIMARY) ON lead.id = x.seen_id" LEAD_PAGE_WHERE LEAD_PAGE_ORDER,
		DB_IN(page_of_few_in), DB_OUT(lead_out),
	},
	/* Who is of no team is done at once.  A value and not EXISTS: row by row in the order of the page, which ends soon. */
	[Q_PAGE] = {
		.name = "lead_seen_page",
		.sql = LEAD_SELECT LEAD_PAGE_WHERE
		       " AND EXISTS (SELECT 1 FROM team_member v WHERE v.company_id = ? AND v.person_id = ? AND " NOW ")"
		       " AND (SELECT t.lead_id FROM touch t FORCE INDEX (PRIMARY)" MEMBER_NOW
		       " WHERE t.company_id = lead.company_id AND t.lead_id = lead.id LIMIT 1) IS NOT NULL" LEAD_PAGE_ORDER,
		DB_IN(page_in), DB_OUT(lead_out),
	},
	[Q_TOUCHES] = {
		.name = "lead_seen_touches",
		.sql = "SELECT DISTINCT t.company_id, t.lead_id, t.touched_at, t.click_id, t.share_id, t.person_id, t.team_id, t.network,"
		       " t.post_id, t.campaign_id, t.channel_id, t.added_at, t.found_by FROM touch t FORCE INDEX (PRIMARY)" MEMBER_NOW
		       " WHERE t.company_id = ? AND t.lead_id = ? ORDER BY t.touched_at, t.click_id LIMIT 1000",
		DB_IN(touches_in), DB_OUT(touches_out),
	},
};
/* clang-format on */

const struct db_stmt_table lead_seen_stmts = DB_STMTS("lead_seen", stmts);

static struct seen_query
query_of(const struct rq *rq)
{
	return (struct seen_query){ .company_id = rq_company(rq),
		                    .viewer = rq->who->person,
		                    .now_us = rq->now_us };
}

static bool
sees_all(const struct rq *rq)
{
	return rq->who->kind != ACCESS_MANAGER;
}

enum fault
lead_seen_page(struct rq *rq, const struct lead_page *p, struct lead *out, db_row_fn *fn, void *arg)
{
	struct seen_query q = query_of(rq);
	struct lead any;
	bool many = false;
	enum fault e;

	if (sees_all(rq))
		return lead_sql_page(rq, p, out, fn, arg);
	q.page = *p;
	q.few = FEW_TOUCHES;
	e = db_maybe(rq, &stmts[Q_MANY], &q, &any, &many);
	return e ? e : db_each(rq, &stmts[many ? Q_PAGE : Q_PAGE_OF_FEW], &q, out, fn, arg);
}

enum fault
lead_seen_touches(struct rq *rq, const struct lead *l, struct touch *out, db_row_fn *fn, void *arg)
{
	struct seen_query q = query_of(rq);

	if (sees_all(rq))
		return touch_sql_list(rq, l, out, fn, arg);
	q.lead_id = l->id;
	return db_each(rq, &stmts[Q_TOUCHES], &q, out, fn, arg);
}

static enum fault
note_any(struct rq *rq, void *row, void *arg)
{
	(void)rq;
	(void)row;
	*(bool *)arg = true;
	return FAULT_NONE;
}

enum fault
lead_seen_get(struct rq *rq, struct uuid id, struct lead *out)
{
	struct touch row = { .cls = 0 };
	bool any = sees_all(rq);
	enum fault e = lead_sql_get(rq, rq_company(rq), id, out);

	if (e || any)
		return e;
	e = lead_seen_touches(rq, out, &row, note_any, &any);
	return e || any ? e : FAULT_NOT_FOUND;
}
