/* SPDX-License-Identifier: Apache-2.0 */
/* people_sql.c - statements of people. */
#include "rostra/people.h"

const struct db_stmt_table people_stmts = { "people", NULL, 0 };
