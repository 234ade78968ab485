/* SPDX-License-Identifier: Apache-2.0 */
/* path.c - rows of the stream, gathered into the path of one conversion at a time. */
#include <stdlib.h>
#include <string.h>

#include "report_int.h"

enum { TOUCHES_FIRST = 64 };

struct walk {
	struct path path;
	enum model model;
	path_fn *fn;
	void *arg;
	size_t room;
	bool open; /* a conversion is being gathered */
	uint64_t *weights;
	struct share_of *scratch;
};

static void
make_room(struct rq *rq, struct walk *w, size_t room)
{
	struct stream_row *touches = arena_array(rq->arena, room, struct stream_row);

	if (w->path.n > 0)
		memcpy(touches, w->path.touches, w->path.n * sizeof(*touches));
	w->path.touches = touches;
	w->path.value = arena_array(rq->arena, room, int64_t);
	w->path.count = arena_array(rq->arena, room, int64_t);
	w->weights = arena_array(rq->arena, room, uint64_t);
	w->scratch = arena_array(rq->arena, room, struct share_of);
	w->room = room;
}

struct walk *
walk_begin(struct rq *rq, enum model model, path_fn *fn, void *arg)
{
	struct walk *w = arena_new(rq->arena, struct walk);

	w->model = model;
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

static enum fault
hand_over(struct rq *rq, struct walk *w)
{
	struct path *p = &w->path;

	w->open = false;
	if (p->n > 0) {
		put_in_order(p);
		models[w->model](p->n, w->weights);
		split_exactly(p->conversion.value_minor, w->weights, p->n, p->value, w->scratch);
		split_exactly(CREDIT_WHOLE, w->weights, p->n, p->count, w->scratch);
	}
	return w->fn(rq, p, w->arg);
}

/* The key's bytes are the row's, which dies: they are kept beside the touch. */
static void
keep_touch(struct rq *rq, struct walk *w, const struct stream_row *row)
{
	struct stream_row *kept;
	struct str own;

	if (w->path.n == REPORT_PATH_MAX)
		return;
	if (w->path.n == w->room)
		make_room(rq, w, w->room * 2);
	kept = &w->path.touches[w->path.n++];
	own = kept->key;
	*kept = *row;
	if (row->key.s == NULL)
		return;
	if (own.s == NULL)
		own.s = arena_alloc(rq->arena, REPORT_KEY_SIZE, 1);
	own.n = row->key.n < REPORT_KEY_SIZE ? row->key.n : REPORT_KEY_SIZE - 1;
	memcpy((char *)(uintptr_t)own.s, row->key.s, own.n);
	kept->key = own;
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
	if (!w->open) {
		w->open = true;
		w->path.conversion = *r;
		w->path.n = 0;
	}
	if (r->touched_at != TIME_NONE)
		keep_touch(rq, w, r);
	return FAULT_NONE;
}

enum fault
walk_end(struct rq *rq, struct walk *w)
{
	return w->open ? hand_over(rq, w) : FAULT_NONE;
}
