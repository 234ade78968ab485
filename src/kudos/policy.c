/* SPDX-License-Identifier: Apache-2.0 */
/* policy.c - what a company allows of kudos; without a row, the defaults. */
#include "rostra/caller.h"

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

static enum fault
patch_tx(struct rq *rq, void *arg)
{
	const struct kudos_policy *in = arg;
	struct kudos_policy next = kudos_policy_default;
	bool done;
	enum fault e;

	next.company_id = rq_company(rq);
	e = policy_sql_ensure(rq, &next);
	if (!e)
		e = policy_sql_get(rq, &next);
	if (e)
		return e;
	j_merge(&kudos_policy_patch_schema, &next, in);
	next.company_id = rq_company(rq);
	e = policy_sql_update(rq, &next, &done);
	if (e)
		return e;
	return done ? FAULT_NONE : rq_fail(rq, FAULT_VERSION_CONFLICT, "Read the policy again.");
}

enum fault
kudos_policy_patch(struct rq *rq, struct call *call, void *reply)
{
	struct kudos_policy in = *(const struct kudos_policy *)call->body;
	enum fault e = db_tx(rq, patch_tx, &in);

	return e ? e : policy_sql_get(rq, reply);
}
