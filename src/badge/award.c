/* SPDX-License-Identifier: Apache-2.0 */
/* award.c - how far people are, and the awards of what they have reached: each once, by its key. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/notice.h"

#include "badge_int.h"

/* --- streaks --- */

enum { WEEKS_MAX = 2 * STREAK_DAYS, WORKING_DAYS = 5 };

struct weeks {
	const char *zone;
	int64_t list[WEEKS_MAX];
	size_t n;
};

static void
add_week(struct weeks *w, int64_t at_us)
{
	struct civil local;
	int64_t week;

	if (!zone_civil(w->zone, at_us, &local))
		local = civil_from_us(at_us);
	week = streak_week(civil_to_us(local));
	if (w->n < WEEKS_MAX && (w->n == 0 || w->list[w->n - 1] < week))
		w->list[w->n++] = week;
}

static enum fault
keep_day(struct rq *rq, void *row, void *arg)
{
	const struct badge_day *d = row;

	(void)rq;
	add_week(arg, d->first_at);
	add_week(arg, d->last_at);
	return FAULT_NONE;
}

struct holidays {
	int64_t week, days; /* the one that is counted, and its working days off */
	struct weeks *skipped;
};

static enum fault
keep_holiday(struct rq *rq, void *row, void *arg)
{
	const struct holiday *h = row;
	struct holidays *k = arg;
	struct civil c = { 0 };
	int64_t at_us, weekday;

	(void)rq;
	if (!date_parse(str_of(h->day), &c.year, &c.month, &c.day))
		return FAULT_NONE;
	at_us = civil_to_us(c);
	weekday = (at_us / US_PER_DAY + 3) % 7;
	if (streak_week(at_us) != k->week) {
		k->week = streak_week(at_us);
		k->days = 0;
	}
	if (weekday < WORKING_DAYS && ++k->days == WORKING_DAYS && k->skipped->n < WEEKS_MAX)
		k->skipped->list[k->skipped->n++] = k->week;
	return FAULT_NONE;
}

static const char *
date_text(struct rq *rq, int64_t at_us)
{
	const struct civil c = civil_from_us(at_us);

	return arena_printf(rq->arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* What is the company's, and read once for all whose badges are looked at together. */
struct terms {
	struct badge badges[BADGES_MAX];
	size_t n;
	struct weeks *skipped; /* NULL: not read yet */
	bool all;              /* those granted by hand and archived ones, too */
};

static enum fault
read_skipped(struct rq *rq, int64_t since, struct terms *t)
{
	struct holidays h = { .week = -1, .skipped = arena_new(rq->arena, struct weeks) };
	enum fault e = FAULT_NONE;

	if (t->skipped == NULL)
		e = holiday_sql_each(rq, date_text(rq, since), HOLIDAYS_MAX, keep_holiday, &h);
	if (!e && t->skipped == NULL)
		t->skipped = h.skipped;
	return e;
}

static enum fault
read_streak(struct rq *rq, struct uuid person, const char *zone, struct terms *t,
            struct streak *out)
{
	const int64_t since = rq->now_us - STREAK_DAYS * US_PER_DAY;
	struct weeks *shared = arena_new(rq->arena, struct weeks);
	struct weeks now = { .zone = zone };
	enum fault e;

	shared->zone = zone;
	e = badge_sql_days(rq, person, since, keep_day, shared);
	if (!e)
		e = read_skipped(rq, since, t);
	if (e)
		return e;
	add_week(&now, rq->now_us);
	*out = streak_of(shared->list, shared->n, t->skipped->list, t->skipped->n, now.list[0]);
	return FAULT_NONE;
}

/* --- how far somebody is --- */

static enum fault
keep_badge(struct rq *rq, void *row, void *arg)
{
	struct terms *t = arg;
	const struct badge *b = row;

	(void)rq;
	if ((t->all || (!b->archived && b->kind != BADGE_HAND)) && t->n < BADGES_MAX)
		t->badges[t->n++] = *b;
	return FAULT_NONE;
}

static enum fault
read_terms(struct rq *rq, bool all, struct terms **ret)
{
	struct terms *t = *ret = arena_new(rq->arena, struct terms);

	t->n = 0;
	t->skipped = NULL;
	t->all = all;
	return badge_sql_each(rq, keep_badge, t);
}

static enum fault
keep_award(struct rq *rq, void *row, void *arg)
{
	const struct badge_award *a = row;
	struct badge_progress *p = arg;

	(void)rq;
	for (size_t i = 0; i < p->n; i++) {
		if (uuid_eq(p->badges[i].id, a->badge_id) && p->have[i] < a->level)
			p->have[i] = a->level;
	}
	return FAULT_NONE;
}

/* Today is in the window, whatever the zone. */
static struct measure_span
ever(const struct rq *rq)
{
	struct measure_span s = { .from_day = MEASURE_DAY_MIN,
		                  .to_us = rq->now_us + 2 * US_PER_DAY };

	s.to_day = measure_day("UTC", s.to_us);
	return s;
}

/* Is there a level left?  For awards, what has been reached is not counted again. */
static bool
is_open(const struct badge_progress *p, size_t i)
{
	return p->have[i] < (int64_t)p->badges[i].levels.n;
}

static enum fault
count(struct rq *rq, struct badge_progress *p, bool all)
{
	int64_t counted[MEASURE__MAX];
	enum fault e = FAULT_NONE;

	for (int m = 0; m < MEASURE__MAX; m++)
		counted[m] = J_NO_INT;
	for (size_t i = 0; !e && i < p->n; i++) {
		const int m = p->badges[i].measure;
		struct measure_ask ask = { .fact = -1, .span = ever(rq), .person = p->person };

		if (p->badges[i].kind != BADGE_MEASURE || (!all && !is_open(p, i)))
			continue;
		ask.measure = (enum measure)m;
		if (counted[m] == J_NO_INT)
			e = measure_total(rq, &ask, &counted[m]);
		p->value[i] = p->best[i] = counted[m];
	}
	return e;
}

static enum fault
count_streak(struct rq *rq, struct badge_progress *p, struct terms *t, const char *zone)
{
	struct streak s = { 0, 0 };
	bool read = false;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < p->n; i++) {
		if (p->badges[i].kind != BADGE_STREAK || (!t->all && !is_open(p, i)))
			continue;
		if (!read)
			e = read_streak(rq, p->person, zone, t, &s);
		read = true;
		p->value[i] = s.current;
		p->best[i] = s.longest;
	}
	return e;
}

static enum fault
progress_on(struct rq *rq, struct uuid person, struct terms *t, struct badge_progress *p)
{
	struct badge_person who = { .active = false };
	enum fault e = badge_sql_person(rq, person, &who);

	p->person = person;
	p->n = t->n;
	for (size_t i = 0; i < p->n; i++) {
		p->badges[i] = t->badges[i];
		p->have[i] = 0;
		p->value[i] = p->best[i] = J_NO_INT;
	}
	if (!e)
		e = badge_sql_awards(rq, person, keep_award, p);
	if (!e)
		e = count(rq, p, t->all);
	return e ? e : count_streak(rq, p, t, who.time_zone);
}

enum fault
badge_progress_of(struct rq *rq, struct uuid person, bool all, struct badge_progress **ret)
{
	struct terms *t;
	enum fault e = read_terms(rq, all, &t);

	*ret = arena_new(rq->arena, struct badge_progress);
	return e ? e : progress_on(rq, person, t, *ret);
}

/* --- awarding --- */

static enum fault
tell(struct rq *rq, const struct badge_award *a)
{
	const struct notice_new notice = {
		.kind = NOTICE_BADGE,
		.object = a->badge_id,
		.source = uuid_v7(rq->now_us), /* each level is news */
		.people = &a->person_id,
		.n = 1,
	};

	return notice_put(rq, &notice);
}

/* All levels up to the one that is reached; who has one already is not told again. */
static enum fault
award(struct rq *rq, const struct badge_progress *p, size_t i)
{
	const int64_t reached = badge_level_at(&p->badges[i], p->best[i]);
	struct badge_award a = { .company_id = rq_company(rq),
		                 .person_id = p->person,
		                 .badge_id = p->badges[i].id,
		                 .value = p->best[i],
		                 .awarded_at = rq->now_us };
	bool duplicate, any = false;
	enum fault e = FAULT_NONE;

	for (a.level = p->have[i] + 1; !e && a.level <= reached; a.level++) {
		e = badge_sql_award(rq, &a, &duplicate);
		any = any || (!e && !duplicate);
	}
	return e || !any ? e : tell(rq, &a);
}

static enum fault
settle(struct rq *rq, struct uuid person, struct terms *t, struct badge_progress *p)
{
	enum fault e = progress_on(rq, person, t, p);

	if (e == FAULT_NOT_FOUND) { /* nobody is there any more: the others are */
		problem_reset(&rq->problem);
		return FAULT_NONE;
	}
	for (size_t i = 0; !e && i < p->n; i++)
		e = award(rq, p, i);
	return e;
}

/* People of one company whose badges are looked at in one transaction. */
struct crowd {
	const struct badge_due *list;
	size_t n;
};

/* Taken before anything is read: whoever is marked by a new badge from here on is looked at again.
 */
static enum fault
settle_tx(struct rq *rq, void *arg)
{
	const struct crowd *c = arg;
	struct badge_progress *p = arena_new(rq->arena, struct badge_progress);
	struct terms *t = NULL;
	bool any;
	enum fault e = badge_due_sql_take(rq, c->list, c->n, &any);

	if (e || !any)
		return e;
	e = read_terms(rq, false, &t);
	for (size_t i = 0; !e && i < c->n; i++)
		e = settle(rq, c->list[i].person_id, t, p);
	return e;
}

enum { DUE_MAX = 600 }; /* as badge_due_each has it */

struct due {
	struct badge_due rows[DUE_MAX];
	size_t n;
};

static enum fault
keep_due(struct rq *rq, void *row, void *arg)
{
	struct due *d = arg;

	(void)rq;
	if (d->n < DUE_MAX)
		d->rows[d->n++] = *(const struct badge_due *)row;
	return FAULT_NONE;
}

/* Looks at them; the first failure of all is kept, and the others are looked at as if it were none.
 */
static enum fault
settle_some(struct rq *rq, struct crowd *c, struct problem *first)
{
	enum fault e = db_tx(rq, settle_tx, c);

	if (e)
		(void)problem_set(&rq->problem, e, "Somebody's badges are not looked at.");
	if (e && c->n == 1 && !first->code)
		*first = rq->problem;
	problem_reset(&rq->problem);
	return e;
}

/* One that fails does not hold the others up: then each is alone. */
static void
settle_crowd(struct rq *rq, struct crowd *c, struct problem *first)
{
	const struct caller *before = rq->who;
	const struct caller system = { .company = c->list[0].company_id };

	rq->who = &system;
	if (settle_some(rq, c, first)) {
		for (size_t i = 0; c->n > 1 && i < c->n; i++) {
			struct crowd one = { &c->list[i], 1 };

			(void)settle_some(rq, &one, first);
		}
	}
	rq->who = before;
}

/* The first failure is told. */
enum fault
badge_run(struct rq *rq)
{
	struct due *d = arena_new(rq->arena, struct due);
	struct crowd c = { .n = 0 };
	struct problem first = { .code = FAULT_NONE };
	enum fault e = badge_due_sql_each(rq, keep_due, d);

	for (size_t i = 0; !e && i < d->n; i += c.n) {
		c = (struct crowd){ &d->rows[i], 1 };
		while (c.n < BADGE_DUE_AT_ONCE && i + c.n < d->n &&
		       uuid_eq(d->rows[i + c.n].company_id, d->rows[i].company_id))
			c.n++;
		settle_crowd(rq, &c, &first);
	}
	if (first.code)
		rq->problem = first;
	return e ? e : first.code;
}
