/* SPDX-License-Identifier: Apache-2.0 */
/* mentoring.h - mentors and mentees: offers, requests, goals, and texts looked at before they are shared. */
#ifndef ROSTRA_MENTORING_H
#define ROSTRA_MENTORING_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   mentoring_offer_routes, mentoring_routes, mentoring_item_routes, share_review_routes;
extern const struct db_stmt_table mentoring_offer_stmts, mentoring_stmts, mentoring_item_stmts, share_review_stmts;

/*
 * The text of the caller's that a mentor approved for this post and network.  INVALID: #/review_id is none of theirs,
 * is not approved, or is for another place; #/text is not the approved one (text NULL: none was given).
 */
struct review_ask {
	struct uuid review_id, post_id;
	int         network;
	const char *text;
};
enum fault share_review_words(struct rq *rq, const struct review_ask *ask, const char **ret_text) MUST_CHECK;
/* It becomes this share and no other; again for the same share it changes nothing.  CONFLICT: it became another one. */
enum fault share_review_use(struct rq *rq, struct uuid review, struct uuid share) MUST_CHECK;

/*
 * Within the transaction by which somebody is let in no more: what they have with others ends, and these are told.
 * What was asked for counts as withdrawn.
 */
enum fault mentoring_end_all(struct rq *rq, struct uuid person) MUST_CHECK;

/* Job: ends those whose weeks are over. */
enum fault mentoring_run(struct rq *rq) MUST_CHECK;

#endif
