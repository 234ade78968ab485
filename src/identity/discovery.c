/* SPDX-License-Identifier: Apache-2.0 */
/*
 * discovery.c - what a provider says of itself and its keys: fetched rarely, kept for all workers
 * in a row, the last good copy in use while the provider is down (OpenID Connect Discovery 1.0 4).
 */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/json.h"
#include "rostra/log.h"
#include "rostra/outbound.h"

#include "identity_int.h"

enum { DISCOVERY_DEPTH = 6 };

/* 200 and a body; what else there is goes to the log. */
static bool
fetch(struct rq *rq, const char *what, const char *url, struct str *ret)
{
	const struct outbound_request in = { .url = url };
	struct outbound_reply reply;
	const char *why;

	if (!outbound_call(rq, &in, &reply, &why)) {
		log_line(LOG_WARN, "identity", "%s: %s", what, why);
		return false;
	}
	if (reply.status != 200) {
		log_line(LOG_WARN, "identity", "%s: status %d", what, reply.status);
		return false;
	}
	*ret = reply.body;
	return true;
}

static bool
read_url(struct rq *rq, const struct json_doc *d, const char *member, const char **ret)
{
	struct str text;

	if (!json_doc_string(d, member, &text) || text.n == 0 || text.n > URI_MAX)
		return false;
	*ret = arena_copy(rq->arena, text.s, text.n);
	return outbound_url_good(rq->conf, *ret);
}

/* The issuer in it must be the one it was asked of, byte for byte: else it is another's. */
static bool
read_document(struct rq *rq, const struct provider_row *p, struct str text, struct discovery *out)
{
	struct json_doc *d = json_doc_parse(text, DISCOVERY_DEPTH);
	struct str issuer;
	bool good;

	if (d == NULL)
		return false;
	good = json_doc_string(d, "issuer", &issuer) && str_is(issuer, p->v.issuer) &&
	       read_url(rq, d, "authorization_endpoint", &out->authorization_endpoint) &&
	       read_url(rq, d, "token_endpoint", &out->token_endpoint) &&
	       read_url(rq, d, "jwks_uri", &out->jwks_uri);
	if (!read_url(rq, d, "end_session_endpoint", &out->end_session_endpoint))
		out->end_session_endpoint = NULL;
	if (!json_doc_bool(d, "authorization_response_iss_parameter_supported", &out->tells_issuer))
		out->tells_issuer = false;
	json_doc_free(&d);
	return good;
}

static const char *
document_url(struct rq *rq, const char *issuer)
{
	size_t n = strlen(issuer);

	if (n > 0 && issuer[n - 1] == '/')
		n--;
	return arena_printf(rq->arena, "%.*s/.well-known/openid-configuration", (int)n, issuer);
}

static bool
is_fresh(const struct rq *rq, int64_t at_us)
{
	return at_us != TIME_NONE && rq->now_us - at_us < PROVIDER_FRESH_S * US_PER_S;
}

static void
claim_of(const struct rq *rq, struct cache_row *c)
{
	c->tried_at = rq->now_us;
	c->tried_before = rq->now_us - PROVIDER_RETRY_S * US_PER_S;
}

/* One worker asks, and not too often: a provider that does not answer holds nobody else up. */
static enum fault
fetch_document(struct rq *rq, const struct provider_row *p, struct cache_row *c,
               struct discovery *out, bool *ret_good)
{
	struct str text;
	bool mine;
	enum fault e;

	claim_of(rq, c);
	e = cache_sql_claim_discovery(rq, c, &mine);
	if (e || !mine || !fetch(rq, "discovery", document_url(rq, p->v.issuer), &text))
		return e; /* the last good one, if any */
	if (!read_document(rq, p, text, out)) {
		log_line(LOG_WARN, "identity",
		         "discovery: the document is another issuer's or lacks an endpoint");
		return FAULT_NONE;
	}
	*ret_good = true;
	c->discovery = arena_copy(rq->arena, text.s, text.n);
	c->discovery_at = rq->now_us;
	return cache_sql_discovery(rq, c);
}

enum fault
discovery_get(struct rq *rq, const struct provider_row *p, struct discovery *out, bool *ret_good)
{
	struct cache_row c = { .discovery = NULL, .discovery_at = TIME_NONE };
	bool found;
	enum fault e = cache_sql_get(rq, p, &c, &found);

	if (e)
		return e;
	*ret_good = c.discovery != NULL && read_document(rq, p, str_of(c.discovery), out);
	if (*ret_good && is_fresh(rq, c.discovery_at))
		return FAULT_NONE;
	return fetch_document(rq, p, &c, out, ret_good);
}

static enum fault
fetch_keys(struct rq *rq, const struct discovery *d, struct cache_row *c, struct jwks **ret)
{
	struct jwks *fetched;
	struct str text;
	uint64_t mine;
	enum fault e;

	claim_of(rq, c);
	e = cache_sql_claim(rq, c, &mine);
	if (e || mine == 0 || !fetch(rq, "keys", d->jwks_uri, &text))
		return e;
	fetched = jwks_parse(text);
	if (fetched == NULL) {
		log_line(LOG_WARN, "identity", "keys: not a JWK Set");
		return FAULT_NONE;
	}
	jwks_free(ret);
	*ret = fetched;
	c->jwks = arena_copy(rq->arena, text.s, text.n);
	c->jwks_at = rq->now_us;
	e = cache_sql_jwks(rq, c);
	if (e)
		jwks_free(ret);
	return e;
}

enum fault
discovery_keys(struct rq *rq, const struct provider_row *p, const struct discovery *d, bool again,
               struct jwks **ret)
{
	struct cache_row c = { .jwks = NULL, .jwks_at = TIME_NONE };
	bool found;
	enum fault e = cache_sql_get(rq, p, &c, &found);

	*ret = NULL;
	if (e)
		return e;
	if (c.jwks != NULL)
		*ret = jwks_parse(str_of(c.jwks));
	if (!again && *ret != NULL && is_fresh(rq, c.jwks_at))
		return FAULT_NONE;
	e = fetch_keys(rq, d, &c, ret);
	if (e)
		jwks_free(ret);
	return e;
}
