/* SPDX-License-Identifier: Apache-2.0 */
/* access_int.h - between the files of access. */
#ifndef ROSTRA_ACCESS_INT_H
#define ROSTRA_ACCESS_INT_H

#include "rostra/access.h"
#include "rostra/crypto.h"

enum {
	KEY_NAME_MAX = 60,
	KEY_SCOPES_MAX = 128,
	KEY_ORIGINS_MAX = 512,
	VERSION_TEXT_MAX = 16,
	KEY_PREFIX_SHOWN = 12
};

enum key_kind { KEY_SECRET, KEY_SITE, KEY_KIND__MAX };
extern const char *const key_kind_names[KEY_KIND__MAX + 1];

/* A person as the tables know them; no row when they or their company are out, or the session is
 * over. */
struct person_now {
	struct uuid company_id, person_id, session_id;
	int64_t now;
	int role;
	const char *language, *min_app_version;
	bool consent_due;
};

struct key_row {
	struct uuid company_id, id;
	int kind;
	const char *name, *prefix, *scopes, *origins;
	unsigned char key_sha256[32];
	int64_t created_at, expires_at, revoked_at, last_used_at;
	int64_t former_until; /* TIME_NONE: there is no former secret */
};

struct key_page {
	struct uuid company_id, after_id;
	int64_t limit;
};

enum fault access_sql_person(struct rq *rq, const struct caller *who, struct person_now *ret,
                             bool *ret_found) MUST_CHECK;
enum fault key_sql_find(struct rq *rq, struct sha256 digest, struct key_row *ret,
                        bool *ret_found) MUST_CHECK;
enum fault key_sql_used(struct rq *rq, const struct key_row *key) MUST_CHECK;
enum fault key_sql_insert(struct rq *rq, const struct key_row *key, bool *ret_duplicate) MUST_CHECK;
enum fault key_sql_get(struct rq *rq, struct uuid id, struct key_row *ret,
                       bool *ret_found) MUST_CHECK;
enum fault key_sql_revoke(struct rq *rq, struct uuid id, uint64_t *ret_n) MUST_CHECK;
/* Another secret; of a former one that is still good the end stays, unless it is to end now. */
enum fault key_sql_rotate(struct rq *rq, const struct key_row *key) MUST_CHECK;
enum fault key_sql_page(struct rq *rq, const struct key_page *page, db_row_fn *fn,
                        void *arg) MUST_CHECK;

/* Is version a, "1.2.3" or "1.2", older than b?  Missing parts are 0; what is no version is older
 * than any. */
bool app_version_older(struct str a, struct str b);

/* Another secret for the key, shown this once; the one before is good for overlap_s more.  Within
 * such a time a repeated rotation replaces the new one only; overlap_s 0 ends all former ones. */
enum { KEY_OVERLAP_S_MAX = 30 * 86400 };
enum fault key_rotate(struct rq *rq, struct uuid id, int64_t overlap_s,
                      char ret_key[64]) MUST_CHECK;

#endif
