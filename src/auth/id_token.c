/* SPDX-License-Identifier: Apache-2.0 */
/* id_token.c - ID Tokens, checked in the order of the specification: form, header, signature,
 * claims. */
#include "rostra/id_token.h"

#include <string.h>

#include "rostra/crypto.h"
#include "rostra/json.h"

#include "provider_token.h"

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

/* What describes the person is optional: what cannot be kept is left out. */
static void
describe(const struct json_doc *d, struct arena *a, struct id_token *out)
{
	const char *email = provider_token_text(d, "email", a);

	out->email = email == NULL ? NULL : str_lower(a, str_of(email));
	if (!json_doc_bool(d, "email_verified", &out->email_verified))
		out->email_verified = false;
	out->name = provider_token_text(d, "name", a);
	out->given_name = provider_token_text(d, "given_name", a);
	out->family_name = provider_token_text(d, "family_name", a);
	out->locale = provider_token_text(d, "locale", a);
	out->provider_session = provider_token_text(d, "sid", a);
	out->tid = provider_token_word(d, "tid", ID_DIRECTORY_MAX, a);
	out->oid = provider_token_word(d, "oid", ID_DIRECTORY_MAX, a);
}

static const char *
check_claims(const struct json_doc *d, const struct id_token_rules *r, struct arena *a,
             struct id_token *out)
{
	const char *why = provider_token_parties(d, r);

	if (why == NULL)
		why = provider_token_times(d, r->now_us, &out->issued_us);
	if (why == NULL)
		why = check_bindings(d, r);
	/* A logout token says events, and must not sign anybody in (Back-Channel Logout 1.0 2.4).
	 */
	if (why == NULL && json_doc_has(d, "events"))
		why = "it tells of events";
	if (why == NULL)
		why = provider_token_subject(d, a, &out->subject);
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
	verdict = provider_token_signature(keys, &t, rules->alg, NULL, why);
	if (verdict != ID_TOKEN_GOOD)
		return verdict;
	d = json_doc_parse(t.payload, ID_TOKEN_DEPTH);
	*why = d == NULL ? "the payload is no JSON object" : check_claims(d, rules, a, out);
	json_doc_free(&d);
	out->payload = t.payload;
	return *why == NULL ? ID_TOKEN_GOOD : ID_TOKEN_BAD;
}
