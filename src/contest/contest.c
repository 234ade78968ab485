/* SPDX-License-Identifier: Apache-2.0 */
/* contest.c - contests as admins set them up, and their end. */
#include <stdlib.h>
#include <string.h>

#include "rostra/caller.h"
#include "rostra/log.h"
#include "rostra/notice.h"

#include "contest_int.h"

const char *const contest_unit_names[CONTEST_UNIT__MAX + 1] = { "people", "teams", NULL };
const char *const contest_state_names[CONTEST_STATE__MAX + 1] = { "upcoming", "running",   "ended",
	                                                          "final",    "cancelled", NULL };

bool
contest_days(const struct rq *rq, const struct contest *c, struct measure_span *out)
{
	const struct measure_period p = {
		.window = WINDOW_DATED,
		.first_on = measure_day_parse(str_of(c->first_on)),
		.last_on = measure_day_parse(str_of(c->last_on)),
	};

	return measure_span_of(c->time_zone, &p, rq->now_us, out);
}

enum fault
contest_span(struct rq *rq, const struct contest *c, struct measure_span *out)
{
	if (contest_days(rq, c, out))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_INTERNAL, "The days of the contest are none.");
}

void
contest_find_state(const struct rq *rq, struct contest *c)
{
	struct measure_span s;

	if (c->cancelled)
		c->state = CONTEST_CANCELLED;
	else if (c->frozen_at != TIME_NONE)
		c->state = CONTEST_FINAL;
	else if (!contest_days(rq, c, &s))
		c->state = CONTEST_ENDED; /* it can be read and cancelled; nothing can be counted */
	else if (rq->now_us < s.from_us)
		c->state = CONTEST_UPCOMING;
	else
		c->state = rq->now_us < s.to_us ? CONTEST_RUNNING : CONTEST_ENDED;
}

enum fault
contest_read(struct rq *rq, struct uuid id, struct contest *out)
{
	enum fault e = contest_sql_get(rq, id, out);

	if (!e)
		contest_find_state(rq, out);
	return e;
}

/* --- setting one up --- */

static enum fault
check(struct rq *rq, const struct contest *c)
{
	const int64_t first = measure_day_parse(str_of(c->first_on));
	const int64_t last = measure_day_parse(str_of(c->last_on));
	enum fault e = FAULT_NONE;

	if (first < MEASURE_DAY_MIN)
		problem_add(&rq->problem, "#/first_on", "must not be before 1970");
	if (last > MEASURE_DAY_MAX)
		problem_add(&rq->problem, "#/last_on", "must not be after 9999-12-30");
	else if (last < first)
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

struct making {
	struct contest *c;
	bool created;
};

static enum fault
create_tx(struct rq *rq, void *arg)
{
	struct making *m = arg;
	const struct contest in = *m->c;
	struct contest there = { .name = NULL };
	bool duplicate;
	enum fault e = contest_sql_insert(rq, &in, &duplicate);

	if (!e)
		e = contest_read(rq, in.id, &there);
	if (!e && duplicate &&
	    memcmp(&there.body_sha256, &in.body_sha256, sizeof(in.body_sha256)) != 0)
		return rq_fail(rq, FAULT_ID_CONFLICT, "The contest was made of another body.");
	if (e)
		return e;
	m->created = !duplicate;
	*m->c = there;
	return FAULT_NONE;
}

enum fault
contest_create(struct rq *rq, struct contest *c, bool *ret_created)
{
	struct making m = { .c = c };
	enum fault e = check(rq, c);

	if (!e)
		e = db_tx(rq, create_tx, &m);
	*ret_created = m.created;
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

/* Everybody who took part. */
static enum fault
tell(struct rq *rq, const struct contest *c, const struct contest_rows *rows)
{
	struct uuid *people = arena_array(rq->arena, rows->n, struct uuid);
	struct notice_new notice = { .kind = NOTICE_CONTEST, .object = c->id, .people = people };

	for (size_t i = 0; i < rows->n; i++) {
		if (rows->list[i].n > 0)
			people[notice.n++] = rows->list[i].person_id;
	}
	return notice_put_once(rq, &notice);
}

static enum fault
freeze_tx(struct rq *rq, void *arg)
{
	const struct uuid id = *(const struct uuid *)arg;
	struct contest c = { .name = NULL };
	struct contest_rows rows;
	enum fault e = contest_sql_lock(rq, id);

	if (!e)
		e = contest_read(rq, id, &c);
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

struct due {
	struct contest rows[CONTEST_DUE_AT_ONCE];
	size_t n;
	struct contest_due after; /* the last one that was looked at */
	size_t looked_at;
	struct problem first; /* why one failed */
};

/* What fails of one contest is that one's. */
static void
log_failure(const struct contest *c, const char *why)
{
	char company[UUID_TEXT_SIZE], id[UUID_TEXT_SIZE];

	uuid_format(c->company_id, company);
	uuid_format(c->id, id);
	log_line(LOG_ERROR, "contest_failed", "contest %s of company %s: %s", id, company, why);
}

/* Over for a while, in its company's zone. */
static enum fault
keep_due(struct rq *rq, void *row, void *arg)
{
	const struct contest *c = row;
	struct due *d = arg;
	struct measure_span s;

	d->looked_at++;
	d->after = (struct contest_due){ c->last_on, c->company_id, c->id };
	if (!contest_days(rq, c, &s))
		log_failure(c, "its days cannot be told");
	else if (d->n < CONTEST_DUE_AT_ONCE && rq->now_us >= s.to_us + CONTEST_GRACE_S * US_PER_S)
		d->rows[d->n++] = *c;
	return FAULT_NONE;
}

static void
freeze(struct rq *rq, struct due *d, const struct contest *c)
{
	const struct caller *before = rq->who;
	const struct caller system = { .company = c->company_id };
	struct uuid id = c->id;
	enum fault e;

	rq->who = &system;
	e = db_tx(rq, freeze_tx, &id);
	rq->who = before;
	if (!e)
		return;
	log_failure(c, fault_row(e)->name);
	(void)problem_set(&rq->problem, e, "A contest has no result yet.");
	if (!d->first.code)
		d->first = rq->problem;
	problem_reset(&rq->problem);
}

/* One that fails does not hold the others up; the first failure is told. */
enum fault
contest_run(struct rq *rq)
{
	struct due *d = arena_new(rq->arena, struct due);
	enum fault e;

	d->after = (struct contest_due){ "1000-01-01", { { [15] = 1 } }, { { [15] = 1 } } };
	do {
		d->n = d->looked_at = 0;
		e = contest_sql_due(rq, &d->after, keep_due, d);
		for (size_t i = 0; !e && i < d->n; i++)
			freeze(rq, d, &d->rows[i]);
	} while (!e && d->looked_at == CONTEST_DUE_AT_ONCE);
	if (!e && d->first.code)
		rq->problem = d->first;
	return e ? e : d->first.code;
}
