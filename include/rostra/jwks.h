/* SPDX-License-Identifier: Apache-2.0 */
/* jwks.h - the keys of an identity provider (RFC 7517 5). */
#ifndef ROSTRA_JWKS_H
#define ROSTRA_JWKS_H

#include "rostra/pubkey.h"

enum { JWKS_BYTES_MAX = 1 << 20, JWKS_KEYS_MAX = 64 };

struct jwks;

/*
 * NULL when it is no JWK Set.  Keys that are no use here (another use, kind, curve or size, no id
 * longer than 255) are left out; so are those past JWKS_KEYS_MAX.
 */
struct jwks *jwks_parse(struct str json);
void jwks_free(struct jwks **s);
size_t jwks_size(const struct jwks *s);
/*
 * The key to check a signature of the algorithm with: the one of this id if it fits, or, without an
 * id (kid.s NULL), the only one that fits.  NULL with *ret_unknown: no key has the id, so the set
 * may be old.
 */
const struct pubkey *jwks_find(const struct jwks *s, struct str kid, enum sig_alg alg,
                               bool *ret_unknown);

#endif
