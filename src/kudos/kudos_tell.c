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
tell(struct rq *rq, const struct notice_new *what, const struct people *p)
{
	const struct notice_new notice = {
		.kind = what->kind,
		.object = what->object,
		.source = what->source,
		.actor = what->actor,
		.people = p->ids,
		.n = p->n,
	};

	return p->n > 0 ? notice_put(rq, &notice) : FAULT_NONE;
}

static enum fault
tell_mentions(struct rq *rq, const struct kudos *k)
{
	const struct notice_new what = {
		.kind = NOTICE_MENTION, .object = k->id, .source = k->id, .actor = k->giver_id
	};
	struct people p = { .n = 0 };
	enum fault e = kudos_sql_mentions_each(rq, k->id, keep, &p);

	return e ? e : tell(rq, &what, &p);
}

static bool
thanks(const struct kudos_told *t, struct uuid person)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->people[i].role == KUDOS_RECIPIENT && uuid_eq(t->people[i].person_id, person))
			return true;
	}
	return false;
}

/* Whom a public one names sees it; of another one the tables say who does. */
static bool
is_told(const struct kudos_told *t, const struct kudos_person *p)
{
	return p->role == KUDOS_RECIPIENT ||
	       (t->kudos->visibility == KUDOS_PUBLIC && !thanks(t, p->person_id));
}

static bool
names_somebody(const struct kudos_told *t)
{
	return t->n > 0 && t->people[t->n - 1].role == KUDOS_MENTION;
}

enum fault
kudos_tell_given(struct rq *rq, const struct kudos_told *given, size_t n)
{
	struct notice_first *first;
	size_t told = 0, most = 0;
	enum fault e;

	for (size_t i = 0; i < n; i++)
		most += given[i].n;
	first = arena_array(rq->arena, most, struct notice_first);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < given[i].n; k++) {
			const struct kudos_person *p = &given[i].people[k];

			if (!is_told(&given[i], p))
				continue;
			first[told++] = (struct notice_first){
				.kind = p->role == KUDOS_RECIPIENT ? NOTICE_KUDOS : NOTICE_MENTION,
				.object = given[i].kudos->id,
				.actor = given[i].kudos->giver_id,
				.person = p->person_id,
				.listener = p->listener,
			};
		}
	}
	e = notice_put_first(rq, first, told);
	for (size_t i = 0; !e && i < n; i++) {
		if (given[i].kudos->visibility != KUDOS_PUBLIC && names_somebody(&given[i]))
			e = tell_mentions(rq, given[i].kudos);
	}
	return e;
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
kudos_tell_hidden(struct rq *rq, const struct kudos *k)
{
	return notice_retract_from_others(rq, k->id, k->giver_id);
}

enum fault
kudos_tell_talk(struct rq *rq, enum notice_kind kind, const struct kudos *k, struct uuid source)
{
	const struct notice_new what = {
		.kind = kind, .object = k->id, .source = source, .actor = rq->who->person
	};
	struct people p = { .n = 0 };
	enum fault e;

	/* Only its giver sees it then, and so it is they who speak. */
	if (k->state != KUDOS_VISIBLE)
		return FAULT_NONE;
	add(&p, k->giver_id);
	e = kudos_sql_recipients_each(rq, k->id, keep, &p);
	return e ? e : tell(rq, &what, &p);
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
