/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_rollups.c - `rostra rollups`: the sums that reports read, proved and made anew. */
#include <inttypes.h>

#include "rostra/report.h"

#include "cmd_int.h"

enum { TIMEOUT_S = 86400 };

static const char usage[] =
    "Usage: rostra rollups verify --company SLUG [--json]\n"
    "       rostra rollups rebuild --company SLUG\n"
    "\n"
    "verify compares every sum of a day with the rows it was counted from, and every month with "
    "its\n"
    "days; lists what differs, and then ends with status 1.  Days that changed since they were\n"
    "counted are read from their rows by reports, and not compared.  rebuild counts all days and\n"
    "months anew; reports stay exact meanwhile, but are slower.  The service may run beside both.\n"
    "(The sums of clicks by day and share, which these are counted from: rostra click rollup.)\n";

static enum fault
open_company(struct cmd *c)
{
	const char *company = NULL;
	const struct cmd_option options[] = { { "company", &company, NULL, true } };
	enum fault e;

	c->app->conf.db_read_timeout_s = TIMEOUT_S;
	c->rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	e = CMD_OPTIONS(c, options);
	return e ? e : cmd_company_of(c, company);
}

static void
list_wrong(const struct sums_wrong *w, void *arg)
{
	struct cmd *c = arg;
	struct civil day = civil_from_us(w->day_us);

	cmd_row(c, (const char *const[]){
		       w->span,
		       arena_printf(c->rq.arena, "%04d-%02d-%02d", day.year, day.month, day.day),
		       w->what, w->dimension });
}

static enum fault
rollups_verify(struct cmd *c)
{
	static const char *const columns[] = { "span", "from", "what", "by" };
	struct cmd_progress progress = { clock_monotonic_us() };
	struct sums_verdict v = { .progress = cmd_say_progress, .progress_arg = &progress };
	enum fault e = open_company(c);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	c->lists_faults = true;
	e = report_sums_verify(&c->rq, &v, list_wrong, c);
	if (e || v.wrong == 0)
		return e;
	return rq_fail(&c->rq, FAULT_CONFLICT,
	               "%" PRId64 " of %" PRId64 " sums differ from the rows (%" PRId64
	               " days are due to be counted).",
	               v.wrong, v.rows, v.due);
}

static enum fault
rollups_rebuild(struct cmd *c)
{
	struct cmd_progress progress = { clock_monotonic_us() };
	enum fault e = open_company(c);

	return e ? e : report_sums_rebuild(&c->rq, cmd_say_progress, &progress);
}

int
cmd_rollups(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "verify", rollups_verify },
		{ "rebuild", rollups_rebuild },
		{ NULL, NULL },
	};

	return cmd_run(app, argc, argv, verbs, usage);
}
