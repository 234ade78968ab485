/* SPDX-License-Identifier: Apache-2.0 */
/* sums.c - sums made by the jobs, and made anew. */
#include <stdlib.h>
#include <string.h>

#include "rostra/caller.h"

#include "sums_int.h"

enum { PUT_BYTES = 1 << 20, RUN_BUDGET_S = 10, TASKS_AT_ONCE = 500, TASKS_ALL = 1000000 };

struct sums_range
sums_range_of(const struct sums_task *t, int what, int by, enum sum_span span)
{
	return (struct sums_range){
		.company_id = t->company_id, .kind = t->kind, .what = what, .by = by, .span = span
	};
}

int64_t
sums_month_end(int64_t month_us)
{
	struct civil c = civil_from_us(month_us);

	return civil_to_us(
	    (struct civil){ .year = c.year + c.month / 12, .month = c.month % 12 + 1, .day = 1 });
}

/* --- counting -------------------------------------------------------------------------------- */

/* All rows of a day, some megabytes at most in one statement. */
static enum fault
store(struct rq *rq, const struct sums_task *t, const struct day_count *c)
{
	struct sum_row *rows = arena_array(rq->arena, SUM_WHAT__MAX * SUM_BY__MAX, struct sum_row);
	size_t n = 0, bytes = 0;
	enum fault e = FAULT_NONE;

	for (int i = 0; !e && i < SUM_WHAT__MAX * SUM_BY__MAX; i++) {
		const int what = i / SUM_BY__MAX, by = i % SUM_BY__MAX;
		struct sum_row *row = &rows[n];

		*row = (struct sum_row){ .company_id = t->company_id,
			                 .what = what,
			                 .by = by,
			                 .span = SUM_DAY,
			                 .day_us = t->day_us,
			                 .counted_us = rq->now_us };
		if (!count_bytes(rq->arena, c, (enum sum_what)what, (enum sum_by)by, &row->counts))
			continue;
		n++;
		bytes += row->counts.n;
		if (bytes < PUT_BYTES)
			continue;
		e = sums_put(rq, rows, n);
		n = bytes = 0;
	}
	return e || n == 0 ? e : sums_put(rq, rows, n);
}

/* In the month's lock.  Marks go first: what is read afterwards has all that they are of. */
static enum fault
count_again(struct rq *rq, const struct sums_task *t)
{
	struct day_count c;
	enum fault e = sums_unmark(rq, t);

	if (!e)
		e = count_day(rq, (enum sum_kind)t->kind, t->day_us, &c);
	return e ? e : store(rq, t, &c);
}

/* Tasks of one kind and month. */
struct tasks {
	const struct sums_task *list;
	size_t n;
};

static enum fault
days_tx(struct rq *rq, void *arg)
{
	const struct tasks *t = arg;
	enum fault e = sums_lock(rq, &t->list[0]);

	for (size_t i = 0; !e && i < t->n; i++) {
		arena_reset(rq->arena);
		e = count_again(rq, &t->list[i]);
	}
	return e;
}

/* --- months ---------------------------------------------------------------------------------- */

static enum fault
take_day(struct rq *rq, void *row, void *arg)
{
	const struct sum_row *r = row;
	struct sums_merging *m = arg;

	(void)rq;
	m->there[(r->day_us - m->from_us) / US_PER_DAY] = true;
	if (m->map != NULL && !sums_unpack(r->counts, SUM_EACH, m->map))
		m->damaged_us = r->day_us;
	return FAULT_NONE;
}

/* Adds up the days of a month. */
enum fault
sums_merge_days(struct rq *rq, const struct sums_task *t, int what, int by, struct sums_merging *m)
{
	struct sums_range r = sums_range_of(t, what, by, SUM_DAY);

	r.from_us = t->month_us;
	r.to_us = sums_month_end(t->month_us);
	*m = (struct sums_merging){ .map = sum_map_new(rq->arena),
		                    .from_us = t->month_us,
		                    .damaged_us = TIME_NONE };
	return sums_each(rq, &r, take_day, m);
}

/* Nothing happened on a day that nobody marked: it is counted all the same, so that a month has all
 * its days. */
static enum fault
count_missing(struct rq *rq, const struct sums_task *t)
{
	static const enum sum_what first[SUM_KIND__MAX] = {
		[SUM_SHARES] = SUM_SHARE, [SUM_CLICKS] = SUM_CLICK, [SUM_LEADS] = SUM_LEAD_CREDIT
	};
	struct sums_task day = *t;
	struct sums_merging m;
	enum fault e = sums_merge_days(rq, t, first[t->kind], SUM_BY_NETWORK, &m);

	for (int i = 0; !e && t->month_us + i * US_PER_DAY < sums_month_end(t->month_us); i++) {
		day.day_us = t->month_us + i * US_PER_DAY;
		if (!m.there[i])
			e = count_again(rq, &day);
	}
	return e;
}

static enum fault
put_month(struct rq *rq, const struct sums_task *t, int what, int by, int64_t *ret_damaged_us)
{
	struct sums_merging m;
	struct sum_row row = { .company_id = t->company_id,
		               .what = what,
		               .by = by,
		               .span = SUM_MONTH,
		               .day_us = t->month_us,
		               .counted_us = rq->now_us };
	enum fault e = sums_merge_days(rq, t, what, by, &m);

	if (e)
		return e;
	if (m.damaged_us != TIME_NONE)
		*ret_damaged_us = m.damaged_us;
	row.counts = sums_pack(rq->arena, m.map);
	return sums_put(rq, &row, 1);
}

bool
sums_has_month(const struct sums_task *t, int i)
{
	return i % SUM_BY__MAX < SUM_BY_QUARTER &&
	       sum_is_of((enum sum_kind)t->kind, (enum sum_what)(i / SUM_BY__MAX),
	                 (enum sum_by)(i % SUM_BY__MAX));
}

static enum fault
month_tx(struct rq *rq, void *arg)
{
	const struct sums_task *t = ((const struct tasks *)arg)->list;
	int64_t damaged_us = TIME_NONE;
	enum fault e = sums_lock(rq, t);

	if (!e)
		e = count_missing(rq, t);
	for (int i = 0; !e && i < SUM_WHAT__MAX * SUM_BY__MAX; i++) {
		if (sums_has_month(t, i))
			e = put_month(rq, t, i / SUM_BY__MAX, i % SUM_BY__MAX, &damaged_us);
	}
	if (e || damaged_us == TIME_NONE)
		return e ? e : sums_set_whole(rq, t);
	/* That day is counted first; the month comes up again. */
	return sums_mark(rq, &(struct sum_mark){ t->company_id, t->kind, damaged_us }, 1);
}

/* --- all that is due ---------------------------------------------------------------------------
 */

enum fault
sums_take_task(struct rq *rq, void *row, void *arg)
{
	struct sums_tasks_list *t = arg;

	t->list = arena_grow(rq->arena, t->list, t->n, &t->room);
	t->list[t->n++] = *(const struct sums_task *)row;
	return FAULT_NONE;
}

struct counting {
	int64_t end_us;      /* monotonic; no further task begins */
	size_t days_at_once; /* at most, in one transaction */
	void (*progress)(int64_t done, int64_t all, void *arg);
	void *arg;
};

/* Those that follow each other within one month, from the first on. */
static struct tasks
next_tasks(const struct sums_tasks_list *all, size_t first, size_t at_once)
{
	const struct sums_task *t = &all->list[first];
	size_t n = 1;

	while (n < at_once && first + n < all->n && t[n].kind == t->kind &&
	       t[n].month_us == t->month_us && uuid_eq(t[n].company_id, t->company_id))
		n++;
	return (struct tasks){ t, n };
}

/* Some tasks in a transaction, in an arena of its own, as their company. */
static enum fault
do_tasks(struct rq *rq, const struct sums_tasks_list *t, db_body_fn *body, size_t at_once,
         const struct counting *c)
{
	struct arena *keep = rq->arena, *own = arena_create(SUMS_ARENA_BYTES);
	const struct caller *before = rq->who;
	enum fault e = FAULT_NONE;

	rq->arena = own;
	for (size_t i = 0; !e && i < t->n && clock_monotonic_us() < c->end_us;) {
		const struct caller system = { .company = t->list[i].company_id };
		struct tasks some = next_tasks(t, i, at_once);

		arena_reset(own);
		rq->who = &system;
		rq->now_us = clock_now_us();
		e = db_tx(rq, body, &some);
		i += some.n;
		if (c->progress != NULL)
			c->progress((int64_t)i, (int64_t)t->n, c->arg);
	}
	rq->who = before;
	rq->arena = keep;
	arena_destroy(&own);
	return e;
}

/* Of one company, or (zero) of all. */
static enum fault
do_all(struct rq *rq, struct uuid company, int64_t limit, const struct counting *c)
{
	struct sums_tasks_list days = { .n = 0 }, months = { .n = 0 };
	enum fault e = sums_tasks(rq, company, limit, sums_take_task, &days);

	if (!e)
		e = do_tasks(rq, &days, days_tx, c->days_at_once, c);
	if (!e)
		e = sums_months(rq, company, limit, sums_take_task, &months);
	return e ? e : do_tasks(rq, &months, month_tx, 1, c);
}

enum fault
report_sums_run(struct rq *rq)
{
	const struct counting c = { .end_us = clock_monotonic_us() + RUN_BUDGET_S * US_PER_S,
		                    .days_at_once = 1 };

	return do_all(rq, (struct uuid){ { 0 } }, TASKS_AT_ONCE, &c);
}

enum fault
report_sums_rebuild(struct rq *rq, void (*progress)(int64_t done, int64_t all, void *arg),
                    void *arg)
{
	const struct counting c = { INT64_MAX, MONTH_DAYS_MAX, progress, arg };
	enum fault e = sums_mark_all(rq, rq_company(rq));

	return e ? e : do_all(rq, rq_company(rq), TASKS_ALL, &c);
}
