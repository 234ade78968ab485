/* SPDX-License-Identifier: Apache-2.0 */
/* click_sql.c - statements of clicks as they are kept. */
#include "click_int.h"

const char *const click_cause_names[] = { "rules", CLICK_OVERRULED, NULL };

/* clang-format off */
static const struct db_col seen_out[] = {
	DB_COL_BYTES(struct click_seen, click_id), DB_COL_TIME(struct click_seen, clicked_at),
	DB_COL_UUID(struct click_seen, share_id), DB_COL_UUID(struct click_seen, person_id),
	DB_COL_ENUM(struct click_seen, cls, click_class_names), DB_COL_ENUM(struct click_seen, fact, click_fact_names),
	DB_COL_STR(struct click_seen, reason), DB_COL_I64(struct click_seen, rule_version),
	DB_COL_STR(struct click_seen, ip_prefix), DB_COL_STR(struct click_seen, user_agent),
	DB_COL_STR(struct click_seen, referrer), DB_COL_VIEW(struct click_seen, visitor),
	DB_COL_STR(struct click_seen, country), DB_COL_STR(struct click_seen, city),
};
static const struct db_col batch_out[] = {
	DB_COL_BYTES(struct click_seen, click_id), DB_COL_TIME(struct click_seen, clicked_at),
	DB_COL_UUID(struct click_seen, share_id), DB_COL_ENUM(struct click_seen, cls, click_class_names),
	DB_COL_ENUM(struct click_seen, fact, click_fact_names), DB_COL_STR(struct click_seen, reason),
	DB_COL_STR(struct click_seen, ip_prefix), DB_COL_STR(struct click_seen, user_agent),
	DB_COL_VIEW(struct click_seen, visitor), DB_COL_VIEW(struct click_seen, ip_hash),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct click_page, company_id), DB_COL_TIME(struct click_page, from), DB_COL_TIME(struct click_page, to),
	DB_COL_TIME(struct click_page, before), DB_COL_TIME(struct click_page, before),
	DB_COL_BYTES(struct click_page, before_id),
	DB_COL_ENUM(struct click_page, cls, click_class_names), DB_COL_ENUM(struct click_page, cls, click_class_names),
	DB_COL_STR(struct click_page, reason), DB_COL_STR(struct click_page, reason), DB_COL_I64(struct click_page, limit),
};
static const struct db_col share_page_in[] = {
	DB_COL_UUID(struct click_page, company_id), DB_COL_UUID(struct click_page, share),
	DB_COL_TIME(struct click_page, from), DB_COL_TIME(struct click_page, to),
	DB_COL_TIME(struct click_page, before), DB_COL_TIME(struct click_page, before),
	DB_COL_BYTES(struct click_page, before_id),
	DB_COL_ENUM(struct click_page, cls, click_class_names), DB_COL_ENUM(struct click_page, cls, click_class_names),
	DB_COL_STR(struct click_page, reason), DB_COL_STR(struct click_page, reason), DB_COL_I64(struct click_page, limit),
};
#define REASONS_IN \
	DB_COL_UUID(struct click_page, company_id), DB_COL_TIME(struct click_page, from), DB_COL_TIME(struct click_page, to)
static const struct db_col reasons_in[] = { REASONS_IN };
static const struct db_col share_reasons_in[] = { REASONS_IN, DB_COL_UUID(struct click_page, share) };
static const struct db_col reason_out[] = {
	DB_COL_ENUM(struct click_reason, cls, click_class_names), DB_COL_STR(struct click_reason, reason),
	DB_COL_I64(struct click_reason, clicks),
};
static const struct db_col seen_key[] = {
	DB_COL_UUID(struct click_seen, company_id), DB_COL_BYTES(struct click_seen, click_id),
};
static const struct db_col batch_in[] = {
	DB_COL_UUID(struct click_batch, company_id), DB_COL_TIME(struct click_batch, from),
	DB_COL_TIME(struct click_batch, from), DB_COL_BYTES(struct click_batch, after_id),
	DB_COL_TIME(struct click_batch, to), DB_COL_I64(struct click_batch, limit),
};
static const struct db_col earlier_in[] = {
	DB_COL_UUID(struct click_seen, company_id), DB_COL_UUID(struct click_seen, share_id),
	DB_COL_TIME(struct click_seen, clicked_at), DB_COL_TIME(struct click_seen, clicked_at),
	DB_COL_VIEW(struct click_seen, ip_hash), DB_COL_STR(struct click_seen, user_agent),
};
static const struct db_col company_in[] = { DB_COL_UUID(struct click_seen, company_id) };
static const struct db_col id_out[] = { DB_COL_BYTES(struct click_seen, click_id) };
static const struct db_col first_out[] = { DB_COL_TIME(struct click_seen, clicked_at) };
static const struct db_col set_in[] = {
	DB_COL_ENUM(struct click_change, after, click_class_names), DB_COL_STR(struct click_change, reason_after),
	DB_COL_ENUM(struct click_change, fact, click_fact_names),
	DB_COL_I64(struct click_change, rule_version), DB_COL_UUID(struct click_change, company_id),
	DB_COL_TIME(struct click_change, clicked_at), DB_COL_BYTES(struct click_change, click_id),
	DB_COL_ENUM(struct click_change, before, click_class_names), DB_COL_STR(struct click_change, reason_before),
};
#define CHANGE_COLS \
	DB_COL_UUID(struct click_change, id), DB_COL_BYTES(struct click_change, click_id), \
	DB_COL_TIME(struct click_change, clicked_at), DB_COL_ENUM(struct click_change, cause, click_cause_names), \
	DB_COL_ENUM(struct click_change, before, click_class_names), DB_COL_ENUM(struct click_change, after, click_class_names), \
	DB_COL_STR(struct click_change, reason_before), DB_COL_STR(struct click_change, reason_after), \
	DB_COL_I64(struct click_change, rule_version), DB_COL_UUID(struct click_change, person_id), \
	DB_COL_STR(struct click_change, note), DB_COL_TIME(struct click_change, changed_at)
static const struct db_col note_in[] = { DB_COL_UUID(struct click_change, company_id), CHANGE_COLS };
static const struct db_col change_out[] = { CHANGE_COLS };
static const struct db_col less_in[] = {
	DB_COL_I64(struct click_change, n), DB_COL_UUID(struct click_change, company_id), DB_COL_STR(struct click_change, day),
	DB_COL_UUID(struct click_change, share_id), DB_COL_ENUM(struct click_change, before, click_class_names),
	DB_COL_I64(struct click_change, n),
};
static const struct db_col none_in[] = {
	DB_COL_UUID(struct click_change, company_id), DB_COL_STR(struct click_change, day),
	DB_COL_UUID(struct click_change, share_id), DB_COL_ENUM(struct click_change, before, click_class_names),
};
static const struct db_col more_in[] = {
	DB_COL_UUID(struct click_change, company_id), DB_COL_STR(struct click_change, day),
	DB_COL_UUID(struct click_change, share_id), DB_COL_ENUM(struct click_change, after, click_class_names),
	DB_COL_I64(struct click_change, n),
};

#define SEEN_SELECT \
	"SELECT c.id, c.clicked_at, c.share_id, s.person_id, c.class, c.fact, c.reason, c.rule_version, c.ip_prefix," \
	" c.user_agent, c.referrer, c.visitor, c.country, c.city"
#define SHARE_JOIN " JOIN share s ON s.company_id = c.company_id AND s.id = c.share_id"
#define PAGE_REST \
	" AND c.clicked_at >= ? AND c.clicked_at < ? AND c.clicked_at <= ? AND (c.clicked_at < ? OR c.id < ?)" \
	" AND (? IS NULL OR c.class = ?) AND (? IS NULL OR c.reason = " DB_ASCII ") ORDER BY c.clicked_at DESC, c.id DESC LIMIT ?"
#define CHANGE_COLUMNS \
	"id, click_id, clicked_at, cause, class_before, class_after, reason_before, reason_after, rule_version, person_id," \
	" note, changed_at"

/* Of three months at most: every click is read. */
#define REASONS(index) \
	"SET STATEMENT max_statement_time = 60 FOR SELECT class, reason, COUNT(*) AS n FROM click FORCE INDEX (" index ")" \
	" WHERE company_id = ? AND clicked_at >= ? AND clicked_at < ?"

enum {
	Q_PAGE, Q_SHARE_PAGE, Q_REASONS, Q_SHARE_REASONS, Q_GET, Q_CHANGES, Q_BATCH, Q_EARLIER, Q_FIRST, Q_SET, Q_NOTE, Q_DAY_LESS, Q_DAY_NONE,
	Q_DAY_MORE, Q__MAX
};

static const struct db_stmt rows[Q__MAX] = {
	[Q_PAGE] = {
		.name = "click_page",
		.sql = SEEN_SELECT " FROM click c FORCE INDEX (PRIMARY)" SHARE_JOIN " WHERE c.company_id = ?" PAGE_REST,
		DB_IN(page_in), DB_OUT(seen_out),
	},
	[Q_SHARE_PAGE] = {
		.name = "click_share_page",
		.sql = SEEN_SELECT " FROM click c FORCE INDEX (click_share)" SHARE_JOIN
		       " WHERE c.company_id = ? AND c.share_id = ?" PAGE_REST,
		DB_IN(share_page_in), DB_OUT(seen_out),
	},
	[Q_REASONS] = {
		.name = "click_reasons",
		.sql = REASONS("PRIMARY") " GROUP BY class, reason ORDER BY n DESC, class, reason LIMIT 500",
		DB_IN(reasons_in), DB_OUT(reason_out),
	},
	[Q_SHARE_REASONS] = {
		.name = "click_share_reasons",
		.sql = REASONS("click_share") " AND share_id = ? GROUP BY class, reason ORDER BY n DESC, class, reason LIMIT 500",
		DB_IN(share_reasons_in), DB_OUT(reason_out),
	},
	[Q_GET] = {
		.name = "click_get",
		.sql = SEEN_SELECT " FROM click c FORCE INDEX (click_id)" SHARE_JOIN " WHERE c.company_id = ? AND c.id = ? LIMIT 1",
		DB_IN(seen_key), DB_OUT(seen_out),
	},
	[Q_CHANGES] = {
		.name = "click_changes",
		.sql = "SELECT " CHANGE_COLUMNS " FROM click_change WHERE company_id = ? AND click_id = ? ORDER BY id LIMIT 100",
		DB_IN(seen_key), DB_OUT(change_out),
	},
	[Q_BATCH] = {
		.name = "click_batch",
		.sql = "SET STATEMENT max_statement_time = 60 FOR SELECT id, clicked_at, share_id, class, fact, reason, ip_prefix,"
		       " user_agent, visitor, ip_hash FROM click FORCE INDEX (PRIMARY) WHERE company_id = ? AND clicked_at >= ?"
		       " AND (clicked_at > ? OR id > ?) AND clicked_at < ? ORDER BY clicked_at, id LIMIT ?",
		DB_IN(batch_in), DB_OUT(batch_out),
	},
	[Q_EARLIER] = {
		.name = "click_earlier",
		.sql = "SELECT id FROM click FORCE INDEX (click_share) WHERE company_id = ? AND share_id = ?"
		       " AND clicked_at > ? - INTERVAL 1 HOUR AND clicked_at < ? AND ip_hash = ? AND user_agent = ?"
		       " AND class IN ('human', 'duplicate') LIMIT 1",
		DB_IN(earlier_in), DB_OUT(id_out),
	},
	[Q_FIRST] = {
		.name = "click_first",
		.sql = "SELECT clicked_at FROM click WHERE company_id = ? ORDER BY clicked_at LIMIT 1",
		DB_IN(company_in), DB_OUT(first_out),
	},
	[Q_SET] = {
		.name = "click_set_class",
		.sql = "UPDATE click SET class = ?, reason = ?, fact = ?, rule_version = ? WHERE company_id = ? AND clicked_at = ?"
		       " AND id = ? AND class = ? AND reason = ?",
		DB_IN(set_in),
	},
	[Q_NOTE] = {
		.name = "click_change_insert",
		.sql = "INSERT INTO click_change (company_id, " CHANGE_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(note_in),
	},
	[Q_DAY_LESS] = {
		.name = "click_day_less",
		.sql = "UPDATE click_day SET n = n - ? WHERE company_id = ? AND day = ? AND share_id = ? AND class = ? AND n >= ?",
		DB_IN(less_in),
	},
	[Q_DAY_NONE] = {
		.name = "click_day_none",
		.sql = "DELETE FROM click_day WHERE company_id = ? AND day = ? AND share_id = ? AND class = ? AND n = 0",
		DB_IN(none_in),
	},
	[Q_DAY_MORE] = {
		.name = "click_day_more",
		.sql = "INSERT INTO click_day (company_id, day, share_id, class, n) VALUES (?, ?, ?, ?, ?)"
		       " ON DUPLICATE KEY UPDATE n = n + VALUES(n)",
		DB_IN(more_in),
	},
};
/* clang-format on */

const struct db_stmt_table click_stmts = DB_STMTS("click", rows);

enum fault
click_sql_page(struct rq *rq, const struct click_page *p, struct click_seen *out, db_row_fn *fn,
               void *arg)
{
	return db_each(rq, &rows[uuid_is_zero(p->share) ? Q_PAGE : Q_SHARE_PAGE], p, out, fn, arg);
}

enum fault
click_sql_reasons(struct rq *rq, const struct click_page *p, db_row_fn *fn, void *arg)
{
	struct click_reason row = { .clicks = 0 };

	return db_each(rq, &rows[uuid_is_zero(p->share) ? Q_REASONS : Q_SHARE_REASONS], p, &row, fn,
	               arg);
}

enum fault
click_sql_get(struct rq *rq, struct click_seen *c)
{
	c->company_id = rq_company(rq);
	return db_one(rq, &rows[Q_GET], c, c);
}

enum fault
click_sql_changes(struct rq *rq, const struct click_seen *key, struct click_change *out,
                  db_row_fn *fn, void *arg)
{
	return db_each(rq, &rows[Q_CHANGES], key, out, fn, arg);
}

enum fault
click_sql_batch(struct rq *rq, const struct click_batch *b, struct click_seen *out, db_row_fn *fn,
                void *arg)
{
	return db_each_scratch(rq, &rows[Q_BATCH], b, out, fn, arg);
}

enum fault
click_sql_earlier(struct rq *rq, const struct click_seen *c, bool *ret_found)
{
	struct click_seen out = { .fact = 0 };

	return db_maybe(rq, &rows[Q_EARLIER], c, &out, ret_found);
}

enum fault
click_sql_first(struct rq *rq, int64_t *ret_us, bool *ret_found)
{
	const struct click_seen in = { .company_id = rq_company(rq) };
	struct click_seen out = { .fact = 0 };
	enum fault e = db_maybe(rq, &rows[Q_FIRST], &in, &out, ret_found);

	*ret_us = out.clicked_at;
	return e;
}

enum fault
click_sql_set(struct rq *rq, const struct click_change *c, size_t n, uint64_t *ret_done)
{
	return db_bulk(rq, &rows[Q_SET], c, sizeof(*c), n, ret_done);
}

enum fault
click_sql_note(struct rq *rq, const struct click_change *c, size_t n)
{
	return db_bulk(rq, &rows[Q_NOTE], c, sizeof(*c), n, NULL);
}

enum fault
click_sql_days(struct rq *rq, const struct click_change *c, size_t n)
{
	enum fault e = db_bulk(rq, &rows[Q_DAY_LESS], c, sizeof(*c), n, NULL);

	if (!e)
		e = db_bulk(rq, &rows[Q_DAY_NONE], c, sizeof(*c), n, NULL);
	return e ? e : db_bulk(rq, &rows[Q_DAY_MORE], c, sizeof(*c), n, NULL);
}
