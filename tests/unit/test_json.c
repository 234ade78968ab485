/* SPDX-License-Identifier: Apache-2.0 */
/* test_json.c - bodies by table: what is taken, what is refused and where, defaults, null, PATCH.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/arena.h"
#include "rostra/json.h"

static const char *const colours[] = { "red", "green", "blue", NULL };

struct note {
	const char *text;
	int colour;
};

struct thing {
	const char *title, *body, *url, *email, *zone, *lang, *money, *day, *trimmed, *lines;
	int64_t count, any, at;
	struct uuid id;
	int colour;
	uint32_t set;
	bool flag;
	const struct note *note;
	struct j_list notes, ids, words, numbers;
	uint64_t has;
};

/* clang-format off */
static const struct j_field note_fields[] = {
	J_TEXT(struct note, text, J_REQUIRED, 1, 5),
	J_WORD(struct note, colour, 0, colours, 0),
};
static const struct j_schema note_schema = J_SCHEMA("note", struct note, note_fields);

static const struct j_field thing_fields[] = {
	J_TEXT(struct thing, title, J_REQUIRED, 2, 5),
	J_TEXT(struct thing, body, J_NULLABLE | J_MULTILINE, 0, 20),
	J_TEXT(struct thing, url, J_URL, 1, 200),
	J_TEXT(struct thing, email, J_EMAIL, 1, 254),
	J_TEXT(struct thing, zone, J_ZONE, 1, 64),
	J_TEXT(struct thing, lang, J_LANG, 1, 16),
	J_TEXT(struct thing, money, J_CURRENCY, 3, 3),
	J_TEXT(struct thing, day, J_DATE, 10, 10),
	J_TEXT(struct thing, trimmed, J_TRIM, 1, 3),
	J_TEXT(struct thing, lines, J_TRIM | J_MULTILINE, 1, 3),
	J_INT64(struct thing, count, 0, -5, 100, 7),
	J_INT64(struct thing, any, J_NULLABLE, INT64_MIN + 1, INT64_MAX, J_NO_INT),
	J_AT(struct thing, at, J_NULLABLE),
	J_ID(struct thing, id, J_NULLABLE),
	J_WORD(struct thing, colour, J_NULLABLE, colours, 2),
	J_WORDS(struct thing, set, 0, colours),
	J_BOOLEAN(struct thing, flag, 0, true),
	J_SUB(struct thing, note, 0, &note_schema),
	J_OBJECTS(struct thing, notes, 0, 0, 2, &note_schema),
	J_IDS(struct thing, ids, 0, 1, 2),
	J_STRINGS(struct thing, words, 0, 0, 3, 4),
};
static const struct j_schema thing_schema = J_SCHEMA_HAS("thing", struct thing, thing_fields);
/* clang-format on */

struct ground {
	struct arena *arena;
	struct problem problem;
	struct thing thing;
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
	struct arena *a = ((struct ground *)*state)->arena;

	arena_destroy(&a);
	return 0;
}

static enum fault
decode(struct ground *g, const char *text)
{
	problem_reset(&g->problem);
	return json_decode(g->arena, &g->problem, &thing_schema, str_of(text), &g->thing);
}

/* "#/a #/b": the pointers of the violations in their order. */
static const char *
pointers(struct ground *g)
{
	const char *all = "";

	for (size_t i = 0; i < g->problem.n_viol; i++)
		all = arena_printf(g->arena, "%s%s%s", all, i > 0 ? " " : "",
		                   g->problem.viol[i].pointer);
	return all;
}

static void
absent_members_get_their_defaults(void **state)
{
	struct ground *g = *state;

	assert_int_equal(decode(g, "{\"title\":\"abc\"}"), FAULT_NONE);
	assert_string_equal(g->thing.title, "abc");
	assert_null(g->thing.body);
	assert_int_equal(g->thing.count, 7);
	assert_true(g->thing.any == J_NO_INT);
	assert_true(g->thing.at == TIME_NONE);
	assert_true(uuid_is_zero(g->thing.id));
	assert_int_equal(g->thing.colour, 2);
	assert_true(g->thing.flag);
	assert_null(g->thing.note);
	assert_int_equal(g->thing.notes.n, 0);
}

static void
every_type_arrives(void **state)
{
	struct ground *g = *state;
	const struct note *notes;

	assert_int_equal(
	    decode(
		g,
		"{\"title\":\"\\u00e4\\ud83d\\ude00\",\"body\":\"a\\n\\tb\",\"email\":\"Ann@"
		"Example.COM\","
		"\"trimmed\":\"  ab\\u00a0 \",\"lines\":\"\\n "
		"a\\nb\\n\",\"count\":-5,\"any\":9223372036854775807,"
		"\"at\":\"2026-11-23T10:00:00.5Z\",\"id\":\"0190b5d8-7f6c-7a3e-8d2a-112233445566\","
		"\"colour\":\"green\",\"set\":[\"red\",\"blue\"],\"flag\":false,"
		"\"note\":{\"text\":\"n\"},\"notes\":[{\"text\":\"1\"},{\"text\":\"2\",\"colour\":"
		"\"blue\"}],"
		"\"words\":[\"a\",\"bcde\"]}"),
	    FAULT_NONE);
	assert_string_equal(g->thing.title, "\xc3\xa4\xf0\x9f\x98\x80");
	assert_string_equal(g->thing.email, "ann@example.com");
	assert_string_equal(g->thing.trimmed, "ab");
	assert_string_equal(g->thing.lines, "a\nb");
	assert_int_equal(g->thing.count, -5);
	assert_true(g->thing.any == INT64_MAX);
	assert_true(g->thing.at % US_PER_S == 500000);
	assert_false(uuid_is_zero(g->thing.id));
	assert_int_equal(g->thing.colour, 1);
	assert_int_equal(g->thing.set, 5);
	assert_false(g->thing.flag);
	assert_string_equal(g->thing.note->text, "n");
	assert_int_equal(g->thing.notes.n, 2);
	notes = g->thing.notes.items;
	assert_int_equal(notes[0].colour, 0);
	assert_int_equal(notes[1].colour, 2);
	assert_string_equal(((const char **)g->thing.words.items)[1], "bcde");
}

static void
null_is_a_value_only_where_it_may_be(void **state)
{
	struct ground *g = *state;

	assert_int_equal(
	    decode(g, "{\"title\":\"abc\",\"body\":null,\"any\":null,\"at\":null,\"id\":null,"
	              "\"colour\":null}"),
	    FAULT_NONE);
	assert_int_equal(g->thing.colour, -1);
	assert_true(g->thing.any == J_NO_INT);
	assert_int_equal(decode(g, "{\"title\":null,\"count\":null,\"flag\":null,\"notes\":null}"),
	                 FAULT_INVALID);
	assert_string_equal(pointers(g), "#/title #/count #/flag #/notes");
}

static void
every_fault_is_told_at_once_and_where_it_is(void **state)
{
	struct ground *g = *state;
	static const struct {
		const char *body, *want;
	} rows[] = {
		{ "{}", "#/title" },
		{ "{\"title\":\"abc\",\"x\":1,\"a/b~c\":2}", "#/x #/a~1b~0c" },
		{ "{\"title\":1,\"count\":\"1\",\"flag\":1,\"id\":7,\"note\":[],\"notes\":{},"
		  "\"set\":\"red\"}",
		  "#/title #/count #/id #/set #/flag #/note #/notes" },
		{ "{\"title\":\"abc\",\"count\":101,\"any\":1.0,\"at\":\"yesterday\",\"id\":\"x\"}",
		  "#/count #/any #/at #/id" },
		{ "{\"title\":\"a\",\"trimmed\":\"   "
		  "\",\"colour\":\"pink\",\"set\":[\"red\",\"red\"]}",
		  "#/title #/trimmed #/colour #/set" },
		{ "{\"title\":\"abcdef\",\"ids\":[],\"words\":[\"\",\"abcde\"]}",
		  "#/title #/ids #/words/0 #/words/1" },
		{ "{\"title\":\"abc\",\"notes\":[{\"text\":\"1\"},{\"text\":\"\",\"z\":0}]}",
		  "#/notes/1/z #/notes/1/text" },
		{ "{\"title\":\"abc\",\"notes\":[{},{},{}]}", "#/notes" },
		{ "{\"title\":\"abc\",\"note\":{\"colour\":\"pink\"}}",
		  "#/note/text #/note/colour" },
		{ "{\"title\":\"a\\u0007b\",\"body\":\"a\\u0007b\"}", "#/title #/body" },
		{ "{\"title\":\"a\\nb\"}", "#/title" },
		{ "{\"title\":\"abc\",\"trimmed\":\"a\\n\",\"lines\":\" \\n \"}",
		  "#/trimmed #/lines" },
		{ "{\"title\":\"abc\",\"trimmed\":\"\\u00a0\",\"lines\":\"\\n\\u200b\"}",
		  "#/trimmed #/lines" },
		{ "{\"title\":\"abc\",\"body\":\"\\u007f\"}", "#/body" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(decode(g, rows[i].body), FAULT_INVALID);
		assert_string_equal(pointers(g), rows[i].want);
		assert_true(g->problem.detail[0] != '\0');
	}
}

static void
what_is_not_a_json_object_is_malformed(void **state)
{
	struct ground *g = *state;
	static const char *const rows[] = {
		"",
		"nul",
		"null",
		"1",
		"[]",
		"\"x\"",
		"{",
		"{\"title\"",
		"{'a':1}",
		"{\"a\":1,}",
		"{\"a\":01}",
		"{\"a\":NaN}",
		"{\"a\":1}x",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\xc0\xaf\"}",
		"{\"a\":\"\\ud800\"}",
		"{\"a\":\"\\u0000\"}",
		"{\"title\":\"abc\",\"title\":\"abd\"}",
		"{\"a\":99999999999999999999}",
		"{\"a\":\"\n\"}",
		"{/* c */}",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(decode(g, rows[i]), FAULT_BAD_JSON);
		assert_true(g->problem.detail[0] != '\0');
	}
	(void)decode(g, "{\n\"title\": }");
	assert_non_null(strstr(g->problem.detail, "line 2, column 10"));
	(void)decode(g, "{\"a\":\"\\u0000\"}");
	assert_non_null(strstr(g->problem.detail, ": the character U+0000 is not allowed"));
}

static void
nesting_is_bounded_before_it_is_parsed(void **state)
{
	struct ground *g = *state;
	char text[80];

	for (size_t depth = 15; depth <= 18; depth++) {
		memset(text, 0, sizeof(text));
		strcpy(text, "{\"x\":");
		memset(text + 5, '[', depth - 1);
		memset(text + 5 + depth - 1, ']', depth - 1);
		text[5 + 2 * (depth - 1)] = '}';
		assert_int_equal(decode(g, text), depth <= 16 ? FAULT_INVALID : FAULT_BAD_JSON);
	}
	/* Brackets in strings nest nothing. */
	assert_int_equal(decode(g, "{\"title\":\"abc\",\"body\":\"\\\"[[[[[[[[[[[[[[[[[[\"}"),
	                 FAULT_NONE);
}

struct form_row {
	const char *text;
	bool good;
};

static void
try_forms(struct ground *g, const char *member, const struct form_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *body = arena_printf(g->arena, "{\"title\":\"abc\",\"%s\":\"%s\"}",
		                                member, rows[i].text);
		enum fault e = decode(g, body);

		if (e != (rows[i].good ? FAULT_NONE : FAULT_INVALID))
			fail_msg("%s: %s", member, rows[i].text);
	}
}
#define TRY(g, member, rows) try_forms(g, member, rows, sizeof(rows) / sizeof((rows)[0]))

static void
a_url_is_absolute_and_reads_in_one_way(void **state)
{
	static const struct form_row rows[] = {
		{ "https://example.com", true },
		{ "http://example.com:8080/a?b=c#d", true },
		{ "HTTPS://EXAMPLE.com/", true },
		{ "https://[::1]/x", true },
		{ "https://example.com/a@b", true },
		{ "https:///x", false },
		{ "https://", false },
		{ "//example.com", false },
		{ "/path", false },
		{ "ftp://example.com", false },
		{ "javascript:alert(1)", false },
		{ "https:example.com", false },
		{ "https://user@example.com", false },
		{ "https://a:b@example.com", false },
		{ "https://example.com\\\\@evil.example", false },
		{ "https://exam ple.com", false },
		{ "https://example.com/a b", false },
		{ "https://example.com/\\\"x", false },
		{ "https://example.com:port", false },
		{ "https://example.com:", false },
		{ "https://.example.com", false },
		{ "https://[::1", false },
		{ "https://[a]", false },
		{ "https://[127.0.0.1]", false },
		{ "https://[\xf0\x9f\x8e\x89w.[]#E", false },
		{ "https://[::1]x", false },
		{ " https://example.com", false },
	};

	TRY((struct ground *)*state, "url", rows);
}

static void
texts_of_a_form_are_checked(void **state)
{
	static const struct form_row emails[] = {
		{ "a@b.de", true },
		{ "first.last+tag@sub.example.org", true },
		{ "a@b", false },
		{ "@b.de", false },
		{ "a@", false },
		{ "a@@b.de", false },
		{ "a b@c.de", false },
		{ "a@b.de,c@d.de", false },
		{ "a@.de", false },
		{ "a@b.de.", false },
		{ ".a@b.de", false },
		{ "a.@b.de", false },
		{ "\xc3\xa4@b.de", false },
		{ "<a@b.de>", false },
	};
	static const struct form_row zones[] = {
		{ "Europe/Berlin", true },  { "UTC", true },      { "Mars/Olympus", false },
		{ "../etc/passwd", false }, { "Europe/", false },
	};
	static const struct form_row langs[] = {
		{ "en", true }, { "pt-BR", true },  { "zh-Hant-TW", true },
		{ "e", false }, { "en_US", false }, { "en-", false },
	};
	static const struct form_row moneys[] = { { "EUR", true },
		                                  { "eur", false },
		                                  { "EU1", false } };
	static const struct form_row days[] = {
		{ "2026-11-23", true },  { "2024-02-29", true },  { "2026-02-29", false },
		{ "2026-13-01", false }, { "2026-1-1xx", false },
	};
	static const struct form_row ids[] = {
		{ "0190b5d8-7f6c-7a3e-8d2a-112233445566", true },
		{ "0190b5d87f6c7a3e8d2a112233445566", false },
		{ "0190b5d8-7f6c-7a3e-8d2a-11223344556", false },
		{ "0190b5d8-7f6c-7a3e-8d2a-11223344556g", false },
	};
	static const struct form_row times[] = {
		{ "2026-11-23T10:00:00Z", true }, { "2026-11-23T10:00:00+02:00", true },
		{ "2026-11-23 10:00:00", false }, { "2026-11-23T25:00:00Z", false },
		{ "2026-11-23T10:00:00", false }, { "2026-11-23", false },
	};

	TRY((struct ground *)*state, "email", emails);
	TRY((struct ground *)*state, "zone", zones);
	TRY((struct ground *)*state, "lang", langs);
	TRY((struct ground *)*state, "money", moneys);
	TRY((struct ground *)*state, "day", days);
	TRY((struct ground *)*state, "id", ids);
	TRY((struct ground *)*state, "at", times);
}

static void
what_a_patch_named_is_known_and_laid_over(void **state)
{
	struct ground *g = *state;
	struct thing there;

	assert_int_equal(decode(g,
	                        "{\"title\":\"old\",\"body\":\"stays\",\"count\":3,\"flag\":true}"),
	                 FAULT_NONE);
	there = g->thing;
	assert_int_equal(decode(g, "{\"title\":\"new\",\"any\":null,\"flag\":false}"), FAULT_NONE);
	assert_true(j_has(&thing_schema, &g->thing, "any"));
	assert_true(j_has(&thing_schema, &g->thing, "flag"));
	assert_false(j_has(&thing_schema, &g->thing, "body"));
	assert_false(j_has(&note_schema, &g->thing, "text"));
	j_merge(&thing_schema, &there, &g->thing);
	assert_string_equal(there.title, "new");
	assert_string_equal(there.body, "stays");
	assert_int_equal(there.count, 3);
	assert_false(there.flag);
}

static void
many_faults_are_counted_past_the_room(void **state)
{
	struct ground *g = *state;
	const char *body = "{\"title\":\"abc\"";

	for (int i = 0; i < PROBLEM_VIOLATIONS_MAX + 8; i++)
		body = arena_printf(g->arena, "%s,\"x%d\":1", body, i);
	assert_int_equal(decode(g, arena_printf(g->arena, "%s}", body)), FAULT_INVALID);
	assert_true(g->problem.n_viol >= PROBLEM_VIOLATIONS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(absent_members_get_their_defaults, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(every_type_arrives, set_up, tear_down),
		cmocka_unit_test_setup_teardown(null_is_a_value_only_where_it_may_be, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(every_fault_is_told_at_once_and_where_it_is, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_a_json_object_is_malformed, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(nesting_is_bounded_before_it_is_parsed, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(a_url_is_absolute_and_reads_in_one_way, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(texts_of_a_form_are_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_patch_named_is_known_and_laid_over, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(many_faults_are_counted_past_the_room, set_up,
		                                tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
