/* SPDX-License-Identifier: Apache-2.0 */
/* feed_http.c - the feed over HTTP: schemas, handlers, routes. */
#include "rostra/caller.h"
#include "rostra/crypto.h"
#include "rostra/post.h"

#include "feed_int.h"

/* clang-format off */
struct feed_query {
	struct uuid channel;
	bool        unseen;
};
static const struct j_field query_fields[] = {
	J_ID(struct feed_query, channel, 0, .help = "Only posts of this channel"),
	J_BOOLEAN(struct feed_query, unseen, 0, 0, .help = "Only posts the caller has not seen"),
};
static const struct j_schema query_schema = J_SCHEMA("feed_query", struct feed_query, query_fields);

static const struct j_field impression_fields[] = {
	J_ID(struct impression, post_id, J_REQUIRED),
	J_AT(struct impression, seen_at, J_NULLABLE, .help = "When, by the phone's clock; absent: now"),
};
static const struct j_schema impression_schema = J_SCHEMA("impression", struct impression, impression_fields);

struct seen_body {
	struct j_list impressions;
};
static const struct j_field seen_fields[] = {
	J_OBJECTS(struct seen_body, impressions, J_REQUIRED, 1, FEED_IMPRESSIONS_MAX, &impression_schema),
};
static const struct j_schema seen_schema = J_SCHEMA("feed_seen", struct seen_body, seen_fields);
/* clang-format on */

struct collected {
	struct feed_row *rows;
	struct post_card *cards;
	size_t n, room;
};

static void
name_card(struct collected *c, size_t i)
{
	c->cards[i].id = c->rows[i].post_id;
	c->cards[i].version = c->rows[i].post_version;
}

static enum fault
collect_row(struct rq *rq, void *row, void *arg)
{
	struct collected *c = arg;

	(void)rq;
	if (c->n < c->room) {
		c->rows[c->n] = *(const struct feed_row *)row;
		name_card(c, c->n++);
	}
	return FAULT_NONE;
}

static struct page_key
key_of(const struct feed_row *row)
{
	return (struct page_key){ .k = { row->pinned, row->published_at }, .id = row->post_id };
}

static void
add_items(struct rq *rq, struct call *call, const struct collected *c)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		const struct feed_row *row = &c->rows[i];
		struct post_reader reader = {
			.pinned = row->pinned,
			.seen_at = row->seen_at,
			.acknowledged_at = row->acknowledged_at,
			.shared_networks = row->shared_networks,
		};
		struct str json;

		if (!c->cards[i].json.s) /* gone between two statements */
			continue;
		buf_clear(&b);
		post_item_put(&b, c->cards[i].json, &reader);
		json = (struct str){ b.s, b.n };
		page_add_json(rq, call, json, key_of(row));
	}
	buf_free(&b);
}

/* The channels to read: all of the viewer's, or the one asked for if it is among them. */
static const char *
channels_of(struct rq *rq, const struct feed_viewer *viewer, const struct feed_query *q)
{
	struct str rest = str_of(viewer->channels);
	struct str part;
	char wanted[UUID_TEXT_SIZE];

	if (uuid_is_zero(q->channel))
		return viewer->channels;
	uuid_format(q->channel, wanted);
	while (str_split(&rest, ',', &part)) {
		if (str_eq_nocase(part, str_of(wanted)))
			return arena_strdup(rq->arena, wanted);
	}
	return "";
}

static enum fault
validate(struct rq *rq, struct call *call, const struct feed_viewer *viewer)
{
	int64_t versions[2] = { viewer->company_version, viewer->person_version };
	struct str channels = str_of(viewer->channels);
	struct str parts[] = { { (const char *)versions, sizeof(versions) }, channels };
	struct sha256 digest = sha256_parts(parts, 2);

	return http_etag(rq, call, digest.b, sizeof(digest.b));
}

static struct feed_page
page_of(struct rq *rq, const struct call *call, const struct feed_viewer *viewer)
{
	const struct feed_query *q = call->query;

	return (struct feed_page){
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.channels = channels_of(rq, viewer, q),
		.after = call->after,
		.after_pinned = call->key.k[0] != 0,
		.after_at = call->key.k[1],
		.after_id = call->key.id,
		.unseen = q->unseen,
		.limit = call->limit + 1,
	};
}

/* The page of the channels, read when the counters were these: is it the viewer's? */
static bool
is_page_of(const struct collected *c, const char *channels, const struct feed_viewer *viewer)
{
	return c->n > 0 && c->rows[0].company_version == viewer->company_version &&
	       c->rows[0].person_version == viewer->person_version &&
	       str_eq(str_of(channels), str_of(viewer->channels));
}

static enum fault
read_page(struct rq *rq, const struct feed_page *page, struct collected *c)
{
	c->n = 0;
	return feed_sql_page(rq, page, collect_row, c);
}

/* What is to be done yet. */
enum known { KNOWS_NOTHING, KNOWS_VIEWER, KNOWS_PAGE };

/*
 * For a reader who has no page yet, nor was given this one before: the page of the channels
 * remembered, in one statement.  Its rows tell whether they still are the viewer's; an empty page
 * tells nothing.  When only the person's own counter moved, for what they did with a post, or the
 * channels are the same all the same, the page stands.
 */
static enum fault
read_at_once(struct rq *rq, struct call *call, struct feed_viewer *viewer, struct collected *c,
             enum known *ret_known)
{
	struct feed_viewer then;
	struct feed_page page;
	enum fault e;

	*ret_known = KNOWS_NOTHING;
	if (http_param(call, "HTTP_IF_NONE_MATCH").n > 0 || !feed_viewer_remembered(rq, &then))
		return FAULT_NONE;
	page = page_of(rq, call, &then);
	if (feed_page_known(rq, &page))
		return FAULT_NONE;
	e = read_page(rq, &page, c);
	if (e || c->n == 0)
		return e;
	*viewer = then;
	if (c->rows[0].audience_version == then.audience_version)
		viewer->person_version = c->rows[0].person_version;
	if (!is_page_of(c, then.channels, viewer))
		e = feed_viewer_ask(rq, viewer);
	*ret_known = is_page_of(c, then.channels, viewer) ? KNOWS_PAGE : KNOWS_VIEWER;
	return e;
}

/* The page as it was read before, if it still is the viewer's. */
static bool
remembered(struct rq *rq, const struct feed_page *page, const struct feed_viewer *viewer,
           struct collected *c)
{
	if (!feed_page_remembered(rq, page, viewer, c->rows, &c->n))
		return false;
	for (size_t i = 0; i < c->n; i++)
		name_card(c, i);
	return true;
}

static enum fault
read_feed(struct rq *rq, struct call *call, struct collected *c)
{
	struct feed_viewer viewer = { 0 };
	struct feed_page page;
	enum known known;
	enum fault e = read_at_once(rq, call, &viewer, c, &known);

	if (!e && known == KNOWS_NOTHING)
		e = feed_viewer(rq, &viewer);
	if (!e)
		e = validate(rq, call, &viewer);
	if (e)
		return e;
	page = page_of(rq, call, &viewer);
	if (known != KNOWS_PAGE && remembered(rq, &page, &viewer, c))
		return FAULT_NONE;
	if (known != KNOWS_PAGE)
		e = read_page(rq, &page, c);
	if (!e && is_page_of(c, viewer.channels, &viewer))
		feed_page_remember(rq, &page, &viewer, c->rows, c->n);
	return e;
}

static enum fault
handle_feed(struct rq *rq, struct call *call, void *reply)
{
	struct collected c = { .room = (size_t)call->limit + 1 };
	enum fault e;

	(void)reply;
	c.rows = arena_array(rq->arena, c.room, struct feed_row);
	c.cards = arena_array(rq->arena, c.room, struct post_card);
	e = read_feed(rq, call, &c);
	if (!e)
		e = post_cards(rq, c.cards, c.n);
	if (e)
		return e;

	add_items(rq, call, &c);
	return FAULT_NONE;
}

static enum fault
handle_seen(struct rq *rq, struct call *call, void *reply)
{
	const struct seen_body *body = call->body;

	(void)reply;
	return feed_seen(rq, &body->impressions);
}

/* clang-format off */
static const struct route rows[] = {
	{ .method = HTTP_GET, .path = "/v1/feed", .access = ACCESS_PEOPLE, .rate = RATE_READ,
	  .query = &query_schema, .kind = REPLY_LIST, .reply = &post_item_schema, .handle = handle_feed,
	  .name = "feed_list", .summary = "What the caller may share: pinned posts first, then newest first" },
	{ .method = HTTP_POST, .path = "/v1/feed/seen", .access = ACCESS_PEOPLE, .rate = RATE_WRITE,
	  .body = &seen_schema, .kind = REPLY_NONE, .handle = handle_seen,
	  .name = "feed_seen", .summary = "Posts the caller has seen; harmless when repeated" },
};
/* clang-format on */

const struct route_table feed_routes = ROUTES("feed", rows);
