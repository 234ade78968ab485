/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv.c - RFC 4180 in, out, and in pieces; formulas are disarmed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/csv.h"

/* Records as "line:[cell][cell];". */
struct told {
	struct buf b;
	int64_t stop_at; /* 0: never */
	bool go_on;
};

static bool
tell(void *arg, int64_t line, const struct str *cells, size_t n)
{
	struct told *t = arg;

	buf_int(&t->b, line);
	buf_char(&t->b, ':');
	for (size_t i = 0; i < n; i++) {
		buf_char(&t->b, '[');
		buf_str(&t->b, cells[i]);
		buf_char(&t->b, ']');
	}
	buf_char(&t->b, ';');
	return t->stop_at == 0 || line < t->stop_at;
}

static bool
tell_bad(void *arg, int64_t line, const char *why)
{
	struct told *t = arg;

	buf_int(&t->b, line);
	buf_char(&t->b, '!');
	buf_cstr(&t->b, why);
	buf_char(&t->b, ';');
	return true;
}

/* The fault, or NULL; what was told is in t. */
static const char *
read_in_pieces(const char *text, size_t n, size_t piece, struct told *t)
{
	struct arena *a = arena_create(1 << 17);
	struct csv_reader *r = csv_reader_create(a, tell, t);
	const char *fault = NULL;
	bool good = true;

	if (t->go_on)
		csv_go_on(r, tell_bad);
	for (size_t at = 0; good && at < n; at += piece)
		good = csv_feed(r, text + at, n - at < piece ? n - at : piece, &fault);
	if (good)
		(void)csv_finish(r, &fault);
	arena_destroy(&a);
	return fault;
}

static void
records_are_read_however_they_are_cut(void **state)
{
	static const struct {
		const char *text, *want, *fault;
	} cases[] = {
		{ "a,b\r\n1,2\r\n", "1:[a][b];2:[1][2];", NULL },
		{ "a,b\n1,2", "1:[a][b];2:[1][2];", NULL },
		{ "\"x, \"\"y\"\"\",z\n", "1:[x, \"y\"][z];", NULL },
		{ "\"two\r\nlines\"\nnext\n", "1:[two\r\nlines];3:[next];", NULL },
		{ "\n\r\na\n\n", "3:[a];", NULL },
		{ ",\n", "1:[][];", NULL },
		{ "\"\"\n", "", NULL },
		{ "\xef\xbb\xbfname\n", "1:[name];", NULL },
		{ "\xef\xbby\n", "1:[\xef\xbby];", NULL },
		{ "a\"b\n", "", "a quote stands inside an unquoted cell" },
		{ "\"a\"b\n", "", "something stands behind a closing quote" },
		{ "x\n\"open\n", "1:[x];", "the last cell has no closing quote" },
		{ "a\rb\n", "", "a carriage return stands alone" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].text);

		for (size_t piece = 1; piece <= n; piece++) {
			struct told t = { .stop_at = 0 };
			const char *fault = read_in_pieces(cases[i].text, n, piece, &t);

			buf_char(&t.b, '\0');
			assert_string_equal(t.b.s, cases[i].want);
			assert_string_equal(fault ? fault : "",
			                    cases[i].fault ? cases[i].fault : "");
			buf_free(&t.b);
		}
	}
}

static void
reading_goes_on_behind_what_is_unreadable(void **state)
{
	static const char *const cases[][2] = {
		{ "a\nb\"c\nd\n", "1:[a];2!a quote stands inside an unquoted cell;3:[d];" },
		{ "\"a\"b,\"c\nd,e\n", "1!something stands behind a closing quote;2:[d][e];" },
		{ "a\n\"b\nc\n", "1:[a];2!the last cell has no closing quote;" },
		{ "a\rb\n\nc", "1!a carriage return stands alone;3:[c];" },
		{ "\"a\nb\"c\nd\n", "1!something stands behind a closing quote;3:[d];" },
		{ "a\"", "1!a quote stands inside an unquoted cell;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t n = strlen(cases[i][0]);

		for (size_t piece = 1; piece <= n; piece++) {
			struct told t = { .go_on = true };

			assert_null(read_in_pieces(cases[i][0], n, piece, &t));
			buf_char(&t.b, '\0');
			assert_string_equal(t.b.s, cases[i][1]);
			buf_free(&t.b);
		}
	}
}

static void
the_reader_stops_when_told_and_says_no_fault(void **state)
{
	struct told t = { .stop_at = 2 };

	(void)state;
	assert_null(read_in_pieces("a\nb\nc\n", 6, 6, &t));
	buf_char(&t.b, '\0');
	assert_string_equal(t.b.s, "1:[a];2:[b];");
	buf_free(&t.b);
}

static void
records_are_bounded(void **state)
{
	struct told t = { .stop_at = 0 };
	char *text = malloc(CSV_RECORD_MAX + 2);

	(void)state;
	memset(text, 'x', CSV_RECORD_MAX + 2);
	assert_null(read_in_pieces(text, CSV_RECORD_MAX, 4096, &t));
	assert_string_equal(read_in_pieces(text, CSV_RECORD_MAX + 1, 4096, &t),
	                    "a record is longer than 64 KiB");
	memset(text, ',', CSV_RECORD_MAX);
	assert_null(read_in_pieces(text, CSV_FIELDS_MAX - 1, 4096, &t));
	assert_string_equal(read_in_pieces(text, CSV_FIELDS_MAX, 4096, &t),
	                    "a record has more than 64 cells");
	free(text);
	buf_free(&t.b);
}

static void
formulas_are_disarmed_and_quotes_doubled(void **state)
{
	static const struct {
		const char *cell, *want;
	} cases[] = {
		{ "plain", "\"plain\"" },
		{ "a \"b\", c", "\"a \"\"b\"\", c\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "+1", "\"'+1\"" },
		{ "-1", "\"'-1\"" },
		{ "@x", "\"'@x\"" },
		{ "\tx", "\"'\tx\"" },
		{ "\rx", "\"'\rx\"" },
		{ "  =x", "\"'  =x\"" },
		{ "\xef\xbc\x9d"
		  "1",
		  "\"'\xef\xbc\x9d"
		  "1\"" },
		{ "", "\"\"" },
		{ "a=b", "\"a=b\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { .s = NULL };

		csv_text(&b, str_of(cases[i].cell), true);
		buf_char(&b, '\0');
		assert_string_equal(b.s, cases[i].want);
		buf_free(&b);
	}
}

static void
a_row_is_cells_commas_and_crlf(void **state)
{
	struct buf b = { .s = NULL };

	(void)state;
	csv_text(&b, STR("a"), true);
	csv_number(&b, -5, false);
	csv_text(&b, STR("b"), false);
	csv_end_row(&b);
	buf_char(&b, '\0');
	assert_string_equal(b.s, "\"a\",-5,\"b\"\r\n");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_goes_on_behind_what_is_unreadable),
		cmocka_unit_test(records_are_read_however_they_are_cut),
		cmocka_unit_test(the_reader_stops_when_told_and_says_no_fault),
		cmocka_unit_test(records_are_bounded),
		cmocka_unit_test(formulas_are_disarmed_and_quotes_doubled),
		cmocka_unit_test(a_row_is_cells_commas_and_crlf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
