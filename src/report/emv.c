/* SPDX-License-Identifier: Apache-2.0 */
/* emv.c - which rates hold when, and what clicks are worth by them. */
#include <stdlib.h>
#include <string.h>

#include "rostra/clock.h"

#include "emv_int.h"

/* Shipped so that a report shows something on the first day: examples, marked as such. */
static const struct {
	const char *currency;
	int64_t thousand_clicks_minor[NETWORK__MAX]; /* 0: none */
} examples[] = {
	{ "EUR", { [NETWORK_LINKEDIN] = 400000, [NETWORK_X] = 60000, [NETWORK_FACEBOOK] = 90000 } },
	{ "USD",
	  { [NETWORK_LINKEDIN] = 450000, [NETWORK_X] = 70000, [NETWORK_FACEBOOK] = 100000 } },
};

/* --- pure --- */

/*
 * sets: of the currency, by day and then by when they were made.  Dates are YYYY-MM-DD, so they
 * sort as text.  The parts are in order and together the period; there is room for n + 1.
 */
static size_t
emv_parts(const struct emv_set *sets, size_t n, const char *from, const char *to,
          struct emv_part *parts)
{
	size_t n_parts = 1;

	parts[0] = (struct emv_part){ from, to, NULL };
	for (size_t i = 0; i < n; i++) {
		struct emv_part *last = &parts[n_parts - 1];

		if (strcmp(sets[i].from, to) >= 0)
			break;
		/* It holds from the beginning, or takes the place of another of its day. */
		if (strcmp(sets[i].from, last->from) <= 0) {
			last->set = &sets[i];
			continue;
		}
		last->to = sets[i].from;
		parts[n_parts++] = (struct emv_part){ sets[i].from, to, &sets[i] };
	}
	return n_parts;
}

static int64_t
example_of(const char *currency, int network)
{
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		int64_t rate = examples[i].thousand_clicks_minor[network];

		if (cstr_eq(examples[i].currency, currency))
			return rate > 0 ? rate : J_NO_INT;
	}
	return J_NO_INT;
}

/* For a thousand clicks, in minor units; J_NO_INT: there is none. */
static int64_t
emv_rate_of(const struct emv_part *p, const char *currency, int network)
{
	const struct emv_rate *rates = p->set != NULL ? p->set->rates.items : NULL;

	if (p->set == NULL)
		return example_of(currency, network);
	for (size_t i = 0; i < p->set->rates.n; i++) {
		if (rates[i].network == network)
			return rates[i].thousand_clicks_minor;
	}
	return J_NO_INT;
}

struct j_list
emv_unpack(struct arena *a, const char *packed)
{
	struct emv_rate *rates = arena_array(a, NETWORK__MAX, struct emv_rate);
	struct str rest = str_of(packed), one, word;
	size_t n = 0;

	while (rest.s != NULL && n < NETWORK__MAX && str_split(&rest, ',', &one)) {
		int network = 0;

		if (!str_split(&one, ':', &word))
			continue;
		while (network < NETWORK__MAX && !str_is(word, network_names[network]))
			network++;
		if (network == NETWORK__MAX || !str_int64(one, &rates[n].thousand_clicks_minor))
			continue;
		rates[n++].network = network;
	}
	return (struct j_list){ rates, n };
}

static int
cell_cmp(const void *pa, const void *pb)
{
	const struct emv_cell *a = pa, *b = pb;
	int c = strcmp(a->key, b->key);

	if (c == 0)
		c = a->network - b->network;
	return c != 0 ? c : (a->part > b->part) - (a->part < b->part);
}

/* One cell of each kind, in their order. */
static void
merge(struct emv *e)
{
	size_t n = 0;

	if (e->n > 1)
		qsort(e->cells, e->n, sizeof(*e->cells), cell_cmp);
	for (size_t i = 0; i < e->n; i++) {
		if (n > 0 && cell_cmp(&e->cells[n - 1], &e->cells[i]) == 0)
			e->cells[n - 1].clicks += e->cells[i].clicks;
		else
			e->cells[n++] = e->cells[i];
	}
	e->n = n;
}

/*
 * The values of the cells: the sum of clicks x rate is rounded once, half up, and shared out by
 * largest remainder, so that every breakdown adds up to the same total.
 */
static void
emv_value(struct rq *rq, struct emv *e)
{
	uint64_t *weights, sum = 0;
	int64_t *values;
	struct share_of *scratch;

	merge(e);
	weights = arena_array(rq->arena, e->n, uint64_t);
	values = arena_array(rq->arena, e->n, int64_t);
	scratch = arena_array(rq->arena, e->n, struct share_of);
	e->clicks = e->unrated = 0;
	for (size_t i = 0; i < e->n; i++) {
		const struct emv_cell *c = &e->cells[i];
		int64_t rate = emv_rate_of(&e->parts[c->part], e->currency, c->network);

		e->clicks += c->clicks;
		if (rate == J_NO_INT)
			e->unrated += c->clicks;
		else
			weights[i] = (uint64_t)c->clicks * (uint64_t)rate;
		sum += weights[i];
	}
	e->value_minor = (int64_t)((sum + EMV_PER / 2) / EMV_PER);
	if (sum == 0)
		return;
	split_exactly(e->value_minor, weights, e->n, values, scratch);
	for (size_t i = 0; i < e->n; i++)
		e->cells[i].value_minor = values[i];
}

static struct emv_line
line_of(const struct emv *e, int network, size_t part)
{
	const struct emv_part *p = &e->parts[part];

	return (struct emv_line){
		.network = network,
		.from = p->from,
		.to = p->to,
		.set_id = p->set != NULL ? p->set->id : (struct uuid){ { 0 } },
		.example = p->set == NULL,
		.thousand_clicks_minor = emv_rate_of(p, e->currency, network),
	};
}

struct emv_line *
emv_lines(struct rq *rq, const struct emv *e, size_t *ret_n)
{
	size_t all = e->n_parts * NETWORK__MAX, n = 0;
	struct emv_line *lines = arena_array(rq->arena, all, struct emv_line);

	for (size_t i = 0; i < all; i++)
		lines[i] = line_of(e, (int)(i / e->n_parts), i % e->n_parts);
	for (size_t i = 0; i < e->n; i++) {
		const struct emv_cell *c = &e->cells[i];
		struct emv_line *to = &lines[(size_t)c->network * e->n_parts + c->part];

		to->clicks += c->clicks;
		to->value_minor += c->value_minor;
	}
	/* What has neither clicks nor a rate says nothing. */
	for (size_t i = 0; i < all; i++) {
		if (lines[i].clicks > 0 || lines[i].thousand_clicks_minor != J_NO_INT)
			lines[n++] = lines[i];
	}
	*ret_n = n;
	return lines;
}

/* --- reading --- */

struct sets {
	struct emv_set *list;
	size_t n;
};

static enum fault
take_set(struct rq *rq, void *row, void *arg)
{
	const struct emv_set *s = row;
	struct sets *sets = arg;

	sets->list[sets->n] = *s;
	sets->list[sets->n++].rates = emv_unpack(rq->arena, s->packed);
	return FAULT_NONE;
}

struct taking {
	struct emv *emv;
	size_t part;
};

static enum fault
take_cell(struct rq *rq, void *row, void *arg)
{
	const struct emv_cell_row *r = row;
	struct taking *t = arg;
	struct emv *e = t->emv;
	struct emv_cell *c;

	e->cells = arena_grow(rq->arena, e->cells, e->n, &e->room);
	c = &e->cells[e->n++];
	*c = (struct emv_cell){ .network = r->network, .part = t->part, .clicks = r->clicks };
	if (r->key.n > 0 && r->key.n < REPORT_KEY_SIZE)
		memcpy(c->key, r->key.s, r->key.n);
	return FAULT_NONE;
}

static int64_t
day_us(const char *date)
{
	struct civil day = { 0 };

	(void)date_parse(str_of(date), &day.year, &day.month, &day.day);
	return civil_to_us(day);
}

enum fault
emv_read(struct rq *rq, const struct report_ask *ask, struct emv *ret)
{
	const struct emv_page page = { .company_id = ask->company_id,
		                       .currency = ask->currency,
		                       .to = ask->to,
		                       .limit = EMV_SETS_MAX };
	struct sets sets = { arena_array(rq->arena, EMV_SETS_MAX, struct emv_set), 0 };
	enum fault e = emv_sql_sets(rq, &page, take_set, &sets);

	*ret = (struct emv){ .currency = ask->currency };
	ret->parts = arena_array(rq->arena, sets.n + 1, struct emv_part);
	ret->n_parts = emv_parts(sets.list, sets.n, ask->from, ask->to, ret->parts);
	for (size_t i = 0; !e && i < ret->n_parts; i++) {
		struct report_ask part = *ask;
		struct taking t = { ret, i };

		part.from_us = day_us(ret->parts[i].from);
		part.to_us = day_us(ret->parts[i].to);
		e = emv_clicks(rq, &part, take_cell, &t);
	}
	if (!e)
		emv_value(rq, ret);
	return e;
}

void
emv_table(struct sheet *s, const struct emv *e, const struct tally *names)
{
	static const struct sheet_column columns[] = {
		{ "key", SHEET_TEXT },
		{ "name", SHEET_TEXT },
		{ "network", SHEET_TEXT },
		{ "from", SHEET_DATE },
		{ "to", SHEET_DATE },
		{ "clicks", SHEET_INT },
		{ "thousand_clicks_minor", SHEET_INT },
		{ "example", SHEET_TEXT },
		{ "amount_minor", SHEET_INT },
		{ "currency", SHEET_TEXT },
	};
	size_t row = 0;

	sheet_head(s, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < e->n; i++) {
		const struct emv_cell *c = &e->cells[i];
		const struct emv_part *p = &e->parts[c->part];
		int64_t rate = emv_rate_of(p, e->currency, c->network);

		/* Both are in the order of their keys. */
		while (row + 1 < names->n_rows && strcmp(names->rows[row].key, c->key) < 0)
			row++;
		sheet_text(s, str_of(c->key));
		sheet_text(s, str_of(names->rows[row].name));
		sheet_text(s, str_of(network_names[c->network]));
		sheet_text(s, str_of(p->from));
		sheet_text(s, str_of(p->to));
		sheet_number(s, c->clicks);
		if (rate != J_NO_INT)
			sheet_number(s, rate);
		else
			sheet_empty(s);
		sheet_text(s, str_of(p->set == NULL ? "yes" : "no"));
		sheet_number(s, c->value_minor);
		sheet_text(s, str_of(e->currency));
		sheet_end_row(s);
	}
}
