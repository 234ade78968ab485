/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - attribution: credits computed from touches when the report is read. */
#ifndef ROSTRA_REPORT_H
#define ROSTRA_REPORT_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   report_routes, people_report_routes;
extern const struct db_stmt_table report_stmts, people_report_stmts;
extern const struct route_table seal_routes; /* saved reports and their sealed runs */
extern const struct db_stmt_table seal_stmts;
extern const struct route_table emv_routes; /* what clicks are worth by the company's rates */
extern const struct db_stmt_table emv_stmts;

#endif
