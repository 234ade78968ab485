/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_lead.c - `rostra lead import`: a file of leads by hand, with the code of POST
 * /v1/leads/import. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rostra/lead.h"

#include "cmd_int.h"

enum { PIECE_BYTES = 65536, BAR_CELLS = 40, BAR_EVERY_US = 200000 };

static const char usage[] =
    "Usage: rostra lead import --company SLUG --source NAME [--columns MAP] [--dry-run] "
    "[--json] FILE\n"
    "\n"
    "Adds the leads of a CSV file (\"-\": standard input).  Its first row "
    "names the columns: external_id, and any\n"
    "of email email_sha256 name organisation phone message click_id created_at "
    "value_minor currency.  --columns says what others are: "
    "E-Mail=email,Notes=- (- leaves out).  All valid rows go in; a\n"
    "file may be brought again: rows are known by NAME and external_id.  "
    "Status 1 when rows were refused.\n";

struct bar {
	int64_t size, done, drawn_us;
};

static void
bar_draw(struct bar *b, bool last)
{
	int64_t now_us = clock_monotonic_us();
	int cells;

	if (b->size <= 0 || !isatty(STDERR_FILENO) ||
	    (!last && now_us - b->drawn_us < BAR_EVERY_US))
		return;
	b->drawn_us = now_us;
	cells = (int)(b->done * BAR_CELLS / b->size);
	(void)fprintf(stderr, "\r[%-*.*s] %3d%%%s", BAR_CELLS, cells,
	              "########################################", (int)(b->done * 100 / b->size),
	              last ? "\n" : "");
}

static enum fault
feed_file(struct rq *rq, FILE *f, struct lead_import *i)
{
	struct bar bar = { .size = 0 };
	char *piece = arena_alloc(rq->arena, PIECE_BYTES, 1);
	enum fault e = FAULT_NONE;
	struct stat st;
	size_t n;

	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode))
		bar.size = st.st_size;
	while (!e && (n = fread(piece, 1, PIECE_BYTES, f)) > 0) {
		e = lead_import_feed(i, piece, n);
		bar.done += (int64_t)n;
		bar_draw(&bar, false);
	}
	bar_draw(&bar, true);
	if (!e && ferror(f))
		e = rq_fail(rq, FAULT_INTERNAL, "The file cannot be read.");
	return e;
}

static void
print_faults(const struct lead_import *i)
{
	const struct lead_fault *faults;
	size_t n;

	faults = lead_import_faults(i, &n);
	for (size_t f = 0; f < n; f++)
		(void)fprintf(stderr, "line %" PRId64 ": %s%s%s\n", faults[f].line,
		              faults[f].column != NULL ? faults[f].column : "",
		              faults[f].column != NULL ? " " : "", faults[f].detail);
}

static const char *
number(struct cmd *c, int64_t n)
{
	return arena_printf(c->rq.arena, "%" PRId64, n);
}

static enum fault
import_file(struct cmd *c, const struct lead_import_options *options, FILE *f)
{
	static const char *const columns[] = { "rows", "added", "repeated", "refused" };
	struct lead_import_result r;
	struct lead_import *i = lead_import_begin(&c->rq, options);
	enum fault e = feed_file(&c->rq, f, i);

	if (!e)
		e = lead_import_finish(i, &r);
	if (!e)
		print_faults(i);
	lead_import_end(i);
	if (e)
		return e;
	if (r.refused > 0)
		return rq_fail(&c->rq, FAULT_INVALID,
		               "%" PRId64 " rows: %" PRId64 " added, %" PRId64 " repeated, %" PRId64
		               " refused",
		               r.lines, r.added, r.repeated, r.refused);
	CMD_COLUMNS(c, columns, false);
	cmd_numbers(c, 0, 4);
	cmd_row(c, (const char *const[]){ number(c, r.lines), number(c, r.added),
	                                  number(c, r.repeated), number(c, r.refused) });
	return FAULT_NONE;
}

static enum fault
open_and_import(struct cmd *c, const struct lead_import_options *options, const char *path)
{
	FILE *f = cstr_eq(path, "-") ? stdin : fopen(path, "re");
	enum fault e;

	if (f == NULL)
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "%s: %s", path, strerror(errno));
	e = import_file(c, options, f);
	if (f != stdin)
		(void)fclose(f);
	return e;
}

static enum fault
lead_import(struct cmd *c)
{
	struct lead_import_options o = { NULL, NULL, false };
	const char *company = NULL, *path = c->argc > 0 ? c->argv[c->argc - 1] : "--";
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "source", &o.source, NULL, true },
		{ "columns", &o.columns, NULL, false },
		{ "dry-run", NULL, &o.dry_run, false },
	};
	enum fault e;

	if (str_starts(str_of(path), STR("--")))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "the FILE is missing");
	c->argc--;
	e = CMD_OPTIONS(c, options);
	if (!e)
		e = cmd_company_of(c, company);
	return e ? e : open_and_import(c, &o, path);
}

int
cmd_lead(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = { { "import", lead_import }, { NULL, NULL } };

	return cmd_run(app, argc, argv, verbs, usage);
}
