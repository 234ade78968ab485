/* SPDX-License-Identifier: Apache-2.0 */
/* points_sql.c - statements of the ledger. */
#include "rostra/caller.h"

#include "points_int.h"

/* clang-format off */
struct subject_in {
	struct uuid company_id, object_id;
	int         currency;
};

static const struct db_col insert_in[] = {
	DB_COL_UUID(struct point_entry, company_id),  DB_COL_UUID(struct point_entry, person_id),
	DB_COL_ENUM(struct point_entry, currency, points_currency_names),
	DB_COL_I64(struct point_entry, period),       DB_COL_I64(struct point_entry, tenths),
	DB_COL_ENUM(struct point_entry, reason, points_reason_names),
	DB_COL_UUID(struct point_entry, object_id),   DB_COL_STR(struct point_entry, entry_key),
	DB_COL_I64(struct point_entry, reverses_id),  DB_COL_TIME(struct point_entry, created_at),
	DB_COL_I64(struct point_entry, day),          DB_COL_I64(struct point_entry, reverses_id),
	DB_COL_UUID(struct point_entry, team_id),     DB_COL_UUID(struct point_entry, company_id),
	DB_COL_UUID(struct point_entry, person_id),   DB_COL_TIME(struct point_entry, at_us),
	DB_COL_TIME(struct point_entry, at_us),       DB_COL_UUID(struct point_entry, item_id),
};
static const struct db_col insert_all_in[] = {
	DB_COL_UUID(struct point_entry, company_id),  DB_COL_UUID(struct point_entry, person_id),
	DB_COL_ENUM(struct point_entry, currency, points_currency_names),
	DB_COL_I64(struct point_entry, period),       DB_COL_I64(struct point_entry, tenths),
	DB_COL_ENUM(struct point_entry, reason, points_reason_names),
	DB_COL_UUID(struct point_entry, object_id),   DB_COL_STR(struct point_entry, entry_key),
	DB_COL_TIME(struct point_entry, created_at),  DB_COL_I64(struct point_entry, day),
	DB_COL_UUID(struct point_entry, team_id),
};
enum { SUM_DAY, SUM_MONTH, SUM__MAX };
static const char *const sum_span_names[SUM__MAX + 1] = { "day", "month", NULL };
struct summing {
	struct point_sum s;
	int              span;
};
#define FACT_KEY                                                                                \
	DB_COL_UUID(struct point_entry, company_id),  DB_COL_UUID(struct point_entry, object_id),    \
	DB_COL_UUID(struct point_entry, person_id),   DB_COL_STR(struct point_entry, entry_key)
static const struct db_col sum_in[] = { FACT_KEY, FACT_KEY };
const struct db_col point_entry_out[POINT_ENTRY_OUT] = {
	DB_COL_I64(struct point_entry, id),           DB_COL_UUID(struct point_entry, person_id),
	DB_COL_ENUM(struct point_entry, currency, points_currency_names),
	DB_COL_I64(struct point_entry, period),       DB_COL_I64(struct point_entry, tenths),
	DB_COL_ENUM(struct point_entry, reason, points_reason_names),
	DB_COL_UUID(struct point_entry, object_id),   DB_COL_I64(struct point_entry, reverses_id),
	DB_COL_TIME(struct point_entry, created_at),  DB_COL_BOOL(struct point_entry, reversed),
	DB_COL_I64(struct point_entry, day),          DB_COL_UUID(struct point_entry, team_id),
	DB_COL_UUID(struct point_entry, item_id),
};
static const struct db_col balance_cols[] = {
	DB_COL_UUID(struct point_balance, company_id), DB_COL_UUID(struct point_balance, person_id),
	DB_COL_ENUM(struct point_balance, currency, points_currency_names),
	DB_COL_I64(struct point_balance, period),      DB_COL_I64(struct point_balance, tenths),
	DB_COL_I64(struct point_balance, granted_tenths), DB_COL_I64(struct point_balance, entries),
	DB_COL_TIME(struct point_balance, updated_at),
};
/* The row that is inserted is checked even where it is only added: nothing below zero goes in. */
struct adding {
	struct point_balance b;
	int64_t              tenths;
};
static const struct db_col add_in[] = {
	DB_COL_UUID(struct adding, b.company_id),      DB_COL_UUID(struct adding, b.person_id),
	DB_COL_ENUM(struct adding, b.currency, points_currency_names),
	DB_COL_I64(struct adding, b.period),           DB_COL_I64(struct adding, b.tenths),
	DB_COL_I64(struct adding, b.granted_tenths),   DB_COL_I64(struct adding, b.entries),
	DB_COL_TIME(struct adding, b.updated_at),      DB_COL_I64(struct adding, tenths),
};
static const struct db_col balance_key[] = {
	DB_COL_UUID(struct point_balance, company_id), DB_COL_UUID(struct point_balance, person_id),
	DB_COL_ENUM(struct point_balance, currency, points_currency_names),
	DB_COL_I64(struct point_balance, period),
};
static const struct db_col subject_cols[] = {
	DB_COL_UUID(struct subject_in, company_id),    DB_COL_UUID(struct subject_in, object_id),
	DB_COL_ENUM(struct subject_in, currency, points_currency_names),
};
struct several {
	struct uuid company_id, id[POINTS_HOLDS_MAX];
	int64_t     period;
};
_Static_assert(POINTS_HOLDS_MAX == 16, "as many as DB_COL_16");
static const struct db_col hold_in[] = {
	DB_COL_UUID(struct several, company_id), DB_COL_16(DB_COL_UUID, struct several, id, 0), DB_COL_I64(struct several, period),
};
static const struct db_col hold_out[] = {
	DB_COL_UUID(struct point_balance, person_id),  DB_COL_I64(struct point_balance, tenths),
	DB_COL_I64(struct point_balance, granted_tenths),
};
static const struct db_col sum_all_in[] = {
	DB_COL_UUID(struct summing, s.company_id),     DB_COL_ENUM(struct summing, span, sum_span_names),
	DB_COL_I64(struct summing, s.day),             DB_COL_UUID(struct summing, s.person_id),
	DB_COL_UUID(struct summing, s.team_id),        DB_COL_I64(struct summing, s.tenths),
	DB_COL_I64(struct summing, s.entries),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct points_page, company_id),   DB_COL_UUID(struct points_page, person_id),
	DB_COL_I64(struct points_page, before),
	DB_COL_ENUM(struct points_page, currency, points_currency_names),
	DB_COL_ENUM(struct points_page, currency, points_currency_names),
	DB_COL_I64(struct points_page, limit),
};
static const struct db_col person_in[] = {
	DB_COL_UUID(struct point_balance, company_id), DB_COL_UUID(struct point_balance, person_id),
};
static const struct db_col allowance_out[] = {
	DB_COL_STR(struct points_allowance, time_zone), DB_COL_I64(struct points_allowance, monthly),
	DB_COL_I64(struct points_allowance, boost),
};

#define SUM_INTO "INSERT INTO point_sum (company_id, span, from_day, person_id, team_id, tenths, entries)"
#define SUMMED(span, day, of)                                                                   \
	" SELECT company_id, '" span "', " day ", person_id, " POINT_SUM_TEAM ", tenths, 1 FROM point_entry" of
#define OF_FACT " WHERE company_id = ? AND object_id = ? AND person_id = ? AND entry_key = ?"
#define SUM_ONTO " ON DUPLICATE KEY UPDATE tenths = point_sum.tenths + VALUE(tenths), entries = point_sum.entries + VALUE(entries)"

/* What is spent comes as what is earned, above zero; the grants are those that there should be.  The period tells the
 * currencies apart: numbers are compared faster than names. */
#define ENOUGH "granted_tenths >= VALUE(granted_tenths) AND (period = 0 OR tenths >= VALUE(tenths))"

enum { Q_INSERT, Q_INSERT_ALL, Q_SUM, Q_SUM_ALL, Q_ADD, Q_SPEND_ALL, Q_BALANCE, Q_HOLD_ALL, Q_OF_OBJECT, Q_PAGE, Q_ALLOWANCE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = {
		.name = "point_entry_insert",
		.sql = "INSERT INTO point_entry (company_id, person_id, currency, period, tenths, reason, object_id,"
		       " entry_key, reverses_id, created_at, day, team_id, item_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		       " IF(? IS NOT NULL, ?, (SELECT m.team_id FROM team_member m WHERE m.company_id = ? AND m.person_id = ?"
		       " AND m.is_primary AND m.from_at <= ? AND (m.to_at IS NULL OR m.to_at > ?) LIMIT 1)), ?)",
		DB_IN(insert_in),
	},
	[Q_INSERT_ALL] = {
		.name = "point_entry_insert_all",
		.sql = "INSERT INTO point_entry (company_id, person_id, currency, period, tenths, reason, object_id,"
		       " entry_key, created_at, day, team_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_all_in),
	},
	[Q_SUM] = {
		.name = "point_sum_add",
		.sql = SUM_INTO SUMMED("day", "day", OF_FACT) " UNION ALL" SUMMED("month", POINT_SUM_MONTH, OF_FACT) SUM_ONTO,
		DB_IN(sum_in),
	},
	[Q_SUM_ALL] = {
		.name = "point_sum_add_all",
		.sql = SUM_INTO " VALUES (?, ?, ?, ?, COALESCE(?, " POINT_SUM_NO_TEAM "), ?, ?)" SUM_ONTO,
		DB_IN(sum_all_in),
	},
	[Q_ADD] = {
		.name = "point_balance_add",
		.sql = "INSERT INTO point_balance (company_id, person_id, currency, period, tenths, granted_tenths,"
		       " entries, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
		       " tenths = tenths + ?, granted_tenths = granted_tenths + VALUE(granted_tenths),"
		       " entries = entries + VALUE(entries), updated_at = IF(VALUE(entries) = 0, updated_at, VALUE(updated_at))",
		DB_IN(add_in),
	},
	[Q_SPEND_ALL] = {
		.name = "point_balance_spend_all",
		.sql = "INSERT INTO point_balance (company_id, person_id, currency, period, tenths, granted_tenths,"
		       " entries, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
		       " updated_at = IF(" ENOUGH ", VALUE(updated_at), updated_at),"
		       " entries = entries + IF(" ENOUGH ", VALUE(entries), 0),"
		       " tenths = IF(" ENOUGH ", tenths + IF(period = 0, VALUE(tenths), -VALUE(tenths)), tenths)",
		DB_IN(balance_cols),
	},
	[Q_BALANCE] = {
		.name = "point_balance_get",
		.sql = "SELECT company_id, person_id, currency, period, tenths, granted_tenths, entries, updated_at"
		       " FROM point_balance WHERE company_id = ? AND person_id = ? AND currency = ? AND period = ?",
		DB_IN(balance_key), DB_OUT(balance_cols),
	},
	[Q_HOLD_ALL] = { /* in the key's order, as everybody takes them */
		.name = "point_balance_hold_all",
		.sql = "SELECT person_id, tenths, granted_tenths FROM point_balance FORCE INDEX (PRIMARY) WHERE company_id = ?"
		       " AND person_id" DB_AMONG_16 " AND currency = 'allowance' AND period = ? FOR UPDATE",
		DB_IN(hold_in), DB_OUT(hold_out),
	},
	[Q_OF_OBJECT] = {
		.name = "point_entry_of_object",
		.sql = "SELECT " POINT_ENTRY_COLUMNS POINT_ENTRY_FROM " (point_entry_fact)" POINT_ENTRY_REVERSED
		       " WHERE e.company_id = ? AND e.object_id = ? AND e.currency = ? AND e.reverses_id IS NULL"
		       " ORDER BY e.id",
		DB_IN(subject_cols), DB_OUT(point_entry_out),
	},
	[Q_PAGE] = {
		.name = "point_entry_page",
		.sql = "SELECT " POINT_ENTRY_COLUMNS POINT_ENTRY_FROM " (PRIMARY)" POINT_ENTRY_REVERSED
		       " WHERE e.company_id = ? AND e.person_id = ? AND e.id < ? AND (? IS NULL OR e.currency = ?)"
		       " ORDER BY e.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(point_entry_out),
	},
	[Q_ALLOWANCE] = {
		.name = "point_allowance",
		.sql = "SELECT c.time_zone, k.monthly_allowance, " POINTS_BOOST " FROM person p JOIN company c ON c.id = p.company_id"
		       " LEFT JOIN kudos_policy k ON k.company_id = p.company_id WHERE p.company_id = ? AND p.id = ?",
		DB_IN(person_in), DB_OUT(allowance_out),
	},
};
/* clang-format on */

const struct db_stmt_table points_stmts = DB_STMTS("points", stmts);

enum fault
points_sql_insert(struct rq *rq, const struct point_entry *e, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], e, ret_duplicate);
}

enum fault
points_sql_sum(struct rq *rq, const struct point_entry *e)
{
	return db_exec(rq, &stmts[Q_SUM], e, NULL);
}

enum fault
points_sql_insert_all(struct rq *rq, const struct point_entry *entries, size_t n)
{
	return db_bulk(rq, &stmts[Q_INSERT_ALL], entries, sizeof(*entries), n, NULL);
}

enum fault
points_sql_sum_all(struct rq *rq, const struct point_sum *sums, size_t n)
{
	struct summing *in = arena_array(rq->arena, SUM__MAX * n, struct summing);

	if (n == 0)
		return FAULT_NONE;
	for (size_t i = 0; i < n; i++) {
		in[i] = (struct summing){ sums[i], SUM_DAY };
		in[n + i] = (struct summing){ sums[i], SUM_MONTH };
		in[n + i].s.day = sums[i].day / 100 * 100 + 1;
	}
	return db_bulk(rq, &stmts[Q_SUM_ALL], in, sizeof(*in), SUM__MAX * n, NULL);
}

static struct adding
adding_of(const struct point_balance *b)
{
	struct adding a = { .b = *b, .tenths = b->tenths };

	if (b->currency == POINTS_ALLOWANCE && b->tenths < 0)
		a.b.tenths = 0; /* spent only from a row that is there: points_allowance_hold */
	return a;
}

enum fault
points_sql_add_all(struct rq *rq, const struct point_balance *balances, size_t n)
{
	struct adding *in = arena_array(rq->arena, n, struct adding);

	for (size_t i = 0; i < n; i++)
		in[i] = adding_of(&balances[i]);
	return db_bulk(rq, &stmts[Q_ADD], in, sizeof(*in), n, NULL);
}

enum fault
points_sql_spend_all(struct rq *rq, struct point_balance *balances, size_t n, bool *ret_spent)
{
	uint64_t affected = 0;
	enum fault e;

	for (size_t i = 0; i < n; i++) {
		if (balances[i].currency == POINTS_ALLOWANCE)
			balances[i].tenths = -balances[i].tenths;
	}
	e = db_bulk(rq, &stmts[Q_SPEND_ALL], balances, sizeof(*balances), n, &affected);
	*ret_spent = affected == 2 * (uint64_t)n; /* 2: changed; 1: new, or as it was */
	return e;
}

enum fault
points_sql_hold_all(struct rq *rq, int64_t month, const struct points_hold *holds, size_t n,
                    db_row_fn *fn, void *arg)
{
	struct several in = { .company_id = rq_company(rq), .period = month };
	struct point_balance row = { .tenths = 0 };

	for (size_t i = 0; i < POINTS_HOLDS_MAX; i++)
		in.id[i] = holds[i < n ? i : n - 1].person;
	return db_each(rq, &stmts[Q_HOLD_ALL], &in, &row, fn, arg);
}

enum fault
points_sql_add(struct rq *rq, const struct point_balance *b)
{
	const struct adding in = adding_of(b);

	return db_exec(rq, &stmts[Q_ADD], &in, NULL);
}

enum fault
points_sql_balance(struct rq *rq, struct point_balance *key_and_out)
{
	struct point_balance out = *key_and_out;
	bool found;
	enum fault e = db_maybe(rq, &stmts[Q_BALANCE], key_and_out, &out, &found);

	if (!e && found)
		*key_and_out = out;
	return e;
}

enum fault
points_sql_of_object(struct rq *rq, const struct points_subject *s, struct point_entry *row,
                     db_row_fn *fn, void *arg)
{
	struct subject_in in = { rq_company(rq), s->object, (int)s->currency };

	return db_each(rq, &stmts[Q_OF_OBJECT], &in, row, fn, arg);
}

enum fault
points_sql_page(struct rq *rq, const struct points_page *p, db_row_fn *fn, void *arg)
{
	struct point_entry row = { .id = 0 };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
points_sql_allowance(struct rq *rq, struct points_allowance *out)
{
	struct point_balance in = { .company_id = rq_company(rq), .person_id = rq->who->person };

	return db_one(rq, &stmts[Q_ALLOWANCE], &in, out);
}
