/* SPDX-License-Identifier: Apache-2.0 */
/* channel_int.h - between the files of channel. */
#ifndef ROSTRA_CHANNEL_INT_H
#define ROSTRA_CHANNEL_INT_H

#include "rostra/channel.h"

enum { CHANNEL_TEAMS_MAX = 200 };

/* Body of PATCH; PUT is struct channel_new. */
struct channel_patch {
	uint64_t has;
	struct channel_new set;
	bool archived;
	int64_t version; /* the one the client saw */
};
extern const struct j_schema channel_patch_schema;

/* The row that INSERT and UPDATE write. */
struct channel_row {
	struct uuid company_id, id;
	const char *name, *description;
	int audience, mode;
	int64_t version, created_at, archived_at;
};

/* --- rules (channel.c) */
enum fault channel_put(struct rq *rq, struct uuid id, const struct channel_new *in,
                       bool *ret_created) MUST_CHECK;
enum fault channel_patch(struct rq *rq, struct uuid id, const struct channel_patch *in) MUST_CHECK;
enum fault channel_follow(struct rq *rq, struct uuid id, bool follow) MUST_CHECK;

/* --- statements (channel_sql.c) */
/* As the caller sees it; everything: whatever its audience.  NOT_FOUND without text. */
enum fault channel_sql_get(struct rq *rq, struct uuid id, bool everything,
                           struct channel_view *out) MUST_CHECK;
struct channel_page {
	struct uuid company_id, person_id;
	const char *after_name; /* "" from the start */
	struct uuid after_id;
	bool everything;
	int64_t limit;
};
enum fault channel_sql_page(struct rq *rq, const struct channel_page *page, db_row_fn *fn,
                            void *arg) MUST_CHECK;
enum fault channel_sql_insert(struct rq *rq, const struct channel_row *row,
                              bool *ret_duplicate) MUST_CHECK;
/* Writes everything where version still is row->version; false when it is not. */
enum fault channel_sql_update(struct rq *rq, const struct channel_row *row,
                              bool *ret_done) MUST_CHECK;
/* Replaces the audience; INVALID when a team is unknown. */
enum fault channel_sql_set_teams(struct rq *rq, struct uuid id,
                                 const struct j_list *teams) MUST_CHECK;
enum fault channel_sql_follow(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault channel_sql_unfollow(struct rq *rq, struct uuid id) MUST_CHECK;

#endif
