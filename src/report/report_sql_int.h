/* SPDX-License-Identifier: Apache-2.0 */
/* report_sql_int.h - pieces of statements that several files of report share. */
#ifndef ROSTRA_REPORT_SQL_INT_H
#define ROSTRA_REPORT_SQL_INT_H

#include "report_int.h"

/* clang-format off */
/* Reports may run longer than a request: the client reads a stream meanwhile. */
#define LONG_RUN "SET STATEMENT max_statement_time = 60 FOR "

/*
 * What a viewer sees: of a team they are a member of now.  A team's things are those that its people did as its
 * people, so membership is dated on both sides.  Five parameters; without a viewer all is seen.
 */
#define SEEN_IF(team) \
	"(? IS NULL OR EXISTS (SELECT 1 FROM team_member v WHERE v.company_id = ? AND v.person_id = ?" \
	" AND v.team_id = " team " AND v.from_at <= ? AND (v.to_at IS NULL OR v.to_at > ?)))"
#define TOUCH_SEEN SEEN_IF("t.team_id")
#define SHARE_SEEN SEEN_IF("s.team_id")
#define MEMBER_SEEN SEEN_IF("m.team_id")
#define SEEN_IN \
	DB_COL_UUID(struct report_ask, viewer), DB_COL_UUID(struct report_ask, company_id), \
	DB_COL_UUID(struct report_ask, viewer), DB_COL_TIME(struct report_ask, now_us), \
	DB_COL_TIME(struct report_ask, now_us)
/* When the lead of a conversion c came, and when it first reached a stage: up to the conversion, else NULL. */
#define LEAD_AT \
	"(SELECT l.created_at FROM lead l WHERE l.company_id = c.company_id AND l.id = c.lead_id" \
	" AND l.created_at <= c.occurred_at)"
#define EVENT_AT(stage) \
	"(SELECT MIN(m.occurred_at) FROM conversion m FORCE INDEX (conversion_lead) WHERE m.company_id = c.company_id" \
	" AND m.lead_id = c.lead_id AND m.stage = '" stage "' AND m.occurred_at <= c.occurred_at)"
/* A text among those of a post, by its share. */
#define TEXT_KEY "IF(s.edited, 'own', LOWER(HEX(LEFT(s.text_sha256, 8))))"
/* clang-format on */

#endif
