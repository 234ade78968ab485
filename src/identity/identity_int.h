/* SPDX-License-Identifier: Apache-2.0 */
/* identity_int.h - between the files of identity. */
#ifndef ROSTRA_IDENTITY_INT_H
#define ROSTRA_IDENTITY_INT_H

#include "rostra/crypto.h"
#include "rostra/id_token.h"
#include "rostra/identity.h"
#include "rostra/json.h"
#include "rostra/people.h"

#include "provider_int.h"

enum {
	SECRET_MAX = 500,
	URI_MAX = 500,
	APP_STATE_MAX = 512,
	CHALLENGE_CHARS = 43,
	ID_TOKEN_KEPT_MAX = 4096, /* longer ones do not fit the address of a logout, either */
	RANDOM_BYTES = 32
};

/* --- what is sealed (provider.c): bound to its place, elsewhere it does not open */
/* Where the session's ID Token lies. */
struct sealed_place session_place(struct uuid company, struct uuid session);
/* As identity_open; which key it was sealed with. */
const char *identity_open_with(struct rq *rq, const struct sealed_place *at, struct str sealed,
                               size_t *ret_key);

/* --- providers (provider.c) */
/* Opens the sealed secret; INTERNAL when the key is not the one it was sealed with. */
enum fault provider_secret(struct rq *rq, const struct provider_row *p,
                           const char **ret) MUST_CHECK;

/* --- sealed anew (reseal.c, domain_sql.c) */
struct sealed_row {
	struct uuid company_id, id;
	struct str sealed, before;
};
enum sealed_column {
	SEALED_CLIENT_SECRET,
	SEALED_CLIENT_KEY,
	SEALED_ID_TOKEN,
	SEALED_CRM_SECRET,
	SEALED__MAX
};
struct sealed_page {
	struct uuid company_id, id; /* from above this one; {1}: from the start */
	int64_t limit;
};
/* Rows: struct sealed_row, of all companies. */
enum fault sealed_sql_page(struct rq *rq, enum sealed_column column, const struct sealed_page *p,
                           db_row_fn *fn, void *arg) MUST_CHECK;
/* Only when it is still as before: *ret_n 0 when it was changed meanwhile. */
enum fault sealed_sql_update(struct rq *rq, enum sealed_column column, const struct sealed_row *row,
                             uint64_t *ret_n) MUST_CHECK;

/* --- e-mail domains (domain.c) */
struct domain_row {
	struct uuid company_id, provider_id;
	const char *domain;
};
struct domain_search {
	const char *domain, *slug; /* slug NULL: any company's */
	struct uuid above;
	int64_t limit;
};
/* A provider that is on, of an active company. */
struct provider_hit {
	const char *company, *company_name, *name; /* company: its slug */
	struct uuid id;
};
/* Lower case; NULL: the text is no address. */
const char *email_domain(struct rq *rq, const char *email);
/* The oldest; company NULL: there is none. */
enum fault domain_first(struct rq *rq, const char *email, const char *slug,
                        struct provider_hit *out) MUST_CHECK;
enum fault domain_sql_insert(struct rq *rq, const struct domain_row *row,
                             bool *ret_duplicate) MUST_CHECK;
enum fault domain_sql_clear(struct rq *rq, const struct domain_row *row) MUST_CHECK;
enum fault domain_sql_each(struct rq *rq, const struct domain_search *in, db_row_fn *fn,
                           void *arg) MUST_CHECK;
/* With its keys, domains and cache: in a transaction of the caller. */
struct provider_row;
enum fault provider_sql_delete(struct rq *rq, const struct provider_row *p,
                               uint64_t *ret_n) MUST_CHECK;

/* --- keys of ours for providers (client_key.c) */
/* One that private_key_jwt can sign with, when the provider is asked so; in the caller's
 * transaction. */
enum fault client_key_ensure(struct rq *rq, const struct provider_row *p) MUST_CHECK;
/* RFC 7523 2.2, for one call of the token endpoint. */
enum fault client_key_assertion(struct rq *rq, const struct provider_row *p,
                                const char *token_endpoint, const char **ret) MUST_CHECK;
enum { CLIENT_KEYS_MAX = 5 }; /* of a provider, at once */
struct client_key {
	struct uuid company_id, provider_id, id;
	struct str secret, modulus; /* secret: sealed */
	int64_t created_at, retires_at;
};
enum fault client_key_sql_insert(struct rq *rq, const struct client_key *k) MUST_CHECK;
/* Those in use at a time (retires_at of in), oldest first; of any company when company_id is zero.
 */
enum fault client_key_sql_each(struct rq *rq, const struct client_key *in, db_row_fn *fn,
                               void *arg) MUST_CHECK;
/* All but new ones go at retires_at. */
enum fault client_key_sql_retire(struct rq *rq, const struct client_key *k) MUST_CHECK;

/* --- what a provider says of itself (discovery.c) */
struct discovery {
	const char *authorization_endpoint, *token_endpoint, *jwks_uri;
	const char *end_session_endpoint; /* NULL: none */
	bool tells_issuer;                /* RFC 9207: each answer has iss */
};
/* From the cache, fetched when it is old; *ret_good false: there is none to be had. */
enum fault discovery_get(struct rq *rq, const struct provider_row *p, struct discovery *out,
                         bool *ret_good) MUST_CHECK;
/*
 * The keys; NULL: none to be had.  again: they lacked one, so they are fetched anew unless somebody
 * did so in the last PROVIDER_RETRY_S.  The caller frees them.
 */
enum fault discovery_keys(struct rq *rq, const struct provider_row *p, const struct discovery *d,
                          bool again, struct jwks **ret) MUST_CHECK;

/* --- what a provider's claims mean (claims.c, claims_sql.c) */
enum claims_stage { CLAIMS_DRAFT, CLAIMS_IN_FORCE, CLAIMS_STAGE__MAX };
extern const char *const claims_stage_names[CLAIMS_STAGE__MAX + 1];
enum join_by { JOIN_BY_EMAIL, JOIN_BY_EXTERNAL_ID, JOIN_BY_USER_NAME, JOIN_BY__MAX };
extern const char *const join_by_names[JOIN_BY__MAX + 1];
/* Names of claims, NULL: none is read.  "address.locality" is a member of the claim address. */
struct claim_map {
	const char *name, *given_name, *family_name, *department, *location, *locale, *groups;
	const char *scopes;     /* that are asked for, space-separated */
	const char *join_claim; /* of join_by, but for JOIN_BY_EMAIL */
	int join_by;
	bool is_set; /* by an admin: else as every provider does it */
};
struct claims_row {
	struct uuid company_id, provider_id;
	int stage;
	struct claim_map map;
	int64_t version, updated_at;
};
enum { GROUPS_MAX = 1000, GROUP_NAME_MAX = 254 };
struct said_groups {
	const char **names;
	size_t n;
	bool known; /* else the provider says nothing of groups, or that they are too many to say */
};
/* What an ID Token says of the person; what cannot be kept is left out. */
void claims_read(struct rq *rq, const struct claim_map *map, const struct id_token *t,
                 struct person_new *out);
void claims_read_groups(struct rq *rq, const struct claim_map *map, const struct json_doc *d,
                        struct said_groups *out);
/* A claim's text, or the first of its list; NULL: none. */
const char *claim_text(struct rq *rq, const struct json_doc *d, const char *name, size_t max);
enum fault claim_map_get(struct rq *rq, const struct provider_row *p, enum claims_stage stage,
                         struct claim_map *out) MUST_CHECK;
/* What trials use, and what sign-ins use. */
struct claims_pair {
	struct claim_map draft, in_force;
	int64_t version, version_in_force; /* 0: never set */
};
enum fault claims_get(struct rq *rq, struct uuid provider, struct claims_pair *out) MUST_CHECK;
/* INVALID with the member; VERSION_CONFLICT when the draft was changed meanwhile. */
enum fault claims_draft(struct rq *rq, struct uuid provider, int64_t version,
                        const struct claim_map *map, struct claims_pair *out) MUST_CHECK;
enum fault claims_use(struct rq *rq, struct uuid provider, int64_t version,
                      struct claims_pair *out) MUST_CHECK;
enum fault claims_sql_get(struct rq *rq, const struct claims_row *key, struct claims_row *out,
                          bool *ret_found) MUST_CHECK;
enum fault claims_sql_put(struct rq *rq, const struct claims_row *row) MUST_CHECK;

/* --- who it is (account.c, account_teams.c) */
enum account_verdict { ACCOUNT_GOOD, ACCOUNT_UNKNOWN, ACCOUNT_INACTIVE };
enum account_found {
	FOUND_NOBODY,
	FOUND_BY_SUBJECT,
	FOUND_BY_EMAIL,
	FOUND_BY_EXTERNAL_ID,
	FOUND_BY_USER_NAME,
	FOUND_MADE,
	FOUND__MAX
};
enum team_change { TEAM_STAYS, TEAM_JOINS, TEAM_LEAVES, TEAM_UNKNOWN, TEAM_CHANGE__MAX };
/* What a group of the claim meant. */
struct account_team {
	const char *group, *team; /* NULL: no group says so, no team is it */
	struct uuid team_id;
	int change; /* enum team_change */
};
struct account {
	enum account_verdict verdict;
	enum account_found found;
	struct uuid person;
	struct account_team *teams;
	size_t n_teams;
};
enum fault account_of(struct rq *rq, const struct provider_row *p, const struct id_token *t,
                      struct account *out) MUST_CHECK;
/* The same by a map, in a transaction of the caller, who acts for the company. */
enum fault account_settle(struct rq *rq, const struct provider_row *p, const struct claim_map *map,
                          const struct id_token *t, struct account *out) MUST_CHECK;
/* Memberships as the groups say: what the provider began it ends, what others began stays. */
enum fault account_teams(struct rq *rq, const struct provider_row *p,
                         const struct said_groups *groups, struct account *a) MUST_CHECK;
struct directory_search {
	struct uuid company_id;
	const char *value;
};
/* Rows: struct directory_hit; by JOIN_BY_EXTERNAL_ID or JOIN_BY_USER_NAME. */
struct directory_hit {
	struct uuid person_id;
	bool active;
};
enum fault directory_sql_find(struct rq *rq, enum join_by by, const struct directory_search *in,
                              db_row_fn *fn, void *arg) MUST_CHECK;

/* --- trials of a draft (trial.c) */
struct identity_prune;
enum { TRIALS_PER_MIN = 60, TRIAL_S = 3600 }; /* its outcome is kept so long */
struct trial_row {
	struct uuid company_id, id, provider_id, person_id;
	unsigned char ticket_sha256[32];
	const char *outcome; /* JSON; NULL: not yet */
	int64_t created_at, expires_at;
};
enum fault trial_begin(struct rq *rq, struct uuid provider, struct trial_row *out,
                       const char **ret_url) MUST_CHECK;
/* It did not come to an account. */
enum fault trial_failed(struct rq *rq, const struct trial_row *t, const char *error,
                        const char *why) MUST_CHECK;
/* What would happen: it is done, looked at, and taken back. */
enum fault trial_judge(struct rq *rq, const struct trial_row *t, const struct provider_row *p,
                       const struct id_token *token) MUST_CHECK;
/* It is done now: outcome is JSON, empty while the browser is away. */
struct trial_view {
	struct uuid id;
	struct str outcome;
	int64_t expires_at;
};
enum fault trial_get(struct rq *rq, struct uuid provider, struct uuid id,
                     struct trial_view *out) MUST_CHECK;
enum trial_verdict { TRIAL_SIGNS_IN, TRIAL_UNKNOWN, TRIAL_INACTIVE, TRIAL_FAILED };
struct trial_person {
	struct uuid id;
	const char *email, *display_name, *given_name, *family_name, *department, *location,
	    *language;
	int role_before, role_after; /* role_before -1: the account would be made */
};
struct trial_claim {
	const char *name;
	struct str value; /* JSON */
};
struct trial_outcome {
	int verdict, found_by; /* found_by: enum account_found less one, -1: nobody */
	const char *error, *reason;
	const struct trial_person *person;
	struct j_list groups, claims; /* struct account_team, struct trial_claim */
};
extern const struct j_schema trial_outcome_schema;
enum fault trial_sql_prune(struct rq *rq, const struct identity_prune *p) MUST_CHECK;
enum fault trial_sql_insert(struct rq *rq, const struct trial_row *t) MUST_CHECK;
enum fault trial_sql_get(struct rq *rq, const struct trial_row *key,
                         struct trial_row *out) MUST_CHECK;
/* By its ticket, which is used up: in a transaction of the caller. */
enum fault trial_sql_take(struct rq *rq, struct sha256 ticket, struct trial_row *out,
                          bool *ret_found) MUST_CHECK;
enum fault trial_sql_finish(struct rq *rq, const struct trial_row *t) MUST_CHECK;

/* --- sign-outs at the provider (logout.c) */
struct logout_notice {
	const char *company; /* slug */
	struct str token;
};
/* The browser is back: where the app waits; NULL: no sign-out has the state. */
enum fault sign_out_end(struct rq *rq, struct str state, const char **ret_location) MUST_CHECK;
enum { LOGOUT_FORM_BYTES_MAX = 20 * 1024 }; /* a token, and what else a provider sends along */
/* BAD_REQUEST when the token is none, and nothing has changed then. */
enum fault logout_heed(struct rq *rq, const struct logout_notice *in) MUST_CHECK;

/* --- the way through (sign_in.c) */
struct sign_in_start {
	const char *company; /* slug; NULL: the one of the address */
	const char *email;   /* NULL: unknown; a hint for the provider */
	const char *redirect_uri, *state, *code_challenge;
	struct uuid provider; /* zero: the company's */
};
/* Where the browser goes; cookie NULL: back to the app at once, with an error. */
struct sign_in_step {
	const char *location, *cookie;
	bool trial; /* it leads to no app */
};
/* Of a ticket, an admin's trial; location NULL: it is none, or used. */
enum fault sign_in_begin_trial(struct rq *rq, const char *ticket,
                               struct sign_in_step *out) MUST_CHECK;
enum fault sign_in_begin(struct rq *rq, const struct sign_in_start *in,
                         struct sign_in_step *out) MUST_CHECK;
struct sign_in_answer {
	struct str state, code, error, issuer, browser; /* s NULL: absent */
};
/* location NULL: no sign-in of this browser has the state. */
enum fault sign_in_end(struct rq *rq, const struct sign_in_answer *in,
                       struct sign_in_step *out) MUST_CHECK;
/* An ID Token, as it came and as it was read. */
struct said {
	struct str text;
	struct id_token token;
	const char *why; /* it is not good: a literal; NULL: no reason is known */
};
struct sign_in_row;
/* answer.c; *ret_error: the word for the app, NULL when *out is good. */
enum fault ask_provider(struct rq *rq, const struct sign_in_answer *in, const struct sign_in_row *s,
                        const struct provider_row *p, struct said *out,
                        const char **ret_error) MUST_CHECK;
const char *callback_url(struct rq *rq);

/* 256 random bits as text. */
const char *random_text(struct rq *rq);
/* RFC 7636 4.2, S256. */
const char *challenge_of(struct rq *rq, const char *verifier);
bool printable(const char *text);
const char *with_query(struct rq *rq, const char *url, const char *query);
void set_digest(unsigned char out[32], const char *text);
/* Is it one of app_redirect_uris?  Exactly, but for the port of a loopback one (RFC 8252 7.3). */
bool redirect_uri_registered(const char *registered, const char *uri);

/* --- our codes (code.c) */
enum fault make_code(struct rq *rq, const struct sign_in_row *s, struct uuid person,
                     const struct said *said, const char **ret_code) MUST_CHECK;

/* --- statements (identity_sql.c, sign_out_sql.c) */
struct identity_row {
	struct uuid company_id, person_id;
	const char *issuer, *subject, *email;
	const char *tid, *oid; /* as the token says now; NULL: it names none */
	bool active, managed;  /* managed: the company's directory says who they are */
	int64_t now;
};
enum fault identity_sql_find(struct rq *rq, struct identity_row *row, bool *ret_found) MUST_CHECK;
enum fault identity_sql_by_email(struct rq *rq, struct identity_row *row,
                                 bool *ret_found) MUST_CHECK;
enum fault identity_sql_insert(struct rq *rq, const struct identity_row *row,
                               bool *ret_duplicate) MUST_CHECK;
enum fault identity_sql_used(struct rq *rq, const struct identity_row *row) MUST_CHECK;

struct sign_in_row {
	unsigned char state_sha256[32], browser_sha256[32];
	struct uuid company_id, provider_id, trial_id; /* trial_id zero: it is none */
	const char *nonce, *verifier, *redirect_uri, *app_state, *code_challenge;
	int64_t expires_at;
};
enum fault sign_in_sql_insert(struct rq *rq, const struct sign_in_row *s) MUST_CHECK;
/* Read and gone: in a transaction of the caller. */
enum fault sign_in_sql_take(struct rq *rq, struct sha256 state, struct sign_in_row *out,
                            bool *ret_found) MUST_CHECK;

struct code_row {
	unsigned char code_sha256[32];
	struct uuid company_id, person_id, session_id, provider_id;
	const char *redirect_uri, *code_challenge, *provider_session;
	struct str id_token; /* sealed */
	int64_t expires_at;
};
enum fault code_sql_insert(struct rq *rq, const struct code_row *c) MUST_CHECK;
enum fault code_sql_lock(struct rq *rq, struct sha256 code, struct code_row *out,
                         bool *ret_found) MUST_CHECK;
/* Codes that no session was made of yet go: of the provider's session, or of the person. */
struct code_revoking {
	struct uuid company_id, provider_id, person_id;
	const char *provider_session;
	int64_t now;
};
enum fault code_sql_revoke(struct rq *rq, const struct code_revoking *r) MUST_CHECK;
enum fault code_sql_used(struct rq *rq, const struct code_row *c) MUST_CHECK;
struct identity_prune {
	int64_t before, limit;
};
enum fault sign_in_sql_prune(struct rq *rq, const struct identity_prune *p) MUST_CHECK;
struct logout_token_row {
	struct uuid company_id, provider_id;
	unsigned char jti_sha256[32];
	int64_t expires_at;
};
enum fault logout_token_sql_insert(struct rq *rq, const struct logout_token_row *row,
                                   bool *ret_duplicate) MUST_CHECK;
enum fault logout_token_sql_prune(struct rq *rq, const struct identity_prune *p) MUST_CHECK;
struct sign_out_row {
	unsigned char state_sha256[32];
	struct uuid company_id;
	const char *redirect_uri, *app_state;
	int64_t expires_at;
};
enum fault sign_out_sql_insert(struct rq *rq, const struct sign_out_row *s) MUST_CHECK;
/* Read and gone: in a transaction of the caller. */
enum fault sign_out_sql_take(struct rq *rq, struct sha256 state, struct sign_out_row *out,
                             bool *ret_found) MUST_CHECK;
enum fault client_key_sql_prune(struct rq *rq, const struct identity_prune *p) MUST_CHECK;
enum fault sign_out_sql_prune(struct rq *rq, const struct identity_prune *p) MUST_CHECK;
enum fault code_sql_prune(struct rq *rq, const struct identity_prune *p) MUST_CHECK;

#endif
