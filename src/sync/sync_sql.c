/* SPDX-License-Identifier: Apache-2.0 */
/* sync_sql.c - statements of sync. */
#include "rostra/caller.h"

#include "sync_int.h"

const char *const sync_kind_names[] = { "post", "channel", "share", "me", "kudos", NULL };
const char *const sync_op_names[] = { "upsert", "delete", NULL };

/* clang-format off */
struct change {
	struct uuid company_id, object_id, person_id;
	int         kind, op;
	int64_t     changed_at, seq; /* seq: how far from the last of them; of a bump, by how much */
};
static const struct db_col bump_in[] = { DB_COL_UUID(struct change, company_id) };
static const struct db_col bump_by_in[] = { DB_COL_UUID(struct change, company_id), DB_COL_I64(struct change, seq) };
static const struct db_col log_all_in[] = {
	DB_COL_UUID(struct change, company_id),            DB_COL_I64(struct change, seq),
	DB_COL_ENUM(struct change, kind, sync_kind_names), DB_COL_UUID(struct change, object_id),
	DB_COL_ENUM(struct change, op, sync_op_names),     DB_COL_TIME(struct change, changed_at),
};
static const struct db_col log_in[] = {
	DB_COL_ENUM(struct change, kind, sync_kind_names), DB_COL_UUID(struct change, object_id),
	DB_COL_ENUM(struct change, op, sync_op_names),     DB_COL_UUID(struct change, person_id),
	DB_COL_TIME(struct change, changed_at),            DB_COL_UUID(struct change, company_id),
};

struct renamed {
	struct uuid company_id, object_id, since;
	int64_t     changed_at, n;
};
static const struct db_col renamed_in[] = {
	DB_COL_TIME(struct renamed, changed_at),
	DB_COL_UUID(struct renamed, company_id), DB_COL_UUID(struct renamed, object_id), DB_COL_UUID(struct renamed, since),
	DB_COL_UUID(struct renamed, company_id), DB_COL_UUID(struct renamed, object_id), DB_COL_UUID(struct renamed, since),
	DB_COL_UUID(struct renamed, company_id), DB_COL_UUID(struct renamed, object_id), DB_COL_UUID(struct renamed, since),
	DB_COL_UUID(struct renamed, company_id),
};
static const struct db_col skip_in[] = { DB_COL_I64(struct renamed, n), DB_COL_UUID(struct renamed, company_id) };
static const struct db_col newest_out[] = { DB_COL_I64(struct renamed, n) };

struct reader {
	struct uuid company_id, person_id, id;
	int64_t     after, newest, limit;
};
static const struct db_col view_in[] = {
	DB_COL_UUID(struct reader, company_id), DB_COL_UUID(struct reader, person_id),
};
static const struct db_col view_out[] = {
	DB_COL_I64(struct sync_view, newest), DB_COL_I64(struct sync_view, floor),
	DB_COL_I64(struct sync_view, person_newest),
	DB_COL_STR(struct sync_view, channels),
};
static const struct db_col me_out[] = {
	DB_COL_UUID(struct sync_me, id),          DB_COL_STR(struct sync_me, email),
	DB_COL_STR(struct sync_me, display_name), DB_COL_STR(struct sync_me, given_name),
	DB_COL_STR(struct sync_me, family_name),  DB_COL_ENUM(struct sync_me, role, role_names),
	DB_COL_STR(struct sync_me, language),     DB_COL_STR(struct sync_me, time_zone),
	DB_COL_I64(struct sync_me, version),
};
static const struct db_col read_in[] = {
	DB_COL_UUID(struct reader, company_id), DB_COL_I64(struct reader, after),
	DB_COL_I64(struct reader, newest),      DB_COL_I64(struct reader, limit),
	DB_COL_UUID(struct reader, company_id), DB_COL_UUID(struct reader, person_id),
	DB_COL_I64(struct reader, after),       DB_COL_I64(struct reader, newest),
	DB_COL_I64(struct reader, limit),       DB_COL_I64(struct reader, limit),
};
static const struct db_col read_out[] = {
	DB_COL_I64(struct sync_log_row, seq),
	DB_COL_ENUM(struct sync_log_row, kind, sync_kind_names),
	DB_COL_UUID(struct sync_log_row, id),  DB_COL_ENUM(struct sync_log_row, op, sync_op_names),
	DB_COL_TIME(struct sync_log_row, at),
};

static const struct db_col channel_in[] = {
	DB_COL_UUID(struct reader, company_id), DB_COL_UUID(struct reader, person_id),
	DB_COL_UUID(struct reader, company_id), DB_COL_UUID(struct reader, id),
};
static const struct db_col channels_in[] = {
	DB_COL_UUID(struct sync_fill, company_id), DB_COL_UUID(struct sync_fill, person_id),
	DB_COL_UUID(struct sync_fill, company_id), DB_COL_UUID(struct sync_fill, after_id),
	DB_COL_BOOL(struct sync_fill, first),      DB_COL_I64(struct sync_fill, limit),
};
static const struct db_col channel_out[] = {
	DB_COL_UUID(struct sync_channel_row, view.id),
	DB_COL_STR(struct sync_channel_row, view.name),
	DB_COL_STR(struct sync_channel_row, view.description),
	DB_COL_ENUM(struct sync_channel_row, view.audience, channel_audience_names),
	DB_COL_ENUM(struct sync_channel_row, view.mode, channel_mode_names),
	DB_COL_STR(struct sync_channel_row, view.teams_text),
	DB_COL_BOOL(struct sync_channel_row, view.followed),
	DB_COL_I64(struct sync_channel_row, view.version),
	DB_COL_TIME(struct sync_channel_row, view.created_at),
	DB_COL_TIME(struct sync_channel_row, view.archived_at),
	DB_COL_BOOL(struct sync_channel_row, visible),
};

static const struct db_col fill_in[] = {
	DB_COL_STR(struct sync_fill, channels),    DB_COL_UUID(struct sync_fill, person_id),
	DB_COL_UUID(struct sync_fill, company_id), DB_COL_UUID(struct sync_fill, after_id),
	DB_COL_UUID(struct sync_fill, channel_id), DB_COL_UUID(struct sync_fill, channel_id),
	DB_COL_BOOL(struct sync_fill, first),      DB_COL_STR(struct sync_fill, channels),
	DB_COL_I64(struct sync_fill, limit),
};
static const struct db_col some_in[] = {
	DB_COL_STR(struct sync_fill, channels),    DB_COL_STR(struct sync_fill, ids),
	DB_COL_UUID(struct sync_fill, company_id), DB_COL_UUID(struct sync_fill, person_id),
};
static const struct db_col post_out[] = {
	DB_COL_UUID(struct sync_post_row, id),     DB_COL_BOOL(struct sync_post_row, visible),
	DB_COL_BOOL(struct sync_post_row, pinned), DB_COL_I64(struct sync_post_row, version),
	DB_COL_TIME(struct sync_post_row, acknowledged_at),
};

#define LOG_BRANCH(person)                                                                      \
	"(SELECT seq, kind, object_id, op, changed_at FROM change_log WHERE company_id = ?"             \
	" AND person_id" person " AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?)"
#define CHANNELS                                                                                \
	"SELECT" CHANNEL_COLUMNS_SQL ", (" CHANNEL_AUDIENCE_SQL ") AS visible"                       \
	" FROM channel ch JOIN person p ON p.company_id = ? AND p.id = ?"
#define POSTS                                                                                   \
	"SELECT f.post_id, FIND_IN_SET(f.channel_id, ?) > 0, f.pinned, f.post_version,"             \
	" st.acknowledged_at"
#define READER                                                                                  \
	" LEFT JOIN person_post st ON st.company_id = f.company_id AND st.person_id = ?"            \
	" AND st.post_id = f.post_id"

enum { Q_BUMP, Q_BUMP_BY, Q_LOG, Q_LOG_ALL, Q_LOG_RENAMED, Q_SKIP, Q_NEWEST, Q_VIEW, Q_ME, Q_READ, Q_CHANNEL, Q_CHANNELS, Q_POSTS_FILL, Q_POSTS_SOME, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_BUMP] = {
		.name = "sync_bump",
		.sql = "INSERT INTO company_seq (company_id, seq) VALUES (?, 1)"
		       " ON DUPLICATE KEY UPDATE seq = seq + 1",
		DB_IN(bump_in),
	},
	[Q_BUMP_BY] = {
		.name = "sync_bump_by",
		.sql = "INSERT INTO company_seq (company_id, seq) VALUES (?, LAST_INSERT_ID(?))"
		       " ON DUPLICATE KEY UPDATE seq = LAST_INSERT_ID(seq + VALUE(seq))",
		DB_IN(bump_by_in),
	},
	[Q_LOG_ALL] = {
		.name = "sync_log_all",
		.sql = "INSERT INTO change_log (company_id, seq, kind, object_id, op, person_id, changed_at)"
		       " VALUES (?, LAST_INSERT_ID() - ?, ?, ?, ?, NULL, ?)", /* of sync_bump_by */
		DB_IN(log_all_in),
	},
	[Q_LOG] = {
		.name = "sync_log",
		.sql = "INSERT INTO change_log (company_id, seq, kind, object_id, op, person_id, changed_at)"
		       " SELECT company_id, seq, ?, ?, ?, ?, ? FROM company_seq WHERE company_id = ?",
		DB_IN(log_in),
	},
	[Q_LOG_RENAMED] = { /* the company's counter is held; it follows */
		.name = "sync_log_renamed",
		.sql = "INSERT INTO change_log (company_id, seq, kind, object_id, op, person_id, changed_at)"
		       " SELECT s.company_id, s.seq + ROW_NUMBER() OVER (ORDER BY x.id), 'kudos', x.id, 'upsert', NULL, ?"
		       " FROM company_seq s JOIN ("
		       "SELECT id FROM kudos FORCE INDEX (kudos_giver) WHERE company_id = ? AND giver_id = ? AND id > ?"
		       " UNION SELECT id FROM kudos FORCE INDEX (PRIMARY) WHERE company_id = ? AND value_id = ? AND id > ?"
		       " UNION SELECT kudos_id FROM kudos_person FORCE INDEX (kudos_person_person)"
		       " WHERE company_id = ? AND person_id = ? AND kudos_id > ?) x WHERE s.company_id = ?",
		DB_IN(renamed_in),
	},
	[Q_SKIP] = {
		.name = "sync_skip",
		.sql = "UPDATE company_seq SET seq = seq + ? WHERE company_id = ?",
		DB_IN(skip_in),
	},
	[Q_NEWEST] = {
		.name = "sync_newest",
		.sql = "SELECT CAST(seq AS SIGNED) FROM company_seq WHERE company_id = ?",
		DB_IN(bump_in), DB_OUT(newest_out),
	},
	[Q_VIEW] = {
		.name = "sync_view",
		.sql = "SELECT CAST(COALESCE(s.seq, 0) AS SIGNED), CAST(COALESCE(s.floor_seq, 0) AS SIGNED), p.feed_version,"
		       " (SELECT GROUP_CONCAT(ch.id ORDER BY ch.id) FROM channel ch"
		       " WHERE ch.company_id = p.company_id AND" CHANNEL_IN_FEED_SQL ")"
		       " FROM person p LEFT JOIN company_seq s ON s.company_id = p.company_id"
		       " WHERE p.company_id = ? AND p.id = ?",
		DB_IN(view_in), DB_OUT(view_out),
	},
	[Q_ME] = {
		.name = "sync_me",
		.sql = "SELECT id, email, display_name, given_name, family_name, role, language, time_zone, version"
		       " FROM person WHERE company_id = ? AND id = ?",
		DB_IN(view_in), DB_OUT(me_out),
	},
	[Q_READ] = { /* two ranges of change_log_person, so that changes of others are not even read */
		.name = "sync_read",
		.sql = LOG_BRANCH(" IS NULL") " UNION ALL " LOG_BRANCH(" = ?") " ORDER BY seq LIMIT ?",
		DB_IN(read_in), DB_OUT(read_out),
	},
	[Q_CHANNEL] = {
		.name = "sync_channel",
		.sql = CHANNELS " WHERE ch.company_id = ? AND ch.id = ?",
		DB_IN(channel_in), DB_OUT(channel_out),
	},
	[Q_CHANNELS] = {
		.name = "sync_channels",
		.sql = CHANNELS " WHERE ch.company_id = ? AND ch.id > ? AND (NOT ? OR (" CHANNEL_AUDIENCE_SQL
		       ")) ORDER BY ch.id LIMIT ?",
		DB_IN(channels_in), DB_OUT(channel_out),
	},
	[Q_POSTS_FILL] = {
		.name = "sync_posts_fill",
		.sql = POSTS " FROM feed_item f" READER
		       " WHERE f.company_id = ? AND f.post_id > ? AND (? IS NULL OR f.channel_id = ?)"
		       " AND (NOT ? OR FIND_IN_SET(f.channel_id, ?)) ORDER BY f.post_id LIMIT ?",
		DB_IN(fill_in), DB_OUT(post_out),
	},
	[Q_POSTS_SOME] = {
		.name = "sync_posts_some",
		.sql = POSTS " FROM JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j"
		       " STRAIGHT_JOIN feed_item f ON f.company_id = ? AND f.post_id = CAST(j.id AS UUID)" READER,
		DB_IN(some_in), DB_OUT(post_out),
	},
};
/* clang-format on */

const struct db_stmt_table sync_stmts = DB_STMTS("sync", rows);

enum fault
sync_log(struct rq *rq, enum sync_kind kind, struct uuid object, enum sync_op op,
         struct uuid person)
{
	struct change in = {
		.company_id = rq_company(rq),
		.object_id = object,
		.person_id = person,
		.kind = (int)kind,
		.op = (int)op,
		.changed_at = rq->now_us,
	};
	enum fault e = db_exec(rq, &rows[Q_BUMP], &in, NULL);

	if (e)
		return e;

	return db_exec(rq, &rows[Q_LOG], &in, NULL);
}

struct uuid
sync_kudos_since(int64_t now_us)
{
	const unsigned char lowest[10] = { 0 };

	return uuid_v7_from(now_us - SYNC_KUDOS_DAYS * US_PER_DAY, lowest);
}

enum fault
sync_log_all(struct rq *rq, enum sync_kind kind, const struct uuid *objects, size_t n)
{
	struct change *in = arena_array(rq->arena, n, struct change);
	const struct change by = { .company_id = rq_company(rq), .seq = (int64_t)n };
	enum fault e = db_exec(rq, &rows[Q_BUMP_BY], &by, NULL);

	for (size_t i = 0; i < n; i++)
		in[i] = (struct change){
			.company_id = by.company_id,
			.object_id = objects[i],
			.kind = (int)kind,
			.op = SYNC_UPSERT,
			.changed_at = rq->now_us,
			.seq = (int64_t)(n - 1 - i),
		};
	return e ? e : db_bulk(rq, &rows[Q_LOG_ALL], in, sizeof(*in), n, NULL);
}

enum fault
sync_log_renamed(struct rq *rq, struct uuid person_or_value)
{
	struct renamed in = {
		.company_id = rq_company(rq),
		.object_id = person_or_value,
		.since = sync_kudos_since(rq->now_us),
		.changed_at = rq->now_us,
	};
	uint64_t n = 0;
	enum fault e = db_exec(rq, &rows[Q_BUMP], &in, NULL);

	if (!e)
		e = db_exec(rq, &rows[Q_LOG_RENAMED], &in, &n);
	if (e || n == 0)
		return e;
	in.n = (int64_t)n;
	return db_exec(rq, &rows[Q_SKIP], &in, NULL);
}

enum fault
sync_sql_newest(struct rq *rq, struct uuid company, int64_t *ret_seq)
{
	const struct change in = { .company_id = company };
	struct renamed out = { .n = 0 };
	bool found;
	enum fault e = db_maybe(rq, &rows[Q_NEWEST], &in, &out, &found);

	if (!e)
		*ret_seq = found ? out.n : 0;
	return e;
}

static struct reader
reader_of(const struct rq *rq)
{
	return (struct reader){ .company_id = rq_company(rq), .person_id = rq->who->person };
}

enum fault
sync_sql_view(struct rq *rq, struct sync_view *out)
{
	struct reader in = reader_of(rq);

	return db_one(rq, &rows[Q_VIEW], &in, out);
}

enum fault
sync_sql_me(struct rq *rq, struct sync_me *out)
{
	struct reader in = reader_of(rq);

	return db_one(rq, &rows[Q_ME], &in, out);
}

enum fault
sync_sql_log(struct rq *rq, int64_t after, int64_t newest, int64_t limit, db_row_fn *fn, void *arg)
{
	struct reader in = reader_of(rq);
	struct sync_log_row row = { 0 };

	in.after = after;
	in.newest = newest;
	in.limit = limit;
	return db_each(rq, &rows[Q_READ], &in, &row, fn, arg);
}

enum fault
sync_sql_channel(struct rq *rq, struct uuid id, struct sync_channel_row *out, bool *ret_found)
{
	struct reader in = reader_of(rq);

	in.id = id;
	return db_maybe(rq, &rows[Q_CHANNEL], &in, out, ret_found);
}

enum fault
sync_sql_channels(struct rq *rq, const struct sync_fill *in, db_row_fn *fn, void *arg)
{
	struct sync_channel_row row = { 0 };

	return db_each(rq, &rows[Q_CHANNELS], in, &row, fn, arg);
}

enum fault
sync_sql_posts(struct rq *rq, const struct sync_fill *in, db_row_fn *fn, void *arg)
{
	struct sync_post_row row = { 0 };

	return db_each(rq, &rows[in->ids ? Q_POSTS_SOME : Q_POSTS_FILL], in, &row, fn, arg);
}
