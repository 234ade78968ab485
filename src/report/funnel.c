/* SPDX-License-Identifier: Apache-2.0 */
/*
 * funnel.c - from shares to sales by group: what happened in a period, each step counted by its own
 * time.  Shares and clicks are whole numbers; leads and what they become are credit by one model.
 */
#include <stdlib.h>
#include <string.h>

#include "sums_int.h"

static const enum lead_stage step_stages[FUNNEL__MAX] = {
	[FUNNEL_LEADS] = STAGE_LEAD,
	[FUNNEL_QUALIFIED] = STAGE_QUALIFIED,
	[FUNNEL_OPPORTUNITIES] = STAGE_OPPORTUNITY,
	[FUNNEL_WON] = STAGE_WON,
};

struct funnel_row {
	const char *key, *name;
	const struct money *value;
	int64_t shares, clicks, leads, qualified, opportunities, won;
	/* millionths; J_NO_INT: of nothing */
	int64_t clicks_per_share, lead_rate, qualified_rate, won_rate;
};

/* clang-format off */
#define COUNT_FIELDS \
	J_DECIMAL(struct funnel_row, leads, 0, .help = "Credit, like all that follow"), \
	J_DECIMAL(struct funnel_row, qualified, 0), \
	J_DECIMAL(struct funnel_row, opportunities, 0), \
	J_DECIMAL(struct funnel_row, won, 0), \
	J_SUB(struct funnel_row, value, 0, &report_money_schema, .help = "Credit of what was won, as far as it is in this currency or converted")
#define STEP_FIELDS \
	J_INT64(struct funnel_row, shares, 0, 0, 0, 0), \
	J_INT64(struct funnel_row, clicks, 0, 0, 0, 0, .help = "Human ones"), \
	COUNT_FIELDS, \
	J_DECIMAL(struct funnel_row, clicks_per_share, J_NULLABLE), \
	J_DECIMAL(struct funnel_row, lead_rate, J_NULLABLE, .help = "Leads of clicks"), \
	J_DECIMAL(struct funnel_row, qualified_rate, J_NULLABLE, .help = "Qualified of leads"), \
	J_DECIMAL(struct funnel_row, won_rate, J_NULLABLE, .help = "Won of leads")

static const struct j_field row_fields[] = {
	J_TEXT(struct funnel_row, key, J_NULLABLE, 0, 0, .help = "Id or word of the group; null: none, such as no team"),
	J_TEXT(struct funnel_row, name, J_NULLABLE | J_PII, 0, 0),
	STEP_FIELDS,
};
static const struct j_schema row_schema = J_SCHEMA("funnel_row", struct funnel_row, row_fields);
static const struct j_field totals_fields[] = { STEP_FIELDS };
static const struct j_schema totals_schema = J_SCHEMA("funnel_totals", struct funnel_row, totals_fields);
static const struct j_field nobody_fields[] = { COUNT_FIELDS };
static const struct j_schema nobody_schema = J_SCHEMA("funnel_unattributed", struct funnel_row, nobody_fields);

struct funnel_view {
	int64_t       as_of, window_days;
	int           model, group, path;
	const char   *from, *to, *currency;
	const struct funnel_row *totals, *unattributed;
	struct j_list rows, other_currencies, converted;
};
static const struct j_field funnel_fields[] = {
	J_AT(struct funnel_view, as_of, 0),
	J_WORD(struct funnel_view, model, 0, model_names, 0),
	J_INT64(struct funnel_view, window_days, J_NULLABLE, 0, 0, 0, .help = "null: each campaign's own"),
	J_WORD(struct funnel_view, path, 0, path_rule_names, 0),
	J_WORD(struct funnel_view, group, 0, dimension_names, 0),
	J_TEXT(struct funnel_view, from, J_DATE, 10, 10), J_TEXT(struct funnel_view, to, J_DATE, 10, 10),
	J_TEXT(struct funnel_view, currency, J_CURRENCY, 3, 3),
	J_SUB(struct funnel_view, totals, 0, &totals_schema),
	J_SUB(struct funnel_view, unattributed, J_NULLABLE, &nobody_schema, .help = "null: a manager sees what their teams brought, and no more"),
	J_OBJECTS(struct funnel_view, rows, 0, 0, 0, &row_schema),
	J_OBJECTS(struct funnel_view, other_currencies, 0, 0, 0, &other_currency_schema,
		.help = "Won, and not in the values; with convert: for want of a rate"),
	J_OBJECTS(struct funnel_view, converted, 0, 0, 0, &other_currency_schema, .help = "Won, of other currencies, and in them"),
};
const struct j_schema funnel_schema = J_SCHEMA("funnel_report", struct funnel_view, funnel_fields);
/* clang-format on */

/* The column of the tally behind the steps. */
enum { WON_VALUE = FUNNEL__MAX };

/* The funnel beside what was won in it, as the attribution report has it. */
struct worth {
	struct funnel funnel;
	struct report_ask ask; /* of the values */
	struct totals won;
};

static int64_t *
count_of(struct funnel_row *r, enum funnel_step step)
{
	int64_t *const counts[FUNNEL__MAX] = {
		[FUNNEL_SHARES] = &r->shares, [FUNNEL_CLICKS] = &r->clicks,
		[FUNNEL_LEADS] = &r->leads,   [FUNNEL_QUALIFIED] = &r->qualified,
		[FUNNEL_WON] = &r->won,       [FUNNEL_OPPORTUNITIES] = &r->opportunities,
	};

	return counts[step];
}

static enum fault
take_shares(struct rq *rq, void *row, void *arg)
{
	const struct clicks_row *r = row;
	struct funnel *f = arg;

	tally_add(rq, &f->tally, r->key, FUNNEL_SHARES, r->n);
	f->totals[FUNNEL_SHARES] += r->n;
	return FAULT_NONE;
}

static enum fault
take_clicks(struct rq *rq, void *row, void *arg)
{
	const struct clicks_row *r = row;
	struct funnel *f = arg;

	if (r->cls != CLICK_HUMAN)
		return FAULT_NONE;
	tally_add(rq, &f->tally, r->key, FUNNEL_CLICKS, r->n);
	f->totals[FUNNEL_CLICKS] += r->n;
	return FAULT_NONE;
}

static enum fault
read_stage_rows(struct rq *rq, struct funnel *f, const struct report_ask *ask,
                enum funnel_step step)
{
	struct totals t;
	enum fault e = totals_of(rq, ask, &t);

	if (e)
		return e;
	for (size_t i = 0; i < t.n; i++)
		tally_add(rq, &f->tally, str_of(t.rows[i].key), step, t.rows[i].sums[0].count);
	f->totals[step] += t.all.count;
	f->nobody[step] += t.unattributed.count;
	return FAULT_NONE;
}

static enum fault
read_stage(struct rq *rq, struct funnel *f, enum funnel_step step)
{
	const struct uuid nobody = sum_key_nobody();
	char room[SUMS_KEY_SIZE];
	struct sums_read sums;
	enum fault e;

	f->ask->stage = (int)step_stages[step];
	if (!sums_serve_credit(f->ask))
		return read_stage_rows(rq, f, f->ask, step);
	e = sums_fold(rq, f->ask, SUM_LEAD + step_stages[step], (int)f->ask->model[0], &sums);
	for (size_t i = 0; !e && i < sums.n; i++) {
		const struct sum_cell *c = &sums.cells[i];

		f->totals[step] += c->n;
		if (uuid_eq(c->key, nobody))
			f->nobody[step] += c->n;
		else
			tally_add(rq, &f->tally, sums_key(c, f->ask->by, room), step, c->n);
	}
	for (size_t i = 0; !e && i < sums.n_rest; i++)
		e = read_stage_rows(rq, f, &sums.rest[i], step);
	return e;
}

int64_t
funnel_rate(int64_t part, int64_t part_unit, int64_t whole, int64_t whole_unit)
{
	if (whole == 0)
		return J_NO_INT;
	return (int64_t)((double)part / (double)part_unit * CREDIT_WHOLE /
	                     ((double)whole / (double)whole_unit) +
	                 0.5);
}

static void
put_rates(struct funnel_row *r)
{
	r->clicks_per_share = funnel_rate(r->clicks, 1, r->shares, 1);
	r->lead_rate = funnel_rate(r->leads, CREDIT_WHOLE, r->clicks, 1);
	r->qualified_rate = funnel_rate(r->qualified, CREDIT_WHOLE, r->leads, CREDIT_WHOLE);
	r->won_rate = funnel_rate(r->won, CREDIT_WHOLE, r->leads, CREDIT_WHOLE);
}

struct named_steps {
	const char *key, *name; /* NULL: of all */
	const int64_t *steps;
};

/* One group's, or all, with rates. */
static struct funnel_row
row_of(struct rq *rq, const struct named_steps *of, struct money won)
{
	struct funnel_row r = { .key = of->key, .name = of->name };
	struct money *value = arena_new(rq->arena, struct money);

	for (int step = 0; step < FUNNEL__MAX; step++)
		*count_of(&r, (enum funnel_step)step) = of->steps[step];
	put_rates(&r);
	*value = won;
	r.value = value;
	return r;
}

/* What ends the funnel counts first; then what begins it. */
static int
by_success(const void *a, const void *b)
{
	const struct funnel_row *left = a, *right = b;
	const int64_t pairs[][2] = {
		{ left->won, right->won },
		{ left->opportunities, right->opportunities },
		{ left->qualified, right->qualified },
		{ left->leads, right->leads },
		{ left->clicks, right->clicks },
		{ left->shares, right->shares },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (pairs[i][0] != pairs[i][1])
			return pairs[i][0] > pairs[i][1] ? -1 : 1;
	}
	return strcmp(left->key, right->key);
}

enum fault
funnel_read(struct rq *rq, struct funnel *f)
{
	struct report_ask *ask = f->ask;
	enum fault e;

	*f = (struct funnel){ .ask = ask };
	e = report_shares(rq, ask, take_shares, f);
	if (!e)
		e = report_clicks(rq, ask, true, take_clicks, f);
	for (int step = FUNNEL_LEADS; !e && step < FUNNEL__MAX; step++)
		e = read_stage(rq, f, (enum funnel_step)step);
	return e;
}

static enum fault
read_won(struct rq *rq, struct worth *w)
{
	enum fault e = report_convert(rq, &w->ask);

	if (!e)
		e = totals_of(rq, &w->ask, &w->won);
	for (size_t i = 0; !e && i < w->won.n; i++)
		tally_add(rq, &w->funnel.tally, str_of(w->won.rows[i].key), WON_VALUE,
		          w->won.rows[i].sums[0].value);
	return e;
}

static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct worth *w = arg;
	struct funnel *f = &w->funnel;
	enum fault e = funnel_read(rq, f);

	if (!e)
		e = read_won(rq, w);
	if (e)
		return e;
	tally_fold(rq, &f->tally);
	return tally_names(rq, &f->tally, f->ask->by);
}

static void
put_row(struct sheet *s, const char *key, const struct funnel_row *row)
{
	struct funnel_row r = *row;

	sheet_text(s, str_of(key));
	sheet_text(s, str_of(r.name));
	for (int step = 0; step < FUNNEL__MAX; step++)
		sheet_number(s, *count_of(&r, (enum funnel_step)step));
	sheet_number(s, r.value->amount_minor);
	sheet_text(s, str_of(r.value->currency));
	sheet_end_row(s);
}

/* Ends with what no one is credited for, so that the columns add up to the totals. */
static enum fault
put_table(struct rq *rq, struct call *call, const struct funnel_view *v,
          const struct funnel_row *nobody)
{
	static const struct sheet_column columns[] = {
		{ "key", SHEET_TEXT },
		{ "name", SHEET_TEXT },
		{ "shares", SHEET_INT },
		{ "clicks", SHEET_INT },
		{ "leads", SHEET_MICRO },
		{ "qualified", SHEET_MICRO },
		{ "opportunities", SHEET_MICRO },
		{ "won", SHEET_MICRO },
		{ "amount_minor", SHEET_INT },
		{ "currency", SHEET_TEXT },
	};
	const struct funnel_row *rows = v->rows.items;
	struct sheet *s;
	enum fault e = http_sheet(rq, call, "funnel", &s);

	if (e)
		return e;
	sheet_head(s, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < v->rows.n; i++)
		put_row(s, rows[i].key, &rows[i]);
	if (v->unattributed != NULL)
		put_row(s, "unattributed", nobody);
	return FAULT_NONE;
}

static const struct funnel_row *
kept(struct rq *rq, const struct worth *w, const int64_t *steps, const struct sum *won)
{
	const struct named_steps of = { .steps = steps };
	struct funnel_row *copy = arena_new(rq->arena, struct funnel_row);

	*copy = row_of(rq, &of, (struct money){ won->value, w->ask.currency });
	return copy;
}

static struct j_list
rows_of(struct rq *rq, const struct worth *w)
{
	const struct tally *t = &w->funnel.tally;
	struct funnel_row *rows = arena_array(rq->arena, t->n_rows, struct funnel_row);

	for (size_t i = 0; i < t->n_rows; i++) {
		const struct tally_row *r = &t->rows[i];
		const struct named_steps of = { r->key, r->name, r->n };

		rows[i] = row_of(rq, &of, (struct money){ r->n[WON_VALUE], w->ask.currency });
	}
	if (t->n_rows > 1)
		qsort(rows, t->n_rows, sizeof(*rows), by_success);
	for (size_t i = 0; i < t->n_rows; i++) {
		if (rows[i].key[0] == '\0')
			rows[i].key = NULL;
	}
	return (struct j_list){ rows, t->n_rows };
}

/* Dates are those of the daily sums of clicks: UTC. */
enum fault
funnel_resolve(struct rq *rq, const struct report_query *q, struct report_ask *ask)
{
	struct report_query utc = *q;
	enum fault e;

	utc.time_zone = "UTC";
	utc.network = utc.without = -1; /* not of this query: any */
	e = report_resolve(rq, &utc, ask);
	if (!e)
		e = report_choose(rq, &utc, ask);
	ask->only_currency = NULL;
	ask->convert = false;
	report_bound_ids(ask);
	return e;
}

enum fault
funnel_get(struct rq *rq, struct call *call, void *reply)
{
	const struct report_query *q = call->query;
	struct funnel_view *v = reply;
	struct worth *w = arena_new(rq->arena, struct worth);
	struct report_ask ask;
	const struct funnel_row *nobody;
	enum fault e = funnel_resolve(rq, q, &ask);

	if (e)
		return e;
	w->funnel.ask = &ask;
	w->ask = ask;
	w->ask.stage = STAGE_WON;
	w->ask.convert = q->convert;
	w->ask.only_currency = q->convert ? NULL : ask.currency;
	e = db_snapshot(rq, read_tx, w);
	if (e)
		return e;
	nobody = kept(rq, w, w->funnel.nobody, &w->won.unattributed);
	*v = (struct funnel_view){
		.as_of = rq->now_us,
		.window_days = ask.window_days,
		.model = (int)ask.model[0],
		.path = (int)ask.path,
		.group = (int)ask.by,
		.from = ask.from,
		.to = ask.to,
		.currency = ask.currency,
		.totals = kept(rq, w, w->funnel.totals, &w->won.all),
		.unattributed = uuid_is_zero(ask.viewer) ? nobody : NULL,
		.rows = rows_of(rq, w),
	};
	report_currencies(w->ask.converting, &w->won, &v->other_currencies, &v->converted);
	return call->format != FORMAT_JSON ? put_table(rq, call, v, nobody) : FAULT_NONE;
}
