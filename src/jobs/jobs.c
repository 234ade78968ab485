/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c - recurring work at its pace: what every node does, and what one process at a time does
 * under a lease. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rostra/caller.h"
#include "rostra/conf.h"
#include "rostra/log.h"
#include "rostra/process.h"

#include "jobs_int.h"

/*
 * LEASE: renewed when half of it is over, so a healthy holder keeps it and writes rarely; another
 * process takes over after it, or at once when the holder is gone from this host.  RUN: one run's
 * deadline, well inside.
 */
enum {
	LEASE_S = 60,
	RUN_S = 25,
	READ_TIMEOUT_S = 30,
	TICK_MS = 50,
	CLAIM_EVERY_S = 2,
	ARENA_BYTES = 262144
};
/* A job that keeps failing is logged once and then every so often. */
enum { LOG_EVERY_S = 60 };

/* What one thread knows of one job. */
struct slot {
	const struct job *job;
	int64_t due_us;   /* monotonic */
	int64_t held_us;  /* monotonic; the lease is ours until then */
	int64_t asked_us; /* monotonic; last time the lease was asked for */
	int64_t logged_us;
	bool added, failing;
};

/* One thread: node jobs, or leased jobs and the outbox. */
struct crew {
	const struct conf *conf;
	const struct db_stmt_table *stmts;
	size_t n_stmts;
	struct slot *slots;
	size_t n;
	const struct jobs_plan *plan; /* of the outbox; NULL: none */
	atomic_bool *stop;
	char owner[PROCESS_NAME_SIZE];
	bool outbox_failing;
};

static const struct caller nobody = { .kind = ACCESS_UNSET };

/* A fresh unit of work on the thread's arena and connection. */
static void
begin(struct rq *rq)
{
	struct arena *arena = rq->arena;
	struct db *db = rq->db;
	const struct conf *conf = rq->conf;
	struct shared *shared = rq->shared;

	arena_reset(arena);
	memset(rq, 0, sizeof(*rq));
	rq->arena = arena;
	rq->db = db;
	rq->conf = conf;
	rq->shared = shared;
	rq->who = &nobody;
	rq->language = "";
	rq->now_us = clock_now_us();
	rq->deadline_us = clock_monotonic_us() + RUN_S * US_PER_S;
}

const char *
jobs_reason(struct rq *rq, enum fault e)
{
	const struct problem *p = &rq->problem;
	const char *cause = p->internal[0] ? p->internal : p->detail;
	char *text = arena_printf(rq->arena, "%s %s", fault_row(e)->name, cause);

	if (strlen(text) >= JOBS_ERROR_SIZE)
		text[JOBS_ERROR_SIZE - 1] = '\0';
	return text;
}

static void
report(struct slot *s, struct rq *rq, const char *what, enum fault e)
{
	int64_t now = clock_monotonic_us();

	if (!e && s->failing)
		log_line(LOG_INFO, "job_recovered", "%s", what);
	if (e && (!s->failing || now - s->logged_us > LOG_EVERY_S * US_PER_S)) {
		log_line(LOG_WARN, "job_failed", "%s: %s", what, jobs_reason(rq, e));
		s->logged_us = now;
	}
	s->failing = e != FAULT_NONE;
}

/* --- leases
 * --------------------------------------------------------------------------------------------------
 */

static enum fault
claim(struct rq *rq, struct slot *s, const char *owner, bool *ret_mine)
{
	struct job_lease l = { .name = s->job->name, .owner = owner, .now_us = rq->now_us };
	struct job_lease other = { 0 };
	enum fault e = s->added ? FAULT_NONE : job_sql_add(rq, &l);

	if (e)
		return e;
	s->added = true;
	l.until_us = rq->now_us + LEASE_S * US_PER_S;
	e = job_sql_claim(rq, &l, ret_mine);
	if (e || *ret_mine)
		return e;
	e = job_sql_holder(rq, l.name, &other);
	if (e || !other.owner || !process_name_gone(other.owner))
		return e;
	l.owner = other.owner;
	e = job_sql_release(rq, &l);
	l.owner = owner;
	return e ? e : job_sql_claim(rq, &l, ret_mine);
}

/* Is the lease ours for at least one more run?  Asks the database only when it must. */
static enum fault
hold(struct rq *rq, struct slot *s, const char *owner, bool *ret_mine)
{
	int64_t now = clock_monotonic_us();
	bool mine = false;
	enum fault e;

	*ret_mine = s->held_us - now > LEASE_S * US_PER_S / 2;
	if (*ret_mine ||
	    (s->held_us == 0 && s->asked_us && now - s->asked_us < CLAIM_EVERY_S * US_PER_S))
		return FAULT_NONE;
	s->asked_us = now;
	e = claim(rq, s, owner, &mine);
	s->held_us = !e && mine ? now + LEASE_S * US_PER_S : 0;
	*ret_mine = !e && mine;
	return e;
}

/* The row says what happened when that is news: the first run, a failure, the first success after
 * one. */
static enum fault
note_run(struct rq *rq, const struct slot *s, const char *owner, enum fault result)
{
	struct job_lease l = { .name = s->job->name, .owner = owner, .last_run_us = TIME_NONE };

	if (result)
		l.last_error = jobs_reason(rq, result);
	else
		l.last_run_us = rq->now_us;
	l.until_us = rq->now_us + LEASE_S * US_PER_S;
	return job_sql_ran(rq, &l);
}

static void
run_leased(struct rq *rq, struct slot *s, const char *owner)
{
	int64_t asked_us = s->asked_us;
	bool mine = false;
	bool news;
	enum fault e = hold(rq, s, owner, &mine);

	if (!e && mine)
		e = s->job->run(rq);
	news = mine && (e || s->failing || s->asked_us != asked_us ||
	                s->job->every_ms >= LEASE_S * INT64_C(1000));
	report(s, rq, s->job->name, e);
	if (!news)
		return;
	if (note_run(rq, s, owner, e))
		s->held_us = 0;
}

static void
release_all(struct rq *rq, struct crew *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct job_lease l = { .name = c->slots[i].job->name, .owner = c->owner };

		if (c->slots[i].held_us == 0)
			continue;
		begin(rq);
		if (job_sql_release(rq, &l))
			return; /* the database is away: the lease runs out, or is taken from a dead
			           process */
	}
}

/* --- the loop
 * ------------------------------------------------------------------------------------------------
 */

static void
run_due(struct rq *rq, struct crew *c, struct slot *s)
{
	int64_t now = clock_monotonic_us();

	if (now < s->due_us)
		return;
	begin(rq);
	if (s->job->per_node)
		report(s, rq, s->job->name, s->job->run(rq));
	else
		run_leased(rq, s, c->owner);
	s->due_us = clock_monotonic_us() + s->job->every_ms * 1000;
}

/* Batches while they are full: what comes meanwhile is of the next round, as a failure is.  Under
 * load, a round is many things at the price of one. */
static void
run_outbox(struct rq *rq, struct crew *c, struct slot *s, struct relay *r)
{
	uint64_t n = OUTBOX_BATCH;
	enum fault e = FAULT_NONE;

	while (!e && n == OUTBOX_BATCH && !atomic_load(c->stop)) {
		begin(rq);
		n = 0;
		e = outbox_run(rq, c->plan, r, &n);
	}
	report(s, rq, "outbox", e);
}

static void *
crew_main(void *arg)
{
	struct crew *c = arg;
	struct slot outbox = { 0 };
	struct relay relay = { 0 };
	struct rq rq = { .arena = arena_create(ARENA_BYTES), .conf = c->conf };
	int64_t poll_us = c->conf->jobs_poll_ms * 1000;

	rq.db = db_create(c->conf, c->stmts, c->n_stmts);
	while (!atomic_load(c->stop)) {
		const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };

		for (size_t i = 0; i < c->n && !atomic_load(c->stop); i++)
			run_due(&rq, c, &c->slots[i]);
		if (c->plan && clock_monotonic_us() >= outbox.due_us) {
			run_outbox(&rq, c, &outbox, &relay);
			outbox.due_us = clock_monotonic_us() + poll_us;
		}
		(void)nanosleep(&tick, NULL);
	}
	release_all(&rq, c);
	db_destroy(&rq.db);
	arena_destroy(&rq.arena);
	return NULL;
}

static void
crew_fill(struct crew *c, const struct jobs_plan *plan, bool per_node)
{
	c->slots = calloc(plan->n_jobs + 1, sizeof(*c->slots));
	if (!c->slots)
		log_die("memory", "no memory for %zu jobs", plan->n_jobs);
	for (size_t i = 0; i < plan->n_jobs; i++) {
		if (plan->jobs[i].per_node == per_node)
			c->slots[c->n++].job = &plan->jobs[i];
	}
	process_name(c->owner, 0);
}

/* SIGHUP: the log file again; SIGTERM, SIGINT: the end. */
static void
wait_for_end(const sigset_t *set)
{
	for (;;) {
		int number = 0;

		if (sigwait(set, &number) != 0)
			continue;
		if (number == SIGTERM || number == SIGINT)
			return;
		log_reopen();
	}
}

int
jobs_run(const struct conf *conf, const struct db_stmt_table *stmts, size_t n_stmts,
         const struct jobs_plan *plan)
{
	struct conf own = *conf;
	atomic_bool stop = false;
	struct crew node = { .conf = &own, .stmts = stmts, .n_stmts = n_stmts, .stop = &stop };
	struct crew lease = { .conf = &own, .stmts = stmts, .n_stmts = n_stmts, .stop = &stop };
	pthread_t node_thread, lease_thread;
	sigset_t set;

	own.db_read_timeout_s = READ_TIMEOUT_S;
	lease.plan = plan;
	crew_fill(&node, plan, true);
	crew_fill(&lease, plan, false);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (pthread_create(&node_thread, NULL, crew_main, &node) != 0 ||
	    pthread_create(&lease_thread, NULL, crew_main, &lease) != 0)
		log_die("threads", "no thread for jobs");
	log_line(LOG_INFO, "jobs_started", "%zu jobs on this node, %zu under a lease", node.n,
	         lease.n);
	wait_for_end(&set);
	atomic_store(&stop, true);
	(void)pthread_join(node_thread, NULL);
	(void)pthread_join(lease_thread, NULL);
	free(node.slots);
	free(lease.slots);
	log_line(LOG_INFO, "jobs_stopped", "done");
	return EXIT_SUCCESS;
}

/* --- once
 * ----------------------------------------------------------------------------------------------------
 */

static enum fault
run_once(struct rq *rq, const struct job *job, const char *owner)
{
	struct slot s = { .job = job };
	const struct job_lease l = { .name = job->name, .owner = owner };
	bool mine = job->per_node;
	enum fault e = mine ? FAULT_NONE : claim(rq, &s, owner, &mine);

	if (e || !mine)
		return e; /* held by a running service: it does the work */
	e = job->run(rq);
	if (job->per_node || e)
		return e;
	e = note_run(rq, &s, owner, FAULT_NONE);
	return e ? e : job_sql_release(rq, &l);
}

enum fault
jobs_once(struct rq *rq, const struct jobs_plan *plan)
{
	const struct caller *who = rq->who;
	char owner[PROCESS_NAME_SIZE];
	struct relay relay = { 0 };
	uint64_t n = 1;
	enum fault e = FAULT_NONE;

	process_name(owner, 1);
	rq->who = &nobody;
	for (size_t i = 0; !e && i < plan->n_jobs; i++)
		e = run_once(rq, &plan->jobs[i], owner);
	while (!e && n > 0) {
		rq->now_us = clock_now_us();
		e = outbox_run(rq, plan, &relay, &n);
	}
	rq->who = who;
	return e;
}
