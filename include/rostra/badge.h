/* SPDX-License-Identifier: Apache-2.0 */
/* badge.h - badges with levels for what people did, each awarded once; and the company's holidays. */
#ifndef ROSTRA_BADGE_H
#define ROSTRA_BADGE_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/jobs.h"

extern const struct route_table   badge_routes, holiday_routes;
extern const struct db_stmt_table badge_stmts, badge_due_stmts, holiday_stmts;

/* Somebody whose badges are to be looked at. */
struct badge_due {
	struct uuid company_id, person_id;
};
/* An event of people who did something, so that their badges are to be looked at. */
#define BADGE_PEOPLE "badge.people"
/* Their badges are to be looked at: of people and of share events that the owner claimed, of those named (by company), of
 * whom a lead was touched by.  For companies without badges nothing is written. */
enum fault badge_mark_claimed(struct rq *rq, const char *kind, const char *owner) MUST_CHECK;
enum fault badge_mark_shares(struct rq *rq, const char *kind, const char *owner) MUST_CHECK;
enum fault badge_mark_people(struct rq *rq, const struct badge_due *people, size_t n) MUST_CHECK;
enum fault badge_mark_lead(struct rq *rq, const struct outbox_event *event) MUST_CHECK;
/* Job: awards what those who are marked have reached. */
enum fault badge_run(struct rq *rq) MUST_CHECK;
/* Job: marks whose shares were clicked today or yesterday, and whose points changed. */
enum fault badge_sweep_run(struct rq *rq) MUST_CHECK;

#endif
