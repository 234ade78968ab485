/* SPDX-License-Identifier: Apache-2.0 */
/* session_http.c - tokens and sessions over HTTP: schemas, handlers, routes. */
#include <stdatomic.h>

#include "rostra/address.h"
#include "rostra/caller.h"
#include "rostra/conf.h"
#include "rostra/identity.h"
#include "rostra/people.h"
#include "rostra/shared.h"

#include "session_int.h"

/* clang-format off */
enum grant { GRANT_REFRESH, GRANT_CODE };
static const char *const grant_names[] = { "refresh_token", "authorization_code", NULL };

struct token_body {
	int         grant_type, platform;
	const char *refresh_token, *code, *redirect_uri, *code_verifier, *device_name;
};
static const struct j_field token_fields[] = {
	J_WORD(struct token_body, grant_type, J_REQUIRED, grant_names, -1),
	J_TEXT(struct token_body, refresh_token, J_SECRET, 1, 128, .help = "Of grant_type refresh_token"),
	J_TEXT(struct token_body, code, J_SECRET, 1, 128, .help = "Of grant_type authorization_code, as its other members"),
	J_TEXT(struct token_body, redirect_uri, 0, 1, 500, .help = "The one the sign-in was begun with"),
	J_TEXT(struct token_body, code_verifier, J_SECRET, 43, 128, .help = "RFC 7636"),
	J_TEXT(struct token_body, device_name, J_NULLABLE | J_TRIM | J_PII, 1, DEVICE_NAME_MAX, .help = "As the person knows it"),
	J_WORD(struct token_body, platform, 0, session_platform_names, PLATFORM_OTHER),
};
static const struct j_schema token_schema = J_SCHEMA("token_request", struct token_body, token_fields);

struct logout_body {
	const char *refresh_token, *redirect_uri, *state;
};
static const struct j_field logout_fields[] = {
	J_TEXT(struct logout_body, refresh_token, J_REQUIRED | J_SECRET, 1, 128),
	J_TEXT(struct logout_body, redirect_uri, 0, 1, 500, .help = "Where the app waits for the browser; one that a sign-in may name"),
	J_TEXT(struct logout_body, state, 0, 8, 512, .help = "Of redirect_uri: comes back with the browser"),
};
static const struct j_schema logout_schema = J_SCHEMA("logout", struct logout_body, logout_fields);

struct logout_json {
	const char *continue_at;
};
static const struct j_field logged_out_fields[] = {
	J_TEXT(struct logout_json, continue_at, J_REQUIRED | J_NULLABLE, 1, 16384, .help = "Open it in the browser that signed in, to sign out at the company's provider; null: there is nothing to do"),
};
static const struct j_schema logged_out_schema = J_SCHEMA("logged_out", struct logout_json, logged_out_fields);

static const char *const token_type_names[] = { "Bearer", NULL };
struct tokens_json {
	int         token_type;
	const char *access_token, *refresh_token;
	int64_t     expires_in, refresh_expires_at;
	struct uuid session_id, person_id;
};
static const struct j_field tokens_fields[] = {
	J_WORD(struct tokens_json, token_type, J_REQUIRED, token_type_names, 0),
	J_TEXT(struct tokens_json, access_token, J_REQUIRED, 1, TOKEN_BYTES_MAX),
	J_INT64(struct tokens_json, expires_in, J_REQUIRED, 0, TOKEN_LIFETIME_S, 0, .help = "Seconds the access token lives"),
	J_TEXT(struct tokens_json, refresh_token, J_REQUIRED, 1, REFRESH_TEXT_MAX, .help = "Good once; the one before it is forgotten"),
	J_AT(struct tokens_json, refresh_expires_at, J_REQUIRED, .help = "If it is not used before"),
	J_ID(struct tokens_json, session_id, J_REQUIRED),
	J_ID(struct tokens_json, person_id, J_REQUIRED),
};
static const struct j_schema tokens_schema = J_SCHEMA("tokens", struct tokens_json, tokens_fields);

static const struct j_field session_fields[] = {
	J_ID(struct session_view, id, J_REQUIRED),
	J_WORD(struct session_view, method, J_REQUIRED, session_method_names, 0),
	J_WORD(struct session_view, platform, J_REQUIRED, session_platform_names, 0),
	J_TEXT(struct session_view, device_name, J_NULLABLE | J_PII, 1, DEVICE_NAME_MAX),
	J_TEXT(struct session_view, app_version, J_NULLABLE, 1, APP_VERSION_MAX),
	J_AT(struct session_view, created_at, J_REQUIRED),
	J_AT(struct session_view, last_used_at, J_REQUIRED, .help = "The last refresh"),
	J_AT(struct session_view, expires_at, J_REQUIRED),
	J_TEXT(struct session_view, created_country, J_NULLABLE | J_PII, 2, 2, .help = "ISO 3166-1, of the network that signed in; where the operator has a file of places"),
	J_TEXT(struct session_view, created_city, J_NULLABLE | J_PII, 1, PLACE_CITY_MAX, .help = "In English"),
	J_TEXT(struct session_view, last_used_country, J_NULLABLE | J_PII, 2, 2, .help = "The same of the last refresh"),
	J_TEXT(struct session_view, last_used_city, J_NULLABLE | J_PII, 1, PLACE_CITY_MAX, .help = "In English"),
	J_BOOLEAN(struct session_view, current, J_REQUIRED, false, .help = "The one that asks"),
};
static const struct j_schema session_schema = J_SCHEMA("session", struct session_view, session_fields);
/* clang-format on */

/* A version that is none is not kept. */
static const char *
app_version(struct rq *rq, const struct call *call)
{
	struct str v = http_param(call, "HTTP_APP_VERSION");

	if (v.n == 0 || v.n > APP_VERSION_MAX)
		return NULL;
	for (size_t i = 0; i < v.n; i++) {
		if (v.s[i] != '.' && (v.s[i] < '0' || v.s[i] > '9'))
			return NULL;
	}
	return arena_copy(rq->arena, v.s, v.n);
}

/* Of the client's /24 or /48, so it is coarse; the address itself is not kept. */
static void
locate(struct rq *rq, const struct call *call, struct place *ret)
{
	const struct address a = address_parse(http_client_address(call));
	char prefix[IP_PREFIX_SIZE];

	address_prefix(&a, prefix);
	place_look_up(rq->conf->click_places, str_of(prefix), ret);
}

static enum fault
needed(struct rq *rq, const char *value, const char *pointer)
{
	return value != NULL
	           ? FAULT_NONE
	           : problem_add(&rq->problem, pointer, "is required with this grant_type");
}

static enum fault
check_members(struct rq *rq, const struct token_body *in)
{
	enum fault e;

	if (in->grant_type == GRANT_REFRESH)
		return needed(rq, in->refresh_token, "#/refresh_token");
	e = needed(rq, in->code, "#/code");
	if (needed(rq, in->redirect_uri, "#/redirect_uri") ||
	    needed(rq, in->code_verifier, "#/code_verifier"))
		e = FAULT_INVALID;
	return e;
}

static enum fault
begin_session(struct rq *rq, const struct token_body *in, const char *version,
              const struct place *at, struct session_tokens *out)
{
	struct session_new s = {
		.id = uuid_v7(rq->now_us),
		.method = SESSION_BY_OIDC,
		.platform = in->platform,
		.device_name = in->device_name,
		.app_version = version,
		.at = at,
	};
	const struct sign_in_grant grant = { in->code, in->redirect_uri, in->code_verifier, s.id };
	struct caller acting = { .kind = ACCESS_MEMBER };
	const struct caller *before = rq->who;
	struct sign_in_outcome who;
	enum fault e = sign_in_redeem(rq, &grant, &who);

	if (e)
		return e;
	e = session_limit(rq, who.company, who.person);
	if (e)
		return e;
	acting.company = who.company;
	s.person = who.person;
	s.provider = who.provider;
	s.provider_session = who.provider_session;
	s.id_token = who.id_token;
	rq->who = &acting;
	e = session_open(rq, atomic_load(&rq->shared->keys), &s, out);
	rq->who = before;
	return e;
}

static enum fault
token_post(struct rq *rq, struct call *call, void *reply)
{
	const struct token_body *in = call->body;
	const char *version = app_version(rq, call);
	struct tokens_json *out = reply;
	struct session_tokens t;
	struct place at;
	enum fault e = check_members(rq, in);

	locate(rq, call, &at);
	if (!e && in->grant_type == GRANT_REFRESH)
		e = session_refresh(rq, atomic_load(&rq->shared->keys), in->refresh_token, version,
		                    &at, &t);
	else if (!e)
		e = begin_session(rq, in, version, &at, &t);
	if (e)
		return e;
	*out = (struct tokens_json){
		.access_token = t.access_token,
		.refresh_token = t.refresh_token,
		.expires_in = t.access_s,
		.refresh_expires_at = t.refresh_expires_at,
		.session_id = t.session_id,
		.person_id = t.person_id,
	};
	return FAULT_NONE;
}

static enum fault
logout_post(struct rq *rq, struct call *call, void *reply)
{
	const struct logout_body *in = call->body;
	struct logout_json *out = reply;
	struct sign_out so = { .redirect_uri = in->redirect_uri, .state = in->state };
	struct session_ended ended;
	enum fault e = sign_out_check(rq, &so);

	if (!e)
		e = session_end_by_token(rq, in->refresh_token, &ended);
	if (e || uuid_is_zero(ended.provider))
		return e;
	so.company = ended.company;
	so.provider = ended.provider;
	so.session = ended.id;
	so.id_token = ended.id_token;
	return sign_out_begin(rq, &so, &out->continue_at);
}

static enum fault
put_session(struct rq *rq, void *row, void *arg)
{
	struct session_view *s = row;

	s->current = uuid_eq(s->id, rq->who->session);
	(void)page_add(rq, arg, s, (struct page_key){ .id = s->id });
	return FAULT_NONE;
}

static enum fault
sessions_get(struct rq *rq, struct call *call, void *reply)
{
	const struct uuid newest = { { 0 } };

	(void)reply;
	return session_each(rq, rq->who->person, call->after ? call->key.id : newest,
	                    call->limit + 1, put_session, call);
}

static enum fault
session_delete(struct rq *rq, struct call *call, void *reply)
{
	const bool itself = uuid_eq(call->id[0], rq->who->session);

	(void)reply;
	return session_end(rq, rq->who->person, call->id[0],
	                   itself ? END_PERSON : END_OTHER_SESSION);
}

static enum fault
sessions_end_others(struct rq *rq, struct call *call, void *reply)
{
	(void)call;
	(void)reply;
	return session_end_all(rq, rq->who->person, rq->who->session, END_OTHER_SESSION);
}

static enum fault
person_sign_out(struct rq *rq, struct call *call, void *reply)
{
	const struct uuid none = { { 0 } };
	enum fault e = people_known(rq, call->id[0]);

	(void)reply;
	return e ? e : session_end_all(rq, call->id[0], none, END_ADMIN);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_POST, .path = "/v1/auth/token", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC, .body = &token_schema,
	  .body_max = 4096, .kind = REPLY_OBJECT, .reply = &tokens_schema, .handle = token_post, .name = "token_post",
	  .summary = "Tokens for the code of a sign-in, or for a refresh token, which is used up (within 60 s it answers the same)" },
	{ .method = HTTP_POST, .path = "/v1/auth/logout", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC, .body = &logout_schema,
	  .body_max = 4096, .kind = REPLY_OBJECT, .reply = &logged_out_schema, .handle = logout_post, .name = "logout_post",
	  .summary = "End the session of a refresh token; of any other it ends nothing" },
	{ .method = HTTP_GET, .path = "/v1/sessions", .access = ACCESS_PEOPLE, .rate = RATE_READ, .flags = ROUTE_BEFORE_CONSENT, .kind = REPLY_LIST,
	  .reply = &session_schema, .handle = sessions_get, .name = "sessions_get",
	  .summary = "Where the caller is signed in, newest first" },
	{ .method = HTTP_DELETE, .path = "/v1/sessions/{id}", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .flags = ROUTE_BEFORE_CONSENT, .kind = REPLY_NONE,
	  .handle = session_delete, .name = "session_delete", .summary = "End one of the caller's sessions, within seconds" },
	{ .method = HTTP_POST, .path = "/v1/sessions/end-others", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .flags = ROUTE_BEFORE_CONSENT,
	  .kind = REPLY_NONE, .handle = sessions_end_others, .name = "sessions_end_others",
	  .summary = "End all of the caller's sessions but the one that asks" },
	{ .method = HTTP_POST, .path = "/v1/people/{id}/sign-out", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = person_sign_out, .name = "person_sign_out",
	  .summary = "End all sessions of a person, within seconds" },
};
/* clang-format on */

const struct route_table session_routes = ROUTES("session", rows);
