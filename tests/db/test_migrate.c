/* SPDX-License-Identifier: Apache-2.0 */
/* test_migrate.c - files of a folder applied once, whatever happens in between. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rostra/migrate.h"

#include "dbtest.h"

/* A folder of its own and an empty book-keeping. */
struct place {
	struct unit u;
	char dir[64];
};

static void
put_file(const struct place *p, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

static void
forget_all(struct unit *u)
{
	static const char *const tables[] = { "schema_migration", "schema_lease", "one", "two",
		                              "three" };
	char sql[80];

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		(void)snprintf(sql, sizeof(sql), "DROP TABLE IF EXISTS %s", tables[i]);
		unit_text(u, sql);
	}
}

static int
open_place(void **state)
{
	static struct place p;

	unit_open(&p.u, NULL, 0);
	forget_all(&p.u);
	(void)snprintf(p.dir, sizeof(p.dir), "/tmp/rostra-migrate-XXXXXX");
	assert_non_null(mkdtemp(p.dir));
	p.u.conf.sql_dir = p.dir;
	put_file(&p, "0001_create_one.sql", "-- first\nCREATE TABLE one (id INT PRIMARY KEY);\n");
	put_file(&p, "0002_create_two.sql", "CREATE TABLE two (id INT PRIMARY KEY)\n");
	*state = &p;
	return 0;
}

static int
close_place(void **state)
{
	struct place *p = *state;
	char command[100];

	unit_begin(&p->u);
	forget_all(&p->u);
	unit_close(&p->u);
	(void)snprintf(command, sizeof(command), "rm -r %s", p->dir);
	return system(command);
}

/* As the command does it. */
static enum fault
up(struct place *p, const struct migrate_options *o, size_t *n)
{
	enum fault e;

	unit_begin(&p->u);
	db_destroy(&p->u.rq.db);
	e = migrate_open(&p->u.rq);
	return e ? e : migrate_up(&p->u.rq, o, n);
}

static const struct migrate_options plain = { .wait_ms = 5000 };

static void
what_is_pending_is_applied_once(void **state)
{
	struct place *p = *state;
	size_t n = 0;

	assert_fault(up(p, &plain, &n), FAULT_NONE);
	assert_int_equal(n, 2);
	assert_int_equal(unit_number(&p->u, "SELECT COUNT(*) FROM two"), 0);
	assert_fault(up(p, &plain, &n), FAULT_NONE);
	assert_int_equal(n, 0);
	put_file(p, "0003_create_three.sql", "CREATE TABLE three (id INT PRIMARY KEY);");
	assert_fault(up(p, &plain, &n), FAULT_NONE);
	assert_int_equal(n, 1);
	assert_int_equal(
	    unit_number(&p->u,
	                "SELECT COUNT(*) FROM schema_migration WHERE applied_at IS NOT NULL"),
	    3);
}

static void
a_changed_file_is_refused(void **state)
{
	struct place *p = *state;
	size_t n = 0;

	assert_fault(up(p, &plain, &n), FAULT_NONE);
	put_file(p, "0002_create_two.sql", "CREATE TABLE two (id BIGINT PRIMARY KEY)\n");
	put_file(p, "0003_create_three.sql", "CREATE TABLE three (id INT PRIMARY KEY);");
	assert_fault(up(p, &plain, &n), FAULT_CONFLICT);
	assert_int_equal(n, 0);
	assert_non_null(strstr(p->u.rq.problem.detail, "0002_create_two"));
	assert_int_equal(unit_number(&p->u, "SELECT COUNT(*) FROM schema_migration"), 2);
}

static void
gaps_and_strange_names_are_refused(void **state)
{
	struct place *p = *state;
	size_t n = 0;

	put_file(p, "0004_create_four.sql", "CREATE TABLE four (id INT)");
	assert_fault(up(p, &plain, &n), FAULT_INVALID);
	assert_non_null(strstr(p->u.rq.problem.detail, "0003"));
	put_file(p, "0003-create-three.sql", "CREATE TABLE three (id INT)");
	assert_fault(up(p, &plain, &n), FAULT_INVALID);
	assert_non_null(strstr(p->u.rq.problem.detail, "0003-create-three"));
	assert_int_equal(n, 0);
}

static void
a_file_that_did_not_end_is_left_to_a_person(void **state)
{
	struct place *p = *state;
	const struct migrate_options again = { .wait_ms = 0, .rerun = 3 };
	size_t n = 0;

	put_file(p, "0003_create_three.sql", "CREATE TABLE three (id INT PRIMARY KEY, broken)");
	assert_fault(up(p, &plain, &n), FAULT_INTERNAL);
	assert_int_equal(n, 2);
	assert_non_null(strstr(p->u.rq.problem.detail, "0003_create_three"));
	put_file(p, "0003_create_three.sql", "CREATE TABLE three (id INT PRIMARY KEY)");
	assert_fault(up(p, &plain, &n), FAULT_CONFLICT);
	assert_non_null(strstr(p->u.rq.problem.detail, "--resume 3"));
	assert_fault(up(p, &again, &n), FAULT_NONE);
	assert_int_equal(n, 1);
	assert_int_equal(unit_number(&p->u, "SELECT COUNT(*) FROM three"), 0);
}

static void
a_change_that_is_there_can_be_recorded(void **state)
{
	struct place *p = *state;
	const struct migrate_options done = { .wait_ms = 0, .record = 1 };
	size_t n = 0;

	assert_fault(up(p, &plain, &n), FAULT_NONE);
	unit_text(&p->u, "UPDATE schema_migration SET applied_at = NULL WHERE version = 1");
	assert_fault(up(p, &plain, &n), FAULT_CONFLICT);
	assert_fault(up(p, &done, &n), FAULT_NONE);
	assert_int_equal(n, 1);
	assert_fault(up(p, &plain, &n), FAULT_NONE);
	assert_int_equal(n, 0);
}

struct racer {
	struct place p;
	pthread_t thread;
	size_t applied;
	enum fault answer;
};

static void *
race(void *arg)
{
	struct racer *r = arg;

	r->answer = up(&r->p, &plain, &r->applied);
	return NULL;
}

static void
two_at_once_are_safe(void **state)
{
	struct place *p = *state;
	struct racer r[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		unit_open(&r[i].p.u, NULL, 0);
		r[i].p.u.conf.sql_dir = p->dir;
		assert_int_equal(pthread_create(&r[i].thread, NULL, race, &r[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(r[i].thread, NULL), 0);
	for (int i = 0; i < 2; i++) {
		assert_fault(r[i].answer, FAULT_NONE);
		unit_close(&r[i].p.u);
	}
	assert_int_equal(r[0].applied + r[1].applied, 2);
}

static void
a_lease_of_another_host_is_respected_and_a_dead_one_taken(void **state)
{
	struct place *p = *state;
	const struct migrate_options hasty = { .wait_ms = 300 };
	size_t n = 0;
	char host[64] = "";
	char sql[300];

	assert_fault(up(p, &plain, &n), FAULT_NONE);
	put_file(p, "0003_create_three.sql", "CREATE TABLE three (id INT PRIMARY KEY)");
	unit_text(&p->u, "UPDATE schema_lease SET owner = 'elsewhere:1:0', lease_until = "
	                 "UTC_TIMESTAMP(6) + INTERVAL 1 HOUR");
	assert_fault(up(p, &hasty, &n), FAULT_BUSY);
	assert_non_null(strstr(p->u.rq.problem.detail, "elsewhere:1:0"));
	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(sql, sizeof(sql), "UPDATE schema_lease SET owner = '%s:4194999:0'", host);
	unit_begin(&p->u);
	unit_text(&p->u, sql);
	assert_fault(up(p, &hasty, &n), FAULT_NONE);
	assert_int_equal(n, 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_pending_is_applied_once),
		CASE(a_changed_file_is_refused),
		CASE(gaps_and_strange_names_are_refused),
		CASE(a_file_that_did_not_end_is_left_to_a_person),
		CASE(a_change_that_is_there_can_be_recorded),
		CASE(two_at_once_are_safe),
		CASE(a_lease_of_another_host_is_respected_and_a_dead_one_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
