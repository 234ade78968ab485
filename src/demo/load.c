/* SPDX-License-Identifier: Apache-2.0 */
/* load.c - rows on their way into one table, thousands in a transaction, some of those at once. */
#include <stdlib.h>
#include <string.h>

#include "rostra/log.h"

#include "demo_int.h"

enum { ROWS = 5000, TEXT_BYTES = 1 << 20 };

void
load_open(struct load *l, struct world *w, const struct db_stmt *stmt, size_t stride)
{
	memset(l, 0, sizeof(*l));
	l->w = w;
	for (size_t i = 0; i < BATCHES; i++) {
		struct batch *b = &l->batches[i];

		b->stmt = stmt;
		b->stride = stride;
		b->rows = malloc(ROWS * stride);
		b->text = arena_create(TEXT_BYTES);
		if (b->rows == NULL)
			log_die("memory", "no memory for %d rows", ROWS);
	}
	l->now = &l->batches[0];
	l->text = l->now->text;
}

/* The next batch, once the crew has inserted what was in it. */
static enum fault
turn(struct load *l)
{
	size_t next = (size_t)(l->now - l->batches + 1) % BATCHES;
	enum fault e;

	if (l->in_turn) {
		e = crew_wait(l->w->crew, l->w->rq, l->now);
		if (e)
			return e;
	}
	l->now = &l->batches[next];
	e = crew_wait(l->w->crew, l->w->rq, l->now);
	l->now->n = 0;
	arena_reset(l->now->text);
	l->text = l->now->text;
	return e;
}

static enum fault
flush(struct load *l)
{
	const struct db_stmt *stmt = l->now->stmt;

	if (l->now->n == 0)
		return FAULT_NONE;
	l->total += (int64_t)l->now->n;
	crew_give(l->w->crew, l->now);
	l->w->progress(l->w->progress_arg, l->w->company->slug, stmt->name, l->total);
	return turn(l);
}

enum fault
load_row(struct load *l, const void *row)
{
	struct batch *b = l->now;

	memcpy(b->rows + b->n * b->stride, row, b->stride);
	b->n++;
	return b->n == ROWS ? flush(l) : FAULT_NONE;
}

enum fault
load_close(struct load *l, enum fault so_far)
{
	enum fault e = so_far ? so_far : flush(l);

	for (size_t i = 0; i < BATCHES; i++) {
		struct batch *b = &l->batches[i];
		enum fault last = crew_wait(l->w->crew, l->w->rq, b);

		e = e ? e : last;
		free(b->rows);
		arena_destroy(&b->text);
	}
	return e;
}
