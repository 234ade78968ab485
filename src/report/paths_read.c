/* SPDX-License-Identifier: Apache-2.0 */
/* paths_read.c - packed days, conversion by conversion, to the walk. */
#include "paths_int.h"

struct paths_reader {
	struct rq *rq;
	const struct report_ask *ask;
	struct walk *walk;
	struct totals *others;
	struct sum_map *windows; /* days, by campaign; of none the company's */
	uint32_t currency;       /* asked for; 0: any */
	struct paths paths;
	bool rows;                     /* the day's, with the ids of rows */
	char (*texts)[UUID_TEXT_SIZE]; /* of ids, as far as they were asked for */
	size_t texts_room;
	char code[CURRENCY_SIZE];
	struct stream_row row;
	uint32_t conversions; /* so far: each is another */
};

static enum fault
take_window(struct rq *rq, void *row, void *arg)
{
	const struct window_row *w = row;

	(void)rq;
	*sum_map_at(arg, w->campaign_id, 0) = w->days;
	return FAULT_NONE;
}

enum fault
paths_reader_new(struct rq *rq, const struct report_ask *ask, struct walk *w, struct totals *others,
                 struct paths_reader **ret)
{
	struct paths_reader *r = arena_new(rq->arena, struct paths_reader);

	*r = (struct paths_reader){ .rq = rq,
		                    .ask = ask,
		                    .walk = w,
		                    .others = others,
		                    .windows = sum_map_new(rq->arena),
		                    .currency = credit_currency(ask->only_currency) };
	*ret = r;
	return count_sql_windows(rq, take_window, r->windows);
}

static int64_t
window_us(const struct paths_reader *r, uint64_t campaign)
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
key_of(struct paths_reader *r, const uint64_t *touch)
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
is_other(struct paths_reader *r, uint32_t currency)
{
	if (r->currency == 0 || currency == 0 || currency == r->currency)
		return false;
	currency_of_number((int64_t)currency - 1, r->code);
	if (r->others != NULL)
		totals_add_other(r->rq, r->others, r->code, 1);
	return true;
}

static bool
begin_conversion(struct paths_reader *r, const uint64_t *numbers)
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
	return !r->rows || paths_next_ids(&r->paths, &r->row);
}

static enum fault
give(struct paths_reader *r)
{
	return r->rows ? walk_credit_row(r->rq, &r->row, r->walk)
	               : walk_row(r->rq, &r->row, r->walk);
}

static enum fault
give_touch(struct paths_reader *r, const uint64_t *touch)
{
	struct stream_row *row = &r->row;
	const struct paths *p = &r->paths;

	row->touched_at = p->at_us - (int64_t)touch[TOUCH_AGE];
	if (!r->rows) {
		row->key = key_of(r, touch);
		return give(r);
	}
	row->network = (int)touch[TOUCH_NETWORK];
	row->person_id = paths_id(p, touch[TOUCH_PERSON]);
	row->team_id = paths_id(p, touch[TOUCH_TEAM]);
	row->post_id = paths_id(p, touch[TOUCH_POST]);
	row->campaign_id = paths_id(p, touch[TOUCH_CAMPAIGN]);
	row->channel_id = paths_id(p, touch[TOUCH_CHANNEL]);
	return give(r);
}

static enum fault
read_conversion(struct paths_reader *r)
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
	if (!begin_conversion(r, numbers))
		return sums_damaged(r->rq);
	for (uint64_t i = 0; !e && i < numbers[CONVERSION_TOUCHES]; i++) {
		if (!paths_touch(&r->paths, touch) ||
		    (r->rows && !paths_touch_ids(&r->paths, &r->row)))
			return sums_damaged(r->rq);
		if (!wanted || (int64_t)touch[TOUCH_AGE] > window)
			continue;
		given++;
		e = give_touch(r, touch);
	}
	return e || !wanted || given > 0 ? e : give(r);
}

static void
clear_texts(struct paths_reader *r)
{
	const size_t n = r->paths.pack.n_ids;

	if (n > r->texts_room) {
		r->texts_room = 2 * n;
		r->texts = arena_array_(r->rq->arena, r->texts_room, sizeof(*r->texts), 1);
	}
	for (size_t i = 0; i < n; i++)
		r->texts[i][0] = '\0';
}

enum fault
paths_read_day(struct paths_reader *r, const struct sum_row *day, bool *ret_packed)
{
	enum fault e = FAULT_NONE;

	r->rows = day->rows.s != NULL;
	if (!paths_open(day->counts, day->day_us, &r->paths, ret_packed))
		return sums_damaged(r->rq);
	if (*ret_packed && r->rows && !paths_open_rows(day->rows, &r->paths, ret_packed))
		return sums_damaged(r->rq);
	if (!*ret_packed)
		return FAULT_NONE;
	if (!r->rows)
		clear_texts(r);
	while (!e && r->paths.pack.rest.n > 0)
		e = read_conversion(r);
	return e;
}
