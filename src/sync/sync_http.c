/* SPDX-License-Identifier: Apache-2.0 */
/* sync_http.c - GET /v1/sync. */
#include "rostra/caller.h"

#include "sync_int.h"

/* clang-format off */
struct sync_query {
	const char *token;
	int64_t     limit;
};
static const struct j_field query_fields[] = {
	J_TEXT(struct sync_query, token, 0, 1, 200, .help = "Of the last answer; absent: everything from the start"),
	J_INT64(struct sync_query, limit, 0, 1, 1000000, SYNC_LIMIT_DEFAULT, .help = "At most 200 are given"),
};
static const struct j_schema query_schema = J_SCHEMA("sync_query", struct sync_query, query_fields);

static const struct j_field change_fields[] = {
	J_WORD(struct sync_change, kind, J_REQUIRED, sync_kind_names, 0,
	       .help = "kudos: those of the last 30 days at first, later each that the caller may see and that looks different"),
	J_WORD(struct sync_change, op, J_REQUIRED, sync_op_names, 0),
	J_ID(struct sync_change, id, J_REQUIRED),
	J_AT(struct sync_change, at, J_REQUIRED),
	J_JSON(struct sync_change, data, J_OMIT, NULL, .help = "The thing, of an upsert: post, channel, share, person or kudos"),
};
static const struct j_schema change_schema = J_SCHEMA("sync_change", struct sync_change, change_fields);

struct sync_reply {
	struct j_list changes;
	const char   *token;
	bool          has_more;
};
static const struct j_field reply_fields[] = {
	J_OBJECTS(struct sync_reply, changes, J_REQUIRED, 0, SYNC_LIMIT_MAX, &change_schema),
	J_TEXT(struct sync_reply, token, J_REQUIRED, 1, 200),
	J_BOOLEAN(struct sync_reply, has_more, J_REQUIRED, 0),
};
static const struct j_schema reply_schema = J_SCHEMA("sync", struct sync_reply, reply_fields);
/* clang-format on */

static enum fault
begin(struct rq *rq, const struct sync_query *q, struct sync_run *run)
{
	struct sync_view view = { 0 };
	enum fault e;

	if (q->token && !sync_token_read(rq, str_of(q->token), &run->state))
		return rq_fail(rq, FAULT_CURSOR, "The token is not one of this person's.");
	e = sync_sql_view(rq, &view);
	if (e)
		return e;
	if (!q->token)
		run->state = (struct sync_state){ .seq = view.newest,
			                          .person_seq = view.person_newest,
			                          .stage = SYNC_FILL_ME,
			                          .first = true };
	if (run->state.seq < view.floor || run->state.seq > view.newest)
		return rq_fail(rq, FAULT_SYNC_EXPIRED, "The token is too old.");
	run->newest = view.newest;
	run->person_newest = view.person_newest;
	run->channels = view.channels;
	return FAULT_NONE;
}

static enum fault
handle_sync(struct rq *rq, struct call *call, void *reply)
{
	const struct sync_query *q = call->query;
	struct sync_reply *out = reply;
	struct sync_run run = { 0 };
	enum fault e = begin(rq, q, &run);

	if (e)
		return e;
	run.room = (size_t)(q->limit > SYNC_LIMIT_MAX ? SYNC_LIMIT_MAX : q->limit);
	/* A turn may come when the page is full but for it. */
	run.changes = arena_array(rq->arena, run.room + 1, struct sync_change);
	e = sync_step(rq, &run);
	if (e)
		return e;

	out->changes = (struct j_list){ run.changes, run.n };
	out->token = sync_token_make(rq, &run.state);
	out->has_more = run.more;
	return FAULT_NONE;
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/sync", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &query_schema, .kind = REPLY_OBJECT, .reply = &reply_schema, .handle = handle_sync,
	  .name = "sync", .summary = "What changed for the caller since the token" },
};
/* clang-format on */

const struct route_table sync_routes = ROUTES("sync", rows);
