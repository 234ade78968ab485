/* SPDX-License-Identifier: Apache-2.0 */
/* test_identity.c - where apps may be, which addresses may be called, how secrets lie. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/arena.h"
#include "rostra/conf.h"
#include "rostra/crypto.h"
#include "rostra/outbound.h"

#include "src/identity/identity_int.h"

static void
test_redirect_uris_match_exactly_but_for_a_loopback_s_port(void **state)
{
	static const char registered[] =
	    "com.example.app:/cb https://app.example.com/cb http://127.0.0.1/cb";
	static const struct {
		const char *uri;
		bool good;
	} rows[] = {
		{ "com.example.app:/cb", true },
		{ "https://app.example.com/cb", true },
		{ "http://127.0.0.1/cb", true },
		{ "http://127.0.0.1:1/cb", true },
		{ "http://127.0.0.1:65535/cb", true },
		{ "", false },
		{ "com.example.app:/cb ", false },
		{ "com.example.app:/cb/", false },
		{ "com.example.app:/CB", false },
		{ "https://app.example.com/cb?x", false },
		{ "https://app.example.com:443/cb", false },
		{ "https://app.example.com", false },
		{ "http://127.0.0.1:/cb", false },
		{ "http://127.0.0.1:123456/cb", false },
		{ "http://127.0.0.1:80x/cb", false },
		{ "http://127.0.0.1:80@evil.example/cb", false },
		{ "http://127.0.0.1.evil.example/cb", false },
		{ "http://127.0.0.1:80/cb2", false },
		{ "https://127.0.0.1:80/cb", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (redirect_uri_registered(registered, rows[i].uri) != rows[i].good)
			fail_msg("%s", rows[i].uri);
	}
	assert_false(redirect_uri_registered("", ""));
	assert_false(redirect_uri_registered(" ", ""));
}

static void
test_addresses_inside_are_not_global(void **state)
{
	/* clang-format off */
	static const char *const inside[] = {
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.169.254",
		"172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1",
		"192.168.1.1", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1",
		"240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "100::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
		"2001::1", "2001:1ff::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
	};
	static const char *const outside[] = {
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.0.0.1", "128.0.0.1",
		"172.15.0.1", "172.32.0.1", "192.0.1.1", "192.167.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255",
		"2606:4700:4700::1111", "2001:4860:4860::8888", "2a00::1",
	};
	/* clang-format on */
	unsigned char b[16];

	(void)state;
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		const int family = strchr(inside[i], ':') ? AF_INET6 : AF_INET;

		assert_int_equal(inet_pton(family, inside[i], b), 1);
		if (address_is_global(b, family == AF_INET ? 4 : 16))
			fail_msg("%s is global", inside[i]);
	}
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		const int family = strchr(outside[i], ':') ? AF_INET6 : AF_INET;

		assert_int_equal(inet_pton(family, outside[i], b), 1);
		if (!address_is_global(b, family == AF_INET ? 4 : 16))
			fail_msg("%s is not global", outside[i]);
	}
	assert_false(address_is_global(b, 5));
}

static void
test_urls_that_may_be_called(void **state)
{
	static const struct conf here = { .public_url = "http://127.0.0.1:8080",
		                          .outbound_loopback_ports = "4000 4001" };
	static const struct conf out = { .public_url = "https://api.example.com",
		                         .outbound_loopback_ports = "4000" };
	static const char *const bad[] = {
		"",
		"x",
		"http://id.example.com",
		"https://",
		"https://u@id.example.com",
		"https://u:p@id.example.com",
		"https://id.example.com/#f",
		"file:///etc/passwd",
		"gopher://x",
		"http://127.0.0.1:4002",
		"http://localhost:4000",
		"http://127.0.0.1:4000@evil.example/",
	};

	(void)state;
	assert_true(outbound_url_good(&here, "https://id.example.com/tenant"));
	assert_true(outbound_url_good(&here, "http://127.0.0.1:4001/x"));
	assert_false(outbound_url_good(&out, "http://127.0.0.1:4000/x"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (outbound_url_good(&here, bad[i]))
			fail_msg("%s", bad[i]);
	}
}

static void
test_a_form_is_encoded_as_oauth_wants_it(void **state)
{
	struct arena *a = arena_create(0);

	(void)state;
	assert_string_equal(form_encode(a, "aZ09-._*"), "aZ09-._*");
	assert_string_equal(form_encode(a, "a b+c~%\xc3\xbc"), "a%20b%2Bc%7E%25%C3%BC");
	assert_string_equal(form_add(a, form_add(a, "", "x", "1&2"), "y", ""), "x=1%262&y=");
	arena_destroy(&a);
}

static void
test_a_sealed_secret_opens_in_its_place_and_unbent(void **state)
{
	static const unsigned char key[SEAL_KEY_BYTES] = "0123456789abcdef0123456789abcde",
				   other[SEAL_KEY_BYTES] = "x";
	const struct str plain = STR("s3cret of a client");
	unsigned char sealed[64], again[64];
	char out[64];
	const size_t n = plain.n + SEAL_EXTRA;

	(void)state;
	secret_seal(key, STR("here"), plain, sealed);
	secret_seal(key, STR("here"), plain, again);
	assert_memory_not_equal(sealed, again, n);
	assert_true(secret_open(key, STR("here"), (struct str){ (char *)sealed, n }, out));
	assert_memory_equal(out, plain.s, plain.n);
	assert_false(secret_open(key, STR("there"), (struct str){ (char *)sealed, n }, out));
	assert_false(secret_open(other, STR("here"), (struct str){ (char *)sealed, n }, out));
	for (size_t i = 0; i < n * 8; i++) {
		sealed[i / 8] ^= (unsigned char)(1u << i % 8);
		assert_false(secret_open(key, STR("here"), (struct str){ (char *)sealed, n }, out));
		sealed[i / 8] ^= (unsigned char)(1u << i % 8);
	}
	for (size_t cut = 0; cut < n; cut++)
		assert_false(
		    secret_open(key, STR("here"), (struct str){ (char *)sealed, cut }, out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_redirect_uris_match_exactly_but_for_a_loopback_s_port),
		cmocka_unit_test(test_addresses_inside_are_not_global),
		cmocka_unit_test(test_urls_that_may_be_called),
		cmocka_unit_test(test_a_form_is_encoded_as_oauth_wants_it),
		cmocka_unit_test(test_a_sealed_secret_opens_in_its_place_and_unbent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
