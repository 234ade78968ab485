/* SPDX-License-Identifier: Apache-2.0 */
/* load.c - rows on their way into one table, thousands in a transaction. */
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
	l->stmt = stmt;
	l->stride = stride;
	l->rows = malloc(ROWS * stride);
	l->text = arena_create(TEXT_BYTES);
	if (!l->rows)
		log_die("memory", "no memory for %d rows", ROWS);
}

static enum fault
insert(struct rq *rq, void *arg)
{
	struct load *l = arg;

	return db_bulk(rq, l->stmt, l->rows, l->stride, l->n, NULL);
}

static enum fault
flush(struct load *l)
{
	enum fault e;

	if (l->n == 0)
		return FAULT_NONE;
	e = db_tx(l->w->rq, insert, l);
	if (e)
		return e;
	l->total += (int64_t)l->n;
	l->n = 0;
	arena_reset(l->text);
	l->w->progress(l->w->progress_arg, l->w->company->slug, l->stmt->name, l->total);
	return FAULT_NONE;
}

enum fault
load_row(struct load *l, const void *row)
{
	memcpy(l->rows + l->n * l->stride, row, l->stride);
	l->n++;
	return l->n == ROWS ? flush(l) : FAULT_NONE;
}

enum fault
load_close(struct load *l, enum fault so_far)
{
	enum fault e = so_far ? so_far : flush(l);

	free(l->rows);
	arena_destroy(&l->text);
	return e;
}
