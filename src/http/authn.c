/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authn.c - who asks, and may they.  A person sends "Authorization: Bearer <access token>", a
 * server "Authorization: Bearer rsk_…", a public form its site key (rpk_…) in X-Site-Key or, where
 * only the URL can be set, ?site_key=.
 */
#include <stdatomic.h>
#include <string.h>

#include "rostra/auth.h"
#include "rostra/cache.h"
#include "rostra/conf.h"

#include "http_int.h"

static bool
token_cached(struct http_conn *conn, struct sha256 digest)
{
	struct cache *tokens = conn->rq.shared->tokens;
	struct str value;

	if (!tokens || !cache_get(tokens, digest, conn->arena, &value, NULL) ||
	    value.n != sizeof(conn->who))
		return false;
	memcpy(&conn->who, value.s, sizeof(conn->who));
	if (conn->who.expires_us <= conn->rq.now_us) {
		cache_drop(tokens, digest);
		return false;
	}
	metrics_add(conn->rq.shared->metrics, METRIC_TOKEN_HITS, 1);
	return true;
}

static enum fault
person_by_token(struct http_conn *conn, struct str token)
{
	struct shared *shared = conn->rq.shared;
	struct sha256 digest;
	const char *why = "";
	enum fault e;

	if (token.n > TOKEN_BYTES_MAX)
		return rq_fail(&conn->rq, FAULT_UNAUTHENTICATED, "The access token is not valid.");
	digest = sha256_of(token.s, token.n);
	if (!token_cached(conn, digest)) {
		metrics_add(shared->metrics, METRIC_TOKEN_MISSES, 1);
		if (!token_verify(atomic_load(&shared->keys), token, conn->rq.conf->public_url,
		                  conn->rq.now_us, conn->arena, &conn->who, &why)) {
			problem_internal(&conn->rq.problem, "token: %s", why);
			memset(&conn->who, 0, sizeof(conn->who));
			conn->who.kind = ACCESS_PUBLIC;
			return rq_fail(&conn->rq, FAULT_UNAUTHENTICATED,
			               "The access token is not valid.");
		}
		if (shared->tokens)
			cache_put(shared->tokens, digest,
			          (struct str){ (const char *)&conn->who, sizeof(conn->who) },
			          clock_monotonic_us());
	}
	e = conn->server->hooks.person ? conn->server->hooks.person(&conn->rq, &conn->who)
	                               : FAULT_NONE;
	conn->who.kind = role_access(conn->who.role);
	return e;
}

static enum fault
caller_by_key(struct http_conn *conn, struct str key)
{
	if (!conn->server->hooks.key)
		return rq_fail(&conn->rq, FAULT_UNAUTHENTICATED, "The key is not valid.");
	return conn->server->hooks.key(&conn->rq, key, &conn->who);
}

static bool
is_key(struct str s)
{
	return str_starts(s, STR("rsk_")) || str_starts(s, STR("rpk_"));
}

/* The site key of a public form: in its header, else in the query. */
static bool
site_key(struct http_conn *conn, struct str *out)
{
	if (!(conn->call.route->access & ACCESS_SITE_KEY))
		return false;
	*out = http_param(&conn->call, "HTTP_X_SITE_KEY");
	return out->n > 0 || query_get(conn->arena, conn->call.query_text, "site_key", out);
}

enum fault
authenticate(struct http_conn *conn)
{
	struct str header = http_param(&conn->call, "HTTP_AUTHORIZATION"), secret;

	conn->who = (struct caller){ .kind = ACCESS_PUBLIC };
	conn->rq.who = &conn->who;
	if (conn->call.route->access == ACCESS_PUBLIC ||
	    conn->call.route->access == ACCESS_LOOPBACK)
		return FAULT_NONE;
	if (header.n > 0) {
		if (!bearer_token(header, &secret))
			return rq_fail(&conn->rq, FAULT_UNAUTHENTICATED,
			               "Send \"Authorization: Bearer\".");
		return is_key(secret) ? caller_by_key(conn, secret) : person_by_token(conn, secret);
	}
	if (site_key(conn, &secret))
		return caller_by_key(conn, secret);
	return FAULT_NONE;
}

static enum fault
person_checks(struct http_conn *conn)
{
	if (conn->who.consent_due && !(conn->call.route->flags & ROUTE_BEFORE_CONSENT))
		return rq_fail(&conn->rq, FAULT_CONSENT,
		               "Read /v1/consents and accept what is due.");
	if (!caller_is_person(&conn->who) || !conn->server->hooks.app_version)
		return FAULT_NONE;
	return conn->server->hooks.app_version(&conn->rq,
	                                       http_param(&conn->call, "HTTP_APP_VERSION"));
}

enum fault
authorize(struct http_conn *conn)
{
	const struct route *r = conn->call.route;
	const unsigned kind = (unsigned)conn->who.kind;

	if (r->access & (ACCESS_PUBLIC | ACCESS_LOOPBACK))
		return person_checks(conn);
	if (kind == ACCESS_PUBLIC)
		return rq_fail(&conn->rq, FAULT_UNAUTHENTICATED, "Sign in first.");
	if (!(r->access & kind))
		return rq_fail(&conn->rq, FAULT_FORBIDDEN,
		               "This needs another role or kind of key.");
	if (kind == ACCESS_API_KEY && !caller_has_scope(&conn->who, r->scope))
		return rq_fail(&conn->rq, FAULT_FORBIDDEN, "The key lacks the scope %s.", r->scope);
	return person_checks(conn);
}
