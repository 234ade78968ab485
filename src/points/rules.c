/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - what an action earns under the rules of its instant, within the cap of its day. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/measure.h"

#include "rules_int.h"

const char *const points_action_names[ACTION__MAX + 1] = {
	[ACTION_SHARE] = "share_published",
	[ACTION_KUDOS_GIVEN] = "kudos_given",
	[ACTION_LEAD] = "lead",
	[ACTION_QUALIFIED] = "qualified_lead",
};

/* --- pure --- */

static const struct point_rule *
rule_of(const struct rule_set *s, int action)
{
	const struct point_rule *rules = s->rules.items;

	for (size_t i = 0; i < s->rules.n; i++) {
		if (rules[i].action == action)
			return &rules[i];
	}
	return NULL;
}

static bool
rule_same(const struct point_rule *a, const struct point_rule *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->points_tenths == b->points_tenths && a->day_cap_tenths == b->day_cap_tenths;
}

bool
rule_set_same(const struct rule_set *a, const struct rule_set *b)
{
	for (int action = 0; action < ACTION__MAX; action++) {
		if (!rule_same(rule_of(a, action), rule_of(b, action)))
			return false;
	}
	return a->from == b->from;
}

enum fault
rule_set_check(struct arena *a, struct problem *p, const struct rule_set *in, int64_t now_us)
{
	const struct point_rule *rules = in->rules.items;

	if (in->from < now_us)
		problem_add(p, "#/from", "must not be past: what was earned stands");
	for (size_t i = 0; i < in->rules.n; i++) {
		if (rule_of(in, rules[i].action) != &rules[i])
			problem_add(p, arena_printf(a, "#/rules/%zu/action", i),
			            "has a rule already");
	}
	return p->code;
}

struct j_list
rules_unpack(struct arena *a, const char *packed)
{
	struct point_rule *rules = arena_array(a, ACTION__MAX, struct point_rule);
	struct str rest = str_of(packed), one, word, tenths;
	size_t n = 0;

	while (rest.s != NULL && n < ACTION__MAX && str_split(&rest, ',', &one)) {
		if (!str_split(&one, ':', &word) || !str_split(&one, ':', &tenths))
			continue;
		rules[n] = (struct point_rule){ .day_cap_tenths = J_NO_INT };
		while (rules[n].action < ACTION__MAX - 1 &&
		       !str_is(word, points_action_names[rules[n].action]))
			rules[n].action++;
		if (!str_int64(tenths, &rules[n].points_tenths))
			continue;
		if (one.n > 0 && !str_int64(one, &rules[n].day_cap_tenths))
			continue;
		n++;
	}
	return (struct j_list){ rules, n };
}

int64_t
rule_amount(const struct point_rule *r, int64_t given_tenths)
{
	int64_t left;

	if (r->day_cap_tenths == J_NO_INT)
		return r->points_tenths;
	left = r->day_cap_tenths - given_tenths;
	if (left <= 0)
		return 0;
	return left < r->points_tenths ? left : r->points_tenths;
}

/* --- in a transaction --- */

/* POINTS_ reasons that rules reward; the rest are no actions. */
static const enum points_action action_of[POINTS_REASON__MAX] = {
	[POINTS_GRANT] = ACTION__MAX,          [POINTS_SPENT] = ACTION__MAX,
	[POINTS_KUDOS_RECEIVED] = ACTION__MAX, [POINTS_KUDOS_GIVEN] = ACTION_KUDOS_GIVEN,
	[POINTS_SHARE] = ACTION_SHARE,         [POINTS_CLICK] = ACTION__MAX,
	[POINTS_LEAD] = ACTION_LEAD,           [POINTS_QUALIFIED] = ACTION_QUALIFIED,
};

struct found {
	int reason;
	bool stands;
};

static enum fault
note_standing(struct rq *rq, void *row, void *arg)
{
	const struct point_entry *e = row;
	struct found *f = arg;

	(void)rq;
	f->stands = f->stands || (e->reason == f->reason && !e->reversed);
	return FAULT_NONE;
}

/* Two awards of one person wait for each other: the cap holds. */
static enum fault
hold_earned(struct rq *rq, struct uuid person)
{
	struct point_balance b = { .company_id = rq_company(rq),
		                   .person_id = person,
		                   .currency = POINTS_EARNED,
		                   .period = POINTS_EARNED_PERIOD,
		                   .updated_at = rq->now_us };

	return points_sql_add(rq, &b);
}

static enum fault
award(struct rq *rq, const struct points_fact *f, struct points_subject *s)
{
	const enum points_action action = action_of[f->reason];
	struct points_want want = { .person = f->person, .reason = f->reason };
	struct rule_then then;
	bool found;
	int64_t given;
	enum fault e = rule_sql_then(rq, action, f->at_us, &then, &found);

	if (e || !found)
		return e;
	s->at_us = f->at_us;
	s->day = measure_day(then.time_zone, f->at_us);
	e = hold_earned(rq, f->person);
	if (!e)
		e = rule_sql_given(rq, f->person, want.reason, s->day, &given);
	if (e)
		return e;
	want.tenths = rule_amount(&then.rule, given);
	return want.tenths > 0 ? points_settle(rq, s, &want, 1) : FAULT_NONE;
}

enum fault
points_reward(struct rq *rq, const struct points_fact *f)
{
	struct points_subject s = { .object = f->object,
		                    .currency = POINTS_EARNED,
		                    .period = POINTS_EARNED_PERIOD,
		                    .reasons = 1U << f->reason };
	struct point_entry row = { .id = 0 };
	struct found there = { .reason = (int)f->reason };
	enum fault e = points_sql_of_object(rq, &s, &row, note_standing, &there);

	/* What was awarded stays what it was, whatever came after it on its day. */
	if (e || there.stands == f->stands)
		return e;
	return f->stands ? award(rq, f, &s) : points_settle(rq, &s, NULL, 0);
}

/* --- shares --- */

struct shares {
	struct share_fact *list;
	size_t n, room;
};

static enum fault
keep_share(struct rq *rq, void *row, void *arg)
{
	struct shares *s = arg;

	if (s->n == s->room) {
		size_t room = s->room > 0 ? 2 * s->room : 64;
		struct share_fact *more = arena_array(rq->arena, room, struct share_fact);

		if (s->n > 0)
			memcpy(more, s->list, s->n * sizeof(*more));
		s->list = more;
		s->room = room;
	}
	s->list[s->n++] = *(const struct share_fact *)row;
	return FAULT_NONE;
}

static enum fault
reward_share_tx(struct rq *rq, void *arg)
{
	const struct share_fact *s = arg;
	struct points_fact f = { s->id, s->person_id, POINTS_SHARE, s->created_at, s->active };

	return points_reward(rq, &f);
}

enum fault
points_reward_shares(struct rq *rq, const char *kind, const char *owner)
{
	const struct caller *before = rq->who;
	struct shares shares = { .n = 0 };
	enum fault e = rule_sql_shares(rq, kind, owner, keep_share, &shares);

	for (size_t i = 0; !e && i < shares.n; i++) {
		const struct caller system = { .company = shares.list[i].company_id };

		rq->who = &system;
		e = db_tx(rq, reward_share_tx, &shares.list[i]);
		rq->who = before;
	}
	return e;
}

/* --- leads --- */

static enum fault
reward_lead_tx(struct rq *rq, void *arg)
{
	const struct outbox_event *event = arg;
	struct lead_fact l;
	struct points_fact f = { .object = event->object_id, .stands = true };
	bool found;
	enum fault e = rule_sql_lead(rq, event->object_id, &l, &found);

	if (e || !found)
		return e;
	f.person = l.person_id;
	f.reason = POINTS_LEAD;
	f.at_us = l.created_at;
	if (!uuid_is_zero(f.person))
		e = points_reward(rq, &f);
	f.person = l.qualified_by;
	f.reason = POINTS_QUALIFIED;
	f.at_us = l.qualified_at;
	if (!e && l.qualified_at != TIME_NONE && !uuid_is_zero(f.person))
		e = points_reward(rq, &f);
	return e;
}

enum fault
points_reward_lead(struct rq *rq, const struct outbox_event *event)
{
	struct outbox_event about = *event;

	return db_tx(rq, reward_lead_tx, &about);
}
