/* SPDX-License-Identifier: Apache-2.0 */
/* channel.h - streams of posts with an audience. */
#ifndef ROSTRA_CHANNEL_H
#define ROSTRA_CHANNEL_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   channel_routes;
extern const struct db_stmt_table channel_stmts;

enum channel_audience { CHANNEL_ALL, CHANNEL_TEAMS, CHANNEL_AUDIENCE__MAX };
enum channel_mode { CHANNEL_MANDATORY, CHANNEL_FOLLOWABLE, CHANNEL_MODE__MAX };
extern const char *const channel_audience_names[CHANNEL_AUDIENCE__MAX + 1];
extern const char *const channel_mode_names[CHANNEL_MODE__MAX + 1];

/*
 * Conditions for the SQL of features that show what a person may see: channel `ch` against person `p`, both in the
 * statement.  AUDIENCE: the channel is meant for them.  IN_FEED: and its posts are in their feed.
 */
#define CHANNEL_AUDIENCE_SQL                                                                    \
	" ch.archived_at IS NULL AND (ch.audience = 'all' OR EXISTS (SELECT 1 FROM team_member tm"  \
	" JOIN channel_team ct ON ct.company_id = tm.company_id AND ct.channel_id = ch.id"          \
	" AND ct.team_id = tm.team_id"                                                              \
	" WHERE tm.company_id = p.company_id AND tm.person_id = p.id AND tm.to_at IS NULL))"
#define CHANNEL_FOLLOWED_SQL                                                                    \
	" EXISTS (SELECT 1 FROM channel_follow cf WHERE cf.company_id = ch.company_id"              \
	" AND cf.person_id = p.id AND cf.channel_id = ch.id)"
#define CHANNEL_IN_FEED_SQL                                                                     \
	CHANNEL_AUDIENCE_SQL " AND (ch.mode = 'mandatory' OR" CHANNEL_FOLLOWED_SQL ")"

struct channel_new {
	const char   *name;
	const char   *description; /* NULL: none */
	int           audience;    /* enum channel_audience */
	int           mode;        /* enum channel_mode */
	struct j_list team_ids;    /* of struct uuid; only with CHANNEL_TEAMS */
};

/*
 * Makes a channel of the caller's company, in one transaction.  INVALID with the field when the body does not hold
 * together or names an unknown team; CONFLICT when the name is taken; ID_CONFLICT when the id is.
 */
enum fault channel_create(struct rq *rq, struct uuid id, const struct channel_new *in) MUST_CHECK;

/* Calls fn with each channel (struct channel_view) of the caller's company by name, archived ones too. */
enum fault channel_each(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK;

/* A channel as the API shows it to one person. */
struct channel_view {
	struct uuid   company_id, id;
	const char   *name, *description;
	int           audience, mode;
	const char   *teams_text; /* comma-separated, from the statement */
	struct j_list team_ids;
	bool          followed;
	int64_t       version, created_at, archived_at;
};
extern const struct j_schema channel_schema;
/* What statements select of channel `ch` against person `p`, into a struct channel_view. */
#define CHANNEL_COLUMNS_SQL                                                                     \
	" ch.id, ch.name, ch.description, ch.audience, ch.mode,"                                    \
	" (SELECT GROUP_CONCAT(t.team_id ORDER BY t.team_id) FROM channel_team t"                   \
	" WHERE t.company_id = ch.company_id AND t.channel_id = ch.id) AS teams_text,"              \
	" (ch.mode = 'mandatory' OR" CHANNEL_FOLLOWED_SQL ") AS followed,"                          \
	" ch.version, ch.created_at, ch.archived_at"
/* Turns teams_text into team_ids. */
void channel_view_finish(struct rq *rq, struct channel_view *c);

#endif
