/* SPDX-License-Identifier: Apache-2.0 */
/* kudos.h - recognition of colleagues: kudos, the values they name, the company's policy. */
#ifndef ROSTRA_KUDOS_H
#define ROSTRA_KUDOS_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/jobs.h"

extern const struct route_table kudos_routes, value_routes, kudos_talk_routes,
    kudos_moderation_routes, kudos_boost_routes;
extern const struct db_stmt_table kudos_stmts, value_stmts, kudos_talk_stmts,
    kudos_moderation_stmts, kudos_boost_stmts;

/* clang-format off */
/*
 * For the SQL of features that show kudos: kudos `k` of the statement is seen by the person whose id the text
 * `viewer` stands for (four times).  What is hidden is its giver's alone; then public, own, to me, of my teams.
 * Counted, because EXISTS would be materialised: all that the reader ever received, for each page.
 */
#define KUDOS_TEAM_SEES_SQL(viewer)                                                             \
	"(k.visibility = 'team' AND EXISTS (SELECT 1 FROM team_member t WHERE t.company_id = k.company_id" \
	" AND t.person_id = " viewer " AND t.to_at IS NULL AND (t.team_id = k.team_id OR EXISTS (SELECT 1 FROM kudos_person q" \
	" WHERE q.company_id = k.company_id AND q.kudos_id = k.id AND q.role = 'recipient' AND q.team_id = t.team_id))))"
#define KUDOS_SEEN_SQL(viewer)                                                                  \
	" (k.state = 'visible' OR (k.state = 'hidden' AND k.giver_id = " viewer "))"                \
	" AND (k.visibility = 'public' OR k.giver_id = " viewer                                     \
	" OR (SELECT COUNT(*) FROM kudos_person q WHERE q.company_id = k.company_id AND q.kudos_id = k.id" \
	" AND q.role = 'recipient' AND q.person_id = " viewer ") > 0"                               \
	" OR " KUDOS_TEAM_SEES_SQL(viewer) ")"
/* clang-format on */

/* Of a company that set no policy. */
enum {
	KUDOS_ALLOWANCE = 100, /* points a month */
	KUDOS_PAIR_MAX = 4,
	KUDOS_PAIR_DAYS = 7,
	KUDOS_INTERVAL_S = 10,
	KUDOS_EDIT_WINDOW_S = 24 * 3600,
};

/* Consumer of kudos.changed: what its recipients earned stands in the ledger as the kudos stands
 * now. */
enum fault kudos_settle_earned(struct rq *rq, const struct outbox_event *event) MUST_CHECK;

#endif
