/* SPDX-License-Identifier: Apache-2.0 */
/* board.h - who did most, among those who want to be seen there. */
#ifndef ROSTRA_BOARD_H
#define ROSTRA_BOARD_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table board_routes, board_definition_routes;
extern const struct db_stmt_table board_stmts, board_definition_stmts;

#endif
