/* SPDX-License-Identifier: Apache-2.0 */
/* board_sql.c - who may be shown on boards, under which name, and how many were in a team. */
#include "rostra/caller.h"
#include "rostra/people.h"

#include "board_int.h"

struct board_choice {
	struct uuid company_id, person_id;
	bool on_boards;
	int64_t updated_at;
};
struct names_in {
	struct uuid company_id;
	const char *ids_json;
};
struct teams_in {
	struct uuid company_id;
	struct board_crowd of;
};

/* clang-format off */
static const struct db_col choice_cols[] = {
	DB_COL_UUID(struct board_choice, company_id), DB_COL_UUID(struct board_choice, person_id),
	DB_COL_BOOL(struct board_choice, on_boards),  DB_COL_TIME(struct board_choice, updated_at),
};
static const struct db_col choice_in[] = {
	DB_COL_UUID(struct board_choice, company_id), DB_COL_UUID(struct board_choice, person_id),
};
static const struct db_col company_in[] = { DB_COL_UUID(struct board_choice, company_id) };
static const struct db_col entries_out[] = { DB_COL_I64(struct board_mark, entries) };
static const struct db_col people_out[] = {
	DB_COL_UUID(struct board_person, id), DB_COL_BOOL(struct board_person, on_boards),
};
#define TEAM_DAYS \
	DB_COL_TIME(struct teams_in, of.from_us), DB_COL_TIME(struct teams_in, of.to_us),            \
	DB_COL_TIME(struct teams_in, of.to_us),   DB_COL_TIME(struct teams_in, of.to_us)
static const struct db_col teams_in[] = { TEAM_DAYS, DB_COL_UUID(struct teams_in, company_id) };
static const struct db_col teams_of_fact_in[] = {
	TEAM_DAYS, DB_COL_TIME(struct teams_in, of.to_us), DB_COL_ENUM(struct teams_in, of.fact, measure_fact_names),
	DB_COL_STR(struct teams_in, of.fact_value), DB_COL_UUID(struct teams_in, company_id),
};
static const struct db_col teams_out[] = {
	DB_COL_UUID(struct board_team, id), DB_COL_I64(struct board_team, people), DB_COL_DOUBLE(struct board_team, us),
};
static const struct db_col names_cols[] = { DB_COL_STR(struct names_in, ids_json), DB_COL_UUID(struct names_in, company_id) };
static const struct db_col names_out[] = { DB_COL_UUID(struct board_name, id), DB_COL_STR(struct board_name, name) };

/* How long each was in the team while they worked there, and in the segment: within the window. */
#define TEAMS                                                                                   \
	"SELECT x.team_id, COUNT(DISTINCT x.person_id), SUM(x.us) * 1e0 FROM (SELECT m.team_id, m.person_id," \
	" TIMESTAMPDIFF(MICROSECOND, GREATEST(?, m.from_at"
#define UNTIL "), LEAST(?, COALESCE(m.to_at, ?), COALESCE(p.deactivated_at, ?)"
#define OF_MEMBERS                                                                              \
	")) AS us FROM team_member m"                                                                \
	" JOIN team t ON t.company_id = m.company_id AND t.id = m.team_id AND t.archived_at IS NULL"  \
	" JOIN person p ON p.company_id = m.company_id AND p.id = m.person_id"
#define BY_TEAM " WHERE m.company_id = ? AND m.is_primary) x WHERE x.us > 0 GROUP BY x.team_id"
#define OF_FACT \
	" JOIN person_fact f ON f.company_id = m.company_id AND f.person_id = m.person_id AND f.kind = ? AND f.value = ?"

#define OF_IDS "JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j STRAIGHT_JOIN "

enum { Q_CHOICE, Q_CHOOSE, Q_ENTRIES, Q_PEOPLE, Q_TEAMS, Q_TEAMS_OF_FACT, Q_NAMES, Q__MAX = Q_NAMES + BOARD_WHO__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_CHOICE] = {
		.name = "board_choice_get",
		.sql = "SELECT company_id, person_id, on_boards, updated_at FROM board_choice"
		       " WHERE company_id = ? AND person_id = ?",
		DB_IN(choice_in), DB_OUT(choice_cols),
	},
	[Q_CHOOSE] = {
		.name = "board_choice_set",
		.sql = "INSERT INTO board_choice (company_id, person_id, on_boards, updated_at) VALUES (?, ?, ?, ?)"
		       " ON DUPLICATE KEY UPDATE on_boards = VALUE(on_boards), updated_at = VALUE(updated_at)",
		DB_IN(choice_cols),
	},
	[Q_ENTRIES] = {
		.name = "board_entries",
		.sql = "SELECT CAST(COALESCE(SUM(entries), 0) AS SIGNED) FROM point_balance WHERE company_id = ? AND currency = 'earned'",
		DB_IN(company_in), DB_OUT(entries_out),
	},
	[Q_PEOPLE] = {
		.name = "board_people",
		.sql = "SELECT p.id, COALESCE(b.on_boards, 1) FROM person p LEFT JOIN board_choice b ON b.company_id = p.company_id"
		       " AND b.person_id = p.id WHERE p.company_id = ? AND p.state = 'active'",
		DB_IN(company_in), DB_OUT(people_out),
	},
	[Q_TEAMS] = { .name = "board_teams", .sql = TEAMS UNTIL OF_MEMBERS BY_TEAM, DB_IN(teams_in), DB_OUT(teams_out) },
	[Q_TEAMS_OF_FACT] = {
		.name = "board_teams_of_fact",
		.sql = TEAMS ", f.from_at" UNTIL ", COALESCE(f.to_at, ?)" OF_MEMBERS OF_FACT BY_TEAM,
		DB_IN(teams_of_fact_in), DB_OUT(teams_out),
	},
	[Q_NAMES + BOARD_PEOPLE] = {
		.name = "board_names_people",
		.sql = "SELECT p.id, p.display_name FROM " OF_IDS "person p ON p.company_id = ? AND p.id = CAST(j.id AS UUID)"
		       " LEFT JOIN board_choice b ON b.company_id = p.company_id AND b.person_id = p.id"
		       " WHERE p.state = 'active' AND COALESCE(b.on_boards, 1)",
		DB_IN(names_cols), DB_OUT(names_out),
	},
	[Q_NAMES + BOARD_TEAMS] = {
		.name = "board_names_teams",
		.sql = "SELECT t.id, t.name FROM " OF_IDS "team t ON t.company_id = ? AND t.id = CAST(j.id AS UUID)"
		       " WHERE t.archived_at IS NULL",
		DB_IN(names_cols), DB_OUT(names_out),
	},
};
/* clang-format on */

const struct db_stmt_table board_stmts = DB_STMTS("board", stmts);

enum fault
board_sql_choice(struct rq *rq, bool *ret_on_boards)
{
	struct board_choice key = { .company_id = rq_company(rq), .person_id = rq->who->person };
	struct board_choice row = { .on_boards = true };
	bool found;
	enum fault e = db_maybe(rq, &stmts[Q_CHOICE], &key, &row, &found);

	if (!e)
		*ret_on_boards = !found || row.on_boards;
	return e;
}

static enum fault
choose_tx(struct rq *rq, void *arg)
{
	enum fault e = db_exec(rq, &stmts[Q_CHOOSE], arg, NULL);

	return e ? e : company_people_changed(rq);
}

enum fault
board_sql_choose(struct rq *rq, bool on_boards)
{
	struct board_choice row = { .company_id = rq_company(rq),
		                    .person_id = rq->who->person,
		                    .on_boards = on_boards,
		                    .updated_at = rq->now_us };

	return db_tx(rq, choose_tx, &row);
}

enum fault
board_sql_mark(struct rq *rq, struct board_mark *out)
{
	const struct board_choice in = { .company_id = rq_company(rq) };
	enum fault e = company_people_version(rq, &out->people_version);

	return e ? e : db_one(rq, &stmts[Q_ENTRIES], &in, out);
}

enum fault
board_sql_people(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct board_choice in = { .company_id = rq_company(rq) };
	struct board_person row;

	return db_each(rq, &stmts[Q_PEOPLE], &in, &row, fn, arg);
}

enum fault
board_sql_teams(struct rq *rq, const struct board_crowd *of, db_row_fn *fn, void *arg)
{
	const struct teams_in in = { rq_company(rq), *of };
	struct board_team row;

	return db_each(rq, &stmts[of->fact < 0 ? Q_TEAMS : Q_TEAMS_OF_FACT], &in, &row, fn, arg);
}

enum fault
board_sql_names(struct rq *rq, enum board_who who, const char *ids_json, db_row_fn *fn, void *arg)
{
	const struct names_in in = { rq_company(rq), ids_json };
	struct board_name row;

	return db_each(rq, &stmts[Q_NAMES + who], &in, &row, fn, arg);
}
