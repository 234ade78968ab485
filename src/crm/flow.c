/* SPDX-License-Identifier: Apache-2.0 */
/* flow.c - changes told by any system that can make an HMAC: JSON of ours, signed as Stripe signs.
 */
#include <string.h>

#include "crm_int.h"

enum { FLOW_EVENTS_MAX = 100 };

struct flow_event {
	const char *event_id, *object_id, *property, *value, *amount;
	int64_t occurred_at;
};
struct flow_body {
	struct j_list events;
};

/* clang-format off */
static const struct j_field event_fields[] = {
	J_TEXT(struct flow_event, event_id, J_REQUIRED, 1, 128, .help = "The same one again is the same event"),
	J_TEXT(struct flow_event, object_id, J_REQUIRED, 1, CRM_OBJECT_MAX, .help = "The lead's external_id"),
	J_TEXT(struct flow_event, property, J_REQUIRED, 1, CRM_PROPERTY_MAX),
	J_TEXT(struct flow_event, value, J_REQUIRED, 1, 100),
	J_TEXT(struct flow_event, amount, J_NULLABLE, 1, 24, .help = "Whole units with a point, of the hook's currency"),
	J_AT(struct flow_event, occurred_at, J_NULLABLE, .help = "Default now"),
};
static const struct j_schema event_schema = J_SCHEMA("crm_flow_event", struct flow_event, event_fields);
static const struct j_field body_fields[] = {
	J_OBJECTS(struct flow_body, events, J_REQUIRED, 1, FLOW_EVENTS_MAX, &event_schema),
};
static const struct j_schema body_schema = J_SCHEMA("crm_flow_events", struct flow_body, body_fields);
/* clang-format on */

/* Schemes that we do not know are passed over, and none is weaker. */
bool
flow_signed(const char *secret, struct str body, struct str signature, int64_t now_us)
{
	struct str rest = signature, part, time = { NULL, 0 };
	struct buf text = { 0 };
	struct sha256 own, told;
	int64_t at_s = 0;
	bool good = false;

	while (time.s == NULL && str_split(&rest, ',', &part)) {
		if (str_starts(part, STR("t=")))
			time = (struct str){ part.s + 2, part.n - 2 };
	}
	if (time.s == NULL || !str_int64(time, &at_s) ||
	    at_s < now_us / US_PER_S - CRM_TOLERANCE_S ||
	    at_s > now_us / US_PER_S + CRM_TOLERANCE_S)
		return false;
	buf_str(&text, time);
	buf_char(&text, '.');
	buf_str(&text, body);
	own = hmac_sha256(secret, strlen(secret), text.s, text.n);
	buf_free(&text);
	rest = signature;
	while (str_split(&rest, ',', &part)) {
		if (str_starts(part, STR("v1=")) &&
		    hex_decode((struct str){ part.s + 3, part.n - 3 }, told.b, sizeof(told.b)))
			good = sha256_eq(own, told) || good;
	}
	return good;
}

enum fault
flow_read(struct rq *rq, struct str body, struct crm_changes *ret)
{
	struct flow_body in;
	const struct flow_event *events;
	enum fault e = json_decode(rq->arena, &rq->problem, &body_schema, body, &in);

	if (e)
		return e;
	events = in.events.items;
	for (size_t i = 0; i < in.events.n; i++) {
		struct crm_change *c = crm_change_add(rq, ret);

		if (c == NULL)
			return FAULT_INVALID;
		c->object_id = events[i].object_id;
		c->property = events[i].property;
		c->value = events[i].value;
		c->amount = events[i].amount;
		c->at_us = events[i].occurred_at != TIME_NONE ? events[i].occurred_at : rq->now_us;
		crm_change_key(c, (const struct str[]){ str_of(events[i].event_id) }, 1);
	}
	return FAULT_NONE;
}
