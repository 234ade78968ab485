/* SPDX-License-Identifier: Apache-2.0 */
/* http_sql.c - statements of http: answers kept for retries. */
#include "http_int.h"

/* clang-format off */
static const struct db_col kept_all[] = {
	DB_COL_UUID(struct kept_reply, company_id), DB_COL_UUID(struct kept_reply, caller_id),
	DB_COL_BYTES(struct kept_reply, key_sha256), DB_COL_BYTES(struct kept_reply, body_sha256),
	DB_COL_I64(struct kept_reply, status), DB_COL_STR(struct kept_reply, reply_type),
	DB_COL_VIEW(struct kept_reply, reply), DB_COL_TIME(struct kept_reply, created_us),
};
static const struct db_col finish_in[] = {
	DB_COL_I64(struct kept_reply, status), DB_COL_STR(struct kept_reply, reply_type),
	DB_COL_VIEW(struct kept_reply, reply), DB_COL_UUID(struct kept_reply, company_id),
	DB_COL_UUID(struct kept_reply, caller_id), DB_COL_BYTES(struct kept_reply, key_sha256),
};
static const struct db_col read_in[] = {
	DB_COL_UUID(struct kept_reply, company_id), DB_COL_UUID(struct kept_reply, caller_id),
	DB_COL_BYTES(struct kept_reply, key_sha256),
};
static const struct db_col read_out[] = {
	DB_COL_BYTES(struct kept_reply, body_sha256), DB_COL_I64(struct kept_reply, status),
	DB_COL_STR(struct kept_reply, reply_type), DB_COL_VIEW(struct kept_reply, reply),
};

struct ping {
	int64_t one;
};
static const struct db_col ping_out[] = { DB_COL_I64(struct ping, one) };

enum { Q_CLAIM, Q_REFUSAL, Q_FINISH, Q_READ, Q_PING, Q__MAX };

#define KEPT_COLUMNS \
	" (company_id, caller_id, key_sha256, body_sha256, status, reply_type, reply, created_at)" \
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

static const struct db_stmt stmts[Q__MAX] = {
	[Q_CLAIM] = {
		.name = "kept_claim",
		/* A second request of the same key waits here for the first one's transaction, but not long. */
		.sql = "SET STATEMENT innodb_lock_wait_timeout = 1 FOR INSERT INTO idempotency" KEPT_COLUMNS,
		DB_IN(kept_all),
	},
	[Q_REFUSAL] = {
		.name = "kept_refusal",
		.sql = "INSERT IGNORE INTO idempotency" KEPT_COLUMNS,
		DB_IN(kept_all),
	},
	[Q_FINISH] = {
		.name = "kept_finish",
		.sql = "UPDATE idempotency SET status = ?, reply_type = ?, reply = ?"
		       " WHERE company_id = ? AND caller_id = ? AND key_sha256 = ?",
		DB_IN(finish_in),
	},
	[Q_READ] = {
		.name = "kept_read",
		.sql = "SELECT body_sha256, status, reply_type, reply FROM idempotency"
		       " WHERE company_id = ? AND caller_id = ? AND key_sha256 = ?",
		DB_IN(read_in), DB_OUT(read_out),
	},
	[Q_PING] = {
		.name = "http_ping",
		.sql = "SELECT /* all companies: reads no table */ 1",
		DB_OUT(ping_out),
	},
};
/* clang-format on */

const struct db_stmt_table http_stmts = DB_STMTS("http", stmts);

enum { ER_LOCK_WAIT_TIMEOUT_MARIADB = 1205 };

enum fault
kept_sql_claim(struct rq *rq, const struct kept_reply *k, bool *ret_taken)
{
	enum fault e = db_insert(rq, &stmts[Q_CLAIM], k, ret_taken);

	if (e && db_last_error(rq->db) == ER_LOCK_WAIT_TIMEOUT_MARIADB) {
		problem_reset(&rq->problem);
		return rq_fail(rq, FAULT_IN_FLIGHT,
		               "The first request with this key has not ended yet.");
	}
	return e;
}

enum fault
kept_sql_finish(struct rq *rq, const struct kept_reply *k)
{
	return db_exec(rq, &stmts[Q_FINISH], k, NULL);
}

enum fault
kept_sql_refusal(struct rq *rq, const struct kept_reply *k)
{
	return db_exec(rq, &stmts[Q_REFUSAL], k, NULL);
}

enum fault
kept_sql_read(struct rq *rq, const struct kept_reply *k, struct kept_reply *out)
{
	return db_one(rq, &stmts[Q_READ], k, out);
}

enum fault
http_db_ping(struct rq *rq)
{
	struct ping p;

	return db_one(rq, &stmts[Q_PING], NULL, &p);
}
