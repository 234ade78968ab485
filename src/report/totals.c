/* SPDX-License-Identifier: Apache-2.0 */
/* totals.c - credits summed by a dimension while they stream past: memory grows with the groups
 * only. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/crypto.h"

#include "sums_int.h"

enum { SLOTS_FIRST = 256, EFFECT_BITS = 40 };

struct sums {
	struct total *slots; /* open addressing; an empty slot has used == false */
	bool *used;
	size_t n_slots, n;
	size_t n_models;
	bool whole;            /* the viewer sees all */
	uint64_t conversion;   /* number of the one that streams past */
	struct markov *markov; /* NULL: not asked for */
	size_t markov_at;      /* its place among the models */
	struct totals *ret;
};

static struct total *
slot_of(struct sums *s, struct str key)
{
	size_t at = hash64(key.s, key.n, 0) & (s->n_slots - 1);

	while (s->used[at] && !str_eq(str_of(s->slots[at].key), key))
		at = (at + 1) & (s->n_slots - 1);
	return &s->slots[at];
}

static void
make_slots(struct rq *rq, struct sums *s, size_t n)
{
	struct total *old = s->slots;
	bool *was_used = s->used;
	size_t n_old = s->n_slots;

	s->slots = arena_array(rq->arena, n, struct total);
	s->used = arena_array(rq->arena, n, bool);
	s->n_slots = n;
	for (size_t i = 0; i < n_old; i++) {
		struct total *to;

		if (!was_used[i])
			continue;
		to = slot_of(s, str_of(old[i].key));
		*to = old[i];
		s->used[to - s->slots] = true;
	}
}

static struct total *
total_of(struct rq *rq, struct sums *s, struct str key)
{
	struct total *t;

	if (s->n * 2 >= s->n_slots)
		make_slots(rq, s, s->n_slots == 0 ? SLOTS_FIRST : s->n_slots * 2);
	t = slot_of(s, key);
	if (!s->used[t - s->slots]) {
		s->used[t - s->slots] = true;
		t->number = s->n++;
		t->sums = arena_array(rq->arena, s->n_models, struct sum);
		if (key.n > 0)
			memcpy(t->key, key.s, key.n);
	}
	return t;
}

static void
add(struct sum *t, int64_t count, int64_t value)
{
	t->count += count;
	t->value += value;
}

static enum fault
take_path(struct rq *rq, const struct path *p, void *arg)
{
	struct sums *s = arg;

	s->conversion++;
	if (s->whole)
		add(&s->ret->all, CREDIT_WHOLE, p->conversion.value_minor);
	if (s->whole && p->n == 0)
		add(&s->ret->unattributed, CREDIT_WHOLE, p->conversion.value_minor);
	for (size_t i = 0; i < p->n; i++) {
		struct total *t;

		if (!p->touches[i].mine)
			continue;
		t = total_of(rq, s, p->touches[i].key);
		for (size_t m = 0; m < s->n_models; m++)
			add(&t->sums[m], p->credit[m].count[i], p->credit[m].value[i]);
		t->influenced += t->seen != s->conversion;
		t->seen = s->conversion;
		if (s->markov != NULL)
			markov_touch(s->markov, t->number);
		if (!s->whole)
			add(&s->ret->all, p->credit[0].count[i], p->credit[0].value[i]);
	}
	if (s->markov != NULL)
		markov_end(s->markov, true);
	return FAULT_NONE;
}

static enum fault
take_null_path(struct rq *rq, const struct path *p, void *arg)
{
	struct sums *s = arg;

	for (size_t i = 0; i < p->n; i++)
		markov_touch(s->markov, total_of(rq, s, p->touches[i].key)->number);
	markov_end(s->markov, false);
	return FAULT_NONE;
}

static int
by_key(const void *a, const void *b)
{
	const struct total *const *left = a, *const *right = b;

	return strcmp((*left)->key, (*right)->key);
}

static struct total **
sorted(struct rq *rq, const struct sums *s)
{
	struct total **order = arena_array(rq->arena, s->n, struct total *);
	size_t n = 0;

	for (size_t i = 0; i < s->n_slots; i++) {
		if (s->used[i])
			order[n++] = &s->slots[i];
	}
	if (n > 1)
		qsort(order, n, sizeof(struct total *), by_key);
	return order;
}

/* What was attributed, by removal effect; ties go by key.  Effects are rounded to forty bits, so
 * that equal ones are equal wherever they stand in the equations. */
static void
share_out(struct rq *rq, struct sums *s, struct total **order)
{
	const struct markov_answer *a = &s->ret->markov;
	const struct sum *all = &s->ret->all, *nobody = &s->ret->unattributed;
	uint64_t *weights = arena_array(rq->arena, s->n, uint64_t);
	int64_t *value = arena_array(rq->arena, s->n, int64_t),
		*count = arena_array(rq->arena, s->n, int64_t);
	struct share_of *scratch = arena_array(rq->arena, s->n, struct share_of);

	if (a->rate <= 0)
		return;
	for (size_t i = 0; i < s->n; i++)
		weights[i] = (uint64_t)llround(ldexp(a->effect[i], EFFECT_BITS));
	split_exactly(all->value - nobody->value, weights, s->n, value, scratch);
	split_exactly(all->count - nobody->count, weights, s->n, count, scratch);
	for (size_t i = 0; i < s->n; i++)
		order[i]->sums[s->markov_at] = (struct sum){ count[i], value[i] };
}

/* Paths that did not convert count too; the look-back of each is that of its newest event. */
static enum fault
add_nulls(struct rq *rq, struct sums *s, const struct report_ask *ask)
{
	struct walk *w = walk_begin(rq, ask, take_null_path, s);
	enum fault e = report_sql_nulls(rq, ask, walk_row, w);

	return e ? e : walk_end(rq, w);
}

static int
by_value(const void *a, const void *b)
{
	const struct total *one = a, *other = b;
	const struct sum *left = &one->sums[0], *right = &other->sums[0];

	if (left->value != right->value)
		return left->value > right->value ? -1 : 1;
	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return strcmp(one->key, other->key);
}

/* Who is only on paths that did not convert has a row if markov credits it all the same: others
 * reached those who convert through it. */
static bool
has_row(const struct sums *s, const struct total *t)
{
	const struct sum *markov = &t->sums[s->markov_at];

	return t->influenced > 0 || markov->count != 0 || markov->value != 0;
}

static void
sort_rows(struct rq *rq, struct sums *s)
{
	struct total *rows = arena_array(rq->arena, s->n, struct total);
	size_t n = 0;

	for (size_t i = 0; i < s->n_slots; i++) {
		if (s->used[i] && has_row(s, &s->slots[i]))
			rows[n++] = s->slots[i];
	}
	if (n > 1)
		qsort(rows, n, sizeof(*rows), by_value);
	s->ret->rows = rows;
	s->ret->n = n;
}

/* --- currencies that are left out --- */

void
totals_add_other(struct rq *rq, struct totals *t, const char *currency, int64_t conversions)
{
	size_t i = 0;

	while (i < t->n_others && strcmp(t->others[i].currency, currency) < 0)
		i++;
	if (i == t->n_others || !cstr_eq(t->others[i].currency, currency)) {
		t->others = arena_grow(rq->arena, t->others, t->n_others, &t->others_room);
		memmove(&t->others[i + 1], &t->others[i], (t->n_others++ - i) * sizeof(*t->others));
		t->others[i] = (struct other_currency){ arena_strdup(rq->arena, currency), 0 };
	}
	t->others[i].conversions += conversions;
}

static enum fault
take_other(struct rq *rq, void *row, void *arg)
{
	const struct other_currency *r = row;

	totals_add_other(rq, arg, r->currency, r->conversions);
	return FAULT_NONE;
}

/* --- by sums, and by rows --- */

static void
take_sum(struct rq *rq, const struct credit_sum *c, void *arg)
{
	struct sums *s = arg;
	struct total *t;

	add(&s->ret->all, c->by[0].count, c->by[0].value);
	if (c->nobody) {
		add(&s->ret->unattributed, c->by[0].count, c->by[0].value);
		return;
	}
	t = total_of(rq, s, c->key);
	for (size_t m = 0; m < s->n_models; m++)
		add(&t->sums[m], c->by[m].count, c->by[m].value);
	t->influenced += c->influenced;
}

static enum fault
add_rows(struct rq *rq, struct sums *s, const struct report_ask *ask)
{
	struct walk *w = walk_begin(rq, ask, take_path, s);
	enum fault e = report_sql_stream(rq, ask, walk_row, w);

	if (!e)
		e = walk_end(rq, w);
	if (!e && ask->only_currency != NULL)
		e = report_sql_others(rq, ask, take_other, s->ret);
	return e;
}

static enum fault
add_paths(struct rq *rq, struct sums *s, const struct report_ask *ask, struct sums_read *ret_rest)
{
	struct walk *w = walk_begin(rq, ask, take_path, s);
	enum fault e = sums_paths(rq, ask, w, s->ret, ret_rest);

	return e ? e : walk_end(rq, w);
}

static enum fault
add_all(struct rq *rq, struct sums *s, const struct report_ask *ask)
{
	struct sums_read left;
	enum fault e;

	if (sums_serve_totals(ask))
		e = sums_credit(rq, ask, take_sum, s, s->ret, &left);
	else if (sums_serve_paths(ask))
		e = add_paths(rq, s, ask, &left);
	else
		return add_rows(rq, s, ask);
	for (size_t i = 0; !e && i < left.n_rest; i++)
		e = add_rows(rq, s, &left.rest[i]);
	return e;
}

enum fault
totals_of(struct rq *rq, const struct report_ask *ask, struct totals *ret)
{
	struct sums *s = arena_new(rq->arena, struct sums);
	enum fault e;

	memset(ret, 0, sizeof(*ret));
	*s = (struct sums){ .ret = ret,
		            .n_models = ask->n_models,
		            .whole = uuid_is_zero(ask->viewer) };
	make_slots(rq, s, SLOTS_FIRST);
	if (ask->markov)
		s->markov = markov_begin(rq->arena);
	while (s->markov != NULL && ask->model[s->markov_at] != MODEL_MARKOV)
		s->markov_at++;
	ret->unsolved = s->markov != NULL ? s : NULL;
	e = add_all(rq, s, ask);
	if (!e && ask->markov)
		e = add_nulls(rq, s, ask);
	if (!e && !ask->markov)
		sort_rows(rq, s);
	return e;
}

enum fault
totals_solve(struct rq *rq, struct totals *t)
{
	struct sums *s = t->unsolved;
	struct total **order;
	size_t *place;

	if (s == NULL)
		return FAULT_NONE;
	order = sorted(rq, s);
	place = arena_array(rq->arena, s->n, size_t);
	for (size_t i = 0; i < s->n; i++)
		place[order[i]->number] = i;
	if (!markov_solve(s->markov, place, &t->markov))
		return report_wrong(rq, "?model",
		                    "markov has too many transitions here: ask for a shorter "
		                    "period, or by another group");
	share_out(rq, s, order);
	sort_rows(rq, s);
	t->unsolved = NULL;
	return FAULT_NONE;
}

static int
key_to_total(const void *key, const void *total)
{
	return strcmp(key, (*(const struct total *const *)total)->key);
}

struct naming {
	struct total **order; /* by key */
	size_t n;
};

static enum fault
take_name(struct rq *rq, void *row, void *arg)
{
	const struct named *name = row;
	const struct naming *all = arg;
	char text[UUID_TEXT_SIZE];
	struct total **found;

	uuid_format(name->id, text);
	found = bsearch(text, all->order, all->n, sizeof(struct total *), key_to_total);
	if (found != NULL)
		(*found)->name = arena_strdup(rq->arena, name->name);
	return FAULT_NONE;
}

enum fault
totals_name(struct rq *rq, enum dimension by, struct totals *t)
{
	struct naming all = { arena_array(rq->arena, t->n, struct total *), t->n };

	if (by == BY_NETWORK || t->n == 0)
		return FAULT_NONE;
	for (size_t i = 0; i < t->n; i++)
		all.order[i] = &t->rows[i];
	qsort(all.order, all.n, sizeof(struct total *), by_key);
	return report_sql_names(rq, by, take_name, &all);
}
