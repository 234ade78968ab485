/* SPDX-License-Identifier: Apache-2.0 */
/* test_id_pack.c - records with ids, packed and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/sums.h"

#include "own_arena.h"

enum { RECORDS = 3000, IDS = 300, FORMAT = 5 };
static const char word[] = "0123456789ab";

static struct uuid
id(unsigned n)
{
	return sum_key_small(n % IDS); /* zero, too */
}

static struct id_pack *
pack(struct arena *a, unsigned n)
{
	struct id_pack *k = id_pack_begin(a);

	for (unsigned i = 0; i < n; i++) {
		const uint64_t numbers[] = { id_pack_place(k, id(i)), UINT64_MAX >> (i % 64) };

		id_pack_put(k, numbers, 2);
		id_pack_put_bytes(k, word, sizeof(word));
	}
	return k;
}

static void
records_come_back_and_each_id_is_there_once(void **state)
{
	const struct str bytes = id_pack_end(pack(*state, RECORDS), FORMAT);
	struct id_packed p;
	char found[sizeof(word)];
	uint64_t numbers[2];
	bool packed = false;

	assert_true(id_packed_open(bytes, FORMAT, &p, &packed));
	assert_true(packed);
	assert_int_equal(p.n_ids, IDS);
	for (unsigned i = 0; i < RECORDS; i++) {
		assert_true(id_packed_get(&p, numbers, 2));
		assert_true(uuid_eq(id_packed_id(&p, numbers[0]), id(i)));
		assert_true(numbers[1] == UINT64_MAX >> (i % 64));
		assert_true(id_packed_get_bytes(&p, found, sizeof(found)));
		assert_memory_equal(found, word, sizeof(word));
	}
	assert_int_equal(p.rest.n, 0);
	assert_false(id_packed_get_bytes(&p, found, 1));
	assert_true(str_eq(bytes, id_pack_end(pack(*state, RECORDS), FORMAT)));
}

static void
nothing_and_another_format_have_nothing_to_read(void **state)
{
	struct id_packed p;
	bool packed = false;

	assert_true(id_packed_open(id_pack_end(pack(*state, 0), FORMAT), FORMAT, &p, &packed));
	assert_true(packed);
	assert_int_equal(p.rest.n, 0);
	assert_true(
	    id_packed_open(id_pack_end(pack(*state, 9), ID_PACK_NONE), FORMAT, &p, &packed));
	assert_false(packed);
	packed = true;
	assert_true(id_packed_open(id_pack_end(pack(*state, 9), FORMAT + 1), FORMAT, &p, &packed));
	assert_false(packed);
	assert_int_equal(p.rest.n, 0);
	assert_false(id_packed_open((struct str){ NULL, 0 }, FORMAT, &p, &packed));
	/* More ids than there are bytes. */
	assert_false(id_packed_open(STR("\x05\x7f too few"), FORMAT, &p, &packed));
}

static void
a_pack_says_when_it_is_full(void **state)
{
	struct id_pack *k = id_pack_begin(*state);
	const char bytes[1000] = { 0 };

	for (size_t n = 0; n <= ID_PACK_BYTES_MAX; n += sizeof(bytes)) {
		assert_false(id_pack_is_full(k));
		id_pack_put_bytes(k, bytes, sizeof(bytes));
	}
	assert_true(id_pack_is_full(k));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_come_back_and_each_id_is_there_once,
		                                arena_up, arena_down),
		cmocka_unit_test_setup_teardown(nothing_and_another_format_have_nothing_to_read,
		                                arena_up, arena_down),
		cmocka_unit_test_setup_teardown(a_pack_says_when_it_is_full, arena_up, arena_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
