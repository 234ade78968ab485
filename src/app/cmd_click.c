/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_click.c - `rostra click`: the spool and the roll-up by hand. */
#include <inttypes.h>

#include "rostra/link.h"

#include "cmd_int.h"

enum { TIMEOUT_S = 3600 };

static const char usage[] =
    "Usage: rostra click load | rollup check | rollup rebuild [--json]\n"
    "\n"
    "load            loads what waits in this host's spool, as the jobs do\n"
    "rollup check    compares click_day with the clicks; status 1 when they differ\n"
    "rollup rebuild  makes click_day anew from the clicks, day by day\n";

static const char *
number(struct cmd *c, int64_t n)
{
	return arena_printf(c->rq.arena, "%" PRId64, n);
}

static enum fault
click_load(struct cmd *c)
{
	static const char *const columns[] = { "bytes_before", "bytes_after" };
	const char *before = number(c, spool_pending_bytes(c->rq.conf));
	enum fault e = cmd_options(c, NULL, 0);

	if (!e)
		e = click_loader_run(&c->rq);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ before, number(c, spool_pending_bytes(c->rq.conf)) });
	return FAULT_NONE;
}

static enum fault
rollup_run(struct cmd *c, const char *what, struct rollup_report *out)
{
	if (cstr_eq(what, "check"))
		return click_rollup_check(&c->rq, out);
	if (cstr_eq(what, "rebuild"))
		return click_rollup_rebuild(&c->rq, out);
	return rq_fail(&c->rq, FAULT_BAD_REQUEST, "rollup must be followed by check or rebuild");
}

static enum fault
click_rollup(struct cmd *c)
{
	static const char *const columns[] = { "rows", "wrong" };
	const char *what = c->argc > 0 ? c->argv[0] : "";
	struct rollup_report r = { 0 };
	enum fault e;

	c->argc -= c->argc > 0;
	c->argv++;
	c->app->conf.db_read_timeout_s =
	    TIMEOUT_S; /* all clicks are read; nothing is connected yet */
	c->rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	e = cmd_options(c, NULL, 0);
	if (!e)
		e = rollup_run(c, what, &r);
	if (!e && r.wrong > 0)
		e = rq_fail(&c->rq, FAULT_CONFLICT,
		            "%" PRId64 " of %" PRId64 " rows of click_day differ from the clicks",
		            r.wrong, r.rows);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ number(c, r.rows), number(c, r.wrong) });
	return FAULT_NONE;
}

int
cmd_click(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "load", click_load },
		{ "rollup", click_rollup },
		{ NULL, NULL },
	};

	return cmd_run(app, argc, argv, verbs, usage);
}
