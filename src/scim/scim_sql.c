/* SPDX-License-Identifier: Apache-2.0 */
/* scim_sql.c - statements of scim, and how their rows map. */
#include "rostra/caller.h"

#include "scim_int.h"

/* clang-format off */
static const struct db_col user_out[] = {
	DB_COL_UUID(struct scim_user, company_id),     DB_COL_UUID(struct scim_user, id),
	DB_COL_STR(struct scim_user, user_name),       DB_COL_STR(struct scim_user, external_id),
	DB_COL_STR(struct scim_user, display_name),    DB_COL_STR(struct scim_user, formatted),
	DB_COL_STR(struct scim_user, given_name),      DB_COL_STR(struct scim_user, family_name),
	DB_COL_STR(struct scim_user, email),           DB_COL_STR(struct scim_user, title),
	DB_COL_STR(struct scim_user, department),      DB_COL_STR(struct scim_user, location),
	DB_COL_STR(struct scim_user, language),        DB_COL_STR(struct scim_user, time_zone),
	DB_COL_STR(struct scim_user, employee_number), DB_COL_STR(struct scim_user, manager),
	DB_COL_STR(struct scim_user, shown_name),      DB_COL_BOOL(struct scim_user, active),
	DB_COL_BOOL(struct scim_user, known),          DB_COL_I64(struct scim_user, version),
	DB_COL_TIME(struct scim_user, created_at),     DB_COL_TIME(struct scim_user, updated_at),
};
#define USERS                                                                                   \
	"SELECT p.company_id, p.id, COALESCE(u.user_name, p.email, CAST(p.id AS CHAR)), u.external_id, u.display_name, u.formatted," \
	" p.given_name, p.family_name, p.email, p.job_title, p.department, p.location, p.language,"   \
	" p.time_zone, u.employee_number, u.manager, p.display_name, p.state = 'active',"             \
	" u.person_id IS NOT NULL, p.version, p.created_at, GREATEST(p.updated_at, COALESCE(u.updated_at, p.updated_at))"
#define OF_PERSON " LEFT JOIN scim_user u ON u.company_id = p.company_id AND u.person_id = p.id"
#define STANDING " AND p.state <> 'erased' AND u.deleted_at IS NULL"

struct named {
	struct uuid company_id, id;
	const char *name;
	int64_t     now;
	const char *address; /* the name, when it may be one */
};
static const struct db_col key_in[] = { DB_COL_UUID(struct named, company_id), DB_COL_UUID(struct named, id) };
static const struct db_col company_in[] = { DB_COL_UUID(struct named, company_id) };
static const struct db_col name_in[] = {
	DB_COL_UUID(struct named, company_id), DB_COL_STR(struct named, name),
	DB_COL_UUID(struct named, company_id), DB_COL_STR(struct named, address),
	DB_COL_UUID(struct named, company_id),
};
static const struct db_col gone_in[] = { DB_COL_UUID(struct named, company_id), DB_COL_STR(struct named, name) };
static const struct db_col gone_out[] = { DB_COL_UUID(struct named, id) };
static const struct db_col deleted_in[] = {
	DB_COL_TIME(struct named, now), DB_COL_UUID(struct named, company_id), DB_COL_UUID(struct named, id),
};
static const struct db_col user_update_in[] = {
	DB_COL_STR(struct scim_user, user_name),       DB_COL_STR(struct scim_user, external_id),
	DB_COL_STR(struct scim_user, display_name),    DB_COL_STR(struct scim_user, formatted),
	DB_COL_STR(struct scim_user, employee_number), DB_COL_STR(struct scim_user, manager),
	DB_COL_TIME(struct scim_user, updated_at),     DB_COL_UUID(struct scim_user, company_id),
	DB_COL_UUID(struct scim_user, id),
};
static const struct db_col user_insert_in[] = {
	DB_COL_STR(struct scim_user, user_name),       DB_COL_STR(struct scim_user, external_id),
	DB_COL_STR(struct scim_user, display_name),    DB_COL_STR(struct scim_user, formatted),
	DB_COL_STR(struct scim_user, employee_number), DB_COL_STR(struct scim_user, manager),
	DB_COL_TIME(struct scim_user, updated_at),     DB_COL_UUID(struct scim_user, company_id),
	DB_COL_UUID(struct scim_user, id),             DB_COL_TIME(struct scim_user, updated_at),
};

static const struct db_col group_out[] = {
	DB_COL_UUID(struct scim_group, company_id),  DB_COL_UUID(struct scim_group, id),
	DB_COL_STR(struct scim_group, display_name), DB_COL_STR(struct scim_group, external_id),
	DB_COL_I64(struct scim_group, version),      DB_COL_I64(struct scim_group, membership_version),
	DB_COL_TIME(struct scim_group, created_at),
};
#define GROUPS "SELECT company_id, id, name, external_id, version, membership_version, created_at FROM team"
static const struct db_col group_insert_in[] = {
	DB_COL_UUID(struct scim_group, company_id),  DB_COL_UUID(struct scim_group, id),
	DB_COL_STR(struct scim_group, display_name), DB_COL_STR(struct scim_group, external_id),
	DB_COL_TIME(struct scim_group, created_at),
};
static const struct db_col group_update_in[] = {
	DB_COL_STR(struct scim_group, display_name), DB_COL_STR(struct scim_group, external_id),
	DB_COL_UUID(struct scim_group, company_id),  DB_COL_UUID(struct scim_group, id),
};
static const struct db_col member_in[] = {
	DB_COL_UUID(struct named, company_id), DB_COL_UUID(struct named, id), DB_COL_UUID(struct named, id),
};
static const struct db_col member_out[] = {
	DB_COL_UUID(struct scim_member, team_id),     DB_COL_UUID(struct scim_member, person_id),
	DB_COL_STR(struct scim_member, display_name),
};

enum {
	Q_USER, Q_USER_LOCK, Q_USERS, Q_USERS_NAMED, Q_GONE, Q_USER_UPDATE, Q_USER_INSERT, Q_USER_DELETED,  Q_GROUP, Q_GROUP_LOCK, Q_GROUPS, Q_GROUP_INSERT, Q_GROUP_UPDATE, Q_GROUP_GONE, Q_MEMBERS, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_USER] = { .name = "scim_user_get",
		.sql = USERS " FROM person p" OF_PERSON " WHERE p.company_id = ? AND p.id = ?" STANDING,
		DB_IN(key_in), DB_OUT(user_out) },
	[Q_USER_LOCK] = { .name = "scim_user_lock",
		.sql = USERS " FROM person p" OF_PERSON " WHERE p.company_id = ? AND p.id = ?" STANDING " FOR UPDATE",
		DB_IN(key_in), DB_OUT(user_out) },
	[Q_USERS] = { .name = "scim_user_list",
		.sql = USERS " FROM person p" OF_PERSON " WHERE p.company_id = ?" STANDING " ORDER BY p.id",
		DB_IN(company_in), DB_OUT(user_out) },
	[Q_USERS_NAMED] = { .name = "scim_user_named",
		.sql = USERS " FROM (SELECT person_id AS id FROM scim_user WHERE company_id = ? AND user_name = ?"
		       " UNION SELECT id FROM person WHERE company_id = ? AND email = ?) k"
		       " JOIN person p ON p.id = k.id" OF_PERSON " WHERE p.company_id = ?" STANDING " ORDER BY p.id",
		DB_IN(name_in), DB_OUT(user_out) },
	[Q_GONE] = { .name = "scim_user_gone",
		.sql = "SELECT person_id FROM scim_user WHERE company_id = ? AND user_name = ? AND deleted_at IS NOT NULL"
		       " FOR UPDATE",
		DB_IN(gone_in), DB_OUT(gone_out) },
	[Q_USER_UPDATE] = { .name = "scim_user_update",
		.sql = "UPDATE scim_user SET user_name = ?, external_id = ?, display_name = ?, formatted = ?,"
		       " employee_number = ?, manager = ?, updated_at = ?, deleted_at = NULL"
		       " WHERE company_id = ? AND person_id = ?",
		DB_IN(user_update_in) },
	[Q_USER_INSERT] = { .name = "scim_user_insert",
		.sql = "INSERT INTO scim_user (user_name, external_id, display_name, formatted, employee_number, manager,"
		       " updated_at, company_id, person_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(user_insert_in) },
	[Q_USER_DELETED] = { .name = "scim_user_deleted",
		.sql = "UPDATE scim_user SET deleted_at = ? WHERE company_id = ? AND person_id = ?", DB_IN(deleted_in) },
	[Q_GROUP] = { .name = "scim_group_get",
		.sql = GROUPS " WHERE company_id = ? AND id = ? AND archived_at IS NULL",
		DB_IN(key_in), DB_OUT(group_out) },
	[Q_GROUP_LOCK] = { .name = "scim_group_lock",
		.sql = GROUPS " WHERE company_id = ? AND id = ? AND archived_at IS NULL FOR UPDATE",
		DB_IN(key_in), DB_OUT(group_out) },
	[Q_GROUPS] = { .name = "scim_group_list",
		.sql = GROUPS " WHERE company_id = ? AND archived_at IS NULL ORDER BY id",
		DB_IN(company_in), DB_OUT(group_out) },
	[Q_GROUP_INSERT] = { .name = "scim_group_insert",
		.sql = "INSERT INTO team (company_id, id, name, external_id, created_at) VALUES (?, ?, ?, ?, ?)",
		DB_IN(group_insert_in) },
	[Q_GROUP_UPDATE] = { .name = "scim_group_update",
		.sql = "UPDATE team SET name = ?, external_id = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND archived_at IS NULL",
		DB_IN(group_update_in) },
	[Q_GROUP_GONE] = { .name = "scim_group_gone",
		.sql = "UPDATE team SET archived_at = ?, name = CONCAT(LEFT(name, 80), ' (', id, ')'), external_id = NULL,"
		       " version = version + 1 WHERE company_id = ? AND id = ?",
		DB_IN(deleted_in) },
	[Q_MEMBERS] = { .name = "scim_group_members",
		.sql = "SELECT m.team_id, m.person_id, p.display_name FROM team_member m"
		       " JOIN person p ON p.company_id = m.company_id AND p.id = m.person_id"
		       " WHERE m.company_id = ? AND m.to_at IS NULL AND (? IS NULL OR m.team_id = ?)"
		       " ORDER BY m.team_id, m.person_id",
		DB_IN(member_in), DB_OUT(member_out) },
};
/* clang-format on */

const struct db_stmt_table scim_stmts = DB_STMTS("scim", stmts);

static struct named
named(const struct rq *rq, struct uuid id, const char *name)
{
	return (struct named){ .company_id = rq_company(rq),
		               .id = id,
		               .name = name,
		               .now = rq->now_us,
		               .address = str_ascii(str_of(name)) ? name : NULL };
}

static const struct uuid none;

static enum fault
one_user(struct rq *rq, const struct db_stmt *stmt, struct uuid id, struct scim_user *out)
{
	const struct named in = named(rq, id, NULL);
	enum fault e = db_one(rq, stmt, &in, out);

	if (!e)
		scim_user_finish(rq, out);
	return e;
}

enum fault
scim_sql_user(struct rq *rq, struct uuid id, struct scim_user *out)
{
	return one_user(rq, &stmts[Q_USER], id, out);
}

enum fault
scim_sql_user_lock(struct rq *rq, struct uuid id, struct scim_user *out)
{
	return one_user(rq, &stmts[Q_USER_LOCK], id, out);
}

enum fault
scim_sql_users(struct rq *rq, const char *name, db_row_fn *fn, void *arg)
{
	const struct named in = named(rq, none, name);
	struct scim_user row = { 0 };

	return db_each(rq, &stmts[name != NULL ? Q_USERS_NAMED : Q_USERS], &in, &row, fn, arg);
}

enum fault
scim_sql_gone(struct rq *rq, const char *name, struct uuid *ret_id)
{
	const struct named in = named(rq, none, name);
	struct named out = { .name = NULL };
	enum fault e = db_one(rq, &stmts[Q_GONE], &in, &out);

	if (!e)
		*ret_id = out.id;
	return e;
}

/* Not in one statement: ON DUPLICATE KEY would change whoever has the userName. */
enum fault
scim_sql_user_put(struct rq *rq, const struct scim_user *u)
{
	struct scim_user in = *u;
	uint64_t n;
	enum fault e;

	in.company_id = rq_company(rq);
	in.updated_at = rq->now_us;
	e = db_exec(rq, &stmts[Q_USER_UPDATE], &in, &n);
	if (e || n > 0)
		return e;
	return db_exec(rq, &stmts[Q_USER_INSERT], &in, NULL);
}

enum fault
scim_sql_user_deleted(struct rq *rq, struct uuid id)
{
	const struct named in = named(rq, id, NULL);

	return db_exec(rq, &stmts[Q_USER_DELETED], &in, NULL);
}

enum fault
scim_sql_group(struct rq *rq, struct uuid id, struct scim_group *out)
{
	const struct named in = named(rq, id, NULL);

	return db_one(rq, &stmts[Q_GROUP], &in, out);
}

enum fault
scim_sql_group_lock(struct rq *rq, struct uuid id, struct scim_group *out)
{
	const struct named in = named(rq, id, NULL);

	return db_one(rq, &stmts[Q_GROUP_LOCK], &in, out);
}

enum fault
scim_sql_groups(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct named in = named(rq, none, NULL);
	struct scim_group row = { 0 };

	return db_each(rq, &stmts[Q_GROUPS], &in, &row, fn, arg);
}

enum fault
scim_sql_group_put(struct rq *rq, const struct scim_group *g, bool is_new, bool *ret_duplicate)
{
	struct scim_group in = *g;

	in.company_id = rq_company(rq);
	in.created_at = rq->now_us;
	return db_insert(rq, &stmts[is_new ? Q_GROUP_INSERT : Q_GROUP_UPDATE], &in, ret_duplicate);
}

enum fault
scim_sql_group_gone(struct rq *rq, struct uuid id)
{
	const struct named in = named(rq, id, NULL);

	return db_exec(rq, &stmts[Q_GROUP_GONE], &in, NULL);
}

enum fault
scim_sql_members(struct rq *rq, struct uuid team, db_row_fn *fn, void *arg)
{
	const struct named in = named(rq, team, NULL);
	struct scim_member row = { .display_name = NULL };

	return db_each(rq, &stmts[Q_MEMBERS], &in, &row, fn, arg);
}
