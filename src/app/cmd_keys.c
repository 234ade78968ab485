/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_keys.c - `rostra keys`: makes the secret files, and puts a new signing key first. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rostra/auth.h"
#include "rostra/crypto.h"

#include "app_int.h"

enum { SECRET_BYTES = 32, SECRET_TEXT = 44, KEPT_MAX = 1536, KEPT_KEYS = 3, STATUS_USAGE = 2 };

static const char usage[] =
    "Usage: rostra keys init\n"
    "       rostra keys rotate\n"
    "\n"
    "init    makes token_keys_file, cursor_key_file and seal_key_file where they do not exist,\n"
    "        mode 0400.\n"
    "rotate  puts a new signing key first and keeps the last three, so that tokens in use go on;\n"
    "        then send SIGHUP to rostra serve.\n";

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

/* The new line, then the newest of the former ones. */
static int
rotate(const char *path)
{
	char text[128 + KEPT_MAX], kept[KEPT_MAX], err[512];
	struct token_keys *good = token_keys_load(path, err, sizeof(err));
	struct str rest = { kept, 0 }, line;
	FILE *f;
	int status;

	if (good == NULL) {
		(void)fprintf(stderr, "rostra keys: %s\n", err);
		return EXIT_FAILURE;
	}
	token_keys_free(&good);
	f = fopen(path, "re");
	if (f == NULL)
		return complain(path);
	rest.n = fread(kept, 1, sizeof(kept), f);
	(void)fclose(f);
	new_key_line(text, sizeof(text));
	for (int i = 0; i < KEPT_KEYS && str_split(&rest, '\n', &line); i++) {
		size_t n = strlen(text);

		(void)snprintf(text + n, sizeof(text) - n, "%.*s\n", (int)line.n, line.s);
	}
	status = write_file(path, text, true);
	secret_wipe(text, sizeof(text));
	secret_wipe(kept, sizeof(kept));
	if (status == EXIT_SUCCESS)
		printf("%s: a new key signs; send SIGHUP to rostra serve\n", path);
	return status;
}

int
cmd_keys(struct app *app, int argc, char **argv)
{
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
	if (argc == 2 && cstr_eq(argv[1], "--help")) {
		(void)fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	(void)fputs(usage, stderr);
	return STATUS_USAGE;
}
