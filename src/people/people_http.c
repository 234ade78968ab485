/* SPDX-License-Identifier: Apache-2.0 */
/* people_http.c - people over HTTP: oneself, colleagues, what an admin changes. */
#include "rostra/caller.h"

#include "people_int.h"

/* clang-format off */
static const struct j_field me_fields[] = {
	J_ID(struct person_row, id, 0),
	J_ID(struct person_row, company_id, 0),
	J_TEXT(struct person_row, email, J_NULLABLE | J_PII, 0, 254),
	J_TEXT(struct person_row, display_name, J_PII, 1, PERSON_NAME_MAX),
	J_TEXT(struct person_row, given_name, J_NULLABLE | J_PII, 0, PERSON_SHORT_MAX),
	J_TEXT(struct person_row, family_name, J_NULLABLE | J_PII, 0, PERSON_SHORT_MAX),
	J_WORD(struct person_row, role, 0, role_names, 0),
	J_TEXT(struct person_row, language, J_NULLABLE, 0, 16, .help = "null: the company's"),
	J_TEXT(struct person_row, time_zone, J_NULLABLE, 0, 64, .help = "null: the company's"),
	J_TEXT(struct person_row, job_title, J_NULLABLE | J_PII, 0, PERSON_NAME_MAX),
	J_TEXT(struct person_row, department, J_NULLABLE, 0, PERSON_NAME_MAX),
	J_TEXT(struct person_row, location, J_NULLABLE, 0, PERSON_NAME_MAX),
	J_INT64(struct person_row, version, 0, 0, 0, 0),
	J_AT(struct person_row, created_at, 0),
};
static const struct j_schema me_schema = J_SCHEMA("me", struct person_row, me_fields);

/* What colleagues see; e-mail, role and state are left out unless the reader may know them. */
struct colleague {
	struct person_row p;
	const char *email;
	int role, state;
	int64_t version;
};
static const struct j_field colleague_fields[] = {
	{ .name = "id", .type = J_UUID, .off = J_OFF(struct colleague, p.id, struct uuid) },
	{ .name = "display_name", .type = J_STRING, .off = J_OFF(struct colleague, p.display_name, const char *), .flags = J_PII },
	{ .name = "job_title", .type = J_STRING, .off = J_OFF(struct colleague, p.job_title, const char *), .flags = J_NULLABLE | J_PII },
	{ .name = "department", .type = J_STRING, .off = J_OFF(struct colleague, p.department, const char *), .flags = J_NULLABLE },
	{ .name = "location", .type = J_STRING, .off = J_OFF(struct colleague, p.location, const char *), .flags = J_NULLABLE },
	J_TEXT(struct colleague, email, J_OMIT | J_PII, 0, 254, .help = "Managers and admins see it"),
	J_WORD(struct colleague, role, J_OMIT, role_names, -1, .help = "Managers and admins see it"),
	J_WORD(struct colleague, state, J_OMIT, person_state_names, -1, .help = "Managers and admins see it"),
	J_INT64(struct colleague, version, J_OMIT, 0, 0, J_NO_INT, .help = "Admins see it: goes into PATCH"),
};
static const struct j_schema colleague_schema = J_SCHEMA("person", struct colleague, colleague_fields);

struct me_patch {
	uint64_t    has;
	int64_t     version;
	const char *language, *time_zone;
};
static const struct j_field me_patch_fields[] = {
	J_INT64(struct me_patch, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_TEXT(struct me_patch, language, J_NULLABLE | J_LANG, 1, 16),
	J_TEXT(struct me_patch, time_zone, J_NULLABLE | J_ZONE, 1, 64),
};
static const struct j_schema me_patch_schema = J_SCHEMA_HAS("me_patch", struct me_patch, me_patch_fields);

/* Erasing is a way of its own: only these two are set by hand. */
static const char *const settable_states[] = { "active", "deactivated", NULL };

struct person_patch {
	uint64_t has;
	int64_t  version;
	int      role, state;
};
static const struct j_field person_patch_fields[] = {
	J_INT64(struct person_patch, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_WORD(struct person_patch, role, 0, role_names, -1),
	J_WORD(struct person_patch, state, 0, settable_states, -1),
};
static const struct j_schema person_patch_schema = J_SCHEMA_HAS("person_patch", struct person_patch, person_patch_fields);

struct people_query {
	const char *q;
	bool        everybody;
};
static const struct j_field people_query_fields[] = {
	J_TEXT(struct people_query, q, J_TRIM, 1, 60, .help = "A word of the name begins with this, one of the first four; hyphens part words, too"),
	J_BOOLEAN(struct people_query, everybody, 0, false, .help = "Those who left, too; managers and admins only"),
};
static const struct j_schema people_query_schema = J_SCHEMA("people_query", struct people_query, people_query_fields);
/* clang-format on */

static bool
may_see_more(const struct rq *rq)
{
	return rq->who->role == ROLE_MANAGER || rq->who->role == ROLE_ADMIN;
}

static struct colleague
colleague_of(const struct rq *rq, const struct person_row *p)
{
	bool more = may_see_more(rq);

	return (struct colleague){
		.p = *p,
		.email = more ? p->email : NULL,
		.role = more ? p->role : -1,
		.state = more ? p->state : -1,
		.version = rq->who->role == ROLE_ADMIN ? p->version : J_NO_INT,
	};
}

static enum fault
me_get(struct rq *rq, struct call *call, void *reply)
{
	(void)call;
	return person_sql_get(rq, rq->who->person, reply);
}

static enum fault
me_patch(struct rq *rq, struct call *call, void *reply)
{
	const struct me_patch *in = call->body;
	struct person_change c = {
		.id = rq->who->person,
		.version = in->version,
		.role = -1,
		.state = -1,
		.language = in->language,
		.time_zone = in->time_zone,
		.set_language = j_has(&me_patch_schema, in, "language"),
		.set_time_zone = j_has(&me_patch_schema, in, "time_zone"),
	};
	enum fault e = person_change(rq, &c);

	if (!e)
		*(struct person_row *)reply = c.after;
	return e;
}

/* A prefix for LIKE: its own wildcards stand for themselves. */
static const char *
like_prefix(struct rq *rq, const char *q)
{
	struct buf b = { 0 };
	const char *kept;

	for (const char *c = q; *c != '\0'; c++) {
		if (*c == '%' || *c == '_' || *c == '\\')
			buf_char(&b, '\\');
		buf_char(&b, *c);
	}
	buf_char(&b, '%');
	kept = arena_copy(rq->arena, b.s, b.n);
	buf_free(&b);
	return kept;
}

static enum fault
put_person(struct rq *rq, void *row, void *arg)
{
	const struct person_row *p = row;
	struct colleague view = colleague_of(rq, p);

	(void)page_add(rq, arg, &view, (struct page_key){ .id = p->id });
	return FAULT_NONE;
}

/* Whoever was renamed or erased meanwhile has no place in the list any more. */
static enum fault
page_after(struct rq *rq, struct name_page *page, struct uuid id)
{
	struct person_row last;
	enum fault e = person_sql_get(rq, id, &last);

	page->after_id = id;
	if (!e)
		page->after_name = last.display_name;
	if (!e && page->like != NULL)
		e = person_sql_match(rq, id, page->like, &page->after_name);
	if (e == FAULT_NOT_FOUND || (!e && page->after_name == NULL))
		return rq_fail(rq, FAULT_CURSOR, "The cursor is not valid for this list.");
	return e;
}

static enum fault
people_get(struct rq *rq, struct call *call, void *reply)
{
	const struct people_query *q = call->query;
	struct name_page page = {
		.company_id = rq_company(rq),
		.after_name = "",
		.after_id = { { 1 } }, /* below every id of ours; zero would be NULL */
		.like = q->q ? like_prefix(rq, q->q) : NULL,
		.everybody = q->everybody && may_see_more(rq),
		.limit = call->limit + 1,
	};
	enum fault e = call->after ? page_after(rq, &page, call->key.id) : FAULT_NONE;

	(void)reply;
	return e ? e : person_sql_page(rq, &page, put_person, call);
}

static enum fault
person_get(struct rq *rq, struct call *call, void *reply)
{
	struct person_row row;
	enum fault e = person_sql_get(rq, call->id[0], &row);

	if (e)
		return e;
	/* Who left is gone for colleagues; who may see more still does. */
	if (row.state != PERSON_ACTIVE && !may_see_more(rq))
		return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
	*(struct colleague *)reply = colleague_of(rq, &row);
	return FAULT_NONE;
}

static enum fault
person_patch(struct rq *rq, struct call *call, void *reply)
{
	const struct person_patch *in = call->body;
	struct person_change c = {
		.id = call->id[0], .version = in->version, .role = in->role, .state = in->state
	};
	enum fault e;

	/* An admin alone in the company could lock everybody out. */
	if (uuid_eq(call->id[0], rq->who->person))
		return rq_fail(rq, FAULT_CONFLICT,
		               "Another admin must change your own role or state.");
	e = person_change(rq, &c);
	if (!e)
		*(struct colleague *)reply = colleague_of(rq, &c.after);
	return e;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/me", .access = ACCESS_PEOPLE, .rate = RATE_READ, .flags = ROUTE_BEFORE_CONSENT, .kind = REPLY_OBJECT,
	  .reply = &me_schema, .handle = me_get, .name = "me_get", .summary = "The caller's own record" },
	{ .method = HTTP_PATCH, .path = "/v1/me", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .flags = ROUTE_BEFORE_CONSENT, .body = &me_patch_schema,
	  .kind = REPLY_OBJECT, .reply = &me_schema, .handle = me_patch, .name = "me_patch",
	  .summary = "Change one's language and time zone" },
	{ .method = HTTP_GET, .path = "/v1/people", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &people_query_schema, .kind = REPLY_LIST, .reply = &colleague_schema, .handle = people_get,
	  .name = "people_get", .summary = "Colleagues by name" },
	{ .method = HTTP_GET, .path = "/v1/people/{id}", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &colleague_schema, .handle = person_get, .name = "person_get", .summary = "One colleague" },
	{ .method = HTTP_PATCH, .path = "/v1/people/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &person_patch_schema, .kind = REPLY_OBJECT, .reply = &colleague_schema, .handle = person_patch,
	  .name = "person_patch", .summary = "Change somebody's role, let them out or in" },
};
/* clang-format on */

const struct route_table people_routes = ROUTES("people", rows);
