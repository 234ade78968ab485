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
	struct clicks_view *rows, *totals;
	size_t n, room;
};

/* Rows come in order of their key: a new key is a new row. */
static enum fault
take(struct rq *rq, void *row, void *arg)
{
	const struct clicks_row *r = row;
	struct gathering *g = arg;
	bool same = g->n > 0 && str_eq(str_of(g->rows[g->n - 1].key), r->key);

	if (!same) {
		g->rows = arena_grow(rq->arena, g->rows, g->n, &g->room);
		g->rows[g->n++] = (struct clicks_view){
			.key = r->key.s == NULL ? NULL : arena_copy(rq->arena, r->key.s, r->key.n)
		};
	}
	g->rows[g->n - 1].n[r->cls] += r->n;
	g->totals->n[r->cls] += r->n;
	return FAULT_NONE;
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
	struct gathering g = { .totals = arena_new(rq->arena, struct clicks_view) };
	struct report_ask ask;
	enum fault e;

	q.time_zone = "UTC"; /* the days of the sums */
	q.network = q.without = -1;
	e = report_resolve(rq, &q, &ask);
	if (!e)
		e = report_sql_clicks(rq, &ask, take, &g);
	if (e)
		return e;
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
