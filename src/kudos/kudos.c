/* SPDX-License-Identifier: Apache-2.0 */
/* kudos.c - giving, changing and withdrawing kudos, each with its points in one transaction. */
#include <inttypes.h>
#include <string.h>

#include "rostra/buf.h"
#include "rostra/caller.h"
#include "rostra/jobs.h"
#include "rostra/text.h"

#include "kudos_int.h"

/* --- replies --- */

/* "<id><name>\x1f…": as kudos_sql.c packs people. */
static struct j_list
unpack(struct rq *rq, const char *packed)
{
	struct str rest = str_of(packed), part;
	struct kudos_face *faces = arena_array(rq->arena, KUDOS_RECIPIENTS_MAX, struct kudos_face);
	size_t n = 0;

	while (rest.s != NULL && n < KUDOS_RECIPIENTS_MAX && str_split(&rest, '\x1f', &part)) {
		if (part.n < UUID_TEXT_SIZE - 1 ||
		    !uuid_parse((struct str){ part.s, UUID_TEXT_SIZE - 1 }, &faces[n].id))
			continue;
		faces[n++].display_name = arena_copy(rq->arena, part.s + UUID_TEXT_SIZE - 1,
		                                     part.n - (UUID_TEXT_SIZE - 1));
	}
	return (struct j_list){ faces, n };
}

/* Counts in the order of the names; none at all when nobody reacted. */
static const struct kudos_reactions *
count_reactions(struct rq *rq, const char *packed)
{
	struct kudos_reactions *r = arena_new(rq->arena, struct kudos_reactions);
	int64_t *counts[KUDOS_REACTION__MAX] = { &r->thanks, &r->celebrate, &r->love, &r->support,
		                                 &r->insightful };
	struct str rest = str_of(packed), part;

	for (int i = 0; i < KUDOS_REACTION__MAX && str_split(&rest, ',', &part); i++) {
		if (!str_int64(part, counts[i]))
			*counts[i] = 0;
	}
	return r;
}

void
kudos_finish(struct rq *rq, struct kudos *k)
{
	struct kudos_face *giver = arena_new(rq->arena, struct kudos_face);

	*giver = (struct kudos_face){ k->giver_id, k->giver_name };
	k->giver = giver;
	k->recipients = unpack(rq, k->recipients_packed);
	k->mentions = unpack(rq, k->mentions_packed);
	k->reactions = count_reactions(rq, k->reactions_packed);
}

enum fault
kudos_read(struct rq *rq, struct uuid id, struct kudos *out)
{
	enum fault e = kudos_sql_get(rq, id, out);

	if (!e)
		kudos_finish(rq, out);
	return e;
}

/* --- giving --- */

struct giving {
	const struct kudos_new *in;
	struct kudos *k;
	struct kudos_context context;
	struct kudos_person people[KUDOS_RECIPIENTS_MAX + KUDOS_MENTIONS_MAX];
	size_t n_people;
	bool duplicate;
};

/* The id is taken: by this very request earlier, or by something else? */
static enum fault
replay(struct rq *rq, struct kudos *k)
{
	struct kudos there = { .points = 0 };
	enum fault e = kudos_sql_row(rq, k->id, false, &there);

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
put_ids(struct buf *b, const struct j_list *list)
{
	const struct uuid *ids = list->items;
	char text[UUID_TEXT_SIZE];

	for (size_t i = 0; i < list->n; i++) {
		uuid_format(ids[i], text);
		buf_printf(b, "%s\"%s\"", b->n > 1 ? "," : "", text);
	}
}

static enum fault
keep_person(struct rq *rq, void *row, void *arg)
{
	struct giving *g = arg;

	(void)rq;
	if (g->n_people < sizeof(g->people) / sizeof(g->people[0]))
		g->people[g->n_people++] = *(const struct kudos_person *)row;
	return FAULT_NONE;
}

static enum fault
read_people(struct rq *rq, struct giving *g)
{
	struct buf b = { .n = 0 };
	const char *json;

	buf_char(&b, '[');
	put_ids(&b, &g->in->recipients);
	put_ids(&b, &g->in->mentions);
	buf_char(&b, ']');
	json = arena_copy(rq->arena, b.s, b.n);
	buf_free(&b);
	return kudos_sql_people(rq, json, keep_person, g);
}

/* The rows of the people, as the body names them. */
static void
place_people(struct giving *g)
{
	const size_t n = g->in->recipients.n;

	for (size_t i = 0; i < g->n_people; i++) {
		struct kudos_person *p = &g->people[i];

		p->company_id = g->k->company_id;
		p->kudos_id = g->k->id;
		p->role = i < n ? KUDOS_RECIPIENT : KUDOS_MENTION;
		p->position = (int64_t)(i < n ? i : i - n);
	}
}

static enum fault
check(struct rq *rq, struct giving *g)
{
	struct problem *p = &rq->problem;
	enum fault e = read_people(rq, g);

	if (e)
		return e;
	/* All that is wrong is said at once. */
	e = kudos_check_people(rq->arena, p, g->in, g->people, g->n_people);
	if (!e || e == FAULT_INVALID)
		e = kudos_check_about(p, g->in, g->k->giver_id, &g->context);
	if (e)
		return e;
	place_people(g);
	return FAULT_NONE;
}

/* Has the giver waited long enough?  The row that serialises a giver is held. */
static enum fault
check_interval(struct rq *rq, const struct giving *g)
{
	const int64_t interval_us = g->context.policy.interval_s * US_PER_S;
	struct kudos_lately lately;
	int64_t wait_us;
	enum fault e = kudos_sql_last(rq, &lately);

	if (e || lately.last_at == TIME_NONE)
		return e;
	wait_us = lately.last_at + interval_us - rq->now_us;
	if (interval_us == 0 || wait_us <= 0)
		return FAULT_NONE;
	rq->problem.retry_after_s = (int)((wait_us + US_PER_S - 1) / US_PER_S);
	return rq_fail(rq, FAULT_RATE, "Your last kudos was moments ago: wait %d s.",
	               rq->problem.retry_after_s);
}

struct pairs {
	const struct giving *g;
	bool full;
};

static enum fault
check_pair(struct rq *rq, void *row, void *arg)
{
	const struct kudos_pair *pair = row;
	struct pairs *p = arg;
	const struct kudos_policy *policy = &p->g->context.policy;

	for (size_t i = 0; i < p->g->in->recipients.n; i++) {
		if (pair->n < policy->pair_max ||
		    !uuid_eq(pair->person_id, p->g->people[i].person_id))
			continue;
		p->full = true;
		problem_add(&rq->problem, kudos_pointer(rq->arena, "recipients", i),
		            arena_printf(rq->arena,
		                         "has had %" PRId64 " kudos from you within %" PRId64
		                         " days: more are not allowed",
		                         pair->n, policy->pair_days));
	}
	return FAULT_NONE;
}

static enum fault
check_pairs(struct rq *rq, const struct giving *g)
{
	const struct kudos_policy *policy = &g->context.policy;
	struct pairs p = { .g = g };
	enum fault e;

	if (policy->pair_max == 0)
		return FAULT_NONE;
	e = kudos_sql_pairs(rq, rq->now_us - policy->pair_days * US_PER_DAY, check_pair, &p);
	return e ? e : rq->problem.code;
}

/* What the giver has to pay stands in the ledger, of which the allowance is held; the earned side
 * follows by the outbox. */
static enum fault
settle(struct rq *rq, const struct kudos *k, int64_t recipients)
{
	struct points_subject s = { .object = k->id,
		                    .currency = POINTS_ALLOWANCE,
		                    .period = k->period,
		                    .reasons = 1U << POINTS_SPENT };
	struct points_want want = { k->giver_id, POINTS_SPENT,
		                    -k->points * recipients * POINTS_TENTHS };
	const bool stands = k->state == KUDOS_VISIBLE || k->state == KUDOS_HIDDEN;

	return points_settle(rq, &s, &want, stands && want.tenths != 0 ? 1 : 0);
}

enum fault
kudos_settle_spent(struct rq *rq, const struct kudos *k)
{
	int64_t n, left;
	enum fault e = points_allowance_hold(rq, k->giver_id, k->period, 0, &left);

	if (!e)
		e = kudos_sql_recipients(rq, k->id, &n);
	return e ? e : settle(rq, k, n);
}

static enum fault
check_left(struct rq *rq, int64_t needed, int64_t left)
{
	if (needed * POINTS_TENTHS <= left)
		return FAULT_NONE;
	return rq_fail(rq, FAULT_CONFLICT,
	               "%" PRId64 " points are left of this month's allowance; this takes %" PRId64
	               ".",
	               left / POINTS_TENTHS, needed);
}

static enum fault
give_tx(struct rq *rq, void *arg)
{
	struct giving *g = arg;
	struct kudos *k = g->k;
	const int64_t n = (int64_t)g->in->recipients.n;
	const int64_t whole =
	    (g->context.policy.monthly_allowance + g->context.boost) * POINTS_TENTHS;
	struct kudos there;
	int64_t left;
	enum fault e = points_allowance_hold(rq, k->giver_id, k->period, whole, &left);

	if (e)
		return e;
	/* The same request, a moment earlier: it is answered, not counted against the limits. */
	e = kudos_sql_row(rq, k->id, false, &there);
	g->duplicate = e == FAULT_NONE;
	if (e != FAULT_NOT_FOUND)
		return e;
	problem_reset(&rq->problem);
	e = check_interval(rq, g);
	if (!e)
		e = check_pairs(rq, g);
	if (!e)
		e = check_left(rq, k->points * n, left);
	if (!e)
		e = kudos_sql_insert(rq, k, &g->duplicate);
	if (e || g->duplicate)
		return e;
	e = kudos_sql_people_insert(rq, g->people, g->n_people);
	if (!e)
		e = settle(rq, k, n);
	if (!e)
		e = kudos_tell_given(rq, k, g->people, g->n_people);
	if (!e)
		e = outbox_put(rq, "kudos.changed", k->id, NULL);
	return e ? e : kudos_log(rq, k, k);
}

static void
describe(struct rq *rq, const struct kudos_new *in, struct kudos *k)
{
	k->value_id = in->value_id;
	k->post_id = in->post_id;
	k->share_id = in->share_id;
	k->lead_id = in->lead_id;
	k->message = in->message;
	k->points = in->points;
	k->visibility = in->visibility;
	k->state = KUDOS_VISIBLE;
	k->created_at = rq->now_us;
	k->edited_at = TIME_NONE;
}

enum fault
kudos_give(struct rq *rq, const struct kudos_new *in, struct kudos *k, bool *ret_created)
{
	struct giving *g = arena_new(rq->arena, struct giving);
	enum fault e;

	*ret_created = false;
	*g = (struct giving){ .in = in, .k = k };
	describe(rq, in, k);
	e = kudos_check_body(rq->arena, &rq->problem, in, k->giver_id);
	if (!e)
		e = kudos_sql_context(rq, k, &g->context);
	if (e)
		return e;
	if (!uuid_is_zero(g->context.there_giver))
		return replay(rq, k);
	k->team_id = g->context.team_id;
	k->period = points_month(g->context.time_zone, rq->now_us);
	e = check(rq, g);
	if (!e)
		e = db_tx(rq, give_tx, g);
	if (e)
		return e;
	if (g->duplicate)
		return replay(rq, k);
	*ret_created = true;
	return kudos_read(rq, k->id, k);
}

/* --- afterwards --- */

struct changing {
	struct uuid id;
	const struct kudos_patch *in; /* NULL: it is withdrawn */
};

/* Only its giver, while it lasts and within the window. */
static enum fault
may_change(struct rq *rq, const struct kudos *k, const struct kudos_policy *policy)
{
	if (!uuid_eq(k->giver_id, rq->who->person))
		return rq_fail(rq, FAULT_FORBIDDEN, "Only the giver may do this.");
	if (k->state != KUDOS_VISIBLE)
		return rq_fail(rq, FAULT_CONFLICT, "The kudos was reported: a manager decides.");
	if (rq->now_us > k->created_at + policy->edit_window_s * US_PER_S)
		return rq_fail(rq, FAULT_CONFLICT,
		               "The time in which it could be changed is over.");
	return FAULT_NONE;
}

static enum fault
merge(struct rq *rq, struct kudos *k, const struct kudos_patch *in)
{
	const struct j_schema *s = &kudos_patch_schema;
	struct value v;
	enum fault e;

	if (in->version != k->version)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the kudos again.");
	if (in->message != NULL)
		k->message = in->message;
	if (j_has(s, in, "points"))
		k->points = in->points;
	if (j_has(s, in, "visibility"))
		k->visibility = in->visibility;
	if (text_graphemes(str_of(k->message)) > KUDOS_MESSAGE_MAX)
		problem_add(&rq->problem, "#/message", "must have at most 500 characters");
	if (uuid_is_zero(in->value_id) || uuid_eq(in->value_id, k->value_id))
		return rq->problem.code;
	k->value_id = in->value_id;
	e = value_sql_get(rq, in->value_id, &v);
	if (e && e != FAULT_NOT_FOUND)
		return e;
	if (e || v.archived)
		problem_add(&rq->problem, "#/value_id", "must be one of the company's values");
	return rq->problem.code;
}

/* What the new points take beyond the old ones must be left in the month that pays. */
static enum fault
afford(struct rq *rq, const struct kudos *k, int64_t more)
{
	int64_t left;
	enum fault e = points_allowance_hold(rq, k->giver_id, k->period, 0, &left);

	return e ? e : check_left(rq, more, left);
}

static enum fault
change_tx(struct rq *rq, void *arg)
{
	const struct changing *c = arg;
	struct kudos_policy policy;
	struct kudos k = { .points = 0 }, was;
	int64_t n;
	enum fault e = policy_sql_get(rq, &policy);

	if (!e)
		e = kudos_sql_row(rq, c->id, true, &k);
	if (!e)
		e = may_change(rq, &k, &policy);
	if (!e)
		e = kudos_sql_recipients(rq, k.id, &n);
	if (e)
		return e;
	was = k;
	k.edited_at = rq->now_us;
	if (c->in == NULL)
		k.state = KUDOS_WITHDRAWN;
	else
		e = merge(rq, &k, c->in);
	if (!e)
		e = afford(rq, &k, c->in != NULL ? (k.points - was.points) * n : 0);
	if (!e)
		e = kudos_sql_update(rq, &k);
	if (!e)
		e = settle(rq, &k, n);
	if (!e)
		e = kudos_tell_changed(rq, &k, was.visibility);
	if (!e)
		e = outbox_put(rq, "kudos.changed", k.id, NULL);
	return e ? e : kudos_log(rq, &k, &was);
}

/* Who may not see it is not told that it is there. */
static enum fault
change(struct rq *rq, const struct changing *c)
{
	struct kudos seen = { .points = 0 };
	enum fault e = kudos_sql_get(rq, c->id, &seen);

	return e ? e : db_tx(rq, change_tx, (void *)(uintptr_t)c);
}

enum fault
kudos_change(struct rq *rq, struct uuid id, const struct kudos_patch *in)
{
	return change(rq, &(struct changing){ id, in });
}

enum fault
kudos_withdraw(struct rq *rq, struct uuid id)
{
	return change(rq, &(struct changing){ id, NULL });
}
