/* SPDX-License-Identifier: Apache-2.0 */
/*
 * salesforce.c - Salesforce's outbound messages: SOAP that is answered by an Ack, and sent again
 * until it is.  They are not signed: who sends them knows the secret address and names its
 * organisation.  A message tells how an object is, not what has changed of it.
 */
#include <string.h>

#include "rostra/xml.h"

#include "crm_int.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define OUTBOUND "http://soap.sforce.com/2005/09/outbound"

const char salesforce_ack[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<soapenv:Envelope xmlns:soapenv=\"" SOAP "\"><soapenv:Body>"
    "<notificationsResponse xmlns=\"" OUTBOUND "\"><Ack>true</Ack></notificationsResponse>"
    "</soapenv:Body></soapenv:Envelope>\n";

/* Envelope 1, Body 2, notifications 3, Notification 4, its Id and sObject 5, fields 6. */
enum {
	DEPTH_ENVELOPE = 1,
	DEPTH_BODY,
	DEPTH_NOTIFICATIONS,
	DEPTH_NOTIFICATION,
	DEPTH_OBJECT,
	DEPTH_FIELD,
	FIELDS_MAX = 100
};

struct field {
	const char *name, *value;
};
struct message {
	struct rq *rq;
	struct crm_changes *changes;
	const char *org, *event, *object;
	int64_t at_us;
	struct field fields[FIELDS_MAX];
	size_t n_fields;
	bool notifications;
};

static bool
is(const struct xml_tag *t, const char *space, const char *name)
{
	return str_is(t->space, space) && str_is(t->name, name);
}

/* Every field of the object as it is now. */
static bool
end_notification(struct message *m)
{
	if (m->event == NULL || m->object == NULL)
		return false;
	for (size_t i = 0; i < m->n_fields; i++) {
		struct crm_change *c = crm_change_add(m->rq, m->changes);

		if (c == NULL)
			return false;
		c->object_id = m->object;
		c->property = m->fields[i].name;
		c->value = m->fields[i].value;
		c->at_us = m->at_us;
		crm_change_key(c,
		               (const struct str[]){ str_of(m->event), str_of(m->fields[i].name) },
		               2);
	}
	return true;
}

static bool
take_field(struct message *m, struct str name, struct str value)
{
	const char *text = arena_copy(m->rq->arena, value.s, value.n);

	if (str_is(name, "Id"))
		m->object = text;
	else if (str_is(name, "LastModifiedDate") || str_is(name, "SystemModstamp"))
		(void)time_parse(value, &m->at_us);
	else if (m->n_fields == FIELDS_MAX || name.n > CRM_PROPERTY_MAX)
		return false;
	else
		m->fields[m->n_fields++] =
		    (struct field){ arena_copy(m->rq->arena, name.s, name.n), text };
	return m->object == NULL || strlen(m->object) <= CRM_OBJECT_MAX;
}

static bool
on_begin(struct message *m, const struct xml_tag *t)
{
	switch (t->depth) {
	case DEPTH_ENVELOPE:
		return is(t, SOAP, "Envelope");
	case DEPTH_NOTIFICATIONS:
		m->notifications = m->notifications || is(t, OUTBOUND, "notifications");
		return is(t, OUTBOUND, "notifications");
	case DEPTH_NOTIFICATION:
		if (is(t, OUTBOUND, "Notification")) {
			m->event = m->object = NULL;
			m->n_fields = 0;
			m->at_us = m->rq->now_us;
		}
		return true;
	default:
		return t->depth <= DEPTH_FIELD + 1;
	}
}

static bool
on_end(struct message *m, const struct xml_tag *t)
{
	if (t->depth == DEPTH_NOTIFICATION && is(t, OUTBOUND, "OrganizationId"))
		m->org = arena_copy(m->rq->arena, t->text.s, t->text.n);
	else if (t->depth == DEPTH_OBJECT && is(t, OUTBOUND, "Id"))
		m->event = arena_copy(m->rq->arena, t->text.s, t->text.n);
	else if (t->depth == DEPTH_FIELD)
		return take_field(m, t->name, t->text);
	else if (t->depth == DEPTH_NOTIFICATION && is(t, OUTBOUND, "Notification"))
		return end_notification(m);
	return true;
}

static bool
on_tag(const struct xml_tag *t, void *arg)
{
	return t->begins ? on_begin(arg, t) : on_end(arg, t);
}

bool
salesforce_read(struct rq *rq, struct str body, struct crm_changes *ret, const char **ret_org)
{
	struct message *m = arena_new(rq->arena, struct message);

	m->rq = rq;
	m->changes = ret;
	if (!xml_each(body, on_tag, m) || !m->notifications || m->org == NULL)
		return false;
	*ret_org = m->org;
	return true;
}
