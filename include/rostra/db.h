/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.h - MariaDB for features: statements declared in const tables with typed columns, prepared
 * when a thread connects; one connection a thread.  src/db alone includes mysql.h.
 */
#ifndef ROSTRA_DB_H
#define ROSTRA_DB_H

#include "rostra/json.h"
#include "rostra/rq.h"

enum db_type {
	DB_INT,    /* int64_t; J_NO_INT is NULL */
	DB_UINT,   /* uint64_t for BIGINT UNSIGNED past 2^63; never NULL */
	DB_BOOL,   /* bool */
	DB_STR,    /* const char *; NULL is NULL */
	DB_VIEW,   /* struct str; s == NULL is NULL.  Text or blob */
	DB_UUID,   /* struct uuid; zero is NULL */
	DB_TIME,   /* int64_t us <-> DATETIME(6) UTC; TIME_NONE is NULL */
	DB_ENUM,   /* int index into names <-> the word; -1 is NULL */
	DB_SET,    /* uint32_t mask <-> INT UNSIGNED */
	DB_BYTES,  /* unsigned char[size], at most 48; never NULL (a NULL column reads as zeros) */
	DB_DOUBLE, /* double */
};

struct db_col {
	const char *name;
	enum db_type type;
	uint32_t off;
	uint32_t size;            /* DB_BYTES */
	const char *const *names; /* DB_ENUM; ends with NULL */
};

/* clang-format off */
#define DB_COL_I64(T, m)       { .name = #m, .type = DB_INT, .off = J_OFF(T, m, int64_t) }
#define DB_COL_U64(T, m)       { .name = #m, .type = DB_UINT, .off = J_OFF(T, m, uint64_t) }
#define DB_COL_BOOL(T, m)      { .name = #m, .type = DB_BOOL, .off = J_OFF(T, m, bool) }
#define DB_COL_STR(T, m)       { .name = #m, .type = DB_STR, .off = J_OFF(T, m, const char *) }
#define DB_COL_VIEW(T, m)      { .name = #m, .type = DB_VIEW, .off = J_OFF(T, m, struct str) }
#define DB_COL_UUID(T, m)      { .name = #m, .type = DB_UUID, .off = J_OFF(T, m, struct uuid) }
#define DB_COL_TIME(T, m)      { .name = #m, .type = DB_TIME, .off = J_OFF(T, m, int64_t) }
#define DB_COL_ENUM(T, m, nm)  { .name = #m, .type = DB_ENUM, .off = J_OFF(T, m, int), .names = (nm) }
#define DB_COL_SET(T, m)       { .name = #m, .type = DB_SET, .off = J_OFF(T, m, uint32_t) }
#define DB_COL_BYTES(T, m)     { .name = #m, .type = DB_BYTES, .off = (uint32_t)offsetof(T, m), .size = sizeof(((T *)0)->m) }
#define DB_COL_DOUBLE(T, m)    { .name = #m, .type = DB_DOUBLE, .off = J_OFF(T, m, double) }
/* clang-format on */

/*
 * A statement: parameters in the order of its question marks, columns in the order of its select
 * list (both counts are checked against the server when it is prepared).  Every SELECT, UPDATE and
 * DELETE names company_id = ? or carries the comment "all companies: why" in its text; a guard test
 * checks it.
 */
struct db_stmt {
	const char *name; /* "share_insert": metrics, logs */
	const char *sql;
	const struct db_col *in;
	size_t n_in;
	const struct db_col *out;
	size_t n_out;
};
/*
 * Statements have a fixed number of parameters: sixteen at once are named by an array, from i on; for fewer the last
 * one is named again.  COL: DB_COL_UUID or another of two arguments.
 */
#define DB_COL_4(COL, T, m, i)  COL(T, m[i]), COL(T, m[(i) + 1]), COL(T, m[(i) + 2]), COL(T, m[(i) + 3])
#define DB_COL_16(COL, T, m, i) \
	DB_COL_4(COL, T, m, i), DB_COL_4(COL, T, m, (i) + 4), DB_COL_4(COL, T, m, (i) + 8), DB_COL_4(COL, T, m, (i) + 12)
#define DB_MARKS_16             "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
#define DB_AMONG_16             " IN (" DB_MARKS_16 ")"

/* A parameter beside a column of ASCII, which MariaDB compares with no other text: what is none is "?" for each
 * character, and so no word of ours. */
#define DB_ASCII "CONVERT(? USING ascii)"
#define DB_IN(t) .in = (t), .n_in = sizeof(t) / sizeof((t)[0])
#define DB_OUT(t) .out = (t), .n_out = sizeof(t) / sizeof((t)[0])

/* All statements of one feature; app/routes.c lists them all. */
struct db_stmt_table {
	const char *feature;
	const struct db_stmt *rows;
	size_t n;
};
#define DB_STMTS(feature, t)                                                                       \
	{                                                                                          \
		(feature), (t), sizeof(t) / sizeof((t)[0])                                         \
	}

struct db;

/*
 * A handle that connects when first used (or by db_connect).  At the first connection that a
 * process makes for these tables every statement of them is prepared and checked; the tables must
 * outlive it.
 */
struct db *db_create(const struct conf *conf, const struct db_stmt_table *tables, size_t n_tables);
/* For a command that runs two statements of hundreds: each is checked when it is first used. */
void db_check_used(struct db *db);
void db_destroy(struct db **db);
/*
 * Who does at once what many want (combine.h) does it on one connection of the process, unless
 * somebody else has it just now: what the server keeps of a connection is still in the caches of
 * the cores, where with a connection for each thread it hardly ever is.  Outside transactions.
 * only_tx: what is done are transactions and hardly anything else; under load each then begins with
 * the commit of the last.  Begin gives the caller's own handle, for end.
 */
struct db *db_warm_begin(struct rq *rq, bool only_tx);
void db_warm_end(struct rq *rq, struct db *own);
/* Connects now; BUSY when no server answers, INTERNAL when a statement does not fit the schema
 * (problem says which). */
enum fault db_connect(struct rq *rq) MUST_CHECK;
bool db_is_up(const struct db *db); /* connected at the last use */
/* Prepared statements that the connections of this process hold: at most those of its tables for each. */
size_t db_statements_held(void);

/*
 * Running one.  in: the struct its parameters are read from (NULL when it has none); out: the
 * struct a row is written to; strings and blobs of a row live in the arena.  A lost connection
 * outside a transaction is re-made and a SELECT is repeated once; a write outside a transaction is
 * not repeated: UNKNOWN_OUTCOME. A duplicate key of a statement other than db_insert: CONFLICT,
 * without text. The server ends a statement a second before the read timeout; one that may run
 * longer says so in its text: "SET STATEMENT max_statement_time = 60 FOR SELECT ...".
 */
enum fault db_one(struct rq *rq, const struct db_stmt *s, const void *in,
                  void *out) MUST_CHECK; /* no row: NOT_FOUND, without text */
enum fault db_maybe(struct rq *rq, const struct db_stmt *s, const void *in, void *out,
                    bool *ret_found) MUST_CHECK;
/* Affected rows are those found, not those changed (CLIENT_FOUND_ROWS); NULL when not wanted. */
enum fault db_exec(struct rq *rq, const struct db_stmt *s, const void *in,
                   uint64_t *ret_affected) MUST_CHECK;
/* An INSERT; a duplicate key is an answer, not a failure. */
enum fault db_insert(struct rq *rq, const struct db_stmt *s, const void *in,
                     bool *ret_duplicate) MUST_CHECK;
/*
 * Each row into out, then fn; a fault of fn ends it and is answered.  Rows stream from the server:
 * memory does not grow with their number when fn resets nothing it needs (db_each_scratch), and fn
 * must not run another statement.
 */
typedef enum fault db_row_fn(struct rq *rq, void *row, void *arg);
enum fault db_each(struct rq *rq, const struct db_stmt *s, const void *in, void *out, db_row_fn *fn,
                   void *arg) MUST_CHECK;
/* As db_each, but the strings of a row live only until fn returns: for results without bound (CSV,
 * reports). */
enum fault db_each_scratch(struct rq *rq, const struct db_stmt *s, const void *in, void *out,
                           db_row_fn *fn, void *arg) MUST_CHECK;
/* The same INSERT for n structs, `stride` bytes apart, in one round trip (array binding). */
enum fault db_bulk(struct rq *rq, const struct db_stmt *s, const void *rows, size_t stride,
                   size_t n, uint64_t *ret_affected) MUST_CHECK;

/*
 * Runs body in a transaction.  body may run again (1213, 1205, 1020, 1047, 2006, 2013: at most
 * three times within the deadline), so it only reads arg until its last statement, and passes every
 * fault on.  Any fault rolls back. Inside another db_tx it joins it.  A COMMIT whose answer was
 * lost: UNKNOWN_OUTCOME.
 */
typedef enum fault db_body_fn(struct rq *rq, void *arg);
enum fault db_tx(struct rq *rq, db_body_fn *body, void *arg) MUST_CHECK;
bool db_in_tx(const struct rq *rq);
/*
 * What a transaction does last, before its commit, once however often it is asked for: a counter in a row that many
 * transactions change is held for no longer than that.  Outside of a transaction: now.  A transaction that starts again
 * or rolls back has forgotten it.
 */
typedef enum fault db_last_fn(struct rq *rq, struct uuid company);
enum fault db_tx_last(struct rq *rq, db_last_fn *fn, struct uuid company) MUST_CHECK;
/*
 * A transaction without a read between its writes, in one round trip.  The text of s is
 * DB_WHOLE_TX("INSERT ...; UPDATE ..."), its parameters those of all its statements in their order.
 * All or nothing: any error rolls back; what db_tx starts again is started again.  A duplicate key
 * is an answer.  A lost answer: UNKNOWN_OUTCOME.  Not inside a db_tx, which it would commit: there
 * it is INTERNAL, and nothing is sent.
 */
#define DB_WHOLE_TX(statements) "BEGIN NOT ATOMIC START TRANSACTION; " statements "; COMMIT; END"
enum fault db_whole_tx(struct rq *rq, const struct db_stmt *s, const void *in,
                       bool *ret_duplicate) MUST_CHECK;
/* As db_tx, but read-only and all of body sees the rows of one moment (db_tx reads what is
 * committed: READ COMMITTED). */
enum fault db_snapshot(struct rq *rq, db_body_fn *body, void *arg) MUST_CHECK;

/* Text that is not a registered statement: migrations, administration, partitions.  Never on a
 * request path. */
enum fault db_run_text(struct rq *rq, const char *sql) MUST_CHECK;
/* As db_run_text, but each row's columns as text (NULL for SQL NULL). */
typedef enum fault db_text_fn(struct rq *rq, const struct str *cells, size_t n, void *arg);
enum fault db_query_text(struct rq *rq, const char *sql, db_text_fn *fn, void *arg) MUST_CHECK;
/* The MariaDB error number of the last failure of this handle, 0 none. */
unsigned db_last_error(const struct db *db);

#endif
