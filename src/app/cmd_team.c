/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_team.c - `rostra team` and `rostra channel`. */
#include "rostra/channel.h"
#include "rostra/people.h"

#include "cmd_int.h"

static enum fault
team_of(struct cmd *c, const char *text, struct uuid *ret_id)
{
	enum fault e;

	if (uuid_parse(str_of(text), ret_id))
		return FAULT_NONE;
	e = team_by_name(&c->rq, text, ret_id);
	if (e == FAULT_NOT_FOUND)
		return rq_fail(&c->rq, e, "the company has no team \"%s\"", text);
	return e;
}

static enum fault
team_add(struct cmd *c)
{
	static const char *const columns[] = { "id", "name" };
	const char *company = NULL, *name = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "name", &name, NULL, true },
	};
	struct uuid id;
	enum fault e = CMD_OPTIONS(c, options);

	if (!e)
		e = cmd_company_of(c, company);
	if (!e)
		e = team_create(&c->rq, name, &id);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ cmd_id(c, id), name });
	return FAULT_NONE;
}

static enum fault
put_team(struct rq *rq, void *row, void *arg)
{
	const struct team_view *v = row;
	struct cmd *c = arg;

	(void)rq;
	cmd_row(c, (const char *const[]){ cmd_id(c, v->id), v->name,
	                                  arena_printf(c->rq.arena, "%lld", (long long)v->members),
	                                  cmd_time(c, v->archived_at) });
	return FAULT_NONE;
}

static enum fault
team_list(struct cmd *c)
{
	static const char *const columns[] = { "id", "name", "members", "archived_at" };
	enum fault e = cmd_company_only(c);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	cmd_numbers(c, 2, 1);
	return team_each(&c->rq, put_team, c);
}

static enum fault
membership(struct cmd *c, bool *secondary, struct uuid *ret_team, struct uuid *ret_person)
{
	const char *company = NULL, *team = NULL, *person = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "team", &team, NULL, true },
		{ "person", &person, NULL, true },
		{ "secondary", NULL, secondary, false },
	};
	enum fault e = cmd_options(c, options, secondary != NULL ? 4 : 3);

	if (!e)
		e = cmd_company_of(c, company);
	if (!e)
		e = team_of(c, team, ret_team);
	return e ? e : cmd_person_of(c, person, ret_person);
}

static enum fault
join(struct cmd *c)
{
	struct uuid team, person;
	bool secondary = false;
	enum fault e = membership(c, &secondary, &team, &person);

	return e ? e : team_join(&c->rq, team, person, !secondary);
}

static enum fault
leave(struct cmd *c)
{
	struct uuid team, person;
	enum fault e = membership(c, NULL, &team, &person);

	return e ? e : team_leave(&c->rq, team, person);
}

int
cmd_team(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "add", team_add }, { "list", team_list }, { "join", join },
		{ "leave", leave },  { NULL, NULL },
	};
	static const char usage[] =
	    "Usage: rostra team add --company SLUG --name NAME\n"
	    "       rostra team list --company SLUG\n"
	    "       rostra team join --company SLUG --team NAME|ID --person EMAIL|ID "
	    "[--secondary]\n"
	    "       rostra team leave --company SLUG --team NAME|ID --person EMAIL|ID\n"
	    "\n"
	    "Reports count a person in their primary team of the day; joining one ends the "
	    "former.\n"
	    "--secondary joins beside it. --json prints JSON.\n";

	return cmd_run(app, argc, argv, verbs, usage);
}

/* --- channel ------------------------------------------------------------------------------------
 */

static enum fault
teams_of(struct cmd *c, const char *text, struct j_list *ret)
{
	struct str rest = str_of(text), part;
	struct uuid *ids = arena_array(c->rq.arena, rest.n + 1, struct uuid);
	enum fault e = FAULT_NONE;

	ret->items = ids;
	while (!e && rest.n > 0 && str_split(&rest, ',', &part)) {
		part = str_trim(part);
		e = team_of(c, arena_copy(c->rq.arena, part.s, part.n), &ids[ret->n++]);
	}
	return e;
}

static enum fault
channel_add(struct cmd *c)
{
	static const char *const columns[] = { "id", "name" };
	struct channel_new in = { 0 };
	const char *company = NULL, *teams = NULL, *mode = "mandatory";
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "name", &in.name, NULL, true },
		{ "description", &in.description, NULL, false },
		{ "teams", &teams, NULL, false },
		{ "mode", &mode, NULL, false },
	};
	struct uuid id = uuid_v7(c->rq.now_us);
	enum fault e = CMD_OPTIONS(c, options);

	if (!e)
		e = cmd_word(c, "mode", mode, channel_mode_names, &in.mode);
	if (!e)
		e = cmd_company_of(c, company);
	if (!e && teams != NULL) {
		in.audience = CHANNEL_TEAMS;
		e = teams_of(c, teams, &in.team_ids);
	}
	if (!e)
		e = channel_create(&c->rq, id, &in);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ cmd_id(c, id), in.name });
	return FAULT_NONE;
}

static enum fault
put_channel(struct rq *rq, void *row, void *arg)
{
	const struct channel_view *v = row;
	struct cmd *c = arg;

	(void)rq;
	cmd_row(c, (const char *const[]){ cmd_id(c, v->id), v->name, channel_mode_names[v->mode],
	                                  channel_audience_names[v->audience],
	                                  arena_printf(c->rq.arena, "%zu", v->team_ids.n),
	                                  cmd_time(c, v->archived_at) });
	return FAULT_NONE;
}

static enum fault
channel_list(struct cmd *c)
{
	static const char *const columns[] = { "id",       "name",  "mode",
		                               "audience", "teams", "archived_at" };
	enum fault e = cmd_company_only(c);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	cmd_numbers(c, 4, 1);
	return channel_each(&c->rq, put_channel, c);
}

int
cmd_channel(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = { { "add", channel_add },
		                                 { "list", channel_list },
		                                 { NULL, NULL } };
	static const char usage[] =
	    "Usage: rostra channel add --company SLUG --name NAME [--description TEXT]\n"
	    "                          [--teams \"NAME|ID,...\"] [--mode mandatory|followable]\n"
	    "       rostra channel list --company SLUG\n"
	    "\n"
	    "Without --teams it is for everybody of the company. --json prints JSON.\n";

	return cmd_run(app, argc, argv, verbs, usage);
}
