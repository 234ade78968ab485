/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_keys.c - `rostra keys`: makes the secret files, and puts a new signing key first. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rostra/auth.h"
#include "rostra/crypto.h"
#include "rostra/identity.h"

#include "cmd_int.h"

enum { SECRET_BYTES = 32, SECRET_TEXT = 44, KEPT_MAX = 1536, KEPT_KEYS = 3, STATUS_USAGE = 2 };

static const char usage[] =
    "Usage: rostra keys init\n"
    "       rostra keys rotate\n"
    "       rostra keys rotate-seal\n"
    "       rostra keys reseal [--json]\n"
    "\n"
    "init    makes token_keys_file, cursor_key_file and seal_key_file where they do not exist,\n"
    "        mode 0400.\n"
    "rotate  puts a new signing key first and keeps the last three, so that tokens in use go on;\n"
    "        then send SIGHUP to rostra serve.\n"
    "rotate-seal  puts a new key first in seal_key_file and keeps the last three, which still "
    "open\n"
    "        what they sealed; then send SIGUSR2 to rostra serve, and run reseal. Of several "
    "machines,\n"
    "        give all of them the new line as the second one first.\n"
    "reseal  seals with the first key what another sealed, and says how much of each column it "
    "was;\n"
    "        it may be run again at any time. Fails when something is sealed with no key of the "
    "file.\n"
    "        Ten minutes later the other lines may go.\n";

static void
new_secret(char out[SECRET_TEXT])
{
	unsigned char random[SECRET_BYTES];

	random_bytes(random, sizeof(random));
	base64url_encode(random, sizeof(random), out);
	secret_wipe(random, sizeof(random));
}

/* "k-<8 hex> <secret>": the id is random, so that two machines never name two keys alike. */
static void
new_key_line(char *out, size_t room)
{
	unsigned char id[4];
	char id_text[sizeof(id) * 2 + 1], secret[SECRET_TEXT];

	random_bytes(id, sizeof(id));
	hex_encode(id, sizeof(id), id_text);
	new_secret(secret);
	(void)snprintf(out, room, "k-%s %s\n", id_text, secret);
	secret_wipe(secret, sizeof(secret));
}

static int
complain(const char *path)
{
	(void)fprintf(stderr, "rostra keys: %s: %s\n", path, strerror(errno));
	return EXIT_FAILURE;
}

/* Whole or not at all: a temporary file beside it, then a rename (or a link, which never replaces).
 */
static int
write_file(const char *path, const char *text, bool replace)
{
	char temporary[512];
	size_t n = strlen(text);
	int fd;
	bool done;

	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	(void)unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	if (fd < 0)
		return complain(temporary);
	done = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	done = close(fd) == 0 && done;
	if (done)
		done = (replace ? rename(temporary, path) : link(temporary, path)) == 0;
	if (!done) {
		int status = complain(path);

		(void)unlink(temporary);
		return status;
	}
	(void)unlink(temporary);
	return EXIT_SUCCESS;
}

static int
init_one(const char *path, bool token_keys)
{
	char text[128];
	int status;

	if (access(path, F_OK) == 0) {
		printf("%s: there already\n", path);
		return EXIT_SUCCESS;
	}
	if (token_keys)
		new_key_line(text, sizeof(text));
	else
		new_secret(text);
	status = write_file(path, text, false);
	secret_wipe(text, sizeof(text));
	if (status == EXIT_SUCCESS)
		printf("%s: made\n", path);
	return status;
}

/* What is in the file is good already.  The new line, then the newest of the former ones. */
static int
put_first(const char *path, const char *new_line)
{
	char text[128 + KEPT_MAX], kept[KEPT_MAX];
	struct str rest = { kept, 0 }, line;
	FILE *f = fopen(path, "re");
	int status;

	if (f == NULL)
		return complain(path);
	rest.n = fread(kept, 1, sizeof(kept), f);
	(void)fclose(f);
	(void)snprintf(text, sizeof(text), "%s\n", new_line);
	for (int i = 0; i < KEPT_KEYS && str_split(&rest, '\n', &line); i++) {
		size_t n = strlen(text);

		(void)snprintf(text + n, sizeof(text) - n, "%.*s\n", (int)line.n, line.s);
	}
	status = write_file(path, text, true);
	secret_wipe(text, sizeof(text));
	secret_wipe(kept, sizeof(kept));
	return status;
}

static int
rotate(const char *path)
{
	char line[128], err[512];
	struct token_keys *good = token_keys_load(path, err, sizeof(err));
	int status;

	if (good == NULL) {
		(void)fprintf(stderr, "rostra keys: %s\n", err);
		return EXIT_FAILURE;
	}
	token_keys_free(&good);
	new_key_line(line, sizeof(line));
	line[strcspn(line, "\n")] = '\0';
	status = put_first(path, line);
	secret_wipe(line, sizeof(line));
	if (status == EXIT_SUCCESS)
		printf("%s: a new key signs; send SIGHUP to rostra serve\n", path);
	return status;
}

static int
rotate_seal(struct app *app)
{
	char line[SECRET_TEXT], err[512];
	int status;

	if (!shared_seal_keys(app, err, sizeof(err))) {
		(void)fprintf(stderr, "rostra keys: %s\n", err);
		return EXIT_FAILURE;
	}
	new_secret(line);
	status = put_first(app->conf.seal_key_file, line);
	secret_wipe(line, sizeof(line));
	if (status == EXIT_SUCCESS)
		printf("%s: a new key is first; send SIGUSR2 to rostra serve, then run rostra keys "
		       "reseal\n",
		       app->conf.seal_key_file);
	return status;
}

struct resealing {
	struct cmd *c;
	int64_t unreadable;
};

static void
tell(void *arg, const struct reseal_report *r)
{
	struct resealing *all = arg;
	struct arena *a = all->c->rq.arena;

	all->unreadable += r->unreadable;
	cmd_row(all->c, (const char *const[]){ r->column, arena_printf(a, "%" PRId64, r->resealed),
	                                       arena_printf(a, "%" PRId64, r->there),
	                                       arena_printf(a, "%" PRId64, r->unreadable) });
}

static enum fault
reseal(struct cmd *c)
{
	enum { TIMEOUT_S = 24 * 3600 };
	static const char *const columns[] = { "column", "resealed", "there", "unreadable" };
	struct resealing all = { c, 0 };
	char err[512];
	enum fault e = cmd_options(c, NULL, 0);

	if (!e && !shared_seal_keys(c->app, err, sizeof(err)))
		e = rq_fail(&c->rq, FAULT_BAD_REQUEST, "%.200s", err);
	if (e)
		return e;
	c->rq.deadline_us = clock_monotonic_us() + TIMEOUT_S * US_PER_S;
	c->rq.shared = &c->app->shared;
	CMD_COLUMNS(c, columns, true);
	cmd_numbers(c, 1, 3);
	e = identity_reseal(&c->rq, tell, &all);
	if (e || all.unreadable == 0)
		return e;
	return rq_fail(&c->rq, FAULT_CONFLICT,
	               "%" PRId64 " values are sealed with no key of the file.", all.unreadable);
}

int
cmd_keys(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = { { "reseal", reseal }, { NULL, NULL } };

	if (argc == 2 && cstr_eq(argv[1], "init")) {
		int first = init_one(app->conf.token_keys_file, true);
		int second = init_one(app->conf.cursor_key_file, false);
		int third = init_one(app->conf.seal_key_file, false);

		if (first != EXIT_SUCCESS)
			return first;
		return second != EXIT_SUCCESS ? second : third;
	}
	if (argc == 2 && cstr_eq(argv[1], "rotate"))
		return rotate(app->conf.token_keys_file);
	if (argc == 2 && cstr_eq(argv[1], "rotate-seal"))
		return rotate_seal(app);
	if (argc >= 2 && cstr_eq(argv[1], "reseal"))
		return cmd_run(app, argc, argv, verbs, usage);
	if (argc == 2 && cstr_eq(argv[1], "--help")) {
		(void)fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	(void)fputs(usage, stderr);
	return STATUS_USAGE;
}
