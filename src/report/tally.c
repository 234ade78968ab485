/* SPDX-License-Identifier: Apache-2.0 */
/* tally.c - counts of groups, in whatever order they come, then one row a group with its name. */
#include <stdlib.h>
#include <string.h>

#include "report_int.h"

/* What one column has for one key. */
struct tally_entry {
	char key[REPORT_KEY_SIZE];
	size_t column;
	int64_t n;
};

void
tally_add(struct rq *rq, struct tally *t, struct str key, size_t column, int64_t n)
{
	struct tally_entry *e;

	if (n == 0)
		return;
	t->entries = arena_grow(rq->arena, t->entries, t->n, &t->room);
	e = &t->entries[t->n++];
	e->column = column;
	e->n = n;
	if (key.n > 0 && key.n < REPORT_KEY_SIZE)
		memcpy(e->key, key.s, key.n);
}

static int
by_key(const void *a, const void *b)
{
	const struct tally_entry *left = a, *right = b;

	return strcmp(left->key, right->key);
}

void
tally_fold(struct rq *rq, struct tally *t)
{
	if (t->n > 1)
		qsort(t->entries, t->n, sizeof(*t->entries), by_key);
	t->rows = arena_array(rq->arena, t->n, struct tally_row);
	t->n_rows = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct tally_entry *e = &t->entries[i];

		if (i == 0 || strcmp(t->entries[i - 1].key, e->key) != 0)
			t->rows[t->n_rows++].key = e->key;
		t->rows[t->n_rows - 1].n[e->column] += e->n;
	}
}

static int
key_to_row(const void *key, const void *row)
{
	return strcmp(key, ((const struct tally_row *)row)->key);
}

struct tally_row *
tally_find(const struct tally *t, const char *key)
{
	if (t->n_rows == 0)
		return NULL;
	return bsearch(key, t->rows, t->n_rows, sizeof(*t->rows), key_to_row);
}

static enum fault
take_name(struct rq *rq, void *row, void *arg)
{
	const struct named *n = row;
	char text[UUID_TEXT_SIZE];
	struct tally_row *found;

	uuid_format(n->id, text);
	found = tally_find(arg, text);
	if (found != NULL)
		found->name = arena_strdup(rq->arena, n->name);
	return FAULT_NONE;
}

enum fault
tally_names(struct rq *rq, struct tally *t, enum dimension by)
{
	if (by != BY_NETWORK)
		return report_sql_names(rq, by, take_name, t);
	for (size_t i = 0; i < t->n_rows; i++)
		t->rows[i].name = t->rows[i].key;
	return FAULT_NONE;
}
