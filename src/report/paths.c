/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths.c - conversions of a day with every touch that some window takes in, packed: models,
 * parameters and windows that nobody summed are read from them.  Pure.
 *
 * A pack of ids (sums.h) of each conversion in the order of the stream: microseconds since the one
 * before (the first: since the day began), currency, value (zigzag), campaign, when the lead came,
 * became an opportunity and was won (microseconds before the conversion, and 1; 0: not by then),
 * how many touches; and of each touch in the order of the path: microseconds before the conversion,
 * person, team, network, post, campaign, channel.  Of what was too much there is no pack: reports
 * read the rows.
 *
 * Beside them, packed on their own since reports of totals need none, the ids that a row of credit
 * shows as well: in the same order the bytes of each conversion and its lead, and of each touch's
 * share and click.
 */
#include "paths_int.h"

enum { FORMAT = 2, FORMAT_ROWS = 1 };

struct paths_pack {
	struct id_pack *paths, *rows;
	int64_t last_us;
	bool full, rows_full;
};

struct paths_pack *
paths_pack_begin(struct arena *a, int64_t day_us)
{
	struct paths_pack *k = arena_new(a, struct paths_pack);

	k->paths = id_pack_begin(a);
	k->rows = id_pack_begin(a);
	k->last_us = day_us;
	return k;
}

static void
put_touch(struct paths_pack *k, int64_t age_us, const struct stream_row *t)
{
	const uint64_t numbers[TOUCH_NUMBERS] = {
		[TOUCH_AGE] = (uint64_t)age_us,
		[TOUCH_NETWORK] = (uint64_t)t->network,
		[TOUCH_PERSON] = id_pack_place(k->paths, t->person_id),
		[TOUCH_TEAM] = id_pack_place(k->paths, t->team_id),
		[TOUCH_POST] = id_pack_place(k->paths, t->post_id),
		[TOUCH_CAMPAIGN] = id_pack_place(k->paths, t->campaign_id),
		[TOUCH_CHANNEL] = id_pack_place(k->paths, t->channel_id),
	};

	id_pack_put(k->paths, numbers, TOUCH_NUMBERS);
}

static void
put_rows(struct paths_pack *k, const struct path *p)
{
	k->rows_full |= id_pack_is_full(k->rows);
	if (k->rows_full)
		return;
	id_pack_put_bytes(k->rows, p->conversion.id.b, sizeof(struct uuid));
	id_pack_put_bytes(k->rows, p->conversion.lead_id.b, sizeof(struct uuid));
	for (size_t i = 0; i < p->n; i++) {
		id_pack_put_bytes(k->rows, p->touches[i].share_id.b, sizeof(struct uuid));
		id_pack_put_bytes(k->rows, p->touches[i].click_id, CLICK_ID_SIZE);
	}
}

static uint64_t
before(const struct stream_row *conversion, int64_t at_us)
{
	return at_us == TIME_NONE ? 0 : (uint64_t)(conversion->occurred_at - at_us) + 1;
}

void
paths_pack_add(struct paths_pack *k, const struct path *p)
{
	const struct stream_row *c = &p->conversion;
	const uint64_t numbers[CONVERSION_NUMBERS] = {
		[CONVERSION_AFTER] = (uint64_t)(c->occurred_at - k->last_us),
		[CONVERSION_CURRENCY] = credit_currency(c->currency),
		[CONVERSION_VALUE] = sums_zigzag(c->value_minor),
		[CONVERSION_CAMPAIGN] = id_pack_place(k->paths, c->conversion_campaign),
		[CONVERSION_LEAD] = before(c, c->lead_at),
		[CONVERSION_OPPORTUNITY] = before(c, c->opportunity_at),
		[CONVERSION_WON] = before(c, c->won_at),
		[CONVERSION_TOUCHES] = p->n,
	};

	/* Of a longer path the later touches are not here: a shorter window may ask for them. */
	k->full |= p->n == REPORT_PATH_MAX || id_pack_is_full(k->paths);
	if (k->full)
		return;
	k->last_us = c->occurred_at;
	id_pack_put(k->paths, numbers, CONVERSION_NUMBERS);
	for (size_t i = 0; i < p->n; i++)
		put_touch(k, c->occurred_at - p->touches[i].touched_at, &p->touches[i]);
	put_rows(k, p);
}

struct str
paths_pack_end(const struct paths_pack *k)
{
	return id_pack_end(k->paths, k->full ? ID_PACK_NONE : FORMAT);
}

struct str
paths_pack_rows(const struct paths_pack *k)
{
	return id_pack_end(k->rows, k->full || k->rows_full ? ID_PACK_NONE : FORMAT_ROWS);
}

/* --- back ------------------------------------------------------------------------------------ */

bool
paths_open(struct str bytes, int64_t day_us, struct paths *ret, bool *ret_packed)
{
	*ret = (struct paths){ .at_us = day_us };
	return id_packed_open(bytes, FORMAT, &ret->pack, ret_packed);
}

bool
paths_open_rows(struct str bytes, struct paths *p, bool *ret_packed)
{
	return id_packed_open(bytes, FORMAT_ROWS, &p->rows, ret_packed);
}

bool
paths_next_ids(struct paths *p, struct stream_row *ret)
{
	return id_packed_get_bytes(&p->rows, &ret->id, sizeof(ret->id)) &&
	       id_packed_get_bytes(&p->rows, &ret->lead_id, sizeof(ret->lead_id));
}

bool
paths_touch_ids(struct paths *p, struct stream_row *ret)
{
	return id_packed_get_bytes(&p->rows, &ret->share_id, sizeof(ret->share_id)) &&
	       id_packed_get_bytes(&p->rows, ret->click_id, sizeof(ret->click_id));
}

int64_t
paths_before(const struct paths *p, uint64_t number)
{
	return number == 0 ? TIME_NONE : p->at_us - (int64_t)(number - 1);
}

struct uuid
paths_id(const struct paths *p, uint64_t place)
{
	return id_packed_id(&p->pack, place);
}

bool
paths_next(struct paths *p, uint64_t numbers[CONVERSION_NUMBERS])
{
	if (!id_packed_get(&p->pack, numbers, CONVERSION_NUMBERS) ||
	    numbers[CONVERSION_AFTER] > US_PER_DAY || numbers[CONVERSION_CAMPAIGN] >= p->pack.n_ids)
		return false;
	p->at_us += (int64_t)numbers[CONVERSION_AFTER];
	return true;
}

bool
paths_touch(struct paths *p, uint64_t numbers[TOUCH_NUMBERS])
{
	static const enum touch_number places[] = { TOUCH_PERSON, TOUCH_TEAM, TOUCH_POST,
		                                    TOUCH_CAMPAIGN, TOUCH_CHANNEL };

	if (!id_packed_get(&p->pack, numbers, TOUCH_NUMBERS) ||
	    numbers[TOUCH_NETWORK] >= NETWORK__MAX ||
	    numbers[TOUCH_AGE] > REPORT_WINDOW_MAX * US_PER_DAY)
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (numbers[places[i]] >= p->pack.n_ids)
			return false;
	}
	return true;
}
