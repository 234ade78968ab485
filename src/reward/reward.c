/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reward.c - asking for a reward and what becomes of it.  The reward's row is locked first, then
 * the person's balance: so the last one is sold once, and nobody's balance goes below zero.
 */
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/notice.h"
#include "rostra/points.h"

#include "reward_int.h"

const char *const redemption_state_names[REDEMPTION_STATE__MAX + 1] = {
	[REDEMPTION_ASKED] = "asked",         [REDEMPTION_APPROVED] = "approved",
	[REDEMPTION_REFUSED] = "refused",     [REDEMPTION_FULFILLED] = "fulfilled",
	[REDEMPTION_CANCELLED] = "cancelled", NULL,
};

/* Bit i: it may come from state i. */
static const unsigned comes_from[REDEMPTION_STATE__MAX] = {
	[REDEMPTION_APPROVED] = 1u << REDEMPTION_ASKED,
	[REDEMPTION_REFUSED] = 1u << REDEMPTION_ASKED,
	[REDEMPTION_FULFILLED] = 1u << REDEMPTION_ASKED | 1u << REDEMPTION_APPROVED,
	[REDEMPTION_CANCELLED] = 1u << REDEMPTION_ASKED | 1u << REDEMPTION_APPROVED,
};

static bool
gives_back(enum redemption_state s)
{
	return s == REDEMPTION_REFUSED || s == REDEMPTION_CANCELLED;
}

/* What the redemption costs is in the ledger as long as it stands. */
static enum fault
settle(struct rq *rq, const struct redemption *r, bool stands)
{
	const struct points_subject s = {
		.object = r->id,
		.currency = POINTS_EARNED,
		.period = POINTS_EARNED_PERIOD,
		.reasons = 1u << POINTS_REDEEMED,
	};
	const struct points_want want = { r->person_id, POINTS_REDEEMED, -r->price_tenths };

	return points_settle(rq, &s, &want, stands ? 1 : 0);
}

static enum fault
refuse(struct rq *rq, enum fault code, const char *why)
{
	(void)rq_fail(rq, code, "The reward cannot be had.");
	return problem_add(&rq->problem, "#/reward_id", why);
}

struct changing {
	struct uuid id;
	const struct reward *in;
};

/* Under the lock of the row: what is taken meanwhile is not put back with a stock read before. */
static enum fault
change_tx(struct rq *rq, void *arg)
{
	const struct changing *c = arg;
	struct reward next;
	bool done, was;
	enum fault e = reward_sql_get(rq, c->id, true, &next);

	if (e)
		return e;
	was = next.archived;
	j_merge(&reward_patch_schema, &next, c->in);
	next.company_id = rq_company(rq);
	if (next.archived != was)
		next.archived_at = next.archived ? rq->now_us : TIME_NONE;
	e = reward_sql_update(rq, &next, &done);
	if (!e && !done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the reward again.");
	return e;
}

enum fault
reward_change(struct rq *rq, struct uuid id, const struct reward *in)
{
	struct changing c = { id, in };

	return db_tx(rq, change_tx, &c);
}

struct asking {
	struct redemption *r;
	bool created;
};

/* The same request again, or another of this id. */
static enum fault
replay(struct rq *rq, const struct redemption *r, const struct redemption *there)
{
	if (uuid_eq(there->person_id, r->person_id) && uuid_eq(there->reward_id, r->reward_id))
		return FAULT_NONE;
	return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another redemption.");
}

static enum fault
take(struct rq *rq, struct redemption *r, const struct reward *reward)
{
	int64_t left;
	bool done;
	enum fault e = points_earned_hold(rq, r->person_id, &left);

	if (e)
		return e;
	if (left < reward->price_tenths)
		return refuse(rq, FAULT_NOT_ENOUGH_POINTS, "costs more points than you have");
	e = reward_sql_stock(rq, reward->id, -1, &done);
	if (!e && !done)
		return refuse(rq, FAULT_OUT_OF_STOCK, "is sold out");
	return e ? e : settle(rq, r, true);
}

static enum fault
ask_tx(struct rq *rq, void *arg)
{
	struct asking *a = arg;
	struct redemption there;
	struct reward reward;
	bool duplicate;
	enum fault e = reward_sql_get(rq, a->r->reward_id, true, &reward);

	a->created = false;
	if (e == FAULT_NOT_FOUND)
		return problem_add(&rq->problem, "#/reward_id", "is no reward of your company");
	if (!e)
		e = redemption_sql_get(rq, a->r->id, false, &there);
	if (!e)
		return replay(rq, a->r, &there);
	if (e != FAULT_NOT_FOUND)
		return e;
	if (reward.archived)
		return refuse(rq, FAULT_CONFLICT, "is not to be had any more");
	a->r->price_tenths = reward.price_tenths;
	e = redemption_sql_insert(rq, a->r, &duplicate);
	if (!e && duplicate)
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another redemption.");
	if (!e)
		e = take(rq, a->r, &reward);
	a->created = e == FAULT_NONE;
	return e;
}

enum fault
redemption_ask(struct rq *rq, struct redemption *r, bool *ret_created)
{
	struct asking a = { .r = r };
	enum fault e = db_tx(rq, ask_tx, &a);

	*ret_created = a.created;
	return e ? e : redemption_sql_get(rq, r->id, false, r);
}

struct move {
	struct uuid id;
	enum redemption_state to;
	const char *note;
	bool own_only;
};

static enum fault
tell(struct rq *rq, const struct redemption *r, int before)
{
	const struct audit_change changes[] = {
		{ "state", redemption_state_names[before], redemption_state_names[r->state] },
		{ "note", NULL, r->note },
	};
	const struct audit_deed deed = { .action = "redemption.decided",
		                         .kind = AUDIT_REDEMPTION,
		                         .object = r->id,
		                         .person = r->person_id,
		                         AUDIT_CHANGES(changes) };
	const struct notice_new notice = {
		.kind = NOTICE_REWARD,
		.object = r->id,
		.source = uuid_v7(rq->now_us), /* each decision is news */
		.actor = rq->who->person,
		.people = &r->person_id,
		.n = 1,
	};
	enum fault e = audit_put(rq, &deed);

	return e ? e : notice_put(rq, &notice);
}

static enum fault
give_back(struct rq *rq, const struct redemption *r)
{
	bool done;
	enum fault e = reward_sql_stock(rq, r->reward_id, 1, &done);

	return e ? e : settle(rq, r, false);
}

static enum fault
move_tx(struct rq *rq, void *arg)
{
	const struct move *m = arg;
	struct redemption r;
	struct reward reward;
	int before;
	enum fault e = redemption_sql_get(rq, m->id, false, &r);
	const bool own = !e && uuid_eq(r.person_id, rq->who->person);

	if (!e && m->own_only && !own)
		return FAULT_NOT_FOUND;
	if (own && !m->own_only)
		return rq_fail(rq, FAULT_FORBIDDEN, "Another admin decides about your own.");
	if (!e) /* the order of locks: reward, redemption, balance */
		e = reward_sql_get(rq, r.reward_id, true, &reward);
	if (!e)
		e = redemption_sql_get(rq, m->id, true, &r);
	if (e || r.state == (int)m->to)
		return e;
	if ((comes_from[m->to] >> r.state & 1) == 0)
		return rq_fail(rq, FAULT_CONFLICT, "It is %s.", redemption_state_names[r.state]);
	before = r.state;
	r.company_id = rq_company(rq);
	r.state = (int)m->to;
	r.note = m->note;
	r.decided_by = rq->who->person;
	r.decided_at = rq->now_us;
	e = redemption_sql_move(rq, &r);
	if (!e && gives_back(m->to))
		e = give_back(rq, &r);
	return e ? e : tell(rq, &r, before);
}

enum fault
redemption_move(struct rq *rq, struct uuid id, enum redemption_state to, const char *note,
                bool own_only, struct redemption *out)
{
	struct move m = { id, to, note, own_only };
	enum fault e = db_tx(rq, move_tx, &m);

	return e ? e : redemption_sql_get(rq, id, false, out);
}
