/* SPDX-License-Identifier: Apache-2.0 */
/* count.c - a standing counted: a measure summed by person or team, who may be shown, and ranks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/caller.h"
#include "rostra/clock.h"
#include "rostra/points.h"

#include "board_int.h"

enum { SLOTS_FIRST = 1024, MICRO = 1000000 };

struct tally {
	struct uuid id;
	int64_t n;
	double heads;
	bool used, shown;
};
struct counting {
	const struct board *b;
	double window_us;    /* of which teams are counted; as much as has passed */
	struct tally *slots; /* open addressing */
	size_t n_slots, n;
};

static struct tally *
slot_of(struct counting *c, struct uuid id)
{
	size_t at = uuid_tail(id) & (c->n_slots - 1);

	while (c->slots[at].used && !uuid_eq(c->slots[at].id, id))
		at = (at + 1) & (c->n_slots - 1);
	return &c->slots[at];
}

static void
make_slots(struct rq *rq, struct counting *c, size_t n)
{
	struct tally *old = c->slots;
	const size_t n_old = c->n_slots;

	c->slots = arena_array(rq->arena, n, struct tally);
	c->n_slots = n;
	for (size_t i = 0; i < n_old; i++) {
		if (old[i].used)
			*slot_of(c, old[i].id) = old[i];
	}
}

static enum fault
add(struct rq *rq, void *row, void *arg)
{
	const struct measure_row *r = row;
	struct counting *c = arg;
	const struct uuid id = c->b->who == BOARD_TEAMS ? r->team_id : r->person_id;
	struct tally *t;

	if (uuid_is_zero(id))
		return FAULT_NONE; /* done in no team */
	if (c->n * 2 >= c->n_slots)
		make_slots(rq, c, c->n_slots * 2);
	t = slot_of(c, id);
	c->n += t->used ? 0 : 1;
	t->used = true;
	t->id = id;
	t->n += r->n;
	return FAULT_NONE;
}

static enum fault
show_person(struct rq *rq, void *row, void *arg)
{
	const struct board_person *p = row;
	struct tally *t = slot_of(arg, p->id);

	(void)rq;
	t->shown = t->used && p->on_boards;
	return FAULT_NONE;
}

static enum fault
show_team(struct rq *rq, void *row, void *arg)
{
	const struct board_team *r = row;
	struct counting *c = arg;
	struct tally *t = slot_of(c, r->id);

	(void)rq;
	if (!t->used)
		return FAULT_NONE;
	t->heads = r->us / c->window_us;
	t->shown = r->people >= c->b->min_group;
	return FAULT_NONE;
}

/* Millionths of what is ranked: points, or things, or minor units. */
static int64_t
score_of(const struct counting *c, const struct tally *t)
{
	const int64_t unit = c->b->measure == MEASURE_POINTS ? MICRO / POINTS_TENTHS : MICRO;

	if (t->n > INT64_MAX / unit)
		return INT64_MAX;
	if (!c->b->per_head)
		return t->n * unit;
	return t->heads > 0 ? llround((double)(t->n * unit) / t->heads) : 0;
}

static int
by_score(const void *a, const void *b)
{
	const struct standing_row *one = a, *other = b;

	if (one->score != other->score)
		return one->score > other->score ? -1 : 1;
	return uuid_cmp(one->id, other->id);
}

void
board_rank(struct standing_row *rows, size_t n)
{
	if (n > 1)
		qsort(rows, n, sizeof(*rows), by_score);
	for (size_t i = 0; i < n; i++) {
		rows[i].place = (int64_t)i;
		rows[i].rank =
		    i > 0 && rows[i].score == rows[i - 1].score ? rows[i - 1].rank : (int64_t)i + 1;
	}
}

/* The rank of who is not shown is that among those who are; who has less than nothing has none. */
static void
rank_others(struct standing_row *rows, size_t shown, size_t n)
{
	if (n - shown > 1)
		qsort(rows + shown, n - shown, sizeof(*rows), by_score);
	for (size_t i = shown, above = 0; i < n; i++) {
		while (above < shown && rows[above].score > rows[i].score)
			above++;
		rows[i].rank = rows[i].score > 0 ? (int64_t)above + 1 : J_NO_INT;
		rows[i].place = -1;
	}
}

static void
arrange(struct rq *rq, const struct counting *c, struct counted *out)
{
	struct standing_row *rows = arena_array(rq->arena, c->n + 1, struct standing_row);
	size_t shown = 0, n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < c->n_slots; i++) {
			const struct tally *t = &c->slots[i];
			struct standing_row row = { .id = t->id, .score = score_of(c, t) };
			const bool shows = t->shown && row.score > 0;

			if (t->used && row.score != 0 && shows == (pass == 0))
				rows[n++] = row;
		}
		if (pass == 0)
			shown = n;
	}
	/* Of a segment that few are in, nobody is shown. */
	out->standing.withheld = c->b->who == BOARD_PEOPLE && board_segmented(c->b) && shown > 0 &&
	                         (int64_t)shown < c->b->min_group;
	board_rank(rows, shown);
	rank_others(rows, shown, n);
	out->rows = rows;
	out->standing.n = (int64_t)shown;
	out->standing.others = (int64_t)(n - shown);
}

enum fault
board_mark(struct rq *rq, const struct board *b, struct board_mark *out)
{
	struct measure_span span;
	enum fault e = board_span(rq, b, &span);

	if (!e)
		e = board_sql_mark(rq, out);
	if (!e) {
		out->from_day = span.from_day;
		out->to_day = span.to_day;
	}
	return e;
}

struct counting_tx {
	struct counting c;
	struct measure_ask ask;
};

/* Of a segment of teams only those are shown of whom enough were in it. */
static enum fault
show_teams(struct rq *rq, struct counting_tx *x)
{
	const struct measure_ask *ask = &x->ask;
	const struct board_crowd of = {
		.from_us = ask->span.from_us,
		.to_us = ask->span.to_us < rq->now_us ? ask->span.to_us : rq->now_us,
		.fact = ask->fact,
		.fact_value = ask->fact_value,
	};

	x->c.window_us = (double)(of.to_us - of.from_us);
	return board_sql_teams(rq, &of, show_team, &x->c);
}

static enum fault
count_tx(struct rq *rq, void *arg)
{
	struct counting_tx *x = arg;
	enum fault e;

	x->c.slots = NULL;
	x->c.n_slots = x->c.n = 0;
	make_slots(rq, &x->c, SLOTS_FIRST);
	e = measure_each(rq, &x->ask, add, &x->c);
	if (e)
		return e;
	return x->c.b->who == BOARD_TEAMS ? show_teams(rq, x)
	                                  : board_sql_people(rq, show_person, &x->c);
}

enum fault
board_count(struct rq *rq, const struct board *b, struct counted *out)
{
	struct counting_tx x = {
		.c = { .b = b },
		.ask = { .measure = (enum measure)b->measure,
		         .team = b->team_id,
		         .fact = -1,
		         .value = b->value_id },
	};
	enum fault e = board_span(rq, b, &x.ask.span);

	if (b->department != NULL || b->location != NULL) {
		x.ask.fact = b->department != NULL ? MEASURE_DEPARTMENT : MEASURE_LOCATION;
		x.ask.fact_value = b->department != NULL ? b->department : b->location;
	}
	*out = (struct counted){ .standing = { .as_of = rq->now_us, .seen_at = rq->now_us } };
	if (!e)
		e = board_mark(rq, b, &out->mark);
	if (!e)
		e = db_snapshot(rq, count_tx, &x);
	if (e)
		return e;
	out->standing.from_us = x.ask.span.from_us;
	out->standing.to_us = x.ask.span.to_us;
	arrange(rq, &x.c, out);
	return FAULT_NONE;
}

void
board_count_rows(struct rq *rq, const struct board *b, const struct board_tally *rows, size_t n,
                 struct counted *out)
{
	struct counting c = { .b = b };

	*out = (struct counted){ .rows = NULL };
	make_slots(rq, &c, SLOTS_FIRST);
	for (size_t i = 0; i < n; i++) {
		struct measure_row row = { rows[i].id, rows[i].id, rows[i].n };

		if (add(rq, &row, &c) == FAULT_NONE && !uuid_is_zero(rows[i].id))
			slot_of(&c, rows[i].id)->shown = rows[i].shown;
	}
	arrange(rq, &c, out);
}
