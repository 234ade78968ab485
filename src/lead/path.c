/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.c - the way to a lead: the human clicks of its click id, of that click's visitor, and of
 * earlier leads with the same e-mail. Frozen as touches when the lead or a later conversion comes
 * in; a later event never changes what an earlier one saw.
 */
#include <string.h>

#include "lead_int.h"

enum { CLICK_AGE_DAYS = 400, CLICK_LATE_DAYS = 2, ROOM_FIRST = 4 };

static void
path_grow(struct arena *a, struct path *p)
{
	size_t room = p->room > 0 ? 2 * p->room : ROOM_FIRST;
	struct touch *more = arena_array(a, room, struct touch);

	if (p->n > 0)
		memcpy(more, p->touch, p->n * sizeof(*more));
	p->touch = more;
	p->room = room;
}

static void
path_add(struct arena *a, struct path *p, const struct touch *t)
{
	for (size_t i = 0; i < p->n; i++) {
		if (memcmp(p->touch[i].click_id, t->click_id, CLICK_ID_SIZE) == 0)
			return;
	}
	if (p->n == LEAD_TOUCHES_MAX)
		return;
	if (p->n == p->room)
		path_grow(a, p);
	p->touch[p->n++] = *t;
}

static enum fault
take_touch(struct rq *rq, void *row, void *arg)
{
	path_add(rq->arena, arg, row);
	return FAULT_NONE;
}

/* The click itself.  It may be known and yet be no touch: not human, or later than the event when
 * the event's time is only a date. */
static enum fault
collect_click(struct rq *rq, const struct path_query *q, struct touch *click, struct path *out)
{
	struct path_query wide = *q;
	bool found;
	enum fault e;

	wide.after = q->until - CLICK_AGE_DAYS * US_PER_DAY;
	wide.until = q->until + CLICK_LATE_DAYS * US_PER_DAY;
	e = touch_sql_click(rq, &wide, click, &found);
	if (e || !found)
		return e;
	out->match = MATCH_NONE;
	if (click->cls != CLICK_HUMAN)
		return FAULT_NONE;
	out->match = MATCH_CLICK;
	if (click->touched_at > q->after && click->touched_at <= q->until)
		path_add(rq->arena, out, click);
	return FAULT_NONE;
}

static enum fault
collect_visitor(struct rq *rq, struct path_query *q, const struct touch *click, struct path *out)
{
	struct touch row;
	size_t before = out->n;
	enum fault e;

	if (click->visitor.n == 0)
		return FAULT_NONE;
	q->visitor = click->visitor;
	e = touch_sql_visitor(rq, q, &row, take_touch, out);
	if (!e && out->match == MATCH_NONE && out->n > before)
		out->match = MATCH_VISITOR;
	return e;
}

static enum fault
collect_email(struct rq *rq, const struct path_query *q, struct path *out)
{
	struct touch row;
	size_t before = out->n;
	bool known;
	enum fault e;

	if (q->email_sha256.n == 0)
		return FAULT_NONE;
	/* Most leads are new: that is seen in one look at an index. */
	e = lead_sql_same_email(rq, q, &known);
	if (e || !known)
		return e;
	e = touch_sql_email(rq, q, &row, take_touch, out);
	if (!e)
		e = touch_sql_email_visitor(rq, q, &row, take_touch, out);
	if (!e && out->match == MATCH_NONE && out->n > before)
		out->match = MATCH_EMAIL;
	return e;
}

enum fault
path_collect(struct rq *rq, const struct lead *l, int64_t after_us, int64_t until_us,
             struct path *out)
{
	struct path_query q = {
		.company_id = l->company_id,
		.lead_id = l->id,
		.email_sha256 = l->email_sha256,
		.after = after_us == TIME_NONE ? 0 : after_us,
		.until = until_us,
		.limit = LEAD_TOUCHES_MAX,
	};
	struct touch click = { .cls = CLICK_HUMAN };
	enum fault e;

	out->n = 0;
	out->match = MATCH_NONE;
	if (l->click_bytes.n == CLICK_ID_SIZE) {
		out->match = MATCH_PENDING;
		memcpy(q.click_id, l->click_bytes.s, CLICK_ID_SIZE);
		e = collect_click(rq, &q, &click, out);
		if (!e)
			e = collect_visitor(rq, &q, &click, out);
		if (e)
			return e;
	}
	e = collect_email(rq, &q, out);
	for (size_t i = 0; i < out->n; i++) {
		out->touch[i].company_id = l->company_id;
		out->touch[i].lead_id = l->id;
		out->touch[i].added_at = rq->now_us;
	}
	return e;
}

enum fault
path_freeze(struct rq *rq, struct path *p)
{
	return p->n > 0 ? touch_sql_insert(rq, p->touch, p->n) : FAULT_NONE;
}

struct uuid
path_campaign(const struct path *p)
{
	const struct touch *newest = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct touch *t = &p->touch[i];
		int c = newest == NULL ? 1 : memcmp(t->click_id, newest->click_id, CLICK_ID_SIZE);

		if (newest == NULL || t->touched_at > newest->touched_at ||
		    (t->touched_at == newest->touched_at && c > 0))
			newest = t;
	}
	return newest != NULL ? newest->campaign_id : (struct uuid){ { 0 } };
}
