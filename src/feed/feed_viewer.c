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

/* What is remembered: the counters, then the channels as text. */
struct remembered {
	int64_t company_version, person_version;
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

enum fault
feed_viewer_ask(struct rq *rq, struct feed_viewer *out)
{
	struct cache *cache = cache_of(rq);
	enum fault e = feed_sql_viewer(rq, out);
	struct str channels = str_of(e ? NULL : out->channels);
	const size_t head = sizeof(struct remembered);
	struct remembered r;
	char *value;

	if (e || !cache)
		return e;
	r = (struct remembered){ out->company_version, out->person_version };
	value = arena_alloc(rq->arena, head + channels.n, alignof(struct remembered));
	memcpy(value, &r, head);
	if (channels.n > 0)
		memcpy(value + head, channels.s, channels.n);
	cache_put(cache, key_of(rq), (struct str){ value, head + channels.n },
	          clock_monotonic_us());
	return FAULT_NONE;
}

bool
feed_viewer_remembered(struct rq *rq, struct feed_viewer *out)
{
	const size_t head = sizeof(struct remembered);
	struct remembered r;
	struct str value;

	if (!cache_of(rq) || !cache_get(cache_of(rq), key_of(rq), rq->arena, &value, NULL) ||
	    value.n < head)
		return false;
	memcpy(&r, value.s, head);
	out->company_version = r.company_version;
	out->person_version = r.person_version;
	out->channels = arena_copy(rq->arena, value.s + head, value.n - head);
	return true;
}

enum fault
feed_viewer(struct rq *rq, struct feed_viewer *out)
{
	struct feed_viewer then;
	enum fault e;

	if (!feed_viewer_remembered(rq, &then))
		return feed_viewer_ask(rq, out);
	e = feed_sql_versions(rq, out);
	if (e)
		return e;
	if (out->company_version != then.company_version ||
	    out->person_version != then.person_version)
		return feed_viewer_ask(rq, out);
	out->channels = then.channels;
	return FAULT_NONE;
}
