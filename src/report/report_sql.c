/* SPDX-License-Identifier: Apache-2.0 */
/* report_sql.c - statements of report. */
#include "rostra/report.h"

const struct db_stmt_table report_stmts = { "report", NULL, 0 };
