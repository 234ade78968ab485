/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent.h - texts that people must accept before they use the API: versions of a name, each in several languages,
 * in force from a moment on.  Who has not accepted all that is in force is let through to routes with
 * ROUTE_BEFORE_CONSENT only (src/access looks, src/http refuses).
 */
#ifndef ROSTRA_CONSENT_H
#define ROSTRA_CONSENT_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   consent_routes;
extern const struct db_stmt_table consent_stmts;

#endif
