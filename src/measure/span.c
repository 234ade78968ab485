/* SPDX-License-Identifier: Apache-2.0 */
/* span.c - windows as whole days of a time zone: pure. */
#include "rostra/clock.h"
#include "rostra/measure.h"

enum { MONDAY_OFFSET = 3 /* 1970-01-01 was a Thursday */ };

const char *const measure_names[MEASURE__MAX + 1] = {
	[MEASURE_POINTS] = "points",
	[MEASURE_SHARES] = "shares",
	[MEASURE_CLICKS] = "clicks",
	[MEASURE_VISITORS] = "visitors",
	[MEASURE_LEADS] = "leads",
	[MEASURE_QUALIFIED] = "qualified",
	[MEASURE_WON] = "won_value",
	[MEASURE_KUDOS_RECEIVED] = "kudos_received",
	[MEASURE_KUDOS_GIVEN] = "kudos_given",
};
const char *const measure_fact_names[MEASURE_FACT__MAX + 1] = {
	[MEASURE_DEPARTMENT] = "department",
	[MEASURE_LOCATION] = "location",
};

static int64_t
day_of(struct civil c)
{
	return (int64_t)c.year * 10000 + c.month * 100 + c.day;
}

static struct civil
civil_of(int64_t day)
{
	return (struct civil){ .year = (int)(day / 10000),
		               .month = (int)(day / 100 % 100),
		               .day = (int)(day % 100) };
}

int64_t
measure_day(const char *zone, int64_t at_us)
{
	struct civil c;

	return zone_civil(zone, at_us, &c) ? day_of(c) : 0;
}

int64_t
measure_day_parse(struct str date)
{
	struct civil c = { 0 };

	return date_parse(date, &c.year, &c.month, &c.day) ? day_of(c) : 0;
}

int64_t
measure_day_add(int64_t day, int64_t n)
{
	return day_of(civil_from_us(civil_to_us(civil_of(day)) + n * US_PER_DAY));
}

/* The first day of the month, n months on. */
static int64_t
month_add(int64_t day, int n)
{
	const struct civil c = civil_of(day);
	const int months = c.year * 12 + c.month - 1 + n;

	return day_of((struct civil){ .year = months / 12, .month = months % 12 + 1, .day = 1 });
}

static int64_t
monday_of(int64_t day)
{
	const int64_t days = civil_to_us(civil_of(day)) / US_PER_DAY;

	return measure_day_add(day, -((days + MONDAY_OFFSET) % 7));
}

static bool
day_starts(const char *zone, int64_t day, int64_t *out_us)
{
	const struct civil c = civil_of(day);

	return zone_day_start(zone, c.year, c.month, c.day, out_us);
}

bool
measure_span_of(const char *zone, const struct measure_period *p, int64_t now_us,
                struct measure_span *out)
{
	const int64_t today = measure_day(zone, now_us);
	struct measure_span s = { .from_day = MEASURE_DAY_MIN };

	if (today == 0)
		return false;
	s.to_day = measure_day_add(today, 1);
	switch (p->window) {
	case WINDOW_ROLLING:
		s.from_day = measure_day_add(s.to_day, -p->days);
		break;
	case WINDOW_DATED:
		s.from_day = p->first_on;
		s.to_day = measure_day_add(p->last_on, 1);
		break;
	case WINDOW_WEEK:
		s.from_day = monday_of(today);
		s.to_day = measure_day_add(s.from_day, 7);
		break;
	case WINDOW_MONTH:
		s.from_day = month_add(today, 0);
		s.to_day = month_add(today, 1);
		break;
	case WINDOW_QUARTER:
		s.from_day = month_add(today, -((civil_of(today).month - 1) % 3));
		s.to_day = month_add(s.from_day, 3);
		break;
	case WINDOW_EVER:
	case WINDOW__MAX:
		break;
	}
	if (s.from_day < MEASURE_DAY_MIN || s.to_day > measure_day_add(MEASURE_DAY_MAX, 1) ||
	    !day_starts(zone, s.from_day, &s.from_us) || !day_starts(zone, s.to_day, &s.to_us))
		return false;
	*out = s;
	return true;
}
