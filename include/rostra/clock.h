/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - time: int64_t microseconds since 1970 UTC, RFC 3339 with Z in text, IANA zones for calendars. */
#ifndef ROSTRA_CLOCK_H
#define ROSTRA_CLOCK_H

#include "rostra/str.h"

#define TIME_NONE INT64_MIN /* "no time": SQL NULL, JSON null */
#define US_PER_S INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

int64_t clock_now_us(void);       /* wall clock, UTC */
int64_t clock_monotonic_us(void); /* for durations and deadlines */

/* Civil date of UTC instants, proleptic Gregorian; used by the SQL binding too. */
struct civil {
	int year, month, day, hour, minute, second, us;
};
struct civil civil_from_us(int64_t t_us);
int64_t      civil_to_us(struct civil c); /* fields in range, else the result is of the normalised date */

enum { RFC3339_SIZE = 28 }; /* "2026-11-23T10:25:07.123456Z" and NUL */
/* Writes with exactly as many fraction digits as needed (0, 3 or 6); answers the length. */
size_t time_format(int64_t t_us, char out[RFC3339_SIZE]);
/* RFC 3339 date-time with Z or offset, up to 6 fraction digits, years 1970-9999; false otherwise. */
bool time_parse(struct str text, int64_t *out_us);
/* "YYYY-MM-DD". */
bool date_parse(struct str text, int *year, int *month, int *day);

/* Is this an IANA time zone this machine knows? */
bool zone_known(const char *iana);
/* The instant at which the local date begins in the zone (first valid moment when midnight does not exist). */
bool zone_day_start(const char *iana, int year, int month, int day, int64_t *out_us);
/* The local civil date and time of an instant in the zone. */
bool zone_civil(const char *iana, int64_t t_us, struct civil *out);

#endif
