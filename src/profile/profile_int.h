/* SPDX-License-Identifier: Apache-2.0 */
/* profile_int.h - between the files of profile. */
#ifndef ROSTRA_PROFILE_INT_H
#define ROSTRA_PROFILE_INT_H

#include "rostra/profile.h"

enum {
	PROFILE_TAGS_MAX = 20,
	PROFILE_TAG_MAX = 40, /* code points */
	PROFILE_VALUES_MAX = 20,
	PROFILE_POSTS_MAX = 5,
	PROFILE_REACH_DAYS = 365,
	EXPERTISE_WORDS_MAX = 6,
	EXPERTISE_QUERY_MAX = 100,
};

enum profile_visibility { PROFILE_COMPANY, PROFILE_TEAM, PROFILE_NOBODY, PROFILE_VISIBILITY__MAX };
extern const char *const profile_visibility_names[PROFILE_VISIBILITY__MAX + 1];

/* What peers recognise somebody for. */
struct profile_value {
	struct uuid value_id;
	const char *name;
	int64_t kudos;
};
/* What somebody suggested and others shared. */
struct profile_post {
	struct uuid post_id;
	const char *title;
	int64_t shares;
};
struct profile {
	struct uuid person_id;
	const char *display_name, *job_title;
	int visibility;  /* -1: not the reader's own */
	int64_t version; /* J_NO_INT: not the reader's own */
	bool followed;   /* by the reader */
	int64_t shares, clicks;
	struct j_list tags, recognised_for, shared_by_others;
};

struct profile_patch {
	uint64_t has;
	struct j_list tags; /* of const char * */
	int visibility;
	int64_t version;
};
extern const struct j_schema profile_patch_schema;

/* Of a statement: whose, who reads, since when; and a row of the caller's own. */
struct profile_key {
	struct uuid company_id, person_id, reader_id;
	int64_t since;
	const char *channels;
};
struct profile_row {
	struct uuid company_id, person_id;
	int visibility;
	int64_t version, updated_at;
};
struct profile_tag {
	struct uuid company_id, person_id;
	const char *tag;
	int64_t position;
};

/* --- rules (profile.c) */
/* Pure.  White space squeezed, in place; names each that nobody sees or that is there twice in
 * other case: what else the database holds for the same word is found when it is written. */
enum fault profile_tags_check(struct arena *a, struct problem *p, struct j_list *tags) MUST_CHECK;
/*
 * Words that full text does not keep, so that nothing has them:
 * information_schema.INNODB_FT_DEFAULT_STOPWORD of MariaDB 10.11.  NULL ends them.
 */
extern const char *const expertise_common[];
/*
 * Pure.  What full text is asked for: every word of three letters or more that it keeps, up to
 * EXPERTISE_WORDS_MAX, as the beginning of one; where there are only common ones, these; NULL when
 * there is none.  No operator of the reader's comes through.
 */
const char *expertise_words(struct arena *a, struct str q);

/* --- units of work (profile.c) */
/* NOT_FOUND: no such colleague, or not one who shows the reader a profile. */
enum fault profile_read(struct rq *rq, struct uuid person, struct profile *out) MUST_CHECK;
enum fault profile_change(struct rq *rq, const struct profile_patch *in) MUST_CHECK;

/* --- statements (profile_sql.c) */
enum fault profile_sql_head(struct rq *rq, const struct profile_key *k,
                            struct profile *out) MUST_CHECK;
enum fault profile_sql_tags(struct rq *rq, const struct profile_key *k, db_row_fn *fn,
                            void *arg) MUST_CHECK; /* struct profile_tag */
enum fault profile_sql_values(struct rq *rq, const struct profile_key *k, db_row_fn *fn,
                              void *arg) MUST_CHECK; /* struct profile_value */
enum fault profile_sql_posts(struct rq *rq, const struct profile_key *k, db_row_fn *fn,
                             void *arg) MUST_CHECK; /* struct profile_post */
/* Makes the row of somebody who never chose; locks it. */
enum fault profile_sql_hold(struct rq *rq, struct profile_row *out) MUST_CHECK;
enum fault profile_sql_update(struct rq *rq, const struct profile_row *r,
                              bool *ret_done) MUST_CHECK;
/* In place of those that are there: an array of texts.  n: how many are kept; less when the
 * collation holds some for the same. */
enum fault profile_sql_tags_set(struct rq *rq, const char *tags_json, uint64_t *ret_n) MUST_CHECK;
/* Those of the array that were not kept: struct profile_tag, its position. */
enum fault profile_sql_tags_lost(struct rq *rq, const char *tags_json, db_row_fn *fn,
                                 void *arg) MUST_CHECK;

/* --- who knows (expertise_sql.c) */
struct expert_page {
	struct uuid company_id, reader_id, after_id;
	const char *words, *tag;
	int64_t after_score, limit; /* J_NO_INT: the first page */
};
struct expert {
	struct uuid person_id;
	const char *display_name, *job_title, *tags_packed;
	int64_t kudos, score;
	struct j_list tags;
};
enum fault expertise_sql_page(struct rq *rq, const struct expert_page *p, db_row_fn *fn,
                              void *arg) MUST_CHECK;

#endif
