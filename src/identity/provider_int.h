/* SPDX-License-Identifier: Apache-2.0 */
/* provider_int.h - rows of providers and of what is kept of their documents (provider_sql.c). */
#ifndef ROSTRA_PROVIDER_INT_H
#define ROSTRA_PROVIDER_INT_H

#include "rostra/identity.h"

struct provider_row {
	struct provider_view v;
	struct str client_secret; /* sealed */
};

enum fault provider_sql_insert(struct rq *rq, const struct provider_row *p,
                               bool *ret_duplicate) MUST_CHECK;
enum fault provider_sql_get(struct rq *rq, struct uuid company, struct uuid id,
                            struct provider_row *out) MUST_CHECK;
/* The company's of this slug, active; any id when zero: the oldest that is on. */
enum fault provider_sql_for(struct rq *rq, const char *slug, struct uuid id,
                            struct provider_row *out, bool *ret_found) MUST_CHECK;
/* Those of the company's that may have signed a token, on or off. */
struct provider_signers {
	const char *slug, *issuer, *client_id;
	int64_t limit;
};
enum fault provider_sql_signers(struct rq *rq, const struct provider_signers *in, db_row_fn *fn,
                                void *arg) MUST_CHECK;
struct provider_page {
	struct uuid company_id, above;
	int64_t limit;
};
enum fault provider_sql_page(struct rq *rq, const struct provider_page *page, db_row_fn *fn,
                             void *arg) MUST_CHECK;
enum fault provider_sql_update(struct rq *rq, const struct provider_row *p, int64_t version,
                               uint64_t *ret_n) MUST_CHECK;
enum fault provider_sql_domains(struct rq *rq, const struct provider_row *p,
                                uint64_t *ret_n) MUST_CHECK;

struct cache_row {
	struct uuid company_id, provider_id;
	const char *discovery, *jwks;
	int64_t discovery_at, jwks_at, tried_at, tried_before;
};
/* The right to fetch the document now: true for one worker. */
enum fault cache_sql_claim_discovery(struct rq *rq, const struct cache_row *c,
                                     bool *ret_mine) MUST_CHECK;
enum fault cache_sql_get(struct rq *rq, const struct provider_row *p, struct cache_row *out,
                         bool *ret_found) MUST_CHECK;
enum fault cache_sql_discovery(struct rq *rq, const struct cache_row *c) MUST_CHECK;
enum fault cache_sql_jwks(struct rq *rq, const struct cache_row *c) MUST_CHECK;
/* The right to fetch keys now: 1 for one worker, 0 for the others. */
enum fault cache_sql_claim(struct rq *rq, const struct cache_row *c, uint64_t *ret_n) MUST_CHECK;

#endif
