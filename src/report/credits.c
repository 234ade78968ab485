/* SPDX-License-Identifier: Apache-2.0 */
/* credits.c - the rows behind a total: which touch of which conversion got how much.  JSON by
 * pages, CSV whole. */
#include "sums_int.h"

enum {
	BATCH_FILTERED = 2000, /* conversions read at once when most will not match */
};

/* Ends a stream that has given enough: never leaves this file. */
#define FAULT_ENOUGH FAULT_NOT_MODIFIED

/* A row of the drill-down. */
struct credit {
	struct uuid conversion_id, lead_id, share_id, person_id, team_id, post_id, campaign_id,
	    channel_id;
	int64_t occurred_at, touched_at, conversions;
	const char *click_id;
	int network, click_class;
	const char *click_reason;
	const struct money *value;
	bool counted; /* got credit */
};

/* clang-format off */
#define CREDIT_FIELDS \
	J_ID(struct credit, conversion_id, 0), \
	J_ID(struct credit, lead_id, 0), \
	J_AT(struct credit, occurred_at, 0), \
	J_AT(struct credit, touched_at, J_NULLABLE, .help = "Of the click; null: nobody is credited"), \
	J_TEXT(struct credit, click_id, J_NULLABLE, 0, 16), \
	J_ID(struct credit, share_id, J_NULLABLE), \
	J_ID(struct credit, person_id, J_NULLABLE), \
	J_ID(struct credit, team_id, J_NULLABLE, .help = "The person's primary team on the day of the touch"), \
	J_WORD(struct credit, network, J_NULLABLE, network_names, -1), \
	J_ID(struct credit, post_id, J_NULLABLE), \
	J_ID(struct credit, campaign_id, J_NULLABLE), \
	J_ID(struct credit, channel_id, J_NULLABLE), \
	J_DECIMAL(struct credit, conversions, 0, .help = "Part of one conversion, to the millionth"), \
	J_SUB(struct credit, value, 0, &report_money_schema)

static const struct j_field credit_fields[] = { CREDIT_FIELDS };
const struct j_schema credit_schema = J_SCHEMA("credit", struct credit, credit_fields);

static const struct j_field touch_fields[] = {
	CREDIT_FIELDS,
	J_WORD(struct credit, click_class, J_NULLABLE, click_class_names, -1, .help = "Of the click today; null: it is gone"),
	J_TEXT(struct credit, click_reason, J_NULLABLE, 0, 40),
};
const struct j_schema touch_credit_schema = J_SCHEMA("touch_credit", struct credit, touch_fields);
/* clang-format on */

struct giving {
	struct call *call;
	struct report_ask *ask;
	struct sheet *sheet; /* all rows go here, not into pages */
	struct buf *csv;     /* the sheet's, … */
	credit_fn *fn;       /* … which is handed each line of it */
	void *arg;
	bool days;           /* all of the period, in a snapshot: packed days are read */
	bool all;            /* zero credit too: the touches of one conversion */
	struct uuid resume;  /* of this conversion, the first rows were given before: */
	int64_t resume_rows; /* so many (positions below it are skipped) */
	struct uuid last;    /* conversion streamed last */
	int64_t last_us;
	size_t streamed; /* conversions in this batch */
	bool full;
};

static bool
fits(const struct report_ask *ask, const struct stream_row *t)
{
	if (!t->mine)
		return false;
	if (ask->without == WITHOUT_TEAM && !uuid_is_zero(t->team_id))
		return false;
	if (ask->without == WITHOUT_CAMPAIGN && !uuid_is_zero(t->campaign_id))
		return false;
	if (ask->text != NULL && !str_is(t->key, ask->text))
		return false;
	return (ask->network < 0 || ask->network == t->network) &&
	       (uuid_is_zero(ask->person) || uuid_eq(ask->person, t->person_id)) &&
	       (uuid_is_zero(ask->team) || uuid_eq(ask->team, t->team_id)) &&
	       (uuid_is_zero(ask->post) || uuid_eq(ask->post, t->post_id)) &&
	       (uuid_is_zero(ask->campaign) || uuid_eq(ask->campaign, t->campaign_id)) &&
	       (uuid_is_zero(ask->channel) || uuid_eq(ask->channel, t->channel_id));
}

static const struct sheet_column columns[] = {
	{ "conversion_id", SHEET_TEXT }, { "lead_id", SHEET_TEXT },
	{ "occurred_at", SHEET_TIME },   { "touched_at", SHEET_TIME },
	{ "click_id", SHEET_TEXT },      { "share_id", SHEET_TEXT },
	{ "person_id", SHEET_TEXT },     { "team_id", SHEET_TEXT },
	{ "network", SHEET_TEXT },       { "post_id", SHEET_TEXT },
	{ "campaign_id", SHEET_TEXT },   { "channel_id", SHEET_TEXT },
	{ "conversions", SHEET_MICRO },  { "amount_minor", SHEET_INT },
	{ "currency", SHEET_TEXT },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void
put_row(struct sheet *s, const struct credit *c)
{
	sheet_uuid(s, c->conversion_id);
	sheet_uuid(s, c->lead_id);
	sheet_number(s, c->occurred_at);
	sheet_number(s, c->touched_at);
	sheet_text(s, str_of(c->click_id));
	sheet_uuid(s, c->share_id);
	sheet_uuid(s, c->person_id);
	sheet_uuid(s, c->team_id);
	sheet_text(s, str_of(c->network < 0 ? "" : network_names[c->network]));
	sheet_uuid(s, c->post_id);
	sheet_uuid(s, c->campaign_id);
	sheet_uuid(s, c->channel_id);
	sheet_number(s, c->conversions);
	sheet_number(s, c->value->amount_minor);
	sheet_text(s, str_of(c->value->currency));
	sheet_end_row(s);
}

static enum fault
hand_over(struct rq *rq, struct giving *g, const struct credit *c, size_t from)
{
	struct credit_line line = {
		.conversion_id = c->conversion_id,
		.lead_id = c->lead_id,
		.conversions = c->conversions,
		.amount_minor = c->value->amount_minor,
		.csv = { g->csv->s + from, g->csv->n - from },
	};

	if (c->click_id != NULL)
		(void)click_id_parse(str_of(c->click_id), line.click_id);
	return g->fn(rq, &line, g->arg);
}

/* at: the position of the touch in its path, for the cursor. */
static enum fault
give(struct rq *rq, struct giving *g, const struct credit *c, int64_t at)
{
	struct page_key key = { .k = { c->occurred_at, at + 1, 0 }, .id = c->conversion_id };

	if (uuid_eq(c->conversion_id, g->resume) && at < g->resume_rows)
		return FAULT_NONE;
	if (g->sheet != NULL) {
		size_t from = g->fn != NULL ? g->csv->n : 0;

		put_row(g->sheet, c);
		if (g->fn != NULL)
			return hand_over(rq, g, c, from);
		return sheet_failed(g->sheet) ? FAULT_ENOUGH : FAULT_NONE;
	}
	if (page_add(rq, g->call, c, key))
		return FAULT_NONE;
	g->full = true;
	return FAULT_ENOUGH;
}

static struct credit
credit_of(const struct path *p, size_t i, const struct money *value, const char *click_id)
{
	const struct stream_row *t = &p->touches[i];

	return (struct credit){
		.conversion_id = p->conversion.id,
		.lead_id = p->conversion.lead_id,
		.occurred_at = p->conversion.occurred_at,
		.touched_at = t->touched_at,
		.click_id = click_id,
		.share_id = t->share_id,
		.person_id = t->person_id,
		.team_id = t->team_id,
		.network = t->network,
		.post_id = t->post_id,
		.campaign_id = t->campaign_id,
		.channel_id = t->channel_id,
		.conversions = p->credit[0].count[i],
		.value = value,
		.click_class = t->click_class,
		.click_reason = t->click_reason,
	};
}

static enum fault
give_touches(struct rq *rq, struct giving *g, const struct path *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct money value = { p->credit[0].value[i],
			               g->all && p->conversion.currency != NULL
			                   ? p->conversion.currency
			                   : g->ask->currency };
		char click_id[CLICK_ID_TEXT + 1];
		struct credit c;
		enum fault e;

		if (!fits(g->ask, &p->touches[i]))
			continue;
		/* Rounding may leave an old touch a unit of the value and nothing of the count. */
		if (!g->all && p->credit[0].count[i] == 0 && p->credit[0].value[i] == 0)
			continue;
		click_id_format(p->touches[i].click_id, click_id);
		c = credit_of(p, i, &value, click_id);
		e = give(rq, g, &c, (int64_t)i);
		if (e)
			return e;
	}
	return FAULT_NONE;
}

/* A conversion that nobody touched: its one row says so. */
static enum fault
give_unattributed(struct rq *rq, struct giving *g, const struct path *p)
{
	struct money value = { p->conversion.value_minor, g->ask->currency };
	struct credit c = {
		.conversion_id = p->conversion.id,
		.lead_id = p->conversion.lead_id,
		.occurred_at = p->conversion.occurred_at,
		.touched_at = TIME_NONE,
		.network = -1,
		.click_class = -1,
		.conversions = CREDIT_WHOLE,
		.value = &value,
	};

	return give(rq, g, &c, 0);
}

static enum fault
take_path(struct rq *rq, const struct path *p, void *arg)
{
	struct giving *g = arg;

	g->last = p->conversion.id;
	g->last_us = p->conversion.occurred_at;
	g->streamed++;
	if (p->n > 0)
		return g->ask->unattributed ? FAULT_NONE : give_touches(rq, g, p);
	return g->ask->filtered || g->all || !uuid_is_zero(g->ask->viewer)
	           ? FAULT_NONE
	           : give_unattributed(rq, g, p);
}

static enum fault
one_batch(struct rq *rq, struct giving *g, const struct report_ask *ask)
{
	struct walk *w = walk_begin(rq, ask, take_path, g);
	enum fault e =
	    g->days ? credit_days(rq, ask, w) : report_sql_credits(rq, ask, walk_credit_row, w);

	return e ? e : walk_end(rq, w);
}

/* Batch after batch until the page is full or the conversions are. */
static enum fault
all_batches(struct rq *rq, struct giving *g)
{
	struct report_ask *ask = g->ask;

	for (;;) {
		enum fault e;

		g->streamed = 0;
		e = one_batch(rq, g, ask);
		if (e == FAULT_ENOUGH)
			return FAULT_NONE;
		if (e || g->full || (int64_t)g->streamed < ask->limit)
			return e;
		/* The last one begins the next batch, and has been given whole. */
		ask->after_us = g->last_us;
		ask->after_id = g->last;
		g->resume = g->last;
		g->resume_rows = REPORT_PATH_MAX;
	}
}

static void
start_at(struct giving *g, const struct call *call)
{
	struct report_ask *ask = g->ask;

	ask->after_us = ask->from_us;
	ask->after_id = (struct uuid){ { 1 } }; /* below every id of ours; zero would be NULL */
	if (!call->after)
		return;
	ask->after_us = call->key.k[0];
	ask->after_id = call->key.id;
	g->resume = call->key.id;
	g->resume_rows = call->key.k[1];
}

static void
begin_sheet(struct giving *g)
{
	sheet_head(g->sheet, columns, COLUMNS);
	g->ask->limit = REPORT_ALL_ROWS;
	g->days = sums_serve_paths(g->ask);
}

enum fault
credits_each(struct rq *rq, struct report_ask *ask, struct buf *csv, credit_fn *fn, void *arg)
{
	static const struct call from_the_start = { .after = false };
	struct giving g = {
		.ask = ask, .sheet = sheet_csv(rq->arena, csv), .csv = csv, .fn = fn, .arg = arg
	};

	start_at(&g, &from_the_start);
	begin_sheet(&g);
	return all_batches(rq, &g);
}

/* What is in the sheet cannot be taken back. */
static enum fault
sheet_tx(struct rq *rq, void *arg)
{
	struct giving *g = arg;
	enum fault e = all_batches(rq, g);

	return e == FAULT_RESTART && g->streamed > 0
	           ? rq_fail(rq, FAULT_BUSY, "The rows could not be read to their end.")
	           : e;
}

static enum fault
give_sheet(struct rq *rq, struct giving *g)
{
	begin_sheet(g);
	return g->days ? db_snapshot(rq, sheet_tx, g) : all_batches(rq, g);
}

static enum fault
resolve(struct rq *rq, const struct report_query *q, struct report_ask *ret)
{
	enum fault e;

	if (q->text != NULL && uuid_is_zero(q->post))
		return report_wrong(rq, "?post", "goes with text, which is of one post");
	e = report_resolve(rq, q, ret);
	if (!e)
		e = report_choose(rq, q, ret);
	if (!e)
		e = report_convert(rq, ret);
	if (!e && q->text != NULL) {
		ret->by = BY_TEXT;
		ret->text = q->text;
	}
	return e;
}

enum fault
credits_get(struct rq *rq, struct call *call, void *reply)
{
	struct report_ask ask;
	struct giving g = { .call = call, .ask = &ask };
	bool sparse;
	enum fault e = resolve(rq, call->query, &ask);

	(void)reply;
	if (e)
		return e;
	start_at(&g, call);
	if (call->format != FORMAT_JSON) {
		e = http_sheet(rq, call, "credits", &g.sheet);
		return e ? e : give_sheet(rq, &g);
	}
	sparse = ask.filtered || ask.unattributed || !uuid_is_zero(ask.viewer);
	ask.limit = sparse ? BATCH_FILTERED : call->limit + 2;
	return all_batches(rq, &g);
}

enum fault
touches_get(struct rq *rq, struct call *call, void *reply)
{
	struct report_query q = *(const struct report_query *)call->query;
	struct report_ask ask;
	struct giving g = { .call = call, .ask = &ask, .all = true };
	struct walk *w;
	bool found = false;
	enum fault e;

	(void)reply;
	q.network = q.without = -1; /* not of this query: any */
	e = report_resolve(rq, &q, &ask);
	if (!e)
		e = report_choose(rq, &q, &ask);
	if (!e)
		e = report_sql_has_conversion(rq, ask.conversion, &found);
	if (!e && !found)
		e = rq_fail(rq, FAULT_NOT_FOUND, "No such conversion.");
	if (e)
		return e;
	start_at(&g, call);
	w = walk_begin(rq, &ask, take_path, &g);
	e = report_sql_touches(rq, &ask, walk_credit_row, w);
	if (!e)
		e = walk_end(rq, w);
	return e == FAULT_ENOUGH ? FAULT_NONE : e;
}
