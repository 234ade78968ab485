/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_settle.c - what the recipients of a kudos earn, behind the transaction that changed it. */
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
	const struct outbox_event *event = arg;
	const struct points_subject s = { event->object_id, POINTS_EARNED, POINTS_EARNED_PERIOD };
	struct earning g = { .n = 0 };
	enum fault e = kudos_sql_row(rq, event->object_id, true, &g.kudos);

	if (e)
		return e;
	/* A kudos that waits for a decision keeps what it gave; the decision takes it. */
	if (g.kudos.points > 0 && (g.kudos.state == KUDOS_VISIBLE || g.kudos.state == KUDOS_HIDDEN))
		e = kudos_sql_recipients_each(rq, event->object_id, keep, &g);
	return e ? e : points_settle(rq, &s, g.want, g.n);
}

enum fault
kudos_settle_earned(struct rq *rq, const struct outbox_event *event)
{
	struct outbox_event about = *event;

	return db_tx(rq, settle_tx, &about);
}
