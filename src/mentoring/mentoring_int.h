/* SPDX-License-Identifier: Apache-2.0 */
/* mentoring_int.h - between the files of mentoring. */
#ifndef ROSTRA_MENTORING_INT_H
#define ROSTRA_MENTORING_INT_H

#include "rostra/mentoring.h"

enum {
	MENTORING_TAG_MAX = 40,
	MENTORING_TEXT_MAX = 1000,
	MENTORING_NOTE_MAX = 2000,
	MENTORING_WEEKS_MIN = 4,
	MENTORING_WEEKS_MAX = 24,
	MENTORING_OPEN_MAX = 20,   /* requests of one person that wait for an answer */
	MENTORING_OFFERS_MAX = 20, /* of one person */
	MENTORING_ITEMS_MAX = 200, /* of one mentoring */
	REVIEWS_WAITING_MAX = 20,  /* of one mentoring */
	REVIEW_TEXT_MAX = 5000,
};

/* --- offers */

enum offer_kind { OFFER_OFFER, OFFER_SEEK, OFFER_KIND__MAX };
extern const char *const offer_kind_names[OFFER_KIND__MAX + 1];

struct offer {
	struct uuid company_id, id, person_id;
	int kind;
	const char *tag, *note, *display_name;
	int64_t created_at;
};
struct offer_page {
	struct uuid company_id, person_id, before; /* person zero: everybody's */
	int kind;                                  /* -1: both */
	const char *tag;                           /* NULL: any */
	int64_t limit;
};
enum fault offer_sql_get(struct rq *rq, struct uuid id, struct offer *out) MUST_CHECK;
enum fault offer_sql_insert(struct rq *rq, const struct offer *o, bool *ret_duplicate) MUST_CHECK;
enum fault offer_sql_count(struct rq *rq, int64_t *ret_n) MUST_CHECK;
/* The caller's own. */
enum fault offer_sql_delete(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault offer_sql_page(struct rq *rq, const struct offer_page *p, db_row_fn *fn,
                          void *arg) MUST_CHECK;

/* --- mentorings */

enum mentoring_state {
	MENTORING_ASKED,
	MENTORING_ACTIVE,
	MENTORING_DECLINED,
	MENTORING_WITHDRAWN,
	MENTORING_ENDED,
	MENTORING_STATE__MAX
};
extern const char *const mentoring_state_names[MENTORING_STATE__MAX + 1];
enum mentoring_role { MENTORING_MENTOR, MENTORING_MENTEE, MENTORING_ROLE__MAX };
extern const char *const mentoring_role_names[MENTORING_ROLE__MAX + 1];

struct mentoring {
	struct uuid company_id, id, mentor_id, mentee_id, asked_by, answered_by;
	const char *mentor_name, *mentee_name, *tag, *message, *answer, *mentor_note, *mentee_note;
	int64_t weeks, created_at, started_at, ends_at, ended_at;
	int state;
	bool both_there; /* neither was let go */
};
struct mentoring_new {
	struct uuid person_id;
	int role; /* what the caller will be */
	const char *tag, *message;
	int64_t weeks;
};
enum mentoring_decision { DECIDE_ACCEPT, DECIDE_DECLINE, DECIDE_WITHDRAW, DECIDE__MAX };

/* --- units of work (mentoring.c) */
/* NOT_FOUND: not one of the caller's. */
enum fault mentoring_read(struct rq *rq, struct uuid id, struct mentoring *out) MUST_CHECK;
/* CONFLICT when it is not. */
enum fault mentoring_must_be_active(struct rq *rq, const struct mentoring *m) MUST_CHECK;
/* Inside a transaction: one of the caller's, active, held until the commit. */
enum fault mentoring_active(struct rq *rq, struct uuid id, struct mentoring *out) MUST_CHECK;
enum fault mentoring_ask(struct rq *rq, const struct mentoring_new *in, struct uuid id,
                         struct mentoring *out, bool *ret_created) MUST_CHECK;
enum fault mentoring_decide(struct rq *rq, struct uuid id, enum mentoring_decision d,
                            const char *note) MUST_CHECK;
enum fault mentoring_close(struct rq *rq, struct uuid id, const char *note) MUST_CHECK;
/* Inside a transaction: the other one hears that something happened. */
enum fault mentoring_tell(struct rq *rq, const struct mentoring *m) MUST_CHECK;
bool mentoring_is_mentor(const struct rq *rq, const struct mentoring *m);

/* --- statements (mentoring_sql.c) */
struct mentoring_page {
	struct uuid company_id, person_id, before;
	int state; /* -1: any */
	int64_t limit;
};
struct mentoring_prospect {
	bool active;  /* the colleague is there */
	int64_t open; /* requests of the caller that wait */
};
enum fault mentoring_sql_get(struct rq *rq, struct uuid id, bool lock,
                             struct mentoring *out) MUST_CHECK;
enum fault mentoring_sql_prospect(struct rq *rq, struct uuid person,
                                  struct mentoring_prospect *out) MUST_CHECK;
enum fault mentoring_sql_insert(struct rq *rq, const struct mentoring *m,
                                bool *ret_duplicate) MUST_CHECK;
enum fault mentoring_sql_update(struct rq *rq, const struct mentoring *m) MUST_CHECK;
enum fault mentoring_sql_page(struct rq *rq, const struct mentoring_page *p, db_row_fn *fn,
                              void *arg) MUST_CHECK;
/* What the person has that is asked for or active, some of it: ids. */
enum fault mentoring_sql_open(struct rq *rq, struct uuid person, db_row_fn *fn,
                              void *arg) MUST_CHECK;
/* Of all companies. */
enum fault mentoring_sql_due(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;
struct mentoring_counts {
	int64_t asked, active, declined, withdrawn, ended, offers, seeks, reviews;
};
enum fault mentoring_sql_counts(struct rq *rq, struct mentoring_counts *out) MUST_CHECK;

/* --- goals, tasks and comments (item_sql.c) */

enum item_kind { ITEM_GOAL, ITEM_TASK, ITEM_KIND__MAX };
extern const char *const item_kind_names[ITEM_KIND__MAX + 1];

struct item {
	uint64_t has; /* of a PATCH */
	struct uuid company_id, mentoring_id, id, author_id;
	int kind;
	const char *text, *due_on; /* "YYYY-MM-DD"; NULL: none */
	bool done;
	int64_t done_at, version, created_at;
};
struct remark {
	struct uuid company_id, mentoring_id, item_id, id, author_id;
	const char *text;
	int64_t created_at;
};
struct item_page {
	struct uuid company_id, mentoring_id, item_id, after;
	int64_t limit;
};
extern const struct uuid mentoring_first_id; /* before every id */
enum fault item_sql_get(struct rq *rq, const struct item *key, bool lock,
                        struct item *out) MUST_CHECK;
enum fault item_sql_count(struct rq *rq, struct uuid mentoring, int64_t *ret_n) MUST_CHECK;
enum fault item_sql_insert(struct rq *rq, const struct item *i, bool *ret_duplicate) MUST_CHECK;
enum fault item_sql_update(struct rq *rq, const struct item *i, bool *ret_done) MUST_CHECK;
enum fault item_sql_page(struct rq *rq, const struct item_page *p, db_row_fn *fn,
                         void *arg) MUST_CHECK;
enum fault remark_sql_insert(struct rq *rq, const struct remark *r) MUST_CHECK;
enum fault remark_sql_page(struct rq *rq, const struct item_page *p, db_row_fn *fn,
                           void *arg) MUST_CHECK;

/* --- texts to look at (review.c, review_sql.c) */

enum review_state { REVIEW_WAITING, REVIEW_APPROVED, REVIEW_RETURNED, REVIEW_STATE__MAX };
extern const char *const review_state_names[REVIEW_STATE__MAX + 1];

struct review {
	struct uuid company_id, mentoring_id, id, mentee_id, mentor_id, post_id, share_id;
	int network, state;
	const char *text, *note;
	unsigned char text_sha256[32];
	int64_t created_at, decided_at;
};
/* Asks the mentor to look at r->text (its ids, post and network are set). */
enum fault review_ask(struct rq *rq, struct review *r, bool *ret_created) MUST_CHECK;
enum fault review_decide(struct rq *rq, const struct review *key, enum review_state to,
                         const char *note) MUST_CHECK;

enum fault review_sql_get(struct rq *rq, const struct review *key, bool lock,
                          struct review *out) MUST_CHECK;
/* By its id alone, of the caller's own as a mentee. */
enum fault review_sql_own(struct rq *rq, struct uuid id, struct review *out) MUST_CHECK;
enum fault review_sql_waiting(struct rq *rq, struct uuid mentoring, int64_t *ret_n) MUST_CHECK;
enum fault review_sql_insert(struct rq *rq, const struct review *r, bool *ret_duplicate) MUST_CHECK;
enum fault review_sql_decide(struct rq *rq, const struct review *r) MUST_CHECK;
enum fault review_sql_use(struct rq *rq, struct uuid review, struct uuid share,
                          bool *ret_done) MUST_CHECK;
enum fault review_sql_page(struct rq *rq, const struct item_page *p, db_row_fn *fn,
                           void *arg) MUST_CHECK;

#endif
