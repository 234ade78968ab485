/* SPDX-License-Identifier: Apache-2.0 */
/* emv_http.c - earned media value over HTTP: the company's rates, and the report by them. */
#include <string.h>

#include "rostra/caller.h"

#include "emv_http_int.h"

/* clang-format off */
static const struct j_field rate_fields[] = {
	J_WORD(struct emv_rate, network, J_REQUIRED, network_names, -1),
	J_INT64(struct emv_rate, thousand_clicks_minor, J_REQUIRED, 0, EMV_RATE_MAX, 0,
		.help = "Minor units for a thousand human clicks: 55 cents a click are 55000"),
};
static const struct j_schema rate_schema = J_SCHEMA("emv_rate", struct emv_rate, rate_fields);
#define SET_FIELDS \
	J_TEXT(struct emv_set, currency, J_REQUIRED | J_CURRENCY, 3, 3), \
	J_TEXT(struct emv_set, from, J_REQUIRED | J_DATE, 10, 10, \
		.help = "UTC date, included; until the next set of the currency begins. Of one day the later made holds"), \
	J_OBJECTS(struct emv_set, rates, J_REQUIRED, 0, NETWORK__MAX, &rate_schema, .help = "A network without one has no rate")
static const struct j_field set_new_fields[] = { SET_FIELDS };
static const struct j_schema set_new_schema = J_SCHEMA("emv_rates_new", struct emv_set, set_new_fields);
static const struct j_field set_fields[] = {
	J_ID(struct emv_set, id, J_REQUIRED), SET_FIELDS, J_ID(struct emv_set, created_by, J_REQUIRED),
	J_AT(struct emv_set, created_at, J_REQUIRED),
};
static const struct j_schema set_schema = J_SCHEMA("emv_rates", struct emv_set, set_fields);

static const struct j_field query_fields[] = {
	J_TEXT(struct report_query, from, J_DATE, 10, 10, .help = "UTC date, included; default 30 days before to"),
	J_TEXT(struct report_query, to, J_DATE, 10, 10, .help = "UTC date, excluded; default tomorrow"),
	J_TEXT(struct report_query, currency, J_CURRENCY, 3, 3, .help = "Whose rates; default the company's"),
	J_WORD(struct report_query, group, 0, dimension_names, BY_NETWORK),
};
static const struct j_schema query_schema = J_SCHEMA("emv_query", struct report_query, query_fields);

static const struct j_field line_fields[] = {
	J_WORD(struct emv_line_view, network, 0, network_names, 0),
	J_TEXT(struct emv_line_view, from, J_DATE, 10, 10), J_TEXT(struct emv_line_view, to, J_DATE, 10, 10, .help = "Excluded"),
	J_INT64(struct emv_line_view, thousand_clicks_minor, J_NULLABLE, 0, 0, 0, .help = "The rate; null: there is none"),
	J_BOOLEAN(struct emv_line_view, example, 0, false, .help = "No rate of the company: one that is shipped as an example"),
	J_ID(struct emv_line_view, rates_id, J_NULLABLE, .help = "Of the company's set; null: an example"),
	J_INT64(struct emv_line_view, clicks, 0, 0, 0, 0),
	J_SUB(struct emv_line_view, value, 0, &report_money_schema),
};
const struct j_schema emv_line_schema = J_SCHEMA("emv_line", struct emv_line_view, line_fields);

struct row_view {
	const char *key, *name;
	int64_t     clicks;
	struct money money;
	const struct money *value;
};
static const struct j_field row_fields[] = {
	J_TEXT(struct row_view, key, J_NULLABLE, 0, 0, .help = "Id or word of the group; null: none, such as no team"),
	J_TEXT(struct row_view, name, J_NULLABLE | J_PII, 0, 0),
	J_INT64(struct row_view, clicks, 0, 0, 0, 0),
	J_SUB(struct row_view, value, 0, &report_money_schema),
};
static const struct j_schema row_schema = J_SCHEMA("emv_row", struct row_view, row_fields);

static const struct j_field totals_fields[] = {
	J_INT64(struct emv_totals, clicks, 0, 0, 0, 0, .help = "Human ones"),
	J_INT64(struct emv_totals, unrated, 0, 0, 0, 0, .help = "Of these, on networks without a rate: worth nothing here"),
	J_SUB(struct emv_totals, value, 0, &report_money_schema),
};
const struct j_schema emv_totals_schema = J_SCHEMA("emv_totals", struct emv_totals, totals_fields);

struct emv_view {
	int64_t       as_of;
	int           group;
	const char   *from, *to, *currency, *formula;
	struct j_list not_collected;
	bool          example;
	const struct emv_totals *totals;
	struct j_list rates, rows;
};
static const struct j_field emv_fields[] = {
	J_AT(struct emv_view, as_of, 0),
	J_WORD(struct emv_view, group, 0, dimension_names, 0),
	J_TEXT(struct emv_view, from, J_DATE, 10, 10), J_TEXT(struct emv_view, to, J_DATE, 10, 10),
	J_TEXT(struct emv_view, currency, J_CURRENCY, 3, 3),
	J_TEXT(struct emv_view, formula, 0, 0, 0, .help = "There is no standard one: this is what was computed"),
	J_STRINGS(struct emv_view, not_collected, 0, 0, 0, 0, .help = "What other formulas count and nobody tells us"),
	J_BOOLEAN(struct emv_view, example, 0, false, .help = "Some of the value is by rates that are shipped as examples"),
	J_SUB(struct emv_view, totals, 0, &emv_totals_schema),
	J_OBJECTS(struct emv_view, rates, 0, 0, 0, &emv_line_schema, .help = "All that were used, with what came of each"),
	J_OBJECTS(struct emv_view, rows, 0, 0, 0, &row_schema),
};
static const struct j_schema emv_schema = J_SCHEMA("emv_report", struct emv_view, emv_fields);
/* clang-format on */

/* --- rates --------------------------------------------------------------------------------- */

static int64_t
rate_in(const struct emv_set *s, int network)
{
	const struct emv_rate *rates = s->rates.items;

	for (size_t i = 0; i < s->rates.n; i++) {
		if (rates[i].network == network)
			return rates[i].thousand_clicks_minor;
	}
	return J_NO_INT;
}

static bool
same(const struct emv_set *a, const struct emv_set *b)
{
	for (int n = 0; n < NETWORK__MAX; n++) {
		if (rate_in(a, n) != rate_in(b, n))
			return false;
	}
	return cstr_eq(a->currency, b->currency) && cstr_eq(a->from, b->from);
}

static enum fault
check(struct rq *rq, struct emv_set *in)
{
	struct emv_rate *rates = in->rates.items;
	uint32_t seen = 0;

	for (size_t i = 0; i < in->rates.n; i++) {
		if ((seen >> rates[i].network & 1) != 0)
			problem_add(&rq->problem, arena_printf(rq->arena, "#/rates/%zu/network", i),
			            "has a rate already");
		seen |= UINT32_C(1) << rates[i].network;
		rates[i].company_id = in->company_id;
		rates[i].set_id = in->id;
	}
	return rq->problem.code;
}

struct putting {
	struct emv_set set;
	bool duplicate;
};

static enum fault
put_tx(struct rq *rq, void *arg)
{
	struct putting *p = arg;

	return emv_sql_insert_set(rq, &p->set, &p->duplicate);
}

static enum fault
rates_put(struct rq *rq, struct call *call, void *reply)
{
	struct putting p = { .set = *(const struct emv_set *)call->body };
	enum fault e;

	p.set.company_id = rq_company(rq);
	p.set.id = call->id[0];
	p.set.created_by = rq->who->person;
	p.set.created_at = rq->now_us;
	e = check(rq, &p.set);
	if (!e)
		e = db_tx(rq, put_tx, &p);
	if (!e)
		e = emv_sql_set(rq, p.set.id, reply);
	if (e)
		return e;
	if (!p.duplicate)
		http_created(call);
	else if (!same(&p.set, reply))
		return rq_fail(
		    rq, FAULT_ID_CONFLICT,
		    "The rates exist and differ: they are never changed, others follow.");
	return FAULT_NONE;
}

static enum fault
rates_row(struct rq *rq, void *row, void *arg)
{
	struct emv_set *s = row;

	s->rates = emv_unpack(rq->arena, s->packed);
	page_add(rq, arg, s, (struct page_key){ .id = s->id });
	return FAULT_NONE;
}

struct emv_page
emv_page_of(const struct rq *rq, const struct call *call)
{
	struct emv_page p = { .company_id = rq_company(rq), .limit = call->limit + 1 };

	memset(&p.before, 0xff, sizeof(p.before));
	if (call->after)
		p.before = call->key.id;
	return p;
}

static enum fault
rates_get(struct rq *rq, struct call *call, void *reply)
{
	const struct emv_page page = emv_page_of(rq, call);

	(void)reply;
	return emv_sql_page(rq, &page, rates_row, call);
}

/* --- the report ---------------------------------------------------------------------------- */

struct j_list
emv_line_views(struct rq *rq, const struct emv_line *lines, size_t n, const char *currency)
{
	struct emv_line_view *views = arena_array(rq->arena, n, struct emv_line_view);

	for (size_t i = 0; i < n; i++) {
		views[i] = (struct emv_line_view){
			.network = lines[i].network,
			.from = lines[i].from,
			.to = lines[i].to,
			.thousand_clicks_minor = lines[i].thousand_clicks_minor,
			.example = lines[i].example,
			.rates_id = lines[i].set_id,
			.clicks = lines[i].clicks,
			.money = { lines[i].value_minor, currency },
		};
		views[i].value = &views[i].money;
	}
	return (struct j_list){ views, n };
}

const struct emv_totals *
emv_totals_of(struct rq *rq, int64_t clicks, int64_t unrated, struct money value)
{
	struct emv_totals *t = arena_new(rq->arena, struct emv_totals);

	*t = (struct emv_totals){ clicks, unrated, value, NULL };
	t->value = &t->money;
	return t;
}

struct reading {
	const struct report_ask *ask;
	struct emv emv;
	struct tally groups; /* clicks and value */
};
enum { GROUP_CLICKS, GROUP_VALUE };

static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct reading *r = arg;
	enum fault e = emv_read(rq, r->ask, &r->emv);

	r->groups = (struct tally){ .n = 0 };
	for (size_t i = 0; !e && i < r->emv.n; i++) {
		const struct emv_cell *c = &r->emv.cells[i];

		tally_add(rq, &r->groups, str_of(c->key), GROUP_CLICKS, c->clicks);
		tally_add(rq, &r->groups, str_of(c->key), GROUP_VALUE, c->value_minor);
	}
	if (e)
		return e;
	tally_fold(rq, &r->groups);
	return tally_names(rq, &r->groups, r->ask->by);
}

static struct j_list
rows_of(struct rq *rq, const struct reading *r)
{
	struct row_view *rows = arena_array(rq->arena, r->groups.n_rows, struct row_view);

	for (size_t i = 0; i < r->groups.n_rows; i++) {
		const struct tally_row *from = &r->groups.rows[i];

		rows[i] = (struct row_view){
			.key = from->key[0] != '\0' ? from->key : NULL,
			.name = from->name,
			.clicks = from->n[GROUP_CLICKS],
			.money = { from->n[GROUP_VALUE], r->emv.currency },
		};
		rows[i].value = &rows[i].money;
	}
	return (struct j_list){ rows, r->groups.n_rows };
}

static bool
uses_examples(const struct emv_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (lines[i].example && lines[i].value_minor > 0)
			return true;
	}
	return false;
}

static void
view_of(struct rq *rq, const struct reading *r, struct emv_view *v)
{
	static const char *const not_collected[] = { "impressions", "reactions" };
	const struct emv *emv = &r->emv;
	size_t n;
	const struct emv_line *lines = emv_lines(rq, emv, &n);

	*v = (struct emv_view){
		.as_of = rq->now_us,
		.group = (int)r->ask->by,
		.from = r->ask->from,
		.to = r->ask->to,
		.currency = r->ask->currency,
		.formula =
		    "sum over networks and days of human clicks x rate for a thousand clicks / "
		    "1000, rounded once, half up; its parts by largest remainder",
		.not_collected = { (void *)(uintptr_t)not_collected, 2 },
		.example = uses_examples(lines, n),
		.totals = emv_totals_of(rq, emv->clicks, emv->unrated,
		                        (struct money){ emv->value_minor, r->ask->currency }),
		.rates = emv_line_views(rq, lines, n, r->ask->currency),
		.rows = rows_of(rq, r),
	};
}

static enum fault
emv_get(struct rq *rq, struct call *call, void *reply)
{
	struct report_query q = *(const struct report_query *)call->query;
	struct report_ask ask;
	struct reading r = { .ask = &ask };
	struct sheet *s;
	enum fault e;

	q.time_zone = "UTC"; /* the days of the sums of clicks */
	q.network = q.without = -1;
	e = report_resolve(rq, &q, &ask);
	if (!e)
		e = db_snapshot(rq, read_tx, &r);
	if (e)
		return e;
	view_of(rq, &r, reply);
	if (call->format == FORMAT_JSON)
		return FAULT_NONE;
	e = http_sheet(rq, call, "emv", &s);
	if (!e)
		emv_table(s, &r.emv, &r.groups);
	return e;
}

/* clang-format off */
#define READERS ACCESS_MANAGERS | ACCESS_API_KEY
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/emv-rates", .access = READERS, .scope = "reports:read", .rate = RATE_READ,
	  .kind = REPLY_LIST, .reply = &set_schema, .handle = rates_get,
	  .name = "emv_rates_list", .summary = "The company's rates for clicks, the newest set first" },
	{ .method = HTTP_PUT, .path = "/v1/emv-rates/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &set_new_schema, .kind = REPLY_OBJECT, .reply = &set_schema, .handle = rates_put,
	  .name = "emv_rates_put", .summary = "Say what clicks are worth from a day on: a set is never changed, another follows" },
	{ .method = HTTP_GET, .path = "/v1/reports/emv", .access = READERS, .scope = "reports:read", .rate = RATE_READ,
	  .flags = ROUTE_TABLE, .query = &query_schema, .kind = REPLY_OBJECT, .reply = &emv_schema, .handle = emv_get,
	  .name = "report_emv", .summary = "Earned media value: clicks at the company's own rates, which stand beside it" },
	{ .method = HTTP_GET, .path = "/v1/emv-runs", .access = ACCESS_ADMIN | ACCESS_API_KEY, .scope = "reports:read",
	  .rate = RATE_READ, .kind = REPLY_LIST, .reply = &emv_run_schema, .handle = emv_runs_get,
	  .name = "emv_run_list", .summary = "Sealed runs of earned media value, newest first" },
	{ .method = HTTP_GET, .path = "/v1/emv-runs/{id}", .access = ACCESS_ADMIN | ACCESS_API_KEY, .scope = "reports:read",
	  .rate = RATE_READ, .kind = REPLY_OBJECT, .reply = &emv_run_schema, .handle = emv_run_get,
	  .name = "emv_run_get", .summary = "One sealed run, with the rates it used" },
	{ .method = HTTP_PUT, .path = "/v1/emv-runs/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE, .flags = ROUTE_PUT_ID,
	  .body = &emv_run_new_schema, .kind = REPLY_OBJECT, .reply = &emv_run_schema, .handle = emv_run_put,
	  .name = "emv_run_put", .summary = "Seal earned media value: its rates, clicks, totals and SHA-256 as they are now" },
	{ .method = HTTP_GET, .path = "/v1/emv-runs/{id}/verify", .access = ACCESS_ADMIN | ACCESS_API_KEY, .scope = "reports:read",
	  .rate = RATE_READ, .kind = REPLY_OBJECT, .reply = &emv_verification_schema, .handle = emv_run_verify,
	  .name = "emv_run_verify", .summary = "Does it come to the same today, and if not, by which rates or clicks" },
};
/* clang-format on */

const struct route_table emv_routes = ROUTES("emv", rows);
