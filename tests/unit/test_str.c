/* SPDX-License-Identifier: Apache-2.0 */
/* test_str.c - views, numbers, base64url, hex, percent-encoding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/str.h"

static void
views_compare_by_bytes(void **state)
{
	(void)state;
	assert_true(str_eq(STR("abc"), STR("abc")));
	assert_false(str_eq(STR("abc"), STR("abd")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_true(str_eq(str_of(NULL), STR("")));
	assert_true(str_is(STR("x"), "x"));
	assert_false(str_is((struct str){ "x\0y", 3 }, "x"));
	assert_true(str_eq_nocase(STR("BeArEr"), STR("bearer")));
	assert_false(str_eq_nocase(STR("\xc3\x84"), STR("\xc3\xa4"))); /* ASCII only */
	assert_true(str_ascii(STR("\x7f a")) && !str_ascii(STR("a\xc3\xa4")));
	assert_true(str_starts(STR("/v1/x"), STR("/v1/")));
	assert_false(str_starts(STR("/v"), STR("/v1/")));
	assert_true(str_contains_nocase(STR("curl GoogleBOT/2"), STR("googlebot")));
	assert_false(str_contains_nocase(STR("bo"), STR("bot")));
	assert_true(str_is(str_trim(STR(" \t a b \t")), "a b"));
	assert_true(cstr_eq(NULL, NULL));
	assert_false(cstr_eq("", NULL));
}

static void
a_split_gives_every_part_and_then_ends(void **state)
{
	struct str rest = STR("a,,b,"), part;

	(void)state;
	assert_true(str_split(&rest, ',', &part) && str_is(part, "a"));
	assert_true(str_split(&rest, ',', &part) && part.n == 0);
	assert_true(str_split(&rest, ',', &part) && str_is(part, "b"));
	assert_true(str_split(&rest, ',', &part) && part.n == 0);
	assert_false(str_split(&rest, ',', &part));
}

static void
numbers_are_whole_views_and_do_not_overflow(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t want;
	} cases[] = {
		{ "0", true, 0 },
		{ "-1", true, -1 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1.0", false, 0 },
		{ "0x10", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t v = 0;

		if (str_int64(str_of(cases[i].text), &v) != cases[i].good)
			fail_msg("%s", cases[i].text);
		if (cases[i].good)
			assert_int_equal(v, cases[i].want);
	}
}

/* RFC 4648 10, without padding. */
static void
base64url_is_that_of_the_rfc(void **state)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "\xfb\xff", "-_8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].bytes), got;
		char text[16], bytes[16];

		base64url_encode(cases[i].bytes, n, text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(base64url_size(n), strlen(text));
		assert_true(base64url_decode(str_of(text), bytes, sizeof(bytes), &got));
		assert_int_equal(got, n);
		assert_memory_equal(bytes, cases[i].bytes, n);
	}
}

static void
base64url_has_one_text_for_the_same_bytes(void **state)
{
	static const char *const wrong[] = { "Z",     "Zh",   "Zm9=", "Zg==", "Zm 8",
		                             "Zm9\n", "Zm+8", "Zm/8", "Zm9vY" };
	char bytes[16];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (base64url_decode(str_of(wrong[i]), bytes, sizeof(bytes), &n))
			fail_msg("%s is accepted", wrong[i]);
	}
	assert_false(base64url_decode(STR("Zm9vYmFy"), bytes, 5, &n)); /* no room */
}

static void
hex_goes_there_and_back(void **state)
{
	unsigned char bytes[3];
	char text[7];

	(void)state;
	hex_encode("\x00\xab\xff", 3, text);
	assert_string_equal(text, "00abff");
	assert_true(hex_decode(STR("00ABff"), bytes, 3));
	assert_memory_equal(bytes, "\x00\xab\xff", 3);
	assert_false(hex_decode(STR("00abf"), bytes, 3));
	assert_false(hex_decode(STR("00abfg"), bytes, 3));
	assert_false(hex_decode(STR("00abff00"), bytes, 3));
}

static void
percent_encoding_is_read_strictly(void **state)
{
	static const struct {
		const char *text;
		bool plus;
		const char *want; /* NULL: refused */
	} cases[] = {
		{ "a%20b+c", true, "a b c" },
		{ "a%20b+c", false, "a b+c" },
		{ "%C3%A9", true, "\xc3\xa9" },
		{ "%2f%2F", true, "//" },
		{ "%", true, NULL },
		{ "%4", true, NULL },
		{ "%zz", true, NULL },
		{ "a%00b", true, NULL },
		{ "a%0d%0ab", true, NULL },
		{ "", true, "" },
	};
	struct arena *a = arena_create(4096);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = url_decode(a, str_of(cases[i].text), cases[i].plus);

		if (!cstr_eq(got, cases[i].want))
			fail_msg("%s: %s", cases[i].text, got ? got : "refused");
	}
	assert_string_equal(str_lower(a, STR("MiXed 1")), "mixed 1");
	arena_destroy(&a);
}

static void
urls_are_kept_in_one_form(void **state)
{
	static const char *const cases[][2] = {
		{ "HTTPS://WWW.Acme.Example:443/A/b?Q=Z#F",
		  "https://www.acme.example:443/A/b?Q=Z#F" },
		{ "https://x.example/\xc3\xbc?q=\xc3\xa4", "https://x.example/%C3%BC?q=%C3%A4" },
		{ "Http://X.Example?A=1", "http://x.example?A=1" },
		{ "https://x.example/a%20b", "https://x.example/a%20b" },
		{ "", "" },
	};
	struct arena *a = arena_create(4096);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(url_normal(a, str_of(cases[i][0])), cases[i][1]);
	arena_destroy(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_are_kept_in_one_form),
		cmocka_unit_test(views_compare_by_bytes),
		cmocka_unit_test(a_split_gives_every_part_and_then_ends),
		cmocka_unit_test(numbers_are_whole_views_and_do_not_overflow),
		cmocka_unit_test(base64url_is_that_of_the_rfc),
		cmocka_unit_test(base64url_has_one_text_for_the_same_bytes),
		cmocka_unit_test(hex_goes_there_and_back),
		cmocka_unit_test(percent_encoding_is_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
