/* SPDX-License-Identifier: Apache-2.0 */
/* test_process.c - who is there and who is gone, among real processes. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rostra/process.h"

static void
whoever_runs_is_there(void **state)
{
	(void)state;
	assert_false(process_gone(getpid()));
}

static void
whoever_was_killed_is_gone_before_anybody_has_asked_for_it(void **state)
{
	const pid_t child = fork();
	siginfo_t seen;

	(void)state;
	if (child == 0)
		for (;;)
			(void)pause();
	assert_true(child > 0);
	assert_false(process_gone(child));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)child, &seen, WEXITED | WNOWAIT), 0);
	assert_true(process_gone(child));
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(process_gone(child));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_runs_is_there),
		cmocka_unit_test(whoever_was_killed_is_gone_before_anybody_has_asked_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
