/* SPDX-License-Identifier: Apache-2.0 */
/* test_contest.c - competition ranking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/contest/contest_int.h"

static struct contest_entry
entry(int id, int64_t n, bool shown)
{
	return (struct contest_entry){ .id = { .b = { [0] = 1, [15] = (unsigned char)id } },
		                       .n = n,
		                       .shown = shown };
}

static void
the_same_value_is_the_same_rank_and_who_is_hidden_takes_none(void **state)
{
	struct contest_entry list[] = {
		entry(1, 5, true), entry(2, 3, true), entry(3, 9, false), entry(4, 5, true),
		entry(2, 2, true), entry(5, 0, true), entry(6, 1, true),  entry(7, 5, false),
	};
	static const struct {
		unsigned char id;
		int64_t n, rank;
	} want[] = { { 3, 9, 1 }, { 1, 5, 1 }, { 2, 5, 1 }, { 4, 5, 1 }, { 7, 5, 1 }, { 6, 1, 4 } };
	struct contest_entries e = { list, sizeof(list) / sizeof(list[0]) };

	(void)state;
	contest_rank(&e);
	assert_int_equal(e.n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < e.n; i++) {
		assert_int_equal(e.list[i].id.b[15], want[i].id);
		assert_int_equal(e.list[i].n, want[i].n);
		assert_int_equal(e.list[i].rank, want[i].rank);
	}
}

static void
nobody_is_ranked_when_nobody_has_anything(void **state)
{
	struct contest_entry list[] = { entry(1, 0, true), entry(2, -3, true) };
	struct contest_entries e = { list, 2 };

	(void)state;
	contest_rank(&e);
	assert_int_equal(e.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_value_is_the_same_rank_and_who_is_hidden_takes_none),
		cmocka_unit_test(nobody_is_ranked_when_nobody_has_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
