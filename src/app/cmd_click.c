/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_click.c - `rostra click`: the spool, the roll-up, and history under other rules, by hand. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rostra/click.h"

#include "cmd_int.h"

enum { TIMEOUT_S = 3600, RECLASSIFY_TIMEOUT_S = 30 * 86400, SAY_EVERY_US = 2000000 };

static const char usage[] =
    "Usage: rostra click load | rollup check | rollup rebuild [--json]\n"
    "       rostra click reclassify --company SLUG [--rules FILE] [--ranges FILE] [--from DAY] "
    "[--to DAY] [--dry-run] [--json]\n"
    "\n"
    "load            loads what waits in this host's spool, as the jobs do\n"
    "rollup check    compares click_day with the clicks; status 1 when they differ\n"
    "rollup rebuild  makes click_day anew from the clicks, day by day\n"
    "reclassify      judges a company's clicks again, by the rules in the configuration unless "
    "files are named;\n"
    "                daily sums, paths of leads and reports follow; it may be stopped and begun "
    "again\n";

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
	cmd_numbers(c, 0, 2);
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
	struct cmd_progress progress = { clock_monotonic_us() };
	struct rollup_report r = { .progress = cmd_say_progress, .arg = &progress };
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
	cmd_numbers(c, 0, 2);
	cmd_row(c, (const char *const[]){ number(c, r.rows), number(c, r.wrong) });
	return FAULT_NONE;
}

/* --- reclassify ---------------------------------------------------------------------------- */

struct saying {
	const char *company;
	int64_t said_us;
};

/* To standard error, for whoever waits. */
static void
say_progress(const struct reclassify *r, int64_t at_us, void *arg)
{
	struct saying *s = arg;
	struct civil day = civil_from_us(at_us);
	int64_t now_us = clock_monotonic_us();

	if (now_us - s->said_us < SAY_EVERY_US)
		return;
	s->said_us = now_us;
	(void)fprintf(stderr, "%s: %04d-%02d-%02d, %" PRId64 " read, %" PRId64 " changed\n",
	              s->company, day.year, day.month, day.day, r->read, r->changed);
}

static enum fault
read_day(struct cmd *c, const char *option, const char *text, int64_t otherwise, int64_t *ret_us)
{
	struct civil day = { .month = 1 };

	*ret_us = otherwise;
	if (text == NULL)
		return FAULT_NONE;
	if (!date_parse(str_of(text), &day.year, &day.month, &day.day))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "%s must be a day, as 2026-05-31",
		               option);
	*ret_us = civil_to_us(day);
	return FAULT_NONE;
}

static void
put_counts(struct cmd *c, const struct reclassify *r)
{
	static const char *const columns[] = { "before", "reason_before", "after", "reason_after",
		                               "clicks" };

	CMD_COLUMNS(c, columns, true);
	cmd_numbers(c, 4, 1);
	for (size_t i = 0; i < r->n_counts; i++) {
		const struct reclassify_count *k = &r->count[i];

		cmd_row(c, (const char *const[]){ click_class_names[k->before], k->reason_before,
		                                  click_class_names[k->after], k->reason_after,
		                                  number(c, k->n) });
	}
}

static enum fault
reclassify_by(struct cmd *c, const char *rules_path, const char *ranges_path, struct reclassify *r)
{
	char err[400];
	struct click_rules *rules = click_rules_load(rules_path, ranges_path, err, sizeof(err));
	enum fault e;

	if (rules == NULL)
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "%s", err);
	r->rules = rules;
	e = click_reclassify(&c->rq, r);
	click_rules_free(&rules);
	if (!e)
		put_counts(c, r);
	return e;
}

static enum fault
click_reclassify_run(struct cmd *c)
{
	const struct conf *conf = c->rq.conf;
	const char *company = NULL, *rules = conf->click_rules, *ranges = conf->click_ranges;
	const char *from = NULL, *to = NULL;
	struct saying saying = { .said_us = clock_monotonic_us() };
	struct reclassify *r = arena_new(c->rq.arena, struct reclassify);
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true }, { "rules", &rules, NULL, false },
		{ "ranges", &ranges, NULL, false },  { "from", &from, NULL, false },
		{ "to", &to, NULL, false },          { "dry-run", NULL, &r->dry_run, false },
	};
	enum fault e;

	c->app->conf.db_read_timeout_s = TIMEOUT_S;
	c->rq.deadline_us = clock_monotonic_us() + RECLASSIFY_TIMEOUT_S * US_PER_S;
	e = CMD_OPTIONS(c, options);
	if (!e)
		e = read_day(c, "--from", from, 0, &r->from_us);
	if (!e)
		e = read_day(c, "--to", to, c->rq.now_us + US_PER_DAY, &r->to_us);
	if (!e)
		e = cmd_company_of(c, company);
	if (e)
		return e;
	saying.company = company;
	r->progress = say_progress;
	r->arg = &saying;
	return reclassify_by(c, rules, ranges, r);
}

int
cmd_click(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "load", click_load },
		{ "rollup", click_rollup },
		{ "reclassify", click_reclassify_run },
		{ NULL, NULL },
	};

	return cmd_run(app, argc, argv, verbs, usage);
}
