/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import.c - a file of leads, fed in pieces: good rows go in by batches, bad ones are told by line.
 * Memory does not grow with the file.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/csv.h"

#include "import_int.h"

enum { BATCH = 200, BATCH_BYTES = 4 * 1024 * 1024, BATCH_DEADLINE_S = 20, ARENA_BYTES = 262144 };

struct lead_import {
	struct rq *rq;
	struct lead_origin from;
	struct arena *keep;  /* the request's: what lives as long as the import */
	struct arena *batch; /* of the rows not yet stored */
	struct csv_reader *reader;
	struct import_columns columns;
	bool dry_run;
	bool have_header;
	struct lead_new row[BATCH];
	size_t n;
	bool in_run; /* the last batch had rows that were here before */
	struct lead_import_result result;
	struct lead_fault fault[LEAD_FAULTS_MAX];
	size_t n_faults;
	enum fault failed;
};

/* --- faults --- */

static void
refuse(struct lead_import *i, int64_t line, const char *column, const char *detail)
{
	if (i->n_faults == LEAD_FAULTS_MAX)
		return;
	i->fault[i->n_faults++] = (struct lead_fault){
		.line = line,
		.column = column != NULL ? arena_strdup(i->keep, column) : NULL,
		.detail = arena_strdup(i->keep, detail),
	};
}

static void
refuse_row(struct lead_import *i, int64_t line, struct problem *p)
{
	i->result.refused++;
	for (size_t v = 0; v < p->n_viol; v++)
		refuse(i, line, import_column_of(p->viol[v].pointer), p->viol[v].detail);
	if (p->n_viol == 0)
		refuse(i, line, NULL, p->detail[0] != '\0' ? p->detail : "is not readable");
	problem_reset(p);
}

/* --- batches --- */

struct batch {
	struct lead_import *i;
	int64_t added, repeated;
};

/* Here already: known by its id alone, where putting it would look for its path first. */
static enum fault
row_is_here(struct rq *rq, const struct lead_import *i, const struct lead_new *row, bool *out)
{
	const struct lead key = { .company_id = i->from.company,
		                  .source = i->from.source,
		                  .external_id = row->external_id };
	struct lead there;
	enum fault e = lead_sql_by_external(rq, &key, &there);

	if (e && e != FAULT_NOT_FOUND)
		return e;
	*out = e == FAULT_NONE;
	return FAULT_NONE;
}

/* What would be added, and what is here already. */
static enum fault
batch_count(struct rq *rq, void *arg)
{
	struct batch *b = arg;
	enum fault e = FAULT_NONE;

	b->added = b->repeated = 0;
	for (size_t r = 0; !e && r < b->i->n; r++) {
		bool here = false;

		e = row_is_here(rq, b->i, &b->i->row[r], &here);
		b->added += !here;
		b->repeated += here;
	}
	return e;
}

/* Rows that were here come in runs: a file comes again, or grows at its end.  So only behind such a
 * row is it asked first. */
static enum fault
batch_tx(struct rq *rq, void *arg)
{
	struct batch *b = arg;
	bool here = b->i->in_run;

	b->added = b->repeated = 0;
	for (size_t r = 0; r < b->i->n; r++) {
		const struct lead_new *row = &b->i->row[r];
		struct lead l = { .repeated = false };
		enum fault e = here ? row_is_here(rq, b->i, row, &here) : FAULT_NONE;

		if (!e && !here)
			e = lead_put(rq, &b->i->from, row, &l);
		if (e)
			return e;
		here = here || l.repeated;
		b->added += !here;
		b->repeated += here;
	}
	return FAULT_NONE;
}

static enum fault
store_batch(struct lead_import *i)
{
	struct batch b = { .i = i };
	struct rq *rq = i->rq;
	enum fault e = FAULT_NONE;

	rq->arena = i->batch;
	rq->deadline_us = clock_monotonic_us() + BATCH_DEADLINE_S * US_PER_S;
	if (i->n > 0)
		e = db_tx(rq, i->dry_run ? batch_count : batch_tx, &b);
	rq->arena = i->keep;
	if (e)
		return e;
	i->in_run = b.repeated > 0;
	i->result.added += b.added;
	i->result.repeated += b.repeated;
	i->n = 0;
	arena_reset(i->batch);
	return FAULT_NONE;
}

static bool
row_is_empty(const struct str *cells, size_t n)
{
	return n == 0 || (n == 1 && cells[0].n == 0);
}

static bool
take_record(void *arg, int64_t line, const struct str *cells, size_t n)
{
	struct lead_import *i = arg;

	if (!i->have_header) {
		i->failed = import_header(i->rq, &i->columns, cells, n);
		i->have_header = true;
		return i->failed == FAULT_NONE;
	}
	if (row_is_empty(cells, n))
		return true;
	i->result.lines++;
	if (import_row(i->rq, i->batch, &i->columns, cells, n, &i->row[i->n]))
		refuse_row(i, line, &i->rq->problem);
	else
		i->n++;
	if (i->n == BATCH || arena_used(i->batch) > BATCH_BYTES)
		i->failed = store_batch(i);
	return i->failed == FAULT_NONE;
}

/* Of the header nothing can be made; any other row is refused like one with a wrong cell. */
static bool
take_unreadable(void *arg, int64_t line, const char *why)
{
	struct lead_import *i = arg;

	if (!i->have_header)
		return false;
	i->result.lines++;
	i->result.refused++;
	refuse(i, line, NULL, arena_printf(i->batch, "is not readable as CSV: %s", why));
	return true;
}

/* --- the import --- */

struct lead_import *
lead_import_begin(struct rq *rq, const struct lead_import_options *options)
{
	struct lead_import *i = arena_new(rq->arena, struct lead_import);

	i->rq = rq;
	i->keep = rq->arena;
	i->batch = arena_create(ARENA_BYTES);
	i->from = (struct lead_origin){ .company = rq_company(rq),
		                        .source = options->source,
		                        .channel = LEAD_CSV };
	i->columns.option = options->columns;
	i->dry_run = options->dry_run;
	i->reader = csv_reader_create(rq->arena, take_record, i);
	csv_go_on(i->reader, take_unreadable);
	return i;
}

static enum fault
reader_fault(struct lead_import *i, const char *why)
{
	if (i->failed)
		return i->failed;
	return rq_fail(i->rq, FAULT_BAD_REQUEST,
	               "The file is not readable as CSV after %lld rows: %s.",
	               (long long)i->result.lines, why != NULL ? why : "it was stopped");
}

enum fault
lead_import_feed(struct lead_import *i, const char *bytes, size_t n)
{
	const char *why = NULL;

	return csv_feed(i->reader, bytes, n, &why) ? FAULT_NONE : reader_fault(i, why);
}

enum fault
lead_import_finish(struct lead_import *i, struct lead_import_result *ret)
{
	const char *why = NULL;
	enum fault e;

	e = csv_finish(i->reader, &why) ? FAULT_NONE : reader_fault(i, why);
	if (!e && !i->have_header)
		e = import_header_fault(i->rq, "is missing");
	if (!e)
		e = store_batch(i);
	*ret = i->result;
	return e;
}

void
lead_import_end(struct lead_import *i)
{
	arena_destroy(&i->batch);
}

const struct lead_fault *
lead_import_faults(const struct lead_import *i, size_t *ret_n)
{
	*ret_n = i->n_faults;
	return i->fault;
}
