/* SPDX-License-Identifier: Apache-2.0 */
/* test_report.c - models, exact parts, paths out of a stream of rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "src/report/report_int.h"

enum { TOUCHES_MAX = 200 };

static void
credit(enum model m, int64_t whole, size_t n, int64_t *parts)
{
	uint64_t weights[TOUCHES_MAX];
	struct share_of scratch[TOUCHES_MAX];

	bool is_new[TOUCHES_MAX];
	int64_t at[TOUCHES_MAX];
	struct journey j = { .n = n,
		             .at = at,
		             .is_new = is_new,
		             .lead_at = TIME_NONE,
		             .opportunity_at = TIME_NONE,
		             .won_at = TIME_NONE };
	struct model_params p = { 400000, 400000, 7 * US_PER_DAY };

	for (size_t i = 0; i < n; i++) {
		at[i] = (int64_t)i * US_PER_DAY;
		is_new[i] = i % 3 == 0;
	}
	models[m](&j, &p, weights);
	split_exactly(whole, weights, n, parts, scratch);
}

/*
 * A lead of 1,000.00 with touches of p1, p2, p1, p3, in this order; what each of the three gets.
 */
static void
the_worked_example_comes_out(void **state)
{
	static const struct {
		enum model model;
		int64_t p1, p2, p3;
	} cases[] = {
		{ MODEL_FIRST, 100000, 0, 0 },
		{ MODEL_LAST, 0, 0, 100000 },
		{ MODEL_LINEAR, 50000, 25000, 25000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t part[4];

		credit(cases[i].model, 100000, 4, part);
		assert_int_equal(part[0] + part[2], cases[i].p1);
		assert_int_equal(part[1], cases[i].p2);
		assert_int_equal(part[3], cases[i].p3);
	}
}

/* Weights that other models would give: time decay with a half-life of seven days. */
static void
parts_go_by_largest_remainder_and_ties_to_the_earlier(void **state)
{
	static const struct {
		int64_t whole;
		uint64_t weight[4];
		size_t n;
		int64_t want[4];
	} cases[] = {
		{ 100, { 1, 1, 1 }, 3, { 34, 33, 33 } },
		{ 200, { 1, 1, 1 }, 3, { 67, 67, 66 } },
		{ 1, { 1, 1, 1, 1 }, 4, { 1, 0, 0, 0 } },
		{ 0, { 1, 2, 3 }, 3, { 0, 0, 0 } },
		{ 15, { 1, 2, 4, 8 }, 4, { 1, 2, 4, 8 } },
		{ 100, { 1, 2, 4, 8 }, 4, { 7, 13, 27, 53 } },
		{ 10, { 0, 3, 0, 1 }, 4, { 0, 8, 0, 2 } },
		{ -100, { 1, 1, 1 }, 3, { -34, -33, -33 } },
		{ 7, { 5 }, 1, { 7 } },
		{ 100000, { 438425988, 561574012 }, 2, { 43843, 56157 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct share_of scratch[4];
		int64_t part[4];

		split_exactly(cases[i].whole, cases[i].weight, cases[i].n, part, scratch);
		for (size_t j = 0; j < cases[i].n; j++) {
			if (part[j] != cases[i].want[j])
				fail_msg("case %zu, part %zu: %lld", i, j, (long long)part[j]);
		}
	}
}

static uint64_t
draw(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static void
parts_add_up_and_are_less_than_one_unit_off(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint64_t weight[TOUCHES_MAX], sum = 0;
		struct share_of scratch[TOUCHES_MAX];
		int64_t part[TOUCHES_MAX],
		    whole = (int64_t)(draw(&seed) * draw(&seed) % 1000000007), all = 0;
		size_t n = 1 + draw(&seed) % (round % 50 == 0 ? TOUCHES_MAX : 6);

		for (size_t i = 0; i < n; i++)
			sum += weight[i] = draw(&seed) % (round % 2 ? 4 : 1000000) + (i == 0);
		split_exactly(whole, weight, n, part, scratch);
		for (size_t i = 0; i < n; i++) {
			long double exact =
			    (long double)whole * (long double)weight[i] / (long double)sum;

			assert_true(part[i] > exact - 1 && part[i] < exact + 1);
			all += part[i];
		}
		assert_int_equal(all, whole);
	}
}

static void
the_largest_value_does_not_overflow(void **state)
{
	static const int64_t wholes[] = { INT64_MAX, INT64_MIN + 1, 1000000000000000 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int64_t part[TOUCHES_MAX];

		for (int m = 0; m < MODEL__MAX; m++) {
			int64_t all = 0;

			credit((enum model)m, wholes[i], TOUCHES_MAX, part);
			for (size_t n = 0; n < TOUCHES_MAX; n++)
				all += part[n];
			assert_true(all == wholes[i]);
		}
	}
}

static void
every_model_has_a_name_and_gives_a_single_touch_all(void **state)
{
	int64_t part[1];

	(void)state;
	for (int m = 0; m < MODEL__MAX; m++) {
		assert_non_null(model_names[m]);
		credit((enum model)m, 12345, 1, part);
		assert_int_equal(part[0], 12345);
	}
	assert_null(model_names[MODEL__MAX]);
}

/* --- paths --- */

static const struct report_ask linear = { .model = { MODEL_LINEAR }, .n_models = 1 };
static const struct report_ask last = { .model = { MODEL_LAST }, .n_models = 1 };

struct seen {
	size_t conversions, touches, unattributed;
	int64_t value, count;
	char text[400];
};

static enum fault
look(struct rq *rq, const struct path *p, void *arg)
{
	struct seen *s = arg;

	(void)rq;
	s->conversions++;
	s->touches += p->n;
	s->unattributed += p->n == 0;
	for (size_t i = 0; i < p->n; i++) {
		s->value += p->credit[0].value[i];
		s->count += p->credit[0].count[i];
		if (s->conversions < 4)
			snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text),
			         "%.*s:%lld ", (int)p->touches[i].key.n, p->touches[i].key.s,
			         (long long)p->credit[0].value[i]);
	}
	return FAULT_NONE;
}

static enum fault
put(struct rq *rq, struct walk *w, unsigned conversion, int64_t value, int64_t touched_at,
    const char *key)
{
	char own[REPORT_KEY_SIZE] = "";
	struct stream_row row = { .value_minor = value, .touched_at = touched_at };
	enum fault e;

	row.id.b[0] = (unsigned char)(conversion >> 8);
	row.id.b[1] = (unsigned char)conversion;
	row.click_id[0] = (unsigned char)key[0];
	strcpy(own, key);
	if (key[0] != '\0')
		row.key = str_of(own); /* else none, such as no team */
	e = walk_row(rq, &row, w);
	memset(own, '#', sizeof(own)); /* the row's text dies with it */
	return e;
}

static void
rows_are_gathered_to_paths_in_order(void **state)
{
	struct rq rq = { .arena = arena_create(4096) };
	struct seen s = { .text = "" };
	struct walk *w = walk_begin(&rq, &linear, look, &s);

	(void)state;
	/* Two touches of the same instant go by click id; late ones are put in their place. */
	assert_int_equal(put(&rq, w, 1, 100, 30, "c"), FAULT_NONE);
	assert_int_equal(put(&rq, w, 1, 100, 10, "b"), FAULT_NONE);
	assert_int_equal(put(&rq, w, 1, 100, 10, "a"), FAULT_NONE);
	assert_int_equal(put(&rq, w, 2, 50, TIME_NONE, ""), FAULT_NONE);
	assert_int_equal(put(&rq, w, 3, 7, 5, "z"), FAULT_NONE);
	assert_int_equal(walk_end(&rq, w), FAULT_NONE);
	assert_int_equal(walk_end(&rq, w), FAULT_NONE);
	assert_int_equal(s.conversions, 3);
	assert_int_equal(s.unattributed, 1);
	assert_string_equal(s.text, "a:34 b:33 c:33 z:7 ");
	assert_int_equal(s.count, 2 * CREDIT_WHOLE);
	arena_destroy(&rq.arena);
}

static void
memory_does_not_grow_with_the_number_of_conversions(void **state)
{
	struct rq rq = { .arena = arena_create(4096) };
	struct seen s = { .text = "" };
	struct walk *w = walk_begin(&rq, &last, look, &s);
	size_t used = 0;

	(void)state;
	for (unsigned c = 1; c <= 20000; c++) {
		for (int t = 0; t < 80; t += 10)
			assert_int_equal(put(&rq, w, c, 3, 1000 + t,
			                     (c + (unsigned)t / 10) % 3 == 0
			                         ? ""
			                         : "01a20824-3d6c-736c-aed8-3771a61d95a5"),
			                 FAULT_NONE);
		if (c == 10)
			used = arena_used(rq.arena);
	}
	assert_int_equal(walk_end(&rq, w), FAULT_NONE);
	assert_int_equal(s.conversions, 20000);
	assert_int_equal(s.value, 60000);
	assert_int_equal(arena_used(rq.arena), used);
	arena_destroy(&rq.arena);
}

static void
a_path_is_bounded(void **state)
{
	struct rq rq = { .arena = arena_create(4096) };
	struct seen s = { .text = "" };
	struct walk *w = walk_begin(&rq, &linear, look, &s);

	(void)state;
	for (int64_t t = 0; t < REPORT_PATH_MAX + 10; t++)
		assert_int_equal(put(&rq, w, 1, 1000003, t, "p"), FAULT_NONE);
	assert_int_equal(walk_end(&rq, w), FAULT_NONE);
	assert_int_equal(s.touches, REPORT_PATH_MAX);
	assert_int_equal(s.value, 1000003);
	assert_int_equal(s.count, CREDIT_WHOLE);
	arena_destroy(&rq.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_example_comes_out),
		cmocka_unit_test(parts_go_by_largest_remainder_and_ties_to_the_earlier),
		cmocka_unit_test(parts_add_up_and_are_less_than_one_unit_off),
		cmocka_unit_test(the_largest_value_does_not_overflow),
		cmocka_unit_test(every_model_has_a_name_and_gives_a_single_touch_all),
		cmocka_unit_test(rows_are_gathered_to_paths_in_order),
		cmocka_unit_test(memory_does_not_grow_with_the_number_of_conversions),
		cmocka_unit_test(a_path_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
