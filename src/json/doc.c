/* SPDX-License-Identifier: Apache-2.0 */
/* doc.c - JSON that is not ours, kept as a tree for the few places that read it. */
#include <stdlib.h>

#include <jansson.h>

#include "json_int.h"

/* The handle is the tree itself; the name keeps jansson's out of the header. */
struct json_doc {
	json_t *tree;
};

struct json_doc *
json_doc_parse(struct str text, size_t max_depth)
{
	struct json_doc *d;
	json_t *tree;

	if (text.s == NULL || json_too_deep(text, max_depth))
		return NULL;
	tree = json_loadb(text.s, text.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(tree)) {
		json_decref(tree);
		return NULL;
	}
	d = malloc(sizeof(*d));
	if (d == NULL) {
		json_decref(tree);
		return NULL;
	}
	d->tree = tree;
	return d;
}

void
json_doc_free(struct json_doc **d)
{
	if (*d == NULL)
		return;
	json_decref((*d)->tree);
	free(*d);
	*d = NULL;
}

bool
json_doc_string(const struct json_doc *d, const char *member, struct str *out)
{
	const json_t *v = json_object_get(d->tree, member);

	if (!json_is_string(v))
		return false;
	*out = (struct str){ json_string_value(v), json_string_length(v) };
	return true;
}

bool
json_doc_int(const struct json_doc *d, const char *member, int64_t *out)
{
	const json_t *v = json_object_get(d->tree, member);

	if (!json_is_integer(v))
		return false;
	*out = json_integer_value(v);
	return true;
}

bool
json_doc_has(const struct json_doc *d, const char *member)
{
	return json_object_get(d->tree, member) != NULL;
}

size_t
json_doc_size(const struct json_doc *d)
{
	return json_object_size(d->tree);
}

void
json_doc_names(const struct json_doc *d, json_name_fn *fn, void *arg)
{
	for (void *i = json_object_iter(d->tree); i != NULL;
	     i = json_object_iter_next(d->tree, i)) {
		if (!fn(json_object_iter_key(i), arg))
			return;
	}
}

static int
put_piece(const char *bytes, size_t n, void *arg)
{
	buf_put(arg, bytes, n);
	return 0;
}

void
json_doc_put(struct buf *b, const struct json_doc *d, const char *member)
{
	const json_t *v = json_object_get(d->tree, member);

	if (v != NULL)
		(void)json_dump_callback(v, put_piece, b, JSON_COMPACT | JSON_ENCODE_ANY);
}

bool
json_doc_null(const struct json_doc *d, const char *member)
{
	return json_is_null(json_object_get(d->tree, member));
}

bool
json_doc_bool(const struct json_doc *d, const char *member, bool *out)
{
	const json_t *v = json_object_get(d->tree, member);

	if (!json_is_boolean(v))
		return false;
	*out = json_is_true(v);
	return true;
}

bool
json_doc_list(const struct json_doc *d, const char *member, size_t *ret_n)
{
	const json_t *v = json_object_get(d->tree, member);

	if (!json_is_array(v))
		return false;
	*ret_n = json_array_size(v);
	return true;
}

bool
json_doc_list_string(const struct json_doc *d, const char *member, size_t i, struct str *out)
{
	const json_t *v = json_array_get(json_object_get(d->tree, member), i);

	if (!json_is_string(v))
		return false;
	*out = (struct str){ json_string_value(v), json_string_length(v) };
	return true;
}

static struct json_doc *
part_of(json_t *v)
{
	struct json_doc *part = json_is_object(v) ? malloc(sizeof(*part)) : NULL;

	if (part != NULL)
		part->tree = json_incref(v);
	return part;
}

struct json_doc *
json_doc_list_object(const struct json_doc *d, const char *member, size_t i)
{
	return part_of(json_array_get(json_object_get(d->tree, member), i));
}

struct json_doc *
json_doc_object(const struct json_doc *d, const char *member)
{
	return part_of(json_object_get(d->tree, member));
}
