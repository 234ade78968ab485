/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_session.c - `rostra session`: where people are signed in, as an operator sees and ends it. */
#include "rostra/people.h"
#include "rostra/session.h"

#include "cmd_int.h"

static enum fault
open_session(struct cmd *c, const struct session_new *in, struct session_tokens *out)
{
	char err[512];
	struct token_keys *keys = token_keys_load(c->app->conf.token_keys_file, err, sizeof(err));
	enum fault e;

	if (keys == NULL)
		return rq_fail(&c->rq, FAULT_INTERNAL, "%.200s", err);
	e = session_open(&c->rq, keys, in, out);
	token_keys_free(&keys);
	return e;
}

static enum fault
session_start(struct cmd *c)
{
	static const char *const columns[] = { "session", "access_token", "refresh_token" };
	struct session_new in = { .method = SESSION_BY_OPERATOR, .platform = PLATFORM_OTHER };
	const char *company = NULL, *person = NULL, *platform = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "person", &person, NULL, true },
		{ "device", &in.device_name, NULL, false },
		{ "platform", &platform, NULL, false },
	};
	struct session_tokens t;
	enum fault e = CMD_OPTIONS(c, options);

	if (!e && platform != NULL)
		e = cmd_word(c, "platform", platform, session_platform_names, &in.platform);
	if (!e)
		e = cmd_company_of(c, company);
	if (!e)
		e = cmd_person_of(c, person, &in.person);
	if (!e)
		e = open_session(c, &in, &t);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c,
	        (const char *const[]){ cmd_id(c, t.session_id), t.access_token, t.refresh_token });
	return FAULT_NONE;
}

static enum fault
put_session(struct rq *rq, void *row, void *arg)
{
	const struct session_view *s = row;
	struct cmd *c = arg;

	(void)rq;
	cmd_row(c,
	        (const char *const[]){ cmd_id(c, s->id), session_method_names[s->method],
	                               session_platform_names[s->platform], s->device_name,
	                               s->app_version, cmd_time(c, s->created_at),
	                               cmd_time(c, s->last_used_at), cmd_time(c, s->expires_at) });
	return FAULT_NONE;
}

/* The person of --company and --person, and a session of theirs when there is an --id. */
static enum fault
whose(struct cmd *c, bool with_id, struct uuid *ret_person, struct uuid *ret_id)
{
	const char *company = NULL, *person = NULL, *id = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "person", &person, NULL, true },
		{ "id", &id, NULL, false },
	};
	enum fault e = cmd_options(c, options, with_id ? 3 : 2);

	*ret_id = (struct uuid){ { 0 } };
	if (!e && id != NULL && !uuid_parse(str_of(id), ret_id))
		e = rq_fail(&c->rq, FAULT_BAD_REQUEST, "--id must be an id");
	if (!e)
		e = cmd_company_of(c, company);
	return e ? e : cmd_person_of(c, person, ret_person);
}

static enum fault
session_list(struct cmd *c)
{
	enum { SHOWN = 1000 };
	static const char *const columns[] = { "id",           "method",      "platform",
		                               "device",       "app_version", "created_at",
		                               "last_used_at", "expires_at" };
	struct uuid person, newest;
	enum fault e = whose(c, false, &person, &newest);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	return session_each(&c->rq, person, newest, SHOWN, put_session, c);
}

static enum fault
session_stop(struct cmd *c)
{
	struct uuid person, id;
	enum fault e = whose(c, true, &person, &id);

	if (e)
		return e;
	if (!uuid_is_zero(id))
		return session_end(&c->rq, person, id, END_OPERATOR);
	e = people_known(&c->rq, person);
	return e ? e : session_end_all(&c->rq, person, id, END_OPERATOR);
}

int
cmd_session(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = { { "start", session_start },
		                                 { "list", session_list },
		                                 { "end", session_stop },
		                                 { NULL, NULL } };
	static const char usage[] =
	    "Usage: rostra session start --company SLUG --person EMAIL|ID [--device NAME]\n"
	    "               [--platform ios|android|web|other]\n"
	    "       rostra session list --company SLUG --person EMAIL|ID\n"
	    "       rostra session end --company SLUG --person EMAIL|ID [--id ID]\n"
	    "\n"
	    "start signs a person in without their provider and prints both tokens, this once:\n"
	    "for the first admin, and for when the provider is down. end without --id ends all.\n"
	    "--json prints JSON.\n";

	return cmd_run(app, argc, argv, verbs, usage);
}
