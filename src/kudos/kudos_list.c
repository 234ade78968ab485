/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kudos_list.c - lists of kudos as they were read before.  Which kudos are on a page, and how each
 * looks, changes only with the number of the company's changes (kudos.h says why; teams and names
 * are among them), so a page that was asked for before costs a look at that number.  A page is kept
 * for its reader, the cards on it are everybody's.
 */
#include <string.h>

#include "rostra/buf.h"
#include "rostra/cache.h"
#include "rostra/caller.h"
#include "rostra/shared.h"

#include "kudos_int.h"

static struct cache *
cache_of(const struct rq *rq)
{
	return rq->shared ? rq->shared->cards : NULL;
}

/* What is kept: the number of the changes when it was read, then the bytes. */
static void
keep(struct rq *rq, struct sha256 key, int64_t seq, const void *bytes, size_t n)
{
	char *value;

	if (cache_of(rq) == NULL)
		return;
	value = arena_alloc(rq->arena, sizeof(seq) + n, alignof(int64_t));
	memcpy(value, &seq, sizeof(seq));
	if (n > 0)
		memcpy(value + sizeof(seq), bytes, n);
	cache_put(cache_of(rq), key, (struct str){ value, sizeof(seq) + n }, clock_monotonic_us());
}

/* Read when the number was seq, or later. */
static bool
kept(struct rq *rq, struct sha256 key, int64_t seq, struct str *out)
{
	struct str value;
	int64_t then;

	if (cache_of(rq) == NULL || !cache_get(cache_of(rq), key, rq->arena, &value, NULL) ||
	    value.n < sizeof(then))
		return false;
	memcpy(&then, value.s, sizeof(then));
	*out = (struct str){ value.s + sizeof(then), value.n - sizeof(then) };
	return then >= seq;
}

/* --- cards --- */

static struct sha256
card_key(const struct rq *rq, struct uuid id, int64_t version)
{
	const struct uuid ids[] = { rq_company(rq), id };
	const struct str parts[] = {
		STR("kudos card"),
		{ (const char *)ids, sizeof(ids) },
		{ (const char *)&version, sizeof(version) },
	};

	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
}

static struct str
taken(struct rq *rq, struct buf *b)
{
	const struct str text = { arena_copy(rq->arena, b->s, b->n), b->n };

	buf_free(b);
	return text;
}

struct rendering {
	struct kudos_item *items;
	size_t n;
};

static enum fault
render_card(struct rq *rq, void *row, void *arg)
{
	struct rendering *r = arg;
	struct kudos_listed *l = row;
	struct buf b = { 0 };
	struct str card;

	kudos_finish(rq, &l->kudos);
	json_encode(&b, &kudos_card_schema, &l->kudos);
	card = taken(rq, &b);
	keep(rq, card_key(rq, l->kudos.id, l->kudos.version), l->seq, card.s, card.n);
	for (size_t i = 0; i < r->n; i++) {
		if (uuid_eq(r->items[i].id, l->kudos.id) && r->items[i].version == l->kudos.version)
			r->items[i].json = card;
	}
	return FAULT_NONE;
}

/* Those without a card; NULL when there is none. */
static const char *
ids_wanted(struct rq *rq, const struct kudos_item *items, size_t n)
{
	struct buf b = { 0 };
	char id[UUID_TEXT_SIZE];

	for (size_t i = 0; i < n; i++) {
		if (items[i].json.s != NULL)
			continue;
		uuid_format(items[i].id, id);
		buf_printf(&b, "%s\"%s\"", b.n > 0 ? "," : "[", id);
	}
	if (b.n == 0)
		return NULL;
	buf_char(&b, ']');
	return taken(rq, &b).s;
}

/* It has changed since its reader was found to see it: by itself, with the reader. */
static enum fault
render_alone(struct rq *rq, struct kudos_item *item)
{
	struct kudos k = { .points = 0 };
	struct buf b = { 0 };
	enum fault e = kudos_read(rq, item->id, &k);

	if (e == FAULT_NOT_FOUND) {
		problem_reset(&rq->problem);
		return FAULT_NONE;
	}
	if (e)
		return e;
	json_encode(&b, &kudos_schema, &k);
	item->json = taken(rq, &b);
	return FAULT_NONE;
}

static void
put_mine(struct rq *rq, struct kudos_item *item)
{
	struct buf b = { 0 };

	json_encode_more(&b, item->json, &kudos_mine_schema, item);
	item->json = taken(rq, &b);
}

enum fault
kudos_items(struct rq *rq, int64_t seq, struct kudos_item *items, size_t n)
{
	struct rendering r = { items, n };
	const char *ids;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; i < n; i++) {
		items[i].json = (struct str){ 0 };
		if (!kept(rq, card_key(rq, items[i].id, items[i].version), seq, &items[i].json))
			items[i].json = (struct str){ 0 };
	}
	ids = ids_wanted(rq, items, n);
	if (ids != NULL)
		e = kudos_sql_cards(rq, ids, render_card, &r);
	for (size_t i = 0; !e && i < n; i++) {
		if (items[i].json.s != NULL)
			put_mine(rq, &items[i]);
		else
			e = render_alone(rq, &items[i]);
	}
	return e;
}

/* --- pages --- */

/* Who asks for what. */
static struct sha256
page_key(const struct kudos_page *p)
{
	const struct uuid ids[] = { p->company_id, p->viewer, p->before, p->giver,
		                    p->recipient,  p->value,  p->post };
	const struct str parts[] = {
		STR("kudos page"),
		{ (const char *)ids, sizeof(ids) },
		{ (const char *)&p->limit, sizeof(p->limit) },
	};

	return sha256_parts(parts, sizeof(parts) / sizeof(parts[0]));
}

/* An item without its JSON. */
struct line {
	struct uuid id;
	int64_t version;
	int64_t my_reaction;
};

struct reading {
	struct line *lines;
	size_t n, room;
	int64_t seq;
};

static enum fault
keep_line(struct rq *rq, void *row, void *arg)
{
	const struct kudos_listed *l = row;
	struct reading *r = arg;

	(void)rq;
	r->seq = l->seq;
	if (r->n < r->room)
		r->lines[r->n++] =
		    (struct line){ l->item.id, l->item.version, l->item.my_reaction };
	return FAULT_NONE;
}

/* The page of this reader, remembered or read.  An empty one has no row that would say when it was
 * read, so it is not remembered. */
static enum fault
read_page(struct rq *rq, const struct kudos_page *page, int64_t seq, struct reading *r)
{
	struct str bytes;
	enum fault e;

	if (kept(rq, page_key(page), seq, &bytes) && bytes.n <= r->room * sizeof(*r->lines)) {
		memcpy(r->lines, bytes.s, bytes.n);
		r->n = bytes.n / sizeof(*r->lines);
		return FAULT_NONE;
	}
	e = kudos_sql_page(rq, page, keep_line, r);
	if (!e && r->n > 0)
		keep(rq, page_key(page), r->seq, r->lines, r->n * sizeof(*r->lines));
	return e;
}

enum fault
kudos_list(struct rq *rq, const struct kudos_page *page, int64_t seq, struct kudos_item *items,
           size_t *ret_n)
{
	struct reading r = { .room = (size_t)page->limit };
	enum fault e;

	r.lines = arena_array(rq->arena, r.room, struct line);
	e = read_page(rq, page, seq, &r);
	if (e)
		return e;
	for (size_t i = 0; i < r.n; i++)
		items[i] = (struct kudos_item){ .id = r.lines[i].id,
			                        .version = r.lines[i].version,
			                        .my_reaction = (int)r.lines[i].my_reaction };
	*ret_n = r.n;
	return kudos_items(rq, seq, items, r.n);
}
