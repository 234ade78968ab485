/* SPDX-License-Identifier: Apache-2.0 */
/* export.c - a copy of what is kept of a person: every row that names them, table by table. */
#include <inttypes.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/csv.h"
#include "rostra/people.h"
#include "rostra/zip.h"

#include "privacy_int.h"

struct export
{
	struct zip *zip;
	struct buf list; /* tables.json */
	const char *company, *person;
};

/* One table on its way: its rows as JSON and as CSV. */
struct sheet {
	const struct mark_table *table;
	const struct mark_column *columns[MARK_COLUMNS_MAX];
	size_t n_columns;
	struct buf json, csv;
	int64_t rows;
	bool cut;
};

/* What only computers read (digests, sealed secrets) is left out. */
static bool
is_told(const struct mark_table *t, const struct mark_column *c)
{
	return !c->binary && (!c->mark.personal || mark_subject(t, c) < t->n);
}

/* Personal data of somebody else in the same row stays theirs. */
static void
put_column(struct buf *sql, const struct export *x, const struct mark_table *t,
           const struct mark_column *c)
{
	if (c->mark.personal)
		buf_printf(sql, "IF(`%s` = '%s', `%s`, NULL)", t->columns[mark_subject(t, c)].name,
		           x->person, c->name);
	else
		buf_printf(sql, "`%s`", c->name);
}

static void
put_query(struct buf *sql, const struct export *x, struct sheet *s)
{
	const struct mark_table *t = s->table;
	const char *word = "SELECT ";

	for (size_t i = 0; i < t->n; i++) {
		if (!is_told(t, &t->columns[i]))
			continue;
		s->columns[s->n_columns++] = &t->columns[i];
		buf_cstr(sql, word);
		put_column(sql, x, t, &t->columns[i]);
		word = ", ";
	}
	buf_printf(sql, " FROM `%s` WHERE company_id = '%s'", t->name, x->company);
	word = " AND (";
	for (size_t i = 0; i < t->n; i++) {
		if (!t->columns[i].mark.names_person)
			continue;
		buf_printf(sql, "%s`%s` = '%s'", word, t->columns[i].name, x->person);
		word = " OR ";
	}
	buf_printf(sql, ") LIMIT %d", EXPORT_ROWS_MAX + 1);
	buf_char(sql, '\0');
}

static void
put_cell(struct sheet *s, size_t i, struct str cell)
{
	const struct mark_column *c = s->columns[i];

	buf_lit(&s->json, "\"");
	buf_cstr(&s->json, c->name);
	buf_lit(&s->json, "\": ");
	if (cell.s == NULL)
		buf_lit(&s->json, "null");
	else if (c->number)
		buf_str(&s->json, cell);
	else
		buf_json_string(&s->json, cell);
	if (c->number && cell.s != NULL) {
		buf_cstr(&s->csv, i > 0 ? "," : "");
		buf_str(&s->csv, cell);
	} else {
		csv_text(&s->csv, cell, i == 0);
	}
}

static enum fault
put_row(struct rq *rq, const struct str *cells, size_t n, void *arg)
{
	struct sheet *s = arg;

	(void)rq;
	if (s->rows == EXPORT_ROWS_MAX) {
		s->cut = true;
		return FAULT_NONE;
	}
	buf_cstr(&s->json, s->rows == 0 ? "\n{" : ",\n{");
	for (size_t i = 0; i < n && i < s->n_columns; i++) {
		if (i > 0)
			buf_lit(&s->json, ", ");
		put_cell(s, i, cells[i]);
	}
	buf_char(&s->json, '}');
	csv_end_row(&s->csv);
	s->rows++;
	return FAULT_NONE;
}

static bool
put_files(struct rq *rq, struct export *x, struct sheet *s)
{
	const char *json = arena_printf(rq->arena, "json/%s.json", s->table->name);
	const char *csv = arena_printf(rq->arena, "csv/%s.csv", s->table->name);

	buf_lit(&s->json, "\n]\n");
	buf_printf(&x->list, "%s\n{\"table\": \"%s\", \"rows\": %" PRId64 ", \"complete\": %s}",
	           x->list.n > 1 ? "," : "", s->table->name, s->rows, s->cut ? "false" : "true");
	return zip_put(x->zip, json, (struct str){ s->json.s, s->json.n }) &&
	       zip_put(x->zip, csv, (struct str){ s->csv.s, s->csv.n });
}

static enum fault
put_table(struct rq *rq, struct export *x, const struct mark_table *t)
{
	struct sheet *s = arena_new(rq->arena, struct sheet);
	struct buf sql = { .n = 0 };
	enum fault e;

	*s = (struct sheet){ .table = t };
	put_query(&sql, x, s);
	for (size_t i = 0; i < s->n_columns; i++)
		csv_text(&s->csv, str_of(s->columns[i]->name), i == 0);
	csv_end_row(&s->csv);
	buf_char(&s->json, '[');
	e = db_query_text(rq, sql.s, put_row, s);
	if (!e && s->rows > 0 && !put_files(rq, x, s)) {
		problem_internal(&rq->problem, "the archive was not taken");
		e = FAULT_INTERNAL;
	}
	buf_free(&sql);
	buf_free(&s->json);
	buf_free(&s->csv);
	return e;
}

static enum fault
put_all(struct rq *rq, struct export *x, const struct mark_schema *schema)
{
	enum fault e = FAULT_NONE;

	buf_char(&x->list, '[');
	for (size_t i = 0; !e && i < schema->n; i++) {
		if (schema->tables[i].owner < schema->tables[i].n)
			e = put_table(rq, x, &schema->tables[i]);
	}
	buf_lit(&x->list, "\n]\n");
	if (!e && !zip_put(x->zip, "tables.json", (struct str){ x->list.s, x->list.n })) {
		problem_internal(&rq->problem, "the archive was not taken");
		e = FAULT_INTERNAL;
	}
	return e;
}

static enum fault
put_on_record(struct rq *rq, struct uuid person)
{
	const struct audit_deed deed = {
		.action = "person.exported",
		.kind = AUDIT_PERSON,
		.object = person,
		.person = person,
	};

	return audit_put(rq, &deed);
}

static const char *
id_text(struct rq *rq, struct uuid id)
{
	char *text = arena_alloc(rq->arena, UUID_TEXT_SIZE, 1);

	uuid_format(id, text);
	return text;
}

enum fault
privacy_export(struct rq *rq, struct uuid person, struct buf *out)
{
	struct export x = { .company = id_text(rq, rq_company(rq)), .person = id_text(rq, person) };
	struct mark_schema *schema = NULL;
	bool whole;
	enum fault e = people_known(rq, person);

	if (!e)
		e = put_on_record(rq, person);
	if (!e)
		e = marks_read(rq, &schema);
	if (e)
		return e;
	x.zip = zip_open(out, rq->now_us);
	if (x.zip == NULL)
		return FAULT_INTERNAL;
	e = put_all(rq, &x, schema);
	whole = zip_close(&x.zip);
	buf_free(&x.list);
	return e || whole ? e : FAULT_INTERNAL;
}
