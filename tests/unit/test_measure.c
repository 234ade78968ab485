/* SPDX-License-Identifier: Apache-2.0 */
/* test_measure.c - which days a window has, in which zone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rostra/clock.h"
#include "rostra/measure.h"
#include "rostra/zones.h"

static void
a_window_is_whole_days_of_the_zone(void **state)
{
	/* Friday, 27 November 2026, 23:30 UTC: Saturday in Berlin. */
	const int64_t now = civil_to_us((struct civil){ 2026, 11, 27, 23, 30, 0, 0 });
	const struct {
		const char *zone;
		struct measure_period p;
		int64_t from, to;
	} cases[] = {
		{ "UTC", { .window = WINDOW_ROLLING, .days = 1 }, 20261127, 20261128 },
		{ "Europe/Berlin", { .window = WINDOW_ROLLING, .days = 1 }, 20261128, 20261129 },
		{ "UTC", { .window = WINDOW_ROLLING, .days = 30 }, 20261029, 20261128 },
		{ "UTC", { .window = WINDOW_WEEK }, 20261123, 20261130 },
		{ "UTC", { .window = WINDOW_MONTH }, 20261101, 20261201 },
		{ "UTC", { .window = WINDOW_QUARTER }, 20261001, 20270101 },
		{ "UTC",
		  { .window = WINDOW_DATED, .first_on = 20240228, .last_on = 20240229 },
		  20240228,
		  20240301 },
		{ "UTC", { .window = WINDOW_EVER }, 19700101, 20261128 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct measure_span s;

		assert_true(measure_span_of(cases[i].zone, &cases[i].p, now, &s));
		assert_int_equal(s.from_day, cases[i].from);
		assert_int_equal(s.to_day, cases[i].to);
	}
}

static void
its_instants_are_those_at_which_its_days_begin(void **state)
{
	const struct measure_period p = { .window = WINDOW_DATED,
		                          .first_on = 20261025,
		                          .last_on = 20261025 };
	struct measure_span s;

	(void)state;
	/* Clocks go back: the day has 25 hours. */
	assert_true(measure_span_of("Europe/Berlin", &p, 0, &s));
	assert_int_equal(s.to_us - s.from_us, INT64_C(25) * 3600 * US_PER_S);
	assert_false(measure_span_of("Nowhere/Land", &p, 0, &s));
}

static void
days_are_counted_over_months_and_leap_years(void **state)
{
	const int64_t noon =
	    civil_to_us((struct civil){ .year = 2026, .month = 11, .day = 27, .hour = 12 });

	(void)state;
	assert_int_equal(measure_day_add(20240228, 1), 20240229);
	assert_int_equal(measure_day_add(20240301, -1), 20240229);
	assert_int_equal(measure_day_add(20261231, 1), 20270101);
	assert_int_equal(measure_day_parse(STR("2026-11-27")), 20261127);
	assert_int_equal(measure_day_parse(STR("2026-02-30")), 0);
	assert_int_equal(measure_day("Pacific/Kiritimati", noon), 20261128);
	assert_int_equal(measure_day("Pacific/Pago_Pago", noon - US_PER_DAY / 2), 20261126);
}

static void
days_whose_beginning_is_no_instant_are_none(void **state)
{
	const struct {
		int64_t first, last;
		bool counted;
	} cases[] = {
		{ 19700101, 19700101, true },
		{ 19691231, 19700101, false },
		{ 99991230, 99991230, true },
		{ 99991230, 99991231, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct measure_period p = { .window = WINDOW_DATED,
			                          .first_on = cases[i].first,
			                          .last_on = cases[i].last };
		struct measure_span s;

		assert_int_equal(measure_span_of("Pacific/Auckland", &p, 0, &s), cases[i].counted);
	}
}

/* An hour of November 2026. */
static int64_t
hour(int day, int hours)
{
	return civil_to_us((struct civil){ .year = 2026, .month = 11, .day = day, .hour = hours });
}

static void
a_day_stays_what_it_was_when_the_zone_changes(void **state)
{
	/* Said in the evening of the 10th, and of the 20th. */
	struct zone_until list[] = { { "UTC", hour(11, 0) },
		                     { "Asia/Tokyo", hour(20, 15) },
		                     { "UTC", INT64_MAX } };
	const struct zones z = { list, 3 };
	struct measure_span s;

	(void)state;
	assert_int_equal(zones_day(&z, hour(10, 20)), 20261110); /* in Tokyo the 11th */
	assert_int_equal(zones_day(&z, hour(11, 0)), 20261111);
	assert_int_equal(zones_day(&z, hour(11, 15)), 20261112);
	assert_int_equal(zones_day(&z, hour(20, 16)), 20261120); /* in Tokyo the 21st had begun */
	assert_true(zones_span(&z, 20261110, 20261112, &s));
	assert_true(s.from_us == hour(10, 0) && s.to_us == hour(11, 15)); /* short */
	assert_true(zones_span(&z, 20261120, 20261121, &s));
	assert_true(s.from_us == hour(19, 15) && s.to_us == hour(21, 0)); /* long */
	assert_false(zones_span(&z, 20261120, 20261120, &s));
	for (int64_t at = hour(8, 0), day, before = 0; at < hour(24, 0); at += US_PER_S * 900) {
		day = zones_day(&z, at);
		assert_true(day >= before);
		assert_true(zones_span(&z, day, measure_day_add(day, 1), &s));
		assert_true(s.from_us <= at && at < s.to_us);
		before = day;
	}
}

static void
no_day_comes_twice_where_zones_are_more_than_a_day_apart(void **state)
{
	struct zone_until list[] = { { "Pacific/Kiritimati", hour(10, 10) },
		                     { "Etc/GMT+12", INT64_MAX } };
	const struct zones z = { list, 2 };
	struct measure_span s;

	(void)state;
	assert_int_equal(zones_day(&z, hour(10, 9)), 20261110);
	assert_int_equal(measure_day("Etc/GMT+12", hour(10, 11)), 20261109);
	assert_int_equal(zones_day(&z, hour(10, 11)), 20261110);
	assert_true(zones_span(&z, 20261110, 20261111, &s));
	assert_true(s.from_us == hour(9, 10) && s.to_us == hour(11, 12));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_stays_what_it_was_when_the_zone_changes),
		cmocka_unit_test(no_day_comes_twice_where_zones_are_more_than_a_day_apart),
		cmocka_unit_test(a_window_is_whole_days_of_the_zone),
		cmocka_unit_test(its_instants_are_those_at_which_its_days_begin),
		cmocka_unit_test(days_whose_beginning_is_no_instant_are_none),
		cmocka_unit_test(days_are_counted_over_months_and_leap_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
