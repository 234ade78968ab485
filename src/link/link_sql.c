/* SPDX-License-Identifier: Apache-2.0 */
/* link_sql.c - statements of link. */
#include "rostra/link.h"

const struct db_stmt_table link_stmts = { "link", NULL, 0 };
