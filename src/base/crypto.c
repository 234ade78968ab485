/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.c - digests and MACs by OpenSSL; random bytes of the kernel, drawn in pools; CRC-32C. */
#include "rostra/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "rostra/log.h"

/* Fetched once: OpenSSL 3 looks an algorithm up by name each time, which costs more than a short
 * digest. */
static EVP_MD *sha256_method;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void
sha256_fetch(void)
{
	sha256_method = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (sha256_method == NULL)
		log_die("crypto", "SHA-256 is not to be had");
}

static const EVP_MD *
sha256_get(void)
{
	(void)pthread_once(&sha256_once, sha256_fetch);
	return sha256_method;
}

struct sha256
sha256_of(const void *bytes, size_t n)
{
	struct sha256 out;

	if (EVP_Digest(bytes, n, out.b, NULL, sha256_get(), NULL) != 1)
		log_die("crypto", "SHA-256 failed");
	return out;
}

static EVP_MD_CTX *
digest_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL || EVP_DigestInit_ex2(ctx, sha256_get(), NULL) != 1)
		log_die("crypto", "SHA-256 is not to be had");
	return ctx;
}

struct sha256
sha256_parts(const struct str *parts, size_t n)
{
	EVP_MD_CTX *ctx = digest_begin();
	struct sha256 out;

	for (size_t i = 0; i < n; i++) {
		uint64_t length = parts[i].n;

		(void)EVP_DigestUpdate(ctx, &length, sizeof(length));
		(void)EVP_DigestUpdate(ctx, parts[i].s, parts[i].n);
	}
	if (EVP_DigestFinal_ex(ctx, out.b, NULL) != 1)
		log_die("crypto", "SHA-256 failed");
	EVP_MD_CTX_free(ctx);
	return out;
}

struct sha256
hmac_sha256(const void *key, size_t key_n, const void *bytes, size_t n)
{
	struct sha256 out;

	if (HMAC(EVP_sha256(), key, (int)key_n, bytes, n, out.b, NULL) == NULL)
		log_die("crypto", "HMAC failed");
	return out;
}

bool
bytes_eq_ct(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

bool
sha256_eq(struct sha256 a, struct sha256 b)
{
	return bytes_eq_ct(a.b, b.b, sizeof(a.b));
}

static void
random_from_kernel(unsigned char *out, size_t n)
{
	while (n > 0) {
		ssize_t got = getrandom(out, n, 0);

		if (got <= 0)
			log_die("no_entropy", "getrandom failed");
		out += got;
		n -= (size_t)got;
	}
}

enum { POOL_BYTES = 256 };

/* Counts forks: a child must not repeat the bytes its parent drew ahead. */
static int forks;

static void
count_fork(void)
{
	forks++;
}

__attribute__((constructor)) static void
watch_forks(void)
{
	(void)pthread_atfork(NULL, NULL, count_fork);
}

void
random_bytes(void *out, size_t n)
{
	static _Thread_local unsigned char pool[POOL_BYTES];
	static _Thread_local size_t left;
	static _Thread_local int drawn_at;
	unsigned char *p = out;

	if (n > POOL_BYTES) {
		random_from_kernel(p, n);
		return;
	}
	if (drawn_at != forks || left < n) {
		random_from_kernel(pool, sizeof(pool));
		left = sizeof(pool);
		drawn_at = forks;
	}
	left -= n;
	memcpy(p, pool + left, n);
	OPENSSL_cleanse(pool + left, n);
}

void
secret_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

/* Reflected polynomial of RFC 3720 B.4. */
#define CRC32C_POLYNOMIAL 0x82f63b78u

static uint32_t crc_row[256];
static pthread_once_t crc_once = PTHREAD_ONCE_INIT;

static void
crc_fill(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = (c & 1) != 0 ? c >> 1 ^ CRC32C_POLYNOMIAL : c >> 1;
		crc_row[i] = c;
	}
}

uint32_t
crc32c(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint32_t c = UINT32_MAX;

	(void)pthread_once(&crc_once, crc_fill);
	for (size_t i = 0; i < n; i++)
		c = crc_row[(c ^ p[i]) & 255] ^ c >> 8;
	return ~c;
}

uint64_t
hash64(const void *bytes, size_t n, uint64_t seed)
{
	const unsigned char *p = bytes;
	uint64_t h = seed ^ (n * UINT64_C(0x9e3779b97f4a7c15));
	uint64_t word;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&word, p, 8);
		h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	word = 0;
	if (n > 0)
		memcpy(&word, p, n);
	h = (h ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
	h ^= h >> 29;
	h *= UINT64_C(0xff51afd7ed558ccd);
	return h ^ h >> 32;
}

/* --- secrets at rest ----------------------------------------------------------------------------
 */

enum { NONCE_BYTES = 12, TAG_BYTES = 16 };

void
secret_seal(const unsigned char key[SEAL_KEY_BYTES], struct str about, struct str plain,
            unsigned char *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, last = 0;

	random_bytes(out, NONCE_BYTES);
	if (ctx == NULL || EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) != 1 ||
	    EVP_EncryptUpdate(ctx, NULL, &n, (const unsigned char *)about.s, (int)about.n) != 1 ||
	    EVP_EncryptUpdate(ctx, out + NONCE_BYTES, &n, (const unsigned char *)plain.s,
	                      (int)plain.n) != 1 ||
	    EVP_EncryptFinal_ex(ctx, out + NONCE_BYTES + n, &last) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES,
	                        out + NONCE_BYTES + plain.n) != 1)
		log_die("crypto", "AES-256-GCM failed");
	EVP_CIPHER_CTX_free(ctx);
}

bool
secret_open(const unsigned char key[SEAL_KEY_BYTES], struct str about, struct str sealed, char *out)
{
	const unsigned char *bytes = (const unsigned char *)sealed.s;
	unsigned char tag[TAG_BYTES];
	EVP_CIPHER_CTX *ctx;
	int n = 0, last = 0;
	size_t plain_n;
	bool good;

	if (sealed.n < SEAL_EXTRA)
		return false;
	plain_n = sealed.n - SEAL_EXTRA;
	memcpy(tag, bytes + NONCE_BYTES + plain_n, sizeof(tag));
	ctx = EVP_CIPHER_CTX_new();
	good =
	    ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, bytes) == 1 &&
	    EVP_DecryptUpdate(ctx, NULL, &n, (const unsigned char *)about.s, (int)about.n) == 1 &&
	    EVP_DecryptUpdate(ctx, (unsigned char *)out, &n, bytes + NONCE_BYTES, (int)plain_n) ==
		1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
	    EVP_DecryptFinal_ex(ctx, (unsigned char *)out + n, &last) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!good)
		secret_wipe(out, plain_n);
	return good;
}
