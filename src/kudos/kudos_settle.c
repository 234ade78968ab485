/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kudos_settle.c - behind the transactions that change kudos: badges of those whom they concern are
 * looked at, and what their recipients were given is settled in the ledger.
 */
#include <stdlib.h>

#include "rostra/badge.h"
#include "rostra/caller.h"
#include "rostra/jobs.h"

#include "kudos_int.h"

struct earning {
	struct uuid id;
	struct kudos kudos;
	bool found;
	struct points_want want[KUDOS_RECIPIENTS_MAX];
	size_t n;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	const struct kudos_person *p = row;
	struct earning *g = arg;

	(void)rq;
	if (g->n < KUDOS_RECIPIENTS_MAX)
		g->want[g->n++] = (struct points_want){
			.person = p->person_id,
			.reason = POINTS_KUDOS_RECEIVED,
			.tenths = g->kudos.points * POINTS_TENTHS,
		};
	return FAULT_NONE;
}

/* A kudos that waits for a decision keeps what it gave; the decision takes it. */
static bool
gives(const struct kudos *k)
{
	return k->points > 0 && (k->state == KUDOS_VISIBLE || k->state == KUDOS_HIDDEN);
}

/* Whoever writes entries of several people takes their balances in one order. */
static int
by_person(const void *a, const void *b)
{
	const struct points_want *one = a, *other = b;

	return uuid_cmp(one->person, other->person);
}

static enum fault
settle_tx(struct rq *rq, void *arg)
{
	struct earning *g = arg;
	struct points_subject s = { .object = g->id,
		                    .currency = POINTS_EARNED,
		                    .period = POINTS_EARNED_PERIOD,
		                    .reasons = 1U << POINTS_KUDOS_RECEIVED };
	enum fault e = kudos_sql_row(rq, g->id, true, &g->kudos);

	g->n = 0;
	g->found = e != FAULT_NOT_FOUND;
	if (!g->found) { /* it went with its giver: nothing holds the others up */
		problem_reset(&rq->problem);
		return FAULT_NONE;
	}
	if (e)
		return e;
	e = kudos_sql_recipients_each(rq, g->id, keep, g);
	if (g->n > 1)
		qsort(g->want, g->n, sizeof(g->want[0]), by_person);
	s.at_us = g->kudos.created_at;
	if (!e)
		e = points_day(rq, s.at_us, &s.day);
	return e ? e : points_settle(rq, &s, g->want, gives(&g->kudos) ? g->n : 0);
}

static enum fault
mark_badges(struct rq *rq, const struct earning *g)
{
	struct badge_due due[1 + KUDOS_RECIPIENTS_MAX] = { { rq_company(rq), g->kudos.giver_id } };

	for (size_t i = 0; i < g->n; i++)
		due[1 + i] = (struct badge_due){ rq_company(rq), g->want[i].person };
	return badge_mark_people(rq, due, 1 + g->n);
}

static enum fault
follow(struct rq *rq, const struct outbox_object *o)
{
	const struct caller *before = rq->who;
	const struct caller system = { .company = o->company_id };
	struct earning g = { .id = o->id };
	enum fault e;

	rq->who = &system;
	e = db_tx(rq, settle_tx, &g);
	if (!e && g.found)
		e = mark_badges(rq, &g);
	rq->who = before;
	return e;
}

enum fault
kudos_follow_changed(struct rq *rq, const char *kind, const char *owner)
{
	struct outbox_object *kudos;
	size_t n;
	enum fault e = outbox_objects(rq, kind, owner, &kudos, &n);

	for (size_t i = 0; !e && i < n; i++)
		e = follow(rq, &kudos[i]);
	return e;
}
