/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cors.c - public forms on other people's pages: exact origins from the site key's list.  A
 * preflight carries no header of ours, so without ?site_key= it learns only that asking is allowed;
 * the request itself decides.
 */
#include "http_int.h"

enum { ORIGIN_MAX = 255 };

/* scheme "://" host [":" port], nothing after it (RFC 6454 7). */
bool
origin_valid(struct str origin)
{
	struct str host = origin;

	if (origin.n > ORIGIN_MAX)
		return false;
	if (str_starts(origin, STR("https://")))
		host = (struct str){ origin.s + 8, origin.n - 8 };
	else if (str_starts(origin, STR("http://")))
		host = (struct str){ origin.s + 7, origin.n - 7 };
	else
		return false;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
		      c == ':' || c == '[' || c == ']'))
			return false;
	}
	return host.n > 0;
}

bool
origin_listed(const char *list, struct str origin)
{
	struct str rest = str_of(list), one;

	while (rest.n > 0 && str_split(&rest, ' ', &one)) {
		if (one.n > 0 && str_eq(one, origin))
			return true;
	}
	return false;
}

enum fault
cors_check(struct http_conn *conn)
{
	struct str origin = http_param(&conn->call, "HTTP_ORIGIN");

	if (!(conn->call.route->flags & ROUTE_CORS) || origin.n == 0)
		return FAULT_NONE; /* without Origin it is no browser of another site */
	if (conn->who.kind != ACCESS_SITE_KEY)
		return FAULT_NONE; /* a server's key or a token: no page may read the answer */
	if (!origin_valid(origin) || !origin_listed(conn->who.origins, origin))
		return rq_fail(&conn->rq, FAULT_FORBIDDEN, "The site key is not for this origin.");
	conn->cors_origin = arena_copy(conn->arena, origin.s, origin.n);
	return FAULT_NONE;
}

/* 204 with what may be sent; the route is that of the method asked for. */
enum fault
cors_preflight(struct http_conn *conn)
{
	struct str origin = http_param(&conn->call, "HTTP_ORIGIN"), key;
	struct buf *b = &conn->extra;
	enum fault e;

	if (!origin_valid(origin))
		return rq_fail(&conn->rq, FAULT_FORBIDDEN, "This needs an Origin.");
	if (query_get(conn->arena, conn->call.query_text, "site_key", &key)) {
		e = authenticate(conn);
		if (!e)
			e = cors_check(conn);
		if (e)
			return e;
	}
	conn->cors_origin = arena_copy(conn->arena, origin.s, origin.n);
	buf_lit(b, "Access-Control-Allow-Methods: ");
	path_allow_print(b, conn->match.allow);
	buf_lit(b, "\r\nAccess-Control-Allow-Headers: Content-Type, X-Site-Key, Idempotency-Key, "
	           "X-Request-Id\r\n"
	           "Access-Control-Max-Age: 600\r\n");
	conn->status = 204;
	return FAULT_NONE;
}
