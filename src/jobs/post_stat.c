/* SPDX-License-Identifier: Apache-2.0 */
/*
 * post_stat.c - a read model: how often each post is shared.  Shares that come or go mark their
 * post; what is marked is counted every other second, however many they were.
 */
#include <string.h>

#include "jobs_int.h"

struct posts {
	struct post_count *list;
	size_t n, room;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct posts *p = arg;

	p->list = arena_grow(rq->arena, p->list, p->n, &p->room);
	memcpy(&p->list[p->n++], row, sizeof(*p->list));
	return FAULT_NONE;
}

/* All events of a batch were committed before it was claimed: one mark a post serves them all. */
enum fault
post_stat_mark(struct rq *rq, const char *kind, const char *owner)
{
	const struct post_count claim = { .kind = kind, .owner = owner, .counted_us = rq->now_us };

	return post_stat_sql_mark(rq, &claim);
}

enum fault
post_stat_run(struct rq *rq)
{
	struct posts posts = { .n = 0 };
	enum fault e = post_stat_sql_stale(rq, keep, &posts);

	for (size_t i = 0; !e && i < posts.n; i++) {
		posts.list[i].counted_us = rq->now_us;
		e = post_stat_sql_count(rq, &posts.list[i]);
	}
	return e;
}
