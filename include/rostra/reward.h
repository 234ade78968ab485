/* SPDX-License-Identifier: Apache-2.0 */
/* reward.h - what earned points buy: a catalogue with stock, and what people asked for. */
#ifndef ROSTRA_REWARD_H
#define ROSTRA_REWARD_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   reward_routes;
extern const struct db_stmt_table reward_stmts;

#endif
