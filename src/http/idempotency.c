/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idempotency.c - a POST that may be repeated: its answer is kept under (caller, method, path,
 * Idempotency-Key) in the transaction of its effect.  Kept are successes and final refusals of the
 * handler; what failed before the handler had no effect and is judged anew, and so is whatever a
 * later attempt may pass (401, 409 in flight, 429, 5xx).
 */
#include <string.h>

#include "rostra/crypto.h"

#include "http_int.h"

enum { KEY_MIN = 8, KEY_MAX = 255 };

struct attempt {
	struct http_conn *conn;
	struct kept_reply row;
	struct kept_reply kept; /* when replayed */
	bool replay;
};

bool
idempotency_key_valid(struct str key)
{
	if (key.n < KEY_MIN || key.n > KEY_MAX)
		return false;
	for (size_t i = 0; i < key.n; i++) {
		if (key.s[i] < 0x20 || key.s[i] > 0x7e)
			return false;
	}
	return true;
}

static enum fault
attempt_begin(struct http_conn *conn, struct attempt *t)
{
	struct str key = http_param(&conn->call, "HTTP_IDEMPOTENCY_KEY");
	const struct str parts[3] = { str_of(http_method_names[conn->method]), conn->path, key };
	struct sha256 digest;

	if (!idempotency_key_valid(key)) {
		(void)rq_fail(&conn->rq, FAULT_BAD_REQUEST,
		              "This request needs the header Idempotency-Key.");
		(void)problem_add(&conn->rq.problem, "Idempotency-Key",
		                  "must be 8 to 255 printable ASCII characters");
		return FAULT_BAD_REQUEST;
	}
	t->conn = conn;
	t->row.company_id = conn->who.company;
	t->row.caller_id = uuid_is_zero(conn->who.person) ? conn->who.key : conn->who.person;
	t->row.created_us = conn->rq.now_us;
	t->row.reply_type = "";
	t->row.reply = STR("");
	digest = sha256_parts(parts, 3);
	memcpy(t->row.key_sha256, digest.b, sizeof(digest.b));
	digest = sha256_of(conn->call.body_text.s, conn->call.body_text.n);
	memcpy(t->row.body_sha256, digest.b, sizeof(digest.b));
	return FAULT_NONE;
}

/* The status a handler's success will be sent with. */
static int
success_status(const struct http_conn *conn)
{
	if (conn->status)
		return conn->status;
	return conn->call.route->kind == REPLY_NONE ? 204 : 200;
}

static enum fault
attempt_tx(struct rq *rq, void *arg)
{
	struct attempt *t = arg;
	struct http_conn *conn = t->conn;
	enum fault e;

	e = kept_sql_claim(rq, &t->row, &t->replay);
	if (e)
		return e;
	if (t->replay)
		return kept_sql_read(rq, &t->row, &t->kept);
	e = run_handler(conn);
	if (e)
		return e;
	t->row.status = success_status(conn);
	t->row.reply_type = conn->type;
	t->row.reply = (struct str){ conn->out.n ? conn->out.s : "", conn->out.n };
	return kept_sql_finish(rq, &t->row);
}

static enum fault
replay(struct attempt *t)
{
	struct http_conn *conn = t->conn;

	if (memcmp(t->kept.body_sha256, t->row.body_sha256, sizeof(t->row.body_sha256)) != 0)
		return rq_fail(&conn->rq, FAULT_IDEMPOTENCY_MISMATCH,
		               "The Idempotency-Key was used with another body.");
	reply_reset(conn);
	conn->status = (int)t->kept.status;
	conn->type = t->kept.reply_type;
	buf_str(&conn->out, t->kept.reply);
	http_header(&conn->call, "Idempotency-Replayed", "true");
	return FAULT_NONE;
}

static bool
fault_is_final(enum fault e)
{
	const int status = fault_row(e)->status;

	return status >= 400 && status < 500 && e != FAULT_UNAUTHENTICATED && e != FAULT_RATE &&
	       e != FAULT_IN_FLIGHT && e != FAULT_IDEMPOTENCY_MISMATCH;
}

static enum fault
refusal_tx(struct rq *rq, void *arg)
{
	return kept_sql_refusal(rq, arg);
}

/* Best effort: when it cannot be kept, a repeat is judged anew, which is right too. */
static void
refusal_keep(struct attempt *t, enum fault why)
{
	struct http_conn *conn = t->conn;
	const struct problem stands = conn->rq.problem;
	enum fault e;

	reply_reset(conn);
	problem_json(&conn->out, &conn->rq.problem, why, conn->rq.request_id);
	t->row.status = fault_row(why)->status;
	t->row.reply_type = "application/problem+json";
	t->row.reply = (struct str){ conn->out.s, conn->out.n };
	problem_reset(&conn->rq.problem);
	e = db_tx(&conn->rq, refusal_tx, &t->row);
	conn->rq.problem = stands;
	if (e)
		problem_internal(&conn->rq.problem, "refusal not kept: %s", fault_row(e)->name);
}

enum fault
idempotent_run(struct http_conn *conn)
{
	struct attempt t;
	enum fault e;

	memset(&t, 0, sizeof(t));
	e = attempt_begin(conn, &t);
	if (e)
		return e;
	e = db_tx(&conn->rq, attempt_tx, &t);
	if (e == FAULT_UNKNOWN_OUTCOME) {
		/* The commit's answer was lost: the key's row tells whether it happened. */
		problem_reset(&conn->rq.problem);
		e = db_tx(&conn->rq, attempt_tx, &t);
	}
	if (e == FAULT_NONE)
		return t.replay ? replay(&t) : FAULT_NONE;
	if (!t.replay && fault_is_final(e))
		refusal_keep(&t, e);
	return e;
}
