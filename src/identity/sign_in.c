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

const char *
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

/* What the browser asks the provider for. */
struct asking {
	const struct provider_row *p;
	const struct discovery *d;
	const char *scopes, *hint; /* hint NULL: none */
};

static const char *
provider_url(struct rq *rq, const struct asking *a, const struct sign_in_row *s, const char *state)
{
	const char *q = form_add(rq->arena, "", "response_type", "code");

	q = form_add(rq->arena, q, "client_id", a->p->v.client_id);
	q = form_add(rq->arena, q, "redirect_uri", callback_url(rq));
	q = form_add(rq->arena, q, "scope", a->scopes);
	q = form_add(rq->arena, q, "state", state);
	q = form_add(rq->arena, q, "nonce", s->nonce);
	q = form_add(rq->arena, q, "code_challenge", challenge_of(rq, s->verifier));
	q = form_add(rq->arena, q, "code_challenge_method", "S256");
	if (a->hint != NULL)
		q = form_add(rq->arena, q, "login_hint", a->hint);
	return with_query(rq, a->d->authorization_endpoint, q);
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

/* s: what is known of it already; the rest is drawn here. */
static enum fault
send_to_provider(struct rq *rq, const struct asking *a, struct sign_in_row *s,
                 struct sign_in_step *out)
{
	const char *state = random_text(rq);

	out->cookie = random_text(rq);
	set_digest(s->state_sha256, state);
	set_digest(s->browser_sha256, out->cookie);
	s->company_id = a->p->v.company_id;
	s->provider_id = a->p->v.id;
	s->nonce = random_text(rq);
	s->verifier = random_text(rq);
	s->expires_at = rq->now_us + SIGN_IN_S * US_PER_S;
	out->location = provider_url(rq, a, s, state);
	return sign_in_sql_insert(rq, s);
}

enum fault
sign_in_begin(struct rq *rq, const struct sign_in_start *in, struct sign_in_step *out)
{
	struct sign_in_row s = {
		.redirect_uri = in->redirect_uri,
		.app_state = in->state,
		.code_challenge = in->code_challenge,
	};
	struct provider_row p;
	struct discovery d;
	struct asking asking = { .p = &p, .d = &d, .hint = in->email };
	struct claim_map map;
	bool found, good = false;
	enum fault e = choose_provider(rq, in, &p, &found);

	*out = (struct sign_in_step){ NULL, NULL, false };
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
	e = claim_map_get(rq, &p, CLAIMS_IN_FORCE, &map);
	asking.scopes = map.scopes;
	return e ? e : send_to_provider(rq, &asking, &s, out);
}

struct ticket {
	struct sha256 digest;
	struct trial_row trial;
	bool found;
};

static enum fault
ticket_tx(struct rq *rq, void *arg)
{
	struct ticket *t = arg;

	return trial_sql_take(rq, t->digest, &t->trial, &t->found);
}

enum fault
sign_in_begin_trial(struct rq *rq, const char *ticket, struct sign_in_step *out)
{
	struct sign_in_row s = { .redirect_uri = "", .app_state = "", .code_challenge = "" };
	struct ticket t = { .digest = sha256_of(ticket, strlen(ticket)) };
	struct provider_row p;
	struct discovery d;
	struct asking asking = { .p = &p, .d = &d };
	struct claim_map map;
	bool good;
	enum fault e = db_tx(rq, ticket_tx, &t);

	*out = (struct sign_in_step){ NULL, NULL, true };
	if (e || !t.found)
		return e;
	e = provider_sql_get(rq, t.trial.company_id, t.trial.provider_id, &p);
	if (!e)
		e = discovery_get(rq, &p, &d, &good);
	if (!e && !good)
		return trial_failed(rq, &t.trial, "provider_unavailable", NULL);
	if (!e)
		e = claim_map_get(rq, &p, CLAIMS_DRAFT, &map);
	s.trial_id = t.trial.id;
	asking.scopes = map.scopes;
	return e ? e : send_to_provider(rq, &asking, &s, out);
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

/* The browser of a trial: the admin reads the outcome. */
static enum fault
end_trial(struct rq *rq, const struct sign_in_answer *in, const struct sign_in_row *s)
{
	const struct trial_row trial = { .company_id = s->company_id,
		                         .provider_id = s->provider_id,
		                         .id = s->trial_id };
	const char *error = NULL;
	struct provider_row p;
	struct said said = { .why = NULL };
	enum fault e = provider_sql_get(rq, s->company_id, s->provider_id, &p);

	if (!e)
		e = ask_provider(rq, in, s, &p, &said, &error);
	if (e)
		return e;
	return error != NULL ? trial_failed(rq, &trial, error, said.why)
	                     : trial_judge(rq, &trial, &p, &said.token);
}

enum fault
sign_in_end(struct rq *rq, const struct sign_in_answer *in, struct sign_in_step *out)
{
	static const char *const words[] = { NULL, "account_unknown", "account_inactive" };
	const struct sign_in_row *s;
	struct provider_row p;
	struct said said = { .why = NULL };
	struct account found = { .verdict = ACCOUNT_UNKNOWN };
	struct taking t;
	const char *error = NULL, *code = NULL;
	enum fault e = take(rq, in, &t);

	*out = (struct sign_in_step){ NULL, NULL, false };
	if (e || !t.found)
		return e;
	s = &t.row;
	out->trial = !uuid_is_zero(s->trial_id);
	if (out->trial)
		return end_trial(rq, in, s);
	e = provider_sql_get(rq, s->company_id, s->provider_id, &p);
	if (e == FAULT_NOT_FOUND || (!e && p.v.state != PROVIDER_ON)) { /* since it began */
		problem_reset(&rq->problem);
		e = FAULT_NONE;
		error = "no_provider";
	} else if (!e) {
		e = ask_provider(rq, in, s, &p, &said, &error);
	}
	if (!e && error == NULL) {
		e = account_of(rq, &p, &said.token, &found);
		error = words[found.verdict];
	}
	if (!e && error == NULL)
		e = make_code(rq, s, found.person, &said, &code);
	if (e)
		return e;
	out->location = to_app(rq, s->redirect_uri, s->app_state, error == NULL ? "code" : "error",
	                       error == NULL ? code : error);
	return FAULT_NONE;
}
