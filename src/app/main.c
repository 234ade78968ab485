/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the subcommands of rostra. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rostra/log.h"

#include "app_int.h"

enum { EXIT_USAGE = 2 };

static const struct command commands[] = {
	{ "serve", "the workers behind nginx", cmd_serve, true },
	{ "jobs", "background work", cmd_jobs, true },
	{ "migrate", "bring the database to this version", cmd_migrate, false },
	{ "openapi", "print the OpenAPI document", cmd_openapi, false },
	{ "config", "print the settings in force", cmd_config, false },
	{ "keys", "make and rotate the secret files", cmd_keys, false },
	{ "company", "add, list and change companies", cmd_company, false },
	{ "person", "add, list and change people", cmd_person, false },
	{ "team", "add and list teams, move people", cmd_team, false },
	{ "channel", "add channels", cmd_channel, false },
	{ "key", "keys of servers and of public forms", cmd_key, false },
	{ "provider", "where the people of a company sign in", cmd_provider, false },
	{ "session", "sign people in without their provider; end sessions", cmd_session, false },
	{ "token", "mint an access token of a person", cmd_token, false },
	{ "lead", "bring in a file of leads", cmd_lead, false },
	{ "click", "load the spool, check daily sums, judge clicks again", cmd_click, false },
	{ "rollups", "prove the sums that reports read, make them anew", cmd_rollups, false },
	{ "points", "prove the balances by the ledger", cmd_points, false },
	{ "crm", "where CRMs tell of the stages of leads", cmd_crm, false },
	{ "rates", "load exchange rates from a file", cmd_rates, false },
	{ "demo-data", "fill an empty database with believable data", cmd_demo_data, false },
};

static void
print_usage(FILE *out)
{
	fputs("Usage: rostra [--config FILE] COMMAND [ARGUMENT...]\n"
	      "       rostra COMMAND --help\n"
	      "       rostra help COMMAND\n"
	      "\n",
	      out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\nSettings: rostra.conf(5). Manual: rostra(8).\n", out);
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (cstr_eq(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static bool
load(struct app *app, bool service)
{
	char err[512] = "";
	const char *path = app->conf_path;
	enum log_level least = LOG_INFO;

	if (path == NULL && access(ROSTRA_CONF_FILE, R_OK) == 0)
		path = app->conf_path = ROSTRA_CONF_FILE;
	if (!conf_load(&app->conf, conf_rows, path, err, sizeof(err))) {
		fprintf(stderr, "rostra: %s\n", err);
		return false;
	}
	(void)log_level_of(str_of(app->conf.log_level), &least);
	/* Commands of operators speak on the terminal; only services open the log file. */
	if (log_open(service ? app->conf.log_file : "-", least))
		return true;
	fprintf(stderr, "rostra: log_file %s: %s\n", app->conf.log_file, strerror(errno));
	return false;
}

/* "help COMMAND" is "COMMAND --help"; argc behind it. */
static int
turn_help(int argc, char **argv, int at)
{
	static char option[] = "--help";

	if (at + 1 >= argc || !cstr_eq(argv[at], "help"))
		return argc;
	argv[at] = argv[at + 1];
	argv[at + 1] = option;
	return at + 2;
}

int
main(int argc, char **argv)
{
	static struct app app;
	const struct command *command;
	int at = 1;

	app.program = argv[0];
	if (at + 1 < argc && cstr_eq(argv[at], "--config")) {
		app.conf_path = argv[at + 1];
		at += 2;
	}
	argc = turn_help(argc, argv, at);
	if (at < argc && (cstr_eq(argv[at], "--help") || cstr_eq(argv[at], "help"))) {
		print_usage(stdout);
		return 0;
	}
	if (at < argc && cstr_eq(argv[at], "--version")) {
		puts("rostra " PACKAGE_VERSION);
		return 0;
	}
	command = at < argc ? find_command(argv[at]) : NULL;
	if (command == NULL) {
		if (at < argc)
			fprintf(stderr, "rostra: no command \"%s\"\n", argv[at]);
		print_usage(stderr);
		return EXIT_USAGE;
	}
	app_tables_init();
	/* A command explains itself also where no setting is right. */
	if (!(at + 1 < argc && cstr_eq(argv[at + 1], "--help")) && !load(&app, command->service))
		return EXIT_USAGE;
	return command->run(&app, argc - at, argv + at);
}
