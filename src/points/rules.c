/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - what an action earns under a set of rules, within its caps: pure. */

#include "rostra/caller.h"

#include "rules_int.h"

const char *const points_action_names[ACTION__MAX + 1] = {
	[ACTION_SHARE] = "share_published",
	[ACTION_KUDOS_GIVEN] = "kudos_given",
	[ACTION_LEAD] = "lead",
	[ACTION_QUALIFIED] = "qualified_lead",
	[ACTION_CLICK] = "human_click",
	[ACTION_VISITOR] = "unique_visitor",
	[ACTION_WON] = "won_value",
	[ACTION_POST] = "post_approved",
	[ACTION_MUST_READ] = "must_read_acknowledged",
	[ACTION_KUDOS_RECEIVED] = "kudos_received",
	[ACTION_OUTSIDE] = "outside_action",
};
const enum points_reason points_action_reason[ACTION__MAX] = {
	[ACTION_SHARE] = POINTS_SHARE,
	[ACTION_KUDOS_GIVEN] = POINTS_KUDOS_GIVEN,
	[ACTION_LEAD] = POINTS_LEAD,
	[ACTION_QUALIFIED] = POINTS_QUALIFIED,
	[ACTION_CLICK] = POINTS_CLICK,
	[ACTION_VISITOR] = POINTS_VISITOR,
	[ACTION_WON] = POINTS_WON,
	[ACTION_POST] = POINTS_POST,
	[ACTION_MUST_READ] = POINTS_MUST_READ,
	[ACTION_KUDOS_RECEIVED] = POINTS_KUDOS_BONUS,
	[ACTION_OUTSIDE] = POINTS_OUTSIDE,
};

const struct point_rule *
rule_set_find(const struct rule_set *s, int action, const char *name)
{
	const struct point_rule *rules = s->rules.items;

	for (size_t i = 0; i < s->rules.n; i++) {
		if (rules[i].action == action && cstr_eq(rules[i].name, name))
			return &rules[i];
	}
	return NULL;
}

static bool
rule_same(const struct point_rule *a, const struct point_rule *b)
{
	return b != NULL && a->points_tenths == b->points_tenths &&
	       a->day_cap_tenths == b->day_cap_tenths && a->item_cap_tenths == b->item_cap_tenths &&
	       a->per_minor == b->per_minor;
}

bool
rule_set_same(const struct rule_set *a, const struct rule_set *b)
{
	const struct point_rule *rules = a->rules.items;

	if (a->from != b->from || a->rules.n != b->rules.n)
		return false;
	for (size_t i = 0; i < a->rules.n; i++) {
		if (!rule_same(&rules[i], rule_set_find(b, rules[i].action, rules[i].name)))
			return false;
	}
	return true;
}

/* A member that goes with one action only, and there is needed. */
static void
check_member(struct arena *a, struct problem *p, size_t i, const char *member, bool there,
             const struct point_rule *r, enum points_action with)
{
	const bool wanted = r->action == (int)with;

	if (there == wanted)
		return;
	problem_add(p, arena_printf(a, "#/rules/%zu/%s", i, member),
	            wanted ? "is needed here" : "does not go with this action");
}

void
rules_check(struct arena *a, struct problem *p, const struct j_list *list)
{
	const struct rule_set s = { .rules = *list };
	const struct point_rule *rules = list->items;

	for (size_t i = 0; i < list->n; i++) {
		const struct point_rule *r = &rules[i];

		if (rule_set_find(&s, r->action, r->name) != r)
			problem_add(p, arena_printf(a, "#/rules/%zu/action", i),
			            "has a rule already");
		check_member(a, p, i, "name", r->name != NULL, r, ACTION_OUTSIDE);
		check_member(a, p, i, "per_minor", r->per_minor != J_NO_INT, r, ACTION_WON);
	}
}

enum fault
rule_set_check(struct arena *a, struct problem *p, const struct rule_set *in, int64_t now_us)
{
	if (in->from < now_us)
		problem_add(p, "#/from", "must not be past: what was earned stands");
	rules_check(a, p, &in->rules);
	return p->code;
}

/* One rule as packed; false: it is none. */
static bool
rule_unpack(struct arena *a, struct str one, struct point_rule *r)
{
	int64_t *const numbers[] = { &r->points_tenths, &r->day_cap_tenths, &r->item_cap_tenths,
		                     &r->per_minor };
	struct str word;

	*r = (struct point_rule){ .day_cap_tenths = J_NO_INT,
		                  .item_cap_tenths = J_NO_INT,
		                  .per_minor = J_NO_INT };
	if (!str_split(&one, ':', &word))
		return false;
	while (r->action < ACTION__MAX - 1 && !str_is(word, points_action_names[r->action]))
		r->action++;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!str_split(&one, ':', &word))
			return false;
		if (word.n > 0 && !str_int64(word, numbers[i]))
			return false;
	}
	r->name = one.n > 0 ? arena_copy(a, one.s, one.n) : NULL;
	return true;
}

struct j_list
rules_unpack(struct arena *a, const char *packed)
{
	struct point_rule *rules = arena_array(a, RULES_MAX, struct point_rule);
	struct str rest = str_of(packed), one;
	size_t n = 0;

	while (rest.s != NULL && n < RULES_MAX && str_split(&rest, ',', &one)) {
		if (rule_unpack(a, one, &rules[n]))
			n++;
	}
	return (struct j_list){ rules, n };
}

static int64_t
at_most(int64_t n, int64_t cap, int64_t given)
{
	const int64_t left = cap > given ? cap - given : 0;

	return cap == J_NO_INT || n <= left ? n : left;
}

int64_t
rule_amount(const struct point_rule *r, int64_t times, int64_t day_tenths, int64_t item_tenths)
{
	int64_t n = r->per_minor != J_NO_INT ? times / r->per_minor : times;

	if (n <= 0 || n > INT64_MAX / r->points_tenths)
		return 0;
	n = at_most(n * r->points_tenths, r->day_cap_tenths, day_tenths);
	return at_most(n, r->item_cap_tenths, item_tenths);
}
