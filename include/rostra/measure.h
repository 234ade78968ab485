/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure.h - what is counted of people, the same everywhere: boards, badges, contests and reports
 * ask here, so they cannot differ.
 *
 * A window is whole days of the company's time zone.  What a measure counts in it:
 *
 *   points          tenths of earned points, by the day of the deed that earned them (entries and
 *                   their reversals; what was bought with points is not taken off)
 *   shares          shares made, revoked ones too: as the reports
 *   clicks          clicks of class human: as the reports
 *   visitors        human visitors, each once a UTC day for each person and team
 *   leads           events of the stage `lead`, whatever their value is in, for whoever had the last
 *                   touch within the look-back window: as the funnel, and the attribution report by
 *                   the model `last`
 *   qualified       the same of the stage `qualified`
 *   won_value       the same of the stage `won`: minor units of the company's currency, and of no
 *                   other
 *   kudos_received  kudos that everybody may read now, to each of their recipients: a sum tells
 *                   nothing of others
 *   kudos_given     the same, by their giver
 *
 * A person's team is the primary one at the moment of what is counted; so are department and
 * location, for which a day's points take noon UTC.
 */
#ifndef ROSTRA_MEASURE_H
#define ROSTRA_MEASURE_H

#include "rostra/db.h"

extern const struct db_stmt_table measure_stmts;

enum measure {
	MEASURE_POINTS,
	MEASURE_SHARES,
	MEASURE_CLICKS,
	MEASURE_VISITORS,
	MEASURE_LEADS,
	MEASURE_QUALIFIED,
	MEASURE_WON,
	MEASURE_KUDOS_RECEIVED,
	MEASURE_KUDOS_GIVEN,
	MEASURE__MAX
};
extern const char *const measure_names[MEASURE__MAX + 1];

/* --- windows (span.c): pure --- */

enum measure_window {
	WINDOW_ROLLING, /* the last `days` days, today included */
	WINDOW_DATED,   /* from one date to another, both included */
	WINDOW_WEEK,    /* the running one, from Monday */
	WINDOW_MONTH,
	WINDOW_QUARTER,
	WINDOW_EVER,
	WINDOW__MAX
};

/* The days that can be counted, YYYYMMDD: whose beginning is an instant everywhere, in any zone. */
enum { MEASURE_DAY_MIN = 19700101, MEASURE_DAY_MAX = 99991230 };

/* Days are YYYYMMDD; `to` is excluded in both forms. */
struct measure_span {
	int64_t from_day, to_day;
	int64_t from_us, to_us; /* the instants at which these days begin in the zone */
};
struct measure_period {
	enum measure_window window;
	int64_t days;              /* rolling: 1 or more */
	int64_t first_on, last_on; /* dated: YYYYMMDD, both included */
};

/* The local day of an instant as YYYYMMDD; 0 when the zone is unknown. */
int64_t measure_day(const char *zone, int64_t at_us);
/* "2026-11-27" as 20261127; 0 when it is no date. */
int64_t measure_day_parse(struct str date);
/* The day n days after (before, when negative) another. */
int64_t measure_day_add(int64_t day, int64_t n);
/* false: the zone is unknown, or the dates of the period are none that can be counted. */
bool measure_span_of(const char *zone, const struct measure_period *p, int64_t now_us,
                     struct measure_span *out) MUST_CHECK;

/* --- counting (measure_sql.c) --- */

/* The facts of people that segments go by, as the directory tells them. */
enum measure_fact { MEASURE_DEPARTMENT, MEASURE_LOCATION, MEASURE_FACT__MAX };
extern const char *const measure_fact_names[MEASURE_FACT__MAX + 1];

struct measure_ask {
	enum measure measure;
	struct measure_span span;
	/* Only what is of these; zero, -1 and NULL: all. */
	struct uuid person;
	struct uuid team;
	int fact; /* enum measure_fact, with its value */
	const char *fact_value;
	struct uuid value; /* kudos: of this company value */
};
#define MEASURE_ALL                                                                                \
	{                                                                                          \
		.fact = -1                                                                         \
	}

struct measure_row {
	struct uuid person_id;
	struct uuid team_id; /* then; zero: none */
	int64_t n;           /* never 0 but for points whose entries cancel out */
};
/*
 * Each person and team of the caller's company that has something: struct measure_row, in no
 * order; a person who changed teams has several rows, whose sum is theirs.  fn runs no statement.
 * Without a person it reads what the window holds of the whole company: for everybody at once, not
 * one call a person.
 */
enum fault measure_each(struct rq *rq, const struct measure_ask *ask, db_row_fn *fn,
                        void *arg) MUST_CHECK;
/* The sum of all rows: of ask->person, a team, or everybody. */
enum fault measure_total(struct rq *rq, const struct measure_ask *ask, int64_t *ret) MUST_CHECK;

#endif
