/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_rates.c - `rostra rates`: exchange rates from a file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rostra/exchange.h"

#include "cmd_int.h"

enum { PIECE_BYTES = 65536, TIMEOUT_S = 300 };

static const char usage[] =
    "Usage: rostra rates load --company SLUG [--replace] [--json] FILE\n"
    "\n"
    "Loads the exchange rates of a CSV file (\"-\": standard input) whose first row names day,\n"
    "base, currency and rate: 1 base = rate currency, from that UTC day on until the next rate,\n"
    "for 31 days at most.  All or nothing; what is there already with the same rate is left\n"
    "alone, with another one is refused without --replace.\n";

static enum fault
feed_file(struct rq *rq, FILE *f, struct exchange_loader *l)
{
	char *piece = arena_alloc(rq->arena, PIECE_BYTES, 1);
	enum fault e = FAULT_NONE;
	size_t n;

	while (!e && (n = fread(piece, 1, PIECE_BYTES, f)) > 0)
		e = exchange_load_feed(l, piece, n);
	if (!e && ferror(f))
		e = rq_fail(rq, FAULT_INTERNAL, "The file cannot be read.");
	return e;
}

static const char *
number(struct cmd *c, int64_t n)
{
	return arena_printf(c->rq.arena, "%" PRId64, n);
}

static enum fault
load_file(struct cmd *c, FILE *f, bool replace)
{
	static const char *const columns[] = { "rates", "added", "same", "changed" };
	struct exchange_faults *faults = arena_new(c->rq.arena, struct exchange_faults);
	struct exchange_loader *l = exchange_load_begin(&c->rq, replace, faults);
	struct exchange_load r = { 0 };
	enum fault e = feed_file(&c->rq, f, l);

	if (!e)
		e = exchange_load_finish(l, &r);
	for (size_t i = 0; i < faults->n; i++)
		(void)fprintf(stderr, "line %" PRId64 ": %s\n", faults->list[i].line,
		              faults->list[i].detail);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ number(c, r.lines), number(c, r.added), number(c, r.same),
	                                  number(c, r.changed) });
	return FAULT_NONE;
}

static enum fault
rates_load(struct cmd *c)
{
	const char *company = NULL, *path = c->argc > 0 ? c->argv[c->argc - 1] : "--";
	bool replace = false;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "replace", NULL, &replace, false },
	};
	FILE *f;
	enum fault e;

	if (str_starts(str_of(path), STR("--")))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "the FILE is missing");
	c->argc--;
	c->rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	e = CMD_OPTIONS(c, options);
	if (!e)
		e = cmd_company_of(c, company);
	if (e)
		return e;
	f = cstr_eq(path, "-") ? stdin : fopen(path, "re");
	if (f == NULL)
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "%s: %s", path, strerror(errno));
	e = load_file(c, f, replace);
	if (f != stdin)
		(void)fclose(f);
	return e;
}

int
cmd_rates(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = { { "load", rates_load }, { NULL, NULL } };

	return cmd_run(app, argc, argv, verbs, usage);
}
