/* SPDX-License-Identifier: Apache-2.0 */
/* mentoring.c - asking for a mentoring, answering, and its end. */
#include "rostra/caller.h"
#include "rostra/notice.h"
#include "rostra/people.h"

#include "mentoring_int.h"

const char *const mentoring_state_names[MENTORING_STATE__MAX + 1] = { "asked",    "active",
	                                                              "declined", "withdrawn",
	                                                              "ended",    NULL };
const char *const mentoring_role_names[MENTORING_ROLE__MAX + 1] = { "mentor", "mentee", NULL };

enum { DAYS_PER_WEEK = 7 };

bool
mentoring_is_mentor(const struct rq *rq, const struct mentoring *m)
{
	return uuid_eq(m->mentor_id, rq->who->person);
}

static enum fault
tell_people(struct rq *rq, const struct mentoring *m, struct uuid actor, const struct uuid *people,
            size_t n)
{
	const struct notice_new notice = {
		.kind = NOTICE_MENTORING,
		.object = m->id,
		.source = uuid_v7(rq->now_us), /* each step is news */
		.actor = actor,
		.people = people,
		.n = n,
	};

	return notice_put(rq, &notice);
}

enum fault
mentoring_tell(struct rq *rq, const struct mentoring *m)
{
	const struct uuid *other = mentoring_is_mentor(rq, m) ? &m->mentee_id : &m->mentor_id;

	return tell_people(rq, m, rq->who->person, other, 1);
}

enum fault
mentoring_read(struct rq *rq, struct uuid id, struct mentoring *out)
{
	return mentoring_sql_get(rq, id, false, out);
}

enum fault
mentoring_must_be_active(struct rq *rq, const struct mentoring *m)
{
	if (m->state == MENTORING_ACTIVE)
		return FAULT_NONE;
	return rq_fail(rq, FAULT_CONFLICT, "It is %s.", mentoring_state_names[m->state]);
}

enum fault
mentoring_active(struct rq *rq, struct uuid id, struct mentoring *out)
{
	enum fault e = mentoring_sql_get(rq, id, true, out);

	return e ? e : mentoring_must_be_active(rq, out);
}

/* --- asking --- */

struct asking {
	const struct mentoring_new *in;
	struct mentoring *m;
	bool created;
};

static void
fill(struct rq *rq, const struct mentoring_new *in, struct mentoring *m)
{
	const bool mentor = in->role == MENTORING_MENTOR;

	m->company_id = rq_company(rq);
	m->mentor_id = mentor ? rq->who->person : in->person_id;
	m->mentee_id = mentor ? in->person_id : rq->who->person;
	m->asked_by = rq->who->person;
	m->answered_by = in->person_id;
	m->tag = in->tag;
	m->message = in->message;
	m->weeks = in->weeks;
	m->created_at = rq->now_us;
}

static bool
same(const struct mentoring *a, const struct mentoring *b)
{
	return uuid_eq(a->mentor_id, b->mentor_id) && uuid_eq(a->mentee_id, b->mentee_id) &&
	       uuid_eq(a->asked_by, b->asked_by) && cstr_eq(a->tag, b->tag) &&
	       cstr_eq(a->message, b->message) && a->weeks == b->weeks;
}

/* The id, or the pair, is there already. */
static enum fault
replay(struct rq *rq, const struct mentoring *m)
{
	struct mentoring there = { .tag = NULL };
	enum fault e = mentoring_sql_get(rq, m->id, false, &there);

	if (e == FAULT_NOT_FOUND)
		return rq_fail(rq, FAULT_CONFLICT,
		               "The two of you have one that is asked for or active.");
	if (!e && !same(m, &there))
		return rq_fail(rq, FAULT_ID_CONFLICT, "The id belongs to another mentoring.");
	return e;
}

static enum fault
check_prospect(struct rq *rq, const struct mentoring_new *in)
{
	struct mentoring_prospect p = { .active = false };
	enum fault e;

	if (uuid_eq(in->person_id, rq->who->person))
		return problem_add(&rq->problem, "#/person_id", "is you");
	e = mentoring_sql_prospect(rq, in->person_id, &p);
	if (e == FAULT_NOT_FOUND || (!e && !p.active))
		return problem_add(&rq->problem, "#/person_id", "is no colleague of yours");
	if (!e && p.open >= MENTORING_OPEN_MAX)
		return rq_fail(rq, FAULT_CONFLICT, "%d of your requests wait for an answer.",
		               MENTORING_OPEN_MAX);
	return e;
}

static enum fault
ask_tx(struct rq *rq, void *arg)
{
	struct asking *a = arg;
	struct mentoring there = { .tag = NULL };
	bool duplicate;
	enum fault e = mentoring_sql_get(rq, a->m->id, false, &there);

	a->created = false;
	if (e != FAULT_NOT_FOUND)
		return e ? e : replay(rq, a->m);
	e = people_hold(rq, rq->who->person); /* one after the other is counted */
	if (!e)
		e = check_prospect(rq, a->in);
	if (!e)
		e = mentoring_sql_insert(rq, a->m, &duplicate);
	if (e)
		return e;
	if (duplicate)
		return replay(rq, a->m);
	a->created = true;
	return mentoring_tell(rq, a->m);
}

enum fault
mentoring_ask(struct rq *rq, const struct mentoring_new *in, struct uuid id, struct mentoring *out,
              bool *ret_created)
{
	struct mentoring m = { .id = id };
	struct asking a = { .in = in, .m = &m };
	enum fault e;

	fill(rq, in, &m);
	e = db_tx(rq, ask_tx, &a);
	*ret_created = a.created;
	return e ? e : mentoring_read(rq, id, out);
}

/* --- answering --- */

struct deciding {
	struct uuid id;
	enum mentoring_decision decision;
	const char *note;
};

static const enum mentoring_state decided[DECIDE__MAX] = {
	[DECIDE_ACCEPT] = MENTORING_ACTIVE,
	[DECIDE_DECLINE] = MENTORING_DECLINED,
	[DECIDE_WITHDRAW] = MENTORING_WITHDRAWN,
};

static enum fault
decide_tx(struct rq *rq, void *arg)
{
	const struct deciding *d = arg;
	struct mentoring m = { .tag = NULL };
	enum fault e = mentoring_sql_get(rq, d->id, true, &m);
	const bool asker = !e && uuid_eq(m.asked_by, rq->who->person);

	if (e)
		return e;
	if (asker != (d->decision == DECIDE_WITHDRAW))
		return rq_fail(rq, FAULT_FORBIDDEN, "%s",
		               asker ? "The other one answers." : "Only who asked withdraws.");
	if (m.state == (int)decided[d->decision])
		return FAULT_NONE;
	if (m.state != MENTORING_ASKED)
		return rq_fail(rq, FAULT_CONFLICT, "It is %s.", mentoring_state_names[m.state]);
	if (d->decision == DECIDE_ACCEPT && !m.both_there)
		return rq_fail(rq, FAULT_CONFLICT, "Who asked is not here any more.");
	m.state = (int)decided[d->decision];
	if (!asker)
		m.answer = d->note;
	if (m.state == MENTORING_ACTIVE) {
		m.started_at = rq->now_us;
		m.ends_at = rq->now_us + m.weeks * DAYS_PER_WEEK * US_PER_DAY;
	} else {
		m.ended_at = rq->now_us;
	}
	e = mentoring_sql_update(rq, &m);
	return e ? e : mentoring_tell(rq, &m);
}

enum fault
mentoring_decide(struct rq *rq, struct uuid id, enum mentoring_decision d, const char *note)
{
	struct deciding arg = { id, d, note };

	return db_tx(rq, decide_tx, &arg);
}

/* --- the end --- */

static enum fault
close_tx(struct rq *rq, void *arg)
{
	const struct deciding *d = arg;
	struct mentoring m = { .tag = NULL };
	const char **mine;
	enum fault e = mentoring_sql_get(rq, d->id, true, &m);

	if (e)
		return e;
	if (m.state != MENTORING_ACTIVE && m.state != MENTORING_ENDED)
		return mentoring_must_be_active(rq, &m);
	mine = mentoring_is_mentor(rq, &m) ? &m.mentor_note : &m.mentee_note;
	if (*mine != NULL)
		return rq_fail(rq, FAULT_CONFLICT, "Your note is there already.");
	*mine = d->note;
	if (m.state == MENTORING_ACTIVE)
		m.ended_at = rq->now_us;
	m.state = MENTORING_ENDED;
	e = mentoring_sql_update(rq, &m);
	return e ? e : mentoring_tell(rq, &m);
}

enum fault
mentoring_close(struct rq *rq, struct uuid id, const char *note)
{
	struct deciding arg = { .id = id, .note = note };

	return db_tx(rq, close_tx, &arg);
}

/* --- those whose weeks are over, or one of whom was let go --- */

enum { DUE_MAX = 100 };

struct due {
	struct mentoring rows[DUE_MAX];
	size_t n;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct due *d = arg;

	(void)rq;
	if (d->n < DUE_MAX)
		d->rows[d->n++] = *(const struct mentoring *)row;
	return FAULT_NONE;
}

static enum fault
end_tx(struct rq *rq, void *arg)
{
	const struct mentoring *due = arg;
	struct mentoring m = { .tag = NULL };
	struct uuid both[2];
	enum fault e = mentoring_sql_get(rq, due->id, true, &m);

	if (e || m.state != MENTORING_ACTIVE)
		return e;
	m.state = MENTORING_ENDED;
	m.ended_at = m.ends_at;
	both[0] = m.mentor_id;
	both[1] = m.mentee_id;
	e = mentoring_sql_update(rq, &m);
	return e ? e : tell_people(rq, &m, (struct uuid){ { 0 } }, both, 2);
}

static enum fault
end_open(struct rq *rq, struct uuid id, struct uuid gone)
{
	struct mentoring m = { .tag = NULL };
	enum fault e = mentoring_sql_get(rq, id, true, &m);

	if (e || (m.state != MENTORING_ASKED && m.state != MENTORING_ACTIVE))
		return e;
	m.state = m.state == MENTORING_ASKED ? MENTORING_WITHDRAWN : MENTORING_ENDED;
	m.ended_at = rq->now_us;
	e = mentoring_sql_update(rq, &m);
	return e ? e
	         : tell_people(rq, &m, gone,
	                       uuid_eq(gone, m.mentor_id) ? &m.mentee_id : &m.mentor_id, 1);
}

/* The statements read as one of the two. */
enum fault
mentoring_end_all(struct rq *rq, struct uuid person)
{
	const struct caller *before = rq->who;
	const struct caller gone = { .company = rq_company(rq), .person = person };
	struct due *d = arena_new(rq->arena, struct due);
	enum fault e;

	rq->who = &gone;
	do {
		d->n = 0;
		e = mentoring_sql_open(rq, person, keep, d);
		for (size_t i = 0; !e && i < d->n; i++)
			e = end_open(rq, d->rows[i].id, person);
	} while (!e && d->n == DUE_MAX);
	rq->who = before;
	return e;
}

/* One that fails does not hold the others up; the first failure is told. */
enum fault
mentoring_run(struct rq *rq)
{
	const struct caller *before = rq->who;
	struct due *d = arena_new(rq->arena, struct due);
	enum fault first = FAULT_NONE, e = mentoring_sql_due(rq, keep, d);

	if (e)
		return e;
	for (size_t i = 0; i < d->n; i++) {
		const struct caller mentor = { .company = d->rows[i].company_id,
			                       .person = d->rows[i].mentor_id };

		rq->who = &mentor;
		e = db_tx(rq, end_tx, &d->rows[i]);
		first = first ? first : e;
	}
	rq->who = before;
	return first;
}
