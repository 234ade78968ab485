/* SPDX-License-Identifier: Apache-2.0 */
/* expertise_sql.c - the statement of who knows about what. */
#include "rostra/caller.h"

#include "profile_int.h"

/* clang-format off */
static const struct db_col page_in[] = {
	DB_COL_UUID(struct expert_page, company_id), DB_COL_STR(struct expert_page, words),
	DB_COL_UUID(struct expert_page, company_id), DB_COL_STR(struct expert_page, tag),
	DB_COL_UUID(struct expert_page, company_id), DB_COL_STR(struct expert_page, words),
	DB_COL_UUID(struct expert_page, company_id),
	DB_COL_UUID(struct expert_page, reader_id),  DB_COL_UUID(struct expert_page, reader_id),
	DB_COL_I64(struct expert_page, after_score), DB_COL_I64(struct expert_page, after_score),
	DB_COL_I64(struct expert_page, after_score), DB_COL_UUID(struct expert_page, after_id),
	DB_COL_I64(struct expert_page, limit),
};
static const struct db_col page_out[] = {
	DB_COL_UUID(struct expert, person_id), DB_COL_STR(struct expert, display_name),
	DB_COL_STR(struct expert, job_title),  DB_COL_STR(struct expert, tags_packed),
	DB_COL_I64(struct expert, kudos),      DB_COL_I64(struct expert, score),
};

/* The latest so many kudos that match are looked at: a word that is everywhere tells nothing. */
#define KUDOS_LOOKED_AT "1000"
/* A tag weighs more than any number of kudos. */
#define SCORE "CAST(COUNT(h.tag) * 10000 + LEAST(SUM(h.tag IS NULL), 9999) AS SIGNED)"

enum { Q_PAGE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_PAGE] = { /* only kudos that everybody may read */
		.name = "expertise_page",
		.sql = "SELECT o.id, o.display_name, o.job_title, GROUP_CONCAT(h.tag ORDER BY h.tag SEPARATOR '\x1f'),"
		       " CAST(SUM(h.tag IS NULL) AS SIGNED) AS kudos, " SCORE " AS score FROM ("
		       "SELECT t.company_id, t.person_id, t.tag FROM profile_tag t"
		       " WHERE t.company_id = ? AND MATCH (t.tag) AGAINST (? IN BOOLEAN MODE)"
		       " UNION DISTINCT SELECT t.company_id, t.person_id, t.tag FROM profile_tag t WHERE t.company_id = ? AND t.tag = ?"
		       " UNION ALL SELECT r.company_id, r.person_id, NULL FROM (SELECT k.company_id, k.id FROM kudos k"
		       " WHERE k.company_id = ? AND MATCH (k.message) AGAINST (? IN BOOLEAN MODE) AND k.state = 'visible'"
		       " AND k.visibility = 'public' ORDER BY k.id DESC LIMIT " KUDOS_LOOKED_AT ") m"
		       " STRAIGHT_JOIN kudos_person r ON r.company_id = m.company_id AND r.kudos_id = m.id AND r.role = 'recipient'"
		       ") h JOIN person o ON o.company_id = h.company_id AND o.id = h.person_id" PROFILE_JOIN_SQL
		       " WHERE o.company_id = ? AND o.state = 'active' AND" PROFILE_SEEN_SQL("?")
		       " GROUP BY o.id, o.display_name, o.job_title"
		       " HAVING ? IS NULL OR score < ? OR (score = ? AND o.id > ?) ORDER BY score DESC, o.id LIMIT ?",
		DB_IN(page_in), DB_OUT(page_out),
	},
};
/* clang-format on */

const struct db_stmt_table expertise_stmts = DB_STMTS("expertise", stmts);

enum fault
expertise_sql_page(struct rq *rq, const struct expert_page *p, db_row_fn *fn, void *arg)
{
	struct expert row = { .display_name = NULL };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}
