/* SPDX-License-Identifier: Apache-2.0 */
/* marks.c - whose data is in which column: read from the comments of the schema. */
#include <string.h>

#include "privacy_int.h"

static bool
name_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return s.n > 0 && s.n < MARK_NAME_MAX;
}

static struct str
behind(struct str s, size_t n)
{
	return (struct str){ s.s + n, s.n - n };
}

/* "delete row" or "left: TEXT", between parentheses. */
static bool
parse_action(struct str inside, struct mark *out)
{
	out->deletes_row = str_is(inside, "delete row");
	if (out->deletes_row)
		return true;
	if (!str_starts(inside, STR("left: ")))
		return false;
	inside = behind(inside, sizeof("left: ") - 1);
	if (inside.n > MARK_LEFT_MAX || memchr(inside.s, '\'', inside.n) != NULL)
		return false;
	out->has_left = true;
	memcpy(out->left, inside.s, inside.n);
	out->left[inside.n] = '\0';
	return true;
}

/* " of COLUMN", " (action)", both or neither. */
static bool
parse_rest(struct str rest, struct mark *out)
{
	struct str of = rest;
	const char *paren = rest.n > 0 ? memchr(rest.s, '(', rest.n) : NULL;

	if (paren != NULL) {
		size_t at = (size_t)(paren - rest.s);

		if (at == 0 || rest.s[rest.n - 1] != ')' ||
		    !parse_action((struct str){ paren + 1, rest.n - at - 2 }, out))
			return false;
		of.n = at;
	}
	of = str_trim(of);
	if (of.n == 0)
		return true;
	if (!str_starts(of, STR("of ")) || !name_valid(behind(of, 3)))
		return false;
	memcpy(out->of, of.s + 3, of.n - 3);
	out->of[of.n - 3] = '\0';
	return true;
}

static bool
word_within(struct str text, struct str word)
{
	for (size_t i = 0; i + word.n <= text.n; i++) {
		bool begins = i == 0 || text.s[i - 1] == ' ';

		if (begins && str_starts(behind(text, i), word))
			return true;
	}
	return false;
}

bool
mark_parse(struct str comment, struct mark *out)
{
	struct str rest = comment, mark;

	*out = (struct mark){ .names_person = word_within(comment, STR("person.id")) };
	if (!str_starts(comment, STR("PII")))
		return true;
	out->personal = true;
	(void)str_split(&rest, ';', &mark);
	return parse_rest(behind(mark, 3), out);
}

size_t
mark_subject(const struct mark_table *t, const struct mark_column *c)
{
	if (c->mark.of[0] == '\0')
		return t->owner;
	for (size_t i = 0; i < t->n; i++) {
		if (cstr_eq(t->columns[i].name, c->mark.of))
			return i;
	}
	return t->n;
}

/* --- the database's --- */

static const char *
keep(struct rq *rq, struct str s)
{
	return arena_copy(rq->arena, s.s, s.n);
}

static bool
one_of(struct str type, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (str_is(type, *names))
			return true;
	}
	return false;
}

static enum fault
internal(struct rq *rq, struct str table, struct str column)
{
	problem_internal(&rq->problem, "the mark of %.*s.%.*s", (int)table.n, table.s,
	                 (int)column.n, column.s);
	return FAULT_INTERNAL;
}

/* table, column, type, nullable, comment; in the order of tables and columns. */
static enum fault
read_column(struct rq *rq, const struct str *cells, size_t n, void *arg)
{
	static const char *const numbers[] = { "bigint",    "int",     "smallint", "tinyint",
		                               "mediumint", "decimal", "double",   NULL };
	static const char *const binaries[] = { "binary",     "varbinary", "blob", "tinyblob",
		                                "mediumblob", "longblob",  NULL };
	struct mark_schema *s = arg;
	struct mark_table *t = s->n > 0 ? &s->tables[s->n - 1] : NULL;
	struct mark_column c = { .name = NULL };

	if (n != 5 || !mark_parse(cells[4], &c.mark))
		return internal(rq, cells[0], cells[1]);
	if (t == NULL || !str_is(cells[0], t->name)) {
		if (s->n == MARK_TABLES_MAX)
			return internal(rq, cells[0], cells[1]);
		t = &s->tables[s->n++];
		*t = (struct mark_table){
			.name = keep(rq, cells[0]),
			.columns = arena_array(rq->arena, MARK_COLUMNS_MAX, struct mark_column),
		};
	}
	if (t->n == MARK_COLUMNS_MAX)
		return internal(rq, cells[0], cells[1]);
	c.name = keep(rq, cells[1]);
	c.number = one_of(cells[2], numbers);
	c.binary = one_of(cells[2], binaries);
	c.nullable = str_is(cells[3], "YES");
	if (str_is(cells[0], "person") && str_is(cells[1], "id"))
		c.mark.names_person = true;
	t->columns[t->n++] = c;
	return FAULT_NONE;
}

static void
find_owner(struct mark_table *t)
{
	t->owner = 0;
	while (t->owner < t->n && !t->columns[t->owner].mark.names_person)
		t->owner++;
}

enum fault
marks_read(struct rq *rq, struct mark_schema **ret)
{
	struct mark_schema *s = arena_new(rq->arena, struct mark_schema);
	enum fault e;

	s->n = 0;
	e = db_query_text(
	    rq,
	    "SELECT table_name, column_name, data_type, is_nullable, column_comment"
	    " FROM information_schema.columns /* all companies: the schema is theirs together */"
	    " WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position",
	    read_column, s);
	for (size_t i = 0; !e && i < s->n; i++)
		find_owner(&s->tables[i]);
	*ret = s;
	return e;
}
