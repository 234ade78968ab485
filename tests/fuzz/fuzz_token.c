/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_token.c - the front of access tokens: nothing passes that was not signed, and what is signed
 * passes only with exactly our header and sound claims. An input is "header LF payload", signed
 * here, and the same bytes as a token.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/arena.h"
#include "rostra/clock.h"
#include "rostra/crypto.h"

#include "src/auth/auth_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ISSUER "https://api.example"
static const int64_t now_us = INT64_C(1795000000) * US_PER_S;

static size_t
put_part(char *out, struct str bytes)
{
	base64url_encode(bytes.s, bytes.n, out);
	return base64url_size(bytes.n);
}

static struct str
sign(struct arena *a, const struct token_keys *k, struct str header, struct str payload)
{
	char *text = arena_alloc(a, 2 * (header.n + payload.n) + 256, 1);
	size_t n = put_part(text, header);
	struct sha256 mac;

	text[n++] = '.';
	n += put_part(text + n, payload);
	mac = hmac_sha256(k->keys[0].secret, TOKEN_SECRET_SIZE, text, n);
	text[n++] = '.';
	n += put_part(text + n, (struct str){ (const char *)mac.b, sizeof(mac.b) });
	return (struct str){ text, n };
}

static void
check_caller(const struct caller *who)
{
	if (!caller_is_person(who) || who->kind != role_access(who->role))
		abort();
	if (who->expires_us <= now_us || who->expires_us > (INT64_C(1) << 41) * US_PER_S)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct token_keys keys = { .keys = { { "k1", { 7 } } }, .n = 1 };
	struct str payload = { (const char *)data, size }, header, token;
	struct arena *a = arena_create(16384);
	struct caller who;
	const char *why;

	if (token_verify(&keys, payload, ISSUER, now_us, a, &who, &why) || why == NULL)
		abort(); /* nobody guesses an HMAC */
	(void)bearer_token(payload, &token);
	if (size > 0 && str_split(&payload, '\n', &header) && payload.s != NULL) {
		token = sign(a, &keys, header, payload);
		if (token_verify(&keys, token, ISSUER, now_us, a, &who, &why))
			check_caller(&who);
		else if (why == NULL)
			abort();
	}
	arena_destroy(&a);
	return 0;
}
