/* SPDX-License-Identifier: Apache-2.0 */
/* conn.c - one connection of one thread: made with timeouts, checked before use, re-made after a
 * loss. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "rostra/crypto.h"
#include "rostra/log.h"
#include "rostra/metrics.h"
#include "rostra/shared.h"

#include "db_int.h"

/*
 * A connection unused for this long may have been closed by the server: its socket is looked at
 * before a write is sent into it.
 */
enum { IDLE_CHECK_US = 20000 };
/* Back-off between refused connects: 50 ms doubled up to 1.6 s. */
enum { BACK_OFF_MS = 50, BACK_OFF_DOUBLINGS = 5 };
enum { DEFAULT_PORT = 3306, HOST_BYTES = 256, PASSWORD_BYTES = 256 };

/*
 * When each of db_hosts last failed a thread of this process.  A host that was cut off is silent:
 * who has an older connection to it leaves it, too, instead of waiting for an answer on its own.
 */
enum { HOSTS_MAX = 16 };
static _Atomic int64_t failed_us[HOSTS_MAX];

/* The tables whose statements all fitted the schema: one thread of a process looks for all of them.
 */
static _Atomic(const void *) fitted;

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
library_begin(void)
{
	if (mysql_library_init(0, NULL, NULL) != 0)
		log_die("db_library", "the MariaDB client library does not start");
}

struct db *
db_create(const struct conf *conf, const struct db_stmt_table *tables, size_t n_tables)
{
	struct db *db = calloc(1, sizeof(*db));

	(void)pthread_once(&library_once, library_begin);
	if (!db)
		log_die("memory", "no memory for a database handle");
	db->conf = conf;
	db->tables = tables;
	db->ranges = calloc(n_tables + 1, sizeof(*db->ranges));
	for (size_t i = 0; db->ranges && i < n_tables; i++) {
		db->ranges[i].first = tables[i].rows;
		db->ranges[i].n = tables[i].n;
		db->ranges[i].base = db->n_handles;
		db->n_handles += tables[i].n;
	}
	db->n_ranges = n_tables;
	db->handles = calloc(db->n_handles + 1, sizeof(MYSQL_STMT *));
	if (!db->ranges || !db->handles)
		log_die("memory", "no memory for a database handle");
	return db;
}

void
db_check_used(struct db *db)
{
	db->check_used = true;
}

void
db_disconnect(struct db *db)
{
	/* The connection first: statements of a closed one are freed without a word to the server.
	 */
	if (db->my)
		mysql_close(db->my);
	db->my = NULL;
	db_handles_close(db);
	db->streaming = false;
	db->chained = false;
}

void
db_destroy(struct db **db)
{
	if (!*db)
		return;
	db_disconnect(*db);
	arena_destroy(&(*db)->row);
	free((*db)->bulk);
	free((*db)->handles);
	free((*db)->ranges);
	free(*db);
	*db = NULL;
}

bool
db_is_up(const struct db *db)
{
	return db->my != NULL;
}

static unsigned
connect_seconds(const struct rq *rq, const struct conf *conf)
{
	int64_t left_s = db_time_left(rq) / US_PER_S;
	int64_t s = conf->db_connect_timeout_s;

	if (left_s < s)
		s = left_s;
	return s < 1 ? 1 : (unsigned)s;
}

static void
set_options(MYSQL *my, const struct rq *rq, const struct conf *conf)
{
	unsigned connect_s = connect_seconds(rq, conf);
	unsigned read_s = (unsigned)conf->db_read_timeout_s;
	unsigned write_s = (unsigned)conf->db_write_timeout_s;

	/* Without them a cut cable hangs the thread for ever.  The library's own reconnecting stays
	 * off: it loses transactions. */
	(void)mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	(void)mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &read_s);
	(void)mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &write_s);
	(void)mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

/* READ COMMITTED: no gap locks, so that inserts at the end of an index do not block each other. */
static unsigned
set_session(struct rq *rq)
{
	const struct conf *conf = rq->db->conf;
	char sql[600];
	int64_t most_s = conf->db_read_timeout_s > 1 ? conf->db_read_timeout_s - 1 : 0;

	(void)snprintf(
	    sql, sizeof(sql),
	    "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,"
	    "NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION', "
	    "tx_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 5, lock_wait_timeout = 5, "
	    "idle_transaction_timeout = 10, wait_timeout = 600, max_statement_time = %lld",
	    (long long)most_s);
	if (conf->db_read_timeout_s == 0 || most_s > 60) /* commands: long DDL and bulk loads */
		(void)strncat(sql, ", idle_transaction_timeout = 600, lock_wait_timeout = 60",
		              sizeof(sql) - strlen(sql) - 1);
	return db_round_trip(rq, sql);
}

/*
 * A machine that was cut off acknowledges nothing, a slow one does: so a connection to the former
 * ends after the time that connecting may take, in use and idle, and not only when a statement has
 * waited for its answer.
 */
static void
end_when_unreachable(MYSQL *my, const struct conf *conf)
{
	const int fd = (int)mysql_get_socket(my), on = 1, every_s = 1;
	const int most_s = (int)conf->db_connect_timeout_s;
	const unsigned most_ms = (unsigned)most_s * 1000;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &most_ms, sizeof(most_ms));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &every_s, sizeof(every_s));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof(every_s));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &most_s, sizeof(most_s));
}

/* One host; NULL host: the socket.  0 or the MariaDB error number. */
static unsigned
connect_to(struct rq *rq, const char *host, unsigned port, const char *password)
{
	struct db *db = rq->db;
	const struct conf *conf = db->conf;
	const char *socket_path = host ? NULL : conf->db_socket;
	unsigned error = 0;

	db->my = mysql_init(NULL);
	if (!db->my)
		log_die("memory", "no memory for a connection");
	set_options(db->my, rq, conf);
	if (!mysql_real_connect(db->my, host, conf->db_user[0] ? conf->db_user : NULL, password,
	                        conf->db_name, port, socket_path, CLIENT_FOUND_ROWS))
		error = mysql_errno(db->my);
	else
		error = set_session(rq);
	if (!error && host)
		end_when_unreachable(db->my, conf);
	if (error) {
		problem_internal(&rq->problem, "connect %s: %u %s", host ? host : socket_path,
		                 error, mysql_error(db->my));
		db->last_error = error;
		db_disconnect(db);
	}
	return error;
}

/* Entry `at` of the list; false: there is none, or it is no host. */
static bool
host_at(const struct conf *conf, size_t at, char host[HOST_BYTES], int64_t *ret_port)
{
	struct str rest = str_of(conf->db_hosts), one = { 0 }, name;

	for (size_t i = 0; i <= at; i++) {
		if (!str_split(&rest, ',', &one))
			return false;
	}
	one = str_trim(one);
	*ret_port = DEFAULT_PORT;
	if (!str_split(&one, ':', &name) || name.n == 0 || name.n >= HOST_BYTES ||
	    (one.s && !str_int64(one, ret_port)))
		return false;
	memcpy(host, name.s, name.n);
	host[name.n] = '\0';
	return true;
}

static size_t
hosts_count(const struct conf *conf)
{
	struct str rest = str_of(conf->db_hosts), one;
	size_t n = 0;

	while (str_split(&rest, ',', &one))
		n++;
	return n;
}

/*
 * Galera: a node outside the majority, or one that is catching up, lets a client in and refuses
 * its statements (1047); on the others a statement first waits for what was committed elsewhere.
 */
static unsigned
check_node(struct rq *rq, const char *host)
{
	struct db *db = rq->db;
	char sql[80];
	unsigned error;

	(void)snprintf(sql, sizeof(sql), "SET wsrep_sync_wait = %d", (int)db->conf->db_sync_wait);
	error = db_round_trip(rq, sql);
	if (!error)
		error = db_round_trip(rq, "DO 1");
	if (error) {
		problem_internal(&rq->problem, "connect %s: %u %s", host, error,
		                 mysql_error(db->my));
		db->last_error = error;
		db_disconnect(db);
	}
	return error;
}

static bool
has_hosts(const struct db *db)
{
	return db->conf->db_socket[0] == '\0';
}

void
db_leave_host(struct db *db)
{
	db_disconnect(db);
	if (!has_hosts(db))
		return;
	atomic_store(&failed_us[db->host % HOSTS_MAX], clock_monotonic_us());
	db->host++;
}

static bool
was_left(const struct db *db)
{
	return has_hosts(db) && db->made_us < atomic_load(&failed_us[db->host % HOSTS_MAX]);
}

/* From the host on that answered last; the one that failed is tried after the others. */
static unsigned
connect_hosts(struct rq *rq, const char *password)
{
	struct db *db = rq->db;
	const size_t n = hosts_count(db->conf);
	unsigned error = 1;

	db->host = n ? db->host % n : 0;
	for (size_t i = 0; error && i < n && (i == 0 || db_time_left(rq) > 0); i++) {
		char host[HOST_BYTES];
		int64_t port;

		if (host_at(db->conf, db->host, host, &port)) {
			error = connect_to(rq, host, (unsigned)port, password);
			if (!error && n > 1)
				error = check_node(rq, host);
		}
		if (error)
			db->host = (db->host + 1) % n;
	}
	return error;
}

static unsigned
connect_any(struct rq *rq)
{
	const struct conf *conf = rq->db->conf;
	char password[PASSWORD_BYTES] = "";
	char err[200];
	unsigned error;

	if (conf->db_password_file[0] &&
	    !conf_secret(conf->db_password_file, password, sizeof(password), err, sizeof(err))) {
		problem_internal(&rq->problem, "%s", err);
		return 1;
	}
	if (conf->db_socket[0])
		error = connect_to(rq, NULL, 0, password[0] ? password : NULL);
	else
		error = connect_hosts(rq, password[0] ? password : NULL);
	secret_wipe(password, sizeof(password));
	return error;
}

enum fault
db_connect(struct rq *rq)
{
	struct db *db = rq->db;
	enum fault e;

	if (db->my)
		return FAULT_NONE;
	if (clock_monotonic_us() < db->retry_us) {
		problem_internal(&rq->problem, "the database refused a moment ago");
		return db_busy(rq);
	}
	if (connect_any(rq)) {
		unsigned doublings =
		    db->refused < BACK_OFF_DOUBLINGS ? db->refused : BACK_OFF_DOUBLINGS;

		db->refused++;
		db->retry_us = clock_monotonic_us() + ((int64_t)BACK_OFF_MS << doublings) * 1000;
		return db_busy(rq);
	}
	metrics_add(rq->shared ? rq->shared->metrics : NULL, METRIC_DB_CONNECTS, 1);
	db->refused = 0;
	db->retry_us = 0;
	db->used_us = db->made_us = clock_monotonic_us();
	if (db->check_used || atomic_load(&fitted) == db->tables)
		return FAULT_NONE;
	e = db_check_all(rq);
	if (e)
		db_disconnect(db);
	else
		atomic_store(&fitted, db->tables);
	return e;
}

/* A server that speaks unasked has closed the connection. */
static bool
was_closed(struct db *db)
{
	struct pollfd p = { .fd = mysql_get_socket(db->my), .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

enum fault
db_ready_to_begin(struct rq *rq)
{
	struct db *db = rq->db;
	int64_t now = clock_monotonic_us();

	if (db->streaming) {
		problem_internal(&rq->problem, "a statement while rows are streamed");
		return db_internal(rq);
	}
	if (db->in_tx)
		return db->tx_broken ? FAULT_RESTART : FAULT_NONE;
	if (db->my && was_left(db)) {
		db_disconnect(db);
		db->host++;
	}
	if (db->my && now - db->used_us > IDLE_CHECK_US && was_closed(db))
		db_disconnect(db);
	db->used_us = now;
	return db_connect(rq);
}

enum fault
db_ready(struct rq *rq)
{
	enum fault e = db_ready_to_begin(rq);

	if (e || !rq->db->chained)
		return e;
	/* Whatever is asked now is no part of it. */
	rq->db->chained = false;
	if (db_round_trip(rq, "ROLLBACK") == 0)
		return FAULT_NONE;
	db_disconnect(rq->db);
	return db_ready_to_begin(rq);
}
