/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums_read.c - a period from its sums: months that are whole, days that carry no mark, and what is
 * left.  All is read in one snapshot, so that marks, sums and rows are of the same moment.
 */
#include <string.h>

#include "sums_int.h"

struct reading {
	const struct report_ask *ask;
	struct sums_range range; /* whole days around the period */
	bool *due, *have;        /* by day from range.from_us on */
	bool *use;               /* of a month's first day: its row is used */
	size_t n;
	sums_take_fn *take; /* where counts go */
	void *arg;
};

static enum sum_kind
kind_of(enum sum_what what)
{
	if (what == SUM_SHARE)
		return SUM_SHARES;
	return what == SUM_CLICK || what == SUM_OTHER_CLICK ? SUM_CLICKS : SUM_LEADS;
}

static size_t
at(const struct reading *r, int64_t day_us)
{
	return (size_t)((day_us - r->range.from_us) / US_PER_DAY);
}

static size_t
days_of_month(int64_t first_us)
{
	return (size_t)((sums_month_end(first_us) - first_us) / US_PER_DAY);
}

enum fault
sums_damaged(struct rq *rq)
{
	return rq_fail(rq, FAULT_INTERNAL, "A sum is damaged: see rostra rollups verify.");
}

/* --- which rows --------------------------------------------------------------------------------
 */

static enum fault
note_due(struct rq *rq, void *row, void *arg)
{
	const struct reading *r = arg;

	(void)rq;
	r->due[at(r, ((const struct sum_row *)row)->day_us)] = true;
	return FAULT_NONE;
}

/* A month counts as one when all of it lies in the period and no day of it is marked. */
static enum fault
note_whole(struct rq *rq, void *row, void *arg)
{
	const struct reading *r = arg;
	const int64_t first_us = ((const struct sum_row *)row)->day_us;
	const size_t first = at(r, first_us), n = days_of_month(first_us);

	(void)rq;
	if (first_us < r->ask->from_us || first_us + (int64_t)n * US_PER_DAY > r->ask->to_us)
		return FAULT_NONE;
	for (size_t i = first; i < first + n; i++) {
		if (r->due[i])
			return FAULT_NONE;
	}
	r->use[first] = true;
	return FAULT_NONE;
}

static enum fault
take_month(struct rq *rq, void *row, void *arg)
{
	const struct sum_row *s = row;
	struct reading *r = arg;
	const size_t first = at(r, s->day_us);

	if (!r->use[first])
		return FAULT_NONE;
	memset(r->have + first, true, days_of_month(s->day_us));
	return r->take(rq, s, r->arg);
}

static enum fault
take_day(struct rq *rq, void *row, void *arg)
{
	const struct sum_row *s = row;
	struct reading *r = arg;

	if (r->due[at(r, s->day_us)])
		return FAULT_NONE;
	r->have[at(r, s->day_us)] = true;
	return r->take(rq, s, r->arg);
}

/* The next run of days that are not read yet, from *ret_from on; false: there is none. */
static bool
next_gap(const struct reading *r, size_t *ret_from, size_t *ret_to)
{
	size_t from = *ret_from, to;

	while (from < r->n && r->have[from])
		from++;
	to = from;
	while (to < r->n && !r->have[to])
		to++;
	*ret_from = from;
	*ret_to = to;
	return from < r->n;
}

static enum fault
read_days(struct rq *rq, struct reading *r)
{
	struct sums_range part = r->range;
	enum fault e = FAULT_NONE;

	part.span = SUM_DAY;
	for (size_t from = 0, to = 0; !e && next_gap(r, &from, &to); from = to) {
		part.from_us = r->range.from_us + (int64_t)from * US_PER_DAY;
		part.to_us = r->range.from_us + (int64_t)to * US_PER_DAY;
		e = sums_each(rq, &part, take_day, r);
	}
	return e;
}

/* What no sum tells is asked of the rows, for as many days at once as follow each other. */
static void
find_rest(struct rq *rq, const struct reading *r, struct sums_read *ret)
{
	size_t room = 0;

	for (size_t from = 0, to = 0; next_gap(r, &from, &to); from = to) {
		int64_t from_us = r->range.from_us + (int64_t)from * US_PER_DAY;
		int64_t to_us = r->range.from_us + (int64_t)to * US_PER_DAY;
		struct report_ask *part;

		ret->rest = arena_grow(rq->arena, ret->rest, ret->n_rest, &room);
		part = &ret->rest[ret->n_rest++];
		*part = *r->ask;
		part->from_us = from_us > r->ask->from_us ? from_us : r->ask->from_us;
		part->to_us = to_us < r->ask->to_us ? to_us : r->ask->to_us;
		report_bound_ids(part);
	}
}

struct report_ask
sums_part(const struct report_ask *ask, int64_t from_us, int64_t to_us)
{
	struct report_ask part = *ask;

	if (part.from_us < from_us)
		part.from_us = from_us;
	if (part.to_us > to_us)
		part.to_us = to_us;
	return part;
}

/* Sums of a day tell nothing of a part of it, but where they tell times. */
static void
leave_parts_of_days(struct reading *r)
{
	const bool times = r->range.by >= SUM_BY_QUARTER && r->range.by != SUM_BY_SHARER;

	if (r->n == 0 || times)
		return;
	r->due[0] |= r->ask->from_us % US_PER_DAY != 0;
	r->due[r->n - 1] |= r->ask->to_us % US_PER_DAY != 0;
}

enum fault
sums_scan(struct rq *rq, const struct report_ask *ask, enum sum_what what, enum sum_by by,
          sums_take_fn *fn, void *arg, struct sums_read *ret)
{
	struct reading r = { .ask = ask, .take = fn, .arg = arg };
	enum fault e;

	*ret = (struct sums_read){ .n = 0 };
	r.range = (struct sums_range){ ask->company_id, kind_of(what), what, by, SUM_MONTH, 0, 0 };
	r.range.from_us = ask->from_us - ask->from_us % US_PER_DAY;
	r.n = (size_t)((ask->to_us - r.range.from_us + US_PER_DAY - 1) / US_PER_DAY);
	r.range.to_us = r.range.from_us + (int64_t)r.n * US_PER_DAY;
	r.due = arena_array(rq->arena, 3 * r.n, bool);
	r.have = r.due + r.n;
	r.use = r.have + r.n;
	leave_parts_of_days(&r);
	e = sums_due(rq, &r.range, note_due, &r);
	if (!e && by < SUM_BY_QUARTER)
		e = sums_whole(rq, &r.range, note_whole, &r);
	if (!e && by < SUM_BY_QUARTER)
		e = sums_each(rq, &r.range, take_month, &r);
	if (!e)
		e = read_days(rq, &r);
	if (!e)
		find_rest(rq, &r, ret);
	return e;
}

/* --- by dimension ------------------------------------------------------------------------------
 */

bool
sums_serve(const struct report_ask *ask)
{
	return uuid_is_zero(ask->viewer) && ask->by < DIMENSION__MAX && ask->from_us >= 0;
}

/* Nothing about models, window and path is asked for that differs from what was summed. */
static bool
usual_credit(const struct report_ask *ask)
{
	const struct model_params usual = model_defaults();

	for (size_t i = 0; i < ask->n_models; i++) {
		const enum model m = ask->model[i];

		if ((int)m >= SUMMED_MODELS ||
		    (m == MODEL_POSITION &&
		     (ask->params.first != usual.first || ask->params.last != usual.last)) ||
		    (m == MODEL_DECAY && ask->params.half_life_us != usual.half_life_us))
			return false;
	}
	return sums_serve(ask) && ask->window_days == J_NO_INT && ask->path == PATH_ALL &&
	       !ask->convert;
}

bool
sums_serve_credit(const struct report_ask *ask)
{
	return ask->n_models == 1 && ask->only_currency == NULL && usual_credit(ask);
}

bool
sums_serve_totals(const struct report_ask *ask)
{
	return ask->only_currency != NULL && ask->stage <= STAGE_WON && usual_credit(ask);
}

struct folding {
	struct sum_map *map;
	int only;
};

static enum fault
fold(struct rq *rq, const struct sum_row *s, void *arg)
{
	const struct folding *f = arg;

	return sums_unpack(s->counts, f->only, f->map) ? FAULT_NONE : sums_damaged(rq);
}

enum fault
sums_fold(struct rq *rq, const struct report_ask *ask, enum sum_what what, int only,
          struct sums_read *ret)
{
	struct folding f = { sum_map_new(rq->arena), only };
	enum fault e = sums_scan(rq, ask, what, (enum sum_by)ask->by, fold, &f, ret);

	if (!e)
		ret->cells = sum_map_cells(f.map, &ret->n);
	return e;
}

struct str
sums_key(const struct sum_cell *c, enum dimension by, char room[SUMS_KEY_SIZE])
{
	uint32_t network = sum_key_number(c->key) - 1;

	if (uuid_is_zero(c->key))
		return (struct str){ NULL, 0 };
	if (by == BY_NETWORK)
		return str_of(network_names[network < NETWORK__MAX ? network : NETWORK__MAX]);
	uuid_format(c->key, room);
	return str_of(room);
}

/* --- by quarter --------------------------------------------------------------------------------
 */

struct quarters {
	const struct report_ask *ask;
	struct rq *rq;
	db_row_fn *fn;
	void *arg;
	int64_t day_us;
	enum fault fault;
};

static void
give_quarter(const struct sum_cell *c, void *arg)
{
	struct quarters *q = arg;
	struct moment_row row = { .at = q->day_us +
		                        (int64_t)sum_key_number(c->key) * CLICK_QUARTER_US,
		                  .stage = (int)(c->sub % SUM_VALUE),
		                  .value = J_NO_INT };
	char currency[CURRENCY_SIZE] = "";

	if (q->fault || row.at < q->ask->from_us || row.at >= q->ask->to_us ||
	    row.stage >= STAGE__MAX)
		return;
	if (c->sub < SUM_VALUE)
		row.n = c->n;
	else {
		memcpy(currency, c->key.b, CURRENCY_SIZE - 1);
		row.value = c->n;
		row.currency = currency;
	}
	q->fault = q->fn(q->rq, &row, q->arg);
}

static enum fault
take_quarters(struct rq *rq, const struct sum_row *s, void *arg)
{
	struct quarters *q = arg;

	q->day_us = s->day_us;
	if (!sums_cells(s->counts, give_quarter, q))
		return sums_damaged(rq);
	return q->fault;
}

enum fault
sums_quarters(struct rq *rq, const struct report_ask *ask, enum sum_what what, db_row_fn *fn,
              void *arg, struct sums_read *ret_rest)
{
	struct quarters q = { .ask = ask, .rq = rq, .fn = fn, .arg = arg };

	return sums_scan(rq, ask, what, SUM_BY_QUARTER, take_quarters, &q, ret_rest);
}
