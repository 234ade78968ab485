/* SPDX-License-Identifier: Apache-2.0 */
/* profile.h - what a person shows of themselves: expertise, recognition, reach; and who knows about what. */
#ifndef ROSTRA_PROFILE_H
#define ROSTRA_PROFILE_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   profile_routes, expertise_routes;
extern const struct db_stmt_table profile_stmts, expertise_stmts;

/*
 * For the SQL of features that show what a person does: person `o` of the statement, joined to what they allow, is
 * seen by the person whose id the text `viewer` stands for (twice).
 */
#define PROFILE_JOIN_SQL " LEFT JOIN profile pv ON pv.company_id = o.company_id AND pv.person_id = o.id"
#define PROFILE_SEEN_SQL(viewer)                                                                \
	" (COALESCE(pv.visibility, 'company') = 'company' OR o.id = " viewer                        \
	" OR (pv.visibility = 'team' AND EXISTS (SELECT 1 FROM team_member mine JOIN team_member theirs" \
	" ON theirs.company_id = mine.company_id AND theirs.team_id = mine.team_id AND theirs.to_at IS NULL" \
	" WHERE mine.company_id = o.company_id AND mine.person_id = " viewer " AND mine.to_at IS NULL" \
	" AND theirs.person_id = o.id)))"

#endif
