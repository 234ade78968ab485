/* SPDX-License-Identifier: Apache-2.0 */
/* board_int.h - between the files of boards. */
#ifndef ROSTRA_BOARD_INT_H
#define ROSTRA_BOARD_INT_H

#include "rostra/board.h"
#include "rostra/measure.h"

enum {
	BOARD_DAYS_MAX = 366,
	BOARD_MIN_GROUP = 5,
	BOARD_MIN_GROUP_MAX = 100,
	BOARDS_MAX = 200,     /* of a company */
	BOARD_NEIGHBOURS = 2, /* above the reader, and below */
};

enum board_who { BOARD_PEOPLE, BOARD_TEAMS, BOARD_WHO__MAX };
extern const char *const board_who_names[BOARD_WHO__MAX + 1];
extern const char *const board_period_names[WINDOW_EVER + 1];

/* A definition: a row, a body and a reply at once. */
struct board {
	struct uuid company_id, id, created_by;
	const char *name;
	int who, measure, period;
	bool per_head;
	int64_t days;                   /* J_NO_INT: none */
	const char *first_on, *last_on; /* as JSON has them */
	int64_t first_day, last_day;    /* as the table has them; J_NO_INT: none */
	struct uuid team_id, value_id;
	const char *department, *location;
	int64_t min_group, version, created_at, archived_at;
	uint64_t has;
};

/* A board that every company has, by name. */
struct board_preset {
	const char *key, *name;
	struct board board;
};
extern const struct board_preset board_presets[];
extern const size_t board_n_presets;
const struct board_preset *board_preset_find(const char *key);

/* The one whose ranks people are told of: a preset, which notices name by this id. */
extern const struct uuid board_main_id;
const struct board_preset *board_main(void);

/* What the schema cannot say of a definition, all at once; sets the days from the dates. */
enum fault board_check(struct rq *rq, struct board *b) MUST_CHECK;
/* The part of a board that a reader asks for: one of the three, or none. */
struct board_segment {
	struct uuid team;
	const char *department, *location;
};
/* Narrows a board to it; BAD_QUERY with the parameter when that does not go. */
enum fault board_narrow(struct rq *rq, struct board *b, const struct board_segment *by) MUST_CHECK;
bool board_same(const struct board *a, const struct board *b);
bool board_segmented(const struct board *b);
/* The zone and the days that count. */
enum fault board_span(struct rq *rq, const struct board *b, struct measure_span *out) MUST_CHECK;

/* --- a standing (standing.c): who has how much, in order, at one instant --- */

struct standing_row {
	struct uuid id; /* of a person or a team */
	int64_t score;  /* millionths */
	int64_t rank;   /* 1 2 2 4, among those shown */
	int64_t place;  /* from 0, among those shown; -1: not shown */
};
struct standing {
	int64_t as_of, cost_us;
	int64_t from_us, to_us; /* the window */
	int64_t seen_at;        /* as_of, or later when nothing had changed by then */
	int64_t n;              /* rows shown */
	int64_t others;         /* rows of people who are not */
	bool withheld;          /* the segment is too small to show */
};
/* A standing that is not older than conf.board_fresh_ms and a little; as_of 0, or that of an
 * earlier page, which is remembered for a while. */
enum fault standing_of(struct rq *rq, const struct board *b, int64_t as_of,
                       struct standing *out) MUST_CHECK;
/* Rows by place, at most n; how many there are.  Only after standing_of. */
enum fault standing_rows(struct rq *rq, const struct board *b, const struct standing *s,
                         int64_t place, int64_t n, struct standing_row *rows,
                         int64_t *ret_n) MUST_CHECK;
/* The first place behind this score and id. */
enum fault standing_behind(struct rq *rq, const struct board *b, const struct standing *s,
                           int64_t score, struct uuid id, int64_t *ret_place) MUST_CHECK;
/* The row of one person or team; found or not. */
enum fault standing_own(struct rq *rq, const struct board *b, const struct standing *s,
                        struct uuid id, struct standing_row *out, bool *ret_found) MUST_CHECK;

/* --- computing (count.c) --- */

/* Is the same as long as nothing changed that a board of all points counts: entries are only added,
 * and company.people_version counts who comes, goes or chooses. */
struct board_mark {
	int64_t from_day, to_day, entries, people_version;
};
enum fault board_mark(struct rq *rq, const struct board *b, struct board_mark *out) MUST_CHECK;

struct counted {
	struct standing_row *rows; /* shown ones in order, then the others */
	struct standing standing;
	struct board_mark mark; /* of before it was counted */
};
enum fault board_count(struct rq *rq, const struct board *b, struct counted *out) MUST_CHECK;
/* The same of rows that were counted before. */
void board_count_rows(struct rq *rq, const struct board *b, const struct board_tally *rows,
                      size_t n, struct counted *out);
/* Comes a row behind this score and id? */
bool board_is_behind(const struct standing_row *r, int64_t score, struct uuid id);
/* Ids as statements take them: a JSON list. */
const char *board_ids_json(struct rq *rq, const struct standing_row *rows, int64_t n);
/* Sorts rows by score and id and ranks them: pure. */
void board_rank(struct standing_row *rows, size_t n);

/* --- ranks of note (note.c, note_sql.c) --- */

enum { BOARD_FIRSTS = 10, BOARD_LOOK_S = 600 };
/* 1, 3 or 10: the narrowest band that row i of n shown ones, in order, is in; 0: none.  Pure. */
int board_band(const struct standing_row *rows, int64_t n, int64_t i);

struct board_look {
	struct uuid company_id;
	int64_t looked_at;
	unsigned char mark[32];
};
struct board_place {
	struct uuid company_id, person_id;
	int64_t band;
};
/* Of all companies, those not looked at since then. */
enum fault board_sql_looks_due(struct rq *rq, int64_t before_us, db_row_fn *fn,
                               void *arg) MUST_CHECK;
/* Holds the company's row, made when there is none, until the commit. */
enum fault board_sql_look_hold(struct rq *rq, struct board_look *out) MUST_CHECK;
enum fault board_sql_look_done(struct rq *rq, const struct board_look *l) MUST_CHECK;
enum fault board_sql_places(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
/* In place of all there were. */
enum fault board_sql_places_set(struct rq *rq, const struct board_place *rows, size_t n) MUST_CHECK;

/* --- statements (board_sql.c) */
/* A person who never chose is on boards. */
enum fault board_sql_choice(struct rq *rq, bool *ret_on_boards) MUST_CHECK;
enum fault board_sql_choose(struct rq *rq, bool on_boards) MUST_CHECK;
/* All but the days. */
enum fault board_sql_mark(struct rq *rq, struct board_mark *out) MUST_CHECK;
/* Who is there to be shown: struct board_person. */
struct board_person {
	struct uuid id;
	bool on_boards;
};
enum fault board_sql_people(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
/* Who was in the teams within the window, and of a segment in it meanwhile: struct board_team. Time
 * after somebody was deactivated does not count. */
struct board_crowd {
	int64_t from_us, to_us;
	int fact; /* enum measure_fact; -1: all */
	const char *fact_value;
};
struct board_team {
	struct uuid id;
	int64_t people; /* who were in it at some time */
	double us;      /* how long, all of them together */
};
enum fault board_sql_teams(struct rq *rq, const struct board_crowd *of, db_row_fn *fn,
                           void *arg) MUST_CHECK;
/* Names of those of the ids that may be seen now. */
struct board_name {
	struct uuid id;
	const char *name;
};
enum fault board_sql_names(struct rq *rq, enum board_who who, const char *ids_json, db_row_fn *fn,
                           void *arg) MUST_CHECK;

/* --- definitions (definition_sql.c) */
enum fault board_sql_zone(struct rq *rq, const char **ret) MUST_CHECK;
enum fault board_sql_get(struct rq *rq, struct uuid id, struct board *out) MUST_CHECK;
enum fault board_sql_list(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
enum fault board_sql_count(struct rq *rq, int64_t *ret) MUST_CHECK;
enum fault board_sql_insert(struct rq *rq, const struct board *b, bool *ret_duplicate) MUST_CHECK;
/* By b->version, which then counts one more; not done: another was faster. */
enum fault board_sql_update(struct rq *rq, const struct board *b, bool *ret_done) MUST_CHECK;
/* Are the team and the value the company's?  A zero id is. */
enum fault board_sql_known(struct rq *rq, const struct board *b, bool *ret_team,
                           bool *ret_value) MUST_CHECK;

#endif
