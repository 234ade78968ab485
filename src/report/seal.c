/* SPDX-License-Identifier: Apache-2.0 */
/* seal.c - the rows of a saved report, and what a run of it says of them. */
#include <string.h>

#include "seal_int.h"

struct sealing {
	const struct report_query *q;
	struct run *run;
	struct run_rows *rows;
	struct buf csv;
};

/* The fault of a query within a body stands at the member that holds it. */
static enum fault
query_wrong(struct rq *rq)
{
	const struct problem *p = &rq->problem;
	const char *why = p->n_viol == 0 ? arena_strdup(rq->arena, p->detail)
	                                 : arena_printf(rq->arena, "%s %s", p->viol[0].pointer + 1,
	                                                p->viol[0].detail);

	problem_reset(&rq->problem);
	return problem_add(&rq->problem, "#/query", why);
}

enum fault
definition_read(struct rq *rq, const char *query, struct report_query *ret)
{
	struct report_ask ask;
	enum fault e;

	memset(ret, 0, sizeof(*ret));
	e = query_decode(rq->arena, &rq->problem, &definition_query_schema, str_of(query), NULL,
	                 ret);
	ret->network = ret->without = -1; /* not of this query: any */
	if (!e)
		e = report_resolve(rq, ret, &ask);
	if (!e)
		e = report_choose(rq, ret, &ask);
	return e == FAULT_BAD_QUERY ? query_wrong(rq) : e;
}

static enum fault
take_line(struct rq *rq, const struct credit_line *c, void *arg)
{
	struct sealing *s = arg;
	struct run_rows *rows = s->rows;
	static const unsigned char nobody[CLICK_ID_SIZE] = { 0 };
	struct sha256 digest = sha256_of(c->csv.s, c->csv.n);
	struct run_row *row;

	if (rows->n == SEAL_ROWS_MAX)
		return problem_add(&rq->problem, "#/from",
		                   "must begin later: a sealed run has at most 50000 rows");
	rows->list = arena_grow(rq->arena, rows->list, rows->n, &rows->room);
	row = &rows->list[rows->n++];
	*row = (struct run_row){
		.company_id = s->run->company_id,
		.run_id = s->run->id,
		.conversion_id = c->conversion_id,
		.lead_id = c->lead_id,
		.millionths = c->conversions,
		.amount_minor = c->amount_minor,
	};
	memcpy(row->click_id, c->click_id, sizeof(row->click_id));
	memcpy(row->digest, digest.b, sizeof(row->digest));
	s->run->total_millionths += c->conversions;
	s->run->total_minor += c->amount_minor;
	if (memcmp(c->click_id, nobody, sizeof(nobody)) == 0) {
		s->run->nobody_millionths += c->conversions;
		s->run->nobody_minor += c->amount_minor;
	}
	return FAULT_NONE;
}

static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct sealing *s = arg;
	struct run *run = s->run;
	struct report_ask ask;
	enum fault e = report_resolve(rq, s->q, &ask);

	if (!e)
		e = report_choose(rq, s->q, &ask);
	if (!e)
		e = report_convert(rq, &ask);
	if (e)
		return e;
	run->converting = ask.converting;
	s->rows->n = 0;
	s->csv.n = 0;
	run->time_zone = ask.time_zone;
	run->currency = ask.currency;
	run->total_millionths = run->total_minor = 0;
	run->nobody_millionths = run->nobody_minor = 0;
	return credits_each(rq, &ask, &s->csv, take_line, s);
}

/* Dates that do not hold together are the body's, not a query's. */
static enum fault
dates_wrong(struct rq *rq)
{
	const char *why = rq->problem.n_viol > 0 ? rq->problem.viol[0].detail : "is wrong";

	problem_reset(&rq->problem);
	return problem_add(&rq->problem, "#/from", why);
}

enum fault
run_read(struct rq *rq, const struct definition *d, struct run *run, struct run_rows *ret)
{
	struct report_query q;
	struct sealing s = { .q = &q, .run = run, .rows = ret };
	struct sha256 sha;
	enum fault e = definition_read(rq, d->query, &q);

	if (e)
		return e;
	q.from = run->from;
	q.to = run->to;
	if (run->time_zone != NULL)
		q.time_zone = run->time_zone;
	if (run->currency != NULL)
		q.currency = run->currency;
	e = db_snapshot(rq, read_tx, &s);
	run->as_of = rq->now_us;
	run->credits = (int64_t)ret->n;
	sha = sha256_of(s.csv.s, s.csv.n);
	memcpy(run->sha, sha.b, sizeof(run->sha));
	buf_free(&s.csv);
	return e == FAULT_BAD_QUERY ? dates_wrong(rq) : e;
}
