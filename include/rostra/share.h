/* SPDX-License-Identifier: Apache-2.0 */
/* share.h - one person, one post, one network. */
#ifndef ROSTRA_SHARE_H
#define ROSTRA_SHARE_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   share_routes;
extern const struct db_stmt_table share_stmts;

enum share_state { SHARE_ACTIVE, SHARE_REVOKED, SHARE_STATE__MAX };
extern const char *const share_state_names[SHARE_STATE__MAX + 1];

/* A share as its sharer sees it. */
struct share {
	struct uuid   company_id, id, person_id, post_id, channel_id, campaign_id, team_id;
	int           network, state;
	const char   *code;       /* of its link */
	const char   *link;       /* short URL; NULL when the post leads nowhere */
	const char   *text;       /* final, with disclosure and link */
	const char   *intent_url; /* opens the network with it; NULL for "copy" */
	const char   *title;      /* of the post */
	bool          has_link, edited;
	unsigned char text_sha256[32], body_sha256[32];
	uint64_t      text_simhash;
	int64_t       created_at, revoked_at, version;
	int64_t       clicks; /* by humans; J_NO_INT: not asked */
	int64_t       feed_seq;   /* person.feed_version of its last change */
	struct j_list warnings;
};
/* Without clicks and warnings: what a phone keeps. */
extern const struct j_schema share_schema;
/* Fills link and intent_url of a row that was read. */
void share_finish(struct rq *rq, struct share *s);
/* Might the caller share these words there?  The faults of PUT /v1/shares/{id}: INVALID, each named. */
enum fault share_words_check(struct rq *rq, struct uuid post, int network, const char *text) MUST_CHECK;
/* Own shares for sync: made at or after after_at (and, at that moment, past after_id), oldest first. */
enum fault share_own_since(struct rq *rq, int64_t after_at, struct uuid after_id, int64_t limit,
                           db_row_fn *fn, void *arg) MUST_CHECK;
/* Own shares changed after one value of person.feed_version and up to another, in that order (share.feed_seq). */
enum fault share_own_changed(struct rq *rq, int64_t after, int64_t newest, int64_t limit, db_row_fn *fn,
                             void *arg) MUST_CHECK;

#endif
