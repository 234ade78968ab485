/* SPDX-License-Identifier: Apache-2.0 */
/* test_content.c - rules of campaigns, posts, shares and sync tokens that need nothing running. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/caller.h"
#include "rostra/shared.h"

#include "src/campaign/campaign_int.h"
#include "src/post/post_int.h"
#include "src/share/share_int.h"
#include "src/sync/sync_int.h"

static int
set_up(void **state)
{
	*state = arena_create(65536);
	return 0;
}

static int
tear_down(void **state)
{
	struct arena *a = *state;

	arena_destroy(&a);
	return 0;
}

static void
utm_templates_know_four_placeholders(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "", true },           { "plain", true },
		{ "{network}", true },  { "a-{campaign}-{post}-{share}", true },
		{ "{person}", false },  { "{email}", false },
		{ "{}", false },        { "{network", false },
		{ "network}", false },  { "{{network}}", false },
		{ "{Network}", false }, { "{network }", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(utm_template_valid(str_of(rows[i].text)), rows[i].want);
}

static void
a_post_moves_only_along_its_life(void **state)
{
	enum { X = -1, D = POST_DRAFT, S = POST_SUBMITTED, C = POST_SCHEDULED, L = POST_LIVE };
	enum { E = POST_EXPIRED, R = POST_REJECTED };
	/* submit, publish now, reject, expire, edit by author, edit by curator, pin */
	static const int want[POST_STATE__MAX][POST_EV__MAX] = {
		[POST_DRAFT] = { S, L, R, X, D, D, X },
		[POST_SUBMITTED] = { X, L, R, X, S, S, X },
		[POST_SCHEDULED] = { X, L, R, E, S, C, C },
		[POST_LIVE] = { X, X, R, E, S, L, L },
		[POST_EXPIRED] = { X, L, X, X, X, E, X },
		[POST_REJECTED] = { S, L, X, X, R, R, X },
	};

	(void)state;
	for (int from = 0; from < POST_STATE__MAX; from++) {
		for (int ev = 0; ev < POST_EV__MAX; ev++) {
			enum post_state to = POST_STATE__MAX;
			bool ok =
			    post_next_state((enum post_state)from, (enum post_event)ev, false, &to);

			assert_int_equal(ok, want[from][ev] != X);
			if (ok)
				assert_int_equal(to, want[from][ev]);
		}
	}
}

static void
publishing_for_later_schedules(void **state)
{
	enum post_state to = POST_DRAFT;

	(void)state;
	assert_true(post_next_state(POST_SUBMITTED, POST_EV_PUBLISH, true, &to));
	assert_int_equal(to, POST_SCHEDULED);
	assert_true(post_next_state(POST_EXPIRED, POST_EV_PUBLISH, true, &to));
	assert_int_equal(to, POST_SCHEDULED);
	assert_false(post_next_state(POST_LIVE, POST_EV_PUBLISH, true, &to));
}

static struct post
good_post(void)
{
	return (struct post){
		.kind = POST_LINK,
		.language = "en",
		.title = "t",
		.destination_url = "https://a.example/",
		.networks = 1U << NETWORK_X | 1U << NETWORK_LINKEDIN,
		.publish_at = TIME_NONE,
		.expire_at = TIME_NONE,
	};
}

/* The pointers of all faults, in order. */
static const char *
faults_of(struct arena *a, const struct post *post)
{
	struct problem p = { 0 };
	const char *all = "";

	if (post_check(a, &p, post) == FAULT_NONE)
		return "";
	for (size_t i = 0; i < p.n_viol; i++)
		all = arena_printf(a, "%s%s%s", all, i ? " " : "", p.viol[i].pointer);
	return all;
}

static void
each_kind_of_post_needs_its_own(void **state)
{
	struct post p = good_post();

	assert_string_equal(faults_of(*state, &p), "");
	p.destination_url = NULL;
	assert_string_equal(faults_of(*state, &p), "#/destination_url");
	p.kind = POST_IMAGE;
	assert_string_equal(faults_of(*state, &p), "#/image_url");
	p.image_url = "http://a.example/i.png";
	assert_string_equal(faults_of(*state, &p), "#/image_url");
	p.image_url = "https://a.example/i.png";
	assert_string_equal(faults_of(*state, &p), "");
	p.kind = POST_TEXT;
	assert_string_equal(faults_of(*state, &p), "#/texts");
}

static void
all_faults_of_a_post_are_told_at_once(void **state)
{
	struct post_text texts[] = { { 1 + NETWORK_X, "en", "fits" },
		                     { 1 + NETWORK_EMAIL, "en", "no such network here" } };
	struct post_disclosure twice[] = { { 0, "#ad" }, { 0, "#ad" } };
	struct post p = good_post();

	p.destination_url = NULL;
	p.publish_at = 2;
	p.expire_at = 2;
	p.texts = (struct j_list){ texts, 2 };
	p.disclosures = (struct j_list){ twice, 2 };
	assert_string_equal(faults_of(*state, &p), "#/expire_at #/destination_url "
	                                           "#/disclosures/1/network #/texts/1/network");
}

static void
a_suggested_text_must_fit_with_link_and_disclosure(void **state)
{
	char words[281];
	struct post_text text = { 1 + NETWORK_X, "en", words };
	struct post_disclosure must = { 0, "#ad" };
	struct post p = good_post();

	memset(words, 'a', sizeof(words));
	words[280 - 24] = '\0'; /* a space and 23 for the link */
	p.texts = (struct j_list){ &text, 1 };
	assert_string_equal(faults_of(*state, &p), "");
	p.disclosures = (struct j_list){ &must, 1 };
	assert_string_equal(faults_of(*state, &p), "#/texts/0/text");
	words[280 - 28] = '\0';
	assert_string_equal(faults_of(*state, &p), "");
}

static void
lengths_are_counted_as_each_network_does(void **state)
{
	static const struct {
		enum network n;
		const char *text;
		size_t want;
	} rows[] = {
		{ NETWORK_X, "", 0 },
		{ NETWORK_X, "hello", 5 },
		{ NETWORK_X,
		  "Gr\xc3\xbc\xc3\x9f"
		  "e",
		  5 },
		{ NETWORK_X, "\xe6\x97\xa5\xe6\x9c\xac", 4 },         /* two of CJK */
		{ NETWORK_X, "\xf0\x9f\x91\x8d", 2 },                 /* thumbs up */
		{ NETWORK_X, "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 2 }, /* with a skin tone */
		{ NETWORK_X, "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 2 }, /* a flag */
		{ NETWORK_X, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
		  2 }, /* joined by ZWJ */
		{ NETWORK_X, "https://example.com/a/very/long/path?x=1", 23 },
		{ NETWORK_X, "a http://b.example c", 1 + 1 + 23 + 1 + 1 },
		{ NETWORK_MASTODON, "a https://b.example/long/enough/to/be/longer", 2 + 23 },
		{ NETWORK_MASTODON, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", 1 },
		{ NETWORK_BLUESKY, "e\xcc\x81", 1 }, /* e and an accent */
		{ NETWORK_BLUESKY, "https://b.example", 17 },
		{ NETWORK_LINKEDIN, "\xf0\x9f\x91\x8d", 2 }, /* UTF-16 units */
		{ NETWORK_THREADS, "\xf0\x9f\x91\x8d", 1 },  /* code points */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(network_length(rows[i].n, str_of(rows[i].text)), rows[i].want);
}

static void
a_disclosure_stands_as_words_of_its_own(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "#ad", true },
		{ "Look! #AD", true },
		{ "#ad: look", true },
		{ "line\n#ad\nline", true },
		{ "#advertising", false },
		{ "x#ad", false },
		{ "#ad\xc3\xa9", false },
		{ "ad", false },
		{ "", false },
		{ "#adx and #ad", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(share_has_disclosure(str_of(rows[i].text), STR("#ad")),
		                 rows[i].want);
}

static struct post_text suggestions[] = {
	{ POST_PLACE_ANY, "en", "Come and see." },
	{ 1 + NETWORK_X, "en", "Short." },
	{ POST_PLACE_ANY, "de", "Komm und schau." },
};
static struct post_disclosure must_ad = { POST_PLACE_ANY, "#ad" };

static struct share_context
locked_context(void)
{
	return (struct share_context){
		.visible = true,
		.rules = {
			.networks = 1U << NETWORK_X | 1U << NETWORK_LINKEDIN,
			.lock_text = true,
			.has_link = true,
			.texts = { suggestions, 3 },
			.disclosures = { &must_ad, 1 },
		},
	};
}

static void
a_locked_text_is_taken_word_for_word(void **state)
{
	static const struct {
		enum network n;
		const char *text;
		bool want;
	} rows[] = {
		{ NETWORK_X, "Short.", true },
		{ NETWORK_X, "Short. #ad", true },
		{ NETWORK_X, "#AD\nShort.", true },
		{ NETWORK_X, "Come and see. #ad", true },
		{ NETWORK_LINKEDIN, "Short. #ad", false }, /* meant for another network */
		{ NETWORK_LINKEDIN, "Komm und schau. #ad", true },
		{ NETWORK_X, "Short!", false },
		{ NETWORK_X, "Short. #ad and more", false },
		{ NETWORK_X, "#ad", false },
	};
	struct share_context c = locked_context();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(share_is_suggested(&c, rows[i].n, str_of(rows[i].text)),
		                 rows[i].want);
}

static void
one_tap_takes_the_best_suggestion(void **state)
{
	struct share_context c = locked_context();

	assert_string_equal(share_default_words(*state, &c, NETWORK_X, "en"), "Short. #ad");
	assert_string_equal(share_default_words(*state, &c, NETWORK_LINKEDIN, "en"),
	                    "Come and see. #ad");
	assert_string_equal(share_default_words(*state, &c, NETWORK_LINKEDIN, "de-AT"),
	                    "Komm und schau. #ad");
	c.rules.disclosures.n = 0;
	assert_string_equal(share_default_words(*state, &c, NETWORK_X, "en"), "Short.");
	c.rules.texts.n = 0;
	assert_null(share_default_words(*state, &c, NETWORK_X, "en"));
}

static size_t
share_faults(struct arena *a, const struct share_context *c, enum network n, const char *text)
{
	struct share_new in = { .network = (int)n, .text = text };
	struct problem p = { 0 };

	return share_check(a, &p, c, &in, "https://go.example/r/00000000") ? p.n_viol : 0;
}

static void
a_share_is_judged_with_its_link(void **state)
{
	struct share_context c = locked_context();
	char words[300];

	assert_int_equal(share_faults(*state, &c, NETWORK_X, "Short. #ad"), 0);
	assert_int_equal(share_faults(*state, &c, NETWORK_X, "Short."), 1);    /* disclosure */
	assert_int_equal(share_faults(*state, &c, NETWORK_X, "Mine."), 2);     /* and lock */
	assert_int_equal(share_faults(*state, &c, NETWORK_EMAIL, "Mine."), 3); /* and network */
	assert_int_equal(share_faults(*state, &c, NETWORK_X, NULL), 1);
	c.visible = false;
	assert_int_equal(share_faults(*state, &c, NETWORK_EMAIL, "Mine."),
	                 1); /* nothing more is told */

	c = locked_context();
	c.rules.lock_text = false;
	memset(words, 'a', sizeof(words));
	memcpy(words, "#ad ", 4);
	words[280 - 24] = '\0';
	assert_int_equal(share_faults(*state, &c, NETWORK_X, words), 0);
	words[280 - 24] = 'a';
	words[280 - 23] = '\0';
	assert_int_equal(share_faults(*state, &c, NETWORK_X, words), 1);
}

static void
intents_are_percent_encoded_by_network(void **state)
{
	const struct share_intent in = {
		.text = "Hi & \xc3\xbc\nyou https://go.example/r/abc",
		.link = "https://go.example/r/abc",
		.title = "A+B",
	};
	const struct share_intent bare = { .text = "Hi", .title = "T" };
	static const char *const want[NETWORK__MAX] = {
		[NETWORK_LINKEDIN] = "https://www.linkedin.com/feed/?shareActive=true&text="
				     "Hi%20%26%20%C3%BC%0Ayou%20https%3A%2F%2Fgo.example%2Fr%2Fabc",
		[NETWORK_FACEBOOK] = "https://www.facebook.com/sharer/sharer.php?u="
				     "https%3A%2F%2Fgo.example%2Fr%2Fabc",
		[NETWORK_TELEGRAM] = "https://t.me/share/url?url=https%3A%2F%2Fgo.example%2Fr%2Fabc"
				     "&text=Hi%20%26%20%C3%BC%0Ayou",
		[NETWORK_EMAIL] = "mailto:?subject=A%2BB&body=Hi%20%26%20%C3%BC%0D%0Ayou%20"
				  "https%3A%2F%2Fgo.example%2Fr%2Fabc",
	};

	for (int n = 0; n < NETWORK__MAX; n++) {
		const char *url = share_intent_url(*state, (enum network)n, &in);

		if (n == NETWORK_COPY)
			assert_null(url);
		else
			assert_non_null(url);
		if (want[n])
			assert_string_equal(url, want[n]);
	}
	assert_null(share_intent_url(*state, NETWORK_FACEBOOK, &bare));
	assert_string_equal(share_intent_url(*state, NETWORK_TELEGRAM, &bare),
	                    "https://t.me/share/url?url=Hi");
}

static void
packed_lists_are_unpacked(void **state)
{
	struct j_list texts =
	    post_texts_unpack(*state, STR("1\037en\037One\nline\0362\037de\037Zwei"));
	struct j_list none = post_texts_unpack(*state, (struct str){ NULL, 0 });
	struct j_list must = post_disclosures_unpack(*state, STR("1\037#ad\0363\037#spon"));
	const struct post_text *t = texts.items;

	assert_int_equal(texts.n, 2);
	assert_int_equal(t[0].network, POST_PLACE_ANY);
	assert_string_equal(t[0].text, "One\nline");
	assert_int_equal(t[1].network, 1 + NETWORK_LINKEDIN);
	assert_string_equal(t[1].language, "de");
	assert_string_equal(t[1].text, "Zwei");
	assert_int_equal(none.n, 0);
	assert_string_equal(post_disclosure_for(&must, NETWORK_X), "#spon");
	assert_string_equal(post_disclosure_for(&must, NETWORK_EMAIL), "#ad");
}

static void
sync_tokens_are_of_one_person_and_cannot_be_changed(void **state)
{
	struct shared shared = { .cursor_key = { 1, 2, 3 } };
	struct caller anna = { .company = { { 1 } }, .person = { { 2 } } };
	struct caller bert = { .company = { { 1 } }, .person = { { 3 } } };
	struct rq rq = { .arena = *state, .who = &anna, .shared = &shared };
	struct sync_state in = { .seq = 77,
		                 .stage = SYNC_FILL_POSTS,
		                 .first = true,
		                 .channel = { { 9 } },
		                 .person_seq = 6,
		                 .after_at = -5,
		                 .after_id = { { 8 } } };
	struct sync_state out = { 0 };
	char *token = sync_token_make(&rq, &in);

	assert_true(sync_token_read(&rq, str_of(token), &out));
	assert_int_equal(out.seq, 77);
	assert_int_equal(out.stage, SYNC_FILL_POSTS);
	assert_true(out.first);
	assert_int_equal(out.after_at, -5);
	assert_int_equal(out.person_seq, 6);
	assert_true(uuid_eq(out.channel, in.channel) && uuid_eq(out.after_id, in.after_id));
	for (size_t i = 0; token[i]; i++) {
		char kept = token[i];

		token[i] = kept == 'A' ? 'B' : 'A';
		assert_false(sync_token_read(&rq, str_of(token), &out));
		token[i] = kept;
	}
	assert_false(sync_token_read(&rq, STR(""), &out));
	rq.who = &bert;
	assert_false(sync_token_read(&rq, str_of(token), &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utm_templates_know_four_placeholders),
		cmocka_unit_test(a_post_moves_only_along_its_life),
		cmocka_unit_test(publishing_for_later_schedules),
		cmocka_unit_test_setup_teardown(each_kind_of_post_needs_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_faults_of_a_post_are_told_at_once, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(a_suggested_text_must_fit_with_link_and_disclosure,
		                                set_up, tear_down),
		cmocka_unit_test(lengths_are_counted_as_each_network_does),
		cmocka_unit_test(a_disclosure_stands_as_words_of_its_own),
		cmocka_unit_test(a_locked_text_is_taken_word_for_word),
		cmocka_unit_test_setup_teardown(one_tap_takes_the_best_suggestion, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(a_share_is_judged_with_its_link, set_up, tear_down),
		cmocka_unit_test_setup_teardown(intents_are_percent_encoded_by_network, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(packed_lists_are_unpacked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sync_tokens_are_of_one_person_and_cannot_be_changed,
		                                set_up, tear_down),
	};

	return cmocka_run_group_tests_name("content", tests, NULL, NULL);
}
