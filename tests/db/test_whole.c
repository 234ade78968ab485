/* SPDX-License-Identifier: Apache-2.0 */
/* test_whole.c - transactions in one round trip: all or nothing, started again, of unknown outcome.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "dbtest.h"

struct two {
	int64_t a, b, n;
};
/* clang-format off */
static const struct db_col insert_in[] = {
	DB_COL_I64(struct two, a), DB_COL_I64(struct two, n), DB_COL_I64(struct two, b), DB_COL_I64(struct two, n),
};
static const struct db_col add_in[] = {
	DB_COL_I64(struct two, n), DB_COL_I64(struct two, a), DB_COL_I64(struct two, n), DB_COL_I64(struct two, b),
};
enum { Q_INSERT, Q_ADD, Q__MAX };
static const struct db_stmt rows[Q__MAX] = {
	[Q_INSERT] = {
		.name = "insert_two",
		.sql = DB_WHOLE_TX("INSERT INTO pile (id, n) VALUES (?, ?); INSERT INTO pile (id, n) VALUES (?, ?)"),
		DB_IN(insert_in),
	},
	[Q_ADD] = {
		.name = "add_two",
		.sql = DB_WHOLE_TX("UPDATE pile SET n = n + ? WHERE id = ?; UPDATE pile SET n = n + ? WHERE id = ?"),
		DB_IN(add_in),
	},
};
/* clang-format on */
static const struct db_stmt_table tables[] = { DB_STMTS("test", rows) };

/* One connection under test, one that disturbs it. */
struct pair {
	struct unit a, other;
};

static int
open_pair(void **state)
{
	static struct pair p;

	unit_open(&p.other, NULL, 0);
	unit_text(&p.other,
	          "CREATE OR REPLACE TABLE pile (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)"
	          " ENGINE=InnoDB");
	unit_text(&p.other, "INSERT INTO pile VALUES (1, 0), (2, 0)");
	unit_open(&p.a, tables, 1);
	assert_fault(db_connect(&p.a.rq), FAULT_NONE);
	*state = &p;
	return 0;
}

static int
close_pair(void **state)
{
	struct pair *p = *state;

	unit_close(&p->a);
	unit_close(&p->other);
	return 0;
}

static int64_t
number(struct pair *p, const char *sql)
{
	unit_begin(&p->other);
	return unit_number(&p->other, sql);
}

static void
all_of_it_is_one_round_trip(void **state)
{
	struct pair *p = *state;
	const struct two in = { 3, 4, 7 };
	bool duplicate = true;

	assert_fault(db_whole_tx(&p->a.rq, &rows[Q_INSERT], &in, &duplicate), FAULT_NONE);
	assert_false(duplicate);
	assert_int_equal(number(p, "SELECT SUM(n) FROM pile WHERE id IN (3, 4)"), 14);
	assert_int_equal(p->a.rq.stats.queries, 1);
	assert_int_equal(p->a.rq.stats.transactions, 1);
}

static void
a_duplicate_undoes_what_came_before_it(void **state)
{
	struct pair *p = *state;
	const struct two in = { 3, 1, 7 }, next = { 3, 4, 7 };
	bool duplicate = false;

	assert_fault(db_whole_tx(&p->a.rq, &rows[Q_INSERT], &in, &duplicate), FAULT_NONE);
	assert_true(duplicate);
	assert_int_equal(number(p, "SELECT COUNT(*) FROM pile"), 2);
	assert_false(db_in_tx(&p->a.rq));
	assert_fault(db_whole_tx(&p->a.rq, &rows[Q_INSERT], &next, &duplicate), FAULT_NONE);
	assert_false(duplicate);
	assert_int_equal(number(p, "SELECT COUNT(*) FROM pile"), 4);
}

static enum fault
whole_in_body(struct rq *rq, void *arg)
{
	bool duplicate;

	return db_whole_tx(rq, &rows[Q_INSERT], arg, &duplicate);
}

static void
inside_another_transaction_nothing_is_sent(void **state)
{
	struct pair *p = *state;
	struct two in = { 3, 4, 7 };

	assert_fault(db_tx(&p->a.rq, whole_in_body, &in), FAULT_INTERNAL);
	assert_int_equal(number(p, "SELECT COUNT(*) FROM pile"), 2);
	assert_int_equal(p->a.rq.stats.queries, 0);
}

/* --- when somebody else has the rows --- */

struct runner {
	struct unit *u;
	struct two in;
	enum fault answer;
};

static void *
run_add(void *arg)
{
	struct runner *r = arg;
	bool duplicate;

	r->answer = db_whole_tx(&r->u->rq, &rows[Q_ADD], &r->in, &duplicate);
	return NULL;
}

#define WAITING                                                                                    \
	" FROM information_schema.processlist"                                                     \
	" WHERE id <> CONNECTION_ID() AND command = 'Execute' AND time_ms > 50"

/* The row that the runner takes first is changed already, and it waits for the second. */
static void
wait_for_waiting(struct pair *p)
{
	int64_t n = 0;

	for (int i = 0; i < 200 && n == 0; i++) {
		(void)usleep(10000);
		n = number(p, "SELECT COUNT(*)" WAITING);
	}
	assert_true(n > 0);
}

static void
the_loser_of_a_deadlock_is_started_again(void **state)
{
	struct pair *p = *state;
	struct runner r = { .u = &p->a, .in = { 1, 2, 1 } };
	pthread_t thread;

	/* The heavier one is spared: it has changed more rows. */
	unit_text(&p->other, "INSERT INTO pile SELECT seq, 0 FROM seq_100_to_200");
	unit_text(&p->other, "START TRANSACTION");
	unit_text(&p->other, "UPDATE pile SET n = 5 WHERE id >= 100");
	unit_text(&p->other, "UPDATE pile SET n = n + 100 WHERE id = 2");
	assert_int_equal(pthread_create(&thread, NULL, run_add, &r), 0);
	wait_for_waiting(p);
	unit_text(&p->other, "UPDATE pile SET n = n + 100 WHERE id = 1");
	unit_text(&p->other, "COMMIT");
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_fault(r.answer, FAULT_NONE);
	assert_int_equal(p->a.rq.stats.restarts, 1);
	assert_int_equal(number(p, "SELECT n FROM pile WHERE id = 1"), 101);
	assert_int_equal(number(p, "SELECT n FROM pile WHERE id = 2"), 101);
	assert_fault(p->a.rq.problem.code, FAULT_NONE);
}

static void
kill_it(struct pair *p, const char *select)
{
	char sql[60];

	(void)snprintf(sql, sizeof(sql), "KILL CONNECTION %lld", (long long)number(p, select));
	unit_text(&p->other, sql);
}

static void
a_connection_killed_in_the_middle_is_an_unknown_outcome_and_writes_nothing(void **state)
{
	struct pair *p = *state;
	struct runner r = { .u = &p->a, .in = { 1, 2, 1 } };
	pthread_t thread;

	unit_text(&p->other, "START TRANSACTION");
	unit_text(&p->other, "UPDATE pile SET n = 100 WHERE id = 2");
	assert_int_equal(pthread_create(&thread, NULL, run_add, &r), 0);
	wait_for_waiting(p);
	kill_it(p, "SELECT id" WAITING);
	assert_int_equal(pthread_join(thread, NULL), 0);
	unit_text(&p->other, "ROLLBACK");
	assert_fault(r.answer, FAULT_UNKNOWN_OUTCOME);
	assert_int_equal(number(p, "SELECT n FROM pile WHERE id = 1"), 0);
	unit_begin(&p->a);
	(void)run_add(&r);
	assert_fault(r.answer, FAULT_NONE);
	assert_int_equal(number(p, "SELECT n FROM pile WHERE id = 1"), 1);
}

static void
a_connection_killed_before_it_is_made_again(void **state)
{
	struct pair *p = *state;
	struct runner r = { .u = &p->a, .in = { 1, 2, 1 } };

	for (int before = 0; before < 2; before++) { /* not prepared yet, then prepared */
		kill_it(p, "SELECT MAX(id) FROM information_schema.processlist"
		           " WHERE id <> CONNECTION_ID()");
		(void)usleep(5000);
		unit_begin(&p->a);
		(void)run_add(&r);
		assert_fault(r.answer, FAULT_NONE);
		assert_int_equal(number(p, "SELECT n FROM pile WHERE id = 1"), before + 1);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(all_of_it_is_one_round_trip),
		CASE(a_duplicate_undoes_what_came_before_it),
		CASE(inside_another_transaction_nothing_is_sent),
		CASE(the_loser_of_a_deadlock_is_started_again),
		CASE(a_connection_killed_in_the_middle_is_an_unknown_outcome_and_writes_nothing),
		CASE(a_connection_killed_before_it_is_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
