/* SPDX-License-Identifier: Apache-2.0 */
/* share_sql.c - statements of share. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/channel.h"

#include "share_int.h"

/* clang-format off */
/* A row of what share_sql_context folds. */
struct standing {
	struct uuid channel_id, there_person, team_id;
	int64_t     post_version;
	int         audience, mode;
	bool        open, followed, in_audience, is_primary;
};
static const struct db_col context_in[] = {
	DB_COL_UUID(struct share, post_id), DB_COL_UUID(struct share, id),
	DB_COL_UUID(struct share, company_id), DB_COL_UUID(struct share, person_id),
};
static const struct db_col context_out[] = {
	DB_COL_UUID(struct standing, channel_id),  DB_COL_I64(struct standing, post_version),
	DB_COL_UUID(struct standing, there_person),
	DB_COL_ENUM(struct standing, audience, channel_audience_names),
	DB_COL_ENUM(struct standing, mode, channel_mode_names),
	DB_COL_BOOL(struct standing, open),        DB_COL_BOOL(struct standing, followed),
	DB_COL_UUID(struct standing, team_id),     DB_COL_BOOL(struct standing, is_primary),
	DB_COL_BOOL(struct standing, in_audience),
};

static const struct db_col recent_in[] = {
	DB_COL_UUID(struct share, company_id), DB_COL_UUID(struct share, post_id),
};
static const struct db_col recent_out[] = {
	DB_COL_UUID(struct share_words, person_id), DB_COL_ENUM(struct share_words, state, share_state_names),
	DB_COL_U64(struct share_words, simhash),
};

#define SHARE_COLS                                                                              \
	DB_COL_UUID(struct share, id),          DB_COL_UUID(struct share, person_id),               \
	DB_COL_UUID(struct share, post_id),     DB_COL_UUID(struct share, channel_id),              \
	DB_COL_UUID(struct share, campaign_id), DB_COL_UUID(struct share, team_id),                 \
	DB_COL_ENUM(struct share, network, network_names),                                          \
	DB_COL_ENUM(struct share, state, share_state_names),                                        \
	DB_COL_STR(struct share, code),         DB_COL_STR(struct share, text),                     \
	DB_COL_BOOL(struct share, edited),      DB_COL_BYTES(struct share, body_sha256),            \
	DB_COL_TIME(struct share, created_at),  DB_COL_TIME(struct share, revoked_at),              \
	DB_COL_I64(struct share, version),      DB_COL_STR(struct share, title),                    \
	DB_COL_BOOL(struct share, has_link)
static const struct db_col share_out[] = { SHARE_COLS };
static const struct db_col detail_out[] = { SHARE_COLS, DB_COL_I64(struct share, clicks) };
static const struct db_col changed_out[] = { SHARE_COLS, DB_COL_I64(struct share, feed_seq) };

/* Where a statement of a share's transaction wants the ENUM as its number. */
struct writing {
	struct share share;
	int64_t      network_no; /* as MariaDB numbers the words of the ENUM */
	const char  *event;
};
#define SHARE_COL(type, m) type(struct writing, share.m)
static const struct db_col write_in[] = {
	SHARE_COL(DB_COL_UUID, company_id),   SHARE_COL(DB_COL_UUID, person_id),
	/* share */
	SHARE_COL(DB_COL_UUID, company_id),   SHARE_COL(DB_COL_UUID, id),
	SHARE_COL(DB_COL_UUID, person_id),    SHARE_COL(DB_COL_UUID, post_id),
	DB_COL_I64(struct writing, network_no),
	SHARE_COL(DB_COL_UUID, channel_id),   SHARE_COL(DB_COL_UUID, campaign_id),
	SHARE_COL(DB_COL_UUID, team_id),      SHARE_COL(DB_COL_STR, code),
	SHARE_COL(DB_COL_STR, text),          SHARE_COL(DB_COL_BOOL, edited),
	SHARE_COL(DB_COL_BYTES, text_sha256), SHARE_COL(DB_COL_U64, text_simhash),
	SHARE_COL(DB_COL_BYTES, body_sha256), SHARE_COL(DB_COL_TIME, created_at),
	/* link */
	SHARE_COL(DB_COL_STR, code),          SHARE_COL(DB_COL_UUID, company_id),
	SHARE_COL(DB_COL_UUID, id),           SHARE_COL(DB_COL_TIME, created_at),
	/* person_post */
	SHARE_COL(DB_COL_UUID, company_id),   SHARE_COL(DB_COL_UUID, person_id),
	SHARE_COL(DB_COL_UUID, post_id),      SHARE_COL(DB_COL_TIME, created_at),
	SHARE_COL(DB_COL_TIME, created_at),   DB_COL_I64(struct writing, network_no),
	/* outbox */
	SHARE_COL(DB_COL_UUID, company_id),   DB_COL_STR(struct writing, event),
	SHARE_COL(DB_COL_UUID, id),           SHARE_COL(DB_COL_TIME, created_at),
	SHARE_COL(DB_COL_TIME, created_at),
};

struct mark {
	struct uuid company_id, person_id, post_id, id;
	int64_t     at;
};
static const struct db_col unmark_in[] = {
	DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, person_id),
	DB_COL_UUID(struct mark, post_id),    DB_COL_UUID(struct mark, company_id),
	DB_COL_UUID(struct mark, person_id),  DB_COL_UUID(struct mark, post_id),
};
static const struct db_col revoke_in[] = {
	DB_COL_TIME(struct mark, at), DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, person_id),
	DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, id),
};
static const struct db_col get_in[] = {
	DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct share_page, company_id), DB_COL_UUID(struct share_page, person_id),
	DB_COL_TIME(struct share_page, before_at),  DB_COL_TIME(struct share_page, before_at),
	DB_COL_UUID(struct share_page, before_id),  DB_COL_I64(struct share_page, limit),
};

struct changed {
	struct uuid company_id, person_id;
	int64_t     after, newest, limit;
};
static const struct db_col changed_in[] = {
	DB_COL_UUID(struct changed, company_id), DB_COL_UUID(struct changed, person_id),
	DB_COL_I64(struct changed, after),       DB_COL_I64(struct changed, newest),
	DB_COL_I64(struct changed, limit),
};

#define COLUMNS                                                                                 \
	"s.id, s.person_id, s.post_id, s.channel_id, s.campaign_id, s.team_id, s.network, s.state,"  \
	" s.code, s.text, s.edited, s.body_sha256, s.created_at, s.revoked_at, s.version, po.title,"  \
	" po.destination_url IS NOT NULL"
#define OF_POST " JOIN post po ON po.company_id = s.company_id AND po.id = s.post_id"

enum { Q_CONTEXT, Q_RECENT, Q_GET, Q_WRITE, Q_UNMARK, Q_REVOKE, Q_PAGE, Q_CHANGED, Q_SINCE, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_CONTEXT] = {
		.name = "share_context",
		.sql = "SELECT f.channel_id, COALESCE(f.post_version, 0), x.person_id, ch.audience, ch.mode,"
		       " ch.id IS NOT NULL AND ch.archived_at IS NULL, cf.person_id IS NOT NULL,"
		       " tm.team_id, COALESCE(tm.is_primary, 0), ct.team_id IS NOT NULL"
		       " FROM person p"
		       " LEFT JOIN feed_item f ON f.company_id = p.company_id AND f.post_id = ?"
		       " LEFT JOIN share x ON x.company_id = p.company_id AND x.id = ?"
		       " LEFT JOIN channel ch ON ch.company_id = f.company_id AND ch.id = f.channel_id"
		       " LEFT JOIN channel_follow cf ON cf.company_id = p.company_id AND cf.person_id = p.id"
		       " AND cf.channel_id = f.channel_id"
		       " LEFT JOIN team_member tm ON tm.company_id = p.company_id AND tm.person_id = p.id"
		       " AND tm.to_at IS NULL"
		       " LEFT JOIN channel_team ct ON ct.company_id = f.company_id AND ct.channel_id = f.channel_id"
		       " AND ct.team_id = tm.team_id"
		       " WHERE p.company_id = ? AND p.id = ?",
		DB_IN(context_in), DB_OUT(context_out),
	},
	[Q_RECENT] = {
		.name = "share_recent",
		.sql = "SELECT person_id, state, text_simhash FROM share WHERE company_id = ? AND post_id = ?"
		       " ORDER BY created_at DESC LIMIT 20",
		DB_IN(recent_in), DB_OUT(recent_out),
	},
	[Q_GET] = {
		.name = "share_get",
		.sql = "SELECT " COLUMNS ", (SELECT CAST(COALESCE(SUM(cd.n), 0) AS SIGNED) FROM click_day cd"
		       " WHERE cd.company_id = s.company_id AND cd.share_id = s.id AND cd.class = 'human')"
		       " FROM share s" OF_POST " WHERE s.company_id = ? AND s.id = ?",
		DB_IN(get_in), DB_OUT(detail_out),
	},
	[Q_WRITE] = { /* the person's counter first: it orders a person's changes, and people do not wait for each other */
		.name = "share_write",
		.sql = DB_WHOLE_TX(
			"UPDATE person SET feed_version = LAST_INSERT_ID(feed_version + 1) WHERE company_id = ? AND id = ?;"
			" INSERT INTO share (company_id, id, person_id, post_id, network, channel_id, campaign_id,"
			" team_id, code, text, edited, text_sha256, text_simhash, body_sha256, created_at, feed_seq)"
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, LAST_INSERT_ID());"
			" INSERT INTO link (code, company_id, share_id, created_at) VALUES (?, ?, ?, ?);"
			" INSERT INTO person_post (company_id, person_id, post_id, seen_at, shared_at, shared_networks)"
			" VALUES (?, ?, ?, ?, ?, 1 << (? - 1)) ON DUPLICATE KEY UPDATE"
			" seen_at = COALESCE(seen_at, VALUES(seen_at)), shared_at = VALUES(shared_at),"
			" shared_networks = shared_networks | VALUES(shared_networks);"
			" INSERT INTO outbox (company_id, kind, object_id, due_at, created_at) VALUES (?, ?, ?, ?, ?)"),
		DB_IN(write_in),
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
		.sql = "UPDATE share SET state = 'revoked', revoked_at = ?, version = version + 1, feed_seq ="
		       " (SELECT feed_version FROM person WHERE company_id = ? AND id = ?)"
		       " WHERE company_id = ? AND id = ? AND state = 'active'",
		DB_IN(revoke_in),
	},
	[Q_PAGE] = {
		.name = "share_page",
		.sql = "SELECT " COLUMNS " FROM share s FORCE INDEX (share_person)" OF_POST
		       " WHERE s.company_id = ? AND s.person_id = ? AND s.created_at <= ?"
		       " AND (s.created_at < ? OR s.id < ?) ORDER BY s.created_at DESC, s.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(share_out),
	},
	[Q_SINCE] = {
		.name = "share_since",
		.sql = "SELECT " COLUMNS " FROM share s FORCE INDEX (share_person)" OF_POST
		       " WHERE s.company_id = ? AND s.person_id = ? AND s.created_at >= ?"
		       " AND (s.created_at > ? OR s.id > ?) ORDER BY s.created_at, s.id LIMIT ?",
		DB_IN(page_in), DB_OUT(share_out),
	},
	[Q_CHANGED] = {
		.name = "share_changed",
		.sql = "SELECT " COLUMNS ", s.feed_seq FROM share s FORCE INDEX (share_changes)" OF_POST
		       " WHERE s.company_id = ? AND s.person_id = ? AND s.feed_seq > ? AND s.feed_seq <= ?"
		       " ORDER BY s.feed_seq LIMIT ?",
		DB_IN(changed_in), DB_OUT(changed_out),
	},
};
/* clang-format on */

const struct db_stmt_table share_stmts = DB_STMTS("share", rows);

/* In the feed of the person: by the same rule as CHANNEL_IN_FEED_SQL. */
static bool
in_feed(const struct standing *row)
{
	return row->open && (row->audience == CHANNEL_ALL || row->in_audience) &&
	       (row->mode == CHANNEL_MANDATORY || row->followed);
}

static enum fault
fold_standing(struct rq *rq, void *row, void *arg)
{
	const struct standing *st = row;
	struct share_context *c = arg;

	(void)rq;
	c->channel_id = st->channel_id;
	c->post_version = st->post_version;
	c->there_person = st->there_person;
	c->visible = c->visible || in_feed(st);
	if (st->is_primary)
		c->team_id = st->team_id;
	return FAULT_NONE;
}

enum fault
share_sql_context(struct rq *rq, const struct share *s, struct share_context *out)
{
	struct standing row = { 0 };

	return db_each(rq, &rows[Q_CONTEXT], s, &row, fold_standing, out);
}

static enum fault
keep_words(struct rq *rq, void *row, void *arg)
{
	const struct share_words *w = row;
	struct share_recent *recent = arg;

	(void)rq;
	if (w->state == SHARE_ACTIVE && recent->n < SHARE_RECENT)
		recent->words[recent->n++] = *w;
	return FAULT_NONE;
}

enum fault
share_sql_recent(struct rq *rq, const struct share *s, struct share_recent *out)
{
	struct share_words row = { 0 };

	return db_each(rq, &rows[Q_RECENT], s, &row, keep_words, out);
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
share_sql_write(struct rq *rq, const struct share *s, bool *ret_duplicate)
{
	struct writing in = { *s, 1 + s->network, "share.created" };

	return db_whole_tx(rq, &rows[Q_WRITE], &in, ret_duplicate);
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
	};
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
share_own_changed(struct rq *rq, int64_t after, int64_t newest, int64_t limit, db_row_fn *fn,
                  void *arg)
{
	struct changed in = { rq_company(rq), rq->who->person, after, newest, limit };
	struct share row = { 0 };

	return db_each(rq, &rows[Q_CHANGED], &in, &row, fn, arg);
}
