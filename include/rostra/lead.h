/* SPDX-License-Identifier: Apache-2.0 */
/* lead.h - leads, conversions and their paths (touches). */
#ifndef ROSTRA_LEAD_H
#define ROSTRA_LEAD_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table lead_routes, lead_bulk_routes, lead_pixel_routes, lead_merge_routes;
extern const struct db_stmt_table lead_stmts, lead_birth_stmts;
extern const struct db_stmt_table lead_judge_stmts, lead_find_stmts, lead_merge_stmts;
extern const struct db_stmt_table lead_fill_stmts, lead_merged_stmts, lead_seen_stmts,
    lead_visit_stmts;

enum lead_stage {
	STAGE_LEAD,
	STAGE_QUALIFIED,
	STAGE_OPPORTUNITY,
	STAGE_WON,
	STAGE_LOST,
	STAGE__MAX
};
extern const char *const lead_stage_names[STAGE__MAX + 1];

/* Job: leads whose click may still have been in a spool are matched again, until a day has passed.
 */
enum fault lead_match_pending_run(struct rq *rq);
/* Job: rows at which leads of one visit lined up, an hour after. */
enum fault lead_visit_prune_run(struct rq *rq);

/* A click has become, or is no longer, a human one: the paths of the leads it is on, or now belongs
 * to, follow.  In the transaction of the change. */
struct lead_click {
	struct uuid company;
	unsigned char id[12];
	struct str visitor; /* of its cookie; empty: none */
	bool human;
};
enum fault lead_click_judged(struct rq *rq, const struct lead_click *c) MUST_CHECK;

/* What another system says of a lead that its source knows by this id.  In the caller's
 * transaction. */
struct lead_move {
	const char *source, *external_id; /* the lead's */
	const char *event_id;             /* the event's; counts once */
	int stage;
	int64_t at_us; /* before the lead came: then */
	bool has_value;
	int64_t value_minor;
	const char *currency;
};
enum lead_moved { LEAD_MOVED, LEAD_MOVED_BEFORE, LEAD_THERE_ALREADY, LEAD_NOT_KNOWN };
/* Without a value the event has that of the lead.  THERE_ALREADY: the lead is at this stage, which
 * is no event. */
enum fault lead_move(struct rq *rq, const struct lead_move *m, enum lead_moved *ret,
                     struct uuid *ret_lead) MUST_CHECK;
/* The lead's value alone: MOVED or NOT_KNOWN. */
enum fault lead_revalue(struct rq *rq, const struct lead_move *m, enum lead_moved *ret,
                        struct uuid *ret_lead) MUST_CHECK;

/* Two leads are one person, or are not: as POST /v1/leads/{id}/merge and …/split, by the caller. */
enum fault lead_put_together(struct rq *rq, struct uuid merged, struct uuid kept) MUST_CHECK;
enum fault lead_take_apart(struct rq *rq, struct uuid merged) MUST_CHECK;

/* CSV import, the same for HTTP and the command: feed pieces, then finish. */
struct lead_import;
struct lead_import_result {
	int64_t lines, added, repeated, refused;
};
struct lead_import_options {
	const char *source;
	const char *columns; /* "E-Mail=email,Notes=-": theirs, and ours or none; NULL: they are
	                        named as ours */
	bool dry_run;        /* says what would happen; nothing is stored */
};
struct lead_import *lead_import_begin(struct rq *rq, const struct lead_import_options *options);
enum fault lead_import_feed(struct lead_import *i, const char *bytes, size_t n) MUST_CHECK;
enum fault lead_import_finish(struct lead_import *i, struct lead_import_result *ret) MUST_CHECK;
/* Gives back the memory of the rows; after finish, or instead of it when feed failed (what was
 * stored stays). */
void lead_import_end(struct lead_import *i);
/* The first faults of lines, in order; they live as long as the request. */
enum { LEAD_FAULTS_MAX = 100 };
struct lead_fault {
	int64_t line;
	const char *column; /* NULL: the line as such */
	const char *detail;
};
const struct lead_fault *lead_import_faults(const struct lead_import *i, size_t *ret_n);

#endif
