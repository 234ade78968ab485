/* SPDX-License-Identifier: Apache-2.0 */
/* test_fault.c - failures, who asks, log lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rostra/caller.h"
#include "rostra/fault.h"
#include "rostra/log.h"
#include "rostra/network.h"

static void
every_fault_has_a_row_and_a_code_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < FAULT__MAX; i++) {
		const struct fault_row *row = fault_row((enum fault)i);

		assert_true(row->status >= 200 && row->status <= 503);
		assert_true(row->name[0] && row->code[0] && row->title[0]);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(fault_row((enum fault)j)->code, row->code);
	}
	assert_non_null(fault_row((enum fault)9999));
}

static void
the_first_failure_stands_and_violations_add_up(void **state)
{
	struct problem p = { .code = FAULT_NONE };

	(void)state;
	assert_int_equal(problem_add(&p, "#/title", "is too long"), FAULT_INVALID);
	assert_int_equal(problem_set(&p, FAULT_CONFLICT, "Not now, %s.", "Jo"), FAULT_INVALID);
	problem_reset(&p);
	assert_int_equal(problem_set(&p, FAULT_CONFLICT, "Not now, %s.", "Jo"), FAULT_CONFLICT);
	assert_int_equal(problem_set(&p, FAULT_NOT_FOUND, "Gone."), FAULT_CONFLICT);
	assert_string_equal(p.detail, "Not now, Jo.");
	for (int i = 0; i < 2 * PROBLEM_VIOLATIONS_MAX; i++)
		(void)problem_add(&p, "#/x", "is wrong");
	assert_int_equal(p.n_viol, 2 * PROBLEM_VIOLATIONS_MAX);
	assert_int_equal(p.code, FAULT_CONFLICT);
	problem_internal(&p, "first %d", 1);
	problem_internal(&p, "second");
	assert_string_equal(p.internal, "first 1");
	problem_reset(&p);
	assert_int_equal(p.code, FAULT_NONE);
	assert_int_equal(p.n_viol, 0);
}

static void
long_details_are_cut_not_spilt(void **state)
{
	struct problem p = { .code = FAULT_NONE };
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)problem_set(&p, FAULT_INTERNAL, "%s", text);
	problem_internal(&p, "%s", text);
	assert_int_equal(strlen(p.detail), sizeof(p.detail) - 1);
	assert_int_equal(strlen(p.internal), sizeof(p.internal) - 1);
}

static void
scopes_are_whole_words(void **state)
{
	const struct caller c = { .kind = ACCESS_API_KEY, .scopes = "leads:write reports:read" };
	const struct caller none = { .kind = ACCESS_API_KEY };

	(void)state;
	assert_true(caller_has_scope(&c, "leads:write"));
	assert_true(caller_has_scope(&c, "reports:read"));
	assert_false(caller_has_scope(&c, "leads"));
	assert_false(caller_has_scope(&c, "leads:read"));
	assert_false(caller_has_scope(&none, "leads:read"));
}

static void
each_role_has_one_access_bit(void **state)
{
	unsigned all = 0;

	(void)state;
	for (int r = 0; r < ROLE__MAX; r++) {
		struct caller c = { .kind = role_access((enum role)r), .role = (enum role)r };

		assert_true(caller_is_person(&c));
		assert_int_equal(__builtin_popcount(c.kind), 1);
		assert_int_equal(all & c.kind, 0);
		all |= c.kind;
		assert_non_null(role_names[r]);
	}
	assert_int_equal(all, ACCESS_PEOPLE);
	assert_null(role_names[ROLE__MAX]);
	assert_int_equal(role_access(ROLE__MAX), ACCESS_UNSET);
	assert_false(caller_is_person(&(struct caller){ .kind = ACCESS_API_KEY }));
}

static void
networks_have_words_and_end(void **state)
{
	(void)state;
	for (int i = 0; i < NETWORK__MAX; i++)
		assert_true(network_names[i][0] != '\0');
	assert_null(network_names[NETWORK__MAX]);
}

/* One line of JSON, whatever stands in the message; lines below the level are not written. */
static void
a_log_line_stays_one_line(void **state)
{
	char path[] = "/tmp/test_log.XXXXXX", line[1000];
	int fd = mkstemp(path);
	FILE *f;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_true(log_open(path, LOG_WARN));
	log_line(LOG_INFO, "quiet", "nobody reads this");
	log_line(LOG_ERROR, "loud", "two\nlines and a \"%s\"", "quote");
	f = fopen(path, "r");
	assert_non_null(fgets(line, sizeof(line), f));
	assert_non_null(strstr(line, "\"event\":\"loud\""));
	assert_non_null(strstr(line, "two\\nlines and a \\\"quote\\\""));
	assert_int_equal(line[strlen(line) - 1], '\n');
	assert_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_int_equal(rename(path, "/tmp/test_log.moved"), 0);
	log_reopen();
	log_line(LOG_ERROR, "again", "x");
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	assert_non_null(strstr(line, "\"event\":\"again\""));
	fclose(f);
	unlink(path);
	unlink("/tmp/test_log.moved");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_has_a_row_and_a_code_of_its_own),
		cmocka_unit_test(the_first_failure_stands_and_violations_add_up),
		cmocka_unit_test(long_details_are_cut_not_spilt),
		cmocka_unit_test(scopes_are_whole_words),
		cmocka_unit_test(each_role_has_one_access_bit),
		cmocka_unit_test(networks_have_words_and_end),
		cmocka_unit_test(a_log_line_stays_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
