/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths.c - conversions of a day with every touch that some window takes in, packed: models,
 * parameters and windows that nobody summed are read from them.  Pure.
 *
 * First the format (another one, such as none for what was too much: reports read the rows), how
 * many ids there are, and the ids.  Then each conversion in the order of the stream: microseconds
 * since the one before (the first: since the day began), currency, value (zigzag), campaign, when
 * the lead came, became an opportunity and was won (microseconds before the conversion, and 1; 0:
 * not by then), how many touches; and each touch in the order of the path: microseconds before the
 * conversion, person, team, network, post, campaign, channel.  All are numbers as sums have them;
 * ids are places in the list.
 *
 * Beside them, packed on their own since reports of totals need none, the ids that a row of credit
 * shows as well: the format, and in the same order the bytes of each conversion and its lead, and
 * of each touch's share and click.
 */
#include <string.h>

#include "paths_int.h"

enum {
	FORMAT_NONE,
	FORMAT = 2,
	FORMAT_ROWS = 1,
	ROOM_FIRST = 4096,
	PATHS_BYTES_MAX = 8 << 20, /* of either */
};

struct bytes {
	unsigned char *s;
	size_t n, room;
};
struct paths_pack {
	struct arena *arena;
	struct sum_map *places; /* of ids: from 1 */
	struct uuid *ids;
	size_t n_ids, ids_room;
	struct bytes numbers, rows;
	int64_t last_us;
	bool full, rows_full;
};

struct paths_pack *
paths_pack_begin(struct arena *a, int64_t day_us)
{
	struct paths_pack *k = arena_new(a, struct paths_pack);

	k->arena = a;
	k->places = sum_map_new(a);
	k->last_us = day_us;
	return k;
}

static uint64_t
place_of(struct paths_pack *k, struct uuid id)
{
	int64_t *place = sum_map_at(k->places, id, 0);

	if (*place == 0) {
		k->ids = arena_grow(k->arena, k->ids, k->n_ids, &k->ids_room);
		k->ids[k->n_ids++] = id;
		*place = (int64_t)k->n_ids;
	}
	return (uint64_t)*place - 1;
}

/* Where at most n more bytes go; n is far below ROOM_FIRST. */
static unsigned char *
room_for(struct paths_pack *k, struct bytes *b, size_t n)
{
	if (b->room - b->n < n) {
		const unsigned char *old = b->s;

		b->room = b->room == 0 ? ROOM_FIRST : b->room * 2;
		b->s = arena_alloc(k->arena, b->room, 1);
		if (b->n > 0)
			memcpy(b->s, old, b->n);
	}
	return b->s + b->n;
}

static void
put(struct paths_pack *k, const uint64_t *numbers, size_t n)
{
	unsigned char *at = room_for(k, &k->numbers, n * SUM_NUMBER_BYTES);

	for (size_t i = 0; i < n; i++)
		sums_put_number(&at, numbers[i]);
	k->numbers.n = (size_t)(at - k->numbers.s);
}

static void
put_ids(struct paths_pack *k, struct uuid id, const void *other, size_t n)
{
	unsigned char *at = room_for(k, &k->rows, sizeof(id) + n);

	memcpy(at, id.b, sizeof(id));
	memcpy(at + sizeof(id), other, n);
	k->rows.n += sizeof(id) + n;
}

static void
put_rows(struct paths_pack *k, const struct path *p)
{
	k->rows_full |= k->rows.n > PATHS_BYTES_MAX;
	if (k->rows_full)
		return;
	put_ids(k, p->conversion.id, p->conversion.lead_id.b, sizeof(struct uuid));
	for (size_t i = 0; i < p->n; i++)
		put_ids(k, p->touches[i].share_id, p->touches[i].click_id, CLICK_ID_SIZE);
}

static void
put_touch(struct paths_pack *k, int64_t age_us, const struct stream_row *t)
{
	const uint64_t numbers[TOUCH_NUMBERS] = {
		[TOUCH_AGE] = (uint64_t)age_us,
		[TOUCH_NETWORK] = (uint64_t)t->network,
		[TOUCH_PERSON] = place_of(k, t->person_id),
		[TOUCH_TEAM] = place_of(k, t->team_id),
		[TOUCH_POST] = place_of(k, t->post_id),
		[TOUCH_CAMPAIGN] = place_of(k, t->campaign_id),
		[TOUCH_CHANNEL] = place_of(k, t->channel_id),
	};

	put(k, numbers, TOUCH_NUMBERS);
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
		[CONVERSION_CAMPAIGN] = place_of(k, c->conversion_campaign),
		[CONVERSION_LEAD] = before(c, c->lead_at),
		[CONVERSION_OPPORTUNITY] = before(c, c->opportunity_at),
		[CONVERSION_WON] = before(c, c->won_at),
		[CONVERSION_TOUCHES] = p->n,
	};

	/* Of a longer path the later touches are not here: a shorter window may ask for them. */
	k->full |= p->n == REPORT_PATH_MAX ||
	           k->numbers.n + k->n_ids * sizeof(struct uuid) > PATHS_BYTES_MAX;
	if (k->full)
		return;
	k->last_us = c->occurred_at;
	put(k, numbers, CONVERSION_NUMBERS);
	for (size_t i = 0; i < p->n; i++)
		put_touch(k, c->occurred_at - p->touches[i].touched_at, &p->touches[i]);
	put_rows(k, p);
}

struct str
paths_pack_end(const struct paths_pack *k)
{
	const size_t ids_bytes = k->n_ids * sizeof(struct uuid);
	unsigned char *bytes =
	    arena_alloc(k->arena, 2 * (size_t)SUM_NUMBER_BYTES + ids_bytes + k->numbers.n, 1);
	unsigned char *at = bytes;

	sums_put_number(&at, k->full ? FORMAT_NONE : FORMAT);
	if (!k->full)
		sums_put_number(&at, k->n_ids);
	if (!k->full && k->n_ids > 0) {
		memcpy(at, k->ids, ids_bytes);
		memcpy(at + ids_bytes, k->numbers.s, k->numbers.n);
		at += ids_bytes + k->numbers.n;
	}
	return (struct str){ (const char *)bytes, (size_t)(at - bytes) };
}

struct str
paths_pack_rows(const struct paths_pack *k)
{
	const bool none = k->full || k->rows_full;
	const size_t n = none ? 0 : k->rows.n;
	unsigned char *bytes = arena_alloc(k->arena, SUM_NUMBER_BYTES + n, 1), *at = bytes;

	sums_put_number(&at, none ? FORMAT_NONE : FORMAT_ROWS);
	if (n > 0)
		memcpy(at, k->rows.s, n);
	return (struct str){ (const char *)bytes, (size_t)(at - bytes) + n };
}

/* --- back ------------------------------------------------------------------------------------ */

bool
paths_open(struct str bytes, int64_t day_us, struct paths *ret, bool *ret_packed)
{
	uint64_t format, n;

	*ret = (struct paths){ .at_us = day_us };
	if (!sums_get_number(&bytes, &format))
		return false;
	*ret_packed = format == FORMAT;
	if (format != FORMAT)
		return true;
	if (!sums_get_number(&bytes, &n) || n > bytes.n / sizeof(struct uuid))
		return false;
	ret->ids = bytes.s;
	ret->n_ids = (size_t)n;
	ret->rest = (struct str){ bytes.s + n * sizeof(struct uuid),
		                  bytes.n - (size_t)n * sizeof(struct uuid) };
	return true;
}

bool
paths_open_rows(struct str bytes, struct paths *p, bool *ret_packed)
{
	uint64_t format;

	if (!sums_get_number(&bytes, &format))
		return false;
	*ret_packed = format == FORMAT_ROWS;
	p->rows = bytes;
	return true;
}

static bool
get_ids(struct str *rest, struct uuid *ret, void *ret_other, size_t n)
{
	if (rest->n < sizeof(*ret) + n)
		return false;
	memcpy(ret, rest->s, sizeof(*ret));
	memcpy(ret_other, rest->s + sizeof(*ret), n);
	rest->s += sizeof(*ret) + n;
	rest->n -= sizeof(*ret) + n;
	return true;
}

bool
paths_next_ids(struct paths *p, struct stream_row *ret)
{
	return get_ids(&p->rows, &ret->id, &ret->lead_id, sizeof(ret->lead_id));
}

bool
paths_touch_ids(struct paths *p, struct stream_row *ret)
{
	return get_ids(&p->rows, &ret->share_id, ret->click_id, sizeof(ret->click_id));
}

int64_t
paths_before(const struct paths *p, uint64_t number)
{
	return number == 0 ? TIME_NONE : p->at_us - (int64_t)(number - 1);
}

struct uuid
paths_id(const struct paths *p, uint64_t place)
{
	struct uuid id;

	memcpy(&id, p->ids + place * sizeof(id), sizeof(id));
	return id;
}

static bool
get(struct str *rest, uint64_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!sums_get_number(rest, &numbers[i]))
			return false;
	}
	return true;
}

bool
paths_next(struct paths *p, uint64_t numbers[CONVERSION_NUMBERS])
{
	if (!get(&p->rest, numbers, CONVERSION_NUMBERS) || numbers[CONVERSION_AFTER] > US_PER_DAY ||
	    numbers[CONVERSION_CAMPAIGN] >= p->n_ids)
		return false;
	p->at_us += (int64_t)numbers[CONVERSION_AFTER];
	return true;
}

bool
paths_touch(struct paths *p, uint64_t numbers[TOUCH_NUMBERS])
{
	static const enum touch_number places[] = { TOUCH_PERSON, TOUCH_TEAM, TOUCH_POST,
		                                    TOUCH_CAMPAIGN, TOUCH_CHANNEL };

	if (!get(&p->rest, numbers, TOUCH_NUMBERS) || numbers[TOUCH_NETWORK] >= NETWORK__MAX ||
	    numbers[TOUCH_AGE] > REPORT_WINDOW_MAX * US_PER_DAY)
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (numbers[places[i]] >= p->n_ids)
			return false;
	}
	return true;
}
