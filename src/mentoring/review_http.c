/* SPDX-License-Identifier: Apache-2.0 */
/* review_http.c - texts that a mentor looks at before they are shared, over HTTP. */
#include "rostra/caller.h"
#include "rostra/network.h"

#include "mentoring_int.h"

/* clang-format off */
#define OWN_FIELDS                                                                              \
	J_ID(struct review, post_id, J_REQUIRED), J_WORD(struct review, network, J_REQUIRED, network_names, 0), \
	J_TEXT(struct review, text, J_REQUIRED | J_PII | J_TRIM | J_MULTILINE, 1, REVIEW_TEXT_MAX,  \
	       .help = "As in a share: with the disclosure, without the link")
static const struct j_field view_fields[] = {
	J_ID(struct review, id, J_REQUIRED), J_ID(struct review, mentee_id, J_REQUIRED), J_ID(struct review, mentor_id, J_REQUIRED),
	OWN_FIELDS, J_WORD(struct review, state, J_REQUIRED, review_state_names, 0),
	J_TEXT(struct review, note, J_NULLABLE | J_PII, 1, MENTORING_TEXT_MAX),
	J_AT(struct review, created_at, J_REQUIRED), J_AT(struct review, decided_at, J_NULLABLE),
	J_ID(struct review, share_id, J_NULLABLE, .help = "The share that was made from it: by review_id of PUT /v1/shares/{id}"),
};
static const struct j_schema view_schema = J_SCHEMA("share_review", struct review, view_fields);
static const struct j_field new_fields[] = { OWN_FIELDS };
static const struct j_schema new_schema = J_SCHEMA("share_review_new", struct review, new_fields);

struct decision {
	int         decision;
	const char *note;
};
static const char *const decision_words[] = { "approve", "return", NULL };
static const enum review_state decided[] = { REVIEW_APPROVED, REVIEW_RETURNED };
static const struct j_field decision_fields[] = {
	J_WORD(struct decision, decision, J_REQUIRED, decision_words, 0),
	J_TEXT(struct decision, note, J_NULLABLE | J_PII | J_TRIM | J_MULTILINE, 1, MENTORING_TEXT_MAX,
	       .help = "Needed when it goes back"),
};
static const struct j_schema decision_schema = J_SCHEMA("share_review_decision", struct decision, decision_fields);
/* clang-format on */

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct review *r = reply;
	bool created;
	enum fault e;

	*r = *(const struct review *)call->body;
	r->company_id = rq_company(rq);
	r->mentoring_id = call->id[0];
	r->id = call->id[1];
	e = review_ask(rq, r, &created);
	if (!e && created)
		http_created(call);
	return e;
}

static enum fault
handle_decide(struct rq *rq, struct call *call, void *reply)
{
	const struct decision *d = call->body;
	const struct review key = { .company_id = rq_company(rq),
		                    .mentoring_id = call->id[0],
		                    .id = call->id[1] };

	(void)reply;
	return review_decide(rq, &key, decided[d->decision], d->note);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct review *r = row;

	page_add(rq, arg, r, (struct page_key){ .id = r->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct item_page page = { .company_id = rq_company(rq),
		                        .mentoring_id = call->id[0],
		                        .after = call->after ? call->key.id : mentoring_first_id,
		                        .limit = call->limit + 1 };
	struct mentoring m = { .tag = NULL };
	enum fault e = mentoring_read(rq, call->id[0], &m);

	(void)reply;
	return e ? e : review_sql_page(rq, &page, list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/mentorings/{id}/reviews", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list, .name = "share_review_list",
	  .summary = "Texts that the mentor was asked to look at, oldest first" },
	{ .method = HTTP_PUT, .path = "/v1/mentorings/{id}/reviews/{other_id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put,
	  .name = "share_review_put", .summary = "Ask the mentor to look at a text before it is shared; it must be one that could be" },
	{ .method = HTTP_POST, .path = "/v1/mentorings/{id}/reviews/{other_id}/decide", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &decision_schema, .kind = REPLY_NONE,
	  .handle = handle_decide, .name = "share_review_decide", .summary = "The mentor approves the text or sends it back with a note" },
};
/* clang-format on */

const struct route_table share_review_routes = ROUTES("mentoring", rows);
