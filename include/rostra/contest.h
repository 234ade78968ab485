/* SPDX-License-Identifier: Apache-2.0 */
/* contest.h - who does most of something within some days: a live standing, then a result that stands. */
#ifndef ROSTRA_CONTEST_H
#define ROSTRA_CONTEST_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   contest_routes;
extern const struct db_stmt_table contest_stmts;

/* Job: freezes the results of contests whose days are over. */
enum fault contest_run(struct rq *rq) MUST_CHECK;

#endif
