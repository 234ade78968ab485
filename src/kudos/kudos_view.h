/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_view.h - a kudos as replies show it: the columns of its statements, and where they go. */
#ifndef ROSTRA_KUDOS_VIEW_H
#define ROSTRA_KUDOS_VIEW_H

#include "kudos_int.h"

/* clang-format off */
/* By the way to the struct in a T. */
#define KUDOS_ROW_COLS(T, m)                                                                    \
	DB_COL_UUID(T, m company_id),  DB_COL_UUID(T, m id),                                        \
	DB_COL_UUID(T, m giver_id),    DB_COL_UUID(T, m team_id),                                   \
	DB_COL_UUID(T, m value_id),    DB_COL_STR(T, m message),                                    \
	DB_COL_I64(T, m points),       DB_COL_I64(T, m period),                                     \
	DB_COL_ENUM(T, m visibility, kudos_visibility_names),                                       \
	DB_COL_ENUM(T, m state, kudos_state_names),                                                 \
	DB_COL_UUID(T, m post_id),     DB_COL_UUID(T, m share_id),                                  \
	DB_COL_UUID(T, m lead_id),     DB_COL_BYTES(T, m body_sha256),                              \
	DB_COL_TIME(T, m created_at)
#define KUDOS_ROW_TAIL(T, m) DB_COL_TIME(T, m edited_at), DB_COL_I64(T, m version)
#define KUDOS_VIEW_COLS(T, m)                                                                   \
	KUDOS_ROW_COLS(T, m), KUDOS_ROW_TAIL(T, m),                                                 \
	DB_COL_STR(T, m giver_name), DB_COL_STR(T, m value_name),                                   \
	DB_COL_STR(T, m people_packed), DB_COL_STR(T, m reactions_packed), DB_COL_I64(T, m comments)

#define KUDOS_ROW_COLUMNS                                                                       \
	"k.company_id, k.id, k.giver_id, k.team_id, k.value_id, k.message, k.points, k.period, k.visibility," \
	" k.state, k.post_id, k.share_id, k.lead_id, k.body_sha256, k.created_at"
/*
 * "<role><id><name>", role 1 recipient, 2 mention, as the giver named them; the unit separator between two: names
 * have no control characters.  A subquery of a row costs more than what it reads, so there is one for both.
 */
#define KUDOS_PEOPLE                                                                            \
	"(SELECT GROUP_CONCAT(CONCAT(q.role + 0, q.person_id, qp.display_name)" \
	" ORDER BY q.role, q.position SEPARATOR '\x1f')"                                            \
	" FROM kudos_person q STRAIGHT_JOIN person qp ON qp.company_id = q.company_id AND qp.id = q.person_id" \
	" WHERE q.company_id = k.company_id AND q.kudos_id = k.id)"
#define KUDOS_COUNT(word) "COUNT(IF(a.reaction = '" word "', 1, NULL))"
/* The counts in the order of the names, then which of them is the reader's, from 1; 0: none.  The reader is the
 * first parameter. */
#define KUDOS_REACTIONS                                                                         \
	"(SELECT CONCAT_WS(',', " KUDOS_COUNT("thanks") ", " KUDOS_COUNT("celebrate") ", " KUDOS_COUNT("love") ", " \
	KUDOS_COUNT("support") ", " KUDOS_COUNT("insightful")                                       \
	", COALESCE(MAX(IF(a.person_id = ?, a.reaction + 0, 0)), 0)) FROM kudos_reaction a"         \
	" WHERE a.company_id = k.company_id AND a.kudos_id = k.id)"
#define KUDOS_VIEW_COLUMNS                                                                      \
	KUDOS_ROW_COLUMNS ", k.edited_at, k.version, g.display_name, v.name, " KUDOS_PEOPLE ", " KUDOS_REACTIONS \
	", (SELECT COUNT(*) FROM kudos_comment t WHERE t.company_id = k.company_id AND t.kudos_id = k.id)"
#define KUDOS_VIEW_JOINS                                                                        \
	" STRAIGHT_JOIN person g ON g.company_id = k.company_id AND g.id = k.giver_id"                       \
	" STRAIGHT_JOIN company_value v FORCE INDEX (PRIMARY) ON v.company_id = k.company_id AND v.id = k.value_id"
/* clang-format on */

#endif
