/* SPDX-License-Identifier: Apache-2.0 */
/* rollup.c - click_day: counted from the clicks of one chunk, compared with all clicks, made anew.
 */
#include <stdlib.h>
#include <string.h>

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

static const char check_sql[] =
    "SELECT COUNT(*), COALESCE(SUM(want <> have), 0) FROM ("
    "SELECT SUM(w) AS want, SUM(h) AS have FROM ("
    "SELECT company_id, day, share_id, class, n AS w, 0 AS h FROM (" COUNTED KEPT
    " GROUP BY 1, 2, 3, 4) c"
    " UNION ALL SELECT company_id, day, share_id, class, 0, n FROM click_day WHERE day >= '%s') u"
    " GROUP BY company_id, day, share_id, class) t /* all companies: the operator's check */";

#define QUARTER_OF                                                                                 \
	"CAST(DATE(clicked_at) AS DATETIME) + INTERVAL"                                            \
	" (HOUR(clicked_at) * 4 + MINUTE(clicked_at) DIV 15) * 15 MINUTE"

static const char check_quarters_sql[] =
    "SELECT COUNT(*), COALESCE(SUM(want <> have), 0) FROM ("
    "SELECT SUM(w) AS want, SUM(h) AS have FROM ("
    "SELECT company_id, class, quarter, n AS w, 0 AS h FROM (SELECT company_id, class, " QUARTER_OF
    " AS quarter, COUNT(*) AS n FROM click" KEPT " GROUP BY 1, 2, 3) c"
    " UNION ALL SELECT company_id, class, quarter, 0, n FROM click_quarter"
    " WHERE quarter >= '%s') u"
    " GROUP BY company_id, class, quarter) t /* all companies: the operator's check */";

static enum fault
take_report(struct rq *rq, const struct str *cells, size_t n, void *arg)
{
	struct rollup_report *out = arg;
	int64_t all, wrong;

	(void)rq;
	if (n != 2 || !str_int64(cells[0], &all) || !str_int64(cells[1], &wrong))
		return FAULT_INTERNAL;
	out->rows += all;
	out->wrong += wrong;
	return FAULT_NONE;
}

enum fault
click_rollup_check(struct rq *rq, struct rollup_report *out)
{
	const char *from = clicks_kept_from(rq);
	enum fault e;

	*out = (struct rollup_report){ 0 };
	e = db_query_text(rq, arena_printf(rq->arena, check_sql, from, from), take_report, out);
	return e ? e
	         : db_query_text(rq, arena_printf(rq->arena, check_quarters_sql, from, from),
	                         take_report, out);
}

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
	const char *from = clicks_kept_from(rq);
	enum fault e = db_query_text(
	    rq,
	    arena_printf(rq->arena,
	                 "SELECT company_id, DATE(clicked_at) FROM click" KEPT " GROUP BY 1, 2"
	                 " UNION SELECT company_id, day FROM click_day WHERE day >= '%s'"
	                 " UNION SELECT company_id, DATE(quarter) FROM click_quarter WHERE"
	                 " quarter >= '%s' /* all companies: the operator's repair */",
	                 from, from, from),
	    take_day, &list);

	for (size_t i = 0; !e && i < list.n; i++)
		e = db_tx(rq, rebuild_day, &list.items[i]);
	return e ? e : click_rollup_check(rq, out);
}
