/* SPDX-License-Identifier: Apache-2.0 */
/* emv_run.c - sealed runs of earned media value: the rates they used stay with them. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"

#include "emv_http_int.h"

enum difference_why { WHY_RATES, WHY_CLICKS };
static const char *const why_names[] = {
	[WHY_RATES] = "rates",
	[WHY_CLICKS] = "clicks",
	NULL,
};

struct run_new {
	const char *from, *to, *currency;
};
struct run_view {
	struct uuid id, sealed_by;
	const char *from, *to, *currency, *sha256;
	int64_t as_of;
	const struct emv_totals *totals;
	struct j_list rates;
};
struct difference {
	int why, network;
	const struct emv_line_view *before, *after;
};
struct verification {
	bool same;
	const struct run_view *sealed, *now;
	struct j_list rows;
};

/* clang-format off */
static const struct j_field new_fields[] = {
	J_TEXT(struct run_new, from, J_REQUIRED | J_DATE, 10, 10, .help = "UTC date, included"),
	J_TEXT(struct run_new, to, J_REQUIRED | J_DATE, 10, 10, .help = "UTC date, excluded"),
	J_TEXT(struct run_new, currency, J_NULLABLE | J_CURRENCY, 3, 3, .help = "Whose rates; default the company's"),
};
const struct j_schema emv_run_new_schema = J_SCHEMA("emv_run_new", struct run_new, new_fields);
static const struct j_field run_fields[] = {
	J_ID(struct run_view, id, 0),
	J_TEXT(struct run_view, from, J_DATE, 10, 10), J_TEXT(struct run_view, to, J_DATE, 10, 10),
	J_TEXT(struct run_view, currency, J_CURRENCY, 3, 3),
	J_AT(struct run_view, as_of, 0), J_ID(struct run_view, sealed_by, J_NULLABLE),
	J_SUB(struct run_view, totals, 0, &emv_totals_schema),
	J_OBJECTS(struct run_view, rates, 0, 0, 0, &emv_line_schema, .help = "As they were then, with what came of each; of one run, the list has none"),
	J_TEXT(struct run_view, sha256, 0, 64, 64, .help = "Of the CSV of GET /v1/reports/emv by network at as_of"),
};
const struct j_schema emv_run_schema = J_SCHEMA("emv_run", struct run_view, run_fields);
static const struct j_field difference_fields[] = {
	J_WORD(struct difference, why, 0, why_names, 0,
		.help = "rates: others hold for these days now; clicks: other rules or an admin judged some, or they came late"),
	J_WORD(struct difference, network, 0, network_names, 0),
	J_SUB(struct difference, before, J_NULLABLE, &emv_line_schema),
	J_SUB(struct difference, after, J_NULLABLE, &emv_line_schema),
};
static const struct j_schema difference_schema = J_SCHEMA("emv_difference", struct difference, difference_fields);
static const struct j_field verification_fields[] = {
	J_BOOLEAN(struct verification, same, 0, false),
	J_SUB(struct verification, sealed, 0, &emv_run_schema), J_SUB(struct verification, now, 0, &emv_run_schema),
	J_OBJECTS(struct verification, rows, 0, 0, 0, &difference_schema, .help = "What differs, by network and days"),
};
const struct j_schema emv_verification_schema = J_SCHEMA("emv_verification", struct verification, verification_fields);
/* clang-format on */

/* A run with its lines, as it was sealed or as it would be now. */
struct sealing {
	struct emv_run run;
	struct emv_line *lines;
	size_t n, room;
	bool duplicate;
};

static enum fault
compute_tx(struct rq *rq, void *arg)
{
	struct sealing *s = arg;
	const struct report_query q = { .from = s->run.from,
		                        .to = s->run.to,
		                        .currency = s->run.currency,
		                        .time_zone = "UTC",
		                        .group = BY_NETWORK,
		                        .network = -1,
		                        .without = -1 };
	struct buf csv = { .n = 0 };
	struct tally words = { .n = 0 };
	struct report_ask ask;
	struct sha256 sha;
	struct emv emv;
	enum fault e = report_resolve(rq, &q, &ask);

	if (!e)
		e = emv_read(rq, &ask, &emv);
	if (e)
		return e;
	for (size_t i = 0; i < emv.n; i++)
		tally_add(rq, &words, str_of(emv.cells[i].key), 0, 1);
	tally_fold(rq, &words);
	e = tally_names(rq, &words, BY_NETWORK);
	emv_table(sheet_csv(rq->arena, &csv), &emv, &words);
	sha = sha256_of(csv.s, csv.n);
	buf_free(&csv);
	s->run.currency = ask.currency;
	s->run.clicks = emv.clicks;
	s->run.unrated = emv.unrated;
	s->run.value_minor = emv.value_minor;
	memcpy(s->run.sha, sha.b, sizeof(s->run.sha));
	s->lines = emv_lines(rq, &emv, &s->n);
	return e;
}

static enum fault
compute(struct rq *rq, struct sealing *s)
{
	enum fault e = db_snapshot(rq, compute_tx, s);

	s->run.as_of = rq->now_us;
	if (e != FAULT_BAD_QUERY)
		return e;
	/* Dates that do not hold together are the body's. */
	problem_reset(&rq->problem);
	return problem_add(&rq->problem, "#/from", "must lie before to, at most ten years");
}

static enum fault
store_tx(struct rq *rq, void *arg)
{
	struct sealing *s = arg;
	enum fault e = emv_sql_insert_run(rq, &s->run, &s->duplicate);

	if (e || s->duplicate || s->n == 0)
		return e;
	return emv_sql_insert_lines(rq, s->lines, s->n);
}

static enum fault
take_line(struct rq *rq, void *row, void *arg)
{
	struct sealing *s = arg;

	s->lines = arena_grow(rq->arena, s->lines, s->n, &s->room);
	s->lines[s->n++] = *(const struct emv_line *)row;
	return FAULT_NONE;
}

static enum fault
recall(struct rq *rq, struct uuid id, struct sealing *s)
{
	enum fault e = emv_sql_run(rq, id, &s->run);

	s->n = 0;
	return e ? e : emv_sql_lines(rq, id, take_line, s);
}

static void
view_of(struct rq *rq, const struct sealing *s, struct run_view *v)
{
	const struct emv_run *r = &s->run;
	char *hex = arena_alloc(rq->arena, 2 * sizeof(r->sha) + 1, 1);

	hex_encode(r->sha, sizeof(r->sha), hex);
	*v = (struct run_view){
		.id = r->id,
		.sealed_by = r->sealed_by,
		.from = r->from,
		.to = r->to,
		.currency = r->currency,
		.sha256 = hex,
		.as_of = r->as_of,
		.totals = emv_totals_of(rq, r->clicks, r->unrated,
		                        (struct money){ r->value_minor, r->currency }),
		.rates = emv_line_views(rq, s->lines, s->n, r->currency),
	};
}

static enum fault
run_row(struct rq *rq, void *row, void *arg)
{
	const struct sealing s = { .run = *(const struct emv_run *)row };
	struct run_view v;

	view_of(rq, &s, &v);
	page_add(rq, arg, &v, (struct page_key){ .id = v.id });
	return FAULT_NONE;
}

enum fault
emv_runs_get(struct rq *rq, struct call *call, void *reply)
{
	const struct emv_page page = emv_page_of(rq, call);

	(void)reply;
	return emv_sql_runs(rq, &page, run_row, call);
}

enum fault
emv_run_get(struct rq *rq, struct call *call, void *reply)
{
	struct sealing s = { .n = 0 };
	enum fault e = recall(rq, call->id[0], &s);

	if (!e)
		view_of(rq, &s, reply);
	return e;
}

static enum fault
seal(struct rq *rq, struct call *call, const struct run_new *in, struct sealing *s)
{
	enum fault e;

	problem_reset(&rq->problem);
	s->run = (struct emv_run){ .company_id = rq_company(rq),
		                   .id = call->id[0],
		                   .sealed_by = rq->who->person,
		                   .from = in->from,
		                   .to = in->to,
		                   .currency = in->currency };
	e = compute(rq, s);
	for (size_t i = 0; !e && i < s->n; i++) {
		s->lines[i].company_id = s->run.company_id;
		s->lines[i].run_id = s->run.id;
	}
	if (!e)
		e = db_tx(rq, store_tx, s);
	if (!e && s->duplicate)
		e = recall(rq, call->id[0], s);
	else if (!e)
		http_created(call);
	return e;
}

/* What is sealed stays: the same PUT again answers with it. */
enum fault
emv_run_put(struct rq *rq, struct call *call, void *reply)
{
	const struct run_new *in = call->body;
	struct sealing s = { .n = 0 };
	enum fault e = recall(rq, call->id[0], &s);

	if (e == FAULT_NOT_FOUND)
		e = seal(rq, call, in, &s);
	if (e)
		return e;
	if (!cstr_eq(s.run.from, in->from) || !cstr_eq(s.run.to, in->to) ||
	    (in->currency != NULL && !cstr_eq(s.run.currency, in->currency)))
		return rq_fail(rq, FAULT_ID_CONFLICT,
		               "The run is sealed, for other dates or rates.");
	view_of(rq, &s, reply);
	return FAULT_NONE;
}

/* --- verification -------------------------------------------------------------------------- */

/* By network and first day, as lines are sorted. */
static int
line_cmp(const struct emv_line *a, const struct emv_line *b)
{
	if (a == NULL || b == NULL)
		return a == NULL ? 1 : -1;
	return a->network != b->network ? a->network - b->network : strcmp(a->from, b->from);
}

static bool
same_rate(const struct emv_line *a, const struct emv_line *b)
{
	/* Without a rate nothing is told of a network but its clicks. */
	if (a == NULL || b == NULL)
		return (a != NULL ? a : b)->thousand_clicks_minor == J_NO_INT;
	return cstr_eq(a->to, b->to) && a->example == b->example &&
	       a->thousand_clicks_minor == b->thousand_clicks_minor;
}

static int64_t
clicks_of(const struct emv_line *line)
{
	return line != NULL ? line->clicks : 0;
}

static const struct emv_line_view *
line_view(struct rq *rq, const struct emv_line *line, const char *currency)
{
	return line != NULL ? emv_line_views(rq, line, 1, currency).items : NULL;
}

static struct j_list
compare(struct rq *rq, const struct sealing *then, const struct sealing *now)
{
	struct difference *list = arena_array(rq->arena, then->n + now->n, struct difference);
	size_t i = 0, j = 0, n = 0;

	while (i < then->n || j < now->n) {
		const struct emv_line *before = i < then->n ? &then->lines[i] : NULL;
		const struct emv_line *after = j < now->n ? &now->lines[j] : NULL;
		int c = line_cmp(before, after);

		i += c <= 0;
		j += c >= 0;
		before = c <= 0 ? before : NULL;
		after = c >= 0 ? after : NULL;
		if (same_rate(before, after) && clicks_of(before) == clicks_of(after))
			continue;
		list[n++] = (struct difference){
			.why = same_rate(before, after) ? WHY_CLICKS : WHY_RATES,
			.network = before != NULL ? before->network : after->network,
			.before = line_view(rq, before, then->run.currency),
			.after = line_view(rq, after, now->run.currency),
		};
	}
	return (struct j_list){ list, n };
}

enum fault
emv_run_verify(struct rq *rq, struct call *call, void *reply)
{
	struct verification *v = reply;
	struct sealing then = { .n = 0 }, now = { .n = 0 };
	struct run_view *views = arena_array(rq->arena, 2, struct run_view);
	enum fault e = recall(rq, call->id[0], &then);

	now.run = then.run;
	if (!e)
		e = compute(rq, &now);
	if (e)
		return e;
	view_of(rq, &then, &views[0]);
	view_of(rq, &now, &views[1]);
	*v = (struct verification){
		.same = memcmp(then.run.sha, now.run.sha, sizeof(now.run.sha)) == 0,
		.sealed = &views[0],
		.now = &views[1],
		.rows = compare(rq, &then, &now),
	};
	return FAULT_NONE;
}
