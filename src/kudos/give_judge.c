/* SPDX-License-Identifier: Apache-2.0 */
/* give_judge.c - may they be given?  Each is refused for itself, and all that is wrong with it is
 * said. */
#include <inttypes.h>
#include <stdlib.h>

#include "rostra/caller.h"

#include "give_int.h"

static const struct kudos_person *
person_of(const struct group *g, struct uuid id)
{
	for (size_t i = 0; i < g->n_known; i++) {
		if (uuid_eq(g->known[i].person_id, id))
			return &g->known[i];
	}
	return NULL;
}

static void
take_people(const struct group *g, struct giving *v, const struct j_list *list, int role)
{
	const struct uuid *ids = list->items;

	for (size_t i = 0; i < list->n; i++) {
		const struct kudos_person *known = person_of(g, ids[i]);
		struct kudos_person *p = &v->people[v->n_people];

		if (known == NULL)
			continue;
		*p = *known;
		p->company_id = v->k->company_id;
		p->kudos_id = v->k->id;
		p->role = role;
		p->position = (int64_t)i;
		p->display_name = arena_strdup(v->arena, known->display_name);
		v->n_people++;
	}
}

/* All that is wrong is said at once. */
static void
judge(const struct group *g, struct giving *v)
{
	const struct kudos_person *giver = person_of(g, v->k->giver_id);
	const char *value = kudos_value_name(g, v->in->value_id);

	if (giver == NULL || !giver->active) {
		problem_reset(&v->said);
		(void)problem_set(&v->said, FAULT_NOT_FOUND, "You do not work here any more.");
		return;
	}
	v->k->team_id = giver->team_id;
	v->k->giver_name = arena_strdup(v->arena, giver->display_name);
	v->context.value_known = value != NULL;
	if (value != NULL)
		v->k->value_name = arena_strdup(v->arena, value);
	take_people(g, v, &v->in->recipients, KUDOS_RECIPIENT);
	take_people(g, v, &v->in->mentions, KUDOS_MENTION);
	(void)!kudos_check_people(v->arena, &v->said, v->in, v->people, v->n_people);
	(void)!kudos_check_about(&v->said, v->in, v->k->giver_id, &v->context);
}

/* The givers of what was not refused. */
static size_t
givers_of(const struct group *g, struct uuid *out)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		if (kudos_stands(g->all[i]))
			out[n++] = g->all[i]->k->giver_id;
	}
	return n;
}

size_t
kudos_standing(const struct group *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += kudos_stands(g->all[i]);
	return n;
}

struct giving *
kudos_by_giver(const struct group *g, struct uuid giver)
{
	for (size_t i = 0; i < g->n; i++) {
		if (uuid_eq(g->all[i]->k->giver_id, giver))
			return g->all[i];
	}
	return NULL;
}

static enum fault
keep_boost(struct rq *rq, void *row, void *arg)
{
	const struct kudos_before *b = row;
	struct giving *v = kudos_by_giver(arg, b->giver_id);

	(void)rq;
	if (v)
		v->boost = b->boost;
	return FAULT_NONE;
}

static int
by_id(const void *a, const void *b)
{
	const struct points_hold *one = a, *other = b;

	return uuid_cmp(one->person, other->person);
}

int64_t
kudos_whole_allowance(const struct group *g, const struct giving *v)
{
	return (g->house.policy.monthly_allowance + v->boost) * POINTS_TENTHS;
}

/* The allowances serialise givers: what is counted from here on stays so until the
 * commit. */
enum fault
kudos_hold_all(struct rq *rq, struct group *g)
{
	struct points_hold holds[KUDOS_AT_ONCE];
	struct uuid givers[KUDOS_AT_ONCE];
	const size_t n = givers_of(g, givers);
	enum fault e;

	for (size_t i = 0; i < n; i++)
		holds[i] = (struct points_hold){
			.person = givers[i],
			.whole = kudos_whole_allowance(g, kudos_by_giver(g, givers[i])),
		};
	qsort(holds, n, sizeof(holds[0]), by_id);
	e = points_allowances_hold(rq, points_month(g->house.time_zone, rq->now_us), holds, n);
	for (size_t i = 0; !e && i < n; i++)
		kudos_by_giver(g, holds[i].person)->left = holds[i].left;
	return e;
}

static enum fault
keep_last(struct rq *rq, void *row, void *arg)
{
	const struct kudos_before *b = row;
	struct giving *v = kudos_by_giver(arg, b->giver_id);

	(void)rq;
	if (v && (v->last_at == TIME_NONE || v->last_at < b->last_at))
		v->last_at = b->last_at;
	return FAULT_NONE;
}

static enum fault
count_pair(struct rq *rq, void *row, void *arg)
{
	const struct kudos_before *b = row;
	struct giving *v = kudos_by_giver(arg, b->giver_id);

	(void)rq;
	for (size_t i = 0; v && i < v->in->recipients.n; i++)
		v->had[i] += uuid_eq(v->people[i].person_id, b->person_id);
	return FAULT_NONE;
}

/* What the givers did lately, as far as the policy limits it. */
static enum fault
look_back(struct rq *rq, struct group *g, const struct uuid *givers, size_t n)
{
	const struct kudos_policy *p = &g->house.policy;
	enum fault e = FAULT_NONE;

	if (p->interval_s > 0)
		e = kudos_sql_lately(rq, givers, n, rq->now_us - p->interval_s * US_PER_S,
		                     keep_last, g);
	if (!e && p->pair_max > 0)
		e = kudos_sql_pairs(rq, givers, n, rq->now_us - p->pair_days * US_PER_DAY,
		                    count_pair, g);
	return e;
}

static void
check_interval(const struct kudos_policy *policy, struct giving *v, int64_t now_us)
{
	int64_t wait_us;

	if (v->last_at == TIME_NONE)
		return;
	wait_us = v->last_at + policy->interval_s * US_PER_S - now_us;
	if (wait_us <= 0)
		return;
	v->said.retry_after_s = (int)((wait_us + US_PER_S - 1) / US_PER_S);
	(void)problem_set(&v->said, FAULT_RATE, "Your last kudos was moments ago: wait %d s.",
	                  v->said.retry_after_s);
}

static void
check_pairs(const struct kudos_policy *policy, struct giving *v)
{
	for (size_t i = 0; policy->pair_max > 0 && i < v->in->recipients.n; i++) {
		if (v->had[i] < policy->pair_max)
			continue;
		problem_add(&v->said, kudos_pointer(v->arena, "recipients", i),
		            arena_printf(v->arena,
		                         "has had %" PRId64 " kudos from you within %" PRId64
		                         " days: more are not allowed",
		                         v->had[i], policy->pair_days));
	}
}

static void
limit(const struct group *g, struct giving *v, int64_t now_us)
{
	check_interval(&g->house.policy, v, now_us);
	if (kudos_stands(v))
		check_pairs(&g->house.policy, v);
	if (kudos_stands(v) && !g->hopeful) /* there was enough to spend */
		(void)!kudos_check_left(&v->said, v->k->points * (int64_t)v->in->recipients.n,
		                        v->left);
}

enum fault
kudos_judge_all(struct rq *rq, struct group *g)
{
	struct uuid givers[KUDOS_AT_ONCE];
	size_t n;
	enum fault e = kudos_look(rq, g);

	for (size_t i = 0; !e && i < g->n; i++)
		judge(g, g->all[i]);
	n = givers_of(g, givers);
	if (e || n == 0)
		return e;
	return g->house.boosted ? kudos_sql_boosts(rq, givers, n, keep_boost, g) : FAULT_NONE;
}

enum fault
kudos_limit_all(struct rq *rq, struct group *g)
{
	struct uuid givers[KUDOS_AT_ONCE];
	const size_t n = givers_of(g, givers);
	enum fault e = n > 0 ? look_back(rq, g, givers, n) : FAULT_NONE;

	for (size_t i = 0; !e && i < g->n; i++) {
		if (kudos_stands(g->all[i]))
			limit(g, g->all[i], rq->now_us);
	}
	return e;
}
