/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_provider.c - `rostra provider`: identity providers, and which domains are proved to be the
 * company's. */
#include <stdio.h>
#include <string.h>

#include "rostra/identity.h"

#include "cmd_int.h"

static enum fault
provider_add(struct cmd *c)
{
	static const char *const columns[] = { "id", "name", "issuer" };
	struct provider_new in = { .algorithm = SIG_RS256,
		                   .client_auth = CLIENT_BASIC,
		                   .state = PROVIDER_ON };
	const char *company = NULL, *secret_file = NULL, *auth = NULL, *algorithm = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "name", &in.name, NULL, true },
		{ "issuer", &in.issuer, NULL, true },
		{ "client-id", &in.client_id, NULL, true },
		{ "secret-file", &secret_file, NULL, false },
		{ "client-auth", &auth, NULL, false },
		{ "algorithm", &algorithm, NULL, false },
		{ "make-accounts", NULL, &in.make_accounts, false },
	};
	struct uuid id = uuid_v7(c->rq.now_us);
	bool created;
	enum fault e = CMD_OPTIONS(c, options);

	if (!e && auth != NULL)
		e = cmd_word(c, "client-auth", auth, client_auth_names, &in.client_auth);
	if (!e && algorithm != NULL)
		e = cmd_word(c, "algorithm", algorithm, sig_alg_names, &in.algorithm);
	if (!e)
		e = cmd_company_of(c, company);
	if (!e)
		e = cmd_secret(c, secret_file, &in.client_secret);
	if (!e)
		e = provider_create(&c->rq, id, &in, &created);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ cmd_id(c, id), in.name, in.issuer });
	return FAULT_NONE;
}

static enum fault
put_provider(struct rq *rq, void *row, void *arg)
{
	const struct provider_view *p = row;
	struct cmd *c = arg;

	(void)rq;
	cmd_row(c,
	        (const char *const[]){ cmd_id(c, p->id), p->name, p->issuer, p->client_id,
	                               sig_alg_names[p->algorithm], provider_state_names[p->state],
	                               p->make_accounts ? "yes" : "no", p->email_domains });
	return FAULT_NONE;
}

static enum fault
provider_list(struct cmd *c)
{
	enum { SHOWN = 1000 };
	static const char *const columns[] = {
		"id",        "name",  "issuer",        "client_id",
		"algorithm", "state", "make_accounts", "email_domains"
	};
	enum fault e = cmd_company_only(c);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	return provider_each(&c->rq, (struct uuid){ { 1 } }, SHOWN, put_provider, c);
}

static enum fault
provider_domains(struct cmd *c)
{
	const char *company = NULL, *text = NULL, *domains = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "id", &text, NULL, true },
		{ "domains", &domains, NULL, true },
	};
	struct uuid id;
	enum fault e = CMD_OPTIONS(c, options);

	if (!e && !uuid_parse(str_of(text), &id))
		e = rq_fail(&c->rq, FAULT_BAD_REQUEST, "--id must be an id");
	if (!e)
		e = cmd_company_of(c, company);
	return e ? e : provider_set_domains(&c->rq, id, domains);
}

int
cmd_provider(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = { { "add", provider_add },
		                                 { "list", provider_list },
		                                 { "domains", provider_domains },
		                                 { NULL, NULL } };
	static const char usage[] =
	    "Usage: rostra provider add --company SLUG --name NAME --issuer URL --client-id ID\n"
	    "               --secret-file FILE [--client-auth basic|post|private_key_jwt]\n"
	    "               [--make-accounts]\n"
	    "               [--algorithm RS256|PS256|ES256|ES384|EdDSA]\n"
	    "       rostra provider list --company SLUG\n"
	    "       rostra provider domains --company SLUG --id ID --domains \"DOMAIN...\"\n"
	    "\n"
	    "An OpenID Connect provider of a company. domains says which e-mail domains are proved "
	    "to\n"
	    "be the company's: a first sign-in with a verified address there joins the account of "
	    "that\n"
	    "address, or makes one with --make-accounts. --json prints JSON.\n"
	    "private_key_jwt needs no secret.\n";

	return cmd_run(app, argc, argv, verbs, usage);
}
