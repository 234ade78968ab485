/* SPDX-License-Identifier: Apache-2.0 */
/* follow_int.h - between the files of follow. */
#ifndef ROSTRA_FOLLOW_INT_H
#define ROSTRA_FOLLOW_INT_H

#include "rostra/follow.h"

/* Whom one can follow at most; and how far back the feed of people goes. */
enum { FOLLOW_MAX = 500, FOLLOW_FEED_DAYS = 30 };

struct follow {
	struct uuid company_id, follower_id, followed_id;
	int64_t followed_at;
};

/* A list of colleagues, by id. */
struct follow_page {
	struct uuid company_id, person_id, after;
	int64_t limit;
};
struct follow_face {
	struct uuid person_id;
	const char *display_name, *job_title;
	int64_t followed_at;
};

/* What somebody did whom the reader follows. */
enum deed_kind {
	DEED_SHARE,
	DEED_SUGGESTION,
	DEED_KUDOS_GIVEN,
	DEED_KUDOS_RECEIVED,
	DEED_KIND__MAX
};
extern const char *const deed_kind_names[DEED_KIND__MAX + 1];

struct deed {
	int kind;
	struct uuid id; /* of the share, the post, the kudos */
	int64_t at;
	struct uuid person_id, post_id; /* zero: a kudos */
	const char *display_name, *title, *value_name, *message;
	int network; /* -1: no share */
};
struct deed_page {
	struct uuid company_id, reader_id, before_id;
	struct uuid since_kudos; /* no kudos of the window has a lesser id */
	const char *channels;    /* of the reader's feed, comma-separated */
	int64_t since, before_at, limit;
};

/* --- units of work (follow.c) */
/* NOT_FOUND when the company has nobody active of this id; CONFLICT: oneself, or FOLLOW_MAX are
 * followed already. */
enum fault follow_put(struct rq *rq, struct uuid person) MUST_CHECK;

/* --- statements (follow_sql.c, follow_feed_sql.c) */
/* done false: nobody active of this id. */
enum fault follow_sql_put(struct rq *rq, const struct follow *f, bool *ret_done) MUST_CHECK;
enum fault follow_sql_delete(struct rq *rq, const struct follow *f) MUST_CHECK;
/* How many the follower follows, and whether f is among them. */
struct follow_room {
	int64_t n;
	bool followed;
};
enum fault follow_sql_room(struct rq *rq, const struct follow *f,
                           struct follow_room *out) MUST_CHECK;
/* Whom the person follows, or who follows them: struct follow_face. */
enum fault follow_sql_page(struct rq *rq, const struct follow_page *p, bool followers,
                           db_row_fn *fn, void *arg) MUST_CHECK;
/* Newest first: struct deed. */
enum fault follow_sql_deeds(struct rq *rq, const struct deed_page *p, db_row_fn *fn,
                            void *arg) MUST_CHECK;

#endif
