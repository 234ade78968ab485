/* SPDX-License-Identifier: Apache-2.0 */
/* test_paths.c - conversions with their touches, packed and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "own_arena.h"
#include "src/report/paths_int.h"

enum { CONVERSIONS = 40, TOUCHES_MAX = 5 };
static const int64_t day_us = INT64_C(20000) * US_PER_DAY;

static struct uuid
id(size_t n)
{
	return sum_key_small((uint32_t)(n % 7)); /* zero: none */
}

/* The i-th conversion, always the same. */
static void
make(size_t i, struct stream_row touches[TOUCHES_MAX], struct path *p)
{
	static const char *const currencies[] = { NULL, "EUR", "USD" };

	*p = (struct path){ .touches = touches, .n = i % (TOUCHES_MAX + 1) };
	p->conversion = (struct stream_row){
		.id = sum_key_small((uint32_t)i + 1),
		.lead_id = id(i + 1),
		.occurred_at = day_us + (int64_t)(i / 2) * (US_PER_DAY / CONVERSIONS),
		.value_minor = (int64_t)i * 100 - 500,
		.currency = currencies[i % 3],
		.conversion_campaign = id(i),
		.opportunity_at = TIME_NONE,
	};
	p->conversion.lead_at = p->conversion.occurred_at - (int64_t)i * US_PER_DAY;
	p->conversion.won_at = i % 2 ? TIME_NONE : p->conversion.occurred_at;
	for (size_t k = 0; k < p->n; k++)
		touches[k] = (struct stream_row){
			.touched_at = p->conversion.occurred_at - (int64_t)(p->n - 1 - k) *
			                                              REPORT_WINDOW_MAX *
			                                              US_PER_DAY / TOUCHES_MAX,
			.network = (int)((i + k) % NETWORK__MAX),
			.person_id = id(i + k),
			.team_id = id(i + 2 * k),
			.post_id = id(i + 3 * k),
			.campaign_id = id(i + 4 * k),
			.channel_id = id(i + 5 * k),
			.share_id = id(i + 6 * k),
			.click_id = { (unsigned char)i, (unsigned char)k },
		};
}

static const struct paths_pack *
pack(struct arena *a, size_t n)
{
	struct paths_pack *k = paths_pack_begin(a, day_us);
	struct stream_row touches[TOUCHES_MAX];
	struct path p;

	for (size_t i = 0; i < n; i++) {
		make(i, touches, &p);
		paths_pack_add(k, &p);
	}
	return k;
}

static struct str
packed(struct arena *a, size_t n)
{
	return paths_pack_end(pack(a, n));
}

static void
check_touch(const struct paths *paths, const uint64_t *n, const struct stream_row *t)
{
	assert_int_equal(paths->at_us - (int64_t)n[TOUCH_AGE], t->touched_at);
	assert_int_equal(n[TOUCH_NETWORK], t->network);
	assert_true(uuid_eq(paths_id(paths, n[TOUCH_PERSON]), t->person_id));
	assert_true(uuid_eq(paths_id(paths, n[TOUCH_TEAM]), t->team_id));
	assert_true(uuid_eq(paths_id(paths, n[TOUCH_POST]), t->post_id));
	assert_true(uuid_eq(paths_id(paths, n[TOUCH_CAMPAIGN]), t->campaign_id));
	assert_true(uuid_eq(paths_id(paths, n[TOUCH_CHANNEL]), t->channel_id));
}

static void
bytes_give_back_what_was_packed(void **state)
{
	const struct str bytes = packed(*state, CONVERSIONS);
	uint64_t c[CONVERSION_NUMBERS], t[TOUCH_NUMBERS];
	struct stream_row touches[TOUCHES_MAX];
	struct paths paths;
	struct path p;
	bool here = false;

	assert_true(paths_open(bytes, day_us, &paths, &here));
	assert_true(here);
	for (size_t i = 0; i < CONVERSIONS; i++) {
		make(i, touches, &p);
		assert_true(paths_next(&paths, c));
		assert_int_equal(paths.at_us, p.conversion.occurred_at);
		assert_int_equal(c[CONVERSION_CURRENCY], credit_currency(p.conversion.currency));
		assert_int_equal(sums_of_zigzag(c[CONVERSION_VALUE]), p.conversion.value_minor);
		assert_true(uuid_eq(paths_id(&paths, c[CONVERSION_CAMPAIGN]),
		                    p.conversion.conversion_campaign));
		assert_int_equal(paths_before(&paths, c[CONVERSION_LEAD]), p.conversion.lead_at);
		assert_int_equal(paths_before(&paths, c[CONVERSION_OPPORTUNITY]), TIME_NONE);
		assert_int_equal(paths_before(&paths, c[CONVERSION_WON]), p.conversion.won_at);
		assert_int_equal(c[CONVERSION_TOUCHES], p.n);
		for (size_t k = 0; k < p.n; k++) {
			assert_true(paths_touch(&paths, t));
			check_touch(&paths, t, &touches[k]);
		}
	}
	assert_int_equal(paths.pack.rest.n, 0);
	assert_true(str_eq(bytes, packed(*state, CONVERSIONS)));
}

static void
ids_of_rows_lie_beside_them(void **state)
{
	const struct paths_pack *k = pack(*state, CONVERSIONS);
	struct stream_row touches[TOUCHES_MAX], row;
	struct paths paths;
	struct path p;
	bool here = false;

	assert_true(paths_open(paths_pack_end(k), day_us, &paths, &here));
	assert_true(paths_open_rows(paths_pack_rows(k), &paths, &here));
	assert_true(here);
	for (size_t i = 0; i < CONVERSIONS; i++) {
		make(i, touches, &p);
		assert_true(paths_next_ids(&paths, &row));
		assert_true(uuid_eq(row.id, p.conversion.id));
		assert_true(uuid_eq(row.lead_id, p.conversion.lead_id));
		for (size_t t = 0; t < p.n; t++) {
			assert_true(paths_touch_ids(&paths, &row));
			assert_true(uuid_eq(row.share_id, touches[t].share_id));
			assert_memory_equal(row.click_id, touches[t].click_id, CLICK_ID_SIZE);
		}
	}
	assert_int_equal(paths.rows.rest.n, 0);
	assert_false(paths_next_ids(&paths, &row));
	assert_false(paths_touch_ids(&paths, &row));
	assert_false(paths_open_rows((struct str){ NULL, 0 }, &paths, &here));
}

static void
a_day_without_conversions_is_packed_too(void **state)
{
	struct paths paths;
	bool here = false;

	assert_true(paths_open(packed(*state, 0), day_us, &paths, &here));
	assert_true(here);
	assert_int_equal(paths.pack.rest.n, 0);
}

/* A shorter window would begin later in it. */
static void
a_path_that_was_cut_is_left_to_the_rows(void **state)
{
	struct paths_pack *k = paths_pack_begin(*state, day_us);
	struct stream_row touches[TOUCHES_MAX];
	struct paths paths;
	struct path p;
	bool here = true;

	make(1, touches, &p);
	paths_pack_add(k, &p);
	p.n = REPORT_PATH_MAX;
	paths_pack_add(k, &p);
	assert_true(paths_open(paths_pack_end(k), day_us, &paths, &here));
	assert_false(here);
	assert_int_equal(paths.pack.rest.n, 0);
	here = true;
	assert_true(paths_open_rows(paths_pack_rows(k), &paths, &here));
	assert_false(here);
}

/* What an older or newer release packed. */
static void
another_format_is_left_to_the_rows(void **state)
{
	struct paths paths;
	bool here = true;

	(void)state;
	assert_true(paths_open(STR("\x7f and so on"), day_us, &paths, &here));
	assert_false(here);
	assert_int_equal(paths.pack.rest.n, 0);
}

/* Reads all there is; false: not whole. */
static bool
read_all(struct str bytes)
{
	uint64_t c[CONVERSION_NUMBERS], t[TOUCH_NUMBERS];
	struct paths paths;
	bool here = false;

	if (!paths_open(bytes, day_us, &paths, &here))
		return false;
	while (paths.pack.rest.n > 0) {
		if (!paths_next(&paths, c))
			return false;
		for (uint64_t i = 0; i < c[CONVERSION_TOUCHES]; i++) {
			if (!paths_touch(&paths, t))
				return false;
		}
	}
	return true;
}

static void
whatever_the_bytes_are_no_more_than_they_is_read(void **state)
{
	const struct str whole = packed(*state, CONVERSIONS);
	size_t refused = 0;

	assert_true(read_all(whole));
	assert_false(read_all((struct str){ NULL, 0 }));
	for (size_t n = 0; n < whole.n; n++) {
		char *cut = malloc(n + 1); /* so that a sanitizer sees the end */
		struct str some = { cut, n };

		assert_non_null(cut);
		memcpy(cut, whole.s, n);
		refused += !read_all(some);
		if (n > 0) {
			cut[n / 2] = (char)(cut[n / 2] ^ (int)(n | 0x80));
			refused += !read_all(some);
		}
		free(cut);
	}
	assert_true(refused > whole.n / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_give_back_what_was_packed, arena_up,
		                                arena_down),
		cmocka_unit_test_setup_teardown(ids_of_rows_lie_beside_them, arena_up, arena_down),
		cmocka_unit_test_setup_teardown(a_day_without_conversions_is_packed_too, arena_up,
		                                arena_down),
		cmocka_unit_test_setup_teardown(a_path_that_was_cut_is_left_to_the_rows, arena_up,
		                                arena_down),
		cmocka_unit_test(another_format_is_left_to_the_rows),
		cmocka_unit_test_setup_teardown(whatever_the_bytes_are_no_more_than_they_is_read,
		                                arena_up, arena_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
