/* SPDX-License-Identifier: Apache-2.0 */
/* lead_read.c - a lead as it is shown, with its path and its events; and one that is erased. */
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/jobs.h"

#include "lead_int.h"

enum { MERGED_MAX = 100 };

void
lead_finish(struct rq *rq, struct lead *l)
{
	struct money *m;

	if (l->click_bytes.n == CLICK_ID_SIZE) {
		char text[CLICK_ID_TEXT + 1];

		click_id_format((const unsigned char *)l->click_bytes.s, text);
		l->click_id = arena_strdup(rq->arena, text);
	}
	if (l->value_minor == J_NO_INT)
		return;
	m = arena_new(rq->arena, struct money);
	*m = (struct money){ l->value_minor, l->currency };
	l->value = m;
}

struct row_list {
	char *items;
	size_t size, n, room;
};

static void *
row_push(struct arena *a, struct row_list *r)
{
	r->items = arena_grow_(a, r->items, r->n, &r->room, r->size);
	return r->items + r->size * r->n++;
}

static int64_t
touch_pct(int found_by)
{
	static const enum lead_reason reasons[FOUND__MAX] = {
		[FOUND_CLICK] = REASON_CLICK_KNOWN,
		[FOUND_VISITOR] = REASON_VISITOR_OF_CLICK,
		[FOUND_EMAIL] = REASON_SAME_EMAIL,
	};

	return found_by < 0 ? J_NO_INT : reason_pct(reasons[found_by]);
}

static enum fault
take_touch(struct rq *rq, void *row, void *arg)
{
	struct touch *t = row_push(rq->arena, arg);
	char text[CLICK_ID_TEXT + 1];

	*t = *(const struct touch *)row;
	click_id_format(t->click_id, text);
	t->click = arena_strdup(rq->arena, text);
	t->match_pct = touch_pct(t->found_by);
	return FAULT_NONE;
}

static enum fault
take_conversion(struct rq *rq, void *row, void *arg)
{
	struct conversion *c = row_push(rq->arena, arg);

	*c = *(const struct conversion *)row;
	conversion_finish(rq, c);
	return FAULT_NONE;
}

enum fault
lead_get(struct rq *rq, struct uuid id, struct lead *out)
{
	struct row_list touches = { .size = sizeof(struct touch) },
			conversions = { .size = sizeof(struct conversion) };
	struct touch t = { .cls = 0 };
	struct conversion c = { .stage = 0 };
	enum fault e;

	e = lead_seen_get(rq, id, out);
	if (!e)
		e = lead_seen_touches(rq, out, &t, take_touch, &touches);
	if (!e)
		e = conversion_sql_list(rq, out, &c, take_conversion, &conversions);
	if (e)
		return e;
	lead_finish(rq, out);
	out->touches = (struct j_list){ touches.items, touches.n };
	out->conversions = (struct j_list){ conversions.items, conversions.n };
	return FAULT_NONE;
}

/* --- erasing --- */

/* The same person's other leads go with it. */
struct merged_list {
	struct uuid list[MERGED_MAX];
	size_t n;
};

static enum fault
take_merged(struct rq *rq, void *row, void *arg)
{
	struct merged_list *m = arg;

	(void)rq;
	if (m->n < MERGED_MAX)
		m->list[m->n++] = ((const struct lead_merge_row *)row)->id;
	return FAULT_NONE;
}

static enum fault
erase_one(struct rq *rq, struct uuid id)
{
	enum fault e = lead_visit_forget(rq, rq_company(rq), id);

	return e ? e : lead_sql_erase(rq, rq_company(rq), id);
}

static enum fault
erase_merged(struct rq *rq, struct uuid kept)
{
	struct merged_list *m = arena_new(rq->arena, struct merged_list);
	enum fault e = lead_merged_each(rq, kept, take_merged, m);

	for (size_t i = 0; !e && i < m->n; i++) {
		e = erase_one(rq, m->list[i]);
		if (!e)
			e = lead_merged_each(rq, m->list[i], take_merged, m);
	}
	return e;
}

/* The lead it is part of may have got its name and address: it goes, too. */
static enum fault
erase_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	const struct audit_deed deed = { .action = "lead.erased",
		                         .kind = AUDIT_LEAD,
		                         .object = *id };
	struct lead l = { .value = NULL };
	struct uuid merge;
	enum fault e = lead_standing(rq, *id, &l, &merge);

	if (e || l.erased_at != TIME_NONE)
		return e;
	e = erase_one(rq, l.id);
	if (!e)
		e = erase_merged(rq, l.id);
	if (!e)
		e = outbox_put(rq, LEAD_CHANGED, l.id, NULL);
	return e ? e : audit_put(rq, &deed);
}

enum fault
lead_erase(struct rq *rq, struct uuid id, struct lead *out)
{
	enum fault e = db_tx(rq, erase_tx, &id);

	return e ? e : lead_get(rq, id, out);
}
