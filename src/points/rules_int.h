/* SPDX-License-Identifier: Apache-2.0 */
/* rules_int.h - dated rule sets: what actions earn. */
#ifndef ROSTRA_RULES_INT_H
#define ROSTRA_RULES_INT_H

#include "points_int.h"

enum points_action { ACTION_SHARE, ACTION_KUDOS_GIVEN, ACTION_LEAD, ACTION_QUALIFIED, ACTION__MAX };
extern const char *const points_action_names[ACTION__MAX + 1];

/* A row, a body and a reply at once. */
struct point_rule {
	struct uuid company_id, set_id;
	int action;
	int64_t points_tenths, day_cap_tenths; /* J_NO_INT: no limit */
};
struct rule_set {
	struct uuid company_id, id, created_by;
	int64_t from, created_at;
	struct j_list rules; /* of struct point_rule */
	const char *packed;
};

/* Is this body the set that is there? */
bool rule_set_same(const struct rule_set *a, const struct rule_set *b);
/* What the schema cannot say. */
enum fault rule_set_check(struct arena *a, struct problem *p, const struct rule_set *in,
                          int64_t now_us) MUST_CHECK;
/* "<action>:<tenths>:<cap or nothing>,…" as statements pack rules. */
struct j_list rules_unpack(struct arena *a, const char *packed);
/* What is left of the points under the day's cap: of those already given on the day. */
int64_t rule_amount(const struct point_rule *r, int64_t given_tenths);

/* --- statements (rules_sql.c) */
enum fault rule_set_sql_get(struct rq *rq, struct uuid id, struct rule_set *out) MUST_CHECK;
enum fault rule_set_sql_insert(struct rq *rq, const struct rule_set *s,
                               bool *ret_duplicate) MUST_CHECK;
enum fault rule_sql_insert(struct rq *rq, const struct point_rule *rows, size_t n) MUST_CHECK;
struct rule_set_page {
	struct uuid company_id;
	int64_t before, limit;
};
/* Latest first. */
enum fault rule_set_sql_page(struct rq *rq, const struct rule_set_page *p, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* The rule of an action at an instant, and the company's zone. */
struct rule_then {
	const char *time_zone;
	struct point_rule rule;
};
enum fault rule_sql_then(struct rq *rq, enum points_action action, int64_t at_us,
                         struct rule_then *out, bool *ret_found) MUST_CHECK;
/* What the person has for the reason on the day, reversals counted. */
enum fault rule_sql_given(struct rq *rq, struct uuid person, enum points_reason reason, int64_t day,
                          int64_t *ret_tenths) MUST_CHECK;
struct share_fact {
	struct uuid company_id, id, person_id;
	int64_t created_at;
	bool active;
};
/* The shares that the claimed rows of a kind are about, of companies that have rules. */
enum fault rule_sql_shares(struct rq *rq, const char *kind, const char *owner, db_row_fn *fn,
                           void *arg) MUST_CHECK;

/* Whose last touch a lead came by, when it came and when it was first qualified. */
struct lead_fact {
	struct uuid person_id, qualified_by; /* zero: no touch */
	int64_t created_at, qualified_at;    /* TIME_NONE: not yet */
};
/* Nothing is found in a company without rules. */
enum fault rule_sql_lead(struct rq *rq, struct uuid lead, struct lead_fact *out,
                         bool *ret_found) MUST_CHECK;

#endif
