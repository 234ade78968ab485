/* SPDX-License-Identifier: Apache-2.0 */
/* group.c - groups of the directory are teams: memberships are dated, and the first one a person
 * has is the one that reports count them in. */

#include "rostra/caller.h"
#include "rostra/people.h"

#include "scim_int.h"

/* A group, what it is to have, and who is in it. */
struct change {
	struct scim_group *group;
	const struct scim_members *members;
	bool is_new;
	struct uuid *now;
	size_t n, room;
};

const char *
scim_group_version(struct rq *rq, const struct scim_group *g)
{
	return arena_printf(rq->arena, "W/\"%lld.%lld\"", (long long)g->version,
	                    (long long)g->membership_version);
}

void
scim_members_add(struct rq *rq, struct scim_members *m, const struct uuid *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		m->add = arena_grow(rq->arena, m->add, m->n_add, &m->room_add);
		m->add[m->n_add++] = ids[i];
	}
}

void
scim_members_remove(struct rq *rq, struct scim_members *m, const struct uuid *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		m->remove = arena_grow(rq->arena, m->remove, m->n_remove, &m->room_remove);
		m->remove[m->n_remove++] = ids[i];
	}
}

static enum fault
member_id(struct rq *rq, const struct json_doc *one, struct uuid *out)
{
	struct str value;

	if (one == NULL || !json_doc_string(one, "value", &value) || !uuid_parse(value, out))
		return scim_fail(rq, "invalidValue", "A member needs the id of a user as value.");
	return FAULT_NONE;
}

enum fault
scim_members_read(struct rq *rq, const struct json_doc *d, const char *member, struct uuid **ret,
                  size_t *ret_n)
{
	struct json_doc *one = json_doc_object(d, member);
	enum fault e = FAULT_NONE;
	size_t n = 1;

	if (one == NULL && !json_doc_list(d, member, &n))
		return scim_fail(rq, "invalidValue", "members must be a list of {value}.");
	if (n > SCIM_MEMBERS_MAX)
		return scim_fail(rq, "tooMany", "At most %d members at once.", SCIM_MEMBERS_MAX);
	*ret = arena_array(rq->arena, n + 1, struct uuid);
	*ret_n = n;
	if (one != NULL)
		e = member_id(rq, one, *ret);
	json_doc_free(&one);
	if (json_doc_list(d, member, &n)) {
		for (size_t i = 0; i < n && !e; i++) {
			one = json_doc_list_object(d, member, i);
			e = member_id(rq, one, *ret + i);
			json_doc_free(&one);
		}
	}
	return e;
}

static bool
holds(const struct uuid *list, size_t n, struct uuid id)
{
	for (size_t i = 0; i < n; i++) {
		if (uuid_eq(list[i], id))
			return true;
	}
	return false;
}

static enum fault
keep_member(struct rq *rq, void *row, void *arg)
{
	struct change *c = arg;

	c->now = arena_grow(rq->arena, c->now, c->n, &c->room);
	c->now[c->n++] = ((const struct scim_member *)row)->person_id;
	return FAULT_NONE;
}

static enum fault
join(struct rq *rq, const struct change *c, struct uuid person)
{
	struct uuid primary;
	enum fault e;

	if (holds(c->now, c->n, person))
		return FAULT_NONE;
	e = people_known(rq, person);
	if (e == FAULT_NOT_FOUND)
		return scim_fail(rq, "invalidValue", "A member is no user of this directory.");
	if (!e)
		e = people_primary_team(rq, person, rq->now_us, &primary);
	return e ? e : team_join(rq, c->group->id, person, uuid_is_zero(primary));
}

static enum fault
apply_members(struct rq *rq, struct change *c)
{
	const struct scim_members *m = c->members;
	enum fault e = scim_sql_members(rq, c->group->id, keep_member, c);

	for (size_t i = 0; i < c->n && !e; i++) {
		const bool stays = m->replace ? holds(m->add, m->n_add, c->now[i])
		                              : !holds(m->remove, m->n_remove, c->now[i]);

		if (!stays && (m->replace || !holds(m->add, m->n_add, c->now[i])))
			e = team_leave(rq, c->group->id, c->now[i]);
	}
	for (size_t i = 0; i < m->n_add && !e; i++) {
		if (!holds(m->add, i, m->add[i]))
			e = join(rq, c, m->add[i]);
	}
	return e;
}

static enum fault
change_tx(struct rq *rq, void *arg)
{
	struct change *c = arg;
	bool duplicate;
	enum fault e;

	c->n = c->room = 0;
	e = scim_sql_group_put(rq, c->group, c->is_new, &duplicate);
	if (!e && duplicate)
		return rq_fail(rq, FAULT_CONFLICT,
		               "Another group has this displayName or externalId.");
	if (!e)
		e = apply_members(rq, c);
	return e ? e : scim_sql_group(rq, c->group->id, c->group);
}

static enum fault
check(struct rq *rq, const struct scim_group *g)
{
	if (g->display_name == NULL || g->display_name[0] == '\0')
		return scim_fail(rq, "invalidValue", "displayName is needed.");
	return FAULT_NONE;
}

enum fault
scim_group_create(struct rq *rq, struct scim_group *g, const struct scim_members *m)
{
	struct change c = { .group = g, .members = m, .is_new = true };
	enum fault e = check(rq, g);

	g->id = uuid_v7(rq->now_us);
	g->company_id = rq_company(rq);
	return e ? e : db_tx(rq, change_tx, &c);
}

enum fault
scim_group_update(struct rq *rq, struct scim_group *g, const struct scim_members *m)
{
	struct change c = { .group = g, .members = m };
	enum fault e = check(rq, g);

	return e ? e : db_tx(rq, change_tx, &c);
}

enum fault
scim_group_delete(struct rq *rq, struct scim_group *g)
{
	const struct scim_members none = { .replace = true };
	struct change c = { .group = g, .members = &none };
	enum fault e = apply_members(rq, &c);

	return e ? e : scim_sql_group_gone(rq, g->id);
}
