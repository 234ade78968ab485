/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give_known.c - what giving asks of the company and its people.  They change seldom, and a change
 * counts company.people_version: those who are remembered cost a look at that number.
 */
#include <string.h>

#include "rostra/cache.h"
#include "rostra/caller.h"
#include "rostra/people.h"
#include "rostra/shared.h"

#include "give_int.h"

/* Rows that were changed without being counted, by a release before the counter or by hand, are
 * seen by then. */
enum { REMEMBERED_S = 60 };

enum matter { MATTER_PERSON, MATTER_HOUSE, MATTER_VALUE };

/* What is remembered: this without its texts, then two texts, each with its NUL. */
struct memo {
	int64_t version; /* company.people_version */
	enum matter matter;
	struct kudos_person person;
	struct kudos_house house;
};
struct texts {
	const char *first, *second;
};

static struct cache *
cache_of(const struct rq *rq)
{
	return rq->shared ? rq->shared->people : NULL;
}

static void
remember(struct rq *rq, struct uuid id, const struct memo *memo, const struct texts *texts)
{
	const size_t n = strlen(texts->first) + 1, more = strlen(texts->second) + 1;
	char *value;

	if (cache_of(rq) == NULL)
		return;
	value = arena_alloc(rq->arena, sizeof(*memo) + n + more, alignof(struct memo));
	memcpy(value, memo, sizeof(*memo));
	memcpy(value + sizeof(*memo), texts->first, n);
	memcpy(value + sizeof(*memo) + n, texts->second, more);
	cache_put(cache_of(rq), cache_key(rq_company(rq), id),
	          (struct str){ value, sizeof(*memo) + n + more }, clock_monotonic_us());
}

/* Only what was read at the same number as the rest. */
static bool
recall(struct rq *rq, struct group *g, struct uuid id, struct memo *memo, struct texts *texts)
{
	const enum matter matter = memo->matter;
	struct str value;
	int64_t put_at_us;

	if (cache_of(rq) == NULL ||
	    !cache_get(cache_of(rq), cache_key(rq_company(rq), id), rq->arena, &value,
	               &put_at_us) ||
	    value.n < sizeof(*memo) || clock_monotonic_us() - put_at_us > REMEMBERED_S * US_PER_S)
		return false;
	memcpy(memo, value.s, sizeof(*memo));
	texts->first = value.s + sizeof(*memo);
	texts->second = texts->first + strlen(texts->first) + 1;
	if (g->version == 0)
		g->version = memo->version;
	return memo->matter == matter && memo->version == g->version;
}

/* --- people, house, values --- */

static void
remember_person(struct rq *rq, const struct group *g, const struct kudos_person *p)
{
	struct memo memo = { .version = g->version, .matter = MATTER_PERSON, .person = *p };

	memo.person.display_name = memo.person.listener.zone = NULL;
	remember(rq, p->person_id, &memo, &(struct texts){ p->display_name, p->listener.zone });
}

static bool
recall_person(struct rq *rq, struct group *g, struct uuid id)
{
	struct memo memo = { .matter = MATTER_PERSON };
	struct texts texts;

	if (!recall(rq, g, id, &memo, &texts))
		return false;
	memo.person.display_name = texts.first;
	memo.person.listener.zone = texts.second;
	g->known[g->n_known++] = memo.person;
	return true;
}

static void
remember_house(struct rq *rq, const struct group *g)
{
	struct memo memo = { .version = g->version, .matter = MATTER_HOUSE, .house = g->house };

	memo.house.time_zone = NULL;
	remember(rq, rq_company(rq), &memo, &(struct texts){ g->house.time_zone, "" });
}

static bool
recall_house(struct rq *rq, struct group *g)
{
	struct memo memo = { .matter = MATTER_HOUSE };
	struct texts texts;

	if (!recall(rq, g, rq_company(rq), &memo, &texts))
		return false;
	g->house = memo.house;
	g->house.time_zone = texts.first;
	return true;
}

static void
add_value(struct group *g, struct uuid id, const char *name)
{
	if (kudos_value_name(g, id) == NULL && g->n_values < KUDOS_AT_ONCE)
		g->values[g->n_values++] = (struct kudos_value_name){ id, name };
}

static bool
recall_value(struct rq *rq, struct group *g, struct uuid id)
{
	struct memo memo = { .matter = MATTER_VALUE };
	struct texts texts;

	if (kudos_value_name(g, id) != NULL)
		return true;
	if (!recall(rq, g, id, &memo, &texts))
		return false;
	add_value(g, id, texts.first);
	return true;
}

/* --- asking --- */

static enum fault
keep_value(struct rq *rq, void *row, void *arg)
{
	const struct kudos_value_name *value = row;
	struct group *g = arg;
	const struct memo memo = { .version = g->version, .matter = MATTER_VALUE };

	add_value(g, value->id, value->name);
	remember(rq, value->id, &memo, &(struct texts){ value->name, "" });
	return FAULT_NONE;
}

/* With the first row comes what is the same in all of them. */
static enum fault
keep_known(struct rq *rq, void *row, void *arg)
{
	struct kudos_known *known = row;
	struct group *g = arg;
	const bool is_first = g->n_known == 0;

	g->version = known->version;
	if (g->n_known < KUDOS_PEOPLE_AT_ONCE)
		g->known[g->n_known++] = known->person;
	remember_person(rq, g, &known->person);
	if (!is_first)
		return FAULT_NONE;
	g->house = known->house;
	if (known->house.policy.version == J_NO_INT)
		g->house.policy = kudos_policy_default;
	remember_house(rq, g);
	return known->value.name != NULL ? keep_value(rq, &known->value, g) : FAULT_NONE;
}

/* Of the values but the first, which comes with the crowd. */
static enum fault
ask_values(struct rq *rq, struct group *g)
{
	struct uuid values[KUDOS_AT_ONCE];
	bool several = false;

	for (size_t i = 0; i < g->n; i++) {
		values[i] = g->all[i]->in->value_id;
		several = several || !uuid_eq(values[i], values[0]);
	}
	return several ? kudos_sql_values(rq, values, g->n, keep_value, g) : FAULT_NONE;
}

static enum fault
ask(struct rq *rq, struct group *g)
{
	const struct kudos_asked asked = { .people = g->people,
		                           .n_people = g->n_people,
		                           .value = g->all[0]->in->value_id };
	enum fault e = kudos_sql_crowd(rq, &asked, keep_known, g);

	return e ? e : ask_values(rq, g);
}

static bool
is_remembered(struct rq *rq, struct group *g)
{
	for (size_t i = 0; i < g->n_people; i++) {
		if (!recall_person(rq, g, g->people[i]))
			return false;
	}
	for (size_t i = 0; i < g->n; i++) {
		if (!recall_value(rq, g, g->all[i]->in->value_id))
			return false;
	}
	return recall_house(rq, g);
}

const char *
kudos_value_name(const struct group *g, struct uuid id)
{
	for (size_t i = 0; i < g->n_values; i++) {
		if (uuid_eq(g->values[i].id, id))
			return g->values[i].name;
	}
	return NULL;
}

void
kudos_forget(struct group *g)
{
	g->version = 0;
	g->n_known = g->n_values = 0;
	g->house = (struct kudos_house){ .time_zone = NULL };
}

enum fault
kudos_look(struct rq *rq, struct group *g)
{
	int64_t now;
	enum fault e;

	if (is_remembered(rq, g)) {
		e = company_people_version(rq, &now);
		if (e || now == g->version)
			return e;
	}
	kudos_forget(g);
	return ask(rq, g);
}
