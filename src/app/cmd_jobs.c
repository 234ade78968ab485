/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_jobs.c - `rostra jobs`: background work as a service, or once. */
#include <stdio.h>
#include <stdlib.h>

#include "rostra/process.h"

#include "app_int.h"
#include "jobs_table.h"

enum { READ_TIMEOUT_S = 60, ARENA_BYTES = 262144, EXIT_USAGE = 2 };

static const char usage[] =
    "Usage: rostra jobs [--once]\n"
    "\n"
    "Runs the recurring jobs and the outbox until SIGTERM; any number of these processes may run.\n"
    "\n"
    "--once  does each job and what is due in the outbox once, and ends\n";

static int
once(struct app *app)
{
	struct conf conf = app->conf;
	struct rq rq = { .shared = &app->shared, .now_us = clock_now_us(), .language = "" };
	enum fault e;

	conf.db_read_timeout_s = READ_TIMEOUT_S;
	rq.conf = &conf;
	rq.arena = arena_create(ARENA_BYTES);
	rq.db = db_create(&conf, app_stmts, app_n_stmts);
	e = jobs_once(&rq, &app_jobs);
	if (e)
		(void)fprintf(stderr, "rostra jobs: %s %s (%s)\n", fault_row(e)->name,
		              rq.problem.detail, rq.problem.internal);
	db_destroy(&rq.db);
	arena_destroy(&rq.arena);
	return e ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
cmd_jobs(struct app *app, int argc, char **argv)
{
	if (argc == 2 && cstr_eq(argv[1], "--help")) {
		(void)fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && cstr_eq(argv[1], "--once"))
		return once(app);
	if (argc != 1) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	process_memory_steady();
	harden_memory();
	harden(&app->conf, CONFINE_WORKER);
	return jobs_run(&app->conf, app_stmts, app_n_stmts, &app_jobs);
}
