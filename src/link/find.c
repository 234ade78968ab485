/* SPDX-License-Identifier: Apache-2.0 */
/* find.c - from a code to its target: cache, database, and the cache again while the database is
 * away. */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/crypto.h"
#include "rostra/metrics.h"

#include "link_int.h"

enum { AWAY_S = 1, RETRY_AFTER_S = 5 };

/* The cache takes its keys for digests and any bytes of them for a hash; codes may begin alike.
 * Nothing else has such a key: behind the two hashes is the code itself. */
static const struct sha256 away_key = { "database away" };

/* A link's card is kept beside it: fetchers want it once, visitors never. */
enum part { PART_TARGET, PART_WHOLE };

static struct sha256
code_key(struct str code, enum part part)
{
	const uint64_t spread[2] = { hash64(code.s, code.n, 0), hash64(code.s, code.n, 1) };
	struct sha256 key = { { 0 } };

	memcpy(key.b, spread, sizeof(spread));
	memcpy(key.b + sizeof(spread), code.s, code.n);
	key.b[sizeof(key.b) - 1] = (unsigned char)part;
	return key;
}

/* Was the database found away so lately that asking again would only cost this visitor time? */
static bool
database_away(struct rq *rq, int64_t now_us)
{
	struct str none;
	int64_t at_us;

	return cache_get(rq->shared->links, away_key, rq->arena, &none, &at_us) &&
	       now_us - at_us < AWAY_S * US_PER_S;
}

static enum fault
find_in_tables(struct rq *rq, struct str code, struct target *out)
{
	struct link_row row;
	bool found;
	enum fault e;

	*out = (struct target){ .found = false };
	e = link_sql_find(rq, arena_copy(rq->arena, code.s, code.n), &row, &found);
	if (e)
		return e;
	if (found)
		target_of_row(rq->arena, &row, out);
	return FAULT_NONE;
}

/* What is known without the database, or that nothing is. */
static enum fault
find_stale(struct rq *rq, struct str code, const struct target *cached, struct target *out)
{
	if (cached != NULL) {
		*out = *cached;
	} else if (!snapshot_find(rq, code, out)) {
		rq->problem.retry_after_s = RETRY_AFTER_S;
		return rq_fail(rq, FAULT_BUSY, "This link cannot be looked up at the moment.");
	}
	problem_reset(&rq->problem);
	metrics_add(rq->shared->metrics, METRIC_LINKS_STALE, 1);
	return FAULT_NONE;
}

static struct target
without_card(const struct target *t)
{
	struct target lean = *t;

	if (t->text[TARGET_BASE].n > 0)
		for (int i = TARGET_TITLE; i < TARGET__TEXTS; i++)
			lean.text[i] = (struct str){ "", 0 };
	return lean;
}

static enum fault
find_part(struct rq *rq, struct str code, enum part part, struct target *out)
{
	struct cache *links = rq->shared->links;
	struct sha256 key = code_key(code, part);
	int64_t now_us = clock_monotonic_us(), at_us;
	struct target cached = { .found = false };
	struct str bytes;
	bool have =
	    cache_get(links, key, rq->arena, &bytes, &at_us) && target_unpack(bytes, &cached);
	bool stands = false;
	enum fault e = FAULT_NONE;

	if (have && at_us > 0 && now_us - at_us < rq->conf->link_cache_s * US_PER_S) {
		*out = cached;
		return FAULT_NONE;
	}
	if (!database_away(rq, now_us)) {
		/* A new link counts as no change, so that there was none does not stand. */
		e = link_stands(rq, have && cached.found ? at_us : 0, now_us, &stands);
		if (stands) {
			*out = cached;
			return FAULT_NONE;
		}
		if (!e)
			e = find_in_tables(rq, code, out);
		if (!e) {
			cached = part == PART_WHOLE ? *out : without_card(out);
			cache_put(links, key, target_pack(rq->arena, &cached), now_us);
			return FAULT_NONE;
		}
		cache_put(links, away_key, (struct str){ "", 0 }, now_us);
	}
	return find_stale(rq, code, have ? &cached : NULL, out);
}

enum fault
link_find(struct rq *rq, struct str code, struct target *out)
{
	return find_part(rq, code, PART_TARGET, out);
}

enum fault
link_card(struct rq *rq, struct str code, struct target *t)
{
	/* A card is in some language: without one it was left out. */
	if (t->text[TARGET_LANGUAGE].n > 0)
		return FAULT_NONE;
	return find_part(rq, code, PART_WHOLE, t);
}
