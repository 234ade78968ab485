/* SPDX-License-Identifier: Apache-2.0 */
/* children.c - the master's workers: forked, watched, forked again. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rostra/access.h"
#include "rostra/link.h"
#include "rostra/log.h"

#include "master_int.h"

/* A worker that dies at once is forked again with growing pauses; one that has lived is forked at
 * once. */
static const int64_t pause_first_us = 100 * 1000, pause_most_us = 5 * US_PER_S;
static const int64_t lived_us = 10 * US_PER_S;

/* Only the link pool judges hits; it alone has the rules (link_open). */
static void
reload(struct shared *shared, const struct conf *conf)
{
	if (shared->spool != NULL && click_rules_reload(shared, conf))
		log_line(LOG_INFO, "click_rules_reloaded", "version %d of the click rules",
		         click_rules_version(atomic_load(&shared->rules)));
}

static const struct server_hooks hooks = {
	.reload = reload,
	.person = access_person,
	.key = access_key,
	.app_version = access_app_version,
};

/* --- in the child --- */

static bool
link_open(struct app *app)
{
	char err[240];

	app->shared.spool = spool_open(&app->conf, err, sizeof(err));
	if (app->shared.spool)
		app->shared.visits = visits_map(&app->conf, err, sizeof(err));
	if (app->shared.spool && app->shared.visits)
		return true;
	log_line(LOG_ERROR, "link_pool", "%s", err);
	return false;
}

/* The master's own descriptors are not the worker's business. */
static void
child_close_others(struct master *m, enum pool mine)
{
	close(m->signal_fd);
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		if (m->child[i].ready_fd >= 0)
			close(m->child[i].ready_fd);
	}
	for (int p = 0; p < POOL__MAX; p++) {
		if (p == (int)mine)
			continue;
		close(m->pool[p].listen_fd);
		close(m->pool[p].adopt_read_fd);
		close(m->pool[p].adopt_write_fd);
	}
}

static _Noreturn void
child_run(struct master *m, size_t slot, int ready_fd, pid_t master)
{
	struct app *app = m->app;
	const enum pool pool = m->child[slot].pool;
	const struct pool_fds *fds = &m->pool[pool];
	const struct server s = {
		.conf = &app->conf,
		.shared = &app->shared,
		.routes = app_routes,
		.stmts = app_stmts,
		.n_stmts = app_n_stmts,
		.hooks = hooks,
		.pool = pool,
		.slot = slot,
		.ready_fd = ready_fd,
	};
	int64_t threads = pool == POOL_LINK ? app->conf.link_threads : app->conf.api_threads;
	int status;

	child_close_others(m, pool);
	/* A master killed outright cannot say good-bye: the kernel does. */
	(void)prctl(PR_SET_PDEATHSIG, SIGQUIT);
	/* For ps, top and the bench. */
	(void)prctl(PR_SET_NAME, pool == POOL_LINK ? "rostra-link" : "rostra-api");
	if (getppid() != master)
		_exit(0);
	shared_caches(&app->shared, pool);
	if (pool == POOL_LINK && !link_open(app))
		_exit(1);
	harden(&app->conf, CONFINE_WORKER);
	status =
	    worker_run(&s, fds->listen_fd, fds->adopt_read_fd, fds->adopt_write_fd, (int)threads);
	if (app->shared.spool)
		spool_close(&app->shared.spool);
	exit(status);
}

/* --- in the master --- */

static bool
child_fork(struct master *m, size_t slot)
{
	struct child *c = &m->child[slot];
	const pid_t self = getpid();
	int ready[2];

	if (pipe2(ready, O_CLOEXEC) != 0)
		return false;
	metrics_slot_set(m->app->shared.metrics, slot,
	                 c->pool == POOL_LINK ? METRICS_POOL_LINK : METRICS_POOL_API);
	c->pid = fork();
	if (c->pid == 0) {
		close(ready[0]);
		child_run(m, slot, ready[1], self);
	}
	close(ready[1]);
	if (c->pid < 0) {
		close(ready[0]);
		return false;
	}
	c->state = CHILD_RUNNING;
	c->ready_fd = ready[0];
	c->forked_us = clock_monotonic_us();
	return true;
}

void
children_want(struct master *m)
{
	const int64_t wanted[POOL__MAX] = {
		[POOL_API] = m->app->conf.api_processes,
		[POOL_LINK] = m->app->conf.link_processes,
	};

	for (int p = 0; p < POOL__MAX; p++) {
		int64_t n = 0;

		for (size_t i = 0; i < CHILDREN_MAX && n < wanted[p]; i++) {
			if (m->child[i].state != CHILD_FREE)
				continue;
			m->child[i] = (struct child){ .state = CHILD_WANTED,
				                      .pool = (enum pool)p,
				                      .ready_fd = -1 };
			n++;
		}
	}
}

int64_t
children_fork_due(struct master *m)
{
	int64_t now_us = clock_monotonic_us(), next_us = 0;

	if (m->stopping || m->held)
		return 0;
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		struct child *c = &m->child[i];

		if (c->state != CHILD_WANTED)
			continue;
		if (c->fork_at_us <= now_us && child_fork(m, i))
			continue;
		if (c->fork_at_us <= now_us) {
			log_line(LOG_ERROR, "worker_fork", "%s", strerror(errno));
			c->fork_at_us = now_us + pause_most_us;
		}
		if (next_us == 0 || c->fork_at_us < next_us)
			next_us = c->fork_at_us;
	}
	return next_us;
}

static void
child_died(struct master *m, struct child *c, int status)
{
	const int64_t now_us = clock_monotonic_us();

	metrics_add(m->app->shared.metrics, METRIC_WORKERS_DIED, 1);
	log_line(LOG_ERROR, "worker_died", "%s worker %d: %s %d after %" PRId64 " ms",
	         pool_name(c->pool), (int)c->pid, WIFSIGNALED(status) ? "signal" : "status",
	         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	         (now_us - c->forked_us) / 1000);
	if (now_us - c->forked_us > lived_us)
		c->pause_us = 0;
	c->fork_at_us = now_us + c->pause_us;
	c->pause_us = c->pause_us ? c->pause_us * 2 : pause_first_us;
	if (c->pause_us > pause_most_us)
		c->pause_us = pause_most_us;
	c->state = CHILD_WANTED;
}

static void
child_ended(struct master *m, size_t slot, int status)
{
	struct child *c = &m->child[slot];

	if (c->ready_fd >= 0)
		close(c->ready_fd);
	c->ready_fd = -1;
	metrics_slot_set(m->app->shared.metrics, slot, 0);
	if (c->state == CHILD_OLD || m->stopping)
		c->state = CHILD_FREE;
	else if (m->held)
		c->state = CHILD_WANTED;
	else
		child_died(m, c, status);
}

void
children_reap(struct master *m)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < CHILDREN_MAX; i++) {
			const struct child *c = &m->child[i];

			if (c->pid == pid && (c->state == CHILD_RUNNING || c->state == CHILD_OLD))
				child_ended(m, i, status);
		}
	}
}

void
children_signal(const struct master *m, enum child_state state, int signal_number)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		if (m->child[i].state == state)
			(void)kill(m->child[i].pid, signal_number);
	}
}

size_t
children_count(const struct master *m, enum child_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < CHILDREN_MAX; i++)
		n += m->child[i].state == state;
	return n;
}

size_t
children_unready(struct master *m)
{
	size_t n = 0;
	char byte;

	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		struct child *c = &m->child[i];

		if (c->state == CHILD_WANTED)
			n++;
		if (c->state != CHILD_RUNNING || c->ready_fd < 0)
			continue;
		if (fcntl(c->ready_fd, F_SETFL, O_NONBLOCK) == 0 &&
		    read(c->ready_fd, &byte, 1) == 1) {
			close(c->ready_fd);
			c->ready_fd = -1;
			continue;
		}
		n++;
	}
	return n;
}
