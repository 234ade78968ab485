/* SPDX-License-Identifier: Apache-2.0 */
/* pubkey.c - JWK members to OpenSSL 3 keys, and their signatures. */
#include "rostra/pubkey.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

const char *const sig_alg_names[SIG__MAX + 1] = {
	"RS256", "PS256", "ES256", "ES384", "EdDSA", NULL
};

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, ED25519_BYTES = 32, COORDINATE_MAX = 48 };

enum key_kind { KEY_RSA, KEY_P256, KEY_P384, KEY_ED25519 };

struct pubkey {
	enum key_kind kind;
	EVP_PKEY *key;
};

static struct pubkey *
wrap(enum key_kind kind, EVP_PKEY *key)
{
	struct pubkey *k = key == NULL ? NULL : malloc(sizeof(*k));

	ERR_clear_error();
	if (k == NULL) {
		EVP_PKEY_free(key);
		return NULL;
	}
	*k = (struct pubkey){ kind, key };
	return k;
}

void
pubkey_free(struct pubkey **k)
{
	if (*k == NULL)
		return;
	EVP_PKEY_free((*k)->key);
	free(*k);
	*k = NULL;
}

static EVP_PKEY *
key_from(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = params == NULL ? NULL : EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
rsa_from(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key;

	if (b != NULL && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(b);
	key = key_from("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	return key;
}

struct pubkey *
pubkey_rsa(struct str n, struct str e)
{
	BIGNUM *modulus, *exponent;
	EVP_PKEY *key = NULL;

	if (n.n > RSA_BITS_MAX / 8 || e.n > RSA_BITS_MAX / 8)
		return NULL;
	modulus = BN_bin2bn((const unsigned char *)n.s, (int)n.n, NULL);
	exponent = BN_bin2bn((const unsigned char *)e.s, (int)e.n, NULL);
	if (modulus != NULL && exponent != NULL && BN_num_bits(modulus) >= RSA_BITS_MIN &&
	    BN_is_odd(modulus) && BN_is_odd(exponent) && !BN_is_one(exponent))
		key = rsa_from(modulus, exponent);
	BN_free(modulus);
	BN_free(exponent);
	return wrap(KEY_RSA, key);
}

static EVP_PKEY *
point_on(const char *group, const unsigned char *point, size_t n)
{
	/* OpenSSL takes the name without const; it does not write to it. */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		                                 (char *)(uintptr_t)group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point,
		                                  n),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *key = key_from("EC", params);
	EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	if (ctx == NULL || EVP_PKEY_public_check(ctx) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return key;
}

struct pubkey *
pubkey_ec(struct str curve, struct str x, struct str y)
{
	const bool p256 = str_is(curve, "P-256");
	const size_t width = p256 ? 32 : 48;
	unsigned char point[1 + 2 * COORDINATE_MAX];

	if ((!p256 && !str_is(curve, "P-384")) || x.n != width || y.n != width)
		return NULL;
	point[0] = 0x04; /* uncompressed, SEC 1 2.3.3 */
	memcpy(point + 1, x.s, width);
	memcpy(point + 1 + width, y.s, width);
	return wrap(p256 ? KEY_P256 : KEY_P384,
	            point_on(p256 ? "P-256" : "P-384", point, 1 + 2 * width));
}

struct pubkey *
pubkey_okp(struct str curve, struct str x)
{
	if (!str_is(curve, "Ed25519") || x.n != ED25519_BYTES)
		return NULL;
	return wrap(KEY_ED25519, EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
	                                                        (const unsigned char *)x.s, x.n));
}

bool
pubkey_fits(const struct pubkey *k, enum sig_alg alg)
{
	static const enum key_kind wanted[SIG__MAX] = {
		[SIG_RS256] = KEY_RSA,  [SIG_PS256] = KEY_RSA,     [SIG_ES256] = KEY_P256,
		[SIG_ES384] = KEY_P384, [SIG_EDDSA] = KEY_ED25519,
	};

	return k->kind == wanted[alg];
}

/* --- signatures --------------------------------------------------------------------------------
 */

/* RFC 7518 3.4: r and s of fixed width, one after the other; OpenSSL wants them in DER. */
static unsigned char *
der_of(struct str signature, size_t width, int *ret_n)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	const unsigned char *bytes = (const unsigned char *)signature.s;
	unsigned char *der = NULL;
	BIGNUM *r, *s;

	*ret_n = 0;
	if (sig == NULL || signature.n != 2 * width) {
		ECDSA_SIG_free(sig);
		return NULL;
	}
	r = BN_bin2bn(bytes, (int)width, NULL);
	s = BN_bin2bn(bytes + width, (int)width, NULL);
	if (r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		*ret_n = i2d_ECDSA_SIG(sig, &der);
	}
	ECDSA_SIG_free(sig);
	return der;
}

static const char *
digest_of(enum sig_alg alg)
{
	if (alg == SIG_EDDSA)
		return NULL; /* it digests by itself */
	return alg == SIG_ES384 ? "SHA384" : "SHA256";
}

static bool
verify(const struct pubkey *k, enum sig_alg alg, struct str data, const unsigned char *sig,
       size_t sig_n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *params = NULL;
	bool good;

	good = ctx != NULL &&
	       EVP_DigestVerifyInit_ex(ctx, &params, digest_of(alg), NULL, NULL, k->key, NULL) == 1;
	if (good && alg == SIG_PS256) /* RFC 7518 3.5: the salt is as long as the digest */
		good = EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(params, RSA_PSS_SALTLEN_DIGEST) == 1;
	good =
	    good && EVP_DigestVerify(ctx, sig, sig_n, (const unsigned char *)data.s, data.n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

bool
pubkey_verify(const struct pubkey *k, enum sig_alg alg, struct str data, struct str signature)
{
	unsigned char *der;
	int n;
	bool good;

	if (!pubkey_fits(k, alg))
		return false;
	if (alg != SIG_ES256 && alg != SIG_ES384)
		return verify(k, alg, data, (const unsigned char *)signature.s, signature.n);
	der = der_of(signature, alg == SIG_ES256 ? 32 : 48, &n);
	good = n > 0 && verify(k, alg, data, der, (size_t)n);
	OPENSSL_free(der);
	return good;
}

size_t
sig_half_digest(enum sig_alg alg, struct str data, unsigned char out[HALF_DIGEST_MAX])
{
	const char *name = alg == SIG_EDDSA ? "SHA512" : digest_of(alg);
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t n = 0;

	if (EVP_Q_digest(NULL, name, NULL, data.s, data.n, digest, &n) != 1)
		return 0;
	memcpy(out, digest, n / 2);
	return n / 2;
}

/* --- keys of our own ---------------------------------------------------------------------------
 */

size_t
privkey_make(unsigned char der[PRIVKEY_DER_MAX])
{
	EVP_PKEY *key = EVP_RSA_gen(8 * PRIVKEY_BYTES);
	const int n = key == NULL ? 0 : i2d_PrivateKey(key, NULL);

	if (n > 0 && n <= PRIVKEY_DER_MAX)
		(void)i2d_PrivateKey(key, &der);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return n > 0 && n <= PRIVKEY_DER_MAX ? (size_t)n : 0;
}

static EVP_PKEY *
private_of(struct str der)
{
	const unsigned char *bytes = (const unsigned char *)der.s;
	EVP_PKEY *key = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &bytes, (long)der.n);

	if (key != NULL && EVP_PKEY_get_size(key) != PRIVKEY_BYTES) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

bool
privkey_modulus(struct str der, unsigned char out[PRIVKEY_BYTES])
{
	EVP_PKEY *key = private_of(der);
	BIGNUM *n = NULL;
	bool good = key != NULL && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	            BN_bn2binpad(n, out, PRIVKEY_BYTES) == PRIVKEY_BYTES;

	BN_free(n);
	EVP_PKEY_free(key);
	return good;
}

bool
privkey_sign(struct str der, struct str data, unsigned char out[PRIVKEY_BYTES])
{
	EVP_PKEY *key = private_of(der);
	EVP_MD_CTX *ctx = key == NULL ? NULL : EVP_MD_CTX_new();
	size_t n = PRIVKEY_BYTES;
	bool good = ctx != NULL &&
	            EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
	            EVP_DigestSign(ctx, out, &n, (const unsigned char *)data.s, data.n) == 1 &&
	            n == PRIVKEY_BYTES;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return good;
}
