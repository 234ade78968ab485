/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_parts.c - responses and components of the OpenAPI document. */
#include "openapi_int.h"

/* --- responses ----------------------------------------------------------------------------------
 */

static void
put_limit_headers(struct buf *b)
{
	buf_lit(b, ",\"RateLimit\":{\"$ref\":\"#/components/headers/RateLimit\"}"
	           ",\"RateLimit-Policy\":{\"$ref\":\"#/components/headers/RateLimitPolicy\"}");
}

static void
put_headers(struct buf *b, const struct route *r)
{
	buf_lit(b, ",\"headers\":{\"X-Request-Id\":{\"$ref\":\"#/components/headers/RequestId\"}");
	if (r->method == HTTP_GET && r->kind != REPLY_RAW)
		buf_lit(b, ",\"ETag\":{\"$ref\":\"#/components/headers/ETag\"}");
	if (r->rate != RATE_NONE)
		put_limit_headers(b);
	if (r->kind == REPLY_LIST)
		buf_lit(b, ",\"Link\":{\"$ref\":\"#/components/headers/Link\"}");
	if ((r->flags & ROUTE_IDEMPOTENCY_KEY) != 0)
		buf_lit(b, ",\"Idempotency-Replayed\":"
		           "{\"$ref\":\"#/components/headers/IdempotencyReplayed\"}");
	buf_char(b, '}');
}

static void
put_list_schema(struct buf *b, const struct route *r)
{
	if (r->head != NULL)
		buf_printf(b, "{\"allOf\":[{\"$ref\":\"#/components/schemas/%s_open\"},",
		           r->head->name);
	buf_printf(b,
	           "{\"type\":\"object\",\"required\":[\"items\",\"next_cursor\",\"has_more\"],"
	           "\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/"
	           "components/schemas/%s\"}},"
	           "\"next_cursor\":{\"type\":[\"string\",\"null\"]},\"has_more\":{\"type\":"
	           "\"boolean\"}}%s}",
	           r->reply->name, r->head != NULL ? "" : ",\"additionalProperties\":false");
	if (r->head != NULL)
		buf_lit(b, "],\"unevaluatedProperties\":false}");
}

static void
put_success_content(struct buf *b, const struct route *r)
{
	buf_lit(b, ",\"content\":{");
	if (r->kind == REPLY_RAW) {
		buf_json_string(b, str_of(r->reply_type != NULL ? r->reply_type : "text/plain"));
		buf_lit(b, ":{\"schema\":{\"type\":\"string\"}}");
	} else {
		buf_lit(b, "\"application/json\":{\"schema\":");
		if (r->kind == REPLY_LIST)
			put_list_schema(b, r);
		else
			buf_printf(b, "{\"$ref\":\"#/components/schemas/%s\"}", r->reply->name);
		buf_char(b, '}');
	}
	if ((r->flags & ROUTE_TABLE) != 0)
		buf_lit(b, ",\"text/csv\":{\"schema\":{\"type\":\"string\"}},\"" SHEET_WORKBOOK_TYPE
		           "\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}");
	buf_char(b, '}');
}

static bool
has_parameter(const struct route *r)
{
	for (const char *c = r->path; *c != '\0'; c++) {
		if (*c == '{')
			return true;
	}
	return false;
}

static void
put_success(struct buf *b, const struct route *r, int status, const char *what)
{
	buf_printf(b, "\"%d\":{\"description\":\"%s\"", status, what);
	put_headers(b, r);
	if (status != 204)
		put_success_content(b, r);
	buf_lit(b, "},");
}

static void
put_not_modified(struct buf *b, const struct route *r)
{
	buf_lit(b, "\"304\":{\"description\":\"Not modified\",\"headers\":{"
	           "\"X-Request-Id\":{\"$ref\":\"#/components/headers/RequestId\"},"
	           "\"ETag\":{\"$ref\":\"#/components/headers/ETag\"}");
	if (r->rate != RATE_NONE)
		put_limit_headers(b);
	buf_lit(b, "}},");
}

static void
put_successes(struct buf *b, const struct route *r)
{
	if ((r->flags & ROUTE_NOT_SERVED) != 0)
		return;
	if (r->kind == REPLY_NONE) {
		put_success(b, r, 204, "Done");
		return;
	}
	if ((r->flags & ROUTE_MULTI) != 0) {
		put_success(b, r, 207, "Each part has a result of its own");
		return;
	}
	if ((r->flags & ROUTE_SCIM) != 0) {
		if (r->method == HTTP_GET && has_parameter(r))
			put_not_modified(b, r);
		if (r->method == HTTP_POST)
			put_success(b, r, 201, "Made");
		else if (r->method != HTTP_DELETE)
			put_success(b, r, 200, "OK");
		if (r->method == HTTP_DELETE || r->method == HTTP_PATCH)
			put_success(b, r, 204, "Done");
		return;
	}
	put_success(b, r, 200, r->method == HTTP_PUT ? "There already, or changed" : "OK");
	if (r->method == HTTP_PUT || r->method == HTTP_POST)
		put_success(b, r, 201, "Made");
	if ((r->flags & (ROUTE_LINK_HOST | ROUTE_SENDS_ON)) != 0)
		buf_lit(b,
		        "\"302\":{\"description\":\"To the destination\",\"headers\":{\"Location\":"
		        "{\"schema\":{\"type\":\"string\"}}}},");
	if (r->method == HTTP_GET && (r->flags & ROUTE_LINK_HOST) == 0 &&
	    (r->access & ACCESS_LOOPBACK) == 0 && r->kind != REPLY_RAW)
		put_not_modified(b, r);
}

static void
put_problem(struct buf *b, const struct route *r, int status)
{
	if ((r->flags & ROUTE_SCIM) != 0 && (status < 500 || status == 501)) {
		buf_printf(b,
		           "\"%d\":{\"description\":\"RFC 7644 "
		           "3.12\",\"content\":{\"application/scim+json\":"
		           "{\"schema\":{\"$ref\":\"#/components/schemas/scim_error\"}}}},",
		           status);
		return;
	}
	buf_printf(b, "\"%d\":{\"$ref\":\"#/components/responses/Problem%d\"},", status, status);
}

void
openapi_put_responses(struct buf *b, const struct route *r)
{
	const bool body = r->body != NULL || (r->flags & ROUTE_BODY_STREAM) != 0;
	const bool writes = r->method != HTTP_GET && r->method != HTTP_HEAD;
	const bool open = (r->access & (ACCESS_PUBLIC | ACCESS_LOOPBACK)) != 0;

	buf_lit(b, ",\"responses\":{");
	put_successes(b, r);
	put_problem(b, r, 400);
	if (!open || (r->flags & ROUTE_SIGNED) != 0)
		put_problem(b, r, 401);
	if (!open)
		put_problem(b, r, 403);
	if ((r->flags & ROUTE_SENDS_ON) != 0)
		buf_lit(b, "\"404\":{\"description\":\"A page: there is nowhere to "
		           "go\",\"content\":{\"text/html\":"
		           "{\"schema\":{\"type\":\"string\"}}}},");
	else if (has_parameter(r) || writes || open || r->query != NULL)
		put_problem(b, r, 404);
	if (writes)
		put_problem(b, r, 409);
	if (r->method == HTTP_GET && !open)
		put_problem(b, r, 410);
	if ((r->flags & ROUTE_SCIM) != 0 && writes && has_parameter(r))
		put_problem(b, r, 412);
	if (body) {
		put_problem(b, r, 413);
		put_problem(b, r, 415);
	}
	if (writes || r->query != NULL)
		put_problem(b, r, 422);
	/* Nobody is counted on the link host, but nginx stops a flood. */
	if (r->rate != RATE_NONE || (r->flags & ROUTE_LINK_HOST) != 0)
		put_problem(b, r, 429);
	put_problem(b, r, 500);
	if ((r->flags & ROUTE_NOT_SERVED) != 0)
		put_problem(b, r, 501);
	put_problem(b, r, 502);
	put_problem(b, r, 503);
	put_problem(b, r, 504);
	b->n--; /* the last comma */
	buf_char(b, '}');
}

/* --- components ---------------------------------------------------------------------------------
 */

static void
put_component(struct buf *b, const struct j_schema *s, bool body)
{
	buf_char(b, ',');
	buf_json_string(b, str_of(s->name));
	buf_char(b, ':');
	json_schema_print(b, s, body);
}

static bool
among(const struct j_seen *seen, const struct j_schema *s)
{
	for (size_t i = 0; i < seen->n; i++) {
		if (seen->list[i] == s)
			return true;
	}
	return false;
}

static void
put_bodies(struct buf *b, const struct route_table *tables, const struct j_seen *replies)
{
	struct j_seen bodies = { .n = 0 };

	for (const struct route_table *t = tables; t->feature != NULL; t++) {
		for (size_t i = 0; i < t->n; i++) {
			const struct j_schema *s = t->rows[i].body;

			if (s == NULL || among(replies, s) || among(&bodies, s))
				continue;
			bodies.list[bodies.n++] = s;
			put_component(b, s, true);
		}
	}
}

/* The extra members of a list: open, because items and cursor stand beside them. */
static void
put_heads(struct buf *b, const struct route_table *tables)
{
	for (const struct route_table *t = tables; t->feature != NULL; t++) {
		for (size_t i = 0; i < t->n; i++) {
			const struct j_schema *s = t->rows[i].head;

			if (s == NULL)
				continue;
			buf_printf(b, ",\"%s_open\":", s->name);
			json_schema_print_open(b, s);
		}
	}
}

static void
put_problem_schema(struct buf *b)
{
	bool first = true;

	buf_lit(
	    b,
	    "\"problem\":{\"type\":\"object\",\"additionalProperties\":false,"
	    "\"required\":[\"type\",\"title\",\"status\",\"code\",\"request_id\"],\"properties\":{"
	    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
	    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
	    "\"instance\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"},"
	    "\"code\":{\"type\":\"string\",\"enum\":[");
	for (int f = 0; f < FAULT__MAX; f++) {
		/* Codes of problems: two faults may share one. */
		if (fault_row((enum fault)f)->status < 400 || f == FAULT_RESTART)
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		buf_json_string(b, str_of(fault_row((enum fault)f)->code));
	}
	buf_lit(
	    b,
	    "]},\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	    "\"additionalProperties\":false,\"required\":[\"pointer\",\"detail\"],\"properties\":{"
	    "\"pointer\":{\"type\":\"string\",\"description\":"
	    "\"RFC 6901 in the body, as #/title; ?name is a query parameter, else a header\"},"
	    "\"detail\":{\"type\":\"string\"}}}}}}");
	buf_lit(b, ",\"scim_error\":{\"type\":\"object\",\"additionalProperties\":false,"
	           "\"required\":[\"schemas\",\"status\",\"detail\",\"code\",\"request_id\"],"
	           "\"properties\":{"
	           "\"schemas\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
	           "\"status\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"},"
	           "\"scimType\":{\"type\":\"string\",\"description\":\"RFC 7644 table 9\"},"
	           "\"code\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"}}}");
}

static void
put_problem_responses(struct buf *b)
{
	static const struct {
		int status;
		const char *what;
	} rows[] = {
		{ 400, "The request is malformed" },
		{ 401, "A valid token or key is needed" },
		{ 403, "The caller may not do this" },
		{ 404, "No such resource, for this caller" },
		{ 409, "The current state forbids it" },
		{ 410, "It is no longer there" },
		{ 413, "The body is too large" },
		{ 415, "The body has the wrong type" },
		{ 422, "Some fields are not acceptable" },
		{ 429, "Too many requests" },
		{ 500, "The server failed" },
		{ 502, "Nobody answered; the code says whether anything may have been done" },
		{ 503, "Try again" },
		{ 504, "It is not known whether it was done; repeat it" },
	};

	buf_lit(b, ",\"responses\":{");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_printf(b,
		           "%s\"Problem%d\":{\"description\":\"%s\",\"headers\":{\"X-Request-Id\":"
		           "{\"$ref\":\"#/components/headers/RequestId\"}",
		           i > 0 ? "," : "", rows[i].status, rows[i].what);
		if (rows[i].status == 401)
			buf_lit(b, ",\"WWW-Authenticate\":{\"schema\":{\"type\":\"string\"}}");
		if (rows[i].status == 429 || rows[i].status == 503)
			put_limit_headers(b);
		if (rows[i].status == 409 || rows[i].status == 429 || rows[i].status >= 502)
			buf_lit(b, ",\"Retry-After\":{\"schema\":{\"type\":\"integer\"},"
			           "\"description\":\"Seconds; of a 409 when it is in flight\"}");
		buf_lit(b, "},\"content\":{\"application/problem+json\":{\"schema\":"
		           "{\"$ref\":\"#/components/schemas/problem\"}}}}");
	}
	buf_char(b, '}');
}

static const char shared_parts[] =
    ",\"parameters\":{"
    "\"limit\":{\"name\":\"limit\",\"in\":\"query\",\"description\":\"Items of a page; more than "
    "100 are 100\","
    "\"schema\":{\"type\":\"integer\",\"minimum\":1,\"default\":25}},"
    "\"cursor\":{\"name\":\"cursor\",\"in\":\"query\",\"description\":\"next_cursor of the page "
    "before; "
    "goes with the same filters only\",\"schema\":{\"type\":\"string\"}},"
    "\"format\":{\"name\":\"format\",\"in\":\"query\",\"schema\":{\"type\":\"string\",\"enum\":["
    "\"json\",\"csv\",\"xlsx\"],"
    "\"default\":\"json\"}},"
    "\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":true,"
    "\"description\":\"A repeated key gets the first answer again, for 7 days\","
    "\"schema\":{\"type\":\"string\",\"minLength\":8,\"maxLength\":255}},"
    "\"IfNoneMatch\":{\"name\":\"If-None-Match\",\"in\":\"header\",\"schema\":{\"type\":\"string\"}"
    "},"
    "\"RequestId\":{\"name\":\"X-Request-Id\",\"in\":\"header\",\"schema\":{\"type\":\"string\","
    "\"maxLength\":64}},"
    "\"AcceptLanguage\":{\"name\":\"Accept-Language\",\"in\":\"header\",\"description\":"
    "\"Of texts people read; a person's own language without "
    "it\",\"schema\":{\"type\":\"string\"}},"
    "\"AppVersion\":{\"name\":\"App-Version\",\"in\":\"header\",\"description\":\"Of the app, as "
    "2.4.1\","
    "\"schema\":{\"type\":\"string\"}}}"
    ",\"headers\":{"
    "\"RequestId\":{\"description\":\"The request's id in our "
    "log\",\"schema\":{\"type\":\"string\"}},"
    "\"ETag\":{\"description\":\"Weak validator of this answer\",\"schema\":{\"type\":\"string\"}},"
    "\"Link\":{\"description\":\"rel=next, when there is more\",\"schema\":{\"type\":\"string\"}},"
    "\"RateLimit\":{\"description\":\"What is left (r) of the policy, and in how many seconds (t) "
    "there is more\","
    "\"schema\":{\"type\":\"string\"}},"
    "\"RateLimitPolicy\":{\"description\":\"Requests (q) in a window of seconds (w), of one "
    "caller\","
    "\"schema\":{\"type\":\"string\"}},"
    "\"IdempotencyReplayed\":{\"description\":\"true: the first answer again\","
    "\"schema\":{\"type\":\"string\"}}}"
    ",\"securitySchemes\":{"
    "\"accessToken\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\"},"
    "\"apiKey\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"A secret key, "
    "rsk_...\"},"
    "\"siteKey\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-Site-Key\","
    "\"description\":\"A site key, rpk_...\"},"
    "\"siteKeyInQuery\":{\"type\":\"apiKey\",\"in\":\"query\",\"name\":\"site_key\","
    "\"description\":\"Where only the URL can be set\"}}";

void
openapi_put_components(struct buf *b, const struct route_table *tables,
                       const struct j_seen *replies)
{
	buf_lit(b, ",\"components\":{\"schemas\":{");
	put_problem_schema(b);
	for (size_t i = 0; i < replies->n; i++)
		put_component(b, replies->list[i], false);
	put_bodies(b, tables, replies);
	put_heads(b, tables);
	buf_char(b, '}');
	put_problem_responses(b);
	buf_cstr(b, shared_parts);
	buf_char(b, '}');
}
