/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_settle.c - what the recipients of a kudos and its giver earn, behind the transaction that
 * changed it. */
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
reward_giver(struct rq *rq, const struct kudos *k, bool stands)
{
	struct points_fact f = { k->id, k->giver_id, POINTS_KUDOS_GIVEN, k->created_at, stands };

	return points_reward(rq, &f);
}

static enum fault
settle_tx(struct rq *rq, void *arg)
{
	const struct outbox_event *event = arg;
	struct points_subject s = { .object = event->object_id,
		                    .currency = POINTS_EARNED,
		                    .period = POINTS_EARNED_PERIOD,
		                    .reasons = 1U << POINTS_KUDOS_RECEIVED };
	struct earning g = { .n = 0 };
	bool stands;
	enum fault e = kudos_sql_row(rq, event->object_id, true, &g.kudos);

	if (e)
		return e;
	/* A kudos that waits for a decision keeps what it gave; the decision takes it. */
	stands = g.kudos.state == KUDOS_VISIBLE || g.kudos.state == KUDOS_HIDDEN;
	if (g.kudos.points > 0 && stands)
		e = kudos_sql_recipients_each(rq, event->object_id, keep, &g);
	s.at_us = g.kudos.created_at;
	if (!e)
		e = points_day(rq, s.at_us, &s.day);
	if (!e)
		e = points_settle(rq, &s, g.want, g.n);
	return e ? e : reward_giver(rq, &g.kudos, stands);
}

enum fault
kudos_settle_earned(struct rq *rq, const struct outbox_event *event)
{
	struct outbox_event about = *event;

	return db_tx(rq, settle_tx, &about);
}
