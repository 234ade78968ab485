/* SPDX-License-Identifier: Apache-2.0 */
/* sums_sql.c - statements of sums, of marks, and of which months are whole. */
#include "rostra/sums.h"

const char *const sum_kind_names[SUM_KIND__MAX + 1] = {
	[SUM_SHARES] = "shares",
	[SUM_CLICKS] = "clicks",
	[SUM_LEADS] = "leads",
};
const char *const sum_what_names[SUM_WHAT__MAX + 1] = {
	[SUM_SHARE] = "share",
	[SUM_CLICK] = "click",
	[SUM_OTHER_CLICK] = "other_click",
	[SUM_LEAD] = "lead",
	[SUM_QUALIFIED] = "qualified",
	[SUM_OPPORTUNITY] = "opportunity",
	[SUM_WON] = "won",
	[SUM_EVENT] = "event",
	[SUM_LEAD_CREDIT] = "lead_credit",
	[SUM_QUALIFIED_CREDIT] = "qualified_credit",
	[SUM_OPPORTUNITY_CREDIT] = "opportunity_credit",
	[SUM_WON_CREDIT] = "won_credit",
};
const char *const sum_by_names[SUM_BY__MAX + 1] = {
	[SUM_BY_PERSON] = "person",   [SUM_BY_TEAM] = "team",         [SUM_BY_NETWORK] = "network",
	[SUM_BY_POST] = "post",       [SUM_BY_CAMPAIGN] = "campaign", [SUM_BY_CHANNEL] = "channel",
	[SUM_BY_QUARTER] = "quarter", [SUM_BY_PATH] = "path",         [SUM_BY_ROW] = "row",
	[SUM_BY_SHARER] = "sharer",
};
const char *const sum_span_names[SUM_SPAN__MAX + 1] = {
	[SUM_DAY] = "day",
	[SUM_MONTH] = "month",
};

/* What only one company is asked of. */
struct of_lead {
	struct uuid company_id, lead_id;
};
struct of_rows {
	struct sums_range r;
	int first; /* what every release that has sums counts of the kind */
};
struct of_tasks {
	struct uuid company_id; /* zero: all */
	int64_t now_us, limit;
};

/* clang-format off */
static const struct db_col mark_in[] = {
	DB_COL_UUID(struct sum_mark, company_id), DB_COL_ENUM(struct sum_mark, kind, sum_kind_names),
	DB_COL_TIME(struct sum_mark, day_us),
};
static const struct db_col lead_in[] = { DB_COL_UUID(struct of_lead, company_id), DB_COL_UUID(struct of_lead, lead_id) };
static const struct db_col twice_in[] = { DB_COL_UUID(struct of_lead, company_id), DB_COL_UUID(struct of_lead, company_id) };
static const struct db_col all_in[] = {
	DB_COL_UUID(struct of_lead, company_id), DB_COL_UUID(struct of_lead, company_id), DB_COL_UUID(struct of_lead, company_id),
	DB_COL_UUID(struct of_lead, company_id), DB_COL_UUID(struct of_lead, company_id),
};
static const struct db_col put_in[] = {
	DB_COL_UUID(struct sum_row, company_id), DB_COL_ENUM(struct sum_row, what, sum_what_names),
	DB_COL_ENUM(struct sum_row, by, sum_by_names), DB_COL_ENUM(struct sum_row, span, sum_span_names),
	DB_COL_TIME(struct sum_row, day_us), DB_COL_TIME(struct sum_row, counted_us), DB_COL_VIEW(struct sum_row, counts),
};
static const struct db_col each_in[] = {
	DB_COL_ENUM(struct of_rows, first, sum_what_names), DB_COL_UUID(struct of_rows, r.company_id),
	DB_COL_ENUM(struct of_rows, r.what, sum_what_names), DB_COL_ENUM(struct of_rows, r.by, sum_by_names),
	DB_COL_ENUM(struct of_rows, r.span, sum_span_names), DB_COL_TIME(struct of_rows, r.from_us),
	DB_COL_TIME(struct of_rows, r.to_us),
};
static const struct db_col each_out[] = { DB_COL_TIME(struct sum_row, day_us), DB_COL_VIEW(struct sum_row, counts) };
static const struct db_col packed_in[] = {
	DB_COL_UUID(struct sums_range, company_id), DB_COL_ENUM(struct sums_range, what, sum_what_names),
	DB_COL_TIME(struct sums_range, from_us), DB_COL_TIME(struct sums_range, to_us),
	DB_COL_UUID(struct sums_range, company_id),
};
static const struct db_col packed_out[] = {
	DB_COL_TIME(struct sum_row, day_us), DB_COL_VIEW(struct sum_row, counts), DB_COL_VIEW(struct sum_row, rows),
};
static const struct db_col kind_in[] = {
	DB_COL_UUID(struct sums_range, company_id), DB_COL_ENUM(struct sums_range, kind, sum_kind_names),
	DB_COL_TIME(struct sums_range, from_us), DB_COL_TIME(struct sums_range, to_us),
};
static const struct db_col day_out[] = { DB_COL_TIME(struct sum_row, day_us) };
static const struct db_col tasks_in[] = {
	DB_COL_UUID(struct of_tasks, company_id), DB_COL_UUID(struct of_tasks, company_id), DB_COL_I64(struct of_tasks, limit),
};
static const struct db_col months_in[] = {
	DB_COL_TIME(struct of_tasks, now_us), DB_COL_UUID(struct of_tasks, company_id), DB_COL_UUID(struct of_tasks, company_id),
	DB_COL_I64(struct of_tasks, limit),
};
#define TASK_OUT(day) \
	DB_COL_UUID(struct sums_task, company_id), DB_COL_ENUM(struct sums_task, kind, sum_kind_names), \
	DB_COL_TIME(struct sums_task, day)
static const struct db_col task_out[] = { TASK_OUT(day_us), DB_COL_TIME(struct sums_task, month_us) };
static const struct db_col month_out[] = { TASK_OUT(month_us) };
static const struct db_col month_key[] = { TASK_OUT(month_us) };
static const struct db_col day_key[] = { TASK_OUT(day_us) };

/* Of a row of report_sum. */
#define KIND_OF "IF(what = 'share', 'shares', IF(what IN ('click', 'other_click'), 'clicks', 'leads'))"

enum {
	Q_MARK, Q_MARK_LEAD, Q_MARK_WINDOWS, Q_MARK_ALL, Q_PUT, Q_EACH, Q_EACH_LATER, Q_EACH_PACKED, Q_DUE, Q_WHOLE, Q_TASKS, Q_COUNTED, Q_MONTHS, Q_LOCK,
	Q_SET_WHOLE, Q_UNMARK, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_MARK] = { .name = "sums_mark",
		.sql = "INSERT INTO report_due (company_id, kind, day) VALUES (?, ?, DATE(?))", DB_IN(mark_in) },
	[Q_MARK_LEAD] = { .name = "sums_mark_lead",
		.sql = "INSERT INTO report_due (company_id, kind, day) SELECT DISTINCT company_id, 'leads', DATE(occurred_at)"
		       " FROM conversion WHERE company_id = ? AND lead_id = ?",
		DB_IN(lead_in) },
	/* A day that is being counted just now has no row yet, but still its marks. */
	[Q_MARK_WINDOWS] = { .name = "sums_mark_windows",
		.sql = "INSERT INTO report_due (company_id, kind, day) SELECT company_id, 'leads', day FROM report_sum"
		       " WHERE company_id = ? AND what = 'lead' AND dimension = 'network' AND span = 'day'"
		       " UNION SELECT company_id, kind, day FROM report_due WHERE company_id = ? AND kind = 'leads'",
		DB_IN(twice_in) },
	[Q_MARK_ALL] = { .name = "sums_mark_all",
		.sql = "SET STATEMENT max_statement_time = 0 FOR INSERT INTO report_due (company_id, kind, day)"
		       " SELECT DISTINCT company_id, 'shares', DATE(created_at) FROM share WHERE company_id = ?"
		       " UNION SELECT DISTINCT company_id, 'clicks', day FROM click_day WHERE company_id = ?"
		       " UNION SELECT DISTINCT company_id, 'clicks', DATE(quarter) FROM click_quarter WHERE company_id = ?"
		       " UNION SELECT DISTINCT company_id, 'leads', DATE(occurred_at) FROM conversion WHERE company_id = ?"
		       " UNION SELECT DISTINCT company_id, " KIND_OF ", day FROM report_sum WHERE company_id = ? AND span = 'day'",
		DB_IN(all_in) },
	[Q_PUT] = { .name = "sums_put",
		.sql = "INSERT INTO report_sum (company_id, what, dimension, span, day, counted_at, counts)"
		       " VALUES (?, ?, ?, ?, DATE(?), ?, ?)"
		       " ON DUPLICATE KEY UPDATE counted_at = VALUES(counted_at), counts = VALUES(counts)",
		DB_IN(put_in) },
	[Q_EACH] = { .name = "sums_each",
		.sql = "SELECT CAST(day AS DATETIME(6)), counts FROM report_sum WHERE company_id = ? AND what = ? AND dimension = ?"
		       " AND span = ? AND day >= DATE(?) AND day < DATE(?)",
		.in = each_in + 1, .n_in = sizeof(each_in) / sizeof(each_in[0]) - 1, DB_OUT(each_out) },
	/* What is counted together has one time.  A release that does not know all of it leaves the rest as it was: old. */
	[Q_EACH_LATER] = { .name = "sums_each_later",
		.sql = "SELECT STRAIGHT_JOIN CAST(s.day AS DATETIME(6)), s.counts FROM report_sum s JOIN report_sum f"
		       " ON f.company_id = s.company_id AND f.what = ? AND f.dimension = 'network' AND f.span = s.span AND f.day = s.day"
		       " AND f.counted_at = s.counted_at WHERE s.company_id = ? AND s.what = ? AND s.dimension = ? AND s.span = ?"
		       " AND s.day >= DATE(?) AND s.day < DATE(?)",
		DB_IN(each_in), DB_OUT(each_out) },
	/* A stream: its client may be slow. */
	[Q_EACH_PACKED] = { .name = "sums_each_packed",
		.sql = "SET STATEMENT max_statement_time = 60 FOR SELECT STRAIGHT_JOIN CAST(s.day AS DATETIME(6)), s.counts, r.counts"
		       " FROM report_sum s JOIN report_sum r ON r.company_id = s.company_id AND r.what = s.what AND r.dimension = 'row'"
		       " AND r.span = s.span AND r.day = s.day AND r.counted_at = s.counted_at JOIN report_sum f"
		       " ON f.company_id = s.company_id AND f.what = 'lead' AND f.dimension = 'network' AND f.span = s.span"
		       " AND f.day = s.day AND f.counted_at = s.counted_at WHERE s.company_id = ? AND s.what = ?"
		       " AND s.dimension = 'path' AND s.span = 'day' AND s.day >= DATE(?) AND s.day < DATE(?) AND NOT EXISTS"
		       " (SELECT 1 FROM report_due d WHERE d.company_id = ? AND d.kind = 'leads' AND d.day = s.day)"
		       " ORDER BY s.day",
		DB_IN(packed_in), DB_OUT(packed_out) },
	[Q_DUE] = { .name = "sums_due",
		.sql = "SELECT DISTINCT CAST(day AS DATETIME(6)) FROM report_due WHERE company_id = ? AND kind = ?"
		       " AND day >= DATE(?) AND day < DATE(?)",
		DB_IN(kind_in), DB_OUT(day_out) },
	[Q_WHOLE] = { .name = "sums_whole",
		.sql = "SELECT CAST(month AS DATETIME(6)) FROM report_month WHERE company_id = ? AND kind = ?"
		       " AND month >= DATE(?) AND month < DATE(?) AND whole",
		DB_IN(kind_in), DB_OUT(day_out) },
	/* Whoever waits longest comes first. */
	[Q_TASKS] = { .name = "sums_tasks",
		.sql = "SELECT company_id, kind, CAST(day AS DATETIME(6)), CAST(day - INTERVAL DAYOFMONTH(day) - 1 DAY AS DATETIME(6))"
		       " FROM report_due /* all companies: the jobs count for everybody */ WHERE (? IS NULL OR company_id = ?)"
		       " GROUP BY company_id, kind, day ORDER BY MIN(id) LIMIT ?",
		DB_IN(tasks_in), DB_OUT(task_out) },
	[Q_COUNTED] = { .name = "sums_counted",
		.sql = "SELECT company_id, " KIND_OF " AS kind, CAST(day AS DATETIME(6)), CAST(day - INTERVAL DAYOFMONTH(day) - 1 DAY"
		       " AS DATETIME(6)) FROM report_sum WHERE company_id = ? AND span = 'day' GROUP BY kind, day",
		.in = lead_in, .n_in = 1, DB_OUT(task_out) },
	[Q_MONTHS] = { .name = "sums_months",
		.sql = "SELECT company_id, kind, CAST(month AS DATETIME(6)) FROM report_month /* all companies: the jobs count for"
		       " everybody */ WHERE whole = FALSE AND month <= DATE(?) - INTERVAL 1 MONTH"
		       " AND (? IS NULL OR company_id = ?) LIMIT ?",
		DB_IN(months_in), DB_OUT(month_out) },
	[Q_LOCK] = { .name = "sums_lock",
		.sql = "INSERT INTO report_month (company_id, kind, month, whole) VALUES (?, ?, DATE(?), FALSE)"
		       " ON DUPLICATE KEY UPDATE whole = FALSE",
		DB_IN(month_key) },
	[Q_SET_WHOLE] = { .name = "sums_set_whole",
		.sql = "UPDATE report_month SET whole = TRUE WHERE company_id = ? AND kind = ? AND month = DATE(?)", DB_IN(month_key) },
	[Q_UNMARK] = { .name = "sums_unmark",
		.sql = "DELETE FROM report_due WHERE company_id = ? AND kind = ? AND day = DATE(?)", DB_IN(day_key) },
};
/* clang-format on */

const struct db_stmt_table sums_stmts = DB_STMTS("sums", stmts);

/* --- marks --- */

static bool
same_mark(const struct sum_mark *a, const struct sum_mark *b)
{
	return uuid_eq(a->company_id, b->company_id) && a->kind == b->kind &&
	       a->day_us / US_PER_DAY == b->day_us / US_PER_DAY;
}

enum fault
sums_mark(struct rq *rq, const struct sum_mark *marks, size_t n)
{
	struct sum_mark *kept = arena_array(rq->arena, n, struct sum_mark);
	size_t n_kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (n_kept == 0 || !same_mark(&kept[n_kept - 1], &marks[i]))
			kept[n_kept++] = marks[i];
	}
	if (n_kept == 0)
		return FAULT_NONE;
	return db_bulk(rq, &stmts[Q_MARK], kept, sizeof(*kept), n_kept, NULL);
}

enum fault
sums_mark_lead(struct rq *rq, struct uuid company, struct uuid lead)
{
	const struct of_lead in = { company, lead };

	return db_exec(rq, &stmts[Q_MARK_LEAD], &in, NULL);
}

enum fault
sums_mark_windows(struct rq *rq)
{
	const struct of_lead in = { .company_id = rq_company(rq) };

	return db_exec(rq, &stmts[Q_MARK_WINDOWS], &in, NULL);
}

enum fault
sums_mark_all(struct rq *rq, struct uuid company)
{
	const struct of_lead in = { .company_id = company };

	return db_exec(rq, &stmts[Q_MARK_ALL], &in, NULL);
}

/* --- rows --- */

enum fault
sums_put(struct rq *rq, const struct sum_row *rows, size_t n)
{
	return db_bulk(rq, &stmts[Q_PUT], rows, sizeof(*rows), n, NULL);
}

enum fault
sums_each(struct rq *rq, const struct sums_range *r, db_row_fn *fn, void *arg)
{
	static const enum sum_what first[SUM_KIND__MAX] = {
		[SUM_SHARES] = SUM_SHARE, [SUM_CLICKS] = SUM_CLICK, [SUM_LEADS] = SUM_LEAD
	};
	const struct of_rows in = { *r, (int)first[r->kind] };
	struct sum_row row = { .what = r->what, .by = r->by, .span = r->span };
	bool later = r->what >= SUM_LEAD_CREDIT || r->by >= SUM_BY_PATH;

	return db_each_scratch(rq, &stmts[later ? Q_EACH_LATER : Q_EACH], &in, &row, fn, arg);
}

enum fault
sums_each_packed(struct rq *rq, const struct sums_range *r, db_row_fn *fn, void *arg)
{
	struct sum_row row = { .what = r->what, .by = r->by, .span = r->span };

	return db_each_scratch(rq, &stmts[Q_EACH_PACKED], r, &row, fn, arg);
}

enum fault
sums_due(struct rq *rq, const struct sums_range *r, db_row_fn *fn, void *arg)
{
	struct sum_row row = { .span = SUM_DAY };

	return db_each_scratch(rq, &stmts[Q_DUE], r, &row, fn, arg);
}

enum fault
sums_whole(struct rq *rq, const struct sums_range *r, db_row_fn *fn, void *arg)
{
	struct sum_row row = { .span = SUM_MONTH };

	return db_each_scratch(rq, &stmts[Q_WHOLE], r, &row, fn, arg);
}

/* --- counting --- */

enum fault
sums_tasks(struct rq *rq, struct uuid company, int64_t limit, db_row_fn *fn, void *arg)
{
	const struct of_tasks in = { company, rq->now_us, limit };
	struct sums_task row = { .kind = -1 };

	return db_each(rq, &stmts[Q_TASKS], &in, &row, fn, arg);
}

enum fault
sums_months(struct rq *rq, struct uuid company, int64_t limit, db_row_fn *fn, void *arg)
{
	const struct of_tasks in = { company, rq->now_us, limit };
	struct sums_task row = { .kind = -1 };

	return db_each(rq, &stmts[Q_MONTHS], &in, &row, fn, arg);
}

enum fault
sums_counted(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct of_lead in = { .company_id = rq_company(rq) };
	struct sums_task row = { .kind = -1 };

	return db_each(rq, &stmts[Q_COUNTED], &in, &row, fn, arg);
}

enum fault
sums_lock(struct rq *rq, const struct sums_task *t)
{
	return db_exec(rq, &stmts[Q_LOCK], t, NULL);
}

enum fault
sums_set_whole(struct rq *rq, const struct sums_task *t)
{
	return db_exec(rq, &stmts[Q_SET_WHOLE], t, NULL);
}

enum fault
sums_unmark(struct rq *rq, const struct sums_task *t)
{
	return db_exec(rq, &stmts[Q_UNMARK], t, NULL);
}
