/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_out.c - query strings by table, replies from structs, schemas, and JSON that is not
 * ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/arena.h"
#include "rostra/json.h"

static const char *const colours[] = { "red", "green", "blue", NULL };

struct item {
	const char *name;
};

struct thing {
	const char *text, *secret;
	int64_t n, share, at;
	struct uuid id;
	int colour;
	uint32_t set;
	bool flag;
	const struct item *item;
	struct j_list items, words, ids, numbers;
	struct str raw;
};

/* clang-format off */
static const struct j_field item_fields[] = { J_TEXT(struct item, name, J_REQUIRED, 1, 9) };
static const struct j_schema item_schema = J_SCHEMA("item", struct item, item_fields);

static const struct j_field thing_fields[] = {
	J_TEXT(struct thing, text, J_NULLABLE, 1, 20),
	J_TEXT(struct thing, secret, J_SECRET, 1, 20),
	J_INT64(struct thing, n, J_OMIT, 1, 9, J_NO_INT),
	J_DECIMAL(struct thing, share, J_NULLABLE),
	J_AT(struct thing, at, J_NULLABLE),
	J_ID(struct thing, id, J_OMIT),
	J_WORD(struct thing, colour, J_NULLABLE, colours, -1),
	J_WORDS(struct thing, set, 0, colours),
	J_BOOLEAN(struct thing, flag, 0, false),
	J_SUB(struct thing, item, J_NULLABLE, &item_schema),
	J_OBJECTS(struct thing, items, 0, 0, 9, &item_schema),
	J_STRINGS(struct thing, words, 0, 0, 9, 9),
	J_JSON(struct thing, raw, J_OMIT, NULL),
};
static const struct j_schema thing_schema = J_SCHEMA("thing", struct thing, thing_fields);

struct query {
	const char *q;
	int64_t n, at, part;
	int colour;
	bool flag;
	struct uuid id;
	uint32_t set;
	struct j_list ids;
};
static const struct j_field query_fields[] = {
	J_TEXT(struct query, q, J_TRIM, 2, 10),
	J_INT64(struct query, n, 0, 1, 100, 25),
	J_AT(struct query, at, 0),
	J_WORD(struct query, colour, 0, colours, -1),
	J_BOOLEAN(struct query, flag, 0, false),
	J_ID(struct query, id, 0),
	J_WORDS(struct query, set, 0, colours),
	J_IDS(struct query, ids, 0, 0, 3),
	J_DECIMAL(struct query, part, 0, .min = 100000, .max = 2000000),
};
static const struct j_schema query_schema = J_SCHEMA("query", struct query, query_fields);
/* clang-format on */

struct ground {
	struct arena *arena;
	struct buf out;
	struct problem problem;
	struct query query;
};

static int
set_up(void **state)
{
	struct arena *a = arena_create(65536);
	struct ground *g = arena_new(a, struct ground);

	g->arena = a;
	*state = g;
	return 0;
}

static int
tear_down(void **state)
{
	struct ground *g = *state;
	struct arena *a = g->arena;

	buf_free(&g->out);
	arena_destroy(&a);
	return 0;
}

static const char *
text_of(struct ground *g)
{
	return arena_copy(g->arena, g->out.s, g->out.n);
}

static enum fault
ask(struct ground *g, const char *text)
{
	static const char *const skip[] = { "limit", NULL };

	problem_reset(&g->problem);
	return query_decode(g->arena, &g->problem, &query_schema, str_of(text), skip, &g->query);
}

static void
a_query_string_is_decoded_by_its_table(void **state)
{
	struct ground *g = *state;

	assert_int_equal(ask(g, ""), FAULT_NONE);
	assert_int_equal(g->query.n, 25);
	assert_null(g->query.q);
	assert_int_equal(
	    ask(g, "q=a%20b%2Bc+d&n=7&colour=blue&flag=true&set=red,blue&limit=x&"
	           "at=2026-11-23T10:00:00Z&id=0190b5d8-7f6c-7a3e-8d2a-112233445566&"
	           "ids=0190b5d8-7f6c-7a3e-8d2a-112233445566,0190b5d8-7f6c-7a3e-8d2a-112233445567"),
	    FAULT_NONE);
	assert_string_equal(g->query.q, "a b+c d");
	assert_int_equal(g->query.n, 7);
	assert_int_equal(g->query.colour, 2);
	assert_true(g->query.flag);
	assert_int_equal(g->query.set, 5);
	assert_int_equal(g->query.ids.n, 2);
	assert_false(uuid_is_zero(g->query.id));
}

static void
decimals_of_a_query_are_exact_millionths(void **state)
{
	struct ground *g = *state;
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "", J_NO_INT },
		{ "part=.1", 100000 },
		{ "part=2", 2000000 },
		{ "part=2.000000", 2000000 },
		{ "part=0.123456", 123456 },
		{ "part=01.5", 1500000 },
		{ "part=1.", 1000000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(g, rows[i].text), FAULT_NONE);
		assert_int_equal(g->query.part, rows[i].want);
	}
}

static void
query_faults_are_told_at_once(void **state)
{
	struct ground *g = *state;
	static const struct {
		const char *text;
		size_t n;
		const char *first;
	} rows[] = {
		{ "x=1", 1, "?x" },
		{ "n=1&n=2", 1, "?n" },
		{ "n=", 1, "?n" },
		{ "n", 1, "?n" },
		{ "n=0", 1, "?n" },
		{ "n=101", 1, "?n" },
		{ "n=1.5", 1, "?n" },
		{ "n=99999999999999999999", 1, "?n" },
		{ "flag=1", 1, "?flag" },
		{ "colour=pink", 1, "?colour" },
		{ "set=red,pink", 1, "?set" },
		{ "id=x&at=x&flag=x&n=x", 4, "?id" },
		{ "q=%zz", 1, "?q" },
		{ "q=%00%00", 1, "?q" },
		{ "q=%ff%ff", 1, "?q" },
		{ "q=a", 1, "?q" },
		{ "q=12345678901", 1, "?q" },
		{ "ids=x", 1, "?ids" },
		{ "part=0.099999", 1, "?part" },
		{ "part=2.000001", 1, "?part" },
		{ "part=0.1234567", 1, "?part" },
		{ "part=.", 1, "?part" },
		{ "part=1.1.1", 1, "?part" },
		{ "part=-1", 1, "?part" },
		{ "part=1e0", 1, "?part" },
		{ "part=1%2c5", 1, "?part" },
		{ "part=999999999999", 1, "?part" },
		{ "part=9999999999999", 1, "?part" },
		{ "part=00000000000000000001", 1, "?part" },
		{ "\xff\x01=1", 1, "?.." },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ask(g, rows[i].text) != FAULT_BAD_QUERY || g->problem.n_viol != rows[i].n ||
		    strcmp(g->problem.viol[0].pointer, rows[i].first) != 0)
			fail_msg("%s: %zu faults", rows[i].text, g->problem.n_viol);
	}
}

static void
one_parameter_is_found_in_a_query(void **state)
{
	struct ground *g = *state;
	struct str v;

	assert_true(query_get(g->arena, STR("a=1&b=x%20y&b=z"), "b", &v));
	assert_true(str_is(v, "x y"));
	assert_false(query_get(g->arena, STR("a=1&bb=2"), "b", &v));
	assert_false(query_get(g->arena, STR(""), "b", &v));
	assert_true(query_get(g->arena, STR("b"), "b", &v));
	assert_int_equal(v.n, 0);
}

static void
a_reply_has_all_but_secrets_and_what_is_left_out(void **state)
{
	struct ground *g = *state;
	static const struct item items[] = { { "a" }, { "b\"\\\n\x01</" } };
	static const char *words[] = { "x", "\xc3\xa4" };
	struct thing t = {
		.secret = "never", .n = J_NO_INT, .share = J_NO_INT, .at = TIME_NONE, .colour = -1
	};

	json_encode(&g->out, &thing_schema, &t);
	assert_string_equal(text_of(g),
	                    "{\"text\":null,\"share\":null,\"at\":null,\"colour\":null,\"set\":[],"
	                    "\"flag\":false,\"item\":null,\"items\":[],\"words\":[]}");
	buf_clear(&g->out);
	t = (struct thing){
		.text = "t",
		.secret = "never",
		.n = INT64_MAX,
		.share = -1500000,
		.at = 0,
		.colour = 1,
		.set = 5,
		.flag = true,
		.item = items,
		.items = { (void *)(uintptr_t)items, 2 },
		.words = { (void *)(uintptr_t)words, 2 },
		.raw = STR("{\"k\":1}"),
	};
	assert_true(uuid_parse(STR("0190b5d8-7f6c-7a3e-8d2a-112233445566"), &t.id));
	json_encode(&g->out, &thing_schema, &t);
	assert_string_equal(text_of(g),
	                    "{\"text\":\"t\",\"n\":9223372036854775807,\"share\":-1.5,\"at\":"
	                    "\"1970-01-01T00:00:00Z\","
	                    "\"id\":\"0190b5d8-7f6c-7a3e-8d2a-112233445566\",\"colour\":\"green\","
	                    "\"set\":[\"red\",\"blue\"],\"flag\":true,\"item\":{\"name\":\"a\"},"
	                    "\"items\":[{\"name\":\"a\"},{\"name\":\"b\\\"\\\\\\n\\u0001</\"}],"
	                    "\"words\":[\"x\",\"\xc3\xa4\"],\"raw\":{\"k\":1}}");
}

static void
millionths_are_the_shortest_decimal(void **state)
{
	struct ground *g = *state;
	static const struct {
		int64_t v;
		const char *want;
	} rows[] = {
		{ 0, "0" },
		{ 1, "0.000001" },
		{ -1, "-0.000001" },
		{ 1000000, "1" },
		{ 333333, "0.333333" },
		{ -2500000, "-2.5" },
		{ 10, "0.00001" },
		{ 123456789, "123.456789" },
		{ INT64_MAX, "9223372036854.775807" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct thing t = {
			.n = J_NO_INT, .share = rows[i].v, .at = TIME_NONE, .colour = -1
		};

		buf_clear(&g->out);
		json_encode(&g->out, &thing_schema, &t);
		assert_non_null(
		    strstr(text_of(g), arena_printf(g->arena, "\"share\":%s,", rows[i].want)));
	}
}

static void
a_schema_says_what_the_table_says(void **state)
{
	struct ground *g = *state;
	const char *text;

	json_schema_print(&g->out, &thing_schema, false);
	text = text_of(g);
	assert_null(strstr(text, "secret"));
	assert_non_null(strstr(text, "\"text\":{\"type\":[\"string\",\"null\"]"));
	assert_non_null(strstr(text, "\"additionalProperties\":false"));
	assert_non_null(strstr(text, "\"required\":[\"text\",\"share\",\"at\",\"colour\""));
	assert_non_null(strstr(text, "\"enum\":[\"red\",\"green\",\"blue\",null]"));
	assert_non_null(strstr(text, "\"$ref\":\"#/components/schemas/item\""));
	buf_clear(&g->out);
	json_schema_print(&g->out, &item_schema, true);
	assert_string_equal(
	    text_of(g),
	    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"name\"],"
	    "\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":9}}}");
	buf_clear(&g->out);
	json_schema_params(&g->out, &query_schema);
	assert_non_null(
	    strstr(text_of(g),
	           "{\"name\":\"n\",\"in\":\"query\",\"required\":false,\"schema\":"
	           "{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":1,\"maximum\":100,"
	           "\"default\":25}}"));
}

static void
schemas_are_collected_once_each(void **state)
{
	struct j_seen seen = { .n = 0 };

	(void)state;
	json_schema_collect(&seen, &thing_schema);
	json_schema_collect(&seen, &thing_schema);
	json_schema_collect(&seen, NULL);
	assert_int_equal(seen.n, 2);
}

static void
json_that_is_not_ours_is_read_by_name(void **state)
{
	struct json_doc *d = json_doc_parse(STR("{\"s\":\"x\",\"n\":5,\"f\":1.5,\"z\":null}"), 4);
	struct str s;
	int64_t n;

	(void)state;
	assert_non_null(d);
	assert_true(json_doc_string(d, "s", &s));
	assert_true(str_is(s, "x"));
	assert_true(json_doc_int(d, "n", &n));
	assert_int_equal(n, 5);
	assert_false(json_doc_int(d, "f", &n));
	assert_false(json_doc_int(d, "s", &n));
	assert_false(json_doc_string(d, "n", &s));
	assert_false(json_doc_string(d, "absent", &s));
	assert_true(json_doc_has(d, "z"));
	assert_false(json_doc_has(d, "absent"));
	assert_int_equal(json_doc_size(d), 4);
	json_doc_free(&d);
	assert_null(d);
	json_doc_free(&d);
	assert_null(json_doc_parse(STR("[]"), 4));
	assert_null(json_doc_parse(STR("{\"a\":1,\"a\":2}"), 4));
	assert_null(json_doc_parse(STR("{\"a\":{\"b\":{\"c\":1}}}"), 2));
	assert_null(json_doc_parse((struct str){ NULL, 0 }, 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(decimals_of_a_query_are_exact_millionths, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(a_query_string_is_decoded_by_its_table, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(query_faults_are_told_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_parameter_is_found_in_a_query, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(a_reply_has_all_but_secrets_and_what_is_left_out,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(millionths_are_the_shortest_decimal, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(a_schema_says_what_the_table_says, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(schemas_are_collected_once_each, set_up, tear_down),
		cmocka_unit_test_setup_teardown(json_that_is_not_ours_is_read_by_name, set_up,
		                                tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
