/* SPDX-License-Identifier: Apache-2.0 */
/* reply.c - what goes back: head, validators, objects, streams. */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rostra/clock.h"
#include "rostra/crypto.h"

#include "http_int.h"

enum { RAW_HIGH_WATER = 32 * 1024, HEADER_VALUE_MAX = 8192, RETRY_AFTER_S = 2 };

void
http_created(struct call *c)
{
	c->conn->status = 201;
}

void
http_multi(struct call *c)
{
	c->conn->status = 207;
}

int
http_status_made(bool made)
{
	return made ? 201 : 200;
}

void
http_header(struct call *c, const char *name, const char *fmt, ...)
{
	char value[HEADER_VALUE_MAX];
	struct buf *b = &c->conn->extra;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	assert(!strpbrk(value, "\r\n"));
	buf_cstr(b, name);
	buf_lit(b, ": ");
	for (const char *v = value; *v; v++) {
		if (*v != '\r' && *v != '\n')
			buf_char(b, *v);
	}
	buf_lit(b, "\r\n");
}

/* --- validators --- */

/* Everything but the content that decides what this reader sees; never the token itself. */
static uint64_t
viewer_hash(const struct http_conn *conn)
{
	const struct call *c = &conn->call;
	uint64_t h = hash64(c->route->name, strlen(c->route->name), 0);

	h = hash64(c->query_text.s, c->query_text.n, h);
	h = hash64(conn->path.s, conn->path.n, h);
	h = hash64(conn->who.company.b, sizeof(conn->who.company.b), h);
	h = hash64(conn->who.person.b, sizeof(conn->who.person.b), h);
	h = hash64(conn->who.key.b, sizeof(conn->who.key.b), h + (uint64_t)conn->who.role);
	return hash64(conn->rq.language, strlen(conn->rq.language), h);
}

static void
etag_make(struct http_conn *conn, const void *bytes, size_t n)
{
	snprintf(conn->etag, sizeof(conn->etag), "W/\"%016" PRIx64 "\"",
	         hash64(bytes, n, viewer_hash(conn)));
}

/* A report begins with the moment it was read at: that alone makes it no other report. */
static struct str
behind_as_of(struct str reply)
{
	static const char begin[] = "{\"as_of\":\"";
	const size_t n = sizeof(begin) - 1 + RFC3339_SIZE - 1;

	if (!str_starts(reply, STR(begin)) || reply.n < n)
		return reply;
	return (struct str){ reply.s + n, reply.n - n };
}

bool
etag_matches(struct str if_none_match, const char *etag)
{
	struct str rest = if_none_match, item, want = str_of(etag);

	if (!etag[0])
		return false;
	if (str_starts(want, STR("W/")))
		want = (struct str){ want.s + 2, want.n - 2 };
	while (str_split(&rest, ',', &item)) {
		item = str_trim(item);
		if (str_is(item, "*"))
			return true;
		if (str_starts(item, STR("W/")))
			item = (struct str){ item.s + 2, item.n - 2 };
		if (str_eq(item, want))
			return true;
	}
	return false;
}

static bool
client_has(const struct http_conn *conn)
{
	const bool reads = conn->method == HTTP_GET || conn->method == HTTP_HEAD;

	return reads && etag_matches(http_param(&conn->call, "HTTP_IF_NONE_MATCH"), conn->etag);
}

enum fault
http_etag(struct rq *rq, struct call *c, const void *bytes, size_t n)
{
	(void)rq;
	etag_make(c->conn, bytes, n);
	return client_has(c->conn) ? FAULT_NOT_MODIFIED : FAULT_NONE;
}

enum fault
http_etag_is(struct call *c, const char *etag)
{
	(void)snprintf(c->conn->etag, sizeof(c->conn->etag), "%s", etag);
	return client_has(c->conn) ? FAULT_NOT_MODIFIED : FAULT_NONE;
}

enum fault
http_if_match(struct rq *rq, const struct call *c, const char *etag)
{
	const struct str wanted = http_param(c, "HTTP_IF_MATCH");

	if (wanted.n == 0 || etag_matches(wanted, etag))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_PRECONDITION, "The version is %s now.", etag);
}

/* --- raw streams --- */

/* The head, if it is not out yet. */
static struct str
head_once(struct http_conn *conn, int status, bool sized)
{
	if (conn->head_sent)
		return (struct str){ NULL, 0 };
	reply_head_make(conn, status, sized);
	return (struct str){ conn->head.s, conn->head.n };
}

static struct str
body_counted(struct http_conn *conn, const char *s, size_t n)
{
	if (conn->no_body)
		n = 0;
	conn->body_sent += n;
	return (struct str){ s, n };
}

static bool
stream_flush(void *arg, const char *s, size_t n)
{
	struct http_conn *conn = arg;

	wire_write(conn, head_once(conn, conn->status, false), body_counted(conn, s, n), false);
	return !conn->broken;
}

struct buf *
http_raw(struct call *c, int status, const char *content_type)
{
	struct http_conn *conn = c->conn;

	buf_clear(&conn->out);
	conn->raw = true;
	conn->status = status;
	conn->type = content_type;
	conn->no_body = conn->no_body || status == 204 || status == 304;
	conn->out.flush = stream_flush;
	conn->out.flush_arg = conn;
	conn->out.high_water = RAW_HIGH_WATER;
	return &conn->out;
}

void
reply_reset(struct http_conn *conn)
{
	buf_clear(&conn->out);
	buf_clear(&conn->extra);
	conn->out.flush = NULL;
	conn->out.failed = false;
	conn->page = (struct page){ .open = false };
	conn->raw = false;
	conn->status = 0;
	conn->type = "application/json";
	conn->no_body = conn->method == HTTP_HEAD;
	conn->etag[0] = '\0';
}

/* --- sending --- */

static void
send_all(struct http_conn *conn, int status, bool sized)
{
	wire_write(conn, head_once(conn, status, sized),
	           body_counted(conn, conn->out.s, conn->out.n), true);
}

static int
status_of_success(const struct http_conn *conn)
{
	if (conn->status)
		return conn->status;
	return conn->call.route->kind == REPLY_NONE ? 204 : 200;
}

void
reply_send(struct http_conn *conn)
{
	int status = status_of_success(conn);
	const bool reads = conn->method == HTTP_GET || conn->method == HTTP_HEAD;

	if (conn->raw && conn->head_sent) {
		send_all(conn, status, false);
		return;
	}
	if (!conn->raw && reads && status == 200 && !conn->etag[0]) {
		const struct str said = behind_as_of((struct str){ conn->out.s, conn->out.n });

		etag_make(conn, said.s, said.n);
	}
	if (status == 200 && client_has(conn))
		status = 304;
	conn->no_body = conn->no_body || status == 204 || status == 304;
	send_all(conn, status, true);
}

static void
problem_headers(struct http_conn *conn, enum fault e)
{
	int wait_s = conn->rq.problem.code == e ? conn->rq.problem.retry_after_s : 0;

	switch (e) {
	case FAULT_UNAUTHENTICATED:
		http_header(&conn->call, "WWW-Authenticate", "Bearer realm=\"rostra\"%s",
		            http_param(&conn->call, "HTTP_AUTHORIZATION").n
		                ? ", error=\"invalid_token\""
		                : "");
		return;
	case FAULT_RATE:
		wait_s = wait_s ? wait_s : (int)conn->limit.reset_s;
		break;
	case FAULT_IN_FLIGHT:
	case FAULT_BUSY:
	case FAULT_UNKNOWN_OUTCOME:
		wait_s = wait_s ? wait_s : RETRY_AFTER_S;
		break;
	default:
		break;
	}
	if (wait_s)
		http_header(&conn->call, "Retry-After", "%d", wait_s);
}

void
reply_problem(struct http_conn *conn, enum fault e)
{
	int status = fault_row(e)->status;
	bool scim;

	if (conn->head_sent) {
		conn->broken =
		    true; /* half a reply is out: cut it, so that nobody takes it for a whole one */
		return;
	}
	if (e == FAULT_NOT_MODIFIED) {
		conn->no_body = true;
		send_all(conn, fault_row(e)->status, false);
		return;
	}
	reply_reset(conn);
	scim = conn->call.route != NULL && (conn->call.route->flags & ROUTE_SCIM) != 0;
	conn->type = scim ? "application/scim+json" : "application/problem+json";
	problem_headers(conn, e);
	if (e == FAULT_METHOD) {
		buf_lit(&conn->extra, "Allow: ");
		path_allow_print(&conn->extra, conn->match.allow);
		buf_lit(&conn->extra, "\r\n");
	}
	if (scim)
		status = problem_scim(&conn->out, &conn->rq.problem, e, conn->rq.request_id);
	else
		problem_json(&conn->out, &conn->rq.problem, e, conn->rq.request_id);
	send_all(conn, status, true);
}
