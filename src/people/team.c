/* SPDX-License-Identifier: Apache-2.0 */
/* team.c - teams and their dated membership: a row is ended, never overwritten. */
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

	if (e)
		return e;
	return sync_log(rq, SYNC_ME, person, SYNC_UPSERT, person);
}

static enum fault
check_both(struct rq *rq, const struct member_row *m)
{
	struct team_row team;
	struct person_row person;
	enum fault e = team_sql_get(rq, m->team_id, &team);

	if (e)
		return e;
	/* The lock makes two joins of one person queue: one primary membership at any time. */
	e = person_sql_lock(rq, m->person_id, &person);
	if (e)
		return e;
	if (team.archived_at != TIME_NONE)
		return rq_fail(rq, FAULT_CONFLICT, "The team is archived.");
	return FAULT_NONE;
}

static enum fault
join_tx(struct rq *rq, void *arg)
{
	const struct member_row *m = arg;
	struct member_row now;
	bool found;
	enum fault e = check_both(rq, m);

	if (e)
		return e;
	e = member_sql_current(rq, m->team_id, m->person_id, &now, &found);
	if (e)
		return e;
	if (found && now.is_primary == m->is_primary)
		return FAULT_NONE;
	if (found)
		e = member_sql_end(rq, m->team_id, m->person_id, NULL);
	if (!e && m->is_primary)
		e = member_sql_end(rq, (struct uuid){ { 0 } }, m->person_id, NULL);
	if (!e)
		e = member_sql_begin(rq, m);
	if (e)
		return e;
	return audience_changed(rq, m->person_id);
}

enum fault
team_join(struct rq *rq, struct uuid team, struct uuid person, bool primary)
{
	struct member_row m = {
		.company_id = rq_company(rq),
		.team_id = team,
		.person_id = person,
		.from_at = rq->now_us,
		.is_primary = primary,
	};

	return db_tx(rq, join_tx, &m);
}

static enum fault
leave_tx(struct rq *rq, void *arg)
{
	const struct member_row *m = arg;
	uint64_t n;
	enum fault e = member_sql_end(rq, m->team_id, m->person_id, &n);

	if (e)
		return e;
	if (n == 0)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	return audience_changed(rq, m->person_id);
}

enum fault
team_leave(struct rq *rq, struct uuid team, struct uuid person)
{
	struct member_row m = { .team_id = team, .person_id = person };

	return db_tx(rq, leave_tx, &m);
}
