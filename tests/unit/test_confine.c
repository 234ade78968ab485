/* SPDX-License-Identifier: Apache-2.0 */
/* test_confine.c - what a confined process still can, and what it can no longer, by the kernel
 * itself. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rostra/confine.h"

/* A deed answers 0 when it was done, else errno. */
typedef int deed(void);

static int
told(long result)
{
	return result < 0 ? errno : 0;
}

static int
run_a_program(void)
{
	static char path[] = "/bin/true";
	char *argv[] = { path, NULL };

	return told(execv(path, argv));
}

static int
fork_a_process(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return told(child);
}

static int
trace_another(void)
{
	return told(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
read_another(void)
{
	return told(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}

static int
see_every_packet(void)
{
	return told(socket(AF_PACKET, SOCK_RAW, 0));
}

static int
talk_to_the_kernel(void)
{
	return told(socket(AF_ALG, SOCK_SEQPACKET, 0));
}

static int
listen_for_strangers(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : told(listen(fd, 1));
}

static int
kill_another(void)
{
	return told(kill(getppid(), SIGCONT));
}

static int
load_into_the_kernel(void)
{
	return told(syscall(SYS_bpf, 0, NULL, 0));
}

static int
mount_something(void)
{
	return told(mount("none", "/proc", "proc", 0, NULL));
}

static int
leave_the_namespace(void)
{
	return told(syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */));
}

static int
be_somebody_else(void)
{
	return told(syscall(SYS_setresuid, 1, 1, 1));
}

static int
be_debugged(void)
{
	return told(prctl(PR_SET_DUMPABLE, 1));
}

static void *
nothing(void *arg)
{
	return arg;
}

/* What a worker lives by. */
static int
serve(void)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	pthread_t thread;
	FILE *file;
	int status, fd;

	status = pthread_create(&thread, NULL, nothing, NULL);
	if (status || pthread_join(thread, NULL) != 0)
		return status ? status : EIO;
	file = tmpfile();
	if (file == NULL || fputs("x", file) < 0 || fclose(file) != 0)
		return errno;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 && errno != EAFNOSUPPORT)
		return errno;
	if (getaddrinfo("127.0.0.1", "80", &hints, &found) != 0)
		return EIO;
	freeaddrinfo(found);
	return told(kill(getppid(), 0));
}

/* What becomes of a confined process that does it: errno, or minus the signal that ended it. */
static int
fate(enum confine_kind kind, enum confine_calls calls, deed *fn)
{
	const pid_t child = fork();
	int status = 0;

	if (child == 0) {
		char err[200];

		if (!confine(kind, calls, err, sizeof(err)))
			_exit(255);
		_exit(fn());
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static const struct {
	const char *what;
	deed *fn;
	bool master_too; /* refused to it as well */
} forbidden[] = {
	{ "run a program", run_a_program, false },
	{ "fork", fork_a_process, false },
	{ "trace another", trace_another, true },
	{ "read another's memory", read_another, true },
	{ "see every packet", see_every_packet, true },
	{ "use the kernel's cryptography", talk_to_the_kernel, false },
	{ "listen", listen_for_strangers, false },
	{ "signal another", kill_another, false },
	{ "load into the kernel", load_into_the_kernel, true },
	{ "mount", mount_something, true },
	{ "leave the namespace", leave_the_namespace, true },
	{ "be somebody else", be_somebody_else, false },
	{ "be debugged", be_debugged, false },
};

static void
needs_a_filter(void)
{
#ifdef ROSTRA_SANITIZED
	skip(); /* sanitizers trace and map in ways of their own */
#endif
}

static void
a_worker_cannot_do_what_it_never_does(void **state)
{
	(void)state;
	needs_a_filter();
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		if (fate(CONFINE_WORKER, CONFINE_REFUSE, forbidden[i].fn) != EPERM)
			fail_msg("%s: not refused", forbidden[i].what);
		if (fate(CONFINE_WORKER, CONFINE_KILL, forbidden[i].fn) != -SIGSYS)
			fail_msg("%s: not killed", forbidden[i].what);
	}
}

static void
a_worker_can_do_what_it_lives_by(void **state)
{
	(void)state;
	assert_int_equal(fate(CONFINE_WORKER, CONFINE_KILL, serve), 0);
	assert_int_equal(fate(CONFINE_WORKER, CONFINE_REFUSE, serve), 0);
}

static void
a_master_forks_and_runs_its_successor_and_no_more(void **state)
{
	(void)state;
	assert_int_equal(fate(CONFINE_MASTER, CONFINE_KILL, serve), 0);
	assert_int_equal(fate(CONFINE_MASTER, CONFINE_KILL, fork_a_process), 0);
	assert_int_equal(fate(CONFINE_MASTER, CONFINE_KILL, run_a_program), 0);
	needs_a_filter();
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		if (forbidden[i].master_too &&
		    fate(CONFINE_MASTER, CONFINE_REFUSE, forbidden[i].fn) != EPERM)
			fail_msg("%s: not refused", forbidden[i].what);
	}
}

/* The value of a line of this process's status. */
static unsigned long
status_of(const char *name, int base)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long value = 99;
	char line[256];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (str_starts(str_of(line), str_of(name)))
			value = strtoul(line + strlen(name), NULL, base);
	}
	if (f != NULL)
		(void)fclose(f);
	return value;
}

static int
have_privileges(void)
{
	static const char *const sets[] = { "CapInh:", "CapPrm:", "CapEff:", "CapAmb:" };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (status_of(sets[i], 16) != 0)
			return 0;
	}
	if (geteuid() == 0 && status_of("CapBnd:", 16) != 0)
		return 0;
	return status_of("NoNewPrivs:", 10) == 1 ? EPERM : 0;
}

static void
privileges_are_gone_whatever_becomes_of_calls(void **state)
{
	(void)state;
	needs_a_filter();
	assert_int_equal(fate(CONFINE_WORKER, CONFINE_OFF, have_privileges), EPERM);
	assert_int_equal(fate(CONFINE_WORKER, CONFINE_REFUSE, have_privileges), EPERM);
	assert_int_equal(fate(CONFINE_MASTER, CONFINE_REFUSE, have_privileges), EPERM);
	assert_int_equal(fate(CONFINE_WORKER, CONFINE_OFF, fork_a_process), 0);
}

static void
the_words_of_the_setting_are_three(void **state)
{
	enum confine_calls calls = CONFINE_OFF;

	(void)state;
	assert_true(confine_calls_of(STR("refuse"), &calls) && calls == CONFINE_REFUSE);
	assert_true(confine_calls_of(STR("kill"), &calls) && calls == CONFINE_KILL);
	assert_true(confine_calls_of(STR("off"), &calls) && calls == CONFINE_OFF);
	assert_false(confine_calls_of(STR(""), &calls));
	assert_false(confine_calls_of(STR("kil"), &calls));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_cannot_do_what_it_never_does),
		cmocka_unit_test(a_worker_can_do_what_it_lives_by),
		cmocka_unit_test(a_master_forks_and_runs_its_successor_and_no_more),
		cmocka_unit_test(privileges_are_gone_whatever_becomes_of_calls),
		cmocka_unit_test(the_words_of_the_setting_are_three),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
