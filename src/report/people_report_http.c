/* SPDX-License-Identifier: Apache-2.0 */
/* people_report_http.c - the queries and route rows of the reports of content, teams and cohorts.
 */
#include "report_int.h"
#include "report_query_int.h"

/* clang-format off */
#define UTC_PERIOD_FIELDS \
	J_TEXT(struct report_query, from, J_DATE, 10, 10, .help = "UTC date, included; default 30 days before to"), \
	J_TEXT(struct report_query, to, J_DATE, 10, 10, .help = "UTC date, excluded; default tomorrow"), \
	J_WORD(struct report_query, model, 0, touch_model_names, MODEL_LINEAR, \
		.help = "markov credits participants of all paths together and has no rows"), MODEL_FIELDS
static const struct j_field content_query_fields[] = {
	UTC_PERIOD_FIELDS,
	J_WORD(struct report_query, by, 0, content_by_names, CONTENT_POST, .help = "text: the texts of one post"),
	J_ID(struct report_query, post, 0, .help = "With by=text"),
};
static const struct j_schema content_query = J_SCHEMA("content_query", struct report_query, content_query_fields);
static const struct j_field teams_query_fields[] = {
	UTC_PERIOD_FIELDS,
	J_INT64(struct report_query, min_members, 0, 2, 10000, 5, .help = "Teams with fewer members are told together"),
};
static const struct j_schema teams_query = J_SCHEMA("teams_query", struct report_query, teams_query_fields);
static const struct j_field cohorts_query_fields[] = {
	PERIOD_FIELDS,
	J_WORD(struct report_query, step, 0, bucket_names, STEP_MONTH, .help = "Of the cohorts: weeks begin on Monday; the first and the last may be cut"),
};
static const struct j_schema cohorts_query = J_SCHEMA("cohorts_query", struct report_query, cohorts_query_fields);

static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/reports/content", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_TABLE, .query = &content_query,
	  .kind = REPLY_OBJECT, .reply = &content_schema, .handle = content_get,
	  .name = "report_content", .summary = "What works: posts, networks and the texts of a post, from shares to sales" },
	{ .method = HTTP_GET, .path = "/v1/reports/teams", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_TABLE, .query = &teams_query,
	  .kind = REPLY_OBJECT, .reply = &teams_schema, .handle = teams_get,
	  .name = "report_teams", .summary = "Teams per head of the members they had in the period" },
	{ .method = HTTP_GET, .path = "/v1/reports/cohorts", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "reports:read", .rate = RATE_READ, .flags = ROUTE_TABLE, .query = &cohorts_query,
	  .kind = REPLY_OBJECT, .reply = &cohorts_schema, .handle = cohorts_get,
	  .name = "report_cohorts", .summary = "Days from the first click to the lead and to the sale, by when the lead came" },
};
/* clang-format on */

const struct route_table people_report_routes = ROUTES("report", rows);
