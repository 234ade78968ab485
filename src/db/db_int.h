/* SPDX-License-Identifier: Apache-2.0 */
/* db_int.h - between the files of db. */
#ifndef ROSTRA_DB_INT_H
#define ROSTRA_DB_INT_H

#include <mysql.h>

#include "rostra/conf.h"
#include "rostra/db.h"
#include "rostra/phase.h"

/* DB_CELL_BYTES: a UUID as text, any enum word, a digest. */
enum { DB_PARAMS_MAX = 64, DB_COLUMNS_MAX = 64, DB_CELL_BYTES = 48 };

/* A value on its way: what fits is bound here once and for all, longer ones are fetched by length.
 */
union db_cell {
	long long i;
	double d;
	MYSQL_TIME t;
	char text[DB_CELL_BYTES];
};

/* What an error number means. */
enum db_verdict {
	DB_V_DUPLICATE, /* 1062: an answer */
	DB_V_AGAIN,     /* rolled back by the server: start again */
	DB_V_DEAD,      /* the connection is of no use any more; the outcome is unknown */
	DB_V_BUSY,      /* the server had no time */
	DB_V_BUG,       /* the statement, the schema or the data is wrong */
};

/* The statements of one table: where their handles begin in db.handles. */
struct db_range {
	const struct db_stmt *first;
	size_t n;
	size_t base;
};

/* What is done before the commit (db_tx_last). */
enum { DB_LAST_MAX = 8 };
struct db_last {
	db_last_fn *fn;
	struct uuid company;
};

struct db {
	const struct conf *conf;
	MYSQL *my; /* NULL: not connected */
	MYSQL_STMT **handles;
	size_t n_handles;
	struct db_range *ranges;
	size_t n_ranges;
	const void *tables; /* as given: what fitted once is remembered by them */
	bool check_used;    /* each statement when it is used, not all of them first */
	bool in_tx;
	bool tx_broken; /* the server rolled it back, or the connection is gone */
	bool streaming; /* rows of a result are still on the wire */
	int at_once;    /* uses for many since the last pause */
	bool chains;    /* a commit begins the next transaction, too: there is hardly a pause */
	bool chained;   /* that one is open, and nothing was done in it */
	struct db_last last[DB_LAST_MAX];
	size_t n_last;
	unsigned last_error;
	size_t host;       /* of db_hosts: of this connection, or where the next one begins */
	int64_t made_us;   /* monotonic; this connection */
	unsigned refused;  /* connects refused in a row */
	int64_t retry_us;  /* monotonic; no connect is tried before it */
	int64_t used_us;   /* monotonic; last use */
	struct arena *row; /* strings of a row in db_each_scratch */
	char *bulk;        /* columns of a bulk insert */
	size_t bulk_room;
	union db_cell in[DB_PARAMS_MAX];
	MYSQL_BIND params[DB_PARAMS_MAX];
	unsigned long in_length[DB_PARAMS_MAX];
	union db_cell out[DB_COLUMNS_MAX];
	unsigned long out_length[DB_COLUMNS_MAX];
	my_bool out_null[DB_COLUMNS_MAX];
	my_bool out_cut[DB_COLUMNS_MAX];
};

/* --- conn.c --- */
/* A connection that was alive a moment ago, or a new one; BUSY within the deadline. */
enum fault db_ready(struct rq *rq) MUST_CHECK;
/* The same for a transaction, which may go on from a chained one (db.chained). */
enum fault db_ready_to_begin(struct rq *rq) MUST_CHECK;
void db_disconnect(struct db *db);
/* Its connection failed: the next one begins with the next host, for the process's other threads,
 * too. */
void db_leave_host(struct db *db);

/* --- stmt.c --- */
/* Every statement of the handle's tables fits the schema; INTERNAL names the first that does not.
 */
enum fault db_check_all(struct rq *rq) MUST_CHECK;
/* The prepared statement, made at its first use on this connection. */
enum fault db_handle(struct rq *rq, const struct db_stmt *s, MYSQL_STMT **ret) MUST_CHECK;
/* All that were made, when the connection ends. */
void db_handles_close(struct db *db);
/* One execution; 0, or the error number noted as *ret_verdict. */
unsigned db_execute(struct rq *rq, const struct db_stmt *s, MYSQL_STMT *h, const void *in,
                    enum db_verdict *ret_verdict);

/* --- bind.c --- */
/* One parameter on its way; bind is zeroed by the caller and refers to cell and length. */
struct db_slot {
	MYSQL_BIND *bind;
	union db_cell *cell;
	unsigned long *length;
};
void db_bind_one(struct db_slot s, const struct db_col *col, const void *in);
void db_bind_in(struct db *db, const struct db_stmt *s, const void *in);
void db_bind_out(struct db *db, const struct db_stmt *s, MYSQL_BIND *out);
bool db_column_fits(const struct db_col *col, enum enum_field_types type);
/* The fetched row into out; strings into the arena. */
enum fault db_row_out(struct rq *rq, const struct db_stmt *s, MYSQL_STMT *h, struct arena *a,
                      void *out) MUST_CHECK;

/* --- faults.c --- */
/* Notes a failed statement: counters, cause for the log, a broken transaction.  Closes a dead
 * connection. */
enum db_verdict db_note(struct rq *rq, const char *what, unsigned mariadb_error, const char *text);
enum fault db_busy(struct rq *rq);     /* 503 with Retry-After */
enum fault db_internal(struct rq *rq); /* 500; the cause is noted already */
/* What a statement of that verdict answers; repeatable: nothing can have happened twice. */
enum fault db_fault(struct rq *rq, enum db_verdict v, bool repeatable);

/* Microseconds until the deadline; INT64_MAX without one. */
int64_t db_time_left(const struct rq *rq);
/* Sleeps between least and most milliseconds; false when the deadline comes first. */
bool db_pause(const struct rq *rq, unsigned least_ms, unsigned most_ms);

/* --- tx.c --- */
/* One round trip of plain SQL, counted; 0 or the MariaDB error number. */
unsigned db_round_trip(struct rq *rq, const char *sql);

#endif
