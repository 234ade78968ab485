/* SPDX-License-Identifier: Apache-2.0 */
/* seal_rates.c - the exchange rates that a sealed run used, as they were then. */
#include "seal_int.h"

struct rate_view {
	const char *day, *currency, *rate_from, *rate_to;
};

/* clang-format off */
static const struct j_field rate_fields[] = {
	J_TEXT(struct rate_view, day, J_REQUIRED | J_DATE, 10, 10, .help = "UTC date of the conversions"),
	J_TEXT(struct rate_view, currency, J_REQUIRED | J_CURRENCY, 3, 3, .help = "Of their values"),
	J_TEXT(struct rate_view, rate_from, J_REQUIRED, 1, 21, .help = "Units of currency for one of the company's base"),
	J_TEXT(struct rate_view, rate_to, J_REQUIRED, 1, 21, .help = "Units of the run's currency for one of the base"),
};
const struct j_schema sealed_rate_schema = J_SCHEMA("report_run_rate", struct rate_view, rate_fields);
/* clang-format on */

static enum fault
put_rate(struct rq *rq, void *row, void *arg)
{
	const struct used_rate *r = row;
	struct civil day = civil_from_us(r->day_us);
	struct rate_view v = {
		.day = arena_printf(rq->arena, "%04d-%02d-%02d", day.year, day.month, day.day),
		.currency = r->currency,
		.rate_from = exchange_rate_text(rq, r->rate.from),
		.rate_to = exchange_rate_text(rq, r->rate.to),
	};

	page_add(rq, arg, &v,
	         (struct page_key){ .k = { r->day_us, currency_number(r->currency) } });
	return FAULT_NONE;
}

enum fault
run_rates_get(struct rq *rq, struct call *call, void *reply)
{
	char after[CURRENCY_SIZE] = "";
	const struct rate_page page = {
		.company_id = rq_company(rq),
		.run_id = call->id[1],
		.after_us = call->after ? call->key.k[0] : 0,
		.after = after,
		.limit = call->limit + 1,
	};
	struct run run;
	enum fault e = run_sql_get(rq, call->id[0], call->id[1], &run);

	(void)reply;
	if (call->after)
		currency_of_number(call->key.k[1], after);
	return e ? e : run_sql_rates(rq, &page, put_rate, call);
}
