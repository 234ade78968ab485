/* SPDX-License-Identifier: Apache-2.0 */
/* stmt.c - registered statements: checked when a thread connects, prepared once a connection, run
 * with typed structs. */
#include <stdatomic.h>
#include <string.h>

#include "rostra/log.h"

#include "db_int.h"

/* A result that nobody wants any more is read to its end up to so many rows; past them a new
 * connection is cheaper. */
enum { DRAIN_ROWS_MAX = 1000, ROW_ARENA_BYTES = 8192 };

static _Atomic size_t held; /* by all connections of the process */

/* --- preparing
 * --------------------------------------------------------------------------------------------- */

static enum fault
misfit(struct rq *rq, const struct db_stmt *s, const char *what, size_t declared, size_t found)
{
	problem_internal(&rq->problem, "statement %s: %zu %s declared, %zu found", s->name,
	                 declared, what, found);
	return rq_fail(rq, FAULT_INTERNAL, "Statement %s does not fit the schema.", s->name);
}

static enum fault
check_columns(struct rq *rq, const struct db_stmt *s, MYSQL_STMT *h)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(h);
	MYSQL_FIELD *fields;
	enum fault e = FAULT_NONE;

	if (!meta)
		return s->n_out ? misfit(rq, s, "columns", s->n_out, 0) : FAULT_NONE;
	fields = mysql_fetch_fields(meta);
	for (size_t i = 0; i < s->n_out && !e; i++) {
		if (db_column_fits(&s->out[i], fields[i].type))
			continue;
		problem_internal(&rq->problem, "statement %s: column %s has type %d", s->name,
		                 s->out[i].name, (int)fields[i].type);
		e = rq_fail(rq, FAULT_INTERNAL, "Statement %s does not fit the schema.", s->name);
	}
	mysql_free_result(meta);
	return e;
}

static enum fault
check_shape(struct rq *rq, const struct db_stmt *s, MYSQL_STMT *h)
{
	size_t n_in = (size_t)mysql_stmt_param_count(h);
	size_t n_out = (size_t)mysql_stmt_field_count(h);

	if (n_in != s->n_in || n_in > DB_PARAMS_MAX)
		return misfit(rq, s, "parameters", s->n_in, n_in);
	if (n_out != s->n_out || n_out > DB_COLUMNS_MAX)
		return misfit(rq, s, "columns", s->n_out, n_out);
	return check_columns(rq, s, h);
}

/* A new handle in *ret, whatever is answered: the caller closes it. */
static enum fault
prepare_one(struct rq *rq, const struct db_stmt *s, MYSQL_STMT **ret)
{
	struct db *db = rq->db;
	MYSQL_STMT *h = mysql_stmt_init(db->my);
	int64_t began = clock_monotonic_us();
	unsigned number = 0;
	enum db_verdict v;

	if (!h)
		log_die("memory", "no memory for a statement");
	*ret = h;
	if (mysql_stmt_prepare(h, s->sql, (unsigned long)strlen(s->sql)) != 0)
		number = mysql_stmt_errno(h);
	rq->stats.db_us += clock_monotonic_us() - began;
	if (!number)
		return check_shape(rq, s, h);
	v = db_note(rq, s->name, number, mysql_stmt_error(h));
	if (v == DB_V_BUG)
		return rq_fail(rq, FAULT_INTERNAL, "Statement %s does not fit the schema.",
		               s->name);
	return db_fault(rq, v, true);
}

/* Handles cost some 10 KB each, so a thread keeps those it uses; that all fit the schema is seen
 * here, first. */
enum fault
db_check_all(struct rq *rq)
{
	struct db *db = rq->db;

	for (size_t r = 0; r < db->n_ranges; r++) {
		for (size_t i = 0; i < db->ranges[r].n; i++) {
			MYSQL_STMT *h = NULL;
			enum fault e = prepare_one(rq, &db->ranges[r].first[i], &h);

			(void)mysql_stmt_close(h);
			if (e)
				return e;
		}
	}
	return FAULT_NONE;
}

/* The place of its handle; NULL: not of these tables. */
static MYSQL_STMT **
place_of(struct db *db, const struct db_stmt *s)
{
	for (size_t r = 0; r < db->n_ranges; r++) {
		uintptr_t first = (uintptr_t)db->ranges[r].first;
		uintptr_t at = (uintptr_t)s;

		if (at >= first && at < first + db->ranges[r].n * sizeof(*s))
			return &db->handles[db->ranges[r].base + (at - first) / sizeof(*s)];
	}
	return NULL;
}

enum fault
db_handle(struct rq *rq, const struct db_stmt *s, MYSQL_STMT **ret)
{
	struct db *db = rq->db;
	MYSQL_STMT **place = place_of(db, s);
	MYSQL_STMT *h = NULL;
	enum fault e;

	if (!place) {
		problem_internal(&rq->problem, "statement %s is not registered", s->name);
		return db_internal(rq);
	}
	if (*place) {
		*ret = *place;
		return FAULT_NONE;
	}
	e = prepare_one(rq, s, &h);
	if (!e && s->n_out > 0) {
		db_bind_out(db, s, db->params);
		e = mysql_stmt_bind_result(h, db->params) ? db_internal(rq) : FAULT_NONE;
	}
	if (e) {
		(void)mysql_stmt_close(h);
		return e;
	}
	*place = *ret = h;
	atomic_fetch_add_explicit(&held, 1, memory_order_relaxed);
	return FAULT_NONE;
}

void
db_handles_close(struct db *db)
{
	for (size_t i = 0; i < db->n_handles; i++) {
		if (!db->handles[i])
			continue;
		(void)mysql_stmt_close(db->handles[i]);
		db->handles[i] = NULL;
		atomic_fetch_sub_explicit(&held, 1, memory_order_relaxed);
	}
}

size_t
db_statements_held(void)
{
	return atomic_load_explicit(&held, memory_order_relaxed);
}

/* --- running
 * ------------------------------------------------------------------------------------------------
 */

/* It has rows and is no INSERT or DELETE ... RETURNING. */
static bool
reads_only(const struct db_stmt *s)
{
	struct str sql = str_of(s->sql);

	return s->n_out > 0 && !str_starts(sql, STR("INSERT")) && !str_starts(sql, STR("DELETE")) &&
	       !str_starts(sql, STR("REPLACE"));
}

unsigned
db_execute(struct rq *rq, const struct db_stmt *s, MYSQL_STMT *h, const void *in,
           enum db_verdict *ret_verdict)
{
	const enum phase was = phase_enter(rq, PHASE_STATEMENTS);
	int64_t began = clock_monotonic_us();
	unsigned number = 0;

	db_bind_in(rq->db, s, in);
	if ((s->n_in > 0 && mysql_stmt_bind_param(h, rq->db->params)) || mysql_stmt_execute(h))
		number = mysql_stmt_errno(h);
	rq->stats.queries++;
	rq->stats.db_us += clock_monotonic_us() - began;
	(void)phase_enter(rq, was);
	if (number)
		*ret_verdict = db_note(rq, s->name, number, mysql_stmt_error(h));
	return number;
}

/*
 * Runs it and answers the handle.  Outside a transaction a statement that the server took back is
 * repeated, after a lost connection only a SELECT.
 */
static enum fault
execute(struct rq *rq, const struct db_stmt *s, const void *in, MYSQL_STMT **ret)
{
	for (int attempt = 0;; attempt++) {
		enum fault e = db_ready(rq);
		enum db_verdict v = DB_V_BUG;
		MYSQL_STMT *h = NULL;
		bool repeatable;

		if (e)
			return e;
		e = db_handle(rq, s, &h);
		if (e)
			return e;
		if (db_execute(rq, s, h, in, &v) == 0) {
			*ret = h;
			return FAULT_NONE;
		}
		repeatable = v == DB_V_AGAIN || (v == DB_V_DEAD && reads_only(s));
		if (rq->db->in_tx || !repeatable || attempt >= (v == DB_V_AGAIN ? 3 : 1))
			return db_fault(rq, v, reads_only(s));
		if (!db_pause(rq, 1, 20))
			return db_busy(rq);
	}
}

/* MYSQL_NO_DATA, 0, or -1 when the stream broke (the fault is in *ret). */
static int
fetch(struct rq *rq, const struct db_stmt *s, MYSQL_STMT *h, enum fault *ret)
{
	const enum phase was = phase_enter(rq, PHASE_STATEMENTS);
	int64_t began = clock_monotonic_us();
	int r = mysql_stmt_fetch(h);
	enum db_verdict v;

	rq->stats.db_us += clock_monotonic_us() - began;
	(void)phase_enter(rq, was);
	if (r == MYSQL_NO_DATA)
		return MYSQL_NO_DATA;
	if (r == 0 ||
	    r == MYSQL_DATA_TRUNCATED) { /* strings are bound without room: always "truncated" */
		rq->stats.rows++;
		return 0;
	}
	/* A stream that breaks leaves its reason on the connection, not on the statement. */
	v = mysql_stmt_errno(h)
	        ? db_note(rq, s->name, mysql_stmt_errno(h), mysql_stmt_error(h))
	        : db_note(rq, s->name, mysql_errno(rq->db->my), mysql_error(rq->db->my));
	*ret = db_fault(rq, v, reads_only(s));
	return -1;
}

/* Ends a result; what is left on the wire is read away, or the connection is given up when that is
 * much. */
static void
finish(struct db *db, MYSQL_STMT *h)
{
	int left = 0;

	db->streaming = false;
	if (!db->my)
		return; /* closed when the stream broke, and the handle with it */
	while (left < DRAIN_ROWS_MAX && mysql_stmt_fetch(h) != MYSQL_NO_DATA) {
		if (mysql_stmt_errno(h) != 0)
			break;
		left++;
	}
	if (left < DRAIN_ROWS_MAX) {
		(void)mysql_stmt_free_result(h);
		return;
	}
	db->tx_broken = db->in_tx;
	db_disconnect(db);
}

enum fault
db_maybe(struct rq *rq, const struct db_stmt *s, const void *in, void *out, bool *ret_found)
{
	MYSQL_STMT *h = NULL;
	enum fault e = execute(rq, s, in, &h);
	int r;

	if (e)
		return e;
	r = fetch(rq, s, h, &e);
	if (r == 0)
		e = db_row_out(rq, s, h, rq->arena, out);
	if (r != MYSQL_NO_DATA)
		finish(rq->db, h);
	else
		(void)mysql_stmt_free_result(h);
	if (e)
		return e;
	*ret_found = r == 0;
	return FAULT_NONE;
}

enum fault
db_one(struct rq *rq, const struct db_stmt *s, const void *in, void *out)
{
	bool found = false;
	enum fault e = db_maybe(rq, s, in, out, &found);

	if (e)
		return e;
	return found ? FAULT_NONE : FAULT_NOT_FOUND;
}

enum fault
db_exec(struct rq *rq, const struct db_stmt *s, const void *in, uint64_t *ret_affected)
{
	MYSQL_STMT *h = NULL;
	enum fault e = execute(rq, s, in, &h);

	if (e)
		return e;
	if (ret_affected)
		*ret_affected = mysql_stmt_affected_rows(h);
	if (s->n_out > 0)
		finish(rq->db, h);
	return FAULT_NONE;
}

enum fault
db_insert(struct rq *rq, const struct db_stmt *s, const void *in, bool *ret_duplicate)
{
	enum fault e = db_exec(rq, s, in, NULL);

	if (e && e != FAULT_CONFLICT)
		return e;
	*ret_duplicate = e == FAULT_CONFLICT;
	return FAULT_NONE;
}

/* What happens with each row. */
struct sink {
	struct arena *strings;
	void *out;
	db_row_fn *fn;
	void *arg;
};

static enum fault
each(struct rq *rq, const struct db_stmt *s, MYSQL_STMT *h, const struct sink *to)
{
	enum fault e = FAULT_NONE;

	while (!e && fetch(rq, s, h, &e) == 0) {
		e = db_row_out(rq, s, h, to->strings, to->out);
		if (!e)
			e = to->fn(rq, to->out, to->arg);
		if (to->strings != rq->arena)
			arena_reset(to->strings);
	}
	return e;
}

static enum fault
run_each(struct rq *rq, const struct db_stmt *s, const void *in, const struct sink *to)
{
	MYSQL_STMT *h = NULL;
	enum fault e = execute(rq, s, in, &h);

	if (e)
		return e;
	rq->db->streaming = true;
	e = each(rq, s, h, to);
	finish(rq->db, h);
	return e;
}

enum fault
db_each(struct rq *rq, const struct db_stmt *s, const void *in, void *out, db_row_fn *fn, void *arg)
{
	const struct sink to = { rq->arena, out, fn, arg };

	return run_each(rq, s, in, &to);
}

enum fault
db_each_scratch(struct rq *rq, const struct db_stmt *s, const void *in, void *out, db_row_fn *fn,
                void *arg)
{
	struct sink to = { rq->db->row, out, fn, arg };

	if (!to.strings)
		to.strings = rq->db->row = arena_create(ROW_ARENA_BYTES);
	return run_each(rq, s, in, &to);
}
