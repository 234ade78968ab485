/* SPDX-License-Identifier: Apache-2.0 */
/* people_report_sql.c - statements of the reports of content, teams and cohorts. */
#include "people_report_int.h"
#include "report_sql_int.h"

/* clang-format off */
static const struct db_col sharers_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, after_id),
	DB_COL_UUID(struct report_ask, before_id),  DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      SEEN_IN,
};
static const struct db_col text_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, post),
	DB_COL_TIME(struct report_ask, from_us),    DB_COL_TIME(struct report_ask, to_us),
	SEEN_IN,
};
static const struct db_col sharers_out[] = {
	DB_COL_VIEW(struct sharers_row, key), DB_COL_I64(struct sharers_row, people), DB_COL_I64(struct sharers_row, own_words),
};
static const struct db_col words_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_UUID(struct report_ask, post),
	DB_COL_UUID(struct report_ask, company_id),
};
static const struct db_col words_out[] = { DB_COL_VIEW(struct words_row, key), DB_COL_STR(struct words_row, text) };
static const struct db_col members_in[] = {
	DB_COL_TIME(struct report_ask, from_us),    DB_COL_TIME(struct report_ask, to_us),
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, to_us),
	DB_COL_TIME(struct report_ask, from_us),    DB_COL_TIME(struct report_ask, from_us),
	SEEN_IN,
};
static const struct db_col members_out[] = {
	DB_COL_VIEW(struct membership, team),    DB_COL_UUID(struct membership, person_id),
	DB_COL_TIME(struct membership, from_us), DB_COL_TIME(struct membership, to_us),
};
static const struct db_col leads_in[] = {
	DB_COL_UUID(struct report_ask, company_id), DB_COL_TIME(struct report_ask, from_us),
	DB_COL_TIME(struct report_ask, to_us),      DB_COL_UUID(struct report_ask, viewer), SEEN_IN,
};
static const struct db_col leads_out[] = {
	DB_COL_TIME(struct cohort_lead, created_at), DB_COL_TIME(struct cohort_lead, touched_at),
	DB_COL_TIME(struct cohort_lead, won_at),
};

#define SHARERS(key) LONG_RUN \
	"SELECT " key " AS k, COUNT(DISTINCT s.person_id), CAST(SUM(s.edited) AS SIGNED) FROM share s WHERE s.company_id = ?"

enum { Q_SHARERS_POST, Q_SHARERS_NETWORK, Q_SHARERS_TEAM, Q_SHARERS_TEXT, Q_WORDS, Q_MEMBERS, Q_LEADS, Q__MAX };
#define SHARERS_ROW(row, word, key) \
	[row] = { .name = "report_sharers_" word, \
		.sql = SHARERS(key) " AND s.id >= ? AND s.id <= ? AND s.created_at >= ? AND s.created_at < ? AND " SHARE_SEEN \
		       " GROUP BY k", \
		DB_IN(sharers_in), DB_OUT(sharers_out) }

static const struct db_stmt stmts[Q__MAX] = {
	SHARERS_ROW(Q_SHARERS_POST, "post", "s.post_id"),
	SHARERS_ROW(Q_SHARERS_NETWORK, "network", "s.network"),
	SHARERS_ROW(Q_SHARERS_TEAM, "team", "s.team_id"),
	[Q_SHARERS_TEXT] = { .name = "report_sharers_text",
		.sql = SHARERS(TEXT_KEY) " AND s.post_id = ? AND s.created_at >= ? AND s.created_at < ? AND " SHARE_SEEN " GROUP BY k",
		DB_IN(text_in), DB_OUT(sharers_out) },
	[Q_WORDS] = { .name = "report_words",
		.sql = "SELECT " TEXT_KEY ", s.text FROM (SELECT MIN(id) AS id FROM share WHERE company_id = ? AND post_id = ?"
		       " AND NOT edited GROUP BY text_sha256) x JOIN share s ON s.id = x.id WHERE s.company_id = ?",
		DB_IN(words_in), DB_OUT(words_out) },
	[Q_MEMBERS] = { .name = "report_members",
		.sql = "SELECT m.team_id, m.person_id, GREATEST(m.from_at, CAST(? AS DATETIME(6))), LEAST(COALESCE(m.to_at, '9999-12-31'),"
		       " COALESCE(p.deactivated_at, '9999-12-31'), CAST(? AS DATETIME(6))) FROM team_member m JOIN person p"
		       " ON p.company_id = m.company_id AND p.id = m.person_id WHERE m.company_id = ? AND m.is_primary"
		       " AND m.from_at < ? AND (m.to_at IS NULL OR m.to_at > ?)"
		       " AND (p.deactivated_at IS NULL OR p.deactivated_at > ?) AND " MEMBER_SEEN
		       " ORDER BY m.team_id, m.person_id",
		DB_IN(members_in), DB_OUT(members_out) },
	[Q_LEADS] = { .name = "report_cohort_leads",
		.sql = LONG_RUN "SELECT l.created_at, (SELECT MIN(t.touched_at) FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = l.company_id"
		       " AND t.lead_id = l.id AND t.touched_at <= l.created_at), (SELECT MIN(c.occurred_at) FROM conversion c"
		       " WHERE c.company_id = l.company_id AND c.lead_id = l.id AND c.stage = 'won') FROM lead l"
		       " WHERE l.company_id = ? AND l.created_at >= ? AND l.created_at < ? AND l.merged_into IS NULL"
		       " AND (? IS NULL OR EXISTS (SELECT 1 FROM touch t FORCE INDEX (PRIMARY)"
		       " WHERE t.company_id = l.company_id AND t.lead_id = l.id AND " TOUCH_SEEN "))",
		DB_IN(leads_in), DB_OUT(leads_out) },
};
/* clang-format on */

const struct db_stmt_table people_report_stmts = DB_STMTS("people_report", stmts);

enum fault
content_sql_sharers(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct sharers_row row;
	int q = Q_SHARERS_TEAM;

	if (ask->by == BY_TEXT)
		q = Q_SHARERS_TEXT;
	else if (ask->by == BY_POST)
		q = Q_SHARERS_POST;
	else if (ask->by == BY_NETWORK)
		q = Q_SHARERS_NETWORK;
	return db_each_scratch(rq, &stmts[q], ask, &row, fn, arg);
}

enum fault
content_sql_words(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct words_row row;

	return db_each(rq, &stmts[Q_WORDS], ask, &row, fn, arg);
}

enum fault
teams_sql_members(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct membership row;

	return db_each_scratch(rq, &stmts[Q_MEMBERS], ask, &row, fn, arg);
}

enum fault
cohorts_sql_leads(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	struct cohort_lead row;

	return db_each_scratch(rq, &stmts[Q_LEADS], ask, &row, fn, arg);
}
