/* SPDX-License-Identifier: Apache-2.0 */
/* profile_http.c - profiles over HTTP. */
#include "rostra/caller.h"

#include "profile_int.h"

/* clang-format off */
static const struct j_field value_fields[] = {
	J_ID(struct profile_value, value_id, J_REQUIRED), J_TEXT(struct profile_value, name, J_REQUIRED, 1, 60),
	J_INT64(struct profile_value, kudos, J_REQUIRED, 1, INT64_MAX, 0, .help = "Public ones"),
};
static const struct j_schema value_schema = J_SCHEMA("profile_value", struct profile_value, value_fields);
static const struct j_field post_fields[] = {
	J_ID(struct profile_post, post_id, J_REQUIRED), J_TEXT(struct profile_post, title, J_REQUIRED, 1, 200),
	J_INT64(struct profile_post, shares, J_REQUIRED, 1, INT64_MAX, 0, .help = "By others"),
};
static const struct j_schema post_schema = J_SCHEMA("profile_post", struct profile_post, post_fields);

#define TAGS(T, fl) \
	J_STRINGS(T, tags, fl, 0, PROFILE_TAGS_MAX, PROFILE_TAG_MAX, .help = "What the person says they know")
#define VISIBILITY(T, fl, def) \
	J_WORD(T, visibility, fl, profile_visibility_names, def, \
	       .help = "Who sees the profile, finds the person by what they know, and reads what they do in the feed of people")
static const struct j_field profile_fields[] = {
	J_ID(struct profile, person_id, J_REQUIRED),
	J_TEXT(struct profile, display_name, J_REQUIRED | J_PII, 1, 120),
	J_TEXT(struct profile, job_title, J_NULLABLE | J_PII, 0, 120),
	TAGS(struct profile, J_REQUIRED | J_PII),
	J_OBJECTS(struct profile, recognised_for, J_REQUIRED, 0, PROFILE_VALUES_MAX, &value_schema, .help = "Most kudos first"),
	J_OBJECTS(struct profile, shared_by_others, J_REQUIRED, 0, PROFILE_POSTS_MAX, &post_schema,
	          .help = "Posts of the reader's feed that the person suggested"),
	J_INT64(struct profile, shares, J_REQUIRED, 0, INT64_MAX, 0, .help = "Of the last 365 days"),
	J_INT64(struct profile, clicks, J_REQUIRED, 0, INT64_MAX, 0, .help = "By humans, on these shares"),
	J_BOOLEAN(struct profile, followed, J_REQUIRED, false, .help = "By the reader"),
	VISIBILITY(struct profile, J_OMIT, -1),
	J_INT64(struct profile, version, J_OMIT, 1, INT64_MAX, J_NO_INT, .help = "Of one's own: goes into PATCH"),
};
static const struct j_schema profile_schema = J_SCHEMA("profile", struct profile, profile_fields);
static const struct j_field patch_fields[] = {
	TAGS(struct profile_patch, 0), VISIBILITY(struct profile_patch, 0, PROFILE_COMPANY),
	J_INT64(struct profile_patch, version, J_REQUIRED, 1, INT64_MAX, 0),
};
const struct j_schema profile_patch_schema = J_SCHEMA_HAS("profile_patch", struct profile_patch, patch_fields);
/* clang-format on */

static enum fault
handle_get(struct rq *rq, struct call *call, void *reply)
{
	return profile_read(rq, call->id[0], reply);
}

static enum fault
handle_own(struct rq *rq, struct call *call, void *reply)
{
	(void)call;
	return profile_read(rq, rq->who->person, reply);
}

static enum fault
handle_patch(struct rq *rq, struct call *call, void *reply)
{
	enum fault e = profile_change(rq, call->body);

	return e ? e : profile_read(rq, rq->who->person, reply);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/people/{id}/profile", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &profile_schema, .handle = handle_get, .name = "profile_get",
	  .summary = "What a colleague knows, is recognised for and reaches, as far as they show it" },
	{ .method = HTTP_GET, .path = "/v1/me/profile", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_OBJECT,
	  .reply = &profile_schema, .handle = handle_own, .name = "me_profile_get", .summary = "The caller's own profile" },
	{ .method = HTTP_PATCH, .path = "/v1/me/profile", .access = ACCESS_PEOPLE, .rate = RATE_WRITE, .body = &profile_patch_schema,
	  .kind = REPLY_OBJECT, .reply = &profile_schema, .handle = handle_patch, .name = "me_profile_patch",
	  .summary = "Choose one's tags and who sees the profile" },
};
/* clang-format on */

const struct route_table profile_routes = ROUTES("people", rows);
