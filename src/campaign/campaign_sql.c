/* SPDX-License-Identifier: Apache-2.0 */
/* campaign_sql.c - statements of campaign. */
#include "rostra/campaign.h"

const struct db_stmt_table campaign_stmts = { "campaign", NULL, 0 };
