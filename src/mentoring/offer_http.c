/* SPDX-License-Identifier: Apache-2.0 */
/* offer_http.c - who would be a mentor and who looks for one, over HTTP. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/people.h"

#include "mentoring_int.h"

const char *const offer_kind_names[OFFER_KIND__MAX + 1] = { "offer", "seek", NULL };

/* clang-format off */
#define OWN_FIELDS                                                                              \
	J_WORD(struct offer, kind, J_REQUIRED, offer_kind_names, 0, .help = "offer: to be a mentor; seek: to find one"), \
	J_TEXT(struct offer, tag, J_REQUIRED | J_TRIM, 1, MENTORING_TAG_MAX),                       \
	J_TEXT(struct offer, note, J_NULLABLE | J_PII | J_TRIM | J_MULTILINE, 1, 500)

static const struct j_field view_fields[] = {
	J_ID(struct offer, id, J_REQUIRED), J_ID(struct offer, person_id, J_REQUIRED),
	J_TEXT(struct offer, display_name, J_REQUIRED | J_PII, 1, 120), OWN_FIELDS,
	J_AT(struct offer, created_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("mentoring_offer", struct offer, view_fields);
static const struct j_field new_fields[] = { OWN_FIELDS };
static const struct j_schema new_schema = J_SCHEMA("mentoring_offer_new", struct offer, new_fields);

struct list_query {
	int         kind;
	const char *tag;
	struct uuid person;
};
static const struct j_field list_fields[] = {
	J_WORD(struct list_query, kind, 0, offer_kind_names, -1), J_TEXT(struct list_query, tag, J_TRIM, 1, MENTORING_TAG_MAX),
	J_ID(struct list_query, person, 0),
};
static const struct j_schema list_schema = J_SCHEMA("mentoring_offer_query", struct list_query, list_fields);
/* clang-format on */

static bool
same(const struct offer *a, const struct offer *b)
{
	return uuid_eq(a->person_id, b->person_id) && a->kind == b->kind &&
	       cstr_eq(a->tag, b->tag) && cstr_eq(a->note, b->note);
}

struct putting {
	struct offer in;
	bool created;
};

static enum fault
add(struct rq *rq, struct putting *p)
{
	int64_t n;
	bool duplicate;
	enum fault e = offer_sql_count(rq, &n);

	if (e)
		return e;
	if (n >= MENTORING_OFFERS_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "You have %d, which is the most.",
		               MENTORING_OFFERS_MAX);
	e = offer_sql_insert(rq, &p->in, &duplicate);
	if (!e && duplicate)
		return rq_fail(rq, FAULT_CONFLICT, "You have one of this kind and tag already.");
	p->created = e == FAULT_NONE;
	return e;
}

/* One after the other of one person is counted. */
static enum fault
put_tx(struct rq *rq, void *arg)
{
	struct putting *p = arg;
	struct offer there = { .tag = NULL };
	enum fault e = people_hold(rq, p->in.person_id);

	p->created = false;
	if (!e)
		e = offer_sql_get(rq, p->in.id, &there);
	if (e == FAULT_NOT_FOUND)
		return add(rq, p);
	if (!e && !same(&p->in, &there))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another one.");
	return e;
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct putting p = { .in = *(const struct offer *)call->body };
	enum fault e;

	p.in.company_id = rq_company(rq);
	p.in.id = call->id[0];
	p.in.person_id = rq->who->person;
	p.in.created_at = rq->now_us;
	e = db_tx(rq, put_tx, &p);
	if (!e && p.created)
		http_created(call);
	return e ? e : offer_sql_get(rq, p.in.id, reply);
}

static enum fault
handle_delete(struct rq *rq, struct call *call, void *reply)
{
	struct offer there;
	enum fault e = offer_sql_get(rq, call->id[0], &there);

	(void)reply;
	if (!e && !uuid_eq(there.person_id, rq->who->person))
		return rq_fail(rq, FAULT_FORBIDDEN, "It is another person's.");
	return e ? e : offer_sql_delete(rq, call->id[0]);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct offer *o = row;

	page_add(rq, arg, o, (struct page_key){ .id = o->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct offer_page page = { .company_id = rq_company(rq),
		                   .person_id = q->person,
		                   .kind = q->kind,
		                   .tag = q->tag,
		                   .limit = call->limit + 1 };

	(void)reply;
	memset(&page.before, 0xff, sizeof(page.before));
	if (call->after)
		page.before = call->key.id;
	return offer_sql_page(rq, &page, list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/mentoring-offers", .access = ACCESS_PEOPLE, .rate = RATE_READ, .query = &list_schema,
	  .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list, .name = "mentoring_offer_list",
	  .summary = "Who would be a mentor and who looks for one, newest first" },
	{ .method = HTTP_PUT, .path = "/v1/mentoring-offers/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put,
	  .name = "mentoring_offer_put", .summary = "Offer to be a mentor, or look for one; at most 20 a person" },
	{ .method = HTTP_DELETE, .path = "/v1/mentoring-offers/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = handle_delete, .name = "mentoring_offer_delete", .summary = "Take one's offer or search back" },
};
/* clang-format on */

const struct route_table mentoring_offer_routes = ROUTES("mentoring", rows);
