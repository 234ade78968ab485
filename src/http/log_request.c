/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_request.c - one JSON line a request.  Never a header, a body, a query or a token; the path
 * only when no route has it, since a route's name says the rest.
 */
#include <string.h>

#include "rostra/log.h"

#include "http_int.h"

enum { LOG_PATH_MAX = 120, TRACEPARENT_BYTES = 55 };

/* "00-" 32 hex "-" 16 hex "-" 2 hex (W3C Trace Context). */
static bool
traceparent_valid(struct str s)
{
	if (s.n != TRACEPARENT_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const bool dash = i == 2 || i == 35 || i == 52;
		const char c = s.s[i];

		if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

static void
put_text(struct buf *b, const char *name, struct str value)
{
	buf_char(b, ',');
	buf_char(b, '"');
	buf_cstr(b, name);
	buf_lit(b, "\":");
	buf_json_string(b, value);
}

static void
put_int(struct buf *b, const char *name, int64_t value)
{
	buf_char(b, ',');
	buf_char(b, '"');
	buf_cstr(b, name);
	buf_lit(b, "\":");
	buf_int(b, value);
}

static void
put_uuid(struct buf *b, const char *name, struct uuid u)
{
	char text[UUID_TEXT_SIZE];

	if (uuid_is_zero(u))
		return;
	uuid_format(u, text);
	put_text(b, name, str_of(text));
}

/* What must be read before the parameters of the request are gone. */
void
request_log_begin(struct http_conn *conn)
{
	struct str trace = http_param(&conn->call, "HTTP_TRACEPARENT");
	struct str path = conn->path;
	struct buf *b = &conn->log;
	char when[RFC3339_SIZE];

	buf_clear(b);
	time_format(conn->rq.now_us, when);
	buf_lit(b, "{\"time\":\"");
	buf_cstr(b, when);
	buf_lit(b, "\",\"level\":\"");
	buf_cstr(b, conn->sent_status >= 500 ? "error" : "info");
	buf_lit(b, "\",\"event\":\"request\"");
	put_text(b, "id", str_of(conn->rq.request_id));
	if (traceparent_valid(trace))
		put_text(b, "trace", trace);
	put_text(b, "method",
	         str_of(conn->method < HTTP__METHODS ? http_method_names[conn->method] : "other"));
	put_text(b, "route", str_of(conn->call.route ? conn->call.route->name : "none"));
	if (conn->call.route || path.n == 0)
		return;
	if (path.n > LOG_PATH_MAX)
		path.n = LOG_PATH_MAX;
	for (size_t i = 0; i < path.n; i++) {
		if ((unsigned char)path.s[i] >= 0x80)
			path.n = i; /* cut before what may not be UTF-8 */
	}
	put_text(b, "path", path);
}

void
request_log(struct http_conn *conn, enum fault e)
{
	const size_t route = conn->call.route ? conn->match.index : conn->paths->n_routes;
	const int64_t us = clock_monotonic_us() - conn->began_us;
	const struct problem *p = &conn->rq.problem;
	struct buf *b = &conn->log;

	put_int(b, "status", conn->sent_status);
	put_uuid(b, "company", conn->who.company);
	put_uuid(b, "person", conn->who.person);
	put_uuid(b, "key", conn->who.key);
	put_int(b, "us", us);
	put_int(b, "db_us", conn->rq.stats.db_us);
	put_int(b, "queries", conn->rq.stats.queries);
	put_int(b, "bytes", (int64_t)conn->body_sent);
	if (conn->rq.stats.restarts)
		put_int(b, "restarts", conn->rq.stats.restarts);
	if (e && e != FAULT_NOT_MODIFIED)
		put_text(b, "fault", str_of(fault_row(e)->code));
	if (p->internal[0])
		put_text(b, "cause", str_of(p->internal));
	if (conn->broken)
		buf_lit(b, ",\"cut\":true");
	buf_char(b, '}');
	log_raw(b);
	metrics_request(conn->rq.shared->metrics, route, conn->sent_status, us,
	                conn->rq.stats.db_us, conn->body_sent);
}
