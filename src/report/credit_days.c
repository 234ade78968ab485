/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credit_days.c - the stream of credit rows in its order: of days that are packed from their packs,
 * of all others from the rows.  Inside a snapshot.
 */
#include "paths_int.h"
#include "sums_int.h"

/* A connection streams one result at a time, so a gap is found while packs come: what is asked for
 * at once grows while there is none, and of what comes behind one little is read away. */
enum { DAYS_FIRST = 1, DAYS_MAX = 31 };

/* Ends a stream at a gap: never leaves this file. */
#define FAULT_GAP FAULT_NOT_MODIFIED

struct days {
	const struct report_ask *ask;
	struct walk *walk;
	struct paths_reader *reader;
	int64_t day_us; /* the next one to be told */
	int64_t gap_us; /* the rows tell those up to here */
	bool gap;       /* found while packs came */
};

static enum fault
take_day(struct rq *rq, void *row, void *arg)
{
	const struct sum_row *day = row;
	struct days *d = arg;
	bool packed = true;
	enum fault e;

	(void)rq;
	d->gap = day->day_us > d->day_us;
	if (d->gap) {
		d->gap_us = day->day_us;
		return FAULT_GAP;
	}
	e = paths_read_day(d->reader, day, &packed);
	d->gap = !packed;
	if (d->gap)
		d->gap_us = day->day_us + US_PER_DAY;
	else
		d->day_us = day->day_us + US_PER_DAY;
	return e || packed ? e : FAULT_GAP;
}

static enum fault
read_gap(struct rq *rq, struct days *d)
{
	struct report_ask part = sums_part(d->ask, d->day_us, d->gap_us);

	part.after_us = part.from_us;
	part.limit = REPORT_ALL_ROWS;
	d->day_us = d->gap_us;
	return report_sql_credits(rq, &part, walk_credit_row, d->walk);
}

/* So many days; *ret_whole: all of them were packed. */
static enum fault
read_days(struct rq *rq, struct days *d, int64_t n, bool *ret_whole)
{
	const struct sums_range range = { .company_id = d->ask->company_id,
		                          .kind = SUM_LEADS,
		                          .what = SUM_LEAD + d->ask->stage,
		                          .by = SUM_BY_PATH,
		                          .span = SUM_DAY,
		                          .from_us = d->day_us,
		                          .to_us = d->day_us + n * US_PER_DAY };
	enum fault e;

	d->gap = false;
	d->gap_us = range.to_us;
	e = sums_each_packed(rq, &range, take_day, d);
	*ret_whole = d->day_us == range.to_us;
	return e && !d->gap ? e : FAULT_NONE;
}

enum fault
credit_days(struct rq *rq, const struct report_ask *ask, struct walk *w)
{
	const int64_t from_us = ask->from_us - ask->from_us % US_PER_DAY;
	struct days d = { .ask = ask, .walk = w, .day_us = from_us };
	int64_t n = DAYS_FIRST;
	enum fault e = paths_reader_new(rq, ask, w, NULL, &d.reader);

	while (!e && d.day_us < ask->to_us) {
		const int64_t left = (ask->to_us - d.day_us + US_PER_DAY - 1) / US_PER_DAY;
		bool whole = false;

		e = read_days(rq, &d, n < left ? n : left, &whole);
		if (!e && !whole)
			e = read_gap(rq, &d);
		n = d.gap ? DAYS_FIRST : n * 2 < DAYS_MAX ? n * 2 : DAYS_MAX;
	}
	return e;
}
