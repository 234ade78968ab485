/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - is every balance the sum of its entries, and every reversal the whole of what it
 * reverses? */
#include "rostra/caller.h"

#include "points_int.h"

/* clang-format off */
static const struct db_col company_thrice[] = {
	DB_COL_UUID(struct point_balance, company_id), DB_COL_UUID(struct point_balance, company_id),
	DB_COL_UUID(struct point_balance, company_id),
};
static const struct db_col company_in[] = { DB_COL_UUID(struct point_balance, company_id) };
static const struct db_col fault_out[] = {
	DB_COL_UUID(struct points_fault, person_id),
	DB_COL_ENUM(struct points_fault, currency, points_currency_names),
	DB_COL_I64(struct points_fault, period),      DB_COL_I64(struct points_fault, sum_tenths),
	DB_COL_I64(struct points_fault, sum_entries), DB_COL_I64(struct points_fault, balance_tenths),
	DB_COL_I64(struct points_fault, balance_entries),
};
static const struct db_col count_out[] = {
	DB_COL_I64(struct points_verdict, entries), DB_COL_I64(struct points_verdict, balances),
	DB_COL_I64(struct points_verdict, bad_reversals), DB_COL_I64(struct points_verdict, below_zero),
};

#define SUMS                                                                                    \
	"SELECT person_id, currency, period, CAST(SUM(tenths) AS SIGNED) tenths,"                   \
	" CAST(SUM(IF(reason = 'allowance_grant', tenths, 0)) AS SIGNED) granted, COUNT(*) n"       \
	" FROM point_entry WHERE company_id = ? GROUP BY person_id, currency, period"

enum { Q_FAULTS, Q_COUNTS, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_FAULTS] = {
		.name = "points_verify",
		.sql = "SET STATEMENT max_statement_time = 3600 FOR SELECT s.person_id, s.currency, s.period, s.tenths, s.n,"
		       " b.tenths, b.entries FROM (" SUMS ") s LEFT JOIN point_balance b ON b.company_id = ?"
		       " AND b.person_id = s.person_id AND b.currency = s.currency AND b.period = s.period"
		       " WHERE NOT (b.tenths <=> s.tenths AND b.entries <=> s.n AND b.granted_tenths <=> s.granted)"
		       " UNION ALL SELECT b.person_id, b.currency, b.period, 0, 0, b.tenths, b.entries FROM point_balance b"
		       " WHERE b.company_id = ? AND (b.tenths <> 0 OR b.entries <> 0) AND NOT EXISTS"
		       " (SELECT 1 FROM point_entry e WHERE e.company_id = b.company_id AND e.person_id = b.person_id"
		       " AND e.currency = b.currency AND e.period = b.period)",
		DB_IN(company_thrice), DB_OUT(fault_out),
	},
	[Q_COUNTS] = {
		.name = "points_verify_counts",
		.sql = "SET STATEMENT max_statement_time = 3600 FOR SELECT COUNT(*), (SELECT COUNT(*) FROM point_balance b"
		       " WHERE b.company_id = e.company_id), (SELECT COUNT(*) FROM point_entry r LEFT JOIN point_entry o"
		       " ON o.company_id = r.company_id AND o.person_id = r.person_id AND o.id = r.reverses_id"
		       " WHERE r.company_id = e.company_id AND r.reverses_id IS NOT NULL AND NOT (o.tenths <=> -r.tenths"
		       " AND o.currency = r.currency AND o.period = r.period AND o.object_id = r.object_id"
		       " AND o.reverses_id IS NULL)), (SELECT COUNT(*) FROM point_balance b WHERE b.company_id = e.company_id"
		       " AND b.currency = 'allowance' AND b.tenths < 0) FROM point_entry e WHERE e.company_id = ?",
		DB_IN(company_in), DB_OUT(count_out),
	},
};
/* clang-format on */

const struct db_stmt_table points_verify_stmts = DB_STMTS("points_verify", stmts);

enum fault
points_verify(struct rq *rq, struct points_verdict *out, db_row_fn *fn, void *arg)
{
	struct point_balance in = { .company_id = rq_company(rq) };
	struct points_fault row = { .period = 0 };
	enum fault e = db_one(rq, &stmts[Q_COUNTS], &in, out);

	if (!e)
		e = points_sql_compare(rq, out);
	return e ? e : db_each(rq, &stmts[Q_FAULTS], &in, &row, fn, arg);
}
