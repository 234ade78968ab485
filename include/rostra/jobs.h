/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.h - background work: recurring jobs under a lease, and the outbox. */
#ifndef ROSTRA_JOBS_H
#define ROSTRA_JOBS_H

#include "rostra/db.h"

extern const struct db_stmt_table jobs_stmts, outbox_stmts;

/* Writes what this transaction must cause; payload: JSON text or NULL. */
enum fault outbox_put(struct rq *rq, const char *kind, struct uuid object,
                      const char *payload) MUST_CHECK;
/* The same befell n >= 1 objects of a company: one row for all, whose payload lists their ids. */
struct outbox_many {
	const char *kind;
	const struct uuid *objects;
	size_t n;
};
enum { OUTBOX_KINDS_MAX = 4 };
/* At most so many kinds, in one statement. */
enum fault outbox_put_all(struct rq *rq, struct uuid company, const struct outbox_many *events,
                          size_t n) MUST_CHECK;
/*
 * In the FROM of a handle_batch: o is the outbox, whose events may be about one object or about all
 * that the payload lists; each object is a row of its own.
 */
#define OUTBOX_OBJECTS                                                                             \
	"outbox o FORCE INDEX (outbox_due) STRAIGHT_JOIN JSON_TABLE(COALESCE(o.payload,"           \
	" JSON_ARRAY(o.object_id)), '$[*]' COLUMNS (id CHAR(36) PATH '$')) e"
#define OUTBOX_OBJECT_ID "CAST(e.id AS UUID)"

/* For a handle_batch that needs no more than the objects: those of all events that
 * were claimed, sorted by company and id, each once; into the arena. */
struct outbox_object {
	struct uuid company_id, id;
};
enum fault outbox_objects(struct rq *rq, const char *kind, const char *owner,
                          struct outbox_object **ret, size_t *ret_n) MUST_CHECK;

/* Recurring work; app/jobs_table.c lists all.  run() is called by one process at a time (a lease in
 * table job). */
struct job {
	const char *name;
	int64_t every_ms;
	bool per_node; /* no lease: each node does its own (the click spool) */
	enum fault (*run)(struct rq *rq);
};
/* Handles one outbox row: at least once, so it must be repeatable. */
struct outbox_event {
	int64_t id;
	struct uuid company_id, object_id;
	const char *kind, *payload;
	int64_t created_us;
};
struct outbox_consumer {
	const char *kind;
	enum fault (*handle)(struct rq *rq, const struct outbox_event *e);
	/*
	 * Instead of handle: all rows of the kind that `owner` has claimed, of whatever company, at
	 * once; a fault gives them all back.
	 */
	enum fault (*handle_batch)(struct rq *rq, const char *kind, const char *owner);
};

/* Job: removes old kept answers and changes; sync tokens before the removed changes
 * expire. */
enum fault prune_run(struct rq *rq) MUST_CHECK;
/* A handle_batch for events about shares: their posts are to be counted again (post_stat). */
enum fault post_stat_mark(struct rq *rq, const char *kind, const char *owner) MUST_CHECK;
/* A job: counts the posts that were marked. */
enum fault post_stat_run(struct rq *rq) MUST_CHECK;

/* All of it: what recurs, and what the outbox causes. */
struct jobs_plan {
	const struct job *jobs;
	size_t n_jobs;
	const struct outbox_consumer *consumers;
	size_t n_consumers;
};

/* Runs until SIGTERM (then finishes what runs): each job at its pace, and the outbox. */
int jobs_run(const struct conf *conf, const struct db_stmt_table *stmts, size_t n_stmts,
             const struct jobs_plan *plan);
/* Each job and the due outbox once, for commands and tests. */
enum fault jobs_once(struct rq *rq, const struct jobs_plan *plan) MUST_CHECK;

#endif
