/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kudos_settle.c - behind the transactions that changed kudos, what their recipients are given
 * stands in the ledger: of those that are new, many at once.  And badges are looked at.
 */
#include <stdlib.h>

#include "rostra/badge.h"
#include "rostra/caller.h"

#include "kudos_int.h"

enum { SETTLED_AT_ONCE = POINTS_OBJECTS_MAX };

struct kudos_key {
	struct uuid company_id, id;
};
struct claim {
	const char *owner, *kind;
};
struct claimed {
	struct uuid company_id, id, giver_id, person_id;
	bool gives; /* points, or may have before a change */
};
struct ids {
	struct uuid company_id, id[SETTLED_AT_ONCE];
};

/* clang-format off */
_Static_assert(SETTLED_AT_ONCE == 16, "as many as DB_COL_16");

static const struct db_col claim_in[] = { DB_COL_STR(struct claim, owner), DB_COL_STR(struct claim, kind) };
static const struct db_col claimed_out[] = {
	DB_COL_UUID(struct claimed, company_id), DB_COL_UUID(struct claimed, id), DB_COL_UUID(struct claimed, giver_id),
	DB_COL_UUID(struct claimed, person_id),  DB_COL_BOOL(struct claimed, gives),
};
static const struct db_col ids_in[] = { DB_COL_UUID(struct ids, company_id), DB_COL_16(DB_COL_UUID, struct ids, id, 0) };
static const struct db_col lock_out[] = {
	DB_COL_UUID(struct kudos, id),       DB_COL_I64(struct kudos, points), DB_COL_ENUM(struct kudos, state, kudos_state_names),
	DB_COL_TIME(struct kudos, created_at),
};
static const struct db_col people_out[] = {
	DB_COL_UUID(struct kudos_person, kudos_id), DB_COL_UUID(struct kudos_person, person_id),
};

enum { Q_CLAIMED, Q_LOCK, Q_PEOPLE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_CLAIMED] = { /* a row for each recipient */
		.name = "kudos_claimed",
		.sql = "SELECT k.company_id, k.id, k.giver_id, q.person_id, k.points > 0 OR k.version > 1 FROM " OUTBOX_OBJECTS
		       " /* all companies: one relay serves them all */ STRAIGHT_JOIN kudos k ON k.company_id = o.company_id"
		       " AND k.id = " OUTBOX_OBJECT_ID " LEFT JOIN kudos_person q ON q.company_id = k.company_id AND q.kudos_id = k.id"
		       " AND q.role = 'recipient' WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ?",
		DB_IN(claim_in), DB_OUT(claimed_out),
	},
	[Q_LOCK] = {
		.name = "kudos_settle_lock",
		.sql = "SELECT id, points, state, created_at FROM kudos FORCE INDEX (PRIMARY) WHERE company_id = ? AND id" DB_AMONG_16
		       " FOR UPDATE",
		DB_IN(ids_in), DB_OUT(lock_out),
	},
	[Q_PEOPLE] = {
		.name = "kudos_settle_people",
		.sql = "SELECT kudos_id, person_id FROM kudos_person FORCE INDEX (PRIMARY) WHERE company_id = ? AND kudos_id" DB_AMONG_16
		       " AND role = 'recipient'",
		DB_IN(ids_in), DB_OUT(people_out),
	},
};
/* clang-format on */

const struct db_stmt_table kudos_settle_stmts = DB_STMTS("kudos_settle", stmts);

/* A kudos that waits for a decision keeps what it gave; the decision takes it. */
static bool
gives(const struct kudos *k)
{
	return k->points > 0 && (k->state == KUDOS_VISIBLE || k->state == KUDOS_HIDDEN);
}

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
	s.at_us = g.kudos.created_at;
	if (!e)
		e = points_day(rq, s.at_us, &s.day);
	return e ? e : points_settle(rq, &s, g.want, gives(&g.kudos) ? g.n : 0);
}

/* --- many that are new --- */

/* Of one company. */
struct part {
	const struct kudos_key *keys;
	size_t n;
	struct kudos kudos[SETTLED_AT_ONCE]; /* in the order of keys */
	uint32_t known;                      /* bits of those the ledger knows */
	struct points_first first[SETTLED_AT_ONCE * KUDOS_RECIPIENTS_MAX];
	size_t n_first;
};

static size_t
place_of(const struct part *p, struct uuid id)
{
	size_t i = 0;

	while (i < p->n && !uuid_eq(p->keys[i].id, id))
		i++;
	return i;
}

static enum fault
keep_kudos(struct rq *rq, void *row, void *arg)
{
	const struct kudos *k = row;
	struct part *p = arg;
	const size_t i = place_of(p, k->id);

	(void)rq;
	if (i < p->n)
		p->kudos[i] = *k;
	return FAULT_NONE;
}

static enum fault
keep_first(struct rq *rq, void *row, void *arg)
{
	const struct kudos_person *q = row;
	struct part *p = arg;
	const size_t i = place_of(p, q->kudos_id);

	(void)rq;
	if (i < p->n && !(p->known & (1U << i)) && gives(&p->kudos[i]) &&
	    p->n_first < sizeof(p->first) / sizeof(p->first[0]))
		p->first[p->n_first++] = (struct points_first){
			.object = q->kudos_id,
			.person = q->person_id,
			.tenths = p->kudos[i].points * POINTS_TENTHS,
			.at_us = p->kudos[i].created_at,
		};
	return FAULT_NONE;
}

static enum fault
first_tx(struct rq *rq, void *arg)
{
	const struct points_kind kind = { POINTS_EARNED, POINTS_KUDOS_RECEIVED,
		                          POINTS_EARNED_PERIOD };
	struct part *p = arg;
	struct ids in = { .company_id = rq_company(rq) };
	struct kudos k = { .points = 0 };
	struct kudos_person q = { .active = false };
	enum fault e;

	for (size_t i = 0; i < SETTLED_AT_ONCE; i++)
		in.id[i] = p->keys[i < p->n ? i : p->n - 1].id;
	for (size_t i = 0; i < p->n; i++)
		p->kudos[i] = (struct kudos){ .points = 0 };
	p->n_first = 0;
	e = db_each(rq, &stmts[Q_LOCK], &in, &k, keep_kudos, p);
	if (!e)
		e = points_known(rq, in.id, p->n, &p->known);
	if (!e)
		e = db_each(rq, &stmts[Q_PEOPLE], &in, &q, keep_first, p);
	return e ? e : points_put_first(rq, &kind, p->first, p->n_first);
}

static enum fault
settle_part(struct rq *rq, struct part *p)
{
	enum fault e = db_tx(rq, first_tx, p);

	if (e == FAULT_CONFLICT) { /* written meanwhile */
		problem_reset(&rq->problem);
		p->known = ~0U;
		e = FAULT_NONE;
	}
	for (size_t i = 0; !e && i < p->n; i++) {
		struct uuid id = p->keys[i].id;

		if (p->known & (1U << i))
			e = db_tx(rq, settle_tx, &id);
	}
	return e;
}

/* --- all that was claimed --- */

/* Things or people by company. */
struct keys {
	struct kudos_key *list;
	size_t n, room;
};
struct follow {
	struct keys giving, people; /* what is to be settled; whose badges are to be looked at */
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
	if (c->gives)
		add_key(rq, &f->giving, c->company_id, c->id);
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
mark_badges(struct rq *rq, const struct keys *people)
{
	struct badge_due *due = arena_array(rq->arena, people->n, struct badge_due);

	for (size_t i = 0; i < people->n; i++)
		due[i] = (struct badge_due){ people->list[i].company_id, people->list[i].id };
	return badge_mark_people(rq, due, people->n);
}

static enum fault
settle_keys(struct rq *rq, const struct keys *k)
{
	const struct caller *before = rq->who;
	struct part *p = arena_new(rq->arena, struct part);
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < k->n; i += p->n) {
		const struct caller system = { .company = k->list[i].company_id };

		*p = (struct part){ .keys = &k->list[i], .n = 1 };
		while (p->n < SETTLED_AT_ONCE && i + p->n < k->n &&
		       uuid_eq(p->keys[p->n].company_id, system.company))
			p->n++;
		rq->who = &system;
		e = settle_part(rq, p);
		rq->who = before;
	}
	return e;
}

enum fault
kudos_settle_earned(struct rq *rq, const char *kind, const char *owner)
{
	const struct claim in = { .owner = owner, .kind = kind };
	struct claimed row;
	struct follow f = { .giving = { .n = 0 } };
	enum fault e = db_each(rq, &stmts[Q_CLAIMED], &in, &row, keep_claimed, &f);

	sort(&f.people);
	sort(&f.giving);
	if (!e)
		e = mark_badges(rq, &f.people);
	return e ? e : settle_keys(rq, &f.giving);
}
