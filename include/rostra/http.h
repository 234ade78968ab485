/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - what a feature needs of HTTP: route rows and typed calls.  The router matches,
 * authenticates, authorizes, limits, decodes, runs, encodes, logs one line and resets the arena; a
 * handler gets typed values and returns a fault or fills a reply.  It sees no status code.
 */
#ifndef ROSTRA_HTTP_H
#define ROSTRA_HTTP_H

#include "rostra/caller.h"
#include "rostra/json.h"
#include "rostra/rq.h"
#include "rostra/sheet.h"

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP__METHODS,
};

enum reply_kind {
	REPLY_OBJECT, /* `reply` is filled and encoded */
	REPLY_LIST,   /* rows by page_add; the envelope is the router's */
	REPLY_NONE,   /* 204 */
	REPLY_RAW,    /* the handler writes head and body itself (redirect, CSV, metrics) */
};

enum rate_class { RATE_READ, RATE_WRITE, RATE_DIRECTORY, RATE_PUBLIC, RATE_NONE, RATE__MAX };

enum route_flags {
	/* POST with an effect: the key is required, the answer is kept with the effect */
	ROUTE_IDEMPOTENCY_KEY = 1 << 0,
	/* {id} is made by the client: UUIDv7, -30 d .. +1 d (uuid_client_age), else INVALID */
	ROUTE_PUT_ID = 1 << 1,
	/* site keys: the origin must be in the key's list; OPTIONS is answered */
	ROUTE_CORS = 1 << 2,
	/* also as ?format=csv and xlsx: the handler asks call->format, and fills http_sheet */
	ROUTE_TABLE = 1 << 3,
	/* served by the link pool, on the link host only; any query is let through as query_text */
	ROUTE_LINK_HOST = 1 << 4,
	/* the handler reads the body itself (http_read); body_max still holds */
	ROUTE_BODY_STREAM = 1 << 5,
	/* a browser on its way, sent on by another site: any query is let through as query_text */
	ROUTE_OPEN_QUERY = 1 << 7,
	/* REPLY_RAW that answers 302, or a page when there is nowhere to go */
	ROUTE_SENDS_ON = 1 << 8,
	/* its answer is 207: each part of the body has a result of its own (http_multi) */
	ROUTE_MULTI = 1 << 9,
	/* SCIM 2.0: bodies are application/scim+json (or application/json), refusals those of RFC 7644 3.12 */
	ROUTE_SCIM = 1 << 10,
	/* it is there to say that it is not done: 501 */
	ROUTE_NOT_SERVED = 1 << 13,
	/* whoever sends it signs the body, which the handler checks: 401 when it is not signed */
	ROUTE_SIGNED = 1 << 11,
	/* HEAD reaches the handler as such (else it is a GET without its body) */
	ROUTE_HEAD = 1 << 6,
	/* also for people who have not accepted what they must (consent.h) */
	ROUTE_BEFORE_CONSENT = 1 << 12,
};

struct call;

/* reply: zeroed, of reply->size bytes; NULL for other kinds. */
typedef enum fault handler_fn(struct rq *rq, struct call *call, void *reply);

struct route {
	enum http_method method;
	const char *path;  /* "/v1/posts/{id}"; {id} {other_id}: UUIDs, others: text */
	unsigned access;   /* enum access bits; 0 refuses to start */
	const char *scope; /* for ACCESS_API_KEY */
	enum rate_class rate;
	unsigned flags;
	/* NULL: none allowed (a list's limit and cursor always are) */
	const struct j_schema *query;
	const struct j_schema *body; /* NULL: none allowed */
	const char *body_type;       /* NULL: application/json */
	size_t body_max;             /* 0: 64 KiB */
	enum reply_kind kind;
	const struct j_schema *reply; /* of the object, or of a list's item */
	const struct j_schema *head;  /* of page_head's members, REPLY_LIST; NULL: none */
	const char *reply_type;       /* REPLY_RAW: the media type, for OpenAPI */
	handler_fn *handle;
	const char *name;    /* operationId, metrics label: "post_put" */
	const char *summary; /* one line */
};

/* All routes of one feature; app/routes.c lists them all. */
struct route_table {
	const char *feature; /* OpenAPI tag */
	const struct route *rows;
	size_t n;
};
/* clang-format off */
#define ROUTES(feature, t) { (feature), (t), sizeof(t) / sizeof((t)[0]) }
/* clang-format on */

/* What a cursor holds: the sort keys of the last row given. */
struct page_key {
	int64_t k[3];
	struct uuid id;
};

enum reply_format { FORMAT_JSON, FORMAT_CSV, FORMAT_WORKBOOK, FORMAT__MAX };

struct http_conn; /* request and reply on the wire: src/http only */

struct call {
	const struct route *route;
	const void *query; /* of route->query->size bytes, or NULL */
	const void *body;
	struct uuid id[2];     /* path ids, in order */
	const char *text[2];   /* path texts, in order */
	struct str query_text; /* as it came */
	struct str body_text;
	/* lists */
	int64_t limit;       /* rows wanted: fetch limit + 1 */
	bool after;          /* a cursor was given: */
	struct page_key key; /* … and this is where it stands */
	enum reply_format format; /* ?format= of a ROUTE_TABLE */
	struct http_conn *conn;
};

/* --- in a handler --- */

/* A PUT or POST made something new: 201 instead of 200. */
void http_created(struct call *c);
/* Parts of it may have failed: 207, and each part says how it went. */
void http_multi(struct call *c);
/* The status that a POST of one such part would have had. */
int http_status_made(bool made);
/*
 * The validator of this answer: a weak ETag over these bytes plus route, query, path, viewer and
 * language.  NOT_MODIFIED when the client has it (pass it on).  Without this call the router hashes
 * the encoded body.
 */
enum fault http_etag(struct rq *rq, struct call *c, const void *bytes, size_t n) MUST_CHECK;
/* The same with a validator of the feature's own, W/"…" of at most 23 characters. */
enum fault http_etag_is(struct call *c, const char *etag) MUST_CHECK;
/* PRECONDITION when If-Match names other versions only; they are compared weakly. */
enum fault http_if_match(struct rq *rq, const struct call *c, const char *etag) MUST_CHECK;
/* Adds a row to the page; false when the page was full (the row is left out, has_more becomes
 * true). */
bool page_add(struct rq *rq, struct call *c, const void *item, struct page_key key);
/* The same with the item's JSON already made. */
bool page_add_json(struct rq *rq, struct call *c, struct str json, struct page_key key);
/* An extra member of the list envelope (reports: "as_of", "unattributed", …): before the first row;
 * s describes obj. */
void page_head(struct call *c, const struct j_schema *s, const void *obj);
/* A request header by its FastCGI name ("HTTP_USER_AGENT", "REMOTE_ADDR"); empty when absent. */
struct str http_param(const struct call *c, const char *fcgi_name);
/* Adds a reply header; CR and LF in the value end the process in debug builds and are dropped
 * otherwise. */
void http_header(struct call *c, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* REPLY_RAW: head first, then bytes into the stream.  status only from here: 200, 201, 204, 301, 302,
 * 304, 404. */
struct buf *http_raw(struct call *c, int status, const char *content_type);
/*
 * The answer as a table, for call->format other than JSON: NAME.csv or NAME.xlsx.  The handler fills it and no more: a
 * workbook is sent, or let go of, when the handler has ended.
 */
enum fault http_sheet(struct rq *rq, struct call *c, const char *name, struct sheet **ret) MUST_CHECK;
/* ROUTE_BODY_STREAM: reads up to room bytes; 0 at the end; -1 when the client went away. */
long http_read(struct call *c, void *out, size_t room);
/*
 * A limit beside the route's: quota a minute of what (a literal) for whom (a person, a company); 0:
 * no limit.  RATE, with a time to wait, when it is used up.
 */
enum fault http_limit(struct rq *rq, const char *what, struct uuid whom, int64_t quota) MUST_CHECK;
/* The client's address as nginx saw it (REMOTE_ADDR). */
struct str http_client_address(const struct call *c);

#endif
