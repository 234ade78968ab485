/* SPDX-License-Identifier: Apache-2.0 */
/* clicks_http.c - clicks by class and group, from the daily sums. */
#include <string.h>

#include "report_int.h"

/* clang-format off */
struct clicks_view {
	const char *key;
	int64_t     n[CLICK__MAX];
};
#define CLASS_FIELD(word, place) \
	{ .name = word, .type = J_INT, .off = (uint32_t)(offsetof(struct clicks_view, n) + (place) * sizeof(int64_t)) }
static const struct j_field clicks_fields[] = {
	J_TEXT(struct clicks_view, key, J_NULLABLE, 0, 0, .help = "Id or word of the group; null: none, such as no team"),
	CLASS_FIELD("human", CLICK_HUMAN),       CLASS_FIELD("preview", CLICK_PREVIEW),
	CLASS_FIELD("bot", CLICK_BOT),           CLASS_FIELD("prefetch", CLICK_PREFETCH),
	CLASS_FIELD("scanner", CLICK_SCANNER),   CLASS_FIELD("duplicate", CLICK_DUPLICATE),
	CLASS_FIELD("internal", CLICK_INTERNAL),
};
static const struct j_schema clicks_schema = J_SCHEMA("clicks_row", struct clicks_view, clicks_fields);
static const struct j_field totals_fields[] = {
	CLASS_FIELD("human", CLICK_HUMAN),       CLASS_FIELD("preview", CLICK_PREVIEW),
	CLASS_FIELD("bot", CLICK_BOT),           CLASS_FIELD("prefetch", CLICK_PREFETCH),
	CLASS_FIELD("scanner", CLICK_SCANNER),   CLASS_FIELD("duplicate", CLICK_DUPLICATE),
	CLASS_FIELD("internal", CLICK_INTERNAL),
};
static const struct j_schema totals_schema = J_SCHEMA("clicks_totals", struct clicks_view, totals_fields);

struct report_view {
	int64_t     as_of;
	int         group;
	const char *from, *to;
	const struct clicks_view *totals;
	struct j_list rows;
};
static const struct j_field report_fields[] = {
	J_AT(struct report_view, as_of, 0),
	J_WORD(struct report_view, group, 0, dimension_names, 0),
	J_TEXT(struct report_view, from, J_DATE, 10, 10), J_TEXT(struct report_view, to, J_DATE, 10, 10),
	J_SUB(struct report_view, totals, 0, &totals_schema),
	J_OBJECTS(struct report_view, rows, 0, 0, 0, &clicks_schema),
};
const struct j_schema clicks_report_schema = J_SCHEMA("clicks_report", struct report_view, report_fields);
/* clang-format on */

struct gathering {
	const struct report_ask *ask;
	struct tally tally; /* columns: enum click_class */
	struct clicks_view *rows, *totals;
	size_t n;
};
_Static_assert((int)CLICK__MAX <= (int)TALLY_COLUMNS, "room for every class");

static enum fault
take(struct rq *rq, void *row, void *arg)
{
	const struct clicks_row *r = row;
	struct gathering *g = arg;

	tally_add(rq, &g->tally, r->key, (size_t)r->cls, r->n);
	g->totals->n[r->cls] += r->n;
	return FAULT_NONE;
}

static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct gathering *g = arg;

	g->tally = (struct tally){ .n = 0 };
	memset(g->totals, 0, sizeof(*g->totals));
	return report_clicks(rq, g->ask, false, take, g);
}

static void
make_rows(struct rq *rq, struct gathering *g)
{
	tally_fold(rq, &g->tally);
	g->n = g->tally.n_rows;
	g->rows = arena_array(rq->arena, g->n, struct clicks_view);
	for (size_t i = 0; i < g->n; i++) {
		const struct tally_row *from = &g->tally.rows[i];

		g->rows[i].key = from->key[0] != '\0' ? from->key : NULL;
		memcpy(g->rows[i].n, from->n, sizeof(g->rows[i].n));
	}
}

static enum fault
put_table(struct rq *rq, struct call *call, const struct gathering *g)
{
	struct sheet_column *columns = arena_array(rq->arena, 1 + CLICK__MAX, struct sheet_column);
	struct sheet *s;
	enum fault e = http_sheet(rq, call, "clicks", &s);

	if (e)
		return e;
	columns[0] = (struct sheet_column){ "key", SHEET_TEXT };
	for (size_t i = 0; i < CLICK__MAX; i++)
		columns[1 + i] = (struct sheet_column){ click_class_names[i], SHEET_INT };
	sheet_head(s, columns, 1 + CLICK__MAX);
	for (size_t i = 0; i < g->n; i++) {
		sheet_text(s, str_of(g->rows[i].key));
		for (size_t k = 0; k < CLICK__MAX; k++)
			sheet_number(s, g->rows[i].n[k]);
		sheet_end_row(s);
	}
	return FAULT_NONE;
}

enum fault
clicks_get(struct rq *rq, struct call *call, void *reply)
{
	struct report_query q = *(const struct report_query *)call->query;
	struct report_view *v = reply;
	struct report_ask ask;
	struct gathering g = { .ask = &ask, .totals = arena_new(rq->arena, struct clicks_view) };
	enum fault e;

	q.time_zone = "UTC"; /* the days of the sums */
	q.network = q.without = -1;
	e = report_resolve(rq, &q, &ask);
	if (!e)
		e = db_snapshot(rq, read_tx, &g);
	if (e)
		return e;
	make_rows(rq, &g);
	*v = (struct report_view){
		.as_of = rq->now_us,
		.group = (int)ask.by,
		.from = ask.from,
		.to = ask.to,
		.totals = g.totals,
		.rows = { g.rows, g.n },
	};
	return call->format != FORMAT_JSON ? put_table(rq, call, &g) : FAULT_NONE;
}
