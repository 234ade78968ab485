/* SPDX-License-Identifier: Apache-2.0 */
/* channel_sql.c - statements of channel. */
#include "rostra/caller.h"

#include "channel_int.h"

/* clang-format off */
static const struct db_col channel_cols[] = {
	DB_COL_UUID(struct channel_view, id),
	DB_COL_STR(struct channel_view, name),
	DB_COL_STR(struct channel_view, description),
	DB_COL_ENUM(struct channel_view, audience, channel_audience_names),
	DB_COL_ENUM(struct channel_view, mode, channel_mode_names),
	DB_COL_STR(struct channel_view, teams_text),
	DB_COL_BOOL(struct channel_view, followed),
	DB_COL_I64(struct channel_view, version),
	DB_COL_TIME(struct channel_view, created_at),
	DB_COL_TIME(struct channel_view, archived_at),
};

struct one {
	struct uuid company_id, person_id, id;
	bool        everything;
	int64_t     now;
};
static const struct db_col get_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person_id),
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id),
	DB_COL_BOOL(struct one, everything),
};
static const struct db_col follow_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person_id),
	DB_COL_UUID(struct one, id),         DB_COL_TIME(struct one, now),
};
static const struct db_col unfollow_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person_id),
	DB_COL_UUID(struct one, id),
};
static const struct db_col channel_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct channel_page, company_id), DB_COL_UUID(struct channel_page, person_id),
	DB_COL_UUID(struct channel_page, company_id), DB_COL_STR(struct channel_page, after_name),
	DB_COL_STR(struct channel_page, after_name),  DB_COL_UUID(struct channel_page, after_id),
	DB_COL_BOOL(struct channel_page, everything), DB_COL_I64(struct channel_page, limit),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct channel_row, company_id), DB_COL_UUID(struct channel_row, id),
	DB_COL_STR(struct channel_row, name),        DB_COL_STR(struct channel_row, description),
	DB_COL_ENUM(struct channel_row, audience, channel_audience_names),
	DB_COL_ENUM(struct channel_row, mode, channel_mode_names),
	DB_COL_TIME(struct channel_row, created_at),
};
static const struct db_col update_in[] = {
	DB_COL_STR(struct channel_row, name),        DB_COL_STR(struct channel_row, description),
	DB_COL_ENUM(struct channel_row, audience, channel_audience_names),
	DB_COL_ENUM(struct channel_row, mode, channel_mode_names),
	DB_COL_TIME(struct channel_row, archived_at), DB_COL_UUID(struct channel_row, company_id),
	DB_COL_UUID(struct channel_row, id),         DB_COL_I64(struct channel_row, version),
};

struct team_add {
	struct uuid company_id, channel_id, team_id;
};
static const struct db_col team_in[] = {
	DB_COL_UUID(struct team_add, channel_id), DB_COL_UUID(struct team_add, company_id),
	DB_COL_UUID(struct team_add, team_id),
};

/* A caller that is not a person (a command) sees every channel with followed false. */
#define FROM_VIEWER                                                                             \
	" FROM channel ch LEFT JOIN person p ON p.company_id = ? AND p.id = ?"

enum { Q_GET, Q_PAGE, Q_INSERT, Q_UPDATE, Q_TEAMS_CLEAR, Q_TEAM_ADD, Q_FOLLOW, Q_UNFOLLOW, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_GET] = {
		.name = "channel_get",
		.sql = "SELECT" CHANNEL_COLUMNS_SQL FROM_VIEWER
		       " WHERE ch.company_id = ? AND ch.id = ? AND (? OR (" CHANNEL_AUDIENCE_SQL "))",
		DB_IN(get_in), DB_OUT(channel_cols),
	},
	[Q_PAGE] = {
		.name = "channel_page",
		.sql = "SELECT" CHANNEL_COLUMNS_SQL FROM_VIEWER
		       " WHERE ch.company_id = ? AND ch.name >= ? AND (ch.name > ? OR ch.id > ?)"
		       " AND (? OR (" CHANNEL_AUDIENCE_SQL "))"
		       " ORDER BY ch.name, ch.id LIMIT ?",
		DB_IN(page_in), DB_OUT(channel_cols),
	},
	[Q_INSERT] = {
		.name = "channel_insert",
		.sql = "INSERT INTO channel (company_id, id, name, description, audience, mode, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_UPDATE] = {
		.name = "channel_update",
		.sql = "UPDATE channel SET name = ?, description = ?, audience = ?, mode = ?,"
		       " archived_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND version = ?",
		DB_IN(update_in),
	},
	[Q_TEAMS_CLEAR] = {
		.name = "channel_teams_clear",
		.sql = "DELETE FROM channel_team WHERE company_id = ? AND channel_id = ?",
		DB_IN(channel_in),
	},
	[Q_TEAM_ADD] = {
		.name = "channel_team_add",
		.sql = "INSERT INTO channel_team (company_id, channel_id, team_id)"
		       " SELECT company_id, ?, id FROM team WHERE company_id = ? AND id = ?",
		DB_IN(team_in),
	},
	[Q_FOLLOW] = {
		.name = "channel_follow",
		.sql = "INSERT IGNORE INTO channel_follow (company_id, person_id, channel_id, followed_at)"
		       " VALUES (?, ?, ?, ?)",
		DB_IN(follow_in),
	},
	[Q_UNFOLLOW] = {
		.name = "channel_unfollow",
		.sql = "DELETE FROM channel_follow"
		       " WHERE company_id = ? AND person_id = ? AND channel_id = ?",
		DB_IN(unfollow_in),
	},
};
/* clang-format on */

const struct db_stmt_table channel_stmts = DB_STMTS("channel", rows);

static struct one
one_of(const struct rq *rq, struct uuid id)
{
	return (struct one){
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.id = id,
		.now = rq->now_us,
	};
}

enum fault
channel_sql_get(struct rq *rq, struct uuid id, bool everything, struct channel_view *out)
{
	struct one in = one_of(rq, id);
	enum fault e;

	in.everything = everything;
	e = db_one(rq, &rows[Q_GET], &in, out);
	if (e)
		return e;

	channel_view_finish(rq, out);
	return FAULT_NONE;
}

enum fault
channel_sql_page(struct rq *rq, const struct channel_page *page, db_row_fn *fn, void *arg)
{
	struct channel_view row = { 0 };

	return db_each(rq, &rows[Q_PAGE], page, &row, fn, arg);
}

enum fault
channel_sql_insert(struct rq *rq, const struct channel_row *row, bool *ret_duplicate)
{
	return db_insert(rq, &rows[Q_INSERT], row, ret_duplicate);
}

enum fault
channel_sql_update(struct rq *rq, const struct channel_row *row, bool *ret_done)
{
	uint64_t n;
	enum fault e = db_exec(rq, &rows[Q_UPDATE], row, &n);

	if (e)
		return e;

	*ret_done = n > 0;
	return FAULT_NONE;
}

enum fault
channel_sql_set_teams(struct rq *rq, struct uuid id, const struct j_list *teams)
{
	struct one in = one_of(rq, id);
	const struct uuid *ids = teams->items;
	uint64_t n;
	enum fault e = db_exec(rq, &rows[Q_TEAMS_CLEAR], &in, NULL);

	if (e)
		return e;
	for (size_t i = 0; i < teams->n; i++) {
		struct team_add add = { in.company_id, id, ids[i] };

		e = db_exec(rq, &rows[Q_TEAM_ADD], &add, &n);
		if (e)
			return e;
		if (n == 0)
			return problem_add(&rq->problem, "#/team_ids",
			                   "names no team of the company");
	}
	return FAULT_NONE;
}

enum fault
channel_sql_follow(struct rq *rq, struct uuid id)
{
	struct one in = one_of(rq, id);

	return db_exec(rq, &rows[Q_FOLLOW], &in, NULL);
}

enum fault
channel_sql_unfollow(struct rq *rq, struct uuid id)
{
	struct one in = one_of(rq, id);

	return db_exec(rq, &rows[Q_UNFOLLOW], &in, NULL);
}
