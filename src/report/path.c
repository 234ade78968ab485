/* SPDX-License-Identifier: Apache-2.0 */
/* path.c - rows of the stream, gathered into the path of one conversion at a time. */
#include <stdlib.h>
#include <string.h>

#include "report_int.h"

enum { TOUCHES_FIRST = 64 };

struct walk {
	struct path path;
	const struct report_ask *ask;
	path_fn *fn;
	void *arg;
	size_t room;
	bool open;                    /* a conversion is being gathered */
	char currency[CURRENCY_SIZE]; /* of it, where it is read */
	char (*keys)[REPORT_KEY_SIZE];
	/* of one path: the touches that count, and who is new among them */
	struct journey journey;
	size_t *counts;
	const struct stream_row **by_key;
	uint64_t *weights, *spread;
	struct share_of *scratch;
};

static void
make_room(struct rq *rq, struct walk *w, size_t room)
{
	struct stream_row *touches = arena_array(rq->arena, room, struct stream_row);

	if (w->path.n > 0)
		memcpy(touches, w->path.touches, w->path.n * sizeof(*touches));
	w->path.touches = touches;
	for (size_t m = 0; m < w->ask->n_models; m++) {
		w->path.credit[m].value = arena_array(rq->arena, room, int64_t);
		w->path.credit[m].count = arena_array(rq->arena, room, int64_t);
	}
	w->keys = arena_array_(rq->arena, room, sizeof(*w->keys), 1);
	w->journey.at = arena_array(rq->arena, room, int64_t);
	w->journey.is_new = arena_array(rq->arena, room, bool);
	w->counts = arena_array(rq->arena, room, size_t);
	w->by_key = arena_array(rq->arena, room, const struct stream_row *);
	w->weights = arena_array(rq->arena, room, uint64_t);
	w->spread = arena_array(rq->arena, room, uint64_t);
	w->scratch = arena_array(rq->arena, room, struct share_of);
	w->room = room;
}

struct walk *
walk_begin(struct rq *rq, const struct report_ask *ask, path_fn *fn, void *arg)
{
	struct walk *w = arena_new(rq->arena, struct walk);

	w->ask = ask;
	w->fn = fn;
	w->arg = arg;
	make_room(rq, w, TOUCHES_FIRST);
	return w;
}

/* Ties in time go by click id, never silently. */
static int
by_time(const void *a, const void *b)
{
	const struct stream_row *left = a, *right = b;

	if (left->touched_at != right->touched_at)
		return left->touched_at < right->touched_at ? -1 : 1;
	return memcmp(left->click_id, right->click_id, sizeof(left->click_id));
}

/* The index hands touches over in order; sorting is for the day it does not. */
static void
put_in_order(struct path *p)
{
	for (size_t i = 1; i < p->n; i++) {
		if (by_time(&p->touches[i - 1], &p->touches[i]) > 0) {
			qsort(p->touches, p->n, sizeof(*p->touches), by_time);
			return;
		}
	}
}

/* By participant, then in the order of the path. */
static int
by_participant(const void *a, const void *b)
{
	const struct stream_row *left = *(const struct stream_row *const *)a,
				*right = *(const struct stream_row *const *)b;
	size_t n = left->key.n < right->key.n ? left->key.n : right->key.n;
	int c = n > 0 ? memcmp(left->key.s, right->key.s, n) : 0;

	if (c != 0)
		return c;
	if (left->key.n != right->key.n)
		return left->key.n < right->key.n ? -1 : 1;
	return left < right ? -1 : 1;
}

/* Marks the first touch of each participant; the same touches count for it in both path rules. */
static void
find_new(struct walk *w)
{
	struct journey *j = &w->journey;
	const struct stream_row **sorted = w->by_key;

	for (size_t i = 0; i < j->n; i++)
		sorted[i] = &w->path.touches[w->counts[i]];
	qsort(sorted, j->n, sizeof(const struct stream_row *), by_participant);
	/* Marked at the touch's own place first, then moved to its place among those that count. */
	memset(w->spread, 0, w->path.n * sizeof(*w->spread));
	for (size_t i = 0; i < j->n; i++) {
		if (i == 0 || !str_eq(sorted[i]->key, sorted[i - 1]->key))
			w->spread[sorted[i] - w->path.touches] = 1;
	}
	for (size_t i = 0; i < j->n; i++)
		j->is_new[i] = w->spread[w->counts[i]] != 0;
}

/*
 * The touches that count.  A run of one participant is told by its first touch, so that a milestone
 * within the run still belongs to it.
 */
static void
begin_journey(struct walk *w)
{
	const struct path *p = &w->path;
	struct journey *j = &w->journey;

	j->n = 0;
	j->lead_at = p->conversion.lead_at;
	j->opportunity_at = p->conversion.opportunity_at;
	j->won_at = p->conversion.won_at;
	for (size_t i = 0; i < p->n; i++) {
		if (w->ask->path == PATH_COLLAPSED && i > 0 &&
		    str_eq(p->touches[i].key, p->touches[i - 1].key))
			continue;
		j->at[j->n] = p->touches[i].touched_at;
		w->counts[j->n++] = i;
	}
}

static void
split_by(struct walk *w, enum model model, struct split *to)
{
	const struct journey *j = &w->journey;
	const uint64_t *weights = w->weights;
	size_t n = w->path.n;

	if (model == MODEL_SHAPLEY)
		find_new(w);
	models[model](j, &w->ask->params, w->weights);
	if (j->n < n) {
		memset(w->spread, 0, n * sizeof(*w->spread));
		for (size_t i = 0; i < j->n; i++)
			w->spread[w->counts[i]] = w->weights[i];
		weights = w->spread;
	}
	split_exactly(w->path.conversion.value_minor, weights, n, to->value, w->scratch);
	split_exactly(CREDIT_WHOLE, weights, n, to->count, w->scratch);
}

static enum fault
hand_over(struct rq *rq, struct walk *w)
{
	struct path *p = &w->path;

	w->open = false;
	if (w->ask->converting != NULL && !convert_value(rq, w->ask, &p->conversion))
		return FAULT_NONE;
	if (p->n > 0) {
		put_in_order(p);
		begin_journey(w);
		for (size_t m = 0; m < w->ask->n_models; m++) {
			/* Markov's parts of a path stay zero. */
			if (w->ask->model[m] != MODEL_MARKOV)
				split_by(w, w->ask->model[m], &p->credit[m]);
		}
	}
	return w->fn(rq, p, w->arg);
}

/* The key's bytes are the row's, which dies: they are kept beside the touch. */
static void
keep_touch(struct rq *rq, struct walk *w, const struct stream_row *row)
{
	struct stream_row *kept;
	char *own;

	if (w->path.n == REPORT_PATH_MAX)
		return;
	if (w->path.n == w->room)
		make_room(rq, w, w->room * 2);
	own = w->keys[w->path.n];
	kept = &w->path.touches[w->path.n++];
	*kept = *row;
	if (row->key.s == NULL)
		return;
	if (kept->key.n >= REPORT_KEY_SIZE)
		kept->key.n = REPORT_KEY_SIZE - 1;
	memcpy(own, row->key.s, kept->key.n);
	kept->key.s = own;
}

/* The currency's text is the row's, too. */
static void
begin_path(struct walk *w, const struct stream_row *row)
{
	struct stream_row *c = &w->path.conversion;
	struct str currency = str_of(row->currency);

	w->open = true;
	w->path.n = 0;
	*c = *row;
	c->currency = NULL;
	if (currency.n == 0 || currency.n >= CURRENCY_SIZE)
		return;
	memcpy(w->currency, currency.s, currency.n + 1);
	c->currency = w->currency;
}

enum fault
walk_row(struct rq *rq, void *row, void *arg)
{
	const struct stream_row *r = row;
	struct walk *w = arg;

	if (w->open && !uuid_eq(w->path.conversion.id, r->id)) {
		enum fault e = hand_over(rq, w);

		if (e)
			return e;
	}
	if (!w->open)
		begin_path(w, r);
	if (r->touched_at != TIME_NONE)
		keep_touch(rq, w, r);
	return FAULT_NONE;
}

/* The participant of a row that has all of a touch: the id itself, no text. */
static struct str
participant(const struct stream_row *r, enum dimension by)
{
	static const size_t ids[DIMENSION__MAX] = {
		[BY_PERSON] = offsetof(struct stream_row, person_id),
		[BY_TEAM] = offsetof(struct stream_row, team_id),
		[BY_POST] = offsetof(struct stream_row, post_id),
		[BY_CAMPAIGN] = offsetof(struct stream_row, campaign_id),
		[BY_CHANNEL] = offsetof(struct stream_row, channel_id),
	};

	if (by == BY_NETWORK)
		return str_of(r->network >= 0 ? network_names[r->network] : NULL);
	return (struct str){ (const char *)r + ids[by], sizeof(struct uuid) };
}

enum fault
walk_credit_row(struct rq *rq, void *row, void *arg)
{
	struct stream_row *r = row;
	const struct walk *w = arg;

	if (w->ask->by < DIMENSION__MAX) /* else the row says it itself */
		r->key = participant(r, w->ask->by);
	return walk_row(rq, r, arg);
}

enum fault
walk_end(struct rq *rq, struct walk *w)
{
	return w->open ? hand_over(rq, w) : FAULT_NONE;
}
