/* SPDX-License-Identifier: Apache-2.0 */
/* points_http.c - a person's own points over HTTP. */
#include <inttypes.h>

#include "rostra/caller.h"
#include "rostra/kudos.h"

#include "points_int.h"

struct list_query {
	int currency;
};

struct entry_view {
	const char *id, *reverses_id, *month;
	struct point_entry e;
	int64_t points;
};

struct allowance_view {
	const char *month, *time_zone;
	int64_t granted, left;
};

struct head_view {
	const struct allowance_view *allowance;
	int64_t earned;
};

/* clang-format off */
#define POINTS_MEMBER(T, m, text) J_DECIMAL(T, m, J_REQUIRED, .help = text)
static const struct j_field query_fields[] = {
	J_WORD(struct list_query, currency, 0, points_currency_names, -1, .help = "Default both"),
};
static const struct j_schema query_schema = J_SCHEMA("points_query", struct list_query, query_fields);

static const struct j_field allowance_fields[] = {
	J_TEXT(struct allowance_view, month, J_REQUIRED, 7, 7, .help = "YYYY-MM in time_zone: what is left ends with it"),
	J_TEXT(struct allowance_view, time_zone, J_REQUIRED, 1, 64, .help = "IANA; the company's"),
	POINTS_MEMBER(struct allowance_view, granted, "Points to give in this month"),
	POINTS_MEMBER(struct allowance_view, left, "Not given yet"),
};
static const struct j_schema allowance_schema = J_SCHEMA("points_allowance", struct allowance_view, allowance_fields);

static const struct j_field head_fields[] = {
	J_SUB(struct head_view, allowance, J_REQUIRED, &allowance_schema),
	POINTS_MEMBER(struct head_view, earned, "Balance of earned points: it does not end"),
};
static const struct j_schema head_schema = J_SCHEMA("points_head", struct head_view, head_fields);

#define ENTRY(t, m, c) .type = (t), .off = J_OFF(struct entry_view, e.m, c)
static const struct j_field entry_fields[] = {
	J_TEXT(struct entry_view, id, J_REQUIRED, 1, 20),
	{ .name = "currency", ENTRY(J_ENUM, currency, int), .flags = J_REQUIRED, .names = points_currency_names },
	J_DECIMAL(struct entry_view, points, J_REQUIRED),
	{ .name = "reason", ENTRY(J_ENUM, reason, int), .flags = J_REQUIRED, .names = points_reason_names },
	{ .name = "object_id", ENTRY(J_UUID, object_id, struct uuid), .flags = J_REQUIRED,
	  .help = "The kudos, share or lead it is for; of a grant the person" },
	J_TEXT(struct entry_view, month, J_NULLABLE, 7, 7, .help = "Of the allowance it belongs to"),
	J_TEXT(struct entry_view, reverses_id, J_NULLABLE, 1, 20, .help = "The entry that this one takes back"),
	{ .name = "reversed", ENTRY(J_BOOL, reversed, bool), .flags = J_REQUIRED, .help = "A later entry takes it back" },
	{ .name = "created_at", ENTRY(J_TIME, created_at, int64_t), .flags = J_REQUIRED },
};
static const struct j_schema entry_schema = J_SCHEMA("point_entry", struct entry_view, entry_fields);
/* clang-format on */

static const char *
month_text(struct arena *a, int64_t month)
{
	return arena_printf(a, "%04" PRId64 "-%02" PRId64, month / 100, month % 100);
}

static enum fault
read_head(struct rq *rq, struct call *call)
{
	struct points_allowance policy = { .time_zone = NULL };
	struct point_balance give = { .company_id = rq_company(rq),
		                      .person_id = rq->who->person,
		                      .currency = POINTS_ALLOWANCE };
	struct point_balance earned = give;
	struct allowance_view allowance;
	struct head_view head = { .allowance = &allowance };
	int64_t whole;
	enum fault e = points_sql_allowance(rq, &policy);

	if (e)
		return e;
	give.period = points_month(policy.time_zone, rq->now_us);
	earned.currency = POINTS_EARNED;
	earned.period = POINTS_EARNED_PERIOD;
	e = points_sql_balance(rq, &give);
	if (!e)
		e = points_sql_balance(rq, &earned);
	if (e)
		return e;
	whole = ((policy.monthly != J_NO_INT ? policy.monthly : KUDOS_ALLOWANCE) + policy.boost) *
	        POINTS_TENTHS;
	if (whole < give.granted_tenths)
		whole = give.granted_tenths;
	allowance = (struct allowance_view){
		.month = month_text(rq->arena, give.period),
		.time_zone = policy.time_zone,
		.granted = POINTS_MICRO(whole),
		.left = POINTS_MICRO(give.tenths + whole - give.granted_tenths),
	};
	head.earned = POINTS_MICRO(earned.tenths);
	page_head(call, &head_schema, &head);
	return FAULT_NONE;
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct point_entry *e = row;
	struct entry_view v = { .e = *e, .points = POINTS_MICRO(e->tenths) };

	v.id = arena_printf(rq->arena, "%" PRId64, e->id);
	if (e->reverses_id != J_NO_INT)
		v.reverses_id = arena_printf(rq->arena, "%" PRId64, e->reverses_id);
	if (e->period != POINTS_EARNED_PERIOD)
		v.month = month_text(rq->arena, e->period);
	page_add(rq, arg, &v, (struct page_key){ .k = { e->id } });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct points_page page = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.currency = q->currency,
		.before = call->after ? call->key.k[0] : INT64_MAX,
		.limit = call->limit + 1,
	};
	enum fault e = read_head(rq, call);

	(void)reply;
	return e ? e : points_sql_page(rq, &page, list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/points", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &query_schema, .kind = REPLY_LIST, .reply = &entry_schema, .head = &head_schema,
	  .handle = handle_list, .name = "points_list", .summary = "Own balances and ledger, newest first" },
};
/* clang-format on */

const struct route_table points_routes = ROUTES("points", rows);
