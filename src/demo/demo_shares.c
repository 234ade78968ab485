/* SPDX-License-Identifier: Apache-2.0 */
/* demo_shares.c - who shared what where: few people share much, few posts are shared often. */
#include <stdlib.h>
#include <string.h>

#include "rostra/conf.h"
#include "rostra/crypto.h"
#include "rostra/text.h"

#include "demo_int.h"

/* How often each network is chosen, and how many strangers a share there reaches. */
static const double network_part[NETWORK__MAX] = { 0.50, 0.11, 0.10, 0.08, 0.03,
	                                           0.03, 0.04, 0.04, 0.05, 0.02 };
static const double network_reach[NETWORK__MAX] = {
	1.0, 0.8, 0.7, 0.5, 0.4, 0.4, 0.5, 0.6, 0.3, 0.2
};

enum { DELAY_MEAN_H = 55, AUDIENCE_TRIES = 12 };

/* Words that people put before or behind a suggested text. */
static const char *const remarks[] = {
	"Great read!",           "My two cents: start small.",
	"What do you think?",    "Saw this grow from day one.",
	"Lesenswert.",           "Thanks to everybody involved.",
	"More in the comments.", "Sehr gelungen!",
};
enum { REMARKS = sizeof(remarks) / sizeof(remarks[0]) };

static double *
running_sums(struct world *w, size_t n, double (*weight)(const struct world *, size_t))
{
	double *sums = arena_array(w->rq->arena, n, double);
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sums[i] = sum += weight(w, i);
	return sums;
}

static double
post_weight(const struct world *w, size_t i)
{
	const struct demo_post *p = &w->posts[i];

	return p->published_us == TIME_NONE || p->published_us >= w->now_us ? 0 : p->appeal;
}

static double
person_weight(const struct world *w, size_t i)
{
	return w->people[i].zeal;
}

static bool
may_see(const struct world *w, size_t person, const struct demo_post *p)
{
	const struct demo_channel *c = &w->channels[p->channel];
	size_t team = world_team_at(w, person, p->published_us);

	if (w->people[person].joined_us > p->published_us)
		return false;
	for (size_t i = 0; i < c->n_teams; i++) {
		if (c->teams[i] == team)
			return true;
	}
	return !c->of_teams;
}

static int
pick_network(struct dice *d, const struct demo_post *p)
{
	double left = dice_unit(d);

	for (int i = 0; i < NETWORK__MAX; i++) {
		left -= network_part[i];
		if (left < 0)
			return p->networks & (1u << i) ? i : NETWORK_LINKEDIN;
	}
	return NETWORK_LINKEDIN;
}

static int64_t
pick_time(const struct world *w, struct dice *d, const struct demo_post *p)
{
	int64_t end =
	    p->expire_us != TIME_NONE && p->expire_us < w->now_us ? p->expire_us : w->now_us;
	int64_t at =
	    p->published_us + (int64_t)dice_exponential(d, (double)(DELAY_MEAN_H * US_PER_HOUR));

	at = world_daytime(w, d, at);
	if (at >= end)
		at = p->published_us + (int64_t)(dice_unit(d) * (double)(end - p->published_us));
	return at;
}

static void
make_share(struct world *w, struct dice *d, struct demo_share *s, const double *posts,
           const double *people)
{
	const struct demo_post *p;
	size_t person = 0;
	bool found = false;

	s->post = (uint32_t)dice_weighted(d, posts, w->n_posts);
	p = &w->posts[s->post];
	for (int i = 0; i < AUDIENCE_TRIES && !found; i++) {
		person = dice_weighted(d, people, w->n_people);
		found = may_see(w, person, p);
	}
	if (!found)
		person = 0; /* an admin, who was there from the start */
	s->person = (uint32_t)person;
	s->network = pick_network(d, p);
	s->at_us = pick_time(w, d, p);
	s->revoked = dice_chance(d, 0.015);
	s->pull = w->people[person].reach * network_reach[s->network] * p->appeal *
	          dice_lognormal(d, 1, 0.6);
	dice_base62(d, s->code, DEMO_CODE_SIZE - 1);
}

static int
by_time(const void *a, const void *b)
{
	const struct demo_share *x = a;
	const struct demo_share *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return strcmp(x->code, y->code);
}

static void
make_shares(struct world *w)
{
	struct dice d = world_dice(w, 5);
	const double *posts = running_sums(w, w->n_posts, post_weight);
	const double *people = running_sums(w, w->n_people, person_weight);

	w->n_shares = world_part(w, w->o->shares);
	w->shares = arena_array(w->rq->arena, w->n_shares, struct demo_share);
	for (size_t i = 0; i < w->n_shares; i++)
		make_share(w, &d, &w->shares[i], posts, people);
	qsort(w->shares, w->n_shares, sizeof(w->shares[0]), by_time);
	for (size_t i = 0; i < w->n_shares; i++)
		w->shares[i].id = dice_uuid(&d, w->shares[i].at_us);
}

/* A suggested text as it is, or with a remark: near-duplicates of colleagues. */
static void
choose_text(struct world *w, struct dice *d, struct load *l, const struct demo_share *s,
            struct row_share *row)
{
	const struct demo_post *p = &w->posts[s->post];
	const struct demo_text *t = &p->texts[dice_range(d, 0, (int64_t)p->n_texts - 1)];
	const char *body;

	if (t->place != POST_PLACE_ANY && t->place != 1 + s->network)
		t = &p->texts[0];
	body = t->body;
	memcpy(row->text_sha256, t->digest, sizeof(row->text_sha256));
	row->text_simhash = t->simhash;
	row->edited = !p->lock_text && dice_chance(d, 0.25);
	if (row->edited) {
		const char *folded;

		body = arena_printf(l->text, "%s %s", body, remarks[dice_range(d, 0, REMARKS - 1)]);
		folded = text_fold(l->text, str_of(body));
		memcpy(row->text_sha256, sha256_of(folded, strlen(folded)).b,
		       sizeof(row->text_sha256));
		row->text_simhash = text_simhash(l->text, str_of(body));
	}
	row->text = arena_printf(l->text, "%s %s %s/r/%s", body, w->company->disclosure,
	                         w->rq->conf->link_url, s->code);
}

static enum fault
write_share(struct world *w, struct dice *d, struct load *l, const struct demo_share *s)
{
	const struct demo_post *p = &w->posts[s->post];
	struct row_share row = { .company_id = w->id,
		                 .id = s->id,
		                 .person_id = w->people[s->person].id,
		                 .post_id = p->id,
		                 .channel_id = w->channels[p->channel].id,
		                 .network = s->network,
		                 .code = s->code,
		                 .state = s->revoked ? "revoked" : "active",
		                 .created_us = s->at_us,
		                 .revoked_us = TIME_NONE };

	if (p->campaign >= 0)
		row.campaign_id = w->campaigns[p->campaign].id;
	row.team_id = w->teams[world_team_at(w, s->person, s->at_us)].id;
	if (s->revoked)
		row.revoked_us = s->at_us + (w->now_us - s->at_us) / 2;
	memcpy(row.body_sha256, sha256_of(s->id.b, sizeof(s->id.b)).b, sizeof(row.body_sha256));
	choose_text(w, d, l, s, &row);
	return load_row(l, &row);
}

enum fault
demo_shares(struct world *w)
{
	struct dice d = world_dice(w, 6);
	struct load l;
	enum fault e = FAULT_NONE;

	make_shares(w);
	load_open(&l, w, &demo_statements[DEMO_SHARE], sizeof(struct row_share));
	for (size_t i = 0; !e && i < w->n_shares; i++)
		e = write_share(w, &d, &l, &w->shares[i]);
	return load_close(&l, e);
}
