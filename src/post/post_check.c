/* SPDX-License-Identifier: Apache-2.0 */
/* post_check.c - what makes a post whole. */
#include "post_int.h"

/* Longest a short link may be: conf.link_url + "/r/" + 8 characters, and the space before it. */
enum { LINK_ALLOWANCE = 64 };

static void
check_kind(struct problem *p, const struct post *post)
{
	if (post->kind == POST_LINK && !post->destination_url)
		problem_add(p, "#/destination_url", "a link needs its destination");
	if (post->kind == POST_IMAGE && !post->image_url)
		problem_add(p, "#/image_url", "an image needs its URL");
	if (post->kind == POST_TEXT && post->texts.n == 0)
		problem_add(p, "#/texts", "a text needs at least one suggested text");
	if (post->image_url && !str_starts(str_of(post->image_url), STR("https://")))
		problem_add(p, "#/image_url", "must be https");
}

static bool
place_allowed(const struct post *post, int place)
{
	return place == POST_PLACE_ANY || (post->networks >> (place - 1) & 1);
}

/* Does a suggested text fit its network with link and disclosure? */
static bool
text_fits(struct arena *a, const struct post *post, const struct post_text *t)
{
	enum network n = (enum network)(t->network - 1);
	const struct network_row *row = &network_rows[n];
	const char *must = post_disclosure_for(&post->disclosures, n);
	const char *whole = must ? arena_printf(a, "%s %s", t->text, must) : t->text;
	size_t link = post->destination_url ? 1 : 0;

	if (row->limit == 0)
		return true;
	if (link)
		link += row->link_cost ? (size_t)row->link_cost : LINK_ALLOWANCE;
	return network_length(n, str_of(whole)) + link <= (size_t)row->limit;
}

static void
check_texts(struct arena *a, struct problem *p, const struct post *post)
{
	const struct post_text *t = post->texts.items;

	if (post->lock_text && post->texts.n == 0)
		problem_add(p, "#/texts", "locked texts need at least one");
	for (size_t i = 0; i < post->texts.n; i++) {
		if (!place_allowed(post, t[i].network))
			problem_add(p, arena_printf(a, "#/texts/%zu/network", i),
			            "is not among the post's networks");
		else if (t[i].network != POST_PLACE_ANY && !text_fits(a, post, &t[i]))
			problem_add(p, arena_printf(a, "#/texts/%zu/text", i),
			            "is too long there with link and disclosure");
	}
}

static void
check_disclosures(struct arena *a, struct problem *p, const struct post *post)
{
	const struct post_disclosure *d = post->disclosures.items;
	unsigned seen = 0;

	for (size_t i = 0; i < post->disclosures.n; i++) {
		const char *pointer = arena_printf(a, "#/disclosures/%zu/network", i);

		if (seen >> d[i].network & 1)
			problem_add(p, pointer, "is named twice");
		else if (!place_allowed(post, d[i].network))
			problem_add(p, pointer, "is not among the post's networks");
		seen |= 1U << d[i].network;
	}
}

enum fault
post_check(struct arena *a, struct problem *p, const struct post *post)
{
	if (post->networks == 0)
		problem_add(p, "#/networks", "names at least one network");
	if (post->publish_at != TIME_NONE && post->expire_at != TIME_NONE &&
	    post->expire_at <= post->publish_at)
		problem_add(p, "#/expire_at", "must be after publish_at");
	check_kind(p, post);
	check_disclosures(a, p, post);
	check_texts(a, p, post);
	return p->code;
}
