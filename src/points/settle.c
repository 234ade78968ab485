/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle.c - the ledger follows what people did: of a person's days, all that happened is read in
 * the order of time, the rules say what it gives within their caps, and entries are reversed or
 * added until the ledger says the same.  So it may be repeated, events may come in any order, and
 * rules that did not change change nothing.  The day of a deed is that of its instant (zones.h) and
 * stays when the company's zone changes: what is paid on one day is never found on another.
 */
#include <inttypes.h>

#include "rostra/caller.h"
#include "rostra/clock.h"

#include "settle_int.h"

enum { VISITOR_MAX = 16 };

/* What a person should have for an object and day. */
struct want {
	struct uuid object, item;
	int64_t day, at_us, tenths;
	bool met; /* compared with what stands */
};
struct wants {
	struct want *list;
	size_t n, room;
};
struct given {
	struct uuid item;
	const char *name;
	int64_t tenths;
};
struct givens {
	struct given *list;
	size_t n, room;
};
struct seen {
	int64_t day;
	struct str visitor;
};
struct entries {
	struct point_entry *list;
	size_t n, room;
};
struct walk {
	struct rq *rq;
	const struct settling *s;
	struct wants wants;
	struct givens today, items; /* by rule; by item */
	int64_t day;
	struct seen *seen;
	size_t n_seen, seen_room;
};

enum fault
fact_keep(struct rq *rq, void *row, void *arg)
{
	const struct fact *f = row;
	struct fact_list *l = arg;
	struct fact *to;

	l->list = arena_grow(rq->arena, l->list, l->n, &l->room);
	to = &l->list[l->n++];
	*to = *f;
	to->name = f->name != NULL ? arena_strdup(rq->arena, f->name) : NULL;
	if (f->visitor.n > 0)
		to->visitor.s = arena_copy(rq->arena, f->visitor.s, f->visitor.n);
	return FAULT_NONE;
}

struct set_list {
	struct rule_set *list;
	size_t n, room;
};

static enum fault
set_keep(struct rq *rq, void *row, void *arg)
{
	struct set_list *s = arg;

	s->list = arena_grow(rq->arena, s->list, s->n, &s->room);
	s->list[s->n] = *(const struct rule_set *)row;
	s->list[s->n].rules = rules_unpack(rq->arena, s->list[s->n].packed);
	s->n++;
	return FAULT_NONE;
}

enum fault
rule_sets_of(struct rq *rq, const struct measure_span *span, struct rule_sets *out)
{
	struct set_list sets = { .n = 0 }, adopted = { .n = 0 };
	enum fault e = rule_set_sql_during(rq, span->from_us, span->to_us, set_keep, &sets);

	if (!e)
		e = rule_set_sql_adopted(rq, span->from_us, span->to_us, set_keep, &adopted);
	*out = (struct rule_sets){ sets.list, sets.n, adopted.list, adopted.n };
	return e;
}

/* --- what it should be --- */

/* Of the set that holds then and the adoptions of then, the one that was said last. */
static const struct point_rule *
rule_at(const struct rule_sets *sets, int64_t at_us, int action, const char *name)
{
	const struct rule_set *then = NULL;

	for (size_t i = 0; i < sets->n && sets->list[i].from <= at_us; i++)
		then = &sets->list[i];
	for (size_t i = 0; i < sets->n_adopted; i++) {
		const struct rule_set *adopted = &sets->adopted[i];

		if (adopted->from > at_us || at_us >= adopted->to)
			continue;
		if (then == NULL || adopted->created_at >= then->created_at)
			then = adopted;
		break; /* the latest one: those after it are older */
	}
	return then != NULL ? rule_set_find(then, action, name) : NULL;
}

static int64_t *
given_of(struct rq *rq, struct givens *g, struct uuid item, const char *name)
{
	for (size_t i = 0; i < g->n; i++) {
		if (uuid_eq(g->list[i].item, item) && cstr_eq(g->list[i].name, name))
			return &g->list[i].tenths;
	}
	g->list = arena_grow(rq->arena, g->list, g->n, &g->room);
	g->list[g->n] = (struct given){ .item = item, .name = name };
	return &g->list[g->n++].tenths;
}

/* Is this the visitor's first click of the UTC day?  Who cannot be told apart always is. */
static bool
is_new(struct walk *w, const struct fact *f)
{
	const int64_t day = f->at_us / US_PER_DAY;

	for (size_t i = w->n_seen; f->visitor.n > 0 && i-- > 0 && w->seen[i].day == day;) {
		if (str_eq(w->seen[i].visitor, f->visitor))
			return false;
	}
	w->seen = arena_grow(w->rq->arena, w->seen, w->n_seen, &w->seen_room);
	w->seen[w->n_seen++] = (struct seen){ day, f->visitor };
	return true;
}

static struct want *
want_of(struct walk *w, const struct fact *f)
{
	struct want *list = w->wants.list;

	for (size_t i = w->wants.n; i-- > 0 && list[i].day == w->day;) {
		if (uuid_eq(list[i].object, f->object_id))
			return &list[i];
	}
	list = arena_grow(w->rq->arena, list, w->wants.n, &w->wants.room);
	w->wants.list = list;
	list[w->wants.n] = (struct want){
		.object = f->object_id, .item = f->item_id, .day = w->day, .at_us = f->at_us
	};
	return &list[w->wants.n++];
}

static void
walk_fact(struct walk *w, const struct fact *f)
{
	const struct uuid none = { 0 };
	const struct point_rule *r = rule_at(&w->s->sets, f->at_us, w->s->action, f->name);
	const int64_t day = zones_day(w->s->zones, f->at_us);
	int64_t alone = 0, *today, *item, amount;

	if (w->s->action == ACTION_VISITOR && !is_new(w, f))
		return;
	if (day != w->day)
		w->today.n = 0;
	w->day = day;
	if (r == NULL || day < w->s->span.from_day || day >= w->s->span.to_day)
		return;
	today = given_of(w->rq, &w->today, none, f->name);
	/* What is of no item is one of its own. */
	item = uuid_is_zero(f->item_id) ? &alone : given_of(w->rq, &w->items, f->item_id, NULL);
	amount = rule_amount(r, f->times, *today, *item);
	if (amount == 0)
		return;
	*today += amount;
	*item += amount;
	want_of(w, f)->tenths += amount;
}

static enum fault
keep_item(struct rq *rq, void *row, void *arg)
{
	const struct point_entry *e = row;

	*given_of(rq, arg, e->item_id, NULL) = e->tenths;
	return FAULT_NONE;
}

static bool
caps_items(const struct rule_set *sets, size_t n, enum points_action action)
{
	for (size_t i = 0; i < n; i++) {
		const struct point_rule *rules = sets[i].rules.items;

		for (size_t k = 0; k < sets[i].rules.n; k++) {
			if (rules[k].action == (int)action && rules[k].item_cap_tenths != J_NO_INT)
				return true;
		}
	}
	return false;
}

bool
settle_reaches_on(const struct settling *s)
{
	return caps_items(s->sets.list, s->sets.n, s->action) ||
	       caps_items(s->sets.adopted, s->sets.n_adopted, s->action);
}

static struct facts_ask
asks_of(const struct rq *rq, const struct settling *s)
{
	/* A visitor's first click of a UTC day may lie before the local day begins. */
	return facts_ask_of(rq_company(rq), s->person,
	                    s->action == ACTION_VISITOR ? s->span.from_us - US_PER_DAY
	                                                : s->span.from_us,
	                    s->span.to_us);
}

static enum fault
walk_facts(struct walk *w, const struct standing_ask *standing)
{
	const struct facts_ask ask = asks_of(w->rq, w->s);
	struct fact_list read = { .n = 0 };
	const struct fact_list *facts = w->s->known;
	enum fault e = FAULT_NONE;

	if (settle_reaches_on(w->s))
		e = settle_sql_items(w->rq, standing, keep_item, &w->items);
	if (!e && facts == NULL) {
		e = facts_sql_each(w->rq, w->s->action, &ask, fact_keep, &read);
		facts = &read;
	}
	for (size_t i = 0; !e && i < facts->n; i++)
		walk_fact(w, &facts->list[i]);
	return e;
}

/* --- what there is --- */

static enum fault
keep_entry(struct rq *rq, void *row, void *arg)
{
	struct entries *l = arg;

	l->list = arena_grow(rq->arena, l->list, l->n, &l->room);
	l->list[l->n++] = *(const struct point_entry *)row;
	return FAULT_NONE;
}

static bool
same(const struct point_entry *e, struct uuid object, int64_t day)
{
	return e->day == day && uuid_eq(e->object_id, object);
}

/* One object's day, what should be there and the entries from the first one of it on. */
struct matching {
	const struct settling *s;
	const struct entries *there;
	struct want want; /* tenths 0: nothing */
	bool dry;
	struct settled *out;
};

static enum fault
reverse_from_last(struct rq *rq, const struct matching *m, int64_t *sum)
{
	/* Counts grow by what is new; of the rest an entry is the whole. */
	const bool counted = m->s->action == ACTION_CLICK || m->s->action == ACTION_VISITOR;
	const int64_t most = counted ? m->want.tenths : 0;
	enum fault e = FAULT_NONE;

	for (size_t i = m->there->n; !e && i-- > 0 && *sum > most;) {
		const struct point_entry *stood = &m->there->list[i];

		if (stood->reversed || !same(stood, m->want.object, m->want.day))
			continue;
		*sum -= stood->tenths;
		m->out->reversed++;
		if (!m->dry)
			e = points_reverse(rq, stood);
	}
	return e;
}

static enum fault
match(struct rq *rq, const struct matching *m)
{
	const bool counted = m->s->action == ACTION_CLICK || m->s->action == ACTION_VISITOR;
	const enum points_reason reason = points_action_reason[m->s->action];
	struct point_entry entry = { .person_id = m->s->person,
		                     .object_id = m->want.object,
		                     .item_id = m->want.item,
		                     .currency = POINTS_EARNED,
		                     .reason = (int)reason,
		                     .day = m->want.day,
		                     .at_us = m->want.at_us,
		                     .reverses_id = J_NO_INT };
	int64_t sum = 0;
	size_t before = 0;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; i < m->there->n; i++) {
		if (!same(&m->there->list[i], m->want.object, m->want.day))
			continue;
		before++;
		sum += m->there->list[i].reversed ? 0 : m->there->list[i].tenths;
	}
	m->out->stands[m->s->action] += sum;
	m->out->should[m->s->action] += m->want.tenths;
	if (sum == m->want.tenths)
		return FAULT_NONE;
	if (!counted || sum > m->want.tenths)
		e = reverse_from_last(rq, m, &sum);
	if (e || sum == m->want.tenths)
		return e;
	entry.tenths = m->want.tenths - sum;
	entry.entry_key = arena_printf(rq->arena, "%s:%" PRId64 ":%zu", points_reason_names[reason],
	                               m->want.day, before);
	m->out->added++;
	return m->dry ? FAULT_NONE : points_write(rq, &entry);
}

/* Entries of what did not happen, or earns nothing any more; each object and day once. */
static enum fault
match_rest(struct rq *rq, struct matching *m, const struct wants *wants)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < m->there->n; i++) {
		const struct point_entry *entry = &m->there->list[i];
		bool done = false;

		for (size_t k = 0; !done && k < wants->n; k++)
			done = same(entry, wants->list[k].object, wants->list[k].day);
		for (size_t k = 0; !done && k < i; k++)
			done = same(entry, m->there->list[k].object_id, m->there->list[k].day);
		m->want = (struct want){ .object = entry->object_id, .day = entry->day };
		if (!done)
			e = match(rq, m);
	}
	return e;
}

enum fault
settle_person(struct rq *rq, const struct settling *s, bool dry, struct settled *out)
{
	const struct standing_ask ask = { .company_id = rq_company(rq),
		                          .person_id = s->person,
		                          .reason = (int)points_action_reason[s->action],
		                          .from_day = s->span.from_day,
		                          .to_day = s->span.to_day };
	struct walk w = { .rq = rq, .s = s };
	struct entries there = { .n = 0 };
	struct matching m = { .s = s, .there = &there, .dry = dry, .out = out };
	enum fault e = settle_sql_entries(rq, &ask, keep_entry, &there);

	if (!e)
		e = walk_facts(&w, &ask);
	/* Back first: a cap never looks exceeded in between. */
	if (!e)
		e = match_rest(rq, &m, &w.wants);
	for (size_t i = 0; !e && i < w.wants.n; i++) {
		m.want = w.wants.list[i];
		e = match(rq, &m);
	}
	return e;
}

/* --- live --- */

enum fault
settle_spans(struct rq *rq, struct settling *s, int64_t from_day, int64_t to_day,
             struct measure_span *ret_on)
{
	const int64_t tomorrow = measure_day_add(zones_day(s->zones, rq->now_us), 1);

	if (!zones_span(s->zones, from_day, to_day, &s->span) ||
	    !zones_span(s->zones, from_day, to_day < tomorrow ? tomorrow : to_day, ret_on))
		return rq_fail(rq, FAULT_INTERNAL, "These days are none in the company's zone.");
	return FAULT_NONE;
}

enum fault
points_settle_due(struct rq *rq, const struct due *d)
{
	struct settling s = { .person = d->person_id, .zones = d->zones };
	struct settled out = { .added = 0 };
	struct measure_span on;
	enum fault e = settle_spans(rq, &s, d->from_day, d->to_day, &on);

	if (!e)
		e = rule_sets_of(rq, &on, &s.sets);
	if (e || (s.sets.n == 0 && s.sets.n_adopted == 0 && !d->had))
		return e;
	e = points_earned_lock(rq, d->person_id);
	for (int a = 0; !e && a < ACTION__MAX; a++) {
		struct settling one = s;

		if ((d->actions & ACTION_BIT(a)) == 0)
			continue;
		one.action = (enum points_action)a;
		if (settle_reaches_on(&one))
			one.span = on;
		e = settle_person(rq, &one, false, &out);
	}
	return e;
}
