/* SPDX-License-Identifier: Apache-2.0 */
/* test_process.c - who is there and who is gone, among real processes; what is freed is gone, too.
 */
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void
a_name_is_of_who_is_gone_when_its_process_is_and_of_this_host_only(void **state)
{
	char name[PROCESS_NAME_SIZE], host[PROCESS_NAME_SIZE] = "", other[2 * PROCESS_NAME_SIZE];
	const pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(0);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	process_name(name, 4294967295U);
	assert_false(process_name_gone(name));
	*strchr(name, ':') = '\0';
	(void)snprintf(host, sizeof(host), "%s", name);
	(void)snprintf(other, sizeof(other), "%s:%ld:7", host, (long)child);
	assert_true(process_name_gone(other));
	(void)snprintf(other, sizeof(other), "not-%s:%ld:7", host, (long)child);
	assert_false(process_name_gone(other));
	assert_false(process_name_gone("no name at all"));
}

/* In a child: how the allocator is set is the process's. */
static bool
keeps_what_it_frees(void)
{
	enum { LARGE = 8 << 20, LESS = 1 << 20 };
	const size_t before = mallinfo2().arena;
	void *volatile p;

	process_memory_steady();
	p = malloc(LARGE);
	free(p);
	p = malloc(LESS); /* glibc by itself: after the first, this one comes from the heap */
	free(p);
	return mallinfo2().arena >= before + LESS;
}

static void
a_large_block_that_is_freed_is_not_kept_for_the_next(void **state)
{
	int status = 0;
	pid_t child;

	(void)state;
#ifdef ROSTRA_SANITIZED
	skip(); /* sanitizers have an allocator of their own */
#endif
	child = fork();
	if (child == 0)
		_exit(keeps_what_it_frees());
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_runs_is_there),
		cmocka_unit_test(whoever_was_killed_is_gone_before_anybody_has_asked_for_it),
		cmocka_unit_test(
		    a_name_is_of_who_is_gone_when_its_process_is_and_of_this_host_only),
		cmocka_unit_test(a_large_block_that_is_freed_is_not_kept_for_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
