/* SPDX-License-Identifier: Apache-2.0 */
/* channel_http.c - channels over HTTP: schemas, handlers, routes. */
#include "rostra/caller.h"

#include "channel_int.h"

/* clang-format off */
static const struct j_field view_fields[] = {
	J_ID(struct channel_view, id, J_REQUIRED),
	J_TEXT(struct channel_view, name, J_REQUIRED, 1, 120),
	J_TEXT(struct channel_view, description, J_NULLABLE, 0, 500),
	J_WORD(struct channel_view, audience, J_REQUIRED, channel_audience_names, 0,
	       .help = "Who it is meant for: everybody, or the members of its teams"),
	J_WORD(struct channel_view, mode, J_REQUIRED, channel_mode_names, 0,
	       .help = "mandatory: in the feed of its whole audience; followable: of those who follow it"),
	J_IDS(struct channel_view, team_ids, J_REQUIRED, 0, CHANNEL_TEAMS_MAX),
	J_BOOLEAN(struct channel_view, followed, J_REQUIRED, 0, .help = "Its posts are in the caller's feed"),
	J_INT64(struct channel_view, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_AT(struct channel_view, created_at, J_REQUIRED),
	J_AT(struct channel_view, archived_at, J_NULLABLE),
};
const struct j_schema channel_schema = J_SCHEMA("channel", struct channel_view, view_fields);

static const struct j_field new_fields[] = {
	J_TEXT(struct channel_new, name, J_REQUIRED | J_TRIM, 1, 120),
	J_TEXT(struct channel_new, description, J_NULLABLE | J_TRIM | J_MULTILINE, 1, 500),
	J_WORD(struct channel_new, audience, 0, channel_audience_names, CHANNEL_ALL),
	J_WORD(struct channel_new, mode, 0, channel_mode_names, CHANNEL_MANDATORY),
	J_IDS(struct channel_new, team_ids, 0, 0, CHANNEL_TEAMS_MAX),
};
static const struct j_schema new_schema = J_SCHEMA("channel_new", struct channel_new, new_fields);

#define P_OFF(m) (uint32_t)offsetof(struct channel_patch, set.m)
static const struct j_field patch_fields[] = {
	{ .name = "name", .type = J_STRING, .off = P_OFF(name), .flags = J_TRIM, .min = 1, .max = 120 },
	{ .name = "description", .type = J_STRING, .off = P_OFF(description),
	  .flags = J_NULLABLE | J_TRIM | J_MULTILINE, .min = 1, .max = 500 },
	{ .name = "audience", .type = J_ENUM, .off = P_OFF(audience), .names = channel_audience_names },
	{ .name = "mode", .type = J_ENUM, .off = P_OFF(mode), .names = channel_mode_names },
	{ .name = "team_ids", .type = J_LIST, .off = P_OFF(team_ids), .max = CHANNEL_TEAMS_MAX, .item = J_UUID },
	J_BOOLEAN(struct channel_patch, archived, 0, 0, .help = "true takes it out of every feed"),
	J_INT64(struct channel_patch, version, J_REQUIRED, 1, INT64_MAX, 0),
};
const struct j_schema channel_patch_schema = J_SCHEMA_HAS("channel_patch", struct channel_patch, patch_fields);

struct list_query {
	bool all;
};
static const struct j_field list_fields[] = {
	J_BOOLEAN(struct list_query, all, 0, 0, .help = "Curators and admins: every channel, archived ones too"),
};
static const struct j_schema list_schema = J_SCHEMA("channel_query", struct list_query, list_fields);
/* clang-format on */

struct listing {
	struct call *call;
};

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct listing *l = arg;
	struct channel_view *c = row;
	struct page_key key = { .id = c->id };

	channel_view_finish(rq, c);
	page_add(rq, l->call, c, key);
	return FAULT_NONE;
}

/* The order is by name, which a cursor cannot hold: the name is read by the cursor's id. */
static enum fault
list_start(struct rq *rq, const struct call *call, struct channel_page *page)
{
	struct channel_view last;
	enum fault e;

	page->after_name = "";
	if (!call->after)
		return FAULT_NONE;
	e = channel_sql_get(rq, call->key.id, true, &last);
	if (e == FAULT_NOT_FOUND)
		return rq_fail(rq, FAULT_CURSOR, "The channel it stood at is gone.");
	if (e)
		return e;
	page->after_name = last.name;
	page->after_id = last.id;
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct listing l = { call };
	struct channel_page page = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.everything = q->all && (rq->who->kind & ACCESS_CURATORS) != 0,
		.limit = call->limit + 1,
	};
	enum fault e = list_start(rq, call, &page);

	(void)reply;
	if (e)
		return e;

	return channel_sql_page(rq, &page, list_row, &l);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	bool created;
	enum fault e = channel_put(rq, call->id[0], call->body, &created);

	if (e)
		return e;
	if (created)
		http_created(call);

	return channel_sql_get(rq, call->id[0], true, reply);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = channel_patch(rq, call->id[0], call->body);

	if (e)
		return e;

	return channel_sql_get(rq, call->id[0], true, reply);
}

static enum fault
handle_follow(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return channel_follow(rq, call->id[0], true);
}

static enum fault
handle_unfollow(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return channel_follow(rq, call->id[0], false);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/channels", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &list_schema, .kind = REPLY_LIST, .reply = &channel_schema, .handle = handle_list,
	  .name = "channel_list", .summary = "Channels meant for the caller" },
	{ .method = HTTP_PUT, .path = "/v1/channels/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &channel_schema,
	  .handle = handle_put, .name = "channel_put", .summary = "Make a channel" },
	{ .method = HTTP_PATCH, .path = "/v1/channels/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &channel_patch_schema, .kind = REPLY_OBJECT, .reply = &channel_schema,
	  .handle = handle_patch, .name = "channel_patch", .summary = "Change or archive a channel" },
	{ .method = HTTP_PUT, .path = "/v1/channels/{id}/follow", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = handle_follow, .name = "channel_follow",
	  .summary = "Follow a followable channel" },
	{ .method = HTTP_DELETE, .path = "/v1/channels/{id}/follow", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = handle_unfollow, .name = "channel_unfollow",
	  .summary = "Stop following a channel" },
};
/* clang-format on */

const struct route_table channel_routes = ROUTES("channel", rows);
