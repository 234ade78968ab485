/* SPDX-License-Identifier: Apache-2.0 */
/* team_http.c - teams and their members over HTTP. */
#include "rostra/caller.h"

#include "people_int.h"

/* clang-format off */
static const struct j_field team_fields[] = {
	J_ID(struct team_row, id, 0),
	J_TEXT(struct team_row, name, 0, 1, TEAM_NAME_MAX),
	J_TEXT(struct team_row, external_id, J_NULLABLE, 0, 128, .help = "Of the directory's group"),
	J_WORD(struct team_row, role, J_NULLABLE, role_names, -1, .help = "Comes with membership; null: none does"),
	J_INT64(struct team_row, members, 0, 0, 0, 0, .help = "Now"),
	J_INT64(struct team_row, version, 0, 0, 0, 0),
	J_AT(struct team_row, created_at, 0),
	J_AT(struct team_row, archived_at, J_NULLABLE),
};
static const struct j_schema team_schema = J_SCHEMA("team", struct team_row, team_fields);

#define ROLE_HELP "Whoever joins has at least this role, and has it no more when they leave; member and null: none comes with it"
struct team_put {
	const char *name, *external_id;
	int         role; /* enum role; -1: none */
};
static const struct j_field team_put_fields[] = {
	J_TEXT(struct team_put, name, J_REQUIRED | J_TRIM, 1, TEAM_NAME_MAX),
	J_TEXT(struct team_put, external_id, J_NULLABLE | J_TRIM, 1, 128),
	J_WORD(struct team_put, role, J_NULLABLE, role_names, -1, .help = ROLE_HELP),
};
static const struct j_schema team_put_schema = J_SCHEMA("team_put", struct team_put, team_put_fields);

struct team_patch {
	uint64_t    has;
	int64_t     version;
	const char *name, *external_id;
	int         role; /* as in team_put */
	bool        archived;
};
static const struct j_field team_patch_fields[] = {
	J_INT64(struct team_patch, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_TEXT(struct team_patch, name, J_TRIM, 1, TEAM_NAME_MAX),
	J_TEXT(struct team_patch, external_id, J_NULLABLE | J_TRIM, 1, 128),
	J_WORD(struct team_patch, role, J_NULLABLE, role_names, -1, .help = ROLE_HELP),
	J_BOOLEAN(struct team_patch, archived, 0, false, .help = "No new members after it, and no role comes with it; the past stays"),
};
static const struct j_schema team_patch_schema = J_SCHEMA_HAS("team_patch", struct team_patch, team_patch_fields);

struct teams_query {
	bool archived;
};
static const struct j_field teams_query_fields[] = {
	J_BOOLEAN(struct teams_query, archived, 0, false, .help = "Archived ones, too"),
};
static const struct j_schema teams_query_schema = J_SCHEMA("teams_query", struct teams_query, teams_query_fields);

struct members_query {
	int64_t at;
};
static const struct j_field members_query_fields[] = {
	J_AT(struct members_query, at, 0, .help = "As they were then; default now"),
};
static const struct j_schema members_query_schema = J_SCHEMA("members_query", struct members_query, members_query_fields);

static const struct j_field member_fields[] = {
	J_ID(struct member_row, person_id, 0),
	J_TEXT(struct member_row, display_name, J_PII, 1, PERSON_NAME_MAX),
	J_AT(struct member_row, from_at, 0),
	J_AT(struct member_row, to_at, J_NULLABLE),
	J_BOOLEAN(struct member_row, is_primary, 0, false, .help = "Reports count the person here"),
};
static const struct j_schema member_schema = J_SCHEMA("team_member", struct member_row, member_fields);

struct member_put {
	bool is_primary;
};
static const struct j_field member_put_fields[] = {
	J_BOOLEAN(struct member_put, is_primary, 0, true, .help = "Ends the former primary membership"),
};
static const struct j_schema member_put_schema = J_SCHEMA("team_member_put", struct member_put, member_put_fields);
/* clang-format on */

static enum fault
put_team(struct rq *rq, void *row, void *arg)
{
	const struct team_row *t = row;

	(void)page_add(rq, arg, t, (struct page_key){ .id = t->id });
	return FAULT_NONE;
}

static enum fault
teams_get(struct rq *rq, struct call *call, void *reply)
{
	const struct teams_query *q = call->query;
	struct name_page page = {
		.company_id = rq_company(rq),
		.after_name = "",
		.after_id = { { 1 } }, /* below every id of ours; zero would be NULL */
		.everybody = q->archived,
		.limit = call->limit + 1,
	};
	struct team_row last;

	(void)reply;
	if (call->after) {
		enum fault e = team_sql_get(rq, call->key.id, &last);

		if (e == FAULT_NOT_FOUND)
			return rq_fail(rq, FAULT_CURSOR, "The cursor is not valid for this list.");
		if (e)
			return e;
		page.after_name = last.name;
		page.after_id = last.id;
	}
	return team_sql_page(rq, &page, put_team, call);
}

static enum fault
team_get(struct rq *rq, struct call *call, void *reply)
{
	return team_sql_get(rq, call->id[0], reply);
}

/* Everybody is a member: no team makes one so. */
static int
above_member(int role)
{
	return role == ROLE_MEMBER ? -1 : role;
}

/* What comes with it in effect; -1: nothing. */
static int
role_of(const struct team_row *t)
{
	return t->archived_at == TIME_NONE ? t->role : -1;
}

static const char taken[] = "A team of this company has that name or external id.";

struct putting {
	struct uuid id;
	const struct team_put *in;
	struct team_row after;
	bool created;
};

static enum fault
make_team(struct rq *rq, struct putting *p)
{
	struct team_row row = {
		.company_id = rq_company(rq),
		.id = p->id,
		.name = p->in->name,
		.external_id = p->in->external_id,
		.role = above_member(p->in->role),
		.created_at = rq->now_us,
	};
	bool duplicate;
	enum fault e;

	e = team_sql_insert(rq, &row, &duplicate);
	if (!e && duplicate)
		return rq_fail(rq, FAULT_CONFLICT, "%s", taken);
	p->created = true;
	if (!e)
		e = team_role_changed(rq, p->id, -1, row.role);
	return e ? e : team_sql_get(rq, p->id, &p->after);
}

static enum fault
put_tx(struct rq *rq, void *arg)
{
	struct putting *p = arg;
	enum fault e = team_sql_get(rq, p->id, &p->after);

	p->created = false;
	if (e == FAULT_NOT_FOUND) {
		problem_reset(&rq->problem);
		return make_team(rq, p);
	}
	if (e)
		return e;
	if (cstr_eq(p->after.name, p->in->name) &&
	    cstr_eq(p->after.external_id, p->in->external_id) &&
	    p->after.role == above_member(p->in->role))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another team; PATCH changes it.");
}

struct patching {
	struct uuid id;
	const struct team_patch *in;
	struct team_row after;
};

static enum fault
patch_tx(struct rq *rq, void *arg)
{
	struct patching *p = arg;
	const struct team_patch *in = p->in;
	struct team_row row;
	uint64_t n;
	int before;
	enum fault e = team_sql_get(rq, p->id, &row);

	if (e)
		return e;
	before = role_of(&row);
	if (in->name != NULL)
		row.name = in->name;
	if (j_has(&team_patch_schema, in, "role"))
		row.role = above_member(in->role);
	if (j_has(&team_patch_schema, in, "external_id"))
		row.external_id = in->external_id;
	if (j_has(&team_patch_schema, in, "archived") &&
	    in->archived != (row.archived_at != TIME_NONE))
		row.archived_at = in->archived ? rq->now_us : TIME_NONE;
	row.version = in->version;
	e = team_sql_update(rq, &row, &n);
	if (!e && n == 0)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Somebody else changed the team first.");
	if (!e)
		e = team_role_changed(rq, p->id, before, role_of(&row));
	return e ? e : team_sql_get(rq, p->id, &p->after);
}

static enum fault
team_patch(struct rq *rq, struct call *call, void *reply)
{
	struct patching p = { .id = call->id[0], .in = call->body };
	enum fault e = db_tx(rq, patch_tx, &p);

	if (e == FAULT_CONFLICT && rq->problem.detail[0] == '\0')
		(void)problem_set(&rq->problem, e, "%s", taken);
	if (!e)
		*(struct team_row *)reply = p.after;
	return e;
}

static enum fault
team_put(struct rq *rq, struct call *call, void *reply)
{
	struct putting p = { .id = call->id[0], .in = call->body };
	enum fault e = db_tx(rq, put_tx, &p);

	if (e)
		return e;
	if (p.created)
		http_created(call);
	*(struct team_row *)reply = p.after;
	return FAULT_NONE;
}

static enum fault
put_member(struct rq *rq, void *row, void *arg)
{
	const struct member_row *m = row;

	(void)page_add(rq, arg, m, (struct page_key){ .id = m->person_id });
	return FAULT_NONE;
}

static enum fault
members_get(struct rq *rq, struct call *call, void *reply)
{
	const struct members_query *q = call->query;
	struct name_page page = {
		.company_id = rq_company(rq),
		.team_id = call->id[0],
		.after_name = "",
		.after_id = { { 1 } }, /* below every id of ours; zero would be NULL */
		.at = q->at != TIME_NONE ? q->at : rq->now_us,
		.limit = call->limit + 1,
	};
	struct team_row team;
	struct person_row last;
	enum fault e = team_sql_get(rq, call->id[0], &team);

	(void)reply;
	if (!e && call->after) {
		e = person_sql_get(rq, call->key.id, &last);
		page.after_name = last.display_name;
		page.after_id = last.id;
	}
	return e ? e : member_sql_page(rq, &page, put_member, call);
}

static enum fault
member_put(struct rq *rq, struct call *call, void *reply)
{
	const struct member_put *in = call->body;
	struct member_row *m = reply;
	bool found;
	enum fault e = team_join(rq, call->id[0], call->id[1], in->is_primary);

	if (!e)
		e = member_sql_current(rq, call->id[0], call->id[1], m, &found);
	if (!e && !found)
		return rq_fail(rq, FAULT_CONFLICT, "Somebody else changed the membership first.");
	return e;
}

static enum fault
member_delete(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return team_leave(rq, call->id[0], call->id[1]);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/teams", .access = ACCESS_PEOPLE, .rate = RATE_READ, .query = &teams_query_schema,
	  .kind = REPLY_LIST, .reply = &team_schema, .handle = teams_get, .name = "teams_get", .summary = "Teams by name" },
	{ .method = HTTP_GET, .path = "/v1/teams/{id}", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &team_schema, .handle = team_get, .name = "team_get", .summary = "One team" },
	{ .method = HTTP_PUT, .path = "/v1/teams/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &team_put_schema, .kind = REPLY_OBJECT, .reply = &team_schema, .handle = team_put, .name = "team_put",
	  .summary = "Make a team" },
	{ .method = HTTP_PATCH, .path = "/v1/teams/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &team_patch_schema, .kind = REPLY_OBJECT, .reply = &team_schema, .handle = team_patch,
	  .name = "team_patch", .summary = "Rename or archive a team, or change the role that comes with it" },
	{ .method = HTTP_GET, .path = "/v1/teams/{id}/members", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &members_query_schema, .kind = REPLY_LIST, .reply = &member_schema, .handle = members_get,
	  .name = "team_members_get", .summary = "Members of a team, now or at another time" },
	{ .method = HTTP_PUT, .path = "/v1/teams/{id}/members/{other_id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &member_put_schema, .kind = REPLY_OBJECT, .reply = &member_schema, .handle = member_put,
	  .name = "team_member_put", .summary = "A person joins from now on" },
	{ .method = HTTP_DELETE, .path = "/v1/teams/{id}/members/{other_id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = member_delete, .name = "team_member_delete", .summary = "A person leaves now; the past stays" },
};
/* clang-format on */

const struct route_table team_routes = ROUTES("team", rows);
