/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - instants and their RFC 3339 text; knows no time zone but UTC (zone.c does). */
#include "rostra/clock.h"

#include <time.h>

static int64_t
read_us(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t
clock_now_us(void)
{
	return read_us(CLOCK_REALTIME);
}

int64_t
clock_monotonic_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

/*
 * Days since 1970-01-01 of a proleptic Gregorian date and back, by eras of 400 years (146,097 days)
 * that begin on 1 March, so that the leap day is the last of its year.  719,468 days lie between
 * 0000-03-01 and 1970-01-01.
 */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t y, era, year_of_era, day_of_year;

	year += (month - 1) / 12;
	month = (month - 1) % 12 + 1;
	if (month < 1) {
		month += 12;
		year--;
	}
	y = month <= 2 ? year - 1 : year;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static void
date_from_days(int64_t days, struct civil *c)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */

	c->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	c->month = (int)(month < 10 ? month + 3 : month - 9);
	c->year = (int)(year_of_era + era * 400 + (c->month <= 2));
}

struct civil
civil_from_us(int64_t t_us)
{
	struct civil c = { 0 };
	int64_t days = t_us / US_PER_DAY, rest = t_us % US_PER_DAY;

	if (rest < 0) {
		days--;
		rest += US_PER_DAY;
	}
	date_from_days(days, &c);
	c.us = (int)(rest % US_PER_S);
	rest /= US_PER_S;
	c.second = (int)(rest % 60);
	c.minute = (int)(rest / 60 % 60);
	c.hour = (int)(rest / 3600);
	return c;
}

int64_t
civil_to_us(struct civil c)
{
	int64_t s = days_from_date(c.year, c.month, c.day) * 86400 + (int64_t)c.hour * 3600 +
	            (int64_t)c.minute * 60 + c.second;

	return s * US_PER_S + c.us;
}

static char *
put_digits(char *out, int v, int width)
{
	for (int i = width - 1; i >= 0; i--) {
		out[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return out + width;
}

size_t
time_format(int64_t t_us, char out[RFC3339_SIZE])
{
	struct civil c = civil_from_us(t_us);
	char *p = put_digits(out, c.year, 4);

	*p++ = '-';
	p = put_digits(p, c.month, 2);
	*p++ = '-';
	p = put_digits(p, c.day, 2);
	*p++ = 'T';
	p = put_digits(p, c.hour, 2);
	*p++ = ':';
	p = put_digits(p, c.minute, 2);
	*p++ = ':';
	p = put_digits(p, c.second, 2);
	if (c.us != 0) {
		*p++ = '.';
		p = c.us % 1000 == 0 ? put_digits(p, c.us / 1000, 3) : put_digits(p, c.us, 6);
	}
	*p++ = 'Z';
	*p = '\0';
	return (size_t)(p - out);
}

static bool
take_digits(struct str *text, size_t n, int *out)
{
	int v = 0;

	if (text->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text->s[i] < '0' || text->s[i] > '9')
			return false;
		v = v * 10 + (text->s[i] - '0');
	}
	text->s += n;
	text->n -= n;
	*out = v;
	return true;
}

static bool
take_char(struct str *text, char c)
{
	if (text->n == 0 || text->s[0] != c)
		return false;
	text->s++;
	text->n--;
	return true;
}

static bool
date_real(int year, int month, int day)
{
	struct civil c;

	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	c = civil_from_us(civil_to_us((struct civil){ .year = year, .month = month, .day = day }));
	return c.month == month;
}

static bool
take_date(struct str *text, struct civil *c)
{
	return take_digits(text, 4, &c->year) && take_char(text, '-') &&
	       take_digits(text, 2, &c->month) && take_char(text, '-') &&
	       take_digits(text, 2, &c->day) && date_real(c->year, c->month, c->day);
}

/* Up to 6 digits; RFC 3339 allows more, which would be lost in a microsecond. */
static bool
take_fraction(struct str *text, int *ret_us)
{
	int scale = 100000, us = 0, digit;

	*ret_us = 0;
	if (!take_char(text, '.'))
		return true;
	if (!take_digits(text, 1, &digit))
		return false;
	us = digit * scale;
	while (scale > 1 && take_digits(text, 1, &digit)) {
		scale /= 10;
		us += digit * scale;
	}
	*ret_us = us;
	return true;
}

static bool
take_offset(struct str *text, int64_t *ret_us)
{
	int hours, minutes, sign = 1;

	*ret_us = 0;
	if (take_char(text, 'Z') || take_char(text, 'z'))
		return true;
	if (take_char(text, '-'))
		sign = -1;
	else if (!take_char(text, '+'))
		return false;
	if (!take_digits(text, 2, &hours) || !take_char(text, ':') ||
	    !take_digits(text, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	*ret_us = sign * ((int64_t)hours * 60 + minutes) * 60 * US_PER_S;
	return true;
}

bool
time_parse(struct str text, int64_t *out_us)
{
	struct civil c = { 0 };
	int64_t offset_us;

	if (!take_date(&text, &c) || !(take_char(&text, 'T') || take_char(&text, 't')))
		return false;
	if (!take_digits(&text, 2, &c.hour) || !take_char(&text, ':') ||
	    !take_digits(&text, 2, &c.minute) || !take_char(&text, ':') ||
	    !take_digits(&text, 2, &c.second) || !take_fraction(&text, &c.us))
		return false;
	/* A leap second (:60) has no place in UTC microseconds; refusing it loses nothing. */
	if (c.hour > 23 || c.minute > 59 || c.second > 59)
		return false;
	if (!take_offset(&text, &offset_us) || text.n != 0)
		return false;
	/* The offset may carry it over either end of the years that texts and tables can hold. */
	*out_us = civil_to_us(c) - offset_us;
	return *out_us >= 0 && civil_from_us(*out_us).year <= 9999;
}

bool
date_parse(struct str text, int *year, int *month, int *day)
{
	struct civil c = { 0 };

	if (!take_date(&text, &c) || text.n != 0)
		return false;
	*year = c.year;
	*month = c.month;
	*day = c.day;
	return true;
}
