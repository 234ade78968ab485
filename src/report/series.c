/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.c - what happened when: shares, human clicks, leads and what they become, by day, week or
 * month of a time zone.  A bucket ends where the next local date begins, so a day may have 23 or 25
 * hours.
 */
#include <stdlib.h>
#include <string.h>

#include "sums_int.h"

enum { BUCKETS_MAX = 3700, MONDAY_OFFSET = 3 /* 1970-01-01 was a Thursday */ };

const char *const bucket_names[STEP__MAX + 1] = {
	[STEP_DAY] = "day",
	[STEP_WEEK] = "week",
	[STEP_MONTH] = "month",
};

struct bucket {
	const char *from; /* local date */
	int64_t starts_at, shares, clicks, leads, qualified, opportunities, won, lost;
	struct money money;
	const struct money *value;
	struct j_list other_values; /* struct money, by currency */
	size_t others_room;
};

/* clang-format off */
static const struct j_field bucket_fields[] = {
	J_TEXT(struct bucket, from, J_DATE, 10, 10, .help = "First local date; it ends where the next one begins, the last at to"),
	J_AT(struct bucket, starts_at, 0),
	J_INT64(struct bucket, shares, 0, 0, 0, 0),
	J_INT64(struct bucket, clicks, 0, 0, 0, 0, .help = "Human ones"),
	J_INT64(struct bucket, leads, 0, 0, 0, 0),
	J_INT64(struct bucket, qualified, 0, 0, 0, 0),
	J_INT64(struct bucket, opportunities, 0, 0, 0, 0),
	J_INT64(struct bucket, won, 0, 0, 0, 0),
	J_INT64(struct bucket, lost, 0, 0, 0, 0),
	J_SUB(struct bucket, value, 0, &report_money_schema, .help = "Of what was won, as far as it is in this currency or converted"),
	J_OBJECTS(struct bucket, other_values, 0, 0, 0, &report_money_schema,
		.help = "Of what was won, and is not in value; with convert: for want of a rate"),
};
static const struct j_schema bucket_schema = J_SCHEMA("series_bucket", struct bucket, bucket_fields);

struct series_view {
	int64_t       as_of;
	int           step;
	const char   *from, *to, *time_zone, *currency;
	struct j_list buckets, converted;
};
static const struct j_field series_fields[] = {
	J_AT(struct series_view, as_of, 0),
	J_WORD(struct series_view, step, 0, bucket_names, 0),
	J_TEXT(struct series_view, from, J_DATE, 10, 10), J_TEXT(struct series_view, to, J_DATE, 10, 10),
	J_TEXT(struct series_view, time_zone, 0, 1, 64),
	J_TEXT(struct series_view, currency, J_CURRENCY, 3, 3),
	J_OBJECTS(struct series_view, buckets, 0, 0, 0, &bucket_schema),
	J_OBJECTS(struct series_view, converted, 0, 0, 0, &other_currency_schema, .help = "Won, of other currencies, and in it"),
};
const struct j_schema series_schema = J_SCHEMA("series_report", struct series_view, series_fields);
/* clang-format on */

struct series {
	struct report_ask *ask;
	enum bucket_step step;
	struct bucket_start *starts;
	struct bucket *buckets; /* n, as starts */
	size_t n;
};

size_t
bucket_at(const struct bucket_start *buckets, size_t n, int64_t at_us)
{
	size_t low = 0, high = n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (buckets[middle].starts_at <= at_us)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct bucket *
bucket_of(const struct series *s, int64_t at_us)
{
	return &s->buckets[bucket_at(s->starts, s->n, at_us)];
}

static enum fault
take_share(struct rq *rq, void *row, void *arg)
{
	const struct moment_row *r = row;

	(void)rq;
	bucket_of(arg, r->at)->shares += r->n;
	return FAULT_NONE;
}

static enum fault
take_click(struct rq *rq, void *row, void *arg)
{
	const struct moment_row *r = row;

	(void)rq;
	bucket_of(arg, r->at)->clicks += r->n;
	return FAULT_NONE;
}

static void
add_other(struct rq *rq, struct bucket *b, const struct moment_row *r)
{
	struct money *list = b->other_values.items;
	size_t i = 0;

	while (i < b->other_values.n && !cstr_eq(list[i].currency, r->currency))
		i++;
	if (i == b->other_values.n) {
		b->other_values.items = list =
		    arena_grow(rq->arena, list, b->other_values.n, &b->others_room);
		list[b->other_values.n++] =
		    (struct money){ 0, arena_strdup(rq->arena, r->currency) };
	}
	list[i].amount_minor += r->value;
}

static void
add_won(struct rq *rq, const struct series *s, struct bucket *b, const struct moment_row *r)
{
	struct stream_row won = { .occurred_at = r->at,
		                  .value_minor = r->value,
		                  .currency = r->currency };

	if (r->value == J_NO_INT || r->currency == NULL)
		return;
	if (cstr_eq(r->currency, s->ask->currency) ||
	    (s->ask->convert && convert_value(rq, s->ask, &won)))
		b->money.amount_minor += won.value_minor;
	else
		add_other(rq, b, r);
}

static enum fault
take_event(struct rq *rq, void *row, void *arg)
{
	const struct moment_row *r = row;
	struct bucket *b = bucket_of(arg, r->at);
	int64_t *const counts[STAGE__MAX] = {
		[STAGE_LEAD] = &b->leads, [STAGE_QUALIFIED] = &b->qualified,
		[STAGE_WON] = &b->won,    [STAGE_OPPORTUNITY] = &b->opportunities,
		[STAGE_LOST] = &b->lost,
	};

	*counts[r->stage] += r->n;
	if (r->stage == STAGE_WON)
		add_won(rq, arg, b, r);
	return FAULT_NONE;
}

/* The first local date after the bucket that begins on this day; civil_to_us normalises it. */
static struct civil
next_start(struct civil day, enum bucket_step step)
{
	int64_t days =
	    civil_to_us((struct civil){ .year = day.year, .month = day.month, .day = day.day }) /
	    US_PER_DAY;
	int into_week = (int)(((days + MONDAY_OFFSET) % 7 + 7) % 7);

	if (step == STEP_MONTH)
		return (struct civil){ .year = day.year + day.month / 12,
			               .month = day.month % 12 + 1,
			               .day = 1 };
	return civil_from_us((days + (step == STEP_WEEK ? 7 - into_week : 1)) * US_PER_DAY);
}

struct bucket_start *
report_buckets(struct rq *rq, const struct report_ask *ask, enum bucket_step step, size_t *ret_n)
{
	struct bucket_start *list = arena_array(rq->arena, BUCKETS_MAX, struct bucket_start);
	int64_t at = ask->from_us;
	struct civil day = { 0 };
	size_t n = 0;

	(void)date_parse(str_of(ask->from), &day.year, &day.month, &day.day);
	while (at < ask->to_us && n < BUCKETS_MAX) {
		list[n++] = (struct bucket_start){
			arena_printf(rq->arena, "%04d-%02d-%02d", day.year, day.month, day.day), at
		};
		day = next_start(day, step);
		if (!zone_day_start(ask->time_zone, day.year, day.month, day.day, &at))
			break;
	}
	*ret_n = n;
	return list;
}

static void
make_buckets(struct rq *rq, struct series *s)
{
	s->starts = report_buckets(rq, s->ask, s->step, &s->n);
	s->buckets = arena_array(rq->arena, s->n, struct bucket);
	for (size_t i = 0; i < s->n; i++) {
		struct bucket *b = &s->buckets[i];

		b->from = s->starts[i].from;
		b->starts_at = s->starts[i].starts_at;
		b->money = (struct money){ 0, s->ask->currency };
		b->value = &b->money;
	}
}

/* Sums know quarters of an hour of UTC: nearly all zones' days have begun with one for a century.
 */
static bool
sums_serve_buckets(const struct series *s)
{
	bool fits = sums_serve(s->ask) && s->ask->to_us % CLICK_QUARTER_US == 0;

	for (size_t i = 0; fits && i < s->n; i++)
		fits = s->starts[i].starts_at % CLICK_QUARTER_US == 0;
	return fits;
}

typedef enum fault moments_fn(struct rq *rq, const struct report_ask *ask, db_row_fn *fn,
                              void *arg);
static const struct moments {
	enum sum_what what;
	moments_fn *rows;
	db_row_fn *take;
} moments[] = {
	{ SUM_SHARE, report_sql_share_moments, take_share },
	{ SUM_CLICK, report_sql_click_moments, take_click },
	{ SUM_EVENT, report_sql_event_moments, take_event },
};

static enum fault
read_moments(struct rq *rq, struct series *s, const struct moments *m, bool summed)
{
	struct sums_read left;
	enum fault e;

	if (!summed)
		return m->rows(rq, s->ask, m->take, s);
	e = sums_quarters(rq, s->ask, m->what, m->take, s, &left);
	for (size_t i = 0; !e && i < left.n_rest; i++)
		e = m->rows(rq, &left.rest[i], m->take, s);
	return e;
}

static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct series *s = arg;
	enum fault e = report_convert(rq, s->ask);
	bool summed;

	make_buckets(rq, s);
	summed = sums_serve_buckets(s);
	/* Each value is rounded for itself when it is converted. */
	for (size_t i = 0; !e && i < sizeof(moments) / sizeof(moments[0]); i++)
		e = read_moments(rq, s, &moments[i],
		                 summed && !(s->ask->convert && moments[i].what == SUM_EVENT));
	return e;
}

static int
by_currency(const void *a, const void *b)
{
	return strcmp(((const struct money *)a)->currency, ((const struct money *)b)->currency);
}

/* By currency; what comes to nothing is not told, since sums do not know it. */
static void
tidy_others(struct series *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct j_list *others = &s->buckets[i].other_values;
		struct money *list = others->items;
		size_t n = 0;

		for (size_t k = 0; k < others->n; k++) {
			if (list[k].amount_minor != 0)
				list[n++] = list[k];
		}
		if (n > 1)
			qsort(list, n, sizeof(*list), by_currency);
		others->n = n;
	}
}

static enum fault
put_table(struct rq *rq, struct call *call, const struct series *s)
{
	static const struct sheet_column columns[] = {
		{ "from", SHEET_DATE },        { "shares", SHEET_INT },
		{ "clicks", SHEET_INT },       { "leads", SHEET_INT },
		{ "qualified", SHEET_INT },    { "opportunities", SHEET_INT },
		{ "won", SHEET_INT },          { "lost", SHEET_INT },
		{ "amount_minor", SHEET_INT }, { "currency", SHEET_TEXT },
	};
	struct sheet *sheet;
	enum fault e = http_sheet(rq, call, "series", &sheet);

	if (e)
		return e;
	sheet_head(sheet, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < s->n; i++) {
		const struct bucket *r = &s->buckets[i];
		const int64_t counts[] = { r->shares,        r->clicks,
			                   r->leads,         r->qualified,
			                   r->opportunities, r->won,
			                   r->lost,          r->money.amount_minor };

		sheet_text(sheet, str_of(r->from));
		for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
			sheet_number(sheet, counts[k]);
		sheet_text(sheet, str_of(r->money.currency));
		sheet_end_row(sheet);
	}
	return FAULT_NONE;
}

enum fault
report_read_buckets(struct rq *rq, const struct report_query *q, struct report_ask *ret,
                    db_body_fn *read, void *arg)
{
	struct report_query any = *q;
	enum fault e;

	any.network = any.without = -1; /* not of this query */
	e = report_resolve(rq, &any, ret);
	if (e)
		return e;
	report_bound_ids(ret);
	return db_snapshot(rq, read, arg);
}

enum fault
series_get(struct rq *rq, struct call *call, void *reply)
{
	const struct report_query *q = call->query;
	struct series_view *v = reply;
	struct report_ask ask;
	struct series s = { .ask = &ask, .step = (enum bucket_step)q->step };
	enum fault e = report_read_buckets(rq, q, &ask, read_tx, &s);

	if (e)
		return e;
	tidy_others(&s);
	*v = (struct series_view){
		.as_of = rq->now_us,
		.step = q->step,
		.from = ask.from,
		.to = ask.to,
		.time_zone = ask.time_zone,
		.currency = ask.currency,
		.buckets = { s.buckets, s.n },
	};
	if (ask.converting != NULL)
		v->converted =
		    (struct j_list){ ask.converting->converted, ask.converting->n_converted };
	return call->format != FORMAT_JSON ? put_table(rq, call, &s) : FAULT_NONE;
}
