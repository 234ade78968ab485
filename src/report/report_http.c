/* SPDX-License-Identifier: Apache-2.0 */
/* report_http.c - attribution over HTTP: queries, the totals, route rows. */
#include "rostra/csv.h"

#include "report_int.h"

/* clang-format off */
#define PERIOD_FIELDS \
	J_TEXT(struct report_query, from, J_DATE, 10, 10, .help = "Local date, included; default 30 days before to"), \
	J_TEXT(struct report_query, to, J_DATE, 10, 10, .help = "Local date, excluded; default tomorrow"), \
	J_TEXT(struct report_query, time_zone, J_ZONE, 1, 64, .help = "IANA zone of the dates; default the company's")
#define MODEL_FIELDS \
	J_WORD(struct report_query, model, 0, model_names, MODEL_LINEAR), \
	J_INT64(struct report_query, window_days, 0, 0, REPORT_WINDOW_MAX, J_NO_INT, \
		.help = "Look-back in days, both ends included; default the campaign's, else the company's")
#define CONVERSION_FIELDS \
	MODEL_FIELDS, \
	J_WORD(struct report_query, stage, 0, lead_stage_names, STAGE_LEAD, .help = "Which events are credited"), \
	J_TEXT(struct report_query, currency, J_CURRENCY, 3, 3, .help = "Default the company's")

static const struct j_field totals_query_fields[] = {
	PERIOD_FIELDS, CONVERSION_FIELDS,
	J_WORD(struct report_query, group, 0, dimension_names, BY_PERSON),
};
static const struct j_schema totals_query = J_SCHEMA("attribution_query", struct report_query, totals_query_fields);

static const struct j_field credits_query_fields[] = {
	PERIOD_FIELDS, CONVERSION_FIELDS,
	J_ID(struct report_query, person, 0), J_ID(struct report_query, team, 0),
	J_WORD(struct report_query, network, 0, network_names, -1),
	J_ID(struct report_query, post, 0), J_ID(struct report_query, campaign, 0),
	J_ID(struct report_query, channel, 0),
	J_WORD(struct report_query, without, 0, without_names, -1, .help = "Only touches that have none: the row whose key is null"),
	J_BOOLEAN(struct report_query, unattributed, 0, false, .help = "Only what nobody is credited for"),
};
static const struct j_schema credits_query = J_SCHEMA("credits_query", struct report_query, credits_query_fields);

static const struct j_field touches_query_fields[] = {
	MODEL_FIELDS, J_ID(struct report_query, conversion, J_REQUIRED),
};
static const struct j_schema touches_query = J_SCHEMA("touches_query", struct report_query, touches_query_fields);

static const struct j_field clicks_query_fields[] = {
	J_TEXT(struct report_query, from, J_DATE, 10, 10, .help = "UTC date, included; default 30 days before to"),
	J_TEXT(struct report_query, to, J_DATE, 10, 10, .help = "UTC date, excluded; default tomorrow"),
	J_WORD(struct report_query, group, 0, dimension_names, BY_PERSON),
};
static const struct j_schema clicks_query = J_SCHEMA("clicks_query", struct report_query, clicks_query_fields);

static const struct j_field money_fields[] = {
	J_INT64(struct money, amount_minor, 0, 0, 0, 0, .help = "Minor units, such as cents"),
	J_TEXT(struct money, currency, J_CURRENCY, 3, 3),
};
const struct j_schema report_money_schema = J_SCHEMA("report_money", struct money, money_fields);

struct sum_view {
	int64_t       conversions; /* millionths */
	const struct money *value;
};
static const struct j_field sum_fields[] = {
	J_DECIMAL(struct sum_view, conversions, 0),
	J_SUB(struct sum_view, value, 0, &report_money_schema),
};
static const struct j_schema sum_schema = J_SCHEMA("attribution_sum", struct sum_view, sum_fields);

struct row_view {
	const char *key, *name;
	int64_t     conversions, influenced;
	struct money money;
	const struct money *value;
};
static const struct j_field row_fields[] = {
	J_TEXT(struct row_view, key, J_NULLABLE, 0, 0, .help = "Id or word of the group; null: none, such as no team"),
	J_TEXT(struct row_view, name, J_NULLABLE | J_PII, 0, 0),
	J_DECIMAL(struct row_view, conversions, 0, .help = "Credit, in conversions, to the millionth"),
	J_SUB(struct row_view, value, 0, &report_money_schema),
	J_INT64(struct row_view, influenced, 0, 0, 0, 0, .help = "Conversions whose path it touched: does not add up"),
};
static const struct j_schema row_schema = J_SCHEMA("attribution_row", struct row_view, row_fields);

static const struct j_field other_fields[] = {
	J_TEXT(struct other_currency, currency, J_CURRENCY, 3, 3),
	J_INT64(struct other_currency, conversions, 0, 0, 0, 0),
};
static const struct j_schema other_schema = J_SCHEMA("other_currency", struct other_currency, other_fields);

struct report_view {
	int64_t       as_of, window_days;
	int           model, stage, group;
	const char   *from, *to, *time_zone, *currency;
	const struct sum_view *totals, *unattributed;
	struct j_list rows, other_currencies;
};
static const struct j_field report_fields[] = {
	J_AT(struct report_view, as_of, 0, .help = "All that was there at this moment is in it"),
	J_WORD(struct report_view, model, 0, model_names, 0),
	J_INT64(struct report_view, window_days, J_NULLABLE, 0, 0, 0, .help = "null: each campaign's own"),
	J_WORD(struct report_view, stage, 0, lead_stage_names, 0),
	J_WORD(struct report_view, group, 0, dimension_names, 0),
	J_TEXT(struct report_view, from, J_DATE, 10, 10), J_TEXT(struct report_view, to, J_DATE, 10, 10),
	J_TEXT(struct report_view, time_zone, 0, 1, 64),
	J_TEXT(struct report_view, currency, J_CURRENCY, 3, 3),
	J_SUB(struct report_view, totals, 0, &sum_schema),
	J_SUB(struct report_view, unattributed, 0, &sum_schema),
	J_OBJECTS(struct report_view, rows, 0, 0, 0, &row_schema),
	J_OBJECTS(struct report_view, other_currencies, 0, 0, 0, &other_schema),
};
static const struct j_schema report_schema = J_SCHEMA("attribution_report", struct report_view, report_fields);
/* clang-format on */

enum { CURRENCIES_MAX = 64 };

static enum fault
take_other(struct rq *rq, void *row, void *arg)
{
	struct j_list *list = arg;

	(void)rq;
	if (list->n < CURRENCIES_MAX)
		((struct other_currency *)list->items)[list->n++] =
		    *(const struct other_currency *)row;
	return FAULT_NONE;
}

static const struct sum_view *
sum_of(struct rq *rq, const struct total *t, const char *currency)
{
	struct sum_view *sum = arena_new(rq->arena, struct sum_view);
	struct money *value = arena_new(rq->arena, struct money);

	*value = (struct money){ t->value, currency };
	*sum = (struct sum_view){ t->count, value };
	return sum;
}

static struct j_list
rows_of(struct rq *rq, const struct totals *t, const struct report_ask *ask)
{
	struct row_view *rows = arena_array(rq->arena, t->n, struct row_view);

	for (size_t i = 0; i < t->n; i++) {
		const struct total *from = &t->rows[i];

		rows[i] = (struct row_view){
			.key = from->key[0] != '\0' ? from->key : NULL,
			.name = ask->by == BY_NETWORK ? from->key : from->name,
			.conversions = from->count,
			.influenced = from->influenced,
			.money = { from->value, ask->currency },
		};
		rows[i].value = &rows[i].money;
	}
	return (struct j_list){ rows, t->n };
}

static void
put_csv_row(struct buf *b, const struct row_view *r)
{
	csv_text(b, str_of(r->key), true);
	csv_text(b, str_of(r->name), false);
	csv_number(b, r->conversions, false);
	csv_number(b, r->value->amount_minor, false);
	csv_text(b, str_of(r->value->currency), false);
	csv_number(b, r->influenced, false);
	csv_end_row(b);
}

static void
put_csv(struct call *call, const struct report_view *v, const struct sum_view *unattributed)
{
	const struct row_view *rows = v->rows.items;
	struct row_view none = {
		.key = "unattributed",
		.conversions = unattributed->conversions,
		.value = unattributed->value,
	};
	struct buf *b;

	http_header(call, "Content-Disposition", "attachment; filename=\"attribution.csv\"");
	b = http_raw(call, 200, "text/csv; charset=utf-8");
	buf_lit(b, "key,name,conversions_millionths,amount_minor,currency,influenced\r\n");
	for (size_t i = 0; i < v->rows.n; i++)
		put_csv_row(b, &rows[i]);
	put_csv_row(b, &none);
}

struct reading {
	const struct report_ask *ask;
	struct totals totals;
	struct other_currency *others;
	struct j_list list;
};

/* All of a report sees the rows of one moment, so that its parts agree. */
static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct reading *r = arg;
	enum fault e = totals_of(rq, r->ask, &r->totals);

	r->list = (struct j_list){ r->others, 0 };
	return e ? e : report_sql_others(rq, r->ask, take_other, &r->list);
}

static enum fault
attribution_get(struct rq *rq, struct call *call, void *reply)
{
	struct report_view *v = reply;
	struct report_ask ask;
	struct reading r = { .ask = &ask };
	enum fault e = report_resolve(rq, call->query, &ask);

	if (e)
		return e;
	r.others = arena_array(rq->arena, CURRENCIES_MAX, struct other_currency);
	e = db_snapshot(rq, read_tx, &r);
	if (e)
		return e;
	*v = (struct report_view){
		.as_of = rq->now_us,
		.window_days = ask.window_days,
		.model = (int)ask.model,
		.stage = ask.stage,
		.group = (int)ask.by,
		.from = ask.from,
		.to = ask.to,
		.time_zone = ask.time_zone,
		.currency = ask.currency,
		.totals = sum_of(rq, &r.totals.all, ask.currency),
		.unattributed = sum_of(rq, &r.totals.unattributed, ask.currency),
		.rows = rows_of(rq, &r.totals, &ask),
		.other_currencies = r.list,
	};
	if (call->csv)
		put_csv(call, v, v->unattributed);
	return FAULT_NONE;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/reports/attribution", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_CSV, .query = &totals_query,
	  .kind = REPLY_OBJECT, .reply = &report_schema, .handle = attribution_get,
	  .name = "report_attribution", .summary = "Who brought what: credit by person, team, network, post, campaign or channel" },
	{ .method = HTTP_GET, .path = "/v1/reports/attribution/credits", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_CSV, .query = &credits_query,
	  .kind = REPLY_LIST, .reply = &credit_schema, .handle = credits_get,
	  .name = "report_credits", .summary = "The rows behind a report, which add up to it" },
	{ .method = HTTP_GET, .path = "/v1/reports/attribution/touches", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .query = &touches_query,
	  .kind = REPLY_LIST, .reply = &touch_credit_schema, .handle = touches_get,
	  .name = "report_touches", .summary = "The path of one conversion, touch by touch, with its clicks" },
	{ .method = HTTP_GET, .path = "/v1/reports/clicks", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .query = &clicks_query,
	  .kind = REPLY_OBJECT, .reply = &clicks_report_schema, .handle = clicks_get,
	  .name = "report_clicks", .summary = "Clicks by class, the doubtful ones too" },
};
/* clang-format on */

const struct route_table report_routes = ROUTES("report", rows);
