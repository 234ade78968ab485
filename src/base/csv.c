/* SPDX-License-Identifier: Apache-2.0 */
/* csv.c - RFC 4180: quoted output that no spreadsheet runs, a push parser of bounded memory. */
#include "rostra/csv.h"

#include <string.h>

/*
 * A spreadsheet runs a cell that begins with one of these, also after spaces and in full-width form
 * (OWASP, "CSV Injection"; U+FF1D U+FF0B U+FF0D U+FF20 are EF BC 9D 8B 8D A0).
 */
static bool
runs_as_formula(struct str cell)
{
	while (cell.n > 0 && cell.s[0] == ' ') {
		cell.s++;
		cell.n--;
	}
	if (cell.n == 0)
		return false;
	if (memchr("=+-@\t\r\n", cell.s[0], 7) != NULL)
		return true;
	return cell.n >= 3 && memcmp(cell.s, "\xef\xbc", 2) == 0 &&
	       memchr("\x9d\x8b\x8d\xa0", cell.s[2], 4) != NULL;
}

/* Most cells have no quote: they go out in one piece. */
static void
put_bare(struct buf *b, struct str cell, bool first, bool disarm)
{
	enum { FRAME = 4 }; /* a comma, two quotes and what disarms a formula */
	char *to = buf_reserve(b, FRAME + cell.n);
	size_t n = 0;

	if (!first)
		to[n++] = ',';
	to[n++] = '"';
	if (disarm)
		to[n++] = '\'';
	if (cell.n > 0)
		memcpy(to + n, cell.s, cell.n);
	n += cell.n;
	to[n++] = '"';
	b->n += n;
	b->total += n;
}

void
csv_plain(struct buf *b, struct str cell, bool first)
{
	put_bare(b, cell, first, false);
}

void
csv_text(struct buf *b, struct str cell, bool first)
{
	size_t plain = 0;

	if (cell.n == 0 || memchr(cell.s, '"', cell.n) == NULL) {
		put_bare(b, cell, first, runs_as_formula(cell));
		return;
	}
	if (!first)
		buf_char(b, ',');
	buf_char(b, '"');
	if (runs_as_formula(cell))
		buf_char(b, '\'');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.s[i] != '"')
			continue;
		buf_put(b, cell.s + plain, i + 1 - plain);
		plain = i; /* the quote again: doubled */
	}
	buf_put(b, cell.s + plain, cell.n - plain);
	buf_char(b, '"');
}

void
csv_number(struct buf *b, int64_t v, bool first)
{
	if (!first)
		buf_char(b, ',');
	buf_int(b, v);
}

void
csv_end_row(struct buf *b)
{
	buf_lit(b, "\r\n");
}

enum csv_state {
	AT_FIELD,    /* nothing of the field yet */
	IN_PLAIN,    /* unquoted */
	IN_QUOTED,   /* between quotes */
	AFTER_QUOTE, /* a quote inside quotes: the end, or the first of a doubled one */
	AFTER_CR,    /* a line feed may follow */
	IN_BAD_LINE, /* of a record that was told to be unreadable */
};

struct csv_reader {
	csv_row_fn *row;
	csv_bad_fn *bad; /* NULL: an unreadable record ends the reading */
	void *arg;
	enum csv_state state;
	int64_t line, record_line;
	char bytes[CSV_RECORD_MAX];
	size_t n;
	size_t ends[CSV_FIELDS_MAX]; /* of each finished cell in bytes */
	size_t n_cells;
	size_t bom; /* bytes of a UTF-8 byte order mark seen at the very start */
};

struct csv_reader *
csv_reader_create(struct arena *a, csv_row_fn *row, void *arg)
{
	struct csv_reader *r = arena_new(a, struct csv_reader);

	r->row = row;
	r->arg = arg;
	r->line = 1;
	r->record_line = 1;
	return r;
}

void
csv_go_on(struct csv_reader *r, csv_bad_fn *bad)
{
	r->bad = bad;
}

static const char *
put(struct csv_reader *r, char c)
{
	if (r->n == sizeof(r->bytes))
		return "a record is longer than 64 KiB";
	r->bytes[r->n++] = c;
	return NULL;
}

static const char *
end_cell(struct csv_reader *r)
{
	if (r->n_cells == CSV_FIELDS_MAX)
		return "a record has more than 64 cells";
	r->ends[r->n_cells++] = r->n;
	r->state = AT_FIELD;
	return NULL;
}

static void
next_record(struct csv_reader *r)
{
	r->state = AT_FIELD;
	r->n = 0;
	r->n_cells = 0;
	r->record_line = r->line;
}

/* False when row() stopped. */
static bool
end_record(struct csv_reader *r)
{
	struct str cells[CSV_FIELDS_MAX];
	size_t from = 0, n = r->n_cells;
	bool go_on = true;

	for (size_t i = 0; i < n; i++) {
		cells[i] = (struct str){ r->bytes + from, r->ends[i] - from };
		from = r->ends[i];
	}
	/* An empty line is no record. */
	if (n > 1 || (n == 1 && cells[0].n > 0))
		go_on = r->row(r->arg, r->record_line, cells, n);
	next_record(r);
	return go_on;
}

static const char *
unquoted(struct csv_reader *r, char c)
{
	const char *fault = NULL;

	if (c == ',')
		return end_cell(r);
	if (c == '\r') {
		fault = end_cell(r);
		r->state = AFTER_CR;
		return fault;
	}
	if (c == '"') {
		fault = r->state == AT_FIELD ? NULL : "a quote stands inside an unquoted cell";
		r->state = IN_QUOTED;
		return fault;
	}
	r->state = IN_PLAIN;
	return put(r, c);
}

static const char *
after_quote(struct csv_reader *r, char c)
{
	if (c == '"') {
		r->state = IN_QUOTED;
		return put(r, c);
	}
	if (c != ',' && c != '\r')
		return "something stands behind a closing quote";
	return unquoted(r, c);
}

/* One character that does not end a record. */
static const char *
step(struct csv_reader *r, char c)
{
	switch (r->state) {
	case IN_QUOTED:
		if (c != '"')
			return put(r, c);
		r->state = AFTER_QUOTE;
		return NULL;
	case AFTER_QUOTE:
		return after_quote(r, c);
	case AFTER_CR:
		return "a carriage return stands alone";
	default:
		return unquoted(r, c);
	}
}

/* A line feed outside quotes, or the end of the input.  *stopped when row() said so. */
static const char *
finish_record(struct csv_reader *r, bool *stopped)
{
	const char *fault = r->state == AFTER_CR ? NULL : end_cell(r);

	if (fault == NULL)
		*stopped = !end_record(r);
	return fault;
}

/* Excel begins UTF-8 files with a byte order mark. */
static bool
byte_order_mark(struct csv_reader *r, char c)
{
	static const char mark[3] = "\xef\xbb\xbf";

	if (r->bom >= sizeof(mark))
		return false;
	if (c == mark[r->bom]) {
		r->bom++;
		return true;
	}
	/* Not a mark after all: what was held back belongs to the first cell. */
	for (size_t i = 0; i < r->bom; i++)
		(void)put(r, mark[i]);
	if (r->bom > 0)
		r->state = IN_PLAIN;
	r->bom = sizeof(mark);
	return false;
}

/* One character, whatever it is. */
static const char *
take(struct csv_reader *r, char c, bool *stopped)
{
	if (c == '\n')
		r->line++;
	if (r->state == IN_BAD_LINE) {
		if (c == '\n')
			next_record(r);
		return NULL;
	}
	if (c == '\n' && r->state != IN_QUOTED)
		return finish_record(r, stopped);
	return step(r, c);
}

/* True when reading goes on behind the record that is unreadable for this reason. */
static bool
pass_over(struct csv_reader *r, const char *why, bool at_line_end)
{
	if (r->bad == NULL || !r->bad(r->arg, r->record_line, why))
		return false;
	if (at_line_end)
		next_record(r);
	else
		r->state = IN_BAD_LINE;
	return true;
}

bool
csv_feed(struct csv_reader *r, const char *bytes, size_t n, const char **fault)
{
	bool stopped = false;

	*fault = NULL;
	for (size_t i = 0; i < n; i++) {
		if (byte_order_mark(r, bytes[i]))
			continue;
		*fault = take(r, bytes[i], &stopped);
		if (*fault != NULL && pass_over(r, *fault, bytes[i] == '\n'))
			*fault = NULL;
		if (*fault != NULL || stopped)
			return false;
	}
	return true;
}

bool
csv_finish(struct csv_reader *r, const char **fault)
{
	bool stopped = false;

	*fault = NULL;
	if (r->state == IN_QUOTED)
		*fault = "the last cell has no closing quote";
	else if (r->state == IN_BAD_LINE)
		return true;
	else if (r->n > 0 || r->n_cells > 0 || r->state != AT_FIELD)
		*fault = finish_record(r, &stopped);
	if (*fault != NULL && pass_over(r, *fault, true))
		*fault = NULL;
	return *fault == NULL && !stopped;
}
