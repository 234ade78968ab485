/* SPDX-License-Identifier: Apache-2.0 */
/* flatten.c - a body as paths and values: what Okta, Entra and others nest in different ways comes
 * out the same. */
#include <string.h>

#include "scim_int.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"
#define CORE "urn:ietf:params:scim:schemas:core:2.0:"

/* Without what stands in brackets; false when they do not close. */
static bool
without_filter(struct str text, struct buf *out, struct str *ret_filter)
{
	const char *open = memchr(text.s, '[', text.n);
	const char *close;

	*ret_filter = (struct str){ NULL, 0 };
	if (open == NULL) {
		buf_str(out, text);
		return true;
	}
	close = memrchr(text.s, ']', text.n);
	if (close == NULL || close < open)
		return false;
	*ret_filter = (struct str){ open + 1, (size_t)(close - open - 1) };
	buf_put(out, text.s, (size_t)(open - text.s));
	buf_put(out, close + 1, (size_t)(text.s + text.n - close - 1));
	return true;
}

static bool
path_bytes(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
		      c == '-' || c == '$'))
			return false;
	}
	return s.n > 0;
}

const char *
scim_path(struct arena *a, struct str text, struct str *ret_filter)
{
	struct buf b = { 0 };
	struct str s;
	char *lower;

	if (!without_filter(str_trim(text), &b, ret_filter)) {
		buf_free(&b);
		return NULL;
	}
	lower = str_lower(a, (struct str){ b.s != NULL ? b.s : "", b.n });
	buf_free(&b);
	s = str_of(lower);
	if (str_starts(s, STR(ENTERPRISE))) {
		s.s += sizeof(ENTERPRISE) - 1;
		s.n -= sizeof(ENTERPRISE) - 1;
		if (s.n == 0)
			return "ent";
		s = str_of(arena_printf(a, "ent.%.*s", (int)(s.n - 1), s.s + 1));
	} else if (str_starts(s, STR(CORE))) {
		const char *colon = memchr(s.s + sizeof(CORE) - 1, ':', s.n - (sizeof(CORE) - 1));

		if (colon == NULL)
			return NULL;
		s = (struct str){ colon + 1, (size_t)(s.s + s.n - colon - 1) };
	}
	return path_bytes(s) ? arena_copy(a, s.s, s.n) : NULL;
}

bool
scim_truth(const struct scim_value *v, bool *out)
{
	if (v->kind == SCIM_BOOL) {
		*out = v->truth;
		return true;
	}
	if (v->kind != SCIM_STRING)
		return false;
	*out = str_eq_nocase(v->text, STR("true"));
	return *out || str_eq_nocase(v->text, STR("false"));
}

struct walk {
	struct rq *rq;
	const struct json_doc *doc;
	const char *prefix;
	scim_leaf_fn *fn;
	void *arg;
	enum fault fault;
	int depth;
};

static enum fault flatten(struct walk *w);

/* The one of a list that stands for all. */
static struct json_doc *
chosen_of(const struct json_doc *d, const char *member, size_t n)
{
	struct json_doc *best = NULL;
	int best_rank = -1;

	for (size_t i = 0; i < n; i++) {
		struct json_doc *one = json_doc_list_object(d, member, i);
		struct str type = { NULL, 0 };
		bool primary = false;
		int rank;

		if (one == NULL)
			continue;
		(void)json_doc_bool(one, "primary", &primary);
		(void)json_doc_string(one, "type", &type);
		rank = primary ? 2 : str_eq_nocase(type, STR("work")) ? 1 : 0;
		if (rank > best_rank) {
			json_doc_free(&best);
			best = one;
			best_rank = rank;
		} else {
			json_doc_free(&one);
		}
	}
	return best;
}

static enum fault
flatten_below(struct walk *w, struct json_doc *part, const char *path)
{
	struct walk below = *w;
	enum fault e;

	below.doc = part;
	below.prefix = path;
	below.depth++;
	e = below.depth > SCIM_DEPTH_MAX ? FAULT_NONE : flatten(&below);
	json_doc_free(&part);
	return e;
}

enum fault
scim_flatten_member(struct rq *rq, const struct json_doc *d, const char *member, const char *path,
                    scim_leaf_fn *fn, void *arg)
{
	struct walk w = { .rq = rq, .doc = d, .prefix = path, .fn = fn, .arg = arg };
	struct json_doc *part = json_doc_object(d, member);
	struct scim_value v = { .kind = SCIM_OTHER };
	size_t n;

	if (part == NULL && json_doc_list(d, member, &n)) {
		part = chosen_of(d, member, n);
		if (part == NULL)
			return FAULT_NONE; /* empty, or of plain words, which nobody here keeps */
	}
	if (part != NULL)
		return flatten_below(&w, part, path);
	if (json_doc_null(d, member))
		v.kind = SCIM_NULL;
	else if (json_doc_bool(d, member, &v.truth))
		v.kind = SCIM_BOOL;
	else if (json_doc_string(d, member, &v.text))
		v.kind = SCIM_STRING;
	if (v.kind == SCIM_STRING && memchr(v.text.s, '\0', v.text.n) != NULL)
		return scim_fail(rq, "invalidValue", "%s has a NUL.", path);
	return fn(rq, path, &v, arg);
}

static bool
each(const char *member, void *arg)
{
	struct walk *w = arg;
	struct str filter;
	const char *name = scim_path(w->rq->arena, str_of(member), &filter);

	if (name == NULL)
		return true; /* of an extension that nobody here keeps */
	if (w->prefix[0] != '\0')
		name = arena_printf(w->rq->arena, "%s.%s", w->prefix, name);
	w->fault = scim_flatten_member(w->rq, w->doc, member, name, w->fn, w->arg);
	return w->fault == FAULT_NONE;
}

static enum fault
flatten(struct walk *w)
{
	w->fault = FAULT_NONE;
	json_doc_names(w->doc, each, w);
	return w->fault;
}

enum fault
scim_flatten(struct rq *rq, const struct json_doc *d, const char *prefix, scim_leaf_fn *fn,
             void *arg)
{
	struct walk w = { .rq = rq, .doc = d, .prefix = prefix, .fn = fn, .arg = arg };

	return flatten(&w);
}
