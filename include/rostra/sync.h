/* SPDX-License-Identifier: Apache-2.0 */
/* sync.h - the change log behind GET /v1/sync. */
#ifndef ROSTRA_SYNC_H
#define ROSTRA_SYNC_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   sync_routes;
extern const struct db_stmt_table sync_stmts, sync_kudos_stmts;

enum sync_kind { SYNC_POST, SYNC_CHANNEL, SYNC_SHARE, SYNC_ME, SYNC_KUDOS };
enum sync_op { SYNC_UPSERT, SYNC_DELETE };

/*
 * Writes a change in the running transaction; call it last, since it holds the company's counter until the
 * commit.  person zero: everybody who may see the object.  SYNC_ME of a person also means that their audience changed.
 * SYNC_DELETE of a kudos: there may be some who saw it and do not see it now.
 */
enum fault sync_log(struct rq *rq, enum sync_kind kind, struct uuid object, enum sync_op op, struct uuid person) MUST_CHECK;
/* Likewise, upserts of n >= 1 objects that everybody may see who may see one. */
enum fault sync_log_all(struct rq *rq, enum sync_kind kind, const struct uuid *objects, size_t n) MUST_CHECK;
/* Likewise, upserts of the kudos that phones keep and that show this person or value: their name is another one. */
enum fault sync_log_renamed(struct rq *rq, struct uuid person_or_value) MUST_CHECK;

/*
 * The number of the company's last change, 0 when there was none: the version of whatever changes only together
 * with a line of the log.  It is asked for after the call began, by one statement for all threads of the process
 * that want it at the same moment.
 */
enum fault sync_newest(struct rq *rq, int64_t *ret_seq) MUST_CHECK;
/* The same within a statement, of the same instant as its rows; its parameter is the company. */
#define SYNC_NEWEST_SQL "CAST(COALESCE((SELECT seq FROM company_seq WHERE company_id = ?), 0) AS SIGNED)"

#endif
