/* SPDX-License-Identifier: Apache-2.0 */
/* policy.c - what a company allows of kudos; without a row, the defaults. */
#include <inttypes.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/people.h"

#include "kudos_int.h"

const struct kudos_policy kudos_policy_default = {
	.monthly_allowance = KUDOS_ALLOWANCE,
	.pair_max = KUDOS_PAIR_MAX,
	.pair_days = KUDOS_PAIR_DAYS,
	.interval_s = KUDOS_INTERVAL_S,
	.edit_window_s = KUDOS_EDIT_WINDOW_S,
	.version = 1,
};

/* clang-format off */
#define POLICY_FIELDS                                                                           \
	J_INT64(struct kudos_policy, monthly_allowance, 0, 0, 1000000, KUDOS_ALLOWANCE,             \
	        .help = "Points to give in a month of the company's zone; a raise counts at once, a cut from the next month"), \
	J_INT64(struct kudos_policy, pair_max, 0, 0, 1000, KUDOS_PAIR_MAX,                          \
	        .help = "Most kudos from one person to another within pair_days; 0: no limit"),     \
	J_INT64(struct kudos_policy, pair_days, 0, 1, 366, KUDOS_PAIR_DAYS),                        \
	J_INT64(struct kudos_policy, interval_s, 0, 0, 86400, KUDOS_INTERVAL_S,                     \
	        .help = "Shortest time between two kudos of one person"),                           \
	J_INT64(struct kudos_policy, edit_window_s, 0, 0, 30 * 86400, KUDOS_EDIT_WINDOW_S,          \
	        .help = "How long the giver may change or withdraw"),                               \
	J_INT64(struct kudos_policy, version, J_REQUIRED, 1, INT64_MAX, 0)
static const struct j_field policy_fields[] = { POLICY_FIELDS };
const struct j_schema kudos_policy_schema = J_SCHEMA("kudos_policy", struct kudos_policy, policy_fields);
static const struct j_field patch_fields[] = { POLICY_FIELDS };
const struct j_schema kudos_policy_patch_schema =
	J_SCHEMA_HAS("kudos_policy_patch", struct kudos_policy, patch_fields);
/* clang-format on */

enum fault
kudos_policy_get(struct rq *rq, struct call *call, void *reply)
{
	(void)call;
	return policy_sql_get(rq, reply);
}

static const char *
number(struct rq *rq, int64_t n)
{
	return arena_printf(rq->arena, "%" PRId64, n);
}

/* What limits everybody is on record. */
static enum fault
tell_changes(struct rq *rq, const struct kudos_policy *was, const struct kudos_policy *is)
{
	const struct {
		const char *member;
		int64_t was, is;
	} members[] = {
		{ "monthly_allowance", was->monthly_allowance, is->monthly_allowance },
		{ "pair_max", was->pair_max, is->pair_max },
		{ "pair_days", was->pair_days, is->pair_days },
		{ "interval_s", was->interval_s, is->interval_s },
		{ "edit_window_s", was->edit_window_s, is->edit_window_s },
	};
	struct audit_change changes[sizeof(members) / sizeof(members[0])];
	struct audit_deed deed = { .action = "kudos_policy.changed",
		                   .kind = AUDIT_COMPANY,
		                   .object = rq_company(rq),
		                   .changes = changes };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (members[i].was != members[i].is)
			changes[deed.n++] =
			    (struct audit_change){ members[i].member, number(rq, members[i].was),
				                   number(rq, members[i].is) };
	}
	return deed.n > 0 ? audit_put(rq, &deed) : FAULT_NONE;
}

static enum fault
patch_tx(struct rq *rq, void *arg)
{
	const struct kudos_policy *in = arg;
	struct kudos_policy next = kudos_policy_default, was;
	bool done;
	enum fault e;

	next.company_id = rq_company(rq);
	e = policy_sql_ensure(rq, &next);
	if (!e)
		e = policy_sql_get(rq, &next);
	if (e)
		return e;
	was = next;
	j_merge(&kudos_policy_patch_schema, &next, in);
	next.company_id = rq_company(rq);
	e = policy_sql_update(rq, &next, &done);
	if (!e && !done)
		return rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the policy again.");
	if (!e)
		e = tell_changes(rq, &was, &next);
	return e ? e : company_people_changed(rq);
}

enum fault
kudos_policy_patch(struct rq *rq, struct call *call, void *reply)
{
	struct kudos_policy in = *(const struct kudos_policy *)call->body;
	enum fault e = db_tx(rq, patch_tx, &in);

	return e ? e : policy_sql_get(rq, reply);
}
