/* SPDX-License-Identifier: Apache-2.0 */
/* exchange_int.h - between the files of exchange. */
#ifndef ROSTRA_EXCHANGE_INT_H
#define ROSTRA_EXCHANGE_INT_H

#include "rostra/exchange.h"

/* The highest rate: a billion for one. */
#define EXCHANGE_BILLIONTHS_MAX (EXCHANGE_ONE * EXCHANGE_ONE)

struct exchange_row {
	struct uuid company_id;
	int64_t day_us; /* of its beginning */
	char currency[CURRENCY_SIZE], base[CURRENCY_SIZE];
	int64_t billionths, loaded_at;
	/* as the server has them */
	const char *currency_text, *base_text;
	int64_t line; /* of the file it came from */
};

/* --- rules (exchange.c) --- */

struct exchange {
	struct exchange_row *rows; /* by (currency, day) */
	size_t n;
	char base[CURRENCY_SIZE]; /* "" when there are no rates at all */
};
/* Sorts the rows into ret, which keeps them. */
void exchange_of(struct exchange_row *rows, size_t n, struct exchange *ret);
/* The row of just this day; NULL: none. */
const struct exchange_row *exchange_row_of(const struct exchange *x, const char *currency,
                                           int64_t day_us);
/* "1.0843": above zero, at most a billion, at most nine decimals. */
bool exchange_rate_parse(struct str text, int64_t *ret_billionths) MUST_CHECK;

/* --- statements (exchange_sql.c) --- */

struct exchange_page {
	struct uuid company_id;
	const char *currency; /* NULL: any */
	int64_t before_us;    /* the cursor: */
	const char *before;   /* … day and currency */
	int64_t limit;
};
struct exchange_period {
	struct uuid company_id;
	int64_t from_us, to_us;
};
enum fault exchange_sql_each(struct rq *rq, const struct exchange_period *p, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* The currency all rates of the company are given for; none: not found. */
enum fault exchange_sql_base(struct rq *rq, struct exchange_row *out, bool *ret_found) MUST_CHECK;
enum fault exchange_sql_page(struct rq *rq, const struct exchange_page *p, db_row_fn *fn,
                             void *arg) MUST_CHECK;
enum fault exchange_sql_put(struct rq *rq, const struct exchange_row *rows, size_t n) MUST_CHECK;

#endif
