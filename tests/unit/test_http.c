/* SPDX-License-Identifier: Apache-2.0 */
/* test_http.c - headers, validators, cursors, limits, problems: the parts of a request that need no
 * wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/http/http_int.h"

static void
request_ids_are_plain_and_bounded(void **state)
{
	char long_id[80];

	(void)state;
	memset(long_id, 'a', sizeof(long_id));
	assert_true(request_id_valid(STR("0190-abc_DEF.1")));
	assert_true(request_id_valid((struct str){ long_id, 64 }));
	assert_false(request_id_valid((struct str){ long_id, 65 }));
	assert_false(request_id_valid(STR("")));
	assert_false(request_id_valid(STR("a b")));
	assert_false(request_id_valid(STR("a\r\nX: y")));
	assert_false(request_id_valid(STR("a\"b")));
	assert_false(request_id_valid(STR("\xc3\xbc")));
}

static void
media_types_compare_without_case_and_with_one_charset(void **state)
{
	static const struct {
		const char *header;
		bool want;
	} cases[] = {
		{ "application/json", true },
		{ "Application/JSON", true },
		{ "application/json; charset=utf-8", true },
		{ "application/json;charset=\"UTF-8\"", true },
		{ "application/json;", true },
		{ "application/json; charset=latin1", false },
		{ "application/json; x=y", false },
		{ "application/jsonp", false },
		{ "application/json, text/html", false },
		{ "text/json", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (media_type_is(str_of(cases[i].header), "application/json") != cases[i].want)
			fail_msg("%s", cases[i].header);
	}
	assert_true(media_type_is(STR("multipart/form-data; boundary=x"), "multipart/form-data"));
}

static void
the_language_of_the_highest_weight_is_wanted(void **state)
{
	static const struct {
		const char *header, *want;
	} cases[] = {
		{ "de", "de" },
		{ "de-AT,de;q=0.9,en;q=0.8", "de-AT" },
		{ "en;q=0.2, fr;q=0.7 , de;q=0.5", "fr" },
		{ "*", "" },
		{ "*, pt-BR;q=0.1", "pt-BR" },
		{ "en;q=0", "" },
		{ "en;q=abc, de;q=0.1", "de" },
		{ "<script>", "" },
		{ "", "" },
		{ ",,;q=1", "" },
	};
	struct arena *a = arena_create(1024);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(language_wanted(a, str_of(cases[i].header)), cases[i].want);
	arena_destroy(&a);
}

static void
etags_compare_weakly(void **state)
{
	const char *etag = "W/\"0123456789abcdef\"";

	(void)state;
	assert_true(etag_matches(STR("W/\"0123456789abcdef\""), etag));
	assert_true(etag_matches(STR("\"0123456789abcdef\""), etag));
	assert_true(etag_matches(STR("\"x\", W/\"0123456789abcdef\""), etag));
	assert_true(etag_matches(STR("*"), etag));
	assert_false(etag_matches(STR("\"0123456789abcdeF\""), etag));
	assert_false(etag_matches(STR("0123456789abcdef"), etag));
	assert_false(etag_matches(STR("\"\""), etag));
	assert_false(etag_matches(STR(""), etag));
	assert_false(etag_matches(STR("*"), ""));
}

static void
origins_are_compared_exactly(void **state)
{
	const char *list = "https://www.acme.example https://acme.example:8443";

	(void)state;
	assert_true(origin_listed(list, STR("https://www.acme.example")));
	assert_true(origin_listed(list, STR("https://acme.example:8443")));
	assert_false(origin_listed(list, STR("https://acme.example")));
	assert_false(origin_listed(list, STR("https://www.acme.example.evil.example")));
	assert_false(origin_listed(list, STR("http://www.acme.example")));
	assert_false(origin_listed(list, STR("")));
	assert_false(origin_listed("", STR("")));
	assert_true(origin_valid(STR("https://a.example")));
	assert_true(origin_valid(STR("http://[::1]:80")));
	assert_false(origin_valid(STR("null")));
	assert_false(origin_valid(STR("https://")));
	assert_false(origin_valid(STR("https://a.example/path")));
	assert_false(origin_valid(STR("https://a.example\r\nX: y")));
	assert_false(origin_valid(STR("javascript://a")));
}

static void
idempotency_keys_are_printable_and_bounded(void **state)
{
	char key[300];

	(void)state;
	memset(key, 'k', sizeof(key));
	assert_true(idempotency_key_valid(STR("12345678")));
	assert_false(idempotency_key_valid(STR("1234567")));
	assert_true(idempotency_key_valid((struct str){ key, 255 }));
	assert_false(idempotency_key_valid((struct str){ key, 256 }));
	assert_false(idempotency_key_valid(STR("1234567\n")));
	assert_false(idempotency_key_valid(STR("1234567\x7f")));
	assert_false(idempotency_key_valid(STR("1234567\xc3\xbc")));
}

/* --- cursors --- */

static const struct route list_route = { .name = "thing_list" },
			  other_route = { .name = "other_list" };

static struct sha256
context(struct arena *a, const struct route *r, const char *query, unsigned char company)
{
	struct call c = { .route = r, .query_text = str_of(query) };
	struct caller who = { .company = { { company } }, .person = { { 9 } } };

	return page_context(a, &c, &who);
}

static void
a_cursor_reads_back_what_was_put_in(void **state)
{
	static const unsigned char key[32] = { 1 };
	const struct page_key in = { .k = { INT64_MIN, -1, INT64_MAX }, .id = { { 1, 2, 3 } } };
	struct arena *a = arena_create(16384);
	struct page_key out;
	char text[PAGE_CURSOR_TEXT + 1];

	(void)state;
	page_cursor_make(key, context(a, &list_route, "", 1), &in, text);
	assert_int_equal(strlen(text), PAGE_CURSOR_TEXT);
	assert_true(page_cursor_read(key, context(a, &list_route, "", 1), str_of(text), &out));
	assert_memory_equal(&in, &out, sizeof(in));
	arena_destroy(&a);
}

static void
a_cursor_holds_only_where_it_was_given(void **state)
{
	static const unsigned char key[32] = { 1 }, other_key[32] = { 2 };
	const struct page_key in = { .k = { 1, 2, 3 } };
	struct arena *a = arena_create(65536);
	struct page_key out;
	struct sha256 home = context(a, &list_route, "a=1&b=2", 1);
	char text[PAGE_CURSOR_TEXT + 1];

	(void)state;
	page_cursor_make(key, home, &in, text);
	assert_true(page_cursor_read(key, context(a, &list_route, "b=2&a=1&limit=9&cursor=x", 1),
	                             str_of(text), &out));
	assert_false(
	    page_cursor_read(key, context(a, &list_route, "a=1&b=3", 1), str_of(text), &out));
	assert_false(page_cursor_read(key, context(a, &list_route, "a=1", 1), str_of(text), &out));
	assert_false(
	    page_cursor_read(key, context(a, &other_route, "a=1&b=2", 1), str_of(text), &out));
	assert_false(
	    page_cursor_read(key, context(a, &list_route, "a=1&b=2", 2), str_of(text), &out));
	assert_false(page_cursor_read(other_key, home, str_of(text), &out));
	arena_destroy(&a);
}

static void
a_changed_cursor_is_refused(void **state)
{
	static const unsigned char key[32] = { 1 };
	const struct page_key in = { .k = { 1, 2, 3 } };
	struct arena *a = arena_create(65536);
	struct sha256 home = context(a, &list_route, "", 1);
	struct page_key out;
	char text[PAGE_CURSOR_TEXT + 1];

	(void)state;
	page_cursor_make(key, home, &in, text);
	for (size_t i = 0; i < PAGE_CURSOR_TEXT; i++) {
		const char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		assert_false(page_cursor_read(key, home, str_of(text), &out));
		text[i] = was;
	}
	assert_true(page_cursor_read(key, home, str_of(text), &out));
	assert_false(page_cursor_read(key, home, (struct str){ text, PAGE_CURSOR_TEXT - 1 }, &out));
	assert_false(page_cursor_read(key, home, STR(""), &out));
	arena_destroy(&a);
}

/* --- limits --- */

static void
a_quota_is_spent_and_comes_back(void **state)
{
	struct limits *l = limits_create();
	int64_t now_us = 1000 * US_PER_S;
	struct limit_state s;

	(void)state;
	assert_non_null(l);
	for (int i = 0; i < 60; i++) {
		s = limits_take(l, 42, RATE_READ, 60, now_us);
		assert_true(s.limited);
		assert_false(s.refused);
		assert_int_equal(s.remaining, 59 - i);
	}
	s = limits_take(l, 42, RATE_READ, 60, now_us);
	assert_true(s.refused);
	assert_int_equal(s.remaining, 0);
	assert_in_range(s.reset_s, 1, 1);
	assert_false(
	    limits_take(l, 43, RATE_READ, 60, now_us).refused); /* others are not concerned */
	now_us += US_PER_S;
	assert_false(limits_take(l, 42, RATE_READ, 60, now_us).refused);
	assert_true(limits_take(l, 42, RATE_READ, 60, now_us).refused);
}

static void
no_quota_is_no_limit(void **state)
{
	struct limits *l = limits_create();

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_false(limits_take(l, 1, RATE_WRITE, 0, 0).limited);
	assert_false(limits_take(NULL, 1, RATE_WRITE, 1, 0).limited);
	assert_false(limits_take(l, 1, RATE_NONE, 1, 0).limited);
}

/* --- problems --- */

static void
a_problem_names_every_fault_and_escapes_what_it_quotes(void **state)
{
	struct problem p = { 0 };
	struct buf b = { 0 };

	(void)state;
	(void)problem_add(&p, "#/a\"b", "must\nnot");
	(void)problem_add(&p, "#/c", "is missing");
	problem_json(&b, &p, FAULT_INVALID, "id-1");
	buf_char(&b, '\0');
	assert_string_equal(
	    b.s,
	    "{\"type\":\"/problems/invalid-fields\",\"title\":\"Some fields are not acceptable\","
	    "\"status\":422,\"detail\":\"Some fields are not acceptable\",\"instance\":\"id-1\","
	    "\"code\":\"invalid_fields\",\"request_id\":\"id-1\",\"errors\":["
	    "{\"pointer\":\"#/a\\\"b\",\"detail\":\"must\\nnot\"},"
	    "{\"pointer\":\"#/c\",\"detail\":\"is missing\"}]}");
	buf_free(&b);
}

static void
a_problem_tells_nothing_of_another_fault(void **state)
{
	struct problem p = { 0 };
	struct buf b = { 0 };

	(void)state;
	(void)problem_set(&p, FAULT_CONFLICT, "secret reason");
	problem_internal(&p, "SELECT secret");
	problem_json(&b, &p, FAULT_NOT_FOUND, "id-1");
	buf_char(&b, '\0');
	assert_null(strstr(b.s, "secret"));
	assert_non_null(strstr(b.s, "\"status\":404"));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_ids_are_plain_and_bounded),
		cmocka_unit_test(media_types_compare_without_case_and_with_one_charset),
		cmocka_unit_test(the_language_of_the_highest_weight_is_wanted),
		cmocka_unit_test(etags_compare_weakly),
		cmocka_unit_test(origins_are_compared_exactly),
		cmocka_unit_test(idempotency_keys_are_printable_and_bounded),
		cmocka_unit_test(a_cursor_reads_back_what_was_put_in),
		cmocka_unit_test(a_cursor_holds_only_where_it_was_given),
		cmocka_unit_test(a_changed_cursor_is_refused),
		cmocka_unit_test(a_quota_is_spent_and_comes_back),
		cmocka_unit_test(no_quota_is_no_limit),
		cmocka_unit_test(a_problem_names_every_fault_and_escapes_what_it_quotes),
		cmocka_unit_test(a_problem_tells_nothing_of_another_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
