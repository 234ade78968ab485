/* SPDX-License-Identifier: Apache-2.0 */
/* team.c - teams and their dated membership: a row is ended, never overwritten. */
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/sync.h"

#include "people_int.h"

static enum fault
create_tx(struct rq *rq, void *arg)
{
	bool duplicate;
	enum fault e = team_sql_insert(rq, arg, &duplicate);

	if (!e && duplicate)
		return rq_fail(rq, FAULT_CONFLICT, "A team of this company has that name.");
	return e;
}

enum fault
team_create(struct rq *rq, const char *name, struct uuid *ret_id)
{
	struct team_row row = {
		.company_id = rq_company(rq),
		.id = uuid_v7(rq->now_us),
		.name = name,
		.role = -1,
		.created_at = rq->now_us,
	};
	enum fault e = db_tx(rq, create_tx, &row);

	if (!e)
		*ret_id = row.id;
	return e;
}

/* What a person sees has changed with their teams. */
static enum fault
audience_changed(struct rq *rq, struct uuid person)
{
	enum fault e = person_sql_audience_changed(rq, person);

	if (!e)
		e = company_people_changed(rq);
	return e ? e : sync_log(rq, SYNC_ME, person, SYNC_UPSERT, person);
}

/* --- roles that come with a team
 * ------------------------------------------------------------------
 */

/* former: the role of a team that they are in no more, -1 for none.  A role that did not come from
 * it is theirs for another reason, and stays. */
static enum fault
follow_role(struct rq *rq, struct uuid person, int former)
{
	struct person_row row;
	int best, wanted;
	enum fault e = person_sql_lock(rq, person, &row);

	if (!e)
		e = member_sql_role(rq, person, &best);
	if (e)
		return e;
	wanted = row.role == former ? ROLE_MEMBER : row.role;
	wanted = best > wanted ? best : wanted;
	return wanted == row.role ? FAULT_NONE : person_set_role(rq, person, (enum role)wanted);
}

struct members {
	struct uuid id[TEAM_ROLE_MEMBERS_MAX + 1];
	size_t n;
};

static enum fault
keep_member(struct rq *rq, void *row, void *arg)
{
	struct members *m = arg;

	(void)rq;
	m->id[m->n++] = ((const struct member_row *)row)->person_id;
	return FAULT_NONE;
}

enum fault
team_role_changed(struct rq *rq, struct uuid team, int before, int after)
{
	struct members *m = arena_new(rq->arena, struct members);
	const struct audit_change change = { "role", before < 0 ? NULL : role_names[before],
		                             after < 0 ? NULL : role_names[after] };
	const struct audit_deed deed = { .action = "team.role_changed",
		                         .kind = AUDIT_TEAM,
		                         .object = team,
		                         .changes = &change,
		                         .n = 1 };
	enum fault e = FAULT_NONE;

	m->n = 0;
	if (before == after)
		return e;
	e = member_sql_each(rq, team, TEAM_ROLE_MEMBERS_MAX + 1, keep_member, m);
	if (!e && m->n > TEAM_ROLE_MEMBERS_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "A role comes with teams of at most %d people.",
		               TEAM_ROLE_MEMBERS_MAX);
	for (size_t i = 0; !e && i < m->n; i++)
		e = follow_role(rq, m->id[i], before);
	return e ? e : audit_put(rq, &deed);
}

/* --- joining and leaving
 * --------------------------------------------------------------------------
 */

/* The team's row is held before the person's, by everybody; the lock on the person makes two joins
 * of one person queue: one primary membership at any time. */
static enum fault
hold_both(struct rq *rq, const struct member_row *m, struct team_row *team)
{
	struct person_row person;
	enum fault e = team_sql_membership_changed(rq, m->team_id);

	if (!e)
		e = team_sql_get(rq, m->team_id, team);
	return e ? e : person_sql_lock(rq, m->person_id, &person);
}

/* It ends, and what came with it. */
static enum fault
end_membership(struct rq *rq, const struct team_row *team, struct uuid person)
{
	enum fault e = member_sql_end(rq, team->id, person, NULL);

	return e || team->role < 0 ? e : follow_role(rq, person, team->role);
}

static enum fault
end_primary(struct rq *rq, struct uuid person)
{
	struct team_row team;
	struct uuid id;
	enum fault e = member_sql_primary_at(rq, person, rq->now_us, &id);

	if (e || uuid_is_zero(id))
		return e;
	e = team_sql_membership_changed(rq, id);
	if (!e)
		e = team_sql_get(rq, id, &team);
	return e ? e : end_membership(rq, &team, person);
}

static enum fault
join_tx(struct rq *rq, void *arg)
{
	const struct member_row *m = arg;
	struct member_row now;
	struct team_row team;
	bool found;
	enum fault e = hold_both(rq, m, &team);

	if (!e && team.archived_at != TIME_NONE)
		return rq_fail(rq, FAULT_CONFLICT, "The team is archived.");
	if (!e)
		e = member_sql_current(rq, m->team_id, m->person_id, &now, &found);
	if (e || (found && now.is_primary == m->is_primary))
		return e;
	if (found)
		e = member_sql_end(rq, m->team_id, m->person_id, NULL);
	if (!e && m->is_primary)
		e = end_primary(rq, m->person_id);
	if (!e)
		e = member_sql_begin(rq, m);
	if (!e && team.role >= 0)
		e = follow_role(rq, m->person_id, -1);
	return e ? e : audience_changed(rq, m->person_id);
}

enum fault
team_join_for(struct rq *rq, const struct membership *in)
{
	struct member_row m = {
		.company_id = rq_company(rq),
		.team_id = in->team,
		.person_id = in->person,
		.provider_id = in->provider,
		.from_at = rq->now_us,
		.is_primary = in->is_primary,
	};

	return db_tx(rq, join_tx, &m);
}

enum fault
team_join(struct rq *rq, struct uuid team, struct uuid person, bool primary)
{
	const struct membership m = { .team = team, .person = person, .is_primary = primary };

	return team_join_for(rq, &m);
}

static enum fault
leave_tx(struct rq *rq, void *arg)
{
	const struct member_row *m = arg;
	struct member_row now;
	struct team_row team;
	bool found;
	enum fault e = hold_both(rq, m, &team);

	if (!e)
		e = member_sql_current(rq, m->team_id, m->person_id, &now, &found);
	if (!e && !found)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	if (!e)
		e = end_membership(rq, &team, m->person_id);
	return e ? e : audience_changed(rq, m->person_id);
}

enum fault
team_leave(struct rq *rq, struct uuid team, struct uuid person)
{
	struct member_row m = { .team_id = team, .person_id = person };

	return db_tx(rq, leave_tx, &m);
}

enum fault
people_memberships(struct rq *rq, struct uuid person, db_row_fn *fn, void *arg)
{
	return member_sql_of_person(rq, person, fn, arg);
}

enum fault
teams_of_groups(struct rq *rq, const char *groups, db_row_fn *fn, void *arg)
{
	return team_sql_of_groups(rq, groups, fn, arg);
}
