/* SPDX-License-Identifier: Apache-2.0 */
/* zones.c - which zone's days were a company's, and until when. */
#include "rostra/zones.h"

#include "rostra/caller.h"
#include "rostra/clock.h"
#include "rostra/str.h"

/* A day that is about to end is taken for over: whoever reads the zones while they change has ended
 * long before the change counts. */
enum { SOON_US = 60 * 1000 * 1000 };

struct zone_row {
	struct uuid company_id;
	const char *now, *zone;
	int64_t until_us;
};

/* clang-format off */
static const struct db_col company_in[] = { DB_COL_UUID(struct zone_row, company_id) };
static const struct db_col read_out[] = {
	DB_COL_STR(struct zone_row, now), DB_COL_STR(struct zone_row, zone), DB_COL_TIME(struct zone_row, until_us),
};
static const struct db_col forget_in[] = { DB_COL_UUID(struct zone_row, company_id), DB_COL_TIME(struct zone_row, until_us) };
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct zone_row, company_id), DB_COL_TIME(struct zone_row, until_us), DB_COL_STR(struct zone_row, zone),
};

enum { Q_READ, Q_FORGET, Q_INSERT, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_READ] = {
		.name = "company_zones",
		.sql = "SELECT c.time_zone, z.time_zone, z.until_at FROM company c /* all companies: its own id is asked for */"
		       " LEFT JOIN company_zone z ON z.company_id = c.id WHERE c.id = ? ORDER BY z.until_at",
		DB_IN(company_in), DB_OUT(read_out),
	},
	[Q_FORGET] = {
		.name = "company_zone_forget",
		.sql = "DELETE FROM company_zone WHERE company_id = ? AND until_at > ?",
		DB_IN(forget_in),
	},
	[Q_INSERT] = {
		.name = "company_zone_insert",
		.sql = "INSERT INTO company_zone (company_id, until_at, time_zone) VALUES (?, ?, ?)",
		DB_IN(insert_in),
	},
};
/* clang-format on */

const struct db_stmt_table zones_stmts = DB_STMTS("zones", stmts);

/* --- days --- */

int64_t
zones_day(const struct zones *z, int64_t at_us)
{
	int64_t least = 0, day;
	size_t i = 0;

	for (; i + 1 < z->n && z->list[i].until_us <= at_us; i++) {
		day = measure_day(z->list[i].zone, z->list[i].until_us - 1);
		least = day > least ? day : least;
	}
	day = measure_day(z->list[i].zone, at_us);
	return day == 0 || day > least ? day : least;
}

/* The first instant of a day, or of the first one after it that there is. */
static bool
begin_of(const struct zones *z, int64_t day, int64_t *out_us)
{
	int64_t begun_us = INT64_MIN;
	size_t i = 0;

	for (;; i++) {
		const struct measure_period p = { .window = WINDOW_DATED,
			                          .first_on = day,
			                          .last_on = day };
		struct measure_span s;

		if (!measure_span_of(z->list[i].zone, &p, 0, &s))
			return false;
		if (i + 1 == z->n || s.from_us < z->list[i].until_us) {
			*out_us = s.from_us > begun_us ? s.from_us : begun_us;
			return true;
		}
		begun_us = z->list[i].until_us;
	}
}

bool
zones_span(const struct zones *z, int64_t from_day, int64_t to_day, struct measure_span *out)
{
	struct measure_span s = { .from_day = from_day, .to_day = to_day };

	if (to_day <= from_day || !begin_of(z, from_day, &s.from_us) ||
	    !begin_of(z, to_day, &s.to_us))
		return false;
	*out = s;
	return true;
}

/* --- what is kept --- */

struct zone_list {
	struct zones z;
	const char *now;
	size_t room;
};

static void
add(struct rq *rq, struct zone_list *l, const char *zone, int64_t until_us)
{
	l->z.list = arena_grow(rq->arena, l->z.list, l->z.n, &l->room);
	l->z.list[l->z.n++] = (struct zone_until){ zone, until_us };
}

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	const struct zone_row *r = row;
	struct zone_list *l = arg;

	l->now = r->now;
	if (r->zone != NULL)
		add(rq, l, r->zone, r->until_us);
	return FAULT_NONE;
}

enum fault
zones_read(struct rq *rq, struct zones *out)
{
	const struct zone_row in = { .company_id = rq_company(rq) };
	struct zone_list l = { .now = NULL };
	struct zone_row row;
	enum fault e = db_each(rq, &stmts[Q_READ], &in, &row, keep, &l);

	if (e)
		return e;
	if (l.now == NULL)
		return rq_fail(rq, FAULT_NOT_FOUND, "No such company.");
	add(rq, &l, l.now, INT64_MAX);
	*out = l.z;
	return FAULT_NONE;
}

enum fault
zones_changed(struct rq *rq, const char *former, const char *now)
{
	struct zone_row row = { .company_id = rq_company(rq), .until_us = rq->now_us + SOON_US };
	const int64_t soon_us = row.until_us;
	struct measure_span today;
	struct zones z;
	enum fault e = zones_read(rq, &z);

	if (e)
		return e;
	row.zone = former;
	if (z.n > 1 && z.list[z.n - 2].until_us > soon_us) {
		row.zone = z.list[z.n - 2].zone;
		e = db_exec(rq, &stmts[Q_FORGET], &row, NULL);
	}
	if (e || cstr_eq(row.zone, now))
		return e;
	z.list[0] = (struct zone_until){ row.zone, INT64_MAX };
	z.n = 1;
	row.zone = z.list[0].zone;
	if (!zones_span(&z, measure_day(row.zone, soon_us),
	                measure_day_add(measure_day(row.zone, soon_us), 1), &today))
		return rq_fail(rq, FAULT_INTERNAL, "Today is no day of the company's zone.");
	row.until_us = today.to_us;
	return db_exec(rq, &stmts[Q_INSERT], &row, NULL);
}
