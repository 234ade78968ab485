/* SPDX-License-Identifier: Apache-2.0 */
/* decode.c - a JSON body into a struct, by its table; all faults at once. */
#include <string.h>

#include <jansson.h>

#include "rostra/text.h"

#include "json_int.h"

/* Where we are in the body, for RFC 6901 pointers. */
struct walk {
	struct arena *arena;
	struct problem *problem;
	char path[256];
	size_t path_n;
};

typedef const char *decode_fn(struct walk *w, const struct j_field *f, json_t *v, void *place);

static void decode_object(struct walk *w, const struct j_schema *s, json_t *tree, void *obj);

/* Appends "/name" (RFC 6901 3: ~ and / escaped) and answers the length to go back to. */
static size_t
enter(struct walk *w, const char *name)
{
	size_t before = w->path_n;

	if (w->path_n + 1 < sizeof(w->path))
		w->path[w->path_n++] = '/';
	for (const char *c = name; *c != '\0' && w->path_n + 2 < sizeof(w->path); c++) {
		if (*c == '~' || *c == '/') {
			w->path[w->path_n++] = '~';
			w->path[w->path_n++] = *c == '~' ? '0' : '1';
		} else {
			w->path[w->path_n++] = *c;
		}
	}
	return before;
}

static void
add(struct walk *w, const char *detail)
{
	size_t n = w->path_n;

	/* A name that was cut may end inside a character. */
	while (n > 0 && !utf8_valid((struct str){ w->path, n }))
		n--;
	(void)problem_add(w->problem, arena_copy(w->arena, w->path, n), detail);
}

static struct str
text_of(json_t *v)
{
	return (struct str){ json_string_value(v), json_string_length(v) };
}

static const char *
decode_bool(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	bool yes = json_is_true(v);

	(void)w;
	(void)f;
	if (!json_is_boolean(v))
		return "must be true or false";
	memcpy(place, &yes, sizeof(yes));
	return NULL;
}

static const char *
decode_int(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	if (!json_is_integer(v))
		return "must be a whole number";
	return j_check_int(w->arena, f, json_integer_value(v), place);
}

static const char *
decode_string(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	if (!json_is_string(v))
		return "must be a string";
	return j_check_string(w->arena, f, f->max, text_of(v), place);
}

static const char *
decode_uuid(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	(void)w;
	(void)f;
	return json_is_string(v) ? j_check_uuid(text_of(v), place) : "must be an id";
}

static const char *
decode_word(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	return json_is_string(v) ? j_check_word(w->arena, f, text_of(v), place) : "must be a word";
}

static const char *
decode_time(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	(void)w;
	(void)f;
	return json_is_string(v) ? j_check_time(text_of(v), place) : "must be a time";
}

static const char *
decode_set(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	uint32_t mask = 0;
	size_t n = json_array_size(v);

	if (!json_is_array(v))
		return "must be a list of words";
	for (size_t i = 0; i < n; i++) {
		int word = 0;
		const char *wrong = decode_word(w, f, json_array_get(v, i), &word);

		if (wrong != NULL)
			return wrong;
		if ((mask >> word & 1) != 0)
			return "must not name a word twice";
		mask |= UINT32_C(1) << word;
	}
	if ((f->flags & J_REQUIRED) != 0 && mask == 0)
		return "must name at least one";
	memcpy(place, &mask, sizeof(mask));
	return NULL;
}

static const char *
decode_sub(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	void *obj;

	if (!json_is_object(v))
		return "must be an object";
	obj = arena_alloc(w->arena, f->schema->size, alignof(max_align_t));
	decode_object(w, f->schema, v, obj);
	memcpy(place, &obj, sizeof(obj));
	return NULL;
}

/* An object as text, to be judged later. */
static const char *
keep_text(struct walk *w, json_t *v, void *place)
{
	struct str text;
	char *dumped;

	if (!json_is_object(v))
		return "must be an object";
	dumped = json_dumps(v, JSON_COMPACT);
	if (dumped == NULL)
		return "cannot be kept";
	text.n = strlen(dumped);
	text.s = arena_copy(w->arena, dumped, text.n);
	free(dumped);
	memcpy(place, &text, sizeof(text));
	return NULL;
}

static const char *
decode_item(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	if (f->item == J_STRING)
		return json_is_string(v)
		           ? j_check_string(w->arena, f, f->item_max, text_of(v), place)
		           : "must be a string";
	if (f->item == J_UUID)
		return decode_uuid(w, f, v, place);
	if (f->item == J_OBJECT) {
		if (!json_is_object(v))
			return "must be an object";
		decode_object(w, f->schema, v, place);
		return NULL;
	}
	return f->item == J_RAW ? keep_text(w, v, place) : decode_int(w, f, v, place);
}

static const char *
decode_list(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	struct j_field item = *f;
	struct j_list list = { .n = json_array_size(v) };
	size_t size = j_item_size(f);
	const char *wrong;

	if (!json_is_array(v))
		return "must be a list";
	wrong = j_check_count(w->arena, f, list.n);
	if (wrong != NULL)
		return wrong;
	/* min and max of the row are of the list; its strings are never empty. */
	item.min = f->item == J_STRING ? 1 : INT64_MIN;
	item.max = INT64_MAX;
	list.items = arena_array_(w->arena, list.n, size, alignof(max_align_t));
	for (size_t i = 0; i < list.n; i++) {
		char index[24];
		size_t back;

		(void)snprintf(index, sizeof(index), "%zu", i);
		back = enter(w, index);
		wrong = decode_item(w, &item, json_array_get(v, i), (char *)list.items + i * size);
		if (wrong != NULL)
			add(w, wrong);
		w->path_n = back;
	}
	memcpy(place, &list, sizeof(list));
	return NULL;
}

static const char *
decode_never(struct walk *w, const struct j_field *f, json_t *v, void *place)
{
	(void)w;
	(void)f;
	(void)v;
	(void)place;
	return "cannot be set";
}

static decode_fn *const decoders[] = {
	[J_BOOL] = decode_bool,     [J_INT] = decode_int,    [J_MICRO] = decode_never,
	[J_STRING] = decode_string, [J_UUID] = decode_uuid,  [J_ENUM] = decode_word,
	[J_TIME] = decode_time,     [J_OBJECT] = decode_sub, [J_LIST] = decode_list,
	[J_SET] = decode_set,       [J_RAW] = decode_never,
};

/* The place of a member that was null: its type's own "none", not the default. */
static void
set_null(const struct j_field *f, void *obj)
{
	struct j_field none = *f;

	none.def = f->type == J_ENUM ? -1 : f->type == J_BOOL ? 0 : INT64_MIN;
	j_set_default(&none, obj);
}

static bool
present(json_t *v)
{
	return v != NULL;
}

static void
decode_field(struct walk *w, const struct j_field *f, json_t *v, void *obj)
{
	size_t back = enter(w, f->name);
	const char *wrong = NULL;

	j_set_default(f, obj);
	if (!present(v))
		wrong = (f->flags & J_REQUIRED) != 0 ? "is required" : NULL;
	else if (!json_is_null(v))
		wrong = decoders[f->type](w, f, v, (char *)obj + f->off);
	else if ((f->flags & J_NULLABLE) != 0)
		set_null(f, obj);
	else
		wrong = "must not be null";
	if (wrong != NULL)
		add(w, wrong);
	w->path_n = back;
}

static bool
known(const struct j_schema *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++) {
		if (cstr_eq(s->fields[i].name, name))
			return true;
	}
	return false;
}

static void
refuse_unknown(struct walk *w, const struct j_schema *s, json_t *tree)
{
	for (void *it = json_object_iter(tree); it != NULL; it = json_object_iter_next(tree, it)) {
		size_t back;

		if (known(s, json_object_iter_key(it)))
			continue;
		back = enter(w, json_object_iter_key(it));
		add(w, "is not a known member");
		w->path_n = back;
	}
}

static void
decode_object(struct walk *w, const struct j_schema *s, json_t *tree, void *obj)
{
	uint64_t has = 0;

	refuse_unknown(w, s, tree);
	for (size_t i = 0; i < s->n; i++) {
		json_t *v = json_object_get(tree, s->fields[i].name);

		decode_field(w, &s->fields[i], v, obj);
		if (v != NULL)
			has |= UINT64_C(1) << i;
	}
	if (s->has_off != J_NO_HAS)
		memcpy((char *)obj + s->has_off, &has, sizeof(has));
}

/* The library's words, but where they speak of its own options. */
static const char *
why_unreadable(const json_error_t *err)
{
	return json_error_code(err) == json_error_null_character
	           ? "the character U+0000 is not allowed"
	           : err->text;
}

enum fault
json_decode(struct arena *a, struct problem *p, const struct j_schema *s, struct str text,
            void *obj)
{
	struct walk w = { .arena = a, .problem = p, .path = "#", .path_n = 1 };
	json_error_t err;
	json_t *tree;

	memset(obj, 0, s->size);
	if (json_too_deep(text, JSON_DEPTH_MAX))
		return problem_set(p, FAULT_BAD_JSON, "The body is nested deeper than %d.",
		                   JSON_DEPTH_MAX);
	tree = json_loadb(text.s == NULL ? "" : text.s, text.n, JSON_REJECT_DUPLICATES, &err);
	if (tree == NULL)
		return problem_set(p, FAULT_BAD_JSON, "line %d, column %d: %s", err.line,
		                   err.column, why_unreadable(&err));
	if (json_is_object(tree))
		decode_object(&w, s, tree, obj);
	else
		(void)problem_set(p, FAULT_BAD_JSON, "The body must be a JSON object.");
	json_decref(tree);
	if (p->n_viol > 0 && p->detail[0] == '\0')
		(void)snprintf(p->detail, sizeof(p->detail),
		               "%zu member(s) of the body are not acceptable.", p->n_viol);
	return p->code;
}
