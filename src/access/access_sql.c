/* SPDX-License-Identifier: Apache-2.0 */
/* access_sql.c - statements of access. */
#include "rostra/access.h"

const struct db_stmt_table access_stmts = { "access", NULL, 0 };
