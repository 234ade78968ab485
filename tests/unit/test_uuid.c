/* SPDX-License-Identifier: Apache-2.0 */
/* test_uuid.c - version 7 ids: order, text, time. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/clock.h"
#include "rostra/uuid.h"

static void
ids_of_a_thread_sort_in_the_order_they_were_made(void **state)
{
	struct uuid last = uuid_v7(1000000);

	(void)state;
	/* Also within one millisecond, and when the clock steps back. */
	for (int i = 0; i < 20000; i++) {
		struct uuid u = uuid_v7(i % 3 == 0 ? 999000 : 1000000 + i / 100);

		assert_true(uuid_cmp(last, u) < 0);
		assert_true(uuid_is_v7(u));
		last = u;
	}
}

static void *
make_many(void *arg)
{
	struct uuid *u = arg;

	for (int i = 0; i < 1000; i++)
		u[i] = uuid_v7(5000000);
	return NULL;
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

static void
threads_make_different_ids_in_the_same_millisecond(void **state)
{
	static struct uuid u[4000];
	pthread_t t[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, make_many, u + 1000 * i), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	qsort(u, 4000, sizeof(struct uuid), by_bytes);
	for (int i = 1; i < 4000; i++)
		assert_true(uuid_cmp(u[i - 1], u[i]) != 0);
}

static void
text_goes_there_and_back_in_either_case(void **state)
{
	char text[UUID_TEXT_SIZE];
	struct uuid u, v;

	(void)state;
	assert_true(uuid_parse(STR("01A20824-3D6C-736C-AED8-3771a61d95a5"), &u));
	uuid_format(u, text);
	assert_string_equal(text, "01a20824-3d6c-736c-aed8-3771a61d95a5");
	assert_true(uuid_parse(str_of(text), &v));
	assert_true(uuid_eq(u, v));
}

static void
other_texts_are_no_ids(void **state)
{
	static const char *const wrong[] = {
		"",
		"01a208243d6c736caed83771a61d95a5",
		"{01a20824-3d6c-736c-aed8-3771a61d95a5}",
		"01a20824-3d6c-736c-aed8-3771a61d95a",
		"01a20824-3d6c-736c-aed8-3771a61d95a55",
		"01a20824-3d6c-736c-aed8_3771a61d95a5",
		"01a20824-3d6c-736c-aed8-3771a61d95ag",
		"01a2082-43d6c-736c-aed8-3771a61d95a5",
	};
	struct uuid u;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(uuid_parse(str_of(wrong[i]), &u));
}

static void
an_id_knows_when_it_was_made(void **state)
{
	static const unsigned char random[10] = { 0xff, 0xff, 0xff, 0xff, 0xff,
		                                  0xff, 0xff, 0xff, 0xff, 0xff };
	struct uuid u = uuid_v7_from(INT64_C(1764000000123456), random);
	struct uuid v4;

	(void)state;
	assert_int_equal(uuid_v7_time_us(u), INT64_C(1764000000123000));
	assert_true(uuid_is_v7(u));
	assert_true(uuid_eq(u, uuid_v7_from(INT64_C(1764000000123999), random)));
	assert_true(uuid_parse(STR("f47ac10b-58cc-4372-a567-0e02b2c3d479"), &v4));
	assert_false(uuid_is_v7(v4));
	assert_false(uuid_is_zero(u));
	assert_true(uuid_is_zero((struct uuid){ { 0 } }));
}

static void
the_age_of_a_clients_id_is_bounded(void **state)
{
	static const unsigned char random[10] = { 0x11 };
	const int64_t now_us = INT64_C(1764000000) * US_PER_S;
	const struct {
		const char *why;
		int64_t off_us;
		enum uuid_age age;
	} cases[] = {
		{ "now", 0, UUID_AGE_FITS },
		{ "made offline, weeks ago", -30 * US_PER_DAY, UUID_AGE_FITS },
		{ "too old", -30 * US_PER_DAY - US_PER_S, UUID_AGE_BEHIND },
		{ "the service's clock has jumped back", 3600 * US_PER_S, UUID_AGE_FITS },
		{ "a phone's clock is wrong by a day", US_PER_DAY, UUID_AGE_FITS },
		{ "by more", US_PER_DAY + US_PER_S, UUID_AGE_AHEAD },
	};
	struct uuid first, last, v4;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct uuid u = uuid_v7_from(now_us + cases[i].off_us, random);

		if (uuid_client_age(u, now_us) != cases[i].age)
			fail_msg("%s", cases[i].why);
		uuid_client_bounds(now_us, now_us, &first, &last);
		if (cases[i].age == UUID_AGE_FITS &&
		    (uuid_cmp(first, u) > 0 || uuid_cmp(u, last) > 0))
			fail_msg("%s: out of bounds", cases[i].why);
	}
	assert_true(uuid_parse(STR("f47ac10b-58cc-4372-a567-0e02b2c3d479"), &v4));
	assert_int_equal(uuid_client_age(v4, now_us), UUID_AGE_BEHIND);
}

static void
an_id_of_a_digest_is_the_same_for_the_same_and_has_a_form_that_databases_take(void **state)
{
	unsigned char digest[16];
	char text[UUID_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < 256; i++) {
		memset(digest, i, sizeof(digest));
		uuid_format(uuid_of_digest(digest), text);
		assert_int_equal(text[14], '5');
		assert_non_null(strchr("89ab", text[19]));
		assert_true(uuid_eq(uuid_of_digest(digest), uuid_of_digest(digest)));
	}
	digest[0] ^= 1;
	uuid_format(uuid_of_digest(digest), text);
	assert_string_equal(text, "feffffff-ffff-5fff-bfff-ffffffffffff");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_of_a_thread_sort_in_the_order_they_were_made),
		cmocka_unit_test(threads_make_different_ids_in_the_same_millisecond),
		cmocka_unit_test(text_goes_there_and_back_in_either_case),
		cmocka_unit_test(other_texts_are_no_ids),
		cmocka_unit_test(an_id_knows_when_it_was_made),
		cmocka_unit_test(the_age_of_a_clients_id_is_bounded),
		cmocka_unit_test(
		    an_id_of_a_digest_is_the_same_for_the_same_and_has_a_form_that_databases_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
