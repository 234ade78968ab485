/* SPDX-License-Identifier: Apache-2.0 */
/* share_text.c - may these words be shared there? */
#include "rostra/text.h"

#include "share_int.h"

static bool
word_byte(char c)
{
	const unsigned char u = (unsigned char)c;

	return u >= 0x80 || u == '_' || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') ||
	       (u >= 'a' && u <= 'z');
}

static bool
white(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static struct str
part(struct str s, size_t from, size_t to)
{
	return (struct str){ s.s + from, to - from };
}

bool
share_has_disclosure(struct str text, struct str disclosure)
{
	const size_t n = disclosure.n;

	for (size_t i = 0; n > 0 && i + n <= text.n; i++) {
		const bool begins = i == 0 || !word_byte(text.s[i - 1]);
		const bool ends = i + n == text.n || !word_byte(text.s[i + n]);

		if (begins && ends && str_eq_nocase(part(text, i, i + n), disclosure))
			return true;
	}
	return false;
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && white(s.s[0]))
		s = part(s, 1, s.n);
	while (s.n > 0 && white(s.s[s.n - 1]))
		s.n--;
	return s;
}

/* The text without a disclosure that stands before or behind it. */
static struct str
without(struct str text, struct str disclosure)
{
	const size_t n = disclosure.n;

	if (n == 0 || text.n <= n)
		return text;
	if (str_eq_nocase(part(text, text.n - n, text.n), disclosure) &&
	    white(text.s[text.n - n - 1]))
		return trim(part(text, 0, text.n - n));
	if (str_eq_nocase(part(text, 0, n), disclosure) && white(text.s[n]))
		return trim(part(text, n, text.n));
	return text;
}

bool
share_is_suggested(const struct share_context *c, enum network n, struct str text)
{
	const struct post_text *t = c->rules.texts.items;
	const struct str whole = trim(text);
	const struct str bare =
	    without(whole, str_of(post_disclosure_for(&c->rules.disclosures, n)));

	for (size_t i = 0; i < c->rules.texts.n; i++) {
		const struct str suggested = trim(str_of(t[i].text));

		if (t[i].network != POST_PLACE_ANY && t[i].network != 1 + (int)n)
			continue;
		if (str_eq(suggested, whole) || str_eq(suggested, bare))
			return true;
	}
	return false;
}

/* Better fits are greater; 0 does not fit. */
static int
fitness(const struct post_text *t, enum network n, const char *language)
{
	const int in_language = cstr_eq(t->language, language);

	if (t->network == 1 + (int)n)
		return 3 + in_language;
	return t->network == POST_PLACE_ANY ? 1 + in_language : 0;
}

const char *
share_default_words(struct arena *a, const struct share_context *c, enum network n,
                    const char *language)
{
	const struct post_text *t = c->rules.texts.items;
	const char *must = post_disclosure_for(&c->rules.disclosures, n);
	const char *offered[POST_TEXTS_MAX];
	const struct post_text *best = NULL;
	size_t n_offered = 0;

	for (size_t i = 0; i < c->rules.texts.n && n_offered < POST_TEXTS_MAX; i++)
		offered[n_offered++] = t[i].language;
	if (n_offered == 0)
		return NULL;
	language = lang_pick(language, offered, n_offered);
	for (size_t i = 0; i < c->rules.texts.n; i++) {
		if (fitness(&t[i], n, language) > (best ? fitness(best, n, language) : 0))
			best = &t[i];
	}
	if (!best || !must || share_has_disclosure(str_of(best->text), str_of(must)))
		return best ? best->text : NULL;
	return arena_printf(a, "%s %s", best->text, must);
}

char *
share_compose(struct arena *a, const char *words, const char *link)
{
	return link ? arena_printf(a, "%s %s", words, link) : arena_strdup(a, words);
}

static void
check_length(struct arena *a, struct problem *p, const struct share_new *in, const char *link)
{
	const enum network n = (enum network)in->network;
	const int limit = network_rows[n].limit;
	size_t length;

	if (limit == 0)
		return;
	length = network_length(n, str_of(share_compose(a, in->text, link)));
	if (length > (size_t)limit)
		problem_add(p, "#/text",
		            arena_printf(a, "is %zu long with its link; %s takes %d", length,
		                         network_names[n], limit));
}

enum fault
share_check(struct arena *a, struct problem *p, const struct share_context *c,
            const struct share_new *in, const char *link)
{
	const enum network n = (enum network)in->network;
	const char *must = post_disclosure_for(&c->rules.disclosures, n);

	if (!c->visible)
		return problem_add(p, "#/post_id", "is no post in your feed");
	if (!in->text)
		return problem_add(p, "#/text",
		                   "is needed: the post suggests none for this network");
	if (!(c->rules.networks >> n & 1))
		problem_add(p, "#/network", "is not among the post's networks");
	if (must && !share_has_disclosure(str_of(in->text), str_of(must)))
		problem_add(p, "#/text", arena_printf(a, "must contain \"%s\"", must));
	if (c->rules.lock_text && !share_is_suggested(c, n, str_of(in->text)))
		problem_add(p, "#/text", "must be one of the suggested texts, word for word");
	check_length(a, p, in, link);
	return p->code;
}
