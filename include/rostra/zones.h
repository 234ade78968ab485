/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones.h - the days of a company whose time zone changes.  What is counted by day must not be
 * counted again by another day: a change counts from the end of the running day on, so the day of
 * an instant that has been never changes.  No day comes twice: where the new zone is more than a
 * day behind, the last day of the former one goes on.
 */
#ifndef ROSTRA_ZONES_H
#define ROSTRA_ZONES_H

#include "rostra/db.h"
#include "rostra/measure.h"

extern const struct db_stmt_table zones_stmts;

/* A zone whose days were the company's until an instant, excluded. */
struct zone_until {
	const char *zone;
	int64_t until_us;
};
struct zones {
	struct zone_until *list; /* earliest first; the last one has no end */
	size_t n;                /* 1 or more */
};

/* The zones of the caller's company, into the arena. */
enum fault zones_read(struct rq *rq, struct zones *out) MUST_CHECK;
/* The day of an instant as YYYYMMDD; 0 when a zone is unknown. */
int64_t zones_day(const struct zones *z, int64_t at_us);
/* Days from one up to another, excluded, and the instants at which they begin; false: they are
 * none. */
bool zones_span(const struct zones *z, int64_t from_day, int64_t to_day,
                struct measure_span *out) MUST_CHECK;

/*
 * Inside the transaction that has changed the company's row: its days are those of the former zone
 * until the end of the running one.  A change that has not begun to count is forgotten by another.
 */
enum fault zones_changed(struct rq *rq, const char *former, const char *now) MUST_CHECK;

#endif
