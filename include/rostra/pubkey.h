/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pubkey.h - public keys of others and the signatures they check (RFC 7518 3.1, RFC 8037).  The
 * caller says which algorithm it expects: a key never follows what a token asks for.
 * src/base/pubkey.c alone knows OpenSSL's keys.
 */
#ifndef ROSTRA_PUBKEY_H
#define ROSTRA_PUBKEY_H

#include "rostra/str.h"

/* The ones there are for identity providers: never "none", never an HMAC. */
enum sig_alg { SIG_RS256, SIG_PS256, SIG_ES256, SIG_ES384, SIG_EDDSA, SIG__MAX };
extern const char *const sig_alg_names[SIG__MAX + 1];

struct pubkey;

/*
 * From the decoded members of a JWK; NULL when it is no key of ours: RSA has 2048 to 8192 bits and
 * an odd exponent above 1, a point is on its curve and its coordinates have exactly the curve's
 * length.
 */
struct pubkey *pubkey_rsa(struct str n, struct str e);
struct pubkey *pubkey_ec(struct str curve, struct str x, struct str y); /* P-256, P-384 */
struct pubkey *pubkey_okp(struct str curve, struct str x);              /* Ed25519 */
void pubkey_free(struct pubkey **k);

/* Can the key check signatures of the algorithm?  ES256 is P-256 only, ES384 P-384 only. */
bool pubkey_fits(const struct pubkey *k, enum sig_alg alg);
bool pubkey_verify(const struct pubkey *k, enum sig_alg alg, struct str data, struct str signature);

/* The left half of the algorithm's digest of data, for at_hash (OpenID Connect Core 3.1.3.6; EdDSA:
 * SHA-512). */
enum { HALF_DIGEST_MAX = 32 };
size_t sig_half_digest(enum sig_alg alg, struct str data, unsigned char out[HALF_DIGEST_MAX]);

/*
 * Keys of our own, which prove to providers who we are (private_key_jwt): RSA of 2048 bits, RS256,
 * exponent 65537.  The private key is DER (PKCS #1); false or 0: OpenSSL failed, or it is none.
 */
enum { PRIVKEY_DER_MAX = 1400, PRIVKEY_BYTES = 256 };
size_t privkey_make(unsigned char der[PRIVKEY_DER_MAX]);
bool privkey_modulus(struct str der, unsigned char out[PRIVKEY_BYTES]);
bool privkey_sign(struct str der, struct str data, unsigned char out[PRIVKEY_BYTES]);

#endif
