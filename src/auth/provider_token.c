/* SPDX-License-Identifier: Apache-2.0 */
/* provider_token.c - what ID Tokens and logout tokens have in common: header, signature, parties,
 * times, subject. */
#include "provider_token.h"

#include <string.h>

#include "rostra/json.h"

enum { HEADER_DEPTH = 2, CLAIM_TEXT_MAX = 254 };

/* --- header ------------------------------------------------------------------------------------
 */

static bool
type_fits(struct str found, const char *type)
{
	return str_eq_nocase(found, STR("JWT")) ||
	       (type != NULL && str_eq_nocase(found, str_of(type)));
}

static const char *
check_header(const struct json_doc *d, enum sig_alg alg, const char *type)
{
	struct str text;

	if (json_doc_has(d, "crit")) /* nothing is understood: RFC 7515 4.1.11 */
		return "it has critical extensions";
	if (json_doc_has(d, "typ") && (!json_doc_string(d, "typ", &text) || !type_fits(text, type)))
		return "it is another type of token";
	/* Keys in or named by the token are never used: RFC 8725 3.10. */
	if (!json_doc_string(d, "alg", &text) || !str_is(text, sig_alg_names[alg]))
		return "another algorithm than the registered one";
	if (json_doc_has(d, "kid") && !json_doc_string(d, "kid", &text))
		return "the key's id is no text";
	return NULL;
}

enum id_token_verdict
provider_token_signature(const struct jwks *keys, const struct jws *t, enum sig_alg alg,
                         const char *type, const char **why)
{
	struct json_doc *d = json_doc_parse(t->header, HEADER_DEPTH);
	enum id_token_verdict verdict = ID_TOKEN_BAD;
	const struct pubkey *key = NULL;
	struct str kid = { NULL, 0 };
	bool unknown = false;

	*why = d == NULL ? "the header is no JSON object" : check_header(d, alg, type);
	if (*why == NULL) {
		(void)json_doc_string(d, "kid", &kid);
		key = jwks_find(keys, kid, alg, &unknown);
		*why = key == NULL ? "no key fits" : NULL;
	}
	if (unknown)
		verdict = ID_TOKEN_UNKNOWN_KEY;
	if (key != NULL && pubkey_verify(key, alg, t->signed_text, t->signature))
		verdict = ID_TOKEN_GOOD;
	else if (key != NULL)
		*why = "the signature is wrong";
	json_doc_free(&d);
	return verdict;
}

/* --- claims ------------------------------------------------------------------------------------
 */

/* Ours alone: other audiences are not trusted. */
static bool
for_us(const struct json_doc *d, const char *client_id)
{
	struct str text;
	size_t n;

	if (json_doc_string(d, "aud", &text))
		return str_is(text, client_id);
	return json_doc_list(d, "aud", &n) && n == 1 && json_doc_list_string(d, "aud", 0, &text) &&
	       str_is(text, client_id);
}

const char *
provider_token_parties(const struct json_doc *d, const struct id_token_rules *r)
{
	struct str text;

	if (!json_doc_string(d, "iss", &text) || !str_is(text, r->issuer))
		return "another issuer";
	if (!for_us(d, r->client_id))
		return "another audience";
	if (json_doc_has(d, "azp") &&
	    (!json_doc_string(d, "azp", &text) || !str_is(text, r->client_id)))
		return "another authorized party";
	return NULL;
}

const char *
provider_token_times(const struct json_doc *d, int64_t now_us, int64_t *ret_issued_us)
{
	const int64_t now = now_us / US_PER_S;
	int64_t exp, iat, nbf;

	if (!json_doc_int(d, "exp", &exp) || exp < 0 || exp > INT64_MAX / US_PER_S)
		return "no time of expiry";
	if (exp + ID_TOKEN_SKEW_S <= now)
		return "expired";
	if (!json_doc_int(d, "iat", &iat))
		return "no time of issue";
	if (iat > now + ID_TOKEN_SKEW_S)
		return "issued in the future";
	if (iat < now - ID_TOKEN_AGE_MAX_S)
		return "issued too long ago";
	if (json_doc_has(d, "nbf") &&
	    (!json_doc_int(d, "nbf", &nbf) || nbf > now + ID_TOKEN_SKEW_S))
		return "not yet valid";
	*ret_issued_us = iat * US_PER_S;
	return NULL;
}

const char *
provider_token_subject(const struct json_doc *d, struct arena *a, const char **ret)
{
	*ret = provider_token_word(d, "sub", ID_SUBJECT_MAX, a);
	return *ret != NULL ? NULL : "no subject of printable ASCII";
}

const char *
provider_token_word(const struct json_doc *d, const char *name, size_t max, struct arena *a)
{
	struct str text;

	if (!json_doc_string(d, name, &text) || text.n == 0 || text.n > max)
		return NULL;
	for (size_t i = 0; i < text.n; i++) {
		if (text.s[i] <= 0x20 || text.s[i] >= 0x7f)
			return NULL;
	}
	return arena_copy(a, text.s, text.n);
}

const char *
provider_token_text(const struct json_doc *d, const char *name, struct arena *a)
{
	struct str text;

	if (!json_doc_string(d, name, &text) || text.n == 0 || text.n > CLAIM_TEXT_MAX)
		return NULL;
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.s[i] < 0x20 || text.s[i] == 0x7f)
			return NULL;
	}
	return arena_copy(a, text.s, text.n);
}
