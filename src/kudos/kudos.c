/* SPDX-License-Identifier: Apache-2.0 */
/* kudos.c - showing kudos, changing and withdrawing them, each with its points in one transaction.
 */
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

/* --- what it costs --- */

/* Tenths.  What waits for a decision is paid; the decision takes it back. */
static int64_t
price(const struct kudos *k, int64_t recipients)
{
	const bool stands = k->state == KUDOS_VISIBLE || k->state == KUDOS_HIDDEN;

	return stands ? k->points * recipients * POINTS_TENTHS : 0;
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
	struct points_want want = { k->giver_id, POINTS_SPENT, -price(k, recipients) };

	return points_settle(rq, &s, &want, want.tenths != 0 ? 1 : 0);
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

/* --- afterwards --- */

struct changing {
	struct uuid id;
	const struct kudos_patch *in; /* NULL: it is withdrawn */
};

/* Only its giver, while it is shown and within the window. */
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

/* What it takes beyond what was paid must be left in the month that pays, and that must last: what
 * is left of a month that is over has expired. */
static enum fault
afford(struct rq *rq, const struct kudos *k, int64_t recipients)
{
	const int64_t whole = price(k, recipients);
	int64_t left, spent, today;
	enum fault e = points_allowance_hold(rq, k->giver_id, k->period, 0, &left);

	if (!e)
		e = kudos_sql_spent(rq, k->id, &spent);
	if (e || whole <= spent)
		return e;
	e = points_day(rq, rq->now_us, &today);
	if (e)
		return e;
	if (today / 100 > k->period)
		return rq_fail(rq, FAULT_CONFLICT,
		               "The month that pays for it is over: its points can be lowered, "
		               "not raised.");
	return kudos_check_left(&rq->problem, (whole - spent) / POINTS_TENTHS, left);
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
		e = kudos_sql_hold(rq, c->id, &k);
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
		e = afford(rq, &k, n);
	if (!e)
		e = kudos_sql_update(rq, &k);
	if (!e)
		e = settle(rq, &k, n);
	if (!e && c->in == NULL)
		e = kudos_reports_close(rq, k.id);
	if (!e)
		e = kudos_tell_changed(rq, &k, was.visibility);
	if (!e)
		e = outbox_put(rq, KUDOS_CHANGED, k.id, NULL);
	return e ? e : kudos_log(rq, &k, &was);
}

enum fault
kudos_change(struct rq *rq, struct uuid id, const struct kudos_patch *in)
{
	return db_tx(rq, change_tx, &(struct changing){ id, in });
}

enum fault
kudos_withdraw(struct rq *rq, struct uuid id)
{
	return db_tx(rq, change_tx, &(struct changing){ id, NULL });
}
