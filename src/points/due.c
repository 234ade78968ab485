/* SPDX-License-Identifier: Apache-2.0 */
/* due.c - people and days whose points are to be settled, each named once. */
#include <stdlib.h>

#include "settle_int.h"

static void
due_add(struct rq *rq, struct dues *d, const struct due *due)
{
	for (size_t i = 0; i < d->n; i++) {
		struct due *there = &d->list[i];

		if (there->from_day == due->from_day && there->to_day == due->to_day &&
		    uuid_eq(there->person_id, due->person_id) &&
		    uuid_eq(there->company_id, due->company_id)) {
			there->actions |= due->actions;
			there->had |= due->had;
			return;
		}
	}
	d->list = arena_grow(rq->arena, d->list, d->n, &d->room);
	d->list[d->n++] = *due;
}

uint32_t
due_action_of(int reason)
{
	for (int a = 0; a < ACTION__MAX; a++) {
		if (points_action_reason[a] == (enum points_reason)reason)
			return ACTION_BIT(a);
	}
	return 0;
}

void
due_day(struct rq *rq, struct dues *d, const struct due *of, int64_t day)
{
	struct due due = *of;

	due.from_day = day;
	due.to_day = measure_day_add(day, 1);
	if (due.actions != 0 && day > 0)
		due_add(rq, d, &due);
}

void
due_instants(struct rq *rq, struct dues *d, const struct due *of, int64_t first_us, int64_t last_us)
{
	struct due due = *of;

	due.from_day = zones_day(of->zones, first_us);
	due.to_day = measure_day_add(zones_day(of->zones, last_us), 1);
	if (due.actions != 0 && due.from_day > 0)
		due_add(rq, d, &due);
}

/* Two transactions that settle the same people take them in the same order. */
static int
by_person(const void *a, const void *b)
{
	const struct due *one = a, *other = b;
	const int c = uuid_cmp(one->company_id, other->company_id);

	if (c != 0)
		return c;
	return uuid_cmp(one->person_id, other->person_id) != 0
	           ? uuid_cmp(one->person_id, other->person_id)
	           : (one->from_day > other->from_day) - (one->from_day < other->from_day);
}

void
due_sort(struct dues *d)
{
	if (d->n > 1)
		qsort(d->list, d->n, sizeof(*d->list), by_person);
}
