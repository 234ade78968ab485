/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.h - people sign in with their company's provider: we are its relying party and the app's
 * authorization server (a broker), so that the provider's tokens never reach a phone.
 */
#ifndef ROSTRA_IDENTITY_H
#define ROSTRA_IDENTITY_H

#include "rostra/db.h"
#include "rostra/http.h"
#include "rostra/pubkey.h"

extern const struct route_table identity_routes, identity_claims_routes, email_domain_routes;
extern const struct db_stmt_table identity_stmts, provider_stmts, sign_out_stmts, provider_domain_stmts,
    provider_claims_stmts, domain_proof_stmts;

enum {
	SIGN_IN_S = 600,     /* a sign-in may take so long at the provider */
	SIGN_OUT_S = 600,    /* and a sign-out */
	SIGN_IN_CODE_S = 60, /* the app has so long to fetch its tokens */
	PROVIDER_FRESH_S =
	    24 *
	    3600, /* older discovery and keys are fetched again; the last good ones stay in use */
	CLIENT_KEY_ANNOUNCED_S = 3600,
	PROVIDER_RETRY_S = 30, /* keys are not fetched more often, whatever key ids come */
};

enum client_auth { CLIENT_BASIC, CLIENT_POST, CLIENT_KEY, CLIENT_AUTH__MAX };
enum provider_state { PROVIDER_ON, PROVIDER_OFF, PROVIDER_STATE__MAX };
extern const char *const client_auth_names[CLIENT_AUTH__MAX + 1];
extern const char *const provider_state_names[PROVIDER_STATE__MAX + 1];

struct provider_new {
	const char *name, *issuer, *client_id;
	const char *client_secret;         /* NULL: none; CLIENT_KEY needs none */
	int client_auth, algorithm, state; /* enum client_auth, sig_alg, provider_state */
	bool make_accounts;
};
/* A provider as it may be shown: never its secret. */
struct provider_view {
	struct uuid company_id, id;
	const char *name, *issuer, *client_id, *email_domains;
	const char *jwks_uri; /* of CLIENT_KEY: where its public keys are; NULL: it has none */
	int client_auth, algorithm, state;
	bool make_accounts;
	int64_t version, created_at, updated_at;
};
/*
 * A provider of the caller's company.  INVALID with the field when a value is none; a repeat with
 * the same values (whatever the secret) is *ret_created false, another ID_CONFLICT.
 */
enum fault provider_create(struct rq *rq, struct uuid id, const struct provider_new *in,
                           bool *ret_created) MUST_CHECK;
/* Members that are NULL, below 0 or not set stay. VERSION_CONFLICT when it was changed meanwhile.
 */
struct provider_change {
	struct uuid id;
	int64_t version;
	const char *name, *client_id, *client_secret;
	int client_auth, algorithm, state;
	bool set_make_accounts, make_accounts;
};
enum fault provider_change(struct rq *rq, const struct provider_change *in,
                           struct provider_view *out) MUST_CHECK;
enum fault provider_get(struct rq *rq, struct uuid id, struct provider_view *out) MUST_CHECK;
/* All of the company's from above an id ({1}: from the start), oldest first; rows: struct
 * provider_view. */
enum fault provider_each(struct rq *rq, struct uuid above, int64_t limit, db_row_fn *fn,
                         void *arg) MUST_CHECK;
/*
 * Another key for CLIENT_KEY: it is in the public set at once, signs after CLIENT_KEY_ANNOUNCED_S,
 * and the ones before it go a day later.  CONFLICT when the provider has no keys, or many are
 * waiting.
 */
enum fault provider_rotate_key(struct rq *rq, struct uuid id) MUST_CHECK;
/* It goes, and the sessions that began there end; what was cut short is finished by a repeat. */
enum fault provider_remove(struct rq *rq, struct uuid id) MUST_CHECK;
/* For operators: domains that are proved to be the company's, space-separated. */
enum fault provider_set_domains(struct rq *rq, struct uuid id, const char *domains) MUST_CHECK;

/* Has the company a provider that is on?  For whoever has not signed in yet. */
enum fault sign_in_offered(struct rq *rq, const char *slug, bool *ret) MUST_CHECK;

/*
 * Uses a one-time code up for the session that will be made of it.  GRANT when it is none, over,
 * another app's or used; a used one ends the session that was made of it.
 */
struct sign_in_grant {
	const char *code, *redirect_uri, *code_verifier;
	struct uuid session;
};
/* Who it is, and what of the provider belongs to the session. */
struct sign_in_outcome {
	struct uuid company, person, provider;
	const char *provider_session; /* NULL: the provider named none */
	struct str id_token;          /* sealed for the session; empty: none is kept */
};
enum fault sign_in_redeem(struct rq *rq, const struct sign_in_grant *in,
                          struct sign_in_outcome *out) MUST_CHECK;
/*
 * Signing out at the provider, too: OpenID Connect RP-Initiated Logout 1.0.  The browser comes back
 * to redirect_uri with state; both NULL: it stays there.
 */
struct sign_out {
	struct uuid company, provider, session;
	struct str id_token; /* sealed for the session; empty: none */
	const char *redirect_uri, *state;
};
/* INVALID with the member: redirect_uri must be registered, and comes with a state. */
enum fault sign_out_check(struct rq *rq, const struct sign_out *in) MUST_CHECK;
/* Where the browser goes; NULL: the provider is off, gone, or offers no sign-out. */
enum fault sign_out_begin(struct rq *rq, const struct sign_out *in,
                          const char **ret_url) MUST_CHECK;
/*
 * For operators: what is sealed with another key than the first is sealed with the first, column by
 * column over all companies; what fits none is counted and left.  Safe to repeat, and beside a
 * running service: what changes meanwhile is sealed with the first key already.
 */
/* What is sealed is bound to its place, elsewhere it does not open. */
struct sealed_place {
	struct uuid company, row;
	const char *table, *column;
};
struct str identity_seal(struct rq *rq, const struct sealed_place *at, struct str plain);
/* NULL: bent, moved, or sealed with another key.  The first key seals, all open. */
const char *identity_open(struct rq *rq, const struct sealed_place *at, struct str sealed);

struct reseal_report {
	const char *column;                  /* "table.column" */
	int64_t resealed, there, unreadable; /* there: the first key's already */
};
typedef void reseal_fn(void *arg, const struct reseal_report *report); /* after each column */
enum fault identity_reseal(struct rq *rq, reseal_fn *fn, void *arg) MUST_CHECK;
/* Job: sign-ins and codes that are over go. */
enum fault sign_in_prune_run(struct rq *rq) MUST_CHECK;

#endif
