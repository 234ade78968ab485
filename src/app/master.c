/* SPDX-License-Identifier: Apache-2.0 */
/* master.c - `rostra serve`: opens the sockets, keeps the workers alive, stops and replaces them in
 * order. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "rostra/auth.h"
#include "rostra/link.h"
#include "rostra/log.h"
#include "rostra/process.h"

#include "master_int.h"

enum { TICK_MS = 1000, READY_TICK_MS = 20, READY_TIMEOUT_S = 30, FILES_MAX = 8192 };

static const char usage[] =
    "Usage: rostra serve\n"
    "\n"
    "Serves the API and the short links to nginx over unix sockets in socket_dir.\n"
    "SIGTERM  finishes what runs, within drain_s, and ends\n"
    "SIGHUP   reads the token keys and the click rules again and reopens the log\n"
    "SIGUSR2  the program now at the same path takes over, without a failed request\n";

/* --- the process --- */

static void
files_allow(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_MAX) {
		files.rlim_cur = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void
pid_path(const struct conf *conf, char *out, size_t room)
{
	snprintf(out, room, "%s/serve.pid", conf->state_dir);
}

static bool
pid_write(const struct conf *conf, char *err, size_t err_n)
{
	char path[512];
	FILE *f;

	pid_path(conf, path, sizeof(path));
	f = fopen(path, "we");
	if (!f) {
		snprintf(err, err_n, "%s: %s", path, strerror(errno));
		return false;
	}
	(void)fprintf(f, "%d\n", (int)getpid());
	return fclose(f) == 0;
}

static bool
signals_open(struct master *m)
{
	static const int wanted[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR2, SIGCHLD };
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		sigaddset(&mask, wanted[i]);
	if (sigprocmask(SIG_SETMASK, &mask, NULL) != 0)
		return false;
	m->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return m->signal_fd >= 0;
}

static bool
master_open(struct master *m, int argc, char *err, size_t err_n)
{
	const struct conf *conf = &m->app->conf;

	if (!routes_check(app_routes, err, err_n) || !shared_create(m->app, err, err_n) ||
	    !takeover_prepare(m, argc, err, err_n))
		return false;
	if (conf->api_processes + conf->link_processes > CHILDREN_MAX / 2) {
		snprintf(err, err_n, "api_processes and link_processes: at most %d together",
		         CHILDREN_MAX / 2);
		return false;
	}
	metrics_name_routes(m->app->shared.metrics, app_routes);
	if (!signals_open(m)) {
		snprintf(err, err_n, "signalfd: %s", strerror(errno));
		return false;
	}
	m->taking_over = takeover_inherit(m);
	for (int p = 0; !m->taking_over && p < POOL__MAX; p++) {
		if (!pool_listen(conf, (enum pool)p, &m->pool[p], err, err_n))
			return false;
	}
	return pid_write(conf, err, err_n);
}

/* --- signals --- */

static void
reload(struct master *m)
{
	char err[240];
	struct token_keys *k = token_keys_load(m->app->conf.token_keys_file, err, sizeof(err));

	log_reopen();
	if (k) {
		/* For workers forked from now on; the running ones read for themselves. */
		k = atomic_exchange(&m->app->shared.keys, k);
		token_keys_free(&k);
	} else {
		log_line(LOG_ERROR, "keys_not_reloaded", "%s", err);
	}
	(void)click_rules_reload(&m->app->shared, &m->app->conf);
	children_signal(m, CHILD_RUNNING, SIGHUP);
	children_signal(m, CHILD_OLD, SIGHUP);
}

static void
stop(struct master *m)
{
	if (m->stopping)
		return;
	log_line(LOG_INFO, "stopping", "waiting for requests in hand, at most %d s",
	         (int)m->app->conf.drain_s);
	m->stopping = true;
	m->deadline_us = clock_monotonic_us() + m->app->conf.drain_s * US_PER_S;
	metrics_drain(m->app->shared.metrics);
	for (int p = 0; p < POOL__MAX; p++)
		close(m->pool[p].listen_fd);
	children_signal(m, CHILD_RUNNING, SIGQUIT);
	children_signal(m, CHILD_OLD, SIGQUIT);
}

static void
signals_read(struct master *m)
{
	struct signalfd_siginfo s;

	while (read(m->signal_fd, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		switch (s.ssi_signo) {
		case SIGCHLD:
			children_reap(m);
			break;
		case SIGHUP:
			reload(m);
			break;
		case SIGUSR2:
			takeover_begin(m);
			break;
		default:
			stop(m);
			break;
		}
	}
}

/* --- the loop --- */

/* The new workers are there, or did not come in time: then the old ones stay and the new ones go.
 */
static void
takeover_watch(struct master *m, size_t unready)
{
	if (!m->taking_over)
		return;
	if (unready == 0) {
		log_line(LOG_INFO, "takeover_done", "%zu workers of the old program leave",
		         children_count(m, CHILD_OLD));
		children_signal(m, CHILD_OLD, SIGTERM);
		m->deadline_us = clock_monotonic_us() + m->app->conf.drain_s * US_PER_S;
		m->taking_over = false;
	} else if (clock_monotonic_us() > m->deadline_us) {
		m->taking_over = false;
		m->deadline_us = 0;
		m->held = children_count(m, CHILD_OLD) > 0;
		log_line(LOG_ERROR, "takeover_failed", "%zu new workers are not ready; %s", unready,
		         m->held ? "the old ones go on" : "there are no others");
		if (m->held)
			children_signal(m, CHILD_RUNNING, SIGTERM);
	}
}

static void
deadline_watch(struct master *m)
{
	if (m->held && children_count(m, CHILD_OLD) == 0)
		m->held = false;
	if (!m->deadline_us || m->taking_over || clock_monotonic_us() < m->deadline_us)
		return;
	m->deadline_us = 0;
	if (m->stopping)
		children_signal(m, CHILD_RUNNING, SIGKILL);
	children_signal(m, CHILD_OLD, SIGKILL);
}

static int
pause_ms(const struct master *m, int64_t next_fork_us)
{
	int64_t ms = TICK_MS;

	if (m->taking_over)
		ms = READY_TICK_MS;
	if (next_fork_us) {
		int64_t left_ms = (next_fork_us - clock_monotonic_us()) / 1000 + 1;

		if (left_ms < ms)
			ms = left_ms > 0 ? left_ms : 0;
	}
	return (int)ms;
}

static void
master_loop(struct master *m)
{
	struct pollfd p = { .fd = m->signal_fd, .events = POLLIN };

	if (m->taking_over)
		m->deadline_us = clock_monotonic_us() + READY_TIMEOUT_S * US_PER_S;
	children_want(m);
	for (;;) {
		int64_t next_us = children_fork_due(m);

		takeover_watch(m, children_unready(m));
		deadline_watch(m);
		if (m->stopping &&
		    children_count(m, CHILD_RUNNING) + children_count(m, CHILD_OLD) == 0)
			return;
		(void)poll(&p, 1, pause_ms(m, next_us));
		signals_read(m);
		children_reap(m);
	}
}

static void
master_close(struct master *m)
{
	char path[512];

	for (int p = 0; p < POOL__MAX; p++)
		pool_unlink(&m->app->conf, (enum pool)p);
	pid_path(&m->app->conf, path, sizeof(path));
	(void)unlink(path);
	log_line(LOG_INFO, "stopped", "all workers have left");
}

int
cmd_serve(struct app *app, int argc, char **argv)
{
	struct master *m;
	char err[1024] = "";

	if (argc > 1) {
		const bool help = strcmp(argv[1], "--help") == 0;

		(void)fputs(usage, help ? stdout : stderr);
		return help ? 0 : 2;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return 1;
	m->app = app;
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		m->child[i].ready_fd = -1;
	process_memory_steady();
	harden_memory();
	files_allow();
	if (!master_open(m, argc, err, sizeof(err))) {
		(void)fprintf(stderr, "rostra serve: %s\n", err);
		log_line(LOG_ERROR, "not_started", "%s", err);
		free(m);
		return 1;
	}
	harden(&app->conf, CONFINE_MASTER);
	log_line(LOG_INFO, "started", "%d api and %d link workers", (int)app->conf.api_processes,
	         (int)app->conf.link_processes);
	master_loop(m);
	master_close(m);
	free(m);
	return 0;
}
