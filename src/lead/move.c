/* SPDX-License-Identifier: Apache-2.0 */
/* move.c - leads moved by what another system tells of them. */
#include "rostra/caller.h"

#include "lead_int.h"

/* The lead's row, locked. */
static enum fault
hold(struct rq *rq, const struct lead_move *m, struct lead *out, bool *ret_known)
{
	const struct lead_name who = { .lead_external_id = m->external_id,
		                       .lead_source = m->source };
	struct uuid id;
	enum fault e = lead_find(rq, &who, &id);

	*ret_known = e != FAULT_NOT_FOUND;
	if (e == FAULT_NOT_FOUND) {
		problem_reset(&rq->problem);
		return FAULT_NONE;
	}
	return e ? e : lead_sql_lock(rq, rq_company(rq), id, out);
}

static enum fault
move_held(struct rq *rq, const struct lead_move *m, const struct lead *l, bool *ret_repeated)
{
	const struct money told = { m->value_minor, m->currency },
			   known = { l->value_minor, l->currency };
	const struct conversion_new in = {
		.external_id = m->event_id,
		.stage = m->stage,
		.occurred_at = m->at_us < l->created_at ? l->created_at : m->at_us,
		.value = m->has_value                 ? &told
		         : l->value_minor != J_NO_INT ? &known
		                                      : NULL,
	};
	struct conversion made;
	enum fault e = conversion_put(rq, l->id, &in, &made);

	if (!e)
		*ret_repeated = made.repeated;
	return e;
}

enum fault
lead_move(struct rq *rq, const struct lead_move *m, enum lead_moved *ret, struct uuid *ret_lead)
{
	struct lead l = { .value = NULL };
	bool known, repeated = false;
	enum fault e = hold(rq, m, &l, &known);

	*ret = LEAD_NOT_KNOWN;
	*ret_lead = l.id;
	if (e || !known)
		return e;
	*ret = LEAD_THERE_ALREADY;
	if (l.stage == m->stage)
		return FAULT_NONE;
	e = move_held(rq, m, &l, &repeated);
	*ret = repeated ? LEAD_MOVED_BEFORE : LEAD_MOVED;
	return e;
}

enum fault
lead_revalue(struct rq *rq, const struct lead_move *m, enum lead_moved *ret, struct uuid *ret_lead)
{
	struct lead l = { .value = NULL };
	bool known;
	enum fault e = hold(rq, m, &l, &known);

	*ret = known ? LEAD_MOVED : LEAD_NOT_KNOWN;
	*ret_lead = l.id;
	if (e || !known)
		return e;
	l.value_minor = m->value_minor;
	l.currency = m->currency;
	return lead_sql_stage(rq, &l);
}
