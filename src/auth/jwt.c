/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jwt.c - our access tokens.  libjwt 1.10.2 signs and checks the HMAC; everything else is checked
 * here, before it (what it accepts wrongly: algorithm chosen by the token, lenient base64, repeated
 * members, 12 MB by alloca) and after it (it never looks at a claim).
 */
#include <stdlib.h>
#include <string.h>

#include <jwt.h>

#include "rostra/clock.h"
#include "rostra/json.h"
#include "rostra/log.h"

#include "auth_int.h"

enum { TOKEN_JSON_DEPTH = 2, HEADER_MEMBERS = 3, JTI_MAX = 64 };

/* --- making one --------------------------------------------------------------------------------
 */

static void
must(int status, const char *what)
{
	if (status != 0)
		log_die("token", "%s: %s", what, strerror(status));
}

static void
add_uuid(jwt_t *j, const char *name, struct uuid u)
{
	char text[UUID_TEXT_SIZE];

	uuid_format(u, text);
	must(jwt_add_grant(j, name, text), name);
}

char *
token_mint(const struct token_keys *k, const struct token_claims *c, struct arena *a)
{
	jwt_t *j = NULL;
	char *text, *copy;

	must(jwt_new(&j), "jwt_new");
	must(jwt_set_alg(j, JWT_ALG_HS256, k->keys[0].secret, TOKEN_SECRET_SIZE), "jwt_set_alg");
	must(jwt_add_header(j, "kid", k->keys[0].kid), "kid");
	must(jwt_add_grant(j, "iss", c->issuer), "iss");
	must(jwt_add_grant(j, "aud", TOKEN_AUDIENCE), "aud");
	add_uuid(j, "sub", c->person);
	add_uuid(j, "company", c->company);
	if (!uuid_is_zero(c->session))
		add_uuid(j, "sid", c->session);
	must(jwt_add_grant(j, "role", role_names[c->role]), "role");
	must(jwt_add_grant_int(j, "iat", (long)(c->issued_us / US_PER_S)), "iat");
	must(jwt_add_grant_int(j, "nbf", (long)(c->issued_us / US_PER_S)), "nbf");
	must(jwt_add_grant_int(j, "exp", (long)(c->expires_us / US_PER_S)), "exp");
	add_uuid(j, "jti", uuid_v7(c->issued_us));
	text = jwt_encode_str(j);
	if (text == NULL)
		log_die("token", "jwt_encode_str");
	copy = arena_strdup(a, text);
	free(text);
	jwt_free(j);
	return copy;
}

/* --- checking one ------------------------------------------------------------------------------
 */

/* The key that the header names, when the header is exactly ours. */
static const struct token_key *
key_of(const struct token_keys *k, struct str header)
{
	struct json_doc *d = json_doc_parse(header, TOKEN_JSON_DEPTH);
	const struct token_key *key = NULL;
	struct str alg, typ, kid;

	if (d == NULL)
		return NULL;
	/* Three members and no more: so no crit, jku, jwk or x5c (RFC 7515 4.1). */
	if (json_doc_size(d) == HEADER_MEMBERS && json_doc_string(d, "alg", &alg) &&
	    str_is(alg, "HS256") && json_doc_string(d, "typ", &typ) && str_is(typ, "JWT") &&
	    json_doc_string(d, "kid", &kid))
		key = token_key_find(k, kid);
	json_doc_free(&d);
	return key;
}

/* Only ever called with a key of 32 bytes: with none, libjwt accepts anything. */
static bool
signature_good(const char *token, const struct token_key *key)
{
	jwt_t *j = NULL;
	bool good = jwt_decode(&j, token, key->secret, TOKEN_SECRET_SIZE) == 0 && j != NULL &&
	            jwt_get_alg(j) == JWT_ALG_HS256;

	jwt_free(j);
	return good;
}

static bool
claim_uuid(const struct json_doc *d, const char *name, struct uuid *out)
{
	struct str text;

	return json_doc_string(d, name, &text) && uuid_parse(text, out);
}

static bool
claim_role(const struct json_doc *d, struct caller *out)
{
	struct str text;

	if (!json_doc_string(d, "role", &text))
		return false;
	for (int r = 0; r < ROLE__MAX; r++) {
		if (str_is(text, role_names[r])) {
			out->role = (enum role)r;
			out->kind = role_access(out->role);
			return true;
		}
	}
	return false;
}

static const char *
check_times(const struct json_doc *d, int64_t now_us, struct caller *out)
{
	int64_t iat, nbf, exp, now = now_us / US_PER_S;

	if (!json_doc_int(d, "iat", &iat) || !json_doc_int(d, "nbf", &nbf) ||
	    !json_doc_int(d, "exp", &exp))
		return "times are missing or not whole numbers";
	/* Bounds that keep the sums below from overflowing; 2^40 s is beyond the year 36,000. */
	if (iat < 0 || nbf < 0 || exp < 0 || exp > INT64_C(1) << 40)
		return "a time is out of range";
	if (iat > now + TOKEN_SKEW_S || nbf > now + TOKEN_SKEW_S)
		return "not yet valid";
	if (exp <= now - TOKEN_SKEW_S)
		return "expired";
	if (exp <= iat)
		return "ends before it begins";
	out->expires_us = (exp + TOKEN_SKEW_S) * US_PER_S;
	return NULL;
}

static const char *
check_claims(const struct json_doc *d, const char *issuer, int64_t now_us, struct caller *out)
{
	struct str text;

	if (!json_doc_string(d, "iss", &text) || !str_is(text, issuer))
		return "another issuer";
	if (!json_doc_string(d, "aud", &text) || !str_is(text, TOKEN_AUDIENCE))
		return "another audience";
	if (!claim_uuid(d, "sub", &out->person) || !claim_uuid(d, "company", &out->company))
		return "no subject or company";
	if (json_doc_has(d, "sid") && !claim_uuid(d, "sid", &out->session))
		return "the session is not an id";
	if (!json_doc_string(d, "jti", &text) || text.n == 0 || text.n > JTI_MAX)
		return "no token id";
	if (!claim_role(d, out))
		return "no role";
	return check_times(d, now_us, out);
}

static const char *
verify(const struct token_keys *k, struct str token, struct jws *p, struct arena *a)
{
	const struct token_key *key;

	if (token.n == 0 || token.n > TOKEN_BYTES_MAX)
		return "empty or too long";
	if (!jws_split(a, token, p) || p->signature.n != TOKEN_SECRET_SIZE)
		return "not three parts of strict base64url";
	key = key_of(k, p->header);
	if (key == NULL)
		return "the header is not ours or names another key";
	return signature_good(arena_copy(a, token.s, token.n), key) ? NULL
	                                                            : "the signature is wrong";
}

bool
token_verify(const struct token_keys *k, struct str token, const char *issuer, int64_t now_us,
             struct arena *a, struct caller *out, const char **why)
{
	struct jws p;
	struct caller who = { .kind = ACCESS_UNSET };
	struct json_doc *d;

	*why = verify(k, token, &p, a);
	if (*why != NULL)
		return false;
	d = json_doc_parse(p.payload, TOKEN_JSON_DEPTH);
	*why =
	    d == NULL ? "the payload is not a JSON object" : check_claims(d, issuer, now_us, &who);
	json_doc_free(&d);
	if (*why == NULL)
		*out = who;
	return *why == NULL;
}

/* token68 of RFC 7235 2.1, which a JWT and our keys are. */
static bool
token_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~+/=", c) != NULL);
}

bool
bearer_token(struct str header, struct str *out)
{
	static const size_t scheme = sizeof("Bearer ") - 1;
	struct str token;

	if (header.n <= scheme || !str_eq_nocase((struct str){ header.s, scheme }, STR("Bearer ")))
		return false;
	token = str_trim((struct str){ header.s + scheme, header.n - scheme });
	for (size_t i = 0; i < token.n; i++) {
		if (!token_character(token.s[i]))
			return false;
	}
	*out = token;
	return token.n > 0;
}
