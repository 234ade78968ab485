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

struct crm_change *
crm_change_add(struct rq *rq, struct crm_changes *c)
{
	if (c->n == CRM_EVENTS_MAX)
		return NULL;
	c->list = arena_grow(rq->arena, c->list, c->n, &c->room);
	c->list[c->n] = (struct crm_change){ .amount = NULL };
	return &c->list[c->n++];
}

void
crm_change_key(struct crm_change *c, const struct str *parts, size_t n)
{
	const struct sha256 digest = sha256_parts(parts, n);

	memcpy(c->key, digest.b, sizeof(c->key));
}

enum { AMOUNT_DIGITS = 40, AMOUNT_MINOR_DIGITS = 15 };

/* Decimal digits of a number, without its point: 10^exponent times the last one. */
struct decimal {
	char digits[AMOUNT_DIGITS];
	size_t n;
	int64_t exponent;
};

static bool
take_digits(struct str text, struct decimal *d)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.s[i] < '0' || text.s[i] > '9' || d->n == AMOUNT_DIGITS)
			return false;
		if (d->n > 0 || text.s[i] != '0')
			d->digits[d->n++] = text.s[i];
	}
	return true;
}

/* As JSON and XML have numbers: Salesforce writes ten million as 1.0E7. */
static bool
decimal_read(const char *text, struct decimal *d)
{
	struct str rest = str_of(text), mantissa, whole;
	const size_t power = strcspn(text, "eE");

	*d = (struct decimal){ .n = 0 };
	mantissa = (struct str){ rest.s, power };
	if (power < rest.n) {
		const bool plus = str_starts((struct str){ rest.s + power + 1, 1 }, STR("+"));
		const size_t from = power + 1 + plus;

		if (!str_int64((struct str){ rest.s + from, rest.n - from }, &d->exponent) ||
		    d->exponent > AMOUNT_DIGITS || d->exponent < (plus ? 0 : -AMOUNT_DIGITS))
			return false;
	}
	if (!str_split(&mantissa, '.', &whole) || whole.n == 0 || !take_digits(whole, d))
		return false;
	if (mantissa.s != NULL && (mantissa.n == 0 || !take_digits(mantissa, d)))
		return false;
	d->exponent -= (int64_t)mantissa.n;
	return true;
}

bool
crm_amount(const char *text, const char *currency, int64_t *ret_minor)
{
	const int64_t digits = currency_digits(currency);
	struct decimal d;
	int64_t minor = 0, n;

	if (!decimal_read(text, &d))
		return false;
	n = (int64_t)d.n + d.exponent + digits; /* digits before the point, in minor units */
	if (n > AMOUNT_MINOR_DIGITS)
		return false;
	for (int64_t i = 0; i < n; i++)
		minor = 10 * minor + (i < (int64_t)d.n ? d.digits[i] - '0' : 0);
	if (n >= 0 && n < (int64_t)d.n && d.digits[n] >= '5')
		minor++;
	*ret_minor = minor;
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
