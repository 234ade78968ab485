/* SPDX-License-Identifier: Apache-2.0 */
/* post_clock.c - what time alone does to posts: go live, expire, lose the pin. */
#include "rostra/jobs.h"
#include "rostra/people.h"
#include "rostra/sync.h"

#include "post_int.h"

enum fault
post_announce(struct rq *rq, struct uuid id, bool was_live, bool is_live)
{
	const struct uuid everybody = { 0 };
	enum fault e;

	if (!was_live && !is_live)
		return FAULT_NONE;
	e = is_live ? post_sql_feed_put(rq, id) : post_sql_feed_drop(rq, id);
	if (e)
		return e;
	e = company_feed_changed(rq);
	if (!e && !was_live)
		e = outbox_put(rq, "post.published", id, NULL);
	if (e)
		return e;

	return sync_log(rq, SYNC_POST, id, is_live ? SYNC_UPSERT : SYNC_DELETE, everybody);
}

struct tick {
	enum post_due_what what;
	const struct post_due *due;
};

static enum fault
tick_tx(struct rq *rq, void *arg)
{
	const struct tick *t = arg;
	const bool was_live = t->due->state == POST_LIVE;
	const bool is_live = t->what == POST_DUE_LIVE || (t->what == POST_DUE_UNPINNED && was_live);
	bool done;
	enum fault e = post_sql_due_done(rq, t->what, t->due, &done);

	if (e || !done)
		return e;

	return post_announce(rq, t->due->id, was_live, is_live);
}

/* One transaction a post, on behalf of its company. */
static enum fault
tick(struct rq *rq, enum post_due_what what, const struct post_due *due)
{
	const struct caller *before = rq->who;
	struct caller company = { .kind = ACCESS_PUBLIC, .company = due->company_id };
	struct tick t = { what, due };
	enum fault e;

	rq->who = &company;
	e = db_tx(rq, tick_tx, &t);
	rq->who = before;
	return e;
}

enum fault
post_clock_run(struct rq *rq)
{
	struct post_due_list *list = arena_new(rq->arena, struct post_due_list);

	for (int what = 0; what < POST_DUE__MAX; what++) {
		enum fault e;

		list->n = 0;
		e = post_sql_due(rq, (enum post_due_what)what, list);
		for (size_t i = 0; !e && i < list->n; i++)
			e = tick(rq, (enum post_due_what)what, &list->due[i]);
		if (e)
			return e;
	}
	return FAULT_NONE;
}
