/* SPDX-License-Identifier: Apache-2.0 */
/* crm_http.c - hooks of CRMs over HTTP, for admins: making, stages, what came by them. */
#include <string.h>

#include "rostra/caller.h"

#include "crm_int.h"

struct hook_json {
	struct crm_hook_view v;
	const char *url;
	struct j_list stages;
};
struct stages_body {
	struct j_list stages;
};

/* clang-format off */
static const struct j_field stage_fields[] = {
	J_TEXT(struct crm_stage, property, J_REQUIRED, 1, CRM_PROPERTY_MAX, .help = "Of the CRM, such as dealstage or StageName"),
	J_TEXT(struct crm_stage, value, J_REQUIRED, 1, 100, .help = "Such as closedwon or Closed Won"),
	J_WORD(struct crm_stage, stage, J_REQUIRED, lead_stage_names, -1),
};
static const struct j_schema stage_schema = J_SCHEMA("crm_stage", struct crm_stage, stage_fields);
static const struct j_field stages_fields[] = {
	J_OBJECTS(struct stages_body, stages, J_REQUIRED, 0, CRM_STAGES_MAX, &stage_schema),
};
static const struct j_schema stages_schema = J_SCHEMA("crm_stages", struct stages_body, stages_fields);

static const struct j_field new_fields[] = {
	J_WORD(struct crm_hook_new, kind, J_REQUIRED, crm_kind_names, -1),
	J_TEXT(struct crm_hook_new, name, J_REQUIRED | J_TRIM, 1, 60, .help = "The source of events that come by it"),
	J_TEXT(struct crm_hook_new, lead_source, J_REQUIRED | J_TRIM, 1, 60,
		.help = "The source of the leads whose external_id is the CRM's id of its object"),
	J_TEXT(struct crm_hook_new, secret, J_NULLABLE | J_SECRET, 1, 500,
		.help = "hubspot: of the app; flow: of the HMAC; kept sealed, never shown"),
	J_TEXT(struct crm_hook_new, org_id, J_NULLABLE, 15, 18, .help = "salesforce: the organisation whose messages are taken"),
	J_TEXT(struct crm_hook_new, amount_property, J_NULLABLE, 1, CRM_PROPERTY_MAX, .help = "Holds the value, such as amount or Amount"),
	J_TEXT(struct crm_hook_new, currency, J_NULLABLE | J_CURRENCY, 3, 3, .help = "Of the values"),
	J_OBJECTS(struct crm_hook_new, stages, 0, 0, CRM_STAGES_MAX, &stage_schema),
};
static const struct j_schema new_schema = J_SCHEMA("crm_hook_new", struct crm_hook_new, new_fields);

#define VIEW(kind_of, m, flags_of, C) { .name = #m, .type = (kind_of), .off = J_OFF(struct hook_json, v.m, C), .flags = (flags_of) }
static const struct j_field hook_fields[] = {
	VIEW(J_UUID, id, 0, struct uuid),
	{ .name = "kind", .type = J_ENUM, .off = J_OFF(struct hook_json, v.kind, int), .names = crm_kind_names },
	VIEW(J_STRING, name, 0, const char *),
	VIEW(J_STRING, lead_source, 0, const char *),
	VIEW(J_STRING, org_id, J_NULLABLE, const char *),
	VIEW(J_STRING, amount_property, J_NULLABLE, const char *),
	VIEW(J_STRING, currency, J_NULLABLE, const char *),
	{ .name = "created_at", .type = J_TIME, .off = J_OFF(struct hook_json, v.created_at, int64_t) },
	J_TEXT(struct hook_json, url, J_OMIT, 0, 600, .help = "Where the CRM sends to, in the first answer only"),
	J_OBJECTS(struct hook_json, stages, 0, 0, CRM_STAGES_MAX, &stage_schema),
};
static const struct j_schema hook_schema = J_SCHEMA("crm_hook", struct hook_json, hook_fields);

static const struct j_field event_fields[] = {
	J_WORD(struct crm_event, outcome, 0, crm_outcome_names, 0,
		.help = "valued: the lead's value follows; there_already: the lead was at this stage; no_lead: none has this external_id"),
	J_TEXT(struct crm_event, property, 0, 1, CRM_PROPERTY_MAX),
	J_TEXT(struct crm_event, object_id, 0, 1, CRM_OBJECT_MAX),
	J_ID(struct crm_event, lead_id, J_NULLABLE),
	J_AT(struct crm_event, occurred_at, 0), J_AT(struct crm_event, received_at, 0),
};
static const struct j_schema event_schema = J_SCHEMA("crm_event", struct crm_event, event_fields);
/* clang-format on */

struct stage_list {
	struct crm_stage *list;
	size_t n;
};

static enum fault
take_stage(struct rq *rq, void *row, void *arg)
{
	struct stage_list *s = arg;

	(void)rq;
	if (s->n < CRM_STAGES_MAX)
		s->list[s->n++] = *(const struct crm_stage *)row;
	return FAULT_NONE;
}

static enum fault
view(struct rq *rq, struct uuid id, struct hook_json *out, bool *ret_found)
{
	struct crm_hook hook;
	struct stage_list s = { arena_array(rq->arena, CRM_STAGES_MAX, struct crm_stage), 0 };
	enum fault e = crm_sql_get(rq, id, &hook, ret_found);

	if (e || !*ret_found)
		return e;
	e = crm_sql_stages(rq, rq_company(rq), id, take_stage, &s);
	*out = (struct hook_json){ .v = hook.v, .stages = { s.list, s.n } };
	return e;
}

static enum fault
hook_get(struct rq *rq, struct call *call, void *reply)
{
	bool found;
	enum fault e = view(rq, call->id[0], reply, &found);

	return e || found ? e : rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
}

static bool
same(const struct crm_hook_view *there, const struct crm_hook_new *in)
{
	return there->kind == in->kind && cstr_eq(there->name, in->name) &&
	       cstr_eq(there->lead_source, in->lead_source) && cstr_eq(there->org_id, in->org_id) &&
	       cstr_eq(there->amount_property, in->amount_property) &&
	       cstr_eq(there->currency, in->currency);
}

/* It is there: is it what is asked for?  A secret is not changed by asking again. */
static enum fault
hook_again(struct rq *rq, const struct hook_json *there, const struct crm_hook_new *in)
{
	struct crm_hook hook;
	bool found;
	enum fault e = crm_sql_get(rq, there->v.id, &hook, &found);

	if (e)
		return e;
	if (!same(&there->v, in))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another hook.");
	if (found && in->secret != NULL && !cstr_eq(crm_secret(rq, &hook), in->secret))
		return rq_fail(rq, FAULT_ID_CONFLICT,
		               "The hook has another secret: remove it, and make another one.");
	return FAULT_NONE;
}

static enum fault
hook_put(struct rq *rq, struct call *call, void *reply)
{
	const struct crm_hook_new *in = call->body;
	struct hook_json *out = reply;
	const char *url = NULL;
	bool found;
	enum fault e = view(rq, call->id[0], out, &found);

	if (e)
		return e;
	if (found)
		return hook_again(rq, out, in);
	e = crm_hook_create(rq, call->id[0], in, &url);
	if (!e)
		e = view(rq, call->id[0], out, &found);
	if (e)
		return e;
	http_created(call);
	out->url = url;
	return FAULT_NONE;
}

static enum fault
stages_put(struct rq *rq, struct call *call, void *reply)
{
	const struct stages_body *in = call->body;
	bool found;
	enum fault e = crm_stages_set(rq, call->id[0], &in->stages);

	return e ? e : view(rq, call->id[0], reply, &found);
}

static enum fault
hook_delete(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return crm_hook_remove(rq, call->id[0]);
}

static enum fault
put_hook(struct rq *rq, void *row, void *arg)
{
	const struct hook_json json = { .v = *(const struct crm_hook_view *)row };

	page_add(rq, arg, &json, (struct page_key){ .id = json.v.id });
	return FAULT_NONE;
}

static enum fault
hooks_get(struct rq *rq, struct call *call, void *reply)
{
	const struct uuid first = { { 1 } };

	(void)reply;
	return crm_hook_each(rq, call->after ? call->key.id : first, call->limit + 1, put_hook,
	                     call);
}

/* The key's first half goes with the cursor: no two events of one moment share it. */
static enum fault
put_event(struct rq *rq, void *row, void *arg)
{
	const struct crm_event *event = row;
	struct page_key key = { .k = { event->received_at } };

	memcpy(key.id.b, event->key, sizeof(key.id.b));
	page_add(rq, arg, event, key);
	return FAULT_NONE;
}

static enum fault
events_get(struct rq *rq, struct call *call, void *reply)
{
	struct crm_page page = {
		.company_id = rq_company(rq),
		.hook_id = call->id[0],
		.before_us = call->after ? call->key.k[0] : rq->now_us + US_PER_DAY,
		.limit = call->limit + 1,
	};
	struct crm_hook hook;
	bool found;
	enum fault e = crm_sql_get(rq, call->id[0], &hook, &found);

	(void)reply;
	if (!e && !found)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	memset(page.before_key, call->after ? 0 : 0xff, sizeof(page.before_key));
	if (call->after)
		memcpy(page.before_key, call->key.id.b, sizeof(call->key.id.b));
	return e ? e : crm_sql_events(rq, &page, put_event, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/crm-hooks", .access = ACCESS_ADMIN, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &hook_schema, .handle = hooks_get, .name = "crm_hook_list",
	  .summary = "Where CRMs tell of stages, without their secrets and stages" },
	{ .method = HTTP_GET, .path = "/v1/crm-hooks/{id}", .access = ACCESS_ADMIN, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &hook_schema, .handle = hook_get, .name = "crm_hook_get", .summary = "One of them with its stages" },
	{ .method = HTTP_PUT, .path = "/v1/crm-hooks/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &new_schema, .kind = REPLY_OBJECT, .reply = &hook_schema, .handle = hook_put, .name = "crm_hook_put",
	  .summary = "Let a CRM tell of stages; the first answer shows the address, no other does" },
	{ .method = HTTP_PUT, .path = "/v1/crm-hooks/{id}/stages", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &stages_schema, .kind = REPLY_OBJECT, .reply = &hook_schema, .handle = stages_put, .name = "crm_hook_stages",
	  .summary = "Which of the CRM's stages are which of ours, from now on" },
	{ .method = HTTP_DELETE, .path = "/v1/crm-hooks/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .kind = REPLY_NONE,
	  .handle = hook_delete, .name = "crm_hook_delete", .summary = "Listen to it no more; what it told stays" },
	{ .method = HTTP_GET, .path = "/v1/crm-hooks/{id}/events", .access = ACCESS_ADMIN, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &event_schema, .handle = events_get, .name = "crm_hook_events",
	  .summary = "What it told, newest first, and what became of it" },
};
/* clang-format on */

const struct route_table crm_routes = ROUTES("lead", rows);
