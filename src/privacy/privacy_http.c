/* SPDX-License-Identifier: Apache-2.0 */
/* privacy_http.c - a copy of one's data, and erasure with its time to think again, over HTTP. */
#include <string.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/notice.h"
#include "rostra/people.h"

#include "privacy_int.h"

/* clang-format off */
struct erasure_new {
	struct uuid person_id;
};
static const struct j_field new_fields[] = {
	J_ID(struct erasure_new, person_id, J_NULLABLE, .help = "Whom; null: oneself. Admins name others, too"),
};
static const struct j_schema new_schema = J_SCHEMA("erasure_new", struct erasure_new, new_fields);

static const struct j_field view_fields[] = {
	J_ID(struct erasure, id, J_REQUIRED), J_ID(struct erasure, person_id, J_REQUIRED),
	J_ID(struct erasure, asked_by, J_NULLABLE, .help = "null: an operator"),
	J_WORD(struct erasure, state, J_REQUIRED, erasure_state_names, 0),
	J_AT(struct erasure, asked_at, J_REQUIRED),
	J_AT(struct erasure, due_at, J_REQUIRED, .help = "It may be withdrawn until then; what is gone then does not come back"),
	J_AT(struct erasure, ended_at, J_NULLABLE),
};
static const struct j_schema view_schema = J_SCHEMA("erasure", struct erasure, view_fields);
/* clang-format on */

/* --- a copy --- */

static enum fault
send_export(struct rq *rq, struct call *call, struct uuid person)
{
	enum fault e = people_known(rq, person);

	if (e)
		return e;
	http_header(call, "Content-Disposition", "attachment; filename=\"personal-data.zip\"");
	return privacy_export(rq, person, uuid_eq(person, rq->who->person),
	                      http_raw(call, 200, "application/zip"));
}

static enum fault
handle_own_export(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return send_export(rq, call, rq->who->person);
}

static enum fault
handle_export(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return send_export(rq, call, call->id[0]);
}

/* --- erasure --- */

static bool
is_admin(const struct rq *rq)
{
	return rq->who->role == ROLE_ADMIN;
}

static enum fault
put_on_record(struct rq *rq, const struct erasure *r, const char *action)
{
	const struct audit_deed deed = {
		.action = action,
		.kind = AUDIT_PERSON,
		.object = r->person_id,
		.person = r->person_id,
	};

	return audit_put(rq, &deed);
}

/* Who did not ask for it hears of it. */
static enum fault
tell(struct rq *rq, const struct erasure *r)
{
	const struct notice_new notice = {
		.kind = NOTICE_PRIVACY,
		.object = r->id,
		.actor = rq->who->person,
		.people = &r->person_id,
		.n = 1,
	};

	return notice_put(rq, &notice);
}

struct asking {
	struct erasure row;
	bool duplicate;
};

static enum fault
ask_tx(struct rq *rq, void *arg)
{
	struct asking *a = arg;
	enum fault e = erasure_sql_insert(rq, &a->row, &a->duplicate);

	if (e || a->duplicate)
		return e;
	e = put_on_record(rq, &a->row, "erasure.asked");
	return e ? e : tell(rq, &a->row);
}

/* The id is taken: by this very request? */
static enum fault
replay(struct rq *rq, const struct erasure *asked, struct erasure *out)
{
	enum fault e = erasure_sql_get(rq, asked->id, false, out);

	if (!e && (!uuid_eq(out->person_id, asked->person_id) ||
	           !uuid_eq(out->asked_by, asked->asked_by)))
		return rq_fail(rq, FAULT_ID_CONFLICT, "Another request has this id.");
	return e;
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	const struct erasure_new *in = call->body;
	struct asking a = { .row = {
				.company_id = rq_company(rq),
				.id = call->id[0],
				.person_id = in->person_id,
				.asked_by = rq->who->person,
				.state = ERASURE_WAITING,
				.asked_at = rq->now_us,
				.due_at = rq->now_us + ERASURE_GRACE_DAYS * US_PER_DAY,
				.ended_at = TIME_NONE,
			    } };
	enum fault e;

	if (uuid_is_zero(in->person_id))
		a.row.person_id = rq->who->person;
	if (!uuid_eq(a.row.person_id, rq->who->person) && !is_admin(rq))
		return rq_fail(rq, FAULT_FORBIDDEN, "Only an admin may ask for somebody else.");
	e = people_known(rq, a.row.person_id);
	if (e == FAULT_NOT_FOUND)
		return problem_add(&rq->problem, "#/person_id", "must be somebody of the company");
	if (!e)
		e = db_tx(rq, ask_tx, &a);
	if (e)
		return e;
	if (a.duplicate)
		return replay(rq, &a.row, reply);
	*(struct erasure *)reply = a.row;
	http_created(call);
	return FAULT_NONE;
}

/* One's own, or as an admin anybody's. */
static enum fault
may_see(struct rq *rq, const struct erasure *r)
{
	if (uuid_eq(r->person_id, rq->who->person) || is_admin(rq))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_NOT_FOUND, "No such resource.");
}

static enum fault
withdraw_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	struct erasure r;
	enum fault e = erasure_sql_get(rq, *id, true, &r);

	if (!e)
		e = may_see(rq, &r);
	if (e)
		return e;
	if (r.state == ERASURE_WITHDRAWN)
		return FAULT_NONE;
	if (r.state != ERASURE_WAITING)
		return rq_fail(rq, FAULT_CONFLICT, "It is done: there is nothing to go back to.");
	/* What a person asked is theirs to withdraw, what an admin asked an admin's. */
	if (uuid_eq(r.asked_by, r.person_id) ? !uuid_eq(r.person_id, rq->who->person)
	                                     : !is_admin(rq))
		return rq_fail(rq, FAULT_FORBIDDEN, "Only who asked may withdraw it.");
	r.state = ERASURE_WITHDRAWN;
	r.ended_at = rq->now_us;
	e = erasure_sql_end(rq, &r);
	return e ? e : put_on_record(rq, &r, "erasure.withdrawn");
}

static enum fault
handle_delete(struct rq *rq, struct call *call, void *reply)
{
	struct uuid id = call->id[0];

	(void)reply;
	return db_tx(rq, withdraw_tx, &id);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct erasure *r = row;

	page_add(rq, arg, r, (struct page_key){ .id = r->id });
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	struct erasure_page page = { .company_id = rq_company(rq), .limit = call->limit + 1 };

	(void)reply;
	if (!is_admin(rq))
		page.person = rq->who->person;
	memset(&page.before, 0xff, sizeof(page.before));
	if (call->after)
		page.before = call->key.id;
	return erasure_sql_page(rq, &page, list_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/me/export", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .flags = ROUTE_BEFORE_CONSENT, .kind = REPLY_RAW,
	  .reply_type = "application/zip", .handle = handle_own_export, .name = "me_export",
	  .summary = "What is kept of the caller: a ZIP with each table as JSON and as CSV" },
	{ .method = HTTP_GET, .path = "/v1/people/{id}/export", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .kind = REPLY_RAW,
	  .reply_type = "application/zip", .handle = handle_export, .name = "person_export",
	  .summary = "What is kept of a person, without what is between them and others: kudos, mentorings, notices, settings. On record, and the person is told" },
	{ .method = HTTP_PUT, .path = "/v1/erasures/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID | ROUTE_BEFORE_CONSENT,
	  .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put, .name = "erasure_put",
	  .summary = "Ask to be forgotten, in 14 days; an admin asks for others, too. Each request that waits must be withdrawn to be safe" },
	{ .method = HTTP_GET, .path = "/v1/erasures", .access = ACCESS_PEOPLE, .rate = RATE_READ, .flags = ROUTE_BEFORE_CONSENT, .kind = REPLY_LIST,
	  .reply = &view_schema, .handle = handle_list, .name = "erasure_list",
	  .summary = "One's own requests to be forgotten, newest first; an admin sees the company's" },
	{ .method = HTTP_DELETE, .path = "/v1/erasures/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .flags = ROUTE_BEFORE_CONSENT, .kind = REPLY_NONE,
	  .handle = handle_delete, .name = "erasure_delete",
	  .summary = "Withdraw it while it waits: the person what they asked, an admin what an admin asked" },
};
/* clang-format on */

const struct route_table privacy_routes = ROUTES("privacy", rows);
