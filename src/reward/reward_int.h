/* SPDX-License-Identifier: Apache-2.0 */
/* reward_int.h - between the files of reward. */
#ifndef ROSTRA_REWARD_INT_H
#define ROSTRA_REWARD_INT_H

#include "rostra/crypto.h"
#include "rostra/reward.h"

enum { REWARD_STOCK_MAX = 1000000, REWARD_PRICE_MAX_TENTHS = 10000000 };

struct reward {
	struct uuid company_id, id;
	const char *name, *description;
	int64_t price_tenths;
	int64_t stock, archived_at, version, created_at;
	bool archived;
	uint64_t has;
	struct sha256 body_sha256; /* of the body that made it */
};

extern const struct j_schema reward_patch_schema;

enum redemption_state {
	REDEMPTION_ASKED,
	REDEMPTION_APPROVED,
	REDEMPTION_REFUSED,
	REDEMPTION_FULFILLED,
	REDEMPTION_CANCELLED,
	REDEMPTION_STATE__MAX
};
extern const char *const redemption_state_names[REDEMPTION_STATE__MAX + 1];

struct redemption {
	struct uuid company_id, id, reward_id, person_id, decided_by;
	const char *reward_name, *note;
	int64_t price_tenths;
	int state;
	int64_t created_at, decided_at;
};

struct reward_page {
	struct uuid company_id, before, person_id; /* person zero: everybody's redemptions */
	bool archived;                             /* the archived ones, too */
	int state;                                 /* of redemptions; -1: any */
	int64_t limit;
};

/* --- units of work (reward.c) */
/* The members that were sent, where the version still is in->version. */
enum fault reward_change(struct rq *rq, struct uuid id, const struct reward *in) MUST_CHECK;
/* Asks for *r (id, reward_id and person_id are set): takes the price and one of the stock.  Named
 * with #/reward_id: OUT_OF_STOCK; NOT_ENOUGH_POINTS, dearer than what the person has; CONFLICT,
 * archived. */
enum fault redemption_ask(struct rq *rq, struct redemption *r, bool *ret_created) MUST_CHECK;
/* By the caller, to state; what is refused or cancelled gives price and stock back.  CONFLICT when
 * it may not go there from where it is; the same again changes nothing.  FORBIDDEN: a decision
 * about one's own. */
enum fault redemption_move(struct rq *rq, struct uuid id, enum redemption_state to,
                           const char *note, bool own_only, struct redemption *out) MUST_CHECK;

/* --- statements (reward_sql.c) */
enum fault reward_sql_get(struct rq *rq, struct uuid id, bool lock, struct reward *out) MUST_CHECK;
enum fault reward_sql_insert(struct rq *rq, const struct reward *r, bool *ret_duplicate) MUST_CHECK;
enum fault reward_sql_update(struct rq *rq, const struct reward *r, bool *ret_done) MUST_CHECK;
/* Takes one away (-1) or puts one back (1); done false: there is none. */
enum fault reward_sql_stock(struct rq *rq, struct uuid id, int64_t by, bool *ret_done) MUST_CHECK;
enum fault reward_sql_page(struct rq *rq, const struct reward_page *p, db_row_fn *fn,
                           void *arg) MUST_CHECK;
enum fault redemption_sql_get(struct rq *rq, struct uuid id, bool lock,
                              struct redemption *out) MUST_CHECK;
enum fault redemption_sql_insert(struct rq *rq, const struct redemption *r,
                                 bool *ret_duplicate) MUST_CHECK;
enum fault redemption_sql_move(struct rq *rq, const struct redemption *r) MUST_CHECK;
enum fault redemption_sql_page(struct rq *rq, const struct reward_page *p, db_row_fn *fn,
                               void *arg) MUST_CHECK;

#endif
