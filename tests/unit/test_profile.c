/* SPDX-License-Identifier: Apache-2.0 */
/* test_profile.c - tags as they are kept, and the words that full text is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/profile/profile_int.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_create(4096);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static void
no_operator_of_the_reader_reaches_full_text(void **state)
{
	static const struct {
		const char *q, *want;
	} rows[] = {
		{ "Risk", "+risk*" },
		{ "  risk   of ÜBER-Banken ", "+risk* +über* +banken*" },
		{ "+risk -bank ~x (\"abc\") @5 <more> *", "+risk* +bank* +abc* +more*" },
		{ "C++ UX go", NULL },
		{ "a b c", NULL },
		{ "Who knows about the Trade Fair?", "+knows* +trade* +fair*" },
		{ "how to pitch", "+pitch*" },
		{ "the", "+the*" },
		{ "from where to www", "+from* +where* +www*" },
		{ "theory for communication", "+theory* +communication*" },
		{ "the one for two with three from four that five will six",
		  "+one* +two* +three* +four* +five* +six*" },
		{ "", NULL },
		{ "one1 two2 three four five six seven",
		  "+one1* +two2* +three* +four* +five* +six*" },
		{ "abc*def%ghi\\jkl", "+abc* +def* +ghi* +jkl*" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = expertise_words(arena, str_of(rows[i].q));

		if (rows[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, rows[i].want);
	}
}

static void
tags_are_squeezed_and_each_fault_is_named(void **state)
{
	const char *good[] = { " public \t speaking ", "\u00a0C++\u3000", "c#" };
	const char *bad[] = { "go", " ", "GO", "rust", "\u200b", "\u2003\u200d" };
	struct j_list tags = { good, 3 };
	struct problem p = { .code = FAULT_NONE };

	(void)state;
	assert_int_equal(profile_tags_check(arena, &p, &tags), FAULT_NONE);
	assert_string_equal(good[0], "public speaking");
	assert_string_equal(good[1], "C++");
	tags = (struct j_list){ bad, 6 };
	assert_int_equal(profile_tags_check(arena, &p, &tags), FAULT_INVALID);
	assert_int_equal(p.n_viol, 4);
	assert_string_equal(p.viol[0].pointer, "#/tags/1");
	assert_string_equal(p.viol[1].pointer, "#/tags/2");
	assert_string_equal(p.viol[2].pointer, "#/tags/4");
	assert_string_equal(p.viol[3].pointer, "#/tags/5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_operator_of_the_reader_reaches_full_text, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(tags_are_squeezed_and_each_fault_is_named, setup,
		                                teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
