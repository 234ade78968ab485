/* SPDX-License-Identifier: Apache-2.0 */
/* scim_http.c - users over HTTP, and what the service can: handlers, routes. */
#include <string.h>

#include "rostra/caller.h"

#include "scim_int.h"

/* --- users --- */

static enum fault
send_user(struct rq *rq, struct call *call, const struct scim_user *u, int status)
{
	struct scim_selection s;
	struct buf *b;

	scim_read_selection(rq, call, &s);
	if (status == 201)
		http_header(call, "Location", "/scim/v2/Users/%s", u->id_text);
	b = http_raw(call, status, SCIM_TYPE);
	scim_user_put(b, u, &s);
	return FAULT_NONE;
}

static enum fault
user_row(struct rq *rq, void *row, void *arg)
{
	struct scim_wanted *w = arg;
	struct scim_user *u = row;

	scim_user_finish(rq, u);
	if (scim_on_page(w, scim_user_get, u))
		scim_user_put(&w->items, u, &w->selection);
	return FAULT_NONE;
}

static enum fault
users_get(struct rq *rq, struct call *call, void *reply)
{
	struct scim_wanted w;
	struct str name = { NULL, 0 };
	const char *known = NULL;
	enum fault e = scim_read_wanted(rq, call, scim_user_known_path, &w);

	(void)reply;
	if (!e && w.filter != NULL && scim_filter_wants(w.filter, "username", &name))
		known = arena_copy(rq->arena, name.s, name.n);
	if (!e)
		e = scim_sql_users(rq, known, user_row, &w);
	if (!e)
		scim_send_list(&w);
	buf_free(&w.items);
	return e;
}

static enum fault
user_get(struct rq *rq, struct call *call, void *reply)
{
	struct scim_user u = { 0 };
	enum fault e = scim_sql_user(rq, call->id[0], &u);

	(void)reply;
	return e ? e : send_user(rq, call, &u, 200);
}

static enum fault
user_post(struct rq *rq, struct call *call, void *reply)
{
	struct json_doc *body = scim_read_body(rq, call);
	struct scim_user u = { .active = true };
	enum fault e;

	(void)reply;
	if (body == NULL)
		return rq->problem.code;
	e = scim_flatten(rq, body, "", scim_user_set, &u);
	json_doc_free(&body);
	if (!e)
		e = scim_user_create(rq, &u);
	return e ? e : send_user(rq, call, &u, 201);
}

/* The whole user anew: what is not said is not there any more. */
static enum fault
user_put(struct rq *rq, struct call *call, void *reply)
{
	struct scim_user there = { 0 }, u = { .active = true };
	struct json_doc *body;
	enum fault e = scim_sql_user(rq, call->id[0], &there);

	(void)reply;
	if (e)
		return e;
	body = scim_read_body(rq, call);
	if (body == NULL)
		return rq->problem.code;
	e = scim_flatten(rq, body, "", scim_user_set, &u);
	json_doc_free(&body);
	u.id = there.id;
	u.company_id = there.company_id;
	if (!e)
		e = scim_user_update(rq, &u);
	return e ? e : send_user(rq, call, &u, 200);
}

static enum fault
user_patch(struct rq *rq, struct call *call, void *reply)
{
	struct scim_user u = { 0 };
	struct json_doc *body;
	enum fault e = scim_sql_user(rq, call->id[0], &u);

	(void)reply;
	if (e)
		return e;
	body = scim_read_body(rq, call);
	if (body == NULL)
		return rq->problem.code;
	e = scim_patch_user(rq, body, &u);
	json_doc_free(&body);
	if (!e)
		e = scim_user_update(rq, &u);
	return e ? e : send_user(rq, call, &u, 200);
}

static enum fault
user_delete(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = scim_user_delete(rq, call->id[0]);

	(void)reply;
	if (!e)
		(void)http_raw(call, 204, SCIM_TYPE);
	return e;
}

/* --- what the service can --- */

static enum fault
send_text(struct call *call, const char *text)
{
	buf_cstr(http_raw(call, 200, SCIM_TYPE), text);
	return FAULT_NONE;
}

static enum fault
config_get(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)reply;
	return send_text(call, scim_config_json);
}

static enum fault
types_get(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)reply;
	return send_text(call, scim_types_json);
}

static enum fault
schemas_get(struct rq *rq, struct call *call, void *reply)
{
	struct buf *b = http_raw(call, 200, SCIM_TYPE);

	(void)rq;
	(void)reply;
	for (size_t i = 0; scim_schemas_json[i] != NULL; i++)
		buf_cstr(b, scim_schemas_json[i]);
	return FAULT_NONE;
}

/* clang-format off */
static const struct route rows[] = {
	SCIM_READS("ServiceProviderConfig", config_get, "scim_config", "What this SCIM service can"),
	SCIM_READS("ResourceTypes", types_get, "scim_resource_types", "Users and groups"),
	SCIM_READS("Schemas", schemas_get, "scim_schemas", "Their attributes"),
	SCIM_READS("Users", users_get, "scim_users_get", "The company's people: filter, startIndex, count, attributes"),
	SCIM_WRITES(HTTP_POST, "Users", user_post, "scim_user_post", "Make an account; who was deleted comes back"),
	SCIM_READS("Users/{id}", user_get, "scim_user_get", "One person"),
	SCIM_WRITES(HTTP_PUT, "Users/{id}", user_put, "scim_user_put", "The whole person anew"),
	SCIM_WRITES(HTTP_PATCH, "Users/{id}", user_patch, "scim_user_patch", "All operations, or none"),
	SCIM_ENDS("Users/{id}", user_delete, "scim_user_delete", "End the account; shares go on counting"),
};
/* clang-format on */

const struct route_table scim_routes = ROUTES("scim", rows);
