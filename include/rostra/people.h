/* SPDX-License-Identifier: Apache-2.0 */
/* people.h - companies, people, roles and teams with dated membership. */
#ifndef ROSTRA_PEOPLE_H
#define ROSTRA_PEOPLE_H

#include "rostra/db.h"
#include "rostra/http.h"

extern const struct route_table   people_routes;
extern const struct db_stmt_table people_stmts;
extern const struct route_table   team_routes;
extern const struct route_table   company_routes;
extern const struct db_stmt_table team_stmts, person_fact_stmts;

/* The primary team of a person at an instant; zero when none. */
enum fault people_primary_team(struct rq *rq, struct uuid person, int64_t at_us, struct uuid *ret_team) MUST_CHECK;
/* NOT_FOUND when the company has no such person. */
enum fault people_known(struct rq *rq, struct uuid person) MUST_CHECK;
/* Inside a transaction: others who hold the person wait for its end.  NOT_FOUND. */
enum fault people_hold(struct rq *rq, struct uuid person) MUST_CHECK;
/* Counts a change of what this person alone sees in the feed (validator of the feed). */
enum fault people_feed_changed(struct rq *rq, struct uuid person) MUST_CHECK;
/* Counts a change of the channels in the person's feed, or of their teams, and with it one of the feed. */
enum fault people_audience_changed(struct rq *rq, struct uuid person) MUST_CHECK;
/* Counts a change of posts, channels or audiences of the caller's company. */
enum fault company_feed_changed(struct rq *rq) MUST_CHECK;
/*
 * Counts a change of what kudos ask of the caller's company and its people: names, states, time zones, primary teams,
 * what they want to be told, values and policy.  Whoever writes one of these counts it in the same transaction, so what
 * was read of them stands while the number does.
 */
enum fault company_people_changed(struct rq *rq) MUST_CHECK;
enum fault company_people_version(struct rq *rq, int64_t *ret) MUST_CHECK;

/* --- administration (commands; later SCIM and sign-in) -------------------------------------------------------- */
struct company_new {
	const char *slug, *name, *time_zone, *currency, *language;
};
/* CONFLICT when the slug is taken. */
enum fault company_create(struct rq *rq, const struct company_new *in, struct uuid *ret_id) MUST_CHECK;
enum fault company_by_slug(struct rq *rq, const char *slug, struct uuid *ret_id) MUST_CHECK;

struct person_new {
	const char *email, *display_name, *given_name, *family_name, *language, *time_zone;
	const char *job_title, *department, *location;
	int         role; /* enum role */
};
/* rq->who->company is the company.  CONFLICT when the e-mail is taken. */
enum fault person_create(struct rq *rq, const struct person_new *in, struct uuid *ret_id) MUST_CHECK;
/* What the directory says: names, addresses, place; a language or time zone of NULL stays.  CONFLICT as above. */
enum fault person_set_profile(struct rq *rq, struct uuid person, const struct person_new *in) MUST_CHECK;
/* As above, but what is NULL stays, the address too; the department and the place are dated.  Nothing is written when
 * nothing differs. */
enum fault person_merge_profile(struct rq *rq, struct uuid person, const struct person_new *in) MUST_CHECK;
/* Dated; value NULL: none from now on. */
enum person_fact { PERSON_DEPARTMENT, PERSON_LOCATION, PERSON_MANAGER };
enum fault person_set_fact(struct rq *rq, struct uuid person, enum person_fact kind, const char *value) MUST_CHECK;
enum fault person_by_email(struct rq *rq, const char *email, struct uuid *ret_id) MUST_CHECK;
enum fault person_set_role(struct rq *rq, struct uuid person, enum role role) MUST_CHECK;
/* Their sessions end, and their mentorings with them. */
enum fault person_deactivate(struct rq *rq, struct uuid person) MUST_CHECK;
/* The same for good: nobody is let in as them again.  false: they were erased before. */
enum fault person_set_erased(struct rq *rq, struct uuid person, bool *ret_erased) MUST_CHECK;
enum fault person_activate(struct rq *rq, struct uuid person) MUST_CHECK;
enum fault team_create(struct rq *rq, const char *name, struct uuid *ret_id) MUST_CHECK;
/* Moves take effect at rq->now_us; a primary membership ends the former one. */
enum fault team_join(struct rq *rq, struct uuid team, struct uuid person, bool primary) MUST_CHECK;
/* The same, told whose groups claim says so. */
struct membership {
	struct uuid team, person;
	struct uuid provider; /* zero: the directory or an admin */
	bool        is_primary;
	const char *name; /* of the team, where memberships are read */
};
enum fault team_join_for(struct rq *rq, const struct membership *in) MUST_CHECK;
/* Those of now; rows: struct membership. */
enum fault people_memberships(struct rq *rq, struct uuid person, db_row_fn *fn, void *arg) MUST_CHECK;
/* Which team a directory's group is: that of the external id, else that of the name.  groups: a JSON list of strings. */
struct group_team {
	const char *group, *name;
	struct uuid team;
	int         role; /* that comes with it; -1: none */
};
enum fault teams_of_groups(struct rq *rq, const char *groups, db_row_fn *fn, void *arg) MUST_CHECK;
/* NOT_FOUND when they are in no such team. */
enum fault team_leave(struct rq *rq, struct uuid team, struct uuid person) MUST_CHECK;

/* --- lists, whole and in order: for operators ------------------------------------------------------------------ */
struct company_view {
	struct uuid id;
	const char *slug, *name, *time_zone, *currency, *language;
	bool        active; /* else suspended */
	int64_t     created_at;
};
enum fault company_each(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK; /* rows: company_view */
/* The caller's company: nobody of a suspended one is let in. */
enum fault company_set_active(struct rq *rq, bool active) MUST_CHECK;

struct person_view {
	struct uuid id;
	const char *email, *display_name, *given_name, *family_name, *department, *location, *language;
	int         role;   /* enum role */
	bool        active; /* else deactivated or erased */
};
enum fault person_look(struct rq *rq, struct uuid id, struct person_view *out) MUST_CHECK; /* NOT_FOUND */
enum fault person_each(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK; /* rows: person_view */

struct team_view {
	struct uuid id;
	const char *name;
	int64_t     members; /* now */
	int64_t     archived_at;
};
enum fault team_each(struct rq *rq, db_row_fn *fn, void *arg) MUST_CHECK; /* rows: team_view */
enum fault team_by_name(struct rq *rq, const char *name, struct uuid *ret_id) MUST_CHECK;

#endif
