/* SPDX-License-Identifier: Apache-2.0 */
/* rank.c - competition ranking: pure. */
#include <stdlib.h>

#include "contest_int.h"

static int
by_id(const void *a, const void *b)
{
	return uuid_cmp(((const struct contest_entry *)a)->id,
	                ((const struct contest_entry *)b)->id);
}

static int
by_n(const void *a, const void *b)
{
	const struct contest_entry *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return by_id(a, b);
}

/* One entry an id, and none without anything. */
static size_t
merge(struct contest_entry *list, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n;) {
		struct contest_entry sum = list[i];

		for (i++; i < n && uuid_eq(list[i].id, sum.id); i++)
			sum.n += list[i].n;
		if (sum.n > 0)
			list[kept++] = sum;
	}
	return kept;
}

void
contest_rank(struct contest_entries *e)
{
	int64_t above = 0, last_n = 0, last_rank = 0;

	if (e->n > 1)
		qsort(e->list, e->n, sizeof(*e->list), by_id);
	e->n = merge(e->list, e->n);
	if (e->n > 1)
		qsort(e->list, e->n, sizeof(*e->list), by_n);
	for (size_t i = 0; i < e->n; i++) {
		struct contest_entry *x = &e->list[i];

		x->rank = above > 0 && x->n == last_n ? last_rank : above + 1;
		if (!x->shown)
			continue;
		above++;
		last_n = x->n;
		last_rank = x->rank;
	}
}
