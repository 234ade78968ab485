/* SPDX-License-Identifier: Apache-2.0 */
/* people.c - people of a company: who they are, what they may do, since when. */
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/mentoring.h"
#include "rostra/session.h"
#include "rostra/sync.h"

#include "people_int.h"

const char *const person_state_names[PERSON_STATE__MAX + 1] = {
	[PERSON_ACTIVE] = "active",
	[PERSON_DEACTIVATED] = "deactivated",
	[PERSON_ERASED] = "erased",
};

struct creation {
	const struct person_new *in;
	struct person_row row;
};

static enum fault
create_tx(struct rq *rq, void *arg)
{
	struct creation *c = arg;
	bool duplicate;
	enum fault e = person_sql_insert(rq, &c->row, &duplicate);

	if (e)
		return e;
	if (duplicate)
		return rq_fail(rq, FAULT_CONFLICT,
		               "Somebody of this company has that e-mail address.");
	return person_sql_role_begin(rq, c->row.id, (enum role)c->row.role);
}

enum fault
person_create(struct rq *rq, const struct person_new *in, struct uuid *ret_id)
{
	struct creation c = {
		.in = in,
		.row = {
			.company_id = rq_company(rq),
			.id = uuid_v7(rq->now_us),
			.email = in->email,
			.display_name = in->display_name,
			.given_name = in->given_name,
			.family_name = in->family_name,
			.language = in->language,
			.time_zone = in->time_zone,
			.job_title = in->job_title,
			.department = in->department,
			.location = in->location,
			.role = in->role,
			.created_at = rq->now_us,
			.updated_at = rq->now_us,
		},
	};
	enum fault e = db_tx(rq, create_tx, &c);

	if (!e)
		*ret_id = c.row.id;
	return e;
}

static enum fault
profile_tx(struct rq *rq, void *arg)
{
	const struct person_row *row = arg;
	enum fault e = person_sql_profile(rq, row);

	if (e == FAULT_CONFLICT)
		return rq_fail(rq, FAULT_CONFLICT,
		               "Somebody of this company has that e-mail address.");
	if (!e)
		e = company_people_changed(rq);
	if (!e)
		e = sync_log(rq, SYNC_ME, row->id, SYNC_UPSERT, row->id);
	return e ? e : sync_log_renamed(rq, row->id);
}

enum fault
person_set_profile(struct rq *rq, struct uuid person, const struct person_new *in)
{
	struct person_row row = {
		.company_id = rq_company(rq),
		.id = person,
		.email = in->email,
		.display_name = in->display_name,
		.given_name = in->given_name,
		.family_name = in->family_name,
		.language = in->language,
		.time_zone = in->time_zone,
		.job_title = in->job_title,
		.department = in->department,
		.location = in->location,
		.updated_at = rq->now_us,
	};

	return db_tx(rq, profile_tx, &row);
}

/* true: it is another than before. */
static bool
merge(const char **field, const char *value)
{
	if (value == NULL || cstr_eq(*field, value))
		return false;
	*field = value;
	return true;
}

struct merging {
	struct uuid person;
	const struct person_new *in;
};

static enum fault
merge_tx(struct rq *rq, void *arg)
{
	const struct merging *m = arg;
	const struct person_new *in = m->in;
	struct person_row row;
	bool department, location, other;
	enum fault e = person_sql_lock(rq, m->person, &row);

	if (e)
		return e;
	department = merge(&row.department, in->department);
	location = merge(&row.location, in->location);
	other = merge(&row.display_name, in->display_name);
	other = merge(&row.given_name, in->given_name) || other;
	other = merge(&row.family_name, in->family_name) || other;
	other = merge(&row.job_title, in->job_title) || other;
	row.updated_at = rq->now_us;
	if (department)
		e = person_set_fact(rq, row.id, PERSON_DEPARTMENT, row.department);
	if (!e && location)
		e = person_set_fact(rq, row.id, PERSON_LOCATION, row.location);
	return e || !(department || location || other) ? e : profile_tx(rq, &row);
}

enum fault
person_merge_profile(struct rq *rq, struct uuid person, const struct person_new *in)
{
	struct merging m = { person, in };

	return db_tx(rq, merge_tx, &m);
}

enum fault
person_by_email(struct rq *rq, const char *email, struct uuid *ret_id)
{
	struct person_row row;
	enum fault e = FAULT_NOT_FOUND; /* addresses are ASCII */

	if (str_ascii(str_of(email)))
		e = person_sql_by_email(rq, str_lower(rq->arena, str_of(email)), &row);
	if (!e)
		*ret_id = row.id;
	return e;
}

static enum fault
change_role(struct rq *rq, const struct person_row *now, enum role role)
{
	enum fault e;

	if (now->role == (int)role)
		return FAULT_NONE;
	e = person_sql_role_end(rq, now->id);
	if (e)
		return e;
	return person_sql_role_begin(rq, now->id, role);
}

static enum fault
apply_state(struct rq *rq, struct person_row *row, int state)
{
	enum fault e;

	if (row->state == PERSON_ERASED && state != PERSON_ERASED)
		return rq_fail(rq, FAULT_CONFLICT, "An erased person does not come back.");
	if (state == row->state)
		return FAULT_NONE;
	row->deactivated_at = state == PERSON_ACTIVE ? TIME_NONE : rq->now_us;
	row->state = state;
	if (state == PERSON_ACTIVE)
		return FAULT_NONE;
	e = session_end_all(rq, row->id, (struct uuid){ { 0 } }, END_DEACTIVATION);
	return e ? e : mentoring_end_all(rq, row->id);
}

static enum fault
tell(struct rq *rq, struct uuid person, const char *action, const struct audit_change *change)
{
	const struct audit_deed deed = {
		.action = action,
		.kind = AUDIT_PERSON,
		.object = person,
		.person = person,
		.changes = change,
		.n = 1,
	};

	return audit_put(rq, &deed);
}

/* What decides on access is on record; language and time zone are the person's own matter. */
static enum fault
tell_changes(struct rq *rq, const struct person_row *before, const struct person_row *after)
{
	const struct audit_change role = { "role", role_names[before->role],
		                           role_names[after->role] };
	const struct audit_change state = { "state", person_state_names[before->state],
		                            person_state_names[after->state] };
	enum fault e = FAULT_NONE;

	if (before->role != after->role)
		e = tell(rq, after->id, "person.role_changed", &role);
	if (!e && before->state != after->state)
		e = tell(rq, after->id, "person.state_changed", &state);
	return e;
}

static enum fault
change_tx(struct rq *rq, void *arg)
{
	struct person_change *c = arg;
	struct person_row row, before;
	bool access;
	enum fault e = person_sql_lock(rq, c->id, &row);

	if (e)
		return e;
	before = row;
	if (c->version != J_NO_INT && c->version != row.version)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "The version is %lld now.",
		               (long long)row.version);
	access = (c->role >= 0 && c->role != row.role) || (c->state >= 0 && c->state != row.state);
	if (c->role >= 0) {
		e = change_role(rq, &row, (enum role)c->role);
		if (e)
			return e;
		row.role = c->role;
	}
	if (c->state >= 0) {
		e = apply_state(rq, &row, c->state);
		if (e)
			return e;
	}
	if (c->set_language)
		row.language = c->language;
	if (c->set_time_zone)
		row.time_zone = c->time_zone;
	row.updated_at = rq->now_us;
	e = person_sql_update(rq, &row, access);
	if (e)
		return e;
	e = tell_changes(rq, &before, &row);
	if (!e)
		e = company_people_changed(rq);
	if (e)
		return e;
	row.version++;
	c->after = row;
	return sync_log(rq, SYNC_ME, row.id, SYNC_UPSERT, row.id);
}

enum fault
person_change(struct rq *rq, struct person_change *change)
{
	return db_tx(rq, change_tx, change);
}

static enum fault
change_one(struct rq *rq, struct uuid person, int role, int state)
{
	struct person_change c = {
		.id = person, .version = J_NO_INT, .role = role, .state = state
	};

	return person_change(rq, &c);
}

enum fault
person_set_role(struct rq *rq, struct uuid person, enum role role)
{
	return change_one(rq, person, (int)role, -1);
}

enum fault
person_deactivate(struct rq *rq, struct uuid person)
{
	return change_one(rq, person, -1, PERSON_DEACTIVATED);
}

enum fault
person_set_erased(struct rq *rq, struct uuid person, bool *ret_erased)
{
	struct person_row row;
	enum fault e = person_sql_lock(rq, person, &row);

	if (e)
		return e;
	*ret_erased = row.state != PERSON_ERASED;
	return *ret_erased ? change_one(rq, person, -1, PERSON_ERASED) : FAULT_NONE;
}

enum fault
person_activate(struct rq *rq, struct uuid person)
{
	return change_one(rq, person, -1, PERSON_ACTIVE);
}

enum fault
people_hold(struct rq *rq, struct uuid person)
{
	struct person_row row;

	return person_sql_lock(rq, person, &row);
}

enum fault
people_feed_changed(struct rq *rq, struct uuid person)
{
	return person_sql_feed_changed(rq, person);
}

enum fault
people_audience_changed(struct rq *rq, struct uuid person)
{
	return person_sql_audience_changed(rq, person);
}

enum fault
people_primary_team(struct rq *rq, struct uuid person, int64_t at_us, struct uuid *ret_team)
{
	return member_sql_primary_at(rq, person, at_us, ret_team);
}

enum fault
people_known(struct rq *rq, struct uuid person)
{
	struct person_row row;

	return person_sql_get(rq, person, &row);
}
