/* SPDX-License-Identifier: Apache-2.0 */
/* path.c - request targets and path patterns: compiled once, matched segment by segment, never by
 * prefix. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_int.h"

const char *const http_method_names[HTTP__METHODS + 1] = {
	[HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",
	[HTTP_POST] = "POST",       [HTTP_PUT] = "PUT",
	[HTTP_PATCH] = "PATCH",     [HTTP_DELETE] = "DELETE",
	[HTTP_OPTIONS] = "OPTIONS", NULL,
};

enum http_method
http_method_of(struct str name)
{
	for (int m = 0; m < HTTP__METHODS; m++) {
		if (str_is(name, http_method_names[m]))
			return (enum http_method)m;
	}
	return HTTP__METHODS;
}

static bool
name_is_id(struct str name)
{
	return str_is(name, "id") || (name.n > 3 && memcmp(name.s + name.n - 3, "_id", 3) == 0);
}

static bool
segment_compile(struct str part, struct path_segment *out)
{
	size_t n = part.n;

	if (n == 0)
		return false;
	*out = (struct path_segment){ .text = part };
	if (part.s[0] != '{')
		return memchr(part.s, '{', n) == NULL && memchr(part.s, '}', n) == NULL;
	if (n < 3 || part.s[n - 1] != '}')
		return false;
	out->text = (struct str){ part.s + 1, n - 2 };
	out->param = true;
	out->is_id = name_is_id(out->text);
	return memchr(out->text.s, '{', out->text.n) == NULL;
}

bool
path_row_compile(const char *pattern, struct path_row *out, char *err, size_t err_n)
{
	struct str rest = str_of(pattern), part;
	size_t ids = 0, texts = 0;

	memset(out, 0, sizeof(*out));
	if (rest.n < 2 || rest.s[0] != '/') {
		snprintf(err, err_n, "the path must begin with '/' and name something");
		return false;
	}
	rest.s++;
	rest.n--;
	while (str_split(&rest, '/', &part)) {
		if (out->n == PATH_SEGMENTS_MAX || !segment_compile(part, &out->seg[out->n])) {
			snprintf(err, err_n, "the path has a bad segment or too many");
			return false;
		}
		ids += out->seg[out->n].param && out->seg[out->n].is_id;
		texts += out->seg[out->n].param && !out->seg[out->n].is_id;
		out->n++;
	}
	if (ids > 2 || texts > 2) {
		snprintf(err, err_n, "the path has more than two ids or two texts");
		return false;
	}
	return true;
}

static bool
row_same_path(const struct path_row *a, const struct path_row *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->seg[i].param != b->seg[i].param || !str_eq(a->seg[i].text, b->seg[i].text))
			return false;
	}
	return true;
}

/* Literals first, so that /v1/leads/import is not taken for a lead. */
static int
row_cmp(const void *pa, const void *pb)
{
	const struct path_row *a = pa, *b = pb;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (size_t i = 0; i < a->n; i++) {
		if (a->seg[i].param != b->seg[i].param)
			return a->seg[i].param ? 1 : -1;
	}
	return 0;
}

static void
table_add(struct path_table *t, const struct route *r, size_t index)
{
	struct path_row row;
	char err[80];
	size_t at;

	if (!path_row_compile(r->path, &row, err, sizeof(err)))
		return; /* routes_check has refused it already */
	for (at = 0; at < t->n && !row_same_path(&t->rows[at], &row); at++)
		;
	if (at == t->n)
		t->rows[t->n++] = row;
	t->rows[at].route[r->method] = r;
	t->rows[at].index[r->method] = index;
}

static bool
route_pool_is(const struct route *r, enum pool pool)
{
	return (pool == POOL_LINK) == ((r->flags & ROUTE_LINK_HOST) != 0);
}

struct path_table *
path_table_create(const struct route_table *tables, enum pool pool)
{
	struct path_table *t = calloc(1, sizeof(*t));
	size_t n = 0, index = 0;

	for (const struct route_table *f = tables; f->feature; f++)
		n += f->n;
	if (t)
		t->rows = calloc(n + 1, sizeof(*t->rows));
	if (!t || !t->rows) {
		free(t);
		return NULL;
	}
	for (const struct route_table *f = tables; f->feature; f++) {
		for (size_t i = 0; i < f->n; i++, index++) {
			if (route_pool_is(&f->rows[i], pool))
				table_add(t, &f->rows[i], index);
		}
	}
	t->n_routes = n;
	qsort(t->rows, t->n, sizeof(*t->rows), row_cmp);
	return t;
}

void
path_table_destroy(struct path_table **t)
{
	if (!*t)
		return;
	free((*t)->rows);
	free(*t);
	*t = NULL;
}

static bool
row_fits(const struct path_row *row, const struct str *part, size_t n)
{
	if (row->n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (row->seg[i].param ? part[i].n == 0 : !str_eq(row->seg[i].text, part[i]))
			return false;
	}
	return true;
}

static void
match_take(struct path_match *out, const struct path_row *row, const struct str *part,
           enum http_method method)
{
	/* HEAD is a GET without its body unless a row takes it as such. */
	enum http_method m = method == HTTP_HEAD && !row->route[HTTP_HEAD] ? HTTP_GET : method;

	for (int i = 0; i < HTTP__METHODS; i++) {
		if (row->route[i])
			out->allow |= 1u << i;
		if (row->route[i] && i == HTTP_GET)
			out->allow |= 1u << HTTP_HEAD;
		if (row->route[i] && (row->route[i]->flags & ROUTE_CORS))
			out->allow |= 1u << HTTP_OPTIONS;
	}
	if (out->route || m >= HTTP__METHODS || !row->route[m])
		return;
	out->route = row->route[m];
	out->index = row->index[m];
	out->n_params = 0;
	for (size_t i = 0; i < row->n; i++) {
		if (!row->seg[i].param || out->n_params == PATH_PARAMS_MAX)
			continue;
		out->param[out->n_params] = part[i];
		out->is_id[out->n_params++] = row->seg[i].is_id;
	}
}

bool
path_find(const struct path_table *t, struct str path, enum http_method method,
          struct path_match *out)
{
	struct str part[PATH_SEGMENTS_MAX], rest = path;
	size_t n = 0;
	bool found = false;

	memset(out, 0, sizeof(*out));
	if (rest.n < 2 || rest.s[0] != '/')
		return false;
	rest.s++;
	rest.n--;
	while (n < PATH_SEGMENTS_MAX && str_split(&rest, '/', &part[n]))
		n++;
	if (rest.s)
		return false; /* longer than any pattern */
	for (size_t i = 0; i < t->n; i++) {
		if (!row_fits(&t->rows[i], part, n))
			continue;
		found = true;
		match_take(out, &t->rows[i], part, method);
	}
	return found;
}

static bool
segment_sound(struct str part, bool last)
{
	if (str_is(part, ".") || str_is(part, ".."))
		return false;
	return part.n > 0 || last; /* "//" is refused, a slash at the end is just not found */
}

static bool
has_encoded_slash(struct str s)
{
	for (size_t i = 0; i + 2 < s.n; i++) {
		if (s.s[i] == '%' &&
		    ((s.s[i + 1] == '2' && (s.s[i + 2] == 'F' || s.s[i + 2] == 'f')) ||
		     (s.s[i + 1] == '5' && (s.s[i + 2] == 'C' || s.s[i + 2] == 'c'))))
			return true;
	}
	return false;
}

bool
path_split(struct arena *a, struct str target, struct str *path, struct str *query)
{
	const char *mark = target.n ? memchr(target.s, '?', target.n) : NULL;
	struct str raw = target, rest, part;

	*query = (struct str){ "", 0 };
	if (mark) {
		raw.n = (size_t)(mark - target.s);
		*query = (struct str){ mark + 1, target.n - raw.n - 1 };
	}
	if (raw.n == 0 || raw.n > PATH_BYTES_MAX || raw.s[0] != '/' || has_encoded_slash(raw) ||
	    memchr(raw.s, '\\', raw.n))
		return false;
	*path = raw;
	if (memchr(raw.s, '%', raw.n)) {
		const char *plain = url_decode(a, raw, false);

		if (!plain)
			return false;
		*path = str_of(plain);
	}
	for (size_t i = 0; i < path->n; i++) {
		if ((unsigned char)path->s[i] < 0x20 || path->s[i] == 0x7f)
			return false;
	}
	rest = (struct str){ path->s + 1, path->n - 1 };
	while (str_split(&rest, '/', &part)) {
		if (!segment_sound(part, rest.s == NULL))
			return false;
	}
	return true;
}

void
path_allow_print(struct buf *b, unsigned allow)
{
	const char *comma = "";

	for (int m = 0; m < HTTP__METHODS; m++) {
		if (!(allow & (1u << m)))
			continue;
		buf_cstr(b, comma);
		buf_cstr(b, http_method_names[m]);
		comma = ", ";
	}
}

bool
url_text_safe(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] <= 0x20 || s.s[i] >= 0x7f || s.s[i] == '<' || s.s[i] == '>' ||
		    s.s[i] == '"')
			return false;
	}
	return true;
}
