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
	enum fault e = http_etag_is(call, u->version_text);

	if (e)
		return e;
	scim_read_selection(rq, call, &s);
	if (status == 201)
		http_header(call, "Location", "/scim/v2/Users/%s", u->id_text);
	scim_user_put(http_raw(call, status, SCIM_TYPE), u, &s);
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

/* What a PUT or PATCH makes of a user: read, changed and written while nobody else changes it. */
struct writing {
	struct call *call;
	const struct json_doc *body;
	struct scim_user u;
};

/* The whole user anew: what is not said is not there any more. */
static enum fault
replace_user(struct rq *rq, struct writing *w)
{
	struct scim_user whole = { .company_id = w->u.company_id, .id = w->u.id, .active = true };
	enum fault e = scim_flatten(rq, w->body, "", scim_user_set, &whole);

	w->u = whole;
	return e;
}

static enum fault
write_tx(struct rq *rq, void *arg)
{
	struct writing *w = arg;
	enum fault e = scim_sql_user_lock(rq, w->call->id[0], &w->u);

	if (!e)
		e = http_if_match(rq, w->call, w->u.version_text);
	if (!e && w->call->route->method == HTTP_PUT)
		e = replace_user(rq, w);
	else if (!e)
		e = scim_patch_user(rq, w->body, &w->u);
	return e ? e : scim_user_update(rq, &w->u);
}

static enum fault
user_write(struct rq *rq, struct call *call, void *reply)
{
	struct writing w = { .call = call };
	struct json_doc *body;
	enum fault e = scim_sql_user(rq, call->id[0], &w.u);

	(void)reply;
	if (e)
		return e;
	body = scim_read_body(rq, call);
	if (body == NULL)
		return rq->problem.code;
	w.body = body;
	e = db_tx(rq, write_tx, &w);
	json_doc_free(&body);
	return e ? e : send_user(rq, call, &w.u, 200);
}

static enum fault
delete_tx(struct rq *rq, void *arg)
{
	const struct call *call = arg;
	struct scim_user u = { 0 };
	enum fault e = scim_sql_user_lock(rq, call->id[0], &u);

	if (!e)
		e = http_if_match(rq, call, u.version_text);
	return e ? e : scim_user_delete(rq, &u);
}

static enum fault
user_delete(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = db_tx(rq, delete_tx, call);

	(void)reply;
	if (!e)
		(void)http_raw(call, 204, SCIM_TYPE);
	return e;
}

/* --- what the service can --- */

static enum fault
config_get(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)reply;
	buf_cstr(http_raw(call, 200, SCIM_TYPE), scim_config_json);
	return FAULT_NONE;
}

static enum fault
send_documents(struct call *call, const struct scim_document *list)
{
	struct buf *b = http_raw(call, 200, SCIM_TYPE);
	size_t n = 0;

	while (list[n].id != NULL)
		n++;
	buf_printf(b,
	           "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],"
	           "\"totalResults\":%zu,\"startIndex\":1,\"itemsPerPage\":%zu,\"Resources\":[",
	           n, n);
	for (size_t i = 0; i < n; i++) {
		buf_cstr(b, i > 0 ? "," : "");
		buf_cstr(b, list[i].json);
	}
	buf_lit(b, "]}");
	return FAULT_NONE;
}

static enum fault
send_document(struct rq *rq, struct call *call, const struct scim_document *list)
{
	for (; list->id != NULL; list++) {
		if (str_eq_nocase(str_of(list->id), str_of(call->text[0]))) {
			buf_cstr(http_raw(call, 200, SCIM_TYPE), list->json);
			return FAULT_NONE;
		}
	}
	return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
}

static enum fault
types_get(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)reply;
	return send_documents(call, scim_types);
}

static enum fault
type_get(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return send_document(rq, call, scim_types);
}

static enum fault
schemas_get(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)reply;
	return send_documents(call, scim_schemas);
}

static enum fault
schema_get(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return send_document(rq, call, scim_schemas);
}

/* RFC 7644 3.11: who asks by a key is nobody's account. */
static enum fault
not_served(struct rq *rq, struct call *call, void *reply)
{
	(void)call;
	(void)reply;
	return rq_fail(rq, FAULT_NOT_IMPLEMENTED, "This service does not do this.");
}

/* clang-format off */
static const struct route rows[] = {
	SCIM_READS("ServiceProviderConfig", config_get, "scim_config", "What this SCIM service can"),
	SCIM_READS("ResourceTypes", types_get, "scim_resource_types", "Users and groups"),
	SCIM_READS("Schemas", schemas_get, "scim_schemas", "Their attributes"),
	SCIM_READS("ResourceTypes/{type}", type_get, "scim_resource_type", "One of them"),
	SCIM_READS("Schemas/{urn}", schema_get, "scim_schema", "One of them, by its URN"),
	SCIM_REFUSES(HTTP_GET, "Me", not_served, "scim_me_get"),
	SCIM_REFUSES(HTTP_PUT, "Me", not_served, "scim_me_put"),
	SCIM_REFUSES(HTTP_PATCH, "Me", not_served, "scim_me_patch"),
	SCIM_REFUSES(HTTP_DELETE, "Me", not_served, "scim_me_delete"),
	SCIM_REFUSES(HTTP_POST, "Bulk", not_served, "scim_bulk"),
	SCIM_READS("Users", users_get, "scim_users_get", "The company's people: filter, startIndex, count, attributes"),
	SCIM_WRITES(HTTP_POST, "Users", user_post, "scim_user_post", "Make an account; who was deleted comes back"),
	SCIM_READS("Users/{id}", user_get, "scim_user_get", "One person"),
	SCIM_WRITES(HTTP_PUT, "Users/{id}", user_write, "scim_user_put", "The whole person anew"),
	SCIM_WRITES(HTTP_PATCH, "Users/{id}", user_write, "scim_user_patch", "All operations, or none"),
	SCIM_ENDS("Users/{id}", user_delete, "scim_user_delete", "End the account; shares go on counting"),
};
/* clang-format on */

const struct route_table scim_routes = ROUTES("scim", rows);
