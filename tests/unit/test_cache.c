/* SPDX-License-Identifier: Apache-2.0 */
/* test_cache.c - bounded, copied in and out, shared by threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/cache.h"

static struct sha256
key(int n)
{
	return sha256_of(&n, sizeof(n));
}

static bool
has(struct cache *c, struct arena *a, int n)
{
	struct str out;

	return cache_get(c, key(n), a, &out, NULL);
}

static void
a_value_comes_back_with_its_time_until_it_is_dropped(void **state)
{
	struct cache *c = cache_create("test", 100000);
	struct arena *a = arena_create(4096);
	struct str out;
	int64_t put_at = 0;

	(void)state;
	assert_false(cache_get(c, key(1), a, &out, &put_at));
	cache_put(c, key(1), STR("one"), 77);
	assert_true(cache_get(c, key(1), a, &out, &put_at));
	assert_true(str_is(out, "one"));
	assert_int_equal(put_at, 77);
	cache_put(c, key(1), STR("another"), 78);
	assert_true(cache_get(c, key(1), a, &out, &put_at));
	assert_true(str_is(out, "another"));
	assert_int_equal(cache_stats(c).entries, 1);
	cache_drop(c, key(1));
	cache_drop(c, key(1));
	assert_false(has(c, a, 1));
	cache_put(c, key(2), (struct str){ NULL, 0 }, 1);
	assert_true(cache_get(c, key(2), a, &out, NULL));
	assert_int_equal(out.n, 0);
	cache_clear(c);
	assert_int_equal(cache_stats(c).entries, 0);
	assert_int_equal(cache_stats(c).bytes, 0);
	cache_destroy(&c);
	arena_destroy(&a);
}

static void
a_full_cache_forgets_what_was_used_longest_ago(void **state)
{
	struct cache *c = cache_create("test", 256 * 1024);
	struct arena *a = arena_create(4096);
	char value[1000] = { 0 };

	(void)state;
	cache_put(c, key(0), (struct str){ value, sizeof(value) }, 0);
	for (int i = 1; i < 2000; i++) {
		cache_put(c, key(i), (struct str){ value, sizeof(value) }, i);
		assert_true(has(c, a, 0)); /* used all the time */
		arena_reset(a);
	}
	assert_true(cache_stats(c).bytes <= 256 * 1024);
	assert_true(cache_stats(c).entries > 100);
	assert_true(has(c, a, 1999));
	assert_false(has(c, a, 1));
	cache_destroy(&c);
	arena_destroy(&a);
}

static void
what_is_larger_than_its_share_is_not_kept(void **state)
{
	struct cache *c = cache_create("test", 8 * 1024);
	struct arena *a = arena_create(4096);
	static char value[64 * 1024];

	(void)state;
	cache_put(c, key(1), (struct str){ value, sizeof(value) }, 0);
	assert_false(has(c, a, 1));
	cache_destroy(&c);
	arena_destroy(&a);
}

/* Ids of one company differ in a few bytes: they fill all of the cache nevertheless. */
static void
ids_that_are_much_alike_share_the_room_evenly(void **state)
{
	enum { ROOM = 256 * 1024, BYTES = 1000 };
	struct cache *c = cache_create("test", ROOM);
	const struct uuid company = { .b = { 1, 2, 3 } };
	char value[BYTES] = { 0 };

	(void)state;
	for (int place = 0; place < 16; place++) {
		cache_clear(c);
		for (int i = 0; i < 256; i++) {
			struct uuid id = { .b = { 9 } };

			id.b[place] = (unsigned char)i;
			cache_put(c, cache_key(company, id), (struct str){ value, sizeof(value) },
			          i);
		}
		assert_true(cache_stats(c).entries > 3 * ROOM / BYTES / 4);
	}
	cache_destroy(&c);
}

struct job {
	struct cache *c;
	int seed;
	int torn;
};

/* Every value is one character repeated: a torn copy would mix two. */
static void *
work(void *arg)
{
	struct job *j = arg;
	struct arena *a = arena_create(4096);

	for (int i = 0; i < 5000; i++) {
		char value[64];
		struct str out;

		memset(value, 'a' + (i + j->seed) % 26, sizeof(value));
		cache_put(j->c, key(i % 50), (struct str){ value, sizeof(value) }, i);
		if (cache_get(j->c, key((i * 7) % 50), a, &out, NULL)) {
			for (size_t n = 1; n < out.n; n++)
				j->torn += out.s[n] != out.s[0];
		}
		if (i % 100 == 0)
			cache_drop(j->c, key(i % 50));
		arena_reset(a);
	}
	arena_destroy(&a);
	return NULL;
}

static void
threads_share_it_without_torn_values(void **state)
{
	struct cache *c = cache_create("test", 64 * 1024);
	struct job jobs[4];
	pthread_t t[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		jobs[i] = (struct job){ c, i * 5, 0 };
		assert_int_equal(pthread_create(&t[i], NULL, work, &jobs[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_int_equal(jobs[i].torn, 0);
	}
	cache_destroy(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_comes_back_with_its_time_until_it_is_dropped),
		cmocka_unit_test(a_full_cache_forgets_what_was_used_longest_ago),
		cmocka_unit_test(what_is_larger_than_its_share_is_not_kept),
		cmocka_unit_test(ids_that_are_much_alike_share_the_room_evenly),
		cmocka_unit_test(threads_share_it_without_torn_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
