/* SPDX-License-Identifier: Apache-2.0 */
/* fact.c - facts of a person that reports may depend on: dated, a row is ended and never
 * overwritten. */
#include "people_int.h"

static const char *const person_fact_names[] = { "department", "location", "manager", NULL };

/* clang-format off */
struct fact {
	struct uuid company_id, person_id;
	int         kind;
	const char *value;
	int64_t     now;
};
static const struct db_col fact_end_in[] = {
	DB_COL_TIME(struct fact, now), DB_COL_UUID(struct fact, company_id), DB_COL_UUID(struct fact, person_id),
	DB_COL_ENUM(struct fact, kind, person_fact_names), DB_COL_STR(struct fact, value),       DB_COL_STR(struct fact, value),
};
static const struct db_col fact_begin_in[] = {
	DB_COL_UUID(struct fact, company_id), DB_COL_UUID(struct fact, person_id), DB_COL_ENUM(struct fact, kind, person_fact_names),
	DB_COL_TIME(struct fact, now),        DB_COL_STR(struct fact, value),      DB_COL_UUID(struct fact, company_id),
	DB_COL_UUID(struct fact, person_id),  DB_COL_ENUM(struct fact, kind, person_fact_names),
};

enum { Q_FACT_END, Q_FACT_BEGIN, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_FACT_END] = { .name = "person_fact_end",
		.sql = "UPDATE person_fact SET to_at = ? WHERE company_id = ? AND person_id = ? AND kind = ?"
		       " AND to_at IS NULL AND (? IS NULL OR value <> ?)",
		DB_IN(fact_end_in) },
	[Q_FACT_BEGIN] = { .name = "person_fact_begin",
		.sql = "INSERT INTO person_fact (company_id, person_id, kind, from_at, value)"
		       " SELECT ?, ?, ?, ?, ? FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM person_fact WHERE company_id = ?"
		       " AND person_id = ? AND kind = ? AND to_at IS NULL)",
		DB_IN(fact_begin_in) },
};
/* clang-format on */

const struct db_stmt_table person_fact_stmts = DB_STMTS("person_fact", stmts);

enum fault
person_set_fact(struct rq *rq, struct uuid person, enum person_fact kind, const char *value)
{
	const struct fact in = { rq_company(rq), person, (int)kind, value, rq->now_us };
	enum fault e = db_exec(rq, &stmts[Q_FACT_END], &in, NULL);

	return e || value == NULL ? e : db_exec(rq, &stmts[Q_FACT_BEGIN], &in, NULL);
}
