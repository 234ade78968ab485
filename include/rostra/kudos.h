/* SPDX-License-Identifier: Apache-2.0 */
/* kudos.h - recognition of colleagues: kudos, the values they name, the company's policy. */
#ifndef ROSTRA_KUDOS_H
#define ROSTRA_KUDOS_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/jobs.h"

extern const struct route_table kudos_routes, value_routes, kudos_talk_routes,
    kudos_moderation_routes, kudos_boost_routes;
extern const struct db_stmt_table kudos_stmts, kudos_list_stmts, value_stmts, kudos_talk_stmts,
    kudos_moderation_stmts, kudos_boost_stmts, kudos_give_stmts;

/* clang-format off */
/*
 * For the SQL of features that show kudos: kudos `k` of the statement is seen by the person whose id the text
 * `viewer` stands for (four times).  What is hidden is its giver's alone; then public, own, to me, of my teams.
 * Counted, because EXISTS would be materialised: all that the reader ever received, for each page.
 */
#define KUDOS_OF_TEAM_SQL(viewer, when)                                                         \
	"(k.visibility = 'team' AND EXISTS (SELECT 1 FROM team_member t WHERE t.company_id = k.company_id" \
	" AND t.person_id = " viewer when " AND (t.team_id = k.team_id OR EXISTS (SELECT 1 FROM kudos_person q" \
	" WHERE q.company_id = k.company_id AND q.kudos_id = k.id AND q.role = 'recipient' AND q.team_id = t.team_id))))"
#define KUDOS_TEAM_SEES_SQL(viewer) KUDOS_OF_TEAM_SQL(viewer, " AND t.to_at IS NULL")
/* Is it a team's, and may `viewer` (once) have seen it in that team, now or before? */
#define KUDOS_TEAM_SAW_SQL(viewer) KUDOS_OF_TEAM_SQL(viewer, "")
#define KUDOS_SEEN_SQL(viewer)                                                                  \
	" (k.state = 'visible' OR (k.state = 'hidden' AND k.giver_id = " viewer "))"                \
	" AND (k.visibility = 'public' OR k.giver_id = " viewer                                     \
	" OR (SELECT COUNT(*) FROM kudos_person q WHERE q.company_id = k.company_id AND q.kudos_id = k.id" \
	" AND q.role = 'recipient' AND q.person_id = " viewer ") > 0"                               \
	" OR " KUDOS_TEAM_SEES_SQL(viewer) ")"
/* clang-format on */

enum { KUDOS_REACTION__MAX = 5 };
extern const char *const kudos_reaction_names[KUDOS_REACTION__MAX + 1];

/* A kudos as lists show it to one reader. */
struct kudos_item {
	struct uuid id;
	int64_t     version;     /* the one the reader may see */
	int         my_reaction; /* -1 none */
	struct str  json;        /* out; s NULL: it is not the reader's any more */
};
/*
 * Fills the JSON of each of them.  What is the same for everybody is kept by (kudos, version) as it was at a number
 * of the company's changes (sync_newest): each deed that makes a kudos look different writes a line of the change log in
 * the same transaction (given, changed, withdrawn, hidden, decided, a reaction, a comment, the name of a person or
 * value, erasure), so a card that was read at seq or later looks as it did then.  A kudos whose version has moved since
 * the reader was found to see it is read again by itself, with the reader: words written after the others were shut out
 * reach none of them.
 */
enum fault kudos_items(struct rq *rq, int64_t seq, struct kudos_item *items, size_t n) MUST_CHECK;

/* Of a company that set no policy. */
enum {
	KUDOS_ALLOWANCE = 100, /* points a month */
	KUDOS_PAIR_MAX = 4,
	KUDOS_PAIR_DAYS = 7,
	KUDOS_INTERVAL_S = 10,
	KUDOS_EDIT_WINDOW_S = 24 * 3600,
};

#define KUDOS_GIVEN "kudos.given"     /* with what it gives in the ledger, and BADGE_PEOPLE */
#define KUDOS_CHANGED "kudos.changed" /* or withdrawn, or decided about */
/* Consumer of the latter, of all rows that the owner claimed: the badges of those whom the kudos
 * concern are to be looked at, and what the recipients were given stands in the ledger as their
 * kudos stand now. */
enum fault kudos_follow_changed(struct rq *rq, const char *kind, const char *owner) MUST_CHECK;

#endif
