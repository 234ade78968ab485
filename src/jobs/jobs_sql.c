/* SPDX-License-Identifier: Apache-2.0 */
/* jobs_sql.c - statements of jobs: leases, pruning, shares a post. */
#include "jobs_int.h"

enum {
	Q_JOB_ADD,
	Q_JOB_CLAIM,
	Q_JOB_HOLDER,
	Q_JOB_RAN,
	Q_JOB_RELEASE,
	Q_PRUNE_IDEMPOTENCY,
	Q_PRUNE_COMPANIES,
	Q_PRUNE_LOCK,
	Q_PRUNE_SEQ,
	Q_PRUNE_FLOOR,
	Q_PRUNE_CHANGES,
	Q_POST_MARK,
	Q_POST_STALE,
	Q_POST_COUNT,
	Q__MAX
};

/* clang-format off */
static const struct db_col name_in[] = { DB_COL_STR(struct job_lease, name) };
static const struct db_col claim_in[] = {
	DB_COL_STR(struct job_lease, owner), DB_COL_TIME(struct job_lease, until_us),
	DB_COL_STR(struct job_lease, name), DB_COL_STR(struct job_lease, owner),
	DB_COL_TIME(struct job_lease, now_us),
};
static const struct db_col holder_out[] = {
	DB_COL_STR(struct job_lease, owner), DB_COL_TIME(struct job_lease, until_us),
};
static const struct db_col ran_in[] = {
	DB_COL_TIME(struct job_lease, last_run_us), DB_COL_STR(struct job_lease, last_error),
	DB_COL_TIME(struct job_lease, until_us), DB_COL_STR(struct job_lease, name),
	DB_COL_STR(struct job_lease, owner),
};
static const struct db_col release_in[] = {
	DB_COL_STR(struct job_lease, name), DB_COL_STR(struct job_lease, owner),
};
static const struct db_col before_in[] = { DB_COL_TIME(struct prune, before_us) };
static const struct db_col company_col[] = { DB_COL_UUID(struct prune, company_id) };
static const struct db_col seq_col[] = { DB_COL_I64(struct prune, seq) };
static const struct db_col seq_in[] = {
	DB_COL_UUID(struct prune, company_id), DB_COL_TIME(struct prune, before_us),
};
static const struct db_col floor_in[] = {
	DB_COL_I64(struct prune, seq), DB_COL_UUID(struct prune, company_id), DB_COL_I64(struct prune, seq),
};
static const struct db_col changes_in[] = {
	DB_COL_UUID(struct prune, company_id), DB_COL_I64(struct prune, seq),
};
static const struct db_col post_mark_in[] = {
	DB_COL_TIME(struct post_count, counted_us), DB_COL_STR(struct post_count, owner),
	DB_COL_STR(struct post_count, kind),
};
static const struct db_col post_stale_out[] = {
	DB_COL_UUID(struct post_count, company_id), DB_COL_UUID(struct post_count, post_id),
	DB_COL_I64(struct post_count, marks),
};
static const struct db_col post_count_in[] = {
	DB_COL_UUID(struct post_count, company_id), DB_COL_UUID(struct post_count, post_id),
	DB_COL_TIME(struct post_count, counted_us), DB_COL_I64(struct post_count, marks),
	DB_COL_UUID(struct post_count, company_id), DB_COL_UUID(struct post_count, post_id),
};

static const struct db_stmt rows[Q__MAX] = {
	[Q_JOB_ADD] = {
		.name = "job_add",
		.sql = "INSERT IGNORE INTO job (name) VALUES (?)",
		DB_IN(name_in),
	},
	[Q_JOB_CLAIM] = {
		.name = "job_claim",
		.sql = "UPDATE job /* all companies: jobs serve them all */ SET owner = ?, lease_until = ?"
		       " WHERE name = ? AND (owner IS NULL OR owner = ? OR lease_until < ?)",
		DB_IN(claim_in),
	},
	[Q_JOB_HOLDER] = {
		.name = "job_holder",
		.sql = "SELECT owner, lease_until FROM job /* all companies: jobs serve them all */"
		       " WHERE name = ?",
		DB_IN(name_in), DB_OUT(holder_out),
	},
	[Q_JOB_RAN] = {
		.name = "job_ran",
		.sql = "UPDATE job /* all companies: jobs serve them all */"
		       " SET last_run_at = COALESCE(?, last_run_at), last_error = ?, lease_until = ?"
		       " WHERE name = ? AND owner = ?",
		DB_IN(ran_in),
	},
	[Q_JOB_RELEASE] = {
		.name = "job_release",
		.sql = "UPDATE job /* all companies: jobs serve them all */"
		       " SET owner = NULL, lease_until = NULL WHERE name = ? AND owner = ?",
		DB_IN(release_in),
	},
	[Q_PRUNE_IDEMPOTENCY] = {
		.name = "prune_idempotency",
		.sql = "DELETE FROM idempotency /* all companies: age decides */"
		       " WHERE created_at < ? LIMIT 1000",
		DB_IN(before_in),
	},
	[Q_PRUNE_COMPANIES] = {
		.name = "prune_companies",
		.sql = "SELECT company_id FROM company_seq /* all companies: each in turn */",
		DB_OUT(company_col),
	},
	[Q_PRUNE_LOCK] = {
		.name = "prune_lock",
		.sql = "SELECT floor_seq FROM company_seq WHERE company_id = ? FOR UPDATE",
		DB_IN(company_col), DB_OUT(seq_col),
	},
	[Q_PRUNE_SEQ] = {
		.name = "prune_seq",
		.sql = "SELECT MAX(seq) FROM (SELECT seq, changed_at FROM change_log WHERE company_id = ?"
		       " ORDER BY seq LIMIT 1000) AS oldest WHERE changed_at < ?",
		DB_IN(seq_in), DB_OUT(seq_col),
	},
	[Q_PRUNE_FLOOR] = {
		.name = "prune_floor",
		.sql = "UPDATE company_seq SET floor_seq = ? WHERE company_id = ? AND floor_seq < ?",
		DB_IN(floor_in),
	},
	[Q_PRUNE_CHANGES] = {
		.name = "prune_changes",
		.sql = "DELETE FROM change_log WHERE company_id = ? AND seq <= ? LIMIT 1000",
		DB_IN(changes_in),
	},
	[Q_POST_MARK] = {
		.name = "post_stat_mark",
		.sql = "INSERT INTO post_stat (company_id, post_id, counted_at, marks, stale)"
		       " SELECT DISTINCT s.company_id, s.post_id, ?, 1, TRUE FROM " OUTBOX_OBJECTS
		       " /* all companies: one relay serves them all */"
		       " STRAIGHT_JOIN share s ON s.company_id = o.company_id AND s.id = " OUTBOX_OBJECT_ID
		       " WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ?"
		       " ON DUPLICATE KEY UPDATE marks = marks + 1, stale = TRUE",
		DB_IN(post_mark_in),
	},
	[Q_POST_STALE] = {
		.name = "post_stat_stale",
		.sql = "SELECT company_id, post_id, marks FROM post_stat FORCE INDEX (post_stat_stale)"
		       " /* all companies: one job serves them all */ WHERE stale LIMIT 1000",
		DB_OUT(post_stale_out),
	},
	[Q_POST_COUNT] = { /* marked again while it was counted: it stays stale */
		.name = "post_stat_count",
		.sql = "UPDATE post_stat p, (SELECT COUNT(*) AS shares, COUNT(DISTINCT person_id) AS sharers"
		       " FROM share FORCE INDEX (share_post) WHERE company_id = ? AND post_id = ?"
		       " AND state = 'active') n SET p.shares = n.shares, p.sharers = n.sharers,"
		       " p.counted_at = ?, p.stale = p.marks <> ? WHERE p.company_id = ? AND p.post_id = ?",
		DB_IN(post_count_in),
	},
};
/* clang-format on */

const struct db_stmt_table jobs_stmts = DB_STMTS("jobs", rows);

enum fault
job_sql_add(struct rq *rq, const struct job_lease *l)
{
	return db_exec(rq, &rows[Q_JOB_ADD], l, NULL);
}

enum fault
job_sql_claim(struct rq *rq, const struct job_lease *l, bool *ret_mine)
{
	uint64_t n = 0;
	enum fault e = db_exec(rq, &rows[Q_JOB_CLAIM], l, &n);

	if (e)
		return e;
	*ret_mine = n == 1;
	return FAULT_NONE;
}

enum fault
job_sql_holder(struct rq *rq, const char *name, struct job_lease *ret)
{
	const struct job_lease in = { .name = name };

	return db_one(rq, &rows[Q_JOB_HOLDER], &in, ret);
}

enum fault
job_sql_ran(struct rq *rq, const struct job_lease *l)
{
	return db_exec(rq, &rows[Q_JOB_RAN], l, NULL);
}

enum fault
job_sql_release(struct rq *rq, const struct job_lease *l)
{
	return db_exec(rq, &rows[Q_JOB_RELEASE], l, NULL);
}

enum fault
prune_sql_idempotency(struct rq *rq, int64_t before_us, uint64_t *ret_n)
{
	const struct prune in = { .before_us = before_us };

	return db_exec(rq, &rows[Q_PRUNE_IDEMPOTENCY], &in, ret_n);
}

enum fault
prune_sql_companies(struct rq *rq, struct prune *row, db_row_fn *fn, void *arg)
{
	return db_each(rq, &rows[Q_PRUNE_COMPANIES], NULL, row, fn, arg);
}

enum fault
prune_sql_seq_lock(struct rq *rq, const struct prune *p)
{
	struct prune out;

	return db_one(rq, &rows[Q_PRUNE_LOCK], p, &out);
}

enum fault
prune_sql_seq(struct rq *rq, struct prune *p)
{
	return db_one(rq, &rows[Q_PRUNE_SEQ], p, p);
}

enum fault
prune_sql_floor(struct rq *rq, const struct prune *p)
{
	return db_exec(rq, &rows[Q_PRUNE_FLOOR], p, NULL);
}

enum fault
prune_sql_changes(struct rq *rq, const struct prune *p, uint64_t *ret_n)
{
	return db_exec(rq, &rows[Q_PRUNE_CHANGES], p, ret_n);
}

enum fault
post_stat_sql_mark(struct rq *rq, const struct post_count *claim)
{
	return db_exec(rq, &rows[Q_POST_MARK], claim, NULL);
}

enum fault
post_stat_sql_stale(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct post_count row;

	return db_each(rq, &rows[Q_POST_STALE], NULL, &row, fn, arg);
}

enum fault
post_stat_sql_count(struct rq *rq, const struct post_count *p)
{
	return db_exec(rq, &rows[Q_POST_COUNT], p, NULL);
}
