/* SPDX-License-Identifier: Apache-2.0 */
/* sums_paths.c - the stream of conversions with their touches, from packed paths. */
#include <string.h>

#include "paths_int.h"

struct reading {
	struct rq *rq;
	const struct report_ask *ask;
	struct walk *walk;
	struct totals *others;
	struct sum_map *windows; /* days, by campaign; of none the company's */
	uint32_t currency;       /* asked for; 0: any */
	struct paths paths;
	char (*texts)[UUID_TEXT_SIZE]; /* of ids, as far as they were asked for */
	size_t texts_room;
	char code[CURRENCY_SIZE];
	struct stream_row row;
	uint32_t conversions;    /* so far: each is another */
	struct report_ask *left; /* n_left: days whose paths are too long */
	size_t n_left, left_room;
};

bool
sums_serve_paths(const struct report_ask *ask)
{
	return sums_serve(ask) && ask->stage <= STAGE_WON;
}

static enum fault
take_window(struct rq *rq, void *row, void *arg)
{
	const struct window_row *w = row;

	(void)rq;
	*sum_map_at(arg, w->campaign_id, 0) = w->days;
	return FAULT_NONE;
}

static int64_t
window_us(const struct reading *r, uint64_t campaign)
{
	int64_t days = r->ask->window_days;

	if (days == J_NO_INT)
		days = *sum_map_at(r->windows, paths_id(&r->paths, campaign), 0);
	if (days == 0 && r->ask->window_days == J_NO_INT)
		days = *sum_map_at(r->windows, (struct uuid){ { 0 } }, 0);
	return days * US_PER_DAY;
}

/* As the statements of the stream have it. */
static struct str
key_of(struct reading *r, const uint64_t *touch)
{
	static const enum touch_number numbers[DIMENSION__MAX] = {
		[BY_PERSON] = TOUCH_PERSON,   [BY_TEAM] = TOUCH_TEAM,
		[BY_POST] = TOUCH_POST,       [BY_CAMPAIGN] = TOUCH_CAMPAIGN,
		[BY_CHANNEL] = TOUCH_CHANNEL, [BY_NETWORK] = TOUCH_NETWORK,
	};
	const uint64_t n = touch[numbers[r->ask->by]];
	char *text;

	if (r->ask->by == BY_NETWORK)
		return str_of(network_names[n]);
	text = r->texts[n];
	if (text[0] == '\0') {
		const struct uuid id = paths_id(&r->paths, n);

		if (uuid_is_zero(id))
			return (struct str){ NULL, 0 };
		uuid_format(id, text);
	}
	return (struct str){ text, UUID_TEXT_SIZE - 1 };
}

/* Of another currency than the one asked for: counted, and left out. */
static bool
is_other(struct reading *r, uint32_t currency)
{
	if (r->currency == 0 || currency == 0 || currency == r->currency)
		return false;
	currency_of_number((int64_t)currency - 1, r->code);
	totals_add_other(r->rq, r->others, r->code, 1);
	return true;
}

static void
begin_conversion(struct reading *r, const uint64_t *numbers)
{
	const uint32_t currency = (uint32_t)numbers[CONVERSION_CURRENCY];

	if (currency != 0)
		currency_of_number((int64_t)currency - 1, r->code);
	r->row = (struct stream_row){ .id = sum_key_small(++r->conversions),
		                      .occurred_at = r->paths.at_us,
		                      .value_minor = sums_of_zigzag(numbers[CONVERSION_VALUE]),
		                      .currency = currency != 0 ? r->code : NULL,
		                      .touched_at = TIME_NONE,
		                      .lead_at = paths_before(&r->paths, numbers[CONVERSION_LEAD]),
		                      .opportunity_at =
		                          paths_before(&r->paths, numbers[CONVERSION_OPPORTUNITY]),
		                      .won_at = paths_before(&r->paths, numbers[CONVERSION_WON]),
		                      .network = -1,
		                      .click_class = -1,
		                      .mine = true };
}

static enum fault
read_conversion(struct reading *r)
{
	uint64_t numbers[CONVERSION_NUMBERS], touch[TOUCH_NUMBERS];
	enum fault e = FAULT_NONE;
	int64_t window;
	bool wanted;
	size_t given = 0;

	if (!paths_next(&r->paths, numbers))
		return sums_damaged(r->rq);
	wanted = r->paths.at_us >= r->ask->from_us && r->paths.at_us < r->ask->to_us &&
	         !is_other(r, (uint32_t)numbers[CONVERSION_CURRENCY]);
	window = window_us(r, numbers[CONVERSION_CAMPAIGN]);
	begin_conversion(r, numbers);
	for (uint64_t i = 0; !e && i < numbers[CONVERSION_TOUCHES]; i++) {
		if (!paths_touch(&r->paths, touch))
			return sums_damaged(r->rq);
		if (!wanted || (int64_t)touch[TOUCH_AGE] > window)
			continue;
		r->row.touched_at = r->paths.at_us - (int64_t)touch[TOUCH_AGE];
		r->row.key = key_of(r, touch);
		given++;
		e = walk_row(r->rq, &r->row, r->walk);
	}
	return e || !wanted || given > 0 ? e : walk_row(r->rq, &r->row, r->walk);
}

/* Reports read the day's rows. */
static void
leave_day(struct reading *r, int64_t day_us)
{
	struct report_ask *part;

	r->left = arena_grow(r->rq->arena, r->left, r->n_left, &r->left_room);
	part = &r->left[r->n_left++];
	*part = *r->ask;
	if (part->from_us < day_us)
		part->from_us = day_us;
	if (part->to_us > day_us + US_PER_DAY)
		part->to_us = day_us + US_PER_DAY;
}

static void
clear_texts(struct reading *r)
{
	const size_t n = r->paths.n_ids;

	if (n > r->texts_room) {
		r->texts_room = 2 * n;
		r->texts = arena_array_(r->rq->arena, r->texts_room, sizeof(*r->texts), 1);
	}
	for (size_t i = 0; i < n; i++)
		r->texts[i][0] = '\0';
}

static enum fault
take_day(struct rq *rq, const struct sum_row *row, void *arg)
{
	struct reading *r = arg;
	enum fault e = FAULT_NONE;
	bool packed = false;

	if (!paths_open(row->counts, row->day_us, &r->paths, &packed))
		return sums_damaged(rq);
	if (!packed)
		leave_day(r, row->day_us);
	clear_texts(r);
	while (!e && r->paths.rest.n > 0)
		e = read_conversion(r);
	return e;
}

static void
join_rest(struct rq *rq, const struct reading *r, struct sums_read *rest)
{
	struct report_ask *all;

	if (r->n_left == 0)
		return;
	all = arena_array(rq->arena, rest->n_rest + r->n_left, struct report_ask);
	if (rest->n_rest > 0)
		memcpy(all, rest->rest, rest->n_rest * sizeof(*all));
	memcpy(all + rest->n_rest, r->left, r->n_left * sizeof(*all));
	rest->rest = all;
	rest->n_rest += r->n_left;
}

enum fault
sums_paths(struct rq *rq, const struct report_ask *ask, struct walk *w, struct totals *others,
           struct sums_read *ret_rest)
{
	struct reading *r = arena_new(rq->arena, struct reading);
	enum fault e;

	*r = (struct reading){ .rq = rq,
		               .ask = ask,
		               .walk = w,
		               .others = others,
		               .windows = sum_map_new(rq->arena),
		               .currency = credit_currency(ask->only_currency) };
	e = count_sql_windows(rq, take_window, r->windows);
	if (!e)
		e = sums_scan(rq, ask, (enum sum_what)(SUM_LEAD + ask->stage), SUM_BY_PATH,
		              take_day, r, ret_rest);
	if (!e)
		join_rest(rq, r, ret_rest);
	return e;
}
