/* SPDX-License-Identifier: Apache-2.0 */
/* action_http.c - what people did elsewhere, as servers tell of it: lessons and the like, each
 * once. */

#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"
#include "rostra/people.h"

#include "rules_int.h"

enum { EXTERNAL_MAX = 128, ITEM_MAX = 128 };

/* A row, a body and a reply at once. */
struct outside_action {
	struct uuid company_id, id, person_id, item_id;
	const char *email, *name, *item, *source, *external_id;
	int64_t occurred_at, received_at, withdrawn_at;
	bool repeated;
};

/* clang-format off */
#define TOLD(with_person)                                                                       \
	J_TEXT(struct outside_action, external_id, J_REQUIRED | J_TRIM, 1, EXTERNAL_MAX,             \
	       .help = "Your own id: the same one again answers with what it made the first time"), \
	J_TEXT(struct outside_action, name, J_REQUIRED, 1, RULE_NAME_MAX, .help = "As the rule names it: such as lesson"), \
	J_ID(struct outside_action, person_id, with_person),                                         \
	J_TEXT(struct outside_action, item, J_NULLABLE | J_TRIM, 1, ITEM_MAX,                        \
	       .help = "What the rule's cap per item counts together: such as the course"),         \
	J_AT(struct outside_action, occurred_at, with_person, .help = "When it was done; default now; not in the future")

static const struct j_field new_fields[] = {
	TOLD(J_NULLABLE),
	J_TEXT(struct outside_action, email, J_NULLABLE | J_EMAIL | J_PII | J_TRIM, 3, 254, .help = "The person's, instead of person_id"),
};
static const struct j_schema new_schema = J_SCHEMA("outside_action_new", struct outside_action, new_fields);
static const struct j_field view_fields[] = {
	J_ID(struct outside_action, id, J_REQUIRED), TOLD(J_REQUIRED),
	J_AT(struct outside_action, received_at, J_REQUIRED),
	J_AT(struct outside_action, withdrawn_at, J_NULLABLE, .help = "It earns nothing any more"),
	J_BOOLEAN(struct outside_action, repeated, J_REQUIRED, false, .help = "This external_id was here before: this is what it made"),
};
static const struct j_schema view_schema = J_SCHEMA("outside_action", struct outside_action, view_fields);

struct list_query {
	struct uuid person;
};
static const struct j_field list_fields[] = { J_ID(struct list_query, person, 0, .help = "Only theirs") };
static const struct j_schema list_schema = J_SCHEMA("outside_action_query", struct list_query, list_fields);

struct action_page {
	struct uuid company_id, before, person_id; /* person zero: everybody's */
	int64_t limit;
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct action_page, company_id), DB_COL_UUID(struct action_page, before), DB_COL_I64(struct action_page, limit),
};
static const struct db_col persons_in[] = {
	DB_COL_UUID(struct action_page, company_id), DB_COL_UUID(struct action_page, person_id),
	DB_COL_UUID(struct action_page, before), DB_COL_I64(struct action_page, limit),
};

static const struct db_col insert_in[] = {
	DB_COL_UUID(struct outside_action, company_id),  DB_COL_UUID(struct outside_action, person_id),
	DB_COL_TIME(struct outside_action, occurred_at), DB_COL_UUID(struct outside_action, id),
	DB_COL_STR(struct outside_action, name),         DB_COL_STR(struct outside_action, item),
	DB_COL_UUID(struct outside_action, item_id),     DB_COL_STR(struct outside_action, source),
	DB_COL_STR(struct outside_action, external_id),  DB_COL_TIME(struct outside_action, received_at),
};
static const struct db_col row_out[] = {
	DB_COL_UUID(struct outside_action, person_id),   DB_COL_TIME(struct outside_action, occurred_at),
	DB_COL_UUID(struct outside_action, id),          DB_COL_STR(struct outside_action, name),
	DB_COL_STR(struct outside_action, item),         DB_COL_STR(struct outside_action, source),
	DB_COL_STR(struct outside_action, external_id),  DB_COL_TIME(struct outside_action, received_at),
	DB_COL_TIME(struct outside_action, withdrawn_at),
};
static const struct db_col external_in[] = {
	DB_COL_UUID(struct outside_action, company_id),  DB_COL_STR(struct outside_action, source),
	DB_COL_STR(struct outside_action, external_id),
};
static const struct db_col id_in[] = { DB_COL_UUID(struct outside_action, company_id), DB_COL_UUID(struct outside_action, id) };
static const struct db_col person_in[] = {
	DB_COL_UUID(struct outside_action, company_id), DB_COL_UUID(struct outside_action, person_id),
};
static const struct db_col person_out[] = { DB_COL_UUID(struct outside_action, person_id) };
static const struct db_col withdraw_in[] = {
	DB_COL_TIME(struct outside_action, withdrawn_at), DB_COL_UUID(struct outside_action, company_id),
	DB_COL_UUID(struct outside_action, id),
};
#define ROW "SELECT person_id, occurred_at, id, name, item, source, external_id, received_at, withdrawn_at FROM outside_action"

enum { Q_INSERT, Q_BY_EXTERNAL, Q_BY_ID, Q_PERSON, Q_WITHDRAW, Q_PAGE, Q_PERSONS, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = {
		.name = "outside_action_insert",
		.sql = "INSERT INTO outside_action (company_id, person_id, occurred_at, id, name, item, item_id, source, external_id,"
		       " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_BY_EXTERNAL] = {
		.name = "outside_action_by_external",
		.sql = ROW " WHERE company_id = ? AND source = ? AND external_id = ?",
		DB_IN(external_in), DB_OUT(row_out),
	},
	[Q_BY_ID] = {
		.name = "outside_action_get",
		.sql = ROW " WHERE company_id = ? AND id = ? FOR UPDATE",
		DB_IN(id_in), DB_OUT(row_out),
	},
	[Q_PERSON] = {
		.name = "outside_action_person",
		.sql = "SELECT id FROM person WHERE company_id = ? AND id = ? AND state <> 'erased'",
		DB_IN(person_in), DB_OUT(person_out),
	},
	[Q_WITHDRAW] = {
		.name = "outside_action_withdraw",
		.sql = "UPDATE outside_action SET withdrawn_at = ? WHERE company_id = ? AND id = ? AND withdrawn_at IS NULL",
		DB_IN(withdraw_in),
	},
	[Q_PAGE] = {
		.name = "outside_action_page",
		.sql = ROW " FORCE INDEX (outside_action_id) WHERE company_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(row_out),
	},
	[Q_PERSONS] = {
		.name = "outside_action_persons",
		.sql = ROW " FORCE INDEX (PRIMARY) WHERE company_id = ? AND person_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		DB_IN(persons_in), DB_OUT(row_out),
	},
};
/* clang-format on */

const struct db_stmt_table points_action_stmts = DB_STMTS("points_action", stmts);

static enum fault
settle(struct rq *rq, const struct outside_action *a)
{
	const struct points_doer who = { a->person_id, POINTS_OUTSIDE, a->occurred_at };

	return points_follow(rq, a->id, &who, 1);
}

/* --- telling --- */

static enum fault
find_person(struct rq *rq, const struct outside_action *in, struct outside_action *a)
{
	const char *pointer = in->email != NULL ? "#/email" : "#/person_id";
	struct outside_action row;
	enum fault e;

	if ((in->email != NULL) == !uuid_is_zero(in->person_id))
		return problem_add(&rq->problem, "#/person_id", "either it or email is needed");
	e = in->email != NULL ? person_by_email(rq, in->email, &a->person_id)
	                      : db_one(rq, &stmts[Q_PERSON], a, &row);
	if (e != FAULT_NOT_FOUND)
		return e;
	problem_reset(&rq->problem);
	return problem_add(&rq->problem, pointer, "is nobody of the company");
}

/* Caps count items by their id: the same words are the same item. */
static struct uuid
item_of(const struct outside_action *in)
{
	const struct str parts[] = { str_of(in->name), str_of(in->item) };

	if (in->item == NULL)
		return (struct uuid){ { 0 } };
	return uuid_of_digest(sha256_parts(parts, 2).b);
}

static bool
name_valid(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		const char c = name.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
			return false;
	}
	return true;
}

static enum fault
tell_tx(struct rq *rq, void *arg)
{
	struct outside_action *a = arg;
	enum fault e = db_insert(rq, &stmts[Q_INSERT], a, &a->repeated);

	if (e)
		return e;
	if (a->repeated)
		return db_one(rq, &stmts[Q_BY_EXTERNAL], a, a);
	a->withdrawn_at = TIME_NONE;
	return settle(rq, a);
}

static bool
same_deed(const struct outside_action *a, const struct outside_action *b, bool timed)
{
	return cstr_eq(a->name, b->name) && cstr_eq(a->item, b->item) &&
	       uuid_eq(a->person_id, b->person_id) && (!timed || a->occurred_at == b->occurred_at);
}

static enum fault
handle_tell(struct rq *rq, struct call *call, void *reply)
{
	const struct outside_action *in = call->body;
	struct outside_action *a = reply, told;
	enum fault e;

	*a = *in;
	a->company_id = rq_company(rq);
	a->id = uuid_v7(rq->now_us);
	a->item_id = item_of(in);
	a->source = rq->who->name[0] != '\0' ? rq->who->name : "console";
	a->received_at = rq->now_us;
	if (in->occurred_at == TIME_NONE)
		a->occurred_at = rq->now_us;
	e = find_person(rq, in, a);
	if (!name_valid(str_of(in->name)))
		e = problem_add(&rq->problem, "#/name", "must be of a-z, 0-9, _ and -");
	if (a->occurred_at > rq->now_us)
		e = problem_add(&rq->problem, "#/occurred_at", "must not be in the future");
	if (e)
		return e;
	told = *a;
	e = db_tx(rq, tell_tx, a);
	if (e)
		return e;
	if (!a->repeated)
		http_created(call);
	else if (!same_deed(a, &told, in->occurred_at != TIME_NONE))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The external_id names another action.");
	return FAULT_NONE;
}

/* --- taking back --- */

static enum fault
withdraw_tx(struct rq *rq, void *arg)
{
	struct outside_action *a = arg;
	enum fault e = db_one(rq, &stmts[Q_BY_ID], a, a);

	if (e || a->withdrawn_at != TIME_NONE)
		return e;
	a->withdrawn_at = rq->now_us;
	e = db_exec(rq, &stmts[Q_WITHDRAW], a, NULL);
	return e ? e : settle(rq, a);
}

static enum fault
handle_withdraw(struct rq *rq, struct call *call, void *reply)
{
	struct outside_action a = { .company_id = rq_company(rq), .id = call->id[0] };

	(void)reply;
	return db_tx(rq, withdraw_tx, &a);
}

/* --- what was told --- */

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct outside_action *a = row;

	page_add(rq, arg, a, (struct page_key){ .id = a->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct list_query *q = call->query;
	struct action_page page = { .company_id = rq_company(rq),
		                    .person_id = q->person,
		                    .limit = call->limit + 1 };
	struct outside_action row = { .repeated = false };

	(void)reply;
	memset(&page.before, 0xff, sizeof(page.before));
	if (call->after)
		page.before = call->key.id;
	return db_each(rq, &stmts[uuid_is_zero(q->person) ? Q_PAGE : Q_PERSONS], &page, &row,
	               list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/actions", .access = ACCESS_API_KEY | ACCESS_ADMIN, .scope = "actions:write",
	  .rate = RATE_READ, .query = &list_schema, .kind = REPLY_LIST, .reply = &view_schema, .handle = handle_list,
	  .name = "action_list", .summary = "What people did elsewhere, the last that was told first; also what was taken back" },
	{ .method = HTTP_POST, .path = "/v1/actions", .access = ACCESS_API_KEY | ACCESS_ADMIN, .scope = "actions:write",
	  .rate = RATE_WRITE, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_tell,
	  .name = "action_post", .summary = "Tell of something a person did elsewhere; rules say what it earns" },
	{ .method = HTTP_DELETE, .path = "/v1/actions/{id}", .access = ACCESS_API_KEY | ACCESS_ADMIN, .scope = "actions:write",
	  .rate = RATE_WRITE, .kind = REPLY_NONE, .handle = handle_withdraw, .name = "action_delete",
	  .summary = "Take it back: its points are reversed; harmless when repeated" },
};
/* clang-format on */

const struct route_table points_action_routes = ROUTES("points", rows);
