/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give.c - kudos that are given at the same moment are judged and written in one transaction, by
 * different givers, each of whom is refused for themselves.  What the database does not take
 * together is given again one by one.
 */
#include <string.h>

#include "rostra/badge.h"
#include "rostra/caller.h"
#include "rostra/jobs.h"
#include "rostra/measure.h"
#include "rostra/shared.h"
#include "rostra/sync.h"

#include "give_int.h"

/* --- writing --- */

/* The rows of those that were not refused. */
struct rows {
	struct kudos kudos[KUDOS_AT_ONCE];
	struct uuid ids[KUDOS_AT_ONCE];
	struct uuid did[KUDOS_PEOPLE_AT_ONCE]; /* givers and recipients, each once */
	struct kudos_told told[KUDOS_AT_ONCE];
	struct kudos_person *people;
	struct points_first *points;
	size_t n, n_points, n_people, n_did;
};

/* The giver pays for each of those who are thanked. */
static void
add_points(struct rows *r, const struct giving *v, int64_t day, int64_t whole)
{
	const struct points_first spent = {
		.object = v->k->id,
		.person = v->k->giver_id,
		.currency = POINTS_ALLOWANCE,
		.reason = POINTS_SPENT,
		.period = v->k->period,
		.tenths = -v->k->points * (int64_t)v->in->recipients.n * POINTS_TENTHS,
		.whole = whole,
	};

	if (v->k->points == 0)
		return;
	r->points[r->n_points++] = spent;
	for (size_t i = 0; i < v->in->recipients.n; i++)
		r->points[r->n_points++] = (struct points_first){
			.object = v->k->id,
			.person = v->people[i].person_id,
			.team = v->people[i].team_id,
			.currency = POINTS_EARNED,
			.reason = POINTS_KUDOS_RECEIVED,
			.period = POINTS_EARNED_PERIOD,
			.day = day,
			.tenths = v->k->points * POINTS_TENTHS,
		};
}

static void
add_did(struct rows *r, struct uuid person)
{
	for (size_t i = 0; i < r->n_did; i++) {
		if (uuid_eq(r->did[i], person))
			return;
	}
	r->did[r->n_did++] = person;
}

static void
add_rows(struct rows *r, const struct giving *v, int64_t day, int64_t whole)
{
	r->kudos[r->n] = *v->k;
	r->ids[r->n] = v->k->id;
	r->told[r->n] = (struct kudos_told){ v->k, v->people, v->n_people };
	r->n++;
	memcpy(&r->people[r->n_people], v->people, v->n_people * sizeof(v->people[0]));
	r->n_people += v->n_people;
	add_did(r, v->k->giver_id);
	for (size_t i = 0; i < v->in->recipients.n; i++)
		add_did(r, v->people[i].person_id);
	add_points(r, v, day, whole);
}

static enum fault
put_events(struct rq *rq, const struct rows *r)
{
	const struct outbox_many events[] = {
		{ KUDOS_GIVEN, r->ids, r->n },
		{ BADGE_PEOPLE, r->did, r->n_did },
	};

	return outbox_put_all(rq, rq_company(rq), events, sizeof(events) / sizeof(events[0]));
}

/* Alone, an id that is taken is an answer. */
static enum fault
insert(struct rq *rq, const struct group *g, const struct rows *r)
{
	return g->n > 1 || g->hopeful ? kudos_sql_insert_all(rq, r->kudos, r->n)
	                              : kudos_sql_insert(rq, r->kudos, &g->all[0]->duplicate);
}

static struct rows *
rows_of(struct rq *rq, const struct group *g)
{
	struct rows *r = arena_new(rq->arena, struct rows);
	const int64_t today = measure_day(g->house.time_zone, rq->now_us);
	size_t most = 0;

	r->n = r->n_points = r->n_people = r->n_did = 0;
	for (size_t i = 0; i < g->n; i++)
		most += g->all[i]->n_people;
	r->people = arena_array(rq->arena, most, struct kudos_person);
	r->points = arena_array(rq->arena, g->n + most, struct points_first);
	for (size_t i = 0; i < g->n; i++) {
		if (kudos_stands(g->all[i]))
			add_rows(r, g->all[i], today, kudos_whole_allowance(g, g->all[i]));
	}
	return r;
}

static enum fault
write(struct rq *rq, const struct group *g, const struct rows *r)
{
	enum fault e;

	if (r->n == 0)
		return FAULT_NONE;
	e = insert(rq, g, r);
	if (e || g->all[0]->duplicate)
		return e;
	e = kudos_sql_people_insert(rq, r->people, r->n_people);
	if (!e)
		e = points_put_first(rq, r->points, r->n_points, g->hopeful);
	if (!e)
		e = kudos_tell_given(rq, r->told, r->n);
	if (!e)
		e = put_events(rq, r);
	return e ? e : sync_log_all(rq, SYNC_KUDOS, r->ids, r->n);
}

/* A transaction that starts again knows nothing of its last try. */
static void
begin(const struct rq *rq, struct group *g)
{
	kudos_forget(g);
	g->hope_lost = false;
	for (size_t i = 0; i < g->n; i++) {
		struct giving *v = g->all[i];

		v->said = v->body;
		memset(v->had, 0, sizeof(v->had));
		v->duplicate = false;
		v->n_people = 0;
		v->boost = v->left = 0;
		v->last_at = TIME_NONE;
		v->k->created_at = rq->now_us;
	}
}

static enum fault
give_carefully(struct rq *rq, struct group *g)
{
	enum fault e = kudos_hold_all(rq, g);

	if (!e)
		e = kudos_limit_all(rq, g);
	return e ? e : write(rq, g, rows_of(rq, g));
}

/* Who spends nothing has nothing that holds them. */
static bool
everybody_is_held(const struct group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		if (kudos_stands(g->all[i]) && g->all[i]->k->points == 0)
			return false;
	}
	return true;
}

/* The same with a statement less.  A fault when the hope is lost: it rolls back. */
static enum fault
give_hopefully(struct rq *rq, struct group *g)
{
	struct rows *r = rows_of(rq, g);
	bool spent = false;
	enum fault e = points_spend_first(rq, r->points, r->n_points, &spent);

	if (!e && spent)
		e = kudos_limit_all(rq, g);
	if (e)
		return e;
	g->hope_lost = !spent || kudos_standing(g) < r->n;
	return g->hope_lost ? FAULT_CONFLICT : write(rq, g, r);
}

static enum fault
give_tx(struct rq *rq, void *arg)
{
	struct group *g = arg;
	enum fault e;

	begin(rq, g);
	e = kudos_judge_all(rq, g);
	if (e || kudos_standing(g) == 0)
		return e;
	for (size_t i = 0; i < g->n; i++)
		g->all[i]->k->period = points_month(g->house.time_zone, rq->now_us);
	g->hopeful = g->hopeful && everybody_is_held(g);
	return g->hopeful ? give_hopefully(rq, g) : give_carefully(rq, g);
}

/* --- many at once --- */

static bool
add_person(struct group *g, struct uuid id)
{
	for (size_t i = 0; i < g->n_people; i++) {
		if (uuid_eq(g->people[i], id))
			return true;
	}
	if (g->n_people == KUDOS_PEOPLE_AT_ONCE)
		return false;
	g->people[g->n_people++] = id;
	return true;
}

static bool
add_all(struct group *g, const struct j_list *list)
{
	const struct uuid *ids = list->items;

	for (size_t i = 0; i < list->n; i++) {
		if (!add_person(g, ids[i]))
			return false;
	}
	return true;
}

/* Into the group, if it is of the same company, by another giver, and its people
 * have room. */
static void
join(struct group *g, struct giving *v)
{
	const size_t n_people = g->n_people;

	if (v->taken || g->n == KUDOS_AT_ONCE || kudos_by_giver(g, v->k->giver_id) ||
	    (g->n > 0 && !uuid_eq(g->all[0]->k->company_id, v->k->company_id)))
		return;
	if (!add_person(g, v->k->giver_id) || !add_all(g, &v->in->recipients) ||
	    !add_all(g, &v->in->mentions)) {
		g->n_people = n_people;
		return;
	}
	v->taken = true;
	g->all[g->n++] = v;
}

/* The next of them that go together; false: none is left. */
static bool
gather(struct group *g, struct giving *const *all, size_t n)
{
	g->n = g->n_people = 0;
	for (size_t i = 0; i < n; i++)
		join(g, all[i]);
	return g->n > 0;
}

static enum fault
give_group(struct rq *rq, struct group *g, bool hopeful)
{
	enum fault e;

	g->hopeful = hopeful;
	e = db_tx(rq, give_tx, g);
	if (g->hope_lost) {
		g->hopeful = false;
		e = db_tx(rq, give_tx, g);
	}
	for (size_t i = 0; i < g->n; i++) {
		g->all[i]->done = !e;
		g->all[i]->in_doubt = e == FAULT_UNKNOWN_OUTCOME;
	}
	return e;
}

static void
give_all(struct combine_item *const *items, size_t n, void *arg)
{
	struct giving *const *all = (struct giving *const *)items;
	struct rq *rq = arg;
	struct group *g = arena_new(rq->arena, struct group);
	struct db *own = db_warm_begin(rq, true);

	while (gather(g, all, n)) {
		(void)give_group(rq, g, true);
		problem_reset(&rq->problem); /* nobody hears of it: each goes alone */
	}
	db_warm_end(rq, own);
}

static void
give_together(struct rq *rq, struct giving *v)
{
	struct combine *together = rq->shared ? rq->shared->kudos_writes : NULL;

	if (!together || db_in_tx(rq))
		return;
	combine_do(together, uuid_tail(v->k->company_id), &v->item, give_all, rq);
	rq->in_doubt = rq->in_doubt || v->in_doubt;
}

static enum fault
give_alone(struct rq *rq, struct giving *v)
{
	struct group *g = arena_new(rq->arena, struct group);

	g->n = g->n_people = 0;
	v->taken = false;
	join(g, v);
	return give_group(rq, g, false);
}

/* --- one request --- */

/* The id is taken: by this very request earlier, or by something else?  NOT_FOUND:
 * it is free. */
static enum fault
replay(struct rq *rq, struct kudos *k)
{
	struct kudos there = { .points = 0 };
	enum fault e = kudos_sql_row(rq, k->id, false, &there);

	if (e == FAULT_NOT_FOUND)
		problem_reset(&rq->problem);
	if (e)
		return e;
	if (!uuid_eq(there.giver_id, k->giver_id) ||
	    memcmp(there.body_sha256, k->body_sha256, sizeof(k->body_sha256)) != 0)
		return rq_fail(rq, FAULT_ID_CONFLICT, "Another kudos has this id.");
	if (there.state == KUDOS_WITHDRAWN || there.state == KUDOS_REMOVED)
		return rq_fail(rq, FAULT_ID_CONFLICT, "This kudos was given and is gone.");
	return kudos_read(rq, k->id, k);
}

static void
describe(const struct kudos_new *in, struct kudos *k)
{
	k->value_id = in->value_id;
	k->post_id = in->post_id;
	k->share_id = in->share_id;
	k->lead_id = in->lead_id;
	k->message = in->message;
	k->points = in->points;
	k->visibility = in->visibility;
	k->state = KUDOS_VISIBLE;
	k->edited_at = TIME_NONE;
	k->version = 1;
}

/* As it would be read: nobody can have reacted yet. */
static void
show_given(struct rq *rq, const struct giving *v)
{
	struct kudos_face *faces = arena_array(rq->arena, v->n_people, struct kudos_face);
	const size_t n = v->in->recipients.n;

	for (size_t i = 0; i < v->n_people; i++)
		faces[i] = (struct kudos_face){ v->people[i].person_id, v->people[i].display_name };
	kudos_finish(rq, v->k);
	v->k->recipients = (struct j_list){ faces, n };
	v->k->mentions = (struct j_list){ faces + n, v->n_people - n };
	v->k->my_reaction = -1;
}

static bool
is_about_something(const struct kudos_new *in)
{
	return !uuid_is_zero(in->post_id) || !uuid_is_zero(in->share_id) ||
	       !uuid_is_zero(in->lead_id);
}

static bool
was_given(const struct giving *v)
{
	return v->done && kudos_stands(v) && !v->duplicate;
}

/*
 * What was not given may have been given before, by the same request a moment
 * earlier: it is answered, and not counted against the limits.
 */
static enum fault
give(struct rq *rq, struct giving *v)
{
	enum fault e;

	give_together(rq, v);
	if (was_given(v))
		return FAULT_NONE;
	e = replay(rq, v->k);
	if (e != FAULT_NOT_FOUND)
		return e;
	if (!v->done) {
		e = give_alone(rq, v);
		if (e || was_given(v))
			return e;
		e = replay(rq, v->k);
		if (e != FAULT_NOT_FOUND)
			return e;
	}
	if (kudos_stands(v))
		return rq_fail(rq, FAULT_BUSY, "This kudos is being given; repeat it.");
	rq->problem = v->said;
	return v->said.code;
}

enum fault
kudos_give(struct rq *rq, const struct kudos_new *in, struct kudos *k, bool *ret_created)
{
	struct giving *v = arena_new(rq->arena, struct giving);
	enum fault e;

	*ret_created = false;
	*v = (struct giving){ .arena = rq->arena, .in = in, .k = k };
	describe(in, k);
	/* Told together with what the tables say. */
	(void)!kudos_check_body(rq->arena, &v->body, in, k->giver_id);
	e = is_about_something(in) ? kudos_sql_about(rq, k, &v->context) : FAULT_NONE;
	if (!e)
		e = give(rq, v);
	if (e || !was_given(v))
		return e;
	*ret_created = true;
	show_given(rq, v);
	return FAULT_NONE;
}
