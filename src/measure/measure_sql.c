/* SPDX-License-Identifier: Apache-2.0 */
/* measure_sql.c - what each measure counts: a read model over the tables of other features. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/clock.h"
#include "rostra/measure.h"

/* The question as the statements bind it. */
struct counting {
	struct measure_ask q;
	struct uuid company_id, first_id, last_id; /* ids made around the window */
	int64_t whole_from_us, whole_to_us;        /* the UTC days that lie in the window whole */
	int64_t month_from, month_to;              /* the months, YYYYMMDD; equal: none */
};

/* clang-format off */
#define IN_COMPANY     DB_COL_UUID(struct counting, company_id)
#define IN_PERSON      DB_COL_UUID(struct counting, q.person)
#define IN_WINDOW      DB_COL_TIME(struct counting, q.span.from_us), DB_COL_TIME(struct counting, q.span.to_us)
#define IN_IDS         DB_COL_UUID(struct counting, first_id), DB_COL_UUID(struct counting, last_id)
#define IN_SEGMENT                                                                              \
	DB_COL_UUID(struct counting, q.team), DB_COL_UUID(struct counting, q.team),                  \
	DB_COL_STR(struct counting, q.fact_value), DB_COL_ENUM(struct counting, q.fact, measure_fact_names), \
	DB_COL_STR(struct counting, q.fact_value)
#define IN_DAYS                                                                                 \
	DB_COL_I64(struct counting, q.span.from_day), DB_COL_I64(struct counting, month_from),       \
	DB_COL_I64(struct counting, month_to),        DB_COL_I64(struct counting, q.span.to_day),    \
	DB_COL_I64(struct counting, month_from),      DB_COL_I64(struct counting, month_to),         \
	DB_COL_UUID(struct counting, q.team),         DB_COL_UUID(struct counting, q.team)
#define IN_EDGES                                                                                \
	DB_COL_TIME(struct counting, q.span.from_us), DB_COL_TIME(struct counting, whole_from_us),   \
	DB_COL_TIME(struct counting, whole_to_us),    DB_COL_TIME(struct counting, q.span.to_us)
#define IN_WHOLE       DB_COL_TIME(struct counting, whole_from_us), DB_COL_TIME(struct counting, whole_to_us)
#define IN_VALUE       DB_COL_UUID(struct counting, q.value), DB_COL_UUID(struct counting, q.value)

/* Each measure twice: of everybody, and of one person through an index of their own. */
#define INS(name, ...)                                                                          \
	static const struct db_col name##_in[] = { IN_COMPANY, __VA_ARGS__ };                        \
	static const struct db_col name##_of_in[] = { IN_COMPANY, IN_PERSON, __VA_ARGS__ }

INS(days, IN_DAYS);
INS(shares, IN_IDS, IN_WINDOW, IN_SEGMENT);
INS(visitors, IN_WINDOW, IN_SEGMENT);
INS(kudos, IN_IDS, IN_WINDOW, IN_VALUE, IN_SEGMENT);
static const struct db_col fact_in[] = {
	IN_COMPANY, DB_COL_ENUM(struct counting, q.fact, measure_fact_names), DB_COL_STR(struct counting, q.fact_value),
	DB_COL_I64(struct counting, q.span.from_day), DB_COL_I64(struct counting, q.span.to_day), IN_PERSON, IN_PERSON,
};
static const struct db_col clicks_in[] = { IN_COMPANY, IN_WHOLE, IN_SEGMENT, IN_COMPANY, IN_EDGES, IN_SEGMENT };
static const struct db_col clicks_of_in[] = {
	IN_COMPANY, IN_PERSON, IN_WHOLE, IN_SEGMENT, IN_COMPANY, IN_PERSON, IN_EDGES, IN_SEGMENT,
};
static const struct db_col events_in[] = { IN_COMPANY, IN_COMPANY, IN_WINDOW, IN_PERSON, IN_PERSON, IN_SEGMENT };
static const struct db_col rows_out[] = {
	DB_COL_UUID(struct measure_row, person_id), DB_COL_UUID(struct measure_row, team_id), DB_COL_I64(struct measure_row, n),
};

/* Reports, too, may run longer than a request's statement. */
#define LONG_RUN "SET STATEMENT max_statement_time = 60 FOR "
#define FACT_AT(person, at)                                                                     \
	"EXISTS (SELECT 1 FROM person_fact f WHERE f.company_id = x.company_id AND f.person_id = " person  \
	" AND f.kind = ? AND f.value = ? AND f.from_at <= " at " AND (f.to_at IS NULL OR f.to_at > " at "))"
#define SEGMENT(person, team, at) " AND (? IS NULL OR " team " = ?) AND (? IS NULL OR " FACT_AT(person, at) ")"
#define ROWS(person, team, n) LONG_RUN "SELECT " person ", " team ", CAST(" n " AS SIGNED)"

#define NO_TEAM "CAST('00000000-0000-0000-0000-000000000000' AS UUID)"
#define POINTS(of)                                                                              \
	ROWS("x.person_id", "NULLIF(x.team_id, " NO_TEAM ")", "SUM(x.tenths)")                       \
	" FROM point_sum x WHERE x.company_id = ?" of " AND (x.span = 'day' AND (x.from_day >= ? AND x.from_day < ?" \
	" OR x.from_day >= ? AND x.from_day < ?) OR x.span = 'month' AND x.from_day >= ? AND x.from_day < ?)"  \
	" AND (? IS NULL OR x.team_id = ?) GROUP BY x.person_id, x.team_id"
/* Facts change in the middle of a month: days only, of those who ever had the fact. */
#define POINTS_OF_FACT                                                                          \
	ROWS("x.person_id", "NULLIF(x.team_id, " NO_TEAM ")", "SUM(x.tenths)")                       \
	" FROM person_fact f JOIN point_sum x ON x.company_id = f.company_id AND x.person_id = f.person_id AND x.span = 'day'" \
	" WHERE f.company_id = ? AND f.kind = ? AND f.value = ? AND x.from_day >= ? AND x.from_day < ?"       \
	" AND f.from_at <= CAST(x.from_day AS DATETIME) + INTERVAL 12 HOUR"                           \
	" AND (f.to_at IS NULL OR f.to_at > CAST(x.from_day AS DATETIME) + INTERVAL 12 HOUR)"         \
	" AND (? IS NULL OR x.person_id = ?) GROUP BY x.person_id, x.team_id"
#define SHARES(of)                                                                              \
	ROWS("x.person_id", "x.team_id", "COUNT(*)") " FROM share x WHERE x.company_id = ?" of        \
	" AND x.id >= ? AND x.id <= ? AND x.created_at >= ? AND x.created_at < ?"                     \
	SEGMENT("x.person_id", "x.team_id", "x.created_at") " GROUP BY x.person_id, x.team_id"
/* Whole UTC days by their sums, which outlive the clicks; what is left of the window by the clicks. */
#define CLICKS(of)                                                                              \
	ROWS("y.person_id", "y.team_id", "SUM(y.n)") " FROM (SELECT x.person_id, x.team_id, SUM(d.n) AS n"    \
	" FROM click_day d JOIN share x ON x.company_id = d.company_id AND x.id = d.share_id"         \
	" WHERE d.company_id = ? AND d.class = 'human'" of " AND d.day >= DATE(?) AND d.day < DATE(?)" \
	SEGMENT("x.person_id", "x.team_id", "CAST(d.day AS DATETIME) + INTERVAL 12 HOUR") " GROUP BY x.person_id, x.team_id" \
	" UNION ALL SELECT x.person_id, x.team_id, COUNT(*)"                                          \
	" FROM click c JOIN share x ON x.company_id = c.company_id AND x.id = c.share_id"             \
	" WHERE c.company_id = ? AND c.class = 'human'" of                                            \
	" AND (c.clicked_at >= ? AND c.clicked_at < ? OR c.clicked_at >= ? AND c.clicked_at < ?)"     \
	SEGMENT("x.person_id", "x.team_id", "c.clicked_at") " GROUP BY x.person_id, x.team_id) y"     \
	" GROUP BY y.person_id, y.team_id"
/* Who has no cookie is told by address and browser; who can be told apart by nothing is a visitor a click. */
#define VISITOR "COALESCE(c.visitor, UNHEX(MD5(CONCAT(c.ip_hash, COALESCE(c.user_agent, '')))), c.id)"
#define VISITORS(of)                                                                            \
	ROWS("x.person_id", "x.team_id", "COUNT(DISTINCT DATE(c.clicked_at), " VISITOR ")") \
	" FROM click c JOIN share x ON x.company_id = c.company_id AND x.id = c.share_id"             \
	" WHERE c.company_id = ?" of " AND c.class = 'human' AND c.clicked_at >= ? AND c.clicked_at < ?" \
	SEGMENT("x.person_id", "x.team_id", "c.clicked_at") " GROUP BY x.person_id, x.team_id"
/*
 * The attribution report by the model `last`: the newest touch of the look-back window has it all.  What picks it stands
 * in the join: as a column of a derived table that is merged it finds nothing from the second execution of the
 * prepared statement on, where the outer query groups (MariaDB 10.11).
 */
#define LAST_TOUCH                                                                              \
	"(SELECT t.click_id FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = c.company_id AND t.lead_id = c.lead_id" \
	" AND t.touched_at <= c.occurred_at AND t.touched_at >= c.occurred_at - INTERVAL COALESCE(g.lookback_days," \
	" k.lookback_days) DAY ORDER BY t.touched_at DESC, t.click_id DESC LIMIT 1)"
#define EVENTS(stage, n)                                                                        \
	LONG_RUN "SELECT STRAIGHT_JOIN x.person_id, x.team_id, CAST(" n " AS SIGNED)"                \
	" FROM company k JOIN conversion c ON c.company_id = k.id"                                    \
	" LEFT JOIN campaign g ON g.company_id = c.company_id AND g.id = c.campaign_id"               \
	" JOIN touch x FORCE INDEX (PRIMARY) ON x.company_id = c.company_id AND x.lead_id = c.lead_id" \
	" AND x.click_id = " LAST_TOUCH                                                               \
	" WHERE k.id = ? AND c.company_id = ? AND c.occurred_at >= ? AND c.occurred_at < ? AND c.stage = " stage \
	" AND (? IS NULL OR x.person_id = ?)" SEGMENT("x.person_id", "x.team_id", "x.touched_at")     \
	" GROUP BY x.person_id, x.team_id"
/* What everybody may read, as on profiles: the measure of a team's or private kudos would tell of them. */
#define STANDS "k.id >= ? AND k.id <= ? AND k.created_at >= ? AND k.created_at < ? AND k.state = 'visible'" \
	" AND k.visibility = 'public' AND (? IS NULL OR k.value_id = ?)"
#define RECEIVED(of)                                                                            \
	ROWS("x.person_id", "x.team_id", "COUNT(*)")                                                 \
	" FROM kudos k JOIN kudos_person x ON x.company_id = k.company_id AND x.kudos_id = k.id AND x.role = 'recipient'" \
	" WHERE k.company_id = ?" of " AND " STANDS SEGMENT("x.person_id", "x.team_id", "k.created_at") \
	" GROUP BY x.person_id, x.team_id"
#define GIVEN(of)                                                                               \
	ROWS("x.giver_id", "x.team_id", "COUNT(*)")                                                  \
	" FROM kudos k JOIN kudos x ON x.company_id = k.company_id AND x.id = k.id"                  \
	" WHERE k.company_id = ?" of " AND " STANDS SEGMENT("x.giver_id", "x.team_id", "k.created_at") \
	" GROUP BY x.giver_id, x.team_id"

#define OF_PERSON " AND x.person_id = ?"
#define OF_GIVER  " AND k.giver_id = ?"

enum { Q_ALL, Q_OF = Q_ALL + MEASURE__MAX, Q_POINTS_OF_FACT = Q_OF + MEASURE__MAX, Q__MAX };

#define PAIR(measure, word, text, ins)                                                          \
	[Q_ALL + (measure)] = { .name = "measure_" word, .sql = text(""), DB_IN(ins##_in), DB_OUT(rows_out) }
#define PAIR_OF(measure, word, text, of, ins)                                                   \
	[Q_OF + (measure)] = { .name = "measure_" word "_of", .sql = text(of), DB_IN(ins##_of_in), DB_OUT(rows_out) }
#define EVENT(measure, word, stage, n)                                                          \
	[Q_ALL + (measure)] = { .name = "measure_" word, .sql = EVENTS(stage, n), DB_IN(events_in), DB_OUT(rows_out) }, \
	[Q_OF + (measure)] = { .name = "measure_" word "_of", .sql = EVENTS(stage, n), DB_IN(events_in), DB_OUT(rows_out) }

static const struct db_stmt stmts[Q__MAX] = {
	PAIR(MEASURE_POINTS, "points", POINTS, days),
	PAIR_OF(MEASURE_POINTS, "points", POINTS, OF_PERSON, days),
	PAIR(MEASURE_SHARES, "shares", SHARES, shares),
	PAIR_OF(MEASURE_SHARES, "shares", SHARES, OF_PERSON, shares),
	PAIR(MEASURE_CLICKS, "clicks", CLICKS, clicks),
	PAIR_OF(MEASURE_CLICKS, "clicks", CLICKS, OF_PERSON, clicks),
	PAIR(MEASURE_VISITORS, "visitors", VISITORS, visitors),
	PAIR_OF(MEASURE_VISITORS, "visitors", VISITORS, OF_PERSON, visitors),
	EVENT(MEASURE_LEADS, "leads", "'lead'", "COUNT(*)"),
	EVENT(MEASURE_QUALIFIED, "qualified", "'qualified'", "COUNT(*)"),
	EVENT(MEASURE_WON, "won_value", "'won' AND c.currency = k.currency", "SUM(c.value_minor)"),
	PAIR(MEASURE_KUDOS_RECEIVED, "kudos_received", RECEIVED, kudos),
	PAIR_OF(MEASURE_KUDOS_RECEIVED, "kudos_received", RECEIVED, OF_PERSON, kudos),
	PAIR(MEASURE_KUDOS_GIVEN, "kudos_given", GIVEN, kudos),
	PAIR_OF(MEASURE_KUDOS_GIVEN, "kudos_given", GIVEN, OF_GIVER, kudos),
	[Q_POINTS_OF_FACT] = { .name = "measure_points_of_fact", .sql = POINTS_OF_FACT, DB_IN(fact_in), DB_OUT(rows_out) },
};
/* clang-format on */

const struct db_stmt_table measure_stmts = DB_STMTS("measure", stmts);

/* The months that lie in the window whole are summed already. */
static void
bound_months(struct counting *c)
{
	const struct measure_span *s = &c->q.span;
	int64_t first = s->from_day;

	while (first % 100 != 1)
		first = measure_day_add(first, 1);
	c->month_from = first;
	c->month_to = s->to_day / 100 * 100 + 1;
	if (c->month_from >= c->month_to)
		c->month_from = c->month_to = s->to_day;
}

static int64_t
utc_day(int64_t at_us)
{
	const int64_t into = (at_us % US_PER_DAY + US_PER_DAY) % US_PER_DAY;

	return at_us - into;
}

static void
bound_days(struct counting *c)
{
	const struct measure_span *s = &c->q.span;

	c->whole_from_us = utc_day(s->from_us + US_PER_DAY - 1);
	c->whole_to_us = utc_day(s->to_us);
	if (c->whole_from_us > c->whole_to_us)
		c->whole_from_us = c->whole_to_us = s->to_us;
}

static const struct db_stmt *
stmt_of(const struct measure_ask *q)
{
	if (q->measure == MEASURE_POINTS && q->fact >= 0)
		return &stmts[Q_POINTS_OF_FACT];
	return &stmts[(uuid_is_zero(q->person) ? Q_ALL : Q_OF) + q->measure];
}

enum fault
measure_each(struct rq *rq, const struct measure_ask *ask, db_row_fn *fn, void *arg)
{
	struct counting c = { .q = *ask, .company_id = rq_company(rq) };
	struct measure_row row = { .n = 0 };

	bound_months(&c);
	bound_days(&c);
	uuid_client_bounds(c.q.span.from_us, c.q.span.to_us, &c.first_id, &c.last_id);
	return db_each_scratch(rq, stmt_of(ask), &c, &row, fn, arg);
}

static enum fault
add(struct rq *rq, void *row, void *arg)
{
	const struct measure_row *r = row;
	int64_t *sum = arg;

	(void)rq;
	*sum += r->n;
	return FAULT_NONE;
}

enum fault
measure_total(struct rq *rq, const struct measure_ask *ask, int64_t *ret)
{
	*ret = 0;
	return measure_each(rq, ask, add, ret);
}
