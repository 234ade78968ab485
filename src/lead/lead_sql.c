/* SPDX-License-Identifier: Apache-2.0 */
/* lead_sql.c - statements of lead. */
#include "rostra/lead.h"

const struct db_stmt_table lead_stmts = { "lead", NULL, 0 };
