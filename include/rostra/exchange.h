/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.h - a company's dated exchange rates: loaded from a file, looked up by day, applied to
 * amounts.  A rate holds from its UTC day on until the next one of its currency, at most
 * EXCHANGE_HOLDS_DAYS days.
 */
#ifndef ROSTRA_EXCHANGE_H
#define ROSTRA_EXCHANGE_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table exchange_routes;
extern const struct db_stmt_table exchange_stmts;

#define EXCHANGE_ONE INT64_C(1000000000) /* billionths */
enum { EXCHANGE_HOLDS_DAYS = 31, CURRENCY_SIZE = 4 };

/* The rates of the caller's company that hold at some moment of from <= t <= to; in the arena. */
struct exchange;
enum fault exchange_read(struct rq *rq, int64_t from_us, int64_t to_us,
                         struct exchange **ret) MUST_CHECK;

/* Units of each currency for one unit of the company's base, in billionths. */
struct exchange_pair {
	int64_t from, to;
};
/* Of the UTC day of at_us.  false: one of them has no rate then.  A currency for itself is one for
 * one, always. */
bool exchange_pair_at(const struct exchange *x, const char *from, const char *to, int64_t at_us,
                      struct exchange_pair *ret) MUST_CHECK;
/*
 * The amount in minor units of `to` (JPY has none, KWD three digits), rounded to the nearest, a
 * half away from zero.  false: it does not fit.
 */
bool exchange_apply(struct exchange_pair rates, const char *from, const char *to,
                    int64_t amount_minor, int64_t *ret_minor) MUST_CHECK;
/* Digits behind the point of an amount, by ISO 4217. */
int currency_digits(const char *currency);

/* Without needless zeros: "1.0843", "130". */
const char *exchange_rate_text(struct rq *rq, int64_t billionths);
/* Three capitals as a number in their order, for cursors, and back. */
int64_t currency_number(const char *currency);
void currency_of_number(int64_t n, char out[CURRENCY_SIZE]);

/* --- loading ---------------------------------------------------------------------------------- */

struct exchange_load {
	int64_t lines, added, same, changed;
};
struct exchange_fault {
	int64_t line;
	const char *detail;
};
/*
 * CSV whose first row names the columns day, base, currency and rate, in any order: 1 base = rate
 * currency on that day.  All or nothing: INVALID tells nothing of it was stored, and n_faults of
 * the lines why.  A rate that is there with another value is a fault unless it is to be replaced.
 */
enum { EXCHANGE_FAULTS_MAX = 100, EXCHANGE_LINES_MAX = 200000 };
struct exchange_faults {
	struct exchange_fault list[EXCHANGE_FAULTS_MAX];
	size_t n;
};
struct exchange_loader;
struct exchange_loader *exchange_load_begin(struct rq *rq, bool replace,
                                            struct exchange_faults *faults);
enum fault exchange_load_feed(struct exchange_loader *l, const char *bytes, size_t n) MUST_CHECK;
enum fault exchange_load_finish(struct exchange_loader *l, struct exchange_load *ret) MUST_CHECK;

#endif
