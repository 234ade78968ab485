/* SPDX-License-Identifier: Apache-2.0 */
/* http_int.h - between the files of http: the request on the wire, the route table as matched, the
 * reply. */
#ifndef ROSTRA_HTTP_INT_H
#define ROSTRA_HTTP_INT_H

#include <fcgiapp.h>

#include "rostra/crypto.h"
#include "rostra/metrics.h"
#include "rostra/server.h"

/* --- paths (path.c) --- */

enum { PATH_SEGMENTS_MAX = 8, PATH_PARAMS_MAX = 4, PATH_BYTES_MAX = 2048 };

struct path_segment {
	struct str text; /* a literal, or the parameter's name */
	bool param;
	bool is_id; /* {id} and {…_id} are UUIDs */
};

struct path_row {
	struct path_segment seg[PATH_SEGMENTS_MAX];
	size_t n;
	const struct route *route[HTTP__METHODS]; /* NULL: not that method */
	size_t index[HTTP__METHODS];              /* number of the row over all tables: metrics */
};

/* Every path of one pool, literals before parameters; no pointer into a request. */
struct path_table {
	struct path_row *rows;
	size_t n;
	size_t n_routes; /* of all pools */
};

struct path_match {
	const struct route *route; /* NULL: the path exists, the method does not */
	size_t index;
	unsigned allow; /* bits 1 << enum http_method of what the path has */
	struct str param[PATH_PARAMS_MAX];
	bool is_id[PATH_PARAMS_MAX];
	size_t n_params;
};

/* False when a pattern is not well-formed; err says why. */
bool path_row_compile(const char *pattern, struct path_row *out, char *err, size_t err_n);
/* Of the rows that `pool` serves; the tables must have passed routes_check. */
struct path_table *path_table_create(const struct route_table *tables, enum pool pool);
void path_table_destroy(struct path_table **t);
/* False when no pattern has this path.  method HTTP__METHODS: one we do not know. */
bool path_find(const struct path_table *t, struct str path, enum http_method method,
               struct path_match *out);
/*
 * The path of a request target ("/v1/posts/1?x=y"), percent-decoded; the query as it came.  False
 * for what may be read in two ways: encoded slash, NUL, control character, dot segment, empty
 * segment, bad escape, absolute form.
 */
bool path_split(struct arena *a, struct str target, struct str *path, struct str *query);
/* Printable ASCII that stays inside <> and quotes of a header. */
bool url_text_safe(struct str s);
/* "GET, HEAD, PUT" */
void path_allow_print(struct buf *b, unsigned allow);

extern const char *const http_method_names[HTTP__METHODS + 1];
enum http_method http_method_of(struct str name); /* HTTP__METHODS: unknown */

/* --- pages (page.c) --- */

enum {
	PAGE_LIMIT_DEFAULT = 25,
	PAGE_LIMIT_MAX = 100,
	PAGE_CURSOR_BYTES = 56,
	PAGE_CURSOR_TEXT = 75
};

struct page {
	bool open; /* "items" has begun */
	bool full; /* a row more than wanted came */
	int64_t n;
	struct page_key last;
};

/* What a cursor is bound to: route, company, caller and every query parameter but limit and cursor.
 */
struct sha256 page_context(struct arena *a, const struct call *c, const struct caller *who);
void page_cursor_make(const unsigned char key[32], struct sha256 context, const struct page_key *k,
                      char out[PAGE_CURSOR_TEXT + 1]);
bool page_cursor_read(const unsigned char key[32], struct sha256 context, struct str text,
                      struct page_key *out);
/* Reads limit and cursor of a list's query; faults are added to the problem. */
enum fault page_begin(struct rq *rq, struct call *c) MUST_CHECK;
/* Closes the envelope and makes the Link header. */
void page_end(struct rq *rq, struct call *c);

/* --- limits (limit.c) --- */

struct limit_state {
	bool limited; /* headers are sent */
	bool refused;
	const char *policy;
	int64_t quota, window_s, remaining, reset_s;
};

/* One unit of `quota` a minute for this caller and class; quota 0 is no limit. */
struct limit_state limits_take(struct limits *l, uint64_t who, enum rate_class c, int64_t quota,
                               int64_t now_us);

/* --- the request on the wire (wire.c) --- */

struct worker;

/* One thread's request and reply; everything but the buffers is new for each request. */
struct http_conn {
	/* the thread's */
	const struct server *server;
	const struct path_table *paths;
	struct arena *arena;
	struct db *db;
	struct buf out; /* body of the reply */
	struct buf head;
	struct buf extra; /* header lines handlers added */
	struct buf log;
	/* the request's */
	FCGX_Request fcgi;
	struct phases phases;
	struct rq rq;
	struct caller who;
	struct call call;
	struct path_match match;
	struct page page;
	struct limit_state limit;
	enum http_method method;
	struct str path;     /* decoded */
	struct str raw_path; /* as it came: for links back */
	int64_t began_us;    /* monotonic */
	size_t body_read;    /* bytes */
	size_t body_cap;
	bool body_done;          /* read to its end */
	const char *cors_origin; /* allowed and to be echoed; NULL none */
	/* the reply's */
	int status; /* of a success; 0: by kind */
	int sent_status;
	const char *type;
	bool raw;
	bool head_sent;
	size_t body_sent;       /* bytes */
	bool no_body;           /* HEAD, 204, 304 */
	bool ended;             /* END_REQUEST is out */
	bool broken;            /* the reply was cut: the connection must not be used again */
	struct sheet *workbook; /* under way; NULL: none */
	char etag[24];          /* W/"16 hex digits", "" none */
};

/* Takes one request off fd; false when there is none: fd is closed then. */
bool wire_accept(struct http_conn *conn, int fd);
/* Writes a piece of the reply; end: the last one.  A failure makes conn->broken. */
void wire_write(struct http_conn *conn, struct str head, struct str body, bool end);
/* Frees the request; true when fd is still open for another, false when it is closed. */
bool wire_finish(struct http_conn *conn);
/* Reads one request from fd and answers it.  True when the connection may be kept. */
bool http_serve(struct http_conn *conn, int fd);

/* Brings the body into call.body_text, by the route's limit; drops what the client did not finish.
 */
enum fault request_body(struct http_conn *conn) MUST_CHECK;
/* Reads and forgets what is left of the body: a kept connection must stand at its next request. */
void request_drain(struct http_conn *conn);
/* The request id of the client when it is sound, else a new one. */
void request_id(struct http_conn *conn);
bool request_id_valid(struct str id);
/* Fits the Content-Type to the route's type (parameters other than charset=utf-8 refused). */
bool media_type_is(struct str header, const char *want);
/* The tag of the highest weight in Accept-Language; "" none. */
const char *language_wanted(struct arena *a, struct str header);

/* --- steps of the router --- */

/* Who asks, and whether the row lets them (authn.c). */
enum fault authenticate(struct http_conn *conn) MUST_CHECK;
enum fault authorize(struct http_conn *conn) MUST_CHECK;
/* Answers a preflight; or checks Origin of a request with a site key (cors.c). */
enum fault cors_preflight(struct http_conn *conn) MUST_CHECK;
enum fault cors_check(struct http_conn *conn) MUST_CHECK;
bool origin_listed(const char *list, struct str origin);
bool origin_valid(struct str origin);
/* Path ids, query, body into call (decode.c). */
enum fault decode_request(struct http_conn *conn) MUST_CHECK;
/* ?format= into the call; after the handler, its workbook is sent, or let go of when e (table.c).
 */
enum fault table_format(struct http_conn *conn) MUST_CHECK;
enum fault table_end(struct http_conn *conn, enum fault e) MUST_CHECK;
/* Runs the handler and encodes its reply into conn->out; may run again in a transaction (run.c). */
enum fault run_handler(struct http_conn *conn) MUST_CHECK;
/* run_handler with its answer kept for retries (idempotency.c). */
enum fault idempotent_run(struct http_conn *conn) MUST_CHECK;
bool idempotency_key_valid(struct str key);

/* --- replies (reply.c, problem_json.c, log_request.c) --- */

/* Sends head and body of a success, a 304, or what is left of a raw stream. */
void reply_send(struct http_conn *conn);
/* Makes the head in conn->head; sized: all of the body is in conn->out. */
void reply_head_make(struct http_conn *conn, int status, bool sized);
/* Sends rq.problem as problem+json. */
void reply_problem(struct http_conn *conn, enum fault e);
void problem_json(struct buf *b, const struct problem *p, enum fault e, const char *request_id);
/* The same as SCIM says it (RFC 7644 3.12), with our code and request id beside it; answers the
 * status, which is 400 where ours is 422. */
int problem_scim(struct buf *b, const struct problem *p, enum fault e, const char *request_id);
/* Forgets a reply that was made but not sent. */
void reply_reset(struct http_conn *conn);
/* Weak comparison of RFC 9110 13.1.2. */
bool etag_matches(struct str if_none_match, const char *etag);
void request_log_begin(struct http_conn *conn);
void request_log(struct http_conn *conn, enum fault e);

/* --- statements of http (http_sql.c) --- */

struct kept_reply {
	struct uuid company_id, caller_id;
	unsigned char key_sha256[32], body_sha256[32];
	int64_t status;
	const char *reply_type;
	struct str reply;
	int64_t created_us;
};

/* IN_FLIGHT when another transaction holds the key. */
enum fault kept_sql_claim(struct rq *rq, const struct kept_reply *k, bool *ret_taken) MUST_CHECK;
enum fault kept_sql_finish(struct rq *rq, const struct kept_reply *k) MUST_CHECK;
enum fault kept_sql_refusal(struct rq *rq, const struct kept_reply *k) MUST_CHECK;
enum fault kept_sql_read(struct rq *rq, const struct kept_reply *k,
                         struct kept_reply *out) MUST_CHECK;

#endif
