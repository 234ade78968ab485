/* SPDX-License-Identifier: Apache-2.0 */
/* post_rules.c - what a share of a post is judged by, kept packed by (post, version). */
#include "rostra/cache.h"
#include "rostra/shared.h"

#include "post_int.h"

enum { PART = '\035' };

static struct str
take_part(struct str *rest)
{
	struct str part = { 0 };

	(void)str_split(rest, PART, &part);
	return part;
}

static int64_t
take_number(struct str *rest)
{
	int64_t n = 0;

	(void)str_int64(take_part(rest), &n);
	return n;
}

static void
unpack(struct arena *a, struct str packed, struct post_rules *out)
{
	struct str title;

	*out = (struct post_rules){ 0 };
	(void)uuid_parse(take_part(&packed), &out->campaign_id);
	out->has_link = take_number(&packed) != 0;
	out->networks = (uint32_t)take_number(&packed);
	out->lock_text = take_number(&packed) != 0;
	title = take_part(&packed);
	out->title = arena_copy(a, title.s ? title.s : "", title.n);
	out->texts = post_texts_unpack(a, take_part(&packed));
	out->disclosures = post_disclosures_unpack(a, take_part(&packed));
}

enum fault
post_rules(struct rq *rq, struct uuid id, int64_t version, struct post_rules *out)
{
	const struct uuid company = rq_company(rq);
	struct cache *kept = rq->shared ? rq->shared->cards : NULL;
	struct str parts[] = {
		STR("rules"),
		{ (const char *)company.b, sizeof(company.b) },
		{ (const char *)id.b, sizeof(id.b) },
		{ (const char *)&version, sizeof(version) },
	};
	const struct sha256 key = sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
	struct str packed;
	enum fault e;

	if (!kept || !cache_get(kept, key, rq->arena, &packed, NULL)) {
		e = post_sql_rules(rq, id, &packed);
		if (e)
			return e;
		if (kept)
			cache_put(kept, key, packed, clock_monotonic_us());
	}
	unpack(rq->arena, packed, out);
	return FAULT_NONE;
}
