/* SPDX-License-Identifier: Apache-2.0 */
/* partitions.c - monthly partitions of click, made before they are needed, dropped when their time
 * is over. */
#include <stdlib.h>
#include <string.h>

#include "rostra/log.h"

#include "link_int.h"

enum {
	MONTHS_BACK = 13, /* of an empty table: so much history may be brought in */
	MONTHS_AHEAD = 3,
	MONTHS_PER_YEAR = 12,
	ERROR_SAME_PARTITION = 1517,       /* ER_SAME_NAME_PARTITION: another node was faster */
	ERROR_NO_PARTITION = 1507,         /* ER_DROP_PARTITION_NON_EXISTENT: likewise */
	ERROR_RANGE_NOT_INCREASING = 1493, /* ER_RANGE_NOT_INCREASING_ERROR: likewise */
	MARK_DAYS = 30,
	DROPS_MAX = 200, /* at once */
};

/* Months since year 0, January 0. */
static int
month_of(int64_t t_us)
{
	struct civil c = civil_from_us(t_us);

	return c.year * MONTHS_PER_YEAR + c.month - 1;
}

/* The bound of the newest dated partition: "'2026-12-01'" there, as a month here; p_rest says
 * MAXVALUE. */
static enum fault
take_bound(struct rq *rq, const struct str *cells, size_t n, void *arg)
{
	int *newest = arg, year, month, day;
	struct str text = n > 0 ? cells[0] : (struct str){ NULL, 0 };

	(void)rq;
	if (text.n < 12 || text.s[0] != '\'' ||
	    !date_parse((struct str){ text.s + 1, 10 }, &year, &month, &day))
		return FAULT_NONE;
	if (year * MONTHS_PER_YEAR + month - 1 > *newest)
		*newest = year * MONTHS_PER_YEAR + month - 1;
	return FAULT_NONE;
}

static enum fault
newest_bound(struct rq *rq, int *out)
{
	*out = 0;
	return db_query_text(rq,
	                     "SELECT partition_description FROM information_schema.partitions"
	                     " WHERE table_schema = DATABASE() AND table_name = 'click'"
	                     " /* all companies: the table's own shape */",
	                     take_bound, out);
}

static const char *
reorganize_sql(struct rq *rq, int from, int to)
{
	struct buf b = { 0 };
	const char *sql;

	buf_lit(&b, "ALTER TABLE click REORGANIZE PARTITION p_rest INTO (");
	for (int m = from; m < to; m++)
		buf_printf(&b, "PARTITION p%04d%02d VALUES LESS THAN ('%04d-%02d-01'), ",
		           m / MONTHS_PER_YEAR, m % MONTHS_PER_YEAR + 1, (m + 1) / MONTHS_PER_YEAR,
		           (m + 1) % MONTHS_PER_YEAR + 1);
	buf_lit(&b, "PARTITION p_rest VALUES LESS THAN (MAXVALUE))");
	sql = arena_copy(rq->arena, b.s, b.n);
	buf_free(&b);
	return sql;
}

static enum fault
add_months(struct rq *rq)
{
	int bound, now = month_of(rq->now_us), from;
	unsigned error;
	enum fault e = newest_bound(rq, &bound);

	if (e)
		return e;
	from = bound > now - MONTHS_BACK ? bound : now - MONTHS_BACK;
	if (from >= now + MONTHS_AHEAD)
		return FAULT_NONE;
	e = db_run_text(rq, reorganize_sql(rq, from, now + MONTHS_AHEAD));
	error = db_last_error(rq->db);
	if (e && (error == ERROR_SAME_PARTITION || error == ERROR_RANGE_NOT_INCREASING)) {
		problem_reset(&rq->problem);
		return FAULT_NONE;
	}
	return e;
}

const char *
clicks_kept_from(struct rq *rq)
{
	int first = month_of(rq->now_us) - (int)rq->conf->click_keep_months;

	if (rq->conf->click_keep_months == 0)
		return "1970-01-01";
	return arena_printf(rq->arena, "%04d-%02d-01", first / MONTHS_PER_YEAR,
	                    first % MONTHS_PER_YEAR + 1);
}

struct old_partitions {
	struct buf names; /* with commas */
	int n, before;    /* the month that is kept first */
};

static enum fault
take_old(struct rq *rq, const struct str *cells, size_t n, void *arg)
{
	struct old_partitions *old = arg;
	int bound = 0;
	enum fault e = n == 2 ? take_bound(rq, &cells[1], 1, &bound) : FAULT_INTERNAL;

	if (e || bound == 0 || bound > old->before || old->n == DROPS_MAX)
		return e;
	if (old->n++ > 0)
		buf_lit(&old->names, ", ");
	buf_str(&old->names, cells[0]);
	return FAULT_NONE;
}

static enum fault
drop_months(struct rq *rq)
{
	struct old_partitions old = { .before =
		                          month_of(rq->now_us) - (int)rq->conf->click_keep_months };
	enum fault e;

	if (rq->conf->click_keep_months == 0)
		return FAULT_NONE;
	e = db_query_text(rq,
	                  "SELECT partition_name, partition_description FROM"
	                  " information_schema.partitions WHERE table_schema = DATABASE() AND"
	                  " table_name = 'click' ORDER BY partition_ordinal_position"
	                  " /* all companies: the table's own shape */",
	                  take_old, &old);
	if (!e && old.n > 0) {
		log_line(LOG_INFO, "clicks_dropped", "clicks before %s: partitions %.*s",
		         clicks_kept_from(rq), (int)old.names.n, old.names.s);
		e = db_run_text(rq, arena_printf(rq->arena, "ALTER TABLE click DROP PARTITION %.*s",
		                                 (int)old.names.n, old.names.s));
	}
	if (e && db_last_error(rq->db) == ERROR_NO_PARTITION) {
		problem_reset(&rq->problem);
		e = FAULT_NONE;
	}
	buf_free(&old.names);
	return e;
}

enum fault
click_partitions_run(struct rq *rq)
{
	enum fault e = add_months(rq);

	if (!e)
		e = drop_months(rq);
	if (e)
		return e;
	/* A loader that died between removing a segment and its mark leaves the mark. */
	return mark_sql_prune(rq, rq->now_us - MARK_DAYS * US_PER_DAY);
}
