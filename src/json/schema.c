/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c - a field table as JSON Schema 2020-12, for OpenAPI 3.1. */
#include <inttypes.h>

#include "json_int.h"

static void put_members(struct buf *b, const struct j_schema *s, bool body, bool nullable);

static bool
seen_already(const struct j_seen *seen, const struct j_schema *s)
{
	for (size_t i = 0; i < seen->n; i++) {
		if (seen->list[i] == s)
			return true;
	}
	return false;
}

void
json_schema_collect(struct j_seen *seen, const struct j_schema *s)
{
	if (s == NULL || seen_already(seen, s) ||
	    seen->n == sizeof(seen->list) / sizeof(seen->list[0]))
		return;
	seen->list[seen->n++] = s;
	for (size_t i = 0; i < s->n; i++)
		json_schema_collect(seen, s->fields[i].schema);
}

static void
put_words(struct buf *b, const struct j_field *f, bool nullable)
{
	buf_lit(b, ",\"enum\":[");
	for (size_t i = 0; f->names[i] != NULL; i++) {
		if (i > 0)
			buf_char(b, ',');
		buf_json_string(b, str_of(f->names[i]));
	}
	buf_cstr(b, nullable ? ",null]" : "]");
}

static void
put_type(struct buf *b, const char *type, bool nullable)
{
	buf_printf(b, nullable ? "\"type\":[\"%s\",\"null\"]" : "\"type\":\"%s\"", type);
}

static const char *
string_format(uint32_t flags)
{
	if ((flags & J_URL) != 0)
		return "uri";
	if ((flags & J_EMAIL) != 0)
		return "email";
	return (flags & J_DATE) != 0 ? "date" : NULL;
}

static void
put_string(struct buf *b, const struct j_field *f, int64_t min, int64_t max, bool nullable)
{
	put_type(b, "string", nullable);
	if (string_format(f->flags) != NULL)
		buf_printf(b, ",\"format\":\"%s\"", string_format(f->flags));
	if ((f->flags & J_CURRENCY) != 0)
		buf_lit(b, ",\"pattern\":\"^[A-Z]{3}$\"");
	if (min > 0)
		buf_printf(b, ",\"minLength\":%" PRId64, min);
	if (max > 0)
		buf_printf(b, ",\"maxLength\":%" PRId64, max);
}

static void
put_int(struct buf *b, const struct j_field *f, bool nullable)
{
	put_type(b, "integer", nullable);
	buf_lit(b, ",\"format\":\"int64\"");
	/* Where a row sets no bounds, it has none to tell. */
	if (f->min > INT64_MIN && (f->min != 0 || f->max != 0))
		buf_printf(b, ",\"minimum\":%" PRId64, f->min);
	if (f->max < INT64_MAX && (f->min != 0 || f->max != 0))
		buf_printf(b, ",\"maximum\":%" PRId64, f->max);
}

/* Bodies hold what they nest; replies refer to it. */
static void
put_object(struct buf *b, const struct j_schema *s, bool nullable, bool body)
{
	if (s == NULL) { /* a row that says no more than "an object" */
		put_type(b, "object", nullable);
		return;
	}
	if (body) {
		put_members(b, s, body, nullable);
		return;
	}
	buf_printf(b,
	           nullable
	               ? "\"oneOf\":[{\"$ref\":\"#/components/schemas/%s\"},{\"type\":\"null\"}]"
	               : "\"$ref\":\"#/components/schemas/%s\"",
	           s->name);
}

static void
put_list(struct buf *b, const struct j_field *f, bool body)
{
	put_type(b, "array", false);
	if (f->min > 0)
		buf_printf(b, ",\"minItems\":%" PRId64, f->min);
	if (f->max > 0)
		buf_printf(b, ",\"maxItems\":%" PRId64, f->max);
	buf_lit(b, ",\"items\":{");
	if (f->item == J_OBJECT || f->item == J_RAW)
		put_object(b, f->schema, false, body);
	else if (f->item == J_UUID)
		buf_lit(b, "\"type\":\"string\",\"format\":\"uuid\"");
	else if (f->item == J_STRING)
		put_string(b, f, 0, f->item_max, false);
	else
		buf_lit(b, "\"type\":\"integer\",\"format\":\"int64\"");
	buf_char(b, '}');
}

static void
put_set(struct buf *b, const struct j_field *f, bool body)
{
	buf_lit(b, "\"type\":\"array\",\"uniqueItems\":true");
	if (body && (f->flags & J_REQUIRED) != 0)
		buf_lit(b, ",\"minItems\":1");
	buf_lit(b, ",\"items\":{\"type\":\"string\"");
	put_words(b, f, false);
	buf_char(b, '}');
}

static void
put_default(struct buf *b, const struct j_field *f)
{
	if (f->type == J_BOOL)
		buf_cstr(b, f->def != 0 ? ",\"default\":true" : ",\"default\":false");
	else if (f->type == J_ENUM && f->def >= 0)
		buf_printf(b, ",\"default\":\"%s\"", f->names[f->def]);
	else if (f->type == J_INT && f->def >= f->min &&
	         f->def <= f->max) /* else it means "absent" */
		buf_printf(b, ",\"default\":%" PRId64, f->def);
}

static void
put_value(struct buf *b, const struct j_field *f, bool nullable, bool body)
{
	switch (f->type) {
	case J_BOOL:
		put_type(b, "boolean", nullable);
		break;
	case J_INT:
		put_int(b, f, nullable);
		break;
	case J_MICRO:
		put_type(b, "number", nullable);
		if (f->max > f->min)
			buf_printf(b, ",\"minimum\":%g,\"maximum\":%g", (double)f->min / 1e6,
			           (double)f->max / 1e6);
		break;
	case J_STRING:
		put_string(b, f, f->min, f->max, nullable);
		break;
	case J_UUID:
		put_type(b, "string", nullable);
		buf_lit(b, ",\"format\":\"uuid\"");
		break;
	case J_ENUM:
		put_type(b, "string", nullable);
		put_words(b, f, nullable);
		break;
	case J_TIME:
		put_type(b, "string", nullable);
		buf_lit(b, ",\"format\":\"date-time\"");
		break;
	case J_RAW:
		if ((f->flags & J_ANY) != 0) {
			buf_lit(b, "\"type\":[\"object\",\"array\",\"string\",\"number\","
			           "\"boolean\",\"null\"]");
			break;
		}
		put_object(b, f->schema, nullable, body);
		break;
	case J_OBJECT:
		put_object(b, f->schema, nullable, body);
		break;
	case J_LIST:
		put_list(b, f, body);
		break;
	case J_SET:
		put_set(b, f, body);
		break;
	}
}

/* May the member be null?  Replies: whatever has a null and is not left out for it. */
static bool
nullable_in(const struct j_field *f, bool body)
{
	if (body)
		return (f->flags & J_NULLABLE) != 0;
	if (f->type == J_BOOL || f->type == J_LIST || f->type == J_SET)
		return false;
	return (f->flags & J_NULLABLE) != 0;
}

/* A PATCH leaves alone what it does not name, so its members have no defaults. */
static bool
has_defaults(const struct j_schema *s, bool body)
{
	return body && s->has_off == J_NO_HAS;
}

static void
put_field(struct buf *b, const struct j_field *f, bool body, bool defaults)
{
	buf_json_string(b, str_of(f->name));
	buf_lit(b, ":{");
	put_value(b, f, nullable_in(f, body), body);
	if (defaults && (f->flags & J_REQUIRED) == 0)
		put_default(b, f);
	if (body && (f->flags & J_SECRET) != 0)
		buf_lit(b, ",\"writeOnly\":true");
	if ((f->flags & J_PII) != 0)
		buf_lit(b, ",\"x-personal-data\":true");
	if (f->help != NULL) {
		buf_lit(b, ",\"description\":");
		buf_json_string(b, str_of(f->help));
	}
	buf_char(b, '}');
}

/* Bodies: what must be there. Replies: all that is not left out when null. */
static bool
is_required(const struct j_field *f, bool body)
{
	return body ? (f->flags & J_REQUIRED) != 0 : (f->flags & J_OMIT) == 0;
}

static void
put_required(struct buf *b, const struct j_schema *s, bool body)
{
	bool first = true;

	for (size_t i = 0; i < s->n; i++) {
		if (!is_required(&s->fields[i], body) ||
		    (!body && (s->fields[i].flags & J_SECRET) != 0))
			continue;
		buf_cstr(b, first ? ",\"required\":[" : ",");
		first = false;
		buf_json_string(b, str_of(s->fields[i].name));
	}
	if (!first)
		buf_char(b, ']');
}

static void
put_properties(struct buf *b, const struct j_schema *s, bool body)
{
	bool first = true;

	put_required(b, s, body);
	buf_lit(b, ",\"properties\":{");
	for (size_t i = 0; i < s->n; i++) {
		if (!body && (s->fields[i].flags & J_SECRET) != 0)
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		put_field(b, &s->fields[i], body, has_defaults(s, body));
	}
	buf_char(b, '}');
}

static void
put_members(struct buf *b, const struct j_schema *s, bool body, bool nullable)
{
	put_type(b, "object", nullable);
	buf_lit(b, ",\"additionalProperties\":false");
	put_properties(b, s, body);
}

void
json_schema_print(struct buf *b, const struct j_schema *s, bool body)
{
	buf_char(b, '{');
	put_members(b, s, body, false);
	buf_char(b, '}');
}

void
json_schema_print_open(struct buf *b, const struct j_schema *s)
{
	buf_char(b, '{');
	put_type(b, "object", false);
	put_properties(b, s, false);
	buf_char(b, '}');
}

void
json_schema_params(struct buf *b, const struct j_schema *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct j_field *f = &s->fields[i];
		bool list = f->type == J_LIST || f->type == J_SET;

		if (i > 0)
			buf_char(b, ',');
		buf_lit(b, "{\"name\":");
		buf_json_string(b, str_of(f->name));
		buf_printf(b, ",\"in\":\"query\",\"required\":%s,",
		           (f->flags & J_REQUIRED) != 0 ? "true" : "false");
		if (list)
			buf_lit(b, "\"style\":\"form\",\"explode\":false,");
		if (f->help != NULL) {
			buf_lit(b, "\"description\":");
			buf_json_string(b, str_of(f->help));
			buf_char(b, ',');
		}
		buf_lit(b, "\"schema\":{");
		put_value(b, f, false, true);
		if ((f->flags & J_REQUIRED) == 0)
			put_default(b, f);
		buf_lit(b, "}}");
	}
}
