/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_tell.c - who hears of a kudos and of what is said about it, and what phones are told of
 * it: never who may not see it. */
#include "rostra/caller.h"
#include "rostra/sync.h"

#include "kudos_int.h"

struct people {
	struct uuid ids[KUDOS_RECIPIENTS_MAX + KUDOS_MENTIONS_MAX + 1];
	size_t n;
};

static void
add(struct people *p, struct uuid id)
{
	if (p->n < sizeof(p->ids) / sizeof(p->ids[0]))
		p->ids[p->n++] = id;
}

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	(void)rq;
	add(arg, ((const struct kudos_person *)row)->person_id);
	return FAULT_NONE;
}

static enum fault
tell(struct rq *rq, enum notice_kind kind, struct uuid kudos, struct uuid source,
     const struct people *p)
{
	const struct notice_new notice = {
		.kind = kind,
		.object = kudos,
		.source = source,
		.actor = rq->who->person,
		.people = p->ids,
		.n = p->n,
	};

	return p->n > 0 ? notice_put(rq, &notice) : FAULT_NONE;
}

static enum fault
tell_mentions(struct rq *rq, const struct kudos *k)
{
	struct people p = { .n = 0 };
	enum fault e = kudos_sql_mentions_each(rq, k->id, keep, &p);

	return e ? e : tell(rq, NOTICE_MENTION, k->id, k->id, &p);
}

enum fault
kudos_tell_given(struct rq *rq, const struct kudos *k, const struct kudos_person *people, size_t n)
{
	struct people recipients = { .n = 0 };
	bool mentions = false;
	enum fault e;

	for (size_t i = 0; i < n; i++) {
		if (people[i].role == KUDOS_RECIPIENT)
			add(&recipients, people[i].person_id);
		else
			mentions = true;
	}
	e = tell(rq, NOTICE_KUDOS, k->id, k->id, &recipients);
	return e || !mentions ? e : tell_mentions(rq, k);
}

enum fault
kudos_tell_changed(struct rq *rq, const struct kudos *k, int visibility_before)
{
	const struct uuid all = { { 0 } };
	enum fault e;

	if (k->state == KUDOS_WITHDRAWN)
		return notice_retract_object(rq, k->id);
	if (k->visibility == visibility_before)
		return FAULT_NONE;
	e = notice_retract(rq, NOTICE_MENTION, k->id, all);
	return e ? e : tell_mentions(rq, k);
}

enum fault
kudos_tell_talk(struct rq *rq, enum notice_kind kind, const struct kudos *k, struct uuid source)
{
	struct people p = { .n = 0 };
	enum fault e;

	add(&p, k->giver_id);
	e = kudos_sql_recipients_each(rq, k->id, keep, &p);
	return e ? e : tell(rq, kind, k->id, source, &p);
}

/* Public ones are seen by everybody; fewer see what is narrower. */
static bool
is_narrower(const struct kudos *k, const struct kudos *was)
{
	const bool shown = was->state == KUDOS_VISIBLE;

	return (shown && k->visibility > was->visibility) ||
	       (shown && was->visibility == KUDOS_PUBLIC && k->state != KUDOS_VISIBLE);
}

enum fault
kudos_log(struct rq *rq, const struct kudos *k, const struct kudos *was)
{
	const struct uuid everybody = { { 0 } };

	return sync_log(rq, SYNC_KUDOS, k->id, is_narrower(k, was) ? SYNC_DELETE : SYNC_UPSERT,
	                everybody);
}
