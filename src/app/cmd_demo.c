/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_demo.c - `rostra demo-data`: options, a progress bar, and who is who at the end. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rostra/audit.h"
#include "rostra/demo.h"
#include "rostra/jobs.h"
#include "rostra/lead.h"
#include "rostra/link.h"
#include "rostra/report.h"
#include "rostra/sums.h"

#include "app_int.h"

enum {
	STATEMENT_TIMEOUT_S = 3600,
	ARENA_BYTES = 1 << 20,
	BAR_WIDTH = 32,
	EXIT_USAGE = 2,
};
enum { SEED = 20260101, REDRAW_US = 100000 };

static const char usage[] =
    "Usage: rostra demo-data [--size tiny|demo|medium|large] [--seed N] [--now YYYY-MM-DD] "
    "[--quiet]\n"
    "                        [--people N] [--months N] [--shares N] [--clicks N] [--leads N] "
    "[--touches N]\n"
    "\n"
    "Fills an empty database with two companies, acme and globex: people in dated teams, channels, "
    "campaigns,\n"
    "posts, and months of shares, clicks, leads and conversions. The same options and the same "
    "--now make the\n"
    "same rows; --now is today by default. Numbers are of both companies together.\n"
    "\n"
    "            people  months   shares    clicks   leads\n"
    "  tiny          60       2      200     1,000      60\n"
    "  demo         300       6    4,000    20,000     700\n"
    "  medium       700      12   40,000   300,000   8,000\n"
    "  large      2,000      13  200,000 2,000,000  50,000\n"
    "\n"
    "Each company has admin@, manager@, curator@ and member@SLUG.example.\n";

/* The bar: how many rows there will be about, and how many there are. */
struct bar {
	int64_t expected, before, table_rows, drawn_us;
	const char *company, *table;
	bool quiet, terminal;
};

static void
draw(const struct bar *b, int64_t rows, bool done)
{
	int part = done ? BAR_WIDTH : (int)(rows * BAR_WIDTH / (b->expected + 1));

	if (part >= BAR_WIDTH && !done)
		part = BAR_WIDTH - 1;
	printf("\r[");
	for (int i = 0; i < BAR_WIDTH; i++)
		(void)putchar(i < part ? '#' : '.');
	printf("] %9" PRId64 " rows  %-8s %-16s", rows, b->company ? b->company : "",
	       b->table ? b->table : "");
	(void)fflush(stdout);
}

static void
end_table(struct bar *b)
{
	if (b->table && !b->terminal && !b->quiet)
		printf("%-8s %-16s %9" PRId64 " rows\n", b->company, b->table, b->table_rows);
	b->before += b->table_rows;
	b->table_rows = 0;
}

static void
progress(void *arg, const char *company, const char *table, int64_t rows)
{
	struct bar *b = arg;
	int64_t now = clock_monotonic_us();

	if (b->table && (!cstr_eq(table, b->table) || !cstr_eq(company, b->company)))
		end_table(b);
	b->company = company;
	b->table = table;
	b->table_rows = rows;
	if (b->quiet || !b->terminal || now - b->drawn_us < REDRAW_US)
		return;
	b->drawn_us = now;
	draw(b, b->before + rows, false);
}

enum {
	OPT_SIZE,
	OPT_SEED,
	OPT_NOW,
	OPT_QUIET,
	OPT_PEOPLE,
	OPT_MONTHS,
	OPT_SHARES,
	OPT_CLICKS,
	OPT_LEADS,
	OPT_TOUCHES,
	OPT_HELP
};

static const struct option options[] = {
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "people", required_argument, NULL, OPT_PEOPLE },
	{ "months", required_argument, NULL, OPT_MONTHS },
	{ "shares", required_argument, NULL, OPT_SHARES },
	{ "clicks", required_argument, NULL, OPT_CLICKS },
	{ "leads", required_argument, NULL, OPT_LEADS },
	{ "touches", required_argument, NULL, OPT_TOUCHES },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static bool
number(const char *text, int64_t least, int64_t most, int64_t *out)
{
	return str_int64(str_of(text), out) && *out >= least && *out <= most;
}

static bool
take_now(const char *text, struct demo_options *o)
{
	struct civil c = { 0 };

	if (!date_parse(str_of(text), &c.year, &c.month, &c.day))
		return false;
	o->now_us = civil_to_us(c);
	return true;
}

static bool
take(int option, const char *text, struct demo_options *o, struct bar *b)
{
	int64_t seed;

	switch (option) {
	case OPT_SIZE:
		return demo_size(text, o);
	case OPT_SEED:
		if (!number(text, 0, INT64_MAX, &seed))
			return false;
		o->seed = (uint64_t)seed;
		return true;
	case OPT_NOW:
		return take_now(text, o);
	case OPT_QUIET:
		b->quiet = true;
		return true;
	case OPT_PEOPLE:
		return number(text, 10, 100000, &o->people);
	case OPT_MONTHS:
		return number(text, 1, 60, &o->months);
	case OPT_SHARES:
		return number(text, 2, 10000000, &o->shares);
	case OPT_CLICKS:
		return number(text, 2, 100000000, &o->clicks);
	case OPT_LEADS:
		return number(text, 2, 10000000, &o->leads);
	case OPT_TOUCHES:
		return number(text, 1, 100000000, &o->touches);
	default:
		return false;
	}
}

/* Midnight: the same rows all day. */
static int64_t
today_us(void)
{
	int64_t now = clock_now_us();

	return now - now % US_PER_DAY;
}

static enum fault
load(struct rq *rq, const struct demo_options *o, struct bar *b)
{
	/* Months of clicks need their partitions first: to split a full one is slow. */
	enum fault e = click_partitions_run(rq);

	if (e)
		return e;
	e = demo_load(rq, o, progress, b);
	end_table(b);
	return e;
}

static int
run(struct app *app, const struct demo_options *o, struct bar *b)
{
	const struct db_stmt_table tables[] = {
		demo_stmts,   demo_ties_stmts,    demo_deal_stmts, link_stmts,
		lead_stmts,   lead_merge_stmts,   lead_fill_stmts, lead_merged_stmts,
		audit_stmts,  outbox_stmts,       sums_stmts,      count_stmts,
		report_stmts, report_counts_stmts
	};
	struct conf conf = app->conf;
	struct rq rq = { .shared = &app->shared, .now_us = o->now_us, .language = "" };
	int64_t began = clock_monotonic_us();
	enum fault e;

	conf.db_read_timeout_s = STATEMENT_TIMEOUT_S;
	rq.conf = &conf;
	rq.arena = arena_create(ARENA_BYTES);
	rq.db = db_create(&conf, tables, sizeof(tables) / sizeof(tables[0]));
	b->terminal = isatty(STDOUT_FILENO) == 1;
	/* Shares have links and states beside them; clicks their days; leads touches and
	 * conversions. */
	b->expected = 4 * o->shares + 8 * o->clicks / 5 + 9 * o->leads / 2 + 20 * o->people;
	e = load(&rq, o, b);
	if (!e && b->terminal && !b->quiet) {
		draw(b, b->before, true);
		printf("\n");
	}
	if (e)
		(void)fprintf(stderr, "rostra demo-data: %s%s%s\n", rq.problem.detail,
		              rq.problem.internal[0] ? ": " : "", rq.problem.internal);
	else if (!b->quiet)
		printf("%" PRId64 " rows in %.1f s; sign in as admin@, manager@, curator@ or "
		       "member@acme.example\n",
		       b->before, (double)(clock_monotonic_us() - began) / (double)US_PER_S);
	db_destroy(&rq.db);
	arena_destroy(&rq.arena);
	return e ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
cmd_demo_data(struct app *app, int argc, char **argv)
{
	struct demo_options o = { .seed = SEED, .now_us = today_us() };
	struct bar b = { 0 };
	int option;

	(void)demo_size("demo", &o);
	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == OPT_HELP) {
			(void)fputs(usage, stdout);
			return EXIT_SUCCESS;
		}
		if (!take(option, optarg, &o, &b)) {
			(void)fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind != argc) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return run(app, &o, &b);
}
