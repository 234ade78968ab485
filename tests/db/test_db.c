/* SPDX-License-Identifier: Apache-2.0 */
/* test_db.c - statements with typed columns on a real server. */
#include <string.h>

#include "rostra/demo.h"
#include "rostra/jobs.h"

#include "dbtest.h"
#include "src/app/app_int.h"
#include "src/profile/profile_int.h"

static const char *const colours[] = { "red", "green", NULL };

/* A column of each type. */
struct all {
	int64_t id;
	bool flag;
	const char *text;
	struct str blob;
	struct uuid uuid;
	int64_t at, day;
	int colour;
	uint32_t set;
	unsigned char digest[32];
	double number;
	uint64_t big;
};

#define T struct all
/* clang-format off */
static const struct db_col all_cols[] = {
	DB_COL_I64(T, id), DB_COL_BOOL(T, flag), DB_COL_STR(T, text), DB_COL_VIEW(T, blob), DB_COL_UUID(T, uuid),
	DB_COL_TIME(T, at), DB_COL_TIME(T, day), DB_COL_ENUM(T, colour, colours), DB_COL_SET(T, set),
	DB_COL_BYTES(T, digest), DB_COL_DOUBLE(T, number), DB_COL_U64(T, big),
};
static const struct db_col id_col[] = { DB_COL_I64(T, id) };
static const struct db_col uuid_col[] = { DB_COL_UUID(T, uuid) };
static const struct db_col set_in[] = { DB_COL_SET(T, set), DB_COL_I64(T, id) };
enum { Q_INSERT, Q_GET, Q_EACH, Q_SUM, Q_UPDATE, Q_BY_UUID, Q_SLEEP, Q_PATIENT, Q__MAX };
static const struct db_stmt rows[Q__MAX] = {
	[Q_INSERT] = { .name = "insert", .sql = "INSERT INTO every (id, flag, text, `blob`, uuid, at, day, colour, `set`,"
		" digest, number, big) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", DB_IN(all_cols) },
	[Q_GET] = { .name = "get", .sql = "SELECT id, flag, text, `blob`, uuid, at, day, colour, `set`, digest, number,"
		" big FROM every WHERE id = ?", DB_IN(id_col), DB_OUT(all_cols) },
	[Q_EACH] = { .name = "each", .sql = "SELECT id, flag, text, `blob`, uuid, at, day, colour, `set`, digest, number,"
		" big FROM every ORDER BY id", DB_OUT(all_cols) },
	[Q_SUM] = { .name = "sum", .sql = "SELECT SUM(id) FROM every", DB_OUT(id_col) },
	[Q_UPDATE] = { .name = "update", .sql = "UPDATE every SET `set` = ? WHERE id = ?", DB_IN(set_in) },
	[Q_BY_UUID] = { .name = "by_uuid", .sql = "SELECT id FROM every WHERE uuid = ?", DB_IN(uuid_col), DB_OUT(id_col) },
	[Q_SLEEP] = { .name = "sleep", .sql = "SELECT id + SLEEP(3) FROM every WHERE id = ?", DB_IN(id_col), DB_OUT(id_col) },
	[Q_PATIENT] = { .name = "patient", .sql = "SET STATEMENT max_statement_time = 60 FOR SELECT id FROM every"
		" WHERE id = ?", DB_IN(id_col), DB_OUT(id_col) },
};
/* clang-format on */
#undef T
static const struct db_stmt_table tables[] = { DB_STMTS("test", rows) };

static const char create_every[] =
    "CREATE OR REPLACE TABLE every (id BIGINT NOT NULL PRIMARY KEY, "
    "flag BOOLEAN, text VARCHAR(10000), `blob` MEDIUMBLOB,"
    " uuid UUID, at DATETIME(6), day DATE, colour "
    "ENUM('red','green'), `set` INT UNSIGNED, digest BINARY(32),"
    " number DOUBLE, big BIGINT UNSIGNED, KEY (uuid)) DEFAULT CHARSET=utf8mb4";

static int
open_unit(void **state)
{
	static struct unit u;

	unit_open(&u, NULL, 0);
	unit_text(&u, create_every);
	db_destroy(&u.rq.db);
	u.rq.db = db_create(&u.conf, tables, 1);
	*state = &u;
	return 0;
}

static int
close_unit(void **state)
{
	unit_close(*state);
	return 0;
}

static struct all
example(int64_t id)
{
	struct all a = { .id = id,
		         .flag = true,
		         .text = "h\xc3\xa4\xc3\x9f \xf0\x9f\x91\x8d",
		         .blob = STR("\x00\xff\x80zero"),
		         .colour = 1,
		         .set = UINT32_MAX,
		         .number = -0.125,
		         .big = UINT64_MAX };

	a.uuid = uuid_v7(clock_now_us());
	a.at = civil_to_us((struct civil){ 2026, 2, 28, 23, 59, 59, 999999 });
	a.day = civil_to_us((struct civil){ .year = 1999, .month = 12, .day = 31 });
	memset(a.digest, 0xee, sizeof(a.digest));
	return a;
}

static void
every_registered_statement_fits_the_schema(void **state)
{
	struct unit u;

	(void)state;
	app_tables_init();
	unit_open(&u, app_stmts, app_n_stmts);
	if (db_connect(&u.rq))
		fail_msg("%s: %s", u.rq.problem.detail, u.rq.problem.internal);
	unit_close(&u);
	unit_open(&u, &demo_stmts, 1);
	if (db_connect(&u.rq))
		fail_msg("%s: %s", u.rq.problem.detail, u.rq.problem.internal);
	unit_close(&u);
}

static void
a_statement_that_does_not_fit_is_named(void **state)
{
	static const struct db_stmt bad[] = {
		{ .name = "short",
		  .sql = "SELECT id, flag FROM every WHERE id = ?",
		  DB_IN(id_col),
		  DB_OUT(id_col) },
	};
	static const struct db_stmt wrong_type[] = {
		{ .name = "typed", .sql = "SELECT text FROM every", DB_OUT(id_col) },
	};
	static const struct db_stmt_table bad_tables[] = { DB_STMTS("bad", bad),
		                                           DB_STMTS("worse", wrong_type) };
	struct unit u;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unit_open(&u, &bad_tables[i], 1);
		assert_fault(db_connect(&u.rq), FAULT_INTERNAL);
		assert_non_null(strstr(u.rq.problem.detail, i == 0 ? "short" : "typed"));
		assert_false(db_is_up(u.rq.db));
		unit_close(&u);
	}
}

static void
each_type_comes_back_as_it_went(void **state)
{
	struct unit *u = *state;
	struct all a = example(1);
	struct all b = { 0 };
	bool duplicate = true;

	unit_begin(u);
	assert_fault(db_insert(&u->rq, &rows[Q_INSERT], &a, &duplicate), FAULT_NONE);
	assert_false(duplicate);
	assert_fault(db_one(&u->rq, &rows[Q_GET], &a, &b), FAULT_NONE);
	assert_true(b.flag);
	assert_string_equal(b.text, a.text);
	assert_int_equal(b.blob.n, a.blob.n);
	assert_memory_equal(b.blob.s, a.blob.s, a.blob.n);
	assert_true(uuid_eq(a.uuid, b.uuid));
	assert_int_equal(b.at, a.at);
	assert_int_equal(b.day, a.day);
	assert_int_equal(b.colour, a.colour);
	assert_int_equal(b.set, a.set);
	assert_memory_equal(b.digest, a.digest, sizeof(a.digest));
	assert_true(b.number == a.number);
	assert_true(b.big == a.big);
}

static void
null_of_each_type_comes_back_as_null(void **state)
{
	struct unit *u = *state;
	struct all a = { .id = 2, .at = TIME_NONE, .day = TIME_NONE, .colour = -1 };
	struct all b = example(2);
	bool duplicate = true;

	unit_begin(u);
	assert_fault(db_insert(&u->rq, &rows[Q_INSERT], &a, &duplicate), FAULT_NONE);
	assert_int_equal(
	    unit_number(
		u, "SELECT COUNT(*) FROM every WHERE id = 2 AND text IS NULL AND `blob` IS NULL"
		   " AND uuid IS NULL AND at IS NULL AND day IS NULL AND colour IS NULL"),
	    1);
	assert_fault(db_one(&u->rq, &rows[Q_GET], &a, &b), FAULT_NONE);
	assert_null(b.text);
	assert_null(b.blob.s);
	assert_true(uuid_is_zero(b.uuid));
	assert_true(b.at == TIME_NONE && b.day == TIME_NONE);
	assert_int_equal(b.colour, -1);
}

static void
long_texts_and_the_empty_one_come_back_whole(void **state)
{
	struct unit *u = *state;
	struct all a = example(3);
	struct all b;
	char text[9001];
	bool duplicate;

	unit_begin(u);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	a.text = text;
	a.blob = (struct str){ "", 0 };
	assert_fault(db_insert(&u->rq, &rows[Q_INSERT], &a, &duplicate), FAULT_NONE);
	assert_fault(db_one(&u->rq, &rows[Q_GET], &a, &b), FAULT_NONE);
	assert_string_equal(b.text, text);
	assert_non_null(b.blob.s);
	assert_int_equal(b.blob.n, 0);
}

static void
a_duplicate_key_is_an_answer(void **state)
{
	struct unit *u = *state;
	struct all a = example(4);
	bool duplicate = false;

	unit_begin(u);
	assert_fault(db_insert(&u->rq, &rows[Q_INSERT], &a, &duplicate), FAULT_NONE);
	assert_fault(db_insert(&u->rq, &rows[Q_INSERT], &a, &duplicate), FAULT_NONE);
	assert_true(duplicate);
	assert_fault(u->rq.problem.code, FAULT_NONE);
	assert_fault(db_exec(&u->rq, &rows[Q_INSERT], &a, NULL), FAULT_CONFLICT);
}

static void
no_row_is_not_found_without_a_word(void **state)
{
	struct unit *u = *state;
	struct all a = { .id = -1 };
	struct all b = { .text = "untouched" };

	unit_begin(u);
	assert_fault(db_one(&u->rq, &rows[Q_GET], &a, &b), FAULT_NOT_FOUND);
	assert_fault(u->rq.problem.code, FAULT_NONE);
	assert_string_equal(b.text, "untouched");
}

static void
rows_that_are_found_count_even_when_nothing_changes(void **state)
{
	struct unit *u = *state;
	struct all a = example(5);
	uint64_t n = 0;
	bool duplicate;

	unit_begin(u);
	assert_fault(db_insert(&u->rq, &rows[Q_INSERT], &a, &duplicate), FAULT_NONE);
	assert_fault(db_exec(&u->rq, &rows[Q_UPDATE], &a, &n), FAULT_NONE);
	assert_int_equal(n, 1);
}

static enum fault
count_row(struct rq *rq, void *row, void *arg)
{
	const struct all *a = row;
	int64_t *n = arg;

	(void)rq;
	*n += a->id >= 1000;
	return FAULT_NONE;
}

static void
many_rows_go_in_one_round_trip_and_stream_back(void **state)
{
	enum { ROWS = 1201 };
	struct unit *u = *state;
	struct all *many = calloc(ROWS, sizeof(*many));
	struct all row;
	uint64_t n = 0;
	int64_t seen = 0;
	size_t used;

	unit_begin(u);
	for (int i = 0; i < ROWS; i++) {
		many[i] = i % 3 ? example(1000 + i)
		                : (struct all){ .id = 1000 + i,
			                        .at = TIME_NONE,
			                        .day = TIME_NONE,
			                        .colour = -1 };
	}
	assert_fault(db_bulk(&u->rq, &rows[Q_INSERT], many, sizeof(*many), ROWS, &n), FAULT_NONE);
	assert_int_equal(n, ROWS);
	assert_int_equal(u->rq.stats.queries, 3);
	used = arena_used(u->rq.arena);
	assert_fault(db_each_scratch(&u->rq, &rows[Q_EACH], NULL, &row, count_row, &seen),
	             FAULT_NONE);
	assert_int_equal(seen, ROWS);
	assert_int_equal(arena_used(u->rq.arena), used);
	assert_fault(db_one(&u->rq, &rows[Q_GET], &many[1], &row), FAULT_NONE);
	assert_int_equal(row.at, many[1].at);
	assert_true(row.big == many[1].big);
	assert_memory_equal(row.blob.s, many[1].blob.s, many[1].blob.n);
	assert_fault(db_one(&u->rq, &rows[Q_GET], &many[0], &row), FAULT_NONE);
	assert_null(row.text);
	/* The statement is an ordinary one again. */
	many[0].id = 3000;
	assert_fault(db_exec(&u->rq, &rows[Q_INSERT], &many[0], &n), FAULT_NONE);
	assert_int_equal(n, 1);
	free(many);
}

static enum fault
stop_at_once(struct rq *rq, void *row, void *arg)
{
	(void)rq;
	(void)row;
	(void)arg;
	return FAULT_GONE;
}

static void
a_fault_of_the_row_function_ends_the_stream(void **state)
{
	struct unit *u = *state;
	struct all row;

	unit_begin(u);
	assert_fault(db_each(&u->rq, &rows[Q_EACH], NULL, &row, stop_at_once, NULL), FAULT_GONE);
	assert_fault(db_one(&u->rq, &rows[Q_SUM], NULL, &row), FAULT_NONE);
	assert_true(row.id > 0);
}

static void
a_uuid_parameter_uses_the_index(void **state)
{
	struct unit *u = *state;
	const char *plan;

	unit_begin(u);
	plan = unit_word(u, "EXPLAIN FORMAT=JSON SELECT id FROM every WHERE uuid = "
	                    "'01933333-3333-7333-8333-333333333333'");
	assert_non_null(strstr(plan, "\"key\": \"uuid\""));
	assert_non_null(strstr(plan, "\"rows\": 1"));
}

static void
a_statement_that_takes_too_long_is_ended_by_the_server(void **state)
{
	struct unit slow;
	struct all a = { .id = 1 };
	int64_t began = clock_monotonic_us();

	(void)state;
	unit_open(&slow, tables, 1);
	slow.conf.db_read_timeout_s = 2; /* max_statement_time 1 s */
	assert_fault(db_one(&slow.rq, &rows[Q_SLEEP], &a, &a), FAULT_BUSY);
	assert_true(clock_monotonic_us() - began < 2500000);
	assert_true(slow.rq.problem.retry_after_s > 0);
	unit_close(&slow);
}

static void
a_statement_may_ask_for_more_time(void **state)
{
	struct unit *u = *state;
	struct all a = { .id = 1 };

	unit_begin(u);
	assert_fault(db_one(&u->rq, &rows[Q_PATIENT], &a, &a), FAULT_NONE);
}

static void
the_session_is_strict_and_in_utc(void **state)
{
	struct unit *u = *state;

	unit_begin(u);
	assert_string_equal(unit_word(u, "SELECT @@time_zone"), "+00:00");
	assert_non_null(strstr(unit_word(u, "SELECT @@sql_mode"), "STRICT_ALL_TABLES"));
	assert_string_equal(unit_word(u, "SELECT @@character_set_client"), "utf8mb4");
	assert_int_equal(unit_number(u, "SELECT @@innodb_lock_wait_timeout"), 5);
	assert_int_equal(unit_number(u, "SELECT @@idle_transaction_timeout"), 10);
}

static void
the_words_that_full_text_does_not_keep_are_the_servers(void **state)
{
	struct buf ours = { .n = 0 };
	struct unit u;

	(void)state;
	for (const char *const *w = expertise_common; *w != NULL; w++)
		buf_printf(&ours, "%s%s", ours.n > 0 ? " " : "", *w);
	buf_char(&ours, '\0');
	unit_open(&u, NULL, 0);
	/* It has one of them twice. */
	assert_string_equal(
	    unit_word(&u, "SELECT GROUP_CONCAT(DISTINCT value ORDER BY value SEPARATOR ' ')"
	                  " FROM information_schema.INNODB_FT_DEFAULT_STOPWORD"),
	    ours.s);
	unit_close(&u);
	buf_free(&ours);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_registered_statement_fits_the_schema),
		cmocka_unit_test(a_statement_that_does_not_fit_is_named),
		cmocka_unit_test(each_type_comes_back_as_it_went),
		cmocka_unit_test(null_of_each_type_comes_back_as_null),
		cmocka_unit_test(long_texts_and_the_empty_one_come_back_whole),
		cmocka_unit_test(a_duplicate_key_is_an_answer),
		cmocka_unit_test(no_row_is_not_found_without_a_word),
		cmocka_unit_test(rows_that_are_found_count_even_when_nothing_changes),
		cmocka_unit_test(many_rows_go_in_one_round_trip_and_stream_back),
		cmocka_unit_test(a_fault_of_the_row_function_ends_the_stream),
		cmocka_unit_test(a_uuid_parameter_uses_the_index),
		cmocka_unit_test(a_statement_that_takes_too_long_is_ended_by_the_server),
		cmocka_unit_test(a_statement_may_ask_for_more_time),
		cmocka_unit_test(the_session_is_strict_and_in_utc),
		cmocka_unit_test(the_words_that_full_text_does_not_keep_are_the_servers),
	};

	return cmocka_run_group_tests(tests, open_unit, close_unit);
}
