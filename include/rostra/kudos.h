/* SPDX-License-Identifier: Apache-2.0 */
/* kudos.h - recognition of colleagues: kudos, the values they name, the company's policy. */
#ifndef ROSTRA_KUDOS_H
#define ROSTRA_KUDOS_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/jobs.h"

extern const struct route_table kudos_routes, value_routes, kudos_talk_routes,
    kudos_moderation_routes;
extern const struct db_stmt_table kudos_stmts, value_stmts, kudos_talk_stmts,
    kudos_moderation_stmts;

/* Of a company that set no policy. */
enum {
	KUDOS_ALLOWANCE = 100, /* points a month */
	KUDOS_PAIR_MAX = 4,
	KUDOS_PAIR_DAYS = 7,
	KUDOS_INTERVAL_S = 10,
	KUDOS_EDIT_WINDOW_S = 24 * 3600,
};

/* Consumer of kudos.changed: what its recipients earned stands in the ledger as the kudos stands
 * now. */
enum fault kudos_settle_earned(struct rq *rq, const struct outbox_event *event) MUST_CHECK;

#endif
