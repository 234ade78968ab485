/* SPDX-License-Identifier: Apache-2.0 */
/* channel_sql.c - statements of channel. */
#include "rostra/channel.h"

const struct db_stmt_table channel_stmts = { "channel", NULL, 0 };
