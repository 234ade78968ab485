/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept.c - totals of attribution that this process has summed up before, for whoever asks the same
 * again.  They are held against a mark of all that they were made of, read in the same snapshot as
 * the rows: while the mark is the same, so would be the rows.  Names are not kept.
 */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/caller.h"
#include "rostra/shared.h"

#include "report_int.h"

struct kept_head {
	struct credit_mark mark;
	struct sum all, unattributed;
	struct markov_answer markov; /* without effects: the rows have what came of them */
	size_t n, n_others;
};
struct kept_row {
	char key[REPORT_KEY_SIZE];
	int64_t influenced;
};
struct kept_other {
	char currency[CURRENCY_SIZE];
	int64_t conversions;
};

/* What a manager sees hangs on teams of now, and what is converted on rates: not kept. */
static struct cache *
cache_for(const struct rq *rq, const struct report_ask *ask)
{
	if (rq->shared == NULL || !uuid_is_zero(ask->viewer) || ask->convert)
		return NULL;
	return rq->shared->reports;
}

static struct sha256
key_of(const struct report_ask *ask)
{
	const int64_t numbers[] = { ask->from_us,      ask->to_us,       ask->window_days,
		                    ask->stage,        ask->by,          ask->path,
		                    ask->params.first, ask->params.last, ask->params.half_life_us };
	const struct str text[] = {
		{ (const char *)ask->company_id.b, sizeof(ask->company_id.b) },
		{ (const char *)numbers, sizeof(numbers) },
		{ (const char *)ask->model, ask->n_models * sizeof(ask->model[0]) },
		str_of(ask->currency),
	};

	return sha256_parts(text, sizeof(text) / sizeof(text[0]));
}

static struct str
take(struct str *from, size_t n)
{
	struct str piece = { from->s, n };

	from->s += n;
	from->n -= n;
	return piece;
}

static void
unpack(struct rq *rq, const struct report_ask *ask, struct str bytes, struct totals *ret)
{
	const size_t sums_bytes = ask->n_models * sizeof(struct sum);
	struct kept_head head;

	memcpy(&head, take(&bytes, sizeof(head)).s, sizeof(head));
	*ret = (struct totals){ .rows = arena_array(rq->arena, head.n, struct total),
		                .n = head.n,
		                .all = head.all,
		                .unattributed = head.unattributed,
		                .markov = head.markov };
	for (size_t i = 0; i < head.n; i++) {
		struct total *to = &ret->rows[i];
		struct kept_row row;

		memcpy(&row, take(&bytes, sizeof(row)).s, sizeof(row));
		memcpy(to->key, row.key, sizeof(to->key));
		to->influenced = row.influenced;
		to->sums = arena_array(rq->arena, ask->n_models, struct sum);
		memcpy(to->sums, take(&bytes, sums_bytes).s, sums_bytes);
	}
	for (size_t i = 0; i < head.n_others; i++) {
		struct kept_other other;

		memcpy(&other, take(&bytes, sizeof(other)).s, sizeof(other));
		totals_add_other(rq, ret, other.currency, other.conversions);
	}
}

bool
kept_get(struct rq *rq, const struct report_ask *ask, const struct credit_mark *mark,
         struct totals *ret)
{
	struct cache *c = cache_for(rq, ask);
	struct credit_mark then;
	struct str bytes;

	if (c == NULL || !cache_get(c, key_of(ask), rq->arena, &bytes, NULL))
		return false;
	memcpy(&then, bytes.s, sizeof(then));
	if (memcmp(&then, mark, sizeof(then)) != 0)
		return false;
	unpack(rq, ask, bytes, ret);
	return true;
}

void
kept_put(struct rq *rq, const struct report_ask *ask, const struct credit_mark *mark,
         const struct totals *t)
{
	struct kept_head head = { .mark = *mark,
		                  .all = t->all,
		                  .unattributed = t->unattributed,
		                  .markov = t->markov,
		                  .n = t->n,
		                  .n_others = t->n_others };
	struct cache *c = cache_for(rq, ask);
	struct buf b = { 0 };

	if (c == NULL)
		return;
	head.markov.effect = NULL;
	buf_put(&b, (const char *)&head, sizeof(head));
	for (size_t i = 0; i < t->n; i++) {
		struct kept_row row = { .influenced = t->rows[i].influenced };

		memcpy(row.key, t->rows[i].key, sizeof(row.key));
		buf_put(&b, (const char *)&row, sizeof(row));
		buf_put(&b, (const char *)t->rows[i].sums, ask->n_models * sizeof(struct sum));
	}
	for (size_t i = 0; i < t->n_others; i++) {
		struct kept_other other = { .conversions = t->others[i].conversions };

		memcpy(other.currency, t->others[i].currency, sizeof(other.currency) - 1);
		buf_put(&b, (const char *)&other, sizeof(other));
	}
	cache_put(c, key_of(ask), (struct str){ b.s, b.n }, clock_monotonic_us());
	buf_free(&b);
}
