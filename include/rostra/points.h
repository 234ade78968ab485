/* SPDX-License-Identifier: Apache-2.0 */
/*
 * points.h - the ledger of points: entries are only added, a balance is their sum.  Two currencies
 * that never mix: the allowance of a month, to give, and what was earned, to keep.
 */
#ifndef ROSTRA_POINTS_H
#define ROSTRA_POINTS_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/jobs.h"

extern const struct route_table points_routes, points_rules_routes, points_action_routes;
extern const struct db_stmt_table points_stmts, points_verify_stmts, points_rules_stmts,
    points_sums_stmts, points_facts_stmts, points_follow_stmts, points_claimed_stmts,
    points_clicked_stmts, points_action_stmts, points_replay_stmts;

enum points_currency { POINTS_ALLOWANCE, POINTS_EARNED, POINTS_CURRENCY__MAX };
extern const char *const points_currency_names[POINTS_CURRENCY__MAX + 1];

enum points_reason {
	POINTS_GRANT,
	POINTS_SPENT,
	POINTS_KUDOS_RECEIVED,
	POINTS_KUDOS_GIVEN,
	POINTS_SHARE,
	POINTS_CLICK,
	POINTS_LEAD,
	POINTS_QUALIFIED,
	POINTS_REDEEMED, /* below zero: a reward was bought */
	POINTS_VISITOR,
	POINTS_WON,
	POINTS_POST,
	POINTS_MUST_READ,
	POINTS_KUDOS_BONUS, /* what a rule gives for kudos received, beside what the giver gave */
	POINTS_OUTSIDE,
	POINTS_REASON__MAX
};
extern const char *const points_reason_names[POINTS_REASON__MAX + 1];

enum { POINTS_TENTHS = 10, POINTS_EARNED_PERIOD = 0 };

/* What person p may give a month beside the policy's allowance, in a statement. */
#define POINTS_BOOST                                                                               \
	"(SELECT CAST(COALESCE(SUM(b.points), 0) AS SIGNED) FROM kudos_boost b"                    \
	" WHERE b.company_id = p.company_id AND b.who IN (CONCAT(p.role), CONCAT(p.id)))"
/* The day of an instant in the company's zone as it is now, YYYYMMDD. */
enum fault points_day(struct rq *rq, int64_t at_us, int64_t *ret) MUST_CHECK;
/* The month of an instant in the zone, as YYYYMM; 0 when the zone is unknown. */
int64_t points_month(const char *zone, int64_t at_us);

/*
 * Inside a transaction: holds the person's allowance of the month until the commit and makes it at
 * least `whole` tenths in grants.  A raise counts at once; a cut counts from the next month.
 */
enum fault points_allowance_hold(struct rq *rq, struct uuid person, int64_t month, int64_t whole,
                                 int64_t *ret_left) MUST_CHECK;

/* The same for several people at once, each named once, in the order of their ids. */
enum { POINTS_HOLDS_MAX = 16 };
struct points_hold {
	struct uuid person;
	int64_t whole, left; /* tenths; left is filled */
};
enum fault points_allowances_hold(struct rq *rq, int64_t month, struct points_hold *holds,
                                  size_t n) MUST_CHECK;

/* Inside a transaction: holds what the person has earned until the commit. */
enum fault points_earned_hold(struct rq *rq, struct uuid person, int64_t *ret_left) MUST_CHECK;

/* What a thing should give whom. */
struct points_want {
	struct uuid person;
	enum points_reason reason;
	int64_t tenths; /* not 0 */
};
struct points_subject {
	struct uuid object;
	enum points_currency currency;
	int64_t period;
	/* What is earned counts on boards for the day of its deed: its instant, and YYYYMMDD in the
	 * company's zone.  0: on none. */
	int64_t at_us, day;
	uint32_t reasons; /* bits of enum points_reason that are settled */
};
/*
 * Inside a transaction: afterwards the entries of the subject that stand (are not reversed) of
 * its reasons are those of want, one for each person and reason.  What is there already stays as it
 * is; the rest is reversed or added.  So it may be repeated, and in any order.  BUSY when another
 * transaction settles the same subject.
 */
enum fault points_settle(struct rq *rq, const struct points_subject *s,
                         const struct points_want *want, size_t n) MUST_CHECK;

/* What a new thing gives, of which the ledger knows nothing yet. */
struct points_first {
	struct uuid object, person;
	struct uuid team; /* primary team of who earns it then; zero: none */
	enum points_currency currency;
	enum points_reason reason;
	int64_t period;
	int64_t day;    /* as of struct points_subject */
	int64_t tenths; /* not 0 */
	int64_t whole;  /* of an allowance: as of struct points_hold; else 0 */
};
/*
 * Inside a transaction: adds the rows to the balances and holds these until the commit, in one
 * statement where points_allowances_hold and points_put_first are two.  That goes well if everybody
 * has a balance, and who pays has their whole allowance in grants and enough left, which is so but
 * for the first of a month; else *ret_spent is false, and the transaction is to be rolled back.
 * Sorts the rows.
 */
enum fault points_spend_first(struct rq *rq, struct points_first *rows, size_t n,
                              bool *ret_spent) MUST_CHECK;
/*
 * Inside a transaction: an entry for each of the rows, all at once.  Afterwards it is as if each
 * had been settled.  CONFLICT, without text: the ledger does know one.  spent: by
 * points_spend_first, and the rows are as it left them; else it sorts them.
 */
enum fault points_put_first(struct rq *rq, struct points_first *rows, size_t n,
                            bool spent) MUST_CHECK;

/* Who may have earned by something, for what and when. */
struct points_doer {
	struct uuid person;        /* zero: nobody */
	enum points_reason reason; /* one that rules reward */
	int64_t at_us;             /* its rules are those of then, its caps those of the day */
};
/*
 * A deed is paid once, whatever the company's zone is now: its day is that of the zone of then
 * (zones.h).  Inside a transaction: settles the days of these people, and of all who have entries
 * for the object already: afterwards they have what the rules give for what they did on these days,
 * in the order of time.  So it may be repeated, and what no longer stands is reversed.
 */
enum fault points_follow(struct rq *rq, struct uuid object, const struct points_doer *who,
                         size_t n) MUST_CHECK;
/*
 * Consumer of lead.changed: a lead rewards the person of its last touch before it came, once it is
 * qualified of the last touch before that, and each sale's value of the last touch before it.  An
 * erased lead rewards nobody.
 */
enum fault points_follow_lead(struct rq *rq, const struct outbox_event *event) MUST_CHECK;
/* Consumers of post.published, and of post.acknowledged, whose object is the reader. */
enum fault points_follow_post(struct rq *rq, const struct outbox_event *event) MUST_CHECK;
enum fault points_follow_reader(struct rq *rq, const struct outbox_event *event) MUST_CHECK;
/* Consumers of share.created and share.revoked, of KUDOS_GIVEN and KUDOS_CHANGED, and of
 * POINTS_CLICKED: of all rows that the owner claimed. */
enum fault points_follow_shares(struct rq *rq, const char *kind, const char *owner) MUST_CHECK;
enum fault points_follow_kudos(struct rq *rq, const char *kind, const char *owner) MUST_CHECK;
enum fault points_follow_clicks(struct rq *rq, const char *kind, const char *owner) MUST_CHECK;

#define POINTS_CLICKED "clicks.counted"
/* Human clicks of a share on a UTC day came, went or were judged again. */
struct points_clicked {
	struct uuid company_id, share_id;
	int64_t utc_day, now_us; /* YYYYMMDD; now_us is set by the callee */
};
/* Inside the transaction that counts them, once a share and day; companies without a rule of clicks
 * cost nothing more. */
enum fault points_clicks_came(struct rq *rq, struct points_clicked *rows, size_t n) MUST_CHECK;

/* A balance that is not the sum of its entries. */
struct points_fault {
	struct uuid person_id;
	int currency;
	int64_t period, sum_tenths, sum_entries, balance_tenths, balance_entries;
};
struct points_verdict {
	int64_t entries, balances;
	int64_t bad_reversals;  /* that do not take back the whole of one entry */
	int64_t below_zero;     /* allowances */
	int64_t sums, bad_sums; /* of days and months, and those that are not of their entries */
};
/* Reads the whole ledger of the caller's company; rows: struct points_fault. */
enum fault points_verify(struct rq *rq, struct points_verdict *out, db_row_fn *fn,
                         void *arg) MUST_CHECK;

/* The sums of days and months, made anew from the company's entries while others write;
 * progress(people done). */
typedef void points_progress_fn(int64_t people, void *arg);
enum fault points_rebuild(struct rq *rq, points_progress_fn *progress, void *arg) MUST_CHECK;

/* What a person has for an action in some days, and what the rules of a replay give. */
struct points_replayed {
	struct uuid person_id;
	const char *action;
	int64_t stands_tenths, should_tenths;
};
struct points_replay {
	struct str
	    rules; /* JSON: {"rules": […]} as of PUT /v1/point-rules; empty: those in force */
	int64_t from_day, to_day; /* YYYYMMDD, the latter excluded */
	bool adopt;
	void (*row)(const struct points_replayed *row, void *arg);
	void *arg;
	/* what came of it */
	int64_t people, stands_tenths, should_tenths, reversed, added;
};
/*
 * Counts the days again.  Adopted, the rules hold for these days from now on, of which today is the
 * last at most, and the ledger is settled by them, a person a transaction, up to today where a cap
 * per item is: counting again then changes nothing.  Of the rules that hold for an instant, set or
 * adopted, the ones said last count.  It may be repeated when it was broken off.
 */
enum fault points_replay(struct rq *rq, struct points_replay *r) MUST_CHECK;

#endif
