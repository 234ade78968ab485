/* SPDX-License-Identifier: Apache-2.0 */
/* test_kudos.c - whom a kudos may name, and what the rules of points give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/kudos/kudos_int.h"
#include "src/points/rules_int.h"

static struct uuid
person(int n)
{
	return (struct uuid){ .b = { [0] = 1, [15] = (unsigned char)n } };
}

static bool
names(const struct problem *p, const char *pointer)
{
	for (size_t i = 0; i < p->n_viol; i++) {
		if (strcmp(p->viol[i].pointer, pointer) == 0)
			return true;
	}
	return false;
}

static void
oneself_and_the_same_person_twice_are_named_where_they_stand(void **state)
{
	struct arena *a = arena_create(4096);
	struct uuid ids[] = { person(2), person(1), person(2), person(3) };
	struct kudos_new in = { .message = "Thanks", .recipients = { ids, 4 } };
	struct problem p = { .code = FAULT_NONE };

	(void)state;
	assert_int_equal(kudos_check_body(a, &p, &in, person(1)), FAULT_INVALID);
	assert_int_equal(p.n_viol, 2);
	assert_true(names(&p, "#/recipients/1"));
	assert_true(names(&p, "#/recipients/2"));
	problem_reset(&p);
	in.recipients.n = 1;
	assert_int_equal(kudos_check_body(a, &p, &in, person(1)), FAULT_NONE);
	arena_destroy(&a);
}

static void
who_left_and_who_never_was_here_are_told_alike(void **state)
{
	struct arena *a = arena_create(4096);
	struct uuid ids[] = { person(1), person(2), person(3) };
	struct kudos_person there[] = { { .person_id = person(1), .active = true },
		                        { .person_id = person(2), .active = false } };
	struct kudos_new in = { .recipients = { ids, 2 }, .mentions = { ids + 2, 1 } };
	struct problem p = { .code = FAULT_NONE };

	(void)state;
	assert_int_equal(kudos_check_people(a, &p, &in, there, 2), FAULT_INVALID);
	assert_int_equal(p.n_viol, 2);
	assert_true(names(&p, "#/recipients/1"));
	assert_true(names(&p, "#/mentions/0"));
	assert_string_equal(p.viol[0].detail, p.viol[1].detail);
	arena_destroy(&a);
}

static void
a_share_must_be_the_givers_or_a_recipients(void **state)
{
	struct uuid ids[] = { person(2) };
	struct kudos_new in = { .recipients = { ids, 1 }, .share_id = person(9) };
	static const struct {
		int owner;
		size_t faults;
	} cases[] = { { 1, 0 }, { 2, 0 }, { 3, 1 }, { 0, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kudos_context c = { .value_known = true };
		struct problem p = { .code = FAULT_NONE };

		if (cases[i].owner > 0)
			c.share_person = person(cases[i].owner);
		(void)!kudos_check_about(&p, &in, person(1), &c);
		assert_int_equal(p.n_viol, cases[i].faults);
	}
}

static void
a_day_gives_no_more_than_its_cap(void **state)
{
	static const struct {
		const char *why;
		int64_t points, cap, given, want;
	} cases[] = {
		{ "no cap", 15, J_NO_INT, 100000, 15 }, { "far below", 15, 100, 0, 15 },
		{ "just fits", 15, 100, 85, 15 },       { "in part", 15, 100, 90, 10 },
		{ "at it", 15, 100, 100, 0 },           { "past it", 15, 100, 115, 0 },
		{ "nothing at all", 15, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct point_rule r = { .points_tenths = cases[i].points,
			                .day_cap_tenths = cases[i].cap,
			                .item_cap_tenths = J_NO_INT,
			                .per_minor = J_NO_INT };

		if (rule_amount(&r, 1, cases[i].given, 0) != cases[i].want)
			fail_msg("%s", cases[i].why);
	}
}

static void
an_item_gives_no_more_than_its_cap_and_value_counts_in_whole_multiples(void **state)
{
	const struct point_rule item = { .points_tenths = 10,
		                         .day_cap_tenths = 35,
		                         .item_cap_tenths = 25,
		                         .per_minor = J_NO_INT };
	const struct point_rule value = { .points_tenths = 10,
		                          .day_cap_tenths = J_NO_INT,
		                          .item_cap_tenths = J_NO_INT,
		                          .per_minor = 10000 };

	(void)state;
	assert_int_equal(rule_amount(&item, 2, 0, 0), 20);
	assert_int_equal(rule_amount(&item, 3, 0, 0), 25);
	assert_int_equal(rule_amount(&item, 3, 20, 0), 15);
	assert_int_equal(rule_amount(&item, 3, 0, 25), 0);
	assert_int_equal(rule_amount(&value, 9999, 0, 0), 0);
	assert_int_equal(rule_amount(&value, 25000, 0, 0), 20);
	assert_int_equal(rule_amount(&value, -5, 0, 0), 0);
	assert_int_equal(rule_amount(&item, INT64_MAX, 0, 0), 0);
}

static void
rules_are_unpacked_as_they_were_packed(void **state)
{
	struct arena *a = arena_create(4096);
	struct j_list none = rules_unpack(a, NULL);
	struct j_list four = rules_unpack(a, "share_published:15::::,kudos_given:5:20:::,outside_"
	                                     "action:5::30::lesson,won_value:7:::100:");
	const struct point_rule *r = four.items;

	(void)state;
	assert_int_equal(none.n, 0);
	assert_int_equal(four.n, 4);
	assert_int_equal(r[0].action, ACTION_SHARE);
	assert_int_equal(r[0].points_tenths, 15);
	assert_true(r[0].day_cap_tenths == J_NO_INT);
	assert_int_equal(r[1].action, ACTION_KUDOS_GIVEN);
	assert_int_equal(r[1].day_cap_tenths, 20);
	assert_null(r[1].name);
	assert_string_equal(r[2].name, "lesson");
	assert_int_equal(r[2].item_cap_tenths, 30);
	assert_int_equal(r[3].per_minor, 100);
	arena_destroy(&a);
}

static void
a_set_is_the_same_in_any_order_of_its_rules(void **state)
{
	struct point_rule ab[] = {
		{ .action = ACTION_SHARE, .points_tenths = 1, .day_cap_tenths = 2 },
		{ .action = ACTION_KUDOS_GIVEN, .points_tenths = 3 },
	};
	struct point_rule ba[] = { ab[1], ab[0] };
	struct rule_set x = { .from = 7, .rules = { ab, 2 } },
			y = { .from = 7, .rules = { ba, 2 } };

	(void)state;
	assert_true(rule_set_same(&x, &y));
	y.from = 8;
	assert_false(rule_set_same(&x, &y));
	y.from = 7;
	y.rules.n = 1;
	assert_false(rule_set_same(&x, &y));
	y.rules.n = 2;
	ba[0].points_tenths = 4;
	assert_false(rule_set_same(&x, &y));
}

static void
a_month_begins_at_midnight_of_the_zone(void **state)
{
	const int64_t noon = INT64_C(1793534400) * US_PER_S; /* 2026-11-01T12:00:00Z */

	(void)state;
	assert_int_equal(points_month("UTC", noon), 202611);
	assert_int_equal(points_month("Pacific/Kiritimati", noon - US_PER_DAY), 202611);
	assert_int_equal(points_month("Pacific/Pago_Pago", noon - 3600 * US_PER_S), 202611);
	assert_int_equal(points_month("Pacific/Pago_Pago", noon - 2 * 3600 * US_PER_S), 202610);
	assert_int_equal(points_month("Nowhere/Land", noon), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oneself_and_the_same_person_twice_are_named_where_they_stand),
		cmocka_unit_test(who_left_and_who_never_was_here_are_told_alike),
		cmocka_unit_test(a_share_must_be_the_givers_or_a_recipients),
		cmocka_unit_test(a_day_gives_no_more_than_its_cap),
		cmocka_unit_test(
		    an_item_gives_no_more_than_its_cap_and_value_counts_in_whole_multiples),
		cmocka_unit_test(rules_are_unpacked_as_they_were_packed),
		cmocka_unit_test(a_set_is_the_same_in_any_order_of_its_rules),
		cmocka_unit_test(a_month_begins_at_midnight_of_the_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
