/* SPDX-License-Identifier: Apache-2.0 */
/* export.c - a copy of what is kept of a person: every row that names them, table by table. */
#include <inttypes.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/csv.h"
#include "rostra/notice.h"
#include "rostra/people.h"
#include "rostra/zip.h"

#include "privacy_int.h"

struct export
{
	struct zip *zip;
	struct buf list; /* tables.json */
	const char *company, *person;
	bool whole;
};

/*
 * What those in charge read of a person by other routes, too.  Every other table is between people
 * (kudos, mentorings, notices), or a choice that only the person sees: a new one is left out of a
 * copy that somebody else takes until it is named here.
 */
static const char *const in_charge[] = {
	"audit_event",  "click_change",   "consent",     "consent_acceptance",
	"emv_rate_set", "emv_run",        "erasure",     "identity",
	"kudos_boost",  "kudos_decision", "lead_merge",  "outside_action",
	"person",       "person_fact",    "person_role", "point_rule_set",
	"post",         "provider_trial", "redemption",  "scim_user",
	"session",      "share",          "team_member", "touch",
};

static const char readme_whole[] =
    "All that is kept of one person: each table as JSON and as CSV. tables.json lists them, and "
    "says\n"
    "where more rows are kept than a copy takes. What is personal of somebody else, and what only\n"
    "computers read, is not in it.\n";
static const char readme_in_charge[] =
    "What those in charge of the company may read of one person: each table as JSON and as CSV.\n"
    "\n"
    "Left out is what only the person and their counterparts may read: kudos and what was said to\n"
    "them, mentorings with their texts, notices, points, profile and settings. tables.json names "
    "each\n"
    "table that is left out, whether there are rows in it or not. The person gets them in their "
    "own\n"
    "copy, from GET /v1/me/export, and was told of this one. For somebody who left and asks for "
    "their\n"
    "data, the operator's `rostra person export` makes the whole copy.\n";

static bool
is_for_those_in_charge(const char *table)
{
	for (size_t i = 0; i < sizeof(in_charge) / sizeof(in_charge[0]); i++) {
		if (cstr_eq(in_charge[i], table))
			return true;
	}
	return false;
}

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

/* Whether there are rows is not told. */
static void
leave_out(struct export *x, const struct mark_table *t)
{
	buf_printf(&x->list, "%s\n{\"table\": \"%s\", \"rows\": null, \"complete\": false}",
	           x->list.n > 1 ? "," : "", t->name);
}

static enum fault
put_tables(struct rq *rq, struct export *x, const struct mark_schema *schema)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < schema->n; i++) {
		const struct mark_table *t = &schema->tables[i];

		if (t->owner == t->n)
			continue;
		if (x->whole || is_for_those_in_charge(t->name))
			e = put_table(rq, x, t);
		else
			leave_out(x, t);
	}
	return e;
}

static enum fault
put_all(struct rq *rq, struct export *x, const struct mark_schema *schema)
{
	const char *readme = x->whole ? readme_whole : readme_in_charge;
	enum fault e;

	buf_char(&x->list, '[');
	e = put_tables(rq, x, schema);
	buf_lit(&x->list, "\n]\n");
	if (!e && (!zip_put(x->zip, "tables.json", (struct str){ x->list.s, x->list.n }) ||
	           !zip_put(x->zip, "README.txt", str_of(readme)))) {
		problem_internal(&rq->problem, "the archive was not taken");
		e = FAULT_INTERNAL;
	}
	return e;
}

/* On record; and whoever did not take it themselves is told. */
static enum fault
tell_tx(struct rq *rq, void *arg)
{
	const struct uuid *person = arg;
	const struct audit_deed deed = {
		.action = "person.exported",
		.kind = AUDIT_PERSON,
		.object = *person,
		.person = *person,
	};
	const struct notice_new notice = {
		.kind = NOTICE_PRIVACY,
		.object = *person,
		.source = uuid_v7(rq->now_us), /* each copy is news */
		.actor = rq->who->person,
		.people = person,
		.n = 1,
	};
	enum fault e = audit_put(rq, &deed);

	return e ? e : notice_put(rq, &notice);
}

static const char *
id_text(struct rq *rq, struct uuid id)
{
	char *text = arena_alloc(rq->arena, UUID_TEXT_SIZE, 1);

	uuid_format(id, text);
	return text;
}

enum fault
privacy_export(struct rq *rq, struct uuid person, bool whole, struct buf *out)
{
	struct export x = { .company = id_text(rq, rq_company(rq)),
		            .person = id_text(rq, person),
		            .whole = whole };
	struct mark_schema *schema = NULL;
	bool closed;
	enum fault e = people_known(rq, person);

	if (!e)
		e = db_tx(rq, tell_tx, &person);
	if (!e)
		e = marks_read(rq, &schema);
	if (e)
		return e;
	x.zip = zip_open(out, rq->now_us);
	if (x.zip == NULL)
		return FAULT_INTERNAL;
	e = put_all(rq, &x, schema);
	closed = zip_close(&x.zip);
	buf_free(&x.list);
	return e || closed ? e : FAULT_INTERNAL;
}
