/* SPDX-License-Identifier: Apache-2.0 */
/* give_sql.c - statements of giving. */
#include "rostra/caller.h"

#include "give_int.h"
#include "kudos_view.h"

/* clang-format off */
struct several {
	struct uuid company_id, id[KUDOS_PEOPLE_AT_ONCE], value;
	int64_t     at;
};
#define AMONG(i) DB_COL_16(DB_COL_UUID, struct several, id, i)
#define CROWD_COLS                                                                              \
	DB_COL_UUID(struct several, company_id), DB_COL_UUID(struct several, company_id),           \
	DB_COL_UUID(struct several, company_id), DB_COL_UUID(struct several, value), DB_COL_UUID(struct several, company_id)
_Static_assert(KUDOS_AT_ONCE == 16 && KUDOS_PEOPLE_AT_ONCE == 48, "as many as the lists");

static const struct db_col crowd_16_in[] = { CROWD_COLS, AMONG(0) };
static const struct db_col crowd_32_in[] = { CROWD_COLS, AMONG(0), AMONG(16) };
static const struct db_col crowd_48_in[] = { CROWD_COLS, AMONG(0), AMONG(16), AMONG(32) };
static const struct db_col crowd_out[] = {
	DB_COL_I64(struct kudos_known, version),
	DB_COL_UUID(struct kudos_known, person.person_id), DB_COL_BOOL(struct kudos_known, person.active),
	DB_COL_UUID(struct kudos_known, person.team_id), DB_COL_STR(struct kudos_known, person.display_name),
	NOTICE_LISTENER_COLS(struct kudos_known, person.listener.),
	DB_COL_STR(struct kudos_known, house.time_zone),
	DB_COL_I64(struct kudos_known, house.policy.monthly_allowance), DB_COL_I64(struct kudos_known, house.policy.pair_max),
	DB_COL_I64(struct kudos_known, house.policy.pair_days), DB_COL_I64(struct kudos_known, house.policy.interval_s),
	DB_COL_I64(struct kudos_known, house.policy.edit_window_s), DB_COL_I64(struct kudos_known, house.policy.version),
	DB_COL_BOOL(struct kudos_known, house.boosted),
	DB_COL_UUID(struct kudos_known, value.id), DB_COL_STR(struct kudos_known, value.name),
};
static const struct db_col values_out[] = {
	DB_COL_UUID(struct kudos_value_name, id), DB_COL_STR(struct kudos_value_name, name),
};
/* Of values, too. */
static const struct db_col givers_in[] = { DB_COL_UUID(struct several, company_id), AMONG(0) };
static const struct db_col givers_since_in[] = {
	DB_COL_UUID(struct several, company_id), AMONG(0), DB_COL_TIME(struct several, at),
};
static const struct db_col boosts_out[] = {
	DB_COL_UUID(struct kudos_before, giver_id), DB_COL_I64(struct kudos_before, boost),
};
static const struct db_col lately_out[] = {
	DB_COL_UUID(struct kudos_before, giver_id), DB_COL_TIME(struct kudos_before, last_at),
};
static const struct db_col pairs_out[] = {
	DB_COL_UUID(struct kudos_before, giver_id), DB_COL_UUID(struct kudos_before, person_id),
};
static const struct db_col about_in[] = {
	DB_COL_UUID(struct kudos, post_id), DB_COL_UUID(struct kudos, share_id), DB_COL_UUID(struct kudos, lead_id),
	DB_COL_UUID(struct kudos, company_id),
};
static const struct db_col about_out[] = {
	DB_COL_BOOL(struct kudos_context, post_known), DB_COL_UUID(struct kudos_context, share_person),
	DB_COL_BOOL(struct kudos_context, lead_known),
};
static const struct db_col insert_in[] = { KUDOS_ROW_COLS(struct kudos, ) };
static const struct db_col person_insert_in[] = {
	DB_COL_UUID(struct kudos_person, company_id), DB_COL_UUID(struct kudos_person, kudos_id),
	DB_COL_ENUM(struct kudos_person, role, kudos_role_names),
	DB_COL_UUID(struct kudos_person, person_id),  DB_COL_I64(struct kudos_person, position),
	DB_COL_UUID(struct kudos_person, team_id),
};

/* People with their house c and kp, and a value v.  Those two are read once: the optimizer takes them for constants. */
#define CROWD                                                                                   \
	"SELECT c.people_version, p.id, p.state = 'active', m.team_id, p.display_name, " NOTICE_LISTENER_COLUMNS      \
	", c.time_zone, kp.monthly_allowance, kp.pair_max, kp.pair_days, kp.interval_s, kp.edit_window_s, kp.version," \
	" EXISTS (SELECT 1 FROM kudos_boost b WHERE b.company_id = ?), v.id, v.name"                \
	" FROM company c STRAIGHT_JOIN person p FORCE INDEX (PRIMARY) ON p.company_id = c.id"       \
	" LEFT JOIN team_member m FORCE INDEX (PRIMARY) ON m.company_id = p.company_id AND m.person_id = p.id" \
	" AND m.is_primary AND m.to_at IS NULL" NOTICE_LISTENER_JOIN                                \
	" LEFT JOIN kudos_policy kp ON kp.company_id = ?"                                           \
	" LEFT JOIN company_value v FORCE INDEX (PRIMARY) ON v.company_id = ? AND v.id = ? AND v.archived_at IS NULL" \
	" WHERE c.id = ? AND p.id IN (" DB_MARKS_16

enum {
	Q_CROWD_16, Q_CROWD_32, Q_CROWD_48, Q_VALUES, Q_BOOSTS, Q_LATELY, Q_PAIRS, Q_ABOUT, Q_INSERT, Q_PERSON_INSERT, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_CROWD_16] = { .name = "kudos_crowd_16", .sql = CROWD ")", DB_IN(crowd_16_in), DB_OUT(crowd_out) },
	[Q_CROWD_32] = { .name = "kudos_crowd_32", .sql = CROWD ", " DB_MARKS_16 ")", DB_IN(crowd_32_in), DB_OUT(crowd_out) },
	[Q_CROWD_48] = {
		.name = "kudos_crowd_48",
		.sql = CROWD ", " DB_MARKS_16 ", " DB_MARKS_16 ")",
		DB_IN(crowd_48_in), DB_OUT(crowd_out),
	},
	[Q_VALUES] = {
		.name = "kudos_values",
		.sql = "SELECT id, name FROM company_value FORCE INDEX (PRIMARY) WHERE company_id = ? AND id" DB_AMONG_16
		       " AND archived_at IS NULL",
		DB_IN(givers_in), DB_OUT(values_out),
	},
	[Q_BOOSTS] = {
		.name = "kudos_boosts",
		.sql = "SELECT p.id, " POINTS_BOOST " FROM person p FORCE INDEX (PRIMARY) WHERE p.company_id = ? AND p.id" DB_AMONG_16,
		DB_IN(givers_in), DB_OUT(boosts_out),
	},
	[Q_LATELY] = {
		.name = "kudos_lately",
		.sql = "SELECT giver_id, created_at FROM kudos FORCE INDEX (kudos_given)"
		       " WHERE company_id = ? AND giver_id" DB_AMONG_16 " AND created_at > ?",
		DB_IN(givers_since_in), DB_OUT(lately_out),
	},
	[Q_PAIRS] = {
		.name = "kudos_pairs",
		.sql = "SELECT k.giver_id, q.person_id FROM kudos k FORCE INDEX (kudos_given) STRAIGHT_JOIN kudos_person q"
		       " ON q.company_id = k.company_id AND q.kudos_id = k.id AND q.role = 'recipient'"
		       " WHERE k.company_id = ? AND k.giver_id" DB_AMONG_16 " AND k.created_at > ? AND k.state <> 'withdrawn'",
		DB_IN(givers_since_in), DB_OUT(pairs_out),
	},
	[Q_ABOUT] = {
		.name = "kudos_about",
		.sql = "SELECT po.id IS NOT NULL, s.person_id, l.id IS NOT NULL"
		       " FROM company c /* all companies: its own id is asked for */"
		       " LEFT JOIN post po ON po.company_id = c.id AND po.id = ? AND po.state IN ('live', 'expired')"
		       " LEFT JOIN share s ON s.company_id = c.id AND s.id = ?"
		       " LEFT JOIN lead l ON l.company_id = c.id AND l.id = ? AND l.erased_at IS NULL WHERE c.id = ?",
		DB_IN(about_in), DB_OUT(about_out),
	},
	[Q_INSERT] = {
		.name = "kudos_insert",
		.sql = "INSERT INTO kudos (company_id, id, giver_id, team_id, value_id, message, points, period,"
		       " visibility, state, post_id, share_id, lead_id, body_sha256, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in),
	},
	[Q_PERSON_INSERT] = {
		.name = "kudos_person_insert",
		.sql = "INSERT INTO kudos_person (company_id, kudos_id, role, person_id, position, team_id)"
		       " VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(person_insert_in),
	},
};
/* clang-format on */

const struct db_stmt_table kudos_give_stmts = DB_STMTS("kudos_give", stmts);

/* n ids in room places, the last one again where there are no more. */
static struct several
several_of(const struct rq *rq, const struct uuid *ids, size_t n, size_t room)
{
	struct several s = { .company_id = rq_company(rq) };

	for (size_t i = 0; i < room; i++)
		s.id[i] = ids[i < n ? i : n - 1];
	return s;
}

enum fault
kudos_sql_crowd(struct rq *rq, const struct kudos_asked *asked, db_row_fn *fn, void *arg)
{
	struct several in = several_of(rq, asked->people, asked->n_people, KUDOS_PEOPLE_AT_ONCE);
	struct kudos_known row = { .value = { .name = NULL } };
	const int q = asked->n_people <= 16   ? Q_CROWD_16
	              : asked->n_people <= 32 ? Q_CROWD_32
	                                      : Q_CROWD_48;

	in.value = asked->value;
	return db_each(rq, &stmts[q], &in, &row, fn, arg);
}

enum fault
kudos_sql_values(struct rq *rq, const struct uuid *values, size_t n, db_row_fn *fn, void *arg)
{
	const struct several in = several_of(rq, values, n, KUDOS_AT_ONCE);
	struct kudos_value_name row = { .name = NULL };

	return db_each(rq, &stmts[Q_VALUES], &in, &row, fn, arg);
}

enum fault
kudos_sql_boosts(struct rq *rq, const struct uuid *givers, size_t n, db_row_fn *fn, void *arg)
{
	const struct several in = several_of(rq, givers, n, KUDOS_AT_ONCE);
	struct kudos_before row = { .boost = 0 };

	return db_each(rq, &stmts[Q_BOOSTS], &in, &row, fn, arg);
}

static enum fault
since(struct rq *rq, int q, const struct several *givers, int64_t since_us, db_row_fn *fn,
      void *arg)
{
	struct several in = *givers;
	struct kudos_before row = { .last_at = TIME_NONE };

	in.at = since_us;
	return db_each(rq, &stmts[q], &in, &row, fn, arg);
}

enum fault
kudos_sql_lately(struct rq *rq, const struct uuid *givers, size_t n, int64_t since_us,
                 db_row_fn *fn, void *arg)
{
	const struct several in = several_of(rq, givers, n, KUDOS_AT_ONCE);

	return since(rq, Q_LATELY, &in, since_us, fn, arg);
}

enum fault
kudos_sql_pairs(struct rq *rq, const struct uuid *givers, size_t n, int64_t since_us, db_row_fn *fn,
                void *arg)
{
	const struct several in = several_of(rq, givers, n, KUDOS_AT_ONCE);

	return since(rq, Q_PAIRS, &in, since_us, fn, arg);
}

enum fault
kudos_sql_about(struct rq *rq, const struct kudos *k, struct kudos_context *out)
{
	return db_one(rq, &stmts[Q_ABOUT], k, out);
}

enum fault
kudos_sql_insert(struct rq *rq, const struct kudos *k, bool *ret_duplicate)
{
	return db_insert(rq, &stmts[Q_INSERT], k, ret_duplicate);
}

enum fault
kudos_sql_insert_all(struct rq *rq, const struct kudos *k, size_t n)
{
	return db_bulk(rq, &stmts[Q_INSERT], k, sizeof(*k), n, NULL);
}

enum fault
kudos_sql_people_insert(struct rq *rq, const struct kudos_person *rows, size_t n)
{
	return db_bulk(rq, &stmts[Q_PERSON_INSERT], rows, sizeof(*rows), n, NULL);
}
