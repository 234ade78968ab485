/* SPDX-License-Identifier: Apache-2.0 */
/* sums_verify.c - sums compared with the rows they were counted from. */
#include "rostra/caller.h"

#include "sums_int.h"

struct verifying {
	struct sums_verdict *verdict;
	void (*fn)(const struct sums_wrong *w, void *arg);
	void *arg;
	const struct sums_task *task;
	struct arena *keep; /* whoever is told keeps it here */
};

struct comparing {
	struct str want;
	bool same;
};

static enum fault
compare(struct rq *rq, void *row, void *arg)
{
	struct comparing *c = arg;

	(void)rq;
	c->same = str_eq(((const struct sum_row *)row)->counts, c->want);
	return FAULT_NONE;
}

static enum fault
verify_row(struct rq *rq, const struct verifying *v, struct sums_range r, struct str want)
{
	struct comparing c = { .want = want };
	const struct sums_wrong wrong = { sum_span_names[r.span], sum_what_names[r.what],
		                          sum_by_names[r.by], r.from_us };
	struct arena *own;
	enum fault e;

	r.to_us = r.from_us + US_PER_DAY;
	e = sums_each(rq, &r, compare, &c);
	if (e)
		return e;
	v->verdict->rows++;
	if (c.same)
		return FAULT_NONE;
	v->verdict->wrong++;
	own = rq->arena;
	rq->arena = v->keep;
	v->fn(&wrong, v->arg);
	rq->arena = own;
	return FAULT_NONE;
}

static enum fault
note_mark(struct rq *rq, void *row, void *arg)
{
	(void)rq;
	(void)row;
	*(bool *)arg = true;
	return FAULT_NONE;
}

static enum fault
verify_day_tx(struct rq *rq, void *arg)
{
	const struct verifying *v = arg;
	struct sums_range r = sums_range_of(v->task, 0, 0, SUM_DAY);
	struct day_count c;
	struct str want;
	bool marked = false;
	enum fault e;

	r.from_us = v->task->day_us;
	r.to_us = r.from_us + US_PER_DAY;
	e = sums_due(rq, &r, note_mark, &marked);
	v->verdict->due += marked;
	if (e || marked)
		return e;
	e = count_day(rq, (enum sum_kind)v->task->kind, r.from_us, &c);
	for (int i = 0; !e && i < SUM_WHAT__MAX * SUM_BY__MAX; i++) {
		r.what = i / SUM_BY__MAX;
		r.by = i % SUM_BY__MAX;
		if (count_bytes(rq->arena, &c, (enum sum_what)r.what, (enum sum_by)r.by, &want))
			e = verify_row(rq, v, r, want);
	}
	return e;
}

static enum fault
verify_month_tx(struct rq *rq, void *arg)
{
	const struct verifying *v = arg;
	struct sums_range r = sums_range_of(v->task, 0, 0, SUM_MONTH);
	struct sums_merging m;
	bool whole = false;
	enum fault e;

	r.from_us = v->task->month_us;
	r.to_us = r.from_us + US_PER_DAY;
	e = sums_whole(rq, &r, note_mark, &whole);
	for (int i = 0; !e && whole && i < SUM_WHAT__MAX * SUM_BY__MAX; i++) {
		r.what = i / SUM_BY__MAX;
		r.by = i % SUM_BY__MAX;
		if (!sums_has_month(v->task, i))
			continue;
		e = sums_merge_days(rq, v->task, r.what, r.by, &m);
		if (!e)
			e = verify_row(rq, v, r, sums_pack(rq->arena, m.map));
	}
	return e;
}

static enum fault
verify_one(struct rq *rq, struct verifying *v, db_body_fn *body)
{
	struct arena *keep = rq->arena, *own = arena_create(SUMS_ARENA_BYTES);
	enum fault e;

	rq->arena = own;
	e = db_snapshot(rq, body, v);
	rq->arena = keep;
	arena_destroy(&own);
	return e;
}

static bool
new_month(const struct sums_tasks_list *t, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (t->list[k].kind == t->list[i].kind &&
		    t->list[k].month_us == t->list[i].month_us)
			return false;
	}
	return true;
}

enum fault
report_sums_verify(struct rq *rq, struct sums_verdict *out,
                   void (*fn)(const struct sums_wrong *w, void *arg), void *arg)
{
	struct verifying v = { .verdict = out, .fn = fn, .arg = arg, .keep = rq->arena };
	struct sums_tasks_list t = { .n = 0 };
	enum fault e;

	out->rows = out->wrong = out->due = 0;
	e = sums_counted(rq, sums_take_task, &t);
	for (size_t i = 0; !e && i < t.n; i++) {
		v.task = &t.list[i];
		e = verify_one(rq, &v, verify_day_tx);
		if (!e && new_month(&t, i))
			e = verify_one(rq, &v, verify_month_tx);
		if (out->progress != NULL)
			out->progress((int64_t)i + 1, (int64_t)t.n, out->progress_arg);
	}
	return e;
}
