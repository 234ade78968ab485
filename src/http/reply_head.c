/* SPDX-License-Identifier: Apache-2.0 */
/* reply_head.c - the header lines every reply has. */
#include "http_int.h"

static void
head_limits(struct buf *b, const struct limit_state *s)
{
	if (!s->limited)
		return;
	/* draft-ietf-httpapi-ratelimit-headers-11 */
	buf_lit(b, "RateLimit-Policy: \"");
	buf_cstr(b, s->policy);
	buf_lit(b, "\";q=");
	buf_int(b, s->quota);
	buf_lit(b, ";w=");
	buf_int(b, s->window_s);
	buf_lit(b, "\r\nRateLimit: \"");
	buf_cstr(b, s->policy);
	buf_lit(b, "\";r=");
	buf_int(b, s->remaining);
	buf_lit(b, ";t=");
	buf_int(b, s->reset_s);
	buf_lit(b, "\r\n");
}

static bool
extra_has(const struct http_conn *conn, struct str name)
{
	struct str rest = { conn->extra.s, conn->extra.n }, line;

	while (rest.n > 0 && str_split(&rest, '\n', &line)) {
		if (line.n > name.n && line.s[name.n] == ':' &&
		    str_eq_nocase((struct str){ line.s, name.n }, name))
			return true;
	}
	return false;
}

static void
head_caching(struct http_conn *conn, struct buf *b, int status)
{
	const bool reads = conn->method == HTTP_GET || conn->method == HTTP_HEAD;

	if (conn->etag[0] && (status == 200 || status == 201 || status == 304)) {
		buf_lit(b, "ETag: ");
		buf_cstr(b, conn->etag);
		buf_lit(b, "\r\n");
	}
	if (!extra_has(conn, STR("Cache-Control"))) {
		if (reads && (status == 200 || status == 304))
			buf_lit(b, "Cache-Control: private, no-cache\r\n");
		else
			buf_lit(b, "Cache-Control: no-store\r\n");
	}
	if (conn->call.route && (conn->call.route->flags & ROUTE_CORS))
		buf_lit(b, "Vary: Authorization, Accept-Language, Origin\r\n");
	else
		buf_lit(b, "Vary: Authorization, Accept-Language\r\n");
	if (conn->cors_origin)
		buf_printf(b, "Access-Control-Allow-Origin: %s\r\n", conn->cors_origin);
}

/* nginx passes the line on as it is; a client may insist on words (RFC 9112 4). */
static const char *
status_words(int status)
{
	static const struct {
		int status;
		const char *words;
	} rows[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 204, "No Content" },
		{ 207, "Multi-Status" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].status == status)
			return rows[i].words;
	}
	return status < 400 ? "OK" : "Error";
}

void
reply_head_make(struct http_conn *conn, int status, bool sized)
{
	struct buf *b = &conn->head;

	buf_clear(b);
	buf_lit(b, "Status: ");
	buf_int(b, status);
	buf_char(b, ' ');
	buf_cstr(b, status_words(status));
	buf_lit(b, "\r\n");
	if (conn->type && status != 204 && status != 304) {
		buf_lit(b, "Content-Type: ");
		buf_cstr(b, conn->type);
		buf_lit(b, "\r\n");
	}
	if (sized && status != 204 && status != 304) {
		buf_lit(b, "Content-Length: ");
		buf_int(b, (int64_t)conn->out.n);
		buf_lit(b, "\r\n");
	}
	head_caching(conn, b, status);
	head_limits(b, &conn->limit);
	buf_lit(b, "X-Request-Id: ");
	buf_cstr(b, conn->rq.request_id);
	buf_lit(b, "\r\n");
	buf_put(b, conn->extra.s, conn->extra.n);
	buf_lit(b, "\r\n");
	conn->head_sent = true;
	conn->sent_status = status;
}
