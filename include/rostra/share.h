/* SPDX-License-Identifier: Apache-2.0 */
/* share.h - one person, one post, one network. */
#ifndef ROSTRA_SHARE_H
#define ROSTRA_SHARE_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   share_routes;
extern const struct db_stmt_table share_stmts;

#endif
