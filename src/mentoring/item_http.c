/* SPDX-License-Identifier: Apache-2.0 */
/* item_http.c - goals and tasks of a mentoring with their comments, over HTTP: for the two of it
 * alone. */
#include "rostra/caller.h"

#include "mentoring_int.h"

const char *const item_kind_names[ITEM_KIND__MAX + 1] = { "goal", "task", NULL };
const struct uuid mentoring_first_id = { { 1 } }; /* zero would be NULL */

/* clang-format off */
#define KIND J_WORD(struct item, kind, J_REQUIRED, item_kind_names, 0)
#define TEXT(T, fl) J_TEXT(T, text, (fl) | J_PII | J_TRIM | J_MULTILINE, 1, MENTORING_TEXT_MAX)
#define DUE J_TEXT(struct item, due_on, J_NULLABLE | J_DATE, 10, 10)
static const struct j_field view_fields[] = {
	J_ID(struct item, id, J_REQUIRED), J_ID(struct item, author_id, J_REQUIRED), KIND, TEXT(struct item, J_REQUIRED), DUE,
	J_BOOLEAN(struct item, done, J_REQUIRED, false), J_AT(struct item, done_at, J_NULLABLE),
	J_INT64(struct item, version, J_REQUIRED, 1, INT64_MAX, 0), J_AT(struct item, created_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("mentoring_item", struct item, view_fields);
static const struct j_field new_fields[] = { KIND, TEXT(struct item, J_REQUIRED), DUE };
static const struct j_schema new_schema = J_SCHEMA("mentoring_item_new", struct item, new_fields);
static const struct j_field patch_fields[] = {
	TEXT(struct item, 0), DUE, J_BOOLEAN(struct item, done, 0, false),
	J_INT64(struct item, version, J_REQUIRED, 1, INT64_MAX, 0),
};
static const struct j_schema patch_schema = J_SCHEMA_HAS("mentoring_item_patch", struct item, patch_fields);

static const struct j_field remark_fields[] = {
	J_ID(struct remark, id, J_REQUIRED), J_ID(struct remark, author_id, J_REQUIRED), TEXT(struct remark, J_REQUIRED),
	J_AT(struct remark, created_at, J_REQUIRED),
};
static const struct j_schema remark_schema = J_SCHEMA("mentoring_comment", struct remark, remark_fields);
static const struct j_field remark_new_fields[] = { TEXT(struct remark, J_REQUIRED) };
static const struct j_schema remark_new_schema = J_SCHEMA("mentoring_comment_new", struct remark, remark_new_fields);
/* clang-format on */

struct changing {
	struct item key;
	const struct item *in;
	const struct remark *remark;
	bool created;
};

static struct changing
change_of(struct rq *rq, const struct call *call)
{
	return (struct changing){ .key = { .company_id = rq_company(rq),
		                           .mentoring_id = call->id[0],
		                           .id = call->id[1] },
		                  .in = call->body };
}

static bool
same(const struct item *a, const struct item *b)
{
	return a->kind == b->kind && cstr_eq(a->text, b->text) && cstr_eq(a->due_on, b->due_on);
}

/* NOT_FOUND: it is new. */
static enum fault
replay(struct rq *rq, const struct changing *c)
{
	struct item there = { .text = NULL };
	enum fault e = item_sql_get(rq, &c->key, false, &there);

	if (e || same(&there, c->in))
		return e;
	return rq_fail(rq, FAULT_ID_CONFLICT, "It exists and differs; change it with PATCH.");
}

static enum fault
add_tx(struct rq *rq, void *arg)
{
	struct changing *c = arg;
	struct mentoring m = { .tag = NULL };
	struct item row = *c->in;
	int64_t n;
	bool duplicate;
	enum fault e = mentoring_sql_get(rq, c->key.mentoring_id, true, &m);

	c->created = false;
	if (e)
		return e;
	e = replay(rq, c);
	if (e != FAULT_NOT_FOUND)
		return e;
	e = mentoring_must_be_active(rq, &m);
	if (!e)
		e = item_sql_count(rq, m.id, &n);
	if (e)
		return e;
	if (n >= MENTORING_ITEMS_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "There are %d, which is the most.",
		               MENTORING_ITEMS_MAX);
	row.company_id = c->key.company_id;
	row.mentoring_id = c->key.mentoring_id;
	row.id = c->key.id;
	row.author_id = rq->who->person;
	row.created_at = rq->now_us;
	e = item_sql_insert(rq, &row, &duplicate);
	if (!e && duplicate)
		return replay(rq, c);
	c->created = e == FAULT_NONE;
	return e ? e : mentoring_tell(rq, &m);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	struct changing c = change_of(rq, call);
	enum fault e = db_tx(rq, add_tx, &c);

	if (!e && c.created)
		http_created(call);
	return e ? e : item_sql_get(rq, &c.key, false, reply);
}

static enum fault
patch_tx(struct rq *rq, void *arg)
{
	const struct changing *c = arg;
	struct mentoring m = { .tag = NULL };
	struct item next = { .text = NULL };
	bool was, done;
	enum fault e = mentoring_active(rq, c->key.mentoring_id, &m);

	if (!e)
		e = item_sql_get(rq, &c->key, true, &next);
	if (e)
		return e;
	was = next.done;
	j_merge(&patch_schema, &next, c->in);
	if (next.done != was)
		next.done_at = next.done ? rq->now_us : TIME_NONE;
	e = item_sql_update(rq, &next, &done);
	if (!e && !done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read it again.");
	return e || next.done == was ? e : mentoring_tell(rq, &m);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	struct changing c = change_of(rq, call);
	enum fault e = db_tx(rq, patch_tx, &c);

	return e ? e : item_sql_get(rq, &c.key, false, reply);
}

static struct item_page
page_of(struct rq *rq, const struct call *call)
{
	return (struct item_page){ .company_id = rq_company(rq),
		                   .mentoring_id = call->id[0],
		                   .item_id = call->id[1],
		                   .after = call->after ? call->key.id : mentoring_first_id,
		                   .limit = call->limit + 1 };
}

static enum fault
item_row(struct rq *rq, void *row, void *arg)
{
	const struct item *i = row;

	page_add(rq, arg, i, (struct page_key){ .id = i->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct item_page page = page_of(rq, call);
	struct mentoring m = { .tag = NULL };
	enum fault e = mentoring_read(rq, call->id[0], &m);

	(void)reply;
	return e ? e : item_sql_page(rq, &page, item_row, call);
}

/* --- comments --- */

static enum fault
remark_tx(struct rq *rq, void *arg)
{
	const struct changing *c = arg;
	struct mentoring m = { .tag = NULL };
	struct item there = { .text = NULL };
	enum fault e = mentoring_active(rq, c->key.mentoring_id, &m);

	if (!e)
		e = item_sql_get(rq, &c->key, false, &there);
	if (!e)
		e = remark_sql_insert(rq, c->remark);
	return e ? e : mentoring_tell(rq, &m);
}

static enum fault
handle_remark(struct rq *rq, struct call *call, void *reply)
{
	struct changing c = change_of(rq, call);
	struct remark *r = reply;
	enum fault e;

	*r = *(const struct remark *)call->body;
	r->company_id = c.key.company_id;
	r->mentoring_id = c.key.mentoring_id;
	r->item_id = c.key.id;
	r->id = uuid_v7(rq->now_us);
	r->author_id = rq->who->person;
	r->created_at = rq->now_us;
	c.remark = r;
	e = db_tx(rq, remark_tx, &c);
	if (!e)
		http_created(call);
	return e;
}

static enum fault
remark_row(struct rq *rq, void *row, void *arg)
{
	const struct remark *r = row;

	page_add(rq, arg, r, (struct page_key){ .id = r->id });
	return FAULT_NONE;
}

static enum fault
handle_remarks(struct rq *rq, struct call *call, void *reply)
{
	const struct item_page page = page_of(rq, call);
	const struct changing c = change_of(rq, call);
	struct mentoring m = { .tag = NULL };
	struct item there = { .text = NULL };
	enum fault e = mentoring_read(rq, call->id[0], &m);

	(void)reply;
	if (!e)
		e = item_sql_get(rq, &c.key, false, &there);
	return e ? e : remark_sql_page(rq, &page, remark_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/mentorings/{id}/items", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &view_schema, .handle = handle_list, .name = "mentoring_item_list", .summary = "Goals and tasks, oldest first" },
	{ .method = HTTP_PUT, .path = "/v1/mentorings/{id}/items/{other_id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put,
	  .name = "mentoring_item_put", .summary = "Add a goal or a task; at most 200" },
	{ .method = HTTP_PATCH, .path = "/v1/mentorings/{id}/items/{other_id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .body = &patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_patch,
	  .name = "mentoring_item_patch", .summary = "Change it or say that it is done" },
	{ .method = HTTP_GET, .path = "/v1/mentorings/{id}/items/{other_id}/comments", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &remark_schema, .handle = handle_remarks, .name = "mentoring_comment_list",
	  .summary = "What the two say about it, oldest first" },
	{ .method = HTTP_POST, .path = "/v1/mentorings/{id}/items/{other_id}/comments", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .body = &remark_new_schema, .kind = REPLY_OBJECT, .reply = &remark_schema,
	  .handle = handle_remark, .name = "mentoring_comment_post", .summary = "Say something about it" },
};
/* clang-format on */

const struct route_table mentoring_item_routes = ROUTES("mentoring", rows);
