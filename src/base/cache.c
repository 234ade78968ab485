/* SPDX-License-Identifier: Apache-2.0 */
/* cache.c - shards, each a hash of entries in a list by last use; a lock a shard, held while bytes
 * are copied. */
#include "rostra/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/log.h"

enum { SHARDS = 8, BUCKETS_FIRST = 64 };

struct entry {
	struct entry *next_in_bucket;
	struct entry *newer, *older;
	struct sha256 key;
	int64_t put_at_us;
	size_t n;
	char value[];
};

struct shard {
	pthread_mutex_t lock;
	struct entry **buckets; /* n_buckets, a power of two */
	size_t n_buckets, n;
	struct entry *newest, *oldest;
	size_t bytes;
	uint64_t hits, misses;
};

struct cache {
	const char *name;
	size_t max_bytes; /* a shard */
	struct shard shards[SHARDS];
};

struct cache *
cache_create(const char *name, size_t max_bytes)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_die("out_of_memory", "cache %s", name);
	c->name = name;
	c->max_bytes = max_bytes / SHARDS;
	for (int i = 0; i < SHARDS; i++) {
		struct shard *s = &c->shards[i];

		(void)pthread_mutex_init(&s->lock, NULL);
		s->n_buckets = BUCKETS_FIRST;
		s->buckets = calloc(s->n_buckets, sizeof(struct entry *));
		if (s->buckets == NULL)
			log_die("out_of_memory", "cache %s", name);
	}
	return c;
}

/* Of a digest any bytes would do; of two ids many are alike.  The constant is 2^64 over the golden
 * ratio (Knuth, vol. 3, 6.4: multiplicative hashing), whose high bits are the good ones. */
static uint64_t
key_hash(struct sha256 key)
{
	uint64_t words[sizeof(key.b) / sizeof(uint64_t)], h = 0;

	memcpy(words, key.b, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		h = (h ^ words[i]) * UINT64_C(0x9E3779B97F4A7C15);
		h ^= h >> 32;
	}
	return h;
}

/* Other bits than those that choose the bucket. */
static struct shard *
shard_of(struct cache *c, struct sha256 key)
{
	return &c->shards[(key_hash(key) >> 56) % SHARDS];
}

static struct entry **
place(struct shard *s, struct sha256 key)
{
	struct entry **at = &s->buckets[key_hash(key) & (s->n_buckets - 1)];

	while (*at != NULL && memcmp((*at)->key.b, key.b, sizeof(key.b)) != 0)
		at = &(*at)->next_in_bucket;
	return at;
}

static void
unlist(struct shard *s, struct entry *e)
{
	*(e->newer != NULL ? &e->newer->older : &s->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &s->oldest) = e->newer;
}

static void
list_newest(struct shard *s, struct entry *e)
{
	e->newer = NULL;
	e->older = s->newest;
	*(s->newest != NULL ? &s->newest->newer : &s->oldest) = e;
	s->newest = e;
}

static size_t
entry_bytes(const struct entry *e)
{
	return sizeof(*e) + e->n;
}

static void
remove_at(struct shard *s, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next_in_bucket;
	unlist(s, e);
	s->bytes -= entry_bytes(e);
	s->n--;
	free(e);
}

static void
grow(struct shard *s)
{
	size_t n = s->n_buckets * 2;
	struct entry **buckets = calloc(n, sizeof(struct entry *));

	if (buckets == NULL)
		return; /* longer chains, nothing worse */
	for (struct entry *e = s->newest; e != NULL; e = e->older) {
		struct entry **at = &buckets[key_hash(e->key) & (n - 1)];

		e->next_in_bucket = *at;
		*at = e;
	}
	free(s->buckets);
	s->buckets = buckets;
	s->n_buckets = n;
}

bool
cache_get(struct cache *c, struct sha256 key, struct arena *a, struct str *out, int64_t *put_at_us)
{
	struct shard *s = shard_of(c, key);
	struct entry *e;

	(void)pthread_mutex_lock(&s->lock);
	e = *place(s, key);
	if (e == NULL) {
		s->misses++;
		(void)pthread_mutex_unlock(&s->lock);
		return false;
	}
	s->hits++;
	unlist(s, e);
	list_newest(s, e);
	/* Values may hold structs: the copy is aligned for them. */
	out->s = memcpy(arena_alloc(a, e->n + 1, alignof(max_align_t)), e->value, e->n);
	out->n = e->n;
	if (put_at_us != NULL)
		*put_at_us = e->put_at_us;
	(void)pthread_mutex_unlock(&s->lock);
	return true;
}

void
cache_put(struct cache *c, struct sha256 key, struct str value, int64_t now_us)
{
	struct shard *s = shard_of(c, key);
	struct entry *e;
	struct entry **at;

	if (sizeof(*e) + value.n > c->max_bytes)
		return;
	e = malloc(sizeof(*e) + value.n);
	if (e == NULL)
		log_die("out_of_memory", "cache %s", c->name);
	e->key = key;
	e->put_at_us = now_us;
	e->n = value.n;
	if (value.n > 0)
		memcpy(e->value, value.s, value.n);
	(void)pthread_mutex_lock(&s->lock);
	at = place(s, key);
	if (*at != NULL)
		remove_at(s, at);
	while (s->oldest != NULL && s->bytes + entry_bytes(e) > c->max_bytes)
		remove_at(s, place(s, s->oldest->key));
	if (s->n >= s->n_buckets)
		grow(s);
	at = place(s, key);
	e->next_in_bucket = *at;
	*at = e;
	list_newest(s, e);
	s->bytes += entry_bytes(e);
	s->n++;
	(void)pthread_mutex_unlock(&s->lock);
}

void
cache_drop(struct cache *c, struct sha256 key)
{
	struct shard *s = shard_of(c, key);
	struct entry **at;

	(void)pthread_mutex_lock(&s->lock);
	at = place(s, key);
	if (*at != NULL)
		remove_at(s, at);
	(void)pthread_mutex_unlock(&s->lock);
}

void
cache_clear(struct cache *c)
{
	for (int i = 0; i < SHARDS; i++) {
		struct shard *s = &c->shards[i];

		(void)pthread_mutex_lock(&s->lock);
		while (s->oldest != NULL)
			remove_at(s, place(s, s->oldest->key));
		(void)pthread_mutex_unlock(&s->lock);
	}
}

void
cache_destroy(struct cache **c)
{
	if (*c == NULL)
		return;
	cache_clear(*c);
	for (int i = 0; i < SHARDS; i++) {
		free((*c)->shards[i].buckets);
		(void)pthread_mutex_destroy(&(*c)->shards[i].lock);
	}
	free(*c);
	*c = NULL;
}

struct cache_stats
cache_stats(struct cache *c)
{
	struct cache_stats all = { 0 };

	for (int i = 0; i < SHARDS; i++) {
		struct shard *s = &c->shards[i];

		(void)pthread_mutex_lock(&s->lock);
		all.hits += s->hits;
		all.misses += s->misses;
		all.bytes += s->bytes;
		all.entries += s->n;
		(void)pthread_mutex_unlock(&s->lock);
	}
	return all;
}
