/* SPDX-License-Identifier: Apache-2.0 */
/* contest.c - contests as admins set them up, and their end. */
#include <stdlib.h>

#include "rostra/caller.h"
#include "rostra/notice.h"

#include "contest_int.h"

const char *const contest_unit_names[CONTEST_UNIT__MAX + 1] = { "people", "teams", NULL };
const char *const contest_state_names[CONTEST_STATE__MAX + 1] = { "upcoming", "running",   "ended",
	                                                          "final",    "cancelled", NULL };

enum fault
contest_span(struct rq *rq, const struct contest *c, struct measure_span *out)
{
	const struct measure_period p = {
		.window = WINDOW_DATED,
		.first_on = measure_day_parse(str_of(c->first_on)),
		.last_on = measure_day_parse(str_of(c->last_on)),
	};

	if (measure_span_of(c->time_zone, &p, rq->now_us, out))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_INTERNAL, "The days of the contest are none.");
}

enum fault
contest_find_state(struct rq *rq, struct contest *c)
{
	struct measure_span s;
	enum fault e = contest_span(rq, c, &s);

	if (e)
		return e;
	if (c->cancelled)
		c->state = CONTEST_CANCELLED;
	else if (c->frozen_at != TIME_NONE)
		c->state = CONTEST_FINAL;
	else if (rq->now_us < s.from_us)
		c->state = CONTEST_UPCOMING;
	else
		c->state = rq->now_us < s.to_us ? CONTEST_RUNNING : CONTEST_ENDED;
	return FAULT_NONE;
}

enum fault
contest_read(struct rq *rq, struct uuid id, struct contest *out)
{
	enum fault e = contest_sql_get(rq, id, out);

	return e ? e : contest_find_state(rq, out);
}

/* --- setting one up --- */

static enum fault
check(struct rq *rq, const struct contest *c)
{
	const int64_t first = measure_day_parse(str_of(c->first_on));
	const int64_t last = measure_day_parse(str_of(c->last_on));
	enum fault e = FAULT_NONE;

	if (last < first)
		problem_add(&rq->problem, "#/last_on", "must not be before first_on");
	else if (last >= measure_day_add(first, CONTEST_DAYS_MAX))
		problem_add(&rq->problem, "#/last_on", "must be within 366 days");
	if (c->unit == CONTEST_TEAMS && !uuid_is_zero(c->team_id))
		problem_add(&rq->problem, "#/team_id", "goes with people");
	else if (!uuid_is_zero(c->team_id))
		e = contest_sql_team(rq, c->team_id);
	if (e == FAULT_NOT_FOUND)
		problem_add(&rq->problem, "#/team_id", "is no team of your company");
	else if (e)
		return e;
	return rq->problem.code;
}

static bool
same(const struct contest *a, const struct contest *b)
{
	return a->unit == b->unit && a->measure == b->measure && uuid_eq(a->team_id, b->team_id) &&
	       cstr_eq(a->first_on, b->first_on) && cstr_eq(a->last_on, b->last_on) &&
	       (a->version > 1 ||
	        (cstr_eq(a->name, b->name) && cstr_eq(a->description, b->description) &&
	         cstr_eq(a->prize, b->prize)));
}

enum fault
contest_create(struct rq *rq, struct contest *c, bool *ret_created)
{
	const struct contest in = *c;
	bool duplicate;
	enum fault e = check(rq, c);

	if (!e)
		e = contest_sql_insert(rq, c, &duplicate);
	if (e)
		return e;
	*ret_created = !duplicate;
	e = contest_read(rq, in.id, c);
	if (!e && duplicate && !same(c, &in))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The contest exists and differs.");
	return e;
}

struct changing {
	struct uuid id;
	const struct contest *in;
};

static enum fault
change_tx(struct rq *rq, void *arg)
{
	const struct changing *x = arg;
	struct contest next = { .name = NULL };
	bool done, was;
	enum fault e = contest_sql_lock(rq, x->id);

	if (!e)
		e = contest_read(rq, x->id, &next);
	if (e)
		return e;
	if (next.state == CONTEST_FINAL)
		return rq_fail(rq, FAULT_CONFLICT, "Its result stands.");
	was = next.cancelled;
	j_merge(&contest_patch_schema, &next, x->in);
	if (next.cancelled != was)
		next.cancelled_at = next.cancelled ? rq->now_us : TIME_NONE;
	e = contest_sql_update(rq, &next, &done);
	if (!e && !done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the contest again.");
	return e;
}

enum fault
contest_change(struct rq *rq, struct uuid id, const struct contest *in)
{
	struct changing x = { id, in };

	return db_tx(rq, change_tx, &x);
}

/* --- the end --- */

static int
most_first(const void *a, const void *b)
{
	const struct contest_row *x = a, *y = b;

	return x->n != y->n ? (x->n > y->n ? -1 : 1) : uuid_cmp(x->person_id, y->person_id);
}

/* Those who took part, the best first. */
static enum fault
tell(struct rq *rq, const struct contest *c, const struct contest_rows *rows)
{
	struct uuid people[NOTICE_PEOPLE_MAX];
	struct notice_new notice = { .kind = NOTICE_CONTEST, .object = c->id, .people = people };

	for (size_t i = 0; i < rows->n && notice.n < NOTICE_PEOPLE_MAX; i++) {
		if (rows->list[i].n > 0)
			people[notice.n++] = rows->list[i].person_id;
	}
	return notice.n > 0 ? notice_put(rq, &notice) : FAULT_NONE;
}

static enum fault
freeze_tx(struct rq *rq, void *arg)
{
	const struct contest *due = arg;
	struct contest c = { .name = NULL };
	struct contest_rows rows;
	enum fault e = contest_sql_lock(rq, due->id);

	if (!e)
		e = contest_read(rq, due->id, &c);
	if (e || c.state != CONTEST_ENDED)
		return e;
	e = contest_count(rq, &c, &rows);
	if (e)
		return e;
	if (rows.n > 1)
		qsort(rows.list, rows.n, sizeof(*rows.list), most_first);
	for (size_t i = 0; i < rows.n; i++) {
		rows.list[i].company_id = c.company_id;
		rows.list[i].contest_id = c.id;
		rows.list[i].no = (int64_t)i;
	}
	e = contest_sql_rows_insert(rq, rows.list, rows.n);
	if (!e)
		e = contest_sql_freeze(rq, c.id);
	return e ? e : tell(rq, &c, &rows);
}

enum { DUE_MAX = 50 };

struct due {
	struct contest rows[DUE_MAX];
	size_t n;
};

/* Over for a while, in its company's zone. */
static enum fault
keep_due(struct rq *rq, void *row, void *arg)
{
	const struct contest *c = row;
	struct due *d = arg;
	struct measure_span s;
	enum fault e = contest_span(rq, c, &s);

	if (!e && d->n < DUE_MAX && rq->now_us >= s.to_us + CONTEST_GRACE_S * US_PER_S)
		d->rows[d->n++] = *c;
	return e;
}

/* One that fails does not hold the others up; the first failure is told. */
enum fault
contest_run(struct rq *rq)
{
	const struct caller *before = rq->who;
	struct due *d = arena_new(rq->arena, struct due);
	enum fault first = FAULT_NONE, e = contest_sql_due(rq, keep_due, d);

	if (e)
		return e;
	for (size_t i = 0; i < d->n; i++) {
		const struct caller system = { .company = d->rows[i].company_id };

		rq->who = &system;
		e = db_tx(rq, freeze_tx, &d->rows[i]);
		first = first ? first : e;
	}
	rq->who = before;
	return first;
}
