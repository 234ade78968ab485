/* SPDX-License-Identifier: Apache-2.0 */
/* attribution.c - the totals of credit: their views, as JSON and as a table. */
#include <string.h>

#include "report_int.h"

/* clang-format off */
static const struct j_field money_fields[] = {
	J_INT64(struct money, amount_minor, 0, 0, 0, 0, .help = "Minor units, such as cents"),
	J_TEXT(struct money, currency, J_CURRENCY, 3, 3),
};
const struct j_schema report_money_schema = J_SCHEMA("report_money", struct money, money_fields);

struct sum_view {
	int64_t       conversions; /* millionths */
	const struct money *value;
};
static const struct j_field sum_fields[] = {
	J_DECIMAL(struct sum_view, conversions, 0),
	J_SUB(struct sum_view, value, 0, &report_money_schema),
};
static const struct j_schema sum_schema = J_SCHEMA("attribution_sum", struct sum_view, sum_fields);

/* How the equations of a Markov chain were solved, and from what. */
struct markov_view {
	const char *method, *residual;
	int64_t     converting_paths, null_paths, rate;
};
static const struct j_field markov_fields[] = {
	J_TEXT(struct markov_view, method, 0, 0, 0, .help = "exact (elimination, up to 1000 participants) or iterative"),
	J_TEXT(struct markov_view, residual, 0, 0, 0, .help = "Bound of the relative error of a removal effect, such as 3.1e-10"),
	J_INT64(struct markov_view, converting_paths, 0, 0, 0, 0),
	J_INT64(struct markov_view, null_paths, 0, 0, 0, 0,
		.help = "Leads whose newest event lies in the period and that have not reached the stage by its end"),
	J_DECIMAL(struct markov_view, rate, 0, .help = "A path converts with this probability"),
};
static const struct j_schema markov_schema = J_SCHEMA("markov_solution", struct markov_view, markov_fields);

/* A model of the report with the parameters it has. */
struct model_view {
	int     model;
	int64_t first, last, half_life_hours;
	const struct markov_view *markov;
};
static const struct j_field model_fields[] = {
	J_WORD(struct model_view, model, 0, model_names, 0),
	J_DECIMAL(struct model_view, first, J_NULLABLE, .help = "position: part of the first touch"),
	J_DECIMAL(struct model_view, last, J_NULLABLE, .help = "position: part of the last touch"),
	J_INT64(struct model_view, half_life_hours, J_NULLABLE, 0, 0, 0, .help = "time_decay"),
	J_SUB(struct model_view, markov, J_NULLABLE, &markov_schema),
};
static const struct j_schema model_schema = J_SCHEMA("attribution_model", struct model_view, model_fields);

struct credit_view {
	int                 model;
	int64_t             conversions;
	struct money        money;
	const struct money *value;
};
static const struct j_field credit_fields[] = {
	J_WORD(struct credit_view, model, 0, model_names, 0),
	J_DECIMAL(struct credit_view, conversions, 0),
	J_SUB(struct credit_view, value, 0, &report_money_schema),
};
static const struct j_schema credit_view_schema = J_SCHEMA("attribution_credit", struct credit_view, credit_fields);

struct row_view {
	const char *key, *name;
	int64_t     conversions, influenced;
	struct money money;
	const struct money *value;
	struct j_list also;
};
static const struct j_field row_fields[] = {
	J_TEXT(struct row_view, key, J_NULLABLE, 0, 0, .help = "Id or word of the group; null: none, such as no team"),
	J_TEXT(struct row_view, name, J_NULLABLE | J_PII, 0, 0),
	J_DECIMAL(struct row_view, conversions, 0, .help = "Credit, in conversions, to the millionth"),
	J_SUB(struct row_view, value, 0, &report_money_schema),
	J_INT64(struct row_view, influenced, 0, 0, 0, 0, .help = "Conversions whose path it touched: does not add up"),
	J_OBJECTS(struct row_view, also, 0, 0, 0, &credit_view_schema, .help = "Credit by the other models asked for, in the order of models"),
};
static const struct j_schema row_schema = J_SCHEMA("attribution_row", struct row_view, row_fields);

static const struct j_field other_fields[] = {
	J_TEXT(struct other_currency, currency, J_CURRENCY, 3, 3),
	J_INT64(struct other_currency, conversions, 0, 0, 0, 0),
};
const struct j_schema other_currency_schema = J_SCHEMA("other_currency", struct other_currency, other_fields);

struct report_view {
	int64_t       as_of, window_days;
	int           model, stage, group, path;
	const char   *from, *to, *time_zone, *currency;
	const struct sum_view *totals, *unattributed;
	struct j_list models, rows, other_currencies, converted;
};
static const struct j_field report_fields[] = {
	J_AT(struct report_view, as_of, 0, .help = "All that was there at this moment is in it"),
	J_WORD(struct report_view, model, 0, model_names, 0, .help = "Of the rows' own credit; they are sorted by it"),
	J_OBJECTS(struct report_view, models, 0, 0, 0, &model_schema, .help = "All models asked for, with their parameters"),
	J_WORD(struct report_view, path, 0, path_rule_names, 0),
	J_INT64(struct report_view, window_days, J_NULLABLE, 0, 0, 0, .help = "null: each campaign's own"),
	J_WORD(struct report_view, stage, 0, lead_stage_names, 0),
	J_WORD(struct report_view, group, 0, dimension_names, 0),
	J_TEXT(struct report_view, from, J_DATE, 10, 10), J_TEXT(struct report_view, to, J_DATE, 10, 10),
	J_TEXT(struct report_view, time_zone, 0, 1, 64),
	J_TEXT(struct report_view, currency, J_CURRENCY, 3, 3),
	J_SUB(struct report_view, totals, 0, &sum_schema, .help = "What a manager sees adds up to it by the first model"),
	J_SUB(struct report_view, unattributed, J_NULLABLE, &sum_schema, .help = "null: a manager sees what their teams brought, and no more"),
	J_OBJECTS(struct report_view, rows, 0, 0, 0, &row_schema),
	J_OBJECTS(struct report_view, other_currencies, 0, 0, 0, &other_currency_schema,
		.help = "What is not in it; with convert: for want of a rate"),
	J_OBJECTS(struct report_view, converted, 0, 0, 0, &other_currency_schema, .help = "Of other currencies, and in it"),
};
const struct j_schema attribution_schema = J_SCHEMA("attribution_report", struct report_view, report_fields);
/* clang-format on */

static const struct sum_view *
sum_of(struct rq *rq, const struct sum *t, const char *currency)
{
	struct sum_view *sum = arena_new(rq->arena, struct sum_view);
	struct money *value = arena_new(rq->arena, struct money);

	*value = (struct money){ t->value, currency };
	*sum = (struct sum_view){ t->count, value };
	return sum;
}

static const struct markov_view *
markov_of(struct rq *rq, const struct markov_answer *a)
{
	struct markov_view *v = arena_new(rq->arena, struct markov_view);

	*v = (struct markov_view){
		.method = a->exact ? "exact" : "iterative",
		.residual = arena_printf(rq->arena, "%.1e", a->residual),
		.converting_paths = (int64_t)a->converting,
		.null_paths = (int64_t)a->nulls,
		.rate = (int64_t)(a->rate * CREDIT_WHOLE + 0.5),
	};
	return v;
}

static struct j_list
models_of(struct rq *rq, const struct report_ask *ask, const struct totals *t)
{
	struct model_view *list = arena_array(rq->arena, ask->n_models, struct model_view);

	for (size_t i = 0; i < ask->n_models; i++) {
		list[i] =
		    (struct model_view){ (int)ask->model[i], J_NO_INT, J_NO_INT, J_NO_INT, NULL };
		if (ask->model[i] == MODEL_POSITION) {
			list[i].first = ask->params.first;
			list[i].last = ask->params.last;
		}
		if (ask->model[i] == MODEL_DECAY)
			list[i].half_life_hours = ask->params.half_life_us / (US_PER_DAY / 24);
		if (ask->model[i] == MODEL_MARKOV)
			list[i].markov = markov_of(rq, &t->markov);
	}
	return (struct j_list){ list, ask->n_models };
}

/* The credit of a row by all models but the first. */
static struct j_list
also_of(struct rq *rq, const struct total *t, const struct report_ask *ask)
{
	size_t n = ask->n_models - 1;
	struct credit_view *list = arena_array(rq->arena, n, struct credit_view);

	for (size_t i = 0; i < n; i++) {
		list[i] = (struct credit_view){
			.model = (int)ask->model[i + 1],
			.conversions = t->sums[i + 1].count,
			.money = { t->sums[i + 1].value, ask->currency },
		};
		list[i].value = &list[i].money;
	}
	return (struct j_list){ list, n };
}

static struct j_list
rows_of(struct rq *rq, const struct totals *t, const struct report_ask *ask)
{
	struct row_view *rows = arena_array(rq->arena, t->n, struct row_view);

	for (size_t i = 0; i < t->n; i++) {
		const struct total *from = &t->rows[i];

		rows[i] = (struct row_view){
			.key = from->key[0] != '\0' ? from->key : NULL,
			.name = ask->by == BY_NETWORK ? from->key : from->name,
			.conversions = from->sums[0].count,
			.influenced = from->influenced,
			.money = { from->sums[0].value, ask->currency },
			.also = also_of(rq, from, ask),
		};
		rows[i].value = &rows[i].money;
	}
	return (struct j_list){ rows, t->n };
}

static void
put_row(struct sheet *s, const struct row_view *r)
{
	const struct credit_view *also = r->also.items;

	sheet_text(s, str_of(r->key));
	sheet_text(s, str_of(r->name));
	sheet_number(s, r->conversions);
	sheet_number(s, r->value->amount_minor);
	sheet_text(s, str_of(r->value->currency));
	sheet_number(s, r->influenced);
	for (size_t i = 0; i < r->also.n; i++) {
		sheet_number(s, also[i].conversions);
		sheet_number(s, also[i].value->amount_minor);
	}
	sheet_end_row(s);
}

/* Nobody's credit is the same by every model. */
static struct row_view
unattributed_row(struct rq *rq, const struct totals *t, const struct report_ask *ask)
{
	struct total nobody = { .sums = arena_array(rq->arena, ask->n_models, struct sum) };
	const struct sum_view *sum = sum_of(rq, &t->unattributed, ask->currency);

	for (size_t i = 0; i < ask->n_models; i++)
		nobody.sums[i] = t->unattributed;
	return (struct row_view){
		.key = "unattributed",
		.conversions = sum->conversions,
		.value = sum->value,
		.also = also_of(rq, &nobody, ask),
	};
}

/* The columns of the first model, and two for each beside it. */
static const struct sheet_column *
columns_of(struct rq *rq, const struct report_ask *ask, size_t *ret_n)
{
	static const struct sheet_column own[] = {
		{ "key", SHEET_TEXT },          { "name", SHEET_TEXT },
		{ "conversions", SHEET_MICRO }, { "amount_minor", SHEET_INT },
		{ "currency", SHEET_TEXT },     { "influenced", SHEET_INT },
	};
	enum { OWN = sizeof(own) / sizeof(own[0]) };
	size_t n = OWN + 2 * (ask->n_models - 1);
	struct sheet_column *columns = arena_array(rq->arena, n, struct sheet_column);

	memcpy(columns, own, sizeof(own));
	for (size_t i = 1; i < ask->n_models; i++) {
		const char *model = model_names[ask->model[i]];

		columns[OWN + 2 * (i - 1)] =
		    (struct sheet_column){ arena_printf(rq->arena, "%s_conversions", model),
			                   SHEET_MICRO };
		columns[OWN + 2 * i - 1] =
		    (struct sheet_column){ arena_printf(rq->arena, "%s_amount_minor", model),
			                   SHEET_INT };
	}
	*ret_n = n;
	return columns;
}

static enum fault
put_table(struct rq *rq, struct call *call, const struct report_ask *ask,
          const struct report_view *v, const struct row_view *none)
{
	const struct row_view *rows = v->rows.items;
	struct sheet *s;
	size_t n;
	const struct sheet_column *columns = columns_of(rq, ask, &n);
	enum fault e = http_sheet(rq, call, "attribution", &s);

	if (e)
		return e;
	sheet_head(s, columns, n);
	for (size_t i = 0; i < v->rows.n; i++)
		put_row(s, &rows[i]);
	if (v->unattributed != NULL)
		put_row(s, none);
	return FAULT_NONE;
}

struct reading {
	struct report_ask *ask;
	struct credit_mark mark;
	struct totals totals;
	bool known; /* nothing was read but the mark */
};

/* All of a report sees the rows of one moment, so that its parts agree. */
static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct reading *r = arg;
	enum fault e = report_convert(rq, r->ask);

	if (!e)
		e = report_sql_mark(rq, &r->mark);
	if (e)
		return e;
	r->known = kept_get(rq, r->ask, &r->mark, &r->totals);
	return r->known ? FAULT_NONE : totals_of(rq, r->ask, &r->totals);
}

static enum fault
read_report(struct rq *rq, struct reading *r)
{
	enum fault e = db_snapshot(rq, read_tx, r);

	if (!e)
		e = totals_solve(rq, &r->totals);
	if (e)
		return e;
	if (!r->known)
		kept_put(rq, r->ask, &r->mark, &r->totals);
	return totals_name(rq, r->ask->by, &r->totals);
}

enum fault
attribution_get(struct rq *rq, struct call *call, void *reply)
{
	struct report_query q = *(const struct report_query *)call->query;
	struct report_view *v = reply;
	struct report_ask ask;
	struct reading r = { .ask = &ask };
	enum fault e = report_resolve(rq, &q, &ask);

	q.model = MODEL_LINEAR; /* unless some are given */
	if (!e)
		e = report_choose(rq, &q, &ask);
	if (!e)
		e = read_report(rq, &r);
	if (e)
		return e;
	*v = (struct report_view){
		.as_of = rq->now_us,
		.window_days = ask.window_days,
		.model = (int)ask.model[0],
		.models = models_of(rq, &ask, &r.totals),
		.path = (int)ask.path,
		.stage = ask.stage,
		.group = (int)ask.by,
		.from = ask.from,
		.to = ask.to,
		.time_zone = ask.time_zone,
		.currency = ask.currency,
		.totals = sum_of(rq, &r.totals.all, ask.currency),
		.unattributed = uuid_is_zero(ask.viewer)
		                    ? sum_of(rq, &r.totals.unattributed, ask.currency)
		                    : NULL,
		.rows = rows_of(rq, &r.totals, &ask),
	};
	report_currencies(ask.converting, &r.totals, &v->other_currencies, &v->converted);
	if (call->format != FORMAT_JSON) {
		struct row_view none = unattributed_row(rq, &r.totals, &ask);

		return put_table(rq, call, &ask, v, &none);
	}
	return FAULT_NONE;
}
