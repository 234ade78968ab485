/* SPDX-License-Identifier: Apache-2.0 */
/* follow_http.c - following colleagues over HTTP. */
#include "rostra/caller.h"
#include "rostra/people.h"

#include "follow_int.h"

/* clang-format off */
static const struct j_field face_fields[] = {
	J_ID(struct follow_face, person_id, J_REQUIRED),
	J_TEXT(struct follow_face, display_name, J_REQUIRED | J_PII, 1, 120),
	J_TEXT(struct follow_face, job_title, J_NULLABLE | J_PII, 0, 120),
	J_AT(struct follow_face, followed_at, J_REQUIRED),
};
static const struct j_schema face_schema = J_SCHEMA("follow", struct follow_face, face_fields);
/* clang-format on */

static enum fault
handle_follow(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return follow_put(rq, call->id[0]);
}

static enum fault
handle_unfollow(struct rq *rq, struct call *call, void *reply)
{
	const struct follow f = { .company_id = rq_company(rq),
		                  .follower_id = rq->who->person,
		                  .followed_id = call->id[0] };
	enum fault e = people_known(rq, f.followed_id);

	(void)reply;
	return e ? e : follow_sql_delete(rq, &f);
}

static enum fault
list_row(struct rq *rq, void *row, void *arg)
{
	const struct follow_face *f = row;

	page_add(rq, arg, f, (struct page_key){ .id = f->person_id });
	return FAULT_NONE;
}

static enum fault
list(struct rq *rq, struct call *call, bool followers)
{
	struct follow_page page = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.after = { { 1 } }, /* below every id of ours; zero would be NULL */
		.limit = call->limit + 1,
	};

	if (call->after)
		page.after = call->key.id;
	return follow_sql_page(rq, &page, followers, list_row, call);
}

static enum fault
handle_following(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return list(rq, call, false);
}

static enum fault
handle_followers(struct rq *rq, struct call *call, void *reply)
{
	(void)reply;
	return list(rq, call, true);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_PUT, .path = "/v1/people/{id}/follow", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = handle_follow, .name = "person_follow", .summary = "Follow a colleague" },
	{ .method = HTTP_DELETE, .path = "/v1/people/{id}/follow", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .kind = REPLY_NONE, .handle = handle_unfollow, .name = "person_unfollow", .summary = "Stop following a colleague" },
	{ .method = HTTP_GET, .path = "/v1/me/following", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &face_schema, .handle = handle_following, .name = "following_list", .summary = "Whom the caller follows" },
	{ .method = HTTP_GET, .path = "/v1/me/followers", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &face_schema, .handle = handle_followers, .name = "follower_list", .summary = "Who follows the caller" },
};
/* clang-format on */

const struct route_table follow_routes = ROUTES("people", rows);
