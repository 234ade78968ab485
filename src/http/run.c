/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - the handler and the encoding of its reply. */
#include "http_int.h"

enum fault
run_handler(struct http_conn *conn)
{
	const struct route *r = conn->call.route;
	void *reply = NULL;
	enum fault e;

	reply_reset(conn);
	if (r->kind == REPLY_OBJECT)
		reply = arena_alloc(conn->arena, r->reply->size, alignof(max_align_t));
	conn->workbook = NULL;
	e = table_end(conn, r->handle(&conn->rq, &conn->call, reply));
	if (e || conn->raw)
		return e;
	(void)phase_enter(&conn->rq, PHASE_RENDER);
	if (r->kind == REPLY_OBJECT)
		json_encode(&conn->out, r->reply, reply);
	else if (r->kind == REPLY_LIST)
		page_end(&conn->rq, &conn->call);
	return FAULT_NONE;
}
