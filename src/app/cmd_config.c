/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_config.c - `rostra config`: the settings in force; of secrets only where they are. */
#include <getopt.h>
#include <stdio.h>

#include "rostra/buf.h"

#include "app_int.h"

static const char usage[] =
    "Usage: rostra config [--json | --names]\n"
    "\n"
    "Prints the settings in force: defaults, the file, then ROSTRA_* of the\n"
    "environment. Ends with 2 and file, line and reason when one is wrong.\n";

static void
print_table(const struct app *app, struct arena *a)
{
	printf("# %s\n", app->conf_path != NULL ? app->conf_path : "no file: defaults");
	for (const struct conf_row *r = conf_rows; r->name != NULL; r++) {
		const char *value = conf_value(&app->conf, r, a);

		printf("%-22s = %-32s # %s%s\n", r->name, value, r->help,
		       cstr_eq(value, r->def) ? "" : " (set)");
	}
}

static void
print_json(const struct app *app, struct arena *a)
{
	struct buf b = { 0 };

	buf_char(&b, '{');
	for (const struct conf_row *r = conf_rows; r->name != NULL; r++) {
		const char *value = conf_value(&app->conf, r, a);

		if (r != conf_rows)
			buf_char(&b, ',');
		buf_json_string(&b, str_of(r->name));
		buf_char(&b, ':');
		if (r->type == CONF_INT)
			buf_cstr(&b, value);
		else if (r->type == CONF_BOOL)
			buf_cstr(&b, cstr_eq(value, "yes") ? "true" : "false");
		else
			buf_json_string(&b, str_of(value));
	}
	buf_lit(&b, "}\n");
	(void)fwrite(b.s, 1, b.n, stdout);
	buf_free(&b);
}

int
cmd_config(struct app *app, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "names", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct arena *a = arena_create(0);
	int c = getopt_long(argc, argv, "", options, NULL), status = 0;

	if (c == 'j') {
		print_json(app, a);
	} else if (c == 'n') {
		for (const struct conf_row *r = conf_rows; r->name != NULL; r++)
			puts(r->name);
	} else if (c == 'h') {
		fputs(usage, stdout);
	} else if (c == -1 && argc == 1) {
		print_table(app, a);
	} else {
		fputs(usage, stderr);
		status = 2;
	}
	arena_destroy(&a);
	return status;
}
