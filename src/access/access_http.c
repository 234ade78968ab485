/* SPDX-License-Identifier: Apache-2.0 */
/* access_http.c - keys of servers and of public forms over HTTP, for admins. */
#include "access_int.h"

/* clang-format off */
struct key_put {
	int         kind;
	const char *name;
	struct j_list scopes, origins;
	int64_t     expires_at;
};
static const struct j_field key_new_fields[] = {
	J_WORD(struct key_put, kind, J_REQUIRED, key_kind_names, -1),
	J_TEXT(struct key_put, name, J_REQUIRED | J_TRIM, 1, KEY_NAME_MAX, .help = "The source of what comes in by it"),
	J_STRINGS(struct key_put, scopes, 0, 0, 8, 40, .help = "Of a secret key"),
	J_STRINGS(struct key_put, origins, 0, 0, 8, 200, .help = "Of a site key: exact origins, as https://www.example.com"),
	J_AT(struct key_put, expires_at, J_NULLABLE, .help = "null: never"),
};
static const struct j_schema key_new_schema = J_SCHEMA("key_new", struct key_put, key_new_fields);

struct key_json {
	struct uuid id;
	int         kind;
	const char *name, *prefix, *key;
	struct j_list scopes, origins;
	int64_t     created_at, expires_at, revoked_at, last_used_at, former_until;
};
static const struct j_field key_fields[] = {
	J_ID(struct key_json, id, 0),
	J_WORD(struct key_json, kind, 0, key_kind_names, 0),
	J_TEXT(struct key_json, name, 0, 1, KEY_NAME_MAX),
	J_TEXT(struct key_json, prefix, 0, 0, 16, .help = "Its first characters, to recognise it by"),
	J_TEXT(struct key_json, key, J_OMIT, 0, 64, .help = "The whole key, in the first answer only"),
	J_STRINGS(struct key_json, scopes, 0, 0, 8, 40),
	J_STRINGS(struct key_json, origins, 0, 0, 8, 200),
	J_AT(struct key_json, created_at, 0),
	J_AT(struct key_json, expires_at, J_NULLABLE),
	J_AT(struct key_json, revoked_at, J_NULLABLE),
	J_AT(struct key_json, last_used_at, J_NULLABLE, .help = "To the hour"),
	J_AT(struct key_json, former_until, J_NULLABLE, .help = "The secret before the last rotation is good until then"),
};
static const struct j_schema key_schema = J_SCHEMA("key", struct key_json, key_fields);

struct key_rotation {
	int64_t overlap_s;
};
static const struct j_field rotation_fields[] = {
	J_INT64(struct key_rotation, overlap_s, 0, 0, KEY_OVERLAP_S_MAX, 86400,
	        .help = "How long the secret of now stays good; 0: all former ones end at once"),
};
static const struct j_schema rotation_schema = J_SCHEMA("key_rotation", struct key_rotation, rotation_fields);
/* clang-format on */

static const char *
joined(struct rq *rq, const struct j_list *list)
{
	const char *const *words = list->items;
	const char *all = list->n > 0 ? words[0] : "";

	for (size_t i = 1; i < list->n; i++)
		all = arena_printf(rq->arena, "%s %s", all, words[i]);
	return all;
}

static struct j_list
parted(struct rq *rq, const char *text)
{
	struct str rest = str_of(text), word;
	const char **words = arena_array(rq->arena, rest.n / 2 + 1, const char *);
	size_t n = 0;

	while (rest.n > 0 && str_split(&rest, ' ', &word))
		words[n++] = arena_copy(rq->arena, word.s, word.n);
	return (struct j_list){ words, n };
}

static struct key_json
json_of(struct rq *rq, const struct key_row *k)
{
	return (struct key_json){
		.id = k->id,
		.kind = k->kind,
		.name = k->name,
		.prefix = k->prefix,
		.scopes = parted(rq, k->scopes),
		.origins = parted(rq, k->origins),
		.created_at = k->created_at,
		.expires_at = k->expires_at,
		.revoked_at = k->revoked_at,
		.last_used_at = k->last_used_at,
		.former_until = k->former_until,
	};
}

static bool
same(const struct key_row *now, const struct key_put *in, const char *scopes, const char *origins)
{
	return now->kind == in->kind && cstr_eq(now->name, in->name) &&
	       now->expires_at == in->expires_at &&
	       cstr_eq(in->kind == KEY_SITE ? now->origins : now->scopes,
	               in->kind == KEY_SITE ? origins : scopes);
}

/* The key itself is shown in the first answer only: it is kept nowhere, so a repeat has none. */
static enum fault
key_put(struct rq *rq, struct call *call, void *reply)
{
	const struct key_put *in = call->body;
	struct key_new made = {
		.id = call->id[0],
		.site = in->kind == KEY_SITE,
		.name = in->name,
		.scopes = joined(rq, &in->scopes),
		.origins = joined(rq, &in->origins),
		.expires_us = in->expires_at,
	};
	struct key_json *out = reply;
	struct key_row row = { 0 };
	struct uuid id;
	char key[64];
	bool found;
	enum fault e = key_sql_get(rq, made.id, &row, &found);

	if (e)
		return e;
	if (found) {
		if (!same(&row, in, made.scopes, made.origins))
			return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another key.");
		*out = json_of(rq, &row);
		return FAULT_NONE;
	}
	e = key_create(rq, &made, &id, key);
	if (!e)
		e = key_sql_get(rq, id, &row, &found);
	if (e)
		return e;
	http_created(call);
	*out = json_of(rq, &row);
	out->key = arena_strdup(rq->arena, key);
	return FAULT_NONE;
}

static enum fault
put_key(struct rq *rq, void *row, void *arg)
{
	const struct key_row *k = row;
	struct key_json view = json_of(rq, k);

	(void)page_add(rq, arg, &view, (struct page_key){ .id = k->id });
	return FAULT_NONE;
}

static enum fault
keys_get(struct rq *rq, struct call *call, void *reply)
{
	struct key_page page = {
		.company_id = rq_company(rq),
		.after_id = { { 1 } }, /* below every id of ours; zero would be NULL */
		.limit = call->limit + 1,
	};

	(void)reply;
	if (call->after)
		page.after_id = call->key.id;
	return key_sql_page(rq, &page, put_key, call);
}

/* Without a key that makes repeats alike: an answer that is kept would keep the secret. */
static enum fault
key_rotate_post(struct rq *rq, struct call *call, void *reply)
{
	const struct key_rotation *in = call->body;
	struct key_json *out = reply;
	struct key_row row = { 0 };
	char key[64];
	bool found;
	enum fault e = key_rotate(rq, call->id[0], in->overlap_s, key);

	if (!e)
		e = key_sql_get(rq, call->id[0], &row, &found);
	if (e)
		return e;
	*out = json_of(rq, &row);
	out->key = arena_strdup(rq->arena, key);
	return FAULT_NONE;
}

static enum fault
key_delete(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return key_revoke(rq, call->id[0]);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/keys", .access = ACCESS_ADMIN, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &key_schema, .handle = keys_get, .name = "keys_get", .summary = "Keys of other programs, without their secrets" },
	{ .method = HTTP_PUT, .path = "/v1/keys/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &key_new_schema, .kind = REPLY_OBJECT, .reply = &key_schema, .handle = key_put, .name = "key_put",
	  .summary = "Make a key; the first answer shows it, no other does" },
	{ .method = HTTP_POST, .path = "/v1/keys/{id}/rotate", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .body = &rotation_schema,
	  .kind = REPLY_OBJECT, .reply = &key_schema, .handle = key_rotate_post, .name = "key_rotate",
	  .summary = "Another secret for a key; a repeat replaces the new one only, the former stays good until the time first said" },
	{ .method = HTTP_DELETE, .path = "/v1/keys/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .kind = REPLY_NONE,
	  .handle = key_delete, .name = "key_delete", .summary = "Revoke a key, within seconds" },
};
/* clang-format on */

const struct route_table access_routes = ROUTES("access", rows);
