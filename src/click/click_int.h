/* SPDX-License-Identifier: Apache-2.0 */
/* click_int.h - between the files of click. */
#ifndef ROSTRA_CLICK_INT_H
#define ROSTRA_CLICK_INT_H

#include "rostra/click.h"
#include "rostra/lead.h"

enum { CLICK_NOTE_MAX = 500, CLICK_TEXT_MAX = 255 };

/* The reason of a class that an admin chose; other rules leave it alone. */
#define CLICK_OVERRULED "overruled"

enum click_cause { CAUSE_RULES, CAUSE_OVERRULED };
extern const char *const click_cause_names[];

/* A row, and what admins see of it. */
struct click_seen {
	struct uuid company_id;
	unsigned char click_id[CLICK_ID_SIZE];
	int64_t clicked_at;
	struct uuid share_id, person_id;
	int cls, fact;
	const char *reason, *ip_prefix, *user_agent, *referrer, *country, *city;
	int64_t rule_version;
	struct str visitor, ip_hash;
	/* in replies */
	const char *id;
	struct j_list changes;
};

/* One correction. */
struct click_change {
	struct uuid company_id, id;
	unsigned char click_id[CLICK_ID_SIZE];
	int64_t clicked_at;
	int cause, before, after, fact; /* fact: kept from now on */
	const char *reason_before, *reason_after, *note;
	int64_t rule_version;
	struct uuid person_id;
	int64_t changed_at;
	/* for what follows */
	struct uuid share_id;
	const char *day;
	struct str visitor;
	int64_t n; /* of the daily sum */
};

/* Makes the corrections in a transaction: CONFLICT, with nothing done, when a click is no longer as
 * it was seen. */
enum fault click_correct(struct rq *rq, struct click_change *changes, size_t n) MUST_CHECK;

/* --- statements (click_sql.c) --- */

struct click_page {
	struct uuid company_id, share;
	int cls; /* -1 any */
	const char *reason;
	int64_t from, to, before;
	unsigned char before_id[CLICK_ID_SIZE];
	int64_t limit;
};
enum fault click_sql_page(struct rq *rq, const struct click_page *p, struct click_seen *out,
                          db_row_fn *fn, void *arg) MUST_CHECK;
/* How many have which class and reason, most first; at most CLICK_REASONS_MAX. */
struct click_reason {
	int cls;
	const char *reason;
	int64_t clicks;
};
enum { CLICK_REASONS_MAX = 500 };
enum fault click_sql_reasons(struct rq *rq, const struct click_page *p, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* By click_id; NOT_FOUND. */
enum fault click_sql_get(struct rq *rq, struct click_seen *key_and_out) MUST_CHECK;
enum fault click_sql_changes(struct rq *rq, const struct click_seen *key, struct click_change *out,
                             db_row_fn *fn, void *arg) MUST_CHECK;

/* Clicks of a batch in their order, without people; strings live until fn returns. */
struct click_batch {
	struct uuid company_id;
	int64_t from, to; /* after (from, after_id) */
	unsigned char after_id[CLICK_ID_SIZE];
	int64_t limit;
};
enum fault click_sql_batch(struct rq *rq, const struct click_batch *b, struct click_seen *out,
                           db_row_fn *fn, void *arg) MUST_CHECK;
/* Did the same visitor, by address and agent, open the link as a person within the hour before? */
enum fault click_sql_earlier(struct rq *rq, const struct click_seen *c, bool *ret_found) MUST_CHECK;
/* The time of the company's first click; found false when it has none. */
enum fault click_sql_first(struct rq *rq, int64_t *ret_us, bool *ret_found) MUST_CHECK;
/* How many rows still were as they were seen. */
enum fault click_sql_set(struct rq *rq, const struct click_change *c, size_t n,
                         uint64_t *ret_done) MUST_CHECK;
enum fault click_sql_note(struct rq *rq, const struct click_change *c, size_t n) MUST_CHECK;
/* Moves c->n clicks of day and share from one class to the other. */
enum fault click_sql_days(struct rq *rq, const struct click_change *c, size_t n) MUST_CHECK;

#endif
