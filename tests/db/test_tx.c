/* SPDX-License-Identifier: Apache-2.0 */
/* test_tx.c - transactions and connections when things go wrong: deadlocks, kills, lost answers,
 * silence. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rostra/shared.h"

#include "dbtest.h"

struct row {
	int64_t id, n;
};
/* clang-format off */
static const struct db_col add_in[] = { DB_COL_I64(struct row, n), DB_COL_I64(struct row, id) };
static const struct db_col id_col[] = { DB_COL_I64(struct row, id) };
static const struct db_col n_col[] = { DB_COL_I64(struct row, n) };
static const struct db_col both[] = { DB_COL_I64(struct row, id), DB_COL_I64(struct row, n) };
enum { Q_ADD, Q_READ, Q_INSERT, Q_NUMBER, Q__MAX };
static const struct db_stmt rows[Q__MAX] = {
	[Q_ADD] = { .name = "add", .sql = "UPDATE counter SET n = n + ? WHERE id = ?", DB_IN(add_in) },
	[Q_READ] = { .name = "read", .sql = "SELECT n FROM counter WHERE id = ?", DB_IN(id_col), DB_OUT(n_col) },
	[Q_INSERT] = { .name = "insert", .sql = "INSERT INTO counter (id, n) VALUES (?, ?)", DB_IN(both) },
	[Q_NUMBER] = { .name = "connection", .sql = "SELECT CONNECTION_ID()", DB_OUT(n_col) },
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
	unit_text(
	    &p.other,
	    "CREATE OR REPLACE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)"
	    " ENGINE=InnoDB");
	unit_text(&p.other, "INSERT INTO counter VALUES (1, 0), (2, 0)");
	unit_open(&p.a, tables, 1);
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
counter(struct pair *p, int64_t id)
{
	char sql[80];

	unit_begin(&p->other);
	(void)snprintf(sql, sizeof(sql), "SELECT n FROM counter WHERE id = %lld", (long long)id);
	return unit_number(&p->other, sql);
}

static enum fault
add(struct rq *rq, int64_t id, int64_t n)
{
	const struct row in = { id, n };

	return db_exec(rq, &rows[Q_ADD], &in, NULL);
}

static void
kill_connection(struct pair *p, int64_t number)
{
	char sql[60];

	unit_begin(&p->other);
	(void)snprintf(sql, sizeof(sql), "KILL CONNECTION %lld", (long long)number);
	unit_text(&p->other, sql);
	(void)usleep(20000);
}

static int64_t
number_of(struct unit *u)
{
	struct row r = { 0 };

	assert_fault(db_one(&u->rq, &rows[Q_NUMBER], NULL, &r), FAULT_NONE);
	return r.n;
}

/* What a body is told and what it does. */
struct plan {
	struct pair *pair;
	int runs;
	enum fault answer;
	bool nested, kill_first_run, swallow;
};

static enum fault
inner(struct rq *rq, void *arg)
{
	(void)arg;
	return add(rq, 2, 10);
}

static enum fault
body(struct rq *rq, void *arg)
{
	struct plan *plan = arg;
	enum fault e;

	plan->runs++;
	e = add(rq, 1, 1);
	if (e)
		return e;
	if (plan->kill_first_run && plan->runs == 1)
		kill_connection(plan->pair, number_of(&plan->pair->a));
	if (plan->nested)
		e = db_tx(rq, inner, NULL);
	else
		e = add(rq, 2, 10);
	if (plan->swallow)
		e = FAULT_NONE;
	return e ? e : plan->answer;
}

static void
all_of_it_is_written(void **state)
{
	struct pair *p = *state;
	struct plan plan = { .pair = p };

	assert_fault(db_tx(&p->a.rq, body, &plan), FAULT_NONE);
	assert_int_equal(counter(p, 1), 1);
	assert_int_equal(counter(p, 2), 10);
	assert_int_equal(p->a.rq.stats.transactions, 1);
	assert_int_equal(p->a.rq.stats.queries, 2);
	assert_false(db_in_tx(&p->a.rq));
}

static void
a_fault_of_the_body_undoes_all(void **state)
{
	struct pair *p = *state;
	struct plan plan = { .pair = p, .answer = FAULT_FORBIDDEN };

	assert_fault(db_tx(&p->a.rq, body, &plan), FAULT_FORBIDDEN);
	assert_int_equal(counter(p, 1), 0);
	assert_int_equal(counter(p, 2), 0);
	assert_int_equal(plan.runs, 1);
}

static void
an_inner_transaction_joins_the_outer_one(void **state)
{
	struct pair *p = *state;
	struct plan plan = { .pair = p, .nested = true, .answer = FAULT_GONE };

	assert_fault(db_tx(&p->a.rq, body, &plan), FAULT_GONE);
	assert_int_equal(counter(p, 2), 0);
	plan.answer = FAULT_NONE;
	assert_fault(db_tx(&p->a.rq, body, &plan), FAULT_NONE);
	assert_int_equal(counter(p, 2), 10);
	assert_int_equal(p->a.rq.stats.transactions, 2);
}

static void
a_connection_killed_in_the_middle_starts_the_whole_again(void **state)
{
	struct pair *p = *state;
	struct plan plan = { .pair = p, .kill_first_run = true };

	assert_fault(db_tx(&p->a.rq, body, &plan), FAULT_NONE);
	assert_int_equal(plan.runs, 2);
	assert_int_equal(p->a.rq.stats.restarts, 1);
	assert_int_equal(counter(p, 1), 1);
	assert_int_equal(counter(p, 2), 10);
	assert_fault(p->a.rq.problem.code, FAULT_NONE);
}

static void
a_failure_that_the_body_swallows_is_not_committed(void **state)
{
	struct pair *p = *state;
	struct plan plan = { .pair = p, .kill_first_run = true, .swallow = true };

	assert_fault(db_tx(&p->a.rq, body, &plan), FAULT_NONE);
	assert_int_equal(plan.runs, 2);
	assert_int_equal(counter(p, 1), 1);
	assert_int_equal(counter(p, 2), 10);
}

/* --- what is done last --- */

static enum fault
count_last(struct rq *rq, struct uuid company)
{
	return add(rq, 2, company.b[0]);
}

struct lasts {
	struct pair *pair;
	int runs, asked;
	int64_t seen; /* of the counter, by the body's end */
	enum fault answer;
	bool kill_first_run;
};

/* Asks for the same again and again, and for as many others. */
static enum fault
last_body(struct rq *rq, void *arg)
{
	struct lasts *l = arg;
	struct row in = { .id = 2 }, out = { 0 };
	enum fault e = FAULT_NONE;

	l->runs++;
	for (int i = 0; !e && i < l->asked; i++) {
		e = db_tx_last(rq, count_last, (struct uuid){ { 1 } });
		if (!e)
			e = db_tx_last(rq, count_last, (struct uuid){ { 10, (unsigned char)i } });
	}
	if (!e && l->kill_first_run && l->runs == 1)
		kill_connection(l->pair, number_of(&l->pair->a));
	if (!e)
		e = db_one(rq, &rows[Q_READ], &in, &out);
	l->seen = out.n;
	return e ? e : l->answer;
}

static void
what_is_done_last_is_done_once_and_before_the_commit(void **state)
{
	struct pair *p = *state;
	struct lasts l = { .pair = p, .asked = 3 };

	assert_fault(db_tx(&p->a.rq, last_body, &l), FAULT_NONE);
	assert_int_equal(l.seen, 0);
	assert_int_equal(counter(p, 2), 31);
	l.kill_first_run = true;
	l.runs = 0;
	assert_fault(db_tx(&p->a.rq, last_body, &l), FAULT_NONE);
	assert_int_equal(l.runs, 2);
	assert_int_equal(counter(p, 2), 62);
	l.answer = FAULT_FORBIDDEN;
	assert_fault(db_tx(&p->a.rq, last_body, &l), FAULT_FORBIDDEN);
	assert_int_equal(counter(p, 2), 62);
	assert_fault(db_tx(&p->a.rq, inner, NULL), FAULT_NONE);
	assert_int_equal(counter(p, 2), 72);
}

static void
what_there_is_no_room_for_is_done_at_once(void **state)
{
	struct pair *p = *state;
	struct lasts l = { .pair = p, .asked = 20 };

	assert_fault(db_tx(&p->a.rq, last_body, &l), FAULT_NONE);
	assert_true(l.seen >= 100);
	assert_int_equal(counter(p, 2), 201);
	assert_fault(db_tx_last(&p->a.rq, count_last, (struct uuid){ { 5 } }), FAULT_NONE);
	assert_int_equal(counter(p, 2), 206);
}

/* --- deadlock
 * ------------------------------------------------------------------------------------------------
 */

struct rival {
	struct unit u;
	int64_t first, second;
	atomic_int *ready;
	int runs;
	enum fault answer;
};

/* Both take their first row before either asks for the second: one of them must lose. */
static enum fault
rival_body(struct rq *rq, void *arg)
{
	struct rival *r = arg;
	enum fault e = add(rq, r->first, 1);

	if (e)
		return e;
	if (r->runs++ == 0) {
		atomic_fetch_add(r->ready, 1);
		while (atomic_load(r->ready) < 2)
			(void)usleep(1000);
	}
	return add(rq, r->second, 1);
}

static void *
rival_main(void *arg)
{
	struct rival *r = arg;

	r->answer = db_tx(&r->u.rq, rival_body, r);
	return NULL;
}

static void
the_loser_of_a_deadlock_runs_again(void **state)
{
	struct pair *p = *state;
	atomic_int ready = 0;
	struct rival r[2] = { { .first = 1, .second = 2, .ready = &ready },
		              { .first = 2, .second = 1, .ready = &ready } };
	pthread_t threads[2];

	for (int i = 0; i < 2; i++) {
		unit_open(&r[i].u, tables, 1);
		assert_int_equal(pthread_create(&threads[i], NULL, rival_main, &r[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_fault(r[0].answer, FAULT_NONE);
	assert_fault(r[1].answer, FAULT_NONE);
	assert_int_equal(r[0].runs + r[1].runs, 3);
	assert_int_equal(counter(p, 1), 2);
	assert_int_equal(counter(p, 2), 2);
	unit_close(&r[0].u);
	unit_close(&r[1].u);
}

/* --- connections
 * --------------------------------------------------------------------------------------------- */

static void
a_lost_answer_to_commit_is_an_unknown_outcome(void **state)
{
	struct pair *p = *state;
	struct plan plan = { .pair = p };
	struct between *b = between_start(p->a.conf.db_socket);
	struct unit u;

	unit_open(&u, tables, 1);
	u.conf.db_socket = between_socket(b);
	assert_fault(db_connect(&u.rq), FAULT_NONE);
	between_lose_commit(b);
	assert_fault(db_tx(&u.rq, body, &plan), FAULT_UNKNOWN_OUTCOME);
	assert_int_equal(plan.runs, 1);
	assert_int_equal(counter(p, 1), 1); /* it was done, once */
	assert_false(db_in_tx(&u.rq));
	unit_begin(&u);
	assert_fault(db_tx(&u.rq, body, &plan), FAULT_NONE);
	assert_int_equal(counter(p, 1), 2);
	unit_close(&u);
	between_stop(&b);
}

static void
a_server_that_says_nothing_is_given_up_in_time(void **state)
{
	struct pair *p = *state;
	struct between *b = between_start(p->a.conf.db_socket);
	int64_t began;
	struct row r = { .id = 1 };
	struct unit u;

	unit_open(&u, tables, 1);
	u.conf.db_socket = between_socket(b);
	u.conf.db_read_timeout_s = 1;
	u.conf.db_connect_timeout_s = 1;
	assert_fault(db_connect(&u.rq), FAULT_NONE);
	between_go_silent(b);
	began = clock_monotonic_us();
	assert_fault(db_one(&u.rq, &rows[Q_READ], &r, &r), FAULT_BUSY);
	assert_true(clock_monotonic_us() - began < 4 * US_PER_S);
	unit_close(&u);
	between_stop(&b);
}

static void
a_connection_closed_while_idle_is_made_again_before_a_write(void **state)
{
	struct pair *p = *state;

	assert_fault(add(&p->a.rq, 1, 1), FAULT_NONE);
	kill_connection(p, number_of(&p->a));
	assert_fault(add(&p->a.rq, 1, 1), FAULT_NONE);
	assert_int_equal(counter(p, 1), 2);
}

static void
without_a_server_the_answer_is_quick_and_it_recovers_by_itself(void **state)
{
	struct pair *p = *state;
	const char *socket_path = p->a.conf.db_socket;
	struct row r = { .id = 1 };
	struct unit u;

	unit_open(&u, tables, 1);
	u.conf.db_socket = "/nonexistent/db.sock";
	for (int i = 0; i < 20; i++) {
		int64_t began = clock_monotonic_us();

		unit_begin(&u);
		assert_fault(db_one(&u.rq, &rows[Q_READ], &r, &r), FAULT_BUSY);
		assert_true(u.rq.problem.retry_after_s > 0);
		assert_true(clock_monotonic_us() - began < 100000);
	}
	u.conf.db_socket = socket_path;
	for (int i = 0; i < 40 && !db_is_up(u.rq.db); i++) {
		unit_begin(&u);
		(void)usleep(50000);
		(void)!db_one(&u.rq, &rows[Q_READ], &r, &r);
	}
	assert_true(db_is_up(u.rq.db));
	unit_close(&u);
}

static void
a_lock_held_by_another_is_waited_for_within_the_deadline(void **state)
{
	struct pair *p = *state;
	struct plan plan = { .pair = p };
	int64_t began = clock_monotonic_us();

	unit_text(&p->other, "START TRANSACTION");
	unit_text(&p->other, "UPDATE counter SET n = 100 WHERE id = 1");
	assert_fault(db_connect(&p->a.rq), FAULT_NONE);
	unit_text(&p->a, "SET innodb_lock_wait_timeout = 1");
	p->a.rq.deadline_us = clock_monotonic_us() + 1500000;
	assert_fault(db_tx(&p->a.rq, body, &plan), FAULT_BUSY);
	assert_true(clock_monotonic_us() - began < 3 * US_PER_S);
	unit_text(&p->other, "ROLLBACK");
	assert_int_equal(counter(p, 1), 0);
}

static enum fault
read_twice(struct rq *rq, void *arg)
{
	struct plan *plan = arg;
	struct row r[2] = { { .id = 1 }, { .id = 1 } };
	enum fault e = db_one(rq, &rows[Q_READ], &r[0], &r[0]);

	unit_begin(&plan->pair->other);
	unit_text(&plan->pair->other, "UPDATE counter SET n = n + 7 WHERE id = 1");
	if (!e)
		e = db_one(rq, &rows[Q_READ], &r[1], &r[1]);
	plan->runs = (int)(r[1].n - r[0].n);
	return e;
}

static void
a_snapshot_sees_the_rows_of_one_moment(void **state)
{
	struct pair *p = *state;
	struct plan plan = { .pair = p, .runs = -1 };

	assert_fault(db_snapshot(&p->a.rq, read_twice, &plan), FAULT_NONE);
	assert_int_equal(plan.runs, 0);
	assert_fault(db_tx(&p->a.rq, read_twice, &plan), FAULT_NONE);
	assert_int_equal(plan.runs, 7);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(all_of_it_is_written),
		CASE(a_fault_of_the_body_undoes_all),
		CASE(an_inner_transaction_joins_the_outer_one),
		CASE(a_connection_killed_in_the_middle_starts_the_whole_again),
		CASE(a_failure_that_the_body_swallows_is_not_committed),
		CASE(what_is_done_last_is_done_once_and_before_the_commit),
		CASE(what_there_is_no_room_for_is_done_at_once),
		CASE(the_loser_of_a_deadlock_runs_again),
		CASE(a_lost_answer_to_commit_is_an_unknown_outcome),
		CASE(a_server_that_says_nothing_is_given_up_in_time),
		CASE(a_connection_closed_while_idle_is_made_again_before_a_write),
		CASE(without_a_server_the_answer_is_quick_and_it_recovers_by_itself),
		CASE(a_lock_held_by_another_is_waited_for_within_the_deadline),
		CASE(a_snapshot_sees_the_rows_of_one_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
