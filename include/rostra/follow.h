/* SPDX-License-Identifier: Apache-2.0 */
/* follow.h - who follows which colleague, and the part of the feed that shows what these do. */
#ifndef ROSTRA_FOLLOW_H
#define ROSTRA_FOLLOW_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   follow_routes, follow_feed_routes;
extern const struct db_stmt_table follow_stmts, follow_feed_stmts;

#endif
