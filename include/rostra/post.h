/* SPDX-License-Identifier: Apache-2.0 */
/* post.h - posts and their life from draft to expired. */
#ifndef ROSTRA_POST_H
#define ROSTRA_POST_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   post_routes;
extern const struct db_stmt_table post_stmts;

/* Job: scheduled posts go live, live ones expire, pins end; each change is logged and counted. */
enum fault post_clock_run(struct rq *rq);

#endif
