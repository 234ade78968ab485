/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_points.c - `rostra points`: the ledger proved by its entries. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rostra/measure.h"
#include "rostra/points.h"

#include "cmd_int.h"

enum { TIMEOUT_S = 3600, RULES_BYTES_MAX = 65536 };

static const char usage[] =
    "Usage: rostra points verify --company SLUG [--json]\n"
    "       rostra points rebuild --company SLUG\n"
    "       rostra points replay --company SLUG --from DATE --to DATE [--rules FILE] [--adopt] "
    "[--json]\n"
    "\n"
    "verify compares every balance and every sum of a day or month with its entries, and every\n"
    "reversal with what it takes back; lists what differs (tenths of points), and then ends with\n"
    "status 1.  rebuild makes the sums of days and months anew; the service may run meanwhile.\n"
    "replay counts again what people did from one local date up to another, excluded: what they "
    "have\n"
    "for each action, and what the rules of FILE (- is standard input; without it those in force)\n"
    "give.  FILE is {\"rules\": [...]} as in PUT /v1/point-rules.  With --adopt these rules hold "
    "for\n"
    "these days, today at most, until other rules are put: the ledger is settled by reversals\n"
    "and new entries, a person a transaction; also after these days where a cap per item\n"
    "reaches there.\n";

struct found {
	struct cmd *c;
	int64_t n;
};

static const char *
number(struct cmd *c, int64_t n)
{
	return n == J_NO_INT ? NULL : arena_printf(c->rq.arena, "%" PRId64, n);
}

static enum fault
list_fault(struct rq *rq, void *row, void *arg)
{
	const struct points_fault *f = row;
	struct found *found = arg;
	struct cmd *c = found->c;

	(void)rq;
	found->n++;
	cmd_row(c, (const char *const[]){
		       cmd_id(c, f->person_id), points_currency_names[f->currency],
		       number(c, f->period), number(c, f->sum_tenths), number(c, f->balance_tenths),
		       number(c, f->sum_entries), number(c, f->balance_entries) });
	return FAULT_NONE;
}

/* The whole ledger may be read. */
static enum fault
open_company(struct cmd *c, const struct cmd_option *options, size_t n, const char *const *company)
{
	enum fault e;

	c->app->conf.db_read_timeout_s = TIMEOUT_S;
	c->rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	e = cmd_options(c, options, n);
	return e ? e : cmd_company_of(c, *company);
}

static enum fault
points_verify_run(struct cmd *c)
{
	static const char *const columns[] = { "person",  "currency", "period",        "sum",
		                               "balance", "entries",  "balance_counts" };
	struct found found = { c, 0 };
	struct points_verdict v = { 0 };
	enum fault e;

	c->app->conf.db_read_timeout_s =
	    TIMEOUT_S; /* the whole ledger is summed up; nothing is connected yet */
	c->rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	e = cmd_company_only(c);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	cmd_numbers(c, 2, 5);
	c->lists_faults = true;
	e = points_verify(&c->rq, &v, list_fault, &found);
	if (e || (found.n == 0 && v.bad_reversals == 0 && v.below_zero == 0 && v.bad_sums == 0))
		return e;
	return rq_fail(&c->rq, FAULT_CONFLICT,
	               "Of %" PRId64 " entries and %" PRId64 " balances: %" PRId64
	               " balances differ, %" PRId64 " reversals are not of a whole entry, %" PRId64
	               " allowances are below zero, %" PRId64 " of %" PRId64
	               " sums of days and months differ.",
	               v.entries, v.balances, found.n, v.bad_reversals, v.below_zero, v.bad_sums,
	               v.sums);
}

static void
show_people(int64_t people, void *arg)
{
	(void)arg;
	fprintf(stderr, "%" PRId64 " people\n", people);
}

static enum fault
points_rebuild_run(struct cmd *c)
{
	enum fault e = cmd_company_only(c);

	return e ? e : points_rebuild(&c->rq, show_people, NULL);
}

/* --- replay --- */

static enum fault
read_rules(struct cmd *c, const char *path, struct str *out)
{
	char *text = arena_alloc(c->rq.arena, RULES_BYTES_MAX, 1);
	FILE *f = cstr_eq(path, "-") ? stdin : fopen(path, "re");
	size_t n;

	if (f == NULL)
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "%s: %s", path, strerror(errno));
	n = fread(text, 1, RULES_BYTES_MAX, f);
	if (f != stdin)
		(void)fclose(f);
	if (n == RULES_BYTES_MAX || n == 0)
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "%s: no rules.", path);
	*out = (struct str){ text, n };
	return FAULT_NONE;
}

static void
show_replayed(const struct points_replayed *r, void *arg)
{
	struct cmd *c = arg;

	cmd_row(c, (const char *const[]){ cmd_id(c, r->person_id), r->action,
	                                  number(c, r->stands_tenths), number(c, r->should_tenths),
	                                  number(c, r->should_tenths - r->stands_tenths) });
}

static enum fault
points_replay_run(struct cmd *c)
{
	static const char *const columns[] = { "person", "action", "stands", "should",
		                               "difference" };
	const char *company = NULL, *from = NULL, *to = NULL, *rules = NULL;
	struct points_replay r = { .row = show_replayed, .arg = c };
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true }, { "from", &from, NULL, true },
		{ "to", &to, NULL, true },           { "rules", &rules, NULL, false },
		{ "adopt", NULL, &r.adopt, false },
	};
	enum fault e = open_company(c, options, sizeof(options) / sizeof(options[0]), &company);

	if (e)
		return e;
	r.from_day = measure_day_parse(str_of(from));
	r.to_day = measure_day_parse(str_of(to));
	if (r.from_day == 0 || r.to_day == 0)
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--from and --to are dates: 2026-11-01.");
	if (rules != NULL)
		e = read_rules(c, rules, &r.rules);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	cmd_numbers(c, 2, 3);
	e = points_replay(&c->rq, &r);
	if (!e)
		fprintf(stderr,
		        "%" PRId64 " people: %" PRId64 " tenths stand, %" PRId64 " would; %" PRId64
		        " entries to reverse, %" PRId64 " to add%s\n",
		        r.people, r.stands_tenths, r.should_tenths, r.reversed, r.added,
		        r.adopt ? ": done" : "");
	return e;
}

int
cmd_points(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "verify", points_verify_run },
		{ "rebuild", points_rebuild_run },
		{ "replay", points_replay_run },
		{ NULL, NULL },
	};

	return cmd_run(app, argc, argv, verbs, usage);
}
