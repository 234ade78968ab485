/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kudos_settle.c - behind the transactions that change kudos: badges of those whom they concern are
 * looked at, and what their recipients were given is settled in the ledger.
 */
#include <stdlib.h>

#include "rostra/badge.h"
#include "rostra/caller.h"

#include "kudos_int.h"

struct kudos_key {
	struct uuid company_id, id;
};
struct claim {
	const char *owner, *kind;
};
struct claimed {
	struct uuid company_id, id, giver_id, person_id;
};

/* clang-format off */
static const struct db_col claim_in[] = { DB_COL_STR(struct claim, owner), DB_COL_STR(struct claim, kind) };
static const struct db_col claimed_out[] = {
	DB_COL_UUID(struct claimed, company_id), DB_COL_UUID(struct claimed, id), DB_COL_UUID(struct claimed, giver_id),
	DB_COL_UUID(struct claimed, person_id),
};

enum { Q_CLAIMED, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_CLAIMED] = { /* a row for each recipient */
		.name = "kudos_claimed",
		.sql = "SELECT k.company_id, k.id, k.giver_id, q.person_id FROM " OUTBOX_OBJECTS
		       " /* all companies: one relay serves them all */ STRAIGHT_JOIN kudos k ON k.company_id = o.company_id"
		       " AND k.id = " OUTBOX_OBJECT_ID " LEFT JOIN kudos_person q ON q.company_id = k.company_id AND q.kudos_id = k.id"
		       " AND q.role = 'recipient' WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ?",
		DB_IN(claim_in), DB_OUT(claimed_out),
	},
};
/* clang-format on */

const struct db_stmt_table kudos_settle_stmts = DB_STMTS("kudos_settle", stmts);

/* --- one, whatever was before --- */

struct earning {
	struct kudos kudos;
	struct points_want want[KUDOS_RECIPIENTS_MAX];
	size_t n;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	const struct kudos_person *p = row;
	struct earning *g = arg;

	(void)rq;
	if (g->n < KUDOS_RECIPIENTS_MAX)
		g->want[g->n++] = (struct points_want){
			.person = p->person_id,
			.reason = POINTS_KUDOS_RECEIVED,
			.tenths = g->kudos.points * POINTS_TENTHS,
		};
	return FAULT_NONE;
}

/* A kudos that waits for a decision keeps what it gave; the decision takes it. */
static bool
gives(const struct kudos *k)
{
	return k->points > 0 && (k->state == KUDOS_VISIBLE || k->state == KUDOS_HIDDEN);
}

/* Whoever writes entries of several people takes their balances in one order. */
static int
by_person(const void *a, const void *b)
{
	const struct points_want *one = a, *other = b;

	return uuid_cmp(one->person, other->person);
}

static enum fault
settle_tx(struct rq *rq, void *arg)
{
	const struct uuid *id = arg;
	struct points_subject s = { .object = *id,
		                    .currency = POINTS_EARNED,
		                    .period = POINTS_EARNED_PERIOD,
		                    .reasons = 1U << POINTS_KUDOS_RECEIVED };
	struct earning g = { .n = 0 };
	enum fault e = kudos_sql_row(rq, *id, true, &g.kudos);

	if (e == FAULT_NOT_FOUND) { /* it went with its giver: nothing holds the others up */
		problem_reset(&rq->problem);
		return FAULT_NONE;
	}
	if (e)
		return e;
	e = kudos_sql_recipients_each(rq, *id, keep, &g);
	if (g.n > 1)
		qsort(g.want, g.n, sizeof(g.want[0]), by_person);
	s.at_us = g.kudos.created_at;
	if (!e)
		e = points_day(rq, s.at_us, &s.day);
	return e ? e : points_settle(rq, &s, g.want, gives(&g.kudos) ? g.n : 0);
}

/* --- all that was claimed --- */

/* Things or people by company. */
struct keys {
	struct kudos_key *list;
	size_t n, room;
};
struct follow {
	struct keys kudos, people; /* people: whose badges are to be looked at */
};

static void
add_key(struct rq *rq, struct keys *k, struct uuid company, struct uuid id)
{
	if (uuid_is_zero(id))
		return;
	k->list = arena_grow(rq->arena, k->list, k->n, &k->room);
	k->list[k->n++] = (struct kudos_key){ company, id };
}

static enum fault
keep_claimed(struct rq *rq, void *row, void *arg)
{
	const struct claimed *c = row;
	struct follow *f = arg;

	add_key(rq, &f->people, c->company_id, c->giver_id);
	add_key(rq, &f->people, c->company_id, c->person_id);
	add_key(rq, &f->kudos, c->company_id, c->id);
	return FAULT_NONE;
}

/* Two relays take kudos and people in the same order. */
static int
by_company(const void *a, const void *b)
{
	const struct kudos_key *one = a, *other = b;
	const int c = uuid_cmp(one->company_id, other->company_id);

	return c != 0 ? c : uuid_cmp(one->id, other->id);
}

/* In order, each once. */
static void
sort(struct keys *k)
{
	size_t kept = 0;

	if (k->n > 1)
		qsort(k->list, k->n, sizeof(*k->list), by_company);
	for (size_t i = 0; i < k->n; i++) {
		if (kept == 0 || by_company(&k->list[kept - 1], &k->list[i]) != 0)
			k->list[kept++] = k->list[i];
	}
	k->n = kept;
}

static enum fault
mark_badges(struct rq *rq, struct keys *people)
{
	struct badge_due *due;

	sort(people);
	due = arena_array(rq->arena, people->n, struct badge_due);
	for (size_t i = 0; i < people->n; i++)
		due[i] = (struct badge_due){ people->list[i].company_id, people->list[i].id };
	return badge_mark_people(rq, due, people->n);
}

enum fault
kudos_follow_changed(struct rq *rq, const char *kind, const char *owner)
{
	const struct claim in = { .owner = owner, .kind = kind };
	const struct caller *before = rq->who;
	struct follow f = { .people = { .n = 0 } };
	struct claimed row;
	enum fault e = db_each(rq, &stmts[Q_CLAIMED], &in, &row, keep_claimed, &f);

	if (!e)
		e = mark_badges(rq, &f.people);
	sort(&f.kudos);
	for (size_t i = 0; !e && i < f.kudos.n; i++) {
		const struct caller system = { .company = f.kudos.list[i].company_id };

		rq->who = &system;
		e = db_tx(rq, settle_tx, &f.kudos.list[i].id);
		rq->who = before;
	}
	return e;
}
