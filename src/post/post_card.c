/* SPDX-License-Identifier: Apache-2.0 */
/* post_card.c - packed lists of a post, and its card: the JSON that everybody who sees it gets. */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/shared.h"
#include "rostra/text.h"

#include "post_int.h"

/* A name in a card may be as old as this; everything else of it changes the version. */
#define CARD_AGE_MAX_US (300 * US_PER_S)

enum { RECORD = '\036', FIELD = '\037', LANGUAGES_MAX = POST_TEXTS_MAX + 1 };

static size_t
count_records(struct str packed)
{
	size_t n = packed.n > 0;

	for (size_t i = 0; i < packed.n; i++)
		n += packed.s[i] == RECORD;
	return n;
}

/* The first field: 1 + place, as MariaDB numbers ENUM words. */
static int
take_place(struct str *record)
{
	struct str word;
	int64_t no = 1;

	if (str_split(record, FIELD, &word))
		(void)str_int64(word, &no);
	return (int)no - 1;
}

static const char *
take_field(struct arena *a, struct str *record)
{
	struct str word = { 0 };

	(void)str_split(record, FIELD, &word);
	return arena_copy(a, word.s ? word.s : "", word.n);
}

struct j_list
post_texts_unpack(struct arena *a, struct str packed)
{
	size_t n = count_records(packed);
	struct post_text *t = arena_array(a, n + 1, struct post_text);
	struct str record;

	for (size_t i = 0; i < n && str_split(&packed, RECORD, &record); i++) {
		t[i].network = take_place(&record);
		t[i].language = take_field(a, &record);
		t[i].text = take_field(a, &record);
	}
	return (struct j_list){ t, n };
}

struct j_list
post_disclosures_unpack(struct arena *a, struct str packed)
{
	size_t n = count_records(packed);
	struct post_disclosure *d = arena_array(a, n + 1, struct post_disclosure);
	struct str record;

	for (size_t i = 0; i < n && str_split(&packed, RECORD, &record); i++) {
		d[i].network = take_place(&record);
		d[i].text = take_field(a, &record);
	}
	return (struct j_list){ d, n };
}

const char *
post_disclosure_for(const struct j_list *disclosures, enum network n)
{
	const struct post_disclosure *d = disclosures->items;
	const char *any = NULL;

	for (size_t i = 0; i < disclosures->n; i++) {
		if (d[i].network == 1 + (int)n)
			return d[i].text;
		if (d[i].network == POST_PLACE_ANY)
			any = d[i].text;
	}
	return any;
}

void
post_finish(struct rq *rq, struct post *post)
{
	post->texts = post_texts_unpack(rq->arena, post->texts_packed);
	post->disclosures = post_disclosures_unpack(rq->arena, post->disclosures_packed);
	post->pinned = post->pin_until != TIME_NONE && post->pin_until > rq->now_us;
}

static const char *
reader_language(const struct rq *rq)
{
	if (rq->language && rq->language[0])
		return rq->language;
	return rq->who->language;
}

/* The texts in the reader's language come first; among equals the order stays. */
static void
sort_texts(struct rq *rq, struct post *post)
{
	struct post_text *t = post->texts.items;
	size_t n = post->texts.n;
	struct post_text *sorted = arena_array(rq->arena, n + 1, struct post_text);
	const char *offered[LANGUAGES_MAX] = { post->language };
	size_t n_offered = 1;
	const char *best;
	size_t k = 0;

	for (size_t i = 0; i < n && n_offered < LANGUAGES_MAX; i++)
		offered[n_offered++] = t[i].language;
	best = lang_pick(reader_language(rq), offered, n_offered);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < n; i++) {
			if (cstr_eq(t[i].language, best) == (round == 0))
				sorted[k++] = t[i];
		}
	}
	post->texts.items = sorted;
}

/* Ids are unique within a company only. */
static struct sha256
card_key(const struct rq *rq, const struct post_card *c)
{
	const struct uuid company = rq_company(rq);
	struct str parts[] = {
		STR("card"),
		{ (const char *)company.b, sizeof(company.b) },
		{ (const char *)c->id.b, sizeof(c->id.b) },
		{ (const char *)&c->version, sizeof(c->version) },
		str_of(reader_language(rq)),
	};

	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
}

static bool
cached(struct rq *rq, struct post_card *c, int64_t now_us)
{
	int64_t put_at_us = 0;

	if (!rq->shared || !rq->shared->cards)
		return false;
	return cache_get(rq->shared->cards, card_key(rq, c), rq->arena, &c->json, &put_at_us) &&
	       now_us - put_at_us < CARD_AGE_MAX_US;
}

struct rendering {
	struct post_card *cards;
	size_t n;
	int64_t now_us;
};

static enum fault
render_row(struct rq *rq, void *row, void *arg)
{
	struct rendering *r = arg;
	struct post *post = row;
	struct buf b = { 0 };
	size_t i = 0;

	while (i < r->n && !uuid_eq(r->cards[i].id, post->id))
		i++;
	if (i == r->n)
		return FAULT_NONE;
	post_finish(rq, post);
	sort_texts(rq, post);
	json_encode(&b, &post_card_schema, post);
	r->cards[i].json = (struct str){ arena_copy(rq->arena, b.s, b.n), b.n };
	r->cards[i].version = post->version;
	buf_free(&b);
	if (rq->shared && rq->shared->cards)
		cache_put(rq->shared->cards, card_key(rq, &r->cards[i]), r->cards[i].json,
		          r->now_us);
	return FAULT_NONE;
}

enum fault
post_cards(struct rq *rq, struct post_card *cards, size_t n)
{
	struct rendering r = { cards, n, clock_monotonic_us() };
	char *ids = arena_alloc(rq->arena, n * (UUID_TEXT_SIZE + 2) + 3, 1);
	char *end = ids;

	*end++ = '[';
	for (size_t i = 0; i < n; i++) {
		if (cached(rq, &cards[i], r.now_us))
			continue;
		cards[i].json = (struct str){ 0 };
		if (end[-1] != '[')
			*end++ = ',';
		*end++ = '"';
		uuid_format(cards[i].id, end);
		end += UUID_TEXT_SIZE - 1;
		*end++ = '"';
	}
	if (end[-1] == '[')
		return FAULT_NONE;
	memcpy(end, "]", 2);
	return post_sql_cards(rq, ids, render_row, &r);
}
