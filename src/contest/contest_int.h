/* SPDX-License-Identifier: Apache-2.0 */
/* contest_int.h - between the files of contests. */
#ifndef ROSTRA_CONTEST_INT_H
#define ROSTRA_CONTEST_INT_H

#include "rostra/board.h"
#include "rostra/contest.h"
#include "rostra/crypto.h"
#include "rostra/measure.h"

enum {
	CONTEST_DAYS_MAX = 366,
	CONTEST_MIN_GROUP = 5,  /* people of a team that is shown */
	CONTEST_GRACE_S = 3600, /* what was clicked before the end is loaded by then */
};

enum contest_unit { CONTEST_PEOPLE, CONTEST_TEAMS, CONTEST_UNIT__MAX };
extern const char *const contest_unit_names[CONTEST_UNIT__MAX + 1];
enum contest_state {
	CONTEST_UPCOMING,
	CONTEST_RUNNING,
	CONTEST_ENDED, /* its result is not frozen yet */
	CONTEST_FINAL,
	CONTEST_CANCELLED,
	CONTEST_STATE__MAX
};
extern const char *const contest_state_names[CONTEST_STATE__MAX + 1];

/* A row, a body and a reply at once. */
struct contest {
	uint64_t has; /* of a PATCH */
	struct uuid company_id, id, team_id;
	const char *name, *description, *prize, *first_on, *last_on, *time_zone;
	int unit, measure, state;
	bool cancelled;
	int64_t frozen_at, cancelled_at, version, created_at;
	struct sha256 body_sha256; /* of the body that made it */
};
extern const struct j_schema contest_patch_schema;

/* What was counted, or is frozen. */
struct contest_row {
	struct uuid company_id, contest_id, person_id, team_id;
	int64_t no, n;
	bool shown;
};
struct contest_rows {
	struct contest_row *list;
	size_t n, room;
};
/* Who can be seen: people on boards, or teams of CONTEST_MIN_GROUP or more; by id. */
struct contest_face {
	struct uuid id;
	const char *name;
};
struct contest_faces {
	struct contest_face *list;
	size_t n, room;
};

/* --- units of work (contest.c, standing.c) */
enum fault contest_read(struct rq *rq, struct uuid id, struct contest *out) MUST_CHECK;
enum fault contest_create(struct rq *rq, struct contest *c, bool *ret_created) MUST_CHECK;
enum fault contest_change(struct rq *rq, struct uuid id, const struct contest *in) MUST_CHECK;
/* As it is now; one whose days cannot be told is ended. */
void contest_find_state(const struct rq *rq, struct contest *c);
/* The days, in the company's zone; false, or INTERNAL: they cannot be told. */
bool contest_days(const struct rq *rq, const struct contest *c, struct measure_span *out);
enum fault contest_span(struct rq *rq, const struct contest *c,
                        struct measure_span *out) MUST_CHECK;
/* A part of it: live, or as it was frozen without who does not want to be seen by now. */
enum fault contest_standing(struct rq *rq, const struct contest *c,
                            struct board_part *part) MUST_CHECK;
/* Counts what is counted until now: rows with whether they are shown. */
enum fault contest_count(struct rq *rq, const struct contest *c,
                         struct contest_rows *out) MUST_CHECK;
enum fault contest_read_faces(struct rq *rq, const struct contest *c,
                              struct contest_faces *out) MUST_CHECK;
const struct contest_face *contest_face_of(const struct contest_faces *f, struct uuid id);

/* --- statements (contest_sql.c) */
struct contest_page {
	struct uuid company_id, before;
	int64_t limit;
};
struct contest_row_page {
	struct uuid company_id, contest_id;
	int64_t from, limit;
};
enum fault contest_sql_get(struct rq *rq, struct uuid id, struct contest *out) MUST_CHECK;
enum fault contest_sql_lock(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault contest_sql_team(struct rq *rq, struct uuid team) MUST_CHECK; /* or NOT_FOUND */
enum fault contest_sql_insert(struct rq *rq, const struct contest *c,
                              bool *ret_duplicate) MUST_CHECK;
enum fault contest_sql_update(struct rq *rq, const struct contest *c, bool *ret_done) MUST_CHECK;
enum fault contest_sql_freeze(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault contest_sql_page(struct rq *rq, const struct contest_page *p, db_row_fn *fn,
                            void *arg) MUST_CHECK;
/* Of all companies, those that may be over: the next CONTEST_DUE_AT_ONCE behind one. */
enum { CONTEST_DUE_AT_ONCE = 50 };
struct contest_due {
	const char *last_on;
	struct uuid company_id, id;
};
enum fault contest_sql_due(struct rq *rq, const struct contest_due *after, db_row_fn *fn,
                           void *arg) MUST_CHECK;
enum fault contest_sql_rows(struct rq *rq, const struct contest_row_page *p, db_row_fn *fn,
                            void *arg) MUST_CHECK;
enum fault contest_sql_rows_insert(struct rq *rq, const struct contest_row *rows,
                                   size_t n) MUST_CHECK;
enum fault contest_sql_people(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
enum fault contest_sql_teams(struct rq *rq, const struct measure_span *s, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* The caller: on boards or not, and their primary team. */
struct contest_own {
	bool on_boards;
	struct uuid team_id;
};
enum fault contest_sql_own(struct rq *rq, struct contest_own *out) MUST_CHECK;

#endif
