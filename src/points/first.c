/* SPDX-License-Identifier: Apache-2.0 */
/* first.c - the ledger for many at once: allowances that are held, and what things give of which it
 * knows nothing yet. */
#include <stdlib.h>

#include "rostra/caller.h"

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
	int c = (int)one->currency - (int)other->currency;

	c = c != 0 ? c : uuid_cmp(one->person, other->person);
	return c != 0 ? c : uuid_cmp(one->object, other->object);
}

static struct point_entry
entry_of(struct rq *rq, const struct points_first *f)
{
	return (struct point_entry){
		.company_id = rq_company(rq),
		.person_id = f->person,
		.object_id = f->object,
		.team_id = f->team,
		.currency = (int)f->currency,
		.reason = (int)f->reason,
		.period = f->period,
		.tenths = f->tenths,
		.created_at = rq->now_us,
		.day = f->day,
		.entry_key = points_entry_key(rq->arena, f->reason, 0),
	};
}

/* What many entries add to the roll-ups: a row for each person as they come. */
struct adding_up {
	struct point_balance *balances;
	struct point_sum *sums;
	size_t n_balances, n_sums;
};

static void
add_balance(struct rq *rq, struct adding_up *a, const struct points_first *f)
{
	struct point_balance *last = &a->balances[a->n_balances > 0 ? a->n_balances - 1 : 0];

	if (a->n_balances == 0 || last->currency != (int)f->currency || last->period != f->period ||
	    !uuid_eq(last->person_id, f->person)) {
		last = &a->balances[a->n_balances++];
		*last = (struct point_balance){
			.company_id = rq_company(rq),
			.person_id = f->person,
			.currency = (int)f->currency,
			.period = f->period,
			.updated_at = rq->now_us,
		};
	}
	last->tenths += f->tenths;
	last->entries++;
}

static void
add_sum(struct adding_up *a, const struct point_entry *e)
{
	struct point_sum *last = &a->sums[a->n_sums > 0 ? a->n_sums - 1 : 0];

	if (a->n_sums == 0 || last->day != e->day || !uuid_eq(last->person_id, e->person_id) ||
	    !uuid_eq(last->team_id, e->team_id)) {
		last = &a->sums[a->n_sums++];
		*last = (struct point_sum){
			.company_id = e->company_id,
			.person_id = e->person_id,
			.team_id = e->team_id,
			.day = e->day,
		};
	}
	last->tenths += e->tenths;
	last->entries++;
}

enum fault
points_spend_first(struct rq *rq, struct points_first *rows, size_t n, bool *ret_spent)
{
	struct adding_up a = { .balances = arena_array(rq->arena, n, struct point_balance) };

	*ret_spent = true;
	if (n == 0)
		return FAULT_NONE;
	qsort(rows, n, sizeof(*rows), by_person);
	for (size_t i = 0; i < n; i++) {
		add_balance(rq, &a, &rows[i]);
		a.balances[a.n_balances - 1].granted_tenths = rows[i].whole;
	}
	return points_sql_spend_all(rq, a.balances, a.n_balances, ret_spent);
}

enum fault
points_put_first(struct rq *rq, struct points_first *rows, size_t n, bool spent)
{
	struct point_entry *entries = arena_array(rq->arena, n, struct point_entry);
	struct adding_up a = { .balances = arena_array(rq->arena, n, struct point_balance),
		               .sums = arena_array(rq->arena, n, struct point_sum) };
	enum fault e = FAULT_NONE;

	if (n == 0)
		return FAULT_NONE;
	if (!spent)
		qsort(rows, n, sizeof(*rows), by_person);
	for (size_t i = 0; i < n; i++) {
		entries[i] = entry_of(rq, &rows[i]);
		if (!spent)
			add_balance(rq, &a, &rows[i]);
		if (entries[i].day != 0)
			add_sum(&a, &entries[i]);
	}
	if (!spent)
		e = points_sql_add_all(rq, a.balances, a.n_balances);
	if (!e)
		e = points_sql_insert_all(rq, entries, n);
	return e ? e : points_sql_sum_all(rq, a.sums, a.n_sums);
}
