/* SPDX-License-Identifier: Apache-2.0 */
/* group_http.c - groups over HTTP: resources, handlers, routes. */
#include <string.h>

#include "rostra/caller.h"

#include "scim_int.h"

static bool
group_known_path(const char *path)
{
	return cstr_eq(path, "displayname") || cstr_eq(path, "externalid") || cstr_eq(path, "id");
}

static bool
group_get(const void *group, const char *path, struct str *out)
{
	const struct scim_group *g = group;
	const char *value = cstr_eq(path, "displayname")  ? g->display_name
	                    : cstr_eq(path, "externalid") ? g->external_id
	                                                  : g->id_text;

	*out = str_of(value);
	return value != NULL;
}

static void
put_group(struct rq *rq, struct buf *b, struct scim_group *g, const struct scim_selection *s,
          const struct scim_member *members, size_t n)
{
	char id[UUID_TEXT_SIZE];
	bool first = true;

	uuid_format(g->id, id);
	buf_printf(b, "{\"schemas\":[\"" SCIM_GROUP_URN "\"],\"id\":\"%s\"", id);
	if (scim_selected(s, "displayName")) {
		buf_lit(b, ",\"displayName\":");
		buf_json_string(b, str_of(g->display_name));
	}
	if (g->external_id != NULL && scim_selected(s, "externalId")) {
		buf_lit(b, ",\"externalId\":");
		buf_json_string(b, str_of(g->external_id));
	}
	if (scim_selected(s, "members")) {
		buf_lit(b, ",\"members\":[");
		for (size_t i = 0; i < n; i++) {
			char member[UUID_TEXT_SIZE];

			if (!uuid_eq(members[i].team_id, g->id))
				continue;
			uuid_format(members[i].person_id, member);
			buf_printf(b, "%s{\"value\":\"%s\",\"type\":\"User\",\"display\":",
			           first ? "" : ",", member);
			buf_json_string(b, str_of(members[i].display_name));
			buf_char(b, '}');
			first = false;
		}
		buf_char(b, ']');
	}
	buf_printf(b,
	           ",\"meta\":{\"resourceType\":\"Group\","
	           "\"location\":\"/scim/v2/Groups/%s\",\"version\":",
	           id);
	buf_json_string(b, str_of(scim_group_version(rq, g)));
	buf_lit(b, "}}");
}

static enum fault
keep_member(struct rq *rq, void *row, void *arg)
{
	struct scim_wanted *w = arg;

	w->members = arena_grow(rq->arena, w->members, w->n_members, &w->room_members);
	w->members[w->n_members++] = *(const struct scim_member *)row;
	return FAULT_NONE;
}

static enum fault
send_group(struct rq *rq, struct call *call, struct scim_group *g, int status)
{
	struct scim_wanted w = { .call = call };
	struct buf *b;
	char id[UUID_TEXT_SIZE];
	enum fault e = http_etag_is(call, scim_group_version(rq, g));

	scim_read_selection(rq, call, &w.selection);
	if (!e && scim_selected(&w.selection, "members"))
		e = scim_sql_members(rq, g->id, keep_member, &w);
	if (e)
		return e;
	uuid_format(g->id, id);
	if (status == 201)
		http_header(call, "Location", "/scim/v2/Groups/%s", id);
	b = http_raw(call, status, SCIM_TYPE);
	put_group(rq, b, g, &w.selection, w.members, w.n_members);
	return FAULT_NONE;
}

static enum fault
group_row(struct rq *rq, void *row, void *arg)
{
	struct scim_wanted *w = arg;
	struct scim_group *g = row;
	char id[UUID_TEXT_SIZE];

	uuid_format(g->id, id);
	g->id_text = id;
	if (scim_on_page(w, group_get, g))
		put_group(rq, &w->items, g, &w->selection, w->members, w->n_members);
	return FAULT_NONE;
}

static enum fault
groups_get(struct rq *rq, struct call *call, void *reply)
{
	struct scim_wanted w;
	enum fault e = scim_read_wanted(rq, call, group_known_path, &w);

	(void)reply;
	if (!e && scim_selected(&w.selection, "members"))
		e = scim_sql_members(rq, (struct uuid){ { 0 } }, keep_member, &w);
	if (!e)
		e = scim_sql_groups(rq, group_row, &w);
	if (!e)
		scim_send_list(&w);
	buf_free(&w.items);
	return e;
}

static enum fault
group_get_one(struct rq *rq, struct call *call, void *reply)
{
	struct scim_group g = { .version = 0 };
	enum fault e = scim_sql_group(rq, call->id[0], &g);

	(void)reply;
	return e ? e : send_group(rq, call, &g, 200);
}

static enum fault
leaf(struct rq *rq, const char *path, const struct scim_value *v, void *arg)
{
	struct scim_group *g = arg;
	const char **field = cstr_eq(path, "displayname")  ? &g->display_name
	                     : cstr_eq(path, "externalid") ? &g->external_id
	                                                   : NULL;

	if (field == NULL || v->kind == SCIM_NULL)
		return FAULT_NONE;
	if (v->kind != SCIM_STRING || v->text.n > SCIM_TEXT_MAX)
		return scim_fail(rq, "invalidValue", "%s must be a string of at most %d bytes.",
		                 path, SCIM_TEXT_MAX);
	*field = arena_copy(rq->arena, v->text.s, v->text.n);
	return FAULT_NONE;
}

/* The whole group of a body. */
static enum fault
fill_group(struct rq *rq, const struct json_doc *body, struct scim_group *g, struct scim_members *m)
{
	struct uuid *ids;
	size_t n;
	enum fault e;

	g->display_name = g->external_id = NULL;
	e = scim_flatten(rq, body, "", leaf, g);
	if (!e && json_doc_has(body, "members") && !json_doc_null(body, "members")) {
		e = scim_members_read(rq, body, "members", &ids, &n);
		if (!e)
			scim_members_add(rq, m, ids, n);
	}
	return e;
}

static enum fault
group_post(struct rq *rq, struct call *call, void *reply)
{
	struct scim_group g = { .version = 0 };
	struct scim_members m = { .replace = true };
	struct json_doc *body = scim_read_body(rq, call);
	enum fault e;

	(void)reply;
	if (body == NULL)
		return rq->problem.code;
	e = fill_group(rq, body, &g, &m);
	json_doc_free(&body);
	if (!e)
		e = scim_group_create(rq, &g, &m);
	return e ? e : send_group(rq, call, &g, 201);
}

/* What a PUT, PATCH or DELETE makes of a group: read, changed and written while nobody else changes
 * it. */
struct writing {
	struct call *call;
	const struct json_doc *body;
	struct scim_group g;
};

static enum fault
write_tx(struct rq *rq, void *arg)
{
	struct writing *w = arg;
	const enum http_method method = w->call->route->method;
	struct scim_members m = { .replace = method == HTTP_PUT };
	enum fault e = scim_sql_group_lock(rq, w->call->id[0], &w->g);

	if (!e)
		e = http_if_match(rq, w->call, scim_group_version(rq, &w->g));
	if (!e && method == HTTP_DELETE)
		return scim_group_delete(rq, &w->g);
	if (!e && method == HTTP_PUT)
		e = fill_group(rq, w->body, &w->g, &m);
	else if (!e)
		e = scim_patch_group(rq, w->body, &w->g, &m);
	return e ? e : scim_group_update(rq, &w->g, &m);
}

static enum fault
group_write(struct rq *rq, struct call *call, struct scim_group *out)
{
	struct writing w = { .call = call };
	struct json_doc *body;
	enum fault e = scim_sql_group(rq, call->id[0], &w.g);

	if (e)
		return e;
	body = scim_read_body(rq, call);
	if (body == NULL)
		return rq->problem.code;
	w.body = body;
	e = db_tx(rq, write_tx, &w);
	json_doc_free(&body);
	*out = w.g;
	return e;
}

static enum fault
group_put(struct rq *rq, struct call *call, void *reply)
{
	struct scim_group g;
	enum fault e = group_write(rq, call, &g);

	(void)reply;
	return e ? e : send_group(rq, call, &g, 200);
}

/* Entra wants 204, Okta takes it. */
static enum fault
group_patch(struct rq *rq, struct call *call, void *reply)
{
	struct scim_group g;
	enum fault e = group_write(rq, call, &g);

	(void)reply;
	if (!e)
		(void)http_raw(call, 204, SCIM_TYPE);
	return e;
}

static enum fault
group_delete(struct rq *rq, struct call *call, void *reply)
{
	struct writing w = { .call = call };
	enum fault e = db_tx(rq, write_tx, &w);

	(void)reply;
	if (!e)
		(void)http_raw(call, 204, SCIM_TYPE);
	return e;
}

/* clang-format off */
static const struct route rows[] = {
	SCIM_READS("Groups", groups_get, "scim_groups_get", "The company's teams"),
	SCIM_WRITES(HTTP_POST, "Groups", group_post, "scim_group_post", "Make a team"),
	SCIM_READS("Groups/{id}", group_get_one, "scim_group_get", "One team"),
	SCIM_WRITES(HTTP_PUT, "Groups/{id}", group_put, "scim_group_put", "The whole team anew"),
	SCIM_WRITES(HTTP_PATCH, "Groups/{id}", group_patch, "scim_group_patch", "Names and members; memberships are dated"),
	SCIM_ENDS("Groups/{id}", group_delete, "scim_group_delete", "Archive a team"),
};
/* clang-format on */

const struct route_table scim_group_routes = ROUTES("scim", rows);
