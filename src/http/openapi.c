/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.c - the OpenAPI 3.1 document of the route tables: what the router does, said once more.
 */
#include <string.h>

#include "rostra/server.h"

#include "openapi_int.h"

static const char *const method_words[HTTP__METHODS] = {
	[HTTP_GET] = "get",         [HTTP_HEAD] = "head",   [HTTP_POST] = "post",
	[HTTP_PUT] = "put",         [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
	[HTTP_OPTIONS] = "options",
};

/* --- parameters ---------------------------------------------------------------------------------
 */

static void
put_path_parameter(struct buf *b, struct str name)
{
	bool id = str_is(name, "id") || str_is(name, "other_id");

	buf_lit(b, "{\"name\":");
	buf_json_string(b, name);
	buf_lit(b, ",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"");
	if (id)
		buf_lit(b, ",\"format\":\"uuid\"");
	buf_lit(b, "}},");
}

static void
put_path_parameters(struct buf *b, const char *path)
{
	struct str rest = str_of(path), before, name;

	while (str_split(&rest, '{', &before) && rest.s != NULL) {
		if (!str_split(&rest, '}', &name))
			return;
		put_path_parameter(b, name);
	}
}

static void
put_shared_parameter(struct buf *b, const char *name)
{
	buf_printf(b, "{\"$ref\":\"#/components/parameters/%s\"},", name);
}

static void
put_parameters(struct buf *b, const struct route *r)
{
	buf_lit(b, ",\"parameters\":[");
	put_path_parameters(b, r->path);
	if (r->query != NULL && r->query->n > 0) {
		json_schema_params(b, r->query);
		buf_char(b, ',');
	}
	if (r->kind == REPLY_LIST) {
		put_shared_parameter(b, "limit");
		put_shared_parameter(b, "cursor");
	}
	if ((r->flags & ROUTE_TABLE) != 0)
		put_shared_parameter(b, "format");
	if ((r->flags & ROUTE_IDEMPOTENCY_KEY) != 0)
		put_shared_parameter(b, "IdempotencyKey");
	if (r->method == HTTP_GET && (r->flags & ROUTE_LINK_HOST) == 0)
		put_shared_parameter(b, "IfNoneMatch");
	put_shared_parameter(b, "RequestId");
	if ((r->access & ACCESS_PEOPLE) != 0)
		put_shared_parameter(b, "AppVersion");
	if ((r->access & ACCESS_LOOPBACK) == 0)
		put_shared_parameter(b, "AcceptLanguage");
	b->n--; /* the last comma */
	buf_char(b, ']');
}

/* --- who may ------------------------------------------------------------------------------------
 */

static const struct access_word {
	enum access bit;
	const char *word;
} access_words[] = {
	{ ACCESS_PUBLIC, "public" },     { ACCESS_MEMBER, "member" },
	{ ACCESS_CURATOR, "curator" },   { ACCESS_MANAGER, "manager" },
	{ ACCESS_ADMIN, "admin" },       { ACCESS_API_KEY, "api_key" },
	{ ACCESS_SITE_KEY, "site_key" }, { ACCESS_LOOPBACK, "loopback" },
};

static void
put_access(struct buf *b, const struct route *r)
{
	bool first = true;

	buf_lit(b, ",\"x-rostra-access\":[");
	for (size_t i = 0; i < sizeof(access_words) / sizeof(access_words[0]); i++) {
		if ((r->access & access_words[i].bit) == 0)
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		buf_json_string(b, str_of(access_words[i].word));
	}
	buf_char(b, ']');
	if (r->scope != NULL) {
		buf_lit(b, ",\"x-rostra-scope\":");
		buf_json_string(b, str_of(r->scope));
	}
}

static void
put_security(struct buf *b, const struct route *r)
{
	const char *comma = "";

	buf_lit(b, ",\"security\":[");
	if ((r->access & ACCESS_PEOPLE) != 0) {
		buf_lit(b, "{\"accessToken\":[]}");
		comma = ",";
	}
	if ((r->access & ACCESS_API_KEY) != 0) {
		buf_printf(b, "%s{\"apiKey\":[]}", comma);
		comma = ",";
	}
	if ((r->access & ACCESS_SITE_KEY) != 0)
		buf_printf(b, "%s{\"siteKey\":[]},{\"siteKeyInQuery\":[]}", comma);
	buf_char(b, ']');
}

/* --- bodies -------------------------------------------------------------------------------------
 */

static void
put_body(struct buf *b, const struct route *r, const struct j_seen *replies)
{
	const char *type = r->body_type != NULL ? r->body_type : "application/json";
	bool clash = false;

	if (r->body == NULL && (r->flags & ROUTE_BODY_STREAM) == 0)
		return;
	buf_lit(b, ",\"requestBody\":{\"required\":true,\"content\":{");
	buf_json_string(b, str_of(type));
	buf_lit(b, ":{\"schema\":");
	for (size_t i = 0; r->body != NULL && i < replies->n; i++)
		clash = clash || replies->list[i] == r->body;
	if (r->body == NULL)
		buf_lit(b, "{\"type\":\"string\"}");
	else if (clash)
		json_schema_print(b, r->body, true);
	else
		buf_printf(b, "{\"$ref\":\"#/components/schemas/%s\"}", r->body->name);
	buf_lit(b, "}}}");
}

static void
put_servers(struct buf *b, const char *url, const char *host, const char *what)
{
	buf_printf(b,
	           ",\"servers\":[{\"url\":\"%s\",\"description\":\"%s\",\"variables\":{"
	           "\"host\":{\"default\":\"%s\"}}}]",
	           url, what, host);
}

/* --- one operation ------------------------------------------------------------------------------
 */

static void
put_operation(struct buf *b, const struct route_table *t, const struct route *r,
              const struct j_seen *replies)
{
	static const char *const rates[RATE__MAX] = {
		[RATE_READ] = "read",     [RATE_WRITE] = "write", [RATE_DIRECTORY] = "directory",
		[RATE_PUBLIC] = "public", [RATE_NONE] = "none",
	};

	buf_printf(b, "\"%s\":{\"operationId\":\"%s\",\"tags\":[\"%s\"],\"summary\":",
	           method_words[r->method], r->name, t->feature);
	buf_json_string(b, str_of(r->summary));
	put_parameters(b, r);
	put_body(b, r, replies);
	openapi_put_responses(b, r);
	put_security(b, r);
	put_access(b, r);
	buf_printf(b, ",\"x-rate-class\":\"%s\"", rates[r->rate]);
	if ((r->flags & ROUTE_LINK_HOST) != 0)
		put_servers(b, "https://{host}", "go.company.example", "The link host");
	else if ((r->access & ACCESS_LOOPBACK) != 0)
		put_servers(b, "http://{host}", "127.0.0.1:9180", "On the machine itself only");
	buf_char(b, '}');
}

static bool
path_before(const struct route_table *tables, const struct route_table *t, size_t row)
{
	for (const struct route_table *u = tables; u->feature != NULL; u++) {
		for (size_t i = 0; i < u->n; i++) {
			if (u == t && i == row)
				return false;
			if (cstr_eq(u->rows[i].path, t->rows[row].path))
				return true;
		}
	}
	return false;
}

/* All methods of one path, wherever their rows stand. */
static void
put_path(struct buf *b, const struct route_table *tables, const char *path,
         const struct j_seen *replies)
{
	bool first = true;

	buf_json_string(b, str_of(path));
	buf_lit(b, ":{");
	for (const struct route_table *t = tables; t->feature != NULL; t++) {
		for (size_t i = 0; i < t->n; i++) {
			if (!cstr_eq(t->rows[i].path, path))
				continue;
			if (!first)
				buf_char(b, ',');
			first = false;
			put_operation(b, t, &t->rows[i], replies);
		}
	}
	buf_char(b, '}');
}

static void
put_paths(struct buf *b, const struct route_table *tables, const struct j_seen *replies)
{
	bool first = true;

	buf_lit(b, ",\"paths\":{");
	for (const struct route_table *t = tables; t->feature != NULL; t++) {
		for (size_t i = 0; i < t->n; i++) {
			if (path_before(tables, t, i))
				continue;
			if (!first)
				buf_char(b, ',');
			first = false;
			put_path(b, tables, t->rows[i].path, replies);
		}
	}
	buf_char(b, '}');
}

static void
put_tags(struct buf *b, const struct route_table *tables)
{
	buf_lit(b, ",\"tags\":[");
	for (const struct route_table *t = tables; t->feature != NULL; t++)
		buf_printf(b, "%s{\"name\":\"%s\"}", t == tables ? "" : ",", t->feature);
	buf_char(b, ']');
}

/* --- pretty-printing ----------------------------------------------------------------------------
 */

static void
new_line(struct buf *b, size_t depth)
{
	buf_char(b, '\n');
	for (size_t i = 0; i < depth; i++)
		buf_lit(b, "  ");
}

/* Our own compact JSON, one member a line: so that a change is a line of a diff. */
static void
indent(struct buf *out, struct str json)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.s[i];
		bool empty = i + 1 < json.n && (json.s[i + 1] == '}' || json.s[i + 1] == ']');

		if (quoted && c == '\\') { /* with what it escapes */
			buf_put(out, json.s + i++, 2);
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		if (!quoted && (c == '}' || c == ']') && json.s[i - 1] != '{' &&
		    json.s[i - 1] != '[')
			new_line(out, --depth);
		buf_char(out, c);
		if (quoted)
			continue;
		if ((c == '{' || c == '[') && !empty)
			new_line(out, ++depth);
		else if (c == ',')
			new_line(out, depth);
		else if (c == ':')
			buf_char(out, ' ');
	}
	buf_char(out, '\n');
}

/* Itself it is printed open, beside the list's own members. */
static void
collect_head(struct j_seen *replies, const struct j_schema *head)
{
	for (size_t k = 0; head != NULL && k < head->n; k++)
		json_schema_collect(replies, head->fields[k].schema);
}

static void
collect(const struct route_table *tables, struct j_seen *replies)
{
	for (const struct route_table *t = tables; t->feature != NULL; t++) {
		for (size_t i = 0; i < t->n; i++) {
			json_schema_collect(replies, t->rows[i].reply);
			collect_head(replies, t->rows[i].head);
		}
	}
}

void
openapi_print(struct buf *b, const struct route_table *tables, const char *version)
{
	struct buf text = { 0 };
	struct j_seen replies = { .n = 0 };

	collect(tables, &replies);
	buf_printf(
	    &text,
	    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Rostra\",\"version\":\"%s\","
	    "\"summary\":\"The backend of an employee-advocacy programme\","
	    "\"description\":\"People share their company's posts; strangers click; some become "
	    "leads; "
	    "reports say who brought what, down to the row.\","
	    "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}}",
	    version);
	put_servers(&text, "https://{host}", "api.company.example", "The API");
	put_tags(&text, tables);
	put_paths(&text, tables, &replies);
	openapi_put_components(&text, tables, &replies);
	buf_char(&text, '}');
	indent(b, (struct str){ text.s, text.n });
	buf_free(&text);
}
