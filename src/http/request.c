/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - what came over the wire: parameters, request id, media type, language, body. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/text.h"

#include "http_int.h"

enum {
	BODY_MAX_DEFAULT = 64 * 1024,
	DRAIN_CHUNK = 8 * 1024,
	DRAIN_MAX = 64 * 1024 * 1024, /* past this the connection is not worth keeping */
};

struct str
http_param(const struct call *c, const char *fcgi_name)
{
	const char *v = c->conn->fcgi.envp ? FCGX_GetParam(fcgi_name, c->conn->fcgi.envp) : NULL;

	return str_of(v);
}

struct str
http_client_address(const struct call *c)
{
	return http_param(c, "REMOTE_ADDR");
}

bool
request_id_valid(struct str id)
{
	if (id.n == 0 || id.n >= sizeof(((struct rq *)0)->request_id))
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.s[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

void
request_id(struct http_conn *conn)
{
	struct str given = http_param(&conn->call, "HTTP_X_REQUEST_ID");
	const struct str address = http_client_address(&conn->call);

	conn->rq.address[0] = '\0';
	if (address.n > 0 && address.n < sizeof(conn->rq.address))
		memcpy(conn->rq.address, address.s,
		       address.n + 1); /* of a parameter: its NUL too */

	if (request_id_valid(given)) {
		memcpy(conn->rq.request_id, given.s, given.n);
		conn->rq.request_id[given.n] = '\0';
		return;
	}
	uuid_format(uuid_v7(conn->rq.now_us), conn->rq.request_id);
}

static bool
charset_fits(struct str parameter)
{
	struct str p = str_trim(parameter);

	return p.n == 0 || str_eq_nocase(p, STR("charset=utf-8")) ||
	       str_eq_nocase(p, STR("charset=\"utf-8\""));
}

/* multipart needs its boundary, so it keeps its parameters; text kinds may only say that they are
 * UTF-8. */
bool
media_type_is(struct str header, const char *want)
{
	struct str rest = header, type = { "", 0 }, part;
	const bool multipart = str_starts(str_of(want), STR("multipart/"));

	if (header.n == 0 || !str_split(&rest, ';', &type))
		return false;
	if (!str_eq_nocase(str_trim(type), str_of(want)))
		return false;
	while (!multipart && str_split(&rest, ';', &part)) {
		if (!charset_fits(part))
			return false;
	}
	return true;
}

/* "q=0.8" in thousandths; 1000 without one, 0 when it is not well-formed. */
static int
weight_of(struct str parameters)
{
	struct str rest = parameters, part;

	while (str_split(&rest, ';', &part)) {
		struct str p = str_trim(part);
		int w = 0, scale = 1000;

		if (p.n < 3 || (p.s[0] != 'q' && p.s[0] != 'Q') || p.s[1] != '=')
			continue;
		for (size_t i = 2; i < p.n; i++) {
			if (p.s[i] == '.')
				continue;
			if (p.s[i] < '0' || p.s[i] > '9')
				return 0;
			w += (p.s[i] - '0') * scale;
			scale /= 10;
		}
		return w;
	}
	return 1000;
}

const char *
language_wanted(struct arena *a, struct str header)
{
	struct str rest = header, item, best = { "", 0 };
	int best_weight = 0;

	while (str_split(&rest, ',', &item)) {
		struct str parameters = item, tag;
		int w;

		if (!str_split(&parameters, ';', &tag))
			continue;
		tag = str_trim(tag);
		w = parameters.s ? weight_of(parameters) : 1000;
		if (w > best_weight && lang_tag_valid(tag)) {
			best = tag;
			best_weight = w;
		}
	}
	return best.n ? arena_copy(a, best.s, best.n) : "";
}

/* --- body --- */

static enum fault
body_length(struct http_conn *conn, int64_t *out)
{
	struct str text = http_param(&conn->call, "CONTENT_LENGTH");

	*out = 0;
	if (text.n == 0)
		return FAULT_NONE;
	if (!str_int64(text, out) || *out < 0)
		return rq_fail(&conn->rq, FAULT_BAD_REQUEST, "Content-Length is not a length.");
	return FAULT_NONE;
}

static enum fault
body_type_check(struct http_conn *conn, int64_t length)
{
	const struct route *r = conn->call.route;
	const char *want = r->body_type ? r->body_type : "application/json";

	if (!r->body && !(r->flags & ROUTE_BODY_STREAM) && !r->body_type) {
		if (length == 0)
			return FAULT_NONE;
		return rq_fail(&conn->rq, FAULT_BAD_REQUEST, "This request takes no body.");
	}
	if (media_type_is(http_param(&conn->call, "CONTENT_TYPE"), want))
		return FAULT_NONE;
	if ((r->flags & ROUTE_SCIM) != 0 &&
	    media_type_is(http_param(&conn->call, "CONTENT_TYPE"), "application/json"))
		return FAULT_NONE; /* what Okta sends */
	return rq_fail(&conn->rq, FAULT_MEDIA_TYPE, "Send %s.", want);
}

/* Never more than the declared length and one byte: libfcgi does not enforce CONTENT_LENGTH. */
static enum fault
body_bring(struct http_conn *conn, size_t length)
{
	char *text = arena_alloc(conn->arena, length + 1, 1);
	int got = FCGX_GetStr(text, (int)length + 1, conn->fcgi.in);

	conn->body_read = got > 0 ? (size_t)got : 0;
	conn->body_done = conn->body_read <= length;
	if (conn->body_read != length) {
		conn->broken = conn->body_read < length; /* the client went away */
		return rq_fail(&conn->rq, FAULT_BAD_REQUEST,
		               "The body is not as long as it was said to be.");
	}
	text[length] = '\0';
	conn->call.body_text = (struct str){ text, length };
	return FAULT_NONE;
}

enum fault
request_body(struct http_conn *conn)
{
	const struct route *r = conn->call.route;
	const size_t cap = r->body_max ? r->body_max : BODY_MAX_DEFAULT;
	int64_t length;
	enum fault e;

	e = body_length(conn, &length);
	if (e)
		return e;
	if ((uint64_t)length > cap || length >= INT_MAX)
		return rq_fail(&conn->rq, FAULT_TOO_LARGE, "At most %zu bytes are accepted here.",
		               cap);
	e = body_type_check(conn, length);
	if (e)
		return e;
	conn->body_cap = (size_t)length;
	if (r->flags & ROUTE_BODY_STREAM)
		return FAULT_NONE;
	return body_bring(conn, (size_t)length);
}

long
http_read(struct call *c, void *out, size_t room)
{
	struct http_conn *conn = c->conn;
	int got;

	if (conn->body_done)
		return conn->body_read == conn->body_cap ? 0 : -1;
	if (room > INT_MAX)
		room = INT_MAX;
	got = FCGX_GetStr(out, (int)room, conn->fcgi.in);
	if (got < 0)
		got = 0;
	conn->body_read += (size_t)got;
	if (got == 0)
		conn->body_done = true;
	if (conn->body_read > conn->body_cap || (got == 0 && conn->body_read < conn->body_cap)) {
		conn->broken = true;
		return -1;
	}
	return got;
}

void
request_drain(struct http_conn *conn)
{
	char scratch[DRAIN_CHUNK];
	size_t n = 0;
	int got;

	while (!conn->body_done && !conn->broken) {
		got = FCGX_GetStr(scratch, sizeof(scratch), conn->fcgi.in);
		n += got > 0 ? (size_t)got : 0;
		conn->body_done = got < (int)sizeof(scratch);
		conn->broken = n > DRAIN_MAX;
	}
}
