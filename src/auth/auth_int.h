/* SPDX-License-Identifier: Apache-2.0 */
/* auth_int.h - between the files of auth. */
#ifndef ROSTRA_AUTH_INT_H
#define ROSTRA_AUTH_INT_H

#include "rostra/arena.h"
#include "rostra/auth.h"

enum { TOKEN_KEYS_MAX = 8, TOKEN_KID_SIZE = 32, TOKEN_SECRET_SIZE = 32 };

struct token_key {
	char kid[TOKEN_KID_SIZE];
	unsigned char secret[TOKEN_SECRET_SIZE];
};

struct token_keys {
	struct token_key keys[TOKEN_KEYS_MAX]; /* the first one signs */
	size_t n;
};

/* A compact JWS: its parts decoded, and what the signature is of. */
struct jws {
	struct str header, payload, signature, signed_text;
};
/* Exactly three parts of strict base64url, none empty; what it holds lives in the arena and in
 * token. */
bool jws_split(struct arena *a, struct str token, struct jws *out);

/* NULL when no key has this id. */
const struct token_key *token_key_find(const struct token_keys *k, struct str kid);

#endif
