/* SPDX-License-Identifier: Apache-2.0 */
/* test_arena.c - memory of a request: zeroed, aligned, apart, gone after a reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/arena.h"

static int
open_arena(void **state)
{
	*state = arena_create(4096);
	return 0;
}

static int
close_arena(void **state)
{
	struct arena *a = *state;

	arena_destroy(&a);
	assert_null(a);
	arena_destroy(&a);
	return 0;
}

static void
memory_is_zeroed_also_after_a_reset(void **state)
{
	static const unsigned char zeros[1000];

	for (int round = 0; round < 3; round++) {
		unsigned char *p = arena_alloc(*state, sizeof(zeros), 1);

		assert_memory_equal(p, zeros, sizeof(zeros));
		memset(p, 0xa5, sizeof(zeros));
		arena_reset(*state);
	}
}

static void
allocations_are_aligned_as_asked(void **state)
{
	for (size_t align = 1; align <= 64; align *= 2) {
		(void)arena_alloc(*state, 3, 1);
		assert_int_equal((uintptr_t)arena_alloc(*state, 5, align) % align, 0);
	}
}

static void
allocations_do_not_overlap(void **state)
{
	char *p[500];

	for (size_t i = 0; i < 500; i++) {
		p[i] = arena_alloc(*state, 1 + i % 97, 1);
		memset(p[i], (int)(i & 0x7f), 1 + i % 97);
	}
	for (size_t i = 0; i < 500; i++) {
		for (size_t n = 0; n < 1 + i % 97; n++)
			assert_int_equal(p[i][n], i & 0x7f);
	}
}

static void
more_than_a_block_is_given_at_once(void **state)
{
	char *p = arena_alloc(*state, 1 << 20, 8);

	p[0] = p[(1 << 20) - 1] = 'x';
	assert_int_equal(arena_used(*state), 1 << 20);
	arena_reset(*state);
	assert_int_equal(arena_used(*state), 0);
}

static void
copies_end_with_nul(void **state)
{
	assert_string_equal(arena_copy(*state, "abcdef", 3), "abc");
	assert_string_equal(arena_copy(*state, NULL, 0), "");
	assert_string_equal(arena_strdup(*state, "whole"), "whole");
	assert_string_equal(arena_printf(*state, "%d-%s", 7, "x"), "7-x");
}

static void
arrays_have_room_for_each_item(void **state)
{
	int64_t *v = arena_array(*state, 100, int64_t);

	for (int64_t i = 0; i < 100; i++)
		v[i] = i;
	assert_int_equal(v[99], 99);
	assert_int_equal(arena_used(*state), 100 * sizeof(int64_t));
}

static void
a_growing_array_keeps_its_items_and_wastes_less_than_it_holds(void **state)
{
	int64_t *v = NULL;
	size_t room = 0;

	for (size_t n = 0; n < 1000; n++) {
		v = arena_grow(*state, v, n, &room);
		assert_int_equal(v[n], 0);
		v[n] = (int64_t)n;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(v[i], i);
	assert_int_equal(room, 1024);
	assert_true(arena_used(*state) < 2 * room * sizeof(int64_t));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_is_zeroed_also_after_a_reset, open_arena,
		                                close_arena),
		cmocka_unit_test_setup_teardown(allocations_are_aligned_as_asked, open_arena,
		                                close_arena),
		cmocka_unit_test_setup_teardown(allocations_do_not_overlap, open_arena,
		                                close_arena),
		cmocka_unit_test_setup_teardown(more_than_a_block_is_given_at_once, open_arena,
		                                close_arena),
		cmocka_unit_test_setup_teardown(copies_end_with_nul, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(arrays_have_room_for_each_item, open_arena,
		                                close_arena),
		cmocka_unit_test_setup_teardown(
		    a_growing_array_keeps_its_items_and_wastes_less_than_it_holds, open_arena,
		    close_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
