/* SPDX-License-Identifier: Apache-2.0 */
/*
 * teams.c - teams side by side, per head.  Heads are those of the period: a membership counts for
 * the part of it that it lasted.  A team of few is told with the others of few, so that nobody is
 * read off their team's figures.
 */
#include <stdlib.h>
#include <string.h>

#include "people_report_int.h"

struct team_row {
	const char *key, *name;
	int64_t teams, members, sharers, shares, clicks;
	int64_t heads, leads, qualified, opportunities, won; /* millionths */
	int64_t participation, shares_per_head, clicks_per_head, leads_per_head, won_per_head;
};

/* clang-format off */
#define FIGURES \
	J_INT64(struct team_row, members, 0, 0, 0, 0, .help = "People whose primary team it was at some time of the period"), \
	J_DECIMAL(struct team_row, heads, 0, .help = "The same, each for the part of the period they were it"), \
	J_INT64(struct team_row, sharers, 0, 0, 0, 0, .help = "People who shared in it"), \
	J_INT64(struct team_row, shares, 0, 0, 0, 0), \
	J_INT64(struct team_row, clicks, 0, 0, 0, 0, .help = "Human ones"), \
	J_DECIMAL(struct team_row, leads, 0, .help = "Credit, like all that follow"), \
	J_DECIMAL(struct team_row, qualified, 0), J_DECIMAL(struct team_row, opportunities, 0), J_DECIMAL(struct team_row, won, 0), \
	J_DECIMAL(struct team_row, participation, J_NULLABLE, .help = "Sharers of members"), \
	J_DECIMAL(struct team_row, shares_per_head, J_NULLABLE), J_DECIMAL(struct team_row, clicks_per_head, J_NULLABLE), \
	J_DECIMAL(struct team_row, leads_per_head, J_NULLABLE), J_DECIMAL(struct team_row, won_per_head, J_NULLABLE)
static const struct j_field row_fields[] = {
	J_TEXT(struct team_row, key, J_REQUIRED, 0, 0), J_TEXT(struct team_row, name, J_NULLABLE, 0, 0), FIGURES,
};
static const struct j_schema row_schema = J_SCHEMA("teams_row", struct team_row, row_fields);
static const struct j_field small_fields[] = {
	J_INT64(struct team_row, teams, 0, 0, 0, 0, .help = "How many they are"), FIGURES,
};
static const struct j_schema small_schema = J_SCHEMA("teams_small", struct team_row, small_fields);

struct teams_view {
	int64_t       as_of, window_days, min_members;
	int           model;
	const char   *from, *to;
	struct j_list rows;
	const struct team_row *small;
};
static const struct j_field teams_fields[] = {
	J_AT(struct teams_view, as_of, 0), J_WORD(struct teams_view, model, 0, model_names, 0),
	J_INT64(struct teams_view, window_days, J_NULLABLE, 0, 0, 0, .help = "null: each campaign's own"),
	J_INT64(struct teams_view, min_members, 0, 0, 0, 0),
	J_TEXT(struct teams_view, from, J_DATE, 10, 10), J_TEXT(struct teams_view, to, J_DATE, 10, 10),
	J_OBJECTS(struct teams_view, rows, 0, 0, 0, &row_schema, .help = "By leads per head"),
	J_SUB(struct teams_view, small, 0, &small_schema,
		.help = "Teams with fewer members, and what was done in no team, together; null per head where they are still too few"),
};
const struct j_schema teams_schema = J_SCHEMA("teams_report", struct teams_view, teams_fields);
/* clang-format on */

/* Columns of the tally beside the funnel's. */
enum { SHARERS = FUNNEL__MAX, MEMBERS, HEAD_TIME };

struct reading {
	struct funnel funnel;
	struct uuid
	    last; /* the person whose membership came last, in the same team: counted once */
	char last_team[UUID_TEXT_SIZE];
};

static enum fault
take_sharers(struct rq *rq, void *row, void *arg)
{
	const struct sharers_row *r = row;
	struct reading *reading = arg;

	tally_add(rq, &reading->funnel.tally, r->key, SHARERS, r->people);
	return FAULT_NONE;
}

static enum fault
take_member(struct rq *rq, void *row, void *arg)
{
	const struct membership *m = row;
	struct reading *r = arg;
	const bool again = uuid_eq(m->person_id, r->last) && str_eq(str_of(r->last_team), m->team);

	if (!again)
		tally_add(rq, &r->funnel.tally, m->team, MEMBERS, 1);
	tally_add(rq, &r->funnel.tally, m->team, HEAD_TIME, m->to_us - m->from_us);
	r->last = m->person_id;
	if (m->team.n < sizeof(r->last_team)) {
		memcpy(r->last_team, m->team.s, m->team.n);
		r->last_team[m->team.n] = '\0';
	}
	return FAULT_NONE;
}

static enum fault
read_tx(struct rq *rq, void *arg)
{
	struct reading *r = arg;
	struct funnel *f = &r->funnel;
	struct report_ask until_now = *f->ask;
	enum fault e = funnel_read(rq, f);

	r->last_team[0] = '\0';
	/* What lies ahead has no members yet. */
	if (until_now.to_us > rq->now_us)
		until_now.to_us = rq->now_us;
	if (!e)
		e = report_sharers(rq, f->ask, take_sharers, r);
	if (!e && until_now.from_us < until_now.to_us)
		e = teams_sql_members(rq, &until_now, take_member, r);
	if (e)
		return e;
	tally_fold(rq, &f->tally);
	return tally_names(rq, &f->tally, BY_TEAM);
}

static void
add(struct team_row *to, const struct tally_row *from, int64_t span_us)
{
	to->teams++;
	to->members += from->n[MEMBERS];
	to->sharers += from->n[SHARERS];
	to->shares += from->n[FUNNEL_SHARES];
	to->clicks += from->n[FUNNEL_CLICKS];
	to->leads += from->n[FUNNEL_LEADS];
	to->qualified += from->n[FUNNEL_QUALIFIED];
	to->opportunities += from->n[FUNNEL_OPPORTUNITIES];
	to->won += from->n[FUNNEL_WON];
	to->heads += (int64_t)((double)from->n[HEAD_TIME] / (double)span_us * CREDIT_WHOLE + 0.5);
}

static void
put_rates(struct team_row *r, bool enough)
{
	r->participation = r->shares_per_head = r->clicks_per_head = J_NO_INT;
	r->leads_per_head = r->won_per_head = J_NO_INT;
	if (!enough)
		return;
	r->participation = funnel_rate(r->sharers, 1, r->members, 1);
	r->shares_per_head = funnel_rate(r->shares, 1, r->heads, CREDIT_WHOLE);
	r->clicks_per_head = funnel_rate(r->clicks, 1, r->heads, CREDIT_WHOLE);
	r->leads_per_head = funnel_rate(r->leads, CREDIT_WHOLE, r->heads, CREDIT_WHOLE);
	r->won_per_head = funnel_rate(r->won, CREDIT_WHOLE, r->heads, CREDIT_WHOLE);
}

static int
by_leads(const void *a, const void *b)
{
	const struct team_row *left = a, *right = b;

	if (left->leads_per_head != right->leads_per_head)
		return left->leads_per_head > right->leads_per_head ? -1 : 1;
	if (left->clicks_per_head != right->clicks_per_head)
		return left->clicks_per_head > right->clicks_per_head ? -1 : 1;
	return strcmp(left->key, right->key);
}

static void
make_rows(struct rq *rq, const struct reading *r, struct teams_view *v)
{
	const struct tally *t = &r->funnel.tally;
	const struct report_ask *ask = r->funnel.ask;
	int64_t end_us = ask->to_us < rq->now_us ? ask->to_us : rq->now_us;
	int64_t span_us = end_us > ask->from_us ? end_us - ask->from_us : 1;
	struct team_row *rows = arena_array(rq->arena, t->n_rows, struct team_row);
	struct team_row *small = arena_new(rq->arena, struct team_row);
	size_t n = 0;

	for (size_t i = 0; i < t->n_rows; i++) {
		const struct tally_row *from = &t->rows[i];
		bool enough = from->key[0] != '\0' && from->n[MEMBERS] >= v->min_members;

		add(enough ? &rows[n] : small, from, span_us);
		if (!enough)
			continue;
		rows[n].key = from->key;
		rows[n].name = from->name;
		put_rates(&rows[n++], true);
	}
	put_rates(small, small->members >= v->min_members);
	if (n > 1)
		qsort(rows, n, sizeof(*rows), by_leads);
	v->rows = (struct j_list){ rows, n };
	v->small = small;
}

static void
put_row(struct sheet *s, const struct team_row *r)
{
	const int64_t cells[] = { r->members,        r->heads,           r->sharers,
		                  r->shares,         r->clicks,          r->leads,
		                  r->qualified,      r->opportunities,   r->won,
		                  r->participation,  r->shares_per_head, r->clicks_per_head,
		                  r->leads_per_head, r->won_per_head };

	sheet_text(s, str_of(r->key != NULL ? r->key : "small"));
	sheet_text(s, str_of(r->name));
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		if (cells[i] == J_NO_INT)
			sheet_empty(s);
		else
			sheet_number(s, cells[i]);
	}
	sheet_end_row(s);
}

static enum fault
put_table(struct rq *rq, struct call *call, const struct teams_view *v)
{
	static const struct sheet_column columns[] = {
		{ "key", SHEET_TEXT },
		{ "name", SHEET_TEXT },
		{ "members", SHEET_INT },
		{ "heads", SHEET_MICRO },
		{ "sharers", SHEET_INT },
		{ "shares", SHEET_INT },
		{ "clicks", SHEET_INT },
		{ "leads", SHEET_MICRO },
		{ "qualified", SHEET_MICRO },
		{ "opportunities", SHEET_MICRO },
		{ "won", SHEET_MICRO },
		{ "participation", SHEET_MICRO },
		{ "shares_per_head", SHEET_MICRO },
		{ "clicks_per_head", SHEET_MICRO },
		{ "leads_per_head", SHEET_MICRO },
		{ "won_per_head", SHEET_MICRO },
	};
	const struct team_row *rows = v->rows.items;
	struct sheet *s;
	enum fault e = http_sheet(rq, call, "teams", &s);

	if (e)
		return e;
	sheet_head(s, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < v->rows.n; i++)
		put_row(s, &rows[i]);
	put_row(s, v->small);
	return FAULT_NONE;
}

enum fault
teams_get(struct rq *rq, struct call *call, void *reply)
{
	struct report_query q = *(const struct report_query *)call->query;
	struct teams_view *v = reply;
	struct report_ask ask;
	struct reading r = { .funnel = { .ask = &ask } };
	enum fault e;

	q.group = BY_TEAM;
	e = funnel_resolve(rq, &q, &ask);
	if (!e)
		e = db_snapshot(rq, read_tx, &r);
	if (e)
		return e;
	*v = (struct teams_view){
		.as_of = rq->now_us,
		.window_days = ask.window_days,
		.min_members = q.min_members,
		.model = (int)ask.model[0],
		.from = ask.from,
		.to = ask.to,
	};
	make_rows(rq, &r, v);
	return call->format != FORMAT_JSON ? put_table(rq, call, v) : FAULT_NONE;
}
