/* SPDX-License-Identifier: Apache-2.0 */
/* post_int.h - between the files of post. */
#ifndef ROSTRA_POST_INT_H
#define ROSTRA_POST_INT_H

#include "rostra/caller.h"
#include "rostra/post.h"

/* What can happen to a post.  An edit by who may publish is decided at once; one by its author is
 * not. */
enum post_event {
	POST_EV_SUBMIT,
	POST_EV_PUBLISH, /* to SCHEDULED or LIVE, as its time says */
	POST_EV_REJECT,
	POST_EV_EXPIRE,
	POST_EV_EDIT_AUTHOR,
	POST_EV_EDIT_CURATOR,
	POST_EV_PIN,
	POST_EV__MAX
};

extern const struct j_schema post_patch_schema;

/* --- rules (post_state.c, post_check.c) */
/* The state after the event; false when the state forbids it. */
bool post_next_state(enum post_state from, enum post_event ev, bool later, enum post_state *ret);
/* Everything about the fields that does not need the tables; pointers live in the arena. */
enum fault post_check(struct arena *a, struct problem *p, const struct post *post) MUST_CHECK;

/* --- units of work (post.c, post_act.c) */
enum fault post_put(struct rq *rq, const struct post *in, bool *ret_created) MUST_CHECK;
enum fault post_patch(struct rq *rq, struct uuid id, const struct post *in) MUST_CHECK;
struct post_action {
	enum post_event event;
	int64_t at;       /* PUBLISH: publish_at, PIN: until; TIME_NONE: the post's own, no pin */
	const char *note; /* REJECT */
	int64_t version;  /* the one the client saw; 0: any */
};
enum fault post_act(struct rq *rq, struct uuid id, const struct post_action *in) MUST_CHECK;
enum fault post_acknowledge(struct rq *rq, struct uuid id) MUST_CHECK;
/* As the caller may see it: NOT_FOUND when they may not. */
enum fault post_read(struct rq *rq, struct uuid id, struct post *out) MUST_CHECK;
/* Keeps feed_item, the company's feed version and the change log in step; last in the transaction.
 */
enum fault post_announce(struct rq *rq, struct uuid id, bool was_live, bool is_live) MUST_CHECK;
bool post_may_publish(const struct rq *rq);
bool post_is_own(const struct rq *rq, const struct post *post);
/* Texts and disclosures of a row that was read. */
void post_finish(struct rq *rq, struct post *post);

/* --- statements (post_sql.c, post_list_sql.c) */
enum fault post_sql_get(struct rq *rq, struct uuid id, struct post *out) MUST_CHECK;
enum fault post_sql_insert(struct rq *rq, const struct post *post, bool *ret_duplicate) MUST_CHECK;
/* Writes everything but the lists where the version still is post->version; false when it is not.
 */
enum fault post_sql_update(struct rq *rq, const struct post *post, bool *ret_done) MUST_CHECK;
enum fault post_sql_set_texts(struct rq *rq, const struct post *post, bool fresh) MUST_CHECK;
enum fault post_sql_set_disclosures(struct rq *rq, const struct post *post, bool fresh) MUST_CHECK;
/* Do the channel, campaign and person it names exist for the caller?  INVALID with the fields. */
enum fault post_sql_check_refs(struct rq *rq, const struct post *post) MUST_CHECK;
/* The row of a live post, as it stands in the table now. */
enum fault post_sql_feed_put(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault post_sql_feed_drop(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault post_sql_acknowledge(struct rq *rq, struct uuid id) MUST_CHECK;

struct post_page {
	struct uuid company_id, person_id, before;
	int state; /* -1: any */
	bool own;
	int64_t limit;
};
enum fault post_sql_page(struct rq *rq, const struct post_page *page, db_row_fn *fn,
                         void *arg) MUST_CHECK;
/* All of struct post_rules in one text, as post_rules() takes it apart. */
enum fault post_sql_rules(struct rq *rq, struct uuid id, struct str *ret_packed) MUST_CHECK;
enum fault post_sql_cards(struct rq *rq, const char *ids_json, db_row_fn *fn, void *arg) MUST_CHECK;

/* What the clock finds due. */
enum post_due_what { POST_DUE_LIVE, POST_DUE_EXPIRED, POST_DUE_UNPINNED, POST_DUE__MAX };
enum { POST_DUE_BATCH = 200 };
struct post_due {
	struct uuid company_id, id;
	int state;
};
struct post_due_list {
	struct post_due due[POST_DUE_BATCH];
	size_t n;
};
enum fault post_sql_due(struct rq *rq, enum post_due_what what,
                        struct post_due_list *out) MUST_CHECK;
/* Makes it so; false when another did. */
enum fault post_sql_due_done(struct rq *rq, enum post_due_what what, const struct post_due *due,
                             bool *ret_done) MUST_CHECK;

#endif
