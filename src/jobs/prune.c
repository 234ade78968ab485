/* SPDX-License-Identifier: Apache-2.0 */
/* prune.c - what has had its time: kept answers, old changes. */
#include <string.h>

#include "jobs_int.h"

/* Days.  IDEMPOTENCY: the time the API promises; CHANGES: an older sync token is told to start
 * again. */
enum { IDEMPOTENCY_DAYS = 7, CHANGES_DAYS = 30 };
/* Rows of one statement, so that locks and Galera write sets stay small. */
enum { BATCH = 1000, BATCHES_MAX = 200, COMPANIES_MAX = 4096 };

struct companies {
	struct uuid *ids;
	size_t n;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	const struct prune *p = row;
	struct companies *list = arg;

	if (list->n < COMPANIES_MAX)
		list->ids[list->n++] = p->company_id;
	(void)rq;
	return FAULT_NONE;
}

/* One batch of one company: the floor rises with the rows that go. */
static enum fault
prune_changes_body(struct rq *rq, void *arg)
{
	struct prune *p = arg;
	enum fault e = prune_sql_seq_lock(rq, p);

	if (!e)
		e = prune_sql_seq(rq, p);
	if (e || p->seq == J_NO_INT)
		return e;
	e = prune_sql_floor(rq, p);
	return e ? e : prune_sql_changes(rq, p, NULL);
}

static enum fault
prune_company(struct rq *rq, struct uuid company, int64_t before_us)
{
	struct prune p = { .company_id = company, .before_us = before_us };

	for (int i = 0; i < BATCHES_MAX; i++) {
		enum fault e = db_tx(rq, prune_changes_body, &p);

		if (e || p.seq == J_NO_INT)
			return e;
	}
	return FAULT_NONE;
}

static enum fault
prune_changes(struct rq *rq, int64_t before_us)
{
	struct companies list = { .ids = arena_array(rq->arena, COMPANIES_MAX, struct uuid) };
	struct prune row;
	enum fault e = prune_sql_companies(rq, &row, keep, &list);

	for (size_t i = 0; !e && i < list.n; i++)
		e = prune_company(rq, list.ids[i], before_us);
	return e;
}

static enum fault
prune_by_age(struct rq *rq, enum fault (*remove)(struct rq *, int64_t, uint64_t *), int64_t days)
{
	for (int i = 0; i < BATCHES_MAX; i++) {
		uint64_t n = 0;
		enum fault e = remove(rq, rq->now_us - days * US_PER_DAY, &n);

		if (e || n < BATCH)
			return e;
	}
	return FAULT_NONE;
}

enum fault
prune_run(struct rq *rq)
{
	enum fault e = prune_by_age(rq, prune_sql_idempotency, IDEMPOTENCY_DAYS);

	return e ? e : prune_changes(rq, rq->now_us - CHANGES_DAYS * US_PER_DAY);
}
