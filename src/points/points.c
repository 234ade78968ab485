/* SPDX-License-Identifier: Apache-2.0 */
/* points.c - writing the ledger: grants of the allowance, and what things give, settled. */
#include <inttypes.h>

#include "rostra/caller.h"
#include "rostra/measure.h"

#include "points_int.h"

const char *const points_currency_names[POINTS_CURRENCY__MAX + 1] = {
	[POINTS_ALLOWANCE] = "allowance",
	[POINTS_EARNED] = "earned",
};
const char *const points_reason_names[POINTS_REASON__MAX + 1] = {
	[POINTS_GRANT] = "allowance_grant",
	[POINTS_SPENT] = "allowance_spent",
	[POINTS_KUDOS_RECEIVED] = "kudos_received",
	[POINTS_KUDOS_GIVEN] = "kudos_given",
	[POINTS_SHARE] = "share_published",
	[POINTS_CLICK] = "human_click",
	[POINTS_LEAD] = "lead",
	[POINTS_QUALIFIED] = "qualified_lead",
	[POINTS_REDEEMED] = "redeemed",
	[POINTS_VISITOR] = "unique_visitor",
	[POINTS_WON] = "won_value",
	[POINTS_POST] = "post_approved",
	[POINTS_MUST_READ] = "must_read_acknowledged",
	[POINTS_KUDOS_BONUS] = "kudos_received_bonus",
	[POINTS_OUTSIDE] = "outside_action",
};

int64_t
points_month(const char *zone, int64_t at_us)
{
	struct civil c;

	if (!zone_civil(zone, at_us, &c))
		return 0;
	return (int64_t)c.year * 100 + c.month;
}

enum fault
points_day(struct rq *rq, int64_t at_us, int64_t *ret)
{
	struct zones zones;
	enum fault e = zones_read(rq, &zones);

	if (!e)
		*ret = measure_day(zones.list[zones.n - 1].zone, at_us);
	return e;
}

enum fault
points_write(struct rq *rq, struct point_entry *entry)
{
	struct point_balance b = {
		.company_id = rq_company(rq),
		.person_id = entry->person_id,
		.currency = entry->currency,
		.period = entry->period,
		.tenths = entry->tenths,
		.granted_tenths = entry->reason == POINTS_GRANT ? entry->tenths : 0,
		.entries = 1,
		.updated_at = rq->now_us,
	};
	bool duplicate;
	enum fault e;

	entry->company_id = rq_company(rq);
	entry->created_at = rq->now_us;
	e = points_sql_insert(rq, entry, &duplicate);
	if (e)
		return e;
	if (duplicate)
		return rq_fail(rq, FAULT_BUSY, "These points are being written; repeat it.");
	e = points_sql_add(rq, &b);
	if (!e && entry->currency == POINTS_EARNED && entry->day != 0)
		e = points_sql_sum(rq, entry);
	return e;
}

enum fault
points_allowance_hold(struct rq *rq, struct uuid person, int64_t month, int64_t whole,
                      int64_t *ret_left)
{
	struct point_balance b = {
		.company_id = rq_company(rq),
		.person_id = person,
		.currency = POINTS_ALLOWANCE,
		.period = month,
		.updated_at = rq->now_us,
	};
	struct point_entry grant = {
		.person_id = person,
		.object_id = person,
		.currency = POINTS_ALLOWANCE,
		.reason = POINTS_GRANT,
		.period = month,
		.reverses_id = J_NO_INT,
		.at_us = TIME_NONE,
	};
	enum fault e = points_sql_add(rq, &b);

	if (!e)
		e = points_sql_balance(rq, &b);
	if (e)
		return e;
	*ret_left = b.tenths;
	if (b.granted_tenths >= whole)
		return FAULT_NONE;
	grant.tenths = whole - b.granted_tenths;
	grant.entry_key = arena_printf(rq->arena, "grant:%" PRId64 ":%" PRId64, month, whole);
	*ret_left += grant.tenths;
	return points_write(rq, &grant);
}

enum fault
points_earned_hold(struct rq *rq, struct uuid person, int64_t *ret_left)
{
	struct point_balance b = {
		.company_id = rq_company(rq),
		.person_id = person,
		.currency = POINTS_EARNED,
		.period = POINTS_EARNED_PERIOD,
		.updated_at = rq->now_us,
	};
	enum fault e = points_sql_add(rq, &b);

	if (!e)
		e = points_sql_balance(rq, &b);
	*ret_left = b.tenths;
	return e;
}

enum fault
points_earned_lock(struct rq *rq, struct uuid person)
{
	const struct point_balance b = { .company_id = rq_company(rq),
		                         .person_id = person,
		                         .currency = POINTS_EARNED,
		                         .period = POINTS_EARNED_PERIOD,
		                         .updated_at = rq->now_us };

	return points_sql_add(rq, &b);
}

/* --- settling --- */

struct standing {
	struct point_entry *list;
	size_t n, room;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct standing *s = arg;

	s->list = arena_grow(rq->arena, s->list, s->n, &s->room);
	s->list[s->n++] = *(const struct point_entry *)row;
	return FAULT_NONE;
}

static bool
same(const struct point_entry *e, const struct points_want *w)
{
	return e->reason == (int)w->reason && uuid_eq(e->person_id, w->person);
}

static bool
wanted(const struct point_entry *e, const struct points_subject *s, const struct points_want *want,
       size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (same(e, &want[i]))
			return e->tenths == want[i].tenths && e->period == s->period;
	}
	return false;
}

enum fault
points_reverse(struct rq *rq, const struct point_entry *stood)
{
	struct point_entry back = *stood;

	back.tenths = -stood->tenths;
	back.reverses_id = stood->id;
	back.at_us = TIME_NONE;
	back.entry_key = arena_printf(rq->arena, POINT_REVERSE_KEY "%" PRId64, stood->id);
	return points_write(rq, &back);
}

const char *
points_entry_key(struct arena *a, enum points_reason reason, size_t before)
{
	return arena_printf(a, "%s:%zu", points_reason_names[reason], before);
}

static enum fault
add(struct rq *rq, const struct points_subject *s, const struct points_want *w, size_t before)
{
	struct point_entry entry = {
		.person_id = w->person,
		.object_id = s->object,
		.currency = (int)s->currency,
		.reason = (int)w->reason,
		.period = s->period,
		.tenths = w->tenths,
		.day = s->day,
		.reverses_id = J_NO_INT,
		.at_us = s->day != 0 ? s->at_us : TIME_NONE,
	};

	entry.entry_key = points_entry_key(rq->arena, w->reason, before);
	return points_write(rq, &entry);
}

static enum fault
add_missing(struct rq *rq, const struct points_subject *s, const struct points_want *w,
            const struct standing *there)
{
	size_t before = 0;

	for (size_t i = 0; i < there->n; i++) {
		const struct point_entry *e = &there->list[i];

		if (!same(e, w))
			continue;
		if (!e->reversed && wanted(e, s, w, 1))
			return FAULT_NONE;
		before++;
	}
	return add(rq, s, w, before);
}

enum fault
points_settle(struct rq *rq, const struct points_subject *s, const struct points_want *want,
              size_t n)
{
	struct standing there = { .n = 0 };
	struct point_entry row = { .id = 0 };
	enum fault e = points_sql_of_object(rq, s, &row, keep, &there);

	/* Back first: what was spent is there again before it is spent anew. */
	for (size_t i = 0; !e && i < there.n; i++) {
		if ((s->reasons & (1U << there.list[i].reason)) != 0 && !there.list[i].reversed &&
		    !wanted(&there.list[i], s, want, n))
			e = points_reverse(rq, &there.list[i]);
	}
	for (size_t i = 0; !e && i < n; i++)
		e = add_missing(rq, s, &want[i], &there);
	return e;
}
