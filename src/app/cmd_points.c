/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_points.c - `rostra points`: the ledger proved by its entries. */
#include <inttypes.h>

#include "rostra/points.h"

#include "cmd_int.h"

enum { TIMEOUT_S = 3600 };

static const char usage[] =
    "Usage: rostra points verify --company SLUG [--json]\n"
    "\n"
    "Compares every balance with the sum of its entries, and every reversal with what it takes\n"
    "back; lists what differs (tenths of points), and then ends with status 1.\n";

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

static enum fault
points_verify_run(struct cmd *c)
{
	static const char *const columns[] = { "person",  "currency", "period",        "sum",
		                               "balance", "entries",  "balance_counts" };
	const char *company = NULL;
	const struct cmd_option options[] = { { "company", &company, NULL, true } };
	struct found found = { c, 0 };
	struct points_verdict v = { 0 };
	enum fault e;

	c->app->conf.db_read_timeout_s = TIMEOUT_S; /* the whole ledger is read */
	c->rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	e = CMD_OPTIONS(c, options);
	if (!e)
		e = cmd_company_of(c, company);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	e = points_verify(&c->rq, &v, list_fault, &found);
	if (e || (found.n == 0 && v.bad_reversals == 0 && v.below_zero == 0))
		return e;
	return rq_fail(&c->rq, FAULT_CONFLICT,
	               "Of %" PRId64 " entries and %" PRId64 " balances: %" PRId64
	               " balances differ, %" PRId64 " reversals are not of a whole entry, %" PRId64
	               " allowances are below zero.",
	               v.entries, v.balances, found.n, v.bad_reversals, v.below_zero);
}

int
cmd_points(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "verify", points_verify_run },
		{ NULL, NULL },
	};

	return cmd_run(app, argc, argv, verbs, usage);
}
