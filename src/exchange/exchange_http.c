/* SPDX-License-Identifier: Apache-2.0 */
/* exchange_http.c - the company's exchange rates, for its admins to read. */
#include <string.h>

#include "rostra/caller.h"

#include "exchange_int.h"

struct rates_query {
	const char *currency;
};
struct rate_view {
	const char *day, *base, *currency, *rate;
	int64_t loaded_at;
};

/* clang-format off */
static const struct j_field query_fields[] = {
	J_TEXT(struct rates_query, currency, J_CURRENCY, 3, 3),
};
static const struct j_schema query_schema = J_SCHEMA("exchange_rate_query", struct rates_query, query_fields);

static const struct j_field rate_fields[] = {
	J_TEXT(struct rate_view, day, J_REQUIRED | J_DATE, 10, 10,
		.help = "UTC date from which on it holds, until the next one, for 31 days at most"),
	J_TEXT(struct rate_view, base, J_REQUIRED | J_CURRENCY, 3, 3),
	J_TEXT(struct rate_view, currency, J_REQUIRED | J_CURRENCY, 3, 3),
	J_TEXT(struct rate_view, rate, J_REQUIRED, 1, 21, .help = "Units of currency for one of base: a decimal number"),
	J_AT(struct rate_view, loaded_at, J_REQUIRED),
};
static const struct j_schema rate_schema = J_SCHEMA("exchange_rate", struct rate_view, rate_fields);
/* clang-format on */

static enum fault
put_row(struct rq *rq, void *row, void *arg)
{
	const struct exchange_row *r = row;
	struct civil day = civil_from_us(r->day_us);
	struct rate_view v = {
		.day = arena_printf(rq->arena, "%04d-%02d-%02d", day.year, day.month, day.day),
		.base = r->base_text,
		.currency = r->currency_text,
		.rate = exchange_rate_text(rq, r->billionths),
		.loaded_at = r->loaded_at,
	};

	page_add(rq, arg, &v,
	         (struct page_key){ .k = { r->day_us, currency_number(r->currency_text) } });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct rates_query *q = call->query;
	char before[CURRENCY_SIZE] = "[[["; /* behind all letters */
	struct exchange_page page = {
		.company_id = rq_company(rq),
		.currency = q->currency,
		.before_us = call->after ? call->key.k[0] : rq->now_us + US_PER_DAY,
		.before = before,
		.limit = call->limit + 1,
	};

	(void)reply;
	if (call->after)
		currency_of_number(call->key.k[1], before);
	return exchange_sql_page(rq, &page, put_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/exchange-rates", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .query = &query_schema, .kind = REPLY_LIST, .reply = &rate_schema,
	  .handle = handle_list, .name = "exchange_rate_list",
	  .summary = "Exchange rates that reports use, newest first; the operator loads them" },
};
/* clang-format on */

const struct route_table exchange_routes = ROUTES("report", rows);
