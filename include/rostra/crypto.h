/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.h - digests, MACs, randomness, constant-time comparison.  src/base/crypto.c alone includes OpenSSL here. */
#ifndef ROSTRA_CRYPTO_H
#define ROSTRA_CRYPTO_H

#include "rostra/str.h"

struct sha256 {
	unsigned char b[32];
};

struct sha256 sha256_of(const void *bytes, size_t n);
/* The digest of several parts, each preceded by its length, so that parts cannot be shifted. */
struct sha256 sha256_parts(const struct str *parts, size_t n);
struct sha256 hmac_sha256(const void *key, size_t key_n, const void *bytes, size_t n);
bool          sha256_eq(struct sha256 a, struct sha256 b); /* constant time */
bool          bytes_eq_ct(const void *a, const void *b, size_t n);
void          random_bytes(void *out, size_t n);           /* never fails: the process exits without entropy */
void          secret_wipe(void *p, size_t n);
uint32_t      crc32c(const void *bytes, size_t n);         /* Castagnoli, for the spool's frames */
/*
 * Secrets at rest: AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D 8.2.2).  about binds the secret to its place
 * ("company|table|row|column"): moved elsewhere, or bent in any bit, it does not open.  Sealed: nonce, text, tag.
 */
enum { SEAL_KEY_BYTES = 32, SEAL_EXTRA = 12 + 16 };
void secret_seal(const unsigned char key[SEAL_KEY_BYTES], struct str about, struct str plain, unsigned char *out);
bool secret_open(const unsigned char key[SEAL_KEY_BYTES], struct str about, struct str sealed, char *out); /* n - SEAL_EXTRA bytes */
/* Fast, unkeyed, not for secrets: ETags and cache keys (64 bits). */
uint64_t hash64(const void *bytes, size_t n, uint64_t seed);

#endif
