/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_http.c - recognition over HTTP: schemas, handlers, routes. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"
#include "rostra/sync.h"

#include "kudos_int.h"

struct list_query {
	struct uuid giver, recipient, value, post;
};

/* clang-format off */
static const struct j_field face_fields[] = {
	J_ID(struct kudos_face, id, J_REQUIRED),
	J_TEXT(struct kudos_face, display_name, J_REQUIRED | J_PII, 0, 120),
};
const struct j_schema kudos_face_schema = J_SCHEMA("kudos_person", struct kudos_face, face_fields);

#define MESSAGE(T, fl) \
	J_TEXT(T, message, (fl) | J_PII | J_TRIM | J_MULTILINE, 1, KUDOS_MESSAGE_CODE_POINTS, .help = "1-500 characters as people count them")
#define POINTS(T, fl) \
	J_INT64(T, points, fl, 0, KUDOS_POINTS_MAX, 0, .help = "For each recipient, from the giver's allowance")
#define VISIBILITY(T, fl) \
	J_WORD(T, visibility, fl, kudos_visibility_names, KUDOS_PUBLIC, \
	       .help = "team: the teams of giver and recipients; private: giver and recipients")
#define ABOUT(T)                                                                                \
	J_ID(T, post_id, J_NULLABLE, .help = "The post it is about"), \
	J_ID(T, share_id, J_NULLABLE, .help = "The giver's or a recipient's"), J_ID(T, lead_id, J_NULLABLE)

static const struct j_field new_fields[] = {
	J_IDS(struct kudos_new, recipients, J_REQUIRED, 1, KUDOS_RECIPIENTS_MAX),
	J_IDS(struct kudos_new, mentions, 0, 0, KUDOS_MENTIONS_MAX, .help = "Colleagues whom the message names"),
	J_ID(struct kudos_new, value_id, J_REQUIRED), MESSAGE(struct kudos_new, J_REQUIRED),
	POINTS(struct kudos_new, 0), VISIBILITY(struct kudos_new, 0), ABOUT(struct kudos_new),
};
static const struct j_schema new_schema = J_SCHEMA("kudos_new", struct kudos_new, new_fields);

static const struct j_field patch_fields[] = {
	MESSAGE(struct kudos_patch, 0), J_ID(struct kudos_patch, value_id, 0), POINTS(struct kudos_patch, 0),
	VISIBILITY(struct kudos_patch, 0), J_INT64(struct kudos_patch, version, J_REQUIRED, 1, INT64_MAX, 0),
};
const struct j_schema kudos_patch_schema = J_SCHEMA_HAS("kudos_patch", struct kudos_patch, patch_fields);

#define COUNT(m) J_INT64(struct kudos_reactions, m, J_REQUIRED, 0, INT64_MAX, 0)
static const struct j_field reactions_fields[] = {
	COUNT(thanks), COUNT(celebrate), COUNT(love), COUNT(support), COUNT(insightful),
};
static const struct j_schema reactions_schema = J_SCHEMA("kudos_reactions", struct kudos_reactions, reactions_fields);

/* What is the same for all who may see it. */
#define CARD_FIELDS                                                                             \
	J_ID(struct kudos, id, J_REQUIRED), J_SUB(struct kudos, giver, J_REQUIRED, &kudos_face_schema), \
	J_OBJECTS(struct kudos, recipients, J_REQUIRED, 1, KUDOS_RECIPIENTS_MAX, &kudos_face_schema), \
	J_OBJECTS(struct kudos, mentions, J_REQUIRED, 0, KUDOS_MENTIONS_MAX, &kudos_face_schema),   \
	J_ID(struct kudos, value_id, J_REQUIRED), J_TEXT(struct kudos, value_name, J_REQUIRED, 1, 60), \
	MESSAGE(struct kudos, J_REQUIRED), POINTS(struct kudos, J_REQUIRED), VISIBILITY(struct kudos, J_REQUIRED), \
	J_WORD(struct kudos, state, J_REQUIRED, kudos_state_names, 0,                               \
	       .help = "hidden: reported, only its giver sees it until a manager decides"),         \
	ABOUT(struct kudos), J_SUB(struct kudos, reactions, J_REQUIRED, &reactions_schema),         \
	J_INT64(struct kudos, comments, J_REQUIRED, 0, INT64_MAX, 0, .help = "How many there are"), \
	J_AT(struct kudos, created_at, J_REQUIRED), J_AT(struct kudos, edited_at, J_NULLABLE),      \
	J_INT64(struct kudos, version, J_REQUIRED, 1, INT64_MAX, 0)
#define MINE(T) J_WORD(T, my_reaction, J_NULLABLE, kudos_reaction_names, -1)

static const struct j_field view_fields[] = { CARD_FIELDS, MINE(struct kudos) };
const struct j_schema kudos_schema = J_SCHEMA("kudos", struct kudos, view_fields);
static const struct j_field card_fields[] = { CARD_FIELDS };
const struct j_schema kudos_card_schema = J_SCHEMA("kudos_card", struct kudos, card_fields);
static const struct j_field mine_fields[] = { MINE(struct kudos_item) };
const struct j_schema kudos_mine_schema = J_SCHEMA("kudos_mine", struct kudos_item, mine_fields);

static const struct j_field query_fields[] = {
	J_ID(struct list_query, giver, 0), J_ID(struct list_query, recipient, 0),
	J_ID(struct list_query, value, 0), J_ID(struct list_query, post, 0),
};
static const struct j_schema query_schema = J_SCHEMA("kudos_query", struct list_query, query_fields);
/* clang-format on */

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct kudos *k = reply;
	struct sha256 digest = sha256_of(call->body_text.s, call->body_text.n);
	bool created;
	enum fault e;

	k->company_id = rq_company(rq);
	k->id = call->id[0];
	k->giver_id = rq->who->person;
	memcpy(k->body_sha256, digest.b, sizeof(k->body_sha256));
	e = kudos_give(rq, call->body, k, &created);
	if (!e && created)
		http_created(call);
	return e;
}

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	return kudos_read(rq, call->id[0], reply);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = kudos_change(rq, call->id[0], call->body);

	return e ? e : kudos_read(rq, call->id[0], reply);
}

static enum fault
handle_delete(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return kudos_withdraw(rq, call->id[0]);
}

/* A list looks different only after a change of the company's. */
static enum fault
validate(struct rq *rq, struct call *call, int64_t seq)
{
	const struct uuid who[] = { rq_company(rq), rq->who->person };
	const struct str parts[] = { { (const char *)who, sizeof(who) },
		                     { (const char *)&seq, sizeof(seq) } };
	const struct sha256 digest = sha256_parts(parts, 2);

	return http_etag(rq, call, digest.b, sizeof(digest.b));
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct kudos_page page = {
		.company_id = rq_company(rq),
		.viewer = rq->who->person,
		.giver = q->giver,
		.recipient = q->recipient,
		.value = q->value,
		.post = q->post,
		.limit = call->limit + 1,
	};
	struct kudos_item *items = arena_array(rq->arena, (size_t)page.limit, struct kudos_item);
	size_t n = 0;
	int64_t seq;
	enum fault e = sync_newest(rq, &seq);

	(void)reply;
	memset(&page.before, 0xff, sizeof(page.before));
	if (call->after)
		page.before = call->key.id;
	if (!e)
		e = validate(rq, call, seq);
	if (!e)
		e = kudos_list(rq, &page, seq, items, &n);
	for (size_t i = 0; !e && i < n; i++) {
		if (items[i].json.s != NULL) /* else gone between two statements */
			page_add_json(rq, call, items[i].json,
			              (struct page_key){ .id = items[i].id });
	}
	return e;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_PUT, .path = "/v1/kudos/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &kudos_schema,
	  .handle = handle_put, .name = "kudos_put", .summary = "Recognise colleagues" },
	{ .method = HTTP_GET, .path = "/v1/kudos", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &query_schema, .kind = REPLY_LIST, .reply = &kudos_schema, .handle = handle_list,
	  .name = "kudos_list", .summary = "Kudos that the reader may see, newest first" },
	{ .method = HTTP_GET, .path = "/v1/kudos/{id}", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &kudos_schema, .handle = handle_get,
	  .name = "kudos_get", .summary = "One kudos" },
	{ .method = HTTP_PATCH, .path = "/v1/kudos/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .body = &kudos_patch_schema, .kind = REPLY_OBJECT, .reply = &kudos_schema, .handle = handle_patch,
	  .name = "kudos_patch", .summary = "Change one's kudos while its window is open" },
	{ .method = HTTP_DELETE, .path = "/v1/kudos/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = handle_delete,
	  .name = "kudos_delete", .summary = "Withdraw one's kudos while its window is open; the points go back" },
};
/* clang-format on */

const struct route_table kudos_routes = ROUTES("kudos", rows);
