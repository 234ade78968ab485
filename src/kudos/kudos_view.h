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
#define KUDOS_CARD_TAIL(T, m)                                                                   \
	DB_COL_STR(T, m giver_name), DB_COL_STR(T, m value_name),                                   \
	DB_COL_STR(T, m recipients_packed), DB_COL_STR(T, m mentions_packed),                       \
	DB_COL_STR(T, m reactions_packed), DB_COL_I64(T, m comments)
/* What is the same for all who may see it; then with what is the reader's. */
#define KUDOS_CARD_COLS(T, m) KUDOS_ROW_COLS(T, m), KUDOS_ROW_TAIL(T, m), KUDOS_CARD_TAIL(T, m)
#define KUDOS_VIEW_COLS(T, m)                                                                   \
	KUDOS_CARD_COLS(T, m), DB_COL_ENUM(T, m my_reaction, kudos_reaction_names)

#define KUDOS_ROW_COLUMNS                                                                       \
	"k.company_id, k.id, k.giver_id, k.team_id, k.value_id, k.message, k.points, k.period, k.visibility," \
	" k.state, k.post_id, k.share_id, k.lead_id, k.body_sha256, k.created_at"
/* "<id><name>", the unit separator between two: names have no control characters. */
#define KUDOS_PACKED(role)                                                                      \
	"(SELECT GROUP_CONCAT(CONCAT(q.person_id, qp.display_name) ORDER BY q.position SEPARATOR '\x1f')" \
	" FROM kudos_person q JOIN person qp ON qp.company_id = q.company_id AND qp.id = q.person_id"   \
	" WHERE q.company_id = k.company_id AND q.kudos_id = k.id AND q.role = '" role "')"
/* The counts in the order of the names; empty when there is none. */
#define KUDOS_REACTIONS                                                                         \
	"(SELECT CONCAT_WS(',', SUM(a.reaction = 'thanks'), SUM(a.reaction = 'celebrate'), SUM(a.reaction = 'love')," \
	" SUM(a.reaction = 'support'), SUM(a.reaction = 'insightful')) FROM kudos_reaction a"       \
	" WHERE a.company_id = k.company_id AND a.kudos_id = k.id)"
/* Of the person whose id is the parameter. */
#define KUDOS_MY_REACTION                                                                       \
	"(SELECT a.reaction FROM kudos_reaction a WHERE a.company_id = k.company_id AND a.kudos_id = k.id AND a.person_id = ?)"
#define KUDOS_CARD_COLUMNS                                                                      \
	KUDOS_ROW_COLUMNS ", k.edited_at, k.version, g.display_name, v.name, " KUDOS_PACKED("recipient") ", " \
	KUDOS_PACKED("mention") ", " KUDOS_REACTIONS                                                \
	", (SELECT COUNT(*) FROM kudos_comment t WHERE t.company_id = k.company_id AND t.kudos_id = k.id)"
/* The reader is the first parameter. */
#define KUDOS_VIEW_COLUMNS KUDOS_CARD_COLUMNS ", " KUDOS_MY_REACTION
#define KUDOS_VIEW_JOINS                                                                        \
	" STRAIGHT_JOIN person g ON g.company_id = k.company_id AND g.id = k.giver_id"                       \
	" STRAIGHT_JOIN company_value v FORCE INDEX (PRIMARY) ON v.company_id = k.company_id AND v.id = k.value_id"
/* clang-format on */

#endif
