/* SPDX-License-Identifier: Apache-2.0 */
/* test_crypto.c - digests against published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/crypto.h"

static void
assert_hex(struct sha256 got, const char *want)
{
	char text[65];

	hex_encode(got.b, sizeof(got.b), text);
	assert_string_equal(text, want);
}

/* FIPS 180-4 examples. */
static void
sha256_is_that_of_the_standard(void **state)
{
	(void)state;
	assert_hex(sha256_of("", 0),
	           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_hex(sha256_of("abc", 3),
	           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, cases 1 and 2. */
static void
hmac_sha256_is_that_of_the_rfc(void **state)
{
	unsigned char key[20];

	(void)state;
	memset(key, 0x0b, sizeof(key));
	assert_hex(hmac_sha256(key, sizeof(key), "Hi There", 8),
	           "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_hex(hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28),
	           "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* RFC 3720 B.4. */
static void
crc32c_is_that_of_the_rfc(void **state)
{
	unsigned char bytes[32] = { 0 };

	(void)state;
	assert_int_equal(crc32c(bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc32c(bytes, 32), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		bytes[i] = (unsigned char)i;
	assert_int_equal(crc32c(bytes, 32), 0x46dd794e);
	assert_int_equal(crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(crc32c("", 0), 0);
}

static void
parts_cannot_be_shifted_into_each_other(void **state)
{
	const struct str a[] = { STR("ab"), STR("c") }, b[] = { STR("a"), STR("bc") };
	const struct str c[] = { STR("ab"), STR("c"), STR("") };

	(void)state;
	assert_true(sha256_eq(sha256_parts(a, 2), sha256_parts(a, 2)));
	assert_false(sha256_eq(sha256_parts(a, 2), sha256_parts(b, 2)));
	assert_false(sha256_eq(sha256_parts(a, 2), sha256_parts(c, 3)));
}

static void
comparison_sees_every_byte(void **state)
{
	unsigned char a[64] = { 0 }, b[64] = { 0 };

	(void)state;
	assert_true(bytes_eq_ct(a, b, sizeof(a)));
	assert_true(bytes_eq_ct(a, b, 0));
	for (size_t i = 0; i < sizeof(a); i++) {
		b[i] = 0x80;
		assert_false(bytes_eq_ct(a, b, sizeof(a)));
		b[i] = 0;
	}
}

static void
random_bytes_differ_and_secrets_are_wiped(void **state)
{
	unsigned char a[32], b[32], zeros[32] = { 0 };

	(void)state;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	secret_wipe(a, sizeof(a));
	assert_memory_equal(a, zeros, sizeof(a));
}

static void
hash64_depends_on_bytes_length_and_seed(void **state)
{
	static const char zeros[40];
	uint64_t seen[41];

	(void)state;
	for (size_t n = 0; n <= 40; n++) {
		seen[n] = hash64(zeros, n, 0);
		for (size_t i = 0; i < n; i++)
			assert_true(seen[i] != seen[n]);
	}
	assert_true(hash64("a", 1, 0) != hash64("b", 1, 0));
	assert_true(hash64("a", 1, 0) != hash64("a", 1, 1));
	assert_true(hash64("same", 4, 5) == hash64("same", 4, 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_is_that_of_the_standard),
		cmocka_unit_test(hmac_sha256_is_that_of_the_rfc),
		cmocka_unit_test(crc32c_is_that_of_the_rfc),
		cmocka_unit_test(parts_cannot_be_shifted_into_each_other),
		cmocka_unit_test(comparison_sees_every_byte),
		cmocka_unit_test(random_bytes_differ_and_secrets_are_wiped),
		cmocka_unit_test(hash64_depends_on_bytes_length_and_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
