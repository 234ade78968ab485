/* SPDX-License-Identifier: Apache-2.0 */
/* boost_http.c - who may give more points than others: a role, or a person. */
#include <inttypes.h>
#include <string.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/people.h"

#include "kudos_int.h"

enum { BOOSTS_MAX = 1000, BOOST_MAX = 1000000 };

/* A row, a body and a reply at once. */
struct boost {
	struct uuid company_id, person_id, set_by;
	const char *who;
	int64_t points, set_at;
};
struct boosts {
	struct j_list items;
};

/* clang-format off */
#define POINTS_FIELD                                                                            \
	J_INT64(struct boost, points, J_REQUIRED, 0, BOOST_MAX, 0,                                   \
	        .help = "To give in a month beside the policy's; a raise counts at once, a cut from the next month. 0: none")
static const struct j_field put_fields[] = { POINTS_FIELD };
static const struct j_schema put_schema = J_SCHEMA("kudos_boost_put", struct boost, put_fields);
static const struct j_field view_fields[] = {
	J_TEXT(struct boost, who, J_REQUIRED, 1, 36, .help = "member, curator, manager or admin, or a person's id; boosts add up"),
	POINTS_FIELD,
};
static const struct j_schema view_schema = J_SCHEMA("kudos_boost", struct boost, view_fields);
static const struct j_field list_fields[] = { J_OBJECTS(struct boosts, items, J_REQUIRED, 0, BOOSTS_MAX, &view_schema) };
static const struct j_schema list_schema = J_SCHEMA("kudos_boosts", struct boosts, list_fields);

static const struct db_col company_in[] = { DB_COL_UUID(struct boost, company_id) };
static const struct db_col row_out[] = { DB_COL_STR(struct boost, who), DB_COL_I64(struct boost, points) };
static const struct db_col set_in[] = {
	DB_COL_UUID(struct boost, company_id), DB_COL_STR(struct boost, who), DB_COL_I64(struct boost, points),
	DB_COL_UUID(struct boost, set_by),     DB_COL_TIME(struct boost, set_at),
};
static const struct db_col key_in[] = { DB_COL_UUID(struct boost, company_id), DB_COL_STR(struct boost, who) };
static const struct db_col person_in[] = { DB_COL_UUID(struct boost, company_id), DB_COL_UUID(struct boost, person_id) };
static const struct db_col person_out[] = { DB_COL_UUID(struct boost, person_id) };

enum { Q_LIST, Q_GET, Q_SET, Q_PERSON, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_LIST] = {
		.name = "kudos_boost_list",
		.sql = "SELECT who, points FROM kudos_boost WHERE company_id = ? AND points > 0 ORDER BY who LIMIT 1000",
		DB_IN(company_in), DB_OUT(row_out),
	},
	[Q_GET] = {
		.name = "kudos_boost_get",
		.sql = "SELECT who, points FROM kudos_boost WHERE company_id = ? AND who = ? FOR UPDATE",
		DB_IN(key_in), DB_OUT(row_out),
	},
	[Q_SET] = {
		.name = "kudos_boost_set",
		.sql = "INSERT INTO kudos_boost (company_id, who, points, set_by, set_at) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY"
		       " UPDATE points = VALUE(points), set_by = VALUE(set_by), set_at = VALUE(set_at)",
		DB_IN(set_in),
	},
	[Q_PERSON] = {
		.name = "kudos_boost_person",
		.sql = "SELECT id FROM person WHERE company_id = ? AND id = ? AND state <> 'erased'",
		DB_IN(person_in), DB_OUT(person_out),
	},
};
/* clang-format on */

const struct db_stmt_table kudos_boost_stmts = DB_STMTS("kudos_boost", stmts);

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct j_list *l = arg;

	(void)rq;
	if (l->n < BOOSTS_MAX)
		((struct boost *)l->items)[l->n++] = *(const struct boost *)row;
	return FAULT_NONE;
}

static enum fault
handle_list(struct rq *rq, struct call *call, void *reply)
{
	const struct boost in = { .company_id = rq_company(rq) };
	struct boosts *out = reply;
	struct boost row;

	(void)call;
	out->items.items = arena_array(rq->arena, BOOSTS_MAX, struct boost);
	return db_each(rq, &stmts[Q_LIST], &in, &row, keep, &out->items);
}

static bool
is_role(const char *who)
{
	for (int r = 0; r < ROLE__MAX; r++) {
		if (cstr_eq(role_names[r], who))
			return true;
	}
	return false;
}

static enum fault
set_tx(struct rq *rq, void *arg)
{
	const struct boost *b = arg;
	struct boost was = { .points = 0 };
	bool found;
	struct audit_change change = { b->who, NULL,
		                       arena_printf(rq->arena, "%" PRId64, b->points) };
	const struct audit_deed deed = { .action = "kudos_boost.changed",
		                         .kind = AUDIT_COMPANY,
		                         .object = rq_company(rq),
		                         .person = b->person_id,
		                         .changes = &change,
		                         .n = 1 };
	enum fault e = db_maybe(rq, &stmts[Q_GET], b, &was, &found);

	if (e || was.points == b->points)
		return e;
	change.before = arena_printf(rq->arena, "%" PRId64, was.points);
	e = db_exec(rq, &stmts[Q_SET], b, NULL);
	if (!e)
		e = audit_put(rq, &deed);
	return e ? e : company_people_changed(rq);
}

static enum fault
handle_put(struct rq *rq, struct call *call, void *reply)
{
	const struct boost *in = call->body;
	struct boost *b = reply, row;
	char text[UUID_TEXT_SIZE];
	enum fault e = FAULT_NONE;

	*b = (struct boost){ .company_id = rq_company(rq),
		             .who = call->text[0],
		             .points = in->points,
		             .set_by = rq->who->person,
		             .set_at = rq->now_us };
	if (!is_role(b->who)) {
		if (!uuid_parse(str_of(b->who), &b->person_id))
			return FAULT_NOT_FOUND;
		uuid_format(b->person_id, text);
		b->who = arena_strdup(rq->arena, text);
		e = db_one(rq, &stmts[Q_PERSON], b, &row);
	}
	return e ? e : db_tx(rq, set_tx, b);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/kudos-boosts", .access = ACCESS_ADMIN, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &list_schema, .handle = handle_list, .name = "kudos_boost_list",
	  .summary = "Who may give more points than others" },
	{ .method = HTTP_PUT, .path = "/v1/kudos-boosts/{who}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &put_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = handle_put, .name = "kudos_boost_put",
	  .summary = "Let a role or a person give more points; harmless when repeated" },
};
/* clang-format on */

const struct route_table kudos_boost_routes = ROUTES("kudos", rows);
