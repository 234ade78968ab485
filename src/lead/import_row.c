/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_row.c - what the columns of a file are here, and its rows.  Each row becomes the JSON body
 * that a server would have sent, so that both are checked by one schema.
 */
#include "rostra/text.h"

#include "import_int.h"

static const char *const column_names[COLUMN__MAX] = {
	[COLUMN_EXTERNAL_ID] = "external_id",   [COLUMN_EMAIL] = "email",
	[COLUMN_EMAIL_SHA256] = "email_sha256", [COLUMN_NAME] = "name",
	[COLUMN_ORGANISATION] = "organisation", [COLUMN_PHONE] = "phone",
	[COLUMN_MESSAGE] = "message",           [COLUMN_CLICK_ID] = "click_id",
	[COLUMN_CREATED_AT] = "created_at",     [COLUMN_VALUE_MINOR] = "value_minor",
	[COLUMN_CURRENCY] = "currency",
};

const char *
import_column_of(const char *pointer)
{
	if (cstr_eq(pointer, "#/value/amount_minor") || cstr_eq(pointer, "#/value"))
		return column_names[COLUMN_VALUE_MINOR];
	if (cstr_eq(pointer, "#/value/currency"))
		return column_names[COLUMN_CURRENCY];
	return str_starts(str_of(pointer), STR("#/")) ? pointer + 2 : NULL;
}

/* --- the header --- */

enum { HEADER_SHOWN_BYTES = 80 }; /* a longer name of a column is not repeated */

enum fault
import_header_fault(struct rq *rq, const char *detail)
{
	return problem_add(&rq->problem, "#/header", detail);
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
our_name(const struct import_columns *columns, struct str cell)
{
	struct str rest = str_of(columns->option), one, theirs, ours;

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
check_columns(struct rq *rq, const struct import_columns *columns)
{
	struct str rest = str_of(columns->option), one, theirs, ours;
	struct problem *p = &rq->problem;

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
header_cell(struct rq *rq, struct import_columns *columns, struct str cell, uint32_t *seen)
{
	cell = our_name(columns, cell);
	if (str_is(cell, "-")) {
		columns->column[columns->n++] = COLUMN_IGNORED;
		return FAULT_NONE;
	}
	for (int c = 0; c < COLUMN__MAX; c++) {
		if (!str_eq_nocase(cell, str_of(column_names[c])))
			continue;
		if (*seen & UINT32_C(1) << c)
			return import_header_fault(rq, arena_printf(rq->arena, "names %s twice",
			                                            column_names[c]));
		*seen |= UINT32_C(1) << c;
		columns->column[columns->n++] = (enum column)c;
		return FAULT_NONE;
	}
	if (cell.n > HEADER_SHOWN_BYTES || !utf8_valid(cell))
		cell = STR("?");
	return import_header_fault(
	    rq, arena_printf(rq->arena,
	                     "column %zu, \"%.*s\", is not one of external_id, email, email_sha256,"
	                     " name, organisation, phone, message, click_id, created_at,"
	                     " value_minor, currency",
	                     columns->n + 1, (int)cell.n, cell.s));
}

enum fault
import_header(struct rq *rq, struct import_columns *ret, const struct str *cells, size_t n)
{
	uint32_t seen = 0;
	enum fault e = check_columns(rq, ret);

	for (size_t c = 0; !e && c < n; c++)
		e = header_cell(rq, ret, cells[c], &seen);
	if (!e && !(seen & UINT32_C(1) << COLUMN_EXTERNAL_ID))
		e = import_header_fault(
		    rq,
		    "must have external_id: a file can be repeated only when its rows have ids");
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
row_json(const struct import_columns *columns, const struct str *cells, size_t n, struct buf *b)
{
	struct str amount = { NULL, 0 }, currency = { NULL, 0 };

	buf_char(b, '{');
	for (size_t c = 0; c < n && c < columns->n; c++) {
		struct str cell = str_trim(cells[c]);

		if (columns->column[c] == COLUMN_IGNORED)
			continue;
		if (columns->column[c] == COLUMN_VALUE_MINOR)
			amount = cell;
		else if (columns->column[c] == COLUMN_CURRENCY)
			currency = cell;
		else if (cell.n > 0)
			put_member(b, column_names[columns->column[c]], cell, false);
	}
	put_value(b, amount, currency);
	buf_char(b, '}');
}

static enum fault
check_cells(struct rq *rq, const struct import_columns *columns, const struct str *cells, size_t n)
{
	if (n != columns->n)
		return rq_fail(rq, FAULT_INVALID, "has %llu cells where the header has %llu",
		               (unsigned long long)n, (unsigned long long)columns->n);
	for (size_t c = 0; c < n; c++) {
		if (!utf8_valid(cells[c]))
			return rq_fail(rq, FAULT_INVALID, "is not UTF-8");
	}
	return FAULT_NONE;
}

enum fault
import_row(struct rq *rq, struct arena *a, const struct import_columns *columns,
           const struct str *cells, size_t n, struct lead_new *out)
{
	struct problem *p = &rq->problem;
	struct buf json = { 0 };
	enum fault e = check_cells(rq, columns, cells, n);

	if (e)
		return e;
	row_json(columns, cells, n, &json);
	e = json_decode(a, p, &lead_new_schema, (struct str){ json.s, json.n }, out);
	buf_free(&json);
	if (!e && out->external_id == NULL)
		e = problem_add(p, "#/external_id", "is required");
	return e ? e : lead_check(rq, out, true);
}
