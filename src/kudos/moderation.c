/* SPDX-License-Identifier: Apache-2.0 */
/* moderation.c - reports of abuse hide a kudos until a manager decides. */
#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/jobs.h"
#include "rostra/notice.h"

#include "moderation_int.h"

const char *const report_reason_names[REPORT_REASON__MAX + 1] = { "insult", "harassment", "untrue",
	                                                          "spam", "other" };
const char *const decision_names[DECISION__MAX + 1] = { "restore", "remove" };

/* What a manager found good stays visible until its giver changes it. */
static bool
found_good(const struct kudos *k, int64_t restored_at)
{
	return restored_at != TIME_NONE &&
	       (k->edited_at == TIME_NONE || k->edited_at < restored_at);
}

static enum fault
report_tx(struct rq *rq, void *arg)
{
	const struct report *r = arg;
	struct kudos k = { .points = 0 }, was;
	int64_t restored_at;
	enum fault e = kudos_sql_hold(rq, r->kudos_id, &k);

	if (!e && uuid_eq(k.giver_id, r->person_id))
		return rq_fail(rq, FAULT_FORBIDDEN, "It is yours: withdraw it.");
	if (!e)
		e = report_sql_put(rq, r);
	if (!e)
		e = decision_sql_restored_at(rq, r->kudos_id, &restored_at);
	if (e || found_good(&k, restored_at))
		return e;
	was = k;
	k.state = KUDOS_HIDDEN;
	e = kudos_sql_update(rq, &k);
	if (!e)
		e = kudos_tell_hidden(rq, &k);
	return e ? e : kudos_log(rq, &k, &was);
}

enum fault
kudos_report(struct rq *rq, const struct report *in)
{
	struct report r = *in;

	r.company_id = rq_company(rq);
	r.person_id = rq->who->person;
	r.reported_at = rq->now_us;
	return db_tx(rq, report_tx, &r);
}

enum fault
kudos_reports_close(struct rq *rq, struct uuid id)
{
	const struct decision end = { .company_id = rq_company(rq),
		                      .kudos_id = id,
		                      .decided_at = rq->now_us };
	uint64_t reports;

	return report_sql_decided(rq, &end, &reports);
}

/* Its points go back, and nobody is told of it any more. */
static enum fault
remove_tx(struct rq *rq, const struct kudos *k)
{
	enum fault e = kudos_settle_spent(rq, k);

	if (!e)
		e = notice_retract_object(rq, k->id);
	return e ? e : outbox_put(rq, KUDOS_CHANGED, k->id, NULL);
}

static enum fault
put_on_record(struct rq *rq, const struct decision *d, const struct kudos *k, int state_before)
{
	const struct audit_change changes[] = {
		{ "decision", NULL, decision_names[d->decision] },
		{ "state", kudos_state_names[state_before], kudos_state_names[k->state] },
	};
	const struct audit_deed deed = {
		.action = "kudos.decided",
		.kind = AUDIT_KUDOS,
		.object = k->id,
		.person = k->giver_id,
		AUDIT_CHANGES(changes),
	};

	return audit_put(rq, &deed);
}

static enum fault
decide_tx(struct rq *rq, void *arg)
{
	const struct decision *d = arg;
	struct kudos k = { .points = 0 }, was;
	uint64_t reports;
	enum fault e = kudos_sql_row(rq, d->kudos_id, true, &k);

	if (!e)
		e = report_sql_decided(rq, d, &reports);
	if (e)
		return e;
	/* Nobody reported it: not a manager's concern, and perhaps private.  What is over stays so:
	 * its points went back. */
	if (reports == 0 || k.state == KUDOS_WITHDRAWN || k.state == KUDOS_REMOVED)
		return FAULT_NOT_FOUND;
	if (uuid_eq(k.giver_id, d->decided_by))
		return rq_fail(rq, FAULT_FORBIDDEN, "Nobody decides about what they gave.");
	was = k;
	k.state = d->decision == DECISION_REMOVE ? KUDOS_REMOVED : KUDOS_VISIBLE;
	e = decision_sql_insert(rq, d);
	if (!e)
		e = kudos_sql_update(rq, &k);
	if (!e)
		e = put_on_record(rq, d, &k, was.state);
	if (!e && d->decision == DECISION_REMOVE)
		e = remove_tx(rq, &k);
	return e ? e : kudos_log(rq, &k, &was);
}

enum fault
kudos_decide(struct rq *rq, const struct decision *in)
{
	struct decision d = *in;

	d.company_id = rq_company(rq);
	d.id = uuid_v7(rq->now_us);
	d.decided_by = rq->who->person;
	d.decided_at = rq->now_us;
	return db_tx(rq, decide_tx, &d);
}
