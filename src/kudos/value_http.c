/* SPDX-License-Identifier: Apache-2.0 */
/* value_http.c - the values of a company over HTTP: an admin keeps the list, everybody reads it. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/people.h"
#include "rostra/sync.h"

#include "kudos_int.h"

/* clang-format off */
#define OWN_FIELDS(name_flags)                                                                  \
	J_TEXT(struct value, name, (name_flags) | J_TRIM, 1, 60),                                   \
	J_TEXT(struct value, description, J_NULLABLE | J_TRIM, 1, 500)

static const struct j_field view_fields[] = {
	J_ID(struct value, id, J_REQUIRED), OWN_FIELDS(J_REQUIRED),
	J_BOOLEAN(struct value, archived, J_REQUIRED, false, .help = "No new kudos may name it"),
	J_INT64(struct value, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_AT(struct value, created_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("value", struct value, view_fields);

static const struct j_field new_fields[] = { OWN_FIELDS(J_REQUIRED) };
static const struct j_schema new_schema = J_SCHEMA("value_new", struct value, new_fields);

static const struct j_field patch_fields[] = {
	OWN_FIELDS(0), J_BOOLEAN(struct value, archived, 0, false),
	J_INT64(struct value, version, J_REQUIRED, 1, INT64_MAX, 0),
};
static const struct j_schema patch_schema = J_SCHEMA_HAS("value_patch", struct value, patch_fields);
/* clang-format on */

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct value *v = row;

	v->archived = v->archived_at != TIME_NONE;
	page_add(rq, arg, v, (struct page_key){ .id = v->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct value_page page = { .company_id = rq_company(rq), .limit = call->limit + 1 };

	(void)reply;
	memset(&page.before, 0xff, sizeof(page.before));
	if (call->after)
		page.before = call->key.id;
	return value_sql_page(rq, &page, list_row, call);
}

static enum fault
replayed(struct rq *rq, const struct value *in, struct value *there)
{
	enum fault e = value_sql_get(rq, in->id, there);

	if (e == FAULT_NOT_FOUND)
		return rq_fail(rq, FAULT_CONFLICT, "Another value has this name.");
	if (e)
		return e;
	if (cstr_eq(there->name, in->name) && cstr_eq(there->description, in->description))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_ID_CONFLICT,
	               "The value exists and differs; change it with PATCH.");
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct value in = *(const struct value *)call->body;
	bool duplicate;
	enum fault e;

	in.company_id = rq_company(rq);
	in.id = call->id[0];
	in.archived_at = TIME_NONE;
	in.created_at = rq->now_us;
	e = value_sql_insert(rq, &in, &duplicate);
	if (e)
		return e;
	if (duplicate)
		return replayed(rq, &in, reply);
	http_created(call);
	return value_sql_get(rq, in.id, reply);
}

struct changing {
	const struct value *next;
	bool done;
};

/* Its name stands in kudos that phones keep. */
static enum fault
change_tx(struct rq *rq, void *arg)
{
	struct changing *c = arg;
	enum fault e = value_sql_update(rq, c->next, &c->done);

	if (!e && c->done)
		e = company_people_changed(rq);
	return e || !c->done ? e : sync_log_renamed(rq, c->next->id);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	const struct value *in = call->body;
	struct value next;
	struct changing c = { .next = &next };
	bool was;
	enum fault e = value_sql_get(rq, call->id[0], &next);

	if (e)
		return e;
	was = next.archived;
	j_merge(&patch_schema, &next, in);
	next.company_id = rq_company(rq);
	if (next.archived != was)
		next.archived_at = next.archived ? rq->now_us : TIME_NONE;
	e = db_tx(rq, change_tx, &c);
	if (e == FAULT_CONFLICT)
		return rq_fail(rq, FAULT_CONFLICT, "Another value has this name.");
	if (e)
		return e;
	if (!c.done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the value again.");
	return value_sql_get(rq, call->id[0], reply);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/values", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list,
	  .name = "value_list", .summary = "The company's values, newest first" },
	{ .method = HTTP_PUT, .path = "/v1/values/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema,
	  .handle = handle_put, .name = "value_put", .summary = "Add a value" },
	{ .method = HTTP_PATCH, .path = "/v1/values/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_patch,
	  .name = "value_patch", .summary = "Change or archive a value" },
	{ .method = HTTP_GET, .path = "/v1/kudos-policy", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &kudos_policy_schema, .handle = kudos_policy_get,
	  .name = "kudos_policy_get", .summary = "What the company allows of kudos" },
	{ .method = HTTP_PATCH, .path = "/v1/kudos-policy", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &kudos_policy_patch_schema, .kind = REPLY_OBJECT, .reply = &kudos_policy_schema,
	  .handle = kudos_policy_patch, .name = "kudos_policy_patch", .summary = "Change what the company allows of kudos" },
};
/* clang-format on */

const struct route_table value_routes = ROUTES("value", rows);
