/* SPDX-License-Identifier: Apache-2.0 */
/* test_path.c - request targets, path patterns, the table of routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/http/http_int.h"

static enum fault
nothing(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)call;
	(void)reply;
	return FAULT_NONE;
}

/* clang-format off */
#define ROW(m, p, n, ...) \
	{ .method = (m), .path = (p), .access = ACCESS_MEMBER, .kind = REPLY_NONE, .handle = nothing, .name = (n), \
	  .summary = "s", __VA_ARGS__ }
static const struct route rows[] = {
	ROW(HTTP_GET, "/v1/leads", "lead_list", .flags = 0),
	ROW(HTTP_POST, "/v1/leads", "lead_post", .flags = 0),
	ROW(HTTP_GET, "/v1/leads/{id}", "lead_get", .flags = 0),
	ROW(HTTP_POST, "/v1/leads/import", "lead_import", .flags = 0),
	ROW(HTTP_POST, "/v1/leads/{id}/conversions", "conversion_post", .flags = 0),
	ROW(HTTP_DELETE, "/v1/kudos/{id}/reactions/{emoji}", "reaction_delete", .flags = 0),
	ROW(HTTP_GET, "/r/{code}", "redirect", .flags = ROUTE_LINK_HOST),
};
/* clang-format on */
static const struct route_table tables[] = { ROUTES("test", rows), { NULL, NULL, 0 } };

static struct path_table *
table(enum pool pool)
{
	struct path_table *t = path_table_create(tables, pool);

	assert_non_null(t);
	return t;
}

static const char *
found(const struct path_table *t, enum http_method m, const char *path, struct path_match *out)
{
	if (!path_find(t, str_of(path), m, out))
		return "404";
	return out->route ? out->route->name : "405";
}

static void
paths_match_whole_segments_only(void **state)
{
	static const struct {
		enum http_method method;
		const char *path, *want;
	} cases[] = {
		{ HTTP_GET, "/v1/leads", "lead_list" },
		{ HTTP_HEAD, "/v1/leads", "lead_list" },
		{ HTTP_POST, "/v1/leads", "lead_post" },
		{ HTTP_PUT, "/v1/leads", "405" },
		{ HTTP__METHODS, "/v1/leads", "405" },
		{ HTTP_GET, "/v1/lead", "404" },
		{ HTTP_GET, "/v1/leadsx", "404" },
		{ HTTP_GET, "/v1/leads/", "404" },
		{ HTTP_GET, "/v1", "404" },
		{ HTTP_GET, "/", "404" },
		{ HTTP_GET, "", "404" },
		{ HTTP_GET, "v1/leads", "404" },
		{ HTTP_GET, "/V1/leads", "404" },
		{ HTTP_GET, "/v1/leads/x", "lead_get" },
		{ HTTP_POST, "/v1/leads/import", "lead_import" },
		{ HTTP_GET, "/v1/leads/import", "lead_get" },
		{ HTTP_DELETE, "/v1/leads/import", "405" },
		{ HTTP_POST, "/v1/leads/x/conversions", "conversion_post" },
		{ HTTP_POST, "/v1/leads//conversions", "404" },
		{ HTTP_GET, "/a/b/c/d/e/f/g/h/i/j", "404" },
		{ HTTP_GET, "/r/abc", "404" },
	};
	struct path_table *t = table(POOL_API);
	struct path_match m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = found(t, cases[i].method, cases[i].path, &m);

		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s, not %s", cases[i].path, got, cases[i].want);
	}
	path_table_destroy(&t);
}

static void
each_pool_serves_its_own_rows(void **state)
{
	struct path_table *t = table(POOL_LINK);
	struct path_match m;

	(void)state;
	assert_string_equal(found(t, HTTP_GET, "/r/abc", &m), "redirect");
	assert_true(str_is(m.param[0], "abc"));
	assert_false(m.is_id[0]);
	assert_int_equal(m.index, 6); /* numbered over all rows, so metrics agree between pools */
	assert_string_equal(found(t, HTTP_GET, "/v1/leads", &m), "404");
	path_table_destroy(&t);
}

static void
parameters_come_in_order(void **state)
{
	struct path_table *t = table(POOL_API);
	struct path_match m;

	(void)state;
	assert_string_equal(found(t, HTTP_DELETE, "/v1/kudos/one/reactions/two", &m),
	                    "reaction_delete");
	assert_int_equal(m.n_params, 2);
	assert_true(str_is(m.param[0], "one") && m.is_id[0]);
	assert_true(str_is(m.param[1], "two") && !m.is_id[1]);
	path_table_destroy(&t);
}

static void
allow_names_every_method_of_the_path(void **state)
{
	struct path_table *t = table(POOL_API);
	struct path_match m;
	struct buf b = { 0 };

	(void)state;
	assert_string_equal(found(t, HTTP_DELETE, "/v1/leads/import", &m), "405");
	path_allow_print(&b, m.allow);
	buf_char(&b, '\0');
	assert_string_equal(b.s, "GET, HEAD, POST");
	buf_free(&b);
	path_table_destroy(&t);
}

static void
ambiguous_targets_are_refused(void **state)
{
	static const struct {
		const char *target, *path, *query; /* path NULL: refused */
	} cases[] = {
		{ "/v1/leads", "/v1/leads", "" },
		{ "/v1/leads?a=1&b=%2F", "/v1/leads", "a=1&b=%2F" },
		{ "/v1/leads?", "/v1/leads", "" },
		{ "/v1/k%C3%BC", "/v1/k\xc3\xbc", "" },
		{ "/v1/%6ceads", "/v1/leads", "" },
		{ "/v1/leads/", "/v1/leads/", "" },
		{ "/v1//leads", NULL, NULL },
		{ "//v1/leads", NULL, NULL },
		{ "/v1/a%2Fb", NULL, NULL },
		{ "/v1/a%2fb", NULL, NULL },
		{ "/v1/a%5Cb", NULL, NULL },
		{ "/v1/a\\b", NULL, NULL },
		{ "/v1/a%00b", NULL, NULL },
		{ "/v1/a%0Ab", NULL, NULL },
		{ "/v1/a%7f", NULL, NULL },
		{ "/v1/../leads", NULL, NULL },
		{ "/v1/%2e%2e/leads", NULL, NULL },
		{ "/v1/./leads", NULL, NULL },
		{ "/v1/leads/..", NULL, NULL },
		{ "/v1/%", NULL, NULL },
		{ "/v1/%zz", NULL, NULL },
		{ "http://host/v1/leads", NULL, NULL },
		{ "*", NULL, NULL },
		{ "?x=1", NULL, NULL },
		{ "", NULL, NULL },
	};
	struct arena *a = arena_create(4096);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str path, query;
		const bool ok = path_split(a, str_of(cases[i].target), &path, &query);

		if (ok != (cases[i].path != NULL))
			fail_msg("%s: %s", cases[i].target, ok ? "taken" : "refused");
		if (ok && (!str_is(path, cases[i].path) || !str_is(query, cases[i].query)))
			fail_msg("%s: %.*s ? %.*s", cases[i].target, (int)path.n, path.s,
			         (int)query.n, query.s);
	}
	arena_destroy(&a);
}

/* --- routes_check --- */

static const char *
checked(const struct route *r, size_t n)
{
	static char err[300];
	const struct route_table t[] = { { "test", r, n }, { NULL, NULL, 0 } };

	err[0] = '\0';
	return routes_check(t, err, sizeof(err)) ? "" : err;
}

static void
a_wrong_row_refuses_to_start(void **state)
{
	static const struct j_schema empty = { .name = "empty", .size = 0 };
	/* clang-format off */
#define BAD(m, p, nm, acc, kd, h, sm, ...) \
	{ .method = (m), .path = (p), .name = (nm), .access = (acc), .kind = (kd), .handle = (h), .summary = (sm), __VA_ARGS__ }
	static const struct {
		struct route row;
		const char  *want;
	} cases[] = {
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_UNSET, REPLY_NONE, nothing, "s", .flags = 0), "says nobody" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_MEMBER, REPLY_NONE, NULL, "s", .flags = 0), "no handler" },
		{ BAD(HTTP_GET, "/v1/a", "", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = 0), "no name" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, NULL, .flags = 0), "no name or summary" },
		{ BAD(HTTP_GET, NULL, "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = 0), "no path" },
		{ BAD(HTTP_GET, "v1/a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = 0), "must begin" },
		{ BAD(HTTP_GET, "/v1//a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = 0), "bad segment" },
		{ BAD(HTTP_GET, "/v1/{a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = 0), "bad segment" },
		{ BAD(HTTP_GET, "/v1/{id}/{a_id}/{b_id}", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = 0), "more than two" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_API_KEY, REPLY_NONE, nothing, "s", .flags = 0), "no scope" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_LOOPBACK | ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = 0), "mixes loopback" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = ROUTE_CORS), "no site key" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = ROUTE_PUT_ID), "no PUT" },
		{ BAD(HTTP_PUT, "/v1/a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = ROUTE_IDEMPOTENCY_KEY), "keeps the answer" },
		{ BAD(HTTP_POST, "/v1/a", "a", ACCESS_PUBLIC, REPLY_NONE, nothing, "s", .flags = ROUTE_IDEMPOTENCY_KEY), "without a company" },
		{ BAD(HTTP_OPTIONS, "/v1/a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .flags = 0), "no method" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_MEMBER, REPLY_OBJECT, nothing, "s", .flags = 0), "no reply schema" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_MEMBER, REPLY_OBJECT, nothing, "s", .reply = &empty), "no reply schema" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_MEMBER, REPLY_RAW, nothing, "s", .flags = 0), "no media type" },
		{ BAD(HTTP_GET, "/v1/a", "a", ACCESS_MEMBER, REPLY_NONE, nothing, "s", .query = &empty), "without a size" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *err = checked(&cases[i].row, 1);

		if (!strstr(err, cases[i].want))
			fail_msg("case %zu: \"%s\" says nothing of \"%s\"", i, err, cases[i].want);
	}
}

static void
two_rows_alike_refuse_to_start(void **state)
{
	const struct route name[2] = { rows[0], rows[1] };
	struct route path[2] = { rows[2], rows[2] }, both[2] = { rows[0], rows[1] };

	(void)state;
	both[1].name = both[0].name;
	assert_non_null(strstr(checked(both, 2), "name of another"));
	path[1].path = "/v1/leads/{lead_id}";
	path[1].name = "lead_get_too";
	assert_non_null(strstr(checked(path, 2), "path of another"));
	assert_string_equal(checked(name, 2), "");
	assert_string_equal(checked(rows, sizeof(rows) / sizeof(rows[0])), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_match_whole_segments_only),
		cmocka_unit_test(each_pool_serves_its_own_rows),
		cmocka_unit_test(parameters_come_in_order),
		cmocka_unit_test(allow_names_every_method_of_the_path),
		cmocka_unit_test(ambiguous_targets_are_refused),
		cmocka_unit_test(a_wrong_row_refuses_to_start),
		cmocka_unit_test(two_rows_alike_refuse_to_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
