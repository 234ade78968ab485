/* SPDX-License-Identifier: Apache-2.0 */
/* feed.h - what a person may see, in order, with what they did with it. */
#ifndef ROSTRA_FEED_H
#define ROSTRA_FEED_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   feed_routes;
extern const struct db_stmt_table feed_stmts;

#endif
