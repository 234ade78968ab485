/* SPDX-License-Identifier: Apache-2.0 */
/* lead_int.h - between the files of lead: leads, conversions, touches, the file that brings them.
 */
#ifndef ROSTRA_LEAD_INT_H
#define ROSTRA_LEAD_INT_H

#include "rostra/crypto.h"
#include "rostra/lead.h"
#include "rostra/link.h"

enum {
	LEAD_SOURCE_MAX = 60,
	LEAD_EXTERNAL_MAX = 128,
	LEAD_TOUCHES_MAX = 500,   /* of one lead: the newest */
	LEAD_CLOCK_AHEAD_S = 600, /* a server's clock may be so far ahead of ours */
};

/* Leads that name nobody and people who bring them have this in the place of a key's name. */
#define LEAD_SOURCE_CONSOLE "console"

/* So begins the id of what came without one. */
#define LEAD_SAID "said."

/* Outbox: a lead with touches came, got touches or an event. */
#define LEAD_CHANGED "lead.changed"

enum lead_channel { LEAD_FORM, LEAD_API, LEAD_CSV, LEAD_WEBHOOK, LEAD_PIXEL };
extern const char *const lead_channel_names[];

enum lead_match {
	MATCH_PENDING,
	MATCH_CLICK,
	MATCH_VISITOR,
	MATCH_EMAIL,
	MATCH_EXTERNAL,
	MATCH_NONE
};
extern const char *const lead_match_names[];

/* Why its path is believed to be its own, and how sure that is. */
enum lead_reason {
	REASON_CLICK_KNOWN,
	REASON_CLICK_WAITS,
	REASON_VISITOR_OF_CLICK,
	REASON_SAME_EMAIL,
	REASON_CLICK_NOT_HUMAN,
	REASON_CLICK_UNKNOWN,
	REASON_NOTHING_KNOWN,
	REASON__MAX
};
extern const char *const lead_reason_names[REASON__MAX + 1];

/* How a touch was found. */
enum touch_found { FOUND_CLICK, FOUND_VISITOR, FOUND_EMAIL, FOUND__MAX };
extern const char *const touch_found_names[FOUND__MAX + 1];

struct money {
	int64_t amount_minor;
	const char *currency;
};

/* One human click on the way to a lead, as frozen. */
struct touch {
	struct uuid company_id, lead_id;
	int64_t touched_at;
	unsigned char click_id[CLICK_ID_SIZE];
	struct uuid share_id, person_id, team_id, post_id, campaign_id, channel_id;
	int network, found_by;
	int64_t added_at;
	/* of the click while it is looked at */
	int cls;
	struct str visitor;
	/* in replies */
	const char *click;
	int64_t match_pct;
};

struct conversion {
	struct uuid company_id, id, lead_id, campaign_id;
	int stage;
	int64_t value_minor;
	const char *currency, *source, *external_id;
	int64_t occurred_at, received_at;
	const struct money *value;
	bool repeated;
};

struct lead {
	struct uuid company_id, id;
	const char *source, *external_id, *email, *name, *organisation, *phone, *message, *currency;
	int channel, matched_by, match_reason, stage;
	int64_t match_pct;
	struct uuid merged_into;
	struct str email_sha256, click_bytes;
	int64_t value_minor, created_at, received_at, erased_at, version;
	/* in replies */
	const char *click_id;
	const struct money *value;
	struct j_list touches, conversions;
	bool repeated;
};

/* What comes in, by any way. */
struct lead_new {
	const char *external_id, *email, *email_sha256, *name, *organisation, *phone, *message,
	    *click_id;
	int64_t created_at;
	const struct money *value;
	const char *website; /* forms: people do not see it, so only programs fill it in */
};

/* How a source names a lead that is here: by one of these. */
struct lead_name {
	struct uuid lead_id;
	const char *lead_external_id, *lead_source; /* source: NULL is the caller's own */
	const char *click_id, *email_sha256;        /* the hash in hexadecimal digits */
};

struct conversion_new {
	const char *external_id;
	int stage;
	int64_t occurred_at;
	const struct money *value;
	struct lead_name who; /* where the path does not say it */
};

/* --- rules (lead.c, conversion.c) --- */

extern const struct j_schema lead_new_schema, conversion_named_schema, lead_detail_schema;

/* Where a lead comes from. */
struct lead_origin {
	struct uuid company;
	const char *source;
	enum lead_channel channel;
};
/* The key's name, or the console for people. */
const char *lead_source(const struct rq *rq);
/* What the schema cannot say; adds to the problem.  strict: a click id that is none is a fault,
 * else it is ignored. */
enum fault lead_check(struct rq *rq, const struct lead_new *in, bool strict) MUST_CHECK;
/* The id of what came without one: the same parts, the same id. */
const char *lead_said_id(struct rq *rq, const struct str *parts, size_t n);
/* In a transaction of its own or the running one: the lead with its path and its first conversion,
 * or the lead that came by this id first. */
enum fault lead_put(struct rq *rq, const struct lead_origin *from, const struct lead_new *in,
                    struct lead *out) MUST_CHECK;
enum fault lead_get(struct rq *rq, struct uuid id, struct lead *out) MUST_CHECK;
enum fault lead_erase(struct rq *rq, struct uuid id, struct lead *out) MUST_CHECK;
/* Fills what replies show from what rows hold. */
void lead_finish(struct rq *rq, struct lead *l);

enum fault conversion_put(struct rq *rq, struct uuid lead, const struct conversion_new *in,
                          struct conversion *out) MUST_CHECK;
void conversion_finish(struct rq *rq, struct conversion *c);

/* NOT_FOUND: there is none.  INVALID at the member that is wrong.  A lead_id is taken as it is. */
enum fault lead_find(struct rq *rq, const struct lead_name *who, struct uuid *ret) MUST_CHECK;

/* --- one person's leads (merge.c) --- */

/* `merged` becomes part of `kept`, the one that came first; said again, nothing changes.  INVALID
 * at #/lead_id when kept cannot have it, CONFLICT when it is part of another. */
enum fault lead_merge(struct rq *rq, struct uuid merged, struct uuid kept,
                      struct lead *out) MUST_CHECK;
enum fault lead_split(struct rq *rq, struct uuid merged, struct lead *out) MUST_CHECK;
/* The same for a lead that comes, in the transaction that inserted it: it and the lead that stands
 * for `other` become one, whichever was created first is kept. */
enum fault lead_join(struct rq *rq, const struct lead *coming, struct uuid other) MUST_CHECK;
/* --- what follows of merges (merged.c) --- */

/* The merge by which it is part of another lead.  NOT_FOUND: it stands for itself. */
enum fault lead_merge_open(struct rq *rq, struct uuid merged, struct uuid *ret_merge,
                           struct uuid *ret_kept) MUST_CHECK;
/* The lead that stands for this one, locked; ret_merge: by which merge, zero: it stands for
 * itself. */
enum fault lead_standing(struct rq *rq, struct uuid id, struct lead *out,
                         struct uuid *ret_merge) MUST_CHECK;
/* The event came for the lead that was merged: a split gives it back. */
enum fault lead_merge_note(struct rq *rq, struct uuid merge, struct uuid event) MUST_CHECK;
/* The lead's new touches, if it was merged, are those of the lead that stands for it, too. */
enum fault lead_merge_touches(struct rq *rq, const struct lead *l, const struct touch *rows,
                              size_t n) MUST_CHECK;
struct lead_merge_row {
	struct uuid id, kept_id, merged_id, merged_by, split_by;
	int64_t merged_at, split_at;
};
struct lead_merge_page {
	struct uuid company_id, lead_id, before;
	int64_t limit;
};
enum fault lead_merge_page(struct rq *rq, const struct lead_merge_page *p, db_row_fn *fn,
                           void *arg) MUST_CHECK;
/* Rows: struct lead_merge_row with the id of each lead merged into it. */
enum fault lead_merged_each(struct rq *rq, struct uuid kept, db_row_fn *fn, void *arg) MUST_CHECK;

/* In the transaction of a merge, after its events moved: what the kept lead lacks it gets of the
 * merged one (fill.c).  Before a split's end: it loses that again. */
enum fault lead_fill(struct rq *rq, struct uuid company, struct uuid merge) MUST_CHECK;
enum fault lead_fill_take_back(struct rq *rq, struct uuid company, struct uuid merge) MUST_CHECK;

/* --- one person's leads at the same moment (visit.c) --- */

/* Are they one person's?  By rank: the higher, the surer. */
enum lead_sameness { SAME_NOT, SAME_EMAIL, SAME_CLICK, SAME_CLICK_AND_EMAIL };
/*
 * Leads of one visit are one: by one click, unless address, or without both addresses name or
 * phone, say that these are two people; or by one address, told by two sources within an hour.
 * Never by two different clicks, nor when one source tells them apart by ids of its own.
 */
enum lead_sameness lead_sameness(const struct lead *a, const struct lead *b);
/* The lead that this one is the same as, as lead_sameness has it; not one that is erased. */
enum fault lead_visit_find(struct rq *rq, const struct lead *l, struct uuid *ret,
                           bool *ret_found) MUST_CHECK;
/* Until the transaction ends, nobody else brings a lead by this click or with this address.  alone:
 * nor has anybody within the last hour. */
enum fault lead_visit_line_up(struct rq *rq, const struct lead *l, bool *ret_alone) MUST_CHECK;
/* The address of a lead that is erased is not kept here either. */
enum fault lead_visit_forget(struct rq *rq, struct uuid company, struct uuid lead) MUST_CHECK;

/* --- paths (path.c) --- */

struct path {
	struct touch *touch; /* in the arena; at most LEAD_TOUCHES_MAX */
	size_t n, room;
	enum lead_match match;
	enum lead_reason reason; /* of the match */
};
/* What the path says of how the lead was matched, into the lead. */
void path_tell(const struct path *p, struct lead *l);
/* Percent; J_NO_INT: nobody knows yet. */
int64_t reason_pct(enum lead_reason r);

/* The human clicks of the lead's click, visitor and e-mail with after < time <= until; match says
 * how they were found. */
enum fault path_collect(struct rq *rq, const struct lead *l, int64_t after_us, int64_t until_us,
                        struct path *out) MUST_CHECK;
enum fault path_freeze(struct rq *rq, struct path *p) MUST_CHECK;
/* The campaign of the newest touch; zero when there is none. */
struct uuid path_campaign(const struct path *p);

/* --- what the caller sees (seen.c): all, but of managers --- */

/* NOT_FOUND: also when there is one that the caller does not see. */
enum fault lead_seen_get(struct rq *rq, struct uuid id, struct lead *out) MUST_CHECK;

/* --- statements (lead_sql.c) --- */

struct lead_page {
	struct uuid company_id;
	int stage;         /* -1 any */
	int64_t from, to;  /* created_at: from <= t < to; TIME_NONE none */
	const char *like;  /* pattern of name, e-mail and organisation; NULL any */
	int64_t before_us; /* the cursor */
	struct uuid before_id;
	int64_t limit;
};

/* What a search for clicks is given. */
struct path_query {
	struct uuid company_id, lead_id;
	unsigned char click_id[CLICK_ID_SIZE];
	struct str visitor, email_sha256;
	int64_t after, until;
	int64_t limit;
};

/* What a new conversion of a lead must know of the former ones. */
struct lead_state {
	int64_t frozen_until; /* newest conversion; TIME_NONE none */
	int stage;            /* of it */
};

struct pending_query {
	int64_t from, to; /* received_at: from <= t < to */
	int64_t limit;
};

/* A lead as it comes: with its first event and at most one touch. */
struct lead_birth {
	struct lead lead;
	struct conversion first;
	struct touch touch;
	const char *event;
};

enum fault lead_sql_insert(struct rq *rq, const struct lead *l, bool *ret_duplicate) MUST_CHECK;
enum fault lead_sql_by_external(struct rq *rq, const struct lead *key, struct lead *out) MUST_CHECK;
enum fault lead_sql_get(struct rq *rq, struct uuid company, struct uuid id,
                        struct lead *out) MUST_CHECK;
enum fault lead_sql_lock(struct rq *rq, struct uuid company, struct uuid id,
                         struct lead *out) MUST_CHECK;
enum fault lead_sql_page(struct rq *rq, const struct lead_page *p, struct lead *out, db_row_fn *fn,
                         void *arg) MUST_CHECK;
enum fault lead_sql_erase(struct rq *rq, struct uuid company, struct uuid id) MUST_CHECK;
enum fault lead_sql_match(struct rq *rq, const struct lead *l) MUST_CHECK;
enum fault lead_sql_stage(struct rq *rq, const struct lead *l) MUST_CHECK;
enum fault lead_sql_pending(struct rq *rq, const struct pending_query *q, struct lead *out,
                            db_row_fn *fn, void *arg) MUST_CHECK;
enum fault lead_sql_overdue(struct rq *rq, const struct pending_query *q, struct lead *out,
                            db_row_fn *fn, void *arg) MUST_CHECK;

/* --- births (birth_sql.c) */
/* All of it in one round trip, a transaction of its own; touched: the touch, too. */
enum fault lead_sql_birth(struct rq *rq, const struct lead_birth *b, bool touched,
                          bool *ret_duplicate) MUST_CHECK;
/* Leads of one company by different ids.  known: which of these addresses a lead has already; rows:
 * struct lead with email_sha256 alone.  put: in a transaction of the caller's. */
enum { BIRTHS_AT_ONCE = 16 };
enum fault birth_sql_known(struct rq *rq, struct uuid company, const struct str *hashes, size_t n,
                           db_row_fn *fn, void *arg) MUST_CHECK;
enum fault birth_sql_put(struct rq *rq, const struct lead_birth *births, size_t n) MUST_CHECK;
/*
 * Writes the untouched lead, with others that come at the same moment, unless its address is known
 * (birth.c).  false: it was not written, or nobody knows whether it was (the answer was lost):
 * whoever asked goes on alone, where the id is looked up.
 */
bool birth_together(struct rq *rq, const struct lead_birth *b);

/* Is there another lead with this address? */
enum fault lead_sql_same_email(struct rq *rq, const struct path_query *q,
                               bool *ret_found) MUST_CHECK;

enum fault conversion_sql_insert(struct rq *rq, const struct conversion *c,
                                 bool *ret_duplicate) MUST_CHECK;
enum fault conversion_sql_by_external(struct rq *rq, const struct conversion *key,
                                      struct conversion *out, bool *ret_found) MUST_CHECK;
enum fault conversion_sql_list(struct rq *rq, const struct lead *l, struct conversion *out,
                               db_row_fn *fn, void *arg) MUST_CHECK;
enum fault conversion_sql_newest(struct rq *rq, const struct lead *l, struct conversion *out,
                                 bool *ret_found) MUST_CHECK;
/* After each change of a lead's events or touches: the campaigns of its events, and the days of
 * their sums are marked. */
enum fault conversion_sql_campaigns(struct rq *rq, const struct lead *l) MUST_CHECK;
/* What reports have kept of the company's credits does not stand any more; the three that write
 * events and touches say so themselves.  In the transaction of the change. */
enum fault credits_changed(struct rq *rq, struct uuid company) MUST_CHECK;

enum fault touch_sql_click(struct rq *rq, const struct path_query *q, struct touch *out,
                           bool *ret_found) MUST_CHECK;
enum fault touch_sql_visitor(struct rq *rq, const struct path_query *q, struct touch *out,
                             db_row_fn *fn, void *arg) MUST_CHECK;
enum fault touch_sql_email(struct rq *rq, const struct path_query *q, struct touch *out,
                           db_row_fn *fn, void *arg) MUST_CHECK;
enum fault touch_sql_email_visitor(struct rq *rq, const struct path_query *q, struct touch *out,
                                   db_row_fn *fn, void *arg) MUST_CHECK;
enum fault touch_sql_insert(struct rq *rq, const struct touch *rows, size_t n) MUST_CHECK;
enum fault touch_sql_list(struct rq *rq, const struct lead *l, struct touch *out, db_row_fn *fn,
                          void *arg) MUST_CHECK;
/* As lead_sql_page and touch_sql_list, of what the caller sees (seen.c). */
enum fault lead_seen_page(struct rq *rq, const struct lead_page *p, struct lead *out, db_row_fn *fn,
                          void *arg) MUST_CHECK;
enum fault lead_seen_touches(struct rq *rq, const struct lead *l, struct touch *out, db_row_fn *fn,
                             void *arg) MUST_CHECK;

#endif
