/* SPDX-License-Identifier: Apache-2.0 */
/* convert.c - values of other currencies in a report: each at the rate of its own day. */
#include <string.h>

#include "report_int.h"

enum fault
report_convert(struct rq *rq, struct report_ask *ask)
{
	struct converting *c;

	ask->converting = NULL; /* a transaction may start again */
	if (!ask->convert)
		return FAULT_NONE;
	c = ask->converting = arena_new(rq->arena, struct converting);
	c->missing = arena_array(rq->arena, CURRENCIES_MAX, struct other_currency);
	c->converted = arena_array(rq->arena, CURRENCIES_MAX, struct other_currency);
	return exchange_read(rq, ask->from_us, ask->to_us, &c->exchange);
}

static void
count(struct rq *rq, const char *currency, struct other_currency *list, size_t *n)
{
	size_t i = 0;

	while (i < *n && !cstr_eq(list[i].currency, currency))
		i++;
	if (i == CURRENCIES_MAX)
		return;
	if (i == *n)
		list[(*n)++].currency = arena_strdup(rq->arena, currency);
	list[i].conversions++;
}

/* Conversions come in the order of their days: what is known of this day is at the end. */
static bool
find_rate(struct rq *rq, const struct report_ask *ask, const char *currency, int64_t day_us,
          struct exchange_pair *ret)
{
	struct converting *c = ask->converting;
	struct used_rate *more;

	for (size_t i = c->n_used; i > 0 && c->used[i - 1].day_us == day_us; i--) {
		*ret = c->used[i - 1].rate;
		if (cstr_eq(c->used[i - 1].code, currency))
			return true;
	}
	if (!exchange_pair_at(c->exchange, currency, ask->currency, day_us, ret))
		return false;
	c->used = arena_grow(rq->arena, c->used, c->n_used, &c->used_room);
	more = &c->used[c->n_used++];
	*more = (struct used_rate){ .day_us = day_us, .rate = *ret };
	memcpy(more->code, currency, CURRENCY_SIZE);
	return true;
}

bool
convert_value(struct rq *rq, const struct report_ask *ask, struct stream_row *conversion)
{
	struct converting *c = ask->converting;
	const int64_t day_us = conversion->occurred_at - conversion->occurred_at % US_PER_DAY;
	struct exchange_pair rate;

	if (conversion->currency == NULL || cstr_eq(conversion->currency, ask->currency))
		return true;
	if (!find_rate(rq, ask, conversion->currency, day_us, &rate) ||
	    !exchange_apply(rate, conversion->currency, ask->currency, conversion->value_minor,
	                    &conversion->value_minor)) {
		count(rq, conversion->currency, c->missing, &c->n_missing);
		return false;
	}
	count(rq, conversion->currency, c->converted, &c->n_converted);
	return true;
}

void
report_currencies(const struct converting *c, const struct totals *t, struct j_list *ret_others,
                  struct j_list *ret_converted)
{
	const size_t n = t->n_others < CURRENCIES_MAX ? t->n_others : CURRENCIES_MAX;

	*ret_others = c != NULL ? (struct j_list){ c->missing, c->n_missing }
	                        : (struct j_list){ t->others, n };
	if (c != NULL)
		*ret_converted = (struct j_list){ c->converted, c->n_converted };
}
