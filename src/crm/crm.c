/* SPDX-License-Identifier: Apache-2.0 */
/* crm.c - what a CRM tells becomes stages and values of leads: each event once, whatever comes of
 * it. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/exchange.h"

#include "crm_int.h"

const char *const crm_kind_names[CRM_KIND__MAX + 1] = { "hubspot", "salesforce", "flow", NULL };
const char *const crm_outcome_names[CRM_OUTCOME__MAX + 1] = {
	[CRM_MOVED] = "moved",     [CRM_VALUED] = "valued",   [CRM_THERE_ALREADY] = "there_already",
	[CRM_NO_LEAD] = "no_lead", [CRM_REFUSED] = "refused", NULL,
};

enum { CHANGES_FIRST = 32 };

struct crm_change *
crm_change_add(struct rq *rq, struct crm_changes *c)
{
	if (c->n == CRM_EVENTS_MAX)
		return NULL;
	if (c->n == c->room) {
		size_t room = c->room > 0 ? 2 * c->room : CHANGES_FIRST;
		struct crm_change *more = arena_array(rq->arena, room, struct crm_change);

		if (c->n > 0)
			memcpy(more, c->list, c->n * sizeof(*more));
		c->list = more;
		c->room = room;
	}
	c->list[c->n] = (struct crm_change){ .amount = NULL };
	return &c->list[c->n++];
}

void
crm_change_key(struct crm_change *c, const struct str *parts, size_t n)
{
	const struct sha256 digest = sha256_parts(parts, n);

	memcpy(c->key, digest.b, sizeof(c->key));
}

bool
crm_amount(const char *text, const char *currency, int64_t *ret_minor)
{
	struct str rest = str_of(text), whole, decimals;
	const size_t digits = (size_t)currency_digits(currency);
	int64_t units = 0, parts = 0;

	if (!str_split(&rest, '.', &whole) || whole.n == 0 || whole.s[0] == '-' ||
	    !str_int64(whole, &units) || units > INT64_C(100000000000))
		return false;
	decimals = rest;
	if (decimals.s != NULL && (decimals.n == 0 || decimals.s[0] == '-' || decimals.n > 9 ||
	                           !str_int64(decimals, &parts)))
		return false;
	for (size_t i = 0; i < digits; i++)
		units *= 10;
	for (size_t i = decimals.n; i < digits; i++)
		parts *= 10;
	for (size_t i = digits; i < decimals.n; i++)
		parts = i + 1 == decimals.n ? (parts + 5) / 10 : parts / 10;
	*ret_minor = units + parts;
	return true;
}

/* --- one change --- */

struct stage_list {
	struct crm_stage list[CRM_STAGES_MAX];
	size_t n;
};

struct taking {
	const struct crm_hook *hook;
	const struct crm_change *change;
	int stage; /* -1: it is the value alone */
	bool has_value;
	int64_t value_minor;
};

static enum fault
take_stage(struct rq *rq, void *row, void *arg)
{
	struct stage_list *s = arg;

	(void)rq;
	if (s->n < CRM_STAGES_MAX)
		s->list[s->n++] = *(const struct crm_stage *)row;
	return FAULT_NONE;
}

static enum fault
apply(struct rq *rq, const struct taking *t, struct crm_event *event)
{
	static const enum crm_outcome outcomes[] = {
		[LEAD_MOVED] = CRM_MOVED,
		[LEAD_MOVED_BEFORE] = CRM_MOVED,
		[LEAD_THERE_ALREADY] = CRM_THERE_ALREADY,
		[LEAD_NOT_KNOWN] = CRM_NO_LEAD,
	};
	char *hex = arena_alloc(rq->arena, 2 * sizeof(t->change->key) + 1, 1);
	struct lead_move move = {
		.source = t->hook->v.lead_source,
		.external_id = t->change->object_id,
		.stage = t->stage,
		.at_us = t->change->at_us,
		.has_value = t->has_value,
		.value_minor = t->value_minor,
		.currency = t->hook->v.currency,
	};
	enum lead_moved moved = LEAD_NOT_KNOWN;
	enum fault e;

	hex_encode(t->change->key, sizeof(t->change->key), hex);
	move.event_id = arena_printf(rq->arena, "crm.%s", hex);
	e = t->stage < 0 ? lead_revalue(rq, &move, &moved, &event->lead_id)
	                 : lead_move(rq, &move, &moved, &event->lead_id);
	event->outcome = (int)outcomes[moved];
	if (t->stage < 0 && moved == LEAD_MOVED)
		event->outcome = CRM_VALUED;
	if (e != FAULT_INVALID && e != FAULT_CONFLICT)
		return e;
	problem_reset(&rq->problem); /* such as a time ahead of ours: sent again it is no better */
	event->outcome = CRM_REFUSED;
	return FAULT_NONE;
}

/* The event is remembered first: who comes second waits for this transaction, and has nothing to
 * do. */
static enum fault
take_tx(struct rq *rq, void *arg)
{
	const struct taking *t = arg;
	struct crm_event event = {
		.company_id = rq_company(rq),
		.hook_id = t->hook->v.id,
		.outcome = CRM_REFUSED,
		.property = t->change->property,
		.object_id = t->change->object_id,
		.occurred_at = t->change->at_us,
		.received_at = rq->now_us,
	};
	bool duplicate;
	enum fault e;

	memcpy(event.key, t->change->key, sizeof(event.key));
	e = crm_sql_event(rq, &event, &duplicate);
	if (e || duplicate)
		return e;
	e = apply(rq, t, &event);
	return e ? e : crm_sql_outcome(rq, &event);
}

static const struct crm_stage *
stage_of(const struct stage_list *s, const struct crm_change *c)
{
	for (size_t i = 0; i < s->n; i++) {
		if (cstr_eq(s->list[i].property, c->property) &&
		    cstr_eq(s->list[i].value, c->value))
			return &s->list[i];
	}
	return NULL;
}

static bool
is_amount(const struct crm_hook *hook, const struct crm_change *c)
{
	return hook->v.amount_property != NULL && hook->v.currency != NULL &&
	       cstr_eq(hook->v.amount_property, c->property);
}

/* Values first: a stage that comes with them has them. */
static enum fault
take_all(struct rq *rq, const struct crm_hook *hook, const struct crm_changes *changes,
         const struct stage_list *stages)
{
	enum fault e = FAULT_NONE;

	for (int values = 1; values >= 0; values--) {
		for (size_t i = 0; !e && i < changes->n; i++) {
			const struct crm_change *c = &changes->list[i];
			struct taking t = { .hook = hook, .change = c, .stage = -1 };
			const struct crm_stage *stage = stage_of(stages, c);
			const char *amount = values ? c->value : c->amount;

			if (values ? !is_amount(hook, c) : stage == NULL || is_amount(hook, c))
				continue;
			t.has_value = amount != NULL && hook->v.currency != NULL &&
			              crm_amount(amount, hook->v.currency, &t.value_minor);
			if (values && !t.has_value)
				continue;
			if (!values)
				t.stage = stage->stage;
			e = db_tx(rq, take_tx, &t);
		}
	}
	return e;
}

enum fault
crm_take(struct rq *rq, const struct crm_hook *hook, const struct crm_changes *changes)
{
	struct stage_list *stages = arena_new(rq->arena, struct stage_list);
	enum fault e = crm_sql_stages(rq, hook->company_id, hook->v.id, take_stage, stages);
	const struct caller *before = rq->who;
	struct caller as = { .kind = ACCESS_PUBLIC, .company = hook->company_id };

	if (e)
		return e;
	(void)memccpy(as.name, hook->v.name, '\0', sizeof(as.name) - 1);
	rq->who = &as;
	e = take_all(rq, hook, changes, stages);
	rq->who = before;
	return e;
}
