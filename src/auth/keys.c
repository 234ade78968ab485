/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c - the HS256 keys: a file of "kid base64url(32 bytes)" lines, the first of which signs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rostra/crypto.h"

#include "auth_int.h"

enum { KEY_FILE_MAX = 2048 };

static bool
kid_valid(struct str kid)
{
	if (kid.n == 0 || kid.n >= TOKEN_KID_SIZE)
		return false;
	for (size_t i = 0; i < kid.n; i++) {
		char c = kid.s[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		            (c >= '0' && c <= '9') || c == '-' || c == '_';

		if (!good)
			return false;
	}
	return true;
}

/* NULL or what is wrong with the line. */
static const char *
add_line(struct token_keys *k, struct str line)
{
	struct token_key *key = &k->keys[k->n];
	struct str kid, secret = line;
	size_t n = 0;

	(void)str_split(&secret, ' ', &kid);
	if (!kid_valid(kid))
		return "the key id must be 1 to 31 letters, digits, - or _";
	if (k->n == TOKEN_KEYS_MAX)
		return "more than 8 keys";
	if (token_key_find(k, kid) != NULL)
		return "a key id stands twice";
	if (secret.s == NULL ||
	    !base64url_decode(str_trim(secret), key->secret, sizeof(key->secret), &n) ||
	    n != TOKEN_SECRET_SIZE)
		return "the key must be the base64url form of 32 bytes";
	memcpy(key->kid, kid.s, kid.n);
	k->n++;
	return NULL;
}

static bool
read_all(const char *path, char *text, size_t room, size_t *ret_n, char *err, size_t err_n)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;
	bool open_to_others = false;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		open_to_others = (st.st_mode & (S_IRWXO | S_IWGRP)) != 0;
		n = read(fd, text, room);
	}
	if (fd < 0 || n < 0)
		(void)snprintf(err, err_n, "%.300s: %s", path, strerror(errno));
	else if (open_to_others)
		(void)snprintf(err, err_n, "%.300s: others may read it: chmod 0400", path);
	else if ((size_t)n == room)
		(void)snprintf(err, err_n, "%.300s: too long", path);
	if (fd >= 0)
		(void)close(fd);
	if (n < 0 || open_to_others || (size_t)n == room)
		return false;
	*ret_n = (size_t)n;
	return true;
}

struct token_keys *
token_keys_load(const char *path, char *err, size_t err_n)
{
	struct token_keys *k = calloc(1, sizeof(*k));
	char text[KEY_FILE_MAX];
	struct str rest = { text, 0 }, line;
	const char *wrong = NULL;
	int number = 0;

	if (k == NULL || !read_all(path, text, sizeof(text), &rest.n, err, err_n)) {
		free(k);
		return NULL;
	}
	while (wrong == NULL && str_split(&rest, '\n', &line)) {
		number++;
		line = str_trim(line);
		if (line.n > 0 && line.s[0] != '#')
			wrong = add_line(k, line);
	}
	if (wrong == NULL && k->n == 0)
		wrong = "no key";
	secret_wipe(text, sizeof(text));
	if (wrong == NULL)
		return k;
	(void)snprintf(err, err_n, "%.300s:%d: %s", path, number, wrong);
	token_keys_free(&k);
	return NULL;
}

void
token_keys_free(struct token_keys **k)
{
	if (*k == NULL)
		return;
	secret_wipe(*k, sizeof(**k));
	free(*k);
	*k = NULL;
}

const struct token_key *
token_key_find(const struct token_keys *k, struct str kid)
{
	for (size_t i = 0; i < k->n; i++) {
		if (str_is(kid, k->keys[i].kid))
			return &k->keys[i];
	}
	return NULL;
}
