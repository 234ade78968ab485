/* SPDX-License-Identifier: Apache-2.0 */
/* test_warm.c - the connection of whoever works for many. */
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "rostra/shared.h"

#include "dbtest.h"

struct row {
	int64_t id, n;
};
/* clang-format off */
static const struct db_col add_in[] = { DB_COL_I64(struct row, n) };
static const struct db_col n_col[] = { DB_COL_I64(struct row, n) };
enum { Q_ADD, Q_NUMBER, Q__MAX };
static const struct db_stmt rows[Q__MAX] = {
	[Q_ADD] = { .name = "add", .sql = "UPDATE warm SET n = n + ? WHERE id = 1", DB_IN(add_in) },
	[Q_NUMBER] = { .name = "connection", .sql = "SELECT CONNECTION_ID()", DB_OUT(n_col) },
};
/* clang-format on */
static const struct db_stmt_table tables[] = { DB_STMTS("test", rows) };

/* One who works for many, one who looks on. */
struct pair {
	struct unit a, other;
	struct shared shared;
	struct db *own, *warm;
};

static int
open_pair(void **state)
{
	static struct pair p;

	unit_open(&p.other, NULL, 0);
	unit_text(&p.other,
	          "CREATE OR REPLACE TABLE warm (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)"
	          " ENGINE=InnoDB");
	unit_text(&p.other, "INSERT INTO warm VALUES (1, 0)");
	unit_open(&p.a, tables, 1);
	p.own = p.a.rq.db;
	p.warm = db_create(&p.a.conf, tables, 1);
	p.a.rq.shared = &p.shared;
	*state = &p;
	return 0;
}

static int
close_pair(void **state)
{
	struct pair *p = *state;

	p->a.rq.shared = NULL;
	db_destroy(&p->warm);
	unit_close(&p->a);
	unit_close(&p->other);
	return 0;
}

static int64_t
connection_of(struct rq *rq)
{
	struct row r = { .n = -1 };

	assert_fault(db_one(rq, &rows[Q_NUMBER], NULL, &r), FAULT_NONE);
	return r.n;
}

static void
who_works_for_many_takes_turns_on_one_connection(void **state)
{
	struct pair *p = *state;
	struct rq second = p->a.rq;
	int64_t turns[2];

	assert_ptr_equal(db_warm_begin(&p->a.rq, false), p->own);
	assert_ptr_equal(p->a.rq.db, p->own); /* there is none */
	db_warm_end(&p->a.rq, p->own);
	atomic_store(&p->shared.warm, p->warm);
	for (int i = 0; i < 2; i++) {
		assert_ptr_equal(db_warm_begin(&p->a.rq, false), p->own);
		turns[i] = connection_of(&p->a.rq);
		assert_ptr_equal(db_warm_begin(&second, false), p->own);
		assert_ptr_equal(second.db, p->own); /* somebody has it */
		assert_int_not_equal(connection_of(&second), turns[i]);
		db_warm_end(&second, p->own);
		db_warm_end(&p->a.rq, p->own);
		assert_ptr_equal(p->a.rq.db, p->own);
	}
	assert_int_equal(turns[0], turns[1]);
	assert_ptr_equal(atomic_exchange(&p->shared.warm, NULL), p->warm);
}

static int64_t
asked(struct pair *p, const char *sql)
{
	unit_begin(&p->other);
	return unit_number(&p->other, sql);
}

static int64_t
counter(struct pair *p)
{
	return asked(p, "SELECT n FROM warm WHERE id = 1");
}

/* By the server's count. */
static int64_t
begun(struct pair *p)
{
	return asked(p,
	             "SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status"
	             " WHERE variable_name = 'COM_BEGIN'");
}

static enum fault
add(struct rq *rq, int64_t n)
{
	const struct row in = { .n = n };

	return db_exec(rq, &rows[Q_ADD], &in, NULL);
}

static enum fault
body(struct rq *rq, void *arg)
{
	const enum fault *answer = arg, e = add(rq, 1);

	return e ? e : *answer;
}

static void
a_commit_begins_the_next_transaction_of_a_busy_connection(void **state)
{
	struct pair *p = *state;
	struct rq *rq = &p->a.rq;
	enum fault done = FAULT_NONE, gone = FAULT_GONE;
	const int64_t before = begun(p);
	int64_t uses;
	char sql[60];

	atomic_store(&p->shared.warm, p->warm);
	/* On a slow machine there are pauses, and it takes longer. */
	for (uses = 0; uses < 2000 && begun(p) - before >= uses; uses++) {
		(void)db_warm_begin(rq, true);
		assert_fault(db_tx(rq, body, &done), FAULT_NONE);
		db_warm_end(rq, p->own);
	}
	assert_in_range(uses, 9, 1999);
	assert_int_equal(counter(p), uses);
	(void)db_warm_begin(rq, true);
	/* A body that fails takes nothing back but its own. */
	assert_fault(db_tx(rq, body, &gone), FAULT_GONE);
	assert_fault(db_tx(rq, body, &done), FAULT_NONE);
	/* What is done outside a transaction is done. */
	assert_fault(add(rq, 100), FAULT_NONE);
	assert_int_equal(counter(p), uses + 101);
	/* A connection that dies between two costs nothing. */
	assert_fault(db_tx(rq, body, &done), FAULT_NONE);
	(void)snprintf(sql, sizeof(sql), "KILL CONNECTION %lld", (long long)connection_of(rq));
	assert_fault(db_tx(rq, body, &done), FAULT_NONE);
	unit_begin(&p->other);
	unit_text(&p->other, sql);
	(void)usleep(20000);
	assert_fault(db_tx(rq, body, &done), FAULT_NONE);
	db_warm_end(rq, p->own);
	assert_int_equal(counter(p), uses + 104);
	assert_ptr_equal(atomic_exchange(&p->shared.warm, NULL), p->warm);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(who_works_for_many_takes_turns_on_one_connection),
		CASE(a_commit_begins_the_next_transaction_of_a_busy_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
