/* SPDX-License-Identifier: Apache-2.0 */
/* mentoring_sql.c - statements of mentorings.  What the two write is read with the reader's own id
 * beside it. */
#include "rostra/caller.h"

#include "mentoring_int.h"

/* clang-format off */
struct one {
	struct uuid company_id, id, reader, person;
	int64_t     at;
};
static const struct db_col get_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, id), DB_COL_UUID(struct one, reader),
	DB_COL_UUID(struct one, reader),
};
static const struct db_col view_out[] = {
	DB_COL_UUID(struct mentoring, company_id),  DB_COL_UUID(struct mentoring, id),
	DB_COL_UUID(struct mentoring, mentor_id),   DB_COL_STR(struct mentoring, mentor_name),
	DB_COL_UUID(struct mentoring, mentee_id),   DB_COL_STR(struct mentoring, mentee_name),
	DB_COL_UUID(struct mentoring, asked_by),    DB_COL_UUID(struct mentoring, answered_by),
	DB_COL_STR(struct mentoring, tag),          DB_COL_STR(struct mentoring, message),
	DB_COL_STR(struct mentoring, answer),       DB_COL_I64(struct mentoring, weeks),
	DB_COL_ENUM(struct mentoring, state, mentoring_state_names),
	DB_COL_TIME(struct mentoring, created_at),  DB_COL_TIME(struct mentoring, started_at),
	DB_COL_TIME(struct mentoring, ends_at),     DB_COL_TIME(struct mentoring, ended_at),
	DB_COL_STR(struct mentoring, mentor_note),  DB_COL_STR(struct mentoring, mentee_note),
	DB_COL_BOOL(struct mentoring, both_there),
};
static const struct db_col lock_out[] = { DB_COL_UUID(struct mentoring, company_id) };
static const struct db_col prospect_in[] = {
	DB_COL_UUID(struct one, reader), DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person),
};
static const struct db_col prospect_out[] = {
	DB_COL_BOOL(struct mentoring_prospect, active), DB_COL_I64(struct mentoring_prospect, open),
};
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct mentoring, company_id),  DB_COL_UUID(struct mentoring, id),
	DB_COL_UUID(struct mentoring, mentor_id),   DB_COL_UUID(struct mentoring, mentee_id),
	DB_COL_UUID(struct mentoring, asked_by),    DB_COL_UUID(struct mentoring, answered_by),
	DB_COL_STR(struct mentoring, tag),          DB_COL_STR(struct mentoring, message),
	DB_COL_I64(struct mentoring, weeks),        DB_COL_TIME(struct mentoring, created_at),
};
static const struct db_col update_in[] = {
	DB_COL_ENUM(struct mentoring, state, mentoring_state_names), DB_COL_STR(struct mentoring, answer),
	DB_COL_TIME(struct mentoring, started_at),  DB_COL_TIME(struct mentoring, ends_at),
	DB_COL_TIME(struct mentoring, ended_at),    DB_COL_STR(struct mentoring, mentor_note),
	DB_COL_STR(struct mentoring, mentee_note),  DB_COL_UUID(struct mentoring, company_id),
	DB_COL_UUID(struct mentoring, id),
};
#define HALF                                                                                    \
	DB_COL_UUID(struct mentoring_page, company_id), DB_COL_UUID(struct mentoring_page, person_id), \
	DB_COL_UUID(struct mentoring_page, before),                                                 \
	DB_COL_ENUM(struct mentoring_page, state, mentoring_state_names),                           \
	DB_COL_ENUM(struct mentoring_page, state, mentoring_state_names), DB_COL_I64(struct mentoring_page, limit)
static const struct db_col page_in[] = {
	HALF, HALF, DB_COL_UUID(struct mentoring_page, company_id), DB_COL_I64(struct mentoring_page, limit),
};
static const struct db_col open_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person),
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, person),
};
static const struct db_col open_out[] = { DB_COL_UUID(struct mentoring, id) };
static const struct db_col due_in[] = { DB_COL_TIME(struct one, at) };
static const struct db_col due_out[] = { DB_COL_UUID(struct mentoring, company_id), DB_COL_UUID(struct mentoring, id),
	DB_COL_UUID(struct mentoring, mentor_id) };
static const struct db_col counts_in[] = {
	DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, company_id), DB_COL_UUID(struct one, company_id),
	DB_COL_UUID(struct one, company_id),
};
static const struct db_col counts_out[] = {
	DB_COL_I64(struct mentoring_counts, asked),     DB_COL_I64(struct mentoring_counts, active),
	DB_COL_I64(struct mentoring_counts, declined),  DB_COL_I64(struct mentoring_counts, withdrawn),
	DB_COL_I64(struct mentoring_counts, ended),     DB_COL_I64(struct mentoring_counts, offers),
	DB_COL_I64(struct mentoring_counts, seeks),     DB_COL_I64(struct mentoring_counts, reviews),
};

#define MENTORING_COLUMNS                                                                                 \
	"SELECT m.company_id, m.id, m.mentor_id, a.display_name, m.mentee_id, b.display_name, m.asked_by, m.answered_by," \
	" m.tag, m.message, m.answer, m.weeks, m.state, m.created_at, m.started_at, m.ends_at, m.ended_at, m.mentor_note," \
	" m.mentee_note, a.state = 'active' AND b.state = 'active'"
#define MENTORING_PEOPLE                                                                                  \
	" JOIN person a ON a.company_id = m.company_id AND a.id = m.mentor_id"                      \
	" JOIN person b ON b.company_id = m.company_id AND b.id = m.mentee_id"
#define OWN_MENTORING " WHERE m.company_id = ? AND m.id = ? AND (m.mentor_id = ? OR m.mentee_id = ?)"
#define MENTORING_IDS(who, index)                                                                         \
	"(SELECT m.company_id, m.id FROM mentoring m FORCE INDEX (" index ") WHERE m.company_id = ? AND m." who " = ?" \
	" AND m.id < ? AND (? IS NULL OR m.state = ?) ORDER BY m.id DESC LIMIT ?)"
#define MENTOR_IDS MENTORING_IDS("mentor_id", "mentoring_mentor")
#define MENTEE_IDS MENTORING_IDS("mentee_id", "mentoring_mentee")
#define OPEN_IDS(who, index)                                                                              \
	"(SELECT m.id FROM mentoring m FORCE INDEX (" index ") WHERE m.company_id = ? AND m." who " = ?"           \
	" AND m.state IN ('asked', 'active'))"
#define OFFER_COUNT(kind)                                                                                 \
	"(SELECT COUNT(*) FROM mentoring_offer f JOIN person p ON p.company_id = f.company_id AND p.id = f.person_id" \
	" AND p.state = 'active' WHERE f.company_id = ? AND f.kind = '" kind "')"
#define MENTORING_COUNT(state) "CAST(COALESCE(SUM(m.state = '" state "'), 0) AS SIGNED)"

enum { Q_GET, Q_LOCK, Q_PROSPECT, Q_INSERT, Q_UPDATE, Q_PAGE, Q_OPEN, Q_DUE, Q_COUNTS, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_GET] = { .name = "mentoring_get", .sql = MENTORING_COLUMNS " FROM mentoring m" MENTORING_PEOPLE OWN_MENTORING,
		DB_IN(get_in), DB_OUT(view_out) },
	[Q_LOCK] = { .name = "mentoring_lock", 
		.sql = "SELECT m.company_id FROM mentoring m" OWN_MENTORING " FOR UPDATE", DB_IN(get_in), DB_OUT(lock_out) },
	[Q_PROSPECT] = { .name = "mentoring_prospect",
		.sql = "SELECT p.state = 'active', (SELECT COUNT(*) FROM mentoring m WHERE m.company_id = p.company_id"
		       " AND m.state = 'asked' AND m.asked_by = ?) FROM person p WHERE p.company_id = ? AND p.id = ? LOCK IN SHARE MODE",
		DB_IN(prospect_in), DB_OUT(prospect_out) },
	[Q_INSERT] = { .name = "mentoring_insert",
		.sql = "INSERT INTO mentoring (company_id, id, mentor_id, mentee_id, asked_by, answered_by, tag, message, weeks,"
		       " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_UPDATE] = { .name = "mentoring_update",
		.sql = "UPDATE mentoring SET state = ?, answer = ?, started_at = ?, ends_at = ?, ended_at = ?, mentor_note = ?,"
		       " mentee_note = ? WHERE company_id = ? AND id = ?",
		DB_IN(update_in) },
	[Q_PAGE] = { .name = "mentoring_page",
		.sql = MENTORING_COLUMNS " FROM (" MENTOR_IDS " UNION ALL "
		       MENTEE_IDS ") i JOIN mentoring m ON m.company_id = i.company_id AND m.id = i.id"
		       MENTORING_PEOPLE " WHERE m.company_id = ? ORDER BY m.id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(view_out) },
	[Q_OPEN] = { .name = "mentoring_open",
		.sql = OPEN_IDS("mentor_id", "mentoring_mentor") " UNION ALL " OPEN_IDS("mentee_id", "mentoring_mentee") " LIMIT 100",
		DB_IN(open_in), DB_OUT(open_out) },
	[Q_DUE] = { .name = "mentoring_due",
		.sql = "SELECT company_id, id, mentor_id FROM mentoring /* all companies: a job's look at what is due */"
		       " WHERE state = 'active' AND ends_at <= ? ORDER BY ends_at LIMIT 100",
		DB_IN(due_in), DB_OUT(due_out) },
	[Q_COUNTS] = { .name = "mentoring_counts",
		.sql = "SELECT " MENTORING_COUNT("asked") ", " MENTORING_COUNT("active") ", " MENTORING_COUNT("declined") ", " MENTORING_COUNT("withdrawn") ", "
		       MENTORING_COUNT("ended") ", " OFFER_COUNT("offer") ", " OFFER_COUNT("seek") ","
		       " (SELECT COUNT(*) FROM share_review WHERE company_id = ?)"
		       " FROM mentoring m WHERE m.company_id = ?",
		DB_IN(counts_in), DB_OUT(counts_out) },
};
/* clang-format on */

const struct db_stmt_table mentoring_stmts = DB_STMTS("mentoring", stmts);

enum fault
mentoring_sql_get(struct rq *rq, struct uuid id, bool lock, struct mentoring *out)
{
	const struct one in = { .company_id = rq_company(rq), .id = id, .reader = rq->who->person };

	enum fault e = lock ? db_one(rq, &stmts[Q_LOCK], &in, out) : FAULT_NONE;

	return e ? e : db_one(rq, &stmts[Q_GET], &in, out);
}

enum fault
mentoring_sql_prospect(struct rq *rq, struct uuid person, struct mentoring_prospect *out)
{
	const struct one in = { .company_id = rq_company(rq),
		                .reader = rq->who->person,
		                .person = person };

	return db_one(rq, &stmts[Q_PROSPECT], &in, out);
}

enum fault
mentoring_sql_insert(struct rq *rq, const struct mentoring *m, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], m, ret_duplicate);
}

enum fault
mentoring_sql_update(struct rq *rq, const struct mentoring *m)
{
	return db_exec(rq, &stmts[Q_UPDATE], m, NULL);
}

enum fault
mentoring_sql_page(struct rq *rq, const struct mentoring_page *p, db_row_fn *fn, void *arg)
{
	struct mentoring row = { .tag = NULL };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}

enum fault
mentoring_sql_open(struct rq *rq, struct uuid person, db_row_fn *fn, void *arg)
{
	const struct one in = { .company_id = rq_company(rq), .person = person };
	struct mentoring row = { .tag = NULL };

	return db_each(rq, &stmts[Q_OPEN], &in, &row, fn, arg);
}

enum fault
mentoring_sql_due(struct rq *rq, db_row_fn *fn, void *arg)
{
	const struct one in = { .at = rq->now_us };
	struct mentoring row = { .tag = NULL };

	return db_each(rq, &stmts[Q_DUE], &in, &row, fn, arg);
}

enum fault
mentoring_sql_counts(struct rq *rq, struct mentoring_counts *out)
{
	const struct one in = { .company_id = rq_company(rq) };

	return db_one(rq, &stmts[Q_COUNTS], &in, out);
}
