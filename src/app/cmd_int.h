/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_int.h - what the administration commands share: verbs, options, one table or JSON as output.
 */
#ifndef ROSTRA_CMD_INT_H
#define ROSTRA_CMD_INT_H

#include "rostra/buf.h"
#include "rostra/caller.h"

#include "app_int.h"

enum { CMD_COLUMNS_MAX = 12 };

struct cmd {
	struct app *app;
	struct rq rq;
	struct caller who; /* the operator, of the company that --company names */
	int argc;          /* behind the verb */
	char **argv;
	bool json, list;   /* list: an array in JSON */
	bool lists_faults; /* the rows are shown though the command fails: they say why */
	const char *const *columns;
	size_t n_columns, n_rows;
	unsigned numbers;   /* bit i: column i is a number in JSON */
	const char **cells; /* of all rows, in the arena */
	size_t cells_room;
};

struct cmd_verb {
	const char *name;
	enum fault (*run)(struct cmd *c);
};

struct cmd_option {
	const char *name;   /* "email": --email VALUE */
	const char **value; /* NULL: a flag */
	bool *flag;
	bool required;
};

/*
 * Runs the verb in argv[1] (or the only one, when its name is "") with a connection; prints what it
 * put out, or why it failed.  Exit status: 0, 1 failed, 2 wrong command line.
 */
int cmd_run(struct app *app, int argc, char **argv, const struct cmd_verb *verbs,
            const char *usage);

/* Reads --name VALUE options; --json is known to all.  BAD_REQUEST says which is wrong. */
enum fault cmd_options(struct cmd *c, const struct cmd_option *options, size_t n) MUST_CHECK;
#define CMD_OPTIONS(c, t) cmd_options((c), (t), sizeof(t) / sizeof((t)[0]))
/* The caller becomes an operator of this company. */
enum fault cmd_company_of(struct cmd *c, const char *slug) MUST_CHECK;
/* Of a verb whose only option is --company. */
enum fault cmd_company_only(struct cmd *c) MUST_CHECK;
/* Of a verb about one thing of a company: --company and --id. */
enum fault cmd_company_id(struct cmd *c, struct uuid *ret_id) MUST_CHECK;
/* The person of --person: an e-mail address or an id. */
enum fault cmd_person_of(struct cmd *c, const char *text, struct uuid *ret_id) MUST_CHECK;
/* What the file of an option holds, for the command line is for everybody to see; NULL: NULL.  The
 * keys that seal it are there from then on.  BAD_REQUEST says what is wrong. */
enum fault cmd_secret(struct cmd *c, const char *file, const char **ret) MUST_CHECK;
enum fault cmd_word(struct cmd *c, const char *option, const char *text, const char *const *names,
                    int *ret) MUST_CHECK;

/* Output: names of the columns once, then a row at a time.  Cells are kept, not copied; NULL is
 * null. */
void cmd_columns(struct cmd *c, const char *const *names, size_t n, bool list);
#define CMD_COLUMNS(c, t, list) cmd_columns((c), (t), sizeof(t) / sizeof((t)[0]), (list))
/* Columns from the first one on are numbers: digits in their cells, in JSON without quotes. */
void cmd_numbers(struct cmd *c, size_t first, size_t n);
void cmd_row(struct cmd *c, const char *const *cells);
/* "12 of 391" to standard error, every few seconds and at the end, for whoever waits; arg: struct
 * cmd_progress, which begins with the time of now. */
struct cmd_progress {
	int64_t said_us; /* monotonic */
};
void cmd_say_progress(int64_t done, int64_t all, void *arg);
const char *cmd_id(struct cmd *c, struct uuid id);
const char *cmd_time(struct cmd *c, int64_t t_us);

#endif
