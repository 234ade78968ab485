/* SPDX-License-Identifier: Apache-2.0 */
/* quiet.c - quiet hours on a person's clock. */
#include "notice_int.h"

#define US_PER_MINUTE (60 * US_PER_S)

/* How far the local clock is ahead of UTC at this instant. */
static int64_t
ahead_us(const char *zone, int64_t at_us)
{
	struct civil local;

	return zone_civil(zone, at_us, &local) ? civil_to_us(local) - at_us : 0;
}

int64_t
quiet_over_at(const char *zone, int64_t from, int64_t to, int64_t now_us)
{
	const int64_t local_us = now_us + ahead_us(zone, now_us);
	const int64_t day_us = local_us - local_us % US_PER_DAY;
	const int64_t minute = local_us % US_PER_DAY / US_PER_MINUTE;
	const bool overnight = from > to;
	int64_t end_us;

	if (from < 0 || from == to)
		return now_us;
	if (overnight ? minute < from && minute >= to : minute < from || minute >= to)
		return now_us;
	end_us = day_us + to * US_PER_MINUTE;
	if (overnight && minute >= from)
		end_us += US_PER_DAY;
	/* Clocks may have been changed in between: what counts is the clock at the end. */
	end_us -= ahead_us(zone, end_us - ahead_us(zone, now_us));
	return end_us > now_us ? end_us : now_us;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : -1;
}

bool
quiet_minute(struct str text, int64_t *out)
{
	int d[5];

	if (text.n != 5 || text.s[2] != ':')
		return false;
	for (size_t i = 0; i < 5; i++) {
		d[i] = digit(text.s[i]);
		if (i != 2 && d[i] < 0)
			return false;
	}
	if (d[0] * 10 + d[1] > 23 || d[3] > 5)
		return false;
	*out = (d[0] * 10 + d[1]) * 60 + d[3] * 10 + d[4];
	return true;
}
