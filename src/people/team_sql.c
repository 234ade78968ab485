/* SPDX-License-Identifier: Apache-2.0 */
/* team_sql.c - statements of teams and membership, and how their rows map. */
#include "people_int.h"

/* clang-format off */
struct one {
	struct uuid company_id, team_id, person_id;
	const char *text;
	int64_t     at;
};

static const struct db_col team_out[] = {
	DB_COL_UUID(struct team_row, company_id), DB_COL_UUID(struct team_row, id),
	DB_COL_STR(struct team_row, name),        DB_COL_STR(struct team_row, external_id),
	DB_COL_I64(struct team_row, version),     DB_COL_TIME(struct team_row, created_at),
	DB_COL_TIME(struct team_row, archived_at), DB_COL_ENUM(struct team_row, role, role_names),
	DB_COL_I64(struct team_row, members),
};
#define TEAM_COLUMNS \
	"t.company_id, t.id, t.name, t.external_id, t.version, t.created_at, t.archived_at, t.role," \
	" (SELECT COUNT(*) FROM team_member m FORCE INDEX (team_member_team) WHERE m.company_id = t.company_id AND m.team_id = t.id" \
	" AND m.to_at IS NULL)"
static const struct db_col team_insert_in[] = {
	DB_COL_UUID(struct team_row, company_id), DB_COL_UUID(struct team_row, id),
	DB_COL_STR(struct team_row, name),        DB_COL_STR(struct team_row, external_id),
	DB_COL_ENUM(struct team_row, role, role_names), DB_COL_TIME(struct team_row, created_at),
};
static const struct db_col team_update_in[] = {
	DB_COL_STR(struct team_row, name),         DB_COL_STR(struct team_row, external_id),
	DB_COL_TIME(struct team_row, archived_at), DB_COL_ENUM(struct team_row, role, role_names),
	DB_COL_UUID(struct team_row, company_id),  DB_COL_UUID(struct team_row, id),
	DB_COL_I64(struct team_row, version),
};
static const struct db_col team_in[] = { DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, team_id) };
static const struct db_col name_in[] = { DB_COL_UUID(struct one, company_id), DB_COL_STR(struct one, text) };
static const struct db_col team_page_in[] = {
	DB_COL_UUID(struct name_page, company_id), DB_COL_STR(struct name_page, after_name),
	DB_COL_STR(struct name_page, after_name),  DB_COL_UUID(struct name_page, after_id),
	DB_COL_BOOL(struct name_page, everybody),  DB_COL_I64(struct name_page, limit),
};
static const struct db_col member_out[] = {
	DB_COL_UUID(struct member_row, company_id), DB_COL_UUID(struct member_row, team_id),
	DB_COL_UUID(struct member_row, person_id),  DB_COL_STR(struct member_row, display_name),
	DB_COL_TIME(struct member_row, from_at),    DB_COL_TIME(struct member_row, to_at),
	DB_COL_BOOL(struct member_row, is_primary),
};
#define MEMBER_COLUMNS "m.company_id, m.team_id, m.person_id, p.display_name, m.from_at, m.to_at, m.is_primary"
static const struct db_col member_page_in[] = {
	DB_COL_UUID(struct name_page, company_id), DB_COL_UUID(struct name_page, team_id),
	DB_COL_TIME(struct name_page, at),         DB_COL_TIME(struct name_page, at),
	DB_COL_STR(struct name_page, after_name),  DB_COL_STR(struct name_page, after_name),
	DB_COL_UUID(struct name_page, after_id),   DB_COL_I64(struct name_page, limit),
};
static const struct db_col current_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person_id), DB_COL_UUID(struct one, team_id),
};
static const struct db_col begin_in[] = {
	DB_COL_UUID(struct member_row, company_id), DB_COL_UUID(struct member_row, person_id),
	DB_COL_UUID(struct member_row, team_id),    DB_COL_TIME(struct member_row, from_at),
	DB_COL_BOOL(struct member_row, is_primary), DB_COL_UUID(struct member_row, provider_id),
};
static const struct db_col end_in[] = {
	DB_COL_TIME(struct one, at), DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person_id),
	DB_COL_UUID(struct one, team_id),
};
static const struct db_col role_in[] = { DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person_id) };
static const struct db_col role_out[] = { DB_COL_ENUM(struct team_row, role, role_names) };
struct each {
	struct uuid company_id, team_id;
	int64_t     limit;
};
static const struct db_col each_in[] = {
	DB_COL_UUID(struct each, company_id), DB_COL_UUID(struct each, team_id), DB_COL_I64(struct each, limit),
};
static const struct db_col each_out[] = { DB_COL_UUID(struct member_row, person_id) };
static const struct db_col membership_out[] = {
	DB_COL_UUID(struct membership, team), DB_COL_UUID(struct membership, person),
	DB_COL_UUID(struct membership, provider), DB_COL_BOOL(struct membership, is_primary),
	DB_COL_STR(struct membership, name),
};
static const struct db_col groups_in[] = {
	DB_COL_STR(struct one, text), DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, company_id),
};
static const struct db_col groups_out[] = {
	DB_COL_STR(struct group_team, group), DB_COL_UUID(struct group_team, team), DB_COL_STR(struct group_team, name),
	DB_COL_ENUM(struct group_team, role, role_names),
};
static const struct db_col primary_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person_id), DB_COL_TIME(struct one, at),
	DB_COL_TIME(struct one, at),
};
static const struct db_col primary_out[] = { DB_COL_UUID(struct one, team_id) };

enum {
	Q_TEAM_INSERT, Q_TEAM_UPDATE, Q_TEAM_GET, Q_TEAM_BY_NAME, Q_TEAM_PAGE, Q_MEMBER_PAGE, Q_MEMBER_CURRENT,
	Q_MEMBER_BEGIN, Q_MEMBER_END, Q_MEMBER_COUNTED, Q_MEMBER_PRIMARY, Q_MEMBER_ROLE,
	Q_MEMBER_EACH, Q_MEMBER_OF_PERSON, Q_TEAM_OF_GROUPS, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_TEAM_INSERT] = { .name = "team_insert",
		.sql = "INSERT INTO team (company_id, id, name, external_id, role, created_at) VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(team_insert_in) },
	[Q_TEAM_UPDATE] = { .name = "team_update",
		.sql = "UPDATE team SET name = ?, external_id = ?, archived_at = ?, role = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(team_update_in) },
	[Q_TEAM_GET] = { .name = "team_get",
		.sql = "SELECT " TEAM_COLUMNS " FROM team t WHERE t.company_id = ? AND t.id = ?",
		DB_IN(team_in), DB_OUT(team_out) },
	[Q_TEAM_BY_NAME] = { .name = "team_by_name",
		.sql = "SELECT " TEAM_COLUMNS " FROM team t WHERE t.company_id = ? AND t.name = ?",
		DB_IN(name_in), DB_OUT(team_out) },
	[Q_TEAM_PAGE] = { .name = "team_page",
		.sql = "SELECT " TEAM_COLUMNS " FROM team t WHERE t.company_id = ? AND t.name >= ?"
		       " AND (t.name > ? OR t.id > ?) AND (? OR t.archived_at IS NULL) ORDER BY t.name, t.id LIMIT ?",
		DB_IN(team_page_in), DB_OUT(team_out) },
	[Q_MEMBER_PAGE] = { .name = "team_member_page",
		.sql = "SELECT " MEMBER_COLUMNS " FROM team_member m JOIN person p ON p.company_id = m.company_id"
		       " AND p.id = m.person_id WHERE m.company_id = ? AND m.team_id = ? AND m.from_at <= ?"
		       " AND (m.to_at IS NULL OR m.to_at > ?) AND p.display_name >= ?"
		       " AND (p.display_name > ? OR m.person_id > ?) ORDER BY p.display_name, m.person_id LIMIT ?",
		DB_IN(member_page_in), DB_OUT(member_out) },
	[Q_MEMBER_CURRENT] = { .name = "team_member_current",
		.sql = "SELECT " MEMBER_COLUMNS " FROM team_member m JOIN person p ON p.company_id = m.company_id"
		       " AND p.id = m.person_id WHERE m.company_id = ? AND m.person_id = ? AND m.team_id = ?"
		       " AND m.to_at IS NULL",
		DB_IN(current_in), DB_OUT(member_out) },
	[Q_MEMBER_BEGIN] = { .name = "team_member_begin",
		.sql = "INSERT INTO team_member (company_id, person_id, team_id, from_at, is_primary,"
		       " provider_id) VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(begin_in) },
	[Q_MEMBER_END] = { .name = "team_member_end",
		.sql = "UPDATE team_member SET to_at = ? WHERE company_id = ? AND person_id = ? AND team_id = ?"
		       " AND to_at IS NULL",
		DB_IN(end_in) },
	[Q_MEMBER_COUNTED] = { .name = "team_membership_changed",
		.sql = "UPDATE team SET membership_version = membership_version + 1 WHERE company_id = ? AND id = ?",
		DB_IN(team_in) },
	[Q_MEMBER_ROLE] = { .name = "team_member_role",
		.sql = "SELECT t.role FROM team_member m JOIN team t ON t.company_id = m.company_id AND t.id = m.team_id"
		       " AND t.archived_at IS NULL AND t.role IS NOT NULL WHERE m.company_id = ? AND m.person_id = ?"
		       " AND m.to_at IS NULL ORDER BY t.role DESC LIMIT 1",
		DB_IN(role_in), DB_OUT(role_out) },
	[Q_MEMBER_EACH] = { .name = "team_member_each",
		.sql = "SELECT person_id FROM team_member WHERE company_id = ? AND team_id = ? AND to_at IS NULL"
		       " ORDER BY person_id LIMIT ?",
		DB_IN(each_in), DB_OUT(each_out) },
	[Q_MEMBER_OF_PERSON] = { .name = "team_member_of_person",
		.sql = "SELECT m.team_id, m.person_id, m.provider_id, m.is_primary, t.name FROM team_member m JOIN team t"
		       " ON t.company_id = m.company_id AND t.id = m.team_id WHERE m.company_id = ? AND m.person_id = ?"
		       " AND m.to_at IS NULL ORDER BY m.team_id",
		DB_IN(role_in), DB_OUT(membership_out) },
	[Q_TEAM_OF_GROUPS] = { .name = "team_of_groups",
		.sql = "SELECT g.word, COALESCE(x.id, n.id), COALESCE(x.name, n.name), COALESCE(x.role, n.role)"
		       " FROM JSON_TABLE(?, '$[*]' COLUMNS (word VARCHAR(254) PATH '$')) g"
		       " LEFT JOIN team x ON x.company_id = ? AND x.archived_at IS NULL"
		       " AND x.external_id = g.word COLLATE utf8mb4_unicode_520_ci"
		       " LEFT JOIN team n ON n.company_id = ? AND n.archived_at IS NULL"
		       " AND n.name = g.word COLLATE utf8mb4_unicode_520_ci"
		       " ORDER BY g.word",
		DB_IN(groups_in), DB_OUT(groups_out) },
	[Q_MEMBER_PRIMARY] = { .name = "team_member_primary",
		.sql = "SELECT team_id FROM team_member WHERE company_id = ? AND person_id = ? AND from_at <= ?"
		       " AND is_primary AND (to_at IS NULL OR to_at > ?) ORDER BY from_at DESC LIMIT 1",
		DB_IN(primary_in), DB_OUT(primary_out) },
};
/* clang-format on */

const struct db_stmt_table team_stmts = DB_STMTS("team", stmts);

static struct one
of(const struct rq *rq, struct uuid team, struct uuid person)
{
	return (struct one){
		.company_id = rq_company(rq),
		.team_id = team,
		.person_id = person,
		.at = rq->now_us,
	};
}

enum fault
team_sql_insert(struct rq *rq, const struct team_row *t, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_TEAM_INSERT], t, ret_duplicate);
}

enum fault
team_sql_update(struct rq *rq, const struct team_row *t, uint64_t *ret_n)
{
	return db_exec(rq, &stmts[Q_TEAM_UPDATE], t, ret_n);
}

enum fault
team_sql_get(struct rq *rq, struct uuid id, struct team_row *ret)
{
	struct one in = of(rq, id, id);

	return db_one(rq, &stmts[Q_TEAM_GET], &in, ret);
}

enum fault
team_sql_by_name(struct rq *rq, const char *name, struct team_row *ret)
{
	struct one in = { .company_id = rq_company(rq), .text = name };

	return db_one(rq, &stmts[Q_TEAM_BY_NAME], &in, ret);
}

enum fault
team_sql_page(struct rq *rq, const struct name_page *page, db_row_fn *fn, void *arg)
{
	struct team_row row;

	return db_each(rq, &stmts[Q_TEAM_PAGE], page, &row, fn, arg);
}

enum fault
member_sql_page(struct rq *rq, const struct name_page *page, db_row_fn *fn, void *arg)
{
	struct member_row row;

	return db_each(rq, &stmts[Q_MEMBER_PAGE], page, &row, fn, arg);
}

enum fault
member_sql_current(struct rq *rq, struct uuid team, struct uuid person, struct member_row *ret,
                   bool *ret_found)
{
	struct one in = of(rq, team, person);

	return db_maybe(rq, &stmts[Q_MEMBER_CURRENT], &in, ret, ret_found);
}

enum fault
member_sql_begin(struct rq *rq, const struct member_row *m)
{
	return db_exec(rq, &stmts[Q_MEMBER_BEGIN], m, NULL);
}

enum fault
member_sql_end(struct rq *rq, struct uuid team, struct uuid person, uint64_t *ret_n)
{
	struct one in = of(rq, team, person);

	return db_exec(rq, &stmts[Q_MEMBER_END], &in, ret_n);
}

enum fault
team_sql_membership_changed(struct rq *rq, struct uuid team)
{
	struct one in = of(rq, team, team);

	return db_exec(rq, &stmts[Q_MEMBER_COUNTED], &in, NULL);
}

enum fault
member_sql_primary_at(struct rq *rq, struct uuid person, int64_t at_us, struct uuid *ret)
{
	struct one in = { .company_id = rq_company(rq), .person_id = person, .at = at_us };
	struct one out = { .at = 0 };
	bool found;
	enum fault e = db_maybe(rq, &stmts[Q_MEMBER_PRIMARY], &in, &out, &found);

	if (!e)
		*ret = found ? out.team_id : (struct uuid){ { 0 } };
	return e;
}

enum fault
member_sql_role(struct rq *rq, struct uuid person, int *ret)
{
	struct one in = { .company_id = rq_company(rq), .person_id = person };
	struct team_row out = { .role = -1 };
	bool found;
	enum fault e = db_maybe(rq, &stmts[Q_MEMBER_ROLE], &in, &out, &found);

	*ret = !e && found ? out.role : -1;
	return e;
}

enum fault
member_sql_each(struct rq *rq, struct uuid team, int64_t limit, db_row_fn *fn, void *arg)
{
	const struct each in = { rq_company(rq), team, limit };
	struct member_row row = { .display_name = NULL };

	return db_each(rq, &stmts[Q_MEMBER_EACH], &in, &row, fn, arg);
}

enum fault
member_sql_of_person(struct rq *rq, struct uuid person, db_row_fn *fn, void *arg)
{
	struct one in = { .company_id = rq_company(rq), .person_id = person };
	struct membership row = { .name = NULL };

	return db_each(rq, &stmts[Q_MEMBER_OF_PERSON], &in, &row, fn, arg);
}

enum fault
team_sql_of_groups(struct rq *rq, const char *groups, db_row_fn *fn, void *arg)
{
	struct one in = { .company_id = rq_company(rq), .text = groups };
	struct group_team row = { .role = -1 };

	return db_each(rq, &stmts[Q_TEAM_OF_GROUPS], &in, &row, fn, arg);
}
