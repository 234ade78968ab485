/* SPDX-License-Identifier: Apache-2.0 */
/* test_link.c - codes, destinations, classes, addresses, cookies: what a redirect is made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/crypto.h"

#include "src/link/link_int.h"

enum { ARENA_BYTES = 65536 };

static int
arena_up(void **state)
{
	*state = arena_create(ARENA_BYTES);
	return 0;
}

static int
arena_down(void **state)
{
	struct arena *a = *state;

	arena_destroy(&a);
	return 0;
}

/* --- codes and ids --- */

static void
a_code_is_eight_base62_characters(void **state)
{
	char code[LINK_CODE_SIZE];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		link_code(code);
		assert_true(link_code_valid(str_of(code)));
	}
	assert_false(link_code_valid(STR("short")));
	assert_false(link_code_valid(STR("toolong12")));
	assert_false(link_code_valid(STR("with-das")));
	assert_false(link_code_valid(STR("caf\xc3\xa9 12")));
}

static void
a_click_id_reads_as_it_was_written(void **state)
{
	unsigned char id[CLICK_ID_SIZE], back[CLICK_ID_SIZE];
	char text[CLICK_ID_TEXT + 1];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		random_bytes(id, sizeof(id));
		click_id_format(id, text);
		assert_int_equal(strlen(text), CLICK_ID_TEXT);
		assert_true(click_id_parse(str_of(text), back));
		assert_memory_equal(id, back, sizeof(id));
	}
	assert_false(click_id_parse(STR(""), back));
	assert_false(click_id_parse(STR("AAAAAAAAAAAAAAA"), back));
	assert_false(click_id_parse(STR("AAAAAAAAAAAAAAAAA"), back));
	assert_false(click_id_parse(STR("AAAAAAAAAAAAAAA="), back));
	assert_false(click_id_parse(STR("AAAAAAAAAAAAAAA+"), back));
}

/* --- destinations --- */

static void
only_plain_web_addresses_are_destinations(void **state)
{
	static const struct {
		const char *why, *url;
		bool want;
	} rows[] = {
		{ "https", "https://example.com/a?b=c#d", true },
		{ "http with a port", "http://example.com:8080/", true },
		{ "no path", "https://example.com", true },
		{ "no path but a query", "https://example.com?x=1", true },
		{ "at sign in the path", "https://example.com/@me", true },
		{ "no scheme", "//example.com/", false },
		{ "script", "javascript:alert(1)", false },
		{ "data", "data:text/html,x", false },
		{ "ftp", "ftp://example.com/", false },
		{ "user part", "https://good.example@evil.example/", false },
		{ "no host", "https:///path", false },
		{ "only a port", "https://:80/", false },
		{ "space", "https://example.com/a b", false },
		{ "line break", "https://example.com/a\r\nSet-Cookie: x=1", false },
		{ "backslash", "https://example.com\\@evil.example/", false },
		{ "tab", "https://exa\tmple.com/", false },
		{ "not ASCII", "https://ex\xc3\xa4mple.com/", false },
		{ "empty", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (dest_url_valid(str_of(rows[i].url)) != rows[i].want)
			fail_msg("%s: %s", rows[i].why, rows[i].url);
	}
}

static const struct dest_words words = {
	.network = { "linkedin", 8 },
	.campaign = { "Spring & \"all\"", 14 },
	.post = { "0190", 4 },
	.share = { "aB3dE5gH", 8 },
};

static struct target
target_for(struct arena *a, const char *url, const char *const utm[5])
{
	struct target t = { .found = true };

	dest_prepare(a, str_of(url), utm, &words, &t.text[TARGET_BASE], &t.text[TARGET_FRAGMENT]);
	return t;
}

static void
a_destination_is_its_own_query_then_the_template_then_the_visitors(void **state)
{
	static const struct {
		const char *why, *url, *source, *campaign, *incoming, *rclid, *want;
	} rows[] = {
		{ "nothing to add", "https://d.example/p", NULL, NULL, "", "",
		  "https://d.example/p" },
		{ "template", "https://d.example/p", "{network}", "x", "", "",
		  "https://d.example/p?utm_source=linkedin&utm_campaign=x" },
		{ "template is encoded", "https://d.example/", NULL, "{campaign}/{post}", "", "",
		  "https://d.example/?utm_campaign=Spring%20%26%20%22all%22%2F0190" },
		{ "share is the code", "https://d.example/", "{share}", NULL, "", "",
		  "https://d.example/?utm_source=aB3dE5gH" },
		{ "unknown placeholder stays text", "https://d.example/", "{person}", NULL, "", "",
		  "https://d.example/?utm_source=%7Bperson%7D" },
		{ "own value wins", "https://d.example/?utm_source=own&a=1", "{network}", "x", "",
		  "", "https://d.example/?utm_source=own&a=1&utm_campaign=x" },
		{ "own value wins in any case", "https://d.example/?UTM_Source=own", "{network}",
		  NULL, "", "", "https://d.example/?UTM_Source=own" },
		{ "ad ids are passed on", "https://d.example/", NULL, NULL,
		  "gclid=1&fbclid=2&li_fat_id=3", "",
		  "https://d.example/?gclid=1&fbclid=2&li_fat_id=3" },
		{ "strangers set no utm", "https://d.example/", NULL, NULL,
		  "utm_source=evil&UTM_x=1&gclid=1", "", "https://d.example/?gclid=1" },
		{ "own value wins over strangers", "https://d.example/?ref=own", NULL, NULL,
		  "ref=evil&x=1", "", "https://d.example/?ref=own&x=1" },
		{ "targets are not passed on", "https://d.example/", NULL, NULL,
		  "url=https://evil.example&next=//evil.example&Redirect_URI=x&u=1&ok=1", "",
		  "https://d.example/?ok=1" },
		{ "hidden names are not passed on", "https://d.example/", NULL, NULL,
		  "%75rl=https://evil.example", "", "https://d.example/" },
		{ "rclid comes before the fragment", "https://d.example/p?a=1#top", NULL, NULL, "",
		  "AAAABBBBCCCCDDDD", "https://d.example/p?a=1&rclid=AAAABBBBCCCCDDDD#top" },
		{ "a stranger's rclid is dropped", "https://d.example/", NULL, NULL, "rclid=forged",
		  "AAAABBBBCCCCDDDD", "https://d.example/?rclid=AAAABBBBCCCCDDDD" },
		{ "and so it is without tracking", "https://d.example/", NULL, NULL, "rclid=forged",
		  "", "https://d.example/" },
		{ "empty own query", "https://d.example/?", "s", NULL, "", "",
		  "https://d.example/?utm_source=s" },
		{ "fragment with a question mark", "https://d.example/#/a?b=1", "s", NULL, "", "",
		  "https://d.example/?utm_source=s#/a?b=1" },
		{ "no header can be broken out of", "https://d.example/", NULL, NULL,
		  "a=1\r\nSet-Cookie: x=1&b=2&c=\"<>", "", "https://d.example/?b=2" },
		{ "empty parameters", "https://d.example/", NULL, NULL, "&&=1&a&b=", "",
		  "https://d.example/?a&b=" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *utm[5] = { rows[i].source, NULL, rows[i].campaign, NULL, NULL };
		struct target t = target_for(*state, rows[i].url, utm);
		struct str got =
		    dest_url(*state, &t, str_of(rows[i].incoming), str_of(rows[i].rclid));

		if (!str_is(got, rows[i].want))
			fail_msg("%s: %.*s", rows[i].why, (int)got.n, got.s);
	}
}

static void
what_strangers_add_is_bounded(void **state)
{
	static char incoming[20000];
	const char *utm[5] = { NULL };
	struct target t = target_for(*state, "https://d.example/", utm);
	struct str got;

	memset(incoming, 'a', sizeof(incoming) - 1);
	got = dest_url(*state, &t, str_of(incoming), STR(""));
	assert_true(str_is(got, "https://d.example/"));
	for (size_t i = 0; i + 2 < sizeof(incoming); i += 2)
		incoming[i + 1] = '&';
	got = dest_url(*state, &t, str_of(incoming), STR(""));
	assert_true(got.n < 18 + 2 * DEST_INCOMING_PARAMS + 2);
}

static void
a_target_survives_packing_and_nothing_else_does(void **state)
{
	struct target t = { .found = true, .track = true, .created_us = 42 }, back;
	struct str bytes;

	t.company.b[3] = 7;
	t.text[TARGET_BASE] = STR("https://d.example/");
	t.text[TARGET_TITLE] = STR("Hello");
	bytes = target_pack(*state, &t);
	assert_true(target_unpack(bytes, &back));
	assert_true(back.found && back.track && !back.dead && back.created_us == 42);
	assert_int_equal(back.company.b[3], 7);
	assert_true(str_is(back.text[TARGET_TITLE], "Hello") && back.text[TARGET_IMAGE].n == 0);
	for (size_t n = 0; n < bytes.n; n++)
		assert_false(target_unpack((struct str){ bytes.s, n }, &back));
}

/* --- classes --- */

#define CHROME                                                                                     \
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "        \
	"Chrome/131.0.0.0 Safari/537.36"
#define IPHONE                                                                                     \
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "     \
	"like Gecko) Mobile/15E148"
#define ANDROID                                                                                    \
	"Mozilla/5.0 (Linux; Android 13; CUBOT P80 Build/TP1A; wv) AppleWebKit/537.36 "            \
	"Version/4.0 Chrome/119.0 Mobile"

static struct verdict
verdict_of(const struct hit *h)
{
	const struct address nowhere = { .known = false };

	return classify(NULL, hit_fact(h), h->user_agent, &nowhere);
}

static void
agents_are_told_apart(void **state)
{
	static const struct {
		const char *agent;
		enum click_class want;
		const char *reason;
	} rows[] = {
		{ CHROME, CLICK_HUMAN, "ok" },
		{ IPHONE " [LinkedInApp]/9.29", CLICK_HUMAN, "ok" },
		{ IPHONE " [FBAN/FBIOS;FBAV/460.0;FBBV/1]", CLICK_HUMAN, "ok" },
		{ IPHONE " Instagram 330.0.0 (iPhone14,2)", CLICK_HUMAN, "ok" },
		{ IPHONE " [Pinterest/iOS]", CLICK_HUMAN, "ok" },
		{ ANDROID " Telegram-Android/10.2", CLICK_HUMAN, "ok" },
		{ ANDROID, CLICK_HUMAN, "ok" },
		{ "Mozilla/5.0 (Linux; Android 9; cubot) Chrome/90.0", CLICK_HUMAN, "ok" },
		{ CHROME " Slack_SSB/4.35", CLICK_HUMAN, "ok" },
		{ CHROME " Teams/1.5.00.1", CLICK_HUMAN, "ok" },
		{ "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
		  CLICK_PREVIEW, "facebook" },
		{ "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient "
		  "+http://www.linkedin.com)",
		  CLICK_PREVIEW, "linkedin" },
		{ "Twitterbot/1.0", CLICK_PREVIEW, "x" },
		{ "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", CLICK_PREVIEW,
		  "slack" },
		{ "WhatsApp/2.23.20.0 A", CLICK_PREVIEW, "whatsapp" },
		{ "TelegramBot (like TwitterBot)", CLICK_PREVIEW, "telegram" },
		{ "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
		  CLICK_PREVIEW, "discord" },
		{ "Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.social/) Bot", CLICK_PREVIEW,
		  "mastodon" },
		{ "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
		  CLICK_PREVIEW, "bluesky" },
		{ "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", CLICK_PREVIEW,
		  "teams" },
		{ "Mozilla/5.0 (Macintosh) Safari/601.2.4 facebookexternalhit/1.1 Facebot "
		  "Twitterbot/1.0",
		  CLICK_PREVIEW, "facebook" },
		{ "Pinterest/0.2 (+https://www.pinterest.com/bot.html)", CLICK_PREVIEW,
		  "pinterest" },
		{ "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
		  CLICK_BOT, "crawler" },
		{ "Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2)", CLICK_BOT, "crawler" },
		{ "SomethingSpider/3", CLICK_BOT, "crawler" },
		{ "curl/8.5.0", CLICK_BOT, "http-library" },
		{ "python-requests/2.31", CLICK_BOT, "http-library" },
		{ "Java/17.0.2", CLICK_BOT, "http-library" },
		{ "Mozilla/5.0 HeadlessChrome/120.0", CLICK_BOT, "headless" },
		{ "", CLICK_BOT, "no-user-agent" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hit h = { .user_agent = str_of(rows[i].agent),
			         .age_us = US_PER_DAY,
			         .has_language = true };
		struct verdict v = verdict_of(&h);

		if (v.cls != rows[i].want || !cstr_eq(v.reason, rows[i].reason))
			fail_msg("%s is %s %s", rows[i].agent, click_class_names[v.cls], v.reason);
	}
}

static void
headers_say_more_than_the_agent(void **state)
{
	const struct hit human = { .user_agent = STR(CHROME),
		                   .age_us = US_PER_DAY,
		                   .has_language = true };
	struct hit h = human;

	(void)state;
	h.sec_purpose = STR("prefetch;prerender");
	assert_int_equal(verdict_of(&h).cls, CLICK_PREFETCH);
	h = human;
	h.purpose = STR("prefetch");
	assert_int_equal(verdict_of(&h).cls, CLICK_PREFETCH);
	h = human;
	h.x_moz = STR("Prefetch");
	assert_int_equal(verdict_of(&h).cls, CLICK_PREFETCH);
	h = human;
	h.head = true;
	assert_int_equal(verdict_of(&h).cls, CLICK_BOT);
	h = human;
	h.employee = true;
	assert_string_equal(verdict_of(&h).reason, "employee");
	h.sharer = true;
	assert_string_equal(verdict_of(&h).reason, "sharer");
	assert_int_equal(verdict_of(&h).cls, CLICK_INTERNAL);
}

static void
a_browser_without_a_language_seconds_after_publication_is_a_scanner(void **state)
{
	struct hit h = { .user_agent = STR(CHROME), .age_us = US_PER_S, .has_language = false };

	(void)state;
	assert_int_equal(verdict_of(&h).cls, CLICK_SCANNER);
	h.has_language = true;
	assert_int_equal(verdict_of(&h).cls, CLICK_HUMAN);
	h.has_language = false;
	h.age_us = 60 * US_PER_S;
	assert_int_equal(verdict_of(&h).cls, CLICK_HUMAN);
}

static void
the_table_of_agents_is_in_order(void **state)
{
	(void)state;
	for (size_t i = 1; i < agent_rows_n; i++) {
		if (strcmp(agent_rows[i - 1].word, agent_rows[i].word) >= 0)
			fail_msg("%s must stand before %s", agent_rows[i].word,
			         agent_rows[i - 1].word);
	}
}

/* --- who came --- */

static void
addresses_are_kept_as_prefixes(void **state)
{
	static const struct {
		const char *address, *prefix;
	} rows[] = {
		{ "192.0.2.77", "192.0.2.0/24" },
		{ "2001:db8:1:2:3::4", "2001:db8:1::/48" },
		{ "::1", "0:0:0::/48" },
		{ "::ffff:198.51.100.7", "198.51.100.0/24" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff::/48" },
		{ "", "" },
		{ "not an address", "" },
		{ "1.2.3.4.5", "" },
	};
	char prefix[IP_PREFIX_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address a = address_parse(str_of(rows[i].address));

		address_prefix(&a, prefix);
		assert_string_equal(prefix, rows[i].prefix);
	}
}

static void
of_a_referrer_only_the_host_is_kept(void **state)
{
	(void)state;
	assert_true(str_is(referrer_host(STR("https://www.linkedin.com/feed/?x=secret")),
	                   "www.linkedin.com"));
	assert_true(str_is(referrer_host(STR("http://t.co")), "t.co"));
	assert_true(str_is(referrer_host(STR("http://t.co:8080?x")), "t.co"));
	assert_int_equal(referrer_host(STR("https://m\xc3\xbcnchen.example/")).n, 0);
	assert_true(str_is(referrer_host(STR("android-app://com.linkedin.android/")),
	                   "com.linkedin.android"));
	assert_int_equal(referrer_host(STR("javascript:x")).n, 0);
	assert_int_equal(referrer_host(STR("https://<script>")).n, 0);
	assert_int_equal(referrer_host(STR("")).n, 0);
}

static void
a_cookie_that_we_did_not_sign_is_no_cookie(void **state)
{
	static const unsigned char key[32] = { 1 }, other[32] = { 2 };
	static const struct uuid one = { { 1 } }, two = { { 2 } };
	unsigned char made[VISITOR_SIZE], read[VISITOR_SIZE], a[VISITOR_SIZE], b[VISITOR_SIZE];
	char text[VISITOR_COOKIE_TEXT + 1], header[128];

	(void)state;
	visitor_cookie_make(key, made, text);
	(void)snprintf(header, sizeof(header), "a=b; rv=%s; c=d", text);
	assert_true(visitor_cookie_read(key, str_of(header), read));
	assert_memory_equal(made, read, VISITOR_SIZE);
	assert_false(visitor_cookie_read(other, str_of(header), read));
	for (size_t i = 0; i < VISITOR_COOKIE_TEXT; i++) {
		char kept = header[8 + i];

		header[8 + i] = kept == 'A' ? 'B' : 'A';
		assert_false(visitor_cookie_read(key, str_of(header), read));
		header[8 + i] = kept;
	}
	assert_false(visitor_cookie_read(key, STR("rv="), read));
	assert_false(visitor_cookie_read(key, STR("xrv=AAAA"), read));
	visitor_of_company(key, made, one, a);
	visitor_of_company(key, made, two, b);
	assert_memory_not_equal(a, b, VISITOR_SIZE);
}

/* --- pages --- */

static void
a_card_escapes_what_people_wrote(void **state)
{
	struct target t = { .found = true };
	struct buf b = { 0 };

	(void)state;
	t.text[TARGET_TITLE] = STR("<script>alert(\"1\")</script> & 'x'");
	t.text[TARGET_IMAGE] = STR("https://i.example/\"onload=\"x");
	t.text[TARGET_LANGUAGE] = STR("en");
	card_page(&b, &t, "https://go.example/r/aB3dE5gH");
	buf_char(&b, '\0');
	assert_null(strstr(b.s, "<script>"));
	assert_null(strstr(b.s, "\"onload="));
	assert_non_null(strstr(
	    b.s,
	    "content=\"&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;\""));
	assert_non_null(
	    strstr(b.s, "property=\"og:url\" content=\"https://go.example/r/aB3dE5gH\""));
	assert_non_null(strstr(b.s, "summary_large_image"));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_is_eight_base62_characters),
		cmocka_unit_test(a_click_id_reads_as_it_was_written),
		cmocka_unit_test(only_plain_web_addresses_are_destinations),
		cmocka_unit_test(
		    a_destination_is_its_own_query_then_the_template_then_the_visitors),
		cmocka_unit_test(what_strangers_add_is_bounded),
		cmocka_unit_test(a_target_survives_packing_and_nothing_else_does),
		cmocka_unit_test(agents_are_told_apart),
		cmocka_unit_test(headers_say_more_than_the_agent),
		cmocka_unit_test(
		    a_browser_without_a_language_seconds_after_publication_is_a_scanner),
		cmocka_unit_test(the_table_of_agents_is_in_order),
		cmocka_unit_test(addresses_are_kept_as_prefixes),
		cmocka_unit_test(of_a_referrer_only_the_host_is_kept),
		cmocka_unit_test(a_cookie_that_we_did_not_sign_is_no_cookie),
		cmocka_unit_test(a_card_escapes_what_people_wrote),
	};

	return cmocka_run_group_tests(tests, arena_up, arena_down);
}
