/* SPDX-License-Identifier: Apache-2.0 */
/* streak.c - weeks on end: pure. */
#include "badge_int.h"

int64_t
streak_week(int64_t local_us)
{
	/* 1970-01-01 was a Thursday. */
	return (local_us / US_PER_DAY + 3) / 7;
}

/* Is it the next of an ascending list? */
static bool
take(const int64_t *list, size_t n, size_t *at, int64_t week)
{
	while (*at < n && list[*at] < week)
		(*at)++;
	return *at < n && list[*at] == week;
}

struct streak
streak_of(const int64_t *weeks, size_t n, const int64_t *skipped, size_t n_skipped,
          int64_t this_week)
{
	struct streak s = { 0, 0 };
	size_t at = 0, at_skipped = 0;

	for (int64_t w = n > 0 ? weeks[0] : this_week; w <= this_week; w++) {
		if (take(weeks, n, &at, w))
			s.current++;
		else if (!take(skipped, n_skipped, &at_skipped, w) && w < this_week)
			s.current = 0;
		if (s.current > s.longest)
			s.longest = s.current;
	}
	return s;
}
