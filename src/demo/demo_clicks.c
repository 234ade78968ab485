/* SPDX-License-Identifier: Apache-2.0 */
/* demo_clicks.c - hits of the links: a third is no human, and most come in the first hours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/crypto.h"

#include "demo_int.h"

/* Two groups of strangers: those who see it at once and those who scroll back. */
enum { FAST_MEAN_H = 5, SLOW_MEAN_H = 70, PREVIEW_S_MAX = 90, DUPLICATE_S_MAX = 3500 };

/* clang-format off */
static const double class_part[CLICK__MAX] = {
	[CLICK_HUMAN] = 0.69, [CLICK_PREVIEW] = 0.09, [CLICK_BOT] = 0.06, [CLICK_PREFETCH] = 0.03,
	[CLICK_SCANNER] = 0.04, [CLICK_DUPLICATE] = 0.07, [CLICK_INTERNAL] = 0.02,
};

struct agent {
	const char *user_agent, *reason;
};
static const struct agent humans[] = {
	{ "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "ok" },
	{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.31", "ok" },
	{ "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36", "ok" },
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36", "ok" },
	{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:134.0) Gecko/20100101 Firefox/134.0", "ok" },
	{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Safari/605.1.15", "ok" },
	{ "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "ok" },
};
static const struct agent bots[] = {
	{ "python-requests/2.31.0", "http-library" }, { "curl/8.5.0", "http-library" },
	{ "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "crawler" },
	{ "Go-http-client/2.0", "http-library" },
};
static const struct agent fetchers[NETWORK__MAX] = {
	[NETWORK_LINKEDIN] = { "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)", "linkedin" },
	[NETWORK_X] = { "Twitterbot/1.0", "x" },
	[NETWORK_FACEBOOK] = { "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebook" },
	[NETWORK_WHATSAPP] = { "WhatsApp/2.24.6.77 A", "whatsapp" },
	[NETWORK_TELEGRAM] = { "TelegramBot (like TwitterBot)", "telegram" },
	[NETWORK_THREADS] = { "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebook" },
	[NETWORK_BLUESKY] = { "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)", "bluesky" },
	[NETWORK_MASTODON] = { "http.rb/5.1.1 (Mastodon/4.2.8; +https://social.example/)", "mastodon" },
	[NETWORK_EMAIL] = { "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "slack" },
	[NETWORK_COPY] = { "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "slack" },
};
static const char *const referrers[NETWORK__MAX] = {
	"www.linkedin.com", "t.co", "l.facebook.com", NULL, NULL, "l.threads.net", "go.bsky.app", "social.example", NULL, NULL,
};
/* clang-format on */
enum { HUMANS = sizeof(humans) / sizeof(humans[0]), BOTS = sizeof(bots) / sizeof(bots[0]) };

static int
pick_class(struct dice *d)
{
	double left = dice_unit(d);

	for (int i = 0; i < CLICK__MAX; i++) {
		left -= class_part[i];
		if (left < 0)
			return i;
	}
	return CLICK_HUMAN;
}

static int64_t
pick_time(const struct world *w, struct dice *d, const struct demo_share *s, int class)
{
	double mean_h = dice_chance(d, 0.6) ? FAST_MEAN_H : SLOW_MEAN_H;
	int64_t at;

	if (class == CLICK_PREVIEW || class == CLICK_SCANNER)
		at = s->at_us + dice_range(d, 1, PREVIEW_S_MAX) * US_PER_S;
	else
		at = world_daytime(w, d,
		                   s->at_us +
		                       (int64_t)dice_exponential(d, mean_h * (double)US_PER_HOUR));
	if (at >= w->now_us)
		at = s->at_us + (int64_t)(dice_unit(d) * (double)(w->now_us - s->at_us));
	return at;
}

/* A second look of the same stranger within the hour; becomes a first one when there was none. */
static void
make_duplicate(const struct world *w, struct dice *d, struct demo_click *c,
               const struct demo_click *first)
{
	if (!first) {
		c->class = CLICK_HUMAN;
		return;
	}
	c->at_us = first->at_us + dice_range(d, 5, DUPLICATE_S_MAX) * US_PER_S;
	if (c->at_us >= w->now_us)
		c->at_us = w->now_us - 1;
	memcpy(c->rclid, first->rclid, sizeof(c->rclid));
	c->agent = first->agent;
}

static void
make_click(const struct world *w, struct dice *d, struct demo_click *c,
           const struct demo_click *first)
{
	const struct demo_share *s = &w->shares[c->share];

	c->class = (uint8_t)pick_class(d);
	c->agent = (uint8_t)dice_range(d, 0, 63);
	c->at_us = pick_time(w, d, s, c->class);
	dice_bytes(d, c->id, sizeof(c->id));
	memcpy(c->rclid, c->id, sizeof(c->rclid));
	if (c->class == CLICK_DUPLICATE)
		make_duplicate(w, d, c, first);
}

static int
by_time(const void *a, const void *b)
{
	const struct demo_click *x = a;
	const struct demo_click *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return memcmp(x->id, y->id, sizeof(x->id));
}

/* Each share gets its part of the whole, rounded so that the sum is the whole. */
void
demo_make_clicks(struct world *w)
{
	struct dice d = world_dice(w, 7);
	double pull = 0;
	double sum = 0;
	size_t n = 0;

	w->n_clicks = world_part(w, w->o->clicks);
	w->clicks = arena_array(w->rq->arena, w->n_clicks + 1, struct demo_click);
	for (size_t i = 0; i < w->n_shares; i++)
		pull += w->shares[i].pull;
	for (size_t i = 0; i < w->n_shares; i++) {
		const struct demo_click *first = NULL;
		size_t end;

		sum += w->shares[i].pull;
		end = i + 1 == w->n_shares ? w->n_clicks
		                           : (size_t)((double)w->n_clicks * (sum / pull));
		for (; n < end && n < w->n_clicks; n++) {
			w->clicks[n].share = (uint32_t)i;
			make_click(w, &d, &w->clicks[n], first);
			if (w->clicks[n].class == CLICK_HUMAN)
				first = &w->clicks[n];
		}
	}
	w->n_clicks = n;
	qsort(w->clicks, n, sizeof(w->clicks[0]), by_time);
	for (size_t i = 0; w->company->visitor_cookie && i < n; i++)
		w->clicks[i].visitor = w->clicks[i].class == CLICK_HUMAN ? (uint32_t)i + 1 : 0;
}

static const struct agent *
agent_of(const struct demo_click *c, const struct demo_share *s)
{
	if (c->class == CLICK_PREVIEW)
		return &fetchers[s->network];
	return c->class == CLICK_BOT ? &bots[c->agent % BOTS] : &humans[c->agent % HUMANS];
}

static const char *
reason_of(const struct demo_click *c, const struct agent *agent)
{
	switch (c->class) {
	case CLICK_PREFETCH:
		return "prefetch-header";
	case CLICK_SCANNER:
		return c->agent % 2 ? "early" : "burst";
	case CLICK_DUPLICATE:
		return "same-visitor-hour";
	case CLICK_INTERNAL:
		return c->agent % 2 ? "employee" : "sharer";
	default:
		return agent->reason;
	}
}

/* 16 bytes that stand for a cookie or an address, made from a number. */
static struct str
token(struct world *w, struct load *l, const char *kind, uint64_t number)
{
	char text[64];
	struct sha256 digest;
	unsigned char *bytes = arena_alloc(l->text, 16, 1);
	int n = snprintf(text, sizeof(text), "%s %s %llu", w->company->slug, kind,
	                 (unsigned long long)number);

	digest = sha256_of(text, (size_t)n);
	memcpy(bytes, digest.b, 16);
	return (struct str){ (const char *)bytes, 16 };
}

static enum fault
write_click(struct world *w, struct load *l, const struct demo_click *c)
{
	const struct demo_share *s = &w->shares[c->share];
	const struct agent *agent = agent_of(c, s);
	uint64_t number;
	struct row_click row = { .company_id = w->id,
		                 .share_id = s->id,
		                 .clicked_us = c->at_us,
		                 .class = c->class,
		                 .user_agent = agent->user_agent,
		                 .reason = reason_of(c, agent) };

	memcpy(&number, c->id, sizeof(number));
	memcpy(row.id, c->id, sizeof(row.id));
	memcpy(row.rclid, c->rclid, sizeof(row.rclid));
	/* Addresses of RFC 5737 and RFC 3849: documentation only. */
	row.ip_prefix =
	    number % 4
		? arena_printf(l->text, "%s.0/24", number % 3 ? "203.0.113" : "198.51.100")
		: arena_printf(l->text, "2001:db8:%llx::/48", (unsigned long long)(number >> 48));
	if (c->class != CLICK_PREVIEW && c->class != CLICK_BOT && c->agent % 3)
		row.referrer = referrers[s->network];
	row.ip_hash = token(w, l, "address", number);
	if (c->visitor)
		row.visitor = token(w, l, "visitor", c->visitor);
	return load_row(l, &row);
}

enum fault
demo_write_clicks(struct world *w)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_CLICK], sizeof(struct row_click));
	for (size_t i = 0; !e && i < w->n_clicks; i++)
		e = write_click(w, &l, &w->clicks[i]);
	return load_close(&l, e);
}
