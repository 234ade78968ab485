/* SPDX-License-Identifier: Apache-2.0 */
/* reclassify.c - history judged by other rules: a month at a time, as the table is partitioned, in
 * batches of the order in which clicks came. */
#include <string.h>

#include "click_int.h"

enum { BATCH = 5000, CHANGES = 200, ARENA_BYTES = 1 << 20, TRIES_MAX = 5 };

struct pass {
	struct rq *rq;
	struct reclassify *r;
	struct arena *keep; /* of the whole run */
	struct click_batch batch;
	/* of one batch */
	size_t n;
	struct click_change *change;
	struct click_seen *seen; /* beside change, for what a look at other clicks needs */
	size_t n_changes;
};

/* --- one click ----------------------------------------------------------------------------- */

static const char *
kept_text(struct arena *a, const char *text)
{
	return text != NULL ? arena_strdup(a, text) : NULL;
}

static struct str
kept_view(struct arena *a, struct str s)
{
	return s.n > 0 ? (struct str){ arena_copy(a, s.s, s.n), s.n } : (struct str){ NULL, 0 };
}

static enum fault
take_click(struct rq *rq, void *row, void *arg)
{
	struct pass *p = arg;
	const struct click_seen *c = row;
	const struct click_kept kept = { .fact = (enum click_fact)c->fact,
		                         .reason = c->reason,
		                         .user_agent = str_of(c->user_agent),
		                         .ip_prefix = str_of(c->ip_prefix) };
	struct verdict v = click_judge(p->r->rules, &kept);
	struct click_change *change;

	p->n++;
	p->batch.from = c->clicked_at;
	memcpy(p->batch.after_id, c->click_id, sizeof(c->click_id));
	if (cstr_eq(c->reason, CLICK_OVERRULED) ||
	    ((int)v.cls == c->cls && cstr_eq(v.reason, c->reason)))
		return FAULT_NONE;
	p->seen[p->n_changes] = *c;
	p->seen[p->n_changes].company_id = p->batch.company_id;
	p->seen[p->n_changes].user_agent = kept_text(rq->arena, c->user_agent);
	p->seen[p->n_changes].ip_hash = kept_view(rq->arena, c->ip_hash);
	change = &p->change[p->n_changes++];
	*change = (struct click_change){
		.clicked_at = c->clicked_at,
		.cause = CAUSE_RULES,
		.before = c->cls,
		.after = (int)v.cls,
		.fact = (int)click_kept_fact(&kept),
		.reason_before = arena_strdup(rq->arena, c->reason),
		.reason_after = v.reason,
		.rule_version = click_rules_version(p->r->rules),
		.share_id = c->share_id,
		.visitor = kept_view(rq->arena, c->visitor),
	};
	memcpy(change->click_id, c->click_id, sizeof(change->click_id));
	return FAULT_NONE;
}

/*
 * Only people's clicks are looked at for duplicates when they come; one that turns out a person's
 * is looked at now.  False: it is a duplicate already.
 */
static enum fault
judge_duplicate(struct pass *p, size_t i, bool *ret_changes)
{
	struct click_change *c = &p->change[i];
	bool found = false;
	enum fault e = FAULT_NONE;

	*ret_changes = true;
	if (c->after != CLICK_HUMAN)
		return FAULT_NONE;
	if (p->seen[i].ip_hash.n > 0)
		e = click_sql_earlier(p->rq, &p->seen[i], &found);
	if (e || !found)
		return e;
	c->after = CLICK_DUPLICATE;
	c->reason_after = "same-visitor-hour";
	*ret_changes = c->before != c->after || !cstr_eq(c->reason_before, c->reason_after);
	return FAULT_NONE;
}

/* --- counting ------------------------------------------------------------------------------ */

static void
count_change(struct pass *p, const struct click_change *c)
{
	struct reclassify *r = p->r;

	r->changed++;
	for (size_t i = 0; i < r->n_counts; i++) {
		struct reclassify_count *k = &r->count[i];

		if ((int)k->before == c->before && (int)k->after == c->after &&
		    cstr_eq(k->reason_before, c->reason_before) &&
		    cstr_eq(k->reason_after, c->reason_after)) {
			k->n++;
			return;
		}
	}
	if (r->n_counts == RECLASSIFY_COUNTS_MAX)
		return;
	r->count[r->n_counts++] = (struct reclassify_count){
		.before = (enum click_class)c->before,
		.after = (enum click_class)c->after,
		.reason_before = arena_strdup(p->keep, c->reason_before),
		.reason_after = arena_strdup(p->keep, c->reason_after),
		.n = 1,
	};
}

static enum fault
store(struct pass *p, size_t from, size_t to)
{
	enum fault e = FAULT_NONE;

	if (!p->r->dry_run && to > from)
		e = click_correct(p->rq, p->change + from, to - from);
	for (size_t i = from; !e && i < to; i++)
		count_change(p, &p->change[i]);
	return e;
}

/* --- batches ------------------------------------------------------------------------------- */

/* What a click that is now a person's is compared with must be stored before it. */
static enum fault
store_batch(struct pass *p)
{
	size_t from = 0, to = 0;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < p->n_changes; i++) {
		bool changes;

		if (p->change[i].after == CLICK_HUMAN || to - from == CHANGES) {
			e = store(p, from, to);
			from = to;
		}
		if (!e)
			e = judge_duplicate(p, i, &changes);
		if (!e && changes)
			p->change[to++] = p->change[i];
	}
	return e ? e : store(p, from, to);
}

static enum fault
run_batch(struct pass *p)
{
	const struct click_batch begin = p->batch;
	struct click_seen row = { .fact = 0 };
	enum fault e = FAULT_CONFLICT;

	/* An admin's word that came in between: the batch is read again, and finds it. */
	for (int tries = 0; e == FAULT_CONFLICT && tries < TRIES_MAX; tries++) {
		arena_reset(p->rq->arena);
		problem_reset(&p->rq->problem);
		p->batch = begin;
		p->n = p->n_changes = 0;
		p->change = arena_array(p->rq->arena, BATCH, struct click_change);
		p->seen = arena_array(p->rq->arena, BATCH, struct click_seen);
		e = click_sql_batch(p->rq, &p->batch, &row, take_click, p);
		if (!e)
			e = store_batch(p);
	}
	return e;
}

/* The beginning of the next month. */
static int64_t
month_end(int64_t t_us)
{
	struct civil c = civil_from_us(t_us);

	return civil_to_us((struct civil){ .year = c.month == 12 ? c.year + 1 : c.year,
	                                   .month = c.month == 12 ? 1 : c.month + 1,
	                                   .day = 1 });
}

static enum fault
run_month(struct pass *p)
{
	enum fault e;

	do {
		p->rq->now_us = clock_now_us();
		e = run_batch(p);
		if (e)
			return e;
		p->r->read += (int64_t)p->n;
		if (p->r->progress != NULL)
			p->r->progress(p->r, p->batch.from, p->r->arg);
	} while (p->n == BATCH);
	return FAULT_NONE;
}

static enum fault
run_all(struct pass *p)
{
	int64_t first_us;
	bool any;
	enum fault e = click_sql_first(p->rq, &first_us, &any);

	if (e || !any)
		return e;
	if (first_us < p->r->from_us)
		first_us = p->r->from_us;
	for (int64_t from = first_us; !e && from < p->r->to_us; from = month_end(from)) {
		int64_t end = month_end(from);

		p->batch.from = from;
		p->batch.to = end < p->r->to_us ? end : p->r->to_us;
		memset(p->batch.after_id, 0, sizeof(p->batch.after_id));
		e = run_month(p);
	}
	return e;
}

enum fault
click_reclassify(struct rq *rq, struct reclassify *r)
{
	struct pass p = { .rq = rq,
		          .r = r,
		          .keep = rq->arena,
		          .batch = { .company_id = rq_company(rq), .limit = BATCH } };
	struct arena *own = arena_create(ARENA_BYTES);
	enum fault e;

	rq->arena = own;
	e = run_all(&p);
	rq->arena = p.keep;
	arena_destroy(&own);
	return e;
}
