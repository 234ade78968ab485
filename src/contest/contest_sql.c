/* SPDX-License-Identifier: Apache-2.0 */
/* contest_sql.c - statements of contests. */
#include "rostra/caller.h"

#include "contest_int.h"

/* clang-format off */
struct one {
	struct uuid company_id, id;
	int64_t     from_us, to_us, least;
};
static const struct db_col company_in[] = { DB_COL_UUID(struct one, company_id) };
static const struct db_col key_in[] = { DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id) };
static const struct db_col id_out[] = { DB_COL_UUID(struct one, id) };
static const struct db_col view_out[] = {
	DB_COL_UUID(struct contest, company_id), DB_COL_UUID(struct contest, id), DB_COL_STR(struct contest, name),
	DB_COL_STR(struct contest, description), DB_COL_STR(struct contest, prize),
	DB_COL_ENUM(struct contest, unit, contest_unit_names), DB_COL_ENUM(struct contest, measure, measure_names),
	DB_COL_UUID(struct contest, team_id),    DB_COL_STR(struct contest, first_on), DB_COL_STR(struct contest, last_on),
	DB_COL_TIME(struct contest, frozen_at),  DB_COL_TIME(struct contest, cancelled_at),
	DB_COL_BOOL(struct contest, cancelled),  DB_COL_I64(struct contest, version), DB_COL_TIME(struct contest, created_at),
	DB_COL_STR(struct contest, time_zone),   DB_COL_BYTES(struct contest, body_sha256),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct contest, company_id), DB_COL_UUID(struct contest, id), DB_COL_STR(struct contest, name),
	DB_COL_STR(struct contest, description), DB_COL_STR(struct contest, prize),
	DB_COL_ENUM(struct contest, unit, contest_unit_names), DB_COL_ENUM(struct contest, measure, measure_names),
	DB_COL_UUID(struct contest, team_id),    DB_COL_STR(struct contest, first_on), DB_COL_STR(struct contest, last_on),
	DB_COL_TIME(struct contest, created_at), DB_COL_BYTES(struct contest, body_sha256),
};
static const struct db_col update_in[] = {
	DB_COL_STR(struct contest, name),          DB_COL_STR(struct contest, description), DB_COL_STR(struct contest, prize),
	DB_COL_TIME(struct contest, cancelled_at), DB_COL_UUID(struct contest, company_id), DB_COL_UUID(struct contest, id),
	DB_COL_I64(struct contest, version),
};
static const struct db_col freeze_in[] = {
	DB_COL_TIME(struct one, from_us), DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id),
};
static const struct db_col due_in[] = {
	DB_COL_STR(struct contest_due, last_on),     DB_COL_STR(struct contest_due, last_on),
	DB_COL_UUID(struct contest_due, company_id), DB_COL_UUID(struct contest_due, company_id),
	DB_COL_UUID(struct contest_due, id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct contest_page, company_id), DB_COL_UUID(struct contest_page, before),
	DB_COL_I64(struct contest_page, limit),
};
static const struct db_col rows_in[] = {
	DB_COL_UUID(struct contest_row_page, company_id), DB_COL_UUID(struct contest_row_page, contest_id),
	DB_COL_I64(struct contest_row_page, from),        DB_COL_I64(struct contest_row_page, limit),
};
static const struct db_col row_out[] = {
	DB_COL_I64(struct contest_row, no), DB_COL_UUID(struct contest_row, person_id), DB_COL_UUID(struct contest_row, team_id),
	DB_COL_I64(struct contest_row, n),  DB_COL_BOOL(struct contest_row, shown),
};
static const struct db_col row_in[] = {
	DB_COL_UUID(struct contest_row, company_id), DB_COL_UUID(struct contest_row, contest_id),
	DB_COL_I64(struct contest_row, no),          DB_COL_UUID(struct contest_row, person_id),
	DB_COL_UUID(struct contest_row, team_id),    DB_COL_I64(struct contest_row, n), DB_COL_BOOL(struct contest_row, shown),
};
static const struct db_col face_out[] = { DB_COL_UUID(struct contest_face, id), DB_COL_STR(struct contest_face, name) };
static const struct db_col teams_in[] = {
	DB_COL_TIME(struct one, from_us), DB_COL_UUID(struct one, company_id), DB_COL_TIME(struct one, to_us),
	DB_COL_TIME(struct one, from_us), DB_COL_I64(struct one, least),
};
static const struct db_col own_out[] = {
	DB_COL_BOOL(struct contest_own, on_boards), DB_COL_UUID(struct contest_own, team_id),
};

#define CONTEST                                                                                 \
	"SELECT c.company_id, c.id, c.name, c.description, c.prize, c.unit, c.measure, c.team_id, CAST(c.first_on AS CHAR)," \
	" CAST(c.last_on AS CHAR), c.frozen_at, c.cancelled_at, c.cancelled_at IS NOT NULL, c.version, c.created_at," \
	" k.time_zone, c.body_sha256 FROM contest c JOIN company k ON k.id = c.company_id"

enum {
	Q_GET, Q_LOCK, Q_TEAM, Q_INSERT, Q_UPDATE, Q_FREEZE, Q_PAGE, Q_DUE, Q_ROWS, Q_ROW, Q_PEOPLE, Q_TEAMS, Q_OWN, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_GET] = { .name = "contest_get", .sql = CONTEST " WHERE c.company_id = ? AND c.id = ?", DB_IN(key_in), DB_OUT(view_out) },
	[Q_LOCK] = { .name = "contest_lock", .sql = "SELECT id FROM contest WHERE company_id = ? AND id = ? FOR UPDATE",
		DB_IN(key_in), DB_OUT(id_out) },
	[Q_TEAM] = { .name = "contest_team", .sql = "SELECT id FROM team WHERE company_id = ? AND id = ?",
		DB_IN(key_in), DB_OUT(id_out) },
	[Q_INSERT] = { .name = "contest_insert",
		.sql = "INSERT INTO contest (company_id, id, name, description, prize, unit, measure, team_id, first_on, last_on,"
		       " created_at, body_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_UPDATE] = { .name = "contest_update",
		.sql = "UPDATE contest SET name = ?, description = ?, prize = ?, cancelled_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(update_in) },
	[Q_FREEZE] = { .name = "contest_freeze",
		.sql = "UPDATE contest SET frozen_at = ? WHERE company_id = ? AND id = ? AND frozen_at IS NULL", DB_IN(freeze_in) },
	[Q_PAGE] = { .name = "contest_page", .sql = CONTEST " WHERE c.company_id = ? AND c.id < ? ORDER BY c.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out) },
	[Q_DUE] = { .name = "contest_due",
		.sql = CONTEST " /* all companies: a job's look at what is over */ WHERE c.frozen_at IS NULL"
		       " AND c.last_on <= UTC_DATE() AND c.cancelled_at IS NULL AND c.last_on >= ? AND (c.last_on > ? OR c.company_id > ?"
		       " OR c.company_id = ? AND c.id > ?) ORDER BY c.last_on, c.company_id, c.id LIMIT 50",
		DB_IN(due_in), DB_OUT(view_out) },
	[Q_ROWS] = { .name = "contest_rows",
		.sql = "SELECT no, person_id, team_id, n, shown FROM contest_row WHERE company_id = ? AND contest_id = ?"
		       " AND no >= ? ORDER BY no LIMIT ?",
		DB_IN(rows_in), DB_OUT(row_out) },
	[Q_ROW] = { .name = "contest_row_insert",
		.sql = "INSERT INTO contest_row (company_id, contest_id, no, person_id, team_id, n, shown) VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(row_in) },
	[Q_PEOPLE] = { .name = "contest_people",
		.sql = "SELECT p.id, p.display_name FROM person p"
		       " LEFT JOIN board_choice b ON b.company_id = p.company_id AND b.person_id = p.id"
		       " WHERE p.company_id = ? AND p.state = 'active' AND COALESCE(b.on_boards, 1) ORDER BY p.id",
		DB_IN(company_in), DB_OUT(face_out) },
	[Q_TEAMS] = { .name = "contest_teams",
		.sql = "SELECT t.id, t.name FROM team t JOIN team_member m FORCE INDEX (team_member_team)"
		       " ON m.company_id = t.company_id AND m.team_id = t.id JOIN person p ON p.company_id = m.company_id AND p.id = m.person_id"
		       " AND (p.deactivated_at IS NULL OR p.deactivated_at > ?) WHERE t.company_id = ? AND m.is_primary AND t.archived_at IS NULL"
		       " AND m.from_at < ? AND (m.to_at IS NULL OR m.to_at > ?) GROUP BY t.id, t.name HAVING COUNT(DISTINCT m.person_id) >= ?"
		       " ORDER BY t.id",
		DB_IN(teams_in), DB_OUT(face_out) },
	[Q_OWN] = { .name = "contest_own",
		.sql = "SELECT COALESCE(b.on_boards, 1), (SELECT m.team_id FROM team_member m WHERE m.company_id = p.company_id"
		       " AND m.person_id = p.id AND m.is_primary AND m.to_at IS NULL ORDER BY m.from_at DESC LIMIT 1) FROM person p"
		       " LEFT JOIN board_choice b ON b.company_id = p.company_id AND b.person_id = p.id"
		       " WHERE p.company_id = ? AND p.id = ?",
		DB_IN(key_in), DB_OUT(own_out) },
};
/* clang-format on */

_Static_assert(CONTEST_DUE_AT_ONCE == 50, "as many as contest_due has");
const struct db_stmt_table contest_stmts = DB_STMTS("contest", stmts);

static struct one
key_of(struct rq *rq, struct uuid id)
{
	return (struct one){ .company_id = rq_company(rq), .id = id };
}

enum fault
contest_sql_get(struct rq *rq, struct uuid id, struct contest *out)
{
	const struct one in = key_of(rq, id);

	return db_one(rq, &stmts[Q_GET], &in, out);
}

enum fault
contest_sql_lock(struct rq *rq, struct uuid id)
{
	const struct one in = key_of(rq, id);
	struct one out;

	return db_one(rq, &stmts[Q_LOCK], &in, &out);
}

enum fault
contest_sql_team(struct rq *rq, struct uuid team)
{
	const struct one in = key_of(rq, team);
	struct one out;

	return db_one(rq, &stmts[Q_TEAM], &in, &out);
}

enum fault
contest_sql_insert(struct rq *rq, const struct contest *c, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], c, ret_duplicate);
}

enum fault
contest_sql_update(struct rq *rq, const struct contest *c, bool *ret_done)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_UPDATE], c, &n);

	*ret_done = n > 0;
	return e;
}

enum fault
contest_sql_freeze(struct rq *rq, struct uuid id)
{
	struct one in = key_of(rq, id);

	in.from_us = rq->now_us;
	return db_exec(rq, &stmts[Q_FREEZE], &in, NULL);
}

enum fault
contest_sql_page(struct rq *rq, const struct contest_page *p, db_row_fn *fn, void *arg)
{
	struct contest row = { .name = NULL };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
contest_sql_due(struct rq *rq, const struct contest_due *after, db_row_fn *fn, void *arg)
{
	struct contest row = { .name = NULL };

	return db_each(rq, &stmts[Q_DUE], after, &row, fn, arg);
}

enum fault
contest_sql_rows(struct rq *rq, const struct contest_row_page *p, db_row_fn *fn, void *arg)
{
	struct contest_row row = { .n = 0 };

	return db_each(rq, &stmts[Q_ROWS], p, &row, fn, arg);
}

enum fault
contest_sql_rows_insert(struct rq *rq, const struct contest_row *rows, size_t n)
{
	return n > 0 ? db_bulk(rq, &stmts[Q_ROW], rows, sizeof(*rows), n, NULL) : FAULT_NONE;
}

enum fault
contest_sql_people(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct one in = { .company_id = rq_company(rq) };
	struct contest_face row = { .name = NULL };

	return db_each(rq, &stmts[Q_PEOPLE], &in, &row, fn, arg);
}

enum fault
contest_sql_teams(struct rq *rq, const struct measure_span *s, db_row_fn *fn, void *arg)
{
	const struct one in = { .company_id = rq_company(rq),
		                .from_us = s->from_us,
		                .to_us = s->to_us,
		                .least = CONTEST_MIN_GROUP };
	struct contest_face row = { .name = NULL };

	return db_each(rq, &stmts[Q_TEAMS], &in, &row, fn, arg);
}

enum fault
contest_sql_own(struct rq *rq, struct contest_own *out)
{
	const struct one in = key_of(rq, rq->who->person);

	return db_one(rq, &stmts[Q_OWN], &in, out);
}
