/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_click.c - `rostra click`: the spool and the roll-up by hand. */
#include <stdio.h>
#include <stdlib.h>

#include "rostra/caller.h"
#include "rostra/link.h"

#include "app_int.h"

enum { ARENA_BYTES = 262144, TIMEOUT_S = 600, EXIT_USAGE = 64 /* EX_USAGE of sysexits.h */ };

static const char usage[] =
    "Usage: rostra click load | rollup check | rollup rebuild\n"
    "\n"
    "load            loads what waits in this host's spool, as the jobs do\n"
    "rollup check    compares click_day with the clicks; status 1 when they differ\n"
    "rollup rebuild  makes click_day anew from the clicks, day by day\n";

static enum fault
load(struct rq *rq)
{
	const int64_t before = spool_pending_bytes(rq->conf);
	enum fault e = click_loader_run(rq);

	if (!e)
		(void)printf("%lld bytes waited, %lld wait now\n", (long long)before,
		             (long long)spool_pending_bytes(rq->conf));
	return e;
}

static enum fault
rollup(struct rq *rq, enum fault (*run)(struct rq *, struct rollup_report *), int *ret_status)
{
	struct rollup_report r;
	enum fault e = run(rq, &r);

	if (e)
		return e;
	(void)printf("%lld rows, %lld differ from the clicks\n", (long long)r.rows,
	             (long long)r.wrong);
	*ret_status = r.wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	return FAULT_NONE;
}

static enum fault
run(struct rq *rq, int argc, char **argv, int *ret_status)
{
	*ret_status = EXIT_SUCCESS;
	if (argc == 2 && cstr_eq(argv[1], "load"))
		return load(rq);
	if (argc == 3 && cstr_eq(argv[1], "rollup") && cstr_eq(argv[2], "check"))
		return rollup(rq, click_rollup_check, ret_status);
	if (argc == 3 && cstr_eq(argv[1], "rollup") && cstr_eq(argv[2], "rebuild"))
		return rollup(rq, click_rollup_rebuild, ret_status);
	(void)fputs(usage, stderr);
	*ret_status = EXIT_USAGE;
	return FAULT_NONE;
}

int
cmd_click(struct app *app, int argc, char **argv)
{
	static const struct caller operator_ = { .kind = ACCESS_ADMIN };
	struct conf conf = app->conf;
	struct rq rq = {
		.shared = &app->shared, .who = &operator_, .now_us = clock_now_us(), .language = ""
	};
	enum fault e;
	int status;

	if (argc == 2 && cstr_eq(argv[1], "--help")) {
		(void)fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	conf.db_read_timeout_s = TIMEOUT_S;
	rq.conf = &conf;
	rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	rq.arena = arena_create(ARENA_BYTES);
	rq.db = db_create(&conf, app_stmts, app_n_stmts);
	e = run(&rq, argc, argv, &status);
	if (e)
		(void)fprintf(stderr, "rostra click: %s %s (%s)\n", fault_row(e)->name,
		              rq.problem.detail, rq.problem.internal);
	db_destroy(&rq.db);
	arena_destroy(&rq.arena);
	return e ? EXIT_FAILURE : status;
}
