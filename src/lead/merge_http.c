/* SPDX-License-Identifier: Apache-2.0 */
/* merge_http.c - leads of one person over HTTP: put together, taken apart, and the history of both.
 */
#include <string.h>

#include "rostra/caller.h"

#include "lead_int.h"

struct merge_body {
	struct uuid lead_id;
};

/* clang-format off */
static const struct j_field body_fields[] = {
	J_ID(struct merge_body, lead_id, J_REQUIRED, .help = "Of the same person's lead, which came first and is kept"),
};
static const struct j_schema body_schema = J_SCHEMA("lead_merge_new", struct merge_body, body_fields);

static const struct j_field row_fields[] = {
	J_ID(struct lead_merge_row, id, 0), J_ID(struct lead_merge_row, kept_id, 0), J_ID(struct lead_merge_row, merged_id, 0),
	J_AT(struct lead_merge_row, merged_at, 0), J_ID(struct lead_merge_row, merged_by, J_NULLABLE),
	J_AT(struct lead_merge_row, split_at, J_NULLABLE), J_ID(struct lead_merge_row, split_by, J_NULLABLE),
};
static const struct j_schema row_schema = J_SCHEMA("lead_merge", struct lead_merge_row, row_fields);
/* clang-format on */

static enum fault
handle_merge(struct rq *rq, struct call *call, void *reply)
{
	const struct merge_body *in = call->body;

	return lead_merge(rq, call->id[0], in->lead_id, reply);
}

static enum fault
handle_split(struct rq *rq, struct call *call, void *reply)
{
	return lead_split(rq, call->id[0], reply);
}

static enum fault
put_row(struct rq *rq, void *row, void *arg)
{
	const struct lead_merge_row *m = row;

	page_add(rq, arg, m, (struct page_key){ .id = m->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct lead_merge_page page = { .company_id = rq_company(rq),
		                        .lead_id = call->id[0],
		                        .before = call->key.id,
		                        .limit = call->limit + 1 };
	struct lead l;
	enum fault e = lead_seen_get(rq, call->id[0], &l);

	(void)reply;
	if (!call->after)
		memset(&page.before, 0xff, sizeof(page.before));
	return e ? e : lead_merge_page(rq, &page, put_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_POST, .path = "/v1/leads/{id}/merge", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .body = &body_schema,
	  .kind = REPLY_OBJECT, .reply = &lead_detail_schema, .handle = handle_merge, .name = "lead_merge",
	  .summary = "Two leads are one person: its events and touches become the other's; harmless when repeated" },
	{ .method = HTTP_POST, .path = "/v1/leads/{id}/split", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .kind = REPLY_OBJECT,
	  .reply = &lead_detail_schema, .handle = handle_split, .name = "lead_split",
	  .summary = "They are not: each has again what was its own; harmless when repeated" },
	{ .method = HTTP_GET, .path = "/v1/leads/{id}/merges", .access = ACCESS_MANAGERS | ACCESS_API_KEY, .scope = "leads:read",
	  .rate = RATE_READ, .kind = REPLY_LIST, .reply = &row_schema, .handle = handle_list, .name = "lead_merge_list",
	  .summary = "When a lead was merged and split, newest first" },
};
/* clang-format on */

const struct route_table lead_merge_routes = ROUTES("lead", rows);
