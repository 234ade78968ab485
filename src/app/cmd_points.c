/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_points.c - `rostra points`: the ledger proved by its entries. */
#include <inttypes.h>
#include <stdio.h>

#include "rostra/points.h"

#include "cmd_int.h"

enum { TIMEOUT_S = 3600 };

static const char usage[] =
    "Usage: rostra points verify --company SLUG [--json]\n"
    "       rostra points rebuild --company SLUG\n"
    "\n"
    "verify compares every balance and every sum of a day or month with its entries, and every\n"
    "reversal with what it takes back; lists what differs (tenths of points), and then ends with\n"
    "status 1.  rebuild makes the sums of days and months anew; the service may run meanwhile.\n";

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
open_company(struct cmd *c, const struct cmd_option *options, const char *const *company)
{
	enum fault e;

	c->app->conf.db_read_timeout_s = TIMEOUT_S;
	c->rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	e = cmd_options(c, options, 1);
	return e ? e : cmd_company_of(c, *company);
}

static enum fault
points_verify_run(struct cmd *c)
{
	static const char *const columns[] = { "person",  "currency", "period",        "sum",
		                               "balance", "entries",  "balance_counts" };
	const char *company = NULL;
	const struct cmd_option options[] = { { "company", &company, NULL, true } };
	struct found found = { c, 0 };
	struct points_verdict v = { 0 };
	enum fault e = open_company(c, options, &company);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	cmd_numbers(c, 2, 5);
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
	const char *company = NULL;
	const struct cmd_option options[] = { { "company", &company, NULL, true } };
	enum fault e = open_company(c, options, &company);

	return e ? e : points_rebuild(&c->rq, show_people, NULL);
}

int
cmd_points(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "verify", points_verify_run },
		{ "rebuild", points_rebuild_run },
		{ NULL, NULL },
	};

	return cmd_run(app, argc, argv, verbs, usage);
}
