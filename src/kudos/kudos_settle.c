/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_settle.c - what the recipients of kudos are given, behind the transactions that
 * changed them. */
#include "rostra/caller.h"

#include "kudos_int.h"

struct earning {
	struct kudos kudos;
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

static enum fault
settle_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	struct points_subject s = { .object = *id,
		                    .currency = POINTS_EARNED,
		                    .period = POINTS_EARNED_PERIOD,
		                    .reasons = 1U << POINTS_KUDOS_RECEIVED };
	struct earning g = { .n = 0 };
	bool stands;
	enum fault e = kudos_sql_row(rq, *id, true, &g.kudos);

	if (e)
		return e;
	/* A kudos that waits for a decision keeps what it gave; the decision takes it. */
	stands = g.kudos.state == KUDOS_VISIBLE || g.kudos.state == KUDOS_HIDDEN;
	e = kudos_sql_recipients_each(rq, *id, keep, &g);
	s.at_us = g.kudos.created_at;
	if (!e)
		e = points_day(rq, s.at_us, &s.day);
	return e ? e : points_settle(rq, &s, g.want, g.kudos.points > 0 && stands ? g.n : 0);
}

struct keys {
	struct kudos_key *list;
	size_t n, room;
};

static enum fault
keep_key(struct rq *rq, void *row, void *arg)
{
	struct keys *k = arg;

	k->list = arena_grow(rq->arena, k->list, k->n, &k->room);
	k->list[k->n++] = *(const struct kudos_key *)row;
	return FAULT_NONE;
}

enum fault
kudos_settle_earned(struct rq *rq, const char *kind, const char *owner)
{
	const struct caller *before = rq->who;
	struct keys k = { .n = 0 };
	enum fault e = kudos_sql_giving(rq, kind, owner, keep_key, &k);

	for (size_t i = 0; !e && i < k.n; i++) {
		const struct caller system = { .company = k.list[i].company_id };

		rq->who = &system;
		e = db_tx(rq, settle_tx, &k.list[i].id);
		rq->who = before;
	}
	return e;
}
