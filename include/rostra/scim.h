/* SPDX-License-Identifier: Apache-2.0 */
/* scim.h - SCIM 2.0 (RFC 7643, RFC 7644): the company's directory makes, changes and ends accounts and teams. */
#ifndef ROSTRA_SCIM_H
#define ROSTRA_SCIM_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   scim_routes, scim_group_routes;
extern const struct db_stmt_table scim_stmts;

#endif
