/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharers.c - who shared what: how many people a group has cannot be added up from day to day, so
 * the shares of each day are packed, and people are told apart while they are read.
 *
 * A pack of ids (sums.h) of each share in the order they were made: person, team, post, network,
 * and 1 for words of one's own, else 0.
 */
#include "people_report_int.h"
#include "sums_int.h"

enum { FORMAT = 1 };
enum sharer_number {
	SHARER_PERSON,
	SHARER_TEAM,
	SHARER_POST,
	SHARER_NETWORK,
	SHARER_EDITED,
	SHARER_NUMBERS
};

void
sharers_pack_add(struct id_pack *k, const struct count_row *r)
{
	const uint64_t numbers[SHARER_NUMBERS] = {
		[SHARER_PERSON] = id_pack_place(k, r->id[BY_PERSON]),
		[SHARER_TEAM] = id_pack_place(k, r->id[BY_TEAM]),
		[SHARER_POST] = id_pack_place(k, r->id[BY_POST]),
		[SHARER_NETWORK] = (uint64_t)r->network,
		[SHARER_EDITED] = r->edited,
	};

	if (!id_pack_is_full(k))
		id_pack_put(k, numbers, SHARER_NUMBERS);
}

struct str
sharers_pack_end(const struct id_pack *k)
{
	return id_pack_end(k, id_pack_is_full(k) ? ID_PACK_NONE : FORMAT);
}

/* --- people of groups ------------------------------------------------------------------------ */

/* People by number, in blocks: most groups are of a few. */
enum { WORD_BITS = 64, BLOCK_WORDS = 8, BLOCK_PEOPLE = WORD_BITS * BLOCK_WORDS };
struct block {
	uint64_t words[BLOCK_WORDS];
};
struct group {
	struct uuid key;
	int64_t people, own_words;
	struct block **blocks; /* n_blocks; NULL: nobody of it yet */
	size_t n_blocks, room;
};
struct reading {
	struct rq *rq;
	const struct report_ask *ask;
	struct sum_map *people, *places; /* numbers of people and of groups: from 1 */
	struct group *groups;
	size_t n_people, n_groups, room;
	struct report_ask *left; /* n_left: days that are not packed */
	size_t n_left, left_room;
};

static size_t
number_of(struct sum_map *m, struct uuid id, size_t *n)
{
	int64_t *number = sum_map_at(m, id, 0);

	if (*number == 0)
		*number = (int64_t)++ * n;
	return (size_t)*number - 1;
}

/* Notes the person; true: for the first time. */
static bool
is_new(struct arena *a, struct group *g, size_t person)
{
	const size_t at = person / BLOCK_PEOPLE, word = person % BLOCK_PEOPLE / WORD_BITS;
	const uint64_t bit = UINT64_C(1) << (person % WORD_BITS);
	bool before;

	while (g->n_blocks <= at) {
		g->blocks = arena_grow(a, g->blocks, g->n_blocks, &g->room);
		g->blocks[g->n_blocks++] = NULL;
	}
	if (g->blocks[at] == NULL)
		g->blocks[at] = arena_array(a, 1, struct block);
	before = (g->blocks[at]->words[word] & bit) != 0;
	g->blocks[at]->words[word] |= bit;
	return !before;
}

static void
add(struct reading *r, struct uuid key, struct uuid person, bool own_words)
{
	const size_t before = r->n_groups, at = number_of(r->places, key, &r->n_groups);
	struct group *g;

	if (r->n_groups > before) {
		r->groups = arena_grow(r->rq->arena, r->groups, before, &r->room);
		r->groups[at] = (struct group){ .key = key };
	}
	g = &r->groups[at];
	g->own_words += own_words;
	g->people += is_new(r->rq->arena, g, number_of(r->people, person, &r->n_people));
}

/* --- days, and rows -------------------------------------------------------------------------- */

static struct uuid
key_of_pack(const struct reading *r, const struct id_packed *p, const uint64_t *numbers)
{
	if (r->ask->by == BY_NETWORK)
		return sum_key_small(1 + (uint32_t)numbers[SHARER_NETWORK]);
	return id_packed_id(p, numbers[r->ask->by == BY_TEAM ? SHARER_TEAM : SHARER_POST]);
}

static bool
is_whole(const struct id_packed *p, const uint64_t *numbers)
{
	return numbers[SHARER_PERSON] < p->n_ids && numbers[SHARER_TEAM] < p->n_ids &&
	       numbers[SHARER_POST] < p->n_ids && numbers[SHARER_NETWORK] < NETWORK__MAX;
}

static enum fault
take_day(struct rq *rq, const struct sum_row *row, void *arg)
{
	struct reading *r = arg;
	uint64_t numbers[SHARER_NUMBERS];
	struct id_packed p;
	bool packed = false;

	if (!id_packed_open(row->counts, FORMAT, &p, &packed))
		return sums_damaged(rq);
	if (!packed) {
		r->left = arena_grow(rq->arena, r->left, r->n_left, &r->left_room);
		r->left[r->n_left++] = sums_part(r->ask, row->day_us, row->day_us + US_PER_DAY);
	}
	while (p.rest.n > 0) {
		if (!id_packed_get(&p, numbers, SHARER_NUMBERS) || !is_whole(&p, numbers))
			return sums_damaged(rq);
		add(r, key_of_pack(r, &p, numbers), id_packed_id(&p, numbers[SHARER_PERSON]),
		    numbers[SHARER_EDITED] != 0);
	}
	return FAULT_NONE;
}

static enum fault
take_share(struct rq *rq, void *row, void *arg)
{
	const struct count_row *c = row;
	struct reading *r = arg;

	(void)rq;
	add(r,
	    r->ask->by == BY_NETWORK ? sum_key_small(1 + (uint32_t)c->network) : c->id[r->ask->by],
	    c->id[BY_PERSON], c->edited);
	return FAULT_NONE;
}

static enum fault
read_rows(struct rq *rq, struct reading *r, const struct report_ask *parts, size_t n)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < n; i++) {
		const struct count_ask part = { .company_id = parts[i].company_id,
			                        .from_us = parts[i].from_us,
			                        .to_us = parts[i].to_us };

		e = count_sql_shares(rq, &part, take_share, r);
	}
	return e;
}

enum fault
report_sharers(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct reading r = { .rq = rq, .ask = ask };
	char room[SUMS_KEY_SIZE];
	struct sums_read sums;
	enum fault e;

	if (!sums_serve(ask))
		return content_sql_sharers(rq, ask, fn, arg);
	r.people = sum_map_new(rq->arena);
	r.places = sum_map_new(rq->arena);
	e = sums_scan(rq, ask, SUM_SHARE, SUM_BY_SHARER, take_day, &r, &sums);
	if (!e)
		e = read_rows(rq, &r, sums.rest, sums.n_rest);
	if (!e)
		e = read_rows(rq, &r, r.left, r.n_left);
	for (size_t i = 0; !e && i < r.n_groups; i++) {
		const struct group *g = &r.groups[i];
		const struct sum_cell cell = { .key = g->key };
		struct sharers_row row = { sums_key(&cell, ask->by, room), g->people,
			                   g->own_words };

		e = fn(rq, &row, arg);
	}
	return e;
}
