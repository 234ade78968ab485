/* SPDX-License-Identifier: Apache-2.0 */
/* tx.c - transactions: whole units, started again when the server took them back. */
#include <errmsg.h>
#include <string.h>

#include <mysqld_error.h>

#include "rostra/metrics.h"
#include "rostra/shared.h"

#include "db_int.h"

enum { RESTARTS_MAX = 3 };

/* Longest pause before each restart, in milliseconds. */
static const unsigned pause_ms[RESTARTS_MAX] = { 40, 100, 200 };
enum { PAUSE_LEAST_MS = 10 };

#define BEGIN_WRITE "START TRANSACTION"
/* The one place for REPEATABLE READ: several statements that must see the same rows. */
#define BEGIN_SNAPSHOT_LEVEL "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
#define BEGIN_SNAPSHOT "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"

unsigned
db_round_trip(struct rq *rq, const char *sql)
{
	const enum phase was = phase_enter(rq, PHASE_STATEMENTS);
	struct db *db = rq->db;
	int64_t began = clock_monotonic_us();
	unsigned number = 0;

	if (mysql_real_query(db->my, sql, (unsigned long)strlen(sql)) != 0)
		number = mysql_errno(db->my);
	rq->stats.db_us += clock_monotonic_us() - began;
	(void)phase_enter(rq, was);
	return number;
}

bool
db_in_tx(const struct rq *rq)
{
	return rq->db && rq->db->in_tx;
}

static enum db_verdict
note(struct rq *rq, const char *what, unsigned number)
{
	return db_note(rq, what, number, mysql_error(rq->db->my));
}

static unsigned
begin_snapshot(struct rq *rq)
{
	const unsigned number = db_round_trip(rq, BEGIN_SNAPSHOT_LEVEL);

	return number ? number : db_round_trip(rq, BEGIN_SNAPSHOT);
}

/* Nothing has happened yet: a connection lost here is just made again. */
static enum fault
begin(struct rq *rq, bool snapshot)
{
	unsigned number = 0;
	enum fault e = snapshot ? db_ready(rq) : db_ready_to_begin(rq);

	if (e)
		return e;
	if (snapshot)
		number = begin_snapshot(rq);
	else if (!rq->db->chained)
		number = db_round_trip(rq, BEGIN_WRITE);
	rq->db->chained = false;
	if (number) {
		enum db_verdict v = note(rq, "begin", number);

		return v == DB_V_BUG ? db_internal(rq) : FAULT_RESTART;
	}
	rq->db->in_tx = true;
	rq->db->tx_broken = false;
	rq->db->n_last = 0;
	rq->stats.transactions++;
	return FAULT_NONE;
}

/* A connection that cannot even roll back is closed: the server rolls back then. */
static void
roll_back(struct rq *rq)
{
	struct db *db = rq->db;

	if (db->my && db_round_trip(rq, "ROLLBACK") != 0)
		db_disconnect(db);
	db->in_tx = false;
	db->tx_broken = false;
}

static enum fault
commit(struct rq *rq)
{
	struct db *db = rq->db;
	unsigned number = db_round_trip(rq, db->chains ? "COMMIT AND CHAIN" : "COMMIT");
	enum db_verdict v;

	if (number == 0) {
		db->in_tx = false;
		db->chained = db->chains;
		return FAULT_NONE;
	}
	v = note(rq, "commit", number);
	if (v == DB_V_AGAIN) { /* a Galera conflict found at the commit: nothing was written */
		roll_back(rq);
		return FAULT_RESTART;
	}
	db_disconnect(db);
	db->in_tx = false;
	db->tx_broken = false;
	return db_fault(rq, DB_V_DEAD, false);
}

static enum fault
do_last(struct rq *rq)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < rq->db->n_last; i++)
		e = rq->db->last[i].fn(rq, rq->db->last[i].company);
	return e;
}

enum fault
db_tx_last(struct rq *rq, db_last_fn *fn, struct uuid company)
{
	struct db *db = rq->db;

	for (size_t i = 0; db->in_tx && i < db->n_last; i++) {
		if (db->last[i].fn == fn && uuid_eq(db->last[i].company, company))
			return FAULT_NONE;
	}
	if (!db->in_tx || db->n_last == DB_LAST_MAX)
		return fn(rq, company);
	db->last[db->n_last++] = (struct db_last){ fn, company };
	return FAULT_NONE;
}

static enum fault
run_once(struct rq *rq, db_body_fn *body, void *arg, bool snapshot)
{
	enum fault e = begin(rq, snapshot);

	if (e)
		return e;
	e = body(rq, arg);
	if (!e)
		e = do_last(rq);
	/* After an ignored 1213 a COMMIT would answer well with nothing written. */
	if (!e && rq->db->tx_broken)
		e = FAULT_RESTART;
	if (!e)
		return commit(rq);
	/* IN_FLIGHT is a body's own verdict on a lock it did not want to wait for any longer. */
	if (rq->db->tx_broken && e != FAULT_IN_FLIGHT)
		e = FAULT_RESTART;
	roll_back(rq);
	return e;
}

/* After a pause the transaction may start again, with no word of what happened before; else BUSY.
 */
static enum fault
start_again(struct rq *rq, int attempt, const struct problem *before)
{
	if (attempt >= RESTARTS_MAX || !db_pause(rq, PAUSE_LEAST_MS, pause_ms[attempt]))
		return db_busy(rq);
	rq->stats.restarts++;
	metrics_add(rq->shared ? rq->shared->metrics : NULL, METRIC_DB_RESTARTS, 1);
	rq->problem = *before;
	return FAULT_NONE;
}

static enum fault
run_tx(struct rq *rq, db_body_fn *body, void *arg, bool snapshot)
{
	const struct problem before = rq->problem;

	if (rq->db->in_tx)
		return body(rq, arg);
	for (int attempt = 0;; attempt++) {
		enum fault e = run_once(rq, body, arg, snapshot);

		if (e != FAULT_RESTART)
			return e;
		e = start_again(rq, attempt, &before);
		if (e)
			return e;
	}
}

enum fault
db_tx(struct rq *rq, db_body_fn *body, void *arg)
{
	return run_tx(rq, body, arg, false);
}

enum fault
db_snapshot(struct rq *rq, db_body_fn *body, void *arg)
{
	return run_tx(rq, body, arg, true);
}

/* --- in one round trip --- */

/* These the client or the server says before anything of the statement is done. */
static bool
was_not_begun(unsigned number)
{
	return number == CR_SERVER_GONE_ERROR || number == ER_UNKNOWN_COM_ERROR;
}

static enum fault
whole_once(struct rq *rq, const struct db_stmt *s, const void *in, bool *ret_duplicate)
{
	enum db_verdict v = DB_V_BUG;
	MYSQL_STMT *h = NULL;
	unsigned number;
	enum fault e = db_ready(rq);

	if (e)
		return e;
	e = db_handle(rq, s, &h);
	if (e)
		return rq->db->my ? e : FAULT_RESTART; /* lost before anything was sent */
	number = db_execute(rq, s, h, in, &v);
	*ret_duplicate = number != 0 && v == DB_V_DUPLICATE;
	if (number == 0)
		return FAULT_NONE;
	/* An error ends the text where it stands: the transaction is still open. */
	roll_back(rq);
	if (v == DB_V_DUPLICATE)
		return FAULT_NONE;
	if (v == DB_V_AGAIN || was_not_begun(number))
		return FAULT_RESTART;
	return db_fault(rq, v, false);
}

enum fault
db_whole_tx(struct rq *rq, const struct db_stmt *s, const void *in, bool *ret_duplicate)
{
	const struct problem before = rq->problem;

	if (rq->db->in_tx) {
		problem_internal(&rq->problem, "%s is a transaction inside another", s->name);
		return db_internal(rq);
	}
	rq->stats.transactions++;
	for (int attempt = 0;; attempt++) {
		enum fault e = whole_once(rq, s, in, ret_duplicate);

		if (e != FAULT_RESTART)
			return e;
		e = start_again(rq, attempt, &before);
		if (e)
			return e;
	}
}
