/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hubspot.c - HubSpot's webhooks: signature v3 and batches of property changes.  Its event ids are
 * not unique (HubSpot says so): an event is the same when what it tells is.
 */
#include <string.h>

#include "crm_int.h"

enum { SIGNATURE_CHARS = 44, DEPTH_MAX = 8 };

/* Standard base64 of 32 bytes, as ours is: base64url without padding. */
static bool
signature_decode(struct str text, unsigned char out[32])
{
	char own[SIGNATURE_CHARS];
	size_t n;

	if (text.n != SIGNATURE_CHARS || text.s[SIGNATURE_CHARS - 1] != '=')
		return false;
	for (size_t i = 0; i < SIGNATURE_CHARS - 1; i++) {
		if (text.s[i] == '-' || text.s[i] == '_')
			return false;
		own[i] = text.s[i] == '+' ? '-' : text.s[i] == '/' ? '_' : text.s[i];
	}
	return base64url_decode((struct str){ own, SIGNATURE_CHARS - 1 }, out, 32, &n) && n == 32;
}

bool
hubspot_signed(const char *secret, struct str url, struct str body, struct str timestamp,
               struct str signature, int64_t now_us)
{
	unsigned char told[32];
	struct buf text = { 0 };
	struct sha256 own;
	int64_t at_ms;

	if (!str_int64(timestamp, &at_ms) || at_ms < 0 || at_ms > INT64_MAX / 1000 ||
	    at_ms * 1000 > now_us + CRM_TOLERANCE_S * US_PER_S ||
	    at_ms * 1000 < now_us - CRM_TOLERANCE_S * US_PER_S)
		return false;
	if (!signature_decode(signature, told))
		return false;
	buf_lit(&text, "POST");
	buf_str(&text, url);
	buf_str(&text, body);
	buf_str(&text, timestamp);
	own = hmac_sha256(secret, strlen(secret), text.s, text.n);
	buf_free(&text);
	return bytes_eq_ct(own.b, told, sizeof(told));
}

/* A number or a text, as text. */
static const char *
scalar(struct rq *rq, const struct json_doc *d, const char *member)
{
	struct str s;
	int64_t n;

	if (json_doc_string(d, member, &s))
		return memchr(s.s, '\0', s.n) == NULL ? arena_copy(rq->arena, s.s, s.n) : NULL;
	if (json_doc_int(d, member, &n))
		return arena_printf(rq->arena, "%lld", (long long)n);
	return NULL;
}

/* Creations, deletions and merges are told, too: they change no property. */
static bool
read_event(struct rq *rq, const struct json_doc *d, struct crm_changes *ret)
{
	const char *type = scalar(rq, d, "subscriptionType"), *portal = scalar(rq, d, "portalId"),
		   *object = scalar(rq, d, "objectId"), *property = scalar(rq, d, "propertyName"),
		   *value = scalar(rq, d, "propertyValue");
	struct crm_change *c;
	int64_t at_ms;

	if (type == NULL || object == NULL || !json_doc_int(d, "occurredAt", &at_ms) || at_ms < 0 ||
	    at_ms > INT64_C(253402300799000))
		return false;
	if (property == NULL || value == NULL || strlen(object) > CRM_OBJECT_MAX ||
	    strlen(property) > CRM_PROPERTY_MAX)
		return true;
	c = crm_change_add(rq, ret);
	if (c == NULL)
		return false;
	c->object_id = object;
	c->property = property;
	c->value = value;
	c->at_us = at_ms * 1000;
	crm_change_key(c,
	               (const struct str[]){ str_of(type), str_of(portal), str_of(object),
	                                     str_of(property), str_of(value), STR_OF(at_ms) },
	               6);
	return true;
}

bool
hubspot_read(struct rq *rq, struct str body, struct crm_changes *ret)
{
	/* The document of ours is an object; theirs is a list. */
	const char *text =
	    arena_printf(rq->arena, "{\"events\":%.*s}", (int)body.n, body.n > 0 ? body.s : "");
	struct json_doc *all =
	    memchr(body.s, '\0', body.n) == NULL ? json_doc_parse(str_of(text), DEPTH_MAX) : NULL;
	size_t n = 0;
	bool ok = all != NULL && json_doc_size(all) == 1 && json_doc_list(all, "events", &n) &&
	          n <= CRM_EVENTS_MAX;

	for (size_t i = 0; ok && i < n; i++) {
		struct json_doc *one = json_doc_list_object(all, "events", i);

		ok = one != NULL && read_event(rq, one, ret);
		json_doc_free(&one);
	}
	json_doc_free(&all);
	return ok;
}
