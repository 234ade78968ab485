/* SPDX-License-Identifier: Apache-2.0 */
/*
 * erase.c - a person is forgotten: what the schema marks as theirs goes, rows that count stay under
 * a name that is nobody's.
 */
#include <string.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/people.h"
#include "rostra/sync.h"

#include "privacy_int.h"

struct erasing {
	struct uuid person;
	const char *company_text, *person_text;
	const struct mark_schema *schema;
};

static const char *
id_text(struct rq *rq, struct uuid id)
{
	char *text = arena_alloc(rq->arena, UUID_TEXT_SIZE, 1);

	uuid_format(id, text);
	return text;
}

static enum fault
run(struct rq *rq, struct buf *sql, const struct erasing *x, const char *subject)
{
	enum fault e;

	buf_printf(sql, " WHERE company_id = '%s' AND `%s` = '%s'", x->company_text, subject,
	           x->person_text);
	buf_char(sql, '\0');
	e = db_run_text(rq, sql->s);
	buf_free(sql);
	return e;
}

static void
put_left(struct buf *sql, const struct mark_column *c)
{
	if (c->mark.has_left)
		buf_printf(sql, "`%s` = '%s'", c->name, c->mark.left);
	else
		buf_printf(sql, "`%s` = %s", c->name, c->nullable ? "NULL" : "'" MARK_LEFT "'");
}

/* What in this table is personal data of whoever the column `subject` names. */
static enum fault
erase_of(struct rq *rq, const struct erasing *x, const struct mark_table *t, size_t subject)
{
	struct buf sql = { .n = 0 };
	bool deletes = false, any = false;

	for (size_t i = 0; i < t->n; i++) {
		const struct mark_column *c = &t->columns[i];

		if (!c->mark.personal || mark_subject(t, c) != subject)
			continue;
		deletes = deletes || c->mark.deletes_row;
		if (any)
			buf_lit(&sql, ", ");
		else
			buf_printf(&sql, "UPDATE `%s` SET ", t->name);
		put_left(&sql, c);
		any = true;
	}
	if (deletes) {
		buf_clear(&sql);
		buf_printf(&sql, "DELETE FROM `%s`", t->name);
	}
	return any ? run(rq, &sql, x, t->columns[subject].name) : FAULT_NONE;
}

static enum fault
erase_marked(struct rq *rq, const struct erasing *x)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < x->schema->n; i++) {
		const struct mark_table *t = &x->schema->tables[i];

		for (size_t c = 0; !e && c < t->n; c++) {
			if (t->columns[c].mark.names_person)
				e = erase_of(rq, x, t, c);
		}
	}
	return e;
}

static enum fault
put_on_record(struct rq *rq, struct uuid person)
{
	const struct audit_deed deed = {
		.action = "person.erased",
		.kind = AUDIT_PERSON,
		.object = person,
		.person = person,
	};

	return audit_put(rq, &deed);
}

static enum fault
erase_tx(struct rq *rq, void *arg)
{
	const struct erasing *x = arg;
	const struct erasure end = { .company_id = rq_company(rq),
		                     .person_id = x->person,
		                     .state = ERASURE_DONE,
		                     .ended_at = rq->now_us };
	bool erased;
	enum fault e = person_set_erased(rq, x->person, &erased);

	if (e || !erased)
		return e;
	e = erase_marked(rq, x);
	if (!e)
		e = company_feed_changed(rq);
	if (!e)
		e = erasure_sql_end(rq, &end);
	if (!e)
		e = put_on_record(rq, x->person);
	return e ? e : sync_log_renamed(rq, x->person);
}

enum fault
privacy_erase(struct rq *rq, struct uuid person)
{
	struct erasing x = { .person = person,
		             .company_text = id_text(rq, rq_company(rq)),
		             .person_text = id_text(rq, person) };
	struct mark_schema *schema = NULL;
	enum fault e = marks_read(rq, &schema);

	x.schema = schema;
	return e ? e : db_tx(rq, erase_tx, &x);
}

/* --- whose grace is over --- */

enum { DUE_MAX = 20 };

struct due {
	struct erasure rows[DUE_MAX];
	size_t n;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct due *d = arg;

	(void)rq;
	if (d->n < DUE_MAX)
		d->rows[d->n++] = *(const struct erasure *)row;
	return FAULT_NONE;
}

/* One that fails does not hold the others up; the first failure is told. */
enum fault
erasure_run(struct rq *rq)
{
	const struct caller *before = rq->who;
	struct due *d = arena_new(rq->arena, struct due);
	enum fault first = FAULT_NONE, e;

	d->n = 0;
	e = erasure_sql_due(rq, keep, d);
	if (e)
		return e;
	for (size_t i = 0; i < d->n; i++) {
		const struct caller system = { .company = d->rows[i].company_id };

		rq->who = &system;
		e = privacy_erase(rq, d->rows[i].person_id);
		first = first ? first : e;
	}
	rq->who = before;
	return first;
}
