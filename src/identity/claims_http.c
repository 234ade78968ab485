/* SPDX-License-Identifier: Apache-2.0 */
/* claims_http.c - what a provider's claims mean, and trials of it, for admins. */
#include "rostra/caller.h"

#include "sign_in_http.h"

/* clang-format off */
#define CLAIM_MAX 120
#define SCOPES_MAX 200
#define CLAIM(T, m, what) J_TEXT(T, m, J_NULLABLE | J_TRIM, 1, CLAIM_MAX, .help = what)
#define MAP_FIELDS(T)                                                                           \
	CLAIM(T, name, "Name of the claim with the full name; null, here and below: none is read"), \
	CLAIM(T, given_name, "Name of a claim"), CLAIM(T, family_name, "Name of a claim"),       \
	CLAIM(T, department, "Name of a claim"),                                                 \
	CLAIM(T, location, "Name of a claim; a dot leads to a member: address.locality"),        \
	CLAIM(T, locale, "Name of a claim; for accounts that are made"),                         \
	CLAIM(T, groups, "Name of a claim; each group is the team with that external_id, else of that name"), \
	J_TEXT(T, scopes, J_REQUIRED | J_TRIM, 6, SCOPES_MAX, .help = "What the provider is asked for: openid and others"), \
	J_WORD(T, join_by, J_REQUIRED, join_by_names, JOIN_BY_EMAIL, .help = "How a first sign-in finds the account that the directory (SCIM) made; a verified address of a proved domain finds one in any case"), \
	CLAIM(T, join_claim, "Name of the claim of join_by")
static const struct j_field map_fields[] = { MAP_FIELDS(struct claim_map) };
static const struct j_schema map_schema = J_SCHEMA("claim_map", struct claim_map, map_fields);

struct claims_put {
	int64_t     version;
	const char *name, *given_name, *family_name, *department, *location, *locale, *groups, *scopes, *join_claim;
	int         join_by;
};
static const struct j_field put_fields[] = {
	J_INT64(struct claims_put, version, J_REQUIRED, 0, INT64_MAX, 0, .help = "The one the change is of; 0: there was none"),
	MAP_FIELDS(struct claims_put),
};
static const struct j_schema put_schema = J_SCHEMA("claim_map_put", struct claims_put, put_fields);

struct claims_use {
	int64_t version;
};
static const struct j_field use_fields[] = {
	J_INT64(struct claims_use, version, J_REQUIRED, 0, INT64_MAX, 0, .help = "Of the draft that was tried"),
};
static const struct j_schema use_schema = J_SCHEMA("claim_map_use", struct claims_use, use_fields);

struct claims_json {
	int64_t version, version_in_force;
	const struct claim_map *draft, *in_force;
};
static const struct j_field claims_fields[] = {
	J_INT64(struct claims_json, version, J_REQUIRED, 0, INT64_MAX, 0, .help = "Of the draft; 0: it was never changed"),
	J_INT64(struct claims_json, version_in_force, J_REQUIRED, 0, INT64_MAX, 0, .help = "Of the draft that is in force; 0: what every provider does"),
	J_SUB(struct claims_json, draft, J_REQUIRED, &map_schema, .help = "What trials use"),
	J_SUB(struct claims_json, in_force, J_REQUIRED, &map_schema, .help = "What sign-ins use"),
};
static const struct j_schema claims_schema = J_SCHEMA("claim_maps", struct claims_json, claims_fields);

static const char *const verdict_names[] = { "signs_in", "unknown", "inactive", "failed", NULL };
static const char *const found_names[] = { "subject", "email", "external_id", "user_name", "made", NULL };
static const char *const change_names[] = { "stays", "joins", "leaves", "unknown", NULL };
static const struct j_field person_fields[] = {
	J_ID(struct trial_person, id, J_REQUIRED | J_NULLABLE, .help = "null: the account would be made"),
	J_TEXT(struct trial_person, email, J_REQUIRED | J_NULLABLE | J_PII, 1, 254),
	J_TEXT(struct trial_person, display_name, J_REQUIRED | J_PII, 1, 120),
	J_TEXT(struct trial_person, given_name, J_REQUIRED | J_NULLABLE | J_PII, 1, 120),
	J_TEXT(struct trial_person, family_name, J_REQUIRED | J_NULLABLE | J_PII, 1, 120),
	J_TEXT(struct trial_person, department, J_REQUIRED | J_NULLABLE | J_PII, 1, 120),
	J_TEXT(struct trial_person, location, J_REQUIRED | J_NULLABLE | J_PII, 1, 120),
	J_TEXT(struct trial_person, language, J_REQUIRED | J_NULLABLE, 1, 16),
	J_WORD(struct trial_person, role_before, J_REQUIRED | J_NULLABLE, role_names, -1),
	J_WORD(struct trial_person, role_after, J_REQUIRED, role_names, 0),
};
static const struct j_schema person_schema = J_SCHEMA("sign_in_test_person", struct trial_person, person_fields);
static const struct j_field group_fields[] = {
	J_TEXT(struct account_team, group, J_REQUIRED | J_NULLABLE, 1, GROUP_NAME_MAX, .help = "As the claim has it; null: the claim lacks it"),
	J_TEXT(struct account_team, team, J_REQUIRED | J_NULLABLE, 1, 120, .help = "Its name; null: no team is it"),
	J_ID(struct account_team, team_id, J_REQUIRED | J_NULLABLE),
	J_WORD(struct account_team, change, J_REQUIRED, change_names, 0),
};
static const struct j_schema group_schema = J_SCHEMA("sign_in_test_group", struct account_team, group_fields);
static const struct j_field claim_fields[] = {
	J_TEXT(struct trial_claim, name, J_REQUIRED, 0, 1000),
	J_JSON(struct trial_claim, value, J_REQUIRED | J_ANY, NULL, .help = "As it came"),
};
static const struct j_schema claim_schema = J_SCHEMA("sign_in_test_claim", struct trial_claim, claim_fields);
static const struct j_field outcome_fields[] = {
	J_WORD(struct trial_outcome, verdict, J_REQUIRED, verdict_names, 0, .help = "unknown: nobody's account, and none would be made"),
	J_WORD(struct trial_outcome, found_by, J_REQUIRED | J_NULLABLE, found_names, -1, .help = "made: the account would be made"),
	J_TEXT(struct trial_outcome, error, J_REQUIRED | J_NULLABLE, 1, 60, .help = "Of a failed one: what an app is told"),
	J_TEXT(struct trial_outcome, reason, J_REQUIRED | J_NULLABLE, 1, 200, .help = "Of a failed one: what is wrong with the provider's answer"),
	J_SUB(struct trial_outcome, person, J_REQUIRED | J_NULLABLE, &person_schema, .help = "As they would be afterwards"),
	J_OBJECTS(struct trial_outcome, groups, J_REQUIRED, 0, 2 * GROUPS_MAX, &group_schema),
	J_OBJECTS(struct trial_outcome, claims, J_REQUIRED, 0, 1000, &claim_schema, .help = "All that the ID Token says"),
};
const struct j_schema trial_outcome_schema = J_SCHEMA("sign_in_test_outcome", struct trial_outcome, outcome_fields);

struct trial_begun {
	struct uuid id;
	const char *url;
	int64_t     expires_at;
};
static const struct j_field begun_fields[] = {
	J_ID(struct trial_begun, id, J_REQUIRED),
	J_TEXT(struct trial_begun, url, J_REQUIRED, 1, 1000, .help = "Open it in a browser, once, within the hour; nobody is signed in by it"),
	J_AT(struct trial_begun, expires_at, J_REQUIRED),
};
static const struct j_schema begun_schema = J_SCHEMA("sign_in_test_begun", struct trial_begun, begun_fields);
static const struct j_field trial_fields[] = {
	J_ID(struct trial_view, id, J_REQUIRED),
	J_AT(struct trial_view, expires_at, J_REQUIRED, .help = "It is gone then"),
	J_JSON(struct trial_view, outcome, J_REQUIRED | J_NULLABLE, &trial_outcome_schema, .help = "null: the browser is not back yet"),
};
static const struct j_schema trial_schema = J_SCHEMA("sign_in_test", struct trial_view, trial_fields);

struct ticket_query {
	const char *ticket;
};
static const struct j_field ticket_fields[] = {
	J_TEXT(struct ticket_query, ticket, J_REQUIRED | J_SECRET, CHALLENGE_CHARS, CHALLENGE_CHARS),
};
static const struct j_schema ticket_query_schema = J_SCHEMA("sign_in_test_ticket", struct ticket_query, ticket_fields);
/* clang-format on */

static void
show(const struct claims_pair *pair, struct rq *rq, struct claims_json *out)
{
	struct claims_pair *kept = arena_new(rq->arena, struct claims_pair);

	*kept = *pair;
	*out = (struct claims_json){ pair->version, pair->version_in_force, &kept->draft,
		                     &kept->in_force };
}

static enum fault
maps_get(struct rq *rq, struct call *call, void *reply)
{
	struct claims_pair pair;
	enum fault e = claims_get(rq, call->id[0], &pair);

	if (!e)
		show(&pair, rq, reply);
	return e;
}

static enum fault
draft_put(struct rq *rq, struct call *call, void *reply)
{
	const struct claims_put *in = call->body;
	const struct claim_map map = { .name = in->name,
		                       .given_name = in->given_name,
		                       .family_name = in->family_name,
		                       .department = in->department,
		                       .location = in->location,
		                       .locale = in->locale,
		                       .groups = in->groups,
		                       .scopes = in->scopes,
		                       .join_claim = in->join_claim,
		                       .join_by = in->join_by };
	struct claims_pair pair;
	enum fault e = claims_draft(rq, call->id[0], in->version, &map, &pair);

	if (!e)
		show(&pair, rq, reply);
	return e;
}

static enum fault
draft_use(struct rq *rq, struct call *call, void *reply)
{
	const struct claims_use *in = call->body;
	struct claims_pair pair;
	enum fault e = claims_use(rq, call->id[0], in->version, &pair);

	if (!e)
		show(&pair, rq, reply);
	return e;
}

static enum fault
test_post(struct rq *rq, struct call *call, void *reply)
{
	struct trial_begun *out = reply;
	struct trial_row t;
	enum fault e = trial_begin(rq, call->id[0], &t, &out->url);

	out->id = t.id;
	out->expires_at = t.expires_at;
	if (!e)
		http_created(call);
	return e;
}

static enum fault
test_get(struct rq *rq, struct call *call, void *reply)
{
	return trial_get(rq, call->id[0], call->id[1], reply);
}

static enum fault
auth_test(struct rq *rq, struct call *call, void *reply)
{
	const struct ticket_query *q = call->query;
	struct sign_in_step step;
	enum fault e = sign_in_begin_trial(rq, q->ticket, &step);

	(void)reply;
	if (e)
		return e;
	if (step.location == NULL)
		return page_of(call, 404, "This trial is over",
		               "It was begun before, took too long, or the provider does not "
		               "answer. The outcome is where it was asked for.");
	set_sign_in_cookie(rq, call, step.cookie, SIGN_IN_S);
	return send_on(call, step.location);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/identity-providers/{id}/claims", .access = ACCESS_ADMIN, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &claims_schema, .handle = maps_get, .name = "identity_provider_claims_get",
	  .summary = "What a provider's claims mean: the draft, and what is in force" },
	{ .method = HTTP_PUT, .path = "/v1/identity-providers/{id}/claims", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &put_schema, .kind = REPLY_OBJECT, .reply = &claims_schema, .handle = draft_put,
	  .name = "identity_provider_claims_put", .summary = "Another draft; nothing changes for anybody" },
	{ .method = HTTP_POST, .path = "/v1/identity-providers/{id}/claims/use", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .body = &use_schema, .kind = REPLY_OBJECT, .reply = &claims_schema, .handle = draft_use,
	  .name = "identity_provider_claims_use", .summary = "The draft is in force, from the next sign-in on" },
	{ .method = HTTP_POST, .path = "/v1/identity-providers/{id}/test", .access = ACCESS_ADMIN, .rate = RATE_WRITE,
	  .kind = REPLY_OBJECT, .reply = &begun_schema, .handle = test_post, .name = "identity_provider_test",
	  .summary = "Try the draft: sign in, and see which claims come and what would happen; the provider may be off" },
	{ .method = HTTP_GET, .path = "/v1/identity-providers/{id}/tests/{other_id}", .access = ACCESS_ADMIN, .rate = RATE_READ,
	  .kind = REPLY_OBJECT, .reply = &trial_schema, .handle = test_get, .name = "identity_provider_test_get",
	  .summary = "The outcome of a test, for an hour" },
	{ .method = HTTP_GET, .path = "/v1/auth/test", .access = ACCESS_PUBLIC, .rate = RATE_PUBLIC, .flags = ROUTE_SENDS_ON,
	  .query = &ticket_query_schema, .kind = REPLY_RAW, .reply_type = "text/html", .handle = auth_test,
	  .name = "auth_test", .summary = "The browser of a test goes on to the company's provider" },
};
/* clang-format on */

const struct route_table identity_claims_routes = ROUTES("identity", rows);
