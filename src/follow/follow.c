/* SPDX-License-Identifier: Apache-2.0 */
/* follow.c - following a colleague. */
#include "rostra/caller.h"

#include "follow_int.h"

enum fault
follow_put(struct rq *rq, struct uuid person)
{
	const struct follow f = { .company_id = rq_company(rq),
		                  .follower_id = rq->who->person,
		                  .followed_id = person,
		                  .followed_at = rq->now_us };
	int64_t n;
	bool done;
	enum fault e;

	if (uuid_eq(person, f.follower_id))
		return rq_fail(rq, FAULT_CONFLICT, "Nobody follows themselves.");
	e = follow_sql_count(rq, &n);
	if (e)
		return e;
	if (n >= FOLLOW_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "You follow %d colleagues, which is the most.",
		               FOLLOW_MAX);
	e = follow_sql_put(rq, &f, &done);
	return e || done ? e : FAULT_NOT_FOUND;
}
