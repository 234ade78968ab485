/* SPDX-License-Identifier: Apache-2.0 */
/* rules_sql.c - statements of rule sets. */
#include "rostra/caller.h"

#include "rules_int.h"

/* clang-format off */
struct then_in {
	struct uuid company_id, person_id;
	int64_t     at, day;
	int         action, reason;
	int64_t     tenths;
	const char *kind, *owner;
};

static const struct db_col set_in[] = {
	DB_COL_UUID(struct rule_set, company_id), DB_COL_UUID(struct rule_set, id),
	DB_COL_TIME(struct rule_set, from),       DB_COL_UUID(struct rule_set, created_by),
	DB_COL_TIME(struct rule_set, created_at),
};
static const struct db_col set_out[] = {
	DB_COL_UUID(struct rule_set, id),         DB_COL_TIME(struct rule_set, from),
	DB_COL_UUID(struct rule_set, created_by), DB_COL_TIME(struct rule_set, created_at),
	DB_COL_STR(struct rule_set, packed),
};
static const struct db_col key_in[] = { DB_COL_UUID(struct rule_set, company_id), DB_COL_UUID(struct rule_set, id) };
static const struct db_col rule_in[] = {
	DB_COL_UUID(struct point_rule, company_id), DB_COL_UUID(struct point_rule, set_id),
	DB_COL_ENUM(struct point_rule, action, points_action_names),
	DB_COL_I64(struct point_rule, points_tenths), DB_COL_I64(struct point_rule, day_cap_tenths),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct rule_set_page, company_id), DB_COL_TIME(struct rule_set_page, before),
	DB_COL_I64(struct rule_set_page, limit),
};
static const struct db_col then_cols[] = {
	DB_COL_ENUM(struct then_in, action, points_action_names), DB_COL_UUID(struct then_in, company_id),
	DB_COL_TIME(struct then_in, at),
};
static const struct db_col then_out[] = {
	DB_COL_STR(struct rule_then, time_zone),  DB_COL_I64(struct rule_then, rule.points_tenths),
	DB_COL_I64(struct rule_then, rule.day_cap_tenths),
};
static const struct db_col given_in[] = {
	DB_COL_UUID(struct then_in, company_id),  DB_COL_UUID(struct then_in, person_id),
	DB_COL_ENUM(struct then_in, reason, points_reason_names), DB_COL_I64(struct then_in, day),
};
static const struct db_col given_out[] = { DB_COL_I64(struct then_in, tenths) };
static const struct db_col shares_in[] = { DB_COL_STR(struct then_in, owner), DB_COL_STR(struct then_in, kind) };
static const struct db_col shares_out[] = {
	DB_COL_UUID(struct share_fact, company_id), DB_COL_UUID(struct share_fact, id),
	DB_COL_UUID(struct share_fact, person_id),  DB_COL_TIME(struct share_fact, created_at),
	DB_COL_BOOL(struct share_fact, active),
};

static const struct db_col lead_in[] = { DB_COL_UUID(struct then_in, company_id), DB_COL_UUID(struct then_in, person_id) };
static const struct db_col lead_out[] = {
	DB_COL_UUID(struct lead_fact, person_id),    DB_COL_TIME(struct lead_fact, created_at),
	DB_COL_UUID(struct lead_fact, qualified_by), DB_COL_TIME(struct lead_fact, qualified_at),
};

#define TOUCHED_LAST(at)                                                                        \
	"(SELECT t.person_id FROM touch t WHERE t.company_id = l.company_id AND t.lead_id = l.id AND t.touched_at <= " at \
	" ORDER BY t.touched_at DESC, t.click_id DESC LIMIT 1)"
#define QUALIFIED_AT                                                                            \
	"(SELECT MIN(c.occurred_at) FROM conversion c WHERE c.company_id = l.company_id AND c.lead_id = l.id" \
	" AND c.stage IN ('qualified', 'opportunity', 'won'))"
#define SET_SELECT                                                                              \
	"SELECT s.id, s.from_at, s.created_by, s.created_at, (SELECT GROUP_CONCAT(CONCAT(r.action, ':', r.tenths, ':'," \
	" COALESCE(r.day_cap_tenths, '')) ORDER BY r.action) FROM point_rule r WHERE r.company_id = s.company_id" \
	" AND r.set_id = s.id) FROM point_rule_set s"

enum { Q_SET_GET, Q_SET_INSERT, Q_RULE_INSERT, Q_PAGE, Q_THEN, Q_GIVEN, Q_SHARES, Q_LEAD, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_SET_GET] = {
		.name = "point_rule_set_get",
		.sql = SET_SELECT " WHERE s.company_id = ? AND s.id = ?",
		DB_IN(key_in), DB_OUT(set_out),
	},
	[Q_SET_INSERT] = {
		.name = "point_rule_set_insert",
		.sql = "INSERT INTO point_rule_set (company_id, id, from_at, created_by, created_at) VALUES (?, ?, ?, ?, ?)",
		DB_IN(set_in),
	},
	[Q_RULE_INSERT] = {
		.name = "point_rule_insert",
		.sql = "INSERT INTO point_rule (company_id, set_id, action, tenths, day_cap_tenths) VALUES (?, ?, ?, ?, ?)",
		DB_IN(rule_in),
	},
	[Q_PAGE] = {
		.name = "point_rule_set_page",
		.sql = SET_SELECT " WHERE s.company_id = ? AND s.from_at < ? ORDER BY s.from_at DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(set_out),
	},
	[Q_THEN] = {
		.name = "point_rule_then",
		.sql = "SELECT c.time_zone, r.tenths, r.day_cap_tenths FROM point_rule_set s JOIN company c ON c.id = s.company_id"
		       " LEFT JOIN point_rule r ON r.company_id = s.company_id AND r.set_id = s.id AND r.action = ?"
		       " WHERE s.company_id = ? AND s.from_at <= ? ORDER BY s.from_at DESC LIMIT 1",
		DB_IN(then_cols), DB_OUT(then_out),
	},
	[Q_GIVEN] = {
		.name = "point_given_on_day",
		.sql = "SELECT CAST(COALESCE(SUM(tenths), 0) AS SIGNED) FROM point_entry"
		       " WHERE company_id = ? AND person_id = ? AND reason = ? AND day = ?",
		DB_IN(given_in), DB_OUT(given_out),
	},
	[Q_SHARES] = {
		.name = "point_shares_claimed",
		.sql = "SELECT DISTINCT s.company_id, s.id, s.person_id, s.created_at, s.state = 'active' FROM " OUTBOX_OBJECTS
		       " /* all companies: one relay serves them all */"
		       " STRAIGHT_JOIN share s ON s.company_id = o.company_id AND s.id = " OUTBOX_OBJECT_ID
		       " WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ?"
		       " AND EXISTS (SELECT 1 FROM point_rule_set r WHERE r.company_id = s.company_id)",
		DB_IN(shares_in), DB_OUT(shares_out),
	},
	[Q_LEAD] = {
		.name = "point_lead",
		.sql = "SELECT " TOUCHED_LAST("l.created_at") ", l.created_at, " TOUCHED_LAST(QUALIFIED_AT) ", " QUALIFIED_AT
		       " FROM lead l WHERE l.company_id = ? AND l.id = ?"
		       " AND EXISTS (SELECT 1 FROM point_rule_set r WHERE r.company_id = l.company_id)",
		DB_IN(lead_in), DB_OUT(lead_out),
	},
};
/* clang-format on */

const struct db_stmt_table points_rules_stmts = DB_STMTS("points_rules", stmts);

enum fault
rule_set_sql_get(struct rq *rq, struct uuid id, struct rule_set *out)
{
	struct rule_set key = { .company_id = rq_company(rq), .id = id };
	enum fault e = db_one(rq, &stmts[Q_SET_GET], &key, out);

	if (!e)
		out->rules = rules_unpack(rq->arena, out->packed);
	return e;
}

enum fault
rule_set_sql_insert(struct rq *rq, const struct rule_set *s, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_SET_INSERT], s, ret_duplicate);
}

enum fault
rule_sql_insert(struct rq *rq, const struct point_rule *rows, size_t n)
{
	return db_bulk(rq, &stmts[Q_RULE_INSERT], rows, sizeof(*rows), n, NULL);
}

enum fault
rule_set_sql_page(struct rq *rq, const struct rule_set_page *p, db_row_fn *fn, void *arg)
{
	struct rule_set row = { .from = 0 };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
rule_sql_then(struct rq *rq, enum points_action action, int64_t at_us, struct rule_then *out,
              bool *ret_found)
{
	struct then_in in = { .company_id = rq_company(rq), .action = (int)action, .at = at_us };
	enum fault e = db_maybe(rq, &stmts[Q_THEN], &in, out, ret_found);

	if (!e && *ret_found)
		*ret_found = out->rule.points_tenths != J_NO_INT;
	return e;
}

enum fault
rule_sql_given(struct rq *rq, struct uuid person, enum points_reason reason, int64_t day,
               int64_t *ret_tenths)
{
	struct then_in in = {
		.company_id = rq_company(rq), .person_id = person, .reason = (int)reason, .day = day
	};
	struct then_in out = in;
	enum fault e = db_one(rq, &stmts[Q_GIVEN], &in, &out);

	if (!e)
		*ret_tenths = out.tenths;
	return e;
}

enum fault
rule_sql_shares(struct rq *rq, const char *kind, const char *owner, db_row_fn *fn, void *arg)
{
	struct then_in in = { .kind = kind, .owner = owner };
	struct share_fact row = { .active = false };

	return db_each(rq, &stmts[Q_SHARES], &in, &row, fn, arg);
}

enum fault
rule_sql_lead(struct rq *rq, struct uuid lead, struct lead_fact *out, bool *ret_found)
{
	struct then_in in = { .company_id = rq_company(rq), .person_id = lead };

	return db_maybe(rq, &stmts[Q_LEAD], &in, out, ret_found);
}
