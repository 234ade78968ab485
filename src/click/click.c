/* SPDX-License-Identifier: Apache-2.0 */
/* click.c - a correction of clicks and all that follows from it, in one transaction. */
#include <stdlib.h>
#include <string.h>

#include "rostra/measure.h"
#include "rostra/points.h"
#include "rostra/sums.h"

#include "click_int.h"

struct correction {
	struct click_change *changes, *days;
	size_t n;
};

static int
day_cmp(const void *pa, const void *pb)
{
	const struct click_change *a = pa, *b = pb;
	int c = strcmp(a->day, b->day);

	if (c == 0)
		c = memcmp(a->share_id.b, b->share_id.b, sizeof(a->share_id.b));
	if (c == 0)
		c = a->before - b->before;
	return c != 0 ? c : a->after - b->after;
}

/* The daily sums that move, in the order of their key, as the loader takes them. */
static size_t
group_days(const struct correction *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++) {
		if (k->changes[i].before != k->changes[i].after)
			k->days[n++] = k->changes[i];
	}
	if (n == 0)
		return 0;
	qsort(k->days, n, sizeof(*k->days), day_cmp);
	k->days[0].n = 1;
	for (size_t i = 1, kept = 0; i <= n; i++) {
		if (i == n)
			return kept + 1;
		if (day_cmp(&k->days[kept], &k->days[i]) == 0) {
			k->days[kept].n++;
			continue;
		}
		k->days[++kept] = k->days[i];
		k->days[kept].n = 1;
	}
	return n;
}

static int
quarter_cmp(const void *pa, const void *pb)
{
	const struct click_quarter *a = pa, *b = pb;

	return a->cls != b->cls ? a->cls - b->cls
	                        : (a->quarter_us > b->quarter_us) - (a->quarter_us < b->quarter_us);
}

/* One less of the old class, one more of the new, in the order of the key. */
static enum fault
correct_quarters(struct rq *rq, const struct correction *k)
{
	struct click_quarter *rows = arena_array(rq->arena, 2 * k->n, struct click_quarter);
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++) {
		const struct click_change *c = &k->changes[i];
		struct click_quarter q = { .company_id = c->company_id,
			                   .quarter_us =
			                       c->clicked_at - c->clicked_at % CLICK_QUARTER_US };

		if (c->before == c->after)
			continue;
		q.cls = c->before;
		q.n = -1;
		rows[n++] = q;
		q.cls = c->after;
		q.n = 1;
		rows[n++] = q;
	}
	qsort(rows, n, sizeof(*rows), quarter_cmp);
	return click_quarters_add(rq, rows, n);
}

static enum fault
mark_days(struct rq *rq, const struct correction *k, size_t n)
{
	struct sum_mark *marks = arena_array(rq->arena, n, struct sum_mark);

	for (size_t i = 0; i < n; i++)
		marks[i] =
		    (struct sum_mark){ k->days[i].company_id, SUM_CLICKS, k->days[i].clicked_at };
	return sums_mark(rq, marks, n);
}

/* The paths of leads hold human clicks alone. */
static enum fault
correct_paths(struct rq *rq, const struct correction *k)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < k->n; i++) {
		const struct click_change *c = &k->changes[i];
		struct lead_click click = { .company = c->company_id,
			                    .visitor = c->visitor,
			                    .human = c->after == CLICK_HUMAN };

		if ((c->before == CLICK_HUMAN) == click.human)
			continue;
		memcpy(click.id, c->click_id, sizeof(click.id));
		e = lead_click_judged(rq, &click);
	}
	return e;
}

/* A click that became or is no longer a person's earns something else. */
static enum fault
correct_points(struct rq *rq, const struct correction *k, size_t n)
{
	struct points_clicked *rows = arena_array(rq->arena, n, struct points_clicked);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const struct click_change *c = &k->days[i];

		if (c->before == CLICK_HUMAN || c->after == CLICK_HUMAN)
			rows[kept++] =
			    (struct points_clicked){ .company_id = c->company_id,
				                     .share_id = c->share_id,
				                     .utc_day = measure_day_parse(str_of(c->day)) };
	}
	return points_clicks_came(rq, rows, kept);
}

static enum fault
correct_tx(struct rq *rq, void *arg)
{
	const struct correction *k = arg;
	uint64_t done;
	size_t days;
	enum fault e = click_sql_set(rq, k->changes, k->n, &done);

	if (e)
		return e;
	if (done != k->n)
		return rq_fail(rq, FAULT_CONFLICT, "The click was corrected meanwhile.");
	e = click_sql_note(rq, k->changes, k->n);
	days = group_days(k);
	if (!e && days > 0)
		e = click_sql_days(rq, k->days, days);
	if (!e)
		e = correct_quarters(rq, k);
	if (!e && days > 0)
		e = correct_points(rq, k, days);
	if (!e)
		e = mark_days(rq, k, days);
	return e ? e : correct_paths(rq, k);
}

enum fault
click_correct(struct rq *rq, struct click_change *changes, size_t n)
{
	struct correction k = { .changes = changes, .n = n };

	if (n == 0)
		return FAULT_NONE;
	k.days = arena_array(rq->arena, n, struct click_change);
	for (size_t i = 0; i < n; i++) {
		struct civil day = civil_from_us(changes[i].clicked_at);

		changes[i].company_id = rq_company(rq);
		changes[i].id = uuid_v7(rq->now_us);
		changes[i].changed_at = rq->now_us;
		changes[i].day =
		    arena_printf(rq->arena, "%04d-%02d-%02d", day.year, day.month, day.day);
	}
	return db_tx(rq, correct_tx, &k);
}
