/* SPDX-License-Identifier: Apache-2.0 */
/* sync_sql.c - statements of sync. */
#include "rostra/sync.h"

const struct db_stmt_table sync_stmts = { "sync", NULL, 0 };
