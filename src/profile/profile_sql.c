/* SPDX-License-Identifier: Apache-2.0 */
/* profile_sql.c - statements of profiles. */
#include "rostra/caller.h"

#include "profile_int.h"

/* clang-format off */
static const struct db_col head_in[] = {
	DB_COL_UUID(struct profile_key, reader_id), DB_COL_TIME(struct profile_key, since),
	DB_COL_TIME(struct profile_key, since),     DB_COL_TIME(struct profile_key, since),
	DB_COL_UUID(struct profile_key, company_id), DB_COL_UUID(struct profile_key, person_id),
	DB_COL_UUID(struct profile_key, reader_id), DB_COL_UUID(struct profile_key, reader_id),
};
static const struct db_col head_out[] = {
	DB_COL_UUID(struct profile, person_id),   DB_COL_STR(struct profile, display_name),
	DB_COL_STR(struct profile, job_title),
	DB_COL_ENUM(struct profile, visibility, profile_visibility_names),
	DB_COL_I64(struct profile, version),      DB_COL_BOOL(struct profile, followed),
	DB_COL_I64(struct profile, shares),       DB_COL_I64(struct profile, clicks),
};
static const struct db_col key_in[] = {
	DB_COL_UUID(struct profile_key, company_id), DB_COL_UUID(struct profile_key, person_id),
};
static const struct db_col tag_out[] = { DB_COL_STR(struct profile_tag, tag) };
static const struct db_col value_out[] = {
	DB_COL_UUID(struct profile_value, value_id), DB_COL_STR(struct profile_value, name),
	DB_COL_I64(struct profile_value, kudos),
};
static const struct db_col posts_in[] = {
	DB_COL_UUID(struct profile_key, company_id), DB_COL_UUID(struct profile_key, person_id),
	DB_COL_STR(struct profile_key, channels),
};
static const struct db_col post_out[] = {
	DB_COL_UUID(struct profile_post, post_id), DB_COL_STR(struct profile_post, title),
	DB_COL_I64(struct profile_post, shares),
};
static const struct db_col row_cols[] = {
	DB_COL_UUID(struct profile_row, company_id), DB_COL_UUID(struct profile_row, person_id),
	DB_COL_ENUM(struct profile_row, visibility, profile_visibility_names),
	DB_COL_I64(struct profile_row, version),     DB_COL_TIME(struct profile_row, updated_at),
};
static const struct db_col ensure_in[] = {
	DB_COL_UUID(struct profile_row, company_id), DB_COL_UUID(struct profile_row, person_id),
	DB_COL_TIME(struct profile_row, updated_at),
};
static const struct db_col own_in[] = {
	DB_COL_UUID(struct profile_row, company_id), DB_COL_UUID(struct profile_row, person_id),
};
static const struct db_col update_in[] = {
	DB_COL_ENUM(struct profile_row, visibility, profile_visibility_names),
	DB_COL_TIME(struct profile_row, updated_at), DB_COL_UUID(struct profile_row, company_id),
	DB_COL_UUID(struct profile_row, person_id),  DB_COL_I64(struct profile_row, version),
};
static const struct db_col tags_in[] = {
	DB_COL_STR(struct profile_tag, tag), DB_COL_UUID(struct profile_tag, company_id),
	DB_COL_UUID(struct profile_tag, person_id),
};

static const struct db_col lost_out[] = { DB_COL_I64(struct profile_tag, position) };

#define TAGS_TABLE " JSON_TABLE(?, '$[*]' COLUMNS (n FOR ORDINALITY, tag VARCHAR(40) PATH '$')) j"
#define OWN_SHARES \
	" FROM share s FORCE INDEX (share_person) WHERE s.company_id = o.company_id AND s.person_id = o.id" \
	" AND s.state = 'active' AND s.created_at >= ?"

enum { Q_HEAD, Q_TAGS, Q_VALUES, Q_POSTS, Q_ENSURE, Q_HOLD, Q_UPDATE, Q_TAGS_DELETE, Q_TAGS_INSERT, Q_TAGS_LOST, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_HEAD] = { /* clicks of the same days as the shares */
		.name = "profile_head",
		.sql = "SELECT o.id, o.display_name, o.job_title, COALESCE(pv.visibility, 'company'), COALESCE(pv.version, 1),"
		       " EXISTS (SELECT 1 FROM person_follow f WHERE f.company_id = o.company_id AND f.follower_id = ?"
		       " AND f.followed_id = o.id), (SELECT COUNT(*)" OWN_SHARES "),"
		       " (SELECT CAST(COALESCE(SUM(d.n), 0) AS SIGNED) FROM share s FORCE INDEX (share_person)"
		       " STRAIGHT_JOIN click_day d FORCE INDEX (click_day_share) ON d.company_id = s.company_id"
		       " AND d.share_id = s.id AND d.class = 'human' AND d.day >= DATE(?)"
		       " WHERE s.company_id = o.company_id AND s.person_id = o.id AND s.state = 'active' AND s.created_at >= ?)"
		       " FROM person o" PROFILE_JOIN_SQL
		       " WHERE o.company_id = ? AND o.id = ? AND o.state = 'active' AND" PROFILE_SEEN_SQL("?"),
		DB_IN(head_in), DB_OUT(head_out),
	},
	[Q_TAGS] = {
		.name = "profile_tags",
		.sql = "SELECT tag FROM profile_tag WHERE company_id = ? AND person_id = ? ORDER BY position",
		DB_IN(key_in), DB_OUT(tag_out),
	},
	[Q_VALUES] = { /* of what everybody may read: nothing else is told by a sum */
		.name = "profile_values",
		.sql = "SELECT v.id, v.name, COUNT(*) AS n FROM kudos_person r FORCE INDEX (kudos_person_person)"
		       " STRAIGHT_JOIN kudos k ON k.company_id = r.company_id AND k.id = r.kudos_id AND k.state = 'visible'"
		       " AND k.visibility = 'public' JOIN company_value v ON v.company_id = k.company_id AND v.id = k.value_id"
		       " WHERE r.company_id = ? AND r.person_id = ? AND r.role = 'recipient'"
		       " GROUP BY v.id, v.name ORDER BY n DESC, v.id LIMIT 20",
		DB_IN(key_in), DB_OUT(value_out),
	},
	[Q_POSTS] = { /* only posts in the reader's own feed */
		.name = "profile_posts",
		.sql = "SELECT po.id, po.title, COUNT(*) AS n FROM post po FORCE INDEX (post_suggested)"
		       " STRAIGHT_JOIN feed_item i ON i.company_id = po.company_id AND i.post_id = po.id"
		       " STRAIGHT_JOIN share s FORCE INDEX (share_post) ON s.company_id = po.company_id AND s.post_id = po.id"
		       " AND s.state = 'active' AND s.person_id <> po.suggested_by"
		       " WHERE po.company_id = ? AND po.suggested_by = ? AND FIND_IN_SET(i.channel_id, ?)"
		       " GROUP BY po.id, po.title ORDER BY n DESC, po.id DESC LIMIT 5",
		DB_IN(posts_in), DB_OUT(post_out),
	},
	[Q_ENSURE] = {
		.name = "profile_ensure",
		.sql = "INSERT IGNORE INTO profile (company_id, person_id, updated_at) VALUES (?, ?, ?)",
		DB_IN(ensure_in),
	},
	[Q_HOLD] = {
		.name = "profile_hold",
		.sql = "SELECT company_id, person_id, visibility, version, updated_at FROM profile"
		       " WHERE company_id = ? AND person_id = ? FOR UPDATE",
		DB_IN(own_in), DB_OUT(row_cols),
	},
	[Q_UPDATE] = {
		.name = "profile_update",
		.sql = "UPDATE profile SET visibility = ?, updated_at = ?, version = version + 1"
		       " WHERE company_id = ? AND person_id = ? AND version = ?",
		DB_IN(update_in),
	},
	[Q_TAGS_DELETE] = {
		.name = "profile_tags_delete",
		.sql = "DELETE FROM profile_tag WHERE company_id = ? AND person_id = ?",
		DB_IN(own_in),
	},
	[Q_TAGS_INSERT] = { /* what the collation holds for the same word is left out; bound as an array, IGNORE loses all */
		.name = "profile_tags_insert",
		.sql = "INSERT IGNORE INTO profile_tag (company_id, person_id, tag, position) SELECT p.company_id,"
		       " p.person_id, j.tag, j.n - 1 FROM profile p JOIN" TAGS_TABLE
		       " WHERE p.company_id = ? AND p.person_id = ? ORDER BY j.n",
		DB_IN(tags_in),
	},
	[Q_TAGS_LOST] = {
		.name = "profile_tags_lost",
		.sql = "SELECT CAST(j.n - 1 AS SIGNED) FROM" TAGS_TABLE
		       " LEFT JOIN profile_tag t ON t.company_id = ? AND t.person_id = ? AND t.position = j.n - 1"
		       " WHERE t.company_id IS NULL ORDER BY j.n",
		DB_IN(tags_in), DB_OUT(lost_out),
	},
};
/* clang-format on */

const struct db_stmt_table profile_stmts = DB_STMTS("profile", stmts);

enum fault
profile_sql_head(struct rq *rq, const struct profile_key *k, struct profile *out)
{
	return db_one(rq, &stmts[Q_HEAD], k, out);
}

enum fault
profile_sql_tags(struct rq *rq, const struct profile_key *k, db_row_fn *fn, void *arg)
{
	struct profile_tag row = { .tag = NULL };

	return db_each(rq, &stmts[Q_TAGS], k, &row, fn, arg);
}

enum fault
profile_sql_values(struct rq *rq, const struct profile_key *k, db_row_fn *fn, void *arg)
{
	struct profile_value row = { .name = NULL };

	return db_each(rq, &stmts[Q_VALUES], k, &row, fn, arg);
}

enum fault
profile_sql_posts(struct rq *rq, const struct profile_key *k, db_row_fn *fn, void *arg)
{
	struct profile_post row = { .title = NULL };

	return db_each(rq, &stmts[Q_POSTS], k, &row, fn, arg);
}

enum fault
profile_sql_hold(struct rq *rq, struct profile_row *out)
{
	const struct profile_row key = { .company_id = rq_company(rq),
		                         .person_id = rq->who->person,
		                         .updated_at = rq->now_us };
	enum fault e = db_exec(rq, &stmts[Q_ENSURE], &key, NULL);

	return e ? e : db_one(rq, &stmts[Q_HOLD], &key, out);
}

enum fault
profile_sql_update(struct rq *rq, const struct profile_row *r, bool *ret_done)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &stmts[Q_UPDATE], r, &n);

	*ret_done = n > 0;
	return e;
}

static struct profile_tag
own_tags(struct rq *rq, const char *tags_json)
{
	return (struct profile_tag){ .company_id = rq_company(rq),
		                     .person_id = rq->who->person,
		                     .tag = tags_json };
}

enum fault
profile_sql_tags_set(struct rq *rq, const char *tags_json, uint64_t *ret_n)
{
	const struct profile_tag in = own_tags(rq, tags_json);
	const struct profile_row key = { .company_id = in.company_id, .person_id = in.person_id };
	enum fault e = db_exec(rq, &stmts[Q_TAGS_DELETE], &key, NULL);

	return e ? e : db_exec(rq, &stmts[Q_TAGS_INSERT], &in, ret_n);
}

enum fault
profile_sql_tags_lost(struct rq *rq, const char *tags_json, db_row_fn *fn, void *arg)
{
	const struct profile_tag in = own_tags(rq, tags_json);
	struct profile_tag row = { .tag = NULL };

	return db_each(rq, &stmts[Q_TAGS_LOST], &in, &row, fn, arg);
}
