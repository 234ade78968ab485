/* SPDX-License-Identifier: Apache-2.0 */
/* lead_http.c - leads and conversions over HTTP: schemas, handlers, routes. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/network.h"

#include "lead_int.h"

enum { FORM_BYTES_MAX = 16 * 1024, IMPORT_BYTES_MAX = 20 * 1024 * 1024, PIECE_BYTES = 65536 };

/* What anybody who has the site key is told: nothing that was not in their own request. */
struct form_reply {
	bool accepted, repeated;
};

struct list_query {
	int stage;
	int64_t from, to;
	const char *q;
};

struct import_query {
	const char *source, *columns;
	bool dry_run;
};

struct import_reply {
	int64_t lines, added, repeated, refused;
	struct j_list faults;
};

/* clang-format off */
static const struct j_field money_fields[] = {
	J_INT64(struct money, amount_minor, J_REQUIRED, -INT64_C(1000000000000000), INT64_C(1000000000000000), 0,
	        .help = "Minor units: cents of EUR"),
	J_TEXT(struct money, currency, J_REQUIRED | J_CURRENCY, 3, 3),
};
static const struct j_schema money_schema = J_SCHEMA("money", struct money, money_fields);

#define PERSON_FIELDS                                                                                    \
	J_TEXT(struct lead_new, email, J_NULLABLE | J_EMAIL | J_PII | J_TRIM, 3, 254),                   \
	J_TEXT(struct lead_new, email_sha256, J_NULLABLE, 64, 64,                                        \
	       .help = "In place of email, of the trimmed, lower-cased address, in hexadecimal digits"), \
	J_TEXT(struct lead_new, name, J_NULLABLE | J_PII | J_TRIM, 1, 120),                              \
	J_TEXT(struct lead_new, organisation, J_NULLABLE | J_TRIM, 1, 120, .help = "The lead's company"), \
	J_TEXT(struct lead_new, phone, J_NULLABLE | J_PII | J_TRIM, 1, 40),                              \
	J_TEXT(struct lead_new, message, J_NULLABLE | J_PII | J_TRIM | J_MULTILINE, 1, 2000)
#define EXTERNAL_ID(T)                                                                                   \
	J_TEXT(T, external_id, J_NULLABLE | J_TRIM, 1, LEAD_EXTERNAL_MAX,                                \
	       .help = "Your own id: the same one again answers with what it made the first time. Without it, the same " \
	               "body again does")

static const struct j_field new_fields[] = {
	EXTERNAL_ID(struct lead_new), PERSON_FIELDS,
	J_TEXT(struct lead_new, click_id, J_NULLABLE, 1, 64, .help = "The rclid of the landing URL"),
	J_AT(struct lead_new, created_at, J_NULLABLE, .help = "When it became a lead; default now"),
	J_SUB(struct lead_new, value, J_NULLABLE, &money_schema),
};
const struct j_schema lead_new_schema = J_SCHEMA("lead_new", struct lead_new, new_fields);

static const struct j_field form_fields[] = {
	EXTERNAL_ID(struct lead_new), PERSON_FIELDS,
	J_TEXT(struct lead_new, click_id, J_NULLABLE, 0, 64, .help = "The rclid of the landing URL; ignored when it is none"),
	J_TEXT(struct lead_new, website, J_NULLABLE, 0, 200, .help = "Leave it empty and hidden: a form with it filled in is dropped"),
};
static const struct j_schema form_schema = J_SCHEMA("lead_form", struct lead_new, form_fields);

static const struct j_field form_reply_fields[] = {
	J_BOOLEAN(struct form_reply, accepted, J_REQUIRED, true),
	J_BOOLEAN(struct form_reply, repeated, J_REQUIRED, false, .help = "This external_id was here before"),
};
static const struct j_schema form_reply_schema = J_SCHEMA("lead_form_reply", struct form_reply, form_reply_fields);

static const struct j_field touch_fields[] = {
	J_AT(struct touch, touched_at, J_REQUIRED),
	{ .name = "click_id", .type = J_STRING, .off = J_OFF(struct touch, click, const char *), .flags = J_REQUIRED, .min = 16, .max = 16 },
	J_ID(struct touch, share_id, J_REQUIRED), J_ID(struct touch, person_id, J_REQUIRED),
	J_ID(struct touch, team_id, J_NULLABLE, .help = "The person's primary team when the click happened"),
	J_WORD(struct touch, network, J_REQUIRED, network_names, 0), J_ID(struct touch, post_id, J_REQUIRED),
	J_ID(struct touch, campaign_id, J_NULLABLE), J_ID(struct touch, channel_id, J_REQUIRED),
	J_WORD(struct touch, found_by, J_NULLABLE, touch_found_names, -1, .help = "null: from before it was kept"),
	J_INT64(struct touch, match_pct, J_NULLABLE, 0, 100, J_NO_INT, .help = "How sure it is that the lead was there"),
};
static const struct j_schema touch_schema = J_SCHEMA("touch", struct touch, touch_fields);

static const struct j_field conversion_fields[] = {
	J_ID(struct conversion, id, J_REQUIRED), J_ID(struct conversion, lead_id, J_REQUIRED),
	J_WORD(struct conversion, stage, J_REQUIRED, lead_stage_names, 0),
	J_SUB(struct conversion, value, J_NULLABLE, &money_schema),
	J_ID(struct conversion, campaign_id, J_NULLABLE, .help = "Of the newest touch; gives the look-back window"),
	J_TEXT(struct conversion, source, J_REQUIRED, 1, LEAD_SOURCE_MAX),
	J_TEXT(struct conversion, external_id, J_REQUIRED, 1, LEAD_EXTERNAL_MAX),
	J_AT(struct conversion, occurred_at, J_REQUIRED), J_AT(struct conversion, received_at, J_REQUIRED),
	J_BOOLEAN(struct conversion, repeated, J_REQUIRED, false, .help = "This external_id was here before"),
};
static const struct j_schema conversion_schema = J_SCHEMA("conversion", struct conversion, conversion_fields);

static const struct j_field conversion_new_fields[] = {
	EXTERNAL_ID(struct conversion_new),
	J_WORD(struct conversion_new, stage, J_REQUIRED, lead_stage_names, -1),
	J_AT(struct conversion_new, occurred_at, J_NULLABLE, .help = "Default now"),
	J_SUB(struct conversion_new, value, J_NULLABLE, &money_schema),
};
static const struct j_schema conversion_new_schema =
	J_SCHEMA("conversion_new", struct conversion_new, conversion_new_fields);

#define WHO(m, text) { .name = #m, .type = J_STRING, .off = J_OFF(struct conversion_new, who.m, const char *), \
	.flags = J_NULLABLE, .min = 1, .help = (text), .max
static const struct j_field conversion_named_fields[] = {
	{ .name = "lead_id", .type = J_UUID, .off = J_OFF(struct conversion_new, who.lead_id, struct uuid),
	  .flags = J_NULLABLE, .help = "Whose event it is: this, or one of the four that follow" },
	WHO(lead_external_id, "The lead's external_id") = LEAD_EXTERNAL_MAX },
	WHO(lead_source, "With lead_external_id: whose id it is; default the caller's own") = LEAD_SOURCE_MAX },
	WHO(click_id, "The rclid of the landing URL: the first lead that came by it") = 16 },
	WHO(email_sha256, "Of the trimmed, lower-cased address, in hexadecimal digits: the last lead of it") = 64 },
	EXTERNAL_ID(struct conversion_new),
	J_WORD(struct conversion_new, stage, J_REQUIRED, lead_stage_names, -1),
	J_AT(struct conversion_new, occurred_at, J_NULLABLE, .help = "Default now"),
	J_SUB(struct conversion_new, value, J_NULLABLE, &money_schema),
};
const struct j_schema conversion_named_schema =
	J_SCHEMA("conversion_named", struct conversion_new, conversion_named_fields);

#define LEAD_FIELDS                                                                                      \
	J_ID(struct lead, id, J_REQUIRED), J_TEXT(struct lead, source, J_REQUIRED, 1, LEAD_SOURCE_MAX),  \
	J_TEXT(struct lead, external_id, J_REQUIRED, 1, LEAD_EXTERNAL_MAX),                              \
	J_WORD(struct lead, channel, J_REQUIRED, lead_channel_names, 0),                                 \
	J_TEXT(struct lead, email, J_NULLABLE | J_PII, 3, 254),                                          \
	J_TEXT(struct lead, name, J_NULLABLE | J_PII, 1, 120),                                           \
	J_TEXT(struct lead, organisation, J_NULLABLE, 1, 120),                                           \
	J_TEXT(struct lead, phone, J_NULLABLE | J_PII, 1, 40),                                           \
	J_TEXT(struct lead, message, J_NULLABLE | J_PII | J_MULTILINE, 1, 2000),                         \
	J_TEXT(struct lead, click_id, J_NULLABLE, 16, 16),                                               \
	J_WORD(struct lead, matched_by, J_REQUIRED, lead_match_names, 0,                                 \
	       .help = "How its path was found; pending: its click is not known yet"),                   \
	J_WORD(struct lead, match_reason, J_NULLABLE, lead_reason_names, -1,                             \
	       .help = "Why that is believed, or why there is no path"),                                 \
	J_INT64(struct lead, match_pct, J_NULLABLE, 0, 100, J_NO_INT,                                    \
	        .help = "How sure it is: 100 the click id itself, 90 its visitor, 70 the same address"), \
	J_WORD(struct lead, stage, J_REQUIRED, lead_stage_names, 0),                                     \
	J_SUB(struct lead, value, J_NULLABLE, &money_schema),                                            \
	J_AT(struct lead, created_at, J_REQUIRED), J_AT(struct lead, received_at, J_REQUIRED),           \
	J_AT(struct lead, erased_at, J_NULLABLE),                                                        \
	J_ID(struct lead, merged_into, J_NULLABLE, .help = "The lead of the same person that has its events"), \
	J_INT64(struct lead, version, J_REQUIRED, 1, INT64_MAX, 0)

static const struct j_field lead_fields[] = { LEAD_FIELDS };
static const struct j_schema lead_schema = J_SCHEMA("lead", struct lead, lead_fields);

static const struct j_field made_fields[] = {
	LEAD_FIELDS,
	J_BOOLEAN(struct lead, repeated, J_REQUIRED, false, .help = "This external_id was here before: this is the first lead"),
};
static const struct j_schema made_schema = J_SCHEMA("lead_made", struct lead, made_fields);

static const struct j_field detail_fields[] = {
	LEAD_FIELDS,
	J_OBJECTS(struct lead, touches, J_REQUIRED, 0, 1000, &touch_schema, .help = "The path: human clicks, frozen"),
	J_OBJECTS(struct lead, conversions, J_REQUIRED, 0, 500, &conversion_schema),
};
const struct j_schema lead_detail_schema = J_SCHEMA("lead_detail", struct lead, detail_fields);

static const struct j_field list_query_fields[] = {
	J_WORD(struct list_query, stage, 0, lead_stage_names, -1),
	J_AT(struct list_query, from, 0, .help = "created_at at or after"),
	J_AT(struct list_query, to, 0, .help = "created_at before"),
	J_TEXT(struct list_query, q, J_TRIM, 2, 100, .help = "Part of name, e-mail or organisation"),
};
static const struct j_schema list_query_schema = J_SCHEMA("lead_query", struct list_query, list_query_fields);

static const struct j_field import_query_fields[] = {
	J_TEXT(struct import_query, source, J_TRIM, 1, LEAD_SOURCE_MAX, .help = "What the external ids belong to; default the key's name"),
	J_TEXT(struct import_query, columns, 0, 3, 2000,
		.help = "What the file's columns are here: E-Mail=email,Notes=- (no name: left out); those not told are named as ours"),
	J_BOOLEAN(struct import_query, dry_run, 0, false, .help = "Says what would happen: nothing is stored"),
};
static const struct j_schema import_query_schema =
	J_SCHEMA("lead_import_query", struct import_query, import_query_fields);

static const struct j_field fault_fields[] = {
	J_INT64(struct lead_fault, line, J_REQUIRED, 1, INT64_MAX, 0),
	J_TEXT(struct lead_fault, column, J_NULLABLE, 1, 64), J_TEXT(struct lead_fault, detail, J_REQUIRED, 1, 240),
};
static const struct j_schema fault_schema = J_SCHEMA("lead_import_fault", struct lead_fault, fault_fields);

static const struct j_field import_fields[] = {
	J_INT64(struct import_reply, lines, J_REQUIRED, 0, INT64_MAX, 0, .help = "Rows without the header"),
	J_INT64(struct import_reply, added, J_REQUIRED, 0, INT64_MAX, 0),
	J_INT64(struct import_reply, repeated, J_REQUIRED, 0, INT64_MAX, 0, .help = "Were here before"),
	J_INT64(struct import_reply, refused, J_REQUIRED, 0, INT64_MAX, 0, .help = "Rows with faults"),
	J_OBJECTS(struct import_reply, faults, J_REQUIRED, 0, LEAD_FAULTS_MAX, &fault_schema, .help = "The first 100"),
};
static const struct j_schema import_schema = J_SCHEMA("lead_import", struct import_reply, import_fields);
/* clang-format on */

/* --- coming in --- */

static enum fault
handle_form(struct rq *rq, struct call *call, void *reply)
{
	struct lead_new in = *(const struct lead_new *)call->body;
	struct lead_origin from = { rq_company(rq), lead_source(rq), LEAD_FORM };
	struct form_reply *out = reply;
	struct lead l = { .repeated = false };
	enum fault e;

	in.created_at = TIME_NONE; /* no member of a form: now */
	e = lead_check(rq, &in, false);
	if (e)
		return e;
	/* A program that fills in what nobody sees is not told that it was found out. */
	if (in.website == NULL || in.website[0] == '\0')
		e = lead_put(rq, &from, &in, &l);
	if (e)
		return e;
	*out = (struct form_reply){ .accepted = true, .repeated = l.repeated };
	if (!l.repeated)
		http_created(call);
	return FAULT_NONE;
}

static enum fault
handle_post(struct rq *rq, struct call *call, void *reply)
{
	struct lead_origin from = { rq_company(rq), lead_source(rq), LEAD_API };
	struct lead *out = reply;
	enum fault e = lead_check(rq, call->body, true);

	if (!e)
		e = lead_put(rq, &from, call->body, out);
	if (!e && !out->repeated)
		http_created(call);
	return e;
}

static enum fault
handle_conversion(struct rq *rq, struct call *call, void *reply)
{
	struct conversion *out = reply;
	enum fault e = conversion_put(rq, call->id[0], call->body, out);

	if (!e && !out->repeated)
		http_created(call);
	return e;
}

static enum fault
feed_body(struct call *call, struct lead_import *i, struct rq *rq)
{
	char *piece = arena_alloc(rq->arena, PIECE_BYTES, 1);
	enum fault e = FAULT_NONE;
	long n = 1;

	while (!e && n > 0) {
		n = http_read(call, piece, PIECE_BYTES);
		if (n > 0)
			e = lead_import_feed(i, piece, (size_t)n);
	}
	if (!e && n < 0)
		e = rq_fail(rq, FAULT_BAD_REQUEST,
		            "The file ended early; what came before it is stored.");
	return e;
}

static enum fault
handle_import(struct rq *rq, struct call *call, void *reply)
{
	const struct import_query *q = call->query;
	const struct lead_import_options options = { q->source != NULL ? q->source
		                                                       : lead_source(rq),
		                                     q->columns, q->dry_run };
	struct lead_import *i = lead_import_begin(rq, &options);
	struct import_reply *out = reply;
	struct lead_import_result r;
	const struct lead_fault *faults;
	enum fault e = feed_body(call, i, rq);

	if (!e)
		e = lead_import_finish(i, &r);
	lead_import_end(i);
	if (e)
		return e;
	*out = (struct import_reply){ r.lines, r.added, r.repeated, r.refused, { NULL, 0 } };
	faults = lead_import_faults(i, &out->faults.n);
	out->faults.items = arena_array(rq->arena, LEAD_FAULTS_MAX, struct lead_fault);
	memcpy(out->faults.items, faults, out->faults.n * sizeof(*faults));
	return FAULT_NONE;
}

/* --- going out --- */

/* A LIKE pattern for any place in the text; what the reader typed has no wildcards. */
static const char *
like_pattern(struct arena *a, const char *q)
{
	char *out, *at;

	if (q == NULL)
		return NULL;
	at = out = arena_alloc(a, 2 * strlen(q) + 3, 1);
	*at++ = '%';
	for (; *q != '\0'; q++) {
		if (*q == '%' || *q == '_' || *q == '\\')
			*at++ = '\\';
		*at++ = *q;
	}
	*at = '%';
	return out;
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct lead *l = row;

	lead_finish(rq, l);
	page_add(rq, arg, l, (struct page_key){ .k = { l->created_at }, .id = l->id });
	l->value = NULL;
	l->click_id = NULL;
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct lead_page page = {
		.company_id = rq_company(rq),
		.stage = q->stage,
		.from = q->from != TIME_NONE ? q->from : 0,
		.to = q->to != TIME_NONE ? q->to : rq->now_us + US_PER_DAY,
		.like = like_pattern(rq->arena, q->q),
		.before_us = call->after ? call->key.k[0] : rq->now_us + US_PER_DAY,
		.before_id = call->key.id,
		.limit = call->limit + 1,
	};
	struct lead row = { .value = NULL };

	(void)reply;
	if (!call->after)
		memset(&page.before_id, 0xff, sizeof(page.before_id));
	return lead_seen_page(rq, &page, &row, list_row, call);
}

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	return lead_get(rq, call->id[0], reply);
}

static enum fault
handle_erase(struct rq *rq, struct call *call, void *reply)
{
	return lead_erase(rq, call->id[0], reply);
}

/* clang-format off */
static const struct route routes[] = {
	{ .method = HTTP_POST, .path = "/v1/t/leads", .access = ACCESS_SITE_KEY, .rate = RATE_PUBLIC,
	  .flags = ROUTE_CORS, .body = &form_schema, .body_max = FORM_BYTES_MAX, .kind = REPLY_OBJECT,
	  .reply = &form_reply_schema, .handle = handle_form, .name = "lead_form",
	  .summary = "Send a landing page's form" },
	{ .method = HTTP_POST, .path = "/v1/leads", .access = ACCESS_API_KEY | ACCESS_ADMIN, .scope = "leads:write",
	  .rate = RATE_WRITE, .body = &lead_new_schema, .kind = REPLY_OBJECT, .reply = &made_schema,
	  .handle = handle_post, .name = "lead_post", .summary = "Add a lead" },
	{ .method = HTTP_GET, .path = "/v1/leads", .access = ACCESS_MANAGERS | ACCESS_API_KEY, .scope = "leads:read",
	  .rate = RATE_READ, .query = &list_query_schema, .kind = REPLY_LIST, .reply = &lead_schema,
	  .handle = handle_list, .name = "lead_list", .summary = "List leads, newest first; of managers those that their teams brought" },
	{ .method = HTTP_GET, .path = "/v1/leads/{id}", .access = ACCESS_MANAGERS | ACCESS_API_KEY,
	  .scope = "leads:read", .rate = RATE_READ, .kind = REPLY_OBJECT, .reply = &lead_detail_schema,
	  .handle = handle_get, .name = "lead_get", .summary = "A lead with its path and its events; of the path a manager sees their teams' touches" },
	{ .method = HTTP_POST, .path = "/v1/leads/{id}/conversions", .access = ACCESS_API_KEY | ACCESS_ADMIN,
	  .scope = "conversions:write", .rate = RATE_WRITE, .body = &conversion_new_schema, .kind = REPLY_OBJECT,
	  .reply = &conversion_schema, .handle = handle_conversion, .name = "conversion_post",
	  .summary = "Move a lead along" },
	{ .method = HTTP_POST, .path = "/v1/leads/{id}/erase", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .kind = REPLY_OBJECT, .reply = &lead_detail_schema, .handle = handle_erase, .name = "lead_erase",
	  .summary = "Erase a lead's personal data; credits stay" },
	{ .method = HTTP_POST, .path = "/v1/leads/import", .access = ACCESS_API_KEY | ACCESS_ADMIN,
	  .scope = "leads:write", .rate = RATE_WRITE, .flags = ROUTE_BODY_STREAM, .query = &import_query_schema,
	  .body_type = "text/csv", .body_max = IMPORT_BYTES_MAX, .kind = REPLY_OBJECT, .reply = &import_schema,
	  .handle = handle_import, .name = "lead_import",
	  .summary = "Add leads from CSV: all valid lines go in, faults are told by line" },
};
/* clang-format on */

const struct route_table lead_routes = ROUTES("lead", routes);
