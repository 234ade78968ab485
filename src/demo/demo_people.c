/* SPDX-License-Identifier: Apache-2.0 */
/* demo_people.c - teams, people, their roles and their moves. */
#include "rostra/caller.h"

#include "demo_int.h"

/* One in PEOPLE_PER_TEAM heads; the first four people have known addresses, one a role. */
enum { PEOPLE_PER_TEAM = 20, TEAMS_LEAST = 3, KNOWN_PEOPLE = ROLE__MAX };
/* Nobody shares more than so many times what an ordinary sharer does. */
enum { ZEAL_MAX = 30 };

static enum fault
make_teams(struct world *w)
{
	struct dice d = world_dice(w, 1);
	struct load l;
	enum fault e = FAULT_NONE;

	w->n_teams = world_part(w, w->o->people) / PEOPLE_PER_TEAM;
	if (w->n_teams < TEAMS_LEAST)
		w->n_teams = TEAMS_LEAST;
	if (w->n_teams > demo_n_team_names)
		w->n_teams = demo_n_team_names;
	w->teams = arena_array(w->rq->arena, w->n_teams, struct demo_team);
	load_open(&l, w, &demo_statements[DEMO_TEAM], sizeof(struct row_team));
	for (size_t i = 0; !e && i < w->n_teams; i++) {
		struct row_team row = { .company_id = w->id, .created_us = w->begin_us };

		row.id = w->teams[i].id = dice_uuid(&d, w->begin_us);
		row.name = w->teams[i].name = demo_team_names[i];
		e = load_row(&l, &row);
	}
	return load_close(&l, e);
}

static int
pick_role(struct dice *d, size_t i)
{
	if (i < KNOWN_PEOPLE)
		return (int)i;
	if (dice_chance(d, 0.02))
		return ROLE_CURATOR;
	return dice_chance(d, 0.05) ? ROLE_MANAGER : ROLE_MEMBER;
}

/* "given.family", a number behind it when the pair of names comes again. */
static const char *
address(struct world *w, const struct demo_person *p, size_t i)
{
	struct arena *a = w->rq->arena;
	const char *given = str_lower(a, str_of(p->given_name));
	const char *family = str_lower(a, str_of(p->family_name));
	unsigned same = 0;

	if (i < KNOWN_PEOPLE)
		return arena_printf(a, "%s@%s.example", role_names[i], w->company->slug);
	for (size_t k = 0; k < i; k++)
		same += cstr_eq(w->people[k].display_name, p->display_name);
	if (same == 0)
		return arena_printf(a, "%s.%s@%s.example", given, family, w->company->slug);
	return arena_printf(a, "%s.%s%u@%s.example", given, family, same + 1, w->company->slug);
}

static void
make_person(struct world *w, struct dice *d, size_t i)
{
	struct demo_person *p = &w->people[i];
	int64_t span = w->now_us - w->begin_us;

	p->given_name = demo_given[dice_range(d, 0, (int64_t)demo_n_given - 1)];
	p->family_name = demo_family[dice_range(d, 0, (int64_t)demo_n_family - 1)];
	p->display_name = arena_printf(w->rq->arena, "%s %s", p->given_name, p->family_name);
	p->email = address(w, p, i);
	p->role = pick_role(d, i);
	p->job_title = demo_titles[dice_range(d, 0, (int64_t)demo_n_titles - 1)];
	p->location = demo_places[dice_range(d, 0, (int64_t)demo_n_places - 1)];
	p->language = dice_chance(d, w->company->offset_hours > 0 ? 0.4 : 0.03) ? "de" : "en";
	/* Most were there from the start; the others came since. */
	p->joined_us = w->begin_us;
	if (i >= KNOWN_PEOPLE && dice_chance(d, 0.25))
		p->joined_us += dice_range(d, 0, span * 9 / 10);
	p->team[0] = (size_t)dice_range(d, 0, (int64_t)w->n_teams - 1);
	p->team[1] = (size_t)dice_range(d, 0, (int64_t)w->n_teams - 1);
	p->moved_us = TIME_NONE;
	if (p->team[0] != p->team[1] && dice_chance(d, 0.15))
		p->moved_us =
		    p->joined_us +
		    dice_range(d, 1, (w->now_us - p->joined_us) / US_PER_HOUR) * US_PER_HOUR;
	p->active = i < KNOWN_PEOPLE || !dice_chance(d, 0.04);
	/* A few share most of it; a third never does. */
	p->zeal = i >= KNOWN_PEOPLE && dice_chance(d, 0.33) ? 0 : dice_pareto(d, 1.1);
	if (p->zeal > ZEAL_MAX)
		p->zeal = ZEAL_MAX;
	p->reach = dice_lognormal(d, 1, 0.8);
	p->id = dice_uuid(d, p->joined_us);
}

static enum fault
write_person(struct world *w, struct load *l, const struct demo_person *p)
{
	struct row_person row = {
		.company_id = w->id, .p = *p, .state = "active", .deactivated_us = TIME_NONE
	};

	row.department = w->teams[world_team_at(w, (size_t)(p - w->people), w->now_us)].name;
	if (!p->active) {
		row.state = "deactivated";
		row.deactivated_us = w->now_us - US_PER_DAY;
	}
	return load_row(l, &row);
}

static enum fault
write_roles(struct world *w)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_ROLE], sizeof(struct row_role));
	for (size_t i = 0; !e && i < w->n_people; i++) {
		struct row_role row = { .company_id = w->id,
			                .person_id = w->people[i].id,
			                .from_us = w->people[i].joined_us,
			                .to_us = TIME_NONE,
			                .role = w->people[i].role };

		e = load_row(&l, &row);
	}
	return load_close(&l, e);
}

static enum fault
write_member(struct world *w, struct load *l, const struct demo_person *p)
{
	struct row_member row = { .company_id = w->id, .person_id = p->id };
	enum fault e;

	row.team_id = w->teams[p->team[0]].id;
	row.from_us = p->joined_us;
	row.to_us = p->moved_us;
	e = load_row(l, &row);
	if (e || p->moved_us == TIME_NONE)
		return e;
	row.team_id = w->teams[p->team[1]].id;
	row.from_us = p->moved_us;
	row.to_us = TIME_NONE;
	return load_row(l, &row);
}

enum fault
demo_people(struct world *w)
{
	struct dice d = world_dice(w, 2);
	struct load l;
	enum fault e = make_teams(w);

	if (e)
		return e;
	w->n_people = world_part(w, w->o->people);
	if (w->n_people < KNOWN_PEOPLE)
		w->n_people = KNOWN_PEOPLE;
	w->people = arena_array(w->rq->arena, w->n_people, struct demo_person);
	for (size_t i = 0; i < w->n_people; i++)
		make_person(w, &d, i);
	load_open(&l, w, &demo_statements[DEMO_PERSON], sizeof(struct row_person));
	for (size_t i = 0; !e && i < w->n_people; i++)
		e = write_person(w, &l, &w->people[i]);
	e = load_close(&l, e);
	if (e)
		return e;
	load_open(&l, w, &demo_statements[DEMO_MEMBER], sizeof(struct row_member));
	for (size_t i = 0; !e && i < w->n_people; i++)
		e = write_member(w, &l, &w->people[i]);
	e = load_close(&l, e);
	return e ? e : write_roles(w);
}
