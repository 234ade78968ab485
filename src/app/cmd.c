/* SPDX-License-Identifier: Apache-2.0 */
/* cmd.c - runs a verb of an administration command: options in, a table or JSON out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/crypto.h"
#include "rostra/people.h"
#include "rostra/text.h"

#include "cmd_int.h"

enum {
	ARENA_BYTES = 65536,
	TIMEOUT_S = 60,
	ROWS_FIRST = 64,
	STATUS_USAGE = 2,
	SECRET_TEXT_MAX = 512,
	SAY_EVERY_US = 2000000
};

/* --- output -------------------------------------------------------------------------------------
 */

void
cmd_columns(struct cmd *c, const char *const *names, size_t n, bool list)
{
	c->columns = names;
	c->n_columns = n;
	c->list = list;
}

void
cmd_row(struct cmd *c, const char *const *cells)
{
	size_t n = c->n_columns, at = c->n_rows * n;

	if (at + n > c->cells_room) {
		size_t room = c->cells_room == 0 ? ROWS_FIRST * n : c->cells_room * 2;
		const char **more = arena_array(c->rq.arena, room, const char *);

		if (at > 0)
			memcpy(more, c->cells, at * sizeof(*more));
		c->cells = more;
		c->cells_room = room;
	}
	memcpy(c->cells + at, cells, n * sizeof(*cells));
	c->n_rows++;
}

void
cmd_numbers(struct cmd *c, size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		c->numbers |= 1U << i;
}

void
cmd_say_progress(int64_t done, int64_t all, void *arg)
{
	struct cmd_progress *p = arg;
	const int64_t now_us = clock_monotonic_us();

	if (done < all && now_us - p->said_us < SAY_EVERY_US)
		return;
	p->said_us = now_us;
	(void)fprintf(stderr, "%" PRId64 " of %" PRId64 "\n", done, all);
}

const char *
cmd_id(struct cmd *c, struct uuid id)
{
	char text[UUID_TEXT_SIZE];

	if (uuid_is_zero(id))
		return NULL;
	uuid_format(id, text);
	return arena_strdup(c->rq.arena, text);
}

const char *
cmd_time(struct cmd *c, int64_t t_us)
{
	char text[RFC3339_SIZE];

	if (t_us == TIME_NONE)
		return NULL;
	(void)time_format(t_us, text);
	return arena_strdup(c->rq.arena, text);
}

static void
json_row(struct buf *b, const struct cmd *c, size_t row)
{
	buf_char(b, '{');
	for (size_t i = 0; i < c->n_columns; i++) {
		const char *cell = c->cells[row * c->n_columns + i];

		if (i > 0)
			buf_char(b, ',');
		buf_json_string(b, str_of(c->columns[i]));
		buf_char(b, ':');
		if (cell == NULL)
			buf_lit(b, "null");
		else if ((c->numbers >> i & 1) != 0)
			buf_cstr(b, cell);
		else
			buf_json_string(b, str_of(cell));
	}
	buf_char(b, '}');
}

static void
print_json(const struct cmd *c)
{
	struct buf b = { 0 };

	if (c->list)
		buf_char(&b, '[');
	for (size_t i = 0; i < c->n_rows; i++) {
		if (i > 0)
			buf_lit(&b, ",\n ");
		json_row(&b, c, i);
	}
	if (c->list)
		buf_char(&b, ']');
	buf_char(&b, '\n');
	(void)fwrite(b.s, 1, b.n, stdout);
	buf_free(&b);
}

static void
print_cell(const char *cell, size_t width, bool last)
{
	size_t n = text_graphemes(str_of(cell));

	(void)fputs(cell, stdout);
	while (!last && n++ < width + 2)
		(void)putchar(' ');
}

static void
print_row(const char *const *cells, const size_t *widths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		print_cell(cells[i] == NULL ? "-" : cells[i], widths[i], i + 1 == n);
	(void)putchar('\n');
}

static void
print_table(const struct cmd *c)
{
	size_t widths[CMD_COLUMNS_MAX] = { 0 };

	/* A single cell is the answer itself: `rostra token` in a shell's $(). */
	if (c->n_columns == 1 && !c->list && c->n_rows == 1) {
		puts(c->cells[0]);
		return;
	}
	for (size_t i = 0; i < c->n_columns; i++)
		widths[i] = strlen(c->columns[i]);
	for (size_t i = 0; i < c->n_rows * c->n_columns; i++) {
		size_t n = c->cells[i] == NULL ? 1 : text_graphemes(str_of(c->cells[i]));

		if (n > widths[i % c->n_columns])
			widths[i % c->n_columns] = n;
	}
	print_row(c->columns, widths, c->n_columns);
	for (size_t i = 0; i < c->n_rows; i++)
		print_row(c->cells + i * c->n_columns, widths, c->n_columns);
}

/* --- options ------------------------------------------------------------------------------------
 */

static const struct cmd_option *
find_option(const struct cmd_option *options, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		if (str_starts(str_of(word), STR("--")) && cstr_eq(word + 2, options[i].name))
			return &options[i];
	}
	return NULL;
}

enum fault
cmd_options(struct cmd *c, const struct cmd_option *options, size_t n)
{
	for (int i = 0; i < c->argc; i++) {
		const struct cmd_option *o = find_option(options, n, c->argv[i]);

		if (cstr_eq(c->argv[i], "--json")) {
			c->json = true;
			continue;
		}
		if (o == NULL)
			return rq_fail(&c->rq, FAULT_BAD_REQUEST, "no option %s", c->argv[i]);
		if (o->value == NULL) {
			*o->flag = true;
			continue;
		}
		if (++i == c->argc)
			return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--%s needs a value", o->name);
		if (!utf8_valid(str_of(c->argv[i])))
			return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--%s is not UTF-8", o->name);
		*o->value = c->argv[i];
	}
	for (size_t i = 0; i < n; i++) {
		if (options[i].required && *options[i].value == NULL)
			return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--%s is required",
			               options[i].name);
	}
	return FAULT_NONE;
}

enum fault
cmd_company_of(struct cmd *c, const char *slug)
{
	enum fault e = company_by_slug(&c->rq, slug, &c->who.company);

	if (e == FAULT_NOT_FOUND)
		return rq_fail(&c->rq, e, "no company \"%s\"", slug);
	return e;
}

enum fault
cmd_company_only(struct cmd *c)
{
	const char *company = NULL;
	const struct cmd_option options[] = { { "company", &company, NULL, true } };
	enum fault e = CMD_OPTIONS(c, options);

	return e ? e : cmd_company_of(c, company);
}

enum fault
cmd_company_id(struct cmd *c, struct uuid *ret_id)
{
	const char *company = NULL, *id = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "id", &id, NULL, true },
	};
	enum fault e = CMD_OPTIONS(c, options);

	if (!e && !uuid_parse(str_of(id), ret_id))
		e = rq_fail(&c->rq, FAULT_BAD_REQUEST, "--id must be an id");
	return e ? e : cmd_company_of(c, company);
}

enum fault
cmd_person_of(struct cmd *c, const char *text, struct uuid *ret_id)
{
	enum fault e;

	if (uuid_parse(str_of(text), ret_id))
		return FAULT_NONE;
	e = person_by_email(&c->rq, text, ret_id);
	if (e == FAULT_NOT_FOUND)
		return rq_fail(&c->rq, e, "nobody of the company has the address %s", text);
	return e;
}

enum fault
cmd_secret(struct cmd *c, const char *file, const char **ret)
{
	char text[SECRET_TEXT_MAX], err[512];

	if (!shared_seal_keys(c->app, err, sizeof(err)) ||
	    (file != NULL && !conf_secret(file, text, sizeof(text), err, sizeof(err))))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "%.200s", err);
	*ret = file == NULL ? NULL : arena_strdup(c->rq.arena, text);
	secret_wipe(text, sizeof(text));
	return FAULT_NONE;
}

enum fault
cmd_word(struct cmd *c, const char *option, const char *text, const char *const *names, int *ret)
{
	const char *known = names[0];

	for (int i = 0; names[i] != NULL; i++) {
		if (cstr_eq(text, names[i])) {
			*ret = i;
			return FAULT_NONE;
		}
	}
	for (int i = 1; names[i] != NULL; i++)
		known = arena_printf(c->rq.arena, "%s, %s", known, names[i]);
	return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--%s must be one of: %s", option, known);
}

/* --- running ------------------------------------------------------------------------------------
 */

static void
print_problem(const struct cmd *c, enum fault e, const char *command)
{
	const struct problem *p = &c->rq.problem;

	(void)fprintf(stderr, "rostra %s: %s\n", command,
	              p->detail[0] != '\0' ? p->detail : fault_row(e)->title);
	for (size_t i = 0; i < p->n_viol && i < PROBLEM_VIOLATIONS_MAX; i++)
		(void)fprintf(stderr, "  %s %s\n", p->viol[i].pointer, p->viol[i].detail);
	if (p->internal[0] != '\0')
		(void)fprintf(stderr, "  (%s)\n", p->internal);
}

static const struct cmd_verb *
find_verb(const struct cmd_verb *verbs, int argc, char **argv)
{
	for (const struct cmd_verb *v = verbs; v->name != NULL; v++) {
		if (v->name[0] == '\0' || (argc > 1 && cstr_eq(v->name, argv[1])))
			return v;
	}
	return NULL;
}

static bool
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (cstr_eq(argv[i], "--help"))
			return true;
	}
	return false;
}

int
cmd_run(struct app *app, int argc, char **argv, const struct cmd_verb *verbs, const char *usage)
{
	const struct cmd_verb *verb = find_verb(verbs, argc, argv);
	struct cmd c = { .app = app, .who = { .kind = ACCESS_ADMIN, .role = ROLE_ADMIN } };
	int skip;
	enum fault e;

	if (wants_help(argc, argv) || verb == NULL) {
		(void)fputs(usage, verb == NULL && !wants_help(argc, argv) ? stderr : stdout);
		return wants_help(argc, argv) ? EXIT_SUCCESS : STATUS_USAGE;
	}
	skip = verb->name[0] == '\0' ? 1 : 2;
	c.argc = argc - skip;
	c.argv = argv + skip;
	c.rq = (struct rq){
		.arena = arena_create(ARENA_BYTES),
		.who = &c.who,
		.conf = &app->conf,
		.shared = &app->shared,
		.now_us = clock_now_us(),
		.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S,
		.language = "",
	};
	c.rq.db = db_create(&app->conf, app_stmts, app_n_stmts);
	db_check_used(c.rq.db);
	e = verb->run(&c);
	if (e)
		print_problem(&c, e, argv[0]);
	if (c.n_columns > 0 && (!e || (c.lists_faults && c.n_rows > 0)))
		(c.json ? print_json : print_table)(&c);
	db_destroy(&c.rq.db);
	arena_destroy(&c.rq.arena);
	if (e == FAULT_BAD_REQUEST)
		return STATUS_USAGE;
	return e ? EXIT_FAILURE : EXIT_SUCCESS;
}
