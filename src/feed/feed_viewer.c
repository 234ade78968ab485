/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_viewer.c - who looks at the feed.  The channels they see change only with one of two
 * counters, so they are remembered, and a reader who comes again costs a look at the counters.
 */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/caller.h"
#include "rostra/shared.h"

#include "feed_int.h"

/* What is remembered: this, then the channels as text. */
struct remembered {
	int64_t company_version, person_version, audience_version;
	struct uuid team_id;
};

static struct sha256
key_of(const struct rq *rq)
{
	const struct str parts[] = {
		STR("feed viewer"),
		{ (const char *)rq->who->company.b, sizeof(rq->who->company.b) },
		{ (const char *)rq->who->person.b, sizeof(rq->who->person.b) },
	};

	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
}

static struct cache *
cache_of(const struct rq *rq)
{
	return rq->shared ? rq->shared->cards : NULL;
}

static void
keep(struct rq *rq, const struct feed_viewer *viewer)
{
	struct cache *cache = cache_of(rq);
	struct str channels = str_of(viewer->channels);
	const struct remembered r = { viewer->company_version, viewer->person_version,
		                      viewer->audience_version, viewer->team_id };
	char *value;

	if (!cache)
		return;
	value = arena_alloc(rq->arena, sizeof(r) + channels.n, alignof(struct remembered));
	memcpy(value, &r, sizeof(r));
	if (channels.n > 0)
		memcpy(value + sizeof(r), channels.s, channels.n);
	cache_put(cache, key_of(rq), (struct str){ value, sizeof(r) + channels.n },
	          clock_monotonic_us());
}

enum fault
feed_viewer_ask(struct rq *rq, struct feed_viewer *out)
{
	enum fault e = feed_sql_viewer(rq, out);

	if (e)
		return e;
	keep(rq, out);
	return FAULT_NONE;
}

bool
feed_viewer_remembered(struct rq *rq, struct feed_viewer *out)
{
	struct remembered r;
	struct str value;

	if (!cache_of(rq) || !cache_get(cache_of(rq), key_of(rq), rq->arena, &value, NULL) ||
	    value.n < sizeof(r))
		return false;
	memcpy(&r, value.s, sizeof(r));
	out->company_version = r.company_version;
	out->person_version = r.person_version;
	out->audience_version = r.audience_version;
	out->team_id = r.team_id;
	out->channels = arena_copy(rq->arena, value.s + sizeof(r), value.n - sizeof(r));
	return true;
}

/* In the thread of one asker, for all of them. */
static void
ask_together(struct combine_item *const *items, size_t n, void *arg)
{
	struct feed_asker *const *askers = (struct feed_asker *const *)items;
	enum fault e = feed_sql_counters(arg, askers, n);

	for (size_t i = 0; i < n; i++)
		askers[i]->fault = e;
}

static enum fault
counters(struct rq *rq, struct feed_viewer *out)
{
	struct combine *together = rq->shared ? rq->shared->feed_counters : NULL;
	struct feed_asker me = { .company_id = rq_company(rq), .person_id = rq->who->person };
	struct feed_asker *alone = &me;

	if (together)
		combine_do(together, uuid_tail(me.company_id), &me.item, ask_together, rq);
	if (!together || me.fault) { /* another's fault says nothing of this connection */
		problem_reset(&rq->problem);
		me.asked = me.found = false;
		me.fault = feed_sql_counters(rq, &alone, 1);
	}
	if (me.fault)
		return me.fault;
	if (!me.found)
		return FAULT_NOT_FOUND;
	out->company_version = me.company_version;
	out->person_version = me.person_version;
	out->audience_version = me.audience_version;
	return FAULT_NONE;
}

enum fault
feed_viewer(struct rq *rq, struct feed_viewer *out)
{
	struct feed_viewer then;
	enum fault e;

	if (!feed_viewer_remembered(rq, &then))
		return feed_viewer_ask(rq, out);
	e = counters(rq, out);
	if (e)
		return e;
	if (out->company_version != then.company_version ||
	    out->audience_version != then.audience_version)
		return feed_viewer_ask(rq, out);
	out->channels = then.channels;
	out->team_id = then.team_id;
	return FAULT_NONE;
}
