/* SPDX-License-Identifier: Apache-2.0 */
/* campaign.h - what posts belong together for: UTM template, look-back window. */
#ifndef ROSTRA_CAMPAIGN_H
#define ROSTRA_CAMPAIGN_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   campaign_routes;
extern const struct db_stmt_table campaign_stmts;

#endif
