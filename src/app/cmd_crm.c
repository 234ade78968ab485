/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_crm.c - `rostra crm`: where a company's CRM tells of the stages of its leads. */
#include <string.h>

#include "rostra/crm.h"
#include "rostra/lead.h"

#include "cmd_int.h"

enum { STAGES_MAX = 200 };

static const char usage[] =
    "Usage: rostra crm add --company SLUG --kind hubspot|salesforce|flow --name NAME\n"
    "               --lead-source NAME [--secret-file FILE] [--org-id ID]\n"
    "               [--amount-property NAME --currency CUR] [--stages PROPERTY:VALUE=STAGE,...]\n"
    "       rostra crm list --company SLUG\n"
    "       rostra crm remove --company SLUG --id ID\n"
    "\n"
    "A CRM whose messages move leads along.  add prints the address that it sends to, with a\n"
    "secret that is kept nowhere.  HubSpot's messages are signed with its app's secret, those\n"
    "of flow with one of your own (--secret-file); Salesforce's outbound messages must name the\n"
    "organisation (--org-id).  Leads are known by the CRM's ids as external ids of\n"
    "--lead-source.  --json prints JSON.\n";

/* "dealstage:closedwon=won,dealstage:closedlost=lost" */
static enum fault
read_stages(struct cmd *c, const char *text, struct j_list *ret)
{
	struct crm_stage *list = arena_array(c->rq.arena, STAGES_MAX, struct crm_stage);
	struct str rest = str_of(text), one, property, value;
	enum fault e = FAULT_NONE;

	*ret = (struct j_list){ list, 0 };
	while (!e && rest.n > 0 && str_split(&rest, ',', &one)) {
		struct crm_stage *s = &list[ret->n];

		if (ret->n++ == STAGES_MAX || !str_split(&one, ':', &property) ||
		    !str_split(&one, '=', &value) || property.n == 0 || value.n == 0 || one.n == 0)
			return rq_fail(&c->rq, FAULT_BAD_REQUEST,
			               "--stages must be like dealstage:closedwon=won");
		s->property = arena_copy(c->rq.arena, property.s, property.n);
		s->value = arena_copy(c->rq.arena, value.s, value.n);
		e = cmd_word(c, "stages", arena_copy(c->rq.arena, one.s, one.n), lead_stage_names,
		             &s->stage);
	}
	return e;
}

static enum fault
crm_add(struct cmd *c)
{
	static const char *const columns[] = { "id", "name", "url" };
	struct crm_hook_new in = { .kind = -1 };
	const char *company = NULL, *kind = NULL, *secret_file = NULL, *stages = NULL, *url = NULL;
	const struct cmd_option options[] = {
		{ "company", &company, NULL, true },
		{ "kind", &kind, NULL, true },
		{ "name", &in.name, NULL, true },
		{ "lead-source", &in.lead_source, NULL, true },
		{ "secret-file", &secret_file, NULL, false },
		{ "org-id", &in.org_id, NULL, false },
		{ "amount-property", &in.amount_property, NULL, false },
		{ "currency", &in.currency, NULL, false },
		{ "stages", &stages, NULL, false },
	};
	struct uuid id = uuid_v7(c->rq.now_us);
	enum fault e = CMD_OPTIONS(c, options);

	if (!e)
		e = cmd_word(c, "kind", kind, crm_kind_names, &in.kind);
	if (!e)
		e = read_stages(c, stages, &in.stages);
	if (!e)
		e = cmd_company_of(c, company);
	if (!e)
		e = cmd_secret(c, secret_file, &in.secret);
	if (!e)
		e = crm_hook_create(&c->rq, id, &in, &url);
	if (e)
		return e;
	CMD_COLUMNS(c, columns, false);
	cmd_row(c, (const char *const[]){ cmd_id(c, id), in.name, url });
	return FAULT_NONE;
}

static enum fault
put_hook(struct rq *rq, void *row, void *arg)
{
	const struct crm_hook_view *v = row;
	struct cmd *c = arg;

	(void)rq;
	cmd_row(c, (const char *const[]){ cmd_id(c, v->id), crm_kind_names[v->kind], v->name,
	                                  v->lead_source, cmd_time(c, v->created_at) });
	return FAULT_NONE;
}

static enum fault
crm_list(struct cmd *c)
{
	enum { SHOWN = 1000 };
	static const char *const columns[] = { "id", "kind", "name", "lead_source", "created_at" };
	enum fault e = cmd_company_only(c);

	if (e)
		return e;
	CMD_COLUMNS(c, columns, true);
	return crm_hook_each(&c->rq, (struct uuid){ { 1 } }, SHOWN, put_hook, c);
}

static enum fault
crm_remove(struct cmd *c)
{
	struct uuid id;
	enum fault e = cmd_company_id(c, &id);

	return e ? e : crm_hook_remove(&c->rq, id);
}

int
cmd_crm(struct app *app, int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
		{ "add", crm_add }, { "list", crm_list }, { "remove", crm_remove }, { NULL, NULL }
	};

	return cmd_run(app, argc, argv, verbs, usage);
}
