/* SPDX-License-Identifier: Apache-2.0 */
/* post_sql.c - statements of post. */
#include "rostra/post.h"

const struct db_stmt_table post_stmts = { "post", NULL, 0 };
