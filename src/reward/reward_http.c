/* SPDX-License-Identifier: Apache-2.0 */
/* reward_http.c - rewards over HTTP: schemas, handlers, routes. */
#include <string.h>

#include "rostra/caller.h"

#include "reward_int.h"

/* clang-format off */
#define OWN_FIELDS(required)                                                                    \
	J_TEXT(struct reward, name, (required) | J_TRIM, 1, 80),                                     \
	J_TEXT(struct reward, description, J_NULLABLE | J_TRIM, 1, 500),                            \
	J_INT64(struct reward, price_tenths, required, 1, REWARD_PRICE_MAX_TENTHS, J_NO_INT, .help = "In tenths of an earned point"), \
	J_INT64(struct reward, stock, required, 0, REWARD_STOCK_MAX, J_NO_INT, \
	        .help = "How many are left; a change sets what is left from then on, not a total: asking takes one, giving back adds one")

static const struct j_field view_fields[] = {
	J_ID(struct reward, id, J_REQUIRED), OWN_FIELDS(J_REQUIRED),
	J_BOOLEAN(struct reward, archived, J_REQUIRED, false, .help = "Nobody can ask for it any more"),
	J_INT64(struct reward, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_AT(struct reward, created_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("reward", struct reward, view_fields);
static const struct j_field new_fields[] = { OWN_FIELDS(J_REQUIRED) };
static const struct j_schema new_schema = J_SCHEMA("reward_new", struct reward, new_fields);
static const struct j_field patch_fields[] = {
	OWN_FIELDS(0), J_BOOLEAN(struct reward, archived, 0, false),
	J_INT64(struct reward, version, J_REQUIRED, 1, INT64_MAX, 0),
};
const struct j_schema reward_patch_schema = J_SCHEMA_HAS("reward_patch", struct reward, patch_fields);

static const struct j_field redemption_fields[] = {
	J_ID(struct redemption, id, J_REQUIRED), J_ID(struct redemption, reward_id, J_REQUIRED),
	J_TEXT(struct redemption, reward_name, J_REQUIRED, 1, 80),
	J_ID(struct redemption, person_id, J_REQUIRED),
	J_INT64(struct redemption, price_tenths, J_REQUIRED, 1, INT64_MAX, 0, .help = "In tenths of an earned point, as it was then"),
	J_WORD(struct redemption, state, J_REQUIRED, redemption_state_names, 0,
	       .help = "refused and cancelled gave the points back"),
	J_TEXT(struct redemption, note, J_NULLABLE, 1, 240, .help = "Of the last decision"),
	J_ID(struct redemption, decided_by, J_NULLABLE),
	J_AT(struct redemption, created_at, J_REQUIRED), J_AT(struct redemption, decided_at, J_NULLABLE),
};
static const struct j_schema redemption_schema = J_SCHEMA("redemption", struct redemption, redemption_fields);
static const struct j_field ask_fields[] = { J_ID(struct redemption, reward_id, J_REQUIRED) };
static const struct j_schema ask_schema = J_SCHEMA("redemption_new", struct redemption, ask_fields);

struct decision {
	int         decision;
	const char *note;
};
static const char *const decision_words[] = { "approve", "refuse", "fulfil", "cancel", NULL };
static const enum redemption_state decided[] = {
	REDEMPTION_APPROVED, REDEMPTION_REFUSED, REDEMPTION_FULFILLED, REDEMPTION_CANCELLED,
};
static const struct j_field decision_fields[] = {
	J_WORD(struct decision, decision, J_REQUIRED, decision_words, 0),
	J_TEXT(struct decision, note, J_NULLABLE | J_TRIM, 1, 240, .help = "The person reads it"),
};
static const struct j_schema decision_schema = J_SCHEMA("redemption_decision", struct decision, decision_fields);

struct list_query {
	bool everybody;
	int  state;
};
static const struct j_field list_fields[] = {
	J_BOOLEAN(struct list_query, everybody, 0, false, .help = "Managers and admins: of the whole company"),
	J_WORD(struct list_query, state, 0, redemption_state_names, -1, .help = "asked: what waits for a decision"),
};
static const struct j_schema list_schema = J_SCHEMA("redemption_query", struct list_query, list_fields);
/* clang-format on */

static struct reward_page
page_of(struct rq *rq, const struct call *call)
{
	struct reward_page p = { .company_id = rq_company(rq), .limit = call->limit + 1 };

	memset(&p.before, 0xff, sizeof(p.before));
	if (call->after)
		p.before = call->key.id;
	return p;
}

static enum fault
reward_row(struct rq *rq, void *row, void *arg)
{
	struct reward *r = row;

	r->archived = r->archived_at != TIME_NONE;
	page_add(rq, arg, r, (struct page_key){ .id = r->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct reward_page p = page_of(rq, call);

	(void)reply;
	p.archived = (rq->who->kind & ACCESS_ADMIN) != 0;
	return reward_sql_page(rq, &p, reward_row, call);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct reward in = *(const struct reward *)call->body, *out = reply;
	bool duplicate;
	enum fault e;

	in.company_id = rq_company(rq);
	in.id = call->id[0];
	in.created_at = rq->now_us;
	in.body_sha256 = sha256_of(call->body_text.s, call->body_text.n);
	e = reward_sql_insert(rq, &in, &duplicate);
	if (e)
		return e;
	e = reward_sql_get(rq, in.id, false, out);
	if (e)
		return e;
	if (!duplicate)
		http_created(call);
	else if (memcmp(&out->body_sha256, &in.body_sha256, sizeof(in.body_sha256)) != 0)
		return rq_fail(rq, FAULT_ID_CONFLICT,
		               "The reward was made of another body; change it with PATCH.");
	return FAULT_NONE;
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = reward_change(rq, call->id[0], call->body);

	return e ? e : reward_sql_get(rq, call->id[0], false, reply);
}

static enum fault
handle_ask(struct rq *rq, struct call *call, void *reply)
{
	const struct redemption *in = call->body;
	struct redemption *r = reply;
	bool created;
	enum fault e;

	r->company_id = rq_company(rq);
	r->id = call->id[0];
	r->reward_id = in->reward_id;
	r->person_id = rq->who->person;
	r->created_at = rq->now_us;
	e = redemption_ask(rq, r, &created);
	if (!e && created)
		http_created(call);
	return e;
}

static enum fault
redemption_row(struct rq *rq, void *row, void *arg)
{
	struct redemption *r = row;

	page_add(rq, arg, r, (struct page_key){ .id = r->id });
	return FAULT_NONE;
}

static enum fault
handle_redemptions(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct reward_page p = page_of(rq, call);

	(void)reply;
	p.person_id = rq->who->person;
	p.state = q->state;
	if (q->everybody && (rq->who->kind & ACCESS_MANAGERS) == 0)
		return rq_fail(rq, FAULT_FORBIDDEN, "Only managers see what others asked for.");
	if (q->everybody)
		p.person_id = (struct uuid){ { 0 } };
	return redemption_sql_page(rq, &p, redemption_row, call);
}

static enum fault
handle_decide(struct rq *rq, struct call *call, void *reply)
{
	const struct decision *d = call->body;

	return redemption_move(rq, call->id[0], decided[d->decision], d->note, false, reply);
}

static enum fault
handle_cancel(struct rq *rq, struct call *call, void *reply)
{
	return redemption_move(rq, call->id[0], REDEMPTION_CANCELLED, NULL, true, reply);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/rewards", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &view_schema, .handle = handle_list, .name = "reward_list",
	  .summary = "What earned points buy, newest first; admins see the archived ones, too" },
	{ .method = HTTP_PUT, .path = "/v1/rewards/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put, .name = "reward_put",
	  .summary = "Add a reward" },
	{ .method = HTTP_PATCH, .path = "/v1/rewards/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &reward_patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_patch, .name = "reward_patch",
	  .summary = "Change, restock or archive a reward" },
	{ .method = HTTP_PUT, .path = "/v1/redemptions/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &ask_schema, .kind = REPLY_OBJECT, .reply = &redemption_schema,
	  .handle = handle_ask, .name = "redemption_put", .summary = "Ask for a reward: its price is taken at once" },
	{ .method = HTTP_GET, .path = "/v1/redemptions", .access = ACCESS_PEOPLE, .rate = RATE_READ, .query = &list_schema,
	  .kind = REPLY_LIST, .reply = &redemption_schema, .handle = handle_redemptions, .name = "redemption_list",
	  .summary = "What was asked for, newest first" },
	{ .method = HTTP_POST, .path = "/v1/redemptions/{id}/decide", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &decision_schema, .kind = REPLY_OBJECT, .reply = &redemption_schema,
	  .handle = handle_decide, .name = "redemption_decide", .summary = "Approve, refuse, fulfil or cancel" },
	{ .method = HTTP_POST, .path = "/v1/redemptions/{id}/cancel", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .kind = REPLY_OBJECT, .reply = &redemption_schema, .handle = handle_cancel,
	  .name = "redemption_cancel", .summary = "Take back one's own wish: the points come back" },
};
/* clang-format on */

const struct route_table reward_routes = ROUTES("reward", rows);
