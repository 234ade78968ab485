/* SPDX-License-Identifier: Apache-2.0 */
/* test_rules.c - the rules of clicks: files, the filter before the patterns, people who look like
 * programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/link/rules_int.h"

#define ANDROID                                                                                    \
	"Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
#define IPHONE                                                                                     \
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "     \
	"like Gecko) Mobile/15E148 "
#define DESKTOP "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "

/* As sent by people. */
static const char *const people[] = {
	DESKTOP "Chrome/126.0.0.0 Safari/537.36",
	DESKTOP "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
	DESKTOP "Chrome/125.0 Safari/537.36 OPR/111.0",
	"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	"Version/17.5 Safari/605.1.15",
	IPHONE "[LinkedInApp]/9.29.6962",
	ANDROID "Version/4.0 Chrome/124.0.6367.82 Mobile Safari/537.36 [LinkedInApp]",
	IPHONE "[FBAN/FBIOS;FBAV/460.0.0.29.103;FBDV/iPhone14,5;FBSN/iOS;FBID/phone;FBLC/en_US]",
	ANDROID "Version/4.0 Chrome/124.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/463.0.0.30.83;]",
	ANDROID "Version/4.0 Chrome/140.0 Mobile Safari/537.36 MetaIAB Facebook",
	IPHONE "Instagram 334.0.0.42.95 (iPhone14,5; iOS 17_5; en_US; en; scale=3.00)",
	IPHONE "Barcelona 334.0.0.29.104 (iPhone14,5; iOS 17_5)",
	IPHONE "[Pinterest/iOS]",
	IPHONE "Snapchat/12.90 (like Safari/8617.2.4.10.8, panda)",
	IPHONE "MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/en",
	IPHONE "GSA/319.0 Mobile/15E148 Safari/604.1",
	IPHONE "Twitter for iPhone/10.50",
	IPHONE "Line/14.9.0",
	ANDROID "Version/4.0 Chrome/125 Mobile Safari/537.36 Viber/22.5.0.0",
	ANDROID "Chrome/125.0 Mobile Safari/537.36 Telegram-Android/10.14.5",
	"Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) "
	"Chrome/119.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Linux; Android 11; CUBOT_X30) AppleWebKit/537.36 (KHTML, like Gecko) "
	"Chrome/119.0 Mobile Safari/537.36",
	DESKTOP "Slack/4.39.95 Chrome/126.0 Electron/31.1.0 Safari/537.36 Sonic Slack_SSB/4.39.95",
	DESKTOP "Teams/1.5.00.32283 Chrome/102.0.5005.167 Electron/19.1.8 Safari/537.36",
	"Mozilla/5.0 (Linux; Android 9; KFMAWI) AppleWebKit/537.36 (KHTML, like Gecko) "
	"Silk/125.3.1 like Chrome/125.0.6422.165 Safari/537.36",
};

static const struct {
	const char *agent;
	enum click_class cls;
	const char *reason;
} others[] = {
	{ "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", CLICK_BOT,
	  "crawler" },
	{ "Mozilla/5.0 (compatible; AhrefsSiteAudit/6.1)", CLICK_BOT, "crawler" },
	{ "Screaming Frog SEO Spider/8.1", CLICK_BOT, "crawler" },
	{ "Mozilla/5.0 (compatible; Owler (ows.eu/owler))", CLICK_BOT, "crawler" },
	{ "Aegrapedia Barkrowler", CLICK_BOT, "crawler" },
	{ "Wget/1.21", CLICK_BOT, "http-library" },
	{ "Twitterbot/1.0", CLICK_PREVIEW, "x" },
	{ "Valve/Steam HTTP Client 1.0 (SteamChatURLLookup)", CLICK_PREVIEW, "card-fetcher" },
	{ "WhatsApp/2.23.20.0 A", CLICK_PREVIEW, "whatsapp" },
	{ "Mozilla/5.0 (compatible; Snap URL Preview Service; bot; snapchat)", CLICK_PREVIEW,
	  "card-fetcher" },
};

static const char *
shipped(char path[4096])
{
	snprintf(path, 4096, "%s/src/link/crawlers.rules", getenv("TEST_SOURCE"));
	return path;
}

static struct click_rules *
load(const char *path, const char *ranges)
{
	char err[400] = "";
	struct click_rules *r = click_rules_load(path, ranges, err, sizeof(err));

	if (r == NULL)
		fail_msg("%s", err);
	return r;
}

static void
write_file(char path[32], const char *text)
{
	int fd;

	strncat(path, "/tmp/rulesXXXXXX", 31);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* Rules of a text; NULL: err says why. */
static struct click_rules *
load_text(const char *text, char *err, size_t err_n)
{
	char path[32] = "", base[32] = "";
	struct click_rules *r;

	write_file(path, text);
	write_file(base, "version 1\n");
	r = click_rules_load(base, path, err, err_n);
	unlink(path);
	unlink(base);
	return r;
}

static struct verdict
judge(const struct click_rules *r, const char *agent, const char *prefix)
{
	struct click_kept kept = { .reason = "ok",
		                   .user_agent = str_of(agent),
		                   .ip_prefix = str_of(prefix) };

	return click_judge(r, &kept);
}

/* --- agents -------------------------------------------------------------------------------- */

static void
people_who_look_like_programs_stay_people(void **state)
{
	char path[4096];
	struct click_rules *r = load(shipped(path), "");

	(void)state;
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		struct verdict v = judge(r, people[i], NULL);

		if (v.cls != CLICK_HUMAN || !cstr_eq(v.reason, "ok"))
			fail_msg("%s is %s %s", people[i], click_class_names[v.cls], v.reason);
	}
	click_rules_free(&r);
}

static void
programs_are_known_by_the_public_list(void **state)
{
	char path[4096];
	struct click_rules *r = load(shipped(path), "");

	(void)state;
	assert_true(r->n_agents > 1400);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct verdict v = judge(r, others[i].agent, NULL);

		if (v.cls != others[i].cls || !cstr_eq(v.reason, others[i].reason))
			fail_msg("%s is %s %s", others[i].agent, click_class_names[v.cls],
			         v.reason);
	}
	click_rules_free(&r);
}

/* Every line of the shipped file as a pattern of its own. */
struct plain {
	struct pattern *pattern;
	char text[256];
};

static size_t
read_plain(const char *path, struct plain *out, size_t room)
{
	char line[2048], err[200];
	FILE *f = fopen(path, "re");
	size_t n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		struct str rest = { line, strlen(line) - 1 }, word;

		if (!str_starts(rest, STR("agent ")))
			continue;
		for (int skip = 0; skip < 3; skip++)
			assert_true(str_split(&rest, ' ', &word));
		assert_true(n < room && rest.n < sizeof(out->text));
		memcpy(out[n].text, rest.s, rest.n);
		out[n].text[rest.n] = '\0';
		out[n].pattern = pattern_compile(rest, err, sizeof(err));
		assert_non_null(out[n++].pattern);
	}
	fclose(f);
	return n;
}

static void
compare(const struct click_rules *r, const struct plain *plain, size_t n, struct str agent)
{
	const struct agent_rule *found = rules_agent(r, agent), *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct agent_rule *a = &r->agent[i];
		bool wins = best == NULL || (a->cls == CLICK_HUMAN && best->cls != CLICK_HUMAN) ||
		            (a->cls == CLICK_PREVIEW && best->cls != CLICK_HUMAN &&
		             best->cls != CLICK_PREVIEW);

		if (wins && pattern_matches(plain[i].pattern, agent))
			best = a;
	}
	if (found != best)
		fail_msg("%.*s: line %d, not %d", (int)agent.n, agent.s,
		         found != NULL ? found->line : -1, best != NULL ? best->line : -1);
}

/* Patterns as texts, cut and joined: most match, each in another way. */
static void
the_filter_finds_what_the_patterns_alone_would(void **state)
{
	static struct plain plain[2000];
	char path[4096], mix[600];
	struct click_rules *r = load(shipped(path), "");
	size_t n = read_plain(path, plain, 2000);
	uint64_t dice = 7;

	(void)state;
	assert_int_equal(n, r->n_agents);
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		compare(r, plain, n, str_of(people[i]));
	for (size_t i = 0; i < n; i++) {
		const char *other;
		size_t cut;

		dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
		other = plain[(dice >> 33) % n].text;
		cut = (dice >> 20) % (strlen(other) + 1);
		snprintf(mix, sizeof(mix), "%s%s %s", i % 2 ? "" : "Mozilla/5.0 (", other + cut,
		         plain[i].text);
		for (char *p = mix; *p != '\0'; p++) {
			if (*p == '\\' || *p == '^' || *p == '$')
				memmove(p, p + 1, strlen(p));
			if (*p == '\0')
				break;
		}
		compare(r, plain, n, str_of(mix));
	}
	for (size_t i = 0; i < n; i++)
		pattern_free(&plain[i].pattern);
	click_rules_free(&r);
}

static void
a_literal_is_in_every_match(void **state)
{
	static const struct {
		const char *pattern, *literal;
		bool whole;
	} rows[] = {
		{ "Googlebot\\/", "Googlebot/", true },
		{ "AdsBot-Google([^-]|$)", "AdsBot-Google", false },
		{ "^BW\\/", "BW/", false },
		{ "[wW]get", "get", false },
		{ "colou?r", "colo", false },
		{ "abc*de", "ab", false },
		{ "ab{2,3}cdef", "cdef", false },
		{ "a|bcd", "", false },
		{ "(?i)abc", "", false },
		{ "\\x41BCDE", "", false },
		{ "[])]xyz", "xyz", false },
		{ "([)]abc)yz", "yz", false },
		{ "[[:alpha:]]de", "de", false },
		{ "x+yz", "yz", false },
		{ "\\d\\d-end", "-end", false },
	};
	char out[64];
	bool whole;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = pattern_literal(str_of(rows[i].pattern), out, &whole);

		if (n != strlen(rows[i].literal) || memcmp(out, rows[i].literal, n) != 0 ||
		    whole != rows[i].whole)
			fail_msg("%s: %.*s%s", rows[i].pattern, (int)n, out,
			         whole ? ", whole" : "");
	}
}

static void
a_pattern_cannot_hold_a_thread(void **state)
{
	char err[200], slow[200];
	struct pattern *p = pattern_compile(STR("(a+)+(b+)+$"), err, sizeof(err));

	(void)state;
	assert_non_null(p);
	memset(slow, 'a', sizeof(slow));
	slow[199] = '!';
	assert_false(pattern_matches(p, (struct str){ slow, sizeof(slow) }));
	assert_true(pattern_matches(p, STR("xaab")));
	assert_false(pattern_matches(p, (struct str){ NULL, 0 }));
	pattern_free(&p);
}

/* --- ranges and files ---------------------------------------------------------------------- */

static void
the_narrowest_range_counts(void **state)
{
	char err[400] = "";
	struct click_rules *r = load_text("version 3\n"
	                                  "range bot data-centre 198.51.0.0/16\n"
	                                  "range scanner mail-gateway 198.51.100.0/24\r\n"
	                                  "range human office 198.51.101.0/24\n"
	                                  "range bot too-narrow 203.0.113.128/25\n"
	                                  "range bot data-centre 2001:db8::/32\n",
	                                  err, sizeof(err));

	(void)state;
	assert_non_null(r);
	assert_int_equal(click_rules_version(r), 4);
	assert_int_equal(r->too_narrow, 1);
	assert_string_equal(judge(r, people[0], "198.51.7.0/24").reason, "data-centre");
	assert_string_equal(judge(r, people[0], "198.51.100.0/24").reason, "mail-gateway");
	assert_int_equal(judge(r, people[0], "198.51.100.0/24").cls, CLICK_SCANNER);
	assert_int_equal(judge(r, people[0], "198.51.101.0/24").cls, CLICK_HUMAN);
	assert_int_equal(judge(r, people[0], "203.0.113.0/24").cls, CLICK_HUMAN);
	assert_int_equal(judge(r, people[0], "2001:db8:7::/48").cls, CLICK_BOT);
	assert_int_equal(judge(r, people[0], "2001:db9:7::/48").cls, CLICK_HUMAN);
	assert_int_equal(judge(r, people[0], NULL).cls, CLICK_HUMAN);
	click_rules_free(&r);
}

static void
what_a_hit_showed_outlives_other_rules(void **state)
{
	char err[400] = "";
	struct click_rules *r = load_text("version 1\nagent bot tool Chrome\n", err, sizeof(err));
	struct click_kept kept = { .reason = "same-visitor-hour", .user_agent = STR("Firefox/1") };

	(void)state;
	assert_non_null(r);
	assert_int_equal(click_judge(r, &kept).cls, CLICK_DUPLICATE);
	kept.reason = "crawler";
	assert_int_equal(click_judge(r, &kept).cls, CLICK_HUMAN);
	kept.fact = FACT_HEAD;
	assert_string_equal(click_judge(r, &kept).reason, "head");
	kept.user_agent = STR("Chrome/1");
	assert_string_equal(click_judge(r, &kept).reason, "tool");
	kept.fact = FACT_SHARER;
	assert_int_equal(click_judge(r, &kept).cls, CLICK_INTERNAL);
	click_rules_free(&r);
}

static void
who_gives_no_cookie_back_is_what_the_operator_says(void **state)
{
	char err[400] = "";
	struct click_rules *none = load_text("version 1\n", err, sizeof(err)),
			   *said = load_text("version 1\ncookieless bot other\n"
	                                     "cookieless scanner keeps-none\n"
	                                     "agent bot tool Chrome\n",
	                                     err, sizeof(err));
	struct click_kept kept = { .reason = "no-cookie", .user_agent = STR("Firefox/1") };

	(void)state;
	assert_non_null(none);
	assert_non_null(said);
	assert_int_equal(click_judge(none, &kept).cls, CLICK_HUMAN);
	assert_string_equal(click_judge(none, &kept).reason, "no-cookie");
	assert_int_equal(click_judge(said, &kept).cls, CLICK_SCANNER);
	assert_string_equal(click_judge(said, &kept).reason, "keeps-none");
	kept.reason = "keeps-none";
	kept.fact = FACT_NO_COOKIE;
	assert_int_equal(click_judge(none, &kept).cls, CLICK_HUMAN);
	kept.user_agent = STR("Chrome/1");
	assert_string_equal(click_judge(said, &kept).reason, "tool");
	click_rules_free(&none);
	click_rules_free(&said);
}

static void
a_fault_is_named_with_its_line(void **state)
{
	static const char *const rows[][2] = {
		{ "version 1\nagent bot x (\n", ":2: " },
		{ "version 1\nagent robot x y\n", "class must be" },
		{ "version 1\nagent bot X y\n", "reason must be" },
		{ "version 1\nagent bot x\n", "nothing stands" },
		{ "version 1\nrange bot x 1.2.3/24\n", "range must be" },
		{ "version 1\nrange bot x 1.2.3.0/33\n", "range must be" },
		{ "version 1\nrange bot x 1.2.3.0\n", "range must be" },
		{ "version 0\n", "one version" },
		{ "version 1\nversion 2\n", "one version" },
		{ "agent bot x yyy\n", "does not say its version" },
		{ "version 1\ncookieless bot\n", "reason must be" },
		{ "version 1\ncookieless bot x y\n", "nothing may stand" },
		{ "version 1\nhello\n", "begins with" },
		{ "version 1\nagent bot x yyy", "does not end" },
	};
	char err[400];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(load_text(rows[i][0], err, sizeof(err)));
		if (strstr(err, rows[i][1]) == NULL)
			fail_msg("%s: %s", rows[i][0], err);
	}
	assert_null(click_rules_load("/nowhere/x.rules", "", err, sizeof(err)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_who_look_like_programs_stay_people),
		cmocka_unit_test(programs_are_known_by_the_public_list),
		cmocka_unit_test(the_filter_finds_what_the_patterns_alone_would),
		cmocka_unit_test(a_literal_is_in_every_match),
		cmocka_unit_test(a_pattern_cannot_hold_a_thread),
		cmocka_unit_test(the_narrowest_range_counts),
		cmocka_unit_test(what_a_hit_showed_outlives_other_rules),
		cmocka_unit_test(who_gives_no_cookie_back_is_what_the_operator_says),
		cmocka_unit_test(a_fault_is_named_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
