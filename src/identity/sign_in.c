/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign_in.c - the way through: the app sends a browser here, we send it to the company's provider,
 * it comes back with the provider's code, and goes on to the app with ours.  PKCE on both legs;
 * what is kept is digests.
 */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/caller.h"
#include "rostra/conf.h"
#include "rostra/json.h"
#include "rostra/log.h"
#include "rostra/outbound.h"
#include "rostra/session.h"

#include "identity_int.h"

enum { TOKEN_REPLY_DEPTH = 6, CODE_MAX = 4096 };

const char *
random_text(struct rq *rq)
{
	unsigned char bytes[RANDOM_BYTES];
	char *text = arena_alloc(rq->arena, CHALLENGE_CHARS + 1, 1);

	random_bytes(bytes, sizeof(bytes));
	base64url_encode(bytes, sizeof(bytes), text);
	secret_wipe(bytes, sizeof(bytes));
	return text;
}

const char *
challenge_of(struct rq *rq, const char *verifier)
{
	struct sha256 digest = sha256_of(verifier, strlen(verifier));
	char *text = arena_alloc(rq->arena, CHALLENGE_CHARS + 1, 1);

	base64url_encode(digest.b, sizeof(digest.b), text);
	return text;
}

void
set_digest(unsigned char out[32], const char *text)
{
	struct sha256 digest = sha256_of(text, strlen(text));

	memcpy(out, digest.b, sizeof(digest.b));
}

const char *
with_query(struct rq *rq, const char *url, const char *query)
{
	return arena_printf(rq->arena, "%s%c%s", url, strchr(url, '?') != NULL ? '&' : '?', query);
}

/* Back to the app with a stable word; what the provider said is not passed on. */
static const char *
to_app(struct rq *rq, const char *redirect_uri, const char *state, const char *name,
       const char *value)
{
	const char *q = form_add(rq->arena, "", name, value);

	q = form_add(rq->arena, q, "state", state);
	q = form_add(rq->arena, q, "iss", rq->conf->public_url); /* RFC 9207 */
	return with_query(rq, redirect_uri, q);
}

static const char *
callback_url(struct rq *rq)
{
	return arena_printf(rq->arena, "%s/v1/auth/callback", rq->conf->public_url);
}

/* --- where apps may be -------------------------------------------------------------------------
 */

/* "http://127.0.0.1/cb" matches any port there; the path must be the same. */
static bool
loopback_matches(struct str registered, struct str uri)
{
	static const char host[] = "http://127.0.0.1";
	const size_t n = sizeof(host) - 1;
	struct str path = { registered.s + n, registered.n - n }, rest;
	size_t digits = 0;

	if (!str_starts(registered, STR(host)) || path.n == 0 || path.s[0] != '/' ||
	    !str_starts(uri, STR(host)))
		return false;
	rest = (struct str){ uri.s + n, uri.n - n };
	if (rest.n > 1 && rest.s[0] == ':') {
		while (1 + digits < rest.n && rest.s[1 + digits] >= '0' &&
		       rest.s[1 + digits] <= '9')
			digits++;
		if (digits == 0 || digits > 5)
			return false;
		rest = (struct str){ rest.s + 1 + digits, rest.n - 1 - digits };
	}
	return str_eq(path, rest);
}

bool
redirect_uri_registered(const char *registered, const char *uri)
{
	struct str rest = str_of(registered), one;
	const struct str wanted = str_of(uri);

	while (rest.n > 0 && str_split(&rest, ' ', &one)) {
		if (one.n > 0 && (str_eq(one, wanted) || loopback_matches(one, wanted)))
			return true;
	}
	return false;
}

/* --- begin -------------------------------------------------------------------------------------
 */

static const char *
provider_url(struct rq *rq, const struct provider_row *p, const struct discovery *d,
             const struct sign_in_row *s, const char *state, const char *hint)
{
	const char *q = form_add(rq->arena, "", "response_type", "code");

	q = form_add(rq->arena, q, "client_id", p->v.client_id);
	q = form_add(rq->arena, q, "redirect_uri", callback_url(rq));
	q = form_add(rq->arena, q, "scope", "openid email profile");
	q = form_add(rq->arena, q, "state", state);
	q = form_add(rq->arena, q, "nonce", s->nonce);
	q = form_add(rq->arena, q, "code_challenge", challenge_of(rq, s->verifier));
	q = form_add(rq->arena, q, "code_challenge_method", "S256");
	if (hint != NULL)
		q = form_add(rq->arena, q, "login_hint", hint);
	return with_query(rq, d->authorization_endpoint, q);
}

/* The one that is asked for; else the one of the address; else the company's first. */
static enum fault
choose_provider(struct rq *rq, const struct sign_in_start *in, struct provider_row *out,
                bool *ret_found)
{
	struct provider_hit hit = { .company = NULL };
	enum fault e = FAULT_NONE;

	*ret_found = false;
	if (in->email != NULL && uuid_is_zero(in->provider))
		e = domain_first(rq, in->email, in->company, &hit);
	if (e || (hit.company == NULL && in->company == NULL))
		return e;
	if (hit.company == NULL)
		return provider_sql_for(rq, in->company, in->provider, out, ret_found);
	return provider_sql_for(rq, hit.company, hit.id, out, ret_found);
}

enum fault
sign_in_begin(struct rq *rq, const struct sign_in_start *in, struct sign_in_step *out)
{
	struct sign_in_row s = {
		.redirect_uri = in->redirect_uri,
		.app_state = in->state,
		.code_challenge = in->code_challenge,
		.expires_at = rq->now_us + SIGN_IN_S * US_PER_S,
	};
	struct provider_row p;
	struct discovery d;
	const char *state;
	bool found, good = false;
	enum fault e = choose_provider(rq, in, &p, &found);

	out->cookie = NULL;
	if (!e && found)
		e = http_limit(rq, "start", p.v.company_id, rq->conf->rate_company_sign_in_per_min);
	if (!e && found)
		e = discovery_get(rq, &p, &d, &good);
	if (e)
		return e;
	/* A company that is none, and one that has no provider, are the same to whoever asks. */
	out->location = to_app(rq, in->redirect_uri, in->state, "error",
	                       found ? "provider_unavailable" : "no_provider");
	if (!good)
		return FAULT_NONE;
	state = random_text(rq);
	out->cookie = random_text(rq);
	set_digest(s.state_sha256, state);
	set_digest(s.browser_sha256, out->cookie);
	s.company_id = p.v.company_id;
	s.provider_id = p.v.id;
	s.nonce = random_text(rq);
	s.verifier = random_text(rq);
	out->location = provider_url(rq, &p, &d, &s, state, in->email);
	return sign_in_sql_insert(rq, &s);
}

/* --- end ---------------------------------------------------------------------------------------
 */

struct taking {
	struct sha256 state;
	struct sign_in_row row;
	bool found;
};

static enum fault
take_tx(struct rq *rq, void *arg)
{
	struct taking *t = arg;

	return sign_in_sql_take(rq, t->state, &t->row, &t->found);
}

/* The sign-in of this state, used up; NULL when it is none, over, or another browser's. */
static enum fault
take(struct rq *rq, const struct sign_in_answer *in, struct taking *t)
{
	struct sha256 browser;
	enum fault e;

	t->found = false;
	if (in->state.n != CHALLENGE_CHARS)
		return FAULT_NONE;
	t->state = sha256_of(in->state.s, in->state.n);
	e = db_tx(rq, take_tx, t);
	if (e || !t->found)
		return e;
	browser = sha256_of(in->browser.s, in->browser.n);
	t->found = bytes_eq_ct(browser.b, t->row.browser_sha256, sizeof(browser.b)) &&
	           t->row.expires_at > rq->now_us;
	return FAULT_NONE;
}

struct provider_tokens {
	struct str id_token;
	const char *access_token;
};

static bool
read_tokens(struct rq *rq, struct str text, struct provider_tokens *out)
{
	struct json_doc *d = json_doc_parse(text, TOKEN_REPLY_DEPTH);
	struct str type, id, access;
	bool good;

	if (d == NULL)
		return false;
	good = json_doc_string(d, "token_type", &type) && str_eq_nocase(type, STR("Bearer")) &&
	       json_doc_string(d, "id_token", &id);
	if (good) {
		out->id_token = (struct str){ arena_copy(rq->arena, id.s, id.n), id.n };
		out->access_token = json_doc_string(d, "access_token", &access)
		                        ? arena_copy(rq->arena, access.s, access.n)
		                        : NULL;
	}
	json_doc_free(&d);
	return good;
}

/* RFC 6749 2.3.1, RFC 7523 2.2. */
static enum fault
authenticate(struct rq *rq, const struct provider_row *p, const struct discovery *d,
             struct outbound_request *in, const char **form)
{
	const char *secret;
	enum fault e;

	if (p->v.client_auth == CLIENT_KEY) {
		e = client_key_assertion(rq, p, d->token_endpoint, &secret);
		if (e)
			return e;
		*form = form_add(rq->arena, *form, "client_id", p->v.client_id);
		*form = form_add(rq->arena, *form, "client_assertion_type",
		                 "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
		*form = form_add(rq->arena, *form, "client_assertion", secret);
		return FAULT_NONE;
	}
	e = provider_secret(rq, p, &secret);
	if (e)
		return e;
	if (p->v.client_auth == CLIENT_POST) {
		*form = form_add(rq->arena, *form, "client_id", p->v.client_id);
		*form = form_add(rq->arena, *form, "client_secret", secret);
	} else { /* both are form-encoded first */
		in->user = form_encode(rq->arena, p->v.client_id);
		in->password = form_encode(rq->arena, secret);
	}
	return FAULT_NONE;
}

/* The provider's code for its tokens: RFC 6749 4.1.3. */
static enum fault
exchange(struct rq *rq, const struct provider_row *p, const struct discovery *d,
         const struct sign_in_row *s, struct str code, struct provider_tokens *out,
         const char **why)
{
	struct outbound_request in = { .url = d->token_endpoint };
	struct outbound_reply reply;
	const char *form = form_add(rq->arena, "", "grant_type", "authorization_code");
	enum fault e;

	form = form_add(rq->arena, form, "code", arena_copy(rq->arena, code.s, code.n));
	form = form_add(rq->arena, form, "redirect_uri", callback_url(rq));
	form = form_add(rq->arena, form, "code_verifier", s->verifier);
	e = authenticate(rq, p, d, &in, &form);
	if (e)
		return e;
	in.form = form;
	if (!outbound_call(rq, &in, &reply, why))
		return FAULT_NONE;
	*why = reply.status != 200 ? "the token endpoint refused" : NULL;
	if (*why == NULL && !read_tokens(rq, reply.body, out))
		*why = "the token endpoint's answer lacks an ID Token";
	return FAULT_NONE;
}

static enum fault
verify(struct rq *rq, const struct provider_row *p, const struct discovery *d,
       const struct sign_in_row *s, const struct provider_tokens *t, struct id_token *out,
       const char **why)
{
	const struct id_token_rules rules = {
		.issuer = p->v.issuer,
		.client_id = p->v.client_id,
		.nonce = s->nonce,
		.alg = (enum sig_alg)p->v.algorithm,
		.access_token = t->access_token,
		.now_us = rq->now_us,
	};
	enum id_token_verdict v = ID_TOKEN_UNKNOWN_KEY;
	enum fault e = FAULT_NONE;

	*why = "no keys are to be had";
	for (int again = 0; !e && v == ID_TOKEN_UNKNOWN_KEY && again < 2; again++) {
		struct jwks *keys;

		e = discovery_keys(rq, p, d, again > 0, &keys);
		if (!e && keys != NULL)
			v = id_token_verify(keys, t->id_token, &rules, rq->arena, out, why);
		jwks_free(&keys);
	}
	if (!e && v == ID_TOKEN_GOOD)
		*why = NULL;
	return e;
}

/* RFC 9207 2.4: another issuer's answer is a mix-up. */
static bool
issuer_fits(const struct discovery *d, const struct provider_row *p, struct str issuer)
{
	if (issuer.s == NULL)
		return !d->tells_issuer;
	return str_is(issuer, p->v.issuer);
}

static const char *
word_of(struct str error)
{
	return str_is(error, "access_denied") ? "access_denied" : "provider_error";
}

/* *ret_error: the word for the app, NULL when *out is good. */
static enum fault
ask_provider(struct rq *rq, const struct sign_in_answer *in, const struct sign_in_row *s,
             const struct provider_row *p, struct said *out, const char **ret_error)
{
	struct provider_tokens tokens = { .access_token = NULL };
	struct discovery d;
	const char *why = NULL;
	bool good;
	enum fault e = discovery_get(rq, p, &d, &good);

	if (e)
		return e;
	*ret_error = "provider_unavailable";
	if (!good)
		return FAULT_NONE;
	*ret_error = "provider_error";
	if (!issuer_fits(&d, p, in->issuer)) {
		log_line(LOG_WARN, "identity", "the answer is of another issuer");
		return FAULT_NONE;
	}
	if (in->error.s != NULL || in->code.n == 0 || in->code.n > CODE_MAX) {
		*ret_error = word_of(in->error);
		return FAULT_NONE;
	}
	e = exchange(rq, p, &d, s, in->code, &tokens, &why);
	if (!e && why == NULL)
		e = verify(rq, p, &d, s, &tokens, &out->token, &why);
	out->text = tokens.id_token;
	if (why != NULL)
		log_line(LOG_WARN, "identity", "a sign-in failed: %s", why);
	else
		*ret_error = NULL;
	return e;
}

enum fault
sign_in_end(struct rq *rq, const struct sign_in_answer *in, struct sign_in_step *out)
{
	static const char *const words[] = { NULL, "account_unknown", "account_inactive" };
	const struct sign_in_row *s;
	struct provider_row p;
	struct said said;
	struct taking t;
	struct uuid person;
	enum account_verdict verdict = ACCOUNT_UNKNOWN;
	const char *error = NULL, *code = NULL;
	enum fault e = take(rq, in, &t);

	*out = (struct sign_in_step){ NULL, NULL };
	if (e || !t.found)
		return e;
	s = &t.row;
	e = provider_sql_get(rq, s->company_id, s->provider_id, &p);
	if (e == FAULT_NOT_FOUND || (!e && p.v.state != PROVIDER_ON)) { /* since it began */
		problem_reset(&rq->problem);
		e = FAULT_NONE;
		error = "no_provider";
	} else if (!e) {
		e = ask_provider(rq, in, s, &p, &said, &error);
	}
	if (!e && error == NULL) {
		e = account_of(rq, &p, &said.token, &person, &verdict);
		error = words[verdict];
	}
	if (!e && error == NULL)
		e = make_code(rq, s, person, &said, &code);
	if (e)
		return e;
	out->location = to_app(rq, s->redirect_uri, s->app_state, error == NULL ? "code" : "error",
	                       error == NULL ? code : error);
	return FAULT_NONE;
}
