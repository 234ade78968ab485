/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c - the record of deeds: its statements, which only add and read, and its list for admins.
 */
#include "rostra/audit.h"

#include "rostra/arena.h"
#include "rostra/buf.h"
#include "rostra/caller.h"

const char *const audit_object_names[AUDIT_OBJECT__MAX + 1] = {
	[AUDIT_PERSON] = "person",
	[AUDIT_SESSION] = "session",
	[AUDIT_KEY] = "key",
	[AUDIT_PROVIDER] = "identity_provider",
	[AUDIT_LEAD] = "lead",
	[AUDIT_COMPANY] = "company",
	[AUDIT_CLICK_CHANGE] = "click_change",
	[AUDIT_KUDOS] = "kudos",
	[AUDIT_CONSENT] = "consent",
	[AUDIT_REDEMPTION] = "redemption",
	[AUDIT_TEAM] = "team",
	NULL,
};

enum actor { ACTOR_PERSON, ACTOR_KEY, ACTOR_SYSTEM };
static const char *const actor_names[] = { "person", "key", "system", NULL };

struct event {
	struct uuid company_id, id, actor_id, object_id, person_id;
	int64_t at;
	int actor, object_kind;
	const char *action, *address, *request_id;
	struct str changes;
};

struct audit_query {
	struct uuid person;
	const char *action;
};

struct page {
	struct uuid company_id, before, person;
	const char *action;
	int64_t limit;
};

/* clang-format off */
static const struct db_col event_in[] = {
	DB_COL_UUID(struct event, company_id), DB_COL_UUID(struct event, id), DB_COL_TIME(struct event, at),
	DB_COL_STR(struct event, action), DB_COL_ENUM(struct event, actor, actor_names), DB_COL_UUID(struct event, actor_id),
	DB_COL_ENUM(struct event, object_kind, audit_object_names), DB_COL_UUID(struct event, object_id),
	DB_COL_UUID(struct event, person_id), DB_COL_STR(struct event, address), DB_COL_STR(struct event, request_id),
	DB_COL_VIEW(struct event, changes),
};
static const struct db_col event_out[] = {
	DB_COL_UUID(struct event, id), DB_COL_TIME(struct event, at),
	DB_COL_STR(struct event, action), DB_COL_ENUM(struct event, actor, actor_names), DB_COL_UUID(struct event, actor_id),
	DB_COL_ENUM(struct event, object_kind, audit_object_names), DB_COL_UUID(struct event, object_id),
	DB_COL_UUID(struct event, person_id), DB_COL_STR(struct event, address), DB_COL_STR(struct event, request_id),
	DB_COL_VIEW(struct event, changes),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct page, company_id), DB_COL_UUID(struct page, before), DB_COL_STR(struct page, action),
	DB_COL_STR(struct page, action), DB_COL_I64(struct page, limit),
};
static const struct db_col person_page_in[] = {
	DB_COL_UUID(struct page, company_id), DB_COL_UUID(struct page, person), DB_COL_UUID(struct page, before),
	DB_COL_STR(struct page, action), DB_COL_STR(struct page, action), DB_COL_I64(struct page, limit),
};
#define EVENT_COLUMNS "id, at, action, actor, actor_id, object_kind, object_id, person_id, address, request_id, changes"

enum { Q_PUT, Q_PAGE, Q_PERSON_PAGE, Q__MAX };
static const struct db_stmt stmts[Q__MAX] = {
	[Q_PUT] = { .name = "audit_put",
		.sql = "INSERT INTO audit_event (company_id, " EVENT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(event_in) },
	[Q_PAGE] = { .name = "audit_page",
		.sql = "SELECT " EVENT_COLUMNS " FROM audit_event WHERE company_id = ? AND id < ?"
		       " AND (? IS NULL OR action = " DB_ASCII ") ORDER BY id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(event_out) },
	[Q_PERSON_PAGE] = { .name = "audit_person_page",
		.sql = "SELECT " EVENT_COLUMNS " FROM audit_event FORCE INDEX (audit_event_person)"
		       " WHERE company_id = ? AND person_id = ? AND id < ? AND (? IS NULL OR action = " DB_ASCII ")"
		       " ORDER BY id DESC LIMIT ?",
		DB_IN(person_page_in), DB_OUT(event_out) },
};
const struct db_stmt_table audit_stmts = DB_STMTS("audit", stmts);

static const struct j_field event_fields[] = {
	J_ID(struct event, id, J_REQUIRED), J_AT(struct event, at, J_REQUIRED),
	J_TEXT(struct event, action, J_REQUIRED, 1, 60, .help = "Such as person.role_changed"),
	J_WORD(struct event, actor, J_REQUIRED, actor_names, 0, .help = "system: an operator or a job"),
	J_ID(struct event, actor_id, J_NULLABLE, .help = "Of the person or the key"),
	J_WORD(struct event, object_kind, J_REQUIRED, audit_object_names, 0),
	J_ID(struct event, object_id, J_REQUIRED),
	J_ID(struct event, person_id, J_NULLABLE, .help = "Whose matter it is"),
	J_TEXT(struct event, address, J_NULLABLE | J_PII, 1, 45, .help = "Where the request came from"),
	J_TEXT(struct event, request_id, J_NULLABLE, 1, 64),
	J_JSON(struct event, changes, J_REQUIRED, NULL, .help = "Member: [before, after]"),
};
static const struct j_schema event_schema = J_SCHEMA("audit_event", struct event, event_fields);
static const struct j_field query_fields[] = {
	J_ID(struct audit_query, person, 0, .help = "Only what is this person's matter"),
	J_TEXT(struct audit_query, action, 0, 1, 60, .help = "Only this action"),
};
static const struct j_schema query_schema = J_SCHEMA("audit_query", struct audit_query, query_fields);
/* clang-format on */

/* --- adding ------------------------------------------------------------------------------------
 */

static void
put_value(struct buf *b, const char *text)
{
	if (text == NULL)
		buf_lit(b, "null");
	else
		buf_json_string(b, str_of(text));
}

static struct str
changes_of(struct rq *rq, const struct audit_deed *deed)
{
	struct buf b = { 0 };
	struct str text;

	buf_char(&b, '{');
	for (size_t i = 0; i < deed->n; i++) {
		const struct audit_change *c = &deed->changes[i];

		if (i > 0)
			buf_char(&b, ',');
		buf_json_string(&b, str_of(c->member));
		buf_lit(&b, ":[");
		put_value(&b, c->before);
		buf_char(&b, ',');
		put_value(&b, c->after);
		buf_char(&b, ']');
	}
	buf_char(&b, '}');
	text = (struct str){ arena_copy(rq->arena, b.s, b.n), b.n };
	buf_free(&b);
	return text;
}

static const char *
text_or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

enum fault
audit_put(struct rq *rq, const struct audit_deed *deed)
{
	const struct caller *who = rq->who;
	struct event e = {
		.company_id = uuid_is_zero(deed->company) ? rq_company(rq) : deed->company,
		.id = uuid_v7(rq->now_us),
		.at = rq->now_us,
		.action = deed->action,
		.actor = ACTOR_SYSTEM,
		.object_kind = (int)deed->kind,
		.object_id = deed->object,
		.person_id = deed->person,
		.address = text_or_null(rq->address),
		.request_id = text_or_null(rq->request_id),
		.changes = changes_of(rq, deed),
	};

	if (!uuid_is_zero(who->person)) {
		e.actor = ACTOR_PERSON;
		e.actor_id = who->person;
	} else if (!uuid_is_zero(who->key)) {
		e.actor = ACTOR_KEY;
		e.actor_id = who->key;
	}
	return db_exec(rq, &stmts[Q_PUT], &e, NULL);
}

/* --- reading -----------------------------------------------------------------------------------
 */

static enum fault
put_event(struct rq *rq, void *row, void *arg)
{
	const struct event *e = row;

	(void)page_add(rq, arg, e, (struct page_key){ .id = e->id });
	return FAULT_NONE;
}

static enum fault
audit_get(struct rq *rq, struct call *call, void *reply)
{
	const struct audit_query *q = call->query;
	struct page page = {
		.company_id = rq_company(rq),
		.before = call->key.id,
		.person = q->person,
		.action = q->action,
		.limit = call->limit + 1,
	};
	struct event row = { .at = 0 };
	const bool all = uuid_is_zero(q->person);

	(void)reply;
	if (!call->after)
		page.before = (struct uuid){ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	return db_each(rq, &stmts[all ? Q_PAGE : Q_PERSON_PAGE], &page, &row, put_event, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/audit", .access = ACCESS_ADMIN, .rate = RATE_READ, .query = &query_schema,
	  .kind = REPLY_LIST, .reply = &event_schema, .handle = audit_get, .name = "audit_get",
	  .summary = "Who did what to what, from where, newest first" },
};
/* clang-format on */

const struct route_table audit_routes = ROUTES("audit", rows);
