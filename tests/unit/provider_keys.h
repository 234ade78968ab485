/* SPDX-License-Identifier: Apache-2.0 */
/* provider_keys.h - an identity provider for tests: a key of each kind, the set that tells of them,
 * and its signatures. */
#ifndef ROSTRA_TEST_PROVIDER_KEYS_H
#define ROSTRA_TEST_PROVIDER_KEYS_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "rostra/arena.h"
#include "rostra/jwks.h"

enum { RSA_KEY, P256_KEY, P384_KEY, ED_KEY, OTHER_RSA_KEY, KEYS };
extern const char *const key_names[KEYS];

struct fixture {
	struct arena *a;
	EVP_PKEY *keys[KEYS];
	struct jwks *set; /* of all but the other one, and of what is no key */
};
int set_up(void **state);
int tear_down(void **state);

const char *b64(struct arena *a, const void *bytes, size_t n);
/* JWKs; rest: more members, each with its comma. */
const char *rsa_jwk(struct arena *a, EVP_PKEY *key, const char *rest);
const char *ec_jwk(struct arena *a, EVP_PKEY *key, const char *curve, size_t width,
                   const char *rest);
const char *ed_jwk(struct arena *a, EVP_PKEY *key, const char *rest);
/* A signed token of a header and a payload, as they are. */
const char *token(struct fixture *f, int key, enum sig_alg alg, const char *header,
                  const char *payload);

#endif
