/* SPDX-License-Identifier: Apache-2.0 */
/* notice.h - the inbox in the app: what others did that concerns a person. */
#ifndef ROSTRA_NOTICE_H
#define ROSTRA_NOTICE_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   notice_routes;
extern const struct db_stmt_table notice_stmts;

/* In the order of table notice's kinds; new ones at the end: a person's switches count on it. */
enum notice_kind {
	/* These cannot be switched off and do not wait for the end of quiet hours. */
	NOTICE_SESSION_REVOKED, /* object: the session whose refresh token came back after its use */
	NOTICE_PRIVACY,         /* object: the request of an erasure; the person, of whom somebody took a copy */
	/* Those that a person can switch off begin here. */
	NOTICE_SWITCHABLE,
	NOTICE_KUDOS = NOTICE_SWITCHABLE, /* object: the kudos one was given */
	NOTICE_MENTION,         /* object: the kudos whose message names one */
	NOTICE_COMMENT,         /* object: the kudos, given or received, that has comments */
	NOTICE_REACTION,        /* object: the kudos, given or received, that has reactions */
	NOTICE_BADGE,           /* object: the badge */
	NOTICE_CONTEST,         /* object: the contest */
	NOTICE_RANK,            /* object: the board */
	NOTICE_REWARD,          /* object: the redemption */
	NOTICE_MENTORING,       /* object: the mentoring */
	NOTICE__MAX
};
extern const char *const notice_kind_names[NOTICE__MAX + 1];

struct notice_new {
	struct uuid      company; /* zero: the caller's */
	enum notice_kind kind;
	struct uuid      object;
	struct uuid      source;  /* what happened to it (a comment); the same one is told once.  Zero: the object itself */
	struct uuid      actor;   /* who did it: is shown, and is never told.  Zero: nobody */
	const struct uuid *people;
	size_t           n;       /* at most NOTICE_PEOPLE_MAX, but for notice_put_once */
};
enum { NOTICE_PEOPLE_MAX = 200 };
/*
 * Tells people within the transaction of what it tells of.  What a person has not read yet of the same kind and
 * object becomes one line.  Who is not active, is the actor, or switched the kind off is left out; in a person's
 * quiet hours it is held back until they end, as a line beside what they had unread before, which the next that is told
 * makes one again.
 */
enum fault notice_put(struct rq *rq, const struct notice_new *in) MUST_CHECK;
/*
 * The same of what happens to an object once, its source: each line tells of it alone.  To any number of people, some
 * of whom may be named twice, in a few statements for each NOTICE_PEOPLE_MAX of them.
 */
enum fault notice_put_once(struct rq *rq, const struct notice_new *in) MUST_CHECK;

/*
 * How a person wants to be told, for statements that read person p and company c; they join
 * NOTICE_LISTENER_JOIN.
 */
struct notice_listener {
	const char *zone;
	int64_t     quiet_from, quiet_to; /* minutes; J_NO_INT: none */
	uint32_t    muted;                /* bits of the kinds from NOTICE_SWITCHABLE on */
};
#define NOTICE_LISTENER_COLUMNS "COALESCE(p.time_zone, c.time_zone), w.quiet_from, w.quiet_to, w.muted"
#define NOTICE_LISTENER_JOIN " LEFT JOIN notice_setting w ON w.company_id = p.company_id AND w.person_id = p.id"
#define NOTICE_LISTENER_COLS(T, m)                                                              \
	DB_COL_STR(T, m zone), DB_COL_I64(T, m quiet_from), DB_COL_I64(T, m quiet_to), DB_COL_SET(T, m muted)
/*
 * Tells of things that this transaction makes, each to one active person who is not the actor: nobody can have been
 * told of them before, so each is a line of its own.
 */
struct notice_first {
	enum notice_kind       kind;
	struct uuid            object, actor, person;
	struct notice_listener listener;
};
enum fault notice_put_first(struct rq *rq, const struct notice_first *rows, size_t n) MUST_CHECK;
/* What was told is not so any more, read or not.  source zero: of all of this kind. */
enum fault notice_retract(struct rq *rq, enum notice_kind kind, struct uuid object, struct uuid source) MUST_CHECK;
/* The object is gone, and with it all that was told of it. */
enum fault notice_retract_object(struct rq *rq, struct uuid object) MUST_CHECK;

/* Nobody but the person may see the object any more. */
enum fault notice_retract_from_others(struct rq *rq, struct uuid object, struct uuid person) MUST_CHECK;

/* Job: removes what was told more than NOTICE_DAYS ago, read or not. */
enum { NOTICE_DAYS = 90 };
enum fault notice_prune_run(struct rq *rq) MUST_CHECK;

#endif
