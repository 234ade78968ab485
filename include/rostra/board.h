/* SPDX-License-Identifier: Apache-2.0 */
/* board.h - who did most, among those who want to be seen there. */
#ifndef ROSTRA_BOARD_H
#define ROSTRA_BOARD_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table board_routes, board_definition_routes;
extern const struct db_stmt_table board_stmts, board_definition_stmts, board_note_stmts;
/*
 * Job: tells people of a rank of note on their company's main board, the preset points_year: that they have become
 * the first of it, or have come among the first three or the first ten, at a look some ten minutes after it was so.
 * Among so many are those whom, themselves included, so many have as much as or more; and only where at least twice
 * as many are shown.  Falling is not told, nor what was so when a company's board is looked at first; who is not shown
 * is not told anything, and a person once a day of the company's zone at most.
 */
enum fault board_note_run(struct rq *rq) MUST_CHECK;

#endif
