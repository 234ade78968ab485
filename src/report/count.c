/* SPDX-License-Identifier: Apache-2.0 */
/* count.c - what a day's sums are: counted from the rows, all dimensions at once. */
#include <string.h>

#include "paths_int.h"

static const struct {
	enum sum_kind kind;
	bool by_quarter, by_dimension, by_path;
} counted[SUM_WHAT__MAX] = {
	[SUM_SHARE] = { SUM_SHARES, true, true, false },
	[SUM_CLICK] = { SUM_CLICKS, true, true, false },
	[SUM_OTHER_CLICK] = { SUM_CLICKS, false, true, false },
	[SUM_LEAD] = { SUM_LEADS, false, true, true },
	[SUM_QUALIFIED] = { SUM_LEADS, false, true, true },
	[SUM_OPPORTUNITY] = { SUM_LEADS, false, true, true },
	[SUM_WON] = { SUM_LEADS, false, true, true },
	[SUM_EVENT] = { SUM_LEADS, true, false, false },
	[SUM_LEAD_CREDIT] = { SUM_LEADS, false, true, false },
	[SUM_QUALIFIED_CREDIT] = { SUM_LEADS, false, true, false },
	[SUM_OPPORTUNITY_CREDIT] = { SUM_LEADS, false, true, false },
	[SUM_WON_CREDIT] = { SUM_LEADS, false, true, false },
};

bool
sum_is_of(enum sum_kind kind, enum sum_what what, enum sum_by by)
{
	if (counted[what].kind != kind)
		return false;
	if (by >= SUM_BY_PATH)
		return by == SUM_BY_SHARER ? what == SUM_SHARE : counted[what].by_path;
	return by == SUM_BY_QUARTER ? counted[what].by_quarter : counted[what].by_dimension;
}

bool
count_bytes(struct arena *a, const struct day_count *c, enum sum_what what, enum sum_by by,
            struct str *ret)
{
	if (by >= SUM_BY_PATH) {
		*ret = c->packs[what][by - SUM_BY_PATH];
		return ret->s != NULL;
	}
	if (c->of[what][by] == NULL)
		return false;
	*ret = sums_pack(a, c->of[what][by]);
	return true;
}

static struct str *
pack_of(struct day_count *c, enum sum_what what, enum sum_by by)
{
	return &c->packs[what][by - SUM_BY_PATH];
}

static struct uuid
key_of(const struct uuid *ids, int network, enum sum_by by)
{
	return by == SUM_BY_NETWORK ? sum_key_small(1 + (uint32_t)network) : ids[by];
}

static void
add_to_all(struct sum_map *const *maps, const struct count_row *r, uint32_t sub, int64_t n)
{
	for (int by = 0; by < SUM_BY_QUARTER; by++)
		sum_map_add(maps[by], key_of(r->id, r->network, (enum sum_by)by), sub, n);
}

static uint32_t
quarter_of(int64_t at_us)
{
	return (uint32_t)(at_us % US_PER_DAY / CLICK_QUARTER_US);
}

/* --- shares, clicks -------------------------------------------------------------------------- */

struct share_count {
	struct day_count *day;
	struct id_pack *sharers;
};

static enum fault
take_share(struct rq *rq, void *row, void *arg)
{
	const struct count_row *r = row;
	const struct share_count *s = arg;
	struct day_count *c = s->day;

	(void)rq;
	sharers_pack_add(s->sharers, r);
	add_to_all(c->of[SUM_SHARE], r, r->edited, 1);
	sum_map_add(c->of[SUM_SHARE][SUM_BY_QUARTER], sum_key_small(quarter_of(r->at_us)), 0, 1);
	return FAULT_NONE;
}

static enum fault
count_shares(struct rq *rq, const struct count_ask *day, struct day_count *c)
{
	struct share_count s = { c, id_pack_begin(rq->arena) };
	enum fault e = count_sql_shares(rq, day, take_share, &s);

	*pack_of(c, SUM_SHARE, SUM_BY_SHARER) = sharers_pack_end(s.sharers);
	return e;
}

static enum fault
take_clicks(struct rq *rq, void *row, void *arg)
{
	const struct count_row *r = row;
	struct day_count *c = arg;

	(void)rq;
	if (r->cls == CLICK_HUMAN)
		add_to_all(c->of[SUM_CLICK], r, (uint32_t)r->network, r->n);
	else
		add_to_all(c->of[SUM_OTHER_CLICK], r, (uint32_t)r->cls, r->n);
	return FAULT_NONE;
}

static enum fault
take_quarter(struct rq *rq, void *row, void *arg)
{
	const struct moment_row *r = row;
	struct day_count *c = arg;

	(void)rq;
	sum_map_add(c->of[SUM_CLICK][SUM_BY_QUARTER], sum_key_small(quarter_of(r->at)), 0, r->n);
	return FAULT_NONE;
}

static enum fault
count_clicks(struct rq *rq, const struct count_ask *day, struct day_count *c)
{
	const struct report_ask quarters = { .company_id = day->company_id,
		                             .from_us = day->from_us,
		                             .to_us = day->to_us };
	enum fault e = count_sql_clicks(rq, day, take_clicks, c);

	return e ? e : report_sql_click_moments(rq, &quarters, take_quarter, c);
}

/* --- leads -------------------------------------------------------------------------------------
 */

/* A stage's credit: of all currencies together, and by currency with its values. */
struct credit_count {
	struct sum_map *const *counts, *const *credit; /* by dimension */
	struct sum_map *last[SUM_BY_QUARTER];          /* the last path that had the key, from 1 */
	int64_t paths;
};

/* Credit of one key, by the model; most leads have no value yet. */
static void
add_credit(const struct credit_count *c, int by, struct uuid key, uint32_t sub,
           const int64_t *credit)
{
	sum_map_add(c->credit[by], key, sub, credit[0]);
	if (credit[1] != 0)
		sum_map_add(c->credit[by], key, sub + CREDIT_VALUE, credit[1]);
}

static void
count_nobody(const struct credit_count *c, const struct path *p)
{
	const uint32_t currency = credit_currency(p->conversion.currency);

	for (int i = 0; i < SUMMED_MODELS * SUM_BY_QUARTER; i++) {
		const uint32_t m = (uint32_t)(i / SUM_BY_QUARTER);
		const int by = i % SUM_BY_QUARTER;

		sum_map_add(c->counts[by], sum_key_nobody(), m, CREDIT_WHOLE);
		add_credit(c, by, sum_key_nobody(), currency * CREDIT_PARTS + m,
		           (const int64_t[]){ CREDIT_WHOLE, p->conversion.value_minor });
	}
}

static void
count_touch(struct credit_count *c, const struct path *p, size_t i)
{
	const struct stream_row *t = &p->touches[i];
	const uint32_t sub = credit_currency(p->conversion.currency) * CREDIT_PARTS;
	const struct uuid ids[DIMENSION__MAX] = {
		[BY_PERSON] = t->person_id,   [BY_TEAM] = t->team_id,
		[BY_POST] = t->post_id,       [BY_CAMPAIGN] = t->campaign_id,
		[BY_CHANNEL] = t->channel_id,
	};

	for (int by = 0; by < SUM_BY_QUARTER; by++) {
		const struct uuid key = key_of(ids, t->network, (enum sum_by)by);
		int64_t *last = sum_map_at(c->last[by], key, 0);

		if (*last != c->paths)
			sum_map_add(c->credit[by], key, sub + CREDIT_TOUCHED, 1);
		*last = c->paths;
		for (uint32_t m = 0; m < SUMMED_MODELS; m++) {
			const struct split *s = &p->credit[m];

			if (s->count[i] == 0 && s->value[i] == 0)
				continue;
			sum_map_add(c->counts[by], key, m, s->count[i]);
			add_credit(c, by, key, sub + m,
			           (const int64_t[]){ s->count[i], s->value[i] });
		}
	}
}

static enum fault
take_path(struct rq *rq, const struct path *p, void *arg)
{
	struct credit_count *c = arg;

	(void)rq;
	c->paths++;
	if (p->n == 0)
		count_nobody(c, p);
	for (size_t i = 0; i < p->n; i++)
		count_touch(c, p, i);
	return FAULT_NONE;
}

static enum fault
count_stage(struct rq *rq, const struct count_ask *day, enum lead_stage stage, struct day_count *c)
{
	struct report_query q = {
		.models = (UINT32_C(1) << SUMMED_MODELS) - 1,
		.window_days = J_NO_INT,
		.first = J_NO_INT,
		.last = J_NO_INT,
	};
	struct report_ask ask = { .company_id = day->company_id,
		                  .stage = (int)stage,
		                  .after_us = day->from_us,
		                  .after_id = sum_key_small(1), /* before all: zero is NULL */
		                  .to_us = day->to_us,
		                  .limit = REPORT_ALL_ROWS,
		                  .now_us = rq->now_us };
	struct credit_count counts = { .counts = c->of[SUM_LEAD + (int)stage],
		                       .credit = c->of[SUM_LEAD_CREDIT + (int)stage] };
	struct walk *w;
	enum fault e = report_choose(rq, &q, &ask);

	if (e)
		return e;
	for (int by = 0; by < SUM_BY_QUARTER; by++)
		counts.last[by] = sum_map_new(rq->arena);
	w = walk_begin(rq, &ask, take_path, &counts);
	e = report_sql_credits(rq, &ask, walk_credit_row, w);
	return e ? e : walk_end(rq, w);
}

static enum fault
pack_path(struct rq *rq, const struct path *p, void *arg)
{
	(void)rq;
	paths_pack_add(arg, p);
	return FAULT_NONE;
}

/* All touches that a window may take in, whatever the windows are today. */
static enum fault
count_paths(struct rq *rq, const struct count_ask *day, enum lead_stage stage, struct day_count *c)
{
	struct count_ask ask = *day;
	const struct report_ask all = { .path = PATH_ALL };
	struct paths_pack *k = paths_pack_begin(rq->arena, day->from_us);
	struct walk *w = walk_begin(rq, &all, pack_path, k);
	enum fault e;

	ask.stage = (int)stage;
	ask.window_days = REPORT_WINDOW_MAX;
	e = count_sql_paths(rq, &ask, walk_row, w);
	if (!e)
		e = walk_end(rq, w);
	*pack_of(c, (enum sum_what)(SUM_LEAD + (int)stage), SUM_BY_PATH) = paths_pack_end(k);
	*pack_of(c, (enum sum_what)(SUM_LEAD + (int)stage), SUM_BY_ROW) = paths_pack_rows(k);
	return e;
}

static enum fault
take_event(struct rq *rq, void *row, void *arg)
{
	const struct count_row *r = row;
	struct sum_map *m = ((struct day_count *)arg)->of[SUM_EVENT][SUM_BY_QUARTER];
	struct uuid key = sum_key_small(quarter_of(r->at_us));

	(void)rq;
	sum_map_add(m, key, (uint32_t)r->stage, 1);
	if (r->n == J_NO_INT || str_of(r->currency).n != CURRENCY_SIZE - 1)
		return FAULT_NONE;
	memcpy(key.b, r->currency, CURRENCY_SIZE - 1);
	sum_map_add(m, key, SUM_VALUE + (uint32_t)r->stage, r->n);
	return FAULT_NONE;
}

static enum fault
count_leads(struct rq *rq, const struct count_ask *day, struct day_count *c)
{
	enum fault e = count_sql_events(rq, day, take_event, c);

	for (int stage = STAGE_LEAD; !e && stage <= STAGE_WON; stage++) {
		e = count_stage(rq, day, (enum lead_stage)stage, c);
		if (!e)
			e = count_paths(rq, day, (enum lead_stage)stage, c);
	}
	return e;
}

enum fault
count_day(struct rq *rq, enum sum_kind kind, int64_t day_us, struct day_count *ret)
{
	const struct count_ask day = { .company_id = rq_company(rq),
		                       .from_us = day_us,
		                       .to_us = day_us + US_PER_DAY };

	memset(ret, 0, sizeof(*ret));
	for (int what = 0; what < SUM_WHAT__MAX; what++) {
		for (int by = 0; by <= SUM_BY_QUARTER; by++) {
			if (sum_is_of(kind, (enum sum_what)what, (enum sum_by)by))
				ret->of[what][by] = sum_map_new(rq->arena);
		}
	}
	if (kind == SUM_SHARES)
		return count_shares(rq, &day, ret);
	return kind == SUM_CLICKS ? count_clicks(rq, &day, ret) : count_leads(rq, &day, ret);
}
