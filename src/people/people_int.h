/* SPDX-License-Identifier: Apache-2.0 */
/* people_int.h - between the files of people. */
#ifndef ROSTRA_PEOPLE_INT_H
#define ROSTRA_PEOPLE_INT_H

#include "rostra/people.h"

enum {
	PERSON_NAME_MAX = 120,
	PERSON_SHORT_MAX = 80,
	TEAM_NAME_MAX = 120,
	TEAM_ROLE_MEMBERS_MAX = 500
};

enum person_state { PERSON_ACTIVE, PERSON_DEACTIVATED, PERSON_ERASED, PERSON_STATE__MAX };
extern const char *const person_state_names[PERSON_STATE__MAX + 1];
enum company_state { COMPANY_ACTIVE, COMPANY_SUSPENDED, COMPANY_STATE__MAX };
extern const char *const company_state_names[COMPANY_STATE__MAX + 1];

struct company_row {
	struct uuid id;
	const char *slug, *name, *time_zone, *currency, *language;
	const char *brand_color, *logo_url, *min_app_version;
	int state;
	int64_t lookback_days;
	bool visitor_cookie;
	int64_t version, created_at;
};

struct person_row {
	struct uuid company_id, id;
	const char *email, *display_name, *given_name, *family_name;
	const char *language, *time_zone, *job_title, *department, *location;
	int role, state;
	int64_t version, created_at, updated_at, deactivated_at;
};

struct team_row {
	struct uuid company_id, id;
	const char *name, *external_id;
	int role; /* that comes with it; -1: none */
	int64_t version, created_at, archived_at;
	int64_t members; /* now */
};

struct member_row {
	struct uuid company_id, team_id, person_id;
	struct uuid provider_id; /* whose groups claim says so; zero: another reason */
	const char *display_name;
	int64_t from_at, to_at;
	bool is_primary;
};

/* What a page of a list by name asks for. */
struct name_page {
	struct uuid company_id, team_id, after_id;
	const char *after_name; /* "" from the start */
	const char *like; /* people: a word of the name begins so, "abc%"; NULL: whatever it is */
	bool everybody;   /* also those who left */
	int64_t at, limit;
};

/* --- statements: company_sql.c, people_sql.c and team_sql.c map rows, people_stmts lists them ---
 */
enum fault company_sql_insert(struct rq *rq, const struct company_row *c,
                              bool *ret_duplicate) MUST_CHECK;
enum fault company_sql_seq(struct rq *rq, struct uuid company) MUST_CHECK;
enum fault company_sql_get(struct rq *rq, struct uuid id, struct company_row *ret) MUST_CHECK;
enum fault company_sql_by_slug(struct rq *rq, const char *slug, struct company_row *ret) MUST_CHECK;
enum fault company_sql_each(struct rq *rq, db_row_fn *fn,
                            void *arg) MUST_CHECK; /* rows: company_row */
enum fault company_sql_update(struct rq *rq, const struct company_row *c,
                              uint64_t *ret_n) MUST_CHECK;
enum fault company_sql_feed_changed(struct rq *rq, struct uuid company) MUST_CHECK;
enum fault company_sql_people_changed(struct rq *rq, struct uuid company) MUST_CHECK;
enum fault company_sql_people_version(struct rq *rq, struct uuid company, int64_t *ret) MUST_CHECK;

enum fault person_sql_insert(struct rq *rq, const struct person_row *p,
                             bool *ret_duplicate) MUST_CHECK;
enum fault person_sql_get(struct rq *rq, struct uuid id, struct person_row *ret) MUST_CHECK;
enum fault person_sql_lock(struct rq *rq, struct uuid id, struct person_row *ret) MUST_CHECK;
enum fault person_sql_by_email(struct rq *rq, const char *email, struct person_row *ret) MUST_CHECK;
/* By name, or by it from the first word on that is like that; rows: person_row. */
enum fault person_sql_page(struct rq *rq, const struct name_page *page, db_row_fn *fn,
                           void *arg) MUST_CHECK;
/* The name from the first word on that is like that; NULL: none is. */
enum fault person_sql_match(struct rq *rq, struct uuid id, const char *like,
                            const char **ret) MUST_CHECK;
/* Everything the API shows; counts version, and access_version with `access`. */
enum fault person_sql_update(struct rq *rq, const struct person_row *p, bool access) MUST_CHECK;
/* CONFLICT, without text, when the e-mail is taken. */
enum fault person_sql_profile(struct rq *rq, const struct person_row *p) MUST_CHECK;
enum fault person_sql_feed_changed(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault person_sql_audience_changed(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault person_sql_role_end(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault person_sql_role_begin(struct rq *rq, struct uuid id, enum role role) MUST_CHECK;

enum fault team_sql_insert(struct rq *rq, const struct team_row *t, bool *ret_duplicate) MUST_CHECK;
enum fault team_sql_update(struct rq *rq, const struct team_row *t, uint64_t *ret_n) MUST_CHECK;
enum fault team_sql_get(struct rq *rq, struct uuid id, struct team_row *ret) MUST_CHECK;
enum fault team_sql_by_name(struct rq *rq, const char *name, struct team_row *ret) MUST_CHECK;
enum fault team_sql_page(struct rq *rq, const struct name_page *page, db_row_fn *fn,
                         void *arg) MUST_CHECK;
enum fault member_sql_page(struct rq *rq, const struct name_page *page, db_row_fn *fn,
                           void *arg) MUST_CHECK;
enum fault member_sql_current(struct rq *rq, struct uuid team, struct uuid person,
                              struct member_row *ret, bool *ret_found) MUST_CHECK;
enum fault member_sql_begin(struct rq *rq, const struct member_row *m) MUST_CHECK;
enum fault member_sql_end(struct rq *rq, struct uuid team, struct uuid person,
                          uint64_t *ret_n) MUST_CHECK;
/* The highest role that comes with a team they are in now; -1: none. */
enum fault member_sql_role(struct rq *rq, struct uuid person, int *ret) MUST_CHECK;
/* Who is in it now; rows: member_row with person_id. */
enum fault member_sql_each(struct rq *rq, struct uuid team, int64_t limit, db_row_fn *fn,
                           void *arg) MUST_CHECK;
enum fault member_sql_of_person(struct rq *rq, struct uuid person, db_row_fn *fn,
                                void *arg) MUST_CHECK; /* rows: membership */
enum fault team_sql_of_groups(struct rq *rq, const char *groups, db_row_fn *fn,
                              void *arg) MUST_CHECK; /* rows: group_team */
/* Counts a change of who is in it; its row is held from then on. */
enum fault team_sql_membership_changed(struct rq *rq, struct uuid team) MUST_CHECK;
enum fault member_sql_primary_at(struct rq *rq, struct uuid person, int64_t at_us,
                                 struct uuid *ret) MUST_CHECK;

/* --- rules --- */
/* The role that comes with a team, its row changed already: its members have it, or have it no
 * more. CONFLICT when they are too many. */
enum fault team_role_changed(struct rq *rq, struct uuid team, int before, int after) MUST_CHECK;
/* Role and state as wanted, with history, caches and phones told; in one transaction. version
 * J_NO_INT: whatever it is. */
struct person_change {
	struct uuid id;
	int64_t version;
	int role, state;                  /* -1: as it is */
	const char *language, *time_zone; /* when set_reader */
	bool set_language, set_time_zone;
	struct person_row after; /* written at the end */
};
enum fault person_change(struct rq *rq, struct person_change *change) MUST_CHECK;

#endif
