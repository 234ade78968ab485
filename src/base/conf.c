/* SPDX-License-Identifier: Apache-2.0 */
/* conf.c - reads settings by a table of rows: default, then file, then environment. */
#include "rostra/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rostra/crypto.h"
#include "rostra/str.h"

enum { CONF_LINE_MAX = 4096 };

/* Where a value came from, for the words of a failure. */
struct origin {
	const char *file; /* NULL: the environment or the table */
	int line;
	struct str variable; /* of the environment */
	uint64_t given;      /* bit i: rows[i] stands in the file already */
	char *err;
	size_t err_n;
};

static bool
refuse(const struct origin *o, const char *name, const char *why)
{
	if (o->file != NULL)
		(void)snprintf(o->err, o->err_n, "%s:%d: %s: %s", o->file, o->line, name, why);
	else if (o->variable.n > 0)
		(void)snprintf(o->err, o->err_n, "environment: %.*s: %s",
		               (int)(o->variable.n < 80 ? o->variable.n : 80), o->variable.s, why);
	else
		(void)snprintf(o->err, o->err_n, "default: %s: %s", name, why);
	return false;
}

/* Settings live as long as the process: what is in force is never freed. */
static char *
keep(struct str s)
{
	char *p = strndup(s.s == NULL ? "" : s.s, s.n);

	if (p == NULL)
		abort();
	return p;
}

static bool
set_int(void *place, const struct conf_row *row, struct str value, const struct origin *o)
{
	char why[96];
	int64_t v;

	if (str_int64(value, &v) && v >= row->min && v <= row->max) {
		memcpy(place, &v, sizeof(v));
		return true;
	}
	(void)snprintf(why, sizeof(why), "must be a whole number from %" PRId64 " to %" PRId64,
	               row->min, row->max);
	return refuse(o, row->name, why);
}

static bool
set_bool(void *place, const struct conf_row *row, struct str value, const struct origin *o)
{
	bool v = str_is(value, "yes") || str_is(value, "true") || str_is(value, "1");

	if (!v && !str_is(value, "no") && !str_is(value, "false") && !str_is(value, "0"))
		return refuse(o, row->name, "must be yes or no");
	memcpy(place, &v, sizeof(v));
	return true;
}

static bool
set_value(struct conf *c, const struct conf_row *row, struct str value, const struct origin *o)
{
	void *place = (char *)c + row->off;
	const char *why;
	char *kept;
	char *before;

	if (row->type == CONF_INT)
		return set_int(place, row, value, o);
	if (row->type == CONF_BOOL)
		return set_bool(place, row, value, o);
	if (row->type == CONF_PATH && value.n > 0 && value.s[0] != '/')
		return refuse(o, row->name, "must be an absolute path");
	if (row->type == CONF_SECRET_FILE && value.n > 0 && value.s[0] != '/')
		return refuse(o, row->name, "must be an absolute path of a file");
	why = row->check != NULL ? row->check(value) : NULL;
	if (why != NULL)
		return refuse(o, row->name, why);
	kept = keep(value);
	memcpy(&before, place, sizeof(before));
	memcpy(place, &kept, sizeof(kept));
	free(before); /* the default, or what the file said */
	return true;
}

static const struct conf_row *
find_row(const struct conf_row *rows, struct str name)
{
	for (const struct conf_row *r = rows; r->name != NULL; r++) {
		if (str_is(name, r->name))
			return r;
	}
	return NULL;
}

/* "name = value", "# comment" or nothing; a value may stand in double quotes. */
static bool
read_line(struct conf *c, const struct conf_row *rows, struct str line, struct origin *o)
{
	const struct conf_row *row;
	struct str name, value;
	char shown[64];

	line = str_trim(line);
	if (line.n == 0 || line.s[0] == '#')
		return true;
	value = line;
	(void)str_split(&value, '=', &name);
	name = str_trim(name);
	(void)snprintf(shown, sizeof(shown), "%.*s", (int)(name.n < 60 ? name.n : 60), name.s);
	row = find_row(rows, name);
	if (row == NULL)
		return refuse(o, shown, "is not a setting; rostra config shows them all");
	if (value.s == NULL)
		return refuse(o, shown, "needs a value: name = value");
	if ((o->given >> (row - rows) & 1) != 0)
		return refuse(o, shown, "stands in the file twice");
	o->given |= UINT64_C(1) << (row - rows);
	value = str_trim(value);
	if (value.n >= 2 && value.s[0] == '"' && value.s[value.n - 1] == '"')
		value = (struct str){ value.s + 1, value.n - 2 };
	return set_value(c, row, value, o);
}

static bool
read_file(struct conf *c, const struct conf_row *rows, struct origin *o)
{
	char line[CONF_LINE_MAX];
	FILE *f = fopen(o->file, "re");
	bool ok = true;

	if (f == NULL) {
		(void)snprintf(o->err, o->err_n, "%s: %s", o->file, strerror(errno));
		return false;
	}
	while (ok && fgets(line, sizeof(line), f) != NULL) {
		size_t n = strlen(line);

		o->line++;
		if (n > 0 && line[n - 1] == '\n')
			n--;
		else if (n == sizeof(line) - 1)
			ok = refuse(o, "line", "is too long");
		if (ok)
			ok = read_line(c, rows, (struct str){ line, n }, o);
	}
	if (ok && ferror(f)) { /* a folder, for one */
		(void)snprintf(o->err, o->err_n, "%s: %s", o->file, strerror(errno));
		ok = false;
	}
	(void)fclose(f);
	return ok;
}

/* ROSTRA_DB_NAME=x of the environment is "db_name = x" of a file. */
static bool
read_variable(struct conf *c, const struct conf_row *rows, const char *variable, struct origin *o)
{
	struct str value = str_of(variable), name;
	const struct conf_row *row;
	char setting[64];
	size_t n = 0;

	if (!str_starts(value, STR("ROSTRA_")) || !str_split(&value, '=', &name))
		return true;
	for (size_t i = strlen("ROSTRA_"); i < name.n && n + 1 < sizeof(setting); i++, n++)
		setting[n] = name.s[i] >= 'A' && name.s[i] <= 'Z' ? (char)(name.s[i] + ('a' - 'A'))
		                                                  : name.s[i];
	setting[n] = '\0';
	o->variable = name;
	row = find_row(rows, (struct str){ setting, n });
	if (row == NULL)
		return refuse(o, setting, "is not a setting; rostra config shows them all");
	return set_value(c, row, value, o);
}

static bool
read_environment(struct conf *c, const struct conf_row *rows, struct origin *o)
{
	for (char **variable = environ; *variable != NULL; variable++) {
		if (!read_variable(c, rows, *variable, o))
			return false;
	}
	return true;
}

bool
conf_load(struct conf *out, const struct conf_row *rows, const char *path, char *err, size_t err_n)
{
	struct origin o = { .file = NULL, .err = err, .err_n = err_n };

	memset(out, 0, sizeof(*out));
	for (const struct conf_row *r = rows; r->name != NULL; r++) {
		if (!set_value(out, r, str_of(r->def), &o))
			return false;
	}
	o.file = path;
	if (path != NULL && !read_file(out, rows, &o))
		return false;
	o.file = NULL;
	return read_environment(out, rows, &o);
}

const char *
conf_value(const struct conf *c, const struct conf_row *row, struct arena *a)
{
	const void *place = (const char *)c + row->off;

	if (row->type == CONF_INT)
		return arena_printf(a, "%" PRId64, *(const int64_t *)place);
	if (row->type == CONF_BOOL)
		return *(const bool *)place ? "yes" : "no";
	return *(const char *const *)place;
}

bool
conf_secret_lines(const char *path, char *out, size_t room, char *err, size_t err_n)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)snprintf(err, err_n, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	if ((st.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
		(void)snprintf(err, err_n,
		               "%s: others may read it or the group may write it: chmod 0400",
		               path);
		(void)close(fd);
		return false;
	}
	n = read(fd, out, room - 1);
	(void)close(fd);
	if (n <= 0 || (size_t)n == room - 1) {
		(void)snprintf(err, err_n, "%s: %s", path,
		               n > 0 ? "too long" : "empty or unreadable");
		secret_wipe(out, room);
		return false;
	}
	out[n] = '\0';
	return true;
}

bool
conf_secret(const char *path, char *out, size_t room, char *err, size_t err_n)
{
	if (!conf_secret_lines(path, out, room, err, err_n))
		return false;
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}
