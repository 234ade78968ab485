/* SPDX-License-Identifier: Apache-2.0 */
/* follow.c - following a colleague. */
#include "rostra/caller.h"
#include "rostra/people.h"

#include "follow_int.h"

/* One after the other of one person is counted; who is followed already takes no room. */
static enum fault
follow_tx(struct rq *rq, void *arg)
{
	const struct follow *f = arg;
	struct follow_room room;
	bool done;
	enum fault e = people_hold(rq, f->follower_id);

	if (!e)
		e = follow_sql_room(rq, f, &room);
	if (e)
		return e;
	if (room.n >= FOLLOW_MAX && !room.followed)
		return rq_fail(rq, FAULT_CONFLICT, "You follow %d colleagues, which is the most.",
		               FOLLOW_MAX);
	e = follow_sql_put(rq, f, &done);
	return e || done ? e : FAULT_NOT_FOUND;
}

enum fault
follow_put(struct rq *rq, struct uuid person)
{
	struct follow f = { .company_id = rq_company(rq),
		            .follower_id = rq->who->person,
		            .followed_id = person,
		            .followed_at = rq->now_us };

	if (uuid_eq(person, f.follower_id))
		return rq_fail(rq, FAULT_CONFLICT, "Nobody follows themselves.");
	return db_tx(rq, follow_tx, &f);
}
