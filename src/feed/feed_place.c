/* SPDX-License-Identifier: Apache-2.0 */
/* feed_place.c - where a post is in the feed of its company: the same for everybody, so it is asked
 * for once after each change of the company's feed. */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/caller.h"
#include "rostra/shared.h"

#include "feed_int.h"

struct remembered {
	int64_t company_version;
	struct feed_place place;
};

static struct sha256
key_of(struct uuid company, struct uuid post)
{
	const struct str parts[] = {
		STR("feed place"),
		{ (const char *)company.b, sizeof(company.b) },
		{ (const char *)post.b, sizeof(post.b) },
	};

	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
}

enum fault
feed_place(struct rq *rq, struct uuid post, const struct feed_viewer *viewer,
           struct feed_place *out, bool *ret_known)
{
	struct cache *cache = rq->shared ? rq->shared->cards : NULL;
	const struct sha256 key = key_of(rq_company(rq), post);
	struct remembered r = { 0 };
	struct str value;
	enum fault e;

	if (cache && cache_get(cache, key, rq->arena, &value, NULL) && value.n == sizeof(r))
		memcpy(&r, value.s, sizeof(r));
	if (r.company_version != viewer->company_version) {
		e = feed_sql_place(rq, post, &r.place, &r.company_version);
		*ret_known = false;
		if (e)
			return e == FAULT_NOT_FOUND ? FAULT_NONE : e;
		if (cache)
			cache_put(cache, key, (struct str){ (const char *)&r, sizeof(r) },
			          clock_monotonic_us());
	}
	*ret_known = r.company_version == viewer->company_version;
	*out = r.place;
	return FAULT_NONE;
}

bool
feed_shows(const struct feed_viewer *viewer, const struct feed_place *place)
{
	struct str rest = str_of(viewer->channels);
	struct str part;
	char wanted[UUID_TEXT_SIZE];

	uuid_format(place->channel_id, wanted);
	while (str_split(&rest, ',', &part)) {
		if (str_eq_nocase(part, str_of(wanted)))
			return true;
	}
	return false;
}
