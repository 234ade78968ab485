/* SPDX-License-Identifier: Apache-2.0 */
/* classify.c - is a hit a person?  Pure and driven by tables; every verdict has a word for its
 * reason. */
#include <stdlib.h>
#include <string.h>

#include "rules_int.h"

enum { WORD_MAX = 32, WORD_MIN = 3, EARLY_US = 10 * 1000000 };

/*
 * Words of user agents, in byte order (they are looked up by bsearch).  A word is a run of letters,
 * digits, '-' and '_', in lower case. PREVIEW rows are what networks and messengers send to draw a
 * card; their in-app browsers carry other words
 * ("[LinkedInApp]", "FBAN", "Instagram", "Telegram-Android", "Slack_SSB", "Teams/1.5") and stay
 * human. Words that end in bot, crawler, spider or scraper need no row.
 */
/* clang-format off */
const struct agent_row agent_rows[] = {
	{ "ahc",                     true,  CLICK_BOT,     "http-library" },
	{ "aiohttp",                 false, CLICK_BOT,     "http-library" },
	{ "anthropic-ai",            false, CLICK_BOT,     "crawler" },
	{ "apache-httpclient",       false, CLICK_BOT,     "http-library" },
	{ "apis-google",             false, CLICK_BOT,     "crawler" },
	{ "axios",                   false, CLICK_BOT,     "http-library" },
	{ "barracuda",               false, CLICK_SCANNER, "mail-scanner" },
	{ "bingpreview",             false, CLICK_PREVIEW, "bing" },
	{ "bitlybot",                false, CLICK_PREVIEW, "bitly" },
	{ "cardyb",                  false, CLICK_PREVIEW, "bluesky" },
	{ "chatgpt-user",            false, CLICK_BOT,     "crawler" },
	{ "cubot",                   false, CLICK_HUMAN,   "phone" },
	{ "curl",                    false, CLICK_BOT,     "http-library" },
	{ "discordbot",              false, CLICK_PREVIEW, "discord" },
	{ "embedly",                 false, CLICK_PREVIEW, "embedly" },
	{ "facebookcatalog",         false, CLICK_PREVIEW, "facebook" },
	{ "facebookexternalhit",     false, CLICK_PREVIEW, "facebook" },
	{ "facebot",                 false, CLICK_PREVIEW, "facebook" },
	{ "go-http-client",          false, CLICK_BOT,     "http-library" },
	{ "google-extended",         false, CLICK_BOT,     "crawler" },
	{ "google-inspectiontool",   false, CLICK_BOT,     "crawler" },
	{ "google-pagerenderer",     false, CLICK_PREVIEW, "google" },
	{ "googleother",             false, CLICK_BOT,     "crawler" },
	{ "guzzlehttp",              false, CLICK_BOT,     "http-library" },
	{ "headlesschrome",          false, CLICK_BOT,     "headless" },
	{ "httpclient",              true,  CLICK_BOT,     "http-library" },
	{ "httpie",                  false, CLICK_BOT,     "http-library" },
	{ "httpx",                   false, CLICK_BOT,     "http-library" },
	{ "ia_archiver",             false, CLICK_BOT,     "crawler" },
	{ "iframely",                false, CLICK_PREVIEW, "iframely" },
	{ "insomnia",                true,  CLICK_BOT,     "http-library" },
	{ "java",                    true,  CLICK_BOT,     "http-library" },
	{ "libwww-perl",             false, CLICK_BOT,     "http-library" },
	{ "lighthouse",              false, CLICK_BOT,     "monitor" },
	{ "linkedinbot",             false, CLICK_PREVIEW, "linkedin" },
	{ "mastodon",                false, CLICK_PREVIEW, "mastodon" },
	{ "mediapartners-google",    false, CLICK_BOT,     "crawler" },
	{ "meta-externalagent",      false, CLICK_BOT,     "crawler" },
	{ "meta-externalfetcher",    false, CLICK_PREVIEW, "facebook" },
	{ "mimecast",                false, CLICK_SCANNER, "mail-scanner" },
	{ "node-fetch",              false, CLICK_BOT,     "http-library" },
	{ "okhttp",                  true,  CLICK_BOT,     "http-library" },
	{ "phantomjs",               false, CLICK_BOT,     "headless" },
	{ "php",                     true,  CLICK_BOT,     "http-library" },
	{ "pingdom",                 false, CLICK_BOT,     "monitor" },
	{ "pinterest",               true,  CLICK_PREVIEW, "pinterest" },
	{ "pinterestbot",            false, CLICK_PREVIEW, "pinterest" },
	{ "playwright",              false, CLICK_BOT,     "headless" },
	{ "postmanruntime",          false, CLICK_BOT,     "http-library" },
	{ "proofpoint",              false, CLICK_SCANNER, "mail-scanner" },
	{ "puppeteer",               false, CLICK_BOT,     "headless" },
	{ "python",                  true,  CLICK_BOT,     "http-library" },
	{ "python-requests",         false, CLICK_BOT,     "http-library" },
	{ "python-urllib",           false, CLICK_BOT,     "http-library" },
	{ "python-urllib3",          false, CLICK_BOT,     "http-library" },
	{ "redditbot",               false, CLICK_PREVIEW, "reddit" },
	{ "ruby",                    true,  CLICK_BOT,     "http-library" },
	{ "scrapy",                  false, CLICK_BOT,     "crawler" },
	{ "selenium",                false, CLICK_BOT,     "headless" },
	{ "skypeuripreview",         false, CLICK_PREVIEW, "teams" },
	{ "slack-imgproxy",          false, CLICK_PREVIEW, "slack" },
	{ "slackbot-linkexpanding",  false, CLICK_PREVIEW, "slack" },
	{ "slurp",                   false, CLICK_BOT,     "crawler" },
	{ "statuscake",              false, CLICK_BOT,     "monitor" },
	{ "synapse",                 true,  CLICK_PREVIEW, "matrix" },
	{ "telegrambot",             false, CLICK_PREVIEW, "telegram" },
	{ "tumblr",                  true,  CLICK_PREVIEW, "tumblr" },
	{ "twitterbot",              false, CLICK_PREVIEW, "x" },
	{ "undici",                  false, CLICK_BOT,     "http-library" },
	{ "vkshare",                 false, CLICK_PREVIEW, "vk" },
	{ "w3c_validator",           false, CLICK_BOT,     "monitor" },
	{ "wget",                    false, CLICK_BOT,     "http-library" },
	{ "whatsapp",                true,  CLICK_PREVIEW, "whatsapp" },
	{ "xing-contenttabreceiver", false, CLICK_PREVIEW, "xing" },
};
/* clang-format on */
const size_t agent_rows_n = sizeof(agent_rows) / sizeof(agent_rows[0]);

static const char *const bot_endings[] = { "bot", "crawler", "spider", "scraper" };

/* --- user agents --------------------------------------------------------------------------- */

static bool
word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static char
byte_lower(char c)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

	if (c < 'A' || c > 'Z')
		return c;
	return letters[c - 'A'];
}

/* The next word of *rest, lower-cased and cut; false at the end. */
static bool
word_next(struct str *rest, char out[WORD_MAX + 1], size_t *ret_n)
{
	size_t i = 0, n = 0;

	while (i < rest->n && !word_byte(rest->s[i]))
		i++;
	for (; i < rest->n && word_byte(rest->s[i]); i++) {
		if (n < WORD_MAX)
			out[n++] = byte_lower(rest->s[i]);
	}
	out[n] = '\0';
	*rest = (struct str){ rest->s + i, rest->n - i };
	*ret_n = n;
	return n > 0;
}

static int
agent_cmp(const void *key, const void *row)
{
	return strcmp(key, ((const struct agent_row *)row)->word);
}

static bool
word_is_bot(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof(bot_endings) / sizeof(bot_endings[0]); i++) {
		size_t end = strlen(bot_endings[i]);

		if (n >= end && memcmp(word + n - end, bot_endings[i], end) == 0)
			return true;
	}
	return false;
}

static struct verdict
word_verdict(const char *word, size_t n, bool first)
{
	const struct agent_row *row;

	if (n < WORD_MIN || (word[0] >= '0' && word[0] <= '9'))
		return (struct verdict){ CLICK_HUMAN, "ok" };
	row = bsearch(word, agent_rows, agent_rows_n, sizeof(agent_rows[0]), agent_cmp);
	if (row != NULL && (first || !row->first))
		return (struct verdict){ row->cls, row->reason };
	if (row == NULL && word_is_bot(word, n))
		return (struct verdict){ CLICK_BOT, "crawler" };
	return (struct verdict){ CLICK_HUMAN, "ok" };
}

/* A fetcher that also names itself a bot is a fetcher: it needs its card. */
static struct verdict
words_verdict(struct str agent)
{
	struct verdict best = { CLICK_HUMAN, "ok" };
	char word[WORD_MAX + 1];
	bool first = true;
	size_t n;

	while (word_next(&agent, word, &n)) {
		struct verdict v = word_verdict(word, n, first);

		first = false;
		if (v.cls == CLICK_PREVIEW)
			return v;
		if (v.cls != CLICK_HUMAN && best.cls == CLICK_HUMAN)
			best = v;
	}
	return best;
}

/* Our own table names more reasons than the files, which know more agents, people's too. */
static struct verdict
agent_verdict(const struct click_rules *rules, struct str agent)
{
	struct verdict v;
	const struct agent_rule *rule;

	if (agent.n > FRAME_AGENT_MAX)
		agent.n = FRAME_AGENT_MAX; /* what is kept is what is judged */
	v = words_verdict(agent);
	if (v.cls == CLICK_PREVIEW || rules == NULL)
		return v;
	rule = rules_agent(rules, agent);
	if (rule == NULL ||
	    (rule->cls != CLICK_HUMAN && rule->cls != CLICK_PREVIEW && v.cls != CLICK_HUMAN))
		return v;
	return (struct verdict){ rule->cls, rule->cls == CLICK_HUMAN ? "ok" : rule->reason };
}

/* --- the hit ------------------------------------------------------------------------------- */

/* Sec-Purpose: prefetch[;prerender] (Fetch), Purpose: prefetch (Chrome, Safari), X-Moz: prefetch
 * (Firefox), X-Purpose: preview (old Safari). */
static bool
hit_is_prefetch(const struct hit *h)
{
	return str_contains_nocase(h->sec_purpose, STR("prefetch")) ||
	       str_contains_nocase(h->sec_purpose, STR("prerender")) ||
	       str_contains_nocase(h->purpose, STR("prefetch")) ||
	       str_contains_nocase(h->purpose, STR("preview")) ||
	       str_contains_nocase(h->x_moz, STR("prefetch")) ||
	       str_contains_nocase(h->x_purpose, STR("preview"));
}

/* In the order of what tells most of a hit. */
enum click_fact
hit_fact(const struct hit *h)
{
	if (h->sharer)
		return FACT_SHARER;
	if (h->employee)
		return FACT_EMPLOYEE;
	if (hit_is_prefetch(h))
		return FACT_PREFETCH;
	if (h->user_agent.n == 0)
		return FACT_NO_AGENT;
	if (h->head)
		return FACT_HEAD;
	/* Nobody reads a post so soon; what comes first is the network's own look at the link under
	 * a browser's name. */
	if (h->age_us < EARLY_US && !h->has_language)
		return FACT_EARLY;
	return FACT_NONE;
}

static const struct verdict fact_verdicts[FACT__MAX] = {
	[FACT_NONE] = { CLICK_HUMAN, "ok" },
	[FACT_SHARER] = { CLICK_INTERNAL, "sharer" },
	[FACT_EMPLOYEE] = { CLICK_INTERNAL, "employee" },
	[FACT_PREFETCH] = { CLICK_PREFETCH, "prefetch-header" },
	[FACT_NO_AGENT] = { CLICK_BOT, "no-user-agent" },
	[FACT_HEAD] = { CLICK_BOT, "head" },
	[FACT_EARLY] = { CLICK_SCANNER, "early" },
	[FACT_DUPLICATE] = { CLICK_DUPLICATE, "same-visitor-hour" },
	[FACT_BURST] = { CLICK_SCANNER, "burst" },
	/* An office behind one address, with one browser for all, looks like a program that keeps
	 * none: it is the operator's to say what such clients are. */
	[FACT_NO_COOKIE] = { CLICK_HUMAN, "no-cookie" },
};

struct verdict
classify(const struct click_rules *rules, enum click_fact fact, struct str user_agent,
         const struct address *address)
{
	const struct range_rule *range;
	struct verdict v;

	if (fact == FACT_SHARER || fact == FACT_EMPLOYEE)
		return fact_verdicts[fact];
	v = agent_verdict(rules, user_agent);
	if (v.cls == CLICK_PREVIEW)
		return v;
	if (fact == FACT_PREFETCH)
		return fact_verdicts[fact];
	if (v.cls != CLICK_HUMAN)
		return v;
	if (fact == FACT_NO_AGENT || fact == FACT_HEAD)
		return fact_verdicts[fact];
	range = rules != NULL ? rules_range(rules, address) : NULL;
	if (range != NULL && range->cls != CLICK_HUMAN)
		return (struct verdict){ range->cls, range->reason };
	if (fact == FACT_NO_COOKIE && rules != NULL && rules->cookieless.reason[0] != '\0')
		return (struct verdict){ rules->cookieless.cls, rules->cookieless.reason };
	return fact_verdicts[fact];
}

/* --- again --------------------------------------------------------------------------------- */

enum click_fact
click_kept_fact(const struct click_kept *kept)
{
	if (kept->fact != FACT_NONE)
		return kept->fact;
	for (int f = FACT_NONE + 1; f < FACT__MAX; f++) {
		if (cstr_eq(kept->reason, fact_verdicts[f].reason))
			return (enum click_fact)f;
	}
	return FACT_NONE;
}

struct verdict
click_judge(const struct click_rules *rules, const struct click_kept *kept)
{
	struct str text = { NULL, 0 }, rest = kept->ip_prefix;
	struct address address = { .known = false };

	/* A prefix stands for all its addresses: no range in the rules is narrower. */
	if (rest.n > 0 && str_split(&rest, '/', &text))
		address = address_parse(text);
	return classify(rules, click_kept_fact(kept), kept->user_agent, &address);
}
