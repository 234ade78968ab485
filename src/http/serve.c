/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c - one request from the wire to the log line: the order of the router's steps. */
#include <arpa/inet.h>
#include <string.h>

#include "rostra/conf.h"
#include "rostra/crypto.h"

#include "http_int.h"

enum { OUT_KEEP_BYTES = 256 * 1024 };

static const struct caller nobody = { .kind = ACCESS_PUBLIC };

void
http_rq_begin(struct rq *rq, const struct server *s, struct arena *a, struct db *db)
{
	memset(rq, 0, sizeof(*rq));
	rq->arena = a;
	rq->db = db;
	rq->who = &nobody;
	rq->conf = s->conf;
	rq->shared = s->shared;
	rq->now_us = clock_now_us();
	rq->deadline_us = clock_monotonic_us() + s->conf->request_deadline_ms * 1000;
	rq->language = "";
}

static void
conn_begin(struct http_conn *conn)
{
	conn->began_us = clock_monotonic_us();
	http_rq_begin(&conn->rq, conn->server, conn->arena, conn->db);
	conn->rq.phases = conn->server->conf->phase_costs ? &conn->phases : NULL;
	conn->who = nobody;
	conn->rq.who = &conn->who;
	memset(&conn->call, 0, sizeof(conn->call));
	memset(&conn->match, 0, sizeof(conn->match));
	memset(&conn->limit, 0, sizeof(conn->limit));
	conn->call.conn = conn;
	conn->path = conn->raw_path = (struct str){ "", 0 };
	conn->body_read = conn->body_cap = conn->body_sent = 0;
	conn->body_done = conn->head_sent = conn->ended = conn->broken = false;
	conn->cors_origin = NULL;
	conn->sent_status = 0;
	conn->method = HTTP__METHODS;
	reply_reset(conn);
}

/* 404 before 405 before anything else; a preflight asks for another method than its own. */
static enum fault
find_route(struct http_conn *conn)
{
	struct str method = http_param(&conn->call, "REQUEST_METHOD");
	struct str target = http_param(&conn->call, "REQUEST_URI");
	enum http_method wanted;

	conn->method = http_method_of(method);
	conn->no_body = conn->method == HTTP_HEAD;
	if (!path_split(conn->arena, target, &conn->path, &conn->call.query_text))
		return rq_fail(&conn->rq, FAULT_BAD_REQUEST, "The path is not well-formed.");
	conn->raw_path = (struct str){ target.s, target.n - conn->call.query_text.n };
	if (conn->raw_path.n > 0 && conn->raw_path.s[conn->raw_path.n - 1] == '?')
		conn->raw_path.n--;
	wanted = conn->method;
	if (wanted == HTTP_OPTIONS)
		wanted =
		    http_method_of(http_param(&conn->call, "HTTP_ACCESS_CONTROL_REQUEST_METHOD"));
	if (!path_find(conn->paths, conn->path, wanted, &conn->match))
		return FAULT_NOT_FOUND;
	conn->call.route = conn->match.route;
	if (!conn->call.route ||
	    (conn->method == HTTP_OPTIONS && !(conn->call.route->flags & ROUTE_CORS))) {
		conn->call.route = NULL;
		return FAULT_METHOD;
	}
	if (conn->call.route->access == ACCESS_LOOPBACK &&
	    !str_is(http_param(&conn->call, "ROSTRA_SITE"), "ops")) {
		conn->call.route = NULL;
		return FAULT_NOT_FOUND;
	}
	return FAULT_NONE;
}

/* An IPv6 customer has a whole /64, so that is what counts as one address. */
static uint64_t
address_hash(struct str address)
{
	unsigned char six[16];
	char text[INET6_ADDRSTRLEN];

	if (address.n == 0 || address.n >= sizeof(text) || !memchr(address.s, ':', address.n))
		return hash64(address.s, address.n, 0);
	memcpy(text, address.s, address.n);
	text[address.n] = '\0';
	if (inet_pton(AF_INET6, text, six) != 1)
		return hash64(address.s, address.n, 0);
	return hash64(six, 8, 0);
}

static int64_t
quota_of(const struct conf *c, enum rate_class class)
{
	switch (class) {
	case RATE_READ:
		return c->rate_read_per_min;
	case RATE_WRITE:
		return c->rate_write_per_min;
	case RATE_DIRECTORY:
		return c->rate_directory_per_min;
	case RATE_PUBLIC:
		return c->rate_public_per_min;
	default:
		return 0;
	}
}

/* By person or key; by address where anyone may come, and for forms, whose key is everybody's. */
static enum fault
limit_check(struct http_conn *conn)
{
	const enum rate_class class = conn->call.route->rate;
	const struct caller *w = &conn->who;
	uint64_t who;

	if (class == RATE_NONE)
		return FAULT_NONE;
	if (caller_is_person(w))
		who = hash64(w->person.b, sizeof(w->person.b), 0);
	else if (w->kind == ACCESS_API_KEY)
		who = hash64(w->key.b, sizeof(w->key.b), 0);
	else
		who = address_hash(http_client_address(&conn->call));
	who = hash64(&who, sizeof(who), (uint64_t) class + 1);
	conn->limit = limits_take(conn->rq.shared->limits, who, class,
	                          quota_of(conn->rq.conf, class), clock_monotonic_us());
	if (!conn->limit.refused)
		return FAULT_NONE;
	return rq_fail(&conn->rq, FAULT_RATE, "At most %lld a minute.",
	               (long long)conn->limit.quota);
}

static void
choose_language(struct http_conn *conn)
{
	struct str header = http_param(&conn->call, "HTTP_ACCEPT_LANGUAGE");

	if (header.n > 0)
		conn->rq.language = language_wanted(conn->arena, header);
	if (!conn->rq.language[0])
		conn->rq.language = conn->who.language;
}

static enum fault
run(struct http_conn *conn)
{
	const struct route *r = conn->call.route;
	enum fault e;

	if (r->flags & ROUTE_IDEMPOTENCY_KEY)
		return idempotent_run(conn);
	e = run_handler(conn);
	if (e == FAULT_UNKNOWN_OUTCOME && (r->flags & ROUTE_PUT_ID) && !conn->head_sent) {
		/* The commit's answer was lost; a PUT of the same thing finds out what happened. */
		problem_reset(&conn->rq.problem);
		e = run_handler(conn);
	}
	return e;
}

static enum fault
answer(struct http_conn *conn)
{
	enum fault e;

	e = find_route(conn);
	if (e)
		return e;
	if (conn->method == HTTP_OPTIONS)
		return cors_preflight(conn);
	(void)phase_enter(&conn->rq, PHASE_CALLER);
	e = authenticate(conn);
	if (e)
		return e;
	e = authorize(conn);
	if (e)
		return e;
	choose_language(conn);
	e = cors_check(conn);
	if (e)
		return e;
	e = limit_check(conn);
	if (e)
		return e;
	(void)phase_enter(&conn->rq, PHASE_DECODE);
	e = request_body(conn);
	if (e)
		return e;
	e = decode_request(conn);
	if (e)
		return e;
	(void)phase_enter(&conn->rq, PHASE_HANDLE);
	return run(conn);
}

/* Of two attempts the second may fail for another reason, which is not the whole truth. */
static enum fault
whole_truth(struct http_conn *conn, enum fault e)
{
	struct problem *p = &conn->rq.problem;

	if (!conn->rq.in_doubt || fault_row(e)->status < 500 || e == FAULT_UNKNOWN_OUTCOME)
		return e;
	p->code = FAULT_NONE;
	p->detail[0] = '\0';
	return rq_fail(&conn->rq, FAULT_UNKNOWN_OUTCOME,
	               "The answer of the database was lost. Repeat the request.");
}

static void
conn_end(struct http_conn *conn)
{
	/* One long report must not make every thread keep its buffer. */
	if (conn->out.room > OUT_KEEP_BYTES)
		buf_free(&conn->out);
	arena_reset(conn->arena);
}

bool
http_serve(struct http_conn *conn, int fd)
{
	enum fault e;
	bool kept;

	if (conn->server->conf->phase_costs)
		phases_begin(&conn->phases);
	if (!wire_accept(conn, fd))
		return false;
	conn_begin(conn);
	request_id(conn);
	e = whole_truth(conn, answer(conn));
	(void)phase_enter(&conn->rq, PHASE_WRITE);
	request_drain(
	    conn); /* the connection must stand at its next request before nginx has the reply */
	if (e)
		reply_problem(conn, e);
	else
		reply_send(conn);
	(void)phase_enter(&conn->rq, PHASE_LOG);
	request_log_begin(conn);
	(void)phase_enter(&conn->rq, PHASE_WRITE);
	kept = wire_finish(conn);
	(void)phase_enter(&conn->rq, PHASE_LOG);
	request_log(conn, e);
	if (conn->rq.phases) {
		(void)phases_turn(&conn->phases, PHASE_PARSE);
		metrics_phases(conn->rq.shared->metrics, conn->phases.ns);
	}
	conn_end(conn);
	return kept;
}
