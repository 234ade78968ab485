/* SPDX-License-Identifier: Apache-2.0 */
/* rollup.c - click_day and click_quarter: counted from the clicks of one chunk, compared with all
 * clicks, made anew. */
#include <stdlib.h>
#include <string.h>

#include "rostra/sums.h"

#include "link_int.h"

static int
day_cmp(const void *pa, const void *pb)
{
	const struct day_row *a = pa, *b = pb;
	int c = memcmp(a->company_id.b, b->company_id.b, sizeof(a->company_id.b));

	if (c == 0)
		c = strcmp(a->day, b->day);
	if (c == 0)
		c = memcmp(a->share_id.b, b->share_id.b, sizeof(a->share_id.b));
	return c != 0 ? c : a->cls - b->cls;
}

static const char *
day_text(struct arena *a, int64_t t_us)
{
	struct civil c = civil_from_us(t_us);

	return arena_printf(a, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* In the order of the key: two loaders that touch the same rows wait for each other instead of
 * dying of a deadlock. */
size_t
rollup_group(struct arena *a, const struct click_row *rows, size_t n, struct day_row *out)
{
	const char *day = "";
	int64_t day_of = INT64_MIN;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].clicked_us / US_PER_DAY != day_of) {
			day_of = rows[i].clicked_us / US_PER_DAY;
			day = day_text(a, rows[i].clicked_us);
		}
		out[i] = (struct day_row){ .company_id = rows[i].company_id,
			                   .share_id = rows[i].share_id,
			                   .day = day,
			                   .cls = rows[i].cls,
			                   .n = 1 };
	}
	qsort(out, n, sizeof(*out), day_cmp);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && day_cmp(&out[kept - 1], &out[i]) == 0)
			out[kept - 1].n += out[i].n;
		else
			out[kept++] = out[i];
	}
	return kept;
}

static int
quarter_cmp(const void *pa, const void *pb)
{
	const struct click_quarter *a = pa, *b = pb;
	int c = memcmp(a->company_id.b, b->company_id.b, sizeof(a->company_id.b));

	if (c == 0)
		c = a->cls - b->cls;
	return c != 0 ? c : (a->quarter_us > b->quarter_us) - (a->quarter_us < b->quarter_us);
}

size_t
rollup_quarters(const struct click_row *rows, size_t n, struct click_quarter *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		out[i] =
		    (struct click_quarter){ .company_id = rows[i].company_id,
			                    .cls = rows[i].cls,
			                    .quarter_us = rows[i].clicked_us -
			                                  rows[i].clicked_us % CLICK_QUARTER_US,
			                    .n = 1 };
	qsort(out, n, sizeof(*out), quarter_cmp);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && quarter_cmp(&out[kept - 1], &out[i]) == 0)
			out[kept - 1].n += out[i].n;
		else
			out[kept++] = out[i];
	}
	return kept;
}

/* --- by `rostra click rollup`: statements of administration, not of requests --------------- */

#define COUNTED                                                                                    \
	"SELECT company_id, DATE(clicked_at) AS day, share_id, class, COUNT(*) AS n FROM click"

/* From the first day whose clicks are kept: what is older is known by its sums alone. */
#define KEPT " WHERE clicked_at >= '%s'"

#define QUARTER_OF                                                                                 \
	"CAST(DATE(clicked_at) AS DATETIME) + INTERVAL"                                            \
	" (HOUR(clicked_at) * 4 + MINUTE(clicked_at) DIV 15) * 15 MINUTE"

/* A company's day; both texts are the server's own. */
struct company_day {
	struct str company, day;
};

struct day_list {
	struct company_day *items;
	size_t n, room;
};

static enum fault
take_day(struct rq *rq, const struct str *cells, size_t n, void *arg)
{
	struct day_list *list = arg;

	if (n != 2)
		return FAULT_INTERNAL;
	list->items = arena_grow(rq->arena, list->items, list->n, &list->room);
	list->items[list->n++] = (struct company_day){
		.company = { arena_copy(rq->arena, cells[0].s, cells[0].n), cells[0].n },
		.day = { arena_copy(rq->arena, cells[1].s, cells[1].n), cells[1].n },
	};
	return FAULT_NONE;
}

/* All that have clicks, or sums of clicks that are kept. */
static enum fault
find_days(struct rq *rq, struct day_list *list)
{
	const char *from = clicks_kept_from(rq);

	return db_query_text(
	    rq,
	    arena_printf(rq->arena,
	                 "SELECT company_id, DATE(clicked_at) FROM click" KEPT " GROUP BY 1, 2"
	                 " UNION SELECT company_id, day FROM click_day WHERE day >= '%s'"
	                 " UNION SELECT company_id, DATE(quarter) FROM click_quarter WHERE"
	                 " quarter >= '%s' /* all companies: the operator's check and repair */",
	                 from, from, from),
	    take_day, list);
}

/* --- the check ------------------------------------------------------------------------------ */

enum { ARENA_BYTES = 1 << 20, QUARTERS = US_PER_DAY / CLICK_QUARTER_US };

struct checking {
	struct rollup_day day;
	struct sum_map *days; /* clicks of a share and class, less what click_day has */
	int64_t clicks[CLICK__MAX][QUARTERS], sums[CLICK__MAX][QUARTERS];
	struct rollup_report *out;
};

static enum fault
take_click(struct rq *rq, void *row, void *arg)
{
	const struct rollup_row *r = row;
	struct checking *c = arg;

	(void)rq;
	sum_map_add(c->days, r->share_id, (uint32_t)r->cls, 1);
	c->clicks[r->cls][r->at_us % US_PER_DAY / CLICK_QUARTER_US]++;
	return FAULT_NONE;
}

static enum fault
take_sum(struct rq *rq, void *row, void *arg)
{
	const struct rollup_row *r = row;
	const struct checking *c = arg;

	(void)rq;
	sum_map_add(c->days, r->share_id, (uint32_t)r->cls, -r->n);
	return FAULT_NONE;
}

static enum fault
take_quarter(struct rq *rq, void *row, void *arg)
{
	const struct rollup_row *r = row;
	struct checking *c = arg;

	(void)rq;
	c->sums[r->cls][r->at_us % US_PER_DAY / CLICK_QUARTER_US] += r->n;
	return FAULT_NONE;
}

static void
judge(const struct checking *c)
{
	size_t wrong;

	(void)sum_map_cells(c->days, &wrong);
	c->out->rows += (int64_t)sum_map_size(c->days);
	c->out->wrong += (int64_t)wrong;
	for (size_t i = 0; i < (size_t)CLICK__MAX * QUARTERS; i++) {
		const int64_t want = c->clicks[i / QUARTERS][i % QUARTERS],
			      have = c->sums[i / QUARTERS][i % QUARTERS];

		c->out->rows += want != 0 || have != 0;
		c->out->wrong += want != have;
	}
}

/* In a snapshot: a loader may be at work. */
static enum fault
read_day(struct rq *rq, void *arg)
{
	struct checking *c = arg;
	enum fault e;

	c->days = sum_map_new(rq->arena);
	memset(c->clicks, 0, sizeof(c->clicks));
	memset(c->sums, 0, sizeof(c->sums));
	e = rollup_sql_clicks(rq, &c->day, take_click, c);
	if (!e)
		e = rollup_sql_days(rq, &c->day, take_sum, c);
	return e ? e : rollup_sql_quarters(rq, &c->day, take_quarter, c);
}

static bool
day_of(const struct company_day *d, struct rollup_day *ret)
{
	struct civil c = { 0 };

	if (!uuid_parse(d->company, &ret->company_id) ||
	    !date_parse(d->day, &c.year, &c.month, &c.day))
		return false;
	ret->from_us = civil_to_us(c);
	ret->to_us = ret->from_us + US_PER_DAY;
	return true;
}

static enum fault
check_days(struct rq *rq, const struct day_list *list, struct checking *c)
{
	struct arena *keep = rq->arena, *own = arena_create(ARENA_BYTES);
	enum fault e = FAULT_NONE;

	rq->arena = own;
	for (size_t i = 0; !e && i < list->n; i++) {
		arena_reset(own);
		if (!day_of(&list->items[i], &c->day))
			e = FAULT_INTERNAL;
		if (!e)
			e = db_snapshot(rq, read_day, c);
		if (!e)
			judge(c);
		if (c->out->progress != NULL)
			c->out->progress((int64_t)i + 1, (int64_t)list->n, c->out->arg);
	}
	rq->arena = keep;
	arena_destroy(&own);
	return e;
}

/*
 * A day of a company at a time, as the clicks lie: one scan, and no more memory than the shares
 * that were clicked that day take.
 */
enum fault
click_rollup_check(struct rq *rq, struct rollup_report *out)
{
	struct day_list list = { NULL, 0, 0 };
	struct checking *c = arena_new(rq->arena, struct checking);
	enum fault e = find_days(rq, &list);

	out->rows = out->wrong = 0;
	c->out = out;
	return e ? e : check_days(rq, &list, c);
}

/* --- the repair ----------------------------------------------------------------------------- */

static enum fault
rebuild_quarters(struct rq *rq, const struct company_day *d)
{
	enum fault e = db_run_text(
	    rq, arena_printf(rq->arena,
	                     "DELETE FROM click_quarter WHERE company_id = '%s' AND quarter >= '%s'"
	                     " AND quarter < '%s' + INTERVAL 1 DAY",
	                     d->company.s, d->day.s, d->day.s));

	if (e)
		return e;
	return db_run_text(
	    rq, arena_printf(rq->arena,
	                     "INSERT INTO click_quarter (company_id, class, quarter, slot, n)"
	                     " SELECT company_id, class, " QUARTER_OF ", 0, COUNT(*) FROM click"
	                     " WHERE company_id = '%s' AND clicked_at >= '%s'"
	                     " AND clicked_at < '%s' + INTERVAL 1 DAY GROUP BY 1, 2, 3",
	                     d->company.s, d->day.s, d->day.s));
}

/* One day of one company in a transaction: a loader waits for it, or it for the loader. */
static enum fault
rebuild_day(struct rq *rq, void *arg)
{
	const struct company_day *d = arg;
	enum fault e;

	e = db_run_text(rq,
	                arena_printf(rq->arena,
	                             "DELETE FROM click_day WHERE company_id = '%s' AND day = '%s'",
	                             d->company.s, d->day.s));
	if (e)
		return e;
	e = db_run_text(
	    rq, arena_printf(rq->arena,
	                     "INSERT INTO click_day (company_id, day, share_id, class, n) " COUNTED
	                     " WHERE company_id = '%s' AND clicked_at >= '%s'"
	                     " AND clicked_at < '%s' + INTERVAL 1 DAY GROUP BY 1, 2, 3, 4",
	                     d->company.s, d->day.s, d->day.s));
	if (!e)
		e = rebuild_quarters(rq, d);
	return e ? e
	         : db_run_text(rq, arena_printf(rq->arena,
	                                        "INSERT INTO report_due (company_id, kind, day)"
	                                        " VALUES ('%s', 'clicks', '%s')",
	                                        d->company.s, d->day.s));
}

enum fault
click_rollup_rebuild(struct rq *rq, struct rollup_report *out)
{
	struct day_list list = { NULL, 0, 0 };
	enum fault e = find_days(rq, &list);

	for (size_t i = 0; !e && i < list.n; i++)
		e = db_tx(rq, rebuild_day, &list.items[i]);
	return e ? e : click_rollup_check(rq, out);
}
