/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.c - the way to a lead: the human clicks of its click id, of that click's visitor, and of
 * earlier leads with the same e-mail. Frozen as touches when the lead or a later conversion comes
 * in; a later event never changes what an earlier one saw.
 */
#include <string.h>

#include "lead_int.h"

const char *const lead_reason_names[REASON__MAX + 1] = {
	[REASON_CLICK_KNOWN] = "click_known",           [REASON_CLICK_WAITS] = "click_waits",
	[REASON_VISITOR_OF_CLICK] = "visitor_of_click", [REASON_SAME_EMAIL] = "same_email",
	[REASON_CLICK_NOT_HUMAN] = "click_not_human",   [REASON_CLICK_UNKNOWN] = "click_unknown",
	[REASON_NOTHING_KNOWN] = "nothing_known",       NULL,
};
const char *const touch_found_names[FOUND__MAX + 1] = {
	[FOUND_CLICK] = "click",
	[FOUND_VISITOR] = "visitor",
	[FOUND_EMAIL] = "email",
	NULL,
};

/*
 * The click id came back from the landing page: that is proof.  A cookie is of one browser, which
 * people share; an address is of one person, who may have clicked for another matter.
 */
int64_t
reason_pct(enum lead_reason r)
{
	static const int64_t pct[REASON__MAX] = {
		[REASON_CLICK_KNOWN] = 100,
		[REASON_CLICK_WAITS] = J_NO_INT,
		[REASON_VISITOR_OF_CLICK] = 90,
		[REASON_SAME_EMAIL] = 70,
	};

	return pct[r];
}

void
path_tell(const struct path *p, struct lead *l)
{
	l->matched_by = (int)p->match;
	l->match_reason = (int)p->reason;
	l->match_pct = reason_pct(p->reason);
}

enum { CLICK_AGE_DAYS = 400, CLICK_LATE_DAYS = 2 };

static void
path_add(struct arena *a, struct path *p, const struct touch *t, enum touch_found found_by)
{
	for (size_t i = 0; i < p->n; i++) {
		if (memcmp(p->touch[i].click_id, t->click_id, CLICK_ID_SIZE) == 0)
			return;
	}
	if (p->n == LEAD_TOUCHES_MAX)
		return;
	p->touch = arena_grow(a, p->touch, p->n, &p->room);
	p->touch[p->n] = *t;
	p->touch[p->n++].found_by = (int)found_by;
}

static enum fault
take_of_visitor(struct rq *rq, void *row, void *arg)
{
	path_add(rq->arena, arg, row, FOUND_VISITOR);
	return FAULT_NONE;
}

static enum fault
take_of_email(struct rq *rq, void *row, void *arg)
{
	path_add(rq->arena, arg, row, FOUND_EMAIL);
	return FAULT_NONE;
}

static void
found(struct path *p, enum lead_match match, enum lead_reason reason)
{
	p->match = match;
	p->reason = reason;
}

/* The click itself.  It may be known and yet be no touch: not human, or later than the event when
 * the event's time is only a date. */
static enum fault
collect_click(struct rq *rq, const struct path_query *q, struct touch *click, struct path *out)
{
	struct path_query wide = *q;
	bool known;
	enum fault e;

	wide.after = q->until - CLICK_AGE_DAYS * US_PER_DAY;
	wide.until = q->until + CLICK_LATE_DAYS * US_PER_DAY;
	e = touch_sql_click(rq, &wide, click, &known);
	if (e || !known)
		return e;
	found(out, MATCH_NONE, REASON_CLICK_NOT_HUMAN);
	if (click->cls != CLICK_HUMAN)
		return FAULT_NONE;
	found(out, MATCH_CLICK, REASON_CLICK_KNOWN);
	if (click->touched_at > q->after && click->touched_at <= q->until)
		path_add(rq->arena, out, click, FOUND_CLICK);
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
	e = touch_sql_visitor(rq, q, &row, take_of_visitor, out);
	if (!e && out->match == MATCH_NONE && out->n > before)
		found(out, MATCH_VISITOR, REASON_VISITOR_OF_CLICK);
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
	e = touch_sql_email(rq, q, &row, take_of_email, out);
	if (!e)
		e = touch_sql_email_visitor(rq, q, &row, take_of_email, out);
	if (!e && out->match == MATCH_NONE && out->n > before)
		found(out, MATCH_EMAIL, REASON_SAME_EMAIL);
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
	found(out, MATCH_NONE, REASON_NOTHING_KNOWN);
	if (l->click_bytes.n == CLICK_ID_SIZE) {
		found(out, MATCH_PENDING, REASON_CLICK_WAITS);
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
