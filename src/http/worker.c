/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.c - a worker process: one epoll, T threads that all wait on it.  Whoever wakes serves what
 * is ready; a blocking acceptor per thread would leave clients waiting while threads sit on kept
 * connections.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "rostra/auth.h"
#include "rostra/cache.h"
#include "rostra/conf.h"
#include "rostra/log.h"

#include "worker_int.h"

enum { ARENA_FIRST_BYTES = 64 * 1024, HOUSE_EVERY_MS = 1000, WORKER_THREADS_MAX = 256 };

/* --- signals --- */

static void
keys_reload(struct worker *w)
{
	char err[200];
	struct token_keys *k = token_keys_load(w->server->conf->token_keys_file, err, sizeof(err));

	if (!k) {
		log_line(LOG_ERROR, "keys_not_reloaded", "%s", err);
		return;
	}
	token_keys_free(&w->retired);
	w->retired = atomic_exchange(&w->server->shared->keys, k);
	/* A token is good as long as the key that signed it is kept. */
	if (w->server->shared->tokens)
		cache_clear(w->server->shared->tokens);
	log_line(LOG_INFO, "keys_reloaded", "token keys read again");
}

static void
leave(struct worker *w, enum leaving how)
{
	const uint64_t one = 1;
	int not_yet = LEAVING_NOT;

	if (!atomic_compare_exchange_strong(&w->leaving, &not_yet, (int)how))
		return;
	/* A request that never ends must not keep the process; SIGALRM's default ends it. */
	alarm((unsigned)(w->server->conf->drain_s + 1));
	connections_leave(w);
	if (write(w->wake_fd, &one, sizeof(one)) < 0)
		log_line(LOG_WARN, "worker_wake", "%s", strerror(errno));
}

static void
signals_read(struct worker *w)
{
	struct signalfd_siginfo s;

	while (read(w->signal_fd, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		switch (s.ssi_signo) {
		case SIGHUP:
			log_reopen();
			keys_reload(w);
			if (w->server->hooks.reload)
				w->server->hooks.reload(w->server->shared, w->server->conf);
			break;
		case SIGTERM:
			leave(w, LEAVING_TO_OTHERS);
			break;
		default: /* SIGQUIT, SIGINT: nobody stays */
			leave(w, LEAVING_FOR_GOOD);
			break;
		}
	}
}

/* --- threads --- */

static void
keep_house(struct worker_thread *t)
{
	const struct shared *s = t->worker->server->shared;
	struct cache *const caches[METRICS_CACHES] = { s->tokens, s->callers, s->cards, s->links,
		                                       s->boards, s->reports, s->people };
	int64_t now_us = clock_monotonic_us();

	if (!t->first || now_us - t->swept_us < HOUSE_EVERY_MS * INT64_C(1000))
		return;
	t->swept_us = now_us;
	for (size_t i = 0; i < METRICS_CACHES; i++) {
		struct cache_stats c;

		if (!caches[i])
			continue;
		c = cache_stats(caches[i]);
		metrics_slot_cache(s->metrics, t->worker->server->slot, i,
		                   (const uint64_t[4]){ c.hits, c.misses, c.bytes, c.entries });
	}
	metrics_slot_statements(s->metrics, t->worker->server->slot, db_statements_held());
}

/*
 * Whoever hung up waits for nothing: what it had sent may be old (this process was stopped, or
 * busy), and its client has long asked another worker.  A refresh token of half a minute ago would
 * look stolen.
 */
static void
serve_ready(struct worker_thread *t, int fd, bool hung_up)
{
	struct worker *w = t->worker;
	struct metrics *m = w->server->shared->metrics;

	if (!connections_claim(w, fd))
		return;
	if (hung_up) {
		close(fd);
		metrics_slot_add(m, w->server->slot, 0, -1);
		return;
	}
	metrics_slot_add(m, w->server->slot, 1, 0);
	if (http_serve(&t->conn, fd))
		connections_return(w, fd);
	else
		metrics_slot_add(m, w->server->slot, 0, -1);
	metrics_slot_add(m, w->server->slot, -1, 0);
}

static void
thread_loop(struct worker_thread *t)
{
	struct worker *w = t->worker;
	struct epoll_event ev;

	while (atomic_load(&w->leaving) == LEAVING_NOT) {
		int n;

		if (atomic_load_explicit(&w->crowded, memory_order_relaxed))
			connections_accept(w);
		n = epoll_wait(w->epoll_fd, &ev, 1, t->first ? HOUSE_EVERY_MS : -1);

		keep_house(t);
		if (n <= 0)
			continue;
		if (ev.data.fd == w->listen_fd)
			connections_accept(w);
		else if (ev.data.fd == w->adopt_read_fd)
			connections_adopt(w);
		else if (ev.data.fd == w->signal_fd)
			signals_read(w);
		else if (ev.data.fd != w->wake_fd)
			serve_ready(t, ev.data.fd, (ev.events & EPOLLHUP) != 0);
	}
}

static void
thread_open(struct worker_thread *t, struct worker *w)
{
	t->worker = w;
	t->conn.server = w->server;
	t->conn.paths = w->paths;
	t->conn.arena = arena_create(ARENA_FIRST_BYTES);
	if (w->server->n_stmts > 0)
		t->conn.db = db_create(w->server->conf, w->server->stmts, w->server->n_stmts);
}

static void
thread_close(struct worker_thread *t)
{
	if (t->conn.db)
		db_destroy(&t->conn.db);
	buf_free(&t->conn.out);
	buf_free(&t->conn.head);
	buf_free(&t->conn.extra);
	buf_free(&t->conn.log);
	arena_destroy(&t->conn.arena);
}

/* Prepares every statement before the first request; a database that is down is asked again later.
 */
static enum fault
thread_connect(struct worker_thread *t)
{
	struct rq *rq = &t->conn.rq;
	enum fault e;

	if (!t->conn.db)
		return FAULT_NONE;
	http_rq_begin(rq, t->worker->server, t->conn.arena, t->conn.db);
	e = db_connect(rq);
	if (e)
		log_line(e == FAULT_BUSY ? LOG_WARN : LOG_ERROR, "worker_connect", "%s: %s %s",
		         fault_row(e)->name, rq->problem.detail, rq->problem.internal);
	arena_reset(t->conn.arena);
	return e;
}

static void *
thread_main(void *arg)
{
	struct worker_thread *t = arg;

	(void)!thread_connect(t);
	thread_loop(t);
	return NULL;
}

/* --- the process --- */

static bool
watch(struct worker *w, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.fd = fd };

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &ev) == 0;
}

static bool
worker_open(struct worker *w)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGQUIT);
	sigaddset(&mask, SIGHUP);
	if (FCGX_Init() != 0)
		return false;
	pthread_sigmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->paths = path_table_create(w->server->routes, w->server->pool);
	if (w->epoll_fd < 0 || w->signal_fd < 0 || w->wake_fd < 0 || !w->paths)
		return false;
	/* Several processes listen: without O_NONBLOCK the slower one would hang in accept. */
	if (fcntl(w->listen_fd, F_SETFL, fcntl(w->listen_fd, F_GETFL) | O_NONBLOCK) < 0)
		return false;
	return watch(w, w->signal_fd, EPOLLIN) && watch(w, w->wake_fd, EPOLLIN) &&
	       watch(w, w->listen_fd, EPOLLIN | EPOLLEXCLUSIVE) &&
	       (w->adopt_read_fd < 0 || watch(w, w->adopt_read_fd, EPOLLIN | EPOLLEXCLUSIVE));
}

static void
worker_close(struct worker *w)
{
	close(w->epoll_fd);
	close(w->signal_fd);
	close(w->wake_fd);
	path_table_destroy(&w->paths);
	if (w->retired)
		token_keys_free(&w->retired);
	free(w);
}

static void
say_ready(const struct server *s)
{
	if (s->ready_fd < 0)
		return;
	if (write(s->ready_fd, "r", 1) != 1)
		log_line(LOG_WARN, "worker_ready", "%s", strerror(errno));
	close(s->ready_fd);
}

/* The handle that leaders take in turns is the process's, like what else its threads share. */
static void
warm_open(const struct server *s)
{
	if (s->n_stmts > 0)
		atomic_store(&s->shared->warm, db_create(s->conf, s->stmts, s->n_stmts));
}

static void
warm_close(const struct server *s)
{
	struct db *warm = s->n_stmts > 0 ? atomic_exchange(&s->shared->warm, NULL) : NULL;

	if (warm)
		db_destroy(&warm);
}

static void
threads_run(struct worker *w, struct worker_thread *t, int n)
{
	int started = 1;
	enum fault e;

	warm_open(w->server);
	for (int i = 0; i < n; i++)
		thread_open(&t[i], w);
	t[0].first = true;
	e = thread_connect(&t[0]);
	while (started < n && pthread_create(&t[started].id, NULL, thread_main, &t[started]) == 0)
		started++;
	if (started < n)
		log_line(LOG_ERROR, "worker_threads", "%d of %d threads", started, n);
	/* A release whose statements do not fit the schema is not ready, and its predecessor stays.
	 */
	if (!e || e == FAULT_BUSY)
		say_ready(w->server);
	thread_loop(&t[0]);
	for (int i = 1; i < started; i++)
		pthread_join(t[i].id, NULL);
	for (int i = 0; i < n; i++)
		thread_close(&t[i]);
	warm_close(w->server);
}

int
worker_run(const struct server *s, int listen_fd, int adopt_read_fd, int adopt_write_fd,
           int threads)
{
	struct worker *w = calloc(1, sizeof(*w));
	struct worker_thread *t;

	if (threads < 1 || threads > WORKER_THREADS_MAX)
		threads = threads < 1 ? 1 : WORKER_THREADS_MAX;
	t = calloc((size_t)threads, sizeof(*t));
	if (!w || !t)
		log_die("worker_memory", "no memory for %d threads", threads);
	w->server = s;
	w->listen_fd = listen_fd;
	w->adopt_read_fd = adopt_read_fd;
	w->adopt_write_fd = adopt_write_fd;
	if (!worker_open(w))
		log_die("worker_open", "%s", strerror(errno));
	threads_run(w, t, threads);
	free(t);
	worker_close(w);
	alarm(0);
	return 0;
}
