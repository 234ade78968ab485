/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import.c - a file of leads, fed in pieces.  Each row becomes the JSON body that a server would
 * have sent, so that both are checked by one schema; good rows go in by batches, bad ones are told
 * by line.  Memory does not grow with the file.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/csv.h"
#include "rostra/text.h"

#include "lead_int.h"

enum { BATCH = 200, BATCH_BYTES = 4 * 1024 * 1024, BATCH_DEADLINE_S = 20, ARENA_BYTES = 262144 };

enum column {
	COLUMN_EXTERNAL_ID,
	COLUMN_EMAIL,
	COLUMN_NAME,
	COLUMN_ORGANISATION,
	COLUMN_PHONE,
	COLUMN_MESSAGE,
	COLUMN_CLICK_ID,
	COLUMN_CREATED_AT,
	COLUMN_VALUE_MINOR,
	COLUMN_CURRENCY,
	COLUMN__MAX,
	COLUMN_IGNORED = COLUMN__MAX
};

static const char *const column_names[COLUMN__MAX] = {
	[COLUMN_EXTERNAL_ID] = "external_id",
	[COLUMN_EMAIL] = "email",
	[COLUMN_NAME] = "name",
	[COLUMN_ORGANISATION] = "organisation",
	[COLUMN_PHONE] = "phone",
	[COLUMN_MESSAGE] = "message",
	[COLUMN_CLICK_ID] = "click_id",
	[COLUMN_CREATED_AT] = "created_at",
	[COLUMN_VALUE_MINOR] = "value_minor",
	[COLUMN_CURRENCY] = "currency",
};

struct lead_import {
	struct rq *rq;
	struct lead_origin from;
	struct arena *keep;  /* the request's: what lives as long as the import */
	struct arena *batch; /* of the rows not yet stored */
	struct csv_reader *reader;
	const char *columns;
	bool dry_run;
	bool have_header;
	size_t n_columns;
	enum column column[CSV_FIELDS_MAX];
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

/* "#/value/amount_minor" is the column value_minor, "#/value/currency" currency, "#/x" x. */
static const char *
column_of(const char *pointer)
{
	if (cstr_eq(pointer, "#/value/amount_minor") || cstr_eq(pointer, "#/value"))
		return column_names[COLUMN_VALUE_MINOR];
	if (cstr_eq(pointer, "#/value/currency"))
		return column_names[COLUMN_CURRENCY];
	return str_starts(str_of(pointer), STR("#/")) ? pointer + 2 : NULL;
}

static void
refuse_row(struct lead_import *i, int64_t line, struct problem *p)
{
	i->result.refused++;
	for (size_t v = 0; v < p->n_viol; v++)
		refuse(i, line, column_of(p->viol[v].pointer), p->viol[v].detail);
	if (p->n_viol == 0)
		refuse(i, line, NULL, p->detail[0] != '\0' ? p->detail : "is not readable");
	problem_reset(p);
}

/* --- the header --- */

static enum fault
header_fault(struct lead_import *i, const char *detail)
{
	return problem_add(&i->rq->problem, "#/header", detail);
}

/* One "theirs=ours" of the option; false when it is none. */
static bool
mapping_split(struct str one, struct str *ret_theirs, struct str *ret_ours)
{
	*ret_ours = one;
	return str_split(ret_ours, '=', ret_theirs) && ret_theirs->n > 0 && ret_ours->n > 0;
}

/* What a column of the file is called here. */
static struct str
our_name(const struct lead_import *i, struct str cell)
{
	struct str rest = str_of(i->columns), one, theirs, ours;

	cell = str_trim(cell);
	while (rest.n > 0 && str_split(&rest, ',', &one)) {
		if (mapping_split(one, &theirs, &ours) && str_eq_nocase(str_trim(theirs), cell))
			return str_trim(ours);
	}
	return cell;
}

static bool
is_ours(struct str name)
{
	bool found = str_is(name, "-");

	for (int c = 0; !found && c < COLUMN__MAX; c++)
		found = str_eq_nocase(name, str_of(column_names[c]));
	return found;
}

/* The whole option is judged, also what the file has no column for. */
static enum fault
check_columns(struct lead_import *i)
{
	struct str rest = str_of(i->columns), one, theirs, ours;
	struct problem *p = &i->rq->problem;

	while (rest.n > 0 && str_split(&rest, ',', &one)) {
		if (mapping_split(one, &theirs, &ours) && is_ours(str_trim(ours)))
			continue;
		(void)problem_set(p, FAULT_BAD_QUERY, "The columns are not acceptable.");
		return problem_add(p, "?columns",
		                   "must be like E-Mail=email,Notes=-: a column of the file, and "
		                   "one of ours or - for none");
	}
	return FAULT_NONE;
}

static enum fault
header_cell(struct lead_import *i, struct str cell, uint32_t *seen)
{
	cell = our_name(i, cell);
	if (str_is(cell, "-")) {
		i->column[i->n_columns++] = COLUMN_IGNORED;
		return FAULT_NONE;
	}
	for (int c = 0; c < COLUMN__MAX; c++) {
		if (!str_eq_nocase(cell, str_of(column_names[c])))
			continue;
		if (*seen & UINT32_C(1) << c)
			return header_fault(i, "names a column twice");
		*seen |= UINT32_C(1) << c;
		i->column[i->n_columns++] = (enum column)c;
		return FAULT_NONE;
	}
	return header_fault(
	    i, "has a column that is not one of external_id, email, name, organisation, phone,"
	       " message, click_id, created_at, value_minor, currency");
}

static enum fault
take_header(struct lead_import *i, const struct str *cells, size_t n)
{
	uint32_t seen = 0;
	enum fault e = check_columns(i);

	for (size_t c = 0; !e && c < n; c++)
		e = header_cell(i, cells[c], &seen);
	if (!e && !(seen & UINT32_C(1) << COLUMN_EXTERNAL_ID))
		e = header_fault(
		    i, "must have external_id: a file can be repeated only when its rows have ids");
	i->have_header = true;
	return e;
}

/* --- rows --- */

static void
put_member(struct buf *b, const char *name, struct str value, bool number)
{
	buf_char(b, b->n > 1 && b->s[b->n - 1] != '{' ? ',' : ' ');
	buf_json_string(b, str_of(name));
	buf_char(b, ':');
	if (number)
		buf_str(b, value);
	else
		buf_json_string(b, value);
}

static void
put_value(struct buf *b, struct str amount, struct str currency)
{
	int64_t n;

	if (amount.n == 0 && currency.n == 0)
		return;
	buf_lit(b, ",\"value\":{");
	if (amount.n > 0)
		put_member(b, "amount_minor", amount, str_int64(amount, &n));
	if (currency.n > 0)
		put_member(b, "currency", currency, false);
	buf_char(b, '}');
}

/* An empty cell is an absent member. */
static void
row_json(const struct lead_import *i, const struct str *cells, size_t n, struct buf *b)
{
	struct str amount = { NULL, 0 }, currency = { NULL, 0 };

	buf_char(b, '{');
	for (size_t c = 0; c < n && c < i->n_columns; c++) {
		struct str cell = str_trim(cells[c]);

		if (i->column[c] == COLUMN_IGNORED)
			continue;
		if (i->column[c] == COLUMN_VALUE_MINOR)
			amount = cell;
		else if (i->column[c] == COLUMN_CURRENCY)
			currency = cell;
		else if (cell.n > 0)
			put_member(b, column_names[i->column[c]], cell, false);
	}
	put_value(b, amount, currency);
	buf_char(b, '}');
}

static enum fault
check_cells(struct lead_import *i, const struct str *cells, size_t n)
{
	if (n != i->n_columns)
		return rq_fail(i->rq, FAULT_INVALID, "has %llu cells where the header has %llu",
		               (unsigned long long)n, (unsigned long long)i->n_columns);
	for (size_t c = 0; c < n; c++) {
		if (!utf8_valid(cells[c]))
			return rq_fail(i->rq, FAULT_INVALID, "is not UTF-8");
	}
	return FAULT_NONE;
}

static enum fault
read_row(struct lead_import *i, const struct str *cells, size_t n, struct lead_new *out)
{
	struct problem *p = &i->rq->problem;
	struct buf json = { 0 };
	enum fault e = check_cells(i, cells, n);

	if (e)
		return e;
	row_json(i, cells, n, &json);
	e = json_decode(i->batch, p, &lead_new_schema, (struct str){ json.s, json.n }, out);
	buf_free(&json);
	if (!e && out->external_id == NULL)
		e = problem_add(p, "#/external_id", "is required");
	return e ? e : lead_check(i->rq, out, true);
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
		i->failed = take_header(i, cells, n);
		return i->failed == FAULT_NONE;
	}
	if (row_is_empty(cells, n))
		return true;
	i->result.lines++;
	if (read_row(i, cells, n, &i->row[i->n]))
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
	i->columns = options->columns;
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
		e = header_fault(i, "is missing");
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
