/* SPDX-License-Identifier: Apache-2.0 */
/* seal_sql.c - statements of saved reports and sealed runs. */
#include "seal_int.h"

/* clang-format off */
#define DEFINITION_COLS \
	DB_COL_UUID(struct definition, id), DB_COL_STR(struct definition, name), DB_COL_STR(struct definition, query), \
	DB_COL_UUID(struct definition, created_by), DB_COL_TIME(struct definition, created_at)
static const struct db_col definition_in[] = { DB_COL_UUID(struct definition, company_id), DEFINITION_COLS };
static const struct db_col definition_out[] = { DEFINITION_COLS };
static const struct db_col definition_key[] = {
	DB_COL_UUID(struct definition, company_id), DB_COL_UUID(struct definition, id),
};
static const struct db_col definition_page_in[] = {
	DB_COL_UUID(struct definition_page, company_id), DB_COL_UUID(struct definition_page, before),
	DB_COL_I64(struct definition_page, limit),
};
#define RUN_COLS \
	DB_COL_UUID(struct run, definition_id), DB_COL_UUID(struct run, id), DB_COL_STR(struct run, from), \
	DB_COL_STR(struct run, to), DB_COL_STR(struct run, time_zone), DB_COL_STR(struct run, currency), \
	DB_COL_TIME(struct run, as_of), DB_COL_UUID(struct run, sealed_by), DB_COL_I64(struct run, credits), \
	DB_COL_I64(struct run, total_millionths), DB_COL_I64(struct run, total_minor), \
	DB_COL_I64(struct run, nobody_millionths), DB_COL_I64(struct run, nobody_minor), DB_COL_BYTES(struct run, sha)
static const struct db_col run_in[] = { DB_COL_UUID(struct run, company_id), RUN_COLS };
static const struct db_col run_out[] = { RUN_COLS };
static const struct db_col run_key[] = {
	DB_COL_UUID(struct run, company_id), DB_COL_UUID(struct run, definition_id), DB_COL_UUID(struct run, id),
};
static const struct db_col run_page_in[] = {
	DB_COL_UUID(struct definition_page, company_id), DB_COL_UUID(struct definition_page, definition_id),
	DB_COL_UUID(struct definition_page, before), DB_COL_I64(struct definition_page, limit),
};
#define ROW_COLS \
	DB_COL_UUID(struct run_row, conversion_id), DB_COL_BYTES(struct run_row, click_id), \
	DB_COL_UUID(struct run_row, lead_id), DB_COL_I64(struct run_row, millionths), \
	DB_COL_I64(struct run_row, amount_minor), DB_COL_BYTES(struct run_row, digest)
static const struct db_col row_in[] = {
	DB_COL_UUID(struct run_row, company_id), DB_COL_UUID(struct run_row, run_id), ROW_COLS,
};
static const struct db_col row_out[] = { ROW_COLS };
static const struct db_col rows_of_run[] = { DB_COL_UUID(struct run, company_id), DB_COL_UUID(struct run, id) };
static const struct db_col row_page_in[] = {
	DB_COL_UUID(struct row_page, company_id),    DB_COL_UUID(struct row_page, run_id),
	DB_COL_UUID(struct row_page, conversion_id), DB_COL_UUID(struct row_page, conversion_id),
	DB_COL_BYTES(struct row_page, click_id),     DB_COL_I64(struct row_page, limit),
};
static const struct db_col facts_in[] = {
	DB_COL_UUID(struct run_facts, company_id), DB_COL_UUID(struct run_facts, conversion_id),
};
static const struct db_col facts_out[] = {
	DB_COL_TIME(struct run_facts, received_at), DB_COL_TIME(struct run_facts, erased_at),
	DB_COL_TIME(struct run_facts, touched_at),
};
static const struct db_col reclassified_in[] = {
	DB_COL_UUID(struct run_facts, company_id), DB_COL_BYTES(struct run_facts, click_id),
	DB_COL_TIME(struct run_facts, as_of),
};
static const struct db_col reclassified_out[] = { DB_COL_BYTES(struct run_facts, click_id) };

static const struct db_col rate_in[] = {
	DB_COL_UUID(struct used_rate, company_id), DB_COL_UUID(struct used_rate, run_id),
	DB_COL_TIME(struct used_rate, day_us),     DB_COL_STR(struct used_rate, currency),
	DB_COL_I64(struct used_rate, rate.from),   DB_COL_I64(struct used_rate, rate.to),
};
static const struct db_col rate_out[] = {
	DB_COL_TIME(struct used_rate, day_us),   DB_COL_STR(struct used_rate, currency),
	DB_COL_I64(struct used_rate, rate.from), DB_COL_I64(struct used_rate, rate.to),
};
static const struct db_col rates_in[] = {
	DB_COL_UUID(struct rate_page, company_id), DB_COL_UUID(struct rate_page, run_id),
	DB_COL_TIME(struct rate_page, after_us),   DB_COL_TIME(struct rate_page, after_us),
	DB_COL_STR(struct rate_page, after),       DB_COL_I64(struct rate_page, limit),
};
static const struct db_col sealed_rate_in[] = {
	DB_COL_UUID(struct sealed_rate, run_id), DB_COL_UUID(struct sealed_rate, company_id),
	DB_COL_UUID(struct sealed_rate, conversion_id),
};
static const struct db_col sealed_rate_out[] = {
	DB_COL_STR(struct sealed_rate, currency), DB_COL_TIME(struct sealed_rate, occurred_at),
	DB_COL_I64(struct sealed_rate, rate.from), DB_COL_I64(struct sealed_rate, rate.to),
};

static const struct db_col merged_in[] = {
	DB_COL_UUID(struct run_facts, company_id), DB_COL_UUID(struct run_facts, lead_id),
	DB_COL_UUID(struct run_facts, lead_id),    DB_COL_TIME(struct run_facts, as_of),
	DB_COL_TIME(struct run_facts, as_of),
};
static const struct db_col merged_out[] = { DB_COL_UUID(struct run_facts, lead_id) };

#define DEFINITION_COLUMNS "id, name, query, created_by, created_at"
#define RUN_COLUMNS \
	"definition_id, id, from_day, to_day, time_zone, currency, as_of, sealed_by, credits, total_millionths, total_minor," \
	" nobody_millionths, nobody_minor, sha256"

#define ROW_COLUMNS "conversion_id, click_id, lead_id, millionths, amount_minor, digest"

enum {
	Q_DEFINITION, Q_DEFINITION_NEW, Q_DEFINITIONS, Q_RUN, Q_RUN_NEW, Q_RUNS, Q_ROW_NEW, Q_ROWS, Q_ROW_PAGE, Q_FACTS, Q_RECLASSIFIED,
	Q_RATE_NEW, Q_RATES, Q_SEALED_RATE, Q_MERGED,
	Q__MAX
};
static const struct db_stmt stmts[Q__MAX] = {
	[Q_DEFINITION] = { .name = "definition_get",
		.sql = "SELECT " DEFINITION_COLUMNS " FROM report_definition WHERE company_id = ? AND id = ?",
		DB_IN(definition_key), DB_OUT(definition_out) },
	[Q_DEFINITION_NEW] = { .name = "definition_insert",
		.sql = "INSERT INTO report_definition (company_id, " DEFINITION_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(definition_in) },
	[Q_DEFINITIONS] = { .name = "definition_page",
		.sql = "SELECT " DEFINITION_COLUMNS " FROM report_definition WHERE company_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		DB_IN(definition_page_in), DB_OUT(definition_out) },
	[Q_RUN] = { .name = "run_get",
		.sql = "SELECT " RUN_COLUMNS " FROM report_run WHERE company_id = ? AND definition_id = ? AND id = ?",
		DB_IN(run_key), DB_OUT(run_out) },
	[Q_RUN_NEW] = { .name = "run_insert",
		.sql = "INSERT INTO report_run (company_id, " RUN_COLUMNS ")"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(run_in) },
	[Q_RUNS] = { .name = "run_page",
		.sql = "SELECT " RUN_COLUMNS " FROM report_run WHERE company_id = ? AND definition_id = ? AND id < ?"
		       " ORDER BY id DESC LIMIT ?",
		DB_IN(run_page_in), DB_OUT(run_out) },
	[Q_ROW_NEW] = { .name = "run_row_insert",
		.sql = "INSERT INTO report_run_row (company_id, run_id, conversion_id, click_id, lead_id, millionths, amount_minor,"
		       " digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(row_in) },
	[Q_ROWS] = { .name = "run_rows",
		.sql = "SELECT " ROW_COLUMNS " FROM report_run_row WHERE company_id = ? AND run_id = ?",
		DB_IN(rows_of_run), DB_OUT(row_out) },
	[Q_ROW_PAGE] = { .name = "run_row_page",
		.sql = "SELECT " ROW_COLUMNS " FROM report_run_row WHERE company_id = ? AND run_id = ? AND conversion_id >= ?"
		       " AND (conversion_id > ? OR click_id > ?) ORDER BY conversion_id, click_id LIMIT ?",
		DB_IN(row_page_in), DB_OUT(row_out) },
	[Q_FACTS] = { .name = "run_facts",
		.sql = "SELECT c.received_at, l.erased_at, (SELECT MAX(t.added_at) FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = c.company_id"
		       " AND t.lead_id = c.lead_id) FROM conversion c JOIN lead l ON l.company_id = c.company_id AND l.id = c.lead_id"
		       " WHERE c.company_id = ? AND c.id = ?",
		DB_IN(facts_in), DB_OUT(facts_out) },
	[Q_RECLASSIFIED] = { .name = "run_reclassified",
		.sql = "SELECT click_id FROM click_change WHERE company_id = ? AND click_id = ? AND changed_at > ?"
		       " AND (class_before = 'human') <> (class_after = 'human') LIMIT 1",
		DB_IN(reclassified_in), DB_OUT(reclassified_out) },
	[Q_MERGED] = { .name = "run_merged",
		.sql = "SELECT kept_id FROM lead_merge WHERE company_id = ? AND (kept_id = ? OR merged_id = ?)"
		       " AND (merged_at > ? OR split_at > ?) LIMIT 1",
		DB_IN(merged_in), DB_OUT(merged_out) },
	[Q_RATE_NEW] = { .name = "run_rate_insert",
		.sql = "INSERT INTO report_run_rate (company_id, run_id, day, currency, from_billionths, to_billionths)"
		       " VALUES (?, ?, DATE(?), ?, ?, ?)",
		DB_IN(rate_in) },
	[Q_RATES] = { .name = "run_rates",
		.sql = "SELECT CAST(day AS DATETIME(6)), currency, from_billionths, to_billionths FROM report_run_rate"
		       " WHERE company_id = ? AND run_id = ? AND day >= DATE(?) AND (day > DATE(?) OR currency > ?)"
		       " ORDER BY day, currency LIMIT ?",
		DB_IN(rates_in), DB_OUT(rate_out) },
	[Q_SEALED_RATE] = { .name = "run_sealed_rate",
		.sql = "SELECT c.currency, c.occurred_at, COALESCE(r.from_billionths, 0), COALESCE(r.to_billionths, 0)"
		       " FROM conversion c LEFT JOIN report_run_rate r ON r.company_id = c.company_id AND r.run_id = ?"
		       " AND r.day = DATE(c.occurred_at) AND r.currency = c.currency"
		       " WHERE c.company_id = ? AND c.id = ?",
		DB_IN(sealed_rate_in), DB_OUT(sealed_rate_out) },
};
/* clang-format on */

const struct db_stmt_table seal_stmts = DB_STMTS("seal", stmts);

enum fault
definition_sql_get(struct rq *rq, struct uuid id, struct definition *out)
{
	const struct definition key = { .company_id = rq_company(rq), .id = id };

	return db_one(rq, &stmts[Q_DEFINITION], &key, out);
}

enum fault
definition_sql_insert(struct rq *rq, const struct definition *d, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_DEFINITION_NEW], d, ret_duplicate);
}

enum fault
definition_sql_page(struct rq *rq, const struct definition_page *p, db_row_fn *fn, void *arg)
{
	struct definition row = { .name = NULL };

	return db_each(rq, &stmts[Q_DEFINITIONS], p, &row, fn, arg);
}

enum fault
run_sql_get(struct rq *rq, struct uuid definition, struct uuid id, struct run *out)
{
	const struct run key = { .company_id = rq_company(rq),
		                 .definition_id = definition,
		                 .id = id };

	return db_one(rq, &stmts[Q_RUN], &key, out);
}

enum fault
run_sql_insert(struct rq *rq, const struct run *r, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_RUN_NEW], r, ret_duplicate);
}

enum fault
run_sql_page(struct rq *rq, const struct definition_page *p, db_row_fn *fn, void *arg)
{
	struct run row = { .from = NULL };

	return db_each(rq, &stmts[Q_RUNS], p, &row, fn, arg);
}

enum fault
run_sql_insert_rows(struct rq *rq, const struct run_rows *rows)
{
	return db_bulk(rq, &stmts[Q_ROW_NEW], rows->list, sizeof(*rows->list), rows->n, NULL);
}

enum fault
run_sql_rows(struct rq *rq, const struct run *r, struct run_row *out, db_row_fn *fn, void *arg)
{
	return db_each(rq, &stmts[Q_ROWS], r, out, fn, arg);
}

enum fault
run_sql_row_page(struct rq *rq, const struct row_page *p, db_row_fn *fn, void *arg)
{
	struct run_row row = { .millionths = 0 };

	return db_each(rq, &stmts[Q_ROW_PAGE], p, &row, fn, arg);
}

enum fault
facts_sql_get(struct rq *rq, struct run_facts *f, bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_FACTS], f, f, ret_found);
}

enum fault
facts_sql_reclassified(struct rq *rq, const struct run_facts *f, bool *ret)
{
	struct run_facts out = { .as_of = 0 };

	return db_maybe(rq, &stmts[Q_RECLASSIFIED], f, &out, ret);
}

enum fault
run_sql_insert_rates(struct rq *rq, const struct run *r)
{
	const struct converting *c = r->converting;

	for (size_t i = 0; i < c->n_used; i++) {
		c->used[i].company_id = r->company_id;
		c->used[i].run_id = r->id;
		c->used[i].currency = c->used[i].code;
	}
	return db_bulk(rq, &stmts[Q_RATE_NEW], c->used, sizeof(*c->used), c->n_used, NULL);
}

enum fault
run_sql_rates(struct rq *rq, const struct rate_page *p, db_row_fn *fn, void *arg)
{
	struct used_rate row = { .day_us = 0 };

	return db_each(rq, &stmts[Q_RATES], p, &row, fn, arg);
}

enum fault
facts_sql_rate(struct rq *rq, struct sealed_rate *r, bool *ret_found)
{
	return db_maybe(rq, &stmts[Q_SEALED_RATE], r, r, ret_found);
}

enum fault
facts_sql_merged(struct rq *rq, const struct run_facts *f, bool *ret)
{
	struct run_facts out = { .as_of = 0 };

	return db_maybe(rq, &stmts[Q_MERGED], f, &out, ret);
}
