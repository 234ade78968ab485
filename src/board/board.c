/* SPDX-License-Identifier: Apache-2.0 */
/* board.c - what makes a board: presets, what a definition may say, the days it counts. */
#include <inttypes.h>

#include "rostra/caller.h"
#include "rostra/clock.h"

#include "board_int.h"

const char *const board_who_names[BOARD_WHO__MAX + 1] = {
	[BOARD_PEOPLE] = "people",
	[BOARD_TEAMS] = "teams",
};
const char *const board_period_names[WINDOW_EVER + 1] = {
	[WINDOW_ROLLING] = "rolling", [WINDOW_DATED] = "dated",     [WINDOW_WEEK] = "week",
	[WINDOW_MONTH] = "month",     [WINDOW_QUARTER] = "quarter",
};

#define PRESET(word, text, whom, what, when, n)                                                    \
	{                                                                                          \
		.key = (word), .name = (text),                                                     \
		.board = {                                                                         \
			.name = (text),                                                            \
			.who = (whom),                                                             \
			.measure = (what),                                                         \
			.period = (when),                                                          \
			.days = (n),                                                               \
			.first_day = J_NO_INT,                                                     \
			.last_day = J_NO_INT,                                                      \
			.min_group = BOARD_MIN_GROUP,                                              \
		},                                                                                 \
	}
const struct board_preset board_presets[] = {
	PRESET("points_year", "Points in 12 months", BOARD_PEOPLE, MEASURE_POINTS, WINDOW_ROLLING,
	       365),
	PRESET("points_month", "Points of the month", BOARD_PEOPLE, MEASURE_POINTS, WINDOW_MONTH,
	       J_NO_INT),
	PRESET("points_quarter", "Points of the quarter", BOARD_PEOPLE, MEASURE_POINTS,
	       WINDOW_QUARTER, J_NO_INT),
	PRESET("shares_week", "Shares of the week", BOARD_PEOPLE, MEASURE_SHARES, WINDOW_WEEK,
	       J_NO_INT),
	PRESET("clicks_month", "Clicks of the month", BOARD_PEOPLE, MEASURE_CLICKS, WINDOW_MONTH,
	       J_NO_INT),
	PRESET("leads_quarter", "Leads of the quarter", BOARD_PEOPLE, MEASURE_LEADS, WINDOW_QUARTER,
	       J_NO_INT),
	PRESET("kudos_month", "Thanked most this month", BOARD_PEOPLE, MEASURE_KUDOS_RECEIVED,
	       WINDOW_MONTH, J_NO_INT),
	PRESET("teams_points_month", "Teams by points of the month", BOARD_TEAMS, MEASURE_POINTS,
	       WINDOW_MONTH, J_NO_INT),
	PRESET("teams_shares_month", "Teams by shares of the month", BOARD_TEAMS, MEASURE_SHARES,
	       WINDOW_MONTH, J_NO_INT),
};
const size_t board_n_presets = sizeof(board_presets) / sizeof(board_presets[0]);

const struct board_preset *
board_preset_find(const char *key)
{
	for (size_t i = 0; i < board_n_presets; i++) {
		if (cstr_eq(board_presets[i].key, key))
			return &board_presets[i];
	}
	return NULL;
}

/* The first bytes say "main".  (MariaDB 10.11 takes no UUID of version 8.) */
const struct uuid board_main_id = { { 'm', 'a', 'i', 'n', 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0,
	                              1 } };

const struct board_preset *
board_main(void)
{
	return &board_presets[0];
}

bool
board_segmented(const struct board *b)
{
	return !uuid_is_zero(b->team_id) || b->department != NULL || b->location != NULL;
}

bool
board_same(const struct board *a, const struct board *b)
{
	return cstr_eq(a->name, b->name) && a->who == b->who && a->measure == b->measure &&
	       a->per_head == b->per_head && a->period == b->period && a->days == b->days &&
	       a->first_day == b->first_day && a->last_day == b->last_day &&
	       uuid_eq(a->team_id, b->team_id) && uuid_eq(a->value_id, b->value_id) &&
	       cstr_eq(a->department, b->department) && cstr_eq(a->location, b->location) &&
	       a->min_group == b->min_group;
}

static void
check_period(struct problem *p, const struct board *b)
{
	const bool rolling = b->period == WINDOW_ROLLING, dated = b->period == WINDOW_DATED;

	if ((b->days != J_NO_INT) != rolling)
		problem_add(p, "#/days", rolling ? "is needed here" : "goes with rolling only");
	if ((b->first_on != NULL) != dated)
		problem_add(p, "#/first_on", dated ? "is needed here" : "goes with dated only");
	else if (dated && b->first_day < MEASURE_DAY_MIN)
		problem_add(p, "#/first_on", "must not be before 1970-01-01");
	if ((b->last_on != NULL) != dated)
		problem_add(p, "#/last_on", dated ? "is needed here" : "goes with dated only");
	else if (dated && b->last_day > MEASURE_DAY_MAX)
		problem_add(p, "#/last_on", "must not be after 9999-12-30");
	else if (dated && b->first_on != NULL && b->last_day < b->first_day)
		problem_add(p, "#/last_on", "must not be before first_on");
}

/* Where a segment is told: in a body, or in a query that narrows a board. */
struct segment_names {
	const char *team, *department, *location;
};
static const struct segment_names in_body = { "#/team_id", "#/department", "#/location" };
static const struct segment_names in_query = { "?team", "?department", "?location" };

static void
check_segment(struct problem *p, const struct board *b, bool team_known,
              const struct segment_names *names)
{
	const int segments =
	    !uuid_is_zero(b->team_id) + (b->department != NULL) + (b->location != NULL);

	if (segments > 1)
		problem_add(p, b->location != NULL ? names->location : names->department,
		            "goes with no other segment: one of team, department and location");
	if (b->who == BOARD_TEAMS && !uuid_is_zero(b->team_id))
		problem_add(p, names->team, "goes with people only");
	if (!team_known)
		problem_add(p, names->team, "is no team of the company");
}

static void
check_measure(struct problem *p, const struct board *b)
{
	const bool kudos =
	    b->measure == MEASURE_KUDOS_RECEIVED || b->measure == MEASURE_KUDOS_GIVEN;

	if (b->per_head && b->who != BOARD_TEAMS)
		problem_add(p, "#/per_head", "goes with teams only");
	if (!uuid_is_zero(b->value_id) && !kudos)
		problem_add(p, "#/value_id", "goes with kudos only");
}

static int64_t
day_or_none(const char *date)
{
	return date != NULL ? measure_day_parse(str_of(date)) : J_NO_INT;
}

enum fault
board_check(struct rq *rq, struct board *b)
{
	bool team, value;
	enum fault e;

	b->first_day = day_or_none(b->first_on);
	b->last_day = day_or_none(b->last_on);
	e = board_sql_known(rq, b, &team, &value);
	if (e)
		return e;
	check_period(&rq->problem, b);
	check_segment(&rq->problem, b, team, &in_body);
	check_measure(&rq->problem, b);
	if (!value)
		problem_add(&rq->problem, "#/value_id", "is no value of the company");
	return rq->problem.code;
}

static const char *
first_named(const struct board_segment *s)
{
	if (!uuid_is_zero(s->team))
		return in_query.team;
	return s->department != NULL ? in_query.department : in_query.location;
}

enum fault
board_narrow(struct rq *rq, struct board *b, const struct board_segment *by)
{
	bool team = true, value;
	enum fault e = FAULT_NONE;

	if (board_segmented(b)) {
		problem_add(&rq->problem, first_named(by), "the board is of a segment already");
		return rq->problem.code = FAULT_BAD_QUERY;
	}
	b->team_id = by->team;
	b->department = by->department;
	b->location = by->location;
	if (!uuid_is_zero(b->team_id))
		e = board_sql_known(rq, b, &team, &value);
	if (e)
		return e;
	check_segment(&rq->problem, b, team, &in_query);
	if (rq->problem.code != FAULT_NONE)
		rq->problem.code = FAULT_BAD_QUERY;
	return rq->problem.code;
}

enum fault
board_span(struct rq *rq, const struct board *b, struct measure_span *out)
{
	const struct measure_period p = { .window = (enum measure_window)b->period,
		                          .days = b->days,
		                          .first_on = b->first_day,
		                          .last_on = b->last_day };
	const char *zone;
	enum fault e = board_sql_zone(rq, &zone);

	if (!e && !measure_span_of(zone, &p, rq->now_us, out))
		e = rq_fail(rq, FAULT_INTERNAL, "The board's days are none in the company's zone.");
	return e;
}
