/* SPDX-License-Identifier: Apache-2.0 */
/*
 * takeover.c - a new program in place of the running one (SIGUSR2): same pid, same sockets.  The
 * new master forks new workers, and only when these are ready do the old ones leave, handing over
 * their connections.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rostra/log.h"

#include "master_int.h"

/* Not ROSTRA_…: those are settings, and an unknown one stops the start. */
#define INHERITED "SERVE_INHERITED"

enum { CHECK_TIMEOUT_S = 10, ARGUMENTS_MAX = 64, CMDLINE_MAX = 16384, INHERITED_MAX = 2048 };

static bool
program_path(const char *name, char **out)
{
	char path[4096];
	ssize_t n;

	if (strchr(name, '/')) {
		*out = realpath(name, NULL);
		return *out != NULL;
	}
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	*out = strdup(path);
	return *out != NULL;
}

bool
takeover_prepare(struct master *m, int serve_argc, char *err, size_t err_n)
{
	static char line[CMDLINE_MAX];
	static char *argv[ARGUMENTS_MAX + 1];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC), n = 0;
	ssize_t got = fd < 0 ? -1 : read(fd, line, sizeof(line));

	if (fd >= 0)
		close(fd);
	if (got <= 0 || got == (ssize_t)sizeof(line) || line[got - 1] != '\0') {
		snprintf(err, err_n, "the command line cannot be read");
		return false;
	}
	for (char *p = line; p < line + got && n < ARGUMENTS_MAX; p += strlen(p) + 1)
		argv[n++] = p;
	m->argv = argv;
	m->serve_at = n - serve_argc;
	if (m->serve_at < 1 || !program_path(argv[0], &argv[0])) {
		snprintf(err, err_n, "the program cannot be found again: %s", strerror(errno));
		return false;
	}
	return true;
}

/* `config` with the same settings: the new program starts, and accepts the configuration. */
static bool
check_program(const struct master *m)
{
	char *argv[ARGUMENTS_MAX + 2];
	char word[] = "config";
	int status = -1;
	pid_t pid;

	for (int i = 0; i < m->serve_at; i++)
		argv[i] = m->argv[i];
	argv[m->serve_at] = word;
	argv[m->serve_at + 1] = NULL;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, STDOUT_FILENO);
		alarm(CHECK_TIMEOUT_S);
		execv(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	log_line(LOG_ERROR, "takeover_refused",
	         "%s config: wait status %d; the running program goes on", argv[0], status);
	return false;
}

static void
keep_over_exec(const struct master *m, bool keep)
{
	for (int p = 0; p < POOL__MAX; p++) {
		const int fds[3] = { m->pool[p].listen_fd, m->pool[p].adopt_read_fd,
			             m->pool[p].adopt_write_fd };

		for (size_t i = 0; i < 3; i++)
			(void)fcntl(fds[i], F_SETFD, keep ? 0 : FD_CLOEXEC);
	}
}

static void
inherited_print(const struct master *m, char out[INHERITED_MAX])
{
	size_t n = 0;

	for (int p = 0; p < POOL__MAX; p++)
		n += (size_t)snprintf(out + n, INHERITED_MAX - n, "%d %d %d ", m->pool[p].listen_fd,
		                      m->pool[p].adopt_read_fd, m->pool[p].adopt_write_fd);
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		const struct child *c = &m->child[i];

		if ((c->state == CHILD_RUNNING || c->state == CHILD_OLD) && n + 16 < INHERITED_MAX)
			n += (size_t)snprintf(out + n, INHERITED_MAX - n, "%d ", (int)c->pid);
	}
}

void
takeover_begin(struct master *m)
{
	char inherited[INHERITED_MAX];

	if (m->stopping || m->taking_over || !check_program(m))
		return;
	inherited_print(m, inherited);
	if (setenv(INHERITED, inherited, 1) != 0)
		return;
	keep_over_exec(m, true);
	log_line(LOG_INFO, "takeover", "%s takes over", m->argv[0]);
	execv(m->argv[0], m->argv);
	log_line(LOG_ERROR, "takeover_failed", "%s: %s; the running program goes on", m->argv[0],
	         strerror(errno));
	keep_over_exec(m, false);
	(void)unsetenv(INHERITED);
}

static bool
next_int(const char **text, int *out)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(*text, &end, 10);
	if (end == *text || errno || v < 0 || v > INT32_MAX)
		return false;
	*text = end;
	*out = (int)v;
	return true;
}

bool
takeover_inherit(struct master *m)
{
	const char *text = getenv(INHERITED);
	int pid;
	size_t n = CHILDREN_MAX;

	if (!text)
		return false;
	for (int p = 0; p < POOL__MAX; p++) {
		struct pool_fds *f = &m->pool[p];

		if (!next_int(&text, &f->listen_fd) || !next_int(&text, &f->adopt_read_fd) ||
		    !next_int(&text, &f->adopt_write_fd) || fcntl(f->listen_fd, F_GETFD) < 0)
			return false;
	}
	/* The old ones stand at the end of the table, out of the way of the new ones' slots. */
	while (n > 0 && next_int(&text, &pid))
		m->child[--n] = (struct child){ .state = CHILD_OLD, .pid = pid, .ready_fd = -1 };
	keep_over_exec(m, false);
	(void)unsetenv(INHERITED);
	return true;
}
