/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_access.c - `rostra key` and `rostra token`: who may call. */
#include <stdatomic.h>

#include "rostra/access.h"
#include "rostra/auth.h"
#include "rostra/people.h"

#include "cmd_int.h"

static enum fault
key_add(struct cmd *c)
{
	static const char *const columns[] = { "id", "name", "key" };
	struct key_new in = { .expires_us = TIME_NONE };
	const char *company = NULL, *expires = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },     { "name", &in.name, NULL, true },
		{ "scopes", &in.scopes, NULL, false },   { "site", NULL, &in.site, false },
		{ "origins", &in.origins, NULL, false }, { "expires", &expires, NULL, false },
	};
	struct uuid id;
	char key[64];
	enum fault e = CMD_OPTIONS(c, options);

	if (!e && expires != NULL && !time_parse(str_of(expires), &in.expires_us))
		e = rq_fail(&c->rq, FAULT_BAD_REQUEST, "--expires must be a time of RFC 3339");
	if (!e)
		e = cmd_company_of(c, company);
	if (!e)
		e = key_create(&c->rq, &in, &id, key);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ cmd_id(c, id), in.name, arena_strdup(c->rq.arena, key) });
	return FAULT_NONE;
}

static enum fault
put_key(struct rq *rq, void *row, void *arg)
{
	const struct key_view *k = row;
	struct cmd *c = arg;

	(void)rq;
	cmd_row(c, (const char *const[]){ cmd_id(c, k->id), k->site ? "site" : "secret", k->name,
	                                  k->prefix, k->site ? k->origins : k->scopes,
	                                  cmd_time(c, k->expires_at), cmd_time(c, k->revoked_at),
	                                  cmd_time(c, k->last_used_at) });
	return FAULT_NONE;
}

static enum fault
key_list(struct cmd *c)
{
	static const char *const columns[] = { "id",  "kind",       "name",       "prefix",
		                               "may", "expires_at", "revoked_at", "last_used_at" };
	enum fault e = cmd_company_only(c);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	return key_each(&c->rq, put_key, c);
}

static enum fault
key_end(struct cmd *c)
{
	struct uuid id;
	enum fault e = cmd_company_id(c, &id);

	return e ? e : key_revoke(&c->rq, id);
}

int
cmd_key(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "add", key_add }, { "list", key_list }, { "revoke", key_end }, { NULL, NULL }
	};
	static const char usage[] =
	    "Usage: rostra key add --company SLUG --name NAME --scopes \"SCOPE...\" [--expires "
	    "TIME]\n"
	    "       rostra key add --company SLUG --name NAME --site --origins \"ORIGIN...\"\n"
	    "       rostra key list --company SLUG\n"
	    "       rostra key revoke --company SLUG --id ID\n"
	    "\n"
	    "A key is shown once. Scopes: leads:write leads:read conversions:write reports:read "
	    "scim actions:write.\n"
	    "A site key goes into public pages: it may only send forms from its origins.\n"
	    "--json prints JSON.\n";

	return cmd_run(app, argc, argv, verbs, usage);
}

/* --- tokens -------------------------------------------------------------------------------------
 */

static enum fault
lifetime(struct cmd *c, const char *minutes, const char *hours, int64_t *ret_us)
{
	int64_t n = TOKEN_LIFETIME_S / 60;

	if (minutes != NULL && (!str_int64(str_of(minutes), &n) || n < 1 || n > 527040))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--minutes must be from 1 to 527040");
	if (hours != NULL && (!str_int64(str_of(hours), &n) || n < 1 || n > 8784))
		return rq_fail(&c->rq, FAULT_BAD_REQUEST, "--hours must be from 1 to 8784");
	*ret_us = n * (hours != NULL ? 3600 : 60) * US_PER_S;
	return FAULT_NONE;
}

static enum fault
mint(struct cmd *c, struct uuid person, int64_t life_us, const char **ret_token)
{
	struct caller now = { .kind = ACCESS_MEMBER, .company = c->who.company, .person = person };
	struct token_claims claims = {
		.company = c->who.company,
		.person = person,
		.issued_us = c->rq.now_us,
		.expires_us = c->rq.now_us + life_us,
		.issuer = c->app->conf.public_url,
	};
	struct token_keys *keys;
	char err[512];
	enum fault e = access_person(&c->rq, &now); /* only people who are in get one */

	if (e == FAULT_UNAUTHENTICATED) {
		problem_reset(&c->rq.problem);
		return rq_fail(&c->rq, FAULT_CONFLICT, "the person or the company is not active");
	}
	if (e)
		return e;
	keys = token_keys_load(c->app->conf.token_keys_file, err, sizeof(err));
	if (keys == NULL)
		return rq_fail(&c->rq, FAULT_INTERNAL, "%.200s", err);
	claims.role = now.role;
	*ret_token = token_mint(keys, &claims, c->rq.arena);
	token_keys_free(&keys);
	return FAULT_NONE;
}

static enum fault
token(struct cmd *c)
{
	static const char *const columns[] = { "token" };
	const char *company = NULL, *person = NULL, *minutes = NULL, *hours = NULL, *text = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "person", &person, NULL, true },
		{ "minutes", &minutes, NULL, false },
		{ "hours", &hours, NULL, false },
	};
	struct uuid id;
	int64_t life_us = 0;
	enum fault e = CMD_OPTIONS(c, options);

	if (!e)
		e = lifetime(c, minutes, hours, &life_us);
	if (!e)
		e = cmd_company_of(c, company);
	if (!e)
		e = cmd_person_of(c, person, &id);
	if (!e)
		e = mint(c, id, life_us, &text);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, &text);
	return FAULT_NONE;
}

int
cmd_token(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = { { "", token }, { NULL, NULL } };
	static const char usage[] =
	    "Usage: rostra token --company SLUG --person EMAIL|ID [--minutes N | --hours N]\n"
	    "\n"
	    "Mints an access token of a person who is in, for 10 minutes unless told otherwise:\n"
	    "for operators and tests. It is the person's key: print it nowhere else.\n";

	return cmd_run(app, argc, argv, verbs, usage);
}
