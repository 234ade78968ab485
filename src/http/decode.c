/* SPDX-License-Identifier: Apache-2.0 */
/* decode.c - path, query and body of a request into typed values. */
#include "http_int.h"

static const struct j_schema no_query = { .name = "none", .size = 1, .has_off = J_NO_HAS };

static enum fault
check_put_id(struct rq *rq, struct uuid id)
{
	static const char *const faults[] = {
		[UUID_AGE_FITS] = NULL,
		[UUID_AGE_BEHIND] = "must be a UUID of version 7, made in the last 30 days",
		[UUID_AGE_AHEAD] = "is of a clock that is more than a day ahead of the service's",
	};
	const char *fault = faults[uuid_client_age(id, rq->now_us)];

	return fault ? problem_add(&rq->problem, "#/id", fault) : FAULT_NONE;
}

static enum fault
decode_path(struct http_conn *conn)
{
	const bool client_made = (conn->call.route->flags & ROUTE_PUT_ID) != 0;
	const struct path_match *m = &conn->match;
	size_t n_id = 0, n_text = 0;

	for (size_t i = 0; i < m->n_params; i++) {
		const bool last = i + 1 == m->n_params;

		/* What a client makes is an id, whatever else its place may hold: presets have
		 * names. */
		if (!m->is_id[i] && !(client_made && last)) {
			conn->call.text[n_text++] =
			    arena_copy(conn->arena, m->param[i].s, m->param[i].n);
			continue;
		}
		if (!uuid_parse(m->param[i], &conn->call.id[n_id])) {
			if (!client_made || !last)
				return FAULT_NOT_FOUND; /* no such id was ever made */
			return problem_add(&conn->rq.problem, "#/id",
			                   "must be a UUID of version 7");
		}
		if (client_made && last)
			return check_put_id(&conn->rq, conn->call.id[n_id]);
		n_id++;
	}
	return FAULT_NONE;
}

static enum fault
decode_query(struct http_conn *conn)
{
	const struct route *r = conn->call.route;
	const char *skip[5] = { NULL };
	size_t n = 0;
	enum fault e = FAULT_NONE, e_page = FAULT_NONE, e_format;
	void *obj;

	if (r->flags & (ROUTE_LINK_HOST | ROUTE_OPEN_QUERY))
		return FAULT_NONE; /* strangers' links carry parameters of all kinds; the handler
		                      reads what it knows */
	if (r->kind == REPLY_LIST) {
		skip[n++] = "limit";
		skip[n++] = "cursor";
	}
	if (r->flags & ROUTE_TABLE)
		skip[n++] = "format";
	if (r->access & ACCESS_SITE_KEY)
		skip[n++] = "site_key";
	if (r->query || conn->call.query_text.n > 0) {
		const struct j_schema *s = r->query ? r->query : &no_query;

		obj = arena_alloc(conn->arena, s->size, alignof(max_align_t));
		e = query_decode(conn->arena, &conn->rq.problem, s, conn->call.query_text, skip,
		                 obj);
		conn->call.query = r->query ? obj : NULL;
	}
	e_format = table_format(conn);
	if (r->kind == REPLY_LIST)
		e_page = page_begin(&conn->rq, &conn->call);
	if (e)
		return e;
	if (e_format)
		return e_format;
	return e_page ? e_page : conn->rq.problem.code;
}

enum fault
decode_request(struct http_conn *conn)
{
	const struct route *r = conn->call.route;
	enum fault e;
	void *obj;

	e = decode_path(conn);
	if (e && e != FAULT_INVALID)
		return e;
	e = decode_query(conn);
	if (e)
		return e;
	if (!r->body)
		return conn->rq.problem.code;
	obj = arena_alloc(conn->arena, r->body->size, alignof(max_align_t));
	e = json_decode(conn->arena, &conn->rq.problem, r->body, conn->call.body_text, obj);
	conn->call.body = obj;
	return e ? e : conn->rq.problem.code;
}
