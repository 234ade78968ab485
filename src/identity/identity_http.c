/* SPDX-License-Identifier: Apache-2.0 */
/* identity_http.c - identity providers for admins, and the routes of signing in. */
#include "rostra/caller.h"

#include "sign_in_http.h"

/* clang-format off */
#define PROVIDER_NAME_MAX 120
static const struct j_field new_fields[] = {
	J_TEXT(struct provider_new, name, J_REQUIRED | J_TRIM, 1, PROVIDER_NAME_MAX),
	J_TEXT(struct provider_new, issuer, J_REQUIRED, 8, 255, .help = "Exactly as its discovery document says; it cannot be changed"),
	J_TEXT(struct provider_new, client_id, J_REQUIRED, 1, 255),
	J_TEXT(struct provider_new, client_secret, J_SECRET, 1, SECRET_MAX, .help = "Required, but with client_auth private_key_jwt"),
	J_WORD(struct provider_new, client_auth, 0, client_auth_names, CLIENT_BASIC, .help = "How the secret is sent; private_key_jwt: a key of ours instead, whose public half is at jwks_uri"),
	J_WORD(struct provider_new, algorithm, 0, sig_alg_names, SIG_RS256, .help = "Of ID Tokens: others are refused"),
	J_WORD(struct provider_new, state, 0, provider_state_names, PROVIDER_OFF),
	J_BOOLEAN(struct provider_new, make_accounts, 0, false, .help = "Whoever has a verified address of email_domains gets an account"),
};
static const struct j_schema new_schema = J_SCHEMA("identity_provider_new", struct provider_new, new_fields);

struct provider_patch {
	uint64_t    has;
	int64_t     version;
	const char *name, *client_id, *client_secret;
	int         client_auth, algorithm, state;
	bool        make_accounts;
};
static const struct j_field patch_fields[] = {
	J_INT64(struct provider_patch, version, J_REQUIRED, 1, INT64_MAX, 0, .help = "The one the change is of"),
	J_TEXT(struct provider_patch, name, J_TRIM, 1, PROVIDER_NAME_MAX),
	J_TEXT(struct provider_patch, client_id, 0, 1, 255),
	J_TEXT(struct provider_patch, client_secret, J_SECRET, 1, SECRET_MAX),
	J_WORD(struct provider_patch, client_auth, 0, client_auth_names, -1),
	J_WORD(struct provider_patch, algorithm, 0, sig_alg_names, -1),
	J_WORD(struct provider_patch, state, 0, provider_state_names, -1),
	J_BOOLEAN(struct provider_patch, make_accounts, 0, false),
};
static const struct j_schema patch_schema = J_SCHEMA_HAS("identity_provider_patch", struct provider_patch, patch_fields);

static const struct j_field view_fields[] = {
	J_ID(struct provider_view, id, J_REQUIRED),
	J_TEXT(struct provider_view, name, J_REQUIRED, 1, PROVIDER_NAME_MAX),
	J_TEXT(struct provider_view, issuer, J_REQUIRED, 1, 255),
	J_TEXT(struct provider_view, client_id, J_REQUIRED, 1, 255),
	J_WORD(struct provider_view, client_auth, J_REQUIRED, client_auth_names, 0),
	J_WORD(struct provider_view, algorithm, J_REQUIRED, sig_alg_names, 0),
	J_WORD(struct provider_view, state, J_REQUIRED, provider_state_names, 0),
	J_BOOLEAN(struct provider_view, make_accounts, J_REQUIRED, false),
	J_TEXT(struct provider_view, email_domains, J_REQUIRED, 0, 500, .help = "Proved to be the company's: by the DNS (/v1/email-domains), or to the operator"),
	J_TEXT(struct provider_view, jwks_uri, J_REQUIRED | J_NULLABLE, 1, 1000, .help = "For the provider, with client_auth private_key_jwt: our public keys"),
	J_INT64(struct provider_view, version, J_REQUIRED, 1, INT64_MAX, 0),
	J_AT(struct provider_view, created_at, J_REQUIRED), J_AT(struct provider_view, updated_at, J_REQUIRED),
};
static const struct j_schema view_schema = J_SCHEMA("identity_provider", struct provider_view, view_fields);
/* clang-format on */

static enum fault
provider_put(struct rq *rq, struct call *call, void *reply)
{
	bool created;
	enum fault e = provider_create(rq, call->id[0], call->body, &created);

	if (!e && created)
		http_created(call);
	return e ? e : provider_get(rq, call->id[0], reply);
}

static enum fault
provider_patch(struct rq *rq, struct call *call, void *reply)
{
	const struct provider_patch *in = call->body;
	const struct provider_change change = {
		.id = call->id[0],
		.version = in->version,
		.name = in->name,
		.client_id = in->client_id,
		.client_secret = in->client_secret,
		.client_auth = in->client_auth,
		.algorithm = in->algorithm,
		.state = in->state,
		.set_make_accounts = j_has(&patch_schema, in, "make_accounts"),
		.make_accounts = in->make_accounts,
	};

	return provider_change(rq, &change, reply);
}

static enum fault
rotate_key(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = provider_rotate_key(rq, call->id[0]);

	return e ? e : provider_get(rq, call->id[0], reply);
}

static enum fault
provider_delete(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return provider_remove(rq, call->id[0]);
}

static enum fault
put_provider(struct rq *rq, void *row, void *arg)
{
	const struct provider_view *p = row;

	(void)page_add(rq, arg, p, (struct page_key){ .id = p->id });
	return FAULT_NONE;
}

static enum fault
providers_get(struct rq *rq, struct call *call, void *reply)
{
	const struct uuid first = { { 1 } }; /* below every id of ours; zero would be NULL */

	(void)reply;
	return provider_each(rq, call->after ? call->key.id : first, call->limit + 1, put_provider,
	                     call);
}

static enum fault
provider_one(struct rq *rq, struct call *call, void *reply)
{
	return provider_get(rq, call->id[0], reply);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/auth/start", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC, .flags = ROUTE_SENDS_ON,
	  .query = &sign_in_start_schema, .kind = REPLY_RAW, .reply_type = "text/html", .handle = handle_auth_start,
	  .name = "auth_start", .summary = "Begin a sign-in: the browser goes on to the company's provider" },
	{ .method = HTTP_GET, .path = "/v1/auth/callback", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC,
	  .flags = ROUTE_SENDS_ON | ROUTE_OPEN_QUERY, .kind = REPLY_RAW, .reply_type = "text/html",
	  .handle = handle_auth_callback, .name = "auth_callback",
	  .summary = "Where providers send the browser back; it goes on to the app with a code or an error" },
	{ .method = HTTP_GET, .path = "/v1/auth/providers", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC,
	  .query = &providers_find_query, .kind = REPLY_LIST, .reply = &provider_hit_schema, .handle = handle_providers_find,
	  .name = "auth_providers", .summary = "Where whoever has an e-mail address may sign in, by its domain" },
	{ .method = HTTP_DELETE, .path = "/v1/identity-providers/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = provider_delete, .name = "identity_provider_delete",
	  .summary = "Remove an identity provider; the sessions that began there end" },
	{ .method = HTTP_GET, .path = "/v1/auth/signed-out", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC,
	  .flags = ROUTE_SENDS_ON | ROUTE_OPEN_QUERY, .kind = REPLY_RAW, .reply_type = "text/html",
	  .handle = handle_signed_out, .name = "auth_signed_out",
	  .summary = "Where providers send the browser back after a sign-out; it goes on to the app" },
	{ .method = HTTP_GET, .path = "/v1/oidc/jwks/{id}", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC, .kind = REPLY_RAW,
	  .reply_type = "application/jwk-set+json", .handle = handle_jwks, .name = "client_jwks",
	  .summary = "For a provider: the public keys that we prove ourselves with there" },
	{ .method = HTTP_POST, .path = "/v1/identity-providers/{id}/rotate-key", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_IDEMPOTENCY_KEY, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = rotate_key,
	  .name = "identity_provider_rotate_key",
	  .summary = "Another key for private_key_jwt: public at once, signing in an hour; the one before goes a day later" },
	{ .method = HTTP_POST, .path = "/v1/oidc/backchannel-logout/{company}", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC,
	  .flags = ROUTE_BODY_STREAM, .body_type = "application/x-www-form-urlencoded", .body_max = LOGOUT_FORM_BYTES_MAX,
	  .kind = REPLY_NONE, .handle = handle_backchannel_logout, .name = "backchannel_logout",
	  .summary = "For providers: the sessions of a logout_token end; 400 when it is none or came before" },
	{ .method = HTTP_GET, .path = "/v1/identity-providers", .access = ACCESS_ADMIN, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &view_schema, .handle = providers_get, .name = "identity_providers_get",
	  .summary = "Where the company's people sign in, without secrets" },
	{ .method = HTTP_GET, .path = "/v1/identity-providers/{id}", .access = ACCESS_ADMIN, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &view_schema, .handle = provider_one, .name = "identity_provider_get",
	  .summary = "An identity provider, without its secret" },
	{ .method = HTTP_PUT, .path = "/v1/identity-providers/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .flags = ROUTE_PUT_ID, .body = &new_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = provider_put,
	  .name = "identity_provider_put", .summary = "Add an identity provider" },
	{ .method = HTTP_PATCH, .path = "/v1/identity-providers/{id}", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &patch_schema, .kind = REPLY_OBJECT, .reply = &view_schema, .handle = provider_patch,
	  .name = "identity_provider_patch", .summary = "Change an identity provider; another secret, or on and off" },
};
/* clang-format on */

const struct route_table identity_routes = ROUTES("identity", rows);
