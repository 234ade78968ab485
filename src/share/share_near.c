/* SPDX-License-Identifier: Apache-2.0 */
/* share_near.c - how many colleagues shared nearly the same words of a post lately. */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/crypto.h"
#include "rostra/shared.h"

#include "share_int.h"

/* A warning may miss the last seconds; so a post that many share at once is not read for each. */
#define RECENT_AGE_MAX_US (2 * US_PER_S)

static struct sha256
key_of(const struct share *s)
{
	const struct str parts[] = {
		STR("recent words"),
		{ (const char *)s->company_id.b, sizeof(s->company_id.b) },
		{ (const char *)s->post_id.b, sizeof(s->post_id.b) },
	};

	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
}

static bool
remembered(struct rq *rq, struct cache *cache, struct sha256 key, struct share_recent *out)
{
	struct str value;
	int64_t put_at_us;

	if (!cache || !cache_get(cache, key, rq->arena, &value, &put_at_us))
		return false;
	if (value.n != sizeof(*out) || clock_monotonic_us() - put_at_us >= RECENT_AGE_MAX_US)
		return false;
	memcpy(out, value.s, sizeof(*out));
	return true;
}

static void
compare(const struct share_recent *recent, const struct share *s, struct share_context *c)
{
	for (size_t i = 0; i < recent->n; i++) {
		const struct share_words *w = &recent->words[i];
		const int bits = __builtin_popcountll(w->simhash ^ s->text_simhash);

		if (uuid_eq(w->person_id, s->person_id))
			continue;
		c->same += bits == 0;
		c->similar += bits <= SHARE_NEAR_BITS;
	}
}

enum fault
share_near(struct rq *rq, const struct share *s, struct share_context *c)
{
	struct cache *cache = rq->shared ? rq->shared->cards : NULL;
	const struct sha256 key = key_of(s);
	struct share_recent recent = { 0 };
	enum fault e;

	if (!remembered(rq, cache, key, &recent)) {
		e = share_sql_recent(rq, s, &recent);
		if (e)
			return e;
		if (cache)
			cache_put(cache, key, (struct str){ (const char *)&recent, sizeof(recent) },
			          clock_monotonic_us());
	}
	compare(&recent, s, c);
	return FAULT_NONE;
}
