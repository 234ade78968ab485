/* SPDX-License-Identifier: Apache-2.0 */
/* rules_sql.c - statements of rule sets. */
#include "rostra/caller.h"

#include "rules_int.h"

/* clang-format off */
struct during_in {
	struct uuid company_id;
	int64_t     from_us, to_us;
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
	DB_COL_I64(struct point_rule, item_cap_tenths), DB_COL_I64(struct point_rule, per_minor),
	DB_COL_STR(struct point_rule, name),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct rule_set_page, company_id), DB_COL_TIME(struct rule_set_page, before),
	DB_COL_I64(struct rule_set_page, limit),
};
static const struct db_col adoptions_in[] = {
	DB_COL_UUID(struct rule_set_page, company_id), DB_COL_UUID(struct rule_set_page, before_id),
	DB_COL_I64(struct rule_set_page, limit),
};
static const struct db_col adopted_out[] = {
	DB_COL_UUID(struct rule_set, id),         DB_COL_TIME(struct rule_set, from),
	DB_COL_TIME(struct rule_set, to),         DB_COL_TIME(struct rule_set, created_at),
	DB_COL_STR(struct rule_set, packed),
};
static const struct db_col adopt_in[] = {
	DB_COL_UUID(struct rule_set, company_id), DB_COL_UUID(struct rule_set, id),
	DB_COL_TIME(struct rule_set, from),       DB_COL_TIME(struct rule_set, to),
	DB_COL_TIME(struct rule_set, created_at),
};
static const struct db_col during_cols[] = {
	DB_COL_UUID(struct during_in, company_id), DB_COL_TIME(struct during_in, to_us),
	DB_COL_TIME(struct during_in, from_us),
};

/* Of the set or adoption s. */
#define PACKED                                                                                  \
	"(SELECT GROUP_CONCAT(CONCAT_WS(':', r.action, r.tenths, COALESCE(r.day_cap_tenths, '')," \
	" COALESCE(r.item_cap_tenths, ''), COALESCE(r.per_minor, ''), r.name) ORDER BY r.action, r.name)" \
	" FROM point_rule r WHERE r.company_id = s.company_id AND r.set_id = s.id)"
#define SET_SELECT                                                                              \
	"SELECT s.id, s.from_at, s.created_by, s.created_at, " PACKED " FROM point_rule_set s"

#define ADOPTED_SELECT                                                                          \
	"SELECT s.id, s.from_at, s.to_at, s.adopted_at, " PACKED " FROM point_adoption s"

enum { Q_SET_GET, Q_SET_INSERT, Q_RULE_INSERT, Q_PAGE, Q_DURING, Q_ADOPTED, Q_ADOPT, Q_ADOPTIONS, Q__MAX };

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
		.sql = "INSERT INTO point_rule (company_id, set_id, action, tenths, day_cap_tenths, item_cap_tenths, per_minor,"
		       " name) VALUES (?, ?, ?, ?, ?, ?, ?, COALESCE(?, ''))",
		DB_IN(rule_in),
	},
	[Q_PAGE] = {
		.name = "point_rule_set_page",
		.sql = SET_SELECT " WHERE s.company_id = ? AND s.from_at < ? ORDER BY s.from_at DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(set_out),
	},
	[Q_DURING] = {
		.name = "point_rule_set_during",
		.sql = SET_SELECT " WHERE s.company_id = ? AND s.from_at < ? AND s.from_at >= COALESCE((SELECT MAX(b.from_at)"
		       " FROM point_rule_set b WHERE b.company_id = s.company_id AND b.from_at <= ?), '1000-01-01')"
		       " ORDER BY s.from_at",
		DB_IN(during_cols), DB_OUT(set_out),
	},
	[Q_ADOPTED] = {
		.name = "point_adopted_during",
		.sql = ADOPTED_SELECT " WHERE s.company_id = ? AND s.from_at < ?"
		       " AND s.to_at > ? ORDER BY s.adopted_at DESC, s.id DESC",
		DB_IN(during_cols), DB_OUT(adopted_out),
	},
	[Q_ADOPT] = {
		.name = "point_adopt",
		.sql = "INSERT INTO point_adoption (company_id, id, from_at, to_at, adopted_at) VALUES (?, ?, ?, ?, ?)",
		DB_IN(adopt_in),
	},
	[Q_ADOPTIONS] = {
		.name = "point_adoption_page",
		.sql = ADOPTED_SELECT " WHERE s.company_id = ? AND s.id < ? ORDER BY s.id DESC LIMIT ?",
		DB_IN(adoptions_in), DB_OUT(adopted_out),
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
rule_set_sql_adoptions(struct rq *rq, const struct rule_set_page *p, db_row_fn *fn, void *arg)
{
	struct rule_set row = { .from = 0 };

	return db_each(rq, &stmts[Q_ADOPTIONS], p, &row, fn, arg);
}

enum fault
rule_set_sql_during(struct rq *rq, int64_t from_us, int64_t to_us, db_row_fn *fn, void *arg)
{
	const struct during_in in = { rq_company(rq), from_us, to_us };
	struct rule_set row = { .from = 0 };

	return db_each(rq, &stmts[Q_DURING], &in, &row, fn, arg);
}

enum fault
rule_set_sql_adopted(struct rq *rq, int64_t from_us, int64_t to_us, db_row_fn *fn, void *arg)
{
	const struct during_in in = { rq_company(rq), from_us, to_us };
	struct rule_set row = { .from = 0 };

	return db_each(rq, &stmts[Q_ADOPTED], &in, &row, fn, arg);
}

enum fault
rule_set_sql_adopt(struct rq *rq, const struct rule_set *s)
{
	return db_exec(rq, &stmts[Q_ADOPT], s, NULL);
}
