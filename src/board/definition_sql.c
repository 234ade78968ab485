/* SPDX-License-Identifier: Apache-2.0 */
/* definition_sql.c - statements of the boards that admins define. */
#include "rostra/caller.h"

#include "board_int.h"

struct known {
	struct uuid company_id, id;
	int64_t n;
	const char *zone;
};

/* clang-format off */
#define DEFINED                                                                                 \
	DB_COL_STR(struct board, name),        DB_COL_ENUM(struct board, who, board_who_names),      \
	DB_COL_ENUM(struct board, measure, measure_names), DB_COL_BOOL(struct board, per_head),      \
	DB_COL_ENUM(struct board, period, board_period_names), DB_COL_I64(struct board, days),       \
	DB_COL_I64(struct board, first_day),   DB_COL_I64(struct board, last_day),                   \
	DB_COL_UUID(struct board, team_id),    DB_COL_STR(struct board, department),                 \
	DB_COL_STR(struct board, location),    DB_COL_UUID(struct board, value_id),                  \
	DB_COL_I64(struct board, min_group)
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct board, company_id), DB_COL_UUID(struct board, id), DEFINED,
	DB_COL_UUID(struct board, created_by), DB_COL_TIME(struct board, created_at),
};
static const struct db_col row_out[] = {
	DB_COL_UUID(struct board, id), DEFINED, DB_COL_I64(struct board, version),
	DB_COL_UUID(struct board, created_by), DB_COL_TIME(struct board, created_at),
};
static const struct db_col update_in[] = {
	DEFINED, DB_COL_TIME(struct board, archived_at), DB_COL_UUID(struct board, company_id),
	DB_COL_UUID(struct board, id), DB_COL_I64(struct board, version),
};
static const struct db_col id_in[] = { DB_COL_UUID(struct known, company_id), DB_COL_UUID(struct known, id) };
static const struct db_col company_in[] = { DB_COL_UUID(struct known, company_id) };
static const struct db_col n_out[] = { DB_COL_I64(struct known, n) };
static const struct db_col zone_out[] = { DB_COL_STR(struct known, zone) };

#define COLUMNS "name, who, measure, per_head, period, days, first_on, last_on, team_id, department, location, value_id, min_group"
#define SELECT "SELECT id, " COLUMNS ", version, created_by, created_at FROM board"

enum { Q_INSERT, Q_COUNT, Q_GET, Q_LIST, Q_UPDATE, Q_TEAM, Q_VALUE, Q_ZONE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = {
		.name = "board_insert",
		.sql = "INSERT INTO board (company_id, id, " COLUMNS ", created_by, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_COUNT] = {
		.name = "board_count",
		.sql = "SELECT COUNT(*) FROM board WHERE company_id = ? AND archived_at IS NULL",
		DB_IN(company_in), DB_OUT(n_out),
	},
	[Q_GET] = {
		.name = "board_get",
		.sql = SELECT " WHERE company_id = ? AND id = ? AND archived_at IS NULL",
		DB_IN(id_in), DB_OUT(row_out),
	},
	[Q_LIST] = {
		.name = "board_list",
		.sql = SELECT " WHERE company_id = ? AND archived_at IS NULL ORDER BY id LIMIT 200",
		DB_IN(company_in), DB_OUT(row_out),
	},
	[Q_UPDATE] = {
		.name = "board_update",
		.sql = "UPDATE board SET name = ?, who = ?, measure = ?, per_head = ?, period = ?, days = ?, first_on = ?, last_on = ?,"
		       " team_id = ?, department = ?, location = ?, value_id = ?, min_group = ?, archived_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND version = ? AND archived_at IS NULL",
		DB_IN(update_in),
	},
	[Q_TEAM] = {
		.name = "board_team_known",
		.sql = "SELECT 1 FROM team WHERE company_id = ? AND id = ?",
		DB_IN(id_in), DB_OUT(n_out),
	},
	[Q_VALUE] = {
		.name = "board_value_known",
		.sql = "SELECT 1 FROM company_value WHERE company_id = ? AND id = ?",
		DB_IN(id_in), DB_OUT(n_out),
	},
	[Q_ZONE] = {
		.name = "board_zone",
		.sql = "SELECT time_zone FROM company /* all companies: its own id is asked for */ WHERE id = ?",
		DB_IN(company_in), DB_OUT(zone_out),
	},
};
/* clang-format on */

const struct db_stmt_table board_definition_stmts = DB_STMTS("board_definition", stmts);

static const char *
date_text(struct rq *rq, int64_t day)
{
	return day == J_NO_INT ? NULL
	                       : arena_printf(rq->arena, "%04d-%02d-%02d", (int)(day / 10000),
	                                      (int)(day / 100 % 100), (int)(day % 100));
}

static void
finish(struct rq *rq, struct board *b)
{
	b->first_on = date_text(rq, b->first_day);
	b->last_on = date_text(rq, b->last_day);
}

enum fault
board_sql_get(struct rq *rq, struct uuid id, struct board *out)
{
	const struct known in = { .company_id = rq_company(rq), .id = id };
	enum fault e = db_one(rq, &stmts[Q_GET], &in, out);

	if (!e)
		finish(rq, out);
	return e;
}

struct listing {
	db_row_fn *fn;
	void *arg;
};

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct listing *l = arg;

	finish(rq, row);
	return l->fn(rq, row, l->arg);
}

enum fault
board_sql_list(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct known in = { .company_id = rq_company(rq) };
	struct listing l = { fn, arg };
	struct board row = { .name = NULL };

	return db_each(rq, &stmts[Q_LIST], &in, &row, list_row, &l);
}

enum fault
board_sql_insert(struct rq *rq, const struct board *b, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], b, ret_duplicate);
}

enum fault
board_sql_count(struct rq *rq, int64_t *ret)
{
	const struct known in = { .company_id = rq_company(rq) };
	struct known out;
	enum fault e = db_one(rq, &stmts[Q_COUNT], &in, &out);

	*ret = out.n;
	return e;
}

enum fault
board_sql_update(struct rq *rq, const struct board *b, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &stmts[Q_UPDATE], b, &n);

	*ret_done = !e && n == 1;
	return e;
}

static enum fault
known(struct rq *rq, int q, struct uuid id, bool *ret)
{
	const struct known in = { .company_id = rq_company(rq), .id = id };
	struct known out;

	*ret = true;
	return uuid_is_zero(id) ? FAULT_NONE : db_maybe(rq, &stmts[q], &in, &out, ret);
}

enum fault
board_sql_known(struct rq *rq, const struct board *b, bool *ret_team, bool *ret_value)
{
	enum fault e = known(rq, Q_TEAM, b->team_id, ret_team);

	return e ? e : known(rq, Q_VALUE, b->value_id, ret_value);
}

enum fault
board_sql_zone(struct rq *rq, const char **ret)
{
	const struct known in = { .company_id = rq_company(rq) };
	struct known out;
	enum fault e = db_one(rq, &stmts[Q_ZONE], &in, &out);

	if (!e)
		*ret = out.zone;
	return e;
}
