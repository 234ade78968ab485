/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook_http.c - what CRMs send.  The secret of the address says which company it is for; the
 * signature is checked over the body as it came, before anything of it is read.
 */
#include <string.h>

#include "rostra/conf.h"

#include "crm_int.h"

struct taken {
	int64_t changes;
};

/* clang-format off */
static const struct j_field taken_fields[] = {
	J_INT64(struct taken, changes, J_REQUIRED, 0, CRM_EVENTS_MAX, 0, .help = "Read from the message; those of before count no more"),
};
static const struct j_schema taken_schema = J_SCHEMA("crm_taken", struct taken, taken_fields);
/* clang-format on */

static enum fault
read_body(struct rq *rq, struct call *call, struct str *ret)
{
	char *bytes = arena_alloc(rq->arena, CRM_MESSAGE_MAX + 1, 1);
	size_t n = 0;
	long got = 1;

	while (got > 0 && n <= CRM_MESSAGE_MAX) {
		got = http_read(call, bytes + n, CRM_MESSAGE_MAX + 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	*ret = (struct str){ bytes, n };
	if (got < 0 || n > CRM_MESSAGE_MAX)
		return rq_fail(rq, FAULT_BAD_REQUEST, "The message did not come whole.");
	return FAULT_NONE;
}

/* The hook of the address and kind, and the message. */
static enum fault
begin(struct rq *rq, struct call *call, enum crm_kind kind, struct crm_hook *hook, struct str *body)
{
	bool found;
	enum fault e =
	    crm_sql_by_token(rq, sha256_of(call->text[0], strlen(call->text[0])), hook, &found);

	if (!e && (!found || hook->v.kind != (int)kind))
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	return e ? e : read_body(rq, call, body);
}

static enum fault
unsigned_message(struct rq *rq)
{
	return rq_fail(rq, FAULT_UNAUTHENTICATED, "The message is not signed as it should be.");
}

static enum fault
take_hubspot(struct rq *rq, struct call *call, void *reply)
{
	struct crm_changes changes = { .n = 0 };
	struct crm_hook hook;
	struct str body, path = http_param(call, "REQUEST_URI");
	const char *secret, *url;
	enum fault e = begin(rq, call, CRM_HUBSPOT, &hook, &body);

	if (e)
		return e;
	secret = crm_secret(rq, &hook);
	url = arena_printf(rq->arena, "%s%.*s", rq->conf->public_url, (int)path.n, path.s);
	if (secret == NULL ||
	    !hubspot_signed(secret, str_of(url), body,
	                    http_param(call, "HTTP_X_HUBSPOT_REQUEST_TIMESTAMP"),
	                    http_param(call, "HTTP_X_HUBSPOT_SIGNATURE_V3"), rq->now_us))
		return unsigned_message(rq);
	if (!hubspot_read(rq, body, &changes))
		return rq_fail(rq, FAULT_BAD_JSON, "This is no batch of HubSpot's events.");
	((struct taken *)reply)->changes = (int64_t)changes.n;
	return crm_take(rq, &hook, &changes);
}

static enum fault
take_flow(struct rq *rq, struct call *call, void *reply)
{
	struct crm_changes changes = { .n = 0 };
	struct crm_hook hook;
	struct str body;
	const char *secret;
	enum fault e = begin(rq, call, CRM_FLOW, &hook, &body);

	if (e)
		return e;
	secret = crm_secret(rq, &hook);
	if (secret == NULL ||
	    !flow_signed(secret, body, http_param(call, "HTTP_X_ROSTRA_SIGNATURE"), rq->now_us))
		return unsigned_message(rq);
	e = flow_read(rq, body, &changes);
	((struct taken *)reply)->changes = (int64_t)changes.n;
	return e ? e : crm_take(rq, &hook, &changes);
}

/* Ids of 15 characters are the first of those of 18. */
static bool
same_org(const char *known, const char *told)
{
	const struct sha256 a = sha256_of(known, strnlen(known, 15)),
			    b = sha256_of(told, strnlen(told, 15));

	return sha256_eq(a, b) && (strlen(told) == 15 || strlen(told) == 18);
}

static enum fault
take_salesforce(struct rq *rq, struct call *call, void *reply)
{
	struct crm_changes changes = { .n = 0 };
	struct crm_hook hook;
	struct str body;
	const char *org = NULL;
	enum fault e = begin(rq, call, CRM_SALESFORCE, &hook, &body);

	(void)reply;
	if (e)
		return e;
	if (!salesforce_read(rq, body, &changes, &org))
		return rq_fail(rq, FAULT_BAD_REQUEST, "This is no outbound message.");
	if (hook.v.org_id == NULL || !same_org(hook.v.org_id, org))
		return unsigned_message(rq);
	e = crm_take(rq, &hook, &changes);
	if (!e)
		buf_cstr(http_raw(call, 200, "text/xml; charset=utf-8"), salesforce_ack);
	return e;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_POST, .path = "/v1/crm/hubspot/{token}", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC,
	  .flags = ROUTE_BODY_STREAM | ROUTE_SIGNED, .body_type = "application/json", .body_max = 64 * 1024, .kind = REPLY_OBJECT,
	  .reply = &taken_schema, .handle = take_hubspot, .name = "crm_hubspot",
	  .summary = "HubSpot's events, signed (v3) with its app's secret" },
	{ .method = HTTP_POST, .path = "/v1/crm/flow/{token}", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC,
	  .flags = ROUTE_BODY_STREAM | ROUTE_SIGNED, .body_type = "application/json", .body_max = 64 * 1024, .kind = REPLY_OBJECT,
	  .reply = &taken_schema, .handle = take_flow, .name = "crm_flow",
	  .summary = "Changes of stages; X-Rostra-Signature: t=SECONDS,v1=HEX is HMAC-SHA256 of t.body" },
	{ .method = HTTP_POST, .path = "/v1/crm/salesforce/{token}", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC,
	  .flags = ROUTE_BODY_STREAM | ROUTE_SIGNED, .body_type = "text/xml", .body_max = CRM_MESSAGE_MAX, .kind = REPLY_RAW,
	  .reply_type = "text/xml", .handle = take_salesforce, .name = "crm_salesforce",
	  .summary = "Salesforce's outbound messages, answered by an Ack" },
};
/* clang-format on */

const struct route_table crm_hook_routes = ROUTES("lead", rows);
