/* SPDX-License-Identifier: Apache-2.0 */
/* test_jobs.c - leases, the outbox and pruning. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rostra/arena.h"
#include "rostra/jobs.h"
#include "rostra/link.h"

#include "dbtest.h"

static int job_runs, events;
static enum fault event_answer;
static struct uuid seen_company, seen_object;
static char seen_payload[80];

static enum fault
count_run(struct rq *rq)
{
	(void)rq;
	job_runs++;
	return FAULT_NONE;
}

static enum fault
fail_run(struct rq *rq)
{
	return rq_fail(rq, FAULT_INTERNAL, "This job never works.");
}

static enum fault
take_event(struct rq *rq, const struct outbox_event *e)
{
	events++;
	seen_company = rq_company(rq);
	seen_object = e->object_id;
	(void)snprintf(seen_payload, sizeof(seen_payload), "%s", e->payload ? e->payload : "");
	if (event_answer)
		return rq_fail(rq, event_answer, "The receiver is away.");
	return FAULT_NONE;
}

static const struct job jobs[] = { { .name = "test_job", .every_ms = 10, .run = count_run } };
static const struct job broken[] = { { .name = "test_job", .every_ms = 10, .run = fail_run } };
static const struct outbox_consumer consumers[] = { { .kind = "test.event",
	                                              .handle = take_event } };

static int
open_unit(void **state)
{
	static struct unit u;
	static struct db_stmt_table tables[3];

	tables[0] = jobs_stmts;
	tables[1] = outbox_stmts;
	tables[2] = link_stmts;
	unit_open(&u, tables, 3);
	u.who.company = uuid_v7(u.rq.now_us);
	unit_text(&u, "DELETE FROM job");
	unit_text(&u, "DELETE FROM outbox");
	unit_text(&u, "DELETE FROM change_log");
	unit_text(&u, "DELETE FROM company_seq");
	unit_text(&u, "DELETE FROM idempotency");
	job_runs = events = 0;
	event_answer = FAULT_NONE;
	*state = &u;
	return 0;
}

static int
close_unit(void **state)
{
	unit_close(*state);
	return 0;
}

static enum fault
once(struct unit *u, const struct job *list)
{
	const struct jobs_plan plan = { list, 1, consumers, 1 };

	unit_begin(u);
	return jobs_once(&u->rq, &plan);
}

static void
a_job_runs_and_its_lease_is_free_again(void **state)
{
	struct unit *u = *state;

	assert_fault(once(u, jobs), FAULT_NONE);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(job_runs, 2);
	assert_int_equal(
	    unit_number(u, "SELECT COUNT(*) FROM job WHERE name = 'test_job' AND owner IS NULL"
	                   " AND last_run_at IS NOT NULL AND last_error IS NULL"),
	    1);
}

static void
a_job_that_another_host_holds_is_left_alone(void **state)
{
	struct unit *u = *state;

	unit_text(u, "INSERT INTO job (name, owner, lease_until)"
	             " VALUES ('test_job', 'elsewhere:1:0', UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE)");
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(job_runs, 0);
	unit_text(u, "UPDATE job SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(job_runs, 1);
}

static void
a_job_of_a_dead_process_of_this_host_is_taken_at_once(void **state)
{
	struct unit *u = *state;
	char host[64] = "";
	char sql[200];

	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(
	    sql, sizeof(sql),
	    "INSERT INTO job (name, owner, lease_until)"
	    " VALUES ('test_job', '%.40s:4194999:0', UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE)",
	    host);
	unit_text(u, sql);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(job_runs, 1);
}

static void
a_job_that_fails_says_so(void **state)
{
	assert_fault(once(*state, broken), FAULT_INTERNAL);
}

/* --- the outbox
 * ---------------------------------------------------------------------------------------------- */

static enum fault
put_and_fail(struct rq *rq, void *arg)
{
	enum fault e = outbox_put(rq, "test.event", uuid_v7(rq->now_us), NULL);

	(void)arg;
	return e ? e : FAULT_FORBIDDEN;
}

static void
an_event_is_handled_once_and_done(void **state)
{
	struct unit *u = *state;
	struct uuid object = uuid_v7(u->rq.now_us);

	unit_begin(u);
	assert_fault(outbox_put(&u->rq, "test.event", object, "{\"n\": 1}"), FAULT_NONE);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(events, 1);
	assert_true(uuid_eq(seen_object, object));
	assert_true(uuid_eq(seen_company, u->who.company));
	assert_string_equal(seen_payload, "{\"n\": 1}");
	assert_int_equal(unit_number(u, "SELECT COUNT(*) FROM outbox"), 0);
}

static void
nothing_is_caused_by_a_transaction_that_was_undone(void **state)
{
	struct unit *u = *state;

	unit_begin(u);
	assert_fault(db_tx(&u->rq, put_and_fail, NULL), FAULT_FORBIDDEN);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(events, 0);
}

static void
an_event_that_fails_comes_again_later_and_dies_in_the_end(void **state)
{
	struct unit *u = *state;

	event_answer = FAULT_BUSY;
	unit_begin(u);
	assert_fault(outbox_put(&u->rq, "test.event", uuid_v7(u->rq.now_us), NULL), FAULT_NONE);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(events, 1); /* not due again yet */
	assert_int_equal(
	    unit_number(u, "SELECT COUNT(*) FROM outbox WHERE state = 'ready' AND tries = 1"
	                   " AND due_at > UTC_TIMESTAMP(6) AND last_error LIKE '%receiver%'"),
	    1);
	unit_text(u, "UPDATE outbox SET due_at = '2020-01-01', tries = 11");
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(unit_number(u, "SELECT COUNT(*) FROM outbox WHERE state = 'dead'"), 1);
}

static void
an_event_of_a_relay_that_died_comes_again(void **state)
{
	struct unit *u = *state;

	unit_begin(u);
	assert_fault(outbox_put(&u->rq, "test.event", uuid_v7(u->rq.now_us), NULL), FAULT_NONE);
	unit_text(u, "UPDATE outbox SET state = 'claimed', owner = 'elsewhere:1:7',"
	             " lease_until = UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE");
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(events, 0);
	unit_text(u, "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(events, 1);
}

static void
an_event_of_a_relay_of_this_host_that_is_gone_comes_at_once(void **state)
{
	struct unit *u = *state;
	char host[64] = "", sql[300];
	pid_t gone = fork();

	if (gone == 0)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	host[39] = '\0'; /* as much of it as an owner's name takes */
	(void)snprintf(sql, sizeof(sql),
	               "UPDATE outbox SET state = 'claimed', owner = '%s:%ld:7',"
	               " lease_until = UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE",
	               host, (long)gone);
	unit_begin(u);
	assert_fault(outbox_put(&u->rq, "test.event", uuid_v7(u->rq.now_us), NULL), FAULT_NONE);
	unit_text(u, sql);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(events, 1);
}

static void
an_event_written_by_a_clock_ahead_does_not_wait_for_it(void **state)
{
	struct unit *u = *state;

	unit_begin(u);
	assert_fault(outbox_put(&u->rq, "test.event", uuid_v7(u->rq.now_us), NULL), FAULT_NONE);
	unit_text(u, "UPDATE outbox SET due_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR");
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(events, 1);
}

static void
an_unknown_kind_waits_for_a_release_that_knows_it(void **state)
{
	struct unit *u = *state;

	unit_begin(u);
	assert_fault(outbox_put(&u->rq, "later.event", uuid_v7(u->rq.now_us), NULL), FAULT_NONE);
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(
	    unit_number(u, "SELECT COUNT(*) FROM outbox WHERE state = 'ready' AND tries = 1"), 1);
}

static void
a_thousand_events_are_handled_in_one_go(void **state)
{
	struct unit *u = *state;

	unit_text(u, "INSERT INTO outbox (company_id, kind, object_id, due_at, created_at)"
	             " SELECT '01933333-3333-7333-8333-333333333333', 'test.event',"
	             " '01933333-3333-7333-8333-333333333334', '2026-01-01', '2026-01-01' FROM "
	             "seq_1_to_1000");
	assert_fault(once(u, jobs), FAULT_NONE);
	assert_int_equal(events, 1000);
	assert_int_equal(unit_number(u, "SELECT COUNT(*) FROM outbox"), 0);
}

/* --- the service
 * --------------------------------------------------------------------------------------------- */

static enum fault
leave_a_mark(struct rq *rq)
{
	const char *sql =
	    arena_printf(rq->arena, "INSERT INTO probe (process) VALUES (%ld)", (long)getpid());

	return db_run_text(rq, sql);
}

static pid_t
start_service(const struct unit *u)
{
	static const struct job marking[] = {
		{ .name = "mark", .every_ms = 20, .run = leave_a_mark }
	};
	static const struct jobs_plan plan = { marking, 1, consumers, 1 };
	const struct db_stmt_table tables[] = { jobs_stmts, outbox_stmts };
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(jobs_run(&u->conf, tables, 2, &plan));
	return pid;
}

static void
end_service(pid_t pid)
{
	int status = -1;

	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Waits until so many processes have left a mark. */
static bool
marks_of(struct unit *u, int64_t processes)
{
	for (int i = 0; i < 100; i++) {
		unit_begin(u);
		if (unit_number(u, "SELECT COUNT(DISTINCT process) FROM probe") == processes)
			return true;
		(void)usleep(50000);
	}
	return false;
}

static void
of_two_services_one_does_a_job_and_the_other_takes_over(void **state)
{
	struct unit *u = *state;
	pid_t first, second;

	unit_text(
	    u,
	    "CREATE OR REPLACE TABLE probe (id BIGINT AUTO_INCREMENT PRIMARY KEY, process BIGINT)");
	first = start_service(u);
	assert_true(marks_of(u, 1));
	second = start_service(u);
	(void)usleep(400000);
	assert_true(marks_of(u, 1));
	end_service(first); /* gives its lease back */
	unit_begin(u);
	unit_text(u, "DELETE FROM probe");
	assert_true(marks_of(u, 1));
	assert_int_equal(unit_number(u, "SELECT DISTINCT process FROM probe"), second);
	end_service(second);
	assert_int_equal(
	    unit_number(u, "SELECT COUNT(*) FROM job WHERE name = 'mark' AND owner IS NULL"), 1);
	unit_text(u, "DROP TABLE probe");
}

static void
a_killed_service_leaves_its_jobs_to_the_next(void **state)
{
	struct unit *u = *state;
	pid_t first, second;

	unit_text(
	    u,
	    "CREATE OR REPLACE TABLE probe (id BIGINT AUTO_INCREMENT PRIMARY KEY, process BIGINT)");
	first = start_service(u);
	assert_true(marks_of(u, 1));
	assert_int_equal(kill(first, SIGKILL), 0);
	assert_int_equal(waitpid(first, NULL, 0), first);
	second = start_service(u);
	assert_true(marks_of(u, 2)); /* at once, not when the lease runs out */
	end_service(second);
	unit_text(u, "DROP TABLE probe");
}

/* --- pruning
 * -------------------------------------------------------------------------------------------------
 */

static void
old_changes_go_and_the_floor_rises(void **state)
{
	struct unit *u = *state;

	unit_text(
	    u, "INSERT INTO company_seq VALUES ('01933333-3333-7333-8333-333333333333', 2500, 0)");
	unit_text(
	    u, "INSERT INTO change_log SELECT '01933333-3333-7333-8333-333333333333', seq, 'post',"
	       " '01933333-3333-7333-8333-333333333334', 'upsert', NULL,"
	       " UTC_TIMESTAMP(6) - INTERVAL IF(seq <= 2200, 31, 2) DAY FROM seq_1_to_2500");
	unit_begin(u);
	assert_fault(prune_run(&u->rq), FAULT_NONE);
	assert_int_equal(unit_number(u, "SELECT MIN(seq) FROM change_log"), 2201);
	assert_int_equal(unit_number(u, "SELECT floor_seq FROM company_seq"), 2200);
	unit_begin(u);
	assert_fault(prune_run(&u->rq), FAULT_NONE);
	assert_int_equal(unit_number(u, "SELECT COUNT(*) FROM change_log"), 300);
}

static void
kept_answers_go_after_a_week_and_dead_events_stay(void **state)
{
	struct unit *u = *state;

	unit_text(
	    u, "INSERT INTO idempotency SELECT '01933333-3333-7333-8333-333333333333',"
	       " '01933333-3333-7333-8333-333333333334', UNHEX(SHA2(seq, 256)), UNHEX(SHA2(seq, "
	       "256)), 201,"
	       " 'application/json', '{}', UTC_TIMESTAMP(6) - INTERVAL seq DAY FROM seq_1_to_10");
	unit_text(u, "INSERT INTO outbox (company_id, kind, object_id, state, due_at, created_at)"
	             " SELECT '01933333-3333-7333-8333-333333333333', 'test.event',"
	             " '01933333-3333-7333-8333-333333333334', 'dead',"
	             " UTC_TIMESTAMP(6) - INTERVAL seq DAY, '2026-01-01' FROM seq_1_to_9");
	unit_begin(u);
	assert_fault(prune_run(&u->rq), FAULT_NONE);
	assert_in_range(unit_number(u, "SELECT COUNT(*) FROM idempotency"), 6, 7);
	assert_int_equal(unit_number(u, "SELECT COUNT(*) FROM outbox"), 9); /* to be looked at */
}

/* Sums outlive clicks, and neither the check nor the repair takes them for wrong. */
static void
old_clicks_go_by_the_month_and_their_sums_stay(void **state)
{
	struct unit *u = *state;
	struct rollup_report r = { .rows = 0 };
	const char *days = " FROM (SELECT UTC_DATE() - INTERVAL 40 MONTH AS day UNION"
			   " SELECT UTC_DATE() - INTERVAL 5 MONTH UNION SELECT UTC_DATE()) d";

	u->conf.click_keep_months = 6;
	unit_text(u, "DELETE FROM click");
	unit_text(u, "DELETE FROM click_day");
	unit_text(u, "DELETE FROM click_quarter");
	assert_fault(click_partitions_run(&u->rq), FAULT_NONE);
	unit_text(u,
	          arena_printf(u->rq.arena,
	                       "INSERT INTO click (company_id, clicked_at, id, share_id, class,"
	                       " reason, rule_version, rclid) SELECT UUID(), day + INTERVAL 613"
	                       " MINUTE, 'aaaaaaaaaaaa', UUID(), 'human', 'ok', 1, 'aaaaaaaaaaaa'"
	                       "%s",
	                       days));
	assert_fault(click_rollup_rebuild(&u->rq, &r), FAULT_NONE);
	assert_int_equal(r.wrong, 0);
	assert_int_equal(unit_number(u, "SELECT COUNT(*) FROM click"), 3);
	/* The sums of the oldest, as they were kept while it was young. */
	unit_text(u, "INSERT INTO click_day SELECT company_id, DATE(clicked_at), share_id, class, 1"
	             " FROM click WHERE clicked_at < UTC_DATE() - INTERVAL 12 MONTH");
	unit_begin(u);
	assert_fault(click_partitions_run(&u->rq), FAULT_NONE);
	assert_fault(click_partitions_run(&u->rq), FAULT_NONE);
	assert_fault(click_rollup_rebuild(&u->rq, &r), FAULT_NONE);
	assert_int_equal(r.wrong, 0);
	assert_int_equal(unit_number(u, "SELECT SUM(n) FROM click_day"), 3);
	assert_int_equal(unit_number(u, "SELECT SUM(n) FROM click_quarter"), 2);
	u->conf.click_keep_months = 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_unit, close_unit)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_job_runs_and_its_lease_is_free_again),
		CASE(a_job_that_another_host_holds_is_left_alone),
		CASE(a_job_of_a_dead_process_of_this_host_is_taken_at_once),
		CASE(a_job_that_fails_says_so),
		CASE(an_event_is_handled_once_and_done),
		CASE(nothing_is_caused_by_a_transaction_that_was_undone),
		CASE(an_event_that_fails_comes_again_later_and_dies_in_the_end),
		CASE(an_event_of_a_relay_that_died_comes_again),
		CASE(an_event_of_a_relay_of_this_host_that_is_gone_comes_at_once),
		CASE(an_event_written_by_a_clock_ahead_does_not_wait_for_it),
		CASE(an_unknown_kind_waits_for_a_release_that_knows_it),
		CASE(a_thousand_events_are_handled_in_one_go),
		CASE(of_two_services_one_does_a_job_and_the_other_takes_over),
		CASE(a_killed_service_leaves_its_jobs_to_the_next),
		CASE(old_changes_go_and_the_floor_rises),
		CASE(kept_answers_go_after_a_week_and_dead_events_stay),
		CASE(old_clicks_go_by_the_month_and_their_sums_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
