/* SPDX-License-Identifier: Apache-2.0 */
/* seal_http.c - saved reports over HTTP: definitions, sealed runs, their verification. */
#include <string.h>

#include "rostra/caller.h"

#include "seal_int.h"

struct run_new {
	const char *from, *to;
};

struct sum_view {
	int64_t conversions;
	const struct money *value;
};

struct run_view {
	struct uuid id, definition_id, sealed_by;
	const char *query, *from, *to, *time_zone, *currency, *sha256;
	int64_t as_of, rows;
	const struct sum_view *totals, *unattributed;
};

struct difference_view {
	int change, why;
	struct uuid conversion_id, lead_id;
	const char *click_id, *cause_click_id;
	const struct sum_view *before, *after;
};

struct verification {
	bool same;
	int64_t differences;
	const struct run_view *sealed, *now;
	struct j_list rows;
};

/* clang-format off */
static const struct j_field definition_fields[] = {
	J_ID(struct definition, id, J_REQUIRED),
	J_TEXT(struct definition, name, J_REQUIRED, 1, 120),
	J_TEXT(struct definition, query, J_REQUIRED, 0, SEAL_QUERY_MAX),
	J_ID(struct definition, created_by, J_NULLABLE),
	J_AT(struct definition, created_at, J_REQUIRED),
};
static const struct j_schema definition_schema = J_SCHEMA("report_definition", struct definition, definition_fields);
static const struct j_field definition_new_fields[] = {
	J_TEXT(struct definition, name, J_REQUIRED | J_TRIM, 1, 120),
	J_TEXT(struct definition, query, J_REQUIRED, 0, SEAL_QUERY_MAX,
		.help = "Of GET /v1/reports/attribution/credits, without dates, filters and format: model=position&first=0.3&stage=won"),
};
static const struct j_schema definition_new_schema = J_SCHEMA("report_definition_new", struct definition, definition_new_fields);

static const struct j_field run_new_fields[] = {
	J_TEXT(struct run_new, from, J_REQUIRED | J_DATE, 10, 10, .help = "Local date, included"),
	J_TEXT(struct run_new, to, J_REQUIRED | J_DATE, 10, 10, .help = "Local date, excluded"),
};
static const struct j_schema run_new_schema = J_SCHEMA("report_run_new", struct run_new, run_new_fields);

static const struct j_field sum_fields[] = {
	J_DECIMAL(struct sum_view, conversions, 0), J_SUB(struct sum_view, value, 0, &report_money_schema),
};
static const struct j_schema sum_schema = J_SCHEMA("report_run_sum", struct sum_view, sum_fields);
static const struct j_field run_fields[] = {
	J_ID(struct run_view, id, 0), J_ID(struct run_view, definition_id, 0),
	J_TEXT(struct run_view, query, 0, 0, SEAL_QUERY_MAX),
	J_TEXT(struct run_view, from, J_DATE, 10, 10), J_TEXT(struct run_view, to, J_DATE, 10, 10),
	J_TEXT(struct run_view, time_zone, 0, 1, 64), J_TEXT(struct run_view, currency, J_CURRENCY, 3, 3),
	J_AT(struct run_view, as_of, 0, .help = "All that was there at this moment is in it"),
	J_ID(struct run_view, sealed_by, J_NULLABLE),
	J_SUB(struct run_view, totals, 0, &sum_schema), J_SUB(struct run_view, unattributed, 0, &sum_schema),
	J_INT64(struct run_view, rows, 0, 0, 0, 0),
	J_TEXT(struct run_view, sha256, 0, 64, 64,
		.help = "Of the CSV of GET /v1/reports/attribution/credits with query, from, to, time_zone and currency at as_of"),
};
static const struct j_schema run_schema = J_SCHEMA("report_run", struct run_view, run_fields);

static const struct j_field difference_fields[] = {
	J_WORD(struct difference_view, change, 0, row_change_names, 0),
	J_WORD(struct difference_view, why, 0, row_cause_names, 0,
		.help = "reclassified: a click of the conversion; late_event: it came in later; late_touch: its path did; erased: its lead; "
		        "rate_changed: an exchange rate was corrected, or came; merged: its lead with another, or apart; "
		        "other: such as a look-back or a campaign that was changed"),
	J_ID(struct difference_view, conversion_id, 0), J_ID(struct difference_view, lead_id, 0),
	J_TEXT(struct difference_view, click_id, J_NULLABLE, 16, 16, .help = "null: nobody is credited"),
	J_TEXT(struct difference_view, cause_click_id, J_NULLABLE, 16, 16, .help = "The click that was judged anew"),
	J_SUB(struct difference_view, before, J_NULLABLE, &sum_schema),
	J_SUB(struct difference_view, after, J_NULLABLE, &sum_schema),
};
static const struct j_schema difference_schema = J_SCHEMA("report_run_difference", struct difference_view, difference_fields);
static const struct j_field verification_fields[] = {
	J_BOOLEAN(struct verification, same, 0, false),
	J_SUB(struct verification, sealed, 0, &run_schema), J_SUB(struct verification, now, 0, &run_schema),
	J_INT64(struct verification, differences, 0, 0, 0, 0, .help = "Rows that differ"),
	J_OBJECTS(struct verification, rows, 0, 0, SEAL_CHANGES_MAX, &difference_schema, .help = "The first 500 of them, by conversion"),
};
static const struct j_schema verification_schema = J_SCHEMA("report_run_verification", struct verification, verification_fields);
/* clang-format on */

/* --- definitions --------------------------------------------------------------------------- */

static const struct uuid newest = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

static enum fault
definition_row(struct rq *rq, void *row, void *arg)
{
	const struct definition *d = row;

	page_add(rq, arg, d, (struct page_key){ .id = d->id });
	return FAULT_NONE;
}

static enum fault
definitions_get(struct rq *rq, struct call *call, void *reply)
{
	const struct definition_page page = { .company_id = rq_company(rq),
		                              .before = call->after ? call->key.id : newest,
		                              .limit = call->limit + 1 };

	(void)reply;
	return definition_sql_page(rq, &page, definition_row, call);
}

static enum fault
definition_get(struct rq *rq, struct call *call, void *reply)
{
	return definition_sql_get(rq, call->id[0], reply);
}

static enum fault
definition_put(struct rq *rq, struct call *call, void *reply)
{
	struct definition in = *(const struct definition *)call->body, *there = reply;
	struct report_query q;
	bool duplicate;
	enum fault e = definition_read(rq, in.query, &q);

	if (e)
		return e;
	in.company_id = rq_company(rq);
	in.id = call->id[0];
	in.created_by = rq->who->person;
	in.created_at = rq->now_us;
	e = definition_sql_insert(rq, &in, &duplicate);
	if (!e)
		e = definition_sql_get(rq, in.id, there);
	if (e)
		return e;
	if (!duplicate)
		http_created(call);
	else if (!cstr_eq(there->name, in.name) || !cstr_eq(there->query, in.query))
		return rq_fail(rq, FAULT_ID_CONFLICT,
		               "The definition exists and differs; make another one.");
	return FAULT_NONE;
}

/* --- runs ---------------------------------------------------------------------------------- */

static const struct sum_view *
sum_of(struct rq *rq, int64_t millionths, int64_t minor, const char *currency)
{
	struct sum_view *sum = arena_new(rq->arena, struct sum_view);
	struct money *value = arena_new(rq->arena, struct money);

	*value = (struct money){ minor, currency };
	*sum = (struct sum_view){ millionths, value };
	return sum;
}

static void
view_of(struct rq *rq, const struct definition *d, const struct run *r, struct run_view *v)
{
	char *hex = arena_alloc(rq->arena, 2 * sizeof(r->sha) + 1, 1);

	hex_encode(r->sha, sizeof(r->sha), hex);
	*v = (struct run_view){
		.id = r->id,
		.definition_id = r->definition_id,
		.sealed_by = r->sealed_by,
		.query = d->query,
		.from = r->from,
		.to = r->to,
		.time_zone = r->time_zone,
		.currency = r->currency,
		.sha256 = hex,
		.as_of = r->as_of,
		.rows = r->credits,
		.totals = sum_of(rq, r->total_millionths, r->total_minor, r->currency),
		.unattributed = sum_of(rq, r->nobody_millionths, r->nobody_minor, r->currency),
	};
}

struct run_list {
	struct call *call;
	const struct definition *definition;
};

static enum fault
run_row(struct rq *rq, void *row, void *arg)
{
	const struct run_list *list = arg;
	const struct run *r = row;
	struct run_view v;

	view_of(rq, list->definition, r, &v);
	page_add(rq, list->call, &v, (struct page_key){ .id = r->id });
	return FAULT_NONE;
}

static enum fault
runs_get(struct rq *rq, struct call *call, void *reply)
{
	const struct definition_page page = { .company_id = rq_company(rq),
		                              .definition_id = call->id[0],
		                              .before = call->after ? call->key.id : newest,
		                              .limit = call->limit + 1 };
	struct definition d;
	struct run_list list = { call, &d };
	enum fault e = definition_sql_get(rq, call->id[0], &d);

	(void)reply;
	return e ? e : run_sql_page(rq, &page, run_row, &list);
}

static enum fault
find_run(struct rq *rq, const struct call *call, struct definition *d, struct run *r)
{
	enum fault e = definition_sql_get(rq, call->id[0], d);

	return e ? e : run_sql_get(rq, call->id[0], call->id[1], r);
}

static enum fault
run_get(struct rq *rq, struct call *call, void *reply)
{
	struct definition d;
	struct run r;
	enum fault e = find_run(rq, call, &d, &r);

	if (!e)
		view_of(rq, &d, &r, reply);
	return e;
}

struct run_storing {
	const struct run *run;
	const struct run_rows *rows;
	bool duplicate;
};

static enum fault
store_tx(struct rq *rq, void *arg)
{
	struct run_storing *s = arg;
	enum fault e = run_sql_insert(rq, s->run, &s->duplicate);

	if (e || s->duplicate || s->rows->n == 0)
		return e;
	e = run_sql_insert_rows(rq, s->rows);
	if (e || s->run->converting == NULL || s->run->converting->n_used == 0)
		return e;
	return run_sql_insert_rates(rq, s->run);
}

/* What is sealed stays: the same PUT again answers with it. */
static enum fault
run_replayed(struct rq *rq, const struct run *there, const struct run_new *in)
{
	if (cstr_eq(there->from, in->from) && cstr_eq(there->to, in->to))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_ID_CONFLICT, "The run is sealed, for other dates.");
}

static enum fault
seal(struct rq *rq, struct call *call, const struct definition *d, struct run *r)
{
	const struct run_new *in = call->body;
	struct run_rows rows = { .n = 0 };
	struct run_storing s = { .run = r, .rows = &rows };
	enum fault e;

	*r = (struct run){ .company_id = rq_company(rq),
		           .definition_id = d->id,
		           .id = call->id[1],
		           .sealed_by = rq->who->person,
		           .from = in->from,
		           .to = in->to };
	e = run_read(rq, d, r, &rows);
	if (!e)
		e = db_tx(rq, store_tx, &s);
	if (e)
		return e;
	if (!s.duplicate) {
		http_created(call);
		return FAULT_NONE;
	}
	e = run_sql_get(rq, call->id[0], call->id[1], r);
	return e ? e : run_replayed(rq, r, in);
}

static enum fault
run_put(struct rq *rq, struct call *call, void *reply)
{
	struct definition d;
	struct run r;
	enum fault e = definition_sql_get(rq, call->id[0], &d);

	if (e)
		return e;
	e = run_sql_get(rq, call->id[0], call->id[1], &r);
	if (e == FAULT_NOT_FOUND)
		e = seal(rq, call, &d, &r);
	else if (!e)
		e = run_replayed(rq, &r, call->body);
	if (!e)
		view_of(rq, &d, &r, reply);
	return e;
}

/* --- verification -------------------------------------------------------------------------- */

static enum fault
take_row(struct rq *rq, void *row, void *arg)
{
	struct run_rows *rows = arg;

	(void)rq;
	if (rows->n < rows->room)
		rows->list[rows->n++] = *(const struct run_row *)row;
	return FAULT_NONE;
}

static struct j_list
differences_of(struct rq *rq, const struct differences *d, const char *currency)
{
	struct difference_view *list = arena_array(rq->arena, d->n, struct difference_view);

	for (size_t i = 0; i < d->n; i++) {
		const struct row_difference *from = &d->list[i];
		const struct run_row *b = from->before, *a = from->after, *row = b ? b : a;

		list[i] = (struct difference_view){
			.change = from->change,
			.why = from->why,
			.conversion_id = row->conversion_id,
			.lead_id = row->lead_id,
			.click_id = sealed_click_text(rq, row->click_id),
			.cause_click_id =
			    from->has_cause_click ? sealed_click_text(rq, from->cause_click) : NULL,
			.before = b ? sum_of(rq, b->millionths, b->amount_minor, currency) : NULL,
			.after = a ? sum_of(rq, a->millionths, a->amount_minor, currency) : NULL,
		};
	}
	return (struct j_list){ list, d->n };
}

static enum fault
verify_get(struct rq *rq, struct call *call, void *reply)
{
	struct run_view *views = arena_array(rq->arena, 2, struct run_view);
	struct run_rows then = { .n = 0 }, now = { .n = 0 };
	struct verification *v = reply;
	struct differences diff;
	struct run_row row;
	struct definition d;
	struct run sealed, again;
	enum fault e = find_run(rq, call, &d, &sealed);

	if (e)
		return e;
	sealed.company_id = rq_company(rq);
	again = sealed;
	then.room = (size_t)sealed.credits;
	then.list = arena_array(rq->arena, then.room, struct run_row);
	e = run_sql_rows(rq, &sealed, &row, take_row, &then);
	if (!e)
		e = run_read(rq, &d, &again, &now);
	if (e)
		return e;
	rows_compare(rq->arena, &then, &now, &diff);
	e = differences_explain(rq, &sealed, &again, &diff);
	if (e)
		return e;
	view_of(rq, &d, &sealed, &views[0]);
	view_of(rq, &d, &again, &views[1]);
	*v = (struct verification){
		.same = diff.all == 0 && memcmp(sealed.sha, again.sha, sizeof(sealed.sha)) == 0,
		.differences = (int64_t)diff.all,
		.sealed = &views[0],
		.now = &views[1],
		.rows = differences_of(rq, &diff, sealed.currency),
	};
	return FAULT_NONE;
}

/* clang-format off */
#define READERS ACCESS_MANAGERS | ACCESS_API_KEY
/* A run has the rows of the whole company: more than a manager sees. */
#define WHOLE_READERS ACCESS_ADMIN | ACCESS_API_KEY
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/report-definitions", .access = READERS, .scope = "reports:read", .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &definition_schema, .handle = definitions_get,
	  .name = "report_definition_list", .summary = "Saved reports, newest first" },
	{ .method = HTTP_GET, .path = "/v1/report-definitions/{id}", .access = READERS, .scope = "reports:read", .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &definition_schema, .handle = definition_get,
	  .name = "report_definition_get", .summary = "One saved report" },
	{ .method = HTTP_PUT, .path = "/v1/report-definitions/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &definition_new_schema, .kind = REPLY_OBJECT, .reply = &definition_schema,
	  .handle = definition_put, .name = "report_definition_put", .summary = "Save a report for good: it is never changed" },
	{ .method = HTTP_GET, .path = "/v1/report-definitions/{id}/runs", .access = WHOLE_READERS, .scope = "reports:read",
	  .rate = RATE_READ, .kind = REPLY_LIST, .reply = &run_schema, .handle = runs_get,
	  .name = "report_run_list", .summary = "Sealed runs of a saved report, newest first" },
	{ .method = HTTP_GET, .path = "/v1/report-definitions/{id}/runs/{other_id}", .access = WHOLE_READERS, .scope = "reports:read",
	  .rate = RATE_READ, .kind = REPLY_OBJECT, .reply = &run_schema, .handle = run_get,
	  .name = "report_run_get", .summary = "One sealed run" },
	{ .method = HTTP_PUT, .path = "/v1/report-definitions/{id}/runs/{other_id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &run_new_schema, .kind = REPLY_OBJECT, .reply = &run_schema, .handle = run_put,
	  .name = "report_run_put", .summary = "Seal a run: its rows, totals and SHA-256 as the data is now" },
	{ .method = HTTP_GET, .path = "/v1/report-definitions/{id}/runs/{other_id}/rows", .access = WHOLE_READERS,
	  .scope = "reports:read", .rate = RATE_READ, .kind = REPLY_LIST, .reply = &sealed_row_schema, .handle = run_rows_get,
	  .name = "report_run_rows", .summary = "The rows that a sealed run keeps, by conversion and click: their sums are its totals" },
	{ .method = HTTP_GET, .path = "/v1/report-definitions/{id}/runs/{other_id}/rates", .access = WHOLE_READERS,
	  .scope = "reports:read", .rate = RATE_READ, .kind = REPLY_LIST, .reply = &sealed_rate_schema, .handle = run_rates_get,
	  .name = "report_run_rates", .summary = "Exchange rates that a sealed run used" },
	{ .method = HTTP_GET, .path = "/v1/report-definitions/{id}/runs/{other_id}/verify", .access = WHOLE_READERS,
	  .scope = "reports:read", .rate = RATE_READ, .kind = REPLY_OBJECT, .reply = &verification_schema, .handle = verify_get,
	  .name = "report_run_verify", .summary = "Does it give the same rows today, and if not, which changed and why" },
};
/* clang-format on */

const struct route_table seal_routes = ROUTES("report", rows);
