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

/* What the rules give beside it, to whom it is from and whom it is to. */
static enum fault
follow(struct rq *rq, const struct earning *g)
{
	struct points_doer who[KUDOS_RECIPIENTS_MAX + 1] = {
		{ g->kudos.giver_id, POINTS_KUDOS_GIVEN, g->kudos.created_at },
	};

	for (size_t i = 0; i < g->n; i++)
		who[i + 1] = (struct points_doer){ g->want[i].person, POINTS_KUDOS_BONUS,
			                           g->kudos.created_at };
	return points_follow(rq, g->kudos.id, who, g->n + 1);
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
	e = kudos_sql_recipients_each(rq, event->object_id, keep, &g);
	s.at_us = g.kudos.created_at;
	if (!e)
		e = points_day(rq, s.at_us, &s.day);
	if (!e)
		e = points_settle(rq, &s, g.want, g.kudos.points > 0 && stands ? g.n : 0);
	return e ? e : follow(rq, &g);
}

enum fault
kudos_settle_earned(struct rq *rq, const struct outbox_event *event)
{
	struct outbox_event about = *event;

	return db_tx(rq, settle_tx, &about);
}
