/* SPDX-License-Identifier: Apache-2.0 */
/* board.h - who did most, among those who want to be seen there. */
#ifndef ROSTRA_BOARD_H
#define ROSTRA_BOARD_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table board_routes, board_definition_routes;
extern const struct db_stmt_table board_stmts, board_definition_stmts, board_note_stmts;
/* --- standings of others who let people compete: contests --- */

/* What is done within some days of the company's zone, both included. */
struct board_of {
	bool teams;
	int measure; /* enum measure */
	int64_t first_day, last_day; /* YYYYMMDD */
	struct uuid team_id; /* of people: only what was done in it; fewer than five, and nobody is shown.  Zero: all */
};
struct board_line {
	struct uuid id;
	const char *name; /* NULL: nobody else sees it */
	int64_t score;    /* millionths */
	int64_t rank;     /* 1 2 2 4 among those shown; J_NO_INT: nothing yet */
};
struct board_part {
	/* in: from where, how many; whose own line */
	bool after;
	int64_t after_score;
	struct uuid after_id;
	int64_t as_of; /* of the page before; 0: now */
	int64_t limit;
	struct uuid own;
	/* out */
	struct board_line *lines; /* of those who are shown and want to be seen still */
	size_t n;
	struct board_line me;
	bool withheld; /* too few have something for anybody to be shown */
};
/* As boards have it: the same numbers, remembered for a while, as_of of the instant they were counted. */
enum fault board_part_live(struct rq *rq, const struct board_of *of, struct board_part *part) MUST_CHECK;
/* What was counted before: the rows of an id add up, its `shown` is that of then. */
struct board_tally {
	struct uuid id;
	int64_t n;
	bool shown;
};
enum fault board_part_frozen(struct rq *rq, const struct board_of *of, const struct board_tally *rows, size_t n,
                             struct board_part *part) MUST_CHECK;

/*
 * Job: tells people of a rank of note on their company's main board, the preset points_year: that they have become
 * the first of it, or have come among the first three or the first ten, at a look some ten minutes after it was so.
 * Among so many are those whom, themselves included, so many have as much as or more; and only where at least twice
 * as many are shown.  Falling is not told, nor what was so when a company's board is looked at first; who is not shown
 * is not told anything, and a person once a day of the company's zone at most.
 */
enum fault board_note_run(struct rq *rq) MUST_CHECK;

#endif
