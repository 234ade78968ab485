/* SPDX-License-Identifier: Apache-2.0 */
/* link_sql.c - statements of links, clicks, their roll-up and the marks of the spool. */
#include <string.h>

#include "rostra/crypto.h"
#include "rostra/network.h"

#include "link_int.h"

static const char *const link_state_names[] = { "active", "revoked", NULL };

struct link_key {
	struct uuid company_id;
	const char *code;
};

/* Since when a link counts as known: as a UTC day, and as the least share id (UUIDv7) of that time.
 */
struct since {
	const char *day;
	struct uuid share;
};

struct code_in {
	const char *code;
};

/* clang-format off */
static const struct db_col link_key_cols[] = {
	DB_COL_UUID(struct link_key, company_id),
	DB_COL_STR(struct link_key, code),
};
struct links_version {
	int64_t n;
};
static const struct db_col links_version_cols[] = { DB_COL_I64(struct links_version, n) };
static const struct db_col code_cols[] = { DB_COL_STR(struct code_in, code) };
static const struct db_col since_share_cols[] = { DB_COL_UUID(struct since, share) };
static const struct db_col since_day_cols[] = { DB_COL_STR(struct since, day) };
static const struct db_col link_row_cols[] = {
	DB_COL_STR(struct link_row, code),
	DB_COL_ENUM(struct link_row, state, link_state_names),
	DB_COL_UUID(struct link_row, company_id),
	DB_COL_UUID(struct link_row, share_id),
	DB_COL_UUID(struct link_row, person_id),
	DB_COL_UUID(struct link_row, post_id),
	DB_COL_TIME(struct link_row, created_us),
	DB_COL_BOOL(struct link_row, company_active),
	DB_COL_BOOL(struct link_row, visitor_cookie),
	DB_COL_BOOL(struct link_row, track),
	DB_COL_ENUM(struct link_row, network, network_names),
	DB_COL_STR(struct link_row, company_name),
	DB_COL_STR(struct link_row, language),
	DB_COL_STR(struct link_row, title),
	DB_COL_STR(struct link_row, summary),
	DB_COL_STR(struct link_row, destination_url),
	DB_COL_STR(struct link_row, image_url),
	DB_COL_STR(struct link_row, campaign_name),
	DB_COL_STR(struct link_row, utm[0]),
	DB_COL_STR(struct link_row, utm[1]),
	DB_COL_STR(struct link_row, utm[2]),
	DB_COL_STR(struct link_row, utm[3]),
	DB_COL_STR(struct link_row, utm[4]),
};
static const struct db_col mark_key_cols[] = {
	DB_COL_STR(struct mark, node),
	DB_COL_STR(struct mark, segment),
};
static const struct db_col mark_node_cols[] = { DB_COL_STR(struct mark, node) };
static const struct db_col mark_row_cols[] = {
	DB_COL_STR(struct mark, segment),
	DB_COL_I64(struct mark, bytes),
};
static const struct db_col mark_bytes_cols[] = { DB_COL_I64(struct mark, bytes) };
static const struct db_col mark_new_cols[] = {
	DB_COL_STR(struct mark, node),
	DB_COL_STR(struct mark, segment),
	DB_COL_TIME(struct mark, updated_us),
};
static const struct db_col mark_age_cols[] = { DB_COL_TIME(struct mark, updated_us) };
static const struct db_col mark_set_cols[] = {
	DB_COL_I64(struct mark, bytes),
	DB_COL_TIME(struct mark, updated_us),
	DB_COL_STR(struct mark, node),
	DB_COL_STR(struct mark, segment),
};
static const struct db_col click_cols[] = {
	DB_COL_UUID(struct click_row, company_id),
	DB_COL_TIME(struct click_row, clicked_us),
	DB_COL_BYTES(struct click_row, id),
	DB_COL_UUID(struct click_row, share_id),
	DB_COL_ENUM(struct click_row, cls, click_class_names),
	DB_COL_ENUM(struct click_row, fact, click_fact_names),
	DB_COL_VIEW(struct click_row, reason),
	DB_COL_I64(struct click_row, rule_version),
	DB_COL_BYTES(struct click_row, rclid),
	DB_COL_VIEW(struct click_row, visitor),
	DB_COL_VIEW(struct click_row, ip_hash),
	DB_COL_VIEW(struct click_row, ip_prefix),
	DB_COL_VIEW(struct click_row, user_agent),
	DB_COL_VIEW(struct click_row, referrer),
	DB_COL_VIEW(struct click_row, country),
	DB_COL_VIEW(struct click_row, city),
};
static const struct db_col day_cols[] = {
	DB_COL_UUID(struct day_row, company_id),
	DB_COL_STR(struct day_row, day),
	DB_COL_UUID(struct day_row, share_id),
	DB_COL_ENUM(struct day_row, cls, click_class_names),
	DB_COL_I64(struct day_row, n),
};

static const struct db_col rollup_in[] = {
	DB_COL_UUID(struct rollup_day, company_id), DB_COL_TIME(struct rollup_day, from_us), DB_COL_TIME(struct rollup_day, to_us),
};
static const struct db_col rollup_clicks_cols[] = {
	DB_COL_UUID(struct rollup_row, share_id), DB_COL_ENUM(struct rollup_row, cls, click_class_names),
	DB_COL_TIME(struct rollup_row, at_us),
};
static const struct db_col rollup_days_cols[] = {
	DB_COL_UUID(struct rollup_row, share_id), DB_COL_ENUM(struct rollup_row, cls, click_class_names),
	DB_COL_I64(struct rollup_row, n),
};
static const struct db_col rollup_quarters_cols[] = {
	DB_COL_ENUM(struct rollup_row, cls, click_class_names), DB_COL_TIME(struct rollup_row, at_us),
	DB_COL_I64(struct rollup_row, n),
};
/* The operator's check may take its time. */
#define NO_LIMIT "SET STATEMENT max_statement_time = 0 FOR "
static const struct db_col quarter_cols[] = {
	DB_COL_UUID(struct click_quarter, company_id), DB_COL_ENUM(struct click_quarter, cls, click_class_names),
	DB_COL_TIME(struct click_quarter, quarter_us), DB_COL_I64(struct click_quarter, slot),
	DB_COL_I64(struct click_quarter, n),
};

#define LINK_ROW_COLUMNS \
	"SELECT l.code, l.state, l.company_id, l.share_id, s.person_id, s.post_id, l.created_at," \
	" o.state = 'active', o.visitor_cookie, COALESCE(c.track_conversions, TRUE), s.network, o.name, p.language," \
	" p.title, p.summary, p.destination_url, p.image_url, c.name," \
	" c.utm_source, c.utm_medium, c.utm_campaign, c.utm_content, c.utm_term"
#define LINK_OF_SHARE " JOIN link l ON l.code = s.code AND l.company_id = s.company_id"
#define LINK_ROW_JOINS \
	" JOIN post p ON p.company_id = s.company_id AND p.id = s.post_id" \
	" LEFT JOIN campaign c ON c.company_id = s.company_id AND c.id = s.campaign_id"

enum {
	Q_LINK_REVOKE, Q_LINKS_CHANGED, Q_LINKS_VERSION, Q_LINK_FIND, Q_LINK_MADE, Q_LINK_CLICKED,
	Q_MARK_LIST, Q_MARK_NEW, Q_MARK_LOCK, Q_MARK_SET, Q_MARK_DELETE, Q_MARK_PRUNE,
	Q_CLICK_INSERT, Q_DAY_ADD, Q_QUARTER_ADD, Q_ROLLUP_CLICKS, Q_ROLLUP_DAYS, Q_ROLLUP_QUARTERS, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_LINK_REVOKE] = {
		.name = "link_revoke",
		.sql = "UPDATE link SET state = 'revoked' WHERE company_id = ? AND code = ?",
		DB_IN(link_key_cols),
	},
	[Q_LINKS_CHANGED] = {
		.name = "links_changed",
		.sql = "UPDATE company /* all companies: its own id is asked for */ SET link_version = link_version + 1 WHERE id = ?",
		.in = link_key_cols, .n_in = 1,
	},
	[Q_LINKS_VERSION] = {
		.name = "links_version",
		.sql = "SELECT CAST(SUM(link_version) AS SIGNED) FROM company /* all companies: a worker's links are of them all */",
		DB_OUT(links_version_cols),
	},
	[Q_LINK_FIND] = {
		.name = "link_find",
		.sql = LINK_ROW_COLUMNS " FROM link l JOIN company o ON o.id = l.company_id"
		       " JOIN share s ON s.company_id = l.company_id AND s.id = l.share_id" LINK_ROW_JOINS
		       " WHERE l.code = ? /* all companies: a stranger has the code alone */",
		DB_IN(code_cols), DB_OUT(link_row_cols),
	},
	[Q_LINK_MADE] = {
		.name = "link_made_lately",
		.sql = LINK_ROW_COLUMNS " FROM company o STRAIGHT_JOIN share s ON s.company_id = o.id AND s.id >= ?"
		       LINK_OF_SHARE LINK_ROW_JOINS " LIMIT 10000 /* all companies: a node's snapshot holds them all */",
		DB_IN(since_share_cols), DB_OUT(link_row_cols),
	},
	[Q_LINK_CLICKED] = {
		.name = "link_clicked_lately",
		.sql = LINK_ROW_COLUMNS " FROM (SELECT DISTINCT d.company_id, d.share_id FROM company a"
		       " STRAIGHT_JOIN click_day d ON d.company_id = a.id AND d.day >= ? LIMIT 10000) k"
		       " STRAIGHT_JOIN company o ON o.id = k.company_id"
		       " JOIN share s ON s.company_id = k.company_id AND s.id = k.share_id"
		       LINK_OF_SHARE LINK_ROW_JOINS " /* all companies: a node's snapshot holds them all */",
		DB_IN(since_day_cols), DB_OUT(link_row_cols),
	},
	[Q_MARK_LIST] = {
		.name = "mark_list",
		.sql = "SELECT segment, bytes FROM spool_mark WHERE node = ? /* all companies: a node's files hold them all */",
		DB_IN(mark_node_cols), DB_OUT(mark_row_cols),
	},
	[Q_MARK_NEW] = {
		.name = "mark_new",
		.sql = "INSERT IGNORE INTO spool_mark (node, segment, bytes, updated_at) VALUES (?, ?, 0, ?)",
		DB_IN(mark_new_cols),
	},
	[Q_MARK_LOCK] = {
		.name = "mark_lock",
		.sql = "SELECT bytes FROM spool_mark WHERE node = ? AND segment = ? FOR UPDATE"
		       " /* all companies: a node's files hold them all */",
		DB_IN(mark_key_cols), DB_OUT(mark_bytes_cols),
	},
	[Q_MARK_SET] = {
		.name = "mark_set",
		.sql = "UPDATE spool_mark SET bytes = ?, updated_at = ? WHERE node = ? AND segment = ?"
		       " /* all companies: a node's files hold them all */",
		DB_IN(mark_set_cols),
	},
	[Q_MARK_DELETE] = {
		.name = "mark_delete",
		.sql = "DELETE FROM spool_mark WHERE node = ? AND segment = ? /* all companies: a node's files hold them all */",
		DB_IN(mark_key_cols),
	},
	[Q_MARK_PRUNE] = {
		.name = "mark_prune",
		.sql = "DELETE FROM spool_mark WHERE updated_at < ? /* all companies: a node's files hold them all */",
		DB_IN(mark_age_cols),
	},
	[Q_CLICK_INSERT] = {
		.name = "click_insert",
		.sql = "INSERT IGNORE INTO click (company_id, clicked_at, id, share_id, class, fact, reason, rule_version, rclid,"
		       " visitor, ip_hash, ip_prefix, user_agent, referrer, country, city) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(click_cols),
	},
	[Q_DAY_ADD] = {
		.name = "click_day_add",
		.sql = "INSERT INTO click_day (company_id, day, share_id, class, n) VALUES (?, ?, ?, ?, ?)"
		       " ON DUPLICATE KEY UPDATE n = n + VALUES(n)",
		DB_IN(day_cols),
	},
	[Q_ROLLUP_CLICKS] = {
		.name = "rollup_clicks",
		.sql = NO_LIMIT "SELECT share_id, class, clicked_at FROM click FORCE INDEX (PRIMARY) WHERE company_id = ?"
		       " AND clicked_at >= ? AND clicked_at < ?",
		DB_IN(rollup_in), DB_OUT(rollup_clicks_cols),
	},
	[Q_ROLLUP_DAYS] = {
		.name = "rollup_days",
		.sql = NO_LIMIT "SELECT share_id, class, CAST(n AS SIGNED) FROM click_day WHERE company_id = ? AND day >= DATE(?)"
		       " AND day < DATE(?)",
		DB_IN(rollup_in), DB_OUT(rollup_days_cols),
	},
	/* All classes are named, so that the index finds the day in each. */
	[Q_ROLLUP_QUARTERS] = {
		.name = "rollup_quarters",
		.sql = NO_LIMIT "SELECT class, CAST(quarter AS DATETIME(6)), n FROM click_quarter WHERE company_id = ? AND class IN"
		       " ('human', 'preview', 'bot', 'prefetch', 'scanner', 'duplicate', 'internal') AND quarter >= ? AND quarter < ?",
		DB_IN(rollup_in), DB_OUT(rollup_quarters_cols),
	},
	[Q_QUARTER_ADD] = {
		.name = "click_quarter_add",
		.sql = "INSERT INTO click_quarter (company_id, class, quarter, slot, n) VALUES (?, ?, ?, ?, ?)"
		       " ON DUPLICATE KEY UPDATE n = n + VALUES(n)",
		DB_IN(quarter_cols),
	},
};
/* clang-format on */

const struct db_stmt_table link_stmts = DB_STMTS("link", stmts);

/* --- links --------------------------------------------------------------------------------- */

enum fault
link_revoke(struct rq *rq, const char *code)
{
	const struct link_key in = { rq_company(rq), code };

	enum fault e = db_exec(rq, &stmts[Q_LINK_REVOKE], &in, NULL);

	return e ? e : link_changed(rq);
}

static enum fault
count_change(struct rq *rq, struct uuid company)
{
	const struct link_key in = { .company_id = company };

	return db_exec(rq, &stmts[Q_LINKS_CHANGED], &in, NULL);
}

enum fault
link_changed(struct rq *rq)
{
	return db_tx_last(rq, count_change, rq_company(rq));
}

enum fault
link_sql_version(struct rq *rq, int64_t *ret)
{
	struct links_version row = { .n = 0 };
	enum fault e = db_one(rq, &stmts[Q_LINKS_VERSION], NULL, &row);

	*ret = row.n;
	return e;
}

enum fault
link_sql_find(struct rq *rq, const char *code, struct link_row *out, bool *ret_found)
{
	struct code_in in = { code };

	return db_maybe(rq, &stmts[Q_LINK_FIND], &in, out, ret_found);
}

enum fault
link_sql_made(struct rq *rq, struct uuid least_share, struct link_row *out, db_row_fn *fn,
              void *arg)
{
	struct since in = { .share = least_share };

	return db_each_scratch(rq, &stmts[Q_LINK_MADE], &in, out, fn, arg);
}

enum fault
link_sql_clicked(struct rq *rq, const char *day, struct link_row *out, db_row_fn *fn, void *arg)
{
	struct since in = { .day = day };

	return db_each_scratch(rq, &stmts[Q_LINK_CLICKED], &in, out, fn, arg);
}

/* --- marks --------------------------------------------------------------------------------- */

enum fault
mark_sql_list(struct rq *rq, const char *node, struct mark *out, db_row_fn *fn, void *arg)
{
	struct mark in = { .node = node };

	return db_each(rq, &stmts[Q_MARK_LIST], &in, out, fn, arg);
}

enum fault
mark_sql_open(struct rq *rq, struct mark *m)
{
	bool found;
	enum fault e = db_maybe(rq, &stmts[Q_MARK_LOCK], m, m, &found);

	if (e || found)
		return e;
	m->updated_us = rq->now_us;
	e = db_exec(rq, &stmts[Q_MARK_NEW], m, NULL);
	if (e)
		return e;
	return db_one(rq, &stmts[Q_MARK_LOCK], m, m);
}

enum fault
mark_sql_set(struct rq *rq, const struct mark *m)
{
	return db_exec(rq, &stmts[Q_MARK_SET], m, NULL);
}

enum fault
mark_sql_delete(struct rq *rq, const struct mark *m)
{
	return db_exec(rq, &stmts[Q_MARK_DELETE], m, NULL);
}

enum fault
mark_sql_prune(struct rq *rq, int64_t before_us)
{
	struct mark in = { .updated_us = before_us };

	return db_exec(rq, &stmts[Q_MARK_PRUNE], &in, NULL);
}

/* --- clicks -------------------------------------------------------------------------------- */

enum fault
click_sql_insert(struct rq *rq, const struct click_row *rows, size_t n, uint64_t *ret_affected)
{
	return db_bulk(rq, &stmts[Q_CLICK_INSERT], rows, sizeof(*rows), n, ret_affected);
}

enum fault
day_sql_add(struct rq *rq, const struct day_row *rows, size_t n)
{
	return db_bulk(rq, &stmts[Q_DAY_ADD], rows, sizeof(*rows), n, NULL);
}

/* A slot a node, as far as there are slots. */
enum fault
click_quarters_add(struct rq *rq, struct click_quarter *rows, size_t n)
{
	enum { SLOTS = 16 };
	char node[64];
	int64_t slot;

	spool_node(node);
	slot = crc32c(node, strlen(node)) % SLOTS;
	for (size_t i = 0; i < n; i++)
		rows[i].slot = slot;
	return n > 0 ? db_bulk(rq, &stmts[Q_QUARTER_ADD], rows, sizeof(*rows), n, NULL)
	             : FAULT_NONE;
}

/* --- what the check of sums reads --- */

enum fault
rollup_sql_clicks(struct rq *rq, const struct rollup_day *d, db_row_fn *fn, void *arg)
{
	struct rollup_row row = { .cls = -1 };

	return db_each_scratch(rq, &stmts[Q_ROLLUP_CLICKS], d, &row, fn, arg);
}

enum fault
rollup_sql_days(struct rq *rq, const struct rollup_day *d, db_row_fn *fn, void *arg)
{
	struct rollup_row row = { .cls = -1 };

	return db_each_scratch(rq, &stmts[Q_ROLLUP_DAYS], d, &row, fn, arg);
}

enum fault
rollup_sql_quarters(struct rq *rq, const struct rollup_day *d, db_row_fn *fn, void *arg)
{
	struct rollup_row row = { .cls = -1 };

	return db_each_scratch(rq, &stmts[Q_ROLLUP_QUARTERS], d, &row, fn, arg);
}
