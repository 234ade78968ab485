/* SPDX-License-Identifier: Apache-2.0 */
/* feed.c - impressions: what a person has seen. */
#include "rostra/caller.h"
#include "rostra/people.h"

#include "feed_int.h"

/* A phone that was offline for longer tells nothing that anybody asks for. */
#define IMPRESSION_AGE_MAX_US (30 * US_PER_DAY)

static int64_t
clamp(int64_t at, int64_t now_us)
{
	if (at == TIME_NONE || at > now_us)
		return now_us;
	return at < now_us - IMPRESSION_AGE_MAX_US ? now_us - IMPRESSION_AGE_MAX_US : at;
}

/* What statements read: a JSON list of {id, at}; times are kept between a month ago and now. */
static const char *
feed_impressions_text(struct arena *a, const struct j_list *list, int64_t now_us)
{
	const struct impression *items = list->items;
	struct buf b = { 0 };
	const char *text;

	buf_char(&b, '[');
	for (size_t i = 0; i < list->n; i++) {
		struct civil t = civil_from_us(clamp(items[i].seen_at, now_us));
		char id[UUID_TEXT_SIZE];

		uuid_format(items[i].post_id, id);
		buf_printf(&b, "%s{\"id\":\"%s\",\"at\":\"%04d-%02d-%02d %02d:%02d:%02d.%06d\"}",
		           i ? "," : "", id, t.year, t.month, t.day, t.hour, t.minute, t.second,
		           t.us);
	}
	buf_char(&b, ']');
	text = arena_copy(a, b.s, b.n);
	buf_free(&b);
	return text;
}

static enum fault
seen_tx(struct rq *rq, void *arg)
{
	uint64_t n_new;
	enum fault e = feed_sql_seen(rq, arg, &n_new);

	if (e || n_new == 0)
		return e;

	return people_feed_changed(rq, rq->who->person);
}

enum fault
feed_seen(struct rq *rq, const struct j_list *impressions)
{
	char *text =
	    arena_strdup(rq->arena, feed_impressions_text(rq->arena, impressions, rq->now_us));

	return db_tx(rq, seen_tx, text);
}
