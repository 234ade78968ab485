/* SPDX-License-Identifier: Apache-2.0 */
/* channel.h - streams of posts with an audience. */
#ifndef ROSTRA_CHANNEL_H
#define ROSTRA_CHANNEL_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   channel_routes;
extern const struct db_stmt_table channel_stmts;

#endif
