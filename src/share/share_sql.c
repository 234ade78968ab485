/* SPDX-License-Identifier: Apache-2.0 */
/* share_sql.c - statements of share. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/channel.h"
#include "rostra/jobs.h"
#include "rostra/sums.h"

#include "share_int.h"

/* clang-format off */
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
#define SHARE_COL(type, ...) type(struct writing, share.__VA_ARGS__)
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
	/* mark */
	SHARE_COL(DB_COL_UUID, company_id),   SHARE_COL(DB_COL_TIME, created_at),
};

/* --- several shares at once --- */

struct sharers {
	struct uuid company_id, person_id[SHARES_AT_ONCE];
};
static const struct db_col sharers_in[] = {
	DB_COL_UUID(struct sharers, company_id), DB_COL_16(DB_COL_UUID, struct sharers, person_id, 0),
};
static const struct db_col counters_out[] = {
	DB_COL_UUID(struct share_counters, person_id), DB_COL_I64(struct share_counters, company_version),
	DB_COL_I64(struct share_counters, audience_version), DB_COL_I64(struct share_counters, person_version),
};
static const struct db_col put_share_in[] = {
	SHARE_COL(DB_COL_UUID, company_id),   SHARE_COL(DB_COL_UUID, id),
	SHARE_COL(DB_COL_UUID, person_id),    SHARE_COL(DB_COL_UUID, post_id),
	SHARE_COL(DB_COL_ENUM, network, network_names),
	SHARE_COL(DB_COL_UUID, channel_id),   SHARE_COL(DB_COL_UUID, campaign_id),
	SHARE_COL(DB_COL_UUID, team_id),      SHARE_COL(DB_COL_STR, code),
	SHARE_COL(DB_COL_STR, text),          SHARE_COL(DB_COL_BOOL, edited),
	SHARE_COL(DB_COL_BYTES, text_sha256), SHARE_COL(DB_COL_U64, text_simhash),
	SHARE_COL(DB_COL_BYTES, body_sha256), SHARE_COL(DB_COL_TIME, created_at),
	SHARE_COL(DB_COL_I64, feed_seq),
};
static const struct db_col put_link_in[] = {
	SHARE_COL(DB_COL_STR, code), SHARE_COL(DB_COL_UUID, company_id),
	SHARE_COL(DB_COL_UUID, id),  SHARE_COL(DB_COL_TIME, created_at),
};
static const struct db_col put_mark_in[] = {
	SHARE_COL(DB_COL_UUID, company_id), SHARE_COL(DB_COL_UUID, person_id),
	SHARE_COL(DB_COL_UUID, post_id),    SHARE_COL(DB_COL_TIME, created_at),
	SHARE_COL(DB_COL_TIME, created_at), DB_COL_I64(struct writing, network_no),
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
#define SHARE_INTO                                                                              \
	"INSERT INTO share (company_id, id, person_id, post_id, network, channel_id, campaign_id,"   \
	" team_id, code, text, edited, text_sha256, text_simhash, body_sha256, created_at, feed_seq)"
#define LINK_INTO "INSERT INTO link (code, company_id, share_id, created_at) VALUES (?, ?, ?, ?)"
#define MARK_INTO                                                                               \
	"INSERT INTO person_post (company_id, person_id, post_id, seen_at, shared_at, shared_networks)" \
	" VALUES (?, ?, ?, ?, ?, 1 << (? - 1)) ON DUPLICATE KEY UPDATE"                               \
	" seen_at = COALESCE(seen_at, VALUES(seen_at)), shared_at = VALUES(shared_at),"               \
	" shared_networks = shared_networks | VALUES(shared_networks)"
#define EVENT_INTO                                                                              \
	"INSERT INTO outbox (company_id, kind, object_id, due_at, created_at) VALUES (?, ?, ?, ?, ?)"
#define OF_POST " JOIN post po ON po.company_id = s.company_id AND po.id = s.post_id"

enum { Q_RECENT, Q_GET, Q_WRITE, Q_LOCK, Q_COUNT, Q_PUT_SHARE, Q_PUT_LINK,
       Q_PUT_MARK, Q_UNMARK, Q_REVOKE, Q_PAGE, Q_CHANGED, Q_SINCE, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
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
			"UPDATE person SET feed_version = LAST_INSERT_ID(feed_version + 1) WHERE company_id = ? AND id = ?; "
			SHARE_INTO " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, LAST_INSERT_ID()); "
			LINK_INTO "; " MARK_INTO "; " EVENT_INTO "; " SUM_MARK_INTO("shares")),
		DB_IN(write_in),
	},
	[Q_LOCK] = { /* in the key's order, and nobody is waited for */
		.name = "share_lock",
		.sql = "SELECT p.id, (SELECT c.feed_version FROM company c WHERE c.id = p.company_id),"
		       " p.audience_version, p.feed_version FROM person p WHERE p.company_id = ? AND p.id" DB_AMONG_16 " FOR UPDATE SKIP LOCKED",
		DB_IN(sharers_in), DB_OUT(counters_out),
	},
	[Q_COUNT] = {
		.name = "share_count",
		.sql = "UPDATE person SET feed_version = feed_version + 1 WHERE company_id = ? AND id" DB_AMONG_16,
		DB_IN(sharers_in),
	},
	[Q_PUT_SHARE] = {
		.name = "share_put",
		.sql = SHARE_INTO " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(put_share_in),
	},
	[Q_PUT_LINK] = { .name = "share_put_link", .sql = LINK_INTO, DB_IN(put_link_in) },
	[Q_PUT_MARK] = { .name = "share_put_mark", .sql = MARK_INTO, DB_IN(put_mark_in) },
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

static struct writing
writing_of(const struct share *s)
{
	return (struct writing){ *s, 1 + s->network, "share.created" };
}

enum fault
share_sql_write(struct rq *rq, const struct share *s, bool *ret_duplicate)
{
	struct writing in = writing_of(s);

	return db_whole_tx(rq, &rows[Q_WRITE], &in, ret_duplicate);
}

static struct sharers
sharers_of(struct share *const *shares, size_t n)
{
	struct sharers in = { .company_id = shares[0]->company_id };

	for (size_t i = 0; i < SHARES_AT_ONCE; i++)
		in.person_id[i] = shares[i < n ? i : n - 1]->person_id;
	return in;
}

enum fault
share_sql_lock(struct rq *rq, struct share *const *shares, size_t n, db_row_fn *fn, void *arg)
{
	const struct sharers in = sharers_of(shares, n);
	struct share_counters row = { 0 };

	return db_each(rq, &rows[Q_LOCK], &in, &row, fn, arg);
}

enum fault
share_sql_put(struct rq *rq, struct share *const *shares, size_t n)
{
	static const int order[] = { Q_PUT_SHARE, Q_PUT_LINK, Q_PUT_MARK };
	const struct sharers in = sharers_of(shares, n);
	struct writing *w = arena_array(rq->arena, n, struct writing);
	struct uuid ids[SHARES_AT_ONCE];
	struct sum_mark days[SHARES_AT_ONCE];
	enum fault e = db_exec(rq, &rows[Q_COUNT], &in, NULL);

	for (size_t i = 0; i < n; i++) {
		w[i] = writing_of(shares[i]);
		ids[i] = shares[i]->id;
		days[i] = (struct sum_mark){ in.company_id, SUM_SHARES, shares[i]->created_at };
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && !e; i++)
		e = db_bulk(rq, &rows[order[i]], w, sizeof(*w), n, NULL);
	if (!e)
		e = sums_mark(rq, days, n);
	return e ? e
	         : outbox_put_all(rq, in.company_id, &(struct outbox_many){ w[0].event, ids, n },
	                          1);
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
