/* SPDX-License-Identifier: Apache-2.0 */
/* talk.c - reactions and comments come and go together with what people are told of them. */
#include "rostra/caller.h"
#include "rostra/sync.h"

#include "talk_int.h"

enum fault
reaction_put(struct rq *rq, void *arg)
{
	const struct reaction *r = arg;
	struct kudos k = { .points = 0 };
	enum fault e = kudos_sql_hold(rq, r->kudos_id, &k);

	if (!e)
		e = reaction_sql_put(rq, r);
	/* Another one in place of the former is no news. */
	if (!e)
		e = kudos_tell_talk(rq, NOTICE_REACTION, &k, r->person_id);
	return e ? e : kudos_log(rq, &k, &k);
}

/* Something that was said about it is gone. */
static enum fault
log_less(struct rq *rq, struct uuid kudos)
{
	const struct uuid everybody = { { 0 } };

	return sync_log(rq, SYNC_KUDOS, kudos, SYNC_UPSERT, everybody);
}

enum fault
reaction_remove(struct rq *rq, void *arg)
{
	const struct reaction *r = arg;
	struct kudos k = { .points = 0 };
	bool done = false;
	enum fault e = kudos_sql_hold(rq, r->kudos_id, &k);

	if (!e)
		e = reaction_sql_delete(rq, r, &done);
	if (e || !done)
		return e;
	e = notice_retract(rq, NOTICE_REACTION, r->kudos_id, r->person_id);
	return e ? e : log_less(rq, r->kudos_id);
}

enum fault
comment_put(struct rq *rq, void *arg)
{
	const struct comment *c = arg;
	struct kudos k = { .points = 0 };
	enum fault e = kudos_sql_hold(rq, c->kudos_id, &k);

	if (!e)
		e = comment_sql_insert(rq, c);
	if (!e)
		e = kudos_tell_talk(rq, NOTICE_COMMENT, &k, c->id);
	return e ? e : kudos_log(rq, &k, &k);
}

enum fault
comment_remove(struct rq *rq, void *arg)
{
	const struct comment *c = arg;
	enum fault e = comment_sql_delete(rq, c);

	if (!e)
		e = notice_retract(rq, NOTICE_COMMENT, c->kudos_id, c->id);
	return e ? e : log_less(rq, c->kudos_id);
}
