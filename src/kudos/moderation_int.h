/* SPDX-License-Identifier: Apache-2.0 */
/* moderation_int.h - reports of abuse and what is decided about them. */
#ifndef ROSTRA_MODERATION_INT_H
#define ROSTRA_MODERATION_INT_H

#include "kudos_int.h"

enum { REPORT_NOTE_MAX = 500, REPORTS_SHOWN_MAX = 50 };

enum report_reason {
	REPORT_INSULT,
	REPORT_HARASSMENT,
	REPORT_UNTRUE,
	REPORT_SPAM,
	REPORT_OTHER,
	REPORT_REASON__MAX
};
extern const char *const report_reason_names[REPORT_REASON__MAX + 1];
enum decision_word { DECISION_RESTORE, DECISION_REMOVE, DECISION__MAX };
extern const char *const decision_names[DECISION__MAX + 1];

/* A row and a body at once. */
struct report {
	struct uuid company_id, kudos_id, person_id;
	int reason;
	const char *note;
	int64_t reported_at;
};
struct decision {
	struct uuid company_id, kudos_id, id, decided_by;
	int decision;
	const char *note;
	int64_t decided_at;
};

/* A kudos that waits for a decision. */
struct reported {
	struct kudos kudos;
	const char *reports_packed;
	const struct kudos *shown;
	struct j_list reports; /* of struct report */
};

/* By whoever sees it, except its giver.  It is hidden, unless a manager restored it as it is. */
enum fault kudos_report(struct rq *rq, const struct report *in) MUST_CHECK;
/* NOT_FOUND when no report waits. */
enum fault kudos_decide(struct rq *rq, const struct decision *in) MUST_CHECK;

/* --- statements (moderation_sql.c) */
enum fault report_sql_put(struct rq *rq, const struct report *r) MUST_CHECK;
/* Closes the reports that wait; how many there were. */
enum fault report_sql_decided(struct rq *rq, const struct decision *d, uint64_t *ret_n) MUST_CHECK;
enum fault decision_sql_insert(struct rq *rq, const struct decision *d) MUST_CHECK;
/* When it was last restored; TIME_NONE: never. */
enum fault decision_sql_restored_at(struct rq *rq, struct uuid kudos, int64_t *ret_at) MUST_CHECK;
struct reported_page {
	struct uuid company_id, viewer, before;
	int64_t limit;
};
enum fault reported_sql_page(struct rq *rq, const struct reported_page *p, db_row_fn *fn,
                             void *arg) MUST_CHECK;

#endif
