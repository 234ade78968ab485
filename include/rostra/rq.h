/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rq.h - one unit of work: a request, one step of a job, one command.  It carries the arena, the reason of
 * failure, this thread's database connection and who asks.  Rules and statements get it first; they see
 * nothing of HTTP.
 */
#ifndef ROSTRA_RQ_H
#define ROSTRA_RQ_H

#include "rostra/clock.h"
#include "rostra/fault.h"
#include "rostra/uuid.h"

struct arena;
struct caller;
struct conf;
struct db;
struct shared;
struct phases;

struct rq {
	struct arena        *arena;
	struct problem       problem;
	struct db           *db;       /* NULL only in pure tests */
	const struct caller *who;      /* never NULL in a handler */
	const struct conf   *conf;
	struct shared       *shared;   /* caches of this process (shared.h) */
	int64_t              now_us;   /* wall clock when it began; the one "now" of the whole unit */
	int64_t              deadline_us; /* monotonic; retries stop here */
	const char          *language; /* best known language of the reader, "" unknown */
	char                 request_id[65];
	char                 address[46]; /* where the request came from; "" a command or a job */
	struct phases       *phases;   /* NULL unless conf.phase_costs (phase.h) */
	bool                 in_doubt; /* a write of it got no answer: a failure after that does not say that nothing was done */
	struct {
		uint32_t queries, transactions, restarts;
		int64_t  db_us;
		uint64_t rows;
	} stats;
};

/* Sets a failure of this unit of work; answers the code that stands. */
#define rq_fail(rq, code, ...) problem_set(&(rq)->problem, (code), __VA_ARGS__)

/* The caller's company: the first parameter of nearly every statement. */
struct uuid rq_company(const struct rq *rq);

#endif
