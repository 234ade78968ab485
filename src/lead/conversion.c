/* SPDX-License-Identifier: Apache-2.0 */
/* conversion.c - events that move a lead along, and the touches that came since the one before. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/jobs.h"

#include "lead_int.h"

struct put {
	const struct conversion_new *in;
	struct uuid lead, merge; /* as named; by which it is part of another */
	struct conversion c;
	struct path path;
};

void
conversion_finish(struct rq *rq, struct conversion *c)
{
	struct money *m;

	if (c->value_minor == J_NO_INT)
		return;
	m = arena_new(rq->arena, struct money);
	*m = (struct money){ c->value_minor, c->currency };
	c->value = m;
}

static const char *
id_of_words(struct rq *rq, const struct put *p)
{
	const struct conversion_new *in = p->in;
	const struct money none = { 0, NULL }, *value = in->value != NULL ? in->value : &none;
	const struct str parts[] = {
		STR_OF(p->lead),         STR_OF(in->stage),
		STR_OF(in->occurred_at), STR_OF(value->amount_minor),
		str_of(value->currency),
	};

	return lead_said_id(rq, parts, sizeof(parts) / sizeof(parts[0]));
}

static void
conversion_of_new(struct rq *rq, struct put *p)
{
	const struct conversion_new *in = p->in;

	p->c = (struct conversion){
		.company_id = rq_company(rq),
		.id = uuid_v7(rq->now_us),
		.lead_id = p->lead,
		.stage = in->stage,
		.value_minor = in->value != NULL ? in->value->amount_minor : J_NO_INT,
		.currency = in->value != NULL ? in->value->currency : NULL,
		.source = lead_source(rq),
		.external_id = in->external_id,
		.occurred_at = in->occurred_at != TIME_NONE ? in->occurred_at : rq->now_us,
		.received_at = rq->now_us,
	};
	if (p->c.external_id == NULL)
		p->c.external_id = id_of_words(rq, p);
}

static enum fault
check(struct rq *rq, struct put *p, const struct lead *l)
{
	if (p->c.occurred_at > rq->now_us + LEAD_CLOCK_AHEAD_S * US_PER_S)
		return problem_add(&rq->problem, "#/occurred_at", "must not be in the future");
	/* Who says no time means now, and our clock may have jumped back since the lead came. */
	if (p->in->occurred_at == TIME_NONE && p->c.occurred_at < l->created_at)
		p->c.occurred_at = l->created_at;
	if (p->c.occurred_at < l->created_at)
		return problem_add(&rq->problem, "#/occurred_at",
		                   "must not be before the lead was created");
	return FAULT_NONE;
}

/* Clicks since the newest event so far become touches; those before it are frozen already. */
static enum fault
extend_path(struct rq *rq, struct put *p, const struct lead *l, const struct conversion *newest)
{
	enum fault e;

	if (p->c.occurred_at <= newest->occurred_at || l->matched_by == MATCH_PENDING)
		return FAULT_NONE;
	e = path_collect(rq, l, newest->occurred_at, p->c.occurred_at, &p->path);
	return e ? e : path_freeze(rq, &p->path);
}

/* The lead shows what happened last, in the order of events and not of their arrival. */
static enum fault
move_lead(struct rq *rq, const struct put *p, struct lead *l, const struct conversion *newest)
{
	if (p->c.occurred_at < newest->occurred_at)
		return FAULT_NONE;
	l->stage = p->c.stage;
	if (p->c.value_minor != J_NO_INT) {
		l->value_minor = p->c.value_minor;
		l->currency = p->c.currency;
	}
	return lead_sql_stage(rq, l);
}

static enum fault
put_new(struct rq *rq, struct put *p, struct lead *l)
{
	struct conversion newest = { .occurred_at = l->created_at };
	bool any, duplicate;
	enum fault e = conversion_sql_newest(rq, l, &newest, &any);

	if (!e)
		e = extend_path(rq, p, l, &newest);
	if (!e)
		e = conversion_sql_insert(rq, &p->c, &duplicate);
	if (e)
		return e;
	if (duplicate)
		return rq_fail(rq, FAULT_CONFLICT, "The external_id is of another lead's event.");
	if (!uuid_is_zero(p->merge))
		e = lead_merge_note(rq, p->merge, p->c.id);
	if (!e)
		e = move_lead(rq, p, l, &newest);
	if (!e)
		e = conversion_sql_campaigns(rq, l);
	return e ? e : outbox_put(rq, LEAD_CHANGED, l->id, NULL);
}

/* The lead's row is locked first, so that its events line up. */
static enum fault
put_tx(struct rq *rq, void *arg)
{
	struct put *p = arg;
	struct conversion first = { .value = NULL };
	struct lead l = { .value = NULL };
	bool found;
	enum fault e = lead_standing(rq, p->lead, &l, &p->merge);

	if (e)
		return e;
	conversion_of_new(rq, p);
	p->c.lead_id = l.id;
	e = conversion_sql_by_external(rq, &p->c, &first, &found);
	if (e)
		return e;
	if (found && !uuid_eq(first.lead_id, l.id))
		return rq_fail(rq, FAULT_CONFLICT, "The external_id is of another lead's event.");
	if (found) {
		p->c = first;
		p->c.repeated = true;
		return FAULT_NONE;
	}
	e = check(rq, p, &l);
	return e ? e : put_new(rq, p, &l);
}

enum fault
conversion_put(struct rq *rq, struct uuid lead, const struct conversion_new *in,
               struct conversion *out)
{
	struct put *p = arena_new(rq->arena, struct put);
	enum fault e;

	p->in = in;
	p->lead = lead;
	e = db_tx(rq, put_tx, p);
	if (e)
		return e;
	*out = p->c;
	conversion_finish(rq, out);
	return FAULT_NONE;
}
