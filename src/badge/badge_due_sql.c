/* SPDX-License-Identifier: Apache-2.0 */
/* badge_due_sql.c - whose badges are to be looked at: marked by what they did. */
#include "rostra/caller.h"

#include "badge_int.h"

/* clang-format off */
struct mark {
	struct uuid company_id, object_id;
	const char *kind, *owner;
};
static const struct db_col claim_in[] = { DB_COL_STR(struct mark, owner), DB_COL_STR(struct mark, kind) };
static const struct db_col object_in[] = { DB_COL_UUID(struct mark, company_id), DB_COL_UUID(struct mark, object_id) };
static const struct db_col company_in[] = { DB_COL_UUID(struct mark, company_id) };
struct take {
	struct uuid company_id, id[BADGE_DUE_AT_ONCE];
};
_Static_assert(BADGE_DUE_AT_ONCE == 16, "as many as DB_COL_16");
static const struct db_col take_in[] = { DB_COL_UUID(struct take, company_id), DB_COL_16(DB_COL_UUID, struct take, id, 0) };
static const struct db_col due_cols[] = {
	DB_COL_UUID(struct badge_due, company_id), DB_COL_UUID(struct badge_due, person_id),
};

#define BADGE_DUE "INSERT IGNORE INTO badge_due (company_id, person_id) "
#define EVERYBODY "SELECT p.company_id, p.id FROM person p WHERE p.company_id = ? AND p.state = 'active'"
#define HAS_BADGES(company) " EXISTS (SELECT 1 FROM badge b WHERE b.company_id = " company ")"

enum { Q_SHARES, Q_ANY, Q_PEOPLE, Q_LEAD, Q_ALL, Q_STREAKS, Q_CLICKED, Q_POINTS, Q_EACH, Q_TAKE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_SHARES] = { .name = "badge_mark_shares",
		.sql = BADGE_DUE "SELECT DISTINCT s.company_id, s.person_id FROM " OUTBOX_OBJECTS
		       " /* all companies: one relay serves them all */"
		       " STRAIGHT_JOIN share s ON s.company_id = o.company_id AND s.id = " OUTBOX_OBJECT_ID
		       " WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ? AND" HAS_BADGES("o.company_id"),
		DB_IN(claim_in) },
	[Q_ANY] = { .name = "badge_any",
		.sql = "SELECT company_id FROM badge WHERE company_id = ? LIMIT 1",
		DB_IN(company_in), DB_OUT(company_in) },
	[Q_PEOPLE] = { .name = "badge_mark_people",
		.sql = "INSERT IGNORE INTO badge_due (company_id, person_id) VALUES (?, ?)",
		DB_IN(due_cols) },
	[Q_LEAD] = { .name = "badge_mark_lead",
		.sql = BADGE_DUE "SELECT DISTINCT t.company_id, t.person_id FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = ? AND t.lead_id = ? AND"
		       HAS_BADGES("t.company_id"),
		DB_IN(object_in) },
	[Q_ALL] = { .name = "badge_mark_all", .sql = BADGE_DUE EVERYBODY, DB_IN(company_in) },
	[Q_STREAKS] = { .name = "badge_mark_streaks",
		.sql = BADGE_DUE EVERYBODY " AND EXISTS (SELECT 1 FROM badge b WHERE b.company_id = p.company_id"
		       " AND b.kind = 'streak' AND b.archived_at IS NULL)",
		DB_IN(company_in) },
	[Q_CLICKED] = { .name = "badge_mark_clicked",
		.sql = BADGE_DUE "SELECT DISTINCT s.company_id, s.person_id FROM badge b"
		       " /* all companies: a job's look at today's clicks */ STRAIGHT_JOIN click_day d ON d.company_id = b.company_id"
		       " AND d.day >= UTC_DATE() - INTERVAL 1 DAY AND d.class = 'human'"
		       " STRAIGHT_JOIN share s ON s.company_id = d.company_id AND s.id = d.share_id"
		       " WHERE b.measure IN ('clicks', 'visitors') AND b.archived_at IS NULL" },
	[Q_POINTS] = { .name = "badge_mark_points",
		.sql = BADGE_DUE "SELECT DISTINCT e.company_id, e.person_id FROM badge b"
		       " /* all companies: a job's look at the last entries, by the balances that they moved */"
		       " STRAIGHT_JOIN point_balance e ON e.company_id = b.company_id AND e.currency = 'earned'"
		       " AND e.updated_at >= UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE WHERE b.measure = 'points' AND b.archived_at IS NULL" },
	[Q_EACH] = { .name = "badge_due_each",
		.sql = "SELECT company_id, person_id FROM badge_due /* all companies: one job serves them all */ LIMIT 600",
		DB_OUT(due_cols) },
	[Q_TAKE] = { .name = "badge_due_take",
		.sql = "DELETE FROM badge_due WHERE company_id = ? AND person_id" DB_AMONG_16,
		DB_IN(take_in) },
};
/* clang-format on */

const struct db_stmt_table badge_due_stmts = DB_STMTS("badge_due", stmts);

enum fault
badge_mark_shares(struct rq *rq, const char *kind, const char *owner)
{
	const struct mark in = { .kind = kind, .owner = owner };

	return db_exec(rq, &stmts[Q_SHARES], &in, NULL);
}

enum fault
badge_mark_people(struct rq *rq, const struct badge_due *people, size_t n)
{
	struct badge_due *due = arena_array(rq->arena, n, struct badge_due);
	size_t kept = 0;
	bool any = false;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < n; i++) {
		struct mark company = { .company_id = people[i].company_id };

		if (i == 0 || !uuid_eq(people[i - 1].company_id, company.company_id))
			e = db_maybe(rq, &stmts[Q_ANY], &company, &company, &any);
		if (!e && any)
			due[kept++] = people[i];
	}
	return e || kept == 0 ? e : db_bulk(rq, &stmts[Q_PEOPLE], due, sizeof(*due), kept, NULL);
}

enum fault
badge_mark_claimed(struct rq *rq, const char *kind, const char *owner)
{
	struct outbox_object *people;
	struct badge_due *due;
	size_t n;
	enum fault e = outbox_objects(rq, kind, owner, &people, &n);

	if (e)
		return e;
	due = arena_array(rq->arena, n, struct badge_due);
	for (size_t i = 0; i < n; i++)
		due[i] = (struct badge_due){ people[i].company_id, people[i].id };
	return badge_mark_people(rq, due, n);
}

enum fault
badge_mark_lead(struct rq *rq, const struct outbox_event *event)
{
	const struct mark in = { .company_id = event->company_id, .object_id = event->object_id };

	return db_exec(rq, &stmts[Q_LEAD], &in, NULL);
}

enum fault
badge_sweep_run(struct rq *rq)
{
	enum fault e = db_exec(rq, &stmts[Q_CLICKED], NULL, NULL);

	return e ? e : db_exec(rq, &stmts[Q_POINTS], NULL, NULL);
}

enum fault
badge_due_sql_all(struct rq *rq)
{
	const struct mark in = { .company_id = rq_company(rq) };

	return db_exec(rq, &stmts[Q_ALL], &in, NULL);
}

enum fault
badge_due_sql_streaks(struct rq *rq)
{
	const struct mark in = { .company_id = rq_company(rq) };

	return db_exec(rq, &stmts[Q_STREAKS], &in, NULL);
}

enum fault
badge_due_sql_each(struct rq *rq, db_row_fn *fn, void *arg)
{
	struct badge_due row = { .company_id = { { 0 } } };

	return db_each(rq, &stmts[Q_EACH], NULL, &row, fn, arg);
}

enum fault
badge_due_sql_take(struct rq *rq, const struct badge_due *list, size_t n, bool *ret_any)
{
	struct take in = { .company_id = list[0].company_id };
	uint64_t taken = 0;
	enum fault e;

	for (size_t i = 0; i < BADGE_DUE_AT_ONCE; i++)
		in.id[i] = list[i < n ? i : n - 1].person_id;
	e = db_exec(rq, &stmts[Q_TAKE], &in, &taken);
	*ret_any = taken > 0;
	return e;
}
