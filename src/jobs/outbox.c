/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c - the relay: what transactions must cause, at least once each. */
#include <string.h>

#include "rostra/caller.h"

#include "jobs_int.h"

/*
 * A claim is committed before anything is handled, so two relays never handle the same row at once.
 * What a relay of this host that is gone has claimed, or a batch of one's own that failed (the
 * database may have died behind the claim), is taken up at once; what another host's has, when the
 * lease is over.
 */
enum { BATCH = OUTBOX_BATCH, LEASE_S = 60, TRIES_MAX = 12, RETRY_S = 2, RETRY_S_MAX = 3600 };

struct batch {
	struct outbox_try items[BATCH];
	size_t n;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct batch *b = arg;

	if (b->n < BATCH)
		memcpy(&b->items[b->n++], row, sizeof(b->items[0]));
	(void)rq;
	return FAULT_NONE;
}

static const struct outbox_consumer *
consumer_of(const struct jobs_plan *plan, const char *kind)
{
	for (size_t i = 0; i < plan->n_consumers; i++) {
		if (cstr_eq(plan->consumers[i].kind, kind))
			return &plan->consumers[i];
	}
	return NULL;
}

/* Seconds until the next try: doubled each time. */
static int64_t
retry_s(int64_t tries)
{
	int64_t s = tries < 12 ? (int64_t)RETRY_S << tries : RETRY_S_MAX;

	return s < RETRY_S_MAX ? s : RETRY_S_MAX;
}

/* A consumer sees the event's company as the caller's. */
static enum fault
handle(struct rq *rq, const struct outbox_consumer *c, const struct outbox_event *event)
{
	const struct caller *before = rq->who;
	const struct caller system = { .company = event->company_id };
	enum fault e;

	if (!c) {
		problem_internal(&rq->problem, "no consumer for %s", event->kind);
		return FAULT_INTERNAL;
	}
	rq->who = &system;
	e = c->handle(rq, event);
	rq->who = before;
	return e;
}

static enum fault
give_back(struct rq *rq, const char *owner, const struct outbox_try *t, enum fault why)
{
	struct outbox_failure f = { .id = t->event.id, .owner = owner };

	f.error = jobs_reason(rq, why);
	f.state = t->tries >= TRIES_MAX ? OUTBOX_DEAD : OUTBOX_READY;
	f.due_us = rq->now_us + retry_s(t->tries) * US_PER_S;
	problem_reset(&rq->problem);
	return outbox_sql_failed(rq, &f);
}

static bool
holds_kind(const struct batch *b, const char *kind)
{
	for (size_t i = 0; i < b->n; i++) {
		if (cstr_eq(b->items[i].event.kind, kind))
			return true;
	}
	return false;
}

/* Kinds that are handled together: a failure gives all of them back. */
static enum fault
handle_together(struct rq *rq, const struct jobs_plan *plan, const struct batch *b,
                const char *owner)
{
	enum fault e = FAULT_NONE;

	for (size_t k = 0; !e && k < plan->n_consumers; k++) {
		const struct outbox_consumer *c = &plan->consumers[k];
		enum fault done;

		if (c->handle_batch == NULL || !holds_kind(b, c->kind))
			continue;
		done = c->handle_batch(rq, c->kind, owner);
		for (size_t i = 0; done && !e && i < b->n; i++) {
			if (cstr_eq(b->items[i].event.kind, c->kind))
				e = give_back(rq, owner, &b->items[i], done);
		}
	}
	return e;
}

static enum fault
handle_singly(struct rq *rq, const struct jobs_plan *plan, const struct batch *b, const char *owner)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < b->n; i++) {
		const struct outbox_event *event = &b->items[i].event;
		const struct outbox_consumer *c = consumer_of(plan, event->kind);
		enum fault done;

		if (c != NULL && c->handle_batch != NULL)
			continue;
		done = handle(rq, c, event);
		if (done)
			e = give_back(rq, owner, &b->items[i], done);
	}
	return e;
}

enum { OWNERS_MAX = 8, CLOCKS_S = 5 };

struct orphans {
	const char *owner[OWNERS_MAX];
	size_t n;
};

static enum fault
keep_orphan(struct rq *rq, void *row, void *arg)
{
	const struct outbox_claim *c = row;
	struct orphans *o = arg;

	(void)rq;
	if (o->n < OWNERS_MAX && c->owner && process_name_gone(c->owner))
		o->owner[o->n++] = c->owner;
	return FAULT_NONE;
}

static enum fault
revive(struct rq *rq, struct relay *r)
{
	struct orphans o = { .n = 0 };
	struct outbox_claim row;
	enum fault e = outbox_sql_revive(rq, rq->now_us);

	if (!e && r->left[0])
		e = outbox_sql_give_up(rq, r->left, rq->now_us);
	if (!e)
		r->left[0] = '\0';
	if (!e)
		e = outbox_sql_owners(rq, &row, keep_orphan, &o);
	for (size_t i = 0; !e && i < o.n; i++)
		e = outbox_sql_give_up(rq, o.owner[i], rq->now_us);
	return e;
}

/* Clocks differ, and jump: what is due at once is not left to wait for a clock that was ahead. */
static enum fault
compare_clocks(struct rq *rq, struct relay *r)
{
	const int64_t now_us = clock_monotonic_us();

	if (r->clocks_us && now_us - r->clocks_us < CLOCKS_S * US_PER_S)
		return FAULT_NONE;
	r->clocks_us = now_us;
	return outbox_sql_due_now(rq, rq->now_us);
}

static enum fault
run_batch(struct rq *rq, const struct jobs_plan *plan, const char *owner, uint64_t *ret_n)
{
	struct batch *b = arena_new(rq->arena, struct batch);
	struct outbox_try row;
	const struct outbox_claim claim = { .owner = owner,
		                            .now_us = rq->now_us,
		                            .until_us = rq->now_us + LEASE_S * US_PER_S,
		                            .limit = BATCH };
	enum fault e = outbox_sql_claim(rq, &claim, ret_n);

	if (e || *ret_n == 0)
		return e;
	e = outbox_sql_claimed(rq, owner, &row, keep, b);
	if (!e)
		e = handle_together(rq, plan, b, owner);
	if (!e)
		e = handle_singly(rq, plan, b, owner);
	return e ? e : outbox_sql_done(rq, owner);
}

enum fault
outbox_run(struct rq *rq, const struct jobs_plan *plan, struct relay *r, uint64_t *ret_n)
{
	char owner[PROCESS_NAME_SIZE];
	enum fault e = revive(rq, r);

	if (!e)
		e = compare_clocks(rq, r);
	if (e)
		return e;
	process_name(owner, (unsigned)(rq->now_us / 1000)); /* a name for this batch alone */
	e = run_batch(rq, plan, owner, ret_n);
	if (e)
		memcpy(r->left, owner, sizeof(owner));
	return e;
}
