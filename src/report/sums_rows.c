/* SPDX-License-Identifier: Apache-2.0 */
/* sums_rows.c - clicks and shares by group: from sums as far as they go, then from the rows. */
#include "emv_int.h"
#include "sums_int.h"

/* Of the rows, human clicks alone, or the others. */
struct sifting {
	db_row_fn *fn;
	void *arg;
	bool human;
};

static enum fault
sift(struct rq *rq, void *row, void *arg)
{
	const struct sifting *s = arg;
	const struct clicks_row *r = row;

	return (r->cls == CLICK_HUMAN) == s->human ? s->fn(rq, row, s->arg) : FAULT_NONE;
}

static enum fault
give_clicks(struct rq *rq, const struct report_ask *ask, const struct sifting *s)
{
	char room[SUMS_KEY_SIZE];
	struct sums_read sums;
	enum fault e = sums_fold(rq, ask, s->human ? SUM_CLICK : SUM_OTHER_CLICK,
	                         s->human ? SUM_ALL : SUM_EACH, &sums);

	for (size_t i = 0; !e && i < sums.n; i++) {
		const struct sum_cell *c = &sums.cells[i];
		struct clicks_row row = { sums_key(c, ask->by, room),
			                  s->human ? CLICK_HUMAN : (int)c->sub, c->n };

		if (row.cls < CLICK__MAX)
			e = s->fn(rq, &row, s->arg);
	}
	for (size_t i = 0; !e && i < sums.n_rest; i++) {
		struct sifting rows = *s;

		e = report_sql_clicks(rq, &sums.rest[i], sift, &rows);
	}
	return e;
}

enum fault
report_clicks(struct rq *rq, const struct report_ask *ask, bool human, db_row_fn *fn, void *arg)
{
	struct sifting s = { fn, arg, true };
	enum fault e;

	if (!sums_serve(ask))
		return report_sql_clicks(rq, ask, fn, arg);
	e = give_clicks(rq, ask, &s);
	s.human = false;
	return e || human ? e : give_clicks(rq, ask, &s);
}

enum fault
report_shares(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	char room[SUMS_KEY_SIZE];
	struct sums_read sums;
	enum fault e;

	if (!sums_serve(ask))
		return report_sql_shares(rq, ask, fn, arg);
	e = sums_fold(rq, ask, SUM_SHARE, SUM_ALL, &sums);
	for (size_t i = 0; !e && i < sums.n; i++) {
		const struct sum_cell *c = &sums.cells[i];
		struct clicks_row row = { sums_key(c, ask->by, room), -1, c->n };

		e = fn(rq, &row, arg);
	}
	for (size_t i = 0; !e && i < sums.n_rest; i++)
		e = report_sql_shares(rq, &sums.rest[i], fn, arg);
	return e;
}

enum fault
emv_clicks(struct rq *rq, const struct report_ask *ask, db_row_fn *fn, void *arg)
{
	char room[SUMS_KEY_SIZE];
	struct sums_read sums;
	enum fault e;

	if (!sums_serve(ask))
		return emv_sql_clicks(rq, ask, fn, arg);
	e = sums_fold(rq, ask, SUM_CLICK, SUM_EACH, &sums);
	for (size_t i = 0; !e && i < sums.n; i++) {
		const struct sum_cell *c = &sums.cells[i];
		struct emv_cell_row row = { sums_key(c, ask->by, room), (int)c->sub, c->n };

		if (row.network < NETWORK__MAX)
			e = fn(rq, &row, arg);
	}
	for (size_t i = 0; !e && i < sums.n_rest; i++)
		e = emv_sql_clicks(rq, &sums.rest[i], fn, arg);
	return e;
}
