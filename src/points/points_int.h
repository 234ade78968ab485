/* SPDX-License-Identifier: Apache-2.0 */
/* points_int.h - between the files of points. */
#ifndef ROSTRA_POINTS_INT_H
#define ROSTRA_POINTS_INT_H

#include "rostra/points.h"
#include "rostra/zones.h"

struct point_entry {
	struct uuid company_id, person_id, object_id, item_id, team_id;
	int64_t id;
	int currency, reason;
	int64_t period, tenths, reverses_id, created_at, day;
	int64_t at_us; /* of what it is for: whose team it then was; TIME_NONE with reverses_id */
	const char *entry_key; /* unique for the object and person */
	bool reversed;         /* another entry takes it back */
};

struct point_balance {
	struct uuid company_id, person_id;
	int currency;
	int64_t period, tenths, granted_tenths, entries, updated_at;
};

/* What is added to the sums of a day and of the month it lies in. */
struct point_sum {
	struct uuid company_id, person_id, team_id; /* team zero: none */
	int64_t day, tenths, entries;
};

struct points_page {
	struct uuid company_id, person_id;
	int currency; /* -1 both */
	int64_t before, limit;
};

/* What the person may still give, and the company's month. */
struct points_allowance {
	const char *time_zone;
	int64_t monthly, boost;
};

/* tenths as the millionths of a JSON decimal */
#define POINTS_MICRO(tenths) ((tenths)*INT64_C(100000))

/* An entry as statements read it: these columns, by the index named between FROM and REVERSED, into
 * these. */
#define POINT_ENTRY_COLUMNS                                                                        \
	"e.id, e.person_id, e.currency, e.period, e.tenths, e.reason, e.object_id, e.reverses_id," \
	" e.created_at, r.id IS NOT NULL, e.day, e.team_id, e.item_id"
#define POINT_ENTRY_FROM " FROM point_entry e FORCE INDEX"
#define POINT_ENTRY_REVERSED                                                                       \
	" LEFT JOIN point_entry r FORCE INDEX (point_entry_fact) ON r.company_id = e.company_id"   \
	" AND r.object_id = e.object_id AND r.person_id = e.person_id"                             \
	" AND r.entry_key = CONCAT('" POINT_REVERSE_KEY "', e.id)"
/* The key of a reversal, before the id of the entry that it takes back: once. */
#define POINT_REVERSE_KEY "reverse:"
enum { POINT_ENTRY_OUT = 13 };
extern const struct db_col point_entry_out[POINT_ENTRY_OUT];

/* An entry and its part of the roll-ups: the only way into the ledger. */
enum fault points_write(struct rq *rq, struct point_entry *entry) MUST_CHECK;
/* The key counts what the same fact gave before: a second writer of the same step meets it. */
const char *points_entry_key(struct arena *a, enum points_reason reason, size_t before);
/* Takes back the whole of an entry. */
enum fault points_reverse(struct rq *rq, const struct point_entry *stood) MUST_CHECK;
/* Who awards a person holds their balance: caps hold. */
enum fault points_earned_lock(struct rq *rq, struct uuid person) MUST_CHECK;

/* As point_sum has an entry's team and month. */
#define POINT_SUM_NO_TEAM "CAST('00000000-0000-0000-0000-000000000000' AS UUID)"
#define POINT_SUM_TEAM "COALESCE(team_id, " POINT_SUM_NO_TEAM ")"
#define POINT_SUM_MONTH "day DIV 100 * 100 + 1"

/* --- statements (points_sql.c) */
enum fault points_sql_insert(struct rq *rq, const struct point_entry *e,
                             bool *ret_duplicate) MUST_CHECK;
/* Many at once that reverse nothing, with their team; a key that is taken: CONFLICT. */
enum fault points_sql_insert_all(struct rq *rq, const struct point_entry *entries,
                                 size_t n) MUST_CHECK;
enum fault points_sql_sum_all(struct rq *rq, const struct point_sum *sums, size_t n) MUST_CHECK;
enum fault points_sql_add_all(struct rq *rq, const struct point_balance *balances,
                              size_t n) MUST_CHECK;
/* Adds to balances that are there, each named once; those of allowances hold what is spent, below
 * zero, and the grants there should be.  Not spent: one is not there, or has too little. */
enum fault points_sql_spend_all(struct rq *rq, struct point_balance *balances, size_t n,
                                bool *ret_spent) MUST_CHECK;
/* Locks the allowances of the month that there are; rows: struct point_balance. */
enum fault points_sql_hold_all(struct rq *rq, int64_t month, const struct points_hold *holds,
                               size_t n, db_row_fn *fn, void *arg) MUST_CHECK;
/* Adds an entry that was just written to the sums of its day and month. */
enum fault points_sql_sum(struct rq *rq, const struct point_entry *e) MUST_CHECK;
/* Adds to the roll-up; with nothing to add it only locks the row, which then exists. */
enum fault points_sql_add(struct rq *rq, const struct point_balance *b) MUST_CHECK;
/* Zeros when there is no row. */
enum fault points_sql_balance(struct rq *rq, struct point_balance *key_and_out) MUST_CHECK;
/* All entries of the object in the currency that reverse nothing, oldest first. */
enum fault points_sql_of_object(struct rq *rq, const struct points_subject *s,
                                struct point_entry *row, db_row_fn *fn, void *arg) MUST_CHECK;
enum fault points_sql_page(struct rq *rq, const struct points_page *p, db_row_fn *fn,
                           void *arg) MUST_CHECK;
/* The sums of days and months beside those of the entries. */
enum fault points_sql_compare(struct rq *rq, struct points_verdict *out) MUST_CHECK;
enum fault points_sql_allowance(struct rq *rq, struct points_allowance *out) MUST_CHECK;

#endif
