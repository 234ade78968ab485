/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_int.h - between the files of kudos. */
#ifndef ROSTRA_KUDOS_INT_H
#define ROSTRA_KUDOS_INT_H

#include "rostra/kudos.h"
#include "rostra/notice.h"
#include "rostra/points.h"

enum {
	KUDOS_RECIPIENTS_MAX = 10,
	KUDOS_MENTIONS_MAX = 10,
	KUDOS_MESSAGE_MAX = 500, /* graphemes */
	KUDOS_POINTS_MAX = 1000, /* for each recipient */
	KUDOS_MESSAGE_CODE_POINTS = 4000,
};

/* --- company values */

/* A row, a body and a reply at once. */
struct value {
	uint64_t has; /* of a PATCH */
	struct uuid company_id, id;
	const char *name, *description;
	bool archived;
	int64_t archived_at, version, created_at;
};
struct value_page {
	struct uuid company_id, before;
	int64_t limit;
};
enum fault value_sql_get(struct rq *rq, struct uuid id, struct value *out) MUST_CHECK;
enum fault value_sql_insert(struct rq *rq, const struct value *v, bool *ret_duplicate) MUST_CHECK;
/* Where the version still is v->version. */
enum fault value_sql_update(struct rq *rq, const struct value *v, bool *ret_done) MUST_CHECK;
enum fault value_sql_page(struct rq *rq, const struct value_page *p, db_row_fn *fn,
                          void *arg) MUST_CHECK;

/* --- policy (policy.c) */

struct kudos_policy {
	uint64_t has; /* of a PATCH */
	struct uuid company_id;
	int64_t monthly_allowance, pair_max, pair_days, interval_s, edit_window_s, version;
};
extern const struct kudos_policy kudos_policy_default;
/* Handlers of the policy's routes. */
enum fault kudos_policy_get(struct rq *rq, struct call *call, void *reply) MUST_CHECK;
enum fault kudos_policy_patch(struct rq *rq, struct call *call, void *reply) MUST_CHECK;
extern const struct j_schema kudos_policy_schema, kudos_policy_patch_schema;
/* The company's, or the program's defaults. */
enum fault policy_sql_get(struct rq *rq, struct kudos_policy *out) MUST_CHECK;
/* Makes the row of the defaults when there is none. */
enum fault policy_sql_ensure(struct rq *rq, const struct kudos_policy *p) MUST_CHECK;
enum fault policy_sql_update(struct rq *rq, const struct kudos_policy *p,
                             bool *ret_done) MUST_CHECK;

/* --- kudos */

enum kudos_visibility { KUDOS_PUBLIC, KUDOS_TEAM, KUDOS_PRIVATE, KUDOS_VISIBILITY__MAX };
enum kudos_state { KUDOS_VISIBLE, KUDOS_HIDDEN, KUDOS_REMOVED, KUDOS_WITHDRAWN, KUDOS_STATE__MAX };
enum kudos_role { KUDOS_RECIPIENT, KUDOS_MENTION, KUDOS_ROLE__MAX };
extern const char *const kudos_visibility_names[KUDOS_VISIBILITY__MAX + 1];
extern const char *const kudos_state_names[KUDOS_STATE__MAX + 1];
extern const char *const kudos_role_names[KUDOS_ROLE__MAX + 1];

/* How many of each, in the order of the names. */
struct kudos_reactions {
	int64_t thanks, celebrate, love, support, insightful;
};

/* As replies show a person. */
struct kudos_face {
	struct uuid id;
	const char *display_name;
};

struct kudos {
	struct uuid company_id, id, giver_id, team_id, value_id, post_id, share_id, lead_id;
	const char *message;
	int64_t points, period;
	int visibility, state;
	unsigned char body_sha256[32];
	int64_t created_at, edited_at, version;
	/* in replies */
	const char *giver_name, *value_name, *recipients_packed, *mentions_packed,
	    *reactions_packed;
	const struct kudos_reactions *reactions;
	int my_reaction; /* -1 none */
	int64_t comments;
	const struct kudos_face *giver;
	struct j_list recipients, mentions; /* of struct kudos_face */
};

struct kudos_new {
	struct j_list recipients, mentions; /* of struct uuid */
	struct uuid value_id, post_id, share_id, lead_id;
	const char *message;
	int64_t points;
	int visibility;
};

struct kudos_patch {
	uint64_t has;
	const char *message;
	struct uuid value_id;
	int64_t points, version;
	int visibility;
};
extern const struct j_schema kudos_patch_schema, kudos_schema, kudos_face_schema;
/* kudos_schema without what is the reader's, and that: of struct kudos_item. */
extern const struct j_schema kudos_card_schema, kudos_mine_schema;
/* Before every id. */
extern const struct uuid kudos_first_id;

/* A person as a kudos meets them. */
struct kudos_person {
	struct uuid company_id, kudos_id, person_id, team_id;
	const char *display_name;
	int role;
	int64_t position;
	bool active;
	struct notice_listener listener;
};

/* What is known of what a kudos names. */
struct kudos_context {
	struct uuid share_person;
	bool value_known, post_known, lead_known;
};

/* --- rules (kudos_check.c): pure */

/* What the body's schema cannot say and needs no table: counts, twice, oneself. */
enum fault kudos_check_body(struct arena *a, struct problem *p, const struct kudos_new *in,
                            struct uuid giver) MUST_CHECK;
/* people: those of in->recipients and then in->mentions that the company has, in this order. */
enum fault kudos_check_people(struct arena *a, struct problem *p, const struct kudos_new *in,
                              const struct kudos_person *people, size_t n) MUST_CHECK;
/* Value and what it is about. */
enum fault kudos_check_about(struct problem *p, const struct kudos_new *in, struct uuid giver,
                             const struct kudos_context *c) MUST_CHECK;
/* Points needed, tenths left of the allowance. */
enum fault kudos_check_left(struct problem *p, int64_t needed, int64_t left) MUST_CHECK;
/* "#/recipients/3" */
const char *kudos_pointer(struct arena *a, const char *member, size_t i);

/* --- units of work (give.c, kudos.c) */

enum fault kudos_give(struct rq *rq, const struct kudos_new *in, struct kudos *k,
                      bool *ret_created) MUST_CHECK;
enum fault kudos_read(struct rq *rq, struct uuid id, struct kudos *out) MUST_CHECK;
enum fault kudos_change(struct rq *rq, struct uuid id, const struct kudos_patch *in) MUST_CHECK;
enum fault kudos_withdraw(struct rq *rq, struct uuid id) MUST_CHECK;
/* Inside a transaction that holds the kudos: what its giver pays is in the ledger as it stands. */
enum fault kudos_settle_spent(struct rq *rq, const struct kudos *k) MUST_CHECK;
/* Inside the transaction, what people are told (kudos_tell.c).  given: new ones, with whom each
 * thanks and names; changed: whoever may not see it now is not told of it. */
struct kudos_told {
	const struct kudos *kudos;
	const struct kudos_person *people;
	size_t n;
};
enum fault kudos_tell_given(struct rq *rq, const struct kudos_told *given, size_t n) MUST_CHECK;
enum fault kudos_tell_changed(struct rq *rq, const struct kudos *k,
                              int visibility_before) MUST_CHECK;
/* At the end of the transaction: it looks different for those who may see it, and is gone for those
 * who saw it before.  was: what of it decided that then. */
enum fault kudos_log(struct rq *rq, const struct kudos *k, const struct kudos *was) MUST_CHECK;
/* It was hidden: whoever may not see it now is not told of it any more. */
enum fault kudos_tell_hidden(struct rq *rq, const struct kudos *k) MUST_CHECK;
/* Something was said about it by the caller: its giver and recipients hear of it who may see it. */
enum fault kudos_tell_talk(struct rq *rq, enum notice_kind kind, const struct kudos *k,
                           struct uuid source) MUST_CHECK;
/* Inside the transaction that ends it: no report of it waits for a decision (moderation.c). */
enum fault kudos_reports_close(struct rq *rq, struct uuid id) MUST_CHECK;
/* Fills what replies show from what rows hold. */
void kudos_finish(struct rq *rq, struct kudos *k);

/* --- lists (kudos_list.c): what the reader may see, newest first */

struct kudos_page {
	struct uuid company_id, viewer, before, giver, recipient, value, post;
	int64_t limit;
};
/* The items of a page, with their JSON; items has room for its limit.  seq: as kudos_items has it.
 */
enum fault kudos_list(struct rq *rq, const struct kudos_page *page, int64_t seq,
                      struct kudos_item *items, size_t *ret_n) MUST_CHECK;

/* --- statements (kudos_list_sql.c) */

/* What a list says of a kudos, or a card; seq: of the instant it was read at. */
struct kudos_listed {
	int64_t seq;
	struct kudos_item item; /* of a list */
	struct kudos kudos;     /* of a card: nothing of it is the reader's */
};
enum fault kudos_sql_page(struct rq *rq, const struct kudos_page *p, db_row_fn *fn,
                          void *arg) MUST_CHECK;
/* ids_json: an array of ids; whoever may see them. */
enum fault kudos_sql_cards(struct rq *rq, const char *ids_json, db_row_fn *fn,
                           void *arg) MUST_CHECK;

/* --- statements (kudos_sql.c) */

/* Not seen by the reader: NOT_FOUND. */
enum fault kudos_sql_get(struct rq *rq, struct uuid id, struct kudos *out) MUST_CHECK;
/* As it stands, whoever may see it: for rules.  lock: until the commit. */
enum fault kudos_sql_row(struct rq *rq, struct uuid id, bool lock, struct kudos *out) MUST_CHECK;
/* Inside a transaction, until the commit: as the caller may see it who is about to write.
 * NOT_FOUND: they do not see it, or do not work here any more. */
enum fault kudos_sql_hold(struct rq *rq, struct uuid id, struct kudos *out) MUST_CHECK;
enum fault kudos_sql_update(struct rq *rq, const struct kudos *k) MUST_CHECK;
/* Its recipients in the order of their ids; rows of struct kudos_person with person_id. */
enum fault kudos_sql_recipients_each(struct rq *rq, struct uuid id, db_row_fn *fn,
                                     void *arg) MUST_CHECK;
/* Whom its message names, who may see it and are not among its recipients; rows as above. */
enum fault kudos_sql_mentions_each(struct rq *rq, struct uuid id, db_row_fn *fn,
                                   void *arg) MUST_CHECK;
/* What its giver paid for it, in tenths. */
enum fault kudos_sql_spent(struct rq *rq, struct uuid id, int64_t *ret_tenths) MUST_CHECK;
/* How many recipients the kudos has. */
enum fault kudos_sql_recipients(struct rq *rq, struct uuid id, int64_t *ret_n) MUST_CHECK;

#endif
