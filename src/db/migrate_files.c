/* SPDX-License-Identifier: Apache-2.0 */
/* migrate_files.c - the folder of migrations: names, order, contents, digests. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rostra/conf.h"
#include "rostra/crypto.h"

#include "migrate_int.h"

/* NNNN_verb_noun.sql */
enum { NUMBER_DIGITS = 4, FILES_MAX = 999, FILE_BYTES_MAX = 1 << 20 };

static bool
is_sql(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".sql") == 0;
}

static bool
name_well_formed(const char *name)
{
	size_t end = strlen(name) - 4;

	for (size_t i = 0; i < end; i++) {
		char c = name[i];
		bool digit = c >= '0' && c <= '9';
		bool word = (c >= 'a' && c <= 'z') || digit;

		if (i < NUMBER_DIGITS ? !digit : !(word || c == '_'))
			return false;
		if (i == NUMBER_DIGITS && c != '_')
			return false;
	}
	return end > NUMBER_DIGITS + 1;
}

static int
by_name(const void *a, const void *b)
{
	const struct migration *x = a;
	const struct migration *y = b;

	return strcmp(x->name, y->name);
}

static enum fault
read_names(struct rq *rq, const char *dir, struct migration_list *list)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	enum fault e = FAULT_NONE;

	if (!d)
		return rq_fail(rq, FAULT_INVALID, "The folder of migrations %s cannot be read.",
		               dir);
	list->items = arena_array(rq->arena, FILES_MAX, struct migration);
	while (!e && (entry = readdir(d)) != NULL) {
		const char *name = entry->d_name;

		if (!is_sql(name))
			continue;
		if (!name_well_formed(name) || list->n == FILES_MAX)
			e = rq_fail(rq, FAULT_INVALID, "%s/%s is not named NNNN_verb_noun.sql.",
			            dir, name);
		else
			list->items[list->n++].name = arena_copy(rq->arena, name, strlen(name) - 4);
	}
	(void)closedir(d);
	return e;
}

static enum fault
read_file(struct rq *rq, const char *dir, struct migration *m)
{
	const char *path = arena_printf(rq->arena, "%s/%s.sql", dir, m->name);
	FILE *f = fopen(path, "re");
	struct stat st = { 0 };
	char *bytes;
	size_t n;
	char hex[SHA256_HEX_SIZE];

	if (!f || fstat(fileno(f), &st) != 0 || st.st_size > FILE_BYTES_MAX)
		st.st_size = 0;
	bytes = arena_alloc(rq->arena, (size_t)st.st_size + 1, 1);
	n = f ? fread(bytes, 1, (size_t)st.st_size, f) : 0;
	if (f)
		(void)fclose(f);
	if (n == 0 || n != (size_t)st.st_size)
		return rq_fail(rq, FAULT_INVALID, "%s cannot be read, is empty or too long.", path);
	hex_encode(sha256_of(bytes, n).b, 32, hex);
	m->sha256 = arena_strdup(rq->arena, hex);
	while (n > 0 && strchr("; \t\r\n", bytes[n - 1]))
		n--;
	m->sql = (struct str){ bytes, n };
	bytes[n] = '\0';
	return FAULT_NONE;
}

enum fault
migrate_files(struct rq *rq, struct migration_list *ret)
{
	const char *dir = rq->conf->sql_dir;
	struct migration_list list = { 0 };
	enum fault e = read_names(rq, dir, &list);

	if (e)
		return e;
	if (list.n > 1)
		qsort(list.items, list.n, sizeof(list.items[0]), by_name);
	for (size_t i = 0; i < list.n; i++) {
		struct migration *m = &list.items[i];

		m->version = strtol(m->name, NULL, 10);
		m->started_us = m->applied_us = TIME_NONE;
		if (m->version != (int64_t)i + 1)
			return rq_fail(rq, FAULT_INVALID,
			               "%s: number %04zu is missing or taken twice.", dir, i + 1);
		e = read_file(rq, dir, m);
		if (e)
			return e;
	}
	*ret = list;
	return FAULT_NONE;
}
