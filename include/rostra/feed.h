/* SPDX-License-Identifier: Apache-2.0 */
/* feed.h - what a person may see, in order, with what they did with it. */
#ifndef ROSTRA_FEED_H
#define ROSTRA_FEED_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   feed_routes;
extern const struct db_stmt_table feed_stmts;

/* Who looks: all that decides what the feed is. */
struct feed_viewer {
	int64_t     company_version, person_version; /* company.feed_version, person.feed_version */
	int64_t     audience_version; /* person.audience_version: of channels and team */
	const char *channels; /* ids of those in the feed, comma-separated; NULL none */
	struct uuid team_id;  /* primary team now; zero: none */
};
/* The caller as they were when last asked for, without a statement; false when nothing is remembered.  Only who
 * compares the counters with the table's knows whether it still is so. */
bool feed_viewer_remembered(struct rq *rq, struct feed_viewer *out);
/* As they are now, and remembered: one statement. */
enum fault feed_viewer_ask(struct rq *rq, struct feed_viewer *out) MUST_CHECK;

/* Where a post is in the feed of the company. */
struct feed_place {
	struct uuid channel_id;
	int64_t     post_version;
};
/* As it was when company.feed_version was viewer->company_version: mostly without a statement.  *ret_known false:
 * it is not live, or the counter is another one by now. */
enum fault feed_place(struct rq *rq, struct uuid post, const struct feed_viewer *viewer, struct feed_place *out,
                      bool *ret_known) MUST_CHECK;
/* Is it in the viewer's own feed? */
bool feed_shows(const struct feed_viewer *viewer, const struct feed_place *place);

#endif
