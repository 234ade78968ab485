/* SPDX-License-Identifier: Apache-2.0 */
/* test_crm.c - amounts as CRMs write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/crm/crm_int.h"

static void
amounts_are_read_as_json_and_xml_write_them(void **state)
{
	static const struct {
		const char *text, *currency;
		int64_t minor; /* -1: none */
	} rows[] = {
		{ "1250.50", "EUR", 125050 },
		{ "0", "EUR", 0 },
		{ "007", "EUR", 700 },
		{ "0.05", "EUR", 5 },
		{ "1.005", "EUR", 101 },
		{ "0.0049999", "EUR", 0 },
		{ "0.999", "EUR", 100 },
		{ "1250.5", "JPY", 1251 },
		{ "1.2345", "KWD", 1235 },
		/* What Salesforce makes of ten million and more, and of a tenth of a cent. */
		{ "1.0E7", "EUR", 1000000000 },
		{ "1.25E7", "JPY", 12500000 },
		{ "1.23456789E7", "EUR", 1234567890 },
		{ "1e+3", "EUR", 100000 },
		{ "1.0E-3", "EUR", 0 },
		{ "5E-3", "EUR", 1 },
		{ "9999999999999.99", "EUR", INT64_C(999999999999999) },
		{ "10000000000000", "EUR", -1 },
		{ "1E99", "EUR", -1 },
		{ "1E99999999999999999999", "EUR", -1 },
		{ "1E", "EUR", -1 },
		{ "1E+", "EUR", -1 },
		{ "1E+-2", "EUR", -1 },
		{ "E7", "EUR", -1 },
		{ ".5", "EUR", -1 },
		{ "5.", "EUR", -1 },
		{ "-5", "EUR", -1 },
		{ "+5", "EUR", -1 },
		{ "1,250.50", "EUR", -1 },
		{ "1.2.3", "EUR", -1 },
		{ "12 ", "EUR", -1 },
		{ "", "EUR", -1 },
		{ "0x10", "EUR", -1 },
		{ "0.00000000000000000000000000000000000000000000000001", "EUR", 0 },
		{ "11111111111111111111111111111111111111111111111111", "EUR", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t minor = -1;

		assert_int_equal(crm_amount(rows[i].text, rows[i].currency, &minor),
		                 rows[i].minor >= 0);
		assert_int_equal(minor, rows[i].minor);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_read_as_json_and_xml_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
