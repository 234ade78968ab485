/* SPDX-License-Identifier: Apache-2.0 */
/* share_sql.c - statements of share. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/channel.h"

#include "share_int.h"

/* clang-format off */
struct context_key {
	struct uuid company_id, person_id, post_id, id;
	uint64_t    simhash;
	unsigned char sha256[32];
	int64_t     now;
};
static const struct db_col context_in[] = {
	DB_COL_TIME(struct context_key, now),        DB_COL_TIME(struct context_key, now),
	DB_COL_UUID(struct context_key, post_id),    DB_COL_UUID(struct context_key, id),
	DB_COL_BYTES(struct context_key, sha256),    DB_COL_U64(struct context_key, simhash),
	DB_COL_UUID(struct context_key, company_id), DB_COL_UUID(struct context_key, post_id),
	DB_COL_UUID(struct context_key, person_id),
	DB_COL_UUID(struct context_key, company_id), DB_COL_UUID(struct context_key, person_id),
};
static const struct db_col context_out[] = {
	DB_COL_BOOL(struct share_context, visible),
	DB_COL_UUID(struct share_context, channel_id),   DB_COL_UUID(struct share_context, campaign_id),
	DB_COL_UUID(struct share_context, team_id),      DB_COL_STR(struct share_context, title),
	DB_COL_BOOL(struct share_context, has_link),     DB_COL_SET(struct share_context, networks),
	DB_COL_BOOL(struct share_context, lock_text),    DB_COL_VIEW(struct share_context, texts_packed),
	DB_COL_VIEW(struct share_context, disclosures_packed),
	DB_COL_I64(struct share_context, same),          DB_COL_I64(struct share_context, similar),
	DB_COL_UUID(struct share_context, there_person),
};

static const struct db_col near_in[] = {
	DB_COL_BYTES(struct share, text_sha256), DB_COL_U64(struct share, text_simhash),
	DB_COL_UUID(struct share, company_id),   DB_COL_UUID(struct share, post_id),
	DB_COL_UUID(struct share, person_id),
};
static const struct db_col near_out[] = {
	DB_COL_I64(struct share_context, same), DB_COL_I64(struct share_context, similar),
};

static const struct db_col share_out[] = {
	DB_COL_UUID(struct share, id),          DB_COL_UUID(struct share, person_id),
	DB_COL_UUID(struct share, post_id),     DB_COL_UUID(struct share, channel_id),
	DB_COL_UUID(struct share, campaign_id), DB_COL_UUID(struct share, team_id),
	DB_COL_ENUM(struct share, network, network_names),
	DB_COL_ENUM(struct share, state, share_state_names),
	DB_COL_STR(struct share, code),         DB_COL_STR(struct share, text),
	DB_COL_BOOL(struct share, edited),      DB_COL_BYTES(struct share, body_sha256),
	DB_COL_TIME(struct share, created_at),  DB_COL_TIME(struct share, revoked_at),
	DB_COL_I64(struct share, version),      DB_COL_STR(struct share, title),
	DB_COL_BOOL(struct share, has_link),    DB_COL_I64(struct share, clicks),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct share, company_id),  DB_COL_UUID(struct share, id),
	DB_COL_UUID(struct share, person_id),   DB_COL_UUID(struct share, post_id),
	DB_COL_ENUM(struct share, network, network_names),
	DB_COL_UUID(struct share, channel_id),  DB_COL_UUID(struct share, campaign_id),
	DB_COL_UUID(struct share, team_id),     DB_COL_STR(struct share, code),
	DB_COL_STR(struct share, text),         DB_COL_BOOL(struct share, edited),
	DB_COL_BYTES(struct share, text_sha256), DB_COL_U64(struct share, text_simhash),
	DB_COL_BYTES(struct share, body_sha256), DB_COL_TIME(struct share, created_at),
};

struct mark {
	struct uuid company_id, person_id, post_id, id;
	int64_t     at;
	uint32_t    networks;
};
static const struct db_col mark_in[] = {
	DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, person_id),
	DB_COL_UUID(struct mark, post_id),    DB_COL_TIME(struct mark, at),
	DB_COL_TIME(struct mark, at),         DB_COL_SET(struct mark, networks),
};
static const struct db_col unmark_in[] = {
	DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, person_id),
	DB_COL_UUID(struct mark, post_id),    DB_COL_UUID(struct mark, company_id),
	DB_COL_UUID(struct mark, person_id),  DB_COL_UUID(struct mark, post_id),
};
static const struct db_col revoke_in[] = {
	DB_COL_TIME(struct mark, at), DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, id),
};
static const struct db_col get_in[] = {
	DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct share_page, company_id), DB_COL_UUID(struct share_page, person_id),
	DB_COL_TIME(struct share_page, before_at),  DB_COL_TIME(struct share_page, before_at),
	DB_COL_UUID(struct share_page, before_id),  DB_COL_I64(struct share_page, limit),
};

struct some {
	struct uuid company_id, person_id;
	const char *ids;
};
static const struct db_col some_in[] = {
	DB_COL_STR(struct some, ids), DB_COL_UUID(struct some, company_id),
	DB_COL_UUID(struct some, person_id),
};

#define COLUMNS                                                                                 \
	"s.id, s.person_id, s.post_id, s.channel_id, s.campaign_id, s.team_id, s.network, s.state,"  \
	" s.code, s.text, s.edited, s.body_sha256, s.created_at, s.revoked_at, s.version, po.title,"  \
	" po.destination_url IS NOT NULL"
#define OF_POST " JOIN post po ON po.company_id = s.company_id AND po.id = s.post_id"
#define NOT_COUNTED ", NULL AS clicks"

/* Of the last shares of a post: from the index share_post alone. */
#define NEAR                                                                                    \
	"SELECT SUM(r.text_sha256 = ?) AS same, SUM(BIT_COUNT(r.text_simhash ^ ?) <= 3) AS similar"   \
	" FROM (SELECT person_id, state, text_sha256, text_simhash FROM share"                      \
	" WHERE company_id = ? AND post_id = ? ORDER BY created_at DESC LIMIT 50) r"                \
	" WHERE r.person_id <> ? AND r.state = 'active'"

enum { Q_CONTEXT, Q_NEAR, Q_GET, Q_INSERT, Q_MARK, Q_UNMARK, Q_REVOKE, Q_PAGE, Q_SINCE, Q_SOME, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_NEAR] = {
		.name = "share_near",
		.sql = "SELECT CAST(COALESCE(same, 0) AS SIGNED), CAST(COALESCE(similar, 0) AS SIGNED) FROM (" NEAR ") near",
		DB_IN(near_in), DB_OUT(near_out),
	},
	[Q_CONTEXT] = {
		.name = "share_context",
		.sql = "SELECT COALESCE(po.state = 'live' AND EXISTS (SELECT 1 FROM channel ch"
		       " WHERE ch.company_id = po.company_id AND ch.id = po.channel_id AND" CHANNEL_IN_FEED_SQL
		       "), FALSE), po.channel_id, po.campaign_id,"
		       " (SELECT tm.team_id FROM team_member tm WHERE tm.company_id = p.company_id"
		       " AND tm.person_id = p.id AND tm.is_primary AND tm.from_at <= ?"
		       " AND (tm.to_at IS NULL OR tm.to_at > ?) ORDER BY tm.from_at DESC LIMIT 1),"
		       " po.title, po.destination_url IS NOT NULL, CAST(COALESCE(po.networks, 0) AS UNSIGNED),"
		       " COALESCE(po.lock_text, 0), " POST_TEXTS_SQL ", " POST_DISCLOSURES_SQL ","
		       " CAST(COALESCE(near.same, 0) AS SIGNED), CAST(COALESCE(near.similar, 0) AS SIGNED),"
		       " x.person_id"
		       " FROM person p"
		       " LEFT JOIN post po ON po.company_id = p.company_id AND po.id = ?"
		       " LEFT JOIN share x ON x.company_id = p.company_id AND x.id = ?"
		       " JOIN (" NEAR ") near"
		       " WHERE p.company_id = ? AND p.id = ?",
		DB_IN(context_in), DB_OUT(context_out),
	},
	[Q_GET] = {
		.name = "share_get",
		.sql = "SELECT " COLUMNS ", (SELECT CAST(COALESCE(SUM(cd.n), 0) AS SIGNED) FROM click_day cd"
		       " WHERE cd.company_id = s.company_id AND cd.share_id = s.id AND cd.class = 'human')"
		       " FROM share s" OF_POST " WHERE s.company_id = ? AND s.id = ?",
		DB_IN(get_in), DB_OUT(share_out),
	},
	[Q_INSERT] = {
		.name = "share_insert",
		.sql = "INSERT INTO share (company_id, id, person_id, post_id, network, channel_id, campaign_id,"
		       " team_id, code, text, edited, text_sha256, text_simhash, body_sha256, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_MARK] = {
		.name = "share_mark",
		.sql = "INSERT INTO person_post (company_id, person_id, post_id, seen_at, shared_at, shared_networks)"
		       " VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
		       " seen_at = COALESCE(seen_at, VALUES(seen_at)), shared_at = VALUES(shared_at),"
		       " shared_networks = shared_networks | VALUES(shared_networks)",
		DB_IN(mark_in),
	},
	[Q_UNMARK] = { /* bit i is the i-th word of the ENUM, counted from 0 */
		.name = "share_unmark",
		.sql = "UPDATE person_post SET shared_networks = (SELECT COALESCE(BIT_OR(1 << (s.network - 1)), 0)"
		       " FROM share s FORCE INDEX (share_person) WHERE s.company_id = ? AND s.person_id = ?"
		       " AND s.post_id = ? AND s.state = 'active')"
		       " WHERE company_id = ? AND person_id = ? AND post_id = ?",
		DB_IN(unmark_in),
	},
	[Q_REVOKE] = {
		.name = "share_revoke",
		.sql = "UPDATE share SET state = 'revoked', revoked_at = ?, version = version + 1"
		       " WHERE company_id = ? AND id = ? AND state = 'active'",
		DB_IN(revoke_in),
	},
	[Q_PAGE] = {
		.name = "share_page",
		.sql = "SELECT " COLUMNS NOT_COUNTED " FROM share s FORCE INDEX (share_person)" OF_POST
		       " WHERE s.company_id = ? AND s.person_id = ? AND s.created_at <= ?"
		       " AND (s.created_at < ? OR s.id < ?) ORDER BY s.created_at DESC, s.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(share_out),
	},
	[Q_SINCE] = {
		.name = "share_since",
		.sql = "SELECT " COLUMNS NOT_COUNTED " FROM share s FORCE INDEX (share_person)" OF_POST
		       " WHERE s.company_id = ? AND s.person_id = ? AND s.created_at >= ?"
		       " AND (s.created_at > ? OR s.id > ?) ORDER BY s.created_at, s.id LIMIT ?",
		DB_IN(page_in), DB_OUT(share_out),
	},
	[Q_SOME] = {
		.name = "share_some",
		.sql = "SELECT " COLUMNS NOT_COUNTED " FROM JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j"
		       " STRAIGHT_JOIN share s ON s.company_id = ? AND s.id = CAST(j.id AS UUID) AND s.person_id = ?"
		       OF_POST,
		DB_IN(some_in), DB_OUT(share_out),
	},
};
/* clang-format on */

const struct db_stmt_table share_stmts = DB_STMTS("share", rows);

enum fault
share_sql_context(struct rq *rq, const struct share_new *in, const struct share *s,
                  struct share_context *out)
{
	struct context_key key = {
		.company_id = s->company_id,
		.person_id = s->person_id,
		.post_id = in->post_id,
		.id = s->id,
		.simhash = s->text_simhash,
		.now = rq->now_us,
	};
	enum fault e;

	memcpy(key.sha256, s->text_sha256, sizeof(key.sha256));
	e = db_one(rq, &rows[Q_CONTEXT], &key, out);
	if (e)
		return e;

	out->texts = post_texts_unpack(rq->arena, out->texts_packed);
	out->disclosures = post_disclosures_unpack(rq->arena, out->disclosures_packed);
	return FAULT_NONE;
}

enum fault
share_sql_near(struct rq *rq, const struct share *s, struct share_context *out)
{
	return db_one(rq, &rows[Q_NEAR], s, out);
}

enum fault
share_sql_get(struct rq *rq, struct uuid id, struct share *out)
{
	struct mark key = { .company_id = rq_company(rq), .id = id };
	enum fault e = db_one(rq, &rows[Q_GET], &key, out);

	if (e)
		return e;

	out->company_id = key.company_id;
	return FAULT_NONE;
}

enum fault
share_sql_insert(struct rq *rq, const struct share *s, bool *ret_duplicate)
{
	return db_insert(rq, &rows[Q_INSERT], s, ret_duplicate);
}

static struct mark
mark_of(const struct rq *rq, const struct share *s)
{
	return (struct mark){
		.company_id = s->company_id,
		.person_id = s->person_id,
		.post_id = s->post_id,
		.id = s->id,
		.at = rq->now_us,
		.networks = 1U << s->network,
	};
}

enum fault
share_sql_mark(struct rq *rq, const struct share *s)
{
	struct mark m = mark_of(rq, s);

	return db_exec(rq, &rows[Q_MARK], &m, NULL);
}

enum fault
share_sql_unmark(struct rq *rq, const struct share *s)
{
	struct mark m = mark_of(rq, s);

	return db_exec(rq, &rows[Q_UNMARK], &m, NULL);
}

enum fault
share_sql_revoke(struct rq *rq, const struct share *s, bool *ret_done)
{
	struct mark m = mark_of(rq, s);
	uint64_t n;
	enum fault e = db_exec(rq, &rows[Q_REVOKE], &m, &n);

	if (e)
		return e;

	*ret_done = n > 0;
	return FAULT_NONE;
}

enum fault
share_sql_page(struct rq *rq, const struct share_page *page, db_row_fn *fn, void *arg)
{
	struct share row = { 0 };

	return db_each(rq, &rows[Q_PAGE], page, &row, fn, arg);
}

enum fault
share_own_since(struct rq *rq, int64_t after_at, struct uuid after_id, int64_t limit, db_row_fn *fn,
                void *arg)
{
	struct share_page in = { rq_company(rq), rq->who->person, after_id, after_at, limit };
	struct share row = { 0 };

	return db_each(rq, &rows[Q_SINCE], &in, &row, fn, arg);
}

enum fault
share_own_some(struct rq *rq, const char *ids_json, db_row_fn *fn, void *arg)
{
	struct some in = { rq_company(rq), rq->who->person, ids_json };
	struct share row = { 0 };

	return db_each(rq, &rows[Q_SOME], &in, &row, fn, arg);
}
