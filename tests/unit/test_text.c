/* SPDX-License-Identifier: Apache-2.0 */
/* test_text.c - UTF-8, graphemes, folding, near-duplicates, languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/text.h"

static void
only_well_formed_utf8_is_valid(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{ "", true },
		{ "plain", true },
		{ "\xc3\xa9", true },
		{ "\xf0\x9f\x91\x8d", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\xc0\xaf", false },         /* overlong */
		{ "\xe0\x80\xaf", false },     /* overlong */
		{ "\xed\xa0\x80", false },     /* surrogate */
		{ "\xf4\x90\x80\x80", false }, /* past U+10FFFF */
		{ "\xff", false },
		{ "\xc3", false },
		{ "\x80", false },
		{ "a\xe2\x82", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (utf8_valid(str_of(cases[i].text)) != cases[i].want)
			fail_msg("case %zu", i);
	}
}

static void
white_space_is_taken_off_both_ends_and_what_nobody_sees_is_blank(void **state)
{
	static const struct {
		const char *text, *trimmed;
		bool blank;
	} cases[] = {
		{ "", "", true },
		{ " \n\t\r ", "", true },
		{ "\xc2\xa0\xe3\x80\x80", "", true },     /* U+00A0 U+3000 */
		{ "\xe2\x80\x8b", "\xe2\x80\x8b", true }, /* U+200B is no white space */
		{ " \xe2\x80\x8b\xc2\xad ", "\xe2\x80\x8b\xc2\xad", true },
		{ "\n\xe2\x80\xa8 a \xc2\xa0 b\n\n", "a \xc2\xa0 b", false },
		{ "\xc3\xa9\xc2\x85", "\xc3\xa9", false },
		{ "\xe2\x80\x8b.", "\xe2\x80\x8b.", false },
		{ "\xf0\x9f\x91\x8d", "\xf0\x9f\x91\x8d", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = str_of(cases[i].text);

		if (!str_is(text_trim(s), cases[i].trimmed) || text_blank(s) != cases[i].blank)
			fail_msg("case %zu", i);
	}
}

static void
readers_count_graphemes_machines_count_units(void **state)
{
	static const struct {
		const char *text;
		size_t graphemes, points, units;
	} cases[] = {
		{ "", 0, 0, 0 },
		{ "abc", 3, 3, 3 },
		{ "e\xcc\x81", 1, 2, 2 },                                    /* e and an accent */
		{ "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 1, 2, 4 },             /* thumb, skin tone */
		{ "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 1, 2, 4 },             /* flag */
		{ "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", 1, 3, 5 }, /* joined */
		{ "a\r\nb", 3, 4, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = str_of(cases[i].text);

		assert_int_equal(text_graphemes(s), cases[i].graphemes);
		assert_int_equal(text_code_points(s), cases[i].points);
		assert_int_equal(text_utf16_units(s), cases[i].units);
	}
}

/* Without the é the quick way is taken, with it the library's. */
static void
ascii_is_folded_as_the_library_does_it(void **state)
{
	struct arena *a = arena_create(4096);
	char text[128 + 4], *folded;
	size_t n = 0;

	(void)state;
	for (int c = 1; c < 128; c++)
		text[n++] = (char)c;
	folded = text_fold(a, (struct str){ text, n });
	memcpy(text + n, "\xc3\xa9", 2);
	assert_string_equal(text_fold(a, (struct str){ text, n + 2 }),
	                    arena_printf(a, "%s \xc3\xa9", folded));
	arena_destroy(&a);
}

static void
folding_leaves_what_was_said(void **state)
{
	static const char *const alike[][2] = {
		{ "Hello, World!", "hello   world" },
		{ "STRASSE", "stra\xc3\x9f"
		             "e" },
		{ "e\xcc\x81t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "\xef\xbc\xa1", "a" }, /* full width */
		{ "  We\n\tgrow.  ", "we grow" },
	};
	struct arena *a = arena_create(4096);

	(void)state;
	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		assert_string_equal(text_fold(a, str_of(alike[i][0])),
		                    text_fold(a, str_of(alike[i][1])));
	assert_string_not_equal(text_fold(a, STR("we grow")), text_fold(a, STR("we grew")));
	arena_destroy(&a);
}

static int
distance(struct arena *a, const char *x, const char *y)
{
	return __builtin_popcountll(text_simhash(a, str_of(x)) ^ text_simhash(a, str_of(y)));
}

static void
near_duplicates_are_near(void **state)
{
	static const char text[] =
	    "We opened our new house in Lyon this week and are looking for engineers who like "
	    "clear code, short meetings and long walks along the river; come and see us.";
	static const char edited[] =
	    "We opened our new house in Lyon this week and are looking for engineers who like "
	    "clear code, short meetings and long walks along the river; come and visit us!";
	static const char other[] =
	    "Our annual report is out: revenue grew by a tenth, emissions fell by a fifth, and "
	    "nine of ten colleagues would recommend working here to a friend or neighbour.";
	struct arena *a = arena_create(4096);

	(void)state;
	assert_int_equal(distance(a, text, text), 0);
	assert_true(distance(a, text, edited) < distance(a, text, other));
	assert_true(distance(a, text, edited) <= 16);
	assert_true(distance(a, text, other) > 16);
	arena_destroy(&a);
}

static void
the_best_offered_language_is_picked(void **state)
{
	static const char *const offered[] = { "en", "de", "pt-BR" };
	static const struct {
		const char *header, *want;
	} cases[] = {
		{ "de", "de" },
		{ "de-AT, en;q=0.5", "de" },
		{ "en;q=0.2, de;q=0.8", "de" },
		{ "fr, pt-BR;q=0.1", "pt-BR" },
		{ "PT-br", "pt-BR" },
		{ "fr", "en" },
		{ "", "en" },
		{ "*", "en" },
		{ "de;q=0, pt-BR", "pt-BR" },
		{ ";;;,,q=", "en" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = lang_pick(cases[i].header, offered, 3);

		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].header, got);
	}
}

static void
language_tags_have_their_shape(void **state)
{
	static const char *const good[] = { "de", "pt-BR", "zh-Hant-TW", "gsw" };
	static const char *const bad[] = { "",      "d",      "-de",       "de-",         "d e",
		                           "de_AT", "de--AT", "abcdefghi", "de-abcdefghi" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(lang_tag_valid(str_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (lang_tag_valid(str_of(bad[i])))
			fail_msg("%s", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_well_formed_utf8_is_valid),
		cmocka_unit_test(white_space_is_taken_off_both_ends_and_what_nobody_sees_is_blank),
		cmocka_unit_test(readers_count_graphemes_machines_count_units),
		cmocka_unit_test(ascii_is_folded_as_the_library_does_it),
		cmocka_unit_test(folding_leaves_what_was_said),
		cmocka_unit_test(near_duplicates_are_near),
		cmocka_unit_test(the_best_offered_language_is_picked),
		cmocka_unit_test(language_tags_have_their_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
