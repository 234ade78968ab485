/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed_pages.c - pages read before.  What is on a page changes only with one of the viewer's two
 * counters, so a client that keeps no ETag costs the look at the counters, too, and its bytes.
 */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/caller.h"
#include "rostra/shared.h"

#include "feed_int.h"

/* Ahead of the rows. */
struct head {
	int64_t company_version, person_version;
};

static struct cache *
cache_of(const struct rq *rq)
{
	return rq->shared ? rq->shared->cards : NULL;
}

/* Everything that chooses the rows, but for the counters. */
static struct sha256
key_of(const struct feed_page *page)
{
	const int64_t numbers[] = { page->after, page->after_pinned, page->after_at, page->unseen,
		                    page->limit };
	const struct str parts[] = {
		STR("feed page"),
		{ (const char *)page->company_id.b, sizeof(page->company_id.b) },
		{ (const char *)page->person_id.b, sizeof(page->person_id.b) },
		{ (const char *)page->after_id.b, sizeof(page->after_id.b) },
		{ (const char *)numbers, sizeof(numbers) },
		str_of(page->channels),
	};

	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
}

bool
feed_page_known(struct rq *rq, const struct feed_page *page)
{
	struct str value;

	return cache_of(rq) && cache_get(cache_of(rq), key_of(page), rq->arena, &value, NULL);
}

bool
feed_page_remembered(struct rq *rq, const struct feed_page *page, const struct feed_viewer *viewer,
                     struct feed_row *rows, size_t *ret_n)
{
	struct head head;
	struct str value;

	if (!cache_of(rq) || !cache_get(cache_of(rq), key_of(page), rq->arena, &value, NULL) ||
	    value.n < sizeof(head) || value.n - sizeof(head) > (size_t)page->limit * sizeof(*rows))
		return false;
	memcpy(&head, value.s, sizeof(head));
	if (head.company_version != viewer->company_version ||
	    head.person_version != viewer->person_version)
		return false;
	memcpy(rows, value.s + sizeof(head), value.n - sizeof(head));
	*ret_n = (value.n - sizeof(head)) / sizeof(*rows);
	return true;
}

void
feed_page_remember(struct rq *rq, const struct feed_page *page, const struct feed_viewer *viewer,
                   const struct feed_row *rows, size_t n)
{
	const struct head head = { viewer->company_version, viewer->person_version };
	const size_t bytes = n * sizeof(*rows);
	char *value;

	if (!cache_of(rq))
		return;
	value = arena_alloc(rq->arena, sizeof(head) + bytes, alignof(struct head));
	memcpy(value, &head, sizeof(head));
	memcpy(value + sizeof(head), rows, bytes);
	cache_put(cache_of(rq), key_of(page), (struct str){ value, sizeof(head) + bytes },
	          clock_monotonic_us());
}
