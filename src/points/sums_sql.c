/* SPDX-License-Identifier: Apache-2.0 */
/* sums_sql.c - point_sum: compared with its entries, and made anew a few hundred people at a time.
 */
#include <string.h>

#include "rostra/caller.h"

#include "points_int.h"

enum { PEOPLE_AT_ONCE = 250 };

/* The people after one up to another: after < person_id <= last. */
struct people {
	struct uuid company_id, after, last;
	int64_t limit, n;
};

/* clang-format off */
static const struct db_col compare_in[] = {
	DB_COL_UUID(struct people, company_id), DB_COL_UUID(struct people, company_id), DB_COL_UUID(struct people, company_id),
};
static const struct db_col compare_out[] = {
	DB_COL_I64(struct points_verdict, sums), DB_COL_I64(struct points_verdict, bad_sums),
};
static const struct db_col next_in[] = {
	DB_COL_UUID(struct people, company_id), DB_COL_UUID(struct people, after), DB_COL_I64(struct people, limit),
};
static const struct db_col next_out[] = { DB_COL_UUID(struct people, last) };
static const struct db_col range_in[] = {
	DB_COL_UUID(struct people, company_id), DB_COL_UUID(struct people, after), DB_COL_UUID(struct people, last),
};
static const struct db_col strays_in[] = {
	DB_COL_UUID(struct people, company_id), DB_COL_UUID(struct people, after), DB_COL_UUID(struct people, last),
	DB_COL_UUID(struct people, company_id), DB_COL_UUID(struct people, after), DB_COL_UUID(struct people, last),
};
static const struct db_col hold_out[] = { DB_COL_I64(struct people, n) };
static const struct db_col fill_in[] = {
	DB_COL_UUID(struct people, company_id), DB_COL_UUID(struct people, after), DB_COL_UUID(struct people, last),
	DB_COL_UUID(struct people, company_id), DB_COL_UUID(struct people, after), DB_COL_UUID(struct people, last),
};

#define LONG_RUN "SET STATEMENT max_statement_time = 3600 FOR "
#define IN_RANGE " WHERE company_id = ? AND person_id > ? AND person_id <= ?"
#define SUMMED(span, day, of)                                                                   \
	"SELECT company_id, '" span "' AS span, " day " AS from_day, person_id, " POINT_SUM_TEAM " AS team," \
	" SUM(tenths) AS tenths, COUNT(*) AS n FROM point_entry" of                                   \
	" AND currency = 'earned' AND day > 0 GROUP BY person_id, from_day, team"

enum { Q_COMPARE, Q_NEXT, Q_HOLD, Q_STRAYS, Q_EMPTY, Q_FILL, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_COMPARE] = {
		.name = "point_sum_compare",
		.sql = LONG_RUN "SELECT COUNT(*), CAST(COALESCE(SUM(want <> have OR want_n <> have_n), 0) AS SIGNED) FROM"
		       " (SELECT SUM(w) AS want, SUM(wn) AS want_n, SUM(h) AS have, SUM(hn) AS have_n FROM"
		       " (SELECT span, from_day, person_id, team, tenths AS w, n AS wn, 0 AS h, 0 AS hn FROM ("
		       SUMMED("day", "day", " WHERE company_id = ?") " UNION ALL "
		       SUMMED("month", POINT_SUM_MONTH, " WHERE company_id = ?") ") e"
		       " UNION ALL SELECT span, from_day, person_id, team_id, 0, 0, tenths, entries FROM point_sum WHERE company_id = ?"
		       ") u GROUP BY span, from_day, person_id, team) t",
		DB_IN(compare_in), DB_OUT(compare_out),
	},
	[Q_NEXT] = {
		.name = "point_sum_people",
		.sql = "SELECT DISTINCT person_id FROM point_entry WHERE company_id = ? AND person_id > ? ORDER BY person_id LIMIT ?",
		DB_IN(next_in), DB_OUT(next_out),
	},
	/* Whoever writes an entry holds the balance before its sums. */
	[Q_HOLD] = {
		.name = "point_sum_hold",
		.sql = "SELECT entries FROM point_balance" IN_RANGE " AND currency = 'earned' FOR UPDATE",
		DB_IN(range_in), DB_OUT(hold_out),
	},
	/* After the fill: sums of entries that there are not.  Those that stand have one entry or more, and all of them. */
	[Q_STRAYS] = {
		.name = "point_sum_strays",
		.sql = LONG_RUN "SELECT CAST(COALESCE(SUM(s.entries <= 0), 0)"
		       " + ABS(COALESCE(SUM(IF(s.span = 'day', s.entries, 0)), 0) - MAX(e.n))"
		       " + ABS(COALESCE(SUM(IF(s.span = 'month', s.entries, 0)), 0) - MAX(e.n)) AS SIGNED)"
		       " FROM (SELECT COUNT(*) AS n FROM point_entry" IN_RANGE " AND currency = 'earned' AND day > 0) e"
		       " LEFT JOIN (SELECT span, entries FROM point_sum FORCE INDEX (point_sum_person)" IN_RANGE ") s ON TRUE",
		DB_IN(strays_in), DB_OUT(hold_out),
	},
	[Q_EMPTY] = {
		.name = "point_sum_empty",
		.sql = LONG_RUN "DELETE FROM point_sum" IN_RANGE,
		DB_IN(range_in),
	},
	[Q_FILL] = {
		.name = "point_sum_fill",
		.sql = LONG_RUN "INSERT INTO point_sum (company_id, span, from_day, person_id, team_id, tenths, entries)"
		       " SELECT s.* FROM (" SUMMED("day", "day", IN_RANGE) " UNION ALL "
		       SUMMED("month", POINT_SUM_MONTH, IN_RANGE) ") s"
		       " ON DUPLICATE KEY UPDATE tenths = VALUE(tenths), entries = VALUE(entries)",
		DB_IN(fill_in),
	},
};
/* clang-format on */

const struct db_stmt_table points_sums_stmts = DB_STMTS("points_sums", stmts);

enum fault
points_sql_compare(struct rq *rq, struct points_verdict *out)
{
	const struct people in = { .company_id = rq_company(rq) };

	return db_one(rq, &stmts[Q_COMPARE], &in, out);
}

static enum fault
take_last(struct rq *rq, void *row, void *arg)
{
	struct people *p = arg;

	(void)rq;
	p->last = ((const struct people *)row)->last;
	p->n++;
	return FAULT_NONE;
}

static enum fault
held(struct rq *rq, void *row, void *arg)
{
	(void)rq;
	(void)row;
	(void)arg;
	return FAULT_NONE;
}

/* What is right already is only read: taking it all away first costs several times as much. */
static enum fault
rebuild_tx(struct rq *rq, void *arg)
{
	struct people row;
	enum fault e = db_each(rq, &stmts[Q_HOLD], arg, &row, held, NULL);

	if (!e)
		e = db_exec(rq, &stmts[Q_FILL], arg, NULL);
	if (!e)
		e = db_one(rq, &stmts[Q_STRAYS], arg, &row);
	if (e || row.n == 0)
		return e;
	e = db_exec(rq, &stmts[Q_EMPTY], arg, NULL);
	return e ? e : db_exec(rq, &stmts[Q_FILL], arg, NULL);
}

enum fault
points_rebuild(struct rq *rq, points_progress_fn *progress, void *arg)
{
	struct people p = { .company_id = rq_company(rq), .limit = PEOPLE_AT_ONCE };
	struct people row;
	int64_t done = 0;
	enum fault e;

	p.after.b[15] = 1; /* none is before it */
	do {
		p.n = 0;
		e = db_each(rq, &stmts[Q_NEXT], &p, &row, take_last, &p);
		if (!e && p.n < p.limit)
			memset(&p.last, 0xff, sizeof(p.last));
		if (!e)
			e = db_tx(rq, rebuild_tx, &p);
		p.after = p.last;
		done += p.n;
		if (!e)
			progress(done, arg);
	} while (!e && p.n == p.limit);
	return e;
}
