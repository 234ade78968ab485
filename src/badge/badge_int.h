/* SPDX-License-Identifier: Apache-2.0 */
/* badge_int.h - between the files of badges. */
#ifndef ROSTRA_BADGE_INT_H
#define ROSTRA_BADGE_INT_H

#include "rostra/badge.h"
#include "rostra/crypto.h"
#include "rostra/measure.h"

enum {
	BADGES_MAX = 200, /* of a company */
	BADGE_LEVELS_MAX = 10,
	STREAK_DAYS = 3 * 366,          /* so far back streaks are looked for */
	HOLIDAYS_MAX = STREAK_DAYS + 1, /* there are no more days */
};

enum badge_kind { BADGE_MEASURE, BADGE_STREAK, BADGE_HAND, BADGE_KIND__MAX };
extern const char *const badge_kind_names[BADGE_KIND__MAX + 1];

struct badge_level {
	struct uuid company_id, badge_id;
	const char *name;
	int64_t level, threshold;
};
/* How far the reader is. */
struct badge_mine {
	int64_t level;       /* 0: none yet */
	int64_t value, next; /* J_NO_INT: not counted; no level is left */
};
/* A row, a body and a reply at once. */
struct badge {
	uint64_t has; /* of a PATCH */
	struct uuid company_id, id;
	const char *name, *description, *levels_packed;
	int kind, measure;    /* measure -1: none */
	struct j_list levels; /* of struct badge_level */
	bool archived;
	int64_t archived_at, version, created_at;
	const struct badge_mine *mine;
	struct sha256 body_sha256; /* of the body that made it */
};
struct badge_award {
	struct uuid company_id, person_id, badge_id, granted_by;
	const char *badge_name, *level_name, *reason;
	int64_t level, value, awarded_at;
};
extern const struct j_schema badge_patch_schema;

/* --- rules: pure (streak.c, badge.c) */

/* Weeks are numbered from Monday, 1969-12-29. */
int64_t streak_week(int64_t local_us);
struct streak {
	int64_t current, longest;
};
/*
 * weeks: those with a share, ascending, each once; skipped: weeks in which nobody worked, the same.
 * A skipped week neither counts nor ends a streak; the running week ends none before it is over.
 */
struct streak streak_of(const int64_t *weeks, size_t n, const int64_t *skipped, size_t n_skipped,
                        int64_t this_week);
/* The levels ascend, and a measure goes with its kind. */
enum fault badge_check(struct arena *a, struct problem *p, const struct badge *b) MUST_CHECK;
/* The highest level of it that the value reaches; 0: none. */
int64_t badge_level_at(const struct badge *b, int64_t value);

/* --- units of work (badge.c, award.c) */
enum fault badge_create(struct rq *rq, const struct badge *b, bool *ret_created) MUST_CHECK;
enum fault badge_change(struct rq *rq, struct uuid id, const struct badge *in) MUST_CHECK;
/* CONFLICT: the person has it already, unless by this very grant. */
enum fault badge_grant(struct rq *rq, const struct badge_award *a, bool *ret_created) MUST_CHECK;
/* Takes back what was granted by hand (person, badge and level of *key), on record; nothing when
 * the person has it not.  CONFLICT: it was earned. */
enum fault badge_take_back(struct rq *rq, const struct badge_award *key) MUST_CHECK;

/* What a person has and has reached, each measure asked for once. */
struct badge_progress {
	struct uuid person;
	struct badge badges[BADGES_MAX];
	size_t n;
	int64_t have[BADGES_MAX];  /* levels awarded */
	int64_t value[BADGES_MAX]; /* J_NO_INT: by hand */
	int64_t best[BADGES_MAX];  /* what counts for awards: a streak's longest */
};
/* all: those granted by hand and archived ones, too, and how far the person is where no level is
 * left. */
enum fault badge_progress_of(struct rq *rq, struct uuid person, bool all,
                             struct badge_progress **ret) MUST_CHECK;

/* --- statements (badge_sql.c) */
enum fault badge_sql_get(struct rq *rq, struct uuid id, struct badge *out) MUST_CHECK;
/* Those of transactions that are not over yet, too: it waits for them. */
enum fault badge_sql_count(struct rq *rq, int64_t *ret_n) MUST_CHECK;
enum fault badge_sql_insert(struct rq *rq, const struct badge *b, bool *ret_duplicate) MUST_CHECK;
enum fault badge_sql_levels(struct rq *rq, const struct badge_level *l, size_t n) MUST_CHECK;
enum fault badge_sql_update(struct rq *rq, const struct badge *b, bool *ret_done) MUST_CHECK;
/* By id, at most BADGES_MAX: struct badge. */
enum fault badge_sql_each(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
/* What the person was awarded, as the reader may see it, by badge and level: struct badge_award. */
enum fault badge_sql_awards(struct rq *rq, struct uuid person, db_row_fn *fn, void *arg) MUST_CHECK;
enum fault badge_sql_award(struct rq *rq, const struct badge_award *a,
                           bool *ret_duplicate) MUST_CHECK;
enum fault badge_sql_award_delete(struct rq *rq, const struct badge_award *key,
                                  bool *ret_done) MUST_CHECK;
enum fault badge_sql_award_get(struct rq *rq, const struct badge_award *key,
                               struct badge_award *out) MUST_CHECK;
/* The person's time zone, or NOT_FOUND; and whether the reader sees their profile. */
struct badge_person {
	const char *time_zone;
	bool active, shown;
};
enum fault badge_sql_person(struct rq *rq, struct uuid person, struct badge_person *out) MUST_CHECK;
/* The first and the last share of each UTC day, by time: struct badge_day. */
struct badge_day {
	int64_t first_at, last_at;
};
enum fault badge_sql_days(struct rq *rq, struct uuid person, int64_t since, db_row_fn *fn,
                          void *arg) MUST_CHECK;

/* --- who is marked (badge_due_sql.c) */
enum fault badge_due_sql_all(struct rq *rq) MUST_CHECK; /* everybody of the caller's company */
enum fault badge_due_sql_each(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
/* The same, where there are streaks that can be reached. */
enum fault badge_due_sql_streaks(struct rq *rq) MUST_CHECK;
/* Of one company. */
enum { BADGE_DUE_AT_ONCE = 16 };
enum fault badge_due_sql_take(struct rq *rq, const struct badge_due *list, size_t n,
                              bool *ret_any) MUST_CHECK;

/* --- holidays (holiday_sql.c) */
struct holiday {
	struct uuid company_id;
	const char *day, *name;
};
/* From a day on, ascending, at most HOLIDAYS_MAX; "YYYY-MM-DD". */
enum fault holiday_sql_each(struct rq *rq, const char *from, int64_t limit, db_row_fn *fn,
                            void *arg) MUST_CHECK;

#endif
