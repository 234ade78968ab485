/* SPDX-License-Identifier: Apache-2.0 */
/* faults.c - what a MariaDB error number means to a unit of work. */
#include <errmsg.h>
#include <time.h>

#include <mysqld_error.h>

#include "rostra/crypto.h"
#include "rostra/metrics.h"
#include "rostra/shared.h"

#include "db_int.h"

enum { RETRY_AFTER_S = 2 };

/* Numbers that the client's header does not name. */
enum {
	WSREP_NOT_READY =
	    1047, /* ER_UNKNOWN_COM_ERROR: what a Galera node outside the majority says */
	COMMIT_FAILED = 1180,     /* ER_ERROR_DURING_COMMIT: the outcome is unknown on Galera */
	STATEMENT_TIMEOUT = 1969, /* ER_STATEMENT_TIMEOUT: max_statement_time */
	DISCONNECTED_BY_SERVER = 4031, /* wait_timeout or idle_transaction_timeout */
	LOST_EXTENDED = 2055,          /* CR_SERVER_LOST_EXTENDED */
	WRITE_FAILED = 3,              /* EE_WRITE: a temporary file found no room */
};

struct verdict_row {
	unsigned number;
	enum db_verdict verdict;
};

/* clang-format off */
static const struct verdict_row verdicts[] = {
	{ ER_DUP_ENTRY,               DB_V_DUPLICATE },
	{ ER_LOCK_DEADLOCK,           DB_V_AGAIN },
	{ ER_LOCK_WAIT_TIMEOUT,       DB_V_AGAIN },
	{ ER_CHECKREAD,               DB_V_AGAIN },
	{ WSREP_NOT_READY,            DB_V_DEAD },
	{ COMMIT_FAILED,              DB_V_DEAD },
	{ ER_SERVER_SHUTDOWN,         DB_V_DEAD },
	{ ER_ABORTING_CONNECTION,     DB_V_DEAD },
	{ ER_NEW_ABORTING_CONNECTION, DB_V_DEAD },
	{ ER_CONNECTION_KILLED,       DB_V_DEAD },
	{ DISCONNECTED_BY_SERVER,     DB_V_DEAD },
	{ CR_SERVER_GONE_ERROR,       DB_V_DEAD },
	{ CR_SERVER_LOST,             DB_V_DEAD },
	{ LOST_EXTENDED,              DB_V_DEAD },
	{ CR_MALFORMED_PACKET,        DB_V_DEAD },
	{ CR_COMMANDS_OUT_OF_SYNC,    DB_V_DEAD },
	{ ER_OPTION_PREVENTS_STATEMENT, DB_V_DEAD }, /* read_only: another host may write */
	{ ER_UNKNOWN_STMT_HANDLER,    DB_V_DEAD },
	{ ER_QUERY_INTERRUPTED,       DB_V_BUSY },
	{ STATEMENT_TIMEOUT,          DB_V_BUSY },
	{ ER_CON_COUNT_ERROR,         DB_V_BUSY },
	{ ER_TOO_MANY_USER_CONNECTIONS, DB_V_BUSY },
	{ ER_OUT_OF_RESOURCES,        DB_V_BUSY },
	{ ER_LOCK_TABLE_FULL,         DB_V_BUSY },
	{ ER_RECORD_FILE_FULL,        DB_V_BUSY }, /* no room on its disk; the statement was undone */
	{ ER_DISK_FULL,               DB_V_BUSY },
	{ WRITE_FAILED,               DB_V_BUSY },
};
/* clang-format on */

static enum db_verdict
db_verdict_of(unsigned mariadb_error)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (verdicts[i].number == mariadb_error)
			return verdicts[i].verdict;
	}
	return DB_V_BUG;
}

enum db_verdict
db_note(struct rq *rq, const char *what, unsigned mariadb_error, const char *text)
{
	enum db_verdict v = db_verdict_of(mariadb_error);
	struct db *db = rq->db;

	db->last_error = mariadb_error;
	if (v == DB_V_DUPLICATE)
		return v;
	problem_internal(&rq->problem, "%s: %u %s", what, mariadb_error, text);
	metrics_add(rq->shared ? rq->shared->metrics : NULL, METRIC_DB_FAULTS, 1);
	if (db->in_tx && (v == DB_V_AGAIN || v == DB_V_DEAD))
		db->tx_broken = true;
	if (v == DB_V_DEAD) {
		db_leave_host(db);
	}
	return v;
}

enum fault
db_busy(struct rq *rq)
{
	enum fault e = rq_fail(rq, FAULT_BUSY, "The server is busy. Try again in a moment.");

	if (rq->problem.retry_after_s == 0)
		rq->problem.retry_after_s = RETRY_AFTER_S;
	return e;
}

enum fault
db_internal(struct rq *rq)
{
	return rq_fail(rq, FAULT_INTERNAL, "The server could not finish this request.");
}

enum fault
db_fault(struct rq *rq, enum db_verdict v, bool repeatable)
{
	if (rq->db->tx_broken)
		return FAULT_RESTART;
	switch (v) {
	case DB_V_DUPLICATE:
		return FAULT_CONFLICT;
	case DB_V_DEAD:
		if (repeatable)
			return db_busy(rq);
		rq->in_doubt = true;
		rq->problem.retry_after_s = RETRY_AFTER_S;
		return rq_fail(rq, FAULT_UNKNOWN_OUTCOME,
		               "The answer of the database was lost. Repeat the request.");
	case DB_V_AGAIN:
	case DB_V_BUSY:
		return db_busy(rq);
	case DB_V_BUG:
		break;
	}
	return db_internal(rq);
}

unsigned
db_last_error(const struct db *db)
{
	return db->last_error;
}

int64_t
db_time_left(const struct rq *rq)
{
	if (rq->deadline_us <= 0)
		return INT64_MAX;
	return rq->deadline_us - clock_monotonic_us();
}

bool
db_pause(const struct rq *rq, unsigned least_ms, unsigned most_ms)
{
	struct timespec t = { 0 };
	uint32_t r;
	unsigned ms;

	random_bytes(&r, sizeof(r));
	ms = least_ms + r % (most_ms - least_ms + 1);
	if (db_time_left(rq) <= (int64_t)ms * 1000)
		return false;
	t.tv_sec = ms / 1000;
	t.tv_nsec = (long)(ms % 1000) * 1000000L;
	(void)nanosleep(&t, NULL);
	return true;
}
