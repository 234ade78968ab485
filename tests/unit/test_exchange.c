/* SPDX-License-Identifier: Apache-2.0 */
/* test_exchange.c - exchange rates: which holds when, and what it makes of an amount. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/exchange/exchange_int.h"

static int64_t
day(const char *text)
{
	int y = 0, m = 0, d = 0;

	assert_true(date_parse(str_of(text), &y, &m, &d));
	return civil_to_us((struct civil){ .year = y, .month = m, .day = d });
}

static void
a_rate_is_read_to_nine_decimals(void **state)
{
	static const struct {
		const char *text;
		int64_t billionths; /* 0: none */
	} rows[] = {
		{ "1.0843", 1084300000 },
		{ "130", 130 * EXCHANGE_ONE },
		{ "0.000000001", 1 },
		{ "1000000000", EXCHANGE_ONE * EXCHANGE_ONE },
		{ "0", 0 },
		{ "0.0000000001", 0 },
		{ "-1", 0 },
		{ "1.", 0 },
		{ ".5", 0 },
		{ "1.-5", 0 },
		{ "1e3", 0 },
		{ "1,5", 0 },
		{ "", 0 },
		{ "1000000000.1", 0 },
		{ "99999999999999999999", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t got = 0;
		bool ok = exchange_rate_parse(str_of(rows[i].text), &got);

		assert_int_equal(ok, rows[i].billionths > 0);
		if (ok)
			assert_int_equal(got, rows[i].billionths);
	}
}

static void
amounts_are_rounded_to_the_nearest_in_the_digits_of_their_currency(void **state)
{
	static const struct {
		const char *why, *from, *to;
		int64_t rate_from, rate_to, amount, want;
	} rows[] = {
		{ "EUR to USD", "EUR", "USD", EXCHANGE_ONE, 1084300000, 10000, 10843 },
		{ "a half goes up", "EUR", "USD", EXCHANGE_ONE, 500000000, 1, 1 },
		{ "a half goes away from zero", "EUR", "USD", EXCHANGE_ONE, 500000000, -1, -1 },
		{ "below a half", "EUR", "USD", EXCHANGE_ONE, 499999999, 1, 0 },
		{ "no cents in yen", "EUR", "JPY", EXCHANGE_ONE, 160 * EXCHANGE_ONE, 12345, 19752 },
		{ "from yen", "JPY", "EUR", 160 * EXCHANGE_ONE, EXCHANGE_ONE, 19752, 12345 },
		{ "three digits", "EUR", "KWD", EXCHANGE_ONE, 333000000, 10000, 33300 },
		{ "cross by the base", "USD", "GBP", 1250000000, 850000000, 10000, 6800 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct exchange_pair p = { rows[i].rate_from, rows[i].rate_to };
		int64_t got = 0;

		assert_true(exchange_apply(p, rows[i].from, rows[i].to, rows[i].amount, &got));
		if (got != rows[i].want)
			fail_msg("%s: %lld", rows[i].why, (long long)got);
	}
}

static void
what_does_not_fit_is_refused(void **state)
{
	const struct exchange_pair most = { 1, EXCHANGE_ONE * EXCHANGE_ONE };
	int64_t got;

	(void)state;
	assert_false(exchange_apply(most, "JPY", "CLF", INT64_C(1000000000000000), &got));
	assert_false(exchange_apply(most, "EUR", "USD", INT64_MIN, &got));
	assert_false(exchange_apply((struct exchange_pair){ 0, 1 }, "EUR", "USD", 1, &got));
}

static void
a_rate_holds_until_the_next_one_for_31_days(void **state)
{
	struct exchange_row rows[] = {
		{ .day_us = day("2026-05-11"), .currency = "USD", .base = "EUR", .billionths = 2 },
		{ .day_us = day("2026-05-01"), .currency = "USD", .base = "EUR", .billionths = 1 },
		{ .day_us = day("2026-05-02"), .currency = "AUD", .base = "EUR", .billionths = 9 },
	};
	struct exchange x;
	struct exchange_pair p;

	(void)state;
	exchange_of(rows, 3, &x);
	assert_string_equal(x.base, "EUR");
	assert_false(exchange_pair_at(&x, "USD", "EUR", day("2026-05-01") - 1, &p));
	assert_true(exchange_pair_at(&x, "USD", "EUR", day("2026-05-01"), &p));
	assert_true(p.from == 1 && p.to == EXCHANGE_ONE);
	assert_true(exchange_pair_at(&x, "USD", "EUR", day("2026-05-11") - 1, &p));
	assert_int_equal(p.from, 1);
	assert_true(exchange_pair_at(&x, "USD", "EUR", day("2026-06-12") - 1, &p));
	assert_int_equal(p.from, 2);
	assert_false(exchange_pair_at(&x, "USD", "EUR", day("2026-06-12"), &p));
	assert_true(exchange_pair_at(&x, "AUD", "USD", day("2026-05-12"), &p));
	assert_true(p.from == 9 && p.to == 2);
	assert_false(exchange_pair_at(&x, "CHF", "EUR", day("2026-05-12"), &p));
	assert_false(exchange_pair_at(&x, "CHFX", "EUR", day("2026-05-12"), &p));
	/* Its own is one for one, without any rate. */
	exchange_of(NULL, 0, &x);
	assert_true(exchange_pair_at(&x, "CHF", "CHF", 0, &p));
	assert_true(p.from == EXCHANGE_ONE && p.to == EXCHANGE_ONE);
	assert_false(exchange_pair_at(&x, "EUR", "CHF", day("2026-05-12"), &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_read_to_nine_decimals),
		cmocka_unit_test(
		    amounts_are_rounded_to_the_nearest_in_the_digits_of_their_currency),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_rate_holds_until_the_next_one_for_31_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
