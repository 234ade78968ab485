/* SPDX-License-Identifier: Apache-2.0 */
/* sums_credit.c - credit with its values, of one currency, from sums. */
#include <string.h>

#include "sums_int.h"

uint32_t
credit_currency(const char *code)
{
	return code != NULL ? 1 + (uint32_t)currency_number(code) : 0;
}

/* Millionths of conversions in another currency. */
struct other {
	uint32_t currency;
	int64_t n;
};
struct reading {
	struct rq *rq;
	const struct report_ask *ask;
	credit_sum_fn *fn;
	void *arg;
	uint32_t currency;         /* asked for */
	int64_t *to[CREDIT_PARTS]; /* where parts go, or NULL: into sum */
	struct credit_sum sum;     /* of the key */
	struct uuid key;
	bool open;
	struct other *others;
	size_t n_others, room;
};

static void
end_key(struct reading *r)
{
	const struct sum_cell cell = { .key = r->key };
	char room[SUMS_KEY_SIZE];

	if (!r->open)
		return;
	r->open = false;
	r->sum.nobody = uuid_eq(r->key, sum_key_nobody());
	r->sum.key = sums_key(&cell, r->ask->by, room);
	r->fn(r->rq, &r->sum, r->arg);
	r->sum.influenced = 0;
	memset(r->sum.by, 0, sizeof(r->sum.by));
}

static void
add_other(struct reading *r, uint32_t currency, int64_t n)
{
	size_t i = 0;

	while (i < r->n_others && r->others[i].currency != currency)
		i++;
	if (i == r->n_others) {
		r->others = arena_grow(r->rq->arena, r->others, r->n_others, &r->room);
		r->others[r->n_others++] = (struct other){ .currency = currency };
	}
	r->others[i].n += n;
}

static void
take_cell(const struct sum_cell *c, void *arg)
{
	struct reading *r = arg;
	const uint32_t currency = c->sub / CREDIT_PARTS, part = c->sub % CREDIT_PARTS;

	if (currency != 0 && currency != r->currency) {
		/* A conversion is whole by each model: the first one tells how many there are. */
		if (part == CREDIT_COUNT + (uint32_t)r->ask->model[0])
			add_other(r, currency, c->n);
		return;
	}
	if (r->to[part] == NULL)
		return;
	if (r->open && !uuid_eq(r->key, c->key))
		end_key(r);
	r->key = c->key;
	r->open = true;
	*r->to[part] += c->n;
}

static enum fault
take_row(struct rq *rq, const struct sum_row *row, void *arg)
{
	struct reading *r = arg;
	const bool whole = sums_cells(row->counts, take_cell, r);

	end_key(r);
	return whole ? FAULT_NONE : sums_damaged(rq);
}

enum fault
sums_credit(struct rq *rq, const struct report_ask *ask, credit_sum_fn *fn, void *arg,
            struct totals *others, struct sums_read *ret_rest)
{
	struct reading r = { .rq = rq,
		             .ask = ask,
		             .fn = fn,
		             .arg = arg,
		             .currency = credit_currency(ask->only_currency) };
	enum fault e;

	r.to[CREDIT_TOUCHED] = &r.sum.influenced;
	for (size_t i = 0; i < ask->n_models; i++) {
		r.to[CREDIT_COUNT + (int)ask->model[i]] = &r.sum.by[i].count;
		r.to[CREDIT_VALUE + (int)ask->model[i]] = &r.sum.by[i].value;
	}
	e = sums_scan(rq, ask, (enum sum_what)(SUM_LEAD_CREDIT + ask->stage), (enum sum_by)ask->by,
	              take_row, &r, ret_rest);
	for (size_t i = 0; !e && i < r.n_others; i++) {
		char code[CURRENCY_SIZE];

		currency_of_number((int64_t)r.others[i].currency - 1, code);
		totals_add_other(rq, others, code, r.others[i].n / CREDIT_WHOLE);
	}
	return e;
}
