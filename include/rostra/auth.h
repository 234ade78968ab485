/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth.h - first-party access tokens: HS256 by libjwt 1.10.2 behind a strict front, because that library never
 * looks at exp, lets the token choose the algorithm, takes a NULL key as "no check" and crashes on 12 MB.
 * src/auth alone includes jwt.h.  Knows no database.
 */
#ifndef ROSTRA_AUTH_H
#define ROSTRA_AUTH_H

#include "rostra/caller.h"
#include "rostra/fault.h"

enum { TOKEN_BYTES_MAX = 4096, TOKEN_LIFETIME_S = 600, TOKEN_SKEW_S = 30 };
#define TOKEN_AUDIENCE "rostra"

struct token_keys;

/* Reads "kid base64url(32 bytes)" lines; the first signs, all verify.  NULL with err on any fault. */
struct token_keys *token_keys_load(const char *path, char *err, size_t err_n);
void               token_keys_free(struct token_keys **k);

struct token_claims {
	struct uuid company, person, session; /* session zero: none */
	enum role   role;
	int64_t     issued_us, expires_us;
	const char *issuer; /* conf.public_url */
};

/* A compact JWS in the arena. */
char *token_mint(const struct token_keys *k, const struct token_claims *c, struct arena *a);
/*
 * All checks: length, strict base64url, header exactly {alg: HS256, typ: JWT, kid known} without crit or
 * repeated members, signature, every claim with its type, times within TOKEN_SKEW_S.  False: *why is a literal for
 * the log; the client is told nothing but UNAUTHENTICATED.
 */
bool token_verify(const struct token_keys *k, struct str token, const char *issuer, int64_t now_us,
                  struct arena *a, struct caller *out, const char **why);
/* The token of "Authorization: Bearer …"; false on another scheme, several words, or forbidden characters. */
bool bearer_token(struct str header, struct str *out);

#endif
