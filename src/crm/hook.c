/* SPDX-License-Identifier: Apache-2.0 */
/* hook.c - where a CRM sends what it tells: an address with a secret in it, and what messages are
 * signed with. */
#include <string.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/conf.h"
#include "rostra/identity.h"

#include "crm_int.h"

enum { TOKEN_BYTES = 32, TOKEN_CHARS = 43, SECRET_MIN = 16 };

static struct sealed_place
place_of(const struct crm_hook *hook)
{
	return (struct sealed_place){ hook->company_id, hook->v.id, "crm_hook", "secret" };
}

const char *
crm_secret(struct rq *rq, const struct crm_hook *hook)
{
	const struct sealed_place at = place_of(hook);

	return identity_open(rq, &at, hook->secret);
}

static bool
org_valid(const char *org)
{
	const size_t n = org != NULL ? strlen(org) : 0;

	if (n != 15 && n != 18)
		return false;
	return strspn(org, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == n;
}

static enum fault
check(struct rq *rq, const struct crm_hook_new *in)
{
	struct problem *p = &rq->problem;
	const bool org = in->kind == CRM_SALESFORCE;

	if (org && !org_valid(in->org_id))
		(void)problem_add(p, "#/org_id",
		                  "must be the 15 or 18 characters of the organisation");
	if (!org && in->org_id != NULL)
		(void)problem_add(p, "#/org_id", "goes with salesforce only");
	if (!org && (in->secret == NULL || strlen(in->secret) < SECRET_MIN))
		(void)problem_add(p, "#/secret",
		                  "must be what messages are signed with, 16 characters or more");
	if (org && in->secret != NULL)
		(void)problem_add(p, "#/secret",
		                  "does not go with salesforce, which signs nothing");
	if ((in->amount_property != NULL) != (in->currency != NULL))
		(void)problem_add(p, "#/currency", "goes with amount_property, and it with it");
	return p->code;
}

/* --- stages --- */

struct staging {
	struct uuid hook;
	const struct j_list *stages;
};

static enum fault
stages_tx(struct rq *rq, void *arg)
{
	const struct staging *s = arg;
	const struct crm_stage *in = s->stages->items;
	struct crm_stage *rows = arena_array(rq->arena, s->stages->n, struct crm_stage);
	struct crm_hook hook;
	bool found;
	enum fault e = crm_sql_get(rq, s->hook, &hook, &found);

	if (!e && !found)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	for (size_t i = 0; i < s->stages->n; i++) {
		rows[i] = in[i];
		rows[i].company_id = rq_company(rq);
		rows[i].hook_id = s->hook;
	}
	if (!e)
		e = crm_sql_clear_stages(rq, s->hook);
	return e ? e : crm_sql_put_stages(rq, rows, s->stages->n);
}

enum fault
crm_stages_set(struct rq *rq, struct uuid hook, const struct j_list *stages)
{
	const struct crm_stage *in = stages->items;
	struct staging s = { hook, stages };

	for (size_t i = 0; i < stages->n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (cstr_eq(in[i].property, in[k].property) &&
			    cstr_eq(in[i].value, in[k].value))
				return problem_add(
				    &rq->problem, "#/stages",
				    "must not name the same value of a property twice");
		}
	}
	return db_tx(rq, stages_tx, &s);
}

/* --- making and removing --- */

struct creating {
	struct crm_hook hook;
	const struct j_list *stages;
};

static enum fault
tell(struct rq *rq, const struct crm_hook *hook, const char *action)
{
	const struct audit_change changes[] = {
		{ "name", NULL, hook->v.name },
		{ "kind", NULL, crm_kind_names[hook->v.kind] },
	};
	const struct audit_deed deed = {
		.action = action, .kind = AUDIT_KEY, .object = hook->v.id, AUDIT_CHANGES(changes)
	};

	return audit_put(rq, &deed);
}

static enum fault
create_tx(struct rq *rq, void *arg)
{
	const struct creating *c = arg;
	bool duplicate;
	enum fault e = crm_sql_insert(rq, &c->hook, &duplicate);

	if (!e && duplicate)
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another hook.");
	if (!e)
		e = crm_stages_set(rq, c->hook.v.id, c->stages);
	return e ? e : tell(rq, &c->hook, "crm_hook.added");
}

enum fault
crm_hook_create(struct rq *rq, struct uuid id, const struct crm_hook_new *in, const char **ret_url)
{
	struct creating c = {
		.hook = { .company_id = rq_company(rq),
		          .v = { .id = id,
		                 .kind = in->kind,
		                 .name = in->name,
		                 .lead_source = in->lead_source,
		                 .org_id = in->org_id,
		                 .amount_property = in->amount_property,
		                 .currency = in->currency,
		                 .created_at = rq->now_us } },
		.stages = &in->stages,
	};
	const struct sealed_place at = place_of(&c.hook);
	unsigned char random[TOKEN_BYTES];
	char token[TOKEN_CHARS + 1];
	struct sha256 digest;
	enum fault e = check(rq, in);

	if (e)
		return e;
	random_bytes(random, sizeof(random));
	base64url_encode(random, sizeof(random), token);
	secret_wipe(random, sizeof(random));
	digest = sha256_of(token, TOKEN_CHARS);
	memcpy(c.hook.token, digest.b, sizeof(c.hook.token));
	if (in->secret != NULL)
		c.hook.secret = identity_seal(rq, &at, str_of(in->secret));
	e = db_tx(rq, create_tx, &c);
	if (!e)
		*ret_url = arena_printf(rq->arena, "%s/v1/crm/%s/%s", rq->conf->public_url,
		                        crm_kind_names[in->kind], token);
	secret_wipe(token, sizeof(token));
	return e;
}

static enum fault
remove_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	struct crm_hook hook;
	uint64_t n;
	bool found;
	enum fault e = crm_sql_get(rq, *id, &hook, &found);

	if (!e && !found)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	if (!e)
		e = crm_sql_delete(rq, *id, &n);
	return e ? e : tell(rq, &hook, "crm_hook.removed");
}

enum fault
crm_hook_remove(struct rq *rq, struct uuid id)
{
	return db_tx(rq, remove_tx, &id);
}

/* --- reading --- */

struct each {
	db_row_fn *fn;
	void *arg;
};

static enum fault
pass_on(struct rq *rq, void *row, void *arg)
{
	struct each *each = arg;

	return each->fn(rq, &((struct crm_hook *)row)->v, each->arg);
}

enum fault
crm_hook_each(struct rq *rq, struct uuid after, int64_t limit, db_row_fn *fn, void *arg)
{
	const struct crm_page p = { .company_id = rq_company(rq), .after = after, .limit = limit };
	struct each each = { fn, arg };

	return crm_sql_page(rq, &p, pass_on, &each);
}
