/* SPDX-License-Identifier: Apache-2.0 */
/* share_sql.c - statements of share. */
#include "rostra/share.h"

const struct db_stmt_table share_stmts = { "share", NULL, 0 };
