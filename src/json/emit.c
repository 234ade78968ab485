/* SPDX-License-Identifier: Apache-2.0 */
/* emit.c - a struct as JSON, straight into the output: no tree, no formatting library. */
#include <string.h>

#include "rostra/json.h"

static void emit_value(struct buf *b, const struct j_field *f, const void *place);

static int64_t
read_i64(const void *place)
{
	int64_t v;

	memcpy(&v, place, sizeof(v));
	return v;
}

static int
read_int(const void *place)
{
	int v;

	memcpy(&v, place, sizeof(v));
	return v;
}

static const void *
read_pointer(const void *place)
{
	const void *p;

	memcpy(&p, place, sizeof(p));
	return p;
}

static struct uuid
read_uuid(const void *place)
{
	struct uuid u;

	memcpy(&u, place, sizeof(u));
	return u;
}

static bool
is_null(const struct j_field *f, const void *place)
{
	switch (f->type) {
	case J_INT:
	case J_MICRO:
	case J_TIME:
		return read_i64(place) == INT64_MIN;
	case J_STRING:
	case J_OBJECT:
	case J_RAW: /* struct str begins with its pointer */
		return read_pointer(place) == NULL;
	case J_UUID:
		return uuid_is_zero(read_uuid(place));
	case J_ENUM:
		return read_int(place) < 0;
	default:
		return false;
	}
}

static void
emit_micro(struct buf *b, int64_t v)
{
	char digits[7] = ".000000";
	int64_t whole = v / 1000000, rest = v % 1000000;
	size_t n = sizeof(digits);

	if (v < 0 && whole == 0)
		buf_char(b, '-');
	buf_int(b, whole);
	if (rest < 0)
		rest = -rest;
	if (rest == 0)
		return;
	for (size_t i = 6; i > 0; i--) {
		digits[i] = (char)('0' + rest % 10);
		rest /= 10;
	}
	while (digits[n - 1] == '0')
		n--;
	buf_put(b, digits, n);
}

static void
emit_uuid(struct buf *b, struct uuid u)
{
	char *out = buf_reserve(b, UUID_TEXT_SIZE + 2);

	out[0] = '"';
	uuid_format(u, out + 1);
	out[UUID_TEXT_SIZE] = '"'; /* over the NUL */
	b->n += UUID_TEXT_SIZE + 1;
	b->total += UUID_TEXT_SIZE + 1;
}

static void
emit_time(struct buf *b, int64_t t_us)
{
	char text[RFC3339_SIZE];
	size_t n = time_format(t_us, text);

	buf_char(b, '"');
	buf_put(b, text, n);
	buf_char(b, '"');
}

static void
emit_set(struct buf *b, const struct j_field *f, uint32_t mask)
{
	bool first = true;

	buf_char(b, '[');
	for (size_t i = 0; f->names[i] != NULL; i++) {
		if ((mask >> i & 1) == 0)
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		buf_json_string(b, str_of(f->names[i]));
	}
	buf_char(b, ']');
}

static void
emit_list(struct buf *b, const struct j_field *f, const void *place)
{
	struct j_list list;
	struct j_field item = { .type = f->item, .schema = f->schema, .names = f->names };
	size_t size = sizeof(int64_t);

	memcpy(&list, place, sizeof(list));
	if (f->item == J_OBJECT)
		size = f->schema->size;
	else if (f->item == J_UUID)
		size = sizeof(struct uuid);
	buf_char(b, '[');
	for (size_t i = 0; i < list.n; i++) {
		const char *at = (const char *)list.items + i * size;

		if (i > 0)
			buf_char(b, ',');
		if (f->item == J_OBJECT)
			json_encode(b, f->schema, at);
		else
			emit_value(b, &item, at);
	}
	buf_char(b, ']');
}

static void
emit_words(struct buf *b, const struct j_field *f, const void *place)
{
	uint32_t mask;

	memcpy(&mask, place, sizeof(mask));
	emit_set(b, f, mask);
}

static void
emit_raw(struct buf *b, const void *place)
{
	struct str raw;

	memcpy(&raw, place, sizeof(raw));
	buf_str(b, raw);
}

static void
emit_bool(struct buf *b, const void *place)
{
	bool yes;

	memcpy(&yes, place, sizeof(yes));
	if (yes)
		buf_lit(b, "true");
	else
		buf_lit(b, "false");
}

static void
emit_value(struct buf *b, const struct j_field *f, const void *place)
{
	switch (f->type) {
	case J_BOOL:
		emit_bool(b, place);
		break;
	case J_INT:
		buf_int(b, read_i64(place));
		break;
	case J_MICRO:
		emit_micro(b, read_i64(place));
		break;
	case J_STRING:
		buf_json_string(b, str_of(read_pointer(place)));
		break;
	case J_UUID:
		emit_uuid(b, read_uuid(place));
		break;
	case J_ENUM:
		buf_json_string(b, str_of(f->names[read_int(place)]));
		break;
	case J_TIME:
		emit_time(b, read_i64(place));
		break;
	case J_OBJECT:
		json_encode(b, f->schema, read_pointer(place));
		break;
	case J_LIST:
		emit_list(b, f, place);
		break;
	case J_SET:
		emit_words(b, f, place);
		break;
	case J_RAW:
		emit_raw(b, place);
		break;
	}
}

void
json_encode(struct buf *b, const struct j_schema *s, const void *obj)
{
	bool first = true;

	buf_char(b, '{');
	for (size_t i = 0; i < s->n; i++) {
		const struct j_field *f = &s->fields[i];
		const char *place = (const char *)obj + f->off;
		bool null = is_null(f, place);

		if ((f->flags & J_SECRET) != 0 || (null && (f->flags & J_OMIT) != 0))
			continue;
		if (first)
			buf_lit(b, "\"");
		else
			buf_lit(b, ",\"");
		first = false;
		buf_cstr(b, f->name);
		buf_lit(b, "\":");
		if (null)
			buf_lit(b, "null");
		else
			emit_value(b, f, place);
	}
	buf_char(b, '}');
}

void
json_encode_more(struct buf *b, struct str object, const struct j_schema *s, const void *more)
{
	size_t seam;

	/* Two objects become one: the closing brace goes, the opening one is the comma. */
	buf_put(b, object.s, object.n - 1);
	seam = b->n;
	json_encode(b, s, more);
	b->s[seam] = ',';
}
