/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache.h - a bounded map from 32-byte keys to bytes, shared by the threads of one process.
 * Values are copied in and out, so no lock is held while a value is used.
 */
#ifndef ROSTRA_CACHE_H
#define ROSTRA_CACHE_H

#include <string.h>

#include "rostra/crypto.h"
#include "rostra/uuid.h"

struct cache;

/* The key of what two ids tell: there is nothing to digest. */
static inline struct sha256
cache_key(struct uuid a, struct uuid b)
{
	struct sha256 key;

	memcpy(key.b, a.b, sizeof(a.b));
	memcpy(key.b + sizeof(a.b), b.b, sizeof(b.b));
	return key;
}

/* At most max_bytes of values and keys; the least recently used go first. */
struct cache *cache_create(const char *name, size_t max_bytes);
void          cache_destroy(struct cache **c);
/* Copies the value into the arena; false when absent.  put_at_us (may be NULL): when it was put, monotonic. */
bool cache_get(struct cache *c, struct sha256 key, struct arena *a, struct str *out, int64_t *put_at_us);
void cache_put(struct cache *c, struct sha256 key, struct str value, int64_t now_us);
void cache_drop(struct cache *c, struct sha256 key);
void cache_clear(struct cache *c);
struct cache_stats {
	uint64_t hits, misses, bytes, entries;
};
struct cache_stats cache_stats(struct cache *c);

#endif
