/* SPDX-License-Identifier: Apache-2.0 */
/* follow_sql.c - statements of who follows whom. */
#include "rostra/caller.h"

#include "follow_int.h"

/* clang-format off */
static const struct db_col put_in[] = {
	DB_COL_UUID(struct follow, follower_id), DB_COL_TIME(struct follow, followed_at),
	DB_COL_UUID(struct follow, company_id),  DB_COL_UUID(struct follow, followed_id),
};
static const struct db_col key_in[] = {
	DB_COL_UUID(struct follow, company_id), DB_COL_UUID(struct follow, follower_id),
	DB_COL_UUID(struct follow, followed_id),
};
static const struct db_col room_in[] = {
	DB_COL_UUID(struct follow, followed_id), DB_COL_UUID(struct follow, company_id),
	DB_COL_UUID(struct follow, follower_id),
};
static const struct db_col room_out[] = {
	DB_COL_I64(struct follow_room, n), DB_COL_BOOL(struct follow_room, followed),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct follow_page, company_id), DB_COL_UUID(struct follow_page, person_id),
	DB_COL_UUID(struct follow_page, after),      DB_COL_I64(struct follow_page, limit),
};
static const struct db_col face_out[] = {
	DB_COL_UUID(struct follow_face, person_id), DB_COL_STR(struct follow_face, display_name),
	DB_COL_STR(struct follow_face, job_title),  DB_COL_TIME(struct follow_face, followed_at),
};

#define FACES "SELECT p.id, p.display_name, p.job_title, f.followed_at FROM person_follow f"
#define ACTIVE " STRAIGHT_JOIN person p ON p.company_id = f.company_id AND p.state = 'active' AND p.id = f."

enum { Q_PUT, Q_DELETE, Q_ROOM, Q_FOLLOWING, Q_FOLLOWERS, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_PUT] = { /* found rows are counted: again it is the same one */
		.name = "follow_put",
		.sql = "INSERT INTO person_follow (company_id, follower_id, followed_id, followed_at)"
		       " SELECT p.company_id, ?, p.id, ? FROM person p WHERE p.company_id = ? AND p.id = ? AND p.state = 'active'"
		       " ON DUPLICATE KEY UPDATE followed_at = person_follow.followed_at",
		DB_IN(put_in),
	},
	[Q_DELETE] = {
		.name = "follow_delete",
		.sql = "DELETE FROM person_follow WHERE company_id = ? AND follower_id = ? AND followed_id = ?",
		DB_IN(key_in),
	},
	[Q_ROOM] = {
		.name = "follow_room",
		.sql = "SELECT COUNT(*), COALESCE(MAX(followed_id = ?), 0) FROM person_follow WHERE company_id = ? AND follower_id = ?",
		DB_IN(room_in), DB_OUT(room_out),
	},
	[Q_FOLLOWING] = {
		.name = "follow_following",
		.sql = FACES ACTIVE "followed_id"
		       " WHERE f.company_id = ? AND f.follower_id = ? AND f.followed_id > ? ORDER BY f.followed_id LIMIT ?",
		DB_IN(page_in), DB_OUT(face_out),
	},
	[Q_FOLLOWERS] = {
		.name = "follow_followers",
		.sql = FACES " FORCE INDEX (person_follow_followed)" ACTIVE "follower_id"
		       " WHERE f.company_id = ? AND f.followed_id = ? AND f.follower_id > ? ORDER BY f.follower_id LIMIT ?",
		DB_IN(page_in), DB_OUT(face_out),
	},
};
/* clang-format on */

const struct db_stmt_table follow_stmts = DB_STMTS("follow", stmts);

enum fault
follow_sql_put(struct rq *rq, const struct follow *f, bool *ret_done)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_PUT], f, &n);

	*ret_done = n > 0;
	return e;
}

enum fault
follow_sql_delete(struct rq *rq, const struct follow *f)
{
	return db_exec(rq, &stmts[Q_DELETE], f, NULL);
}

enum fault
follow_sql_room(struct rq *rq, const struct follow *f, struct follow_room *out)
{
	return db_one(rq, &stmts[Q_ROOM], f, out);
}

enum fault
follow_sql_page(struct rq *rq, const struct follow_page *p, bool followers, db_row_fn *fn,
                void *arg)
{
	struct follow_face row = { .display_name = NULL };

	return db_each(rq, &stmts[followers ? Q_FOLLOWERS : Q_FOLLOWING], p, &row, fn, arg);
}
