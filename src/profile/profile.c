/* SPDX-License-Identifier: Apache-2.0 */
/* profile.c - what a person shows of themselves, and the words one looks for experts by. */
#include <inttypes.h>
#include <string.h>

#include "rostra/caller.h"
#include "rostra/feed.h"
#include "rostra/text.h"

#include "profile_int.h"

const char *const profile_visibility_names[PROFILE_VISIBILITY__MAX + 1] = { "company", "team",
	                                                                    "nobody", NULL };

/* --- tags --- */

static bool
white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One blank between two words, none around them. */
static const char *
squeeze(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1, 1), *end = out;

	for (; *s != '\0'; s++) {
		if (!white(*s))
			*end++ = *s;
		else if (end > out && end[-1] != ' ')
			*end++ = ' ';
	}
	if (end > out && end[-1] == ' ')
		end--;
	*end = '\0';
	return out;
}

static bool
known_before(const char *const *tags, size_t n, const char *tag)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq_nocase(str_of(tags[i]), str_of(tag)))
			return true;
	}
	return false;
}

enum fault
profile_tags_check(struct arena *a, struct problem *p, struct j_list *tags)
{
	const char **items = tags->items;

	for (size_t i = 0; i < tags->n; i++) {
		const char *pointer = arena_printf(a, "#/tags/%zu", i);
		const struct str seen = text_trim(str_of(items[i]));

		items[i] = squeeze(a, arena_copy(a, seen.s, seen.n));
		if (text_blank(seen))
			problem_add(p, pointer, "must have at least 1 character");
		else if (known_before(items, i, items[i]))
			problem_add(p, pointer, "is there twice");
	}
	return p->code;
}

/* --- words --- */

enum { WORD_MIN = 3 }; /* innodb_ft_min_token_size */

/* Anything else in ASCII may be an operator of full text. */
static bool
word_byte(char c)
{
	return (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The next run of such bytes. */
static bool
next_word(struct str *rest, struct str *word)
{
	size_t from = 0, to;

	while (from < rest->n && !word_byte(rest->s[from]))
		from++;
	for (to = from; to < rest->n && word_byte(rest->s[to]);)
		to++;
	*word = (struct str){ rest->s + from, to - from };
	*rest = (struct str){ rest->s + to, rest->n - to };
	return word->n > 0;
}

const char *const expertise_common[] = {
	"a",   "about", "an",   "are",   "as",   "at",   "be",   "by",  "com",
	"de",  "en",    "for",  "from",  "how",  "i",    "in",   "is",  "it",
	"la",  "of",    "on",   "or",    "that", "the",  "this", "to",  "und",
	"was", "what",  "when", "where", "who",  "will", "with", "www", NULL,
};

static bool
is_common(struct str word)
{
	for (const char *const *w = expertise_common; *w != NULL; w++) {
		if (str_is(word, *w))
			return true;
	}
	return false;
}

static const char *
asked_words(struct arena *a, struct str rest, bool common)
{
	char *out = arena_alloc(a, rest.n + (size_t)3 * EXPERTISE_WORDS_MAX + 1, 1);
	struct str word;
	size_t n = 0, n_words = 0;

	while (n_words < EXPERTISE_WORDS_MAX && next_word(&rest, &word)) {
		if (text_code_points(word) < WORD_MIN || (!common && is_common(word)))
			continue;
		if (n_words++ > 0)
			out[n++] = ' ';
		out[n++] = '+';
		memcpy(out + n, word.s, word.n);
		n += word.n;
		out[n++] = '*';
	}
	out[n] = '\0';
	return n_words > 0 ? out : NULL;
}

const char *
expertise_words(struct arena *a, struct str q)
{
	const struct str folded = str_of(text_fold(a, q));
	const char *words = asked_words(a, folded, false);

	return words != NULL ? words : asked_words(a, folded, true);
}

/* --- reading --- */

struct collecting {
	char *items;
	size_t n, room, size;
};

static struct collecting
collect_into(struct rq *rq, size_t room, size_t size)
{
	return (struct collecting){ .items = arena_alloc(rq->arena, room * size, 16),
		                    .room = room,
		                    .size = size };
}

static enum fault
collect(struct rq *rq, void *row, void *arg)
{
	struct collecting *c = arg;

	(void)rq;
	if (c->n < c->room)
		memcpy(c->items + c->n++ * c->size, row, c->size);
	return FAULT_NONE;
}

static enum fault
collect_tag(struct rq *rq, void *row, void *arg)
{
	const struct profile_tag *t = row;

	return collect(rq, (void *)&t->tag, arg);
}

static enum fault
read_lists(struct rq *rq, const struct profile_key *k, struct profile *out)
{
	struct collecting tags = collect_into(rq, PROFILE_TAGS_MAX, sizeof(const char *));
	struct collecting values =
	    collect_into(rq, PROFILE_VALUES_MAX, sizeof(struct profile_value));
	struct collecting posts = collect_into(rq, PROFILE_POSTS_MAX, sizeof(struct profile_post));
	enum fault e = profile_sql_tags(rq, k, collect_tag, &tags);

	if (!e)
		e = profile_sql_values(rq, k, collect, &values);
	if (!e)
		e = profile_sql_posts(rq, k, collect, &posts);
	if (e)
		return e;
	out->tags = (struct j_list){ tags.items, tags.n };
	out->recognised_for = (struct j_list){ values.items, values.n };
	out->shared_by_others = (struct j_list){ posts.items, posts.n };
	return FAULT_NONE;
}

enum fault
profile_read(struct rq *rq, struct uuid person, struct profile *out)
{
	struct profile_key k = {
		.company_id = rq_company(rq),
		.person_id = person,
		.reader_id = rq->who->person,
		.since = rq->now_us - PROFILE_REACH_DAYS * US_PER_DAY,
	};
	struct feed_viewer viewer = { 0 };
	enum fault e = profile_sql_head(rq, &k, out);

	if (!e)
		e = feed_viewer_ask(rq, &viewer);
	if (e)
		return e;
	k.channels = viewer.channels ? viewer.channels : "";
	if (!uuid_eq(person, k.reader_id)) {
		out->visibility = -1;
		out->version = J_NO_INT;
	}
	return read_lists(rq, &k, out);
}

/* --- changing one's own --- */

static const char *
tags_json(struct rq *rq, const struct j_list *tags)
{
	const char *const *words = tags->items;
	struct buf b = { 0 };
	const char *json;

	buf_char(&b, '[');
	for (size_t i = 0; i < tags->n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		buf_json_string(&b, str_of(words[i]));
	}
	buf_char(&b, ']');
	json = arena_copy(rq->arena, b.s, b.n);
	buf_free(&b);
	return json;
}

static enum fault
name_lost(struct rq *rq, void *row, void *arg)
{
	const struct profile_tag *t = row;

	(void)arg;
	(void)problem_add(&rq->problem, arena_printf(rq->arena, "#/tags/%" PRId64, t->position),
	                  "is there twice");
	return FAULT_NONE;
}

static enum fault
set_tags(struct rq *rq, const struct j_list *tags)
{
	const char *json = tags_json(rq, tags);
	uint64_t n = 0;
	enum fault e = profile_sql_tags_set(rq, json, &n);

	if (!e && n < tags->n)
		e = profile_sql_tags_lost(rq, json, name_lost, NULL);
	return e ? e : rq->problem.code;
}

static enum fault
change_tx(struct rq *rq, void *arg)
{
	const struct profile_patch *in = arg;
	struct profile_row row;
	bool done;
	enum fault e = profile_sql_hold(rq, &row);

	if (e)
		return e;
	if (j_has(&profile_patch_schema, in, "visibility"))
		row.visibility = in->visibility;
	row.version = in->version;
	row.updated_at = rq->now_us;
	e = profile_sql_update(rq, &row, &done);
	if (!e && !done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read your profile again.");
	if (!e && j_has(&profile_patch_schema, in, "tags"))
		e = set_tags(rq, &in->tags);
	return e;
}

enum fault
profile_change(struct rq *rq, const struct profile_patch *in)
{
	struct profile_patch checked = *in;
	enum fault e = profile_tags_check(rq->arena, &rq->problem, &checked.tags);

	return e ? e : db_tx(rq, change_tx, &checked);
}
