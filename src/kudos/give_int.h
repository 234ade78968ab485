/* SPDX-License-Identifier: Apache-2.0 */
/* give_int.h - giving several kudos of one company at once. */
#ifndef ROSTRA_KUDOS_GIVE_INT_H
#define ROSTRA_KUDOS_GIVE_INT_H

#include "rostra/combine.h"

#include "kudos_int.h"

/* Kudos that are given together, by as many givers, and all the people they concern. */
enum { KUDOS_AT_ONCE = 16, KUDOS_PEOPLE_AT_ONCE = 48 };

/* The company as those who give see it. */
struct kudos_house {
	const char *time_zone; /* NULL: not known yet */
	struct kudos_policy policy;
	bool boosted; /* somebody may give more than others */
};
struct kudos_value_name {
	struct uuid id;
	const char *name;
};
/* Who is asked for; with every row come the house and the value. */
struct kudos_asked {
	const struct uuid *people;
	size_t n_people;
	struct uuid value;
};
struct kudos_known {
	int64_t version; /* company.people_version */
	struct kudos_person person;
	struct kudos_house house;
	struct kudos_value_name value; /* without name: it is not in use */
};
/* Those of the people that exist; rows: struct kudos_known. */
enum fault kudos_sql_crowd(struct rq *rq, const struct kudos_asked *asked, db_row_fn *fn,
                           void *arg) MUST_CHECK;
/* Those of the values that are in use, at most KUDOS_AT_ONCE; rows: struct kudos_value_name. */
enum fault kudos_sql_values(struct rq *rq, const struct uuid *values, size_t n, db_row_fn *fn,
                            void *arg) MUST_CHECK;
/* Of givers, at most KUDOS_AT_ONCE: what they may give beside the policy's allowance; the last
 * kudos of those who gave one since then; whom they thanked since then, each kudos and recipient a
 * row. */
struct kudos_before {
	struct uuid giver_id, person_id;
	int64_t boost, last_at;
};
enum fault kudos_sql_boosts(struct rq *rq, const struct uuid *givers, size_t n, db_row_fn *fn,
                            void *arg) MUST_CHECK;
enum fault kudos_sql_lately(struct rq *rq, const struct uuid *givers, size_t n, int64_t since_us,
                            db_row_fn *fn, void *arg) MUST_CHECK;
enum fault kudos_sql_pairs(struct rq *rq, const struct uuid *givers, size_t n, int64_t since_us,
                           db_row_fn *fn, void *arg) MUST_CHECK;
/* What the kudos is about: the members of out that tell of post, share and lead. */
enum fault kudos_sql_about(struct rq *rq, const struct kudos *k,
                           struct kudos_context *out) MUST_CHECK;
enum fault kudos_sql_insert(struct rq *rq, const struct kudos *k, bool *ret_duplicate) MUST_CHECK;
/* An id that is taken: CONFLICT. */
enum fault kudos_sql_insert_all(struct rq *rq, const struct kudos *k, size_t n) MUST_CHECK;
enum fault kudos_sql_people_insert(struct rq *rq, const struct kudos_person *rows,
                                   size_t n) MUST_CHECK;

/* --- what is given (give.c) and may be (give_judge.c) */

enum { KUDOS_NAMED_MAX = KUDOS_RECIPIENTS_MAX + KUDOS_MENTIONS_MAX };
_Static_assert((size_t)KUDOS_PEOPLE_AT_ONCE > (size_t)KUDOS_NAMED_MAX, "the largest kudos fits");
_Static_assert((size_t)KUDOS_AT_ONCE <= (size_t)POINTS_HOLDS_MAX, "allowances are held at once");

/* One that is given.  Whoever asked waits: their arena takes what outlives the group. */
struct giving {
	struct combine_item item; /* first */
	struct arena *arena;
	const struct kudos_new *in;
	struct kudos *k;
	struct kudos_context context;
	struct kudos_person people[KUDOS_NAMED_MAX]; /* recipients, then mentions */
	size_t n_people;
	int64_t boost, left, last_at;
	int64_t had[KUDOS_RECIPIENTS_MAX]; /* within the policy's days, by recipient */
	struct problem body;               /* what is wrong with it whatever the tables say */
	struct problem said;               /* why it is refused */
	bool taken, done, duplicate, in_doubt;
};

/* Of one company, each by another giver. */
struct group {
	struct giving *all[KUDOS_AT_ONCE];
	size_t n;
	struct uuid people[KUDOS_PEOPLE_AT_ONCE]; /* givers and whom they name, each once */
	size_t n_people;
	/* What is known of all this (give_known.c), and at which company.people_version; 0: nothing
	 * yet. */
	int64_t version;
	struct kudos_person known[KUDOS_PEOPLE_AT_ONCE];
	size_t n_known;
	struct kudos_house house;
	struct kudos_value_name values[KUDOS_AT_ONCE]; /* those in use that they name, each once */
	size_t n_values;
	/* Allowances are spent at once in the hope that they are enough, not held and looked at
	 * before. Lost: they were not, or a limit of the policy was reached. */
	bool hopeful, hope_lost;
};

static inline bool
kudos_stands(const struct giving *v)
{
	return v->said.code == FAULT_NONE;
}
/* The one that this person gives; NULL: none. */
struct giving *kudos_by_giver(const struct group *g, struct uuid giver);
/* Those that were not refused until now. */
size_t kudos_standing(const struct group *g);
/* Tenths that the giver should have in grants this month. */
int64_t kudos_whole_allowance(const struct group *g, const struct giving *v);

/* Those of the people that exist, the house, the values in use. */
enum fault kudos_look(struct rq *rq, struct group *g) MUST_CHECK;
void kudos_forget(struct group *g);
/* NULL: none of the values in use. */
const char *kudos_value_name(const struct group *g, struct uuid id);

/*
 * Inside the transaction: fills what is known of each, and says of those that may not be given why.
 * What the givers have left and did before is another question.
 */
enum fault kudos_judge_all(struct rq *rq, struct group *g) MUST_CHECK;
/* Afterwards: holds the allowances of the givers of the others. */
enum fault kudos_hold_all(struct rq *rq, struct group *g) MUST_CHECK;
/* While the allowances are held or spent: the limits of the policy. */
enum fault kudos_limit_all(struct rq *rq, struct group *g) MUST_CHECK;

#endif
