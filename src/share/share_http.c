/* SPDX-License-Identifier: Apache-2.0 */
/* share_http.c - shares over HTTP: schemas, handlers, routes. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"

#include "share_int.h"

/* clang-format off */
#define SHARE_FIELDS                                                                            \
	J_ID(struct share, id, J_REQUIRED), J_ID(struct share, person_id, J_REQUIRED),              \
	J_ID(struct share, post_id, J_REQUIRED),                                                    \
	J_WORD(struct share, network, J_REQUIRED, network_names, 0),                                \
	J_WORD(struct share, state, J_REQUIRED, share_state_names, 0, .help = "revoked: its link is dead"), \
	J_TEXT(struct share, link, J_NULLABLE, 1, 200, .help = "Short URL; null when the post leads nowhere"), \
	J_TEXT(struct share, text, J_REQUIRED, 1, 8000, .help = "What is posted, with disclosure and link"), \
	J_TEXT(struct share, intent_url, J_NULLABLE, 1, 100000,                                     \
	       .help = "Opens the network with the text; null: copy the text"),                     \
	J_BOOLEAN(struct share, edited, J_REQUIRED, 0, .help = "Not a suggested text"),             \
	J_AT(struct share, created_at, J_REQUIRED), J_AT(struct share, revoked_at, J_NULLABLE),     \
	J_INT64(struct share, version, J_REQUIRED, 1, INT64_MAX, 0)

static const struct j_field share_fields[] = { SHARE_FIELDS };
const struct j_schema share_schema = J_SCHEMA("share", struct share, share_fields);

static const struct j_field detail_fields[] = {
	SHARE_FIELDS, J_INT64(struct share, clicks, J_REQUIRED, 0, INT64_MAX, 0, .help = "By humans"),
};
static const struct j_schema detail_schema = J_SCHEMA("share_detail", struct share, detail_fields);

static const char *const warning_codes[] = { "near_duplicate", NULL };
static const struct j_field warning_fields[] = {
	J_WORD(struct share_warning, code, J_REQUIRED, warning_codes, 0),
	J_TEXT(struct share_warning, detail, J_REQUIRED, 1, 240),
	J_INT64(struct share_warning, same, J_REQUIRED, 0, INT64_MAX, 0, .help = "Colleagues with the same words, lately"),
	J_INT64(struct share_warning, similar, J_REQUIRED, 0, INT64_MAX, 0, .help = "Colleagues with nearly the same, those included"),
};
static const struct j_schema warning_schema = J_SCHEMA("share_warning", struct share_warning, warning_fields);
static const struct j_field made_fields[] = {
	SHARE_FIELDS, J_OBJECTS(struct share, warnings, J_REQUIRED, 0, 4, &warning_schema),
};
static const struct j_schema made_schema = J_SCHEMA("share_made", struct share, made_fields);

static const struct j_field new_fields[] = {
	J_ID(struct share_new, post_id, J_REQUIRED),
	J_WORD(struct share_new, network, J_REQUIRED, network_names, 0),
	J_TEXT(struct share_new, text, J_TRIM | J_MULTILINE, 1, SHARE_TEXT_MAX,
	       .help = "With the disclosure, without the link, which is put behind it; absent: a suggested text"),
	J_TEXT(struct share_new, language, J_LANG, 2, 16, .help = "Of the suggested text; absent: the reader's"),
	J_ID(struct share_new, review_id, 0, .help = "A text that the mentor approved: for this post and network, once, word for word"),
};
static const struct j_schema new_schema = J_SCHEMA("share_new", struct share_new, new_fields);

struct list_query {
	struct uuid person;
};
static const struct j_field list_fields[] = {
	J_ID(struct list_query, person, 0, .help = "Managers and admins: shares of this person; absent: the caller's own"),
};
static const struct j_schema list_schema = J_SCHEMA("share_query", struct list_query, list_fields);
/* clang-format on */

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct share *s = reply;
	struct sha256 digest = sha256_of(call->body_text.s, call->body_text.n);
	bool created;
	enum fault e;

	s->company_id = rq_company(rq);
	s->id = call->id[0];
	s->person_id = rq->who->person;
	memcpy(s->body_sha256, digest.b, sizeof(s->body_sha256));
	e = share_create(rq, call->body, s, &created);
	if (e)
		return e;

	if (created)
		http_created(call);
	return FAULT_NONE;
}

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	return share_read(rq, call->id[0], reply);
}

static enum fault
handle_revoke(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = share_revoke(rq, call->id[0]);

	if (e)
		return e;

	return share_read(rq, call->id[0], reply);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct share *s = row;

	share_finish(rq, s);
	page_add(rq, arg, s, (struct page_key){ .k = { s->created_at }, .id = s->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct share_page page = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.before_at = call->after ? call->key.k[0] : rq->now_us + US_PER_DAY,
		.before_id = call->key.id,
		.limit = call->limit + 1,
	};

	(void)reply;
	if (!uuid_is_zero(q->person) && !uuid_eq(q->person, rq->who->person)) {
		if (!(rq->who->kind & ACCESS_MANAGERS))
			return rq_fail(rq, FAULT_FORBIDDEN,
			               "Only managers see the shares of others.");
		page.person_id = q->person;
	}
	return share_sql_page(rq, &page, list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_PUT, .path = "/v1/shares/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &made_schema,
	  .handle = handle_put, .name = "share_put", .summary = "Share a post on a network" },
	{ .method = HTTP_GET, .path = "/v1/shares", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &list_schema, .kind = REPLY_LIST, .reply = &share_schema, .handle = handle_list,
	  .name = "share_list", .summary = "Shares, newest first" },
	{ .method = HTTP_GET, .path = "/v1/shares/{id}", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &detail_schema, .handle = handle_get,
	  .name = "share_get", .summary = "One share with its clicks" },
	{ .method = HTTP_POST, .path = "/v1/shares/{id}/revoke", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .kind = REPLY_OBJECT, .reply = &detail_schema, .handle = handle_revoke,
	  .name = "share_revoke", .summary = "End a share: its link is dead" },
};
/* clang-format on */

const struct route_table share_routes = ROUTES("share", rows);
