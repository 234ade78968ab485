/* SPDX-License-Identifier: Apache-2.0 */
/* test_sums.c - counts of keys: added up, packed into bytes and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/sums.h"

#include "own_arena.h"

enum { KEYS = 700 };

static struct uuid
key(unsigned n)
{
	struct uuid u = { { (unsigned char)(n * 7), (unsigned char)(n >> 8) } };

	u.b[15] = (unsigned char)n;
	return u;
}

static int64_t
count_of(const struct sum_map *m, struct uuid k, uint32_t sub)
{
	size_t n;
	const struct sum_cell *c = sum_map_cells(m, &n);

	for (size_t i = 0; i < n; i++) {
		if (uuid_eq(c[i].key, k) && c[i].sub == sub)
			return c[i].n;
	}
	return 0;
}

static void
counts_add_up_and_come_in_order(void **state)
{
	struct sum_map *m = sum_map_new(*state);
	size_t n;
	const struct sum_cell *c;

	for (unsigned i = 0; i < 3 * KEYS; i++)
		sum_map_add(m, key(i % KEYS), i % 2, i < KEYS ? 5 : -1);
	sum_map_add(m, key(KEYS), 0, 4);
	sum_map_add(m, key(KEYS), 0, -4);
	c = sum_map_cells(m, &n);
	assert_int_equal(n, KEYS); /* what comes to nothing is left out */
	for (size_t i = 1; i < n; i++)
		assert_true(uuid_cmp(c[i - 1].key, c[i].key) < 0);
	assert_int_equal(count_of(m, key(1), 1), 3);
}

static void
the_same_counts_are_the_same_bytes(void **state)
{
	struct sum_map *one = sum_map_new(*state), *other = sum_map_new(*state);

	for (unsigned i = 0; i < KEYS; i++) {
		sum_map_add(one, key(i), i % 3, i);
		sum_map_add(other, key(KEYS - 1 - i), (KEYS - 1 - i) % 3, KEYS - 1 - i);
	}
	assert_true(str_eq(sums_pack(*state, one), sums_pack(*state, other)));
	sum_map_add(other, key(9), 0, 1);
	assert_false(str_eq(sums_pack(*state, one), sums_pack(*state, other)));
}

static void
bytes_give_back_what_was_packed(void **state)
{
	static const int64_t counts[] = { 1,   -1,  63,        64,        -64,     -65,
		                          127, 128, INT64_MAX, INT64_MIN, 1000000, 16383 };
	struct sum_map *m = sum_map_new(*state), *back = sum_map_new(*state);
	struct str bytes;

	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		sum_map_add(m, key(i / 3), i, counts[i]);
		sum_map_add(m, key(i), UINT32_MAX, counts[i]);
	}
	sum_map_add(m, sum_key_nobody(), 0, 7);
	bytes = sums_pack(*state, m);
	assert_true(sums_unpack(bytes, SUM_EACH, back));
	assert_true(str_eq(sums_pack(*state, back), bytes));
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		assert_int_equal(count_of(back, key(i), UINT32_MAX), counts[i]);
}

static void
one_sub_or_all_of_them_can_be_had(void **state)
{
	struct sum_map *m = sum_map_new(*state), *all = sum_map_new(*state),
		       *two = sum_map_new(*state);
	struct str bytes;

	for (uint32_t sub = 0; sub < 4; sub++)
		sum_map_add(m, key(1), sub, 10 + sub);
	bytes = sums_pack(*state, m);
	assert_true(sums_unpack(bytes, SUM_ALL, all));
	assert_true(sums_unpack(bytes, 2, two));
	assert_int_equal(count_of(all, key(1), 0), 46);
	assert_int_equal(count_of(two, key(1), 0), 12);
	assert_int_equal(sum_key_number(sum_key_small(95)), 95);
}

static void
bytes_that_are_not_whole_are_refused(void **state)
{
	struct sum_map *m = sum_map_new(*state);
	struct str bytes;

	sum_map_add(m, key(1), 300, -5000);
	sum_map_add(m, key(2), 1, 1);
	bytes = sums_pack(*state, m);
	/* A cut at the end of a key's counts cannot be told from a shorter sum. */
	for (size_t n = 1; n < bytes.n; n++) {
		if (n != bytes.n - 19)
			assert_false(
			    sums_unpack((struct str){ bytes.s, n }, SUM_EACH, sum_map_new(*state)));
	}
	assert_true(sums_unpack((struct str){ NULL, 0 }, SUM_EACH, m));
	assert_false(
	    sums_unpack(STR("0123456789abcdef\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
	                SUM_EACH, m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts_add_up_and_come_in_order, arena_up,
		                                arena_down),
		cmocka_unit_test_setup_teardown(the_same_counts_are_the_same_bytes, arena_up,
		                                arena_down),
		cmocka_unit_test_setup_teardown(bytes_give_back_what_was_packed, arena_up,
		                                arena_down),
		cmocka_unit_test_setup_teardown(one_sub_or_all_of_them_can_be_had, arena_up,
		                                arena_down),
		cmocka_unit_test_setup_teardown(bytes_that_are_not_whole_are_refused, arena_up,
		                                arena_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
