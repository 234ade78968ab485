/* SPDX-License-Identifier: Apache-2.0 */
/* note.c - ranks of note: who has come up on the main board since it was looked at is told. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/clock.h"
#include "rostra/crypto.h"
#include "rostra/notice.h"

#include "board_int.h"

static const int bands[] = { 1, 3, BOARD_FIRSTS };

int
board_band(const struct standing_row *rows, int64_t n, int64_t i)
{
	int64_t as_much = i + 1; /* how many have as much or more */

	while (as_much < n && rows[as_much].score == rows[i].score)
		as_much++;
	for (size_t k = 0; k < sizeof(bands) / sizeof(bands[0]); k++) {
		if (as_much <= bands[k] && n >= 2 * (int64_t)bands[k])
			return bands[k];
	}
	return 0;
}

struct places {
	struct board_place rows[BOARD_FIRSTS];
	size_t n;
};

static enum fault
keep_place(struct rq *rq, void *row, void *arg)
{
	struct places *p = arg;

	(void)rq;
	if (p->n < BOARD_FIRSTS)
		p->rows[p->n++] = *(const struct board_place *)row;
	return FAULT_NONE;
}

static void
find_places(const struct counted *c, struct uuid company, struct places *out)
{
	out->n = 0;
	for (int64_t i = 0; i < c->standing.n && i < BOARD_FIRSTS; i++) {
		const int band = board_band(c->rows, c->standing.n, i);

		if (band > 0)
			out->rows[out->n++] = (struct board_place){ company, c->rows[i].id, band };
	}
}

static bool
has_risen(const struct board_place *now, const struct places *before)
{
	for (size_t i = 0; i < before->n; i++) {
		if (uuid_eq(before->rows[i].person_id, now->person_id))
			return now->band < before->rows[i].band;
	}
	return true;
}

/* The same one all day, so that a person is told once. */
static struct uuid
source_of(int64_t day)
{
	const struct str parts[] = {
		STR("rank of note"),
		{ (const char *)board_main_id.b, sizeof(board_main_id.b) },
		{ (const char *)&day, sizeof(day) },
	};
	return uuid_v7_from(0, sha256_parts(parts, sizeof(parts) / sizeof(parts[0])).b);
}

struct looking {
	struct board_look due;
	struct sha256 mark;
	int64_t day; /* YYYYMMDD in the company's zone */
	struct places now;
};

static enum fault
tell(struct rq *rq, const struct looking *l, const struct places *before)
{
	struct uuid people[BOARD_FIRSTS];
	struct notice_new notice = { .kind = NOTICE_RANK,
		                     .object = board_main_id,
		                     .source = source_of(l->day),
		                     .people = people };

	for (size_t i = 0; i < l->now.n; i++) {
		if (has_risen(&l->now.rows[i], before))
			people[notice.n++] = l->now.rows[i].person_id;
	}
	return notice.n > 0 ? notice_put(rq, &notice) : FAULT_NONE;
}

static enum fault
look_tx(struct rq *rq, void *arg)
{
	const struct looking *l = arg;
	struct board_look held;
	struct places before = { .n = 0 };
	enum fault e = board_sql_look_hold(rq, &held);

	/* Another has looked meanwhile. */
	if (e || held.looked_at != l->due.looked_at)
		return e;
	e = board_sql_places(rq, keep_place, &before);
	if (!e && held.looked_at != TIME_NONE)
		e = tell(rq, l, &before);
	if (!e)
		e = board_sql_places_set(rq, l->now.rows, l->now.n);
	held.looked_at = rq->now_us;
	memcpy(held.mark, l->mark.b, sizeof(held.mark));
	return e ? e : board_sql_look_done(rq, &held);
}

/* Nothing that counts has changed: it has been looked at all the same. */
static enum fault
glance_tx(struct rq *rq, void *arg)
{
	struct board_look l = ((const struct looking *)arg)->due;

	l.looked_at = rq->now_us;
	return board_sql_look_done(rq, &l);
}

static enum fault
look(struct rq *rq, struct looking *l)
{
	const struct board *b = &board_main()->board;
	struct board_mark mark;
	struct counted c;
	enum fault e = board_mark(rq, b, &mark);

	if (e)
		return e;
	l->mark = sha256_of(&mark, sizeof(mark));
	l->day = mark.to_day;
	if (l->due.looked_at != TIME_NONE &&
	    memcmp(l->mark.b, l->due.mark, sizeof(l->due.mark)) == 0)
		return db_tx(rq, glance_tx, l);
	e = board_count(rq, b, &c);
	if (e)
		return e;
	find_places(&c, rq_company(rq), &l->now);
	return db_tx(rq, look_tx, l);
}

enum { DUE_MAX = 20 };

struct due {
	struct board_look rows[DUE_MAX];
	size_t n;
};

static enum fault
keep_due(struct rq *rq, void *row, void *arg)
{
	struct due *d = arg;

	(void)rq;
	if (d->n < DUE_MAX)
		d->rows[d->n++] = *(const struct board_look *)row;
	return FAULT_NONE;
}

/* One that fails does not hold the others up; the first failure is told. */
enum fault
board_note_run(struct rq *rq)
{
	const struct caller *before = rq->who;
	struct due *d = arena_new(rq->arena, struct due);
	enum fault first = FAULT_NONE, e;

	d->n = 0;
	e = board_sql_looks_due(rq, rq->now_us - BOARD_LOOK_S * US_PER_S, keep_due, d);
	if (e)
		return e;
	for (size_t i = 0; i < d->n; i++) {
		const struct caller system = { .company = d->rows[i].company_id };
		struct looking l = { .due = d->rows[i] };

		rq->who = &system;
		e = look(rq, &l);
		first = first ? first : e;
	}
	rq->who = before;
	return first;
}
