/* SPDX-License-Identifier: Apache-2.0 */
/* jobs_int.h - between the files of jobs. */
#ifndef ROSTRA_JOBS_INT_H
#define ROSTRA_JOBS_INT_H

#include "rostra/jobs.h"
#include "rostra/process.h"

/* outbox.last_error, job.last_error; who holds a lease is named by process_name. */
enum { JOBS_ERROR_SIZE = 241 };

/* Why the unit of work failed, for last_error. */
const char *jobs_reason(struct rq *rq, enum fault e);

/* --- leases of recurring jobs (jobs_sql.c) --- */
struct job_lease {
	const char *name, *owner, *last_error;
	int64_t now_us, until_us, last_run_us;
};
enum fault job_sql_add(struct rq *rq, const struct job_lease *l) MUST_CHECK;
/* Takes the lease when it is free, over, or owner's own. */
enum fault job_sql_claim(struct rq *rq, const struct job_lease *l, bool *ret_mine) MUST_CHECK;
enum fault job_sql_holder(struct rq *rq, const char *name, struct job_lease *ret) MUST_CHECK;
enum fault job_sql_ran(struct rq *rq, const struct job_lease *l) MUST_CHECK;
enum fault job_sql_release(struct rq *rq, const struct job_lease *l) MUST_CHECK;

/* --- the outbox (outbox_sql.c) --- */
enum outbox_state { OUTBOX_READY, OUTBOX_CLAIMED, OUTBOX_DONE, OUTBOX_DEAD, OUTBOX__MAX };

struct outbox_claim {
	const char *owner;
	int64_t now_us, until_us, limit;
};
struct outbox_try {
	struct outbox_event event;
	int64_t tries;
};
struct outbox_failure {
	int64_t id, due_us;
	int state;
	const char *error, *owner;
};
enum fault outbox_sql_revive(struct rq *rq,
                             int64_t now_us) MUST_CHECK; /* claims whose lease ran out */
/* A first try that a clock ahead of this one has put off is due now. */
enum fault outbox_sql_due_now(struct rq *rq, int64_t now_us) MUST_CHECK;
/* Gives back what this owner has claimed, and does not handle any more. */
enum fault outbox_sql_give_up(struct rq *rq, const char *owner, int64_t now_us) MUST_CHECK;
/* Who holds claims, each once; row->owner lives in the arena. */
enum fault outbox_sql_owners(struct rq *rq, struct outbox_claim *row, db_row_fn *fn,
                             void *arg) MUST_CHECK;
enum fault outbox_sql_claim(struct rq *rq, const struct outbox_claim *c,
                            uint64_t *ret_n) MUST_CHECK;
enum fault outbox_sql_claimed(struct rq *rq, const char *owner, struct outbox_try *row,
                              db_row_fn *fn, void *arg) MUST_CHECK;
enum fault outbox_sql_failed(struct rq *rq, const struct outbox_failure *f) MUST_CHECK;
enum fault outbox_sql_done(struct rq *rq, const char *owner) MUST_CHECK;

/* --- outbox.c --- */
/* One relay, from batch to batch; begins as zeros. */
struct relay {
	char left[PROCESS_NAME_SIZE]; /* the name of a batch that failed: its claims are given back
	                               */
	int64_t clocks_us;            /* monotonic; when it last looked for events of the future */
};
enum { OUTBOX_BATCH = 1000 };
/* Claims and handles one batch, at most OUTBOX_BATCH rows; *ret_n: how many there were. */
enum fault outbox_run(struct rq *rq, const struct jobs_plan *plan, struct relay *r,
                      uint64_t *ret_n) MUST_CHECK;

/* --- pruning (jobs_sql.c) --- */
struct prune {
	struct uuid company_id;
	int64_t before_us;
	int64_t seq; /* change log: up to here */
};
enum fault prune_sql_idempotency(struct rq *rq, int64_t before_us, uint64_t *ret_n) MUST_CHECK;
enum fault prune_sql_companies(struct rq *rq, struct prune *row, db_row_fn *fn,
                               void *arg) MUST_CHECK;
enum fault prune_sql_seq_lock(struct rq *rq, const struct prune *p) MUST_CHECK;
enum fault prune_sql_seq(struct rq *rq,
                         struct prune *p) MUST_CHECK; /* J_NO_INT: nothing that old */
enum fault prune_sql_floor(struct rq *rq, const struct prune *p) MUST_CHECK;
enum fault prune_sql_changes(struct rq *rq, const struct prune *p, uint64_t *ret_n) MUST_CHECK;

/* --- the shares of a post (jobs_sql.c) --- */
struct post_count {
	const char *kind, *owner;
	struct uuid company_id, post_id;
	int64_t marks, counted_us;
};
/* The posts whose shares the claimed rows of a kind are about are stale from now on. */
enum fault post_stat_sql_mark(struct rq *rq, const struct post_count *claim) MUST_CHECK;
/* Those that are; rows: struct post_count with the marks they had. */
enum fault post_stat_sql_stale(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
enum fault post_stat_sql_count(struct rq *rq, const struct post_count *p) MUST_CHECK;

#endif
