/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing.c - standings remembered by the process, in pieces, so that a page copies a few rows and
 * no request counts what another has just counted.  One thread counts anew what is older than
 * board_fresh_ms while the others go on with what is there; the pages of one reading are of one
 * instant as long as that is remembered.
 */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/caller.h"
#include "rostra/clock.h"
#include "rostra/combine.h"
#include "rostra/conf.h"
#include "rostra/shared.h"

#include "board_int.h"

enum { PIECE = 128, CLAIM_S = 5, COST_SHARE = 20, UNCHANGED_S = 60 };

struct head {
	struct standing standing;
	int64_t claimed_us; /* monotonic: somebody counts anew since then */
	int64_t counted_us; /* monotonic */
	struct board_mark mark;
};

/* --- keys --- */

struct key_parts {
	int64_t as_of, n;
	char kind;
};

static struct sha256
key_of(const struct rq *rq, const struct board *b, struct key_parts parts)
{
	const struct uuid company = rq_company(rq);
	const int64_t numbers[] = { parts.as_of,  parts.n,     parts.kind,  b->who,
		                    b->measure,   b->period,   b->per_head, b->days,
		                    b->first_day, b->last_day, b->min_group };
	const struct str text[] = {
		{ (const char *)company.b, sizeof(company.b) },
		{ (const char *)numbers, sizeof(numbers) },
		{ (const char *)b->team_id.b, sizeof(b->team_id.b) },
		{ (const char *)b->value_id.b, sizeof(b->value_id.b) },
		b->department != NULL ? str_of(b->department) : (struct str){ "", 0 },
		b->location != NULL ? str_of(b->location) : (struct str){ "", 0 },
	};

	return sha256_parts(text, sizeof(text) / sizeof(text[0]));
}

static struct cache *
cache_of(const struct rq *rq)
{
	return rq->shared != NULL ? rq->shared->boards : NULL;
}

static bool
piece_get(struct rq *rq, const struct board *b, struct key_parts parts, struct str *out)
{
	return cache_of(rq) != NULL &&
	       cache_get(cache_of(rq), key_of(rq, b, parts), rq->arena, out, NULL);
}

static void
piece_put(struct rq *rq, const struct board *b, struct key_parts parts, const void *bytes, size_t n)
{
	if (cache_of(rq) != NULL)
		cache_put(cache_of(rq), key_of(rq, b, parts),
		          (struct str){ (const char *)bytes, n }, clock_monotonic_us());
}

static bool
head_get(struct rq *rq, const struct board *b, int64_t as_of, struct head *out, int64_t *put_at_us)
{
	const struct key_parts parts = { .as_of = as_of, .kind = 'h' };
	struct str bytes;

	if (cache_of(rq) == NULL ||
	    !cache_get(cache_of(rq), key_of(rq, b, parts), rq->arena, &bytes, put_at_us))
		return false;
	memcpy(out, bytes.s, sizeof(*out));
	return true;
}

static void
head_put(struct rq *rq, const struct board *b, int64_t as_of, const struct head *h)
{
	piece_put(rq, b, (struct key_parts){ .as_of = as_of, .kind = 'h' }, h, sizeof(*h));
}

/* --- remembering --- */

static int64_t
buckets_of(const struct standing *s)
{
	return (s->n + s->others) / PIECE + 1;
}

static int64_t
bucket_of(const struct standing *s, struct uuid id)
{
	return uuid_tail(id) % buckets_of(s);
}

/* The same rows by what they are of, so that one's own is found at once. */
static void
remember_own(struct rq *rq, const struct board *b, const struct counted *c)
{
	const int64_t n = c->standing.n + c->standing.others, buckets = buckets_of(&c->standing);
	int64_t *begin = arena_array(rq->arena, (size_t)buckets + 1, int64_t);
	struct standing_row *rows = arena_array(rq->arena, (size_t)n, struct standing_row);

	for (int64_t i = 0; i < n; i++)
		begin[bucket_of(&c->standing, c->rows[i].id) + 1]++;
	for (int64_t i = 0; i < buckets; i++)
		begin[i + 1] += begin[i];
	for (int64_t i = n; i-- > 0;) {
		int64_t *end = &begin[bucket_of(&c->standing, c->rows[i].id) + 1];

		rows[--*end] = c->rows[i];
	}
	/* Each end has moved to its bucket's beginning. */
	for (int64_t i = 0; i < buckets; i++) {
		const int64_t from = begin[i + 1], to = i + 2 <= buckets ? begin[i + 2] : n;
		const struct key_parts parts = { c->standing.as_of, i, 'o' };

		piece_put(rq, b, parts, &rows[from], (size_t)(to - from) * sizeof(*rows));
	}
}

static void
remember(struct rq *rq, const struct board *b, const struct counted *c)
{
	const struct head h = { .standing = c->standing,
		                .counted_us = clock_monotonic_us(),
		                .mark = c->mark };

	for (int64_t at = 0; at < c->standing.n; at += PIECE) {
		const int64_t n = c->standing.n - at < PIECE ? c->standing.n - at : PIECE;
		const struct key_parts parts = { c->standing.as_of, at / PIECE, 'p' };

		piece_put(rq, b, parts, &c->rows[at], (size_t)n * sizeof(*c->rows));
	}
	remember_own(rq, b, c);
	head_put(rq, b, c->standing.as_of, &h);
	head_put(rq, b, 0, &h);
}

static enum fault
count_anew(struct rq *rq, const struct board *b, struct counted *out)
{
	const int64_t begin_us = clock_monotonic_us();
	enum fault e = board_count(rq, b, out);

	if (e)
		return e;
	out->standing.cost_us = clock_monotonic_us() - begin_us;
	remember(rq, b, out);
	return FAULT_NONE;
}

/* --- one asks for all --- */

struct asker {
	struct combine_item item;
	struct rq *rq;
	const struct board *b;
	enum fault fault;
	bool done;
};

/* Everybody's board is counted by one; others of the batch with the same find it remembered. */
static void
count_together(struct combine_item *const *items, size_t n, void *arg)
{
	struct rq *rq = arg;

	for (size_t i = 0; i < n; i++) {
		struct asker *a = (struct asker *)items[i];
		struct counted c;
		struct head h;

		if (a->rq != rq)
			continue;
		a->done = true;
		if (!head_get(rq, a->b, 0, &h, NULL))
			a->fault = count_anew(rq, a->b, &c);
	}
}

static enum fault
count_first(struct rq *rq, const struct board *b)
{
	struct combine *together = rq->shared != NULL ? rq->shared->board_counts : NULL;
	struct asker a = { .rq = rq, .b = b };
	struct counted c;
	struct head h;

	if (together != NULL)
		combine_do(together, uuid_tail(rq_company(rq)), &a.item, count_together, rq);
	if (a.done)
		return a.fault;
	return head_get(rq, b, 0, &h, NULL) ? FAULT_NONE : count_anew(rq, b, &c);
}

/* No more of the processor than a twentieth goes into one board's standing. */
static bool
is_old(const struct rq *rq, const struct head *h, int64_t put_at_us)
{
	int64_t fresh_us = rq->conf->board_fresh_ms * 1000;
	const int64_t now_us = clock_monotonic_us();

	if (fresh_us > 0 && h->standing.cost_us * COST_SHARE < fresh_us)
		fresh_us = h->standing.cost_us * COST_SHARE;
	return now_us - put_at_us >= fresh_us &&
	       (h->claimed_us == 0 || now_us - h->claimed_us > CLAIM_S * US_PER_S);
}

/* The points of a whole company: counting how many entries there are is much less than counting
 * them. */
static bool
has_mark(const struct rq *rq, const struct board *b)
{
	return b->measure == MEASURE_POINTS && b->who == BOARD_PEOPLE && !board_segmented(b) &&
	       rq->conf->board_fresh_ms > 0;
}

/* Nothing has changed: what was counted is what would be. */
static enum fault
is_unchanged(struct rq *rq, const struct board *b, const struct head *h, bool *ret)
{
	struct board_mark now;
	enum fault e = FAULT_NONE;

	*ret = false;
	if (!has_mark(rq, b) || clock_monotonic_us() - h->counted_us > UNCHANGED_S * US_PER_S)
		return FAULT_NONE;
	e = board_mark(rq, b, &now);
	*ret = !e && memcmp(&now, &h->mark, sizeof(now)) == 0;
	return e;
}

static enum fault
refresh(struct rq *rq, const struct board *b, struct head *h)
{
	struct counted c;
	bool unchanged;
	enum fault e;

	h->claimed_us = clock_monotonic_us();
	head_put(rq, b, 0, h);
	e = is_unchanged(rq, b, h, &unchanged);
	if (!e && !unchanged) {
		e = count_anew(rq, b, &c);
		if (!e)
			h->standing = c.standing;
		return e;
	}
	h->claimed_us = 0;
	h->standing.seen_at = rq->now_us;
	if (!e)
		head_put(rq, b, 0, h);
	return e;
}

enum fault
standing_of(struct rq *rq, const struct board *b, int64_t as_of, struct standing *out)
{
	int64_t put_at_us = 0;
	struct head h;
	enum fault e = FAULT_NONE;

	if (as_of != 0 && head_get(rq, b, as_of, &h, NULL)) {
		*out = h.standing;
		return FAULT_NONE;
	}
	if (cache_of(rq) == NULL)
		return rq_fail(rq, FAULT_INTERNAL, "Boards are not served here.");
	if (!head_get(rq, b, 0, &h, &put_at_us)) {
		e = count_first(rq, b);
		if (!e && !head_get(rq, b, 0, &h, &put_at_us))
			e = rq_fail(rq, FAULT_BUSY, "The board is being counted; repeat it.");
		*out = h.standing;
		return e;
	}
	if (is_old(rq, &h, put_at_us))
		e = refresh(rq, b, &h);
	*out = h.standing;
	return e;
}

/* --- reading --- */

/* A piece that is gone makes its whole standing gone. */
static enum fault
forgotten(struct rq *rq, const struct board *b)
{
	cache_drop(cache_of(rq), key_of(rq, b, (struct key_parts){ .kind = 'h' }));
	return rq_fail(rq, FAULT_BUSY, "The board is being counted; repeat it.");
}

static enum fault
row_at(struct rq *rq, const struct board *b, const struct standing *s, int64_t place,
       struct str *piece)
{
	const struct key_parts parts = { s->as_of, place / PIECE, 'p' };

	return piece_get(rq, b, parts, piece) ? FAULT_NONE : forgotten(rq, b);
}

enum fault
standing_rows(struct rq *rq, const struct board *b, const struct standing *s, int64_t place,
              int64_t n, struct standing_row *rows, int64_t *ret_n)
{
	int64_t done = 0;

	while (done < n && place < s->n) {
		const int64_t in_piece = place % PIECE;
		struct str piece;
		int64_t have;
		enum fault e = row_at(rq, b, s, place, &piece);

		if (e)
			return e;
		have = (int64_t)(piece.n / sizeof(*rows)) - in_piece;
		if (have > n - done)
			have = n - done;
		memcpy(&rows[done], piece.s + (size_t)in_piece * sizeof(*rows),
		       (size_t)have * sizeof(*rows));
		done += have;
		place += have;
	}
	*ret_n = done;
	return FAULT_NONE;
}

bool
board_is_behind(const struct standing_row *r, int64_t score, struct uuid id)
{
	return r->score < score || (r->score == score && uuid_cmp(r->id, id) > 0);
}

enum fault
standing_behind(struct rq *rq, const struct board *b, const struct standing *s, int64_t score,
                struct uuid id, int64_t *ret_place)
{
	int64_t low = 0, high = s->n;

	while (low < high) {
		const int64_t middle = low + (high - low) / 2;
		struct standing_row row;
		int64_t n;
		enum fault e = standing_rows(rq, b, s, middle, 1, &row, &n);

		if (e)
			return e;
		if (board_is_behind(&row, score, id))
			high = middle;
		else
			low = middle + 1;
	}
	*ret_place = low;
	return FAULT_NONE;
}

enum fault
standing_own(struct rq *rq, const struct board *b, const struct standing *s, struct uuid id,
             struct standing_row *out, bool *ret_found)
{
	const struct key_parts parts = { s->as_of, bucket_of(s, id), 'o' };
	struct str piece;

	*ret_found = false;
	if (!piece_get(rq, b, parts, &piece))
		return forgotten(rq, b);
	for (size_t i = 0; i < piece.n / sizeof(*out) && !*ret_found; i++) {
		memcpy(out, piece.s + i * sizeof(*out), sizeof(*out));
		*ret_found = uuid_eq(out->id, id);
	}
	return FAULT_NONE;
}
