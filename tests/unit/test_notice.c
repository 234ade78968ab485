/* SPDX-License-Identifier: Apache-2.0 */
/* test_notice.c - quiet hours: when what happens at some moment may be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/notice/notice_int.h"

static int64_t
at(const char *text)
{
	int64_t t;

	assert_true(time_parse(str_of(text), &t));
	return t;
}

static int64_t
minute(const char *text)
{
	int64_t m;

	assert_true(quiet_minute(str_of(text), &m));
	return m;
}

static void
quiet_hours_end_on_the_clock_of_the_zone(void **state)
{
	static const struct {
		const char *why, *zone, *from, *to, *now, *told;
	} rows[] = {
		{ "before them", "UTC", "22:00", "07:00", "2026-06-01T21:59:59Z",
		  "2026-06-01T21:59:59Z" },
		{ "over midnight, evening", "UTC", "22:00", "07:00", "2026-06-01T22:00:00Z",
		  "2026-06-02T07:00:00Z" },
		{ "over midnight, morning", "UTC", "22:00", "07:00", "2026-06-02T06:59:59.5Z",
		  "2026-06-02T07:00:00Z" },
		{ "their end is outside", "UTC", "22:00", "07:00", "2026-06-02T07:00:00Z",
		  "2026-06-02T07:00:00Z" },
		{ "within a day", "UTC", "12:00", "13:30", "2026-06-01T12:30:00Z",
		  "2026-06-01T13:30:00Z" },
		{ "after them within a day", "UTC", "12:00", "13:30", "2026-06-01T14:00:00Z",
		  "2026-06-01T14:00:00Z" },
		{ "east, its own evening", "Asia/Tokyo", "22:00", "07:00", "2026-06-01T13:30:00Z",
		  "2026-06-01T22:00:00Z" },
		{ "west, another date than here", "America/Los_Angeles", "22:00", "07:00",
		  "2026-06-02T05:30:00Z", "2026-06-02T14:00:00Z" },
		{ "the night that is an hour shorter", "Europe/Berlin", "22:00", "07:00",
		  "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z" },
		{ "the night that is an hour longer", "Europe/Berlin", "22:00", "07:00",
		  "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z" },
		{ "an end that the clock leaps over", "Europe/Berlin", "22:00", "02:30",
		  "2026-03-28T22:00:00Z", "2026-03-29T00:30:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t got = quiet_over_at(rows[i].zone, minute(rows[i].from), minute(rows[i].to),
		                            at(rows[i].now));

		if (got != at(rows[i].told)) {
			char text[RFC3339_SIZE];

			(void)time_format(got, text);
			fail_msg("%s: %s", rows[i].why, text);
		}
	}
}

static void
without_quiet_hours_all_is_told_at_once(void **state)
{
	(void)state;
	assert_int_equal(quiet_over_at("UTC", J_NO_INT, J_NO_INT, 12345), 12345);
	assert_int_equal(quiet_over_at("UTC", 60, 60, 12345), 12345);
	assert_int_equal(quiet_over_at("No/Such", 0, 1, at("2026-06-01T12:00:00Z")),
	                 at("2026-06-01T12:00:00Z"));
}

static void
a_time_of_day_is_two_digits_each(void **state)
{
	static const char *const bad[] = { "",      "7:00",  "24:00",  "23:60", "23-59",
		                           "2a:00", "12:3x", "12:300", " 2:30" };
	int64_t m;

	(void)state;
	assert_int_equal(minute("00:00"), 0);
	assert_int_equal(minute("23:59"), 1439);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (quiet_minute(str_of(bad[i]), &m))
			fail_msg("%s was taken", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_hours_end_on_the_clock_of_the_zone),
		cmocka_unit_test(without_quiet_hours_all_is_told_at_once),
		cmocka_unit_test(a_time_of_day_is_two_digits_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
