/* SPDX-License-Identifier: Apache-2.0 */
/* mentoring_http.c - mentorings over HTTP: for the two they are of; for managers, counts. */
#include <string.h>

#include "rostra/caller.h"

#include "mentoring_int.h"

/* clang-format off */
#define ASK_FIELDS(T)                                                                           \
	J_TEXT(T, tag, J_REQUIRED | J_PII | J_TRIM, 1, MENTORING_TAG_MAX, .help = "What it is about"), \
	J_TEXT(T, message, J_NULLABLE | J_PII | J_TRIM | J_MULTILINE, 1, MENTORING_TEXT_MAX),       \
	J_INT64(T, weeks, J_REQUIRED, MENTORING_WEEKS_MIN, MENTORING_WEEKS_MAX, 0)
#define NOTE(m) J_TEXT(struct mentoring, m, J_NULLABLE | J_PII, 1, MENTORING_NOTE_MAX, .help = "At the end")

static const struct j_field view_fields[] = {
	J_ID(struct mentoring, id, J_REQUIRED),
	J_ID(struct mentoring, mentor_id, J_REQUIRED), J_TEXT(struct mentoring, mentor_name, J_REQUIRED | J_PII, 1, 120),
	J_ID(struct mentoring, mentee_id, J_REQUIRED), J_TEXT(struct mentoring, mentee_name, J_REQUIRED | J_PII, 1, 120),
	J_ID(struct mentoring, asked_by, J_REQUIRED), ASK_FIELDS(struct mentoring),
	J_TEXT(struct mentoring, answer, J_NULLABLE | J_PII, 1, MENTORING_TEXT_MAX),
	J_WORD(struct mentoring, state, J_REQUIRED, mentoring_state_names, 0),
	J_AT(struct mentoring, created_at, J_REQUIRED), J_AT(struct mentoring, started_at, J_NULLABLE),
	J_AT(struct mentoring, ends_at, J_NULLABLE), J_AT(struct mentoring, ended_at, J_NULLABLE),
	NOTE(mentor_note), NOTE(mentee_note),
};
static const struct j_schema view_schema = J_SCHEMA("mentoring", struct mentoring, view_fields);

static const struct j_field new_fields[] = {
	J_ID(struct mentoring_new, person_id, J_REQUIRED, .help = "The colleague"),
	J_WORD(struct mentoring_new, role, J_REQUIRED, mentoring_role_names, 0, .help = "What the caller will be"),
	ASK_FIELDS(struct mentoring_new),
};
static const struct j_schema new_schema = J_SCHEMA("mentoring_new", struct mentoring_new, new_fields);

struct decision {
	int         decision;
	const char *note;
};
static const char *const decision_words[DECIDE__MAX + 1] = { "accept", "decline", "withdraw", NULL };
static const struct j_field decision_fields[] = {
	J_WORD(struct decision, decision, J_REQUIRED, decision_words, 0, .help = "withdraw: who asked; else the other one"),
	J_TEXT(struct decision, note, J_NULLABLE | J_PII | J_TRIM | J_MULTILINE, 1, MENTORING_TEXT_MAX),
};
static const struct j_schema decision_schema = J_SCHEMA("mentoring_decision", struct decision, decision_fields);

static const struct j_field close_fields[] = {
	J_TEXT(struct decision, note, J_REQUIRED | J_PII | J_TRIM | J_MULTILINE, 1, MENTORING_NOTE_MAX),
};
static const struct j_schema close_schema = J_SCHEMA("mentoring_close", struct decision, close_fields);

struct list_query {
	int state;
};
static const struct j_field list_fields[] = { J_WORD(struct list_query, state, 0, mentoring_state_names, -1) };
static const struct j_schema list_schema = J_SCHEMA("mentoring_query", struct list_query, list_fields);

#define COUNT(m) J_INT64(struct mentoring_counts, m, J_REQUIRED, 0, INT64_MAX, 0)
static const struct j_field counts_fields[] = {
	COUNT(asked), COUNT(active), COUNT(declined), COUNT(withdrawn), COUNT(ended), COUNT(offers), COUNT(seeks), COUNT(reviews),
};
static const struct j_schema counts_schema = J_SCHEMA("mentoring_counts", struct mentoring_counts, counts_fields);
/* clang-format on */

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	bool created;
	enum fault e = mentoring_ask(rq, call->body, call->id[0], reply, &created);

	if (!e && created)
		http_created(call);
	return e;
}

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	return mentoring_read(rq, call->id[0], reply);
}

static enum fault
handle_decide(struct rq *rq, struct call *call, void *reply)
{
	const struct decision *d = call->body;

	(void)reply;
	return mentoring_decide(rq, call->id[0], (enum mentoring_decision)d->decision, d->note);
}

static enum fault
handle_close(struct rq *rq, struct call *call, void *reply)
{
	const struct decision *d = call->body;

	(void)reply;
	return mentoring_close(rq, call->id[0], d->note);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct mentoring *m = row;

	page_add(rq, arg, m, (struct page_key){ .id = m->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct mentoring_page page = { .company_id = rq_company(rq),
		                       .person_id = rq->who->person,
		                       .state = q->state,
		                       .limit = call->limit + 1 };

	(void)reply;
	memset(&page.before, 0xff, sizeof(page.before));
	if (call->after)
		page.before = call->key.id;
	return mentoring_sql_page(rq, &page, list_row, call);
}

static enum fault
handle_counts(struct rq *rq, struct call *call, void *reply)
{
	(void)call;
	return mentoring_sql_counts(rq, reply);
}

/* clang-format off */
/* Answers of a POST are kept for a week under the caller's name: those here show nothing of the other one. */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/mentorings", .access = ACCESS_PEOPLE, .rate = RATE_READ, .query = &list_schema,
	  .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list, .name = "mentoring_list",
	  .summary = "The caller's own, newest first" },
	{ .method = HTTP_PUT, .path = "/v1/mentorings/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put, .name = "mentoring_put",
	  .summary = "Ask a colleague to be one's mentor, or offer to be theirs" },
	{ .method = HTTP_GET, .path = "/v1/mentorings/{id}", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &view_schema, .handle = handle_get, .name = "mentoring_get", .summary = "One of the caller's own" },
	{ .method = HTTP_POST, .path = "/v1/mentorings/{id}/decide", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &decision_schema, .kind = REPLY_NONE,
	  .handle = handle_decide, .name = "mentoring_decide", .summary = "Accept or decline a request, or withdraw one's own" },
	{ .method = HTTP_POST, .path = "/v1/mentorings/{id}/close", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &close_schema, .kind = REPLY_NONE,
	  .handle = handle_close, .name = "mentoring_close", .summary = "End it with a note; the other one adds theirs the same way" },
	{ .method = HTTP_GET, .path = "/v1/mentoring-counts", .access = ACCESS_MANAGERS, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &counts_schema, .handle = handle_counts, .name = "mentoring_counts_get",
	  .summary = "How many there are in each state: never who or what" },
};
/* clang-format on */

const struct route_table mentoring_routes = ROUTES("mentoring", rows);
