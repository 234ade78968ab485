/* SPDX-License-Identifier: Apache-2.0 */
/*
 * privacy.h - people's rights: a copy of one's data, and erasure.  Both are generated from the marks in the
 * schema's comments, so that a column that is marked is exported and erased:
 *
 *   person.id              this column names a person; of several in a table the first owns the row
 *   PII                    personal data of the row's owner: NULL once erased, "(erased)" where NULL is not allowed
 *   PII of COLUMN          of the person in that column
 *   PII (left: TEXT)       TEXT stands in its place
 *   PII (delete row)       the whole row goes
 *
 * A guard test holds every text column to be marked, or named as not personal.
 */
#ifndef ROSTRA_PRIVACY_H
#define ROSTRA_PRIVACY_H

#include "rostra/buf.h"
#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   privacy_routes;
extern const struct db_stmt_table privacy_stmts;

/* A request to erase may be withdrawn for so long. */
enum { ERASURE_GRACE_DAYS = 14, EXPORT_ROWS_MAX = 50000 };

/*
 * What is kept of a person of the caller's company, as a ZIP into `out`: for each table a JSON and a CSV file, and
 * a list of the tables that says where more than EXPORT_ROWS_MAX rows were left out.  whole: for the person, or for
 * an operator who answers them; else without what only the person and their counterparts may read, which the list
 * names.  On record, and the person is told of what somebody else takes.  NOT_FOUND.
 */
enum fault privacy_export(struct rq *rq, struct uuid person, bool whole, struct buf *out) MUST_CHECK;
/* Erases them now, all in one transaction; on record.  Repeated it changes nothing.  NOT_FOUND. */
enum fault privacy_erase(struct rq *rq, struct uuid person) MUST_CHECK;
/* Job: erases whose grace is over. */
enum fault erasure_run(struct rq *rq) MUST_CHECK;

#endif
