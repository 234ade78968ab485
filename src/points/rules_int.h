/* SPDX-License-Identifier: Apache-2.0 */
/* rules_int.h - dated rule sets: what actions earn. */
#ifndef ROSTRA_RULES_INT_H
#define ROSTRA_RULES_INT_H

#include "rostra/measure.h"

#include "points_int.h"

enum points_action {
	ACTION_SHARE,
	ACTION_KUDOS_GIVEN,
	ACTION_LEAD,
	ACTION_QUALIFIED,
	ACTION_CLICK,
	ACTION_VISITOR,
	ACTION_WON,
	ACTION_POST,
	ACTION_MUST_READ,
	ACTION_KUDOS_RECEIVED,
	ACTION_OUTSIDE,
	ACTION__MAX
};
extern const char *const points_action_names[ACTION__MAX + 1];
/* What an action's entries give as their reason. */
extern const enum points_reason points_action_reason[ACTION__MAX];
#define ACTION_BIT(action) (1U << (action))

enum { RULES_MAX = 40, RULE_NAME_MAX = 40 };

/* A row, a body and a reply at once. */
struct point_rule {
	struct uuid company_id, set_id;
	int action;
	const char *name; /* of an outside action; else NULL */
	int64_t points_tenths;
	int64_t day_cap_tenths, item_cap_tenths; /* J_NO_INT: no limit */
	int64_t per_minor;                       /* of won_value; else J_NO_INT */
};
struct rule_set {
	struct uuid company_id, id, created_by;
	int64_t from, created_at;
	int64_t to;          /* of an adoption; excluded */
	struct j_list rules; /* of struct point_rule */
	const char *packed;
};

extern const struct j_schema point_rule_schema;
/* Is this body the set that is there? */
bool rule_set_same(const struct rule_set *a, const struct rule_set *b);
/* The rule of an action; NULL: it earns nothing. */
const struct point_rule *rule_set_find(const struct rule_set *s, int action, const char *name);
/* What the schema cannot say of rules. */
void rules_check(struct arena *a, struct problem *p, const struct j_list *rules);
enum fault rule_set_check(struct arena *a, struct problem *p, const struct rule_set *in,
                          int64_t now_us) MUST_CHECK;
/* "<action>:<tenths>:<day cap or nothing>:<item cap>:<per>:<name>,…" as statements pack rules. */
struct j_list rules_unpack(struct arena *a, const char *packed);
/*
 * What `times` of an action give: points each (won_value: for each whole per_minor), no more than
 * the caps leave of what was given on the day and for the item.
 */
int64_t rule_amount(const struct point_rule *r, int64_t times, int64_t day_tenths,
                    int64_t item_tenths);

/* --- statements (rules_sql.c) */
enum fault rule_set_sql_get(struct rq *rq, struct uuid id, struct rule_set *out) MUST_CHECK;
enum fault rule_set_sql_insert(struct rq *rq, const struct rule_set *s,
                               bool *ret_duplicate) MUST_CHECK;
enum fault rule_sql_insert(struct rq *rq, const struct point_rule *rows, size_t n) MUST_CHECK;
struct rule_set_page {
	struct uuid company_id;
	int64_t before, limit;
	struct uuid before_id; /* of adoptions */
};
/* Latest first. */
enum fault rule_set_sql_page(struct rq *rq, const struct rule_set_page *p, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* The one that was adopted last first. */
enum fault rule_set_sql_adoptions(struct rq *rq, const struct rule_set_page *p, db_row_fn *fn,
                                  void *arg) MUST_CHECK;
/* The sets that hold at some time of from <= t < to, earliest first. */
enum fault rule_set_sql_during(struct rq *rq, int64_t from_us, int64_t to_us, db_row_fn *fn,
                               void *arg) MUST_CHECK;
/* Adoptions that touch from <= t < to, latest first; and one more, created_at being when. */
enum fault rule_set_sql_adopted(struct rq *rq, int64_t from_us, int64_t to_us, db_row_fn *fn,
                                void *arg) MUST_CHECK;
enum fault rule_set_sql_adopt(struct rq *rq, const struct rule_set *s) MUST_CHECK;

#endif
