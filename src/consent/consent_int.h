/* SPDX-License-Identifier: Apache-2.0 */
/* consent_int.h - between the files of consent. */
#ifndef ROSTRA_CONSENT_INT_H
#define ROSTRA_CONSENT_INT_H

#include "rostra/consent.h"

enum { CONSENT_TEXTS_MAX = 20, CONSENT_BODY_MAX = 20000 };

struct consent_text {
	struct uuid company_id, consent_id;
	const char *language, *title, *body;
};
struct consent_new {
	const char *name;
	int64_t in_force_at;
	struct j_list texts; /* of struct consent_text */
};
struct consent {
	struct uuid company_id, id, created_by;
	const char *name;
	int64_t version, in_force_at, created_at, archived_at;
	unsigned char body_sha256[32];
};
/* As its reader sees it. */
struct consent_view {
	struct uuid id;
	const char *name, *language, *title, *body;
	int64_t version, in_force_at, accepted_at;
	bool due;
};
struct consent_page {
	struct uuid company_id, person_id, after, only; /* only zero: all */
	const char *language;
	int64_t now, limit;
};
struct consent_acceptance {
	struct uuid company_id, person_id, consent_id;
	const char *language;
	int64_t accepted_at;
};

/* --- units of work (consent.c) */
enum fault consent_publish(struct rq *rq, const struct consent *c, const struct consent_new *in,
                           bool *ret_created) MUST_CHECK;
/* NOT_FOUND when it is gone, or a later version is in force.  Twice: the first time stands. */
enum fault consent_accept(struct rq *rq, struct uuid id) MUST_CHECK;
enum fault consent_archive(struct rq *rq, struct uuid id) MUST_CHECK;
/* What stands, in the reader's language; rows: struct consent_view. */
enum fault consent_each(struct rq *rq, struct uuid after, struct uuid only, int64_t limit,
                        db_row_fn *fn, void *arg) MUST_CHECK;

/* --- statements (consent_sql.c) */
enum fault consent_sql_insert(struct rq *rq, const struct consent *c,
                              bool *ret_duplicate) MUST_CHECK;
enum fault consent_sql_text_insert(struct rq *rq, const struct consent_text *t) MUST_CHECK;
enum fault consent_sql_get(struct rq *rq, struct uuid id, struct consent *out) MUST_CHECK;
enum fault consent_sql_page(struct rq *rq, const struct consent_page *p, db_row_fn *fn,
                            void *arg) MUST_CHECK;
enum fault consent_sql_accept(struct rq *rq, const struct consent_acceptance *a) MUST_CHECK;
enum fault consent_sql_archive(struct rq *rq, const struct consent *c, uint64_t *ret_n) MUST_CHECK;

#endif
