/* SPDX-License-Identifier: Apache-2.0 */
/* test_clock.c - instants, RFC 3339, days of IANA zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/clock.h"

static int64_t
at(const char *text)
{
	int64_t us = 0;

	if (!time_parse(str_of(text), &us))
		fail_msg("%s is refused", text);
	return us;
}

static void
times_are_read_as_rfc_3339_says(void **state)
{
	static const struct {
		const char *text;
		int64_t us; /* -1: refused */
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-02t00:00:00.000001z", 86400000001 },
		{ "2000-02-29T12:00:00+02:00", 951818400000000 },
		{ "2001-09-09T01:46:40.5-00:00", 1000000000500000 },
		{ "9999-12-31T23:59:59.999999Z", 253402300799999999 },
		{ "9999-12-31T23:59:59Z", 253402300799000000 },
		{ "9999-12-31T23:59:59-00:01", -1 },
		{ "1970-01-01T00:00:00+00:01", -1 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2026-02-29T00:00:00Z", -1 },
		{ "1900-02-29T00:00:00Z", -1 },
		{ "2026-04-31T00:00:00Z", -1 },
		{ "2026-13-01T00:00:00Z", -1 },
		{ "2026-00-01T00:00:00Z", -1 },
		{ "2026-01-01T24:00:00Z", -1 },
		{ "2026-01-01T00:60:00Z", -1 },
		{ "2016-12-31T23:59:60Z", -1 },
		{ "2026-01-01T00:00:00", -1 },
		{ "2026-01-01 00:00:00Z", -1 },
		{ "2026-01-01T00:00:00.Z", -1 },
		{ "2026-01-01T00:00:00.1234567Z", -1 },
		{ "2026-01-01T00:00:00+24:00", -1 },
		{ "2026-01-01T00:00:00+0100", -1 },
		{ "2026-01-01T00:00:00Zx", -1 },
		{ "26-01-01T00:00:00Z", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t us = -1;

		if (!time_parse(str_of(cases[i].text), &us))
			us = -1;
		if (us != cases[i].us)
			fail_msg("%s: %lld", cases[i].text, (long long)us);
	}
}

static void
times_are_written_with_the_digits_they_need(void **state)
{
	static const struct {
		int64_t us;
		const char *want;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1000, "1970-01-01T00:00:00.001Z" },
		{ 1, "1970-01-01T00:00:00.000001Z" },
		{ 1764000000123456, "2025-11-24T16:00:00.123456Z" },
		{ 951782400000000, "2000-02-29T00:00:00Z" },
		{ 253402300799999999, "9999-12-31T23:59:59.999999Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[RFC3339_SIZE];

		assert_int_equal(time_format(cases[i].us, text), strlen(cases[i].want));
		assert_string_equal(text, cases[i].want);
		assert_int_equal(at(text), cases[i].us);
	}
}

static void
every_day_of_four_centuries_is_its_own(void **state)
{
	struct civil last = { 0 };

	(void)state;
	for (int64_t day = 0; day < 146097; day++) {
		struct civil c = civil_from_us(day * US_PER_DAY);

		assert_int_equal(civil_to_us(c), day * US_PER_DAY);
		assert_true(c.day == last.day + 1 || c.day == 1);
		last = c;
	}
	assert_int_equal(last.year, 2369);
	assert_int_equal(last.month, 12);
	assert_int_equal(last.day, 31);
}

static void
dates_are_real_ones(void **state)
{
	int y, m, d;

	(void)state;
	assert_true(date_parse(STR("2024-02-29"), &y, &m, &d));
	assert_int_equal(y * 10000 + m * 100 + d, 20240229);
	assert_false(date_parse(STR("2023-02-29"), &y, &m, &d));
	assert_false(date_parse(STR("2023-2-9"), &y, &m, &d));
	assert_false(date_parse(STR("2023-02-09T"), &y, &m, &d));
	assert_false(date_parse(STR(""), &y, &m, &d));
}

static void
days_begin_where_people_live(void **state)
{
	static const struct {
		const char *zone;
		int year, month, day;
		const char *want;
	} cases[] = {
		{ "UTC", 2026, 5, 1, "2026-05-01T00:00:00Z" },
		{ "Europe/Berlin", 2026, 1, 1, "2025-12-31T23:00:00Z" },
		{ "Europe/Berlin", 2026, 7, 1, "2026-06-30T22:00:00Z" },
		/* clocks went forward at 02:00 and back at 03:00 */
		{ "Europe/Berlin", 2026, 3, 29, "2026-03-28T23:00:00Z" },
		{ "Europe/Berlin", 2026, 3, 30, "2026-03-29T22:00:00Z" },
		{ "Europe/Berlin", 2026, 10, 26, "2026-10-25T23:00:00Z" },
		{ "Asia/Kolkata", 2026, 5, 1, "2026-04-30T18:30:00Z" },
		{ "Pacific/Auckland", 2026, 5, 1, "2026-04-30T12:00:00Z" },
		/* midnight did not exist: the clock went from 23:59:59 to 01:00 */
		{ "America/Sao_Paulo", 2018, 11, 4, "2018-11-04T03:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t us = 0;
		char text[RFC3339_SIZE];

		assert_true(zone_day_start(cases[i].zone, cases[i].year, cases[i].month,
		                           cases[i].day, &us));
		(void)time_format(us, text);
		assert_string_equal(text, cases[i].want);
	}
}

static void
local_clocks_show_local_times(void **state)
{
	struct civil c;

	(void)state;
	assert_true(zone_civil("Europe/Berlin", at("2026-06-30T22:30:00Z"), &c));
	assert_int_equal(c.month * 1000000 + c.day * 10000 + c.hour * 100 + c.minute, 7010030);
	assert_true(zone_civil("America/New_York", at("2026-01-01T03:00:00.25Z"), &c));
	assert_int_equal(c.year * 10000 + c.month * 100 + c.day, 20251231);
	assert_int_equal(c.hour, 22);
	assert_int_equal(c.us, 250000);
}

static void
only_zones_of_the_table_are_known(void **state)
{
	static const char *const wrong[] = { "Mars/Base",      "",
		                             "Europe",         "../etc/passwd",
		                             "/etc/localtime", "europe/berlin ",
		                             "+01:00",         "CEST-2" };
	int64_t us;

	(void)state;
	assert_true(zone_known("Europe/Berlin"));
	assert_true(zone_known("UTC"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (zone_known(wrong[i]))
			fail_msg("%s is known", wrong[i]);
		assert_false(zone_day_start(wrong[i], 2026, 1, 1, &us));
	}
}

static void
the_monotonic_clock_does_not_go_back(void **state)
{
	int64_t last = clock_monotonic_us();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_monotonic_us();

		assert_true(now >= last);
		last = now;
	}
	assert_true(clock_now_us() > INT64_C(1700000000) * US_PER_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read_as_rfc_3339_says),
		cmocka_unit_test(times_are_written_with_the_digits_they_need),
		cmocka_unit_test(every_day_of_four_centuries_is_its_own),
		cmocka_unit_test(dates_are_real_ones),
		cmocka_unit_test(days_begin_where_people_live),
		cmocka_unit_test(local_clocks_show_local_times),
		cmocka_unit_test(only_zones_of_the_table_are_known),
		cmocka_unit_test(the_monotonic_clock_does_not_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
