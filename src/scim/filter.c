/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.c - filters of RFC 7644 3.4.2.2, parsed to a tree that is held against each resource.
 * Nothing of a filter ever becomes the text of a statement.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scim_int.h"

enum kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST };
enum test {
	TEST_EQ,
	TEST_NE,
	TEST_CO,
	TEST_SW,
	TEST_EW,
	TEST_GT,
	TEST_GE,
	TEST_LT,
	TEST_LE,
	TEST_PR
};

static const char *const test_words[] = {
	"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"
};

struct scim_filter {
	enum kind kind;
	const struct scim_filter *left, *right; /* NODE_NOT: left */
	enum test test;
	const char *path;
	struct str value; /* s == NULL: null */
};

struct parser {
	struct rq *rq;
	struct str rest;
	const char *prefix; /* of a value path: "emails." */
	int depth;
	bool failed;
};

enum fault
scim_fail(struct rq *rq, const char *type, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)rq_fail(rq, FAULT_INVALID, "%s", text);
	return problem_add(&rq->problem, type, "see detail");
}

static const struct scim_filter *
wrong(struct parser *p)
{
	p->failed = true;
	return NULL;
}

static void
skip(struct parser *p)
{
	while (p->rest.n > 0 && p->rest.s[0] == ' ') {
		p->rest.s++;
		p->rest.n--;
	}
}

static bool
word_byte(char c)
{
	return c != ' ' && c != '(' && c != ')' && c != '[' && c != ']' && c != '"';
}

/* The next word, which stays unless it is taken. */
static struct str
peek(struct parser *p)
{
	size_t n = 0;

	skip(p);
	while (n < p->rest.n && word_byte(p->rest.s[n]))
		n++;
	return (struct str){ p->rest.s, n };
}

static void
take(struct parser *p, size_t n)
{
	p->rest.s += n;
	p->rest.n -= n;
}

static bool
take_word(struct parser *p, const char *word)
{
	struct str w = peek(p);

	if (!str_eq_nocase(w, str_of(word)))
		return false;
	take(p, w.n);
	return true;
}

static bool
take_char(struct parser *p, char c)
{
	skip(p);
	if (p->rest.n == 0 || p->rest.s[0] != c)
		return false;
	take(p, 1);
	return true;
}

static struct scim_filter *
node(struct parser *p, enum kind kind)
{
	struct scim_filter *f = arena_new(p->rq->arena, struct scim_filter);

	*f = (struct scim_filter){ .kind = kind };
	return f;
}

static const struct scim_filter *
both(struct parser *p, enum kind kind, const struct scim_filter *left,
     const struct scim_filter *right)
{
	struct scim_filter *f = node(p, kind);

	if (left == NULL || right == NULL)
		return wrong(p);
	f->left = left;
	f->right = right;
	return f;
}

static const struct scim_filter *parse_or(struct parser *p);

/* A JSON string, with JSON's own escapes: the reader of bodies reads it. */
static bool
parse_string(struct parser *p, struct str *out)
{
	size_t n = 1;
	struct json_doc *d;
	bool good;

	while (n < p->rest.n && p->rest.s[n] != '"')
		n += p->rest.s[n] == '\\' ? 2 : 1;
	if (n >= p->rest.n)
		return false;
	n++;
	d = json_doc_parse(str_of(arena_printf(p->rq->arena, "{\"v\":%.*s}", (int)n, p->rest.s)),
	                   2);
	good = d != NULL && json_doc_string(d, "v", out);
	if (good)
		*out = (struct str){ arena_copy(p->rq->arena, out->s, out->n), out->n };
	json_doc_free(&d);
	take(p, n);
	return good;
}

static bool
parse_value(struct parser *p, struct str *out)
{
	struct str w;

	skip(p);
	if (p->rest.n > 0 && p->rest.s[0] == '"')
		return parse_string(p, out);
	w = peek(p);
	take(p, w.n);
	*out = w;
	if (str_is(w, "null"))
		*out = (struct str){ NULL, 0 };
	return w.n > 0;
}

/* "eq value" or "pr", of an attribute. */
static const struct scim_filter *
parse_test(struct parser *p, const char *path)
{
	struct str w = peek(p);
	struct scim_filter *f = node(p, NODE_TEST);

	take(p, w.n);
	f->path = path;
	for (size_t i = 0; i < sizeof(test_words) / sizeof(test_words[0]); i++) {
		if (!str_eq_nocase(w, str_of(test_words[i])))
			continue;
		f->test = (enum test)i;
		if (f->test == TEST_PR || parse_value(p, &f->value))
			return f;
	}
	return wrong(p);
}

static const char *
path_of(struct parser *p, struct str word)
{
	struct str filter;
	const char *path = scim_path(p->rq->arena, word, &filter);

	if (path == NULL || filter.s != NULL)
		return NULL;
	return arena_printf(p->rq->arena, "%s%s", p->prefix, path);
}

/* emails[type eq "work"], and with a test of one of its parts behind it, as Entra writes it. */
static const struct scim_filter *
parse_value_path(struct parser *p, const char *path)
{
	const char *before = p->prefix;
	const struct scim_filter *inner;
	struct str part;

	p->prefix = arena_printf(p->rq->arena, "%s.", path);
	inner = parse_or(p);
	p->prefix = before;
	if (inner == NULL || !take_char(p, ']'))
		return wrong(p);
	if (p->rest.n == 0 || p->rest.s[0] != '.')
		return inner;
	take(p, 1);
	part = peek(p);
	take(p, part.n);
	return both(p, NODE_AND, inner,
	            parse_test(p, arena_printf(p->rq->arena, "%s.%s", path,
	                                       str_lower(p->rq->arena, part))));
}

static const struct scim_filter *
parse_factor(struct parser *p)
{
	const struct scim_filter *inner;
	struct scim_filter *f;
	const char *path;
	struct str w;
	bool not_;

	not_ = take_word(p, "not");
	if (take_char(p, '(')) {
		inner = parse_or(p);
		if (inner == NULL || !take_char(p, ')'))
			return wrong(p);
		if (!not_)
			return inner;
		f = node(p, NODE_NOT);
		f->left = inner;
		return f;
	}
	w = peek(p);
	path = not_ || w.n == 0 ? NULL : path_of(p, w);
	take(p, w.n);
	if (path == NULL)
		return wrong(p);
	if (p->rest.n > 0 && p->rest.s[0] == '[') {
		take(p, 1);
		return parse_value_path(p, path);
	}
	return parse_test(p, path);
}

static const struct scim_filter *
parse_and(struct parser *p)
{
	const struct scim_filter *left = parse_factor(p);

	while (left != NULL && take_word(p, "and"))
		left = both(p, NODE_AND, left, parse_factor(p));
	return left;
}

static const struct scim_filter *
parse_or(struct parser *p)
{
	const struct scim_filter *left;

	if (++p->depth > SCIM_FILTER_DEPTH_MAX)
		return wrong(p);
	left = parse_and(p);
	while (left != NULL && take_word(p, "or"))
		left = both(p, NODE_OR, left, parse_and(p));
	p->depth--;
	return left;
}

const struct scim_filter *
scim_filter_parse(struct rq *rq, struct str text)
{
	struct parser p = { .rq = rq, .rest = text, .prefix = "" };
	const struct scim_filter *f = text.n <= SCIM_FILTER_MAX ? parse_or(&p) : NULL;

	skip(&p);
	if (f != NULL && !p.failed && p.rest.n == 0)
		return f;
	(void)scim_fail(
	    rq, "invalidFilter",
	    "The filter is none of RFC 7644, longer than %d bytes, or nests deeper than %d.",
	    SCIM_FILTER_MAX, SCIM_FILTER_DEPTH_MAX);
	return NULL;
}

/* --- holding it against a resource --- */

static int
compare(struct str a, struct str b)
{
	const size_t n = a.n < b.n ? a.n : b.n;
	const int c = n > 0 ? strncasecmp(a.s, b.s, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static bool
contains(struct str text, struct str part)
{
	for (size_t i = 0; i + part.n <= text.n; i++) {
		if (str_eq_nocase((struct str){ text.s + i, part.n }, part))
			return true;
	}
	return false;
}

static bool
test_holds(const struct scim_filter *f, bool has, struct str value)
{
	if (f->test == TEST_PR)
		return has && value.n > 0;
	if (f->value.s == NULL) /* null: nothing there */
		return f->test == TEST_EQ ? !has : f->test == TEST_NE && has;
	if (!has)
		return f->test == TEST_NE;
	switch (f->test) {
	case TEST_EQ:
		return str_eq_nocase(value, f->value);
	case TEST_NE:
		return !str_eq_nocase(value, f->value);
	case TEST_CO:
		return contains(value, f->value);
	case TEST_SW:
		return value.n >= f->value.n &&
		       str_eq_nocase((struct str){ value.s, f->value.n }, f->value);
	case TEST_EW:
		return value.n >= f->value.n &&
		       str_eq_nocase((struct str){ value.s + value.n - f->value.n, f->value.n },
		                     f->value);
	case TEST_GT:
		return compare(value, f->value) > 0;
	case TEST_GE:
		return compare(value, f->value) >= 0;
	case TEST_LT:
		return compare(value, f->value) < 0;
	case TEST_LE:
		return compare(value, f->value) <= 0;
	default:
		return false;
	}
}

bool
scim_filter_holds(const struct scim_filter *f, scim_get_fn *get, const void *resource)
{
	struct str value = { NULL, 0 };
	bool has;

	switch (f->kind) {
	case NODE_AND:
		return scim_filter_holds(f->left, get, resource) &&
		       scim_filter_holds(f->right, get, resource);
	case NODE_OR:
		return scim_filter_holds(f->left, get, resource) ||
		       scim_filter_holds(f->right, get, resource);
	case NODE_NOT:
		return !scim_filter_holds(f->left, get, resource);
	case NODE_TEST:
		break;
	}
	has = get(resource, f->path, &value);
	return test_holds(f, has, value);
}

bool
scim_filter_wants(const struct scim_filter *f, const char *path, struct str *out)
{
	if (f->kind == NODE_AND)
		return scim_filter_wants(f->left, path, out) ||
		       scim_filter_wants(f->right, path, out);
	if (f->kind != NODE_TEST || f->test != TEST_EQ || f->value.s == NULL ||
	    !cstr_eq(f->path, path))
		return false;
	*out = f->value;
	return true;
}

enum fault
scim_filter_check(struct rq *rq, const struct scim_filter *f, bool (*known)(const char *path))
{
	enum fault e = FAULT_NONE;

	if (f->kind == NODE_TEST && !known(f->path))
		return scim_fail(rq, "invalidFilter", "Nothing is filtered by %s.", f->path);
	if (f->left != NULL)
		e = scim_filter_check(rq, f->left, known);
	if (!e && f->right != NULL)
		e = scim_filter_check(rq, f->right, known);
	return e;
}
