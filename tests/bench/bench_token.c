/* SPDX-License-Identifier: Apache-2.0 */
/* bench_token.c - what an access token costs, in CPU time: new, and when it was seen before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rostra/auth.h"
#include "rostra/cache.h"
#include "rostra/clock.h"
#include "rostra/crypto.h"

#define ISSUER "https://api.example.com"

/* A bar of the product: a token that was seen before is verified within 3 µs. */
enum {
	SEEN_ROUNDS = 500000,
	NEW_ROUNDS = 20000,
	TOKENS = 10000,
	CACHE_BYTES = 64 << 20,
	SEEN_NS_MAX = 3000
};

struct bench {
	struct token_keys *keys;
	struct cache *tokens, *callers;
	struct arena *minted, *a;
	struct str list[TOKENS];
	int64_t now_us;
};

static int64_t
cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct token_keys *
some_keys(void)
{
	char path[] = "/tmp/rostra-bench-keys.XXXXXX", text[64], line[128], err[256];
	unsigned char secret[32];
	struct token_keys *keys = NULL;
	int fd = mkstemp(path);

	random_bytes(secret, sizeof(secret));
	base64url_encode(secret, sizeof(secret), text);
	(void)snprintf(line, sizeof(line), "k1 %s\n", text);
	if (fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line) &&
	    fchmod(fd, 0400) == 0)
		keys = token_keys_load(path, err, sizeof(err));
	if (fd >= 0)
		(void)close(fd);
	(void)unlink(path);
	return keys;
}

static void
mint_all(struct bench *b)
{
	for (size_t i = 0; i < TOKENS; i++) {
		const struct token_claims c = {
			.company = uuid_v7(b->now_us),
			.person = uuid_v7(b->now_us),
			.session = uuid_v7(b->now_us),
			.role = ROLE_MEMBER,
			.issued_us = b->now_us,
			.expires_us = b->now_us + TOKEN_LIFETIME_S * US_PER_S,
			.issuer = ISSUER,
		};

		b->list[i] = str_of(token_mint(b->keys, &c, b->minted));
	}
}

static bool
verify_new(struct bench *b, size_t i)
{
	struct sha256 digest = sha256_of(b->list[i].s, b->list[i].n);
	struct caller who = { .kind = ACCESS_UNSET };
	const char *why = "";

	if (!token_verify(b->keys, b->list[i], ISSUER, b->now_us, b->a, &who, &why))
		return false;
	cache_put(b->tokens, digest, (struct str){ (const char *)&who, sizeof(who) }, b->now_us);
	cache_put(b->callers, digest, (struct str){ (const char *)&who, 48 }, b->now_us);
	return true;
}

/* As src/http/authn.c and src/access/access.c do it: the token, then who it is now. */
static bool
verify_seen(struct bench *b, size_t i)
{
	struct sha256 digest = sha256_of(b->list[i].s, b->list[i].n), person;
	struct caller who;
	struct str value;
	int64_t put_at;

	if (!cache_get(b->tokens, digest, b->a, &value, NULL) || value.n != sizeof(who))
		return false;
	memcpy(&who, value.s, sizeof(who));
	if (who.expires_us <= b->now_us)
		return false;
	struct str parts[] = { STR("person"), STR_OF(who.company.b), STR_OF(who.person.b),
		               STR_OF(who.session.b) };
	person = sha256_parts(parts, 4);
	(void)cache_get(b->callers, person, b->a, &value, &put_at);
	return cache_get(b->callers, digest, b->a, &value, &put_at);
}

static double
run(struct bench *b, bool (*one)(struct bench *, size_t), size_t rounds)
{
	int64_t began = cpu_ns();

	for (size_t i = 0; i < rounds; i++) {
		if (!one(b, i % TOKENS)) {
			(void)fputs("a token was refused\n", stderr);
			exit(EXIT_FAILURE);
		}
		arena_reset(b->a);
	}
	return (double)(cpu_ns() - began) / (double)rounds;
}

int
main(void)
{
	struct bench *b = calloc(1, sizeof(*b));
	double fresh, seen;

	if (b == NULL)
		return EXIT_FAILURE;
	b->now_us = clock_now_us();
	b->keys = some_keys();
	b->tokens = cache_create("tokens", CACHE_BYTES);
	b->callers = cache_create("callers", CACHE_BYTES);
	b->minted = arena_create(1 << 20);
	b->a = arena_create(1 << 16);
	if (b->keys == NULL)
		return EXIT_FAILURE;
	mint_all(b);
	fresh = run(b, verify_new, NEW_ROUNDS);
	seen = run(b, verify_seen, SEEN_ROUNDS);
	(void)printf("{\"token_new_ns\": %.0f, \"token_seen_ns\": %.0f}\n", fresh, seen);
	cache_destroy(&b->tokens);
	cache_destroy(&b->callers);
	token_keys_free(&b->keys);
	arena_destroy(&b->minted);
	arena_destroy(&b->a);
	free(b);
	return seen <= SEEN_NS_MAX ? EXIT_SUCCESS : EXIT_FAILURE;
}
