/* SPDX-License-Identifier: Apache-2.0 */
/* report_http.c - attribution and what stands beside it over HTTP: queries and route rows. */
#include "report_int.h"
#include "report_query_int.h"

/* clang-format off */
#define VALUE_FIELDS \
	J_TEXT(struct report_query, currency, J_CURRENCY, 3, 3, .help = "Of values; default the company's"), \
	J_BOOLEAN(struct report_query, convert, 0, false, \
		.help = "Values of other currencies too, at the company's rate of the conversion's UTC day")
#define CONVERSION_FIELDS \
	J_WORD(struct report_query, stage, 0, lead_stage_names, STAGE_LEAD, .help = "Which events are credited"), VALUE_FIELDS

static const struct j_field totals_query_fields[] = {
	PERIOD_FIELDS, CONVERSION_FIELDS, MODEL_FIELDS,
	{ .name = "model", .type = J_SET, .off = J_OFF(struct report_query, models, uint32_t), .names = model_names,
	  .help = "Default linear; several side by side, in the order of this list; in a table, columns without a model's name are the first one's" },
	J_WORD(struct report_query, group, 0, dimension_names, BY_PERSON),
};
static const struct j_schema totals_query = J_SCHEMA("attribution_query", struct report_query, totals_query_fields);

static const struct j_field credits_query_fields[] = {
	PERIOD_FIELDS, CONVERSION_FIELDS, ONE_MODEL_FIELDS,
	J_ID(struct report_query, person, 0), J_ID(struct report_query, team, 0),
	J_WORD(struct report_query, network, 0, network_names, -1),
	J_ID(struct report_query, post, 0), J_ID(struct report_query, campaign, 0),
	J_ID(struct report_query, channel, 0),
	J_TEXT(struct report_query, text, 0, 3, 16,
		.help = "With post: a text of it by its key in the content report, whose texts are the participants then"),
	J_WORD(struct report_query, without, 0, without_names, -1, .help = "Only touches that have none: the row whose key is null"),
	J_BOOLEAN(struct report_query, unattributed, 0, false, .help = "Only what nobody is credited for"),
};
static const struct j_schema credits_query = J_SCHEMA("credits_query", struct report_query, credits_query_fields);

static const struct j_field definition_query_fields[] = {
	J_TEXT(struct report_query, time_zone, J_ZONE, 1, 64), CONVERSION_FIELDS, ONE_MODEL_FIELDS,
};
const struct j_schema definition_query_schema = J_SCHEMA("definition_query", struct report_query, definition_query_fields);

static const struct j_field touches_query_fields[] = {
	ONE_MODEL_FIELDS, J_ID(struct report_query, conversion, J_REQUIRED),
};
static const struct j_schema touches_query = J_SCHEMA("touches_query", struct report_query, touches_query_fields);

static const struct j_field series_query_fields[] = {
	PERIOD_FIELDS,
	J_WORD(struct report_query, step, 0, bucket_names, STEP_DAY, .help = "Weeks begin on Monday; the first and the last bucket may be cut"),
	VALUE_FIELDS,
};
static const struct j_schema series_query = J_SCHEMA("series_query", struct report_query, series_query_fields);

static const struct j_field clicks_query_fields[] = {
	J_TEXT(struct report_query, from, J_DATE, 10, 10, .help = "UTC date, included; default 30 days before to"),
	J_TEXT(struct report_query, to, J_DATE, 10, 10, .help = "UTC date, excluded; default tomorrow"),
	J_WORD(struct report_query, group, 0, dimension_names, BY_PERSON),
};
static const struct j_field funnel_query_fields[] = {
	J_TEXT(struct report_query, from, J_DATE, 10, 10, .help = "UTC date, included; default 30 days before to"),
	J_TEXT(struct report_query, to, J_DATE, 10, 10, .help = "UTC date, excluded; default tomorrow"),
	VALUE_FIELDS, ONE_MODEL_FIELDS,
};
static const struct j_schema funnel_query = J_SCHEMA("funnel_query", struct report_query, funnel_query_fields);
static const struct j_schema clicks_query = J_SCHEMA("clicks_query", struct report_query, clicks_query_fields);

static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/reports/attribution", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_TABLE, .query = &totals_query,
	  .kind = REPLY_OBJECT, .reply = &attribution_schema, .handle = attribution_get,
	  .name = "report_attribution", .summary = "Who brought what: credit by person, team, network, post, campaign or channel" },
	{ .method = HTTP_GET, .path = "/v1/reports/attribution/credits", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_TABLE, .query = &credits_query,
	  .kind = REPLY_LIST, .reply = &credit_schema, .handle = credits_get,
	  .name = "report_credits", .summary = "The rows behind a report, which add up to it" },
	{ .method = HTTP_GET, .path = "/v1/reports/attribution/touches", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .query = &touches_query,
	  .kind = REPLY_LIST, .reply = &touch_credit_schema, .handle = touches_get,
	  .name = "report_touches", .summary = "The path of one conversion, touch by touch, with its clicks" },
	{ .method = HTTP_GET, .path = "/v1/reports/funnel", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_TABLE, .query = &funnel_query,
	  .kind = REPLY_OBJECT, .reply = &funnel_schema, .handle = funnel_get,
	  .name = "report_funnel", .summary = "From shares to sales by group: what happened in the period, with rates" },
	{ .method = HTTP_GET, .path = "/v1/reports/series", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_TABLE, .query = &series_query,
	  .kind = REPLY_OBJECT, .reply = &series_schema, .handle = series_get,
	  .name = "report_series", .summary = "What happened when: by day, week or month of a time zone" },
	{ .method = HTTP_GET, .path = "/v1/reports/clicks", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_TABLE, .query = &clicks_query,
	  .kind = REPLY_OBJECT, .reply = &clicks_report_schema, .handle = clicks_get,
	  .name = "report_clicks", .summary = "Clicks by class, the doubtful ones too" },
};
/* clang-format on */

const struct route_table report_routes = ROUTES("report", rows);
