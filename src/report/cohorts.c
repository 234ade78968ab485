/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cohorts.c - how long it takes: leads by when they came, with the days from the first click of
 * their path to the lead, and from there to the sale.
 */
#include <stdlib.h>

#include "people_report_int.h"

enum { REACHES = 7, PER_CENT = 100, MEDIAN = 50, NINTH = 90 };
static const int64_t reach_days[REACHES] = { 1, 7, 14, 30, 90, 180, 365 };

/* How many took how long. */
struct durations {
	int64_t *us; /* n, sorted in the end */
	size_t n, room;
};
struct cohort {
	int64_t leads;
	struct durations to_lead, to_won;
};

struct reach_view {
	int64_t days, n;
};
struct duration_view {
	int64_t n, median_days, p90_days; /* days in millionths */
	struct j_list within;
};
struct cohort_view {
	const char *from;
	int64_t starts_at, leads;
	const struct duration_view *click_to_lead, *click_to_won;
};

/* clang-format off */
static const struct j_field reach_fields[] = {
	J_INT64(struct reach_view, days, 0, 0, 0, 0), J_INT64(struct reach_view, n, 0, 0, 0, 0),
};
static const struct j_schema reach_schema = J_SCHEMA("cohort_reach", struct reach_view, reach_fields);
static const struct j_field duration_fields[] = {
	J_INT64(struct duration_view, n, 0, 0, 0, 0, .help = "Leads of which it is known"),
	J_DECIMAL(struct duration_view, median_days, J_NULLABLE, .help = "Half of them took at most so long; null: there are none"),
	J_DECIMAL(struct duration_view, p90_days, J_NULLABLE, .help = "Nine in ten of them took at most so long"),
	J_OBJECTS(struct duration_view, within, 0, 0, REACHES, &reach_schema, .help = "How many took at most so many days of 24 hours"),
};
static const struct j_schema duration_schema = J_SCHEMA("cohort_duration", struct duration_view, duration_fields);
static const struct j_field cohort_fields[] = {
	J_TEXT(struct cohort_view, from, J_DATE, 10, 10, .help = "First local date of the cohort"),
	J_AT(struct cohort_view, starts_at, 0),
	J_INT64(struct cohort_view, leads, 0, 0, 0, 0, .help = "That came in it"),
	J_SUB(struct cohort_view, click_to_lead, 0, &duration_schema, .help = "From the first click of the path"),
	J_SUB(struct cohort_view, click_to_won, 0, &duration_schema, .help = "From the first click of the path; those that are won by now"),
};
static const struct j_schema cohort_schema = J_SCHEMA("cohort", struct cohort_view, cohort_fields);

struct cohorts_view {
	int64_t       as_of;
	int           step;
	const char   *from, *to, *time_zone;
	struct j_list cohorts;
};
static const struct j_field cohorts_fields[] = {
	J_AT(struct cohorts_view, as_of, 0), J_WORD(struct cohorts_view, step, 0, bucket_names, 0),
	J_TEXT(struct cohorts_view, from, J_DATE, 10, 10), J_TEXT(struct cohorts_view, to, J_DATE, 10, 10),
	J_TEXT(struct cohorts_view, time_zone, 0, 1, 64),
	J_OBJECTS(struct cohorts_view, cohorts, 0, 0, 0, &cohort_schema),
};
const struct j_schema cohorts_schema = J_SCHEMA("cohorts_report", struct cohorts_view, cohorts_fields);
/* clang-format on */

struct reading {
	const struct report_ask *ask;
	enum bucket_step step;
	struct bucket_start *starts;
	struct cohort *cohorts;
	size_t n;
};

static void
note(struct rq *rq, struct durations *d, int64_t us)
{
	d->us = arena_grow(rq->arena, d->us, d->n, &d->room);
	d->us[d->n++] = us;
}

static enum fault
take_lead(struct rq *rq, void *row, void *arg)
{
	const struct cohort_lead *l = row;
	struct reading *r = arg;
	struct cohort *c = &r->cohorts[bucket_at(r->starts, r->n, l->created_at)];

	c->leads++;
	if (l->touched_at == TIME_NONE)
		return FAULT_NONE;
	note(rq, &c->to_lead, l->created_at - l->touched_at);
	if (l->won_at != TIME_NONE && l->won_at >= l->touched_at)
		note(rq, &c->to_won, l->won_at - l->touched_at);
	return FAULT_NONE;
}

static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct reading *r = arg;

	r->starts = report_buckets(rq, r->ask, r->step, &r->n);
	r->cohorts = arena_array(rq->arena, r->n, struct cohort);
	return cohorts_sql_leads(rq, r->ask, take_lead, r);
}

static int
by_length(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* The least duration that so many per cent do not exceed, in millionths of a day. */
static int64_t
percentile(const struct durations *d, size_t per_cent)
{
	size_t rank = (d->n * per_cent + PER_CENT - 1) / PER_CENT;

	if (d->n == 0)
		return J_NO_INT;
	return (int64_t)((double)d->us[rank - 1] / (double)US_PER_DAY * CREDIT_WHOLE + 0.5);
}

static const struct duration_view *
view_of(struct rq *rq, struct durations *d)
{
	struct duration_view *v = arena_new(rq->arena, struct duration_view);
	struct reach_view *within = arena_array(rq->arena, REACHES, struct reach_view);
	size_t at = 0;

	if (d->n > 1)
		qsort(d->us, d->n, sizeof(*d->us), by_length);
	for (size_t i = 0; i < REACHES; i++) {
		while (at < d->n && d->us[at] <= reach_days[i] * US_PER_DAY)
			at++;
		within[i] = (struct reach_view){ reach_days[i], (int64_t)at };
	}
	*v = (struct duration_view){
		(int64_t)d->n, percentile(d, MEDIAN), percentile(d, NINTH), { within, REACHES }
	};
	return v;
}

static struct j_list
views_of(struct rq *rq, struct reading *r)
{
	struct cohort_view *list = arena_array(rq->arena, r->n, struct cohort_view);

	for (size_t i = 0; i < r->n; i++)
		list[i] =
		    (struct cohort_view){ r->starts[i].from, r->starts[i].starts_at,
			                  r->cohorts[i].leads, view_of(rq, &r->cohorts[i].to_lead),
			                  view_of(rq, &r->cohorts[i].to_won) };
	return (struct j_list){ list, r->n };
}

static void
put_durations(struct sheet *s, const struct duration_view *d)
{
	const struct reach_view *within = d->within.items;

	sheet_number(s, d->n);
	if (d->n > 0) {
		sheet_number(s, d->median_days);
		sheet_number(s, d->p90_days);
	} else {
		sheet_empty(s);
		sheet_empty(s);
	}
	for (size_t i = 0; i < REACHES; i++)
		sheet_number(s, within[i].n);
}

static const struct sheet_column *
columns_of(struct rq *rq, size_t *ret_n)
{
	static const char *const what[] = { "lead", "won" };
	enum { OWN = 2, EACH = 3 + REACHES };
	struct sheet_column *list = arena_array(rq->arena, OWN + 2 * EACH, struct sheet_column);
	size_t n = 0;

	list[n++] = (struct sheet_column){ "from", SHEET_DATE };
	list[n++] = (struct sheet_column){ "leads", SHEET_INT };
	for (size_t i = 0; i < 2; i++) {
		const char *w = what[i];

		list[n++] = (struct sheet_column){ arena_printf(rq->arena, "to_%s", w), SHEET_INT };
		list[n++] = (struct sheet_column){ arena_printf(rq->arena, "to_%s_median_days", w),
			                           SHEET_MICRO };
		list[n++] = (struct sheet_column){ arena_printf(rq->arena, "to_%s_p90_days", w),
			                           SHEET_MICRO };
		for (size_t k = 0; k < REACHES; k++)
			list[n++] =
			    (struct sheet_column){ arena_printf(rq->arena, "to_%s_within_%dd", w,
				                                (int)reach_days[k]),
				                   SHEET_INT };
	}
	*ret_n = n;
	return list;
}

static enum fault
put_table(struct rq *rq, struct call *call, struct j_list list)
{
	const struct cohort_view *cohorts = list.items;
	size_t n;
	const struct sheet_column *columns = columns_of(rq, &n);
	struct sheet *s;
	enum fault e = http_sheet(rq, call, "cohorts", &s);

	if (e)
		return e;
	sheet_head(s, columns, n);
	for (size_t i = 0; i < list.n; i++) {
		sheet_text(s, str_of(cohorts[i].from));
		sheet_number(s, cohorts[i].leads);
		put_durations(s, cohorts[i].click_to_lead);
		put_durations(s, cohorts[i].click_to_won);
		sheet_end_row(s);
	}
	return FAULT_NONE;
}

enum fault
cohorts_get(struct rq *rq, struct call *call, void *reply)
{
	const struct report_query *q = call->query;
	struct cohorts_view *v = reply;
	struct report_ask ask;
	struct reading r = { .ask = &ask, .step = (enum bucket_step)q->step };
	enum fault e = report_read_buckets(rq, q, &ask, read_tx, &r);

	if (e)
		return e;
	*v = (struct cohorts_view){
		.as_of = rq->now_us,
		.step = q->step,
		.from = ask.from,
		.to = ask.to,
		.time_zone = ask.time_zone,
		.cohorts = views_of(rq, &r),
	};
	return call->format != FORMAT_JSON ? put_table(rq, call, v->cohorts) : FAULT_NONE;
}
