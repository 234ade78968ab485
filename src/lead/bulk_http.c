/* SPDX-License-Identifier: Apache-2.0 */
/* bulk_http.c - many leads or events in one call of a server: each is taken or refused for itself.
 */
#include <string.h>

#include "lead_int.h"

enum { BULK_ITEMS_MAX = 500, BULK_BYTES_MAX = 1024 * 1024 };

enum bulk_result { BULK_MADE, BULK_REPEATED, BULK_REFUSED, BULK_FAILED };
static const char *const bulk_result_names[] = { "made", "repeated", "refused", "failed", NULL };

struct bulk_body {
	struct j_list items;
};

struct bulk_item {
	int result;
	int64_t status;
	struct uuid id, lead_id;
	const char *external_id, *code, *detail;
	struct j_list errors;
};

struct bulk_reply {
	int64_t made, repeated, refused, failed;
	struct j_list items;
};

/* clang-format off */
static const struct j_field body_fields[] = {
	J_PARTS(struct bulk_body, items, J_REQUIRED, 1, BULK_ITEMS_MAX, &lead_new_schema,
		.help = "As for POST /v1/leads; each is judged for itself"),
};
static const struct j_schema body_schema = J_SCHEMA("lead_bulk", struct bulk_body, body_fields);
static const struct j_field events_fields[] = {
	J_PARTS(struct bulk_body, items, J_REQUIRED, 1, BULK_ITEMS_MAX, &conversion_named_schema,
		.help = "In their order; each is judged for itself"),
};
static const struct j_schema events_schema = J_SCHEMA("conversion_bulk", struct bulk_body, events_fields);

static const struct j_field error_fields[] = {
	J_TEXT(struct violation, pointer, 0, 0, 300, .help = "Within the item"), J_TEXT(struct violation, detail, 0, 0, 300),
};
static const struct j_schema error_schema = J_SCHEMA("lead_bulk_error", struct violation, error_fields);
#define ITEM_FIELDS \
	J_WORD(struct bulk_item, result, 0, bulk_result_names, 0, \
		.help = "made; repeated: it was here before; refused: mend it; failed: send it again as it is"), \
	J_INT64(struct bulk_item, status, 0, 0, 0, 0, .help = "The one it would have had alone"), \
	J_TEXT(struct bulk_item, external_id, J_NULLABLE, 0, 0), \
	J_TEXT(struct bulk_item, code, J_NULLABLE, 0, 0), J_TEXT(struct bulk_item, detail, J_NULLABLE, 0, 0), \
	J_OBJECTS(struct bulk_item, errors, 0, 0, 0, &error_schema)
static const struct j_field item_fields[] = {
	J_ID(struct bulk_item, id, J_NULLABLE, .help = "Of the lead"), ITEM_FIELDS,
};
static const struct j_schema item_schema = J_SCHEMA("lead_bulk_item", struct bulk_item, item_fields);
static const struct j_field event_fields[] = {
	J_ID(struct bulk_item, id, J_NULLABLE, .help = "Of the event"),
	J_ID(struct bulk_item, lead_id, J_NULLABLE), ITEM_FIELDS,
};
static const struct j_schema event_schema = J_SCHEMA("conversion_bulk_item", struct bulk_item, event_fields);
#define COUNT_FIELDS \
	J_INT64(struct bulk_reply, made, 0, 0, 0, 0), J_INT64(struct bulk_reply, repeated, 0, 0, 0, 0), \
	J_INT64(struct bulk_reply, refused, 0, 0, 0, 0), J_INT64(struct bulk_reply, failed, 0, 0, 0, 0)
static const struct j_field events_reply_fields[] = {
	COUNT_FIELDS, J_OBJECTS(struct bulk_reply, items, 0, 0, 0, &event_schema, .help = "In the order of the call"),
};
static const struct j_schema events_reply_schema =
	J_SCHEMA("conversion_bulk_reply", struct bulk_reply, events_reply_fields);
static const struct j_field reply_fields[] = {
	COUNT_FIELDS, J_OBJECTS(struct bulk_reply, items, 0, 0, 0, &item_schema, .help = "In the order of the call"),
};
static const struct j_schema reply_schema = J_SCHEMA("lead_bulk_reply", struct bulk_reply, reply_fields);
/* clang-format on */

/* One part: made or repeated, else why not. */
typedef enum fault take_fn(struct rq *rq, struct str text, struct bulk_item *out);

static void
taken(struct bulk_item *out, bool repeated, const char *external_id)
{
	out->result = repeated ? BULK_REPEATED : BULK_MADE;
	out->status = http_status_made(!repeated);
	out->external_id = external_id;
}

static enum fault
take_lead(struct rq *rq, struct str text, struct bulk_item *out)
{
	struct lead_origin from = { rq_company(rq), lead_source(rq), LEAD_API };
	struct lead_new in;
	struct lead l = { .value = NULL };
	enum fault e = json_decode(rq->arena, &rq->problem, &lead_new_schema, text, &in);

	if (!e)
		e = lead_check(rq, &in, true);
	if (!e)
		e = lead_put(rq, &from, &in, &l);
	if (e)
		return e;
	out->id = l.id;
	taken(out, l.repeated, l.external_id);
	return FAULT_NONE;
}

static enum fault
take_event(struct rq *rq, struct str text, struct bulk_item *out)
{
	struct conversion_new in;
	struct conversion c = { .value = NULL };
	struct uuid lead;
	enum fault e = json_decode(rq->arena, &rq->problem, &conversion_named_schema, text, &in);

	if (!e)
		e = lead_find(rq, &in.who, &lead);
	if (!e)
		e = conversion_put(rq, lead, &in, &c);
	if (e)
		return e;
	out->id = c.id;
	out->lead_id = c.lead_id;
	taken(out, c.repeated, c.external_id);
	return FAULT_NONE;
}

/* What the problem says becomes the item's; the call goes on. */
static void
refuse(struct rq *rq, enum fault e, struct bulk_item *out)
{
	const struct fault_row *row = fault_row(e);
	const struct problem *p = &rq->problem;
	size_t n = p->n_viol < PROBLEM_VIOLATIONS_MAX ? p->n_viol : PROBLEM_VIOLATIONS_MAX;

	out->result = row->status < fault_row(FAULT_INTERNAL)->status ? BULK_REFUSED : BULK_FAILED;
	out->status = row->status;
	out->code = row->code;
	out->detail = p->detail[0] != '\0' ? arena_strdup(rq->arena, p->detail) : row->title;
	out->errors = (struct j_list){ arena_array(rq->arena, n, struct violation), n };
	if (n > 0)
		memcpy(out->errors.items, p->viol, n * sizeof(p->viol[0]));
	problem_reset(&rq->problem);
}

static enum fault
each_part(struct rq *rq, struct call *call, struct bulk_reply *out, take_fn *take)
{
	const struct bulk_body *body = call->body;
	const struct str *texts = body->items.items;
	struct bulk_item *items = arena_array(rq->arena, body->items.n, struct bulk_item);
	int64_t *const counts[] = { &out->made, &out->repeated, &out->refused, &out->failed };

	for (size_t i = 0; i < body->items.n; i++) {
		enum fault e = take(rq, texts[i], &items[i]);

		if (e)
			refuse(rq, e, &items[i]);
		++*counts[items[i].result];
	}
	out->items = (struct j_list){ items, body->items.n };
	http_multi(call);
	return FAULT_NONE;
}

static enum fault
handle_bulk(struct rq *rq, struct call *call, void *reply)
{
	return each_part(rq, call, reply, take_lead);
}

static enum fault
handle_events(struct rq *rq, struct call *call, void *reply)
{
	return each_part(rq, call, reply, take_event);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_POST, .path = "/v1/leads/bulk", .access = ACCESS_API_KEY | ACCESS_ADMIN, .scope = "leads:write",
	  .rate = RATE_WRITE, .flags = ROUTE_MULTI, .body = &body_schema, .body_max = BULK_BYTES_MAX, .kind = REPLY_OBJECT,
	  .reply = &reply_schema, .handle = handle_bulk, .name = "lead_bulk",
	  .summary = "Add up to 500 leads: each is taken or refused for itself, and known by its id when sent again" },
	{ .method = HTTP_POST, .path = "/v1/conversions/bulk", .access = ACCESS_API_KEY | ACCESS_ADMIN,
	  .scope = "conversions:write", .rate = RATE_WRITE, .flags = ROUTE_MULTI, .body = &events_schema,
	  .body_max = BULK_BYTES_MAX, .kind = REPLY_OBJECT, .reply = &events_reply_schema, .handle = handle_events,
	  .name = "conversion_bulk",
	  .summary = "Move up to 500 leads along, each named by id, external id, click or hashed e-mail" },
};
/* clang-format on */

const struct route_table lead_bulk_routes = ROUTES("lead", rows);
