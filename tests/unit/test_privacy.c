/* SPDX-License-Identifier: Apache-2.0 */
/* test_privacy.c - the marks of personal data in the schema's comments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/privacy/privacy_int.h"

static void
a_mark_says_whose_it_is_and_what_is_left(void **state)
{
	static const struct {
		const char *comment, *of, *left;
		bool personal, deletes, person;
	} rows[] = {
		{ "as people read it", "", NULL, false, false, false },
		{ "PII", "", NULL, true, false, false },
		{ "PII; 1-500 graphemes", "", NULL, true, false, false },
		{ "PII of actor_id; where from", "actor_id", NULL, true, false, false },
		{ "PII (left: Former colleague)", "", "Former colleague", true, false, false },
		{ "PII of person_id (left: {}); [before, after]", "person_id", "{}", true, false,
		  false },
		{ "PII (delete row); person.id who is told", "", NULL, true, true, true },
		{ "person.id", "", NULL, false, false, true },
		{ "share.person_id", "", NULL, false, false, false },
		{ "the person.id or api_key.id", "", NULL, false, false, true },
		{ "", "", NULL, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mark m;

		assert_true(mark_parse(str_of(rows[i].comment), &m));
		assert_int_equal(m.personal, rows[i].personal);
		assert_int_equal(m.deletes_row, rows[i].deletes);
		assert_int_equal(m.names_person, rows[i].person);
		assert_string_equal(m.of, rows[i].of);
		assert_int_equal(m.has_left, rows[i].left != NULL);
		assert_string_equal(m.left, rows[i].left != NULL ? rows[i].left : "");
	}
}

static void
what_begins_like_a_mark_and_is_none_is_refused(void **state)
{
	static const char *const rows[] = {
		"PIIs",          "PII of",          "PII of a b", "PII of A",   "PII (gone)",
		"PII (left: it", "PII (left: 'x')", "PII()",      "PII by him", "PII of x'; y",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mark m;

		if (mark_parse(str_of(rows[i]), &m))
			fail_msg("taken: %s", rows[i]);
	}
}

static void
of_several_people_in_a_row_the_first_is_the_owner_unless_named(void **state)
{
	struct mark_column columns[] = {
		{ .name = "company_id" },
		{ .name = "actor_id", .mark = { .names_person = true } },
		{ .name = "person_id", .mark = { .names_person = true } },
		{ .name = "address", .mark = { .personal = true } },
		{ .name = "changes", .mark = { .personal = true, .of = "person_id" } },
		{ .name = "lost", .mark = { .personal = true, .of = "nobody" } },
	};
	const struct mark_table t = { .name = "t", .columns = columns, .n = 6, .owner = 1 };

	(void)state;
	assert_int_equal(mark_subject(&t, &columns[3]), 1);
	assert_int_equal(mark_subject(&t, &columns[4]), 2);
	assert_int_equal(mark_subject(&t, &columns[5]), t.n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_says_whose_it_is_and_what_is_left),
		cmocka_unit_test(what_begins_like_a_mark_and_is_none_is_refused),
		cmocka_unit_test(of_several_people_in_a_row_the_first_is_the_owner_unless_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
