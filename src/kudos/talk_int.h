/* SPDX-License-Identifier: Apache-2.0 */
/* talk_int.h - what people feel and say about a kudos. */
#ifndef ROSTRA_TALK_INT_H
#define ROSTRA_TALK_INT_H

#include "kudos_int.h"

struct reaction {
	struct uuid company_id, kudos_id, person_id;
	int reaction;
	int64_t reacted_at;
};

/* A row, a body and a reply at once. */
struct comment {
	struct uuid company_id, kudos_id, id, person_id;
	const char *text, *display_name;
	int64_t created_at, edited_at, version;
	const struct kudos_face *author;
};
struct comment_page {
	struct uuid company_id, kudos_id, after;
	int64_t limit;
};

/* --- in a transaction, with what the kudos's people are told (talk.c) */
db_body_fn reaction_put, reaction_remove; /* arg: struct reaction */
db_body_fn comment_put, comment_remove;   /* arg: struct comment */

/* --- statements (talk_sql.c) */
/* One a person: it replaces the former one. */
enum fault reaction_sql_put(struct rq *rq, const struct reaction *r) MUST_CHECK;
/* Nothing when the person's reaction is another one or none. */
enum fault reaction_sql_delete(struct rq *rq, const struct reaction *r, bool *ret_done) MUST_CHECK;
enum fault comment_sql_insert(struct rq *rq, const struct comment *c) MUST_CHECK;
enum fault comment_sql_get(struct rq *rq, const struct comment *key,
                           struct comment *out) MUST_CHECK;
/* Where the version still is c->version, and its author works here. */
enum fault comment_sql_update(struct rq *rq, const struct comment *c, bool *ret_done) MUST_CHECK;
enum fault comment_sql_delete(struct rq *rq, const struct comment *key) MUST_CHECK;
enum fault comment_sql_page(struct rq *rq, const struct comment_page *p, db_row_fn *fn,
                            void *arg) MUST_CHECK;

#endif
