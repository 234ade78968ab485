/* SPDX-License-Identifier: Apache-2.0 */
/* campaign_http.c - campaigns over HTTP: schemas, handlers, routes. */
#include <string.h>

#include "rostra/caller.h"

#include "campaign_int.h"

/* clang-format off */
#define UTM_HELP .help = "Template; placeholders {network} {campaign} {post} {share}"
#define UTM_FIELDS                                                                              \
	J_TEXT(struct campaign, utm_source, J_NULLABLE | J_TRIM, 1, UTM_BYTES_MAX, UTM_HELP),       \
	J_TEXT(struct campaign, utm_medium, J_NULLABLE | J_TRIM, 1, UTM_BYTES_MAX, UTM_HELP),       \
	J_TEXT(struct campaign, utm_campaign, J_NULLABLE | J_TRIM, 1, UTM_BYTES_MAX, UTM_HELP),     \
	J_TEXT(struct campaign, utm_content, J_NULLABLE | J_TRIM, 1, UTM_BYTES_MAX, UTM_HELP),      \
	J_TEXT(struct campaign, utm_term, J_NULLABLE | J_TRIM, 1, UTM_BYTES_MAX, UTM_HELP)
#define OWN_FIELDS(name_flags)                                                                  \
	J_TEXT(struct campaign, name, (name_flags) | J_TRIM, 1, 120),                               \
	J_AT(struct campaign, starts_at, J_NULLABLE),                                               \
	J_AT(struct campaign, ends_at, J_NULLABLE),                                                 \
	J_INT64(struct campaign, lookback_days, 0, 1, CAMPAIGN_LOOKBACK_DAYS_MAX, CAMPAIGN_LOOKBACK_DAYS, \
	        .help = "Touches older than this get no credit"),                                   \
	J_BOOLEAN(struct campaign, track_conversions, 0, true, .help = "Destinations get ?rclid="), \
	UTM_FIELDS

static const struct j_field view_fields[] = {
	J_ID(struct campaign, id, J_REQUIRED), OWN_FIELDS(J_REQUIRED),
	J_INT64(struct campaign, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_AT(struct campaign, created_at, J_REQUIRED), J_AT(struct campaign, updated_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("campaign", struct campaign, view_fields);

static const struct j_field new_fields[] = { OWN_FIELDS(J_REQUIRED) };
static const struct j_schema new_schema = J_SCHEMA("campaign_new", struct campaign, new_fields);

static const struct j_field patch_fields[] = {
	OWN_FIELDS(0), J_INT64(struct campaign, version, J_REQUIRED, 1, INT64_MAX, 0),
};
const struct j_schema campaign_patch_schema = J_SCHEMA_HAS("campaign_patch", struct campaign, patch_fields);
/* clang-format on */

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct campaign *c = row;

	page_add(rq, arg, c, (struct page_key){ .id = c->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct campaign_page page = { .company_id = rq_company(rq), .limit = call->limit + 1 };

	(void)reply;
	if (call->after)
		page.before = call->key.id;
	else
		memset(&page.before, 0xff, sizeof(page.before));

	return campaign_sql_page(rq, &page, list_row, call);
}

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	return campaign_sql_get(rq, call->id[0], reply);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct campaign in = *(const struct campaign *)call->body;
	bool created;
	enum fault e;

	in.company_id = rq_company(rq);
	in.id = call->id[0];
	in.created_at = in.updated_at = rq->now_us;
	e = campaign_put(rq, &in, &created);
	if (e)
		return e;
	if (created)
		http_created(call);

	return campaign_sql_get(rq, in.id, reply);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = campaign_patch(rq, call->id[0], call->body);

	if (e)
		return e;

	return campaign_sql_get(rq, call->id[0], reply);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/campaigns", .access = ACCESS_CURATORS | ACCESS_MANAGER, .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list,
	  .name = "campaign_list", .summary = "Campaigns, newest first" },
	{ .method = HTTP_GET, .path = "/v1/campaigns/{id}", .access = ACCESS_CURATORS | ACCESS_MANAGER, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_get,
	  .name = "campaign_get", .summary = "One campaign" },
	{ .method = HTTP_PUT, .path = "/v1/campaigns/{id}", .access = ACCESS_CURATORS, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema,
	  .handle = handle_put, .name = "campaign_put", .summary = "Make a campaign" },
	{ .method = HTTP_PATCH, .path = "/v1/campaigns/{id}", .access = ACCESS_CURATORS, .rate = RATE_WRITE,
	  .body = &campaign_patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema,
	  .handle = handle_patch, .name = "campaign_patch", .summary = "Change a campaign" },
};
/* clang-format on */

const struct route_table campaign_routes = ROUTES("campaign", rows);
