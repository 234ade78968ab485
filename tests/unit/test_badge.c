/* SPDX-License-Identifier: Apache-2.0 */
/* test_badge.c - weeks on end, and what a badge may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/badge/badge_int.h"

enum { MANY = 12 };

static void
a_streak_counts_weeks_and_holidays_do_not_end_it(void **state)
{
	static const struct {
		const char *why;
		int64_t weeks[MANY], skipped[MANY], now, current, longest;
	} rows[] = {
		{ "nothing", { 0 }, { 0 }, 100, 0, 0 },
		{ "this week alone", { 100 }, { 0 }, 100, 1, 1 },
		{ "the running week is not over", { 98, 99 }, { 0 }, 100, 2, 2 },
		{ "a week without ends it", { 97, 98 }, { 0 }, 100, 0, 2 },
		{ "it begins again", { 90, 91, 92, 99, 100 }, { 0 }, 100, 2, 3 },
		{ "a holiday week neither counts nor ends it", { 97, 99, 100 }, { 98 }, 100, 3, 3 },
		{ "two of them", { 96, 99 }, { 97, 98 }, 99, 2, 2 },
		{ "sharing in one counts", { 97, 98, 99 }, { 98 }, 99, 3, 3 },
		{ "holidays before the first share", { 99 }, { 90, 91 }, 99, 1, 1 },
		{ "a holiday and a week without", { 95, 98 }, { 96 }, 98, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = 0, m = 0;
		struct streak s;

		while (n < MANY && rows[i].weeks[n] != 0)
			n++;
		while (m < MANY && rows[i].skipped[m] != 0)
			m++;
		s = streak_of(rows[i].weeks, n, rows[i].skipped, m, rows[i].now);
		if (s.current != rows[i].current || s.longest != rows[i].longest)
			fail_msg("%s: %d %d", rows[i].why, (int)s.current, (int)s.longest);
	}
}

static void
weeks_begin_on_monday(void **state)
{
	int64_t at;

	(void)state;
	assert_true(time_parse(STR("2026-11-22T23:59:59Z"), &at)); /* a Sunday */
	assert_int_equal(streak_week(at) + 1, streak_week(at + US_PER_S));
	assert_int_equal(streak_week(at + US_PER_S), streak_week(at + 7 * US_PER_DAY));
}

static void
levels_ascend_and_a_measure_goes_with_its_kind(void **state)
{
	struct badge_level levels[] = { { .threshold = 5 }, { .threshold = 5 } };
	struct badge b = { .kind = BADGE_STREAK,
		           .measure = MEASURE_SHARES,
		           .levels = { levels, 2 } };
	struct problem p = { .code = FAULT_NONE };
	struct arena *a = arena_create(1024);

	(void)state;
	assert_int_equal(badge_check(a, &p, &b), FAULT_INVALID);
	assert_int_equal(p.n_viol, 2);
	assert_string_equal(p.viol[0].pointer, "#/measure");
	assert_string_equal(p.viol[1].pointer, "#/levels/1/threshold");
	problem_reset(&p);
	b.measure = -1;
	levels[1].threshold = 6;
	assert_int_equal(badge_check(a, &p, &b), FAULT_NONE);
	assert_int_equal(badge_level_at(&b, 4), 0);
	assert_int_equal(badge_level_at(&b, 5), 1);
	assert_int_equal(badge_level_at(&b, 99), 2);
	arena_destroy(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_streak_counts_weeks_and_holidays_do_not_end_it),
		cmocka_unit_test(weeks_begin_on_monday),
		cmocka_unit_test(levels_ascend_and_a_measure_goes_with_its_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
