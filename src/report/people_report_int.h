/* SPDX-License-Identifier: Apache-2.0 */
/* people_report_int.h - what the reports of content, teams and cohorts read beside the funnel. */
#ifndef ROSTRA_PEOPLE_REPORT_INT_H
#define ROSTRA_PEOPLE_REPORT_INT_H

#include "report_int.h"

/* Who made the shares of a group in the period. */
struct sharers_row {
	struct str key;
	int64_t people, own_words;
};
enum fault content_sql_sharers(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                               void *arg) MUST_CHECK;
/* As before, from sums as far as they go (sharers.c): inside a snapshot. */
enum fault report_sharers(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                          void *arg) MUST_CHECK;
/* Suggested texts of ask->post, each as one of its shares has it. */
struct words_row {
	struct str key;
	const char *text;
};
enum fault content_sql_words(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;

/* A primary membership that reaches into the period, cut to it; ends with the person's account. */
struct membership {
	struct str team;
	struct uuid person_id;
	int64_t from_us, to_us;
};
/* By team and person. */
enum fault teams_sql_members(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;

/* A lead that came in the period; TIME_NONE: no touch, not won yet. */
struct cohort_lead {
	int64_t created_at, touched_at, won_at;
};
enum fault cohorts_sql_leads(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                             void *arg) MUST_CHECK;

#endif
