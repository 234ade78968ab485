/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - one table of fields, four uses: decode a body, decode a query string, encode a reply, print the
 * JSON Schema in OpenAPI.  src/json alone includes jansson; a tree exists only while a body is decoded.
 */
#ifndef ROSTRA_JSON_H
#define ROSTRA_JSON_H

#include "rostra/buf.h"
#include "rostra/clock.h"
#include "rostra/fault.h"
#include "rostra/uuid.h"

enum j_type {
	J_BOOL,   /* bool */
	J_INT,    /* int64_t; min..max inclusive; J_NO_INT is SQL NULL / JSON null */
	J_MICRO,  /* int64_t millionths, a number with up to 6 decimals (replies and queries, there min..max; J_NO_INT is null) */
	J_STRING, /* const char *, NUL-terminated UTF-8; min..max in code points; NULL is null */
	J_UUID,   /* struct uuid; zero is null */
	J_ENUM,   /* int: index into names; -1 is null */
	J_TIME,   /* int64_t us; TIME_NONE is null */
	J_OBJECT, /* const struct T *: NULL is null */
	J_LIST,   /* struct j_list of `item` */
	J_SET,    /* uint32_t bit mask over names; a JSON array of words */
	J_RAW,    /* struct str: JSON text put as it is (replies); `schema` only documents it */
};

#define J_NO_INT INT64_MIN

enum j_flags {
	J_REQUIRED = 1 << 0, /* bodies: must be there */
	J_NULLABLE = 1 << 1, /* null is a value; in replies the member is always there */
	J_OMIT = 1 << 2,     /* replies: left out when null (else null is written) */
	J_PII = 1 << 3,      /* personal data: never logged, listed for export and erasure */
	J_SECRET = 1 << 4,   /* write-only: never in a reply, never logged */
	J_TRIM = 1 << 5,     /* bodies: surrounding white space is taken off before checks; a text nobody can see is empty */
	J_URL = 1 << 6,      /* absolute http(s) URL without user or control characters; comes as url_normal makes it */
	J_EMAIL = 1 << 7,    /* one mailbox, ASCII, lower-cased */
	J_ZONE = 1 << 8,     /* IANA time zone */
	J_LANG = 1 << 9,     /* BCP 47 tag */
	J_CURRENCY = 1 << 10, /* ISO 4217: three capitals */
	J_DATE = 1 << 11,    /* string "YYYY-MM-DD" */
	J_ANY = 1 << 13,     /* J_RAW: any JSON, not an object alone */
	J_MULTILINE = 1 << 12, /* line breaks and tabs allowed; other strings refuse control characters */
};

/* A list in a body or reply. items: `const char **`, `struct uuid *`, `int64_t *`, `struct str *` (J_PARTS), or an array of T of schema->size. */
struct j_list {
	void  *items;
	size_t n;
};

struct j_schema;

struct j_field {
	const char            *name;
	enum j_type            type;
	uint32_t               off;
	uint32_t               flags;
	int64_t                min, max;  /* J_INT value, J_STRING code points, J_LIST items */
	int64_t                def;       /* absent J_INT, J_BOOL, J_ENUM (index), J_TIME */
	const char *const     *names;     /* J_ENUM, J_SET; ends with NULL */
	const struct j_schema *schema;    /* J_OBJECT, J_LIST of objects, J_RAW */
	enum j_type            item;      /* J_LIST: J_STRING, J_UUID, J_INT or J_OBJECT */
	int64_t                item_max;  /* J_LIST of strings: longest item in code points */
	const char            *help;      /* OpenAPI description; NULL none */
};

struct j_schema {
	const char           *name;   /* OpenAPI component, "post_new" */
	size_t                size;   /* of the C struct */
	const struct j_field *fields;
	size_t                n;
	size_t                has_off; /* offset of a uint64_t in which bit i says that fields[i] was present, or J_NO_HAS */
};
#define J_NO_HAS SIZE_MAX

/* The offset of m in T; does not compile unless m has exactly type C.  The last argument of a row takes more designators with it. */
#define J_OFF(T, m, C) (uint32_t)(offsetof(T, m) + 0 * sizeof(char[_Generic(((T *)0)->m, C : 1)]))

/* clang-format off */
#define J_BOOLEAN(T, m, fl, ...)       { .name = #m, .type = J_BOOL, .off = J_OFF(T, m, bool), .flags = (fl), .def = __VA_ARGS__ }
#define J_INT64(T, m, fl, lo, hi, ...) { .name = #m, .type = J_INT, .off = J_OFF(T, m, int64_t), .flags = (fl), .min = (lo), .max = (hi), .def = __VA_ARGS__ }
#define J_DECIMAL(T, m, ...)           { .name = #m, .type = J_MICRO, .off = J_OFF(T, m, int64_t), .def = J_NO_INT, .flags = __VA_ARGS__ }
#define J_TEXT(T, m, fl, lo, ...)      { .name = #m, .type = J_STRING, .off = J_OFF(T, m, const char *), .flags = (fl), .min = (lo), .max = __VA_ARGS__ }
#define J_ID(T, m, ...)                { .name = #m, .type = J_UUID, .off = J_OFF(T, m, struct uuid), .flags = __VA_ARGS__ }
#define J_WORD(T, m, fl, nm, ...)      { .name = #m, .type = J_ENUM, .off = J_OFF(T, m, int), .flags = (fl), .names = (nm), .def = __VA_ARGS__ }
#define J_WORDS(T, m, fl, ...)         { .name = #m, .type = J_SET, .off = J_OFF(T, m, uint32_t), .flags = (fl), .names = __VA_ARGS__ }
#define J_AT(T, m, ...)                { .name = #m, .type = J_TIME, .off = J_OFF(T, m, int64_t), .def = TIME_NONE, .flags = __VA_ARGS__ }
#define J_SUB(T, m, fl, ...)          { .name = #m, .type = J_OBJECT, .off = (uint32_t)offsetof(T, m), .flags = (fl), .schema = __VA_ARGS__ }
#define J_STRINGS(T, m, fl, lo, hi, ...) { .name = #m, .type = J_LIST, .off = J_OFF(T, m, struct j_list), .flags = (fl), .min = (lo), .max = (hi), .item = J_STRING, .item_max = __VA_ARGS__ }
#define J_IDS(T, m, fl, lo, ...)       { .name = #m, .type = J_LIST, .off = J_OFF(T, m, struct j_list), .flags = (fl), .min = (lo), .item = J_UUID, .max = __VA_ARGS__ }
#define J_OBJECTS(T, m, fl, lo, hi, ...) { .name = #m, .type = J_LIST, .off = J_OFF(T, m, struct j_list), .flags = (fl), .min = (lo), .max = (hi), .item = J_OBJECT, .schema = __VA_ARGS__ }
/* Objects of a body that are judged one by one: each is kept as text, a struct str, for json_decode by the schema. */
#define J_PARTS(T, m, fl, lo, hi, ...) { .name = #m, .type = J_LIST, .off = J_OFF(T, m, struct j_list), .flags = (fl), .min = (lo), .max = (hi), .item = J_RAW, .schema = __VA_ARGS__ }
#define J_JSON(T, m, fl, ...)         { .name = #m, .type = J_RAW, .off = J_OFF(T, m, struct str), .flags = (fl), .schema = __VA_ARGS__ }

#define J_SCHEMA(word, T, table)           { .name = word, .size = sizeof(T), .fields = (table), .n = sizeof(table) / sizeof((table)[0]), .has_off = J_NO_HAS }
/* For PATCH: T has `uint64_t has;`. */
#define J_SCHEMA_HAS(word, T, table)       { .name = word, .size = sizeof(T), .fields = (table), .n = sizeof(table) / sizeof((table)[0]), .has_off = J_OFF(T, has, uint64_t) }
/* clang-format on */

/*
 * Decodes a JSON object into obj (schema->size bytes, zeroed by the callee; absent fields get their default,
 * absent strings NULL, ids zero, lists empty).  All faults of the body are collected: unknown and repeated
 * members, wrong types, bounds.  BAD_JSON with line and column when it does not parse or nests deeper than 16;
 * INVALID otherwise.  What is kept lives in the arena.
 */
enum fault json_decode(struct arena *a, struct problem *p, const struct j_schema *s, struct str text,
                       void *obj) MUST_CHECK;
/*
 * Decodes a query string ("a=1&b=x") by the same table: words, numbers, times, ids; J_LIST and J_SET take comma-separated
 * values.  Unknown, repeated and valueless parameters are refused.  Faults: BAD_QUERY with pointers "?name".
 * Names in `skip` (ends with NULL; may be NULL) are left to the caller.
 */
enum fault query_decode(struct arena *a, struct problem *p, const struct j_schema *s, struct str text,
                        const char *const *skip, void *obj) MUST_CHECK;
/* One parameter of a query string, decoded; false when absent. Repeated: the first. */
bool query_get(struct arena *a, struct str text, const char *name, struct str *out);
/* Was this member present (null counts)?  name must be a field of s. */
bool j_has(const struct j_schema *s, const void *obj, const char *name);
/* Copies the members that were present in `from` over those of `into`, a struct of the same type: PATCH.  s: J_SCHEMA_HAS. */
void j_merge(const struct j_schema *s, void *into, const void *from);

/* Puts the object as JSON. */
void json_encode(struct buf *b, const struct j_schema *s, const void *obj);
/* Puts an object that was put before, with members, and those of another one (s has some), as one object. */
void json_encode_more(struct buf *b, struct str object, const struct j_schema *s, const void *more);
/* Puts `"component": {JSON Schema},` for s and, before it, for all it names, each once (seen is the caller's list). */
struct j_seen {
	const struct j_schema *list[256];
	size_t                 n;
};
void json_schema_collect(struct j_seen *seen, const struct j_schema *s);
/* body: what a client sends (required members, no read-only ones); else a reply. */
void json_schema_print(struct buf *b, const struct j_schema *s, bool body);
/* A reply beside whose members others stand. */
void json_schema_print_open(struct buf *b, const struct j_schema *s);
/* The OpenAPI parameters of a query table, comma-separated objects. */
void json_schema_params(struct buf *b, const struct j_schema *s);

/*
 * Free-form JSON kept as text (job payloads, tokens' claims): a parsed tree behind an opaque handle, for the few
 * places that read what is not ours.  Freed with json_doc_free; strings it returns live as long as the doc.
 */
struct json_doc;
struct json_doc *json_doc_parse(struct str text, size_t max_depth); /* NULL: not JSON, repeated members, too deep */
void             json_doc_free(struct json_doc **d);
bool json_doc_string(const struct json_doc *d, const char *member, struct str *out); /* false: absent or another type */
bool json_doc_int(const struct json_doc *d, const char *member, int64_t *out);       /* integers only */
bool json_doc_has(const struct json_doc *d, const char *member);
size_t json_doc_size(const struct json_doc *d); /* members of the object */
/* The names of the members in their order; fn's false ends it. */
typedef bool json_name_fn(const char *member, void *arg);
void json_doc_names(const struct json_doc *d, json_name_fn *fn, void *arg);
/* Puts the member as JSON; nothing when it is not there. */
void json_doc_put(struct buf *b, const struct json_doc *d, const char *member);
bool json_doc_null(const struct json_doc *d, const char *member);
bool json_doc_bool(const struct json_doc *d, const char *member, bool *out);
/* Lists: false when the member is none; items that are another type are false or NULL. */
bool json_doc_list(const struct json_doc *d, const char *member, size_t *ret_n);
bool json_doc_list_string(const struct json_doc *d, const char *member, size_t i, struct str *out);
/* Objects inside: a handle of its own, to be freed; its strings live as long as it or the whole. */
struct json_doc *json_doc_list_object(const struct json_doc *d, const char *member, size_t i);
struct json_doc *json_doc_object(const struct json_doc *d, const char *member);

#endif
