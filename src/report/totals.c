/* SPDX-License-Identifier: Apache-2.0 */
/* totals.c - credits summed by a dimension while they stream past: memory grows with the groups
 * only. */
#include <stdlib.h>
#include <string.h>

#include "rostra/crypto.h"

#include "report_int.h"

enum { SLOTS_FIRST = 256 };

struct sums {
	struct total *slots; /* open addressing; an empty slot has used == false */
	bool *used;
	size_t n_slots, n;
	size_t n_models;
	uint64_t conversion; /* number of the one that streams past */
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
		s->n++;
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
	add(&s->ret->all, CREDIT_WHOLE, p->conversion.value_minor);
	if (p->n == 0)
		add(&s->ret->unattributed, CREDIT_WHOLE, p->conversion.value_minor);
	for (size_t i = 0; i < p->n; i++) {
		struct total *t = total_of(rq, s, p->touches[i].key);

		for (size_t m = 0; m < s->n_models; m++)
			add(&t->sums[m], p->credit[m].count[i], p->credit[m].value[i]);
		t->influenced += t->seen != s->conversion;
		t->seen = s->conversion;
	}
	return FAULT_NONE;
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

static enum fault
take_name(struct rq *rq, void *row, void *arg)
{
	const struct named *n = row;
	struct sums *s = arg;
	char text[UUID_TEXT_SIZE];
	struct total *t;

	uuid_format(n->id, text);
	t = slot_of(s, str_of(text));
	if (s->used[t - s->slots])
		t->name = arena_strdup(rq->arena, n->name);
	return FAULT_NONE;
}

static void
sort_rows(struct rq *rq, struct sums *s)
{
	struct total *rows = arena_array(rq->arena, s->n, struct total);
	size_t n = 0;

	for (size_t i = 0; i < s->n_slots; i++) {
		if (s->used[i])
			rows[n++] = s->slots[i];
	}
	if (n > 1)
		qsort(rows, n, sizeof(*rows), by_value);
	s->ret->rows = rows;
	s->ret->n = n;
}

enum fault
totals_of(struct rq *rq, const struct report_ask *ask, struct totals *ret)
{
	struct sums s = { .ret = ret, .n_models = ask->n_models };
	struct walk *w = walk_begin(rq, ask, take_path, &s);
	enum fault e;

	memset(ret, 0, sizeof(*ret));
	make_slots(rq, &s, SLOTS_FIRST);
	e = report_sql_stream(rq, ask, walk_row, w);
	if (!e)
		e = walk_end(rq, w);
	if (!e && ask->by != BY_NETWORK)
		e = report_sql_names(rq, ask->by, take_name, &s);
	if (!e)
		sort_rows(rq, &s);
	return e;
}
