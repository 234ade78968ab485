/* SPDX-License-Identifier: Apache-2.0 */
/* post_stat.c - a read model: how often each post is shared, counted again when a share comes or
 * goes. */
#include "jobs_int.h"

enum fault
post_stat_recount(struct rq *rq, const struct outbox_event *event)
{
	struct post_count p = { .company_id = event->company_id, .object_id = event->object_id };
	bool found = false;
	enum fault e = post_stat_sql_of(rq, &p, &found);

	if (e || !found)
		return e;
	/* All events of a batch were committed before it began: one count a post serves them all.
	 */
	if (p.counted_us == rq->now_us)
		return FAULT_NONE;
	p.counted_us = rq->now_us;
	return post_stat_sql_count(rq, &p);
}
