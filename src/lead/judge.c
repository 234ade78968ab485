/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.c - a click was judged again: the paths of the leads it is on follow.  Only this click
 * comes or goes; what else a lead's path holds was frozen by its own events and stays.
 */
#include <string.h>

#include "rostra/jobs.h"

#include "lead_int.h"

struct judged_query {
	struct uuid company_id, lead_id;
	unsigned char click_id[CLICK_ID_SIZE];
	struct str visitor;
};

struct lead_list {
	struct uuid *lead;
	size_t n, room;
};

/* clang-format off */
static const struct db_col click_in[] = {
	DB_COL_UUID(struct judged_query, company_id), DB_COL_BYTES(struct judged_query, click_id),
};
static const struct db_col visitor_in[] = {
	DB_COL_UUID(struct judged_query, company_id), DB_COL_VIEW(struct judged_query, visitor),
};
static const struct db_col lead_in[] = {
	DB_COL_UUID(struct judged_query, company_id), DB_COL_UUID(struct judged_query, lead_id),
};
static const struct db_col touch_key[] = {
	DB_COL_UUID(struct judged_query, company_id), DB_COL_UUID(struct judged_query, lead_id),
	DB_COL_BYTES(struct judged_query, click_id),
};
static const struct db_col lead_out[] = { DB_COL_UUID(struct judged_query, lead_id) };

enum { Q_TOUCHED, Q_NAMED, Q_VISITED, Q_SAME_EMAIL, Q_DROP, Q_ANY, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_TOUCHED] = {
		.name = "judged_touched",
		.sql = "SELECT lead_id FROM touch FORCE INDEX (touch_click) WHERE company_id = ? AND click_id = ?",
		DB_IN(click_in), DB_OUT(lead_out),
	},
	[Q_NAMED] = {
		.name = "judged_named",
		.sql = "SELECT id FROM lead WHERE company_id = ? AND click_id = ?",
		DB_IN(click_in), DB_OUT(lead_out),
	},
	[Q_VISITED] = {
		.name = "judged_visited",
		.sql = "SELECT STRAIGHT_JOIN l.id FROM click k FORCE INDEX (click_visitor)"
		       " JOIN lead l ON l.company_id = k.company_id AND l.click_id = k.id"
		       " WHERE k.company_id = ? AND k.visitor = ?",
		DB_IN(visitor_in), DB_OUT(lead_out),
	},
	[Q_SAME_EMAIL] = {
		.name = "judged_same_email",
		.sql = "SELECT o.id FROM lead l JOIN lead o ON o.company_id = l.company_id AND o.email_sha256 = l.email_sha256"
		       " AND o.id <> l.id WHERE l.company_id = ? AND l.id = ?",
		DB_IN(lead_in), DB_OUT(lead_out),
	},
	[Q_DROP] = {
		.name = "judged_drop",
		.sql = "DELETE FROM touch WHERE company_id = ? AND lead_id = ? AND click_id = ?",
		DB_IN(touch_key),
	},
	[Q_ANY] = {
		.name = "judged_any_touch",
		.sql = "SELECT lead_id FROM touch FORCE INDEX (PRIMARY) WHERE company_id = ? AND lead_id = ? LIMIT 1",
		DB_IN(lead_in), DB_OUT(lead_out),
	},
};
/* clang-format on */

const struct db_stmt_table lead_judge_stmts = DB_STMTS("lead_judge", stmts);

static enum fault
take_lead(struct rq *rq, void *row, void *arg)
{
	const struct judged_query *found = row;
	struct lead_list *list = arg;

	for (size_t i = 0; i < list->n; i++) {
		if (uuid_eq(list->lead[i], found->lead_id))
			return FAULT_NONE;
	}
	list->lead = arena_grow(rq->arena, list->lead, list->n, &list->room);
	list->lead[list->n++] = found->lead_id;
	return FAULT_NONE;
}

/* Leads whose path may gain or lose the click. */
static enum fault
find_leads(struct rq *rq, const struct lead_click *c, struct judged_query *q,
           struct lead_list *list)
{
	struct judged_query row = { .click_id = { 0 } };
	enum fault e = db_each(rq, &stmts[Q_NAMED], q, &row, take_lead, list);

	if (!e && !c->human)
		return db_each(rq, &stmts[Q_TOUCHED], q, &row, take_lead, list);
	if (!e && c->visitor.n > 0)
		e = db_each(rq, &stmts[Q_VISITED], q, &row, take_lead, list);
	for (size_t i = 0, n = list->n; !e && i < n; i++) {
		q->lead_id = list->lead[i];
		e = db_each(rq, &stmts[Q_SAME_EMAIL], q, &row, take_lead, list);
	}
	return e;
}

/* Adds the click's touch when the path has it. */
static enum fault
add_touch(struct rq *rq, const struct lead_click *c, const struct lead *l, struct path *path)
{
	enum fault e;

	for (size_t i = 0; i < path->n; i++) {
		if (memcmp(path->touch[i].click_id, c->id, CLICK_ID_SIZE) != 0)
			continue;
		e = touch_sql_insert(rq, &path->touch[i], 1);
		return e ? e : lead_merge_touches(rq, l, &path->touch[i], 1);
	}
	return FAULT_NONE;
}

/* How the lead's path was found, now. */
static enum fault
match_again(struct rq *rq, const struct lead_click *c, const struct path *path, struct lead *l)
{
	const struct judged_query q = { .company_id = l->company_id, .lead_id = l->id };
	struct judged_query row = { .click_id = { 0 } };
	const struct path nobody = { .match = MATCH_NONE,
		                     .reason = l->click_bytes.n > 0 ? REASON_CLICK_NOT_HUMAN
		                                                    : REASON_NOTHING_KNOWN };
	const int before = l->matched_by;
	bool any;
	enum fault e = db_maybe(rq, &stmts[Q_ANY], &q, &row, &any);

	if (e || before == MATCH_PENDING || before == MATCH_EXTERNAL)
		return e;
	if (l->click_bytes.n == CLICK_ID_SIZE &&
	    memcmp(l->click_bytes.s, c->id, CLICK_ID_SIZE) == 0)
		path_tell(path, l);
	else if (!any)
		path_tell(&nobody, l);
	else if (before == MATCH_NONE)
		path_tell(path, l);
	return l->matched_by != before ? lead_sql_match(rq, l) : FAULT_NONE;
}

static enum fault
follow(struct rq *rq, const struct lead_click *c, const struct judged_query *q)
{
	struct conversion newest = { .value = NULL };
	struct lead l = { .value = NULL };
	struct path path = { .n = 0 };
	int64_t until_us;
	bool any;
	enum fault e = lead_sql_lock(rq, c->company, q->lead_id, &l);

	if (!e)
		e = conversion_sql_newest(rq, &l, &newest, &any);
	if (e)
		return e;
	until_us = any && newest.occurred_at > l.created_at ? newest.occurred_at : l.created_at;
	e = path_collect(rq, &l, TIME_NONE, until_us, &path);
	if (!e)
		e = c->human ? add_touch(rq, c, &l, &path) : db_exec(rq, &stmts[Q_DROP], q, NULL);
	if (!e)
		e = match_again(rq, c, &path, &l);
	if (!e)
		e = conversion_sql_campaigns(rq, &l);
	return e ? e : outbox_put(rq, LEAD_CHANGED, l.id, NULL);
}

enum fault
lead_click_judged(struct rq *rq, const struct lead_click *c)
{
	struct judged_query q = { .company_id = c->company, .visitor = c->visitor };
	struct lead_list list = { .n = 0 };
	enum fault e;

	memcpy(q.click_id, c->id, sizeof(q.click_id));
	e = find_leads(rq, c, &q, &list);
	for (size_t i = 0; !e && i < list.n; i++) {
		q.lead_id = list.lead[i];
		e = follow(rq, c, &q);
	}
	return e;
}
