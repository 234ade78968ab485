/* SPDX-License-Identifier: Apache-2.0 */
/* consent_http.c - texts to accept, over HTTP: open to whoever has not accepted them yet. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"

#include "consent_int.h"

/* clang-format off */
static const struct j_field text_fields[] = {
	J_TEXT(struct consent_text, language, J_REQUIRED | J_LANG, 2, 16),
	J_TEXT(struct consent_text, title, J_REQUIRED | J_TRIM, 1, 200),
	J_TEXT(struct consent_text, body, J_REQUIRED | J_MULTILINE, 1, CONSENT_BODY_MAX),
};
static const struct j_schema text_schema = J_SCHEMA("consent_text", struct consent_text, text_fields);

static const struct j_field new_fields[] = {
	J_TEXT(struct consent_new, name, J_REQUIRED | J_TRIM, 1, 40, .help = "Such as terms: each publication of a name is its next version"),
	J_AT(struct consent_new, in_force_at, J_REQUIRED, .help = "From then on nobody goes on without accepting it; before, it may be accepted ahead"),
	J_OBJECTS(struct consent_new, texts, J_REQUIRED, 1, CONSENT_TEXTS_MAX, &text_schema, .help = "One a language"),
};
static const struct j_schema new_schema = J_SCHEMA("consent_new", struct consent_new, new_fields);

static const struct j_field view_fields[] = {
	J_ID(struct consent_view, id, J_REQUIRED), J_TEXT(struct consent_view, name, J_REQUIRED, 1, 40),
	J_INT64(struct consent_view, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_AT(struct consent_view, in_force_at, J_REQUIRED),
	J_TEXT(struct consent_view, language, J_REQUIRED, 2, 16, .help = "The reader's when there is a text in it, else the company's, else any"),
	J_TEXT(struct consent_view, title, J_REQUIRED, 1, 200), J_TEXT(struct consent_view, body, J_REQUIRED, 1, CONSENT_BODY_MAX),
	J_AT(struct consent_view, accepted_at, J_NULLABLE, .help = "By the reader"),
	J_BOOLEAN(struct consent_view, due, J_REQUIRED, false, .help = "Until it is accepted other routes answer consent_required"),
};
static const struct j_schema view_schema = J_SCHEMA("consent", struct consent_view, view_fields);
/* clang-format on */

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct consent_view *v = row;

	page_add(rq, arg, v, (struct page_key){ .id = v->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct uuid none = { { 0 } };

	(void)reply;
	return consent_each(rq, call->after ? call->key.id : none, none, call->limit + 1, list_row,
	                    call);
}

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	(void)rq;
	*(struct consent_view *)arg = *(const struct consent_view *)row;
	return FAULT_NONE;
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	const struct consent_new *in = call->body;
	struct sha256 digest = sha256_of(call->body_text.s, call->body_text.n);
	const struct uuid none = { { 0 } };
	struct consent_view *out = reply;
	struct consent c = {
		.company_id = rq_company(rq),
		.id = call->id[0],
		.created_by = rq->who->person,
		.name = in->name,
		.in_force_at = in->in_force_at,
		.created_at = rq->now_us,
	};
	bool created;
	enum fault e;

	memcpy(c.body_sha256, digest.b, sizeof(c.body_sha256));
	e = consent_publish(rq, &c, in, &created);
	if (!e)
		e = consent_each(rq, none, c.id, 1, keep, out);
	if (!e && uuid_is_zero(out->id))
		return rq_fail(rq, FAULT_CONFLICT, "It was published, and is out of force again.");
	if (!e && created)
		http_created(call);
	return e;
}

static enum fault
handle_delete(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return consent_archive(rq, call->id[0]);
}

static enum fault
handle_accept(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return consent_accept(rq, call->id[0]);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/consents", .access = ACCESS_PEOPLE, .rate = RATE_READ, .flags = ROUTE_BEFORE_CONSENT,
	  .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list, .name = "consent_list",
	  .summary = "Texts to accept, in the reader's language" },
	{ .method = HTTP_PUT, .path = "/v1/consents/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID | ROUTE_BEFORE_CONSENT, .body = &new_schema, .kind = REPLY_OBJECT,
	  .reply = &view_schema, .handle = handle_put, .name = "consent_put",
	  .summary = "Publish a text, or the next version of one" },
	{ .method = HTTP_DELETE, .path = "/v1/consents/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_BEFORE_CONSENT, .kind = REPLY_NONE, .handle = handle_delete, .name = "consent_delete",
	  .summary = "Take a version out of force; the one before it is back" },
	{ .method = HTTP_PUT, .path = "/v1/consents/{id}/acceptance", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_BEFORE_CONSENT, .kind = REPLY_NONE, .handle = handle_accept, .name = "consent_accept",
	  .summary = "Accept a text; kept with its version, language and time" },
};
/* clang-format on */

const struct route_table consent_routes = ROUTES("consent", rows);
