/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share_together.c - shares made at the same moment are written in one transaction.  Each was
 * judged by what was known of its person and post under two counters; the transaction first looks
 * whether they still stand.  Whatever does not go well here is not
 * written, and the one who asked goes the careful way, alone.
 */
#include <string.h>

#include "rostra/combine.h"
#include "rostra/shared.h"

#include "share_int.h"

/* One of those who share at the same time. */
struct sharer {
	struct combine_item item; /* first */
	struct share *share;
	const struct feed_viewer *viewer;
	bool taken, fresh, written, in_doubt;
};

/* Of one company, each by another person: feed_seq tells the changes of a person apart. */
struct group {
	struct sharer *sharers[SHARES_AT_ONCE];
	size_t n;
};

static bool
fits(const struct group *g, const struct sharer *s)
{
	if (s->taken)
		return false;
	for (size_t i = 0; i < g->n; i++) {
		const struct share *there = g->sharers[i]->share;

		if (!uuid_eq(there->company_id, s->share->company_id) ||
		    uuid_eq(there->person_id, s->share->person_id))
			return false;
	}
	return true;
}

/* Some of those whom no group has taken yet; false: there are none. */
static bool
gather(struct combine_item *const *items, size_t n, struct group *out)
{
	struct sharer *const *sharers = (struct sharer *const *)items;

	out->n = 0;
	for (size_t i = 0; i < n && out->n < SHARES_AT_ONCE; i++) {
		if (!fits(out, sharers[i]))
			continue;
		sharers[i]->taken = true;
		out->sharers[out->n++] = sharers[i];
	}
	return out->n > 0;
}

/* The shares of all, or of those that are fresh. */
static size_t
shares_of(const struct group *g, bool fresh_only, struct share **out)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		if (g->sharers[i]->fresh || !fresh_only)
			out[n++] = g->sharers[i]->share;
	}
	return n;
}

static enum fault
compare(struct rq *rq, void *row, void *arg)
{
	const struct share_counters *now = row;
	const struct group *g = arg;

	(void)rq;
	for (size_t i = 0; i < g->n; i++) {
		struct sharer *s = g->sharers[i];

		if (!uuid_eq(s->share->person_id, now->person_id))
			continue;
		s->fresh = s->viewer->company_version == now->company_version &&
		           s->viewer->audience_version == now->audience_version;
		s->share->feed_seq = now->person_version + 1;
	}
	return FAULT_NONE;
}

/* Whose counters are those they were judged under?  In a transaction they stay so. */
static enum fault
look(struct rq *rq, struct group *g)
{
	struct share *shares[SHARES_AT_ONCE];

	for (size_t i = 0; i < g->n; i++)
		g->sharers[i]->fresh = false;
	return share_sql_lock(rq, shares, shares_of(g, false, shares), compare, g);
}

static enum fault
write_tx(struct rq *rq, void *arg)
{
	struct share *shares[SHARES_AT_ONCE];
	struct group *g = arg;
	enum fault e = look(rq, g);
	size_t n = shares_of(g, true, shares);

	return e || n == 0 ? e : share_sql_put(rq, shares, n);
}

static enum fault
write_one(struct rq *rq, struct group *g)
{
	struct sharer *s = g->sharers[0];
	bool duplicate;
	enum fault e = look(rq, g);

	if (e || !s->fresh)
		return e;
	e = share_sql_write(rq, s->share, &duplicate);
	s->fresh = !duplicate;
	return e;
}

static void
write_all(struct combine_item *const *items, size_t n, void *arg)
{
	struct rq *rq = arg;
	struct db *own = db_warm_begin(rq, true);
	struct group g;

	while (gather(items, n, &g)) {
		const enum fault e = g.n == 1 ? write_one(rq, &g) : db_tx(rq, write_tx, &g);

		for (size_t i = 0; i < g.n; i++) {
			g.sharers[i]->written = !e && g.sharers[i]->fresh;
			g.sharers[i]->in_doubt = e == FAULT_UNKNOWN_OUTCOME;
		}
		problem_reset(&rq->problem); /* nobody hears of it: see share_write_together */
	}
	db_warm_end(rq, own);
}

bool
share_write_together(struct rq *rq, struct share *s, const struct feed_viewer *viewer)
{
	struct combine *together = rq->shared ? rq->shared->share_writes : NULL;
	struct sharer me = { .share = s, .viewer = viewer };

	if (!together || db_in_tx(rq))
		return false;
	combine_do(together, uuid_tail(s->company_id), &me.item, write_all, rq);
	rq->in_doubt = rq->in_doubt || me.in_doubt;
	return me.written;
}
