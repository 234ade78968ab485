/* SPDX-License-Identifier: Apache-2.0 */
/* account_teams.c - the groups of a provider's claim are teams: memberships begin and end with
 * them, and what others began is left alone. */
#include <string.h>

#include "rostra/arena.h"
#include "rostra/buf.h"

#include "identity_int.h"

struct teams {
	struct group_team *said;
	size_t n_said;
	struct membership *now;
	size_t n_now, room_now;
};

static enum fault
keep_said(struct rq *rq, void *row, void *arg)
{
	struct teams *t = arg;

	(void)rq;
	t->said[t->n_said++] = *(const struct group_team *)row;
	return FAULT_NONE;
}

static enum fault
keep_now(struct rq *rq, void *row, void *arg)
{
	struct teams *t = arg;

	if (t->n_now == t->room_now) {
		const size_t room = t->room_now == 0 ? 32 : 2 * t->room_now;
		struct membership *more = arena_array(rq->arena, room, struct membership);

		if (t->n_now > 0)
			memcpy(more, t->now, t->n_now * sizeof(*more));
		t->now = more;
		t->room_now = room;
	}
	t->now[t->n_now++] = *(const struct membership *)row;
	return FAULT_NONE;
}

static const char *
json_list(struct rq *rq, const struct said_groups *groups)
{
	struct buf b = { 0 };
	const char *text;

	buf_char(&b, '[');
	for (size_t i = 0; i < groups->n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		buf_json_string(&b, str_of(groups->names[i]));
	}
	buf_char(&b, ']');
	text = arena_copy(rq->arena, b.s, b.n);
	buf_free(&b);
	return text;
}

static bool
is_in(const struct teams *t, struct uuid team)
{
	for (size_t i = 0; i < t->n_now; i++) {
		if (uuid_eq(t->now[i].team, team))
			return true;
	}
	return false;
}

static bool
is_said(const struct teams *t, size_t n, struct uuid team)
{
	for (size_t i = 0; i < n; i++) {
		if (uuid_eq(t->said[i].team, team))
			return true;
	}
	return false;
}

static bool
has_primary(const struct teams *t)
{
	for (size_t i = 0; i < t->n_now; i++) {
		if (t->now[i].is_primary)
			return true;
	}
	return false;
}

/* The first team of somebody who has none is the one that reports count them in; a team that brings
 * a role is about what they may do, and is never that. */
static enum fault
join(struct rq *rq, const struct provider_row *p, struct teams *t, struct account *a)
{
	bool primary = has_primary(t);
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < t->n_said; i++) {
		const struct group_team *g = &t->said[i];
		struct membership m = { .team = g->team,
			                .person = a->person,
			                .provider = p->v.id,
			                .is_primary = !primary && g->role < 0 };
		int change = TEAM_STAYS;

		if (uuid_is_zero(g->team)) {
			change = TEAM_UNKNOWN;
		} else if (!is_in(t, g->team) && !is_said(t, i, g->team)) {
			change = TEAM_JOINS;
			primary = primary || m.is_primary;
			e = team_join_for(rq, &m);
		}
		a->teams[a->n_teams++] =
		    (struct account_team){ g->group, g->name, g->team, change };
	}
	return e;
}

static enum fault
leave(struct rq *rq, const struct provider_row *p, const struct teams *t, struct account *a)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < t->n_now; i++) {
		const struct membership *m = &t->now[i];

		if (!uuid_eq(m->provider, p->v.id) || is_said(t, t->n_said, m->team))
			continue;
		a->teams[a->n_teams++] =
		    (struct account_team){ NULL, m->name, m->team, TEAM_LEAVES };
		e = team_leave(rq, m->team, a->person);
	}
	return e;
}

enum fault
account_teams(struct rq *rq, const struct provider_row *p, const struct said_groups *groups,
              struct account *a)
{
	struct teams t = { .said = arena_array(rq->arena, groups->n + 1, struct group_team) };
	enum fault e = FAULT_NONE;

	if (groups->n > 0)
		e = teams_of_groups(rq, json_list(rq, groups), keep_said, &t);
	if (!e)
		e = people_memberships(rq, a->person, keep_now, &t);
	if (e)
		return e;
	a->teams = arena_array(rq->arena, t.n_said + t.n_now + 1, struct account_team);
	a->n_teams = 0;
	e = join(rq, p, &t, a);
	return e ? e : leave(rq, p, &t, a);
}
