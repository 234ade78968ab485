/* SPDX-License-Identifier: Apache-2.0 */
/* first.c - the ledger for many at once: allowances that are held, and what things give of which it
 * knows nothing yet. */
#include <stdlib.h>

#include "rostra/caller.h"
#include "rostra/measure.h"

#include "points_int.h"

/* --- allowances --- */

struct holding {
	struct points_hold *holds;
	int64_t granted[POINTS_HOLDS_MAX]; /* -1: there is no row */
	size_t n;
};

static enum fault
keep_held(struct rq *rq, void *row, void *arg)
{
	const struct point_balance *b = row;
	struct holding *h = arg;

	(void)rq;
	for (size_t i = 0; i < h->n; i++) {
		if (!uuid_eq(h->holds[i].person, b->person_id))
			continue;
		h->holds[i].left = b->tenths;
		h->granted[i] = b->granted_tenths;
	}
	return FAULT_NONE;
}

enum fault
points_allowances_hold(struct rq *rq, int64_t month, struct points_hold *holds, size_t n)
{
	struct holding h = { .holds = holds, .n = n };
	enum fault e;

	for (size_t i = 0; i < n; i++)
		h.granted[i] = -1;
	e = points_sql_hold_all(rq, month, holds, n, keep_held, &h);
	/* The first of the month, or a raise. */
	for (size_t i = 0; !e && i < n; i++) {
		if (h.granted[i] < 0 || h.granted[i] < holds[i].whole)
			e = points_allowance_hold(rq, holds[i].person, month, holds[i].whole,
			                          &holds[i].left);
	}
	return e;
}

/* --- what is new --- */

/* Whoever writes entries of several people takes their balances in one order. */
static int
by_person(const void *a, const void *b)
{
	const struct points_first *one = a, *other = b;
	const int c = uuid_cmp(one->person, other->person);

	return c != 0 ? c : uuid_cmp(one->object, other->object);
}

static struct point_entry
entry_of(struct rq *rq, const struct points_kind *kind, const struct points_first *f,
         const char *zone)
{
	const bool earned = kind->currency == POINTS_EARNED;

	return (struct point_entry){
		.company_id = rq_company(rq),
		.person_id = f->person,
		.object_id = f->object,
		.currency = (int)kind->currency,
		.reason = (int)kind->reason,
		.period = kind->period,
		.tenths = f->tenths,
		.reverses_id = J_NO_INT,
		.created_at = rq->now_us,
		.day = earned ? measure_day(zone, f->at_us) : 0,
		.at_us = earned ? f->at_us : TIME_NONE,
		.entry_key = points_entry_key(rq->arena, kind->reason, f->object, f->person, 0),
	};
}

static struct point_balance
balance_of(const struct point_entry *e)
{
	return (struct point_balance){
		.company_id = e->company_id,
		.person_id = e->person_id,
		.currency = e->currency,
		.period = e->period,
		.tenths = e->tenths,
		.entries = 1,
		.updated_at = e->created_at,
	};
}

/* Each once. */
static enum fault
add_sums(struct rq *rq, enum points_reason reason, const struct points_first *rows, size_t n)
{
	struct uuid objects[POINTS_OBJECTS_MAX];
	size_t n_objects = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < n_objects && !uuid_eq(objects[k], rows[i].object))
			k++;
		if (k == POINTS_OBJECTS_MAX) {
			problem_internal(&rq->problem, "entries of too many objects at once");
			return FAULT_INTERNAL;
		}
		if (k == n_objects)
			objects[n_objects++] = rows[i].object;
	}
	return points_sql_sum_all(rq, reason, objects, n_objects);
}

enum fault
points_put_first(struct rq *rq, const struct points_kind *kind, struct points_first *rows, size_t n)
{
	struct point_entry *entries = arena_array(rq->arena, n, struct point_entry);
	struct point_balance *balances = arena_array(rq->arena, n, struct point_balance);
	const char *zone = "";
	enum fault e = FAULT_NONE;

	if (n == 0)
		return FAULT_NONE;
	qsort(rows, n, sizeof(*rows), by_person);
	if (kind->currency == POINTS_EARNED)
		e = points_sql_zone(rq, &zone);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		entries[i] = entry_of(rq, kind, &rows[i], zone);
		balances[i] = balance_of(&entries[i]);
	}
	e = points_sql_add_all(rq, balances, n);
	if (!e)
		e = points_sql_insert_all(rq, entries, n);
	return e || kind->currency != POINTS_EARNED ? e : add_sums(rq, kind->reason, rows, n);
}

struct known {
	const struct uuid *objects;
	size_t n;
	uint32_t bits;
};

static enum fault
keep_known(struct rq *rq, void *row, void *arg)
{
	const struct point_entry *e = row;
	struct known *k = arg;

	(void)rq;
	for (size_t i = 0; i < k->n; i++) {
		if (uuid_eq(k->objects[i], e->object_id))
			k->bits |= 1U << i;
	}
	return FAULT_NONE;
}

enum fault
points_known(struct rq *rq, const struct uuid *objects, size_t n, uint32_t *ret)
{
	struct known k = { .objects = objects, .n = n };
	enum fault e = points_sql_known(rq, objects, n, keep_known, &k);

	if (!e)
		*ret = k.bits;
	return e;
}
