/* SPDX-License-Identifier: Apache-2.0 */
/* settle_int.h - what a person did in some days, and what stands in the ledger for it. */
#ifndef ROSTRA_SETTLE_INT_H
#define ROSTRA_SETTLE_INT_H

#include "rules_int.h"

/* Something a person did that a rule may reward. */
struct fact {
	struct uuid person_id, object_id, item_id; /* item: what a cap per item counts together */
	int64_t at_us, times;                      /* times: minor units of won_value */
	const char *name;                          /* of an outside action */
	struct str visitor; /* of a click: tells visitors apart within a UTC day */
};

/* What is read for a person, or with a zero person for everybody. */
struct facts_ask {
	struct uuid company_id, person_id;
	int64_t from_us, to_us;
	struct uuid first_id, last_id; /* ids made around the window */
};

struct facts_ask facts_ask_of(struct uuid company, struct uuid person, int64_t from_us,
                              int64_t to_us);
/* Facts of an action in the order of their time; visitors are those of clicks. */
enum fault facts_sql_each(struct rq *rq, enum points_action action, const struct facts_ask *ask,
                          db_row_fn *fn, void *arg) MUST_CHECK;
/* Can the action's facts of everybody be read at once?  Those that have no index of a person. */
bool facts_of_all(enum points_action action);

struct standing_ask {
	struct uuid company_id, person_id;
	int reason;
	int64_t from_day, to_day;
};
/* Entries of the person for a reason that reverse nothing, by id: struct point_entry. */
enum fault settle_sql_entries(struct rq *rq, const struct standing_ask *ask, db_row_fn *fn,
                              void *arg) MUST_CHECK;
/* What items gave before from_day: item_id and tenths of struct point_entry. */
enum fault settle_sql_items(struct rq *rq, const struct standing_ask *ask, db_row_fn *fn,
                            void *arg) MUST_CHECK;
/* Whose entries an object has, and of which day and reason: struct point_entry. */
enum fault settle_sql_earners(struct rq *rq, struct uuid object, db_row_fn *fn,
                              void *arg) MUST_CHECK;

/* --- settling (settle.c) --- */

struct rule_sets {
	struct rule_set *list; /* earliest first */
	size_t n;
	struct rule_set *adopted; /* the one that was adopted last first */
	size_t n_adopted;
};
struct fact_list {
	struct fact *list;
	size_t n, room;
};
/* Of type db_row_fn: keeps a struct fact; arg is a struct fact_list. */
enum fault fact_keep(struct rq *rq, void *row, void *arg) MUST_CHECK;

struct settling {
	struct uuid person;
	enum points_action action;
	struct measure_span span;
	const struct zones *zones;
	struct rule_sets sets;         /* of the span at least */
	const struct fact_list *known; /* of the span at least; NULL: read */
};
/* Tenths by action of what stands and of what should. */
struct settled {
	int64_t stands[ACTION__MAX], should[ACTION__MAX];
	int64_t reversed, added; /* entries */
};
/*
 * Inside a transaction that holds the person's balance: afterwards the entries of these days for
 * the action are those that the rules give for what the person did, in the order of time.  With
 * dry, they are only compared.
 */
enum fault settle_person(struct rq *rq, const struct settling *s, bool dry,
                         struct settled *out) MUST_CHECK;
/* The sets that hold in the span, into the arena. */
enum fault rule_sets_of(struct rq *rq, const struct measure_span *span,
                        struct rule_sets *out) MUST_CHECK;

/* The span of some days; and on: the same up to the end of today, which a cap per item reaches. */
enum fault settle_spans(struct rq *rq, struct settling *s, int64_t from_day, int64_t to_day,
                        struct measure_span *ret_on) MUST_CHECK;
/* Does what an item gave on these days count on those after them, by any of the sets? */
bool settle_reaches_on(const struct settling *s);

/* Days of a person that are to be settled for some actions. */
struct due {
	struct uuid company_id, person_id;
	int64_t from_day, to_day; /* included, excluded */
	uint32_t actions;
	bool had; /* there are entries */
	const struct zones *zones;
};
struct dues {
	struct due *list;
	size_t n, room;
};
/* The bit of the action that an entry's reason is of; 0: of none. */
uint32_t due_action_of(int reason);
/* Adds a day; the days of what happened between two instants, both included.  Of `of`, the rest. */
void due_day(struct rq *rq, struct dues *d, const struct due *of, int64_t day);
void due_instants(struct rq *rq, struct dues *d, const struct due *of, int64_t first_us,
                  int64_t last_us);
/* In the order in which everybody takes them. */
void due_sort(struct dues *d);
/* Inside a transaction. */
enum fault points_settle_due(struct rq *rq, const struct due *d) MUST_CHECK;

#endif
