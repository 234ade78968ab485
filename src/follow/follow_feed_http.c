/* SPDX-License-Identifier: Apache-2.0 */
/* follow_feed_http.c - what those do whom the reader follows, over HTTP. */
#include "rostra/caller.h"
#include "rostra/feed.h"
#include "rostra/network.h"

#include "follow_int.h"

const char *const deed_kind_names[DEED_KIND__MAX + 1] = {
	[DEED_SHARE] = "share",
	[DEED_SUGGESTION] = "suggestion",
	[DEED_KUDOS_GIVEN] = "kudos_given",
	[DEED_KUDOS_RECEIVED] = "kudos_received",
	NULL,
};

/* clang-format off */
static const struct j_field deed_fields[] = {
	J_WORD(struct deed, kind, J_REQUIRED, deed_kind_names, 0),
	J_ID(struct deed, id, J_REQUIRED, .help = "Of the share, the suggested post or the kudos"),
	J_AT(struct deed, at, J_REQUIRED, .help = "When it was shared, published or given"),
	J_ID(struct deed, person_id, J_REQUIRED, .help = "Whom the reader follows"),
	J_TEXT(struct deed, display_name, J_REQUIRED | J_PII, 1, 120),
	J_ID(struct deed, post_id, J_NULLABLE), J_TEXT(struct deed, title, J_NULLABLE, 1, 200, .help = "Of the post"),
	J_WORD(struct deed, network, J_NULLABLE, network_names, -1),
	J_TEXT(struct deed, value_name, J_NULLABLE, 1, 60), J_TEXT(struct deed, message, J_NULLABLE | J_PII, 0, 4000),
};
static const struct j_schema deed_schema = J_SCHEMA("deed", struct deed, deed_fields);
/* clang-format on */

static enum fault
deed_row(struct rq *rq, void *row, void *arg)
{
	const struct deed *d = row;

	page_add(rq, arg, d, (struct page_key){ .k = { d->at }, .id = d->id });
	return FAULT_NONE;
}

static enum fault
handle_feed(struct rq *rq, struct call *call, void *reply)
{
	struct deed_page page = {
		.company_id = rq_company(rq),
		.reader_id = rq->who->person,
		.since = rq->now_us - FOLLOW_FEED_DAYS * US_PER_DAY,
		.before_at = call->after ? call->key.k[0] : rq->now_us + US_PER_DAY,
		.before_id = call->key.id,
		.limit = call->limit + 1,
	};
	struct feed_viewer viewer = { 0 };
	struct uuid newest;
	enum fault e = feed_viewer_ask(rq, &viewer);

	(void)reply;
	if (e)
		return e;
	page.channels = viewer.channels ? viewer.channels : "";
	uuid_client_bounds(page.since, rq->now_us, &page.since_kudos, &newest);
	return follow_sql_deeds(rq, &page, deed_row, call);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/feed/people", .access = ACCESS_PEOPLE, .rate = RATE_READ, .kind = REPLY_LIST,
	  .reply = &deed_schema, .handle = handle_feed, .name = "feed_people",
	  .summary = "Shares, suggestions and kudos of the last 30 days of those whom the caller follows, newest first" },
};
/* clang-format on */

const struct route_table follow_feed_routes = ROUTES("feed", rows);
