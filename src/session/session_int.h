/* SPDX-License-Identifier: Apache-2.0 */
/* session_int.h - between the files of session. */
#ifndef ROSTRA_SESSION_INT_H
#define ROSTRA_SESSION_INT_H

#include "rostra/crypto.h"
#include "rostra/session.h"

enum { REFRESH_BYTES = 32, REFRESH_SALT = 16, DEVICE_NAME_MAX = 80, APP_VERSION_MAX = 16 };
#define REFRESH_PREFIX "rrt_"
enum { REFRESH_TEXT_MAX = 48 };

struct refresh_token {
	unsigned char b[REFRESH_BYTES];
};
bool refresh_parse(const char *text, struct refresh_token *out);

struct session_row {
	struct uuid company_id, id, person_id;
	int method, platform, ended_by;
	const char *device_name, *app_version, *provider_session;
	const char *created_country, *created_city, *last_used_country, *last_used_city;
	struct uuid provider_id;
	struct str id_token; /* sealed */
	int64_t generation, rotated_at, created_at, last_used_at, expires_at, ended_at;
	unsigned char salt[REFRESH_SALT];
};

struct refresh_row {
	unsigned char token_sha256[32];
	struct uuid company_id, session_id;
	int64_t generation, created_at;
};

/* Tokens of one person and of one company a minute. */
enum fault session_limit(struct rq *rq, struct uuid company, struct uuid person) MUST_CHECK;

/* Ends it inside a transaction, and the person is told; of one that is over it changes and tells
 * nothing (session_end.c). */
enum fault session_end_reused(struct rq *rq, const struct session_row *s) MUST_CHECK;

enum fault session_sql_insert(struct rq *rq, const struct session_row *row) MUST_CHECK;
enum fault refresh_sql_find(struct rq *rq, struct sha256 digest, struct refresh_row *out,
                            bool *ret_found) MUST_CHECK;
enum fault refresh_sql_insert(struct rq *rq, const struct refresh_row *r) MUST_CHECK;
/* Holds the session's row until the transaction ends. */
enum fault session_sql_lock(struct rq *rq, struct uuid company, struct uuid id,
                            struct session_row *out) MUST_CHECK;
enum fault session_sql_rotate(struct rq *rq, const struct session_row *s) MUST_CHECK;
/* id: the session to end, or of end_all the one to keep (zero: none). */
struct session_ending {
	struct uuid company_id, person_id, id;
	int64_t ended_at;
	int ended_by;
};
/* One that is over keeps how it ended. */
enum fault session_sql_end(struct rq *rq, const struct session_ending *e) MUST_CHECK;
enum fault session_sql_end_all(struct rq *rq, const struct session_ending *e) MUST_CHECK;
struct session_provider {
	struct uuid company_id, provider_id, person_id;
	const char *provider_session;
	int64_t limit;
};
/* Those that are not over, held until the transaction ends; rows: struct session_row. */
enum fault session_sql_of_provider(struct rq *rq, const struct session_provider *p, db_row_fn *fn,
                                   void *arg) MUST_CHECK;
struct session_page {
	struct uuid company_id, person_id, below;
	int64_t now, idle_since, limit;
};
enum fault session_sql_page(struct rq *rq, const struct session_page *p, db_row_fn *fn,
                            void *arg) MUST_CHECK;
struct session_prune {
	int64_t before, limit;
};
enum fault session_sql_prune_tokens(struct rq *rq, const struct session_prune *p,
                                    uint64_t *ret_n) MUST_CHECK;
enum fault session_sql_prune(struct rq *rq, const struct session_prune *p,
                             uint64_t *ret_n) MUST_CHECK;

#endif
