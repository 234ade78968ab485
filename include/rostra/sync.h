/* SPDX-License-Identifier: Apache-2.0 */
/* sync.h - the change log behind GET /v1/sync. */
#ifndef ROSTRA_SYNC_H
#define ROSTRA_SYNC_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   sync_routes;
extern const struct db_stmt_table sync_stmts;

enum sync_kind { SYNC_POST, SYNC_CHANNEL, SYNC_SHARE, SYNC_ME };
enum sync_op { SYNC_UPSERT, SYNC_DELETE };

/*
 * Writes a change in the running transaction; call it last, since it holds the company's counter until the
 * commit.  person zero: everybody who may see the object.  SYNC_ME of a person also means that their audience changed.
 */
enum fault sync_log(struct rq *rq, enum sync_kind kind, struct uuid object, enum sync_op op, struct uuid person) MUST_CHECK;

#endif
