/* SPDX-License-Identifier: Apache-2.0 */
/* notice_int.h - between the files of notice. */
#ifndef ROSTRA_NOTICE_INT_H
#define ROSTRA_NOTICE_INT_H

#include "rostra/notice.h"

enum { NOTICE_MARKS_MAX = 200, NOTICE_ACTORS_SHOWN = 3, NOTICE_UNREAD_COUNTED = 1000 };
enum { MINUTES_PER_DAY = 1440 };

/* --- quiet hours (quiet.c): pure */

/*
 * When what happens at now_us may be told: then, or the end of the quiet hours it falls into.  from
 * and to are minutes of the day in the zone, from > to reaches over midnight; from < 0: there are
 * none.
 */
int64_t quiet_over_at(const char *zone, int64_t from, int64_t to, int64_t now_us);
/* "07:30" to minutes; false when it is no time of day. */
bool quiet_minute(struct str text, int64_t *out);

/* --- statements (notice_sql.c) */

/* Whoever is to be told, and how they want it. */
struct listener {
	struct uuid company_id, person_id;
	struct notice_listener how;
	bool waited; /* has an unread line of this kind and object that quiet hours held back */
};
struct listeners_query {
	struct uuid company_id, object_id, source_id;
	const char *people_json;
	int64_t now;
	int kind;
};
/* Those of the people who are active and were not told of this source. */
enum fault notice_sql_listeners(struct rq *rq, const struct listeners_query *q, db_row_fn *fn,
                                void *arg) MUST_CHECK;

struct notice_row {
	struct uuid company_id, person_id, id, object_id, source_id, actor_id;
	int kind;
	int64_t slot; /* 0, or the second at which quiet hours end */
	int64_t noted_at, told_at;
};
/* Makes the line, or brings the one that is unread up. */
enum fault notice_sql_join(struct rq *rq, const struct notice_row *row) MUST_CHECK;
/* What waited for the end of quiet hours, and is shown by now, becomes the line that is joined, or
 * a part of it. */
enum fault notice_sql_rise(struct rq *rq, const struct notice_row *row) MUST_CHECK;
/* Many lines, each with what it is made of, where there is none. */
enum fault notice_sql_first(struct rq *rq, const struct notice_row *rows, size_t n) MUST_CHECK;
/* What happened belongs to that line, if it does not begin with it. */
enum fault notice_sql_source(struct rq *rq, const struct notice_row *row) MUST_CHECK;
/* source zero: all.  kind -1: all. */
enum fault notice_sql_retract(struct rq *rq, const struct notice_row *key) MUST_CHECK;
/* All of the object, from all but the person. */
enum fault notice_sql_retract_others(struct rq *rq, const struct notice_row *key) MUST_CHECK;

struct notice_face {
	struct uuid id;
	const char *display_name;
};
struct notice_view {
	struct uuid id, object_id;
	int kind;
	int64_t events, first_at, told_at, read_at;
	bool read;
	struct notice_face
	    first; /* who did what the line began with; zero: nobody, or it counts no more */
	const char *actors_packed; /* of what joined it */
	struct j_list actors;      /* of struct notice_face */
};
struct notice_page {
	struct uuid company_id, person_id, before_id;
	int64_t before_at, now, limit;
	bool unread;
};
enum fault notice_sql_page(struct rq *rq, const struct notice_page *p, db_row_fn *fn,
                           void *arg) MUST_CHECK;
struct notice_head {
	int64_t unread, as_of;
};
enum fault notice_sql_head(struct rq *rq, struct notice_head *out) MUST_CHECK;
struct notice_marks {
	struct uuid company_id, person_id;
	int64_t through, now;
	const char *ids_json; /* NULL: all */
};
enum fault notice_sql_mark(struct rq *rq, const struct notice_marks *m) MUST_CHECK;

struct notice_settings {
	struct uuid company_id, person_id;
	uint32_t muted;
	int64_t quiet_from, quiet_to, version;
};
/* Those of the caller; without a row the defaults: all is told at once. */
enum fault notice_sql_settings(struct rq *rq, struct notice_settings *out) MUST_CHECK;
/* Makes the row when there is none. */
enum fault notice_sql_settings_ensure(struct rq *rq, const struct notice_settings *s) MUST_CHECK;
/* Where the version still is s->version. */
enum fault notice_sql_settings_update(struct rq *rq, const struct notice_settings *s,
                                      bool *ret_done) MUST_CHECK;

/* Lines told before a time, of the people after one up to another, of whatever company. */
struct notice_person {
	struct uuid company_id, id;
};
struct notice_prune {
	int64_t before, limit;
	struct notice_person after, last;
};
/* Who is the last of the next people, at most `limit` of them. */
enum fault notice_sql_prune_next(struct rq *rq, struct notice_prune *p, bool *ret_found) MUST_CHECK;
enum fault notice_sql_prune(struct rq *rq, const struct notice_prune *p) MUST_CHECK;

#endif
