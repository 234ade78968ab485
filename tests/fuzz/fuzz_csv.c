/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_csv.c - CSV: however a file is cut into pieces it reads the same, and what is read, written
 * and read again is the same but for the apostrophe before formulas.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a reader said, as bytes that can be compared; and the records written out again. */
struct told {
	struct buf rows, out;
	bool go_on;
};

static bool
tell(void *arg, int64_t line, const struct str *cells, size_t n)
{
	struct told *t = arg;

	if (line < 1 || n == 0 || n > CSV_FIELDS_MAX)
		abort();
	buf_int(&t->rows, line);
	for (size_t i = 0; i < n; i++) {
		buf_char(&t->rows, '|');
		buf_int(&t->rows, (int64_t)cells[i].n);
		buf_char(&t->rows, ':');
		buf_str(&t->rows, cells[i]);
		csv_text(&t->out, cells[i], i == 0);
	}
	buf_char(&t->rows, '\n');
	csv_end_row(&t->out);
	return true;
}

static bool
tell_bad(void *arg, int64_t line, const char *why)
{
	struct told *t = arg;

	if (line < 1)
		abort();
	buf_int(&t->rows, line);
	buf_cstr(&t->rows, why);
	return true;
}

static const char *
read_pieces(struct arena *a, struct str text, size_t piece, struct told *t)
{
	struct csv_reader *r = csv_reader_create(a, tell, t);
	const char *fault = NULL;

	if (t->go_on)
		csv_go_on(r, tell_bad);
	for (size_t at = 0; at < text.n; at += piece) {
		size_t n = text.n - at < piece ? text.n - at : piece;

		if (!csv_feed(r, text.s + at, n, &fault)) {
			if (fault == NULL)
				abort(); /* nobody stopped it */
			return fault;
		}
	}
	(void)csv_finish(r, &fault);
	return fault;
}

static void
same(const struct buf *a, const struct buf *b)
{
	if (a->n != b->n || (a->n > 0 && memcmp(a->s, b->s, a->n) != 0))
		abort();
}

static void
told_free(struct told *t)
{
	buf_free(&t->rows);
	buf_free(&t->out);
}

/* A written record has every cell in quotes: read again, it gives as many records. */
static void
check_written(struct arena *a, const struct told *whole)
{
	struct told once = { .rows = { .s = NULL } }, twice = { .rows = { .s = NULL } };

	if (read_pieces(a, (struct str){ whole->out.s, whole->out.n }, 4096, &once) != NULL)
		return; /* apostrophes and doubled quotes made a record too long */
	if (read_pieces(a, (struct str){ once.out.s, once.out.n }, 4096, &twice) == NULL)
		same(&once.out, &twice.out);
	told_free(&once);
	told_free(&twice);
}

/* Whoever passes over what is unreadable reads to the end, however the file is cut. */
static void
check_going_on(struct arena *a, struct str text)
{
	struct told whole = { .go_on = true }, cut = { .go_on = true };

	if (read_pieces(a, text, text.n, &whole) != NULL ||
	    read_pieces(a, text, 1 + text.n % 5, &cut) != NULL)
		abort();
	same(&whole.rows, &cut.rows);
	told_free(&whole);
	told_free(&cut);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = { (const char *)data, size };
	static struct arena
	    *a; /* readers take much: asking the system each time would take longest */
	struct told whole = { .rows = { .s = NULL } }, cut = { .rows = { .s = NULL } };
	const char *fault, *fault_cut;

	if (a == NULL)
		a = arena_create(1 << 20);
	if (size > 0) {
		fault = read_pieces(a, text, size, &whole);
		fault_cut = read_pieces(a, text, 1 + size % 7, &cut);
		if (fault != fault_cut)
			abort();
		same(&whole.rows, &cut.rows);
		if (fault == NULL && whole.out.n > 0)
			check_written(a, &whole);
		check_going_on(a, text);
	}
	told_free(&whole);
	told_free(&cut);
	arena_reset(a);
	return 0;
}
