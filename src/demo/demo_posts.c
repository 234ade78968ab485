/* SPDX-License-Identifier: Apache-2.0 */
/* demo_posts.c - posts of every state with texts and disclosures. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"
#include "rostra/text.h"

#include "demo_int.h"

/* A post a company and week day or so; texts: two in its language for any place, one short for X.
 */
static const int64_t LIFE_DAYS = 45;
enum { POSTS_PER_MONTH = 22, ALL_NETWORKS = (1 << NETWORK__MAX) - 1 };

static void
add_text(struct world *w, struct demo_post *p, const struct demo_text *opener, int place)
{
	struct demo_text *t = &p->texts[p->n_texts++];
	const char *hole = strstr(opener->body, "%s");
	const char *folded;

	t->body = arena_printf(w->rq->arena, "%.*s%s%s", (int)(hole - opener->body), opener->body,
	                       p->title, hole + 2);
	t->language = opener->language;
	t->place = place;
	folded = text_fold(w->rq->arena, str_of(t->body));
	memcpy(t->digest, sha256_of(folded, strlen(folded)).b, sizeof(t->digest));
	t->simhash = text_simhash(w->rq->arena, str_of(t->body));
}

static void
make_texts(struct world *w, struct dice *d, struct demo_post *p)
{
	size_t first = (size_t)dice_range(d, 0, (int64_t)demo_n_openers - 1);

	for (size_t i = 0; i < demo_n_openers && p->n_texts < 2; i++) {
		const struct demo_text *opener = &demo_openers[(first + i) % demo_n_openers];

		if (cstr_eq(opener->language, p->language))
			add_text(w, p, opener, POST_PLACE_ANY);
	}
	if (dice_chance(d, 0.5))
		add_text(w, p, &demo_openers[2], 1 + NETWORK_X);
}

static const char *
fill_hole(struct world *w, const char *pattern, const char *word)
{
	const char *hole = strstr(pattern, "%s");

	return arena_printf(w->rq->arena, "%.*s%s%s", (int)(hole - pattern), pattern, word,
	                    hole + 2);
}

/* Where its life stands now: old ones are over, a few of the newest are not out yet. */
static void
make_life(struct world *w, struct dice *d, struct demo_post *p)
{
	int64_t age = w->now_us - p->created_us;
	bool fresh = age < 10 * US_PER_DAY;

	p->publish_us = p->published_us = p->expire_us = p->pin_us = TIME_NONE;
	p->state = POST_LIVE;
	if (fresh && dice_chance(d, 0.25))
		p->state = dice_chance(d, 0.5) ? POST_DRAFT : POST_SUBMITTED;
	else if (fresh && dice_chance(d, 0.15))
		p->state = POST_SCHEDULED;
	else if (dice_chance(d, 0.04))
		p->state = POST_REJECTED;
	if (p->state == POST_SCHEDULED)
		p->publish_us = w->now_us + dice_range(d, 1, 14) * US_PER_DAY;
	if (p->state != POST_LIVE)
		return;
	p->published_us = world_daytime(w, d, p->created_us + dice_range(d, 1, 30) * US_PER_HOUR);
	if (p->published_us > w->now_us)
		p->published_us = w->now_us - US_PER_HOUR;
	if (dice_chance(d, 0.8) || age > 4 * LIFE_DAYS * US_PER_DAY)
		p->expire_us =
		    p->published_us + dice_range(d, LIFE_DAYS / 3, 2 * LIFE_DAYS) * US_PER_DAY;
	if (p->expire_us != TIME_NONE && p->expire_us <= w->now_us)
		p->state = POST_EXPIRED;
	if (p->state == POST_LIVE && dice_chance(d, 0.06))
		p->pin_us = w->now_us + dice_range(d, 2, 20) * US_PER_DAY;
}

static void
make_post(struct world *w, struct dice *d, size_t i)
{
	struct demo_post *p = &w->posts[i];
	const struct demo_subject *s =
	    &demo_subjects[dice_range(d, 0, (int64_t)demo_n_subjects - 1)];
	const char *word = demo_fillers[dice_range(d, 0, (int64_t)demo_n_fillers - 1)];
	int64_t span = w->now_us - w->begin_us;

	if (dice_chance(d, 0.3))
		word = demo_customers[dice_range(d, 0, (int64_t)demo_n_customers - 1)];
	p->created_us = world_daytime(w, d, w->begin_us + span * (int64_t)i / (int64_t)w->n_posts);
	if (p->created_us > w->now_us)
		p->created_us = w->now_us - 2 * US_PER_HOUR;
	p->id = dice_uuid(d, p->created_us);
	p->language = s->language;
	p->title = fill_hole(w, s->title, word);
	p->summary = fill_hole(w, s->summary, word);
	p->url = arena_printf(w->rq->arena, "%s/stories/%zu", w->company->site, i + 1);
	p->channel = (size_t)dice_range(d, 0, (int64_t)w->n_channels - 1);
	p->campaign =
	    dice_chance(d, 0.7) ? (long)dice_range(d, 0, (int64_t)w->n_campaigns - 1) : -1;
	p->kind = dice_chance(d, 0.85) ? POST_LINK : POST_IMAGE;
	if (p->kind == POST_IMAGE)
		p->image_url =
		    arena_printf(w->rq->arena, "%s/images/%zu.jpg", w->company->site, i + 1);
	p->networks = dice_chance(d, 0.8)
	                  ? ALL_NETWORKS
	                  : (1u << NETWORK_LINKEDIN | 1u << NETWORK_X | 1u << NETWORK_COPY);
	p->must_read = dice_chance(d, 0.08);
	p->lock_text = dice_chance(d, 0.1);
	p->author = ROLE_CURATOR;
	p->suggested_by =
	    dice_chance(d, 0.2) ? (long)dice_range(d, 0, (int64_t)w->n_people - 1) : -1;
	if (p->suggested_by >= 0 && w->people[p->suggested_by].joined_us > p->created_us)
		p->suggested_by = -1;
	p->appeal = dice_lognormal(d, 1, 0.9);
	make_life(w, d, p);
	make_texts(w, d, p);
}

static enum fault
write_post(struct world *w, struct load *l, const struct demo_post *p)
{
	struct row_post row = { .company_id = w->id, .p = *p };
	bool decided = p->state != POST_DRAFT && p->state != POST_SUBMITTED;

	row.channel_id = w->channels[p->channel].id;
	if (p->campaign >= 0)
		row.campaign_id = w->campaigns[p->campaign].id;
	row.author_id = w->people[p->suggested_by >= 0 ? (size_t)p->suggested_by : p->author].id;
	if (p->suggested_by >= 0)
		row.suggested_by = w->people[p->suggested_by].id;
	if (decided)
		row.decided_by = w->people[ROLE_CURATOR].id;
	if (p->state == POST_REJECTED)
		row.decision_note = "We had this one last week.";
	memcpy(row.body_sha256, sha256_of(p->id.b, sizeof(p->id.b)).b, sizeof(row.body_sha256));
	row.updated_us = p->published_us == TIME_NONE ? p->created_us : p->published_us;
	return load_row(l, &row);
}

static enum fault
write_texts(struct world *w)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_TEXT], sizeof(struct row_text));
	for (size_t i = 0; i < w->n_posts; i++) {
		const struct demo_post *p = &w->posts[i];

		for (size_t k = 0; !e && k < p->n_texts; k++) {
			struct row_text row = { .company_id = w->id,
				                .post_id = p->id,
				                .no = (int64_t)k,
				                .place = p->texts[k].place,
				                .language = p->texts[k].language,
				                .body = p->texts[k].body };

			e = load_row(&l, &row);
		}
	}
	return load_close(&l, e);
}

static enum fault
write_disclosures(struct world *w)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_DISCLOSURE], sizeof(struct row_text));
	for (size_t i = 0; !e && i < w->n_posts; i++) {
		struct row_text row = { .company_id = w->id,
			                .post_id = w->posts[i].id,
			                .place = POST_PLACE_ANY,
			                .body = w->company->disclosure };

		e = load_row(&l, &row);
	}
	return load_close(&l, e);
}

enum fault
demo_posts(struct world *w)
{
	struct dice d = world_dice(w, 4);
	struct load l;
	enum fault e = FAULT_NONE;

	w->n_posts = (size_t)w->o->months * POSTS_PER_MONTH;
	w->posts = arena_array(w->rq->arena, w->n_posts, struct demo_post);
	for (size_t i = 0; i < w->n_posts; i++)
		make_post(w, &d, i);
	load_open(&l, w, &demo_statements[DEMO_POST], sizeof(struct row_post));
	for (size_t i = 0; !e && i < w->n_posts; i++)
		e = write_post(w, &l, &w->posts[i]);
	e = load_close(&l, e);
	if (!e)
		e = write_texts(w);
	return e ? e : write_disclosures(w);
}
