/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pending.c - leads whose click was not known when they came: it may have been in a spool.  For an
 * hour they are looked at whenever their click turns up; after a day, once more and for the last
 * time.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/jobs.h"

#include "lead_int.h"

enum { RECENT_S = 3600, GIVE_UP_S = 86400, BATCH = 200 };

struct batch {
	struct uuid company[BATCH], lead[BATCH];
	size_t n;
	bool last_time;
};

/* One lead, in its transaction. */
struct match {
	struct uuid company, lead;
	bool last_time;
	struct path path;
};

static enum fault
newest_event(struct rq *rq, const struct lead *l, int64_t *ret_us)
{
	struct conversion newest = { .value = NULL };
	bool any;
	enum fault e = conversion_sql_newest(rq, l, &newest, &any);

	if (e)
		return e;
	*ret_us = any && newest.occurred_at > l->created_at ? newest.occurred_at : l->created_at;
	return FAULT_NONE;
}

/* The click never came: what else is known has the last word. */
static void
give_up(struct path *p)
{
	p->match = p->n > 0 ? MATCH_EMAIL : MATCH_NONE;
	p->reason = p->n > 0 ? REASON_SAME_EMAIL : REASON_CLICK_UNKNOWN;
}

static enum fault
match_tx(struct rq *rq, void *arg)
{
	struct match *m = arg;
	struct lead l = { .value = NULL };
	int64_t until_us;
	enum fault e = lead_sql_lock(rq, m->company, m->lead, &l);

	if (e || l.matched_by != MATCH_PENDING)
		return e;
	e = newest_event(rq, &l, &until_us);
	if (!e)
		e = path_collect(rq, &l, TIME_NONE, until_us, &m->path);
	if (e || (m->path.match == MATCH_PENDING && !m->last_time))
		return e;
	if (m->path.match == MATCH_PENDING)
		give_up(&m->path);
	e = path_freeze(rq, &m->path);
	path_tell(&m->path, &l);
	if (!e)
		e = lead_sql_match(rq, &l);
	if (!e)
		e = lead_merge_touches(rq, &l, m->path.touch, m->path.n);
	if (!e)
		e = conversion_sql_campaigns(rq, &l);
	return e || m->path.n == 0 ? e : outbox_put(rq, LEAD_CHANGED, l.id, NULL);
}

static enum fault
take_lead(struct rq *rq, void *row, void *arg)
{
	const struct lead *l = row;
	struct batch *b = arg;

	(void)rq;
	b->company[b->n] = l->company_id;
	b->lead[b->n++] = l->id;
	return FAULT_NONE;
}

static enum fault
match_batch(struct rq *rq, const struct batch *b, struct match *m)
{
	const struct caller *before = rq->who;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < b->n; i++) {
		const struct caller system = { .company = b->company[i] };

		rq->who = &system;
		m->company = b->company[i];
		m->lead = b->lead[i];
		m->last_time = b->last_time;
		e = db_tx(rq, match_tx, m);
		rq->who = before;
	}
	return e;
}

enum fault
lead_match_pending_run(struct rq *rq)
{
	struct pending_query recent = {
		.from = rq->now_us - RECENT_S * US_PER_S,
		.to = rq->now_us + US_PER_DAY,
		.limit = BATCH,
	};
	struct pending_query overdue = {
		.from = 0,
		.to = rq->now_us - GIVE_UP_S * US_PER_S,
		.limit = BATCH,
	};
	struct batch *b = arena_new(rq->arena, struct batch);
	struct match *m = arena_new(rq->arena, struct match);
	struct lead row = { .value = NULL };
	enum fault e;

	e = lead_sql_pending(rq, &recent, &row, take_lead, b);
	if (!e)
		e = match_batch(rq, b, m);
	if (e)
		return e;
	b->n = 0;
	b->last_time = true;
	e = lead_sql_overdue(rq, &overdue, &row, take_lead, b);
	return e ? e : match_batch(rq, b, m);
}
