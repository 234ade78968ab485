/* SPDX-License-Identifier: Apache-2.0 */
/* pattern.c - regular expressions, by PCRE2 with its compiler to machine code; the only file that
 * knows it. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rostra/pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MATCH_STEPS = 20000, REASON_BYTES = 128 };

struct pattern {
	pcre2_code *code;
	pcre2_match_context *bounds;
};

struct pattern *
pattern_compile(struct str text, char *err, size_t err_n)
{
	unsigned char reason[REASON_BYTES];
	struct pattern *p = calloc(1, sizeof(*p));
	int error = 0;
	size_t at = 0;

	if (p == NULL) {
		snprintf(err, err_n, "out of memory");
		return NULL;
	}
	p->bounds = pcre2_match_context_create(NULL);
	p->code =
	    pcre2_compile((PCRE2_SPTR)text.s, text.n, PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	if (p->code == NULL || p->bounds == NULL) {
		(void)pcre2_get_error_message(error, reason, sizeof(reason));
		snprintf(err, err_n, "%s at character %zu", (const char *)reason, at + 1);
		pattern_free(&p);
		return NULL;
	}
	(void)pcre2_set_match_limit(p->bounds, MATCH_STEPS);
	/* Without it matching is slower and means the same. */
	(void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	return p;
}

bool
pattern_matches(const struct pattern *p, struct str subject)
{
	pcre2_match_data *found = pcre2_match_data_create(1, NULL);
	PCRE2_SPTR s = (PCRE2_SPTR)(subject.n > 0 ? subject.s : "");
	int n;

	if (found == NULL)
		return false;
	n = pcre2_match(p->code, s, subject.n, 0, 0, found, p->bounds);
	pcre2_match_data_free(found);
	return n >= 0;
}

void
pattern_free(struct pattern **p)
{
	if (*p == NULL)
		return;
	pcre2_code_free((*p)->code);
	pcre2_match_context_free((*p)->bounds);
	free(*p);
	*p = NULL;
}

/* --- what every match contains --- */

/* A run of plain characters while the pattern is read; best is kept in out. */
struct run {
	char *out, *now;
	size_t n, best;
	bool broken; /* something else than plain characters was there */
};

static void
run_end(struct run *r)
{
	if (r->n > r->best) {
		memcpy(r->out, r->now, r->n);
		r->best = r->n;
	}
	r->n = 0;
	r->broken = true;
}

static bool
alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Behind the bracket that begins at i; text.n when it does not end. */
static size_t
skip_bracket(struct str text, size_t i)
{
	i++;
	if (i < text.n && text.s[i] == '^')
		i++;
	if (i < text.n && text.s[i] == ']')
		i++; /* the first one is a member */
	while (i < text.n && text.s[i] != ']') {
		if (text.s[i] == '[' && i + 1 < text.n && text.s[i + 1] == ':') {
			i += 2;
			while (i + 1 < text.n && !(text.s[i] == ':' && text.s[i + 1] == ']'))
				i++;
			i++;
		} else if (text.s[i] == '\\') {
			i++;
		}
		i++;
	}
	return i < text.n ? i + 1 : text.n;
}

/* Behind the group that begins at i; text.n when it does not end. */
static size_t
skip_group(struct str text, size_t i)
{
	int depth = 0;

	while (i < text.n) {
		char c = text.s[i];

		if (c == '[') {
			i = skip_bracket(text, i);
			continue;
		}
		depth += (c == '(') - (c == ')');
		i += c == '\\' ? 2 : 1;
		if (depth == 0)
			return i;
	}
	return text.n;
}

/* Behind the "{2,3}" that begins at i. */
static size_t
skip_count(struct str text, size_t i)
{
	const char *end = memchr(text.s + i, '}', text.n - i);

	return end != NULL ? (size_t)(end - text.s) + 1 : text.n;
}

/* One element from i on; answers where the next begins. */
static size_t
run_step(struct run *r, struct str text, size_t i)
{
	char c = text.s[i];

	if (c == '(' || c == '[') {
		run_end(r);
		return c == '(' ? skip_group(text, i) : skip_bracket(text, i);
	}
	if (c == '\\' && i + 1 < text.n && !alphanumeric(text.s[i + 1])) {
		r->now[r->n++] = text.s[i + 1];
		return i + 2;
	}
	if (c == '\\') {
		run_end(r);
		return i + 2;
	}
	if (memchr("?*{", c, 3) != NULL && r->n > 0)
		r->n--; /* the character before it may be absent */
	if (memchr(".^$?*+{", c, 7) != NULL) {
		run_end(r);
		return c == '{' ? skip_count(text, i) : i + 1;
	}
	r->now[r->n++] = c;
	return i + 1;
}

/* A choice of whole patterns, options, and escapes that give characters by number: what they match
 * is not told here. */
static bool
beyond_us(struct str text, size_t i)
{
	static const char plain_escapes[] = "dDwWsSbBAzZ";
	char c = text.s[i], next = i + 1 < text.n ? text.s[i + 1] : '\0';

	if (c == '(')
		return next == '?' || next == '*';
	if (c == '\\')
		return alphanumeric(next) &&
		       memchr(plain_escapes, next, sizeof(plain_escapes) - 1) == NULL;
	return c == '|';
}

size_t
pattern_literal(struct str text, char *out, bool *ret_whole)
{
	struct run r = { .out = out, .now = malloc(text.n + 1) };

	*ret_whole = false;
	if (r.now == NULL)
		return 0;
	for (size_t i = 0; i < text.n;) {
		if (beyond_us(text, i)) {
			free(r.now);
			return 0;
		}
		i = run_step(&r, text, i);
	}
	*ret_whole = !r.broken;
	run_end(&r);
	free(r.now);
	return r.best;
}
