/* SPDX-License-Identifier: Apache-2.0 */
/* domain_int.h - between the files of e-mail domains. */
#ifndef ROSTRA_DOMAIN_INT_H
#define ROSTRA_DOMAIN_INT_H

#include "identity_int.h"

enum { DOMAIN_CHARS_MAX = 230 }; /* so that the name of its record is one */
enum domain_result {
	DOMAIN_PROVED,
	DOMAIN_MISSING, /* no record of ours */
	DOMAIN_ANOTHER, /* one with another value */
	DOMAIN_UNANSWERED,
	DOMAIN_RESULT__MAX
};
extern const char *const domain_result_names[DOMAIN_RESULT__MAX + 1];

struct domain_proof {
	struct uuid company_id, id, provider_id;
	const char *domain, *token;
	const char *record_name, *record_value; /* what to put into the DNS */
	int result;                             /* of the last check; -1: there was none */
	int64_t created_at, checked_at, proved_at;
};

/* A name of at least two labels, lower case, at most DOMAIN_CHARS_MAX characters. */
bool domain_good(const char *domain);
/* Replaces a provider's domains, in its row and one by one; on record; in the caller's transaction.
 */
enum fault domains_write(struct rq *rq, const struct provider_row *before,
                         const char *domains) MUST_CHECK;

/* INVALID; CONFLICT when the provider has it already, or as many as it may. */
enum fault domain_want(struct rq *rq, struct uuid id, struct uuid provider, const char *domain,
                       struct domain_proof *out, bool *ret_created) MUST_CHECK;
enum fault domain_proof_get(struct rq *rq, struct uuid id, struct domain_proof *out) MUST_CHECK;
enum fault domain_proof_each(struct rq *rq, struct uuid above, int64_t limit, db_row_fn *fn,
                             void *arg) MUST_CHECK;
/* Asks the DNS; what is found is the company's from now on. */
enum fault domain_check(struct rq *rq, struct uuid id, struct domain_proof *out) MUST_CHECK;
/* With what it proved. */
enum fault domain_drop(struct rq *rq, struct uuid id) MUST_CHECK;

/* --- statements (domain_proof_sql.c) */
enum fault proof_sql_insert(struct rq *rq, const struct domain_proof *p,
                            bool *ret_duplicate) MUST_CHECK;
enum fault proof_sql_get(struct rq *rq, struct uuid id, struct domain_proof *out) MUST_CHECK;
enum fault proof_sql_page(struct rq *rq, struct uuid above, int64_t limit, db_row_fn *fn,
                          void *arg) MUST_CHECK;
/* Of its provider. */
enum fault proof_sql_count(struct rq *rq, const struct domain_proof *p, int64_t *ret) MUST_CHECK;
enum fault proof_sql_checked(struct rq *rq, const struct domain_proof *p) MUST_CHECK;
enum fault proof_sql_delete(struct rq *rq, struct uuid id) MUST_CHECK;
/* NOT_FOUND; nobody else changes the provider until the transaction ends. */
enum fault provider_sql_lock(struct rq *rq, struct uuid provider) MUST_CHECK;

#endif
