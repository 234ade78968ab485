/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_id_token.c - what providers send: a set of keys, and a token that is checked by it.  An
 * input is "keys LF token"; no input signs a token, so none is good.
 */
#include <stdint.h>
#include <stdlib.h>

#include "rostra/id_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct id_token_rules rules = { .issuer = "https://id.example",
		                                     .client_id = "c",
		                                     .nonce = "n",
		                                     .alg = SIG_ES256,
		                                     .now_us = INT64_C(1795000000) * US_PER_S };
	struct str token = { (const char *)data, size }, set;
	struct arena *a = arena_create(16384);
	struct jwks *keys = NULL;
	struct id_token out;
	const char *why = NULL;

	if (size > 0 && str_split(&token, '\n', &set))
		keys = jwks_parse(set);
	if (keys != NULL) {
		if (jwks_size(keys) > JWKS_KEYS_MAX)
			abort();
		if (token.s != NULL &&
		    (id_token_verify(keys, token, &rules, a, &out, &why) == ID_TOKEN_GOOD ||
		     why == NULL))
			abort();
	}
	jwks_free(&keys);
	arena_destroy(&a);
	return 0;
}
