/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c - what the browser brought back from the provider: its code is exchanged for tokens, and
 * the ID Token is verified. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/json.h"
#include "rostra/log.h"
#include "rostra/outbound.h"

#include "identity_int.h"

enum { TOKEN_REPLY_DEPTH = 6, CODE_MAX = 4096 };

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

enum fault
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
		out->why = "the answer is of another issuer";
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
	out->why = why;
	if (why != NULL)
		log_line(LOG_WARN, "identity", "a sign-in failed: %s", why);
	else
		*ret_error = NULL;
	return e;
}
