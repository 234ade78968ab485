/* SPDX-License-Identifier: Apache-2.0 */
/* logout_token.c - logout tokens: an ID Token's checks, but an event and no nonce. */
#include "rostra/logout_token.h"

#include <string.h>

#include "provider_token.h"

enum { PAYLOAD_DEPTH = 8 };

static const char *
check_event(const struct json_doc *d)
{
	static const char event[] = "http://schemas.openid.net/event/backchannel-logout";
	struct json_doc *events, *ours = NULL;

	if (json_doc_has(d, "nonce")) /* it would pass for an ID Token */
		return "it has a nonce";
	events = json_doc_object(d, "events");
	if (events != NULL)
		ours = json_doc_object(events, event);
	json_doc_free(&events);
	if (ours == NULL)
		return "it tells of no logout";
	json_doc_free(&ours);
	return NULL;
}

static const char *
check_who(const struct json_doc *d, struct arena *a, struct logout_token *out)
{
	const bool has_session = json_doc_has(d, "sid");

	if (has_session) {
		out->provider_session = provider_token_text(d, "sid", a);
		if (out->provider_session == NULL)
			return "the session is no text";
	}
	if (json_doc_has(d, "sub") || !has_session)
		return provider_token_subject(d, a, &out->subject);
	return NULL;
}

static const char *
check_claims(const struct json_doc *d, const struct id_token_rules *r, struct arena *a,
             struct logout_token *out)
{
	const char *why = provider_token_parties(d, r);

	if (why == NULL)
		why = provider_token_times(d, r->now_us, &out->issued_us);
	if (why == NULL)
		why = check_event(d);
	if (why == NULL)
		why = check_who(d, a, out);
	if (why != NULL)
		return why;
	out->id = provider_token_text(d, "jti", a);
	return out->id == NULL ? "it has no id" : NULL;
}

enum id_token_verdict
logout_token_verify(const struct jwks *keys, struct str token, const struct id_token_rules *rules,
                    struct arena *a, struct logout_token *out, const char **why)
{
	enum id_token_verdict verdict;
	struct json_doc *d;
	struct jws t;

	*out = (struct logout_token){ .id = NULL };
	*why =
	    token.n > LOGOUT_TOKEN_BYTES_MAX ? "too long" : "not three parts of strict base64url";
	if (token.n > LOGOUT_TOKEN_BYTES_MAX || !jws_split(a, token, &t))
		return ID_TOKEN_BAD;
	verdict = provider_token_signature(keys, &t, rules->alg, "logout+jwt", why);
	if (verdict != ID_TOKEN_GOOD)
		return verdict;
	d = json_doc_parse(t.payload, PAYLOAD_DEPTH);
	*why = d == NULL ? "the payload is no JSON object" : check_claims(d, rules, a, out);
	json_doc_free(&d);
	return *why == NULL ? ID_TOKEN_GOOD : ID_TOKEN_BAD;
}

bool
logout_token_addressee(struct arena *a, struct str token, const char **ret_issuer,
                       const char **ret_client)
{
	struct json_doc *d;
	struct jws t;
	struct str aud;
	size_t n;

	if (token.n > LOGOUT_TOKEN_BYTES_MAX || !jws_split(a, token, &t))
		return false;
	d = json_doc_parse(t.payload, PAYLOAD_DEPTH);
	if (d == NULL)
		return false;
	*ret_issuer = provider_token_text(d, "iss", a);
	*ret_client = provider_token_text(d, "aud", a);
	if (*ret_client == NULL && json_doc_list(d, "aud", &n) && n == 1 &&
	    json_doc_list_string(d, "aud", 0, &aud) && memchr(aud.s, '\0', aud.n) == NULL)
		*ret_client = arena_copy(a, aud.s, aud.n);
	json_doc_free(&d);
	return *ret_issuer != NULL && *ret_client != NULL;
}
