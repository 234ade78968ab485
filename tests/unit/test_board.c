/* SPDX-License-Identifier: Apache-2.0 */
/* test_board.c - ranks of boards, and which of them are of note. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/board/board_int.h"

enum { ROWS_MAX = 24 };

/* Scores in order, 0 ends them. */
static int64_t
rows_of(const int64_t *scores, struct standing_row *rows)
{
	int64_t n = 0;

	for (; scores[n] > 0; n++)
		rows[n] = (struct standing_row){
			.id = { .b = { [0] = 1, [15] = (unsigned char)(n + 1) } },
			.score = scores[n],
		};
	return n;
}

static void
the_same_score_is_the_same_rank_and_the_next_is_skipped(void **state)
{
	static const int64_t scores[] = { 3, 9, 5, 5, 5, 1, 0 };
	static const struct {
		unsigned char id;
		int64_t rank;
	} want[] = { { 2, 1 }, { 3, 2 }, { 4, 2 }, { 5, 2 }, { 1, 5 }, { 6, 6 } };
	struct standing_row rows[ROWS_MAX];
	const int64_t n = rows_of(scores, rows);

	(void)state;
	board_rank(rows, (size_t)n);
	for (int64_t i = 0; i < n; i++) {
		assert_int_equal(rows[i].id.b[15], want[i].id);
		assert_int_equal(rows[i].rank, want[i].rank);
		assert_int_equal(rows[i].place, i);
	}
}

static void
a_rank_is_of_note_among_few_of_at_least_twice_as_many(void **state)
{
	static const struct {
		const char *why;
		int64_t scores[ROWS_MAX];
		int want[ROWS_MAX];
	} cases[] = {
		{ "alone", { 9 }, { 0 } },
		{ "one of two", { 9, 8 }, { 1, 0 } },
		{ "two share the first rank", { 9, 9, 7, 6, 5, 4 }, { 3, 3, 3, 0, 0, 0 } },
		{ "four share the third", { 9, 8, 7, 7, 7, 7, 1 }, { 1, 3, 0, 0, 0, 0, 0 } },
		{ "five are too few for three", { 9, 8, 7, 6, 5 }, { 1, 0, 0, 0, 0 } },
		{ "nineteen are too few for ten",
		  { 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 },
		  { 1, 3, 3 } },
		{ "twenty",
		  { 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 },
		  { 1, 3, 3, 10, 10, 10, 10, 10, 10, 10, 0 } },
		{ "twenty, with a tie across the tenth",
		  { 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 11, 9, 8, 7, 6, 5, 4, 3, 2, 1 },
		  { 1, 3, 3, 10, 10, 10, 10, 10, 10, 0, 0 } },
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct standing_row rows[ROWS_MAX];
		const int64_t n = rows_of(cases[c].scores, rows);

		for (int64_t i = 0; i < n; i++) {
			if (board_band(rows, n, i) != cases[c].want[i])
				fail_msg("%s: row %d", cases[c].why, (int)i);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_score_is_the_same_rank_and_the_next_is_skipped),
		cmocka_unit_test(a_rank_is_of_note_among_few_of_at_least_twice_as_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
