/* SPDX-License-Identifier: Apache-2.0 */
/* exchange.c - which rate holds when, and what it makes of an amount: whole numbers throughout. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exchange_int.h"

enum { LETTERS = 26, DIGITS_USUAL = 2, DECIMALS_MAX = 9 };

__extension__ typedef __int128 product;

/* ISO 4217 list one: those that do not have two digits. */
static const struct {
	const char *digits;
	const char *currencies;
} unusual[] = {
	{ "0", "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF" },
	{ "3", "BHD IQD JOD KWD LYD OMR TND" },
	{ "4", "CLF UYW" },
};

int
currency_digits(const char *currency)
{
	for (size_t i = 0; i < sizeof(unusual) / sizeof(unusual[0]); i++) {
		struct str rest = str_of(unusual[i].currencies), one;

		while (str_split(&rest, ' ', &one)) {
			if (str_is(one, currency))
				return unusual[i].digits[0] - '0';
		}
	}
	return DIGITS_USUAL;
}

bool
exchange_apply(struct exchange_pair rates, const char *from, const char *to, int64_t amount_minor,
               int64_t *ret_minor)
{
	int digits = currency_digits(to) - currency_digits(from);
	product over = (product)amount_minor * rates.to, under = rates.from, half;

	/* 10^19 times 10^18 times 10^4 at the most: 38 digits and a bit are there. */
	if (rates.from <= 0 || amount_minor > INT64_MAX / 1000 || amount_minor < INT64_MIN / 1000)
		return false;
	for (; digits > 0; digits--)
		over *= 10;
	for (; digits < 0; digits++)
		under *= 10;
	half = under / 2;
	over = (over + (over < 0 ? -half : half)) / under;
	if (over > INT64_MAX || over < -INT64_MAX)
		return false;
	*ret_minor = (int64_t)over;
	return true;
}

/* --- text --- */

bool
exchange_rate_parse(struct str text, int64_t *ret_billionths)
{
	struct str rest = text, whole, decimals;
	int64_t units = 0, parts = 0;

	if (!str_split(&rest, '.', &whole) || whole.n == 0 || whole.s[0] == '-' ||
	    !str_int64(whole, &units))
		return false;
	decimals = rest;
	if (decimals.s != NULL && (decimals.n == 0 || decimals.n > DECIMALS_MAX ||
	                           decimals.s[0] == '-' || !str_int64(decimals, &parts)))
		return false;
	for (size_t i = decimals.n; i < DECIMALS_MAX; i++)
		parts *= 10;
	if (units > EXCHANGE_ONE || (units == EXCHANGE_ONE && parts > 0))
		return false;
	*ret_billionths = units * EXCHANGE_ONE + parts;
	return *ret_billionths > 0;
}

const char *
exchange_rate_text(struct rq *rq, int64_t billionths)
{
	char *text = arena_printf(rq->arena, "%" PRId64 ".%09" PRId64, billionths / EXCHANGE_ONE,
	                          billionths % EXCHANGE_ONE);
	size_t n = strlen(text);

	while (text[n - 1] == '0')
		n--;
	text[text[n - 1] == '.' ? n - 1 : n] = '\0';
	return text;
}

int64_t
currency_number(const char *currency)
{
	int64_t n = 0;

	for (; *currency != '\0'; currency++)
		n = n * LETTERS + (*currency - 'A');
	return n;
}

void
currency_of_number(int64_t n, char out[CURRENCY_SIZE])
{
	for (int i = CURRENCY_SIZE - 2; i >= 0; i--, n /= LETTERS)
		out[i] = (char)('A' + n % LETTERS);
	out[CURRENCY_SIZE - 1] = '\0';
}

/* --- by day --- */

static int
by_currency(const void *a, const void *b)
{
	const struct exchange_row *left = a, *right = b;
	int c = memcmp(left->currency, right->currency, CURRENCY_SIZE);

	if (c != 0)
		return c;
	return left->day_us < right->day_us ? -1 : left->day_us > right->day_us;
}

void
exchange_of(struct exchange_row *rows, size_t n, struct exchange *ret)
{
	*ret = (struct exchange){ rows, n, "" };
	if (n == 0)
		return;
	qsort(rows, n, sizeof(*rows), by_currency);
	memcpy(ret->base, rows[0].base, CURRENCY_SIZE);
}

/* The newest of the currency that began at or before the moment. */
static const struct exchange_row *
newest_at(const struct exchange *x, const char *currency, int64_t at_us)
{
	struct exchange_row key = { .day_us = at_us };
	size_t low = 0, high = x->n;

	if (strlen(currency) >= CURRENCY_SIZE)
		return NULL;
	memcpy(key.currency, currency, strlen(currency));
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_currency(&x->rows[middle], &key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || memcmp(x->rows[low - 1].currency, key.currency, CURRENCY_SIZE) != 0)
		return NULL;
	return &x->rows[low - 1];
}

const struct exchange_row *
exchange_row_of(const struct exchange *x, const char *currency, int64_t day_us)
{
	const struct exchange_row *row = newest_at(x, currency, day_us);

	return row != NULL && row->day_us == day_us ? row : NULL;
}

static bool
rate_at(const struct exchange *x, const char *currency, int64_t at_us, int64_t *ret)
{
	const struct exchange_row *row;

	*ret = EXCHANGE_ONE;
	if (cstr_eq(currency, x->base))
		return true;
	row = newest_at(x, currency, at_us);
	if (row == NULL || at_us - row->day_us >= (EXCHANGE_HOLDS_DAYS + 1) * US_PER_DAY)
		return false;
	*ret = row->billionths;
	return true;
}

bool
exchange_pair_at(const struct exchange *x, const char *from, const char *to, int64_t at_us,
                 struct exchange_pair *ret)
{
	*ret = (struct exchange_pair){ EXCHANGE_ONE, EXCHANGE_ONE };
	if (cstr_eq(from, to))
		return true;
	return rate_at(x, from, at_us, &ret->from) && rate_at(x, to, at_us, &ret->to);
}

/* --- reading --- */

struct rows {
	struct exchange_row *list;
	size_t n, room;
};

static enum fault
take_row(struct rq *rq, void *row, void *arg)
{
	struct exchange_row *r = row;
	struct rows *rows = arg;

	rows->list = arena_grow(rq->arena, rows->list, rows->n, &rows->room);
	memcpy(r->currency, r->currency_text, CURRENCY_SIZE);
	memcpy(r->base, r->base_text, CURRENCY_SIZE);
	rows->list[rows->n++] = *r;
	return FAULT_NONE;
}

enum fault
exchange_read(struct rq *rq, int64_t from_us, int64_t to_us, struct exchange **ret)
{
	const struct exchange_period p = { .company_id = rq_company(rq),
		                           .from_us =
		                               from_us - (EXCHANGE_HOLDS_DAYS + 1) * US_PER_DAY,
		                           .to_us = to_us };
	struct rows rows = { .n = 0 };
	enum fault e = exchange_sql_each(rq, &p, take_row, &rows);

	if (e)
		return e;
	*ret = arena_new(rq->arena, struct exchange);
	exchange_of(rows.list, rows.n, *ret);
	return FAULT_NONE;
}
