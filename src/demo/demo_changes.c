/* SPDX-License-Identifier: Apache-2.0 */
/* demo_changes.c - the change log of the last weeks, and what people saw of the posts that are
 * live. */
#include <stdlib.h>

#include "rostra/sync.h"

#include "demo_int.h"

/* The log is kept for 30 days (pruning in src/jobs). */
enum { LOG_DAYS = 30 };

static int
by_time(const void *a, const void *b)
{
	const struct row_change *x = a;
	const struct row_change *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return uuid_cmp(x->object_id, y->object_id);
}

static void
add(struct row_change *list, size_t *n, const struct row_change *change, int64_t from_us,
    int64_t now_us)
{
	if (change->at_us >= from_us && change->at_us < now_us)
		list[(*n)++] = *change;
}

static size_t
collect(const struct world *w, struct row_change *list)
{
	int64_t from = w->now_us - LOG_DAYS * US_PER_DAY;
	size_t n = 0;

	for (size_t i = 0; i < w->n_posts; i++) {
		struct row_change c = { .company_id = w->id,
			                .object_id = w->posts[i].id,
			                .kind = SYNC_POST };

		c.at_us = w->posts[i].published_us;
		add(list, &n, &c, from, w->now_us);
		c.at_us = w->posts[i].expire_us;
		c.op = SYNC_DELETE;
		add(list, &n, &c, from, w->now_us);
	}
	for (size_t i = 0; i < w->n_shares; i++) {
		struct row_change c = { .company_id = w->id,
			                .object_id = w->shares[i].id,
			                .kind = SYNC_SHARE };

		c.person_id = w->people[w->shares[i].person].id;
		c.at_us = w->shares[i].at_us;
		add(list, &n, &c, from, w->now_us);
	}
	return n;
}

static enum fault
take_numbers(struct rq *rq, void *arg)
{
	struct row_change *list = arg; /* how many, and the last */
	enum fault e = db_exec(rq, &demo_statements[DEMO_SEQ], &list[0], NULL);

	return e ? e : db_one(rq, &demo_statements[DEMO_SEQ_LAST], &list[0], &list[1]);
}

static enum fault
write_log(struct world *w)
{
	struct row_change *list =
	    arena_array(w->rq->arena, 2 * w->n_posts + w->n_shares + 1, struct row_change);
	size_t n = collect(w, list);
	struct row_change numbers[] = { { .company_id = w->id, .seq = (int64_t)n }, { .seq = 0 } };
	struct load l;
	enum fault e = db_tx(w->rq, take_numbers, numbers);

	qsort(list, n, sizeof(list[0]), by_time);
	load_open(&l, w, &demo_statements[DEMO_CHANGE], sizeof(struct row_change));
	for (size_t i = 0; !e && i < n; i++) {
		list[i].seq = numbers[1].seq - (int64_t)n + (int64_t)i + 1;
		e = load_row(&l, &list[i]);
	}
	return load_close(&l, e);
}

static enum fault
see(struct world *w, struct dice *d, struct load *l, const struct demo_post *p)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < w->n_people; i++) {
		struct row_seen row = { .company_id = w->id,
			                .person_id = w->people[i].id,
			                .post_id = p->id };

		if (!dice_chance(d, 0.3))
			continue;
		row.seen_us = p->published_us +
		              (int64_t)(dice_unit(d) * (double)(w->now_us - p->published_us));
		row.acknowledged_us = p->must_read && dice_chance(d, 0.7) ? row.seen_us : TIME_NONE;
		e = load_row(l, &row);
	}
	return e;
}

enum fault
demo_write_changes(struct world *w)
{
	struct dice d = world_dice(w, 11);
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_SEEN], sizeof(struct row_seen));
	l.in_turn = true;
	for (size_t i = 0; !e && i < w->n_posts; i++) {
		if (w->posts[i].state == POST_LIVE)
			e = see(w, &d, &l, &w->posts[i]);
	}
	e = load_close(&l, e);
	return e ? e : write_log(w);
}
