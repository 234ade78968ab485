/* SPDX-License-Identifier: Apache-2.0 */
/* content.c - what works: posts, networks and the texts of a post, from shares to sales. */
#include <stdlib.h>
#include <string.h>

#include "people_report_int.h"

const char *const content_by_names[CONTENT__MAX + 1] = {
	[CONTENT_POST] = "post",
	[CONTENT_NETWORK] = "network",
	[CONTENT_TEXT] = "text",
};
static const enum dimension dimensions[CONTENT__MAX] = {
	[CONTENT_POST] = BY_POST,
	[CONTENT_NETWORK] = BY_NETWORK,
	[CONTENT_TEXT] = BY_TEXT,
};

struct content_row {
	const char *key, *name;
	int64_t shares, sharers, own_words, clicks, leads, qualified, opportunities, won;
	int64_t clicks_per_share, lead_rate, won_rate; /* millionths; J_NO_INT: of nothing */
};

/* clang-format off */
static const struct j_field row_fields[] = {
	J_TEXT(struct content_row, key, J_REQUIRED, 0, 0, .help = "Id of a post, a network, or of a text the beginning of its digest; own: words of people's own"),
	J_TEXT(struct content_row, name, J_NULLABLE, 0, 0, .help = "Title of the post, the network, or the suggested words"),
	J_INT64(struct content_row, shares, 0, 0, 0, 0),
	J_INT64(struct content_row, sharers, 0, 0, 0, 0, .help = "People who made them"),
	J_INT64(struct content_row, own_words, 0, 0, 0, 0, .help = "Shares whose text is not a suggested one"),
	J_INT64(struct content_row, clicks, 0, 0, 0, 0, .help = "Human ones"),
	J_DECIMAL(struct content_row, leads, 0, .help = "Credit, like all that follow"),
	J_DECIMAL(struct content_row, qualified, 0), J_DECIMAL(struct content_row, opportunities, 0),
	J_DECIMAL(struct content_row, won, 0),
	J_DECIMAL(struct content_row, clicks_per_share, J_NULLABLE),
	J_DECIMAL(struct content_row, lead_rate, J_NULLABLE, .help = "Leads of clicks"),
	J_DECIMAL(struct content_row, won_rate, J_NULLABLE, .help = "Won of leads"),
};
static const struct j_schema row_schema = J_SCHEMA("content_row", struct content_row, row_fields);

struct content_view {
	int64_t       as_of, window_days;
	int           model, by;
	struct uuid   post;
	const char   *from, *to;
	struct j_list rows;
};
static const struct j_field content_fields[] = {
	J_AT(struct content_view, as_of, 0), J_WORD(struct content_view, model, 0, model_names, 0),
	J_INT64(struct content_view, window_days, J_NULLABLE, 0, 0, 0, .help = "null: each campaign's own"),
	J_WORD(struct content_view, by, 0, content_by_names, 0), J_ID(struct content_view, post, J_NULLABLE),
	J_TEXT(struct content_view, from, J_DATE, 10, 10), J_TEXT(struct content_view, to, J_DATE, 10, 10),
	J_OBJECTS(struct content_view, rows, 0, 0, 0, &row_schema, .help = "By clicks"),
};
const struct j_schema content_schema = J_SCHEMA("content_report", struct content_view, content_fields);
/* clang-format on */

/* Columns of the tally beside the funnel's. */
enum { SHARERS = FUNNEL__MAX, OWN_WORDS };

static enum fault
take_sharers(struct rq *rq, void *row, void *arg)
{
	const struct sharers_row *r = row;
	struct funnel *f = arg;

	tally_add(rq, &f->tally, r->key, SHARERS, r->people);
	tally_add(rq, &f->tally, r->key, OWN_WORDS, r->own_words);
	return FAULT_NONE;
}

/* The words of a share without the link behind them. */
static enum fault
take_words(struct rq *rq, void *row, void *arg)
{
	const struct words_row *r = row;
	struct tally_row *to = tally_find(arg, arena_copy(rq->arena, r->key.s, r->key.n));
	const char *end = r->text != NULL ? strrchr(r->text, ' ') : NULL;

	if (to == NULL || r->text == NULL)
		return FAULT_NONE;
	if (end != NULL && strstr(end, "/r/") != NULL)
		to->name = arena_copy(rq->arena, r->text, (size_t)(end - r->text));
	else
		to->name = arena_strdup(rq->arena, r->text);
	return FAULT_NONE;
}

static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct funnel *f = arg;
	enum fault e = funnel_read(rq, f);

	if (!e)
		e = report_sharers(rq, f->ask, take_sharers, f);
	if (e)
		return e;
	tally_fold(rq, &f->tally);
	return f->ask->by == BY_TEXT ? content_sql_words(rq, f->ask, take_words, &f->tally)
	                             : tally_names(rq, &f->tally, f->ask->by);
}

static int
by_clicks(const void *a, const void *b)
{
	const struct content_row *left = a, *right = b;

	if (left->clicks != right->clicks)
		return left->clicks > right->clicks ? -1 : 1;
	if (left->leads != right->leads)
		return left->leads > right->leads ? -1 : 1;
	return strcmp(left->key, right->key);
}

static struct j_list
rows_of(struct rq *rq, const struct tally *t)
{
	struct content_row *rows = arena_array(rq->arena, t->n_rows, struct content_row);
	size_t n = 0;

	for (size_t i = 0; i < t->n_rows; i++) {
		const int64_t *c = t->rows[i].n;

		/* Of the texts of a post, what is of other posts. */
		if (t->rows[i].key[0] == '\0')
			continue;
		rows[n++] = (struct content_row){
			.key = t->rows[i].key,
			.name = t->rows[i].name,
			.shares = c[FUNNEL_SHARES],
			.sharers = c[SHARERS],
			.own_words = c[OWN_WORDS],
			.clicks = c[FUNNEL_CLICKS],
			.leads = c[FUNNEL_LEADS],
			.qualified = c[FUNNEL_QUALIFIED],
			.opportunities = c[FUNNEL_OPPORTUNITIES],
			.won = c[FUNNEL_WON],
			.clicks_per_share = funnel_rate(c[FUNNEL_CLICKS], 1, c[FUNNEL_SHARES], 1),
			.lead_rate =
			    funnel_rate(c[FUNNEL_LEADS], CREDIT_WHOLE, c[FUNNEL_CLICKS], 1),
			.won_rate =
			    funnel_rate(c[FUNNEL_WON], CREDIT_WHOLE, c[FUNNEL_LEADS], CREDIT_WHOLE),
		};
	}
	if (n > 1)
		qsort(rows, n, sizeof(*rows), by_clicks);
	return (struct j_list){ rows, n };
}

static enum fault
put_table(struct rq *rq, struct call *call, struct j_list list)
{
	static const struct sheet_column columns[] = {
		{ "key", SHEET_TEXT },
		{ "name", SHEET_TEXT },
		{ "shares", SHEET_INT },
		{ "sharers", SHEET_INT },
		{ "own_words", SHEET_INT },
		{ "clicks", SHEET_INT },
		{ "leads", SHEET_MICRO },
		{ "qualified", SHEET_MICRO },
		{ "opportunities", SHEET_MICRO },
		{ "won", SHEET_MICRO },
	};
	const struct content_row *rows = list.items;
	struct sheet *s;
	enum fault e = http_sheet(rq, call, "content", &s);

	if (e)
		return e;
	sheet_head(s, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < list.n; i++) {
		const struct content_row *r = &rows[i];
		const int64_t counts[] = { r->shares, r->sharers,   r->own_words,     r->clicks,
			                   r->leads,  r->qualified, r->opportunities, r->won };

		sheet_text(s, str_of(r->key));
		sheet_text(s, str_of(r->name));
		for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
			sheet_number(s, counts[k]);
		sheet_end_row(s);
	}
	return FAULT_NONE;
}

enum fault
content_get(struct rq *rq, struct call *call, void *reply)
{
	struct report_query q = *(const struct report_query *)call->query;
	struct content_view *v = reply;
	struct report_ask ask;
	struct funnel f = { .ask = &ask };
	enum fault e;

	if ((q.by == CONTENT_TEXT) == uuid_is_zero(q.post))
		return report_wrong(rq, "?post", "goes with by=text, which needs it");
	q.group = (int)dimensions[q.by];
	e = funnel_resolve(rq, &q, &ask);
	if (!e)
		e = db_snapshot(rq, read_tx, &f);
	if (e)
		return e;
	*v = (struct content_view){
		.as_of = rq->now_us,
		.window_days = ask.window_days,
		.model = (int)ask.model[0],
		.by = q.by,
		.post = q.post,
		.from = ask.from,
		.to = ask.to,
		.rows = rows_of(rq, &f.tally),
	};
	return call->format != FORMAT_JSON ? put_table(rq, call, v->rows) : FAULT_NONE;
}
