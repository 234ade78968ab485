/* SPDX-License-Identifier: Apache-2.0 */
/* test_report.c - models, exact parts, paths out of a stream of rows. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

		for (int m = 0; m < MODEL_MARKOV; m++) {
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
	for (int m = 0; m < MODEL_MARKOV; m++) {
		assert_string_equal(model_names[m], touch_model_names[m]);
		credit((enum model)m, 12345, 1, part);
		assert_int_equal(part[0], 12345);
	}
	assert_null(touch_model_names[MODEL_MARKOV]);
	assert_string_equal(model_names[MODEL_MARKOV], "markov");
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

/* --- removal effects --- */

static void
path(struct markov *m, size_t times, bool converts, const char *participants)
{
	for (size_t i = 0; i < times; i++) {
		for (const char *p = participants; *p != '\0'; p++)
			markov_touch(m, (size_t)(*p - '1'));
		markov_end(m, converts);
	}
}

/* p1 > p2 3 of 5, p1 1 of 5, p2 > p3 > p1 2 of 3, p3 1 of 6; repeats in a row are one touch. */
static void
removal_effects_are_those_of_the_rules(void **state)
{
	static const double want[] = { 1586 / 3361.0, 1112 / 3361.0, 663 / 3361.0 };
	static const size_t as_they_came[] = { 0, 1, 2 };
	struct arena *arena = arena_create(4096);
	struct markov *m = markov_begin(arena);
	struct markov_answer a;
	double sum = 0;

	(void)state;
	path(m, 3, true, "12");
	path(m, 1, false, "12");
	path(m, 1, false, "1122");
	path(m, 1, true, "111");
	path(m, 4, false, "1");
	path(m, 2, true, "231");
	path(m, 1, false, "22331");
	path(m, 1, true, "3");
	path(m, 5, false, "3");
	path(m, 7, false, "");
	assert_true(markov_solve(m, as_they_came, &a));
	assert_true(a.exact && a.n == 3 && a.converting == 7 && a.nulls == 12);
	assert_true(fabs(a.rate - 7 / 19.0) < 1e-12 && a.residual < 1e-12);
	for (size_t i = 0; i < 3; i++)
		sum += a.effect[i];
	for (size_t i = 0; i < 3; i++)
		assert_true(fabs(a.effect[i] / sum - want[i]) < 1e-12);
	arena_destroy(&arena);
}

/* p without c, by walking every step of the chain on the counted paths: no inverse, no diagonal. */
static double
rate_without(uint32_t (*paths)[4], size_t n_paths, size_t n, size_t without)
{
	double *x = calloc(n + 1, sizeof(double)), *next = calloc(n + 1, sizeof(double)),
	       *out = calloc(n + 1, sizeof(double)), rate;

	for (int round = 0; round < 400; round++) {
		memset(next, 0, (n + 1) * sizeof(double));
		memset(out, 0, (n + 1) * sizeof(double));
		for (size_t i = 0; i < n_paths; i++) {
			size_t at = n; /* the start */

			for (size_t k = 0; k < 3; k++) {
				next[at] += paths[i][k] == without ? 0 : x[paths[i][k]];
				out[at] += 1;
				at = paths[i][k];
			}
			next[at] += paths[i][3];
			out[at] += 1;
		}
		for (size_t i = 0; i <= n; i++)
			x[i] = out[i] > 0 ? next[i] / out[i] : 0;
	}
	rate = x[n];
	free(x);
	free(next);
	free(out);
	return rate;
}

/* One participant more than are solved exactly; each compared removal is simulated by itself. */
static void
many_participants_are_solved_within_the_residual(void **state)
{
	enum { PATHS = 4000, PEOPLE = 1100 };
	static uint32_t paths[PATHS][4]; /* three participants, and whether it converts */
	static size_t place[PEOPLE];
	struct arena *arena = arena_create(4096);
	struct markov *m = markov_begin(arena);
	struct markov_answer a;
	uint64_t seed = 11;
	double all;

	(void)state;
	for (size_t i = 0; i < PATHS; i++) {
		paths[i][0] = (uint32_t)(i % PEOPLE);
		paths[i][1] = (paths[i][0] + 1 + (uint32_t)(draw(&seed) % 5)) % PEOPLE;
		paths[i][2] = (paths[i][1] + 1 + (uint32_t)(draw(&seed) % (PEOPLE - 1))) % PEOPLE;
		paths[i][3] = draw(&seed) % 3 == 0;
		for (size_t k = 0; k < 3; k++)
			markov_touch(m, paths[i][k]);
		markov_end(m, paths[i][3] != 0);
	}
	for (size_t i = 0; i < PEOPLE; i++)
		place[i] = i;
	assert_true(markov_solve(m, place, &a));
	assert_true(!a.exact && a.n == PEOPLE && a.residual > 0 && a.residual < 1e-8);
	all = rate_without(paths, PATHS, PEOPLE, SIZE_MAX);
	assert_true(fabs(a.rate - all) < 1e-9);
	for (size_t c = 0; c < PEOPLE; c += 67) {
		double want = 1 - rate_without(paths, PATHS, PEOPLE, c) / all;

		assert_true(fabs(a.effect[c] - want) < 1e-7);
	}
	arena_destroy(&arena);
}

static void
too_many_transitions_are_refused(void **state)
{
	struct arena *arena = arena_create(4096);
	struct markov *m = markov_begin(arena);
	struct markov_answer a;

	(void)state;
	for (size_t i = 0; i < 2 * MARKOV_EDGES_MAX; i++)
		markov_touch(m, i);
	assert_false(markov_solve(m, NULL, &a));
	arena_destroy(&arena);
}

/* Paths of people who are numbered as they come, read from one path on, solved in the people's
 * order. */
static struct markov_answer
solved_from(struct arena *arena, size_t people, size_t first)
{
	enum { PATHS = 3000, TOUCHES = 4 };
	struct markov *m = markov_begin(arena);
	size_t *number = arena_array(arena, people, size_t),
	       *place = arena_array(arena, people, size_t);
	struct markov_answer a;
	size_t n = 0;

	for (size_t i = 0; i < PATHS; i++) {
		uint64_t seed = (first + i) % PATHS;

		for (size_t k = 0; k < TOUCHES; k++) {
			size_t who = k == 0 ? seed % people : draw(&seed) % people;

			if (number[who] == 0) {
				number[who] = ++n;
				place[n - 1] = who;
			}
			markov_touch(m, number[who] - 1);
		}
		markov_end(m, draw(&seed) % 3 == 0);
	}
	assert_int_equal(n, people);
	assert_true(markov_solve(m, place, &a));
	return a;
}

static void
effects_do_not_depend_on_the_order_of_paths(void **state)
{
	static const size_t people[] = { 3, 90, 1100 }; /* the last are solved iteratively */

	(void)state;
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		struct arena *arena = arena_create(4096);
		struct markov_answer a = solved_from(arena, people[i], 0),
				     b = solved_from(arena, people[i], 1313);

		assert_memory_equal(a.effect, b.effect, a.n * sizeof(double));
		assert_memory_equal(&a.residual, &b.residual, sizeof(double));
		assert_memory_equal(&a.rate, &b.rate, sizeof(double));
		arena_destroy(&arena);
	}
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
		cmocka_unit_test(removal_effects_are_those_of_the_rules),
		cmocka_unit_test(many_participants_are_solved_within_the_residual),
		cmocka_unit_test(too_many_transitions_are_refused),
		cmocka_unit_test(effects_do_not_depend_on_the_order_of_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
