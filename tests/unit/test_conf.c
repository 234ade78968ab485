/* SPDX-License-Identifier: Apache-2.0 */
/* test_conf.c - settings: default, file, environment, and every way to get them wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rostra/conf.h"
#include "rostra/str.h"

static const char *
not_green(struct str value)
{
	return str_is(value, "green") ? "must not be green" : NULL;
}

/* clang-format off */
static const struct conf_row rows[] = {
	{ "db_name", CONF_STRING, offsetof(struct conf, db_name), "rostra", 0, 0, "a word", not_green },
	{ "state_dir", CONF_PATH, offsetof(struct conf, state_dir), "/var/lib/x", 0, 0, "a folder", NULL },
	{ "token_keys_file", CONF_SECRET_FILE, offsetof(struct conf, token_keys_file), "", 0, 0, "a secret", NULL },
	{ "drain_s", CONF_INT, offsetof(struct conf, drain_s), "30", 1, 600, "seconds", NULL },
	{ "trust_link_headers", CONF_BOOL, offsetof(struct conf, trust_link_headers), "no", 0, 0, "yes or no", NULL },
	{ NULL, CONF_STRING, 0, NULL, 0, 0, NULL, NULL },
};
/* clang-format on */

static char path[64];

static void
write_file(const char *text, mode_t mode)
{
	FILE *f;
	int fd;

	strcpy(path, "/tmp/test_conf.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	fputs(text, f);
	assert_int_equal(fchmod(fd, mode), 0);
	fclose(f);
}

static int
remove_file(void **state)
{
	(void)state;
	if (path[0] != '\0')
		(void)unlink(path);
	path[0] = '\0';
	(void)unsetenv("ROSTRA_DRAIN_S");
	(void)unsetenv("ROSTRA_DB_NAME");
	return 0;
}

static void
conf_forget(struct conf *c)
{
	free((char *)(uintptr_t)c->db_name);
	free((char *)(uintptr_t)c->state_dir);
	free((char *)(uintptr_t)c->token_keys_file);
}

static void
the_environment_wins_over_the_file_and_that_over_defaults(void **state)
{
	struct conf c;
	char err[200];

	(void)state;
	write_file("# comment\n\n  db_name = \"my db\"  \ndrain_s=7\ntrust_link_headers = yes\n",
	           0600);
	(void)setenv("ROSTRA_DRAIN_S", "9", 1);
	assert_true(conf_load(&c, rows, path, err, sizeof(err)));
	assert_string_equal(c.db_name, "my db");
	assert_string_equal(c.state_dir, "/var/lib/x");
	assert_int_equal(c.drain_s, 9);
	assert_true(c.trust_link_headers);
	conf_forget(&c);
}

static void
values_are_shown_as_they_are_written(void **state)
{
	struct arena *a = arena_create(4096);
	struct conf c;
	char err[200];

	(void)state;
	assert_true(conf_load(&c, rows, NULL, err, sizeof(err)));
	assert_string_equal(conf_value(&c, &rows[0], a), "rostra");
	assert_string_equal(conf_value(&c, &rows[3], a), "30");
	assert_string_equal(conf_value(&c, &rows[4], a), "no");
	conf_forget(&c);
	arena_destroy(&a);
}

static void
what_is_wrong_is_named_with_file_and_line(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "\nnonsense = 1\n", ":2: nonsense: is not a setting" },
		{ "drain_s\n", ":1: drain_s: needs a value" },
		{ "drain_s = 0\n", ":1: drain_s: must be a whole number from 1 to 600" },
		{ "drain_s = 9x\n", ":1: drain_s: must be a whole number from 1 to 600" },
		{ "drain_s = 5\ndrain_s = 6\n", ":2: drain_s: stands in the file twice" },
		{ "trust_link_headers = maybe\n", ":1: trust_link_headers: must be yes or no" },
		{ "state_dir = here\n", ":1: state_dir: must be an absolute path" },
		{ "db_name = green\n", ":1: db_name: must not be green" },
		{ "token_keys_file = keys\n", ":1: token_keys_file: must be an absolute path" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conf c;
		char err[200] = "";

		write_file(cases[i].text, 0600);
		assert_false(conf_load(&c, rows, path, err, sizeof(err)));
		assert_true(str_starts(str_of(err), str_of(path)));
		if (strstr(err, cases[i].want) == NULL)
			fail_msg("%s: %s", cases[i].text, err);
		conf_forget(&c);
		(void)remove_file(NULL);
	}
}

static void
a_bad_environment_and_a_missing_file_stop_the_start(void **state)
{
	struct conf c;
	char err[200];

	(void)state;
	(void)setenv("ROSTRA_DRAIN_S", "soon", 1);
	assert_false(conf_load(&c, rows, NULL, err, sizeof(err)));
	assert_non_null(strstr(err, "environment: ROSTRA_DRAIN_S"));
	conf_forget(&c);
	assert_false(conf_load(&c, rows, "/nowhere/rostra.conf", err, sizeof(err)));
	assert_non_null(strstr(err, "/nowhere/rostra.conf: No such file"));
	conf_forget(&c);
	assert_false(conf_load(&c, rows, "/", err, sizeof(err)));
	assert_non_null(strstr(err, "/: Is a directory"));
	conf_forget(&c);
}

static void
a_secret_is_one_line_that_others_cannot_read(void **state)
{
	char secret[40], err[200];

	(void)state;
	write_file("hunter2\nmore\n", 0400);
	assert_true(conf_secret(path, secret, sizeof(secret), err, sizeof(err)));
	assert_string_equal(secret, "hunter2");
	(void)remove_file(NULL);
	write_file("hunter2\n", 0404);
	assert_false(conf_secret(path, secret, sizeof(secret), err, sizeof(err)));
	assert_non_null(strstr(err, "chmod"));
	(void)remove_file(NULL);
	write_file("", 0400);
	assert_false(conf_secret(path, secret, sizeof(secret), err, sizeof(err)));
	(void)remove_file(NULL);
	write_file("0123456789012345678901234567890123456789", 0400);
	assert_false(conf_secret(path, secret, sizeof(secret), err, sizeof(err)));
	assert_non_null(strstr(err, "too long"));
	assert_false(conf_secret("/nowhere", secret, sizeof(secret), err, sizeof(err)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_environment_wins_over_the_file_and_that_over_defaults,
		                          remove_file),
		cmocka_unit_test(values_are_shown_as_they_are_written),
		cmocka_unit_test_teardown(what_is_wrong_is_named_with_file_and_line, remove_file),
		cmocka_unit_test_teardown(a_bad_environment_and_a_missing_file_stop_the_start,
		                          remove_file),
		cmocka_unit_test_teardown(a_secret_is_one_line_that_others_cannot_read,
		                          remove_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
