/* SPDX-License-Identifier: Apache-2.0 */
/* post_http.c - posts over HTTP: schemas, handlers, routes. */
#include <string.h>

#include "rostra/crypto.h"

#include "post_int.h"

/* clang-format off */
static const struct j_field text_fields[] = {
	J_WORD(struct post_text, network, 0, post_place_names, POST_PLACE_ANY, .help = "Where it fits"),
	J_TEXT(struct post_text, language, J_LANG, 2, 16, .help = "Absent: the post's"),
	J_TEXT(struct post_text, text, J_REQUIRED | J_TRIM | J_MULTILINE, 1, POST_TEXT_MAX,
	       .help = "Suggested words, without link and disclosure"),
};
static const struct j_schema text_schema = J_SCHEMA("post_text", struct post_text, text_fields);

static const struct j_field disclosure_fields[] = {
	J_WORD(struct post_disclosure, network, 0, post_place_names, POST_PLACE_ANY, .help = "Where it must stand"),
	J_TEXT(struct post_disclosure, text, J_REQUIRED | J_TRIM, 1, 120, .help = "Such as #TeamAcme"),
};
static const struct j_schema disclosure_schema = J_SCHEMA("post_disclosure", struct post_disclosure, disclosure_fields);

/* What people write.  must: J_REQUIRED in a PUT, 0 in a PATCH. */
#define BODY_FIELDS(must)                                                                       \
	J_ID(struct post, channel_id, (must)),                                                      \
	J_ID(struct post, campaign_id, J_NULLABLE),                                                 \
	J_WORD(struct post, kind, (must), post_kind_names, 0),                                      \
	J_TEXT(struct post, language, (must) | J_LANG, 2, 16, .help = "Of title and summary"),      \
	J_TEXT(struct post, title, (must) | J_TRIM, 1, 200),                                        \
	J_TEXT(struct post, summary, J_NULLABLE | J_TRIM | J_MULTILINE, 1, 2000),                   \
	J_TEXT(struct post, destination_url, J_NULLABLE | J_URL, 1, 2000,                           \
	       .help = "Where the short link leads; a link needs it"),                              \
	J_TEXT(struct post, image_url, J_NULLABLE | J_URL, 1, 2000, .help = "https"),               \
	J_WORDS(struct post, networks, (must), network_names, .help = "Where it may be shared"),    \
	J_BOOLEAN(struct post, lock_text, 0, 0, .help = "Only suggested texts, word for word"),     \
	J_BOOLEAN(struct post, must_read, 0, 0, .help = "Readers are asked to acknowledge"),        \
	J_AT(struct post, publish_at, J_NULLABLE, .help = "Not before"),                            \
	J_AT(struct post, expire_at, J_NULLABLE, .help = "Leaves the feed"),                        \
	J_ID(struct post, suggested_by, J_NULLABLE, .help = "Who gets the credit"),                 \
	J_OBJECTS(struct post, texts, 0, 0, POST_TEXTS_MAX, &text_schema),                          \
	J_OBJECTS(struct post, disclosures, 0, 0, POST_DISCLOSURES_MAX, &disclosure_schema)

static const struct j_field new_fields[] = {
	BODY_FIELDS(J_REQUIRED),
	J_BOOLEAN(struct post, submit, 0, 0, .help = "Submitted at once instead of kept as a draft"),
};
static const struct j_schema new_schema = J_SCHEMA("post_new", struct post, new_fields);

static const struct j_field patch_fields[] = {
	BODY_FIELDS(0), J_INT64(struct post, version, J_REQUIRED, 1, INT64_MAX, 0),
};
const struct j_schema post_patch_schema = J_SCHEMA_HAS("post_patch", struct post, patch_fields);

#define CARD_FIELDS                                                                             \
	J_ID(struct post, id, J_REQUIRED), BODY_FIELDS(J_REQUIRED),                                 \
	J_TEXT(struct post, suggested_by_name, J_NULLABLE | J_PII, 0, 120),                         \
	J_AT(struct post, published_at, J_NULLABLE),                                                \
	J_INT64(struct post, version, J_REQUIRED, 1, INT64_MAX, 0)

static const struct j_field card_fields[] = { CARD_FIELDS };
const struct j_schema post_card_schema = J_SCHEMA("post_card", struct post, card_fields);

#define READER_FIELDS(T)                                                                        \
	J_BOOLEAN(T, pinned, J_REQUIRED, 0, .help = "Shown first"),                                 \
	J_AT(T, seen_at, J_NULLABLE, .help = "By the reader, first"),                               \
	J_AT(T, acknowledged_at, J_NULLABLE, .help = "By the reader"),                              \
	J_WORDS(T, shared_networks, J_REQUIRED, network_names, .help = "Where the reader shared it")

static const struct j_field item_fields[] = { CARD_FIELDS, READER_FIELDS(struct post) };
const struct j_schema post_item_schema = J_SCHEMA("post_item", struct post, item_fields);

static const struct j_field reader_fields[] = { READER_FIELDS(struct post_reader) };
static const struct j_schema reader_schema = J_SCHEMA("post_reader", struct post_reader, reader_fields);

static const struct j_field view_fields[] = {
	CARD_FIELDS, READER_FIELDS(struct post),
	J_WORD(struct post, state, J_REQUIRED, post_state_names, 0),
	J_AT(struct post, pin_until, J_NULLABLE),
	J_ID(struct post, author_id, J_REQUIRED),
	J_ID(struct post, decided_by, J_NULLABLE),
	J_TEXT(struct post, decision_note, J_NULLABLE, 0, 500, .help = "Why it was rejected"),
	J_AT(struct post, created_at, J_REQUIRED), J_AT(struct post, updated_at, J_REQUIRED),
	J_INT64(struct post, shares, J_REQUIRED, 0, INT64_MAX, 0, .help = "Not revoked, as of a few seconds ago"),
	J_INT64(struct post, sharers, J_REQUIRED, 0, INT64_MAX, 0, .help = "People behind them"),
};
static const struct j_schema view_schema = J_SCHEMA("post", struct post, view_fields);

struct list_query {
	int state;
};
static const struct j_field list_fields[] = {
	J_WORD(struct list_query, state, 0, post_state_names, -1),
};
static const struct j_schema list_schema = J_SCHEMA("post_query", struct list_query, list_fields);

struct decision {
	int64_t     publish_at, until, version;
	const char *note;
};
static const struct j_field publish_fields[] = {
	J_AT(struct decision, publish_at, J_NULLABLE, .help = "Absent: the post's own; in the past: now"),
	J_INT64(struct decision, version, 0, 1, INT64_MAX, 0, .help = "The version that was read: another one is a conflict"),
};
static const struct j_schema publish_schema = J_SCHEMA("post_publish", struct decision, publish_fields);
static const struct j_field reject_fields[] = {
	J_TEXT(struct decision, note, J_REQUIRED | J_TRIM | J_MULTILINE, 1, 500, .help = "Why, for its author"),
	J_INT64(struct decision, version, 0, 1, INT64_MAX, 0, .help = "The version that was read"),
};
static const struct j_schema reject_schema = J_SCHEMA("post_reject", struct decision, reject_fields);
static const struct j_field pin_fields[] = {
	J_AT(struct decision, until, J_REQUIRED, .help = "First in the feed until then"),
};
static const struct j_schema pin_schema = J_SCHEMA("post_pin", struct decision, pin_fields);
/* clang-format on */

void
post_item_put(struct buf *b, struct str card, const struct post_reader *r)
{
	json_encode_more(b, card, &reader_schema, r);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct post *post = row;

	post_finish(rq, post);
	page_add(rq, arg, post, (struct page_key){ .id = post->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct post_page page = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.state = q->state,
		.own = !post_may_publish(rq),
		.limit = call->limit + 1,
	};

	(void)reply;
	if (call->after)
		page.before = call->key.id;
	else
		memset(&page.before, 0xff, sizeof(page.before));

	return post_sql_page(rq, &page, list_row, call);
}

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	return post_read(rq, call->id[0], reply);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct post in = *(const struct post *)call->body;
	struct sha256 digest = sha256_of(call->body_text.s, call->body_text.n);
	bool created;
	enum fault e;

	in.id = call->id[0];
	in.company_id = rq_company(rq);
	memcpy(in.body_sha256, digest.b, sizeof(in.body_sha256));
	e = post_put(rq, &in, &created);
	if (e)
		return e;
	if (created)
		http_created(call);

	return post_read(rq, in.id, reply);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = post_patch(rq, call->id[0], call->body);

	if (e)
		return e;

	return post_read(rq, call->id[0], reply);
}

static enum fault
decide(struct rq *rq, struct call *call, const struct post_action *action, void *reply)
{
	enum fault e = post_act(rq, call->id[0], action);

	if (e)
		return e;

	return post_read(rq, call->id[0], reply);
}

static enum fault
handle_submit(struct rq *rq, struct call *call, void *reply)
{
	return decide(rq, call, &(struct post_action){ .event = POST_EV_SUBMIT, .at = TIME_NONE },
	              reply);
}

static enum fault
handle_publish(struct rq *rq, struct call *call, void *reply)
{
	const struct decision *d = call->body;
	struct post_action a = { POST_EV_PUBLISH, d->publish_at, NULL, d->version };

	return decide(rq, call, &a, reply);
}

static enum fault
handle_reject(struct rq *rq, struct call *call, void *reply)
{
	const struct decision *d = call->body;
	struct post_action a = { POST_EV_REJECT, TIME_NONE, d->note, d->version };

	return decide(rq, call, &a, reply);
}

static enum fault
handle_expire(struct rq *rq, struct call *call, void *reply)
{
	return decide(rq, call, &(struct post_action){ .event = POST_EV_EXPIRE, .at = TIME_NONE },
	              reply);
}

static enum fault
handle_pin(struct rq *rq, struct call *call, void *reply)
{
	const struct decision *d = call->body;

	return decide(rq, call, &(struct post_action){ .event = POST_EV_PIN, .at = d->until },
	              reply);
}

static enum fault
handle_unpin(struct rq *rq, struct call *call, void *reply)
{
	return decide(rq, call, &(struct post_action){ .event = POST_EV_PIN, .at = TIME_NONE },
	              reply);
}

static enum fault
handle_acknowledge(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = post_acknowledge(rq, call->id[0]);

	if (e)
		return e;

	return post_read(rq, call->id[0], reply);
}

/* clang-format off */
#define DECISION(verb, who, schema, handler, text)                                              \
	{ .method = HTTP_POST, .path = "/v1/posts/{id}/" verb, .access = (who), .rate = RATE_WRITE, \
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = (schema), .kind = REPLY_OBJECT, .reply = &view_schema, \
	  .handle = (handler), .name = "post_" verb, .summary = (text) }

static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/posts", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &list_schema, .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list,
	  .name = "post_list", .summary = "Posts, newest first: all for curators, else the caller's own" },
	{ .method = HTTP_GET, .path = "/v1/posts/{id}", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_get,
	  .name = "post_get", .summary = "One post" },
	{ .method = HTTP_PUT, .path = "/v1/posts/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema,
	  .handle = handle_put, .name = "post_put", .summary = "Write or suggest a post" },
	{ .method = HTTP_PATCH, .path = "/v1/posts/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .body = &post_patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_patch,
	  .name = "post_patch", .summary = "Change a post; its author's change of an approved one is decided again" },
	DECISION("submit", ACCESS_PEOPLE, NULL, handle_submit, "Ask for a decision"),
	DECISION("publish", ACCESS_CURATORS, &publish_schema, handle_publish, "Publish now or at a time"),
	DECISION("reject", ACCESS_CURATORS, &reject_schema, handle_reject, "Reject with a note"),
	DECISION("expire", ACCESS_CURATORS, NULL, handle_expire, "Take out of the feed"),
	DECISION("pin", ACCESS_CURATORS, &pin_schema, handle_pin, "Show first for a time"),
	DECISION("unpin", ACCESS_CURATORS, NULL, handle_unpin, "No longer show first"),
	DECISION("acknowledge", ACCESS_PEOPLE, NULL, handle_acknowledge, "I have read it"),
};
/* clang-format on */

const struct route_table post_routes = ROUTES("post", rows);
