/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_migrate.c - `rostra migrate status|up`. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rostra/migrate.h"

#include "app_int.h"

/* A DDL statement may take long; the wait for another `up` ends before an operator's patience does.
 */
enum { STATEMENT_TIMEOUT_S = 3600, WAIT_MS = 600000, ARENA_BYTES = 65536, EXIT_USAGE = 2 };

static const char usage[] =
    "Usage: rostra migrate status [--json]\n"
    "       rostra migrate up [--json] [--resume N | --done N]\n"
    "\n"
    "status   lists the files of sql_dir and what the database has of them.\n"
    "up       applies what is pending, in order. Safe to run twice at once: the second waits.\n"
    "\n"
    "--json      one JSON object a line\n"
    "--resume N  file N began and did not end, and its change is not in the schema: run it again\n"
    "--done N    file N began and did not end, but its change is in the schema: only record it\n";

struct request {
	bool json;
	int64_t resume, done;
};

static void
put_time(struct buf *b, const char *member, int64_t t_us)
{
	char text[RFC3339_SIZE];

	buf_printf(b, ",\"%s\":", member);
	if (t_us == TIME_NONE) {
		buf_lit(b, "null");
		return;
	}
	(void)time_format(t_us, text);
	buf_json_string(b, str_of(text));
}

static void
print_json(const struct migration *m)
{
	struct buf b = { 0 };

	buf_printf(&b, "{\"version\":%" PRId64 ",\"name\":", m->version);
	buf_json_string(&b, str_of(m->name));
	buf_printf(&b, ",\"state\":\"%s\",\"sha256\":\"%s\"", migration_state_names[m->state],
	           m->sha256);
	put_time(&b, "started_at", m->started_us);
	put_time(&b, "applied_at", m->applied_us);
	buf_lit(&b, "}\n");
	(void)fwrite(b.s, 1, b.n, stdout);
	buf_free(&b);
}

static void
print_line(const struct migration *m)
{
	char at[RFC3339_SIZE] = "";

	if (m->applied_us != TIME_NONE)
		(void)time_format(m->applied_us, at);
	printf("%-12s  %-40s  %s\n", migration_state_names[m->state], m->name, at);
}

static enum fault
status(struct rq *rq, const struct request *r)
{
	struct migration_list list = { 0 };
	enum fault e = migrate_list(rq, &list);

	for (size_t i = 0; !e && i < list.n; i++) {
		if (r->json)
			print_json(&list.items[i]);
		else
			print_line(&list.items[i]);
	}
	return e;
}

static void
step(void *arg, const struct migration *m, int64_t took_us)
{
	const struct request *r = arg;

	if (r->json)
		printf("{\"applied\":\"%s\",\"ms\":%" PRId64 "}\n", m->name, took_us / 1000);
	else
		printf("applied %s (%" PRId64 " ms)\n", m->name, took_us / 1000);
	(void)fflush(stdout);
}

static enum fault
up(struct rq *rq, struct request *r)
{
	size_t applied = 0;
	const struct migrate_options o = {
		.rerun = r->resume, .record = r->done, .wait_ms = WAIT_MS, .step = step, .arg = r
	};
	enum fault e = migrate_up(rq, &o, &applied);

	if (e)
		return e;
	if (r->json)
		printf("{\"files\":%zu}\n", applied);
	else if (applied == 0)
		puts("nothing to do: the schema is up to date");
	else
		printf("%zu file(s) applied\n", applied);
	return FAULT_NONE;
}

static bool
parse(int argc, char **argv, struct request *r)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "resume", required_argument, NULL, 'r' },
		{ "done", required_argument, NULL, 'd' },
		{ 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool ok = true;

		if (c == 'j')
			r->json = true;
		else if (c == 'r')
			ok = str_int64(str_of(optarg), &r->resume) && r->resume > 0;
		else if (c == 'd')
			ok = str_int64(str_of(optarg), &r->done) && r->done > 0;
		else
			ok = false;
		if (!ok)
			return false;
	}
	return optind + 1 == argc;
}

static int
run(struct app *app, const char *verb, struct request *r)
{
	struct conf conf = app->conf;
	struct rq rq = { .shared = &app->shared, .now_us = clock_now_us(), .language = "" };
	enum fault e;

	conf.db_read_timeout_s = STATEMENT_TIMEOUT_S;
	rq.conf = &conf;
	rq.arena = arena_create(ARENA_BYTES);
	e = migrate_open(&rq);
	if (!e)
		e = cstr_eq(verb, "up") ? up(&rq, r) : status(&rq, r);
	if (e)
		(void)fprintf(stderr, "rostra migrate: %s%s%s%s\n", rq.problem.detail,
		              rq.problem.internal[0] ? " (" : "", rq.problem.internal,
		              rq.problem.internal[0] ? ")" : "");
	db_destroy(&rq.db);
	arena_destroy(&rq.arena);
	return e ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
cmd_migrate(struct app *app, int argc, char **argv)
{
	struct request r = { 0 };

	if (argc > 1 && (cstr_eq(argv[1], "--help") || cstr_eq(argv[1], "-h"))) {
		(void)fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (!parse(argc, argv, &r) ||
	    !(cstr_eq(argv[optind], "up") || cstr_eq(argv[optind], "status"))) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return run(app, argv[optind], &r);
}
