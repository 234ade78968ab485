/* SPDX-License-Identifier: Apache-2.0 */
/* talk_http.c - reactions to kudos and comments on them, for whoever may see the kudos. */
#include "rostra/caller.h"
#include "rostra/text.h"

#include "talk_int.h"

/* clang-format off */
#define TEXT_FIELD(fl) \
	J_TEXT(struct comment, text, (fl) | J_PII | J_TRIM | J_MULTILINE, 1, KUDOS_MESSAGE_CODE_POINTS, .help = "1-500 characters as people count them")
static const struct j_field new_fields[] = { TEXT_FIELD(J_REQUIRED) };
static const struct j_schema new_schema = J_SCHEMA("kudos_comment_new", struct comment, new_fields);

static const struct j_field patch_fields[] = {
	TEXT_FIELD(J_REQUIRED), J_INT64(struct comment, version, J_REQUIRED, 1, INT64_MAX, 0),
};
static const struct j_schema patch_schema = J_SCHEMA("kudos_comment_patch", struct comment, patch_fields);

static const struct j_field view_fields[] = {
	J_ID(struct comment, id, J_REQUIRED), J_SUB(struct comment, author, J_REQUIRED, &kudos_face_schema),
	TEXT_FIELD(J_REQUIRED), J_AT(struct comment, created_at, J_REQUIRED), J_AT(struct comment, edited_at, J_NULLABLE),
	J_INT64(struct comment, version, J_REQUIRED, 1, INT64_MAX, 0),
};
static const struct j_schema view_schema = J_SCHEMA("kudos_comment", struct comment, view_fields);
/* clang-format on */

/* --- reactions --- */

static enum fault
reaction_of(struct rq *rq, const struct call *call, struct reaction *out)
{
	*out = (struct reaction){ .company_id = rq_company(rq),
		                  .kudos_id = call->id[0],
		                  .person_id = rq->who->person,
		                  .reacted_at = rq->now_us };
	while (kudos_reaction_names[out->reaction] != NULL &&
	       !cstr_eq(kudos_reaction_names[out->reaction], call->text[0]))
		out->reaction++;
	if (kudos_reaction_names[out->reaction] == NULL)
		return rq_fail(rq, FAULT_NOT_FOUND,
		               "The reactions are thanks, celebrate, love, support, insightful.");
	return FAULT_NONE;
}

static enum fault
handle_react(struct rq *rq, struct call *call, void *reply)
{
	struct reaction r;
	enum fault e = reaction_of(rq, call, &r);

	if (!e)
		e = db_tx(rq, reaction_put, &r);
	return e ? e : kudos_read(rq, r.kudos_id, reply);
}

static enum fault
handle_unreact(struct rq *rq, struct call *call, void *reply)
{
	struct reaction r;
	enum fault e = reaction_of(rq, call, &r);

	if (!e)
		e = db_tx(rq, reaction_remove, &r);
	return e ? e : kudos_read(rq, r.kudos_id, reply);
}

/* --- comments --- */

static enum fault
check_text(struct rq *rq, const char *text)
{
	if (text_graphemes(str_of(text)) > KUDOS_MESSAGE_MAX)
		problem_add(&rq->problem, "#/text", "must have at most 500 characters");
	return rq->problem.code;
}

static void
finish(struct rq *rq, struct comment *c)
{
	struct kudos_face *author = arena_new(rq->arena, struct kudos_face);

	*author = (struct kudos_face){ c->person_id, c->display_name };
	c->author = author;
}

/* The comment of the path, on a kudos that the reader may see. */
static enum fault
find(struct rq *rq, const struct call *call, struct comment *out)
{
	struct comment key = { .company_id = rq_company(rq),
		               .kudos_id = call->id[0],
		               .id = call->id[1] };
	struct kudos seen = { .points = 0 };
	enum fault e = kudos_sql_get(rq, key.kudos_id, &seen);

	*out = key;
	if (!e)
		e = comment_sql_get(rq, &key, out);
	if (!e)
		finish(rq, out);
	return e;
}

static enum fault
handle_post(struct rq *rq, struct call *call, void *reply)
{
	struct comment c = *(const struct comment *)call->body;
	struct comment *out = reply;
	enum fault e = check_text(rq, c.text);

	if (e)
		return e;
	c.company_id = rq_company(rq);
	c.kudos_id = call->id[0];
	c.id = uuid_v7(rq->now_us);
	c.person_id = rq->who->person;
	c.created_at = rq->now_us;
	e = db_tx(rq, comment_put, &c);
	if (!e)
		e = comment_sql_get(rq, &c, out);
	if (e)
		return e;
	finish(rq, out);
	http_created(call);
	return FAULT_NONE;
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	const struct comment *in = call->body;
	struct comment *c = reply;
	bool done;
	enum fault e = find(rq, call, c);

	if (e)
		return e;
	if (!uuid_eq(c->person_id, rq->who->person))
		return rq_fail(rq, FAULT_FORBIDDEN, "Only its author may change a comment.");
	e = check_text(rq, in->text);
	if (e)
		return e;
	c->text = in->text;
	c->version = in->version;
	c->edited_at = rq->now_us;
	e = comment_sql_update(rq, c, &done);
	if (!e && !done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the comment again.");
	c->version++;
	return e;
}

static enum fault
handle_delete(struct rq *rq, struct call *call, void *reply)
{
	struct comment c;
	enum fault e = find(rq, call, &c);

	(void)reply;
	if (e)
		return e;
	if (!uuid_eq(c.person_id, rq->who->person) && !(rq->who->kind & ACCESS_MANAGERS))
		return rq_fail(rq, FAULT_FORBIDDEN,
		               "Only its author or a manager may remove a comment.");
	return db_tx(rq, comment_remove, &c);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	struct comment *c = row;

	finish(rq, c);
	page_add(rq, arg, c, (struct page_key){ .id = c->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct comment_page page = { .company_id = rq_company(rq),
		                     .kudos_id = call->id[0],
		                     .limit = call->limit + 1 };
	struct kudos seen = { .points = 0 };
	enum fault e = kudos_sql_get(rq, call->id[0], &seen);

	(void)reply;
	page.after = kudos_first_id;
	if (call->after)
		page.after = call->key.id;
	return e ? e : comment_sql_page(rq, &page, list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_PUT, .path = "/v1/kudos/{id}/reactions/{reaction}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_OBJECT, .reply = &kudos_schema, .handle = handle_react, .name = "kudos_react",
	  .summary = "React to a kudos, in place of one's former reaction" },
	{ .method = HTTP_DELETE, .path = "/v1/kudos/{id}/reactions/{reaction}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_OBJECT, .reply = &kudos_schema, .handle = handle_unreact, .name = "kudos_unreact",
	  .summary = "Take one's reaction back" },
	{ .method = HTTP_GET, .path = "/v1/kudos/{id}/comments", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list, .name = "kudos_comment_list",
	  .summary = "Comments on a kudos, oldest first" },
	{ .method = HTTP_POST, .path = "/v1/kudos/{id}/comments", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema,
	  .handle = handle_post, .name = "kudos_comment_post", .summary = "Comment on a kudos" },
	{ .method = HTTP_PATCH, .path = "/v1/kudos/{id}/comments/{other_id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .body = &patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_patch,
	  .name = "kudos_comment_patch", .summary = "Change one's comment" },
	{ .method = HTTP_DELETE, .path = "/v1/kudos/{id}/comments/{other_id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = handle_delete, .name = "kudos_comment_delete",
	  .summary = "Remove one's comment; a manager, anybody's" },
};
/* clang-format on */

const struct route_table kudos_talk_routes = ROUTES("kudos", rows);
