/* SPDX-License-Identifier: Apache-2.0 */
/* feed_sql.c - statements of feed. */
#include "rostra/feed.h"

const struct db_stmt_table feed_stmts = { "feed", NULL, 0 };
