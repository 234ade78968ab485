/* SPDX-License-Identifier: Apache-2.0 */
/* id_token.c - ID Tokens, checked in the order of the specification: form, header, signature,
 * claims. */
#include "rostra/id_token.h"

#include <string.h>

#include "rostra/crypto.h"
#include "rostra/json.h"

#include "auth_int.h"

enum { HEADER_DEPTH = 2, PAYLOAD_DEPTH = 8, CLAIM_TEXT_MAX = 254 };

/* --- header ------------------------------------------------------------------------------------
 */

static const char *
check_header(const struct json_doc *d, enum sig_alg alg)
{
	struct str text;

	if (json_doc_has(d, "crit")) /* nothing is understood: RFC 7515 4.1.11 */
		return "it has critical extensions";
	if (json_doc_has(d, "typ") &&
	    (!json_doc_string(d, "typ", &text) || !str_eq_nocase(text, STR("JWT"))))
		return "it is another type of token";
	/* Keys in or named by the token are never used: RFC 8725 3.10. */
	if (!json_doc_string(d, "alg", &text) || !str_is(text, sig_alg_names[alg]))
		return "another algorithm than the registered one";
	if (json_doc_has(d, "kid") && !json_doc_string(d, "kid", &text))
		return "the key's id is no text";
	return NULL;
}

static enum id_token_verdict
check_signature(const struct jwks *keys, const struct jws *t, enum sig_alg alg, const char **why)
{
	struct json_doc *d = json_doc_parse(t->header, HEADER_DEPTH);
	enum id_token_verdict verdict = ID_TOKEN_BAD;
	const struct pubkey *key = NULL;
	struct str kid = { NULL, 0 };
	bool unknown = false;

	*why = d == NULL ? "the header is no JSON object" : check_header(d, alg);
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

static const char *
check_parties(const struct json_doc *d, const struct id_token_rules *r)
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

static const char *
check_times(const struct json_doc *d, int64_t now_us, struct id_token *out)
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
	out->issued_us = iat * US_PER_S;
	return NULL;
}

static const char *
check_bindings(const struct json_doc *d, const struct id_token_rules *r)
{
	unsigned char half[HALF_DIGEST_MAX], claimed[HALF_DIGEST_MAX];
	struct str text;
	size_t n, claimed_n;

	if (!json_doc_string(d, "nonce", &text) || text.n != strlen(r->nonce) ||
	    !bytes_eq_ct(text.s, r->nonce, text.n))
		return "another nonce";
	if (r->access_token == NULL || !json_doc_has(d, "at_hash"))
		return NULL;
	n = sig_half_digest(r->alg, str_of(r->access_token), half);
	if (!json_doc_string(d, "at_hash", &text) ||
	    !base64url_decode(text, claimed, sizeof(claimed), &claimed_n) || claimed_n != n ||
	    n == 0 || !bytes_eq_ct(claimed, half, n))
		return "another access token's hash";
	return NULL;
}

static const char *
check_subject(const struct json_doc *d, struct arena *a, struct id_token *out)
{
	struct str text;

	if (!json_doc_string(d, "sub", &text) || text.n == 0 || text.n > ID_SUBJECT_MAX)
		return "no subject";
	for (size_t i = 0; i < text.n; i++) {
		if (text.s[i] <= 0x20 || text.s[i] >= 0x7f)
			return "the subject is not printable ASCII";
	}
	out->subject = arena_copy(a, text.s, text.n);
	return NULL;
}

/* What describes the person is optional: what cannot be kept is left out. */
static const char *
claim_text(const struct json_doc *d, const char *name, struct arena *a)
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

static void
describe(const struct json_doc *d, struct arena *a, struct id_token *out)
{
	const char *email = claim_text(d, "email", a);

	out->email = email == NULL ? NULL : str_lower(a, str_of(email));
	if (!json_doc_bool(d, "email_verified", &out->email_verified))
		out->email_verified = false;
	out->name = claim_text(d, "name", a);
	out->given_name = claim_text(d, "given_name", a);
	out->family_name = claim_text(d, "family_name", a);
	out->locale = claim_text(d, "locale", a);
	out->provider_session = claim_text(d, "sid", a);
}

static const char *
check_claims(const struct json_doc *d, const struct id_token_rules *r, struct arena *a,
             struct id_token *out)
{
	const char *why = check_parties(d, r);

	if (why == NULL)
		why = check_times(d, r->now_us, out);
	if (why == NULL)
		why = check_bindings(d, r);
	/* A logout token says events, and must not sign anybody in (Back-Channel Logout 1.0 2.4).
	 */
	if (why == NULL && json_doc_has(d, "events"))
		why = "it tells of events";
	if (why == NULL)
		why = check_subject(d, a, out);
	if (why == NULL)
		describe(d, a, out);
	return why;
}

enum id_token_verdict
id_token_verify(const struct jwks *keys, struct str token, const struct id_token_rules *rules,
                struct arena *a, struct id_token *out, const char **why)
{
	enum id_token_verdict verdict;
	struct json_doc *d;
	struct jws t;

	*out = (struct id_token){ .subject = NULL };
	*why = token.n > ID_TOKEN_BYTES_MAX ? "too long" : "not three parts of strict base64url";
	if (token.n > ID_TOKEN_BYTES_MAX || !jws_split(a, token, &t))
		return ID_TOKEN_BAD;
	verdict = check_signature(keys, &t, rules->alg, why);
	if (verdict != ID_TOKEN_GOOD)
		return verdict;
	d = json_doc_parse(t.payload, PAYLOAD_DEPTH);
	*why = d == NULL ? "the payload is no JSON object" : check_claims(d, rules, a, out);
	json_doc_free(&d);
	return *why == NULL ? ID_TOKEN_GOOD : ID_TOKEN_BAD;
}
