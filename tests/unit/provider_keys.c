/* SPDX-License-Identifier: Apache-2.0 */
/* provider_keys.c - keys and signatures by OpenSSL, as a provider makes them. */
#include "provider_keys.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *const key_names[KEYS] = { "rsa", "p256", "p384", "ed", "other" };

const char *
b64(struct arena *a, const void *bytes, size_t n)
{
	char *text = arena_alloc(a, base64url_size(n) + 1, 1);

	base64url_encode(bytes, n, text);
	return text;
}

const char *
rsa_jwk(struct arena *a, EVP_PKEY *key, const char *rest)
{
	unsigned char n[1024], e[16];
	BIGNUM *modulus = NULL, *exponent = NULL;
	size_t n_n, e_n;

	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent), 1);
	n_n = (size_t)BN_bn2bin(modulus, n);
	e_n = (size_t)BN_bn2bin(exponent, e);
	BN_free(modulus);
	BN_free(exponent);
	return arena_printf(a, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}", b64(a, n, n_n),
	                    b64(a, e, e_n), rest);
}

const char *
ec_jwk(struct arena *a, EVP_PKEY *key, const char *curve, size_t width, const char *rest)
{
	unsigned char point[160];
	size_t n;

	assert_int_equal(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
	                                                 point, sizeof(point), &n),
	                 1);
	assert_int_equal(n, 1 + 2 * width);
	return arena_printf(a, "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"%s}", curve,
	                    b64(a, point + 1, width), b64(a, point + 1 + width, width), rest);
}

const char *
ed_jwk(struct arena *a, EVP_PKEY *key, const char *rest)
{
	unsigned char x[32];
	size_t n = sizeof(x);

	assert_int_equal(EVP_PKEY_get_raw_public_key(key, x, &n), 1);
	return arena_printf(a, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"%s}", b64(a, x, n),
	                    rest);
}

int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *set;

	f->a = arena_create(0);
	f->keys[RSA_KEY] = EVP_RSA_gen(2048);
	f->keys[P256_KEY] = EVP_EC_gen("P-256");
	f->keys[P384_KEY] = EVP_EC_gen("P-384");
	f->keys[ED_KEY] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	f->keys[OTHER_RSA_KEY] = EVP_RSA_gen(2048);
	set = arena_printf(
	    f->a, "{\"keys\":[%s,%s,%s,%s,{\"kty\":\"oct\",\"kid\":\"hmac\",\"k\":\"AAAA\"},7]}",
	    rsa_jwk(f->a, f->keys[RSA_KEY], ",\"kid\":\"rsa\",\"use\":\"sig\""),
	    ec_jwk(f->a, f->keys[P256_KEY], "P-256", 32, ",\"kid\":\"p256\",\"alg\":\"ES256\""),
	    ec_jwk(f->a, f->keys[P384_KEY], "P-384", 48, ",\"kid\":\"p384\""),
	    ed_jwk(f->a, f->keys[ED_KEY], ",\"kid\":\"ed\""));
	f->set = jwks_parse(str_of(set));
	*state = f;
	return f->set == NULL || jwks_size(f->set) != 4;
}

int
tear_down(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < KEYS; i++)
		EVP_PKEY_free(f->keys[i]);
	jwks_free(&f->set);
	arena_destroy(&f->a);
	free(f);
	return 0;
}

/* --- signing, as a provider does ----------------------------------------------------------------
 */

static const char *
sign(struct fixture *f, int key, enum sig_alg alg, const char *text)
{
	static const char *const digests[] = { "SHA256", "SHA256", "SHA256", "SHA384", NULL };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *params = NULL;
	unsigned char sig[1024], fixed[96];
	size_t n = sizeof(sig), width = alg == SIG_ES384 ? 48 : 32;
	const unsigned char *der = sig;
	ECDSA_SIG *pair;

	assert_int_equal(EVP_DigestSignInit_ex(ctx, &params, digests[alg], NULL, NULL, f->keys[key],
	                                       NULL),
	                 1);
	if (alg == SIG_PS256) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(params, RSA_PSS_SALTLEN_DIGEST),
		                 1);
	}
	assert_int_equal(EVP_DigestSign(ctx, sig, &n, (const unsigned char *)text, strlen(text)),
	                 1);
	EVP_MD_CTX_free(ctx);
	if (alg != SIG_ES256 && alg != SIG_ES384)
		return b64(f->a, sig, n);
	pair = d2i_ECDSA_SIG(NULL, &der, (long)n);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), fixed, (int)width), (int)width);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), fixed + width, (int)width),
	                 (int)width);
	ECDSA_SIG_free(pair);
	return b64(f->a, fixed, 2 * width);
}

const char *
token(struct fixture *f, int key, enum sig_alg alg, const char *header, const char *payload)
{
	const char *text = arena_printf(f->a, "%s.%s", b64(f->a, header, strlen(header)),
	                                b64(f->a, payload, strlen(payload)));

	return arena_printf(f->a, "%s.%s", text, sign(f, key, alg, text));
}
