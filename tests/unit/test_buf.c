/* SPDX-License-Identifier: Apache-2.0 */
/* test_buf.c - output that grows, or streams in bounded memory; JSON strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/buf.h"

#define assert_buf(b, want)                                                                        \
	do {                                                                                       \
		assert_int_equal((b)->n, strlen(want));                                            \
		assert_memory_equal((b)->s, want, (b)->n);                                         \
	} while (0)

struct sink {
	char bytes[4096];
	size_t n, flushes, largest;
	bool broken;
};

static bool
to_sink(void *arg, const char *s, size_t n)
{
	struct sink *k = arg;

	if (k->broken)
		return false;
	memcpy(k->bytes + k->n, s, n);
	k->n += n;
	k->flushes++;
	if (n > k->largest)
		k->largest = n;
	return true;
}

static void
all_that_is_put_comes_out_in_order(void **state)
{
	struct buf b = { .s = NULL };

	(void)state;
	buf_lit(&b, "a");
	buf_char(&b, ':');
	buf_cstr(&b, "bc");
	buf_str(&b, STR("d"));
	buf_printf(&b, "%03d", 7);
	assert_buf(&b, "a:bcd007");
	assert_int_equal(b.total, b.n);
	buf_clear(&b);
	assert_int_equal(b.n, 0);
	buf_free(&b);
	assert_null(b.s);
}

static void
integers_are_written_to_their_ends(void **state)
{
	static const struct {
		int64_t v;
		const char *want;
	} cases[] = {
		{ 0, "0" },
		{ -1, "-1" },
		{ 1000000, "1000000" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { .s = NULL };

		buf_int(&b, cases[i].v);
		assert_buf(&b, cases[i].want);
		buf_free(&b);
	}
}

static void
json_strings_are_escaped(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "plain", "\"plain\"" },
		{ "", "\"\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1f", "\"\\u0001\\u001f\"" },
		{ "\xc3\xa9\xf0\x9f\x91\x8d", "\"\xc3\xa9\xf0\x9f\x91\x8d\"" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"" },
		{ "\xe2\x80\xa6", "\"\xe2\x80\xa6\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { .s = NULL };

		buf_json_string(&b, str_of(cases[i].text));
		assert_buf(&b, cases[i].want);
		buf_free(&b);
	}
}

static void
a_stream_holds_little_and_loses_nothing(void **state)
{
	struct sink k = { .n = 0 };
	struct buf b = { .flush = to_sink, .flush_arg = &k, .high_water = 64 };

	(void)state;
	for (int i = 0; i < 500; i++)
		buf_printf(&b, "%04d", i);
	assert_true(buf_flush(&b));
	assert_int_equal(k.n, 2000);
	assert_int_equal(b.total, 2000);
	assert_memory_equal(k.bytes, "000000010002", 12);
	assert_memory_equal(k.bytes + 1996, "0499", 4);
	assert_true(k.flushes > 10);
	assert_true(b.room <= 4096);
	buf_free(&b);
}

static void
a_failed_flush_swallows_the_rest(void **state)
{
	struct sink k = { .broken = true };
	struct buf b = { .flush = to_sink, .flush_arg = &k, .high_water = 8 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_lit(&b, "0123456789");
	assert_true(b.failed);
	assert_false(buf_flush(&b));
	assert_true(b.room <= 4096);
	buf_free(&b);
}

static void
reserved_room_is_the_callers(void **state)
{
	struct buf b = { .s = NULL };
	char *p;

	(void)state;
	buf_lit(&b, "<");
	p = buf_reserve(&b, 1000);
	memset(p, 'x', 1000);
	b.n += 1000;
	b.total += 1000;
	buf_lit(&b, ">");
	assert_int_equal(b.n, 1002);
	assert_int_equal(b.s[1001], '>');
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_put_comes_out_in_order),
		cmocka_unit_test(integers_are_written_to_their_ends),
		cmocka_unit_test(json_strings_are_escaped),
		cmocka_unit_test(a_stream_holds_little_and_loses_nothing),
		cmocka_unit_test(a_failed_flush_swallows_the_rest),
		cmocka_unit_test(reserved_room_is_the_callers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
