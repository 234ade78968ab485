/* SPDX-License-Identifier: Apache-2.0 */
/* lists.c - companies, people and teams for operators: whole lists in order. */
#include <stdint.h>

#include "people_int.h"

struct each {
	db_row_fn *fn;
	void *arg;
};

static enum fault
pass_company(struct rq *rq, void *row, void *arg)
{
	const struct company_row *r = row;
	struct each *each = arg;
	struct company_view view = {
		.id = r->id,
		.slug = r->slug,
		.name = r->name,
		.time_zone = r->time_zone,
		.currency = r->currency,
		.language = r->language,
		.active = r->state == COMPANY_ACTIVE,
		.created_at = r->created_at,
	};

	return each->fn(rq, &view, each->arg);
}

enum fault
company_each(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct each each = { fn, arg };

	return company_sql_each(rq, pass_company, &each);
}

static enum fault
state_tx(struct rq *rq, void *arg)
{
	const bool *active = arg;
	struct company_row row;
	uint64_t n;
	enum fault e = company_sql_get(rq, rq_company(rq), &row);

	if (e)
		return e;
	row.state = *active ? COMPANY_ACTIVE : COMPANY_SUSPENDED;
	e = company_sql_update(rq, &row, &n);
	if (!e && n == 0)
		return rq_fail(rq, FAULT_VERSION_CONFLICT,
		               "Somebody changed the company just now.");
	return e;
}

enum fault
company_set_active(struct rq *rq, bool active)
{
	return db_tx(rq, state_tx, &active);
}

static struct person_view
view_of(const struct person_row *r)
{
	return (struct person_view){
		.id = r->id,
		.email = r->email,
		.display_name = r->display_name,
		.given_name = r->given_name,
		.family_name = r->family_name,
		.department = r->department,
		.location = r->location,
		.language = r->language,
		.role = r->role,
		.active = r->state == PERSON_ACTIVE,
	};
}

static enum fault
pass_person(struct rq *rq, void *row, void *arg)
{
	struct each *each = arg;
	struct person_view view = view_of(row);

	return each->fn(rq, &view, each->arg);
}

enum fault
person_look(struct rq *rq, struct uuid id, struct person_view *out)
{
	struct person_row row;
	enum fault e = person_sql_get(rq, id, &row);

	if (!e)
		*out = view_of(&row);
	return e;
}

static struct name_page
whole(const struct rq *rq)
{
	return (struct name_page){
		.company_id = rq_company(rq),
		.after_name = "",
		.after_id = { { 1 } }, /* below every id of ours, and not NULL */
		.everybody = true,
		.limit = INT32_MAX,
	};
}

enum fault
person_each(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct name_page page = whole(rq);
	struct each each = { fn, arg };

	return person_sql_page(rq, &page, pass_person, &each);
}

static enum fault
pass_team(struct rq *rq, void *row, void *arg)
{
	const struct team_row *r = row;
	struct each *each = arg;
	struct team_view view = {
		.id = r->id, .name = r->name, .members = r->members, .archived_at = r->archived_at
	};

	return each->fn(rq, &view, each->arg);
}

enum fault
team_each(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct name_page page = whole(rq);
	struct each each = { fn, arg };

	return team_sql_page(rq, &page, pass_team, &each);
}

enum fault
team_by_name(struct rq *rq, const char *name, struct uuid *ret_id)
{
	struct team_row row;
	enum fault e = team_sql_by_name(rq, name, &row);

	if (!e)
		*ret_id = row.id;
	return e;
}
