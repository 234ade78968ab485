/* SPDX-License-Identifier: Apache-2.0 */
/* query.c - a query string into a struct, by the same kind of table as a body. */
#include <string.h>

#include "json_int.h"

enum { MICRO_DIGITS_MAX = 12 }; /* times a million fits 64 bits */

struct pair {
	struct str name;
	const char *value; /* NULL: no "=" or not decodable */
};

static bool
next_pair(struct arena *a, struct str *rest, struct pair *out)
{
	struct str part, value;

	if (!str_split(rest, '&', &part))
		return false;
	value = part;
	(void)str_split(&value, '=', &out->name);
	out->value = value.s == NULL ? NULL : url_decode(a, value, true);
	return true;
}

static void
add(struct arena *a, struct problem *p, struct str name, const char *detail)
{
	char shown[48] = "?";
	size_t n = 1;

	/* The name is the client's: only plain characters of it are shown again. */
	for (size_t i = 0; i < name.n && n < sizeof(shown) - 1; i++)
		shown[n++] = (char)(name.s[i] > ' ' && name.s[i] < 0x7f ? name.s[i] : '.');
	(void)problem_set(p, FAULT_BAD_QUERY, "Some query parameters are not acceptable.");
	(void)problem_add(p, arena_copy(a, shown, n), detail);
}

static const char *
read_bool(struct str v, void *place)
{
	bool yes = str_is(v, "true");

	if (!yes && !str_is(v, "false"))
		return "must be true or false";
	memcpy(place, &yes, sizeof(yes));
	return NULL;
}

static const char *
read_int(struct arena *a, const struct j_field *f, struct str v, void *place)
{
	int64_t n;

	return str_int64(v, &n) ? j_check_int(a, f, n, place) : "must be a whole number";
}

/* "0.4", ".4", "1": at most six decimals, so that millionths are exact. */
static const char *
read_micro(struct arena *a, const struct j_field *f, struct str v, void *place)
{
	static const char wrong[] = "must be a decimal number with at most 6 decimals";
	int64_t n = 0;
	size_t digits = 0, decimals = 0;
	bool point = false;

	for (size_t i = 0; i < v.n; i++) {
		if (v.s[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (v.s[i] < '0' || v.s[i] > '9' || ++digits > MICRO_DIGITS_MAX)
			return wrong;
		n = n * 10 + (v.s[i] - '0');
		decimals += point;
	}
	if (digits == 0 || decimals > 6)
		return wrong;
	for (; decimals < 6; decimals++)
		n *= 10;
	if (n < f->min || n > f->max)
		return arena_printf(a, "must be from %g to %g", (double)f->min / 1e6,
		                    (double)f->max / 1e6);
	memcpy(place, &n, sizeof(n));
	return NULL;
}

static const char *
read_set(struct arena *a, const struct j_field *f, struct str v, void *place)
{
	uint32_t mask = 0;
	struct str word;

	while (str_split(&v, ',', &word)) {
		int i = 0;
		const char *wrong = j_check_word(a, f, word, &i);

		if (wrong != NULL)
			return wrong;
		mask |= UINT32_C(1) << i;
	}
	memcpy(place, &mask, sizeof(mask));
	return NULL;
}

static size_t
count_items(struct str v)
{
	size_t n = 0;
	struct str item;

	while (str_split(&v, ',', &item))
		n++;
	return n;
}

static const char *
read_item(struct arena *a, const struct j_field *f, struct str v, void *place)
{
	struct j_field item = *f;

	item.min = f->item == J_STRING ? 1 : INT64_MIN;
	item.max = INT64_MAX;
	if (f->item == J_UUID)
		return j_check_uuid(v, place);
	if (f->item == J_INT)
		return read_int(a, &item, v, place);
	return j_check_string(a, &item, f->item_max, v, place);
}

static const char *
read_list(struct arena *a, const struct j_field *f, struct str v, void *place)
{
	struct j_list list = { .n = count_items(v) };
	size_t size = j_item_size(f), i = 0;
	const char *wrong = j_check_count(a, f, list.n);
	struct str item;

	if (wrong != NULL)
		return wrong;
	list.items = arena_array_(a, list.n, size, alignof(max_align_t));
	while (wrong == NULL && str_split(&v, ',', &item))
		wrong = read_item(a, f, item, (char *)list.items + i++ * size);
	if (wrong == NULL)
		memcpy(place, &list, sizeof(list));
	return wrong;
}

static const char *
read_value(struct arena *a, const struct j_field *f, struct str v, void *place)
{
	switch (f->type) {
	case J_BOOL:
		return read_bool(v, place);
	case J_INT:
		return read_int(a, f, v, place);
	case J_MICRO:
		return read_micro(a, f, v, place);
	case J_STRING:
		return j_check_string(a, f, f->max, v, (const char **)place);
	case J_UUID:
		return j_check_uuid(v, place);
	case J_ENUM:
		return j_check_word(a, f, v, place);
	case J_TIME:
		return j_check_time(v, place);
	case J_SET:
		return read_set(a, f, v, place);
	case J_LIST:
		return read_list(a, f, v, place);
	default:
		return "cannot be set";
	}
}

static bool
skipped(const char *const *skip, struct str name)
{
	for (size_t i = 0; skip != NULL && skip[i] != NULL; i++) {
		if (str_is(name, skip[i]))
			return true;
	}
	return false;
}

static size_t
find_field(const struct j_schema *s, struct str name)
{
	size_t i = 0;

	while (i < s->n && !str_is(name, s->fields[i].name))
		i++;
	return i;
}

static const char *
take(struct arena *a, const struct j_schema *s, const struct pair *pair, uint64_t *has, void *obj)
{
	size_t i = find_field(s, pair->name);
	const struct j_field *f = &s->fields[i];

	if (i == s->n)
		return "is not a known parameter";
	if ((*has >> i & 1) != 0)
		return "is given twice";
	*has |= UINT64_C(1) << i;
	if (pair->value == NULL || pair->value[0] == '\0')
		return "needs a value";
	return read_value(a, f, str_of(pair->value), (char *)obj + f->off);
}

enum fault
query_decode(struct arena *a, struct problem *p, const struct j_schema *s, struct str text,
             const char *const *skip, void *obj)
{
	struct pair pair;
	uint64_t has = 0;

	memset(obj, 0, s->size);
	for (size_t i = 0; i < s->n; i++)
		j_set_default(&s->fields[i], obj);
	if (text.n == 0)
		text.s = NULL;
	while (next_pair(a, &text, &pair)) {
		const char *wrong;

		if (skipped(skip, pair.name))
			continue;
		wrong = take(a, s, &pair, &has, obj);
		if (wrong != NULL)
			add(a, p, pair.name, wrong);
	}
	for (size_t i = 0; i < s->n; i++) {
		if ((s->fields[i].flags & J_REQUIRED) != 0 && (has >> i & 1) == 0)
			add(a, p, str_of(s->fields[i].name), "is required");
	}
	if (s->has_off != J_NO_HAS)
		memcpy((char *)obj + s->has_off, &has, sizeof(has));
	return p->code;
}

bool
query_get(struct arena *a, struct str text, const char *name, struct str *out)
{
	struct pair pair;

	if (text.n == 0)
		return false;
	while (next_pair(a, &text, &pair)) {
		if (!str_is(pair.name, name))
			continue;
		*out = str_of(pair.value != NULL ? pair.value : "");
		return true;
	}
	return false;
}
