/* SPDX-License-Identifier: Apache-2.0 */
/* test_auth.c - access tokens: what is accepted, and everything that is not. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rostra/auth.h"
#include "rostra/clock.h"
#include "rostra/crypto.h"

#define ISSUER "https://api.example.com"

static const unsigned char secret[32] = "0123456789abcdef0123456789abcde";
static const int64_t now_us = INT64_C(1795430000) * US_PER_S;

struct fixture {
	struct arena *a;
	struct token_keys *keys;
	char path[64];
};

static struct token_keys *
keys_of(struct fixture *f, const char *text, mode_t mode, char *err, size_t err_n)
{
	int fd;

	(void)unlink(f->path);
	fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
	return token_keys_load(f->path, err, err_n);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char line[128], text[64], err[256];

	f->a = arena_create(0);
	(void)snprintf(f->path, sizeof(f->path), "/tmp/rostra-test-keys.%d", (int)getpid());
	base64url_encode(secret, sizeof(secret), text);
	(void)snprintf(line, sizeof(line), "# keys\nk1 %s\n", text);
	f->keys = keys_of(f, line, 0400, err, sizeof(err));
	*state = f;
	return f->keys == NULL;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	token_keys_free(&f->keys);
	arena_destroy(&f->a);
	free(f);
	return 0;
}

static const char *
segment(struct fixture *f, const char *json)
{
	char *out = arena_alloc(f->a, base64url_size(strlen(json)) + 1, 1);

	base64url_encode(json, strlen(json), out);
	return out;
}

/* A token with this header and payload, signed with our key. */
static const char *
signed_token(struct fixture *f, const char *header, const char *payload)
{
	const char *text = arena_printf(f->a, "%s.%s", segment(f, header), segment(f, payload));
	struct sha256 mac = hmac_sha256(secret, sizeof(secret), text, strlen(text));
	char signature[64];

	base64url_encode(mac.b, sizeof(mac.b), signature);
	return arena_printf(f->a, "%s.%s", text, signature);
}

#define HEADER "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}"
#define COMPANY "01a20833-39b1-761a-b64d-93c6b28323a4"
#define PERSON "01a20833-39d3-7245-9253-1b0f498893fa"
#define REST "\"company\":\"" COMPANY "\",\"jti\":\"t1\",\"iat\":1795430000,\"nbf\":1795430000"
#define PAYLOAD                                                                                    \
	"{\"iss\":\"" ISSUER "\",\"aud\":\"rostra\",\"sub\":\"" PERSON                             \
	"\",\"role\":\"admin\",\"exp\":1795430600," REST "}"

static bool
accepted(struct fixture *f, const char *token, int64_t at_us)
{
	struct caller who;
	const char *why;

	return token_verify(f->keys, str_of(token), ISSUER, at_us, f->a, &who, &why);
}

static void
a_minted_token_says_who_asks(void **state)
{
	struct fixture *f = *state;
	struct token_claims c = { .role = ROLE_CURATOR,
		                  .issued_us = now_us,
		                  .expires_us = now_us + 600 * US_PER_S,
		                  .issuer = ISSUER };
	struct caller who;
	const char *token, *why;

	assert_true(uuid_parse(STR(COMPANY), &c.company));
	assert_true(uuid_parse(STR(PERSON), &c.person));
	c.session = uuid_v7(now_us);
	token = token_mint(f->keys, &c, f->a);
	assert_true(token_verify(f->keys, str_of(token), ISSUER, now_us, f->a, &who, &why));
	assert_true(uuid_eq(who.company, c.company));
	assert_true(uuid_eq(who.person, c.person));
	assert_true(uuid_eq(who.session, c.session));
	assert_int_equal(who.role, ROLE_CURATOR);
	assert_int_equal(who.kind, ACCESS_CURATOR);
	assert_true(who.expires_us >= c.expires_us);
}

static void
a_token_lives_from_its_beginning_to_its_end(void **state)
{
	struct fixture *f = *state;
	const char *token = signed_token(f, HEADER, PAYLOAD);

	assert_true(accepted(f, token, now_us));
	assert_true(accepted(f, token, now_us - TOKEN_SKEW_S * US_PER_S));
	assert_false(accepted(f, token, now_us - (TOKEN_SKEW_S + 1) * US_PER_S));
	assert_true(accepted(f, token, now_us + (600 + TOKEN_SKEW_S - 1) * US_PER_S));
	assert_false(accepted(f, token, now_us + (600 + TOKEN_SKEW_S) * US_PER_S));
}

/* What stands for the role, the times and so on; the rest is as it should be. */
#define CLAIMS(text) "{" text "}"
#define GOOD_ISS "\"iss\":\"" ISSUER "\""
#define GOOD_AUD "\"aud\":\"rostra\""
#define GOOD_SUB "\"sub\":\"" PERSON "\""
#define GOOD_ROLE "\"role\":\"admin\""
#define GOOD_EXP "\"exp\":1795430600"

static void
every_claim_is_checked(void **state)
{
	static const struct {
		const char *why, *payload;
	} rows[] = {
		{ "no issuer", CLAIMS(GOOD_AUD "," GOOD_SUB "," GOOD_ROLE "," GOOD_EXP "," REST) },
		{ "another issuer", CLAIMS("\"iss\":\"https://evil.example\"," GOOD_AUD "," GOOD_SUB
		                           "," GOOD_ROLE "," GOOD_EXP "," REST) },
		{ "no audience",
		  CLAIMS(GOOD_ISS "," GOOD_SUB "," GOOD_ROLE "," GOOD_EXP "," REST) },
		{ "a list of audiences", CLAIMS(GOOD_ISS ",\"aud\":[\"rostra\"]," GOOD_SUB
		                                         "," GOOD_ROLE "," GOOD_EXP "," REST) },
		{ "no subject", CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_ROLE "," GOOD_EXP "," REST) },
		{ "a subject that is no id",
		  CLAIMS(GOOD_ISS "," GOOD_AUD ",\"sub\":\"ann\"," GOOD_ROLE "," GOOD_EXP
		                  "," REST) },
		{ "a role that is none", CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_SUB
		                                         ",\"role\":\"root\"," GOOD_EXP "," REST) },
		{ "a role in capitals", CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_SUB
		                                        ",\"role\":\"ADMIN\"," GOOD_EXP "," REST) },
		{ "no end", CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_SUB "," GOOD_ROLE "," REST) },
		{ "an end in words", CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_SUB "," GOOD_ROLE
		                                     ",\"exp\":\"1795430600\"," REST) },
		{ "an end with a fraction", CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_SUB "," GOOD_ROLE
		                                            ",\"exp\":1795430600.5," REST) },
		{ "an end past counting", CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_SUB "," GOOD_ROLE
		                                          ",\"exp\":9223372036854775807," REST) },
		{ "a session that is no id", CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_SUB "," GOOD_ROLE
		                                             "," GOOD_EXP ",\"sid\":1," REST) },
		{ "a claim twice",
		  CLAIMS(GOOD_ISS "," GOOD_AUD "," GOOD_SUB ",\"role\":\"member\"," GOOD_ROLE
		                  "," GOOD_EXP "," REST) },
		{ "a list for a payload", "[1]" },
		{ "no JSON", "hello" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (accepted(f, signed_token(f, HEADER, rows[i].payload), now_us))
			fail_msg("accepted: %s", rows[i].why);
	}
}

static void
the_header_is_exactly_ours(void **state)
{
	static const char *const rows[] = {
		"{\"alg\":\"none\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
		"{\"alg\":\"hs256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS512\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
		"{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\",\"crit\":[\"x\"]}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\",\"jku\":\"https://e.example\"}",
		"{\"alg\":\"none\",\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"kid\":[\"k1\"],\"typ\":\"JWT\"}",
		"[]",
		"",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (accepted(f, signed_token(f, rows[i], PAYLOAD), now_us))
			fail_msg("accepted: %s", rows[i]);
	}
}

static void
a_token_that_was_touched_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *good = signed_token(f, HEADER, PAYLOAD);
	size_t n = strlen(good);

	assert_true(accepted(f, good, now_us));
	for (size_t i = 0; i < n; i++) {
		char *bad = arena_strdup(f->a, good);

		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		if (accepted(f, bad, now_us))
			fail_msg("accepted with character %zu changed", i);
	}
	for (size_t i = 0; i < n; i++)
		assert_false(accepted(f, arena_copy(f->a, good, i), now_us));
	assert_false(accepted(f, arena_printf(f->a, "%s=", good), now_us));
	assert_false(accepted(f, arena_printf(f->a, "%s!!", good), now_us));
	assert_false(accepted(f, arena_printf(f->a, "%s.", good), now_us));
	assert_false(accepted(f, arena_printf(f->a, " %s", good), now_us));
	assert_false(accepted(f, "", now_us));
	assert_false(accepted(f, "..", now_us));
	assert_false(accepted(f, "a.b.c", now_us));
}

static void
a_token_of_twelve_megabytes_is_refused_unread(void **state)
{
	enum { HUGE = 12 * 1024 * 1024 };
	struct fixture *f = *state;
	char *token = malloc(HUGE + 1);

	memset(token, 'A', HUGE);
	token[HUGE] = '\0';
	token[20] = token[HUGE - 50] = '.';
	assert_false(accepted(f, token, now_us));
	free(token);
}

static void
only_a_bearer_of_one_word_is_read(void **state)
{
	static const struct {
		const char *header, *token;
	} rows[] = {
		{ "Bearer abc.def-_", "abc.def-_" },
		{ "bearer abc", "abc" },
		{ "Bearer  abc ", "abc" },
		{ "Basic abc", NULL },
		{ "Bearer", NULL },
		{ "Bearer ", NULL },
		{ "Bearer a b", NULL },
		{ "Bearerabc", NULL },
		{ "", NULL },
		{ "Bearer a,b", NULL },
		{ "Bearer a\"b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str token;
		bool read = bearer_token(str_of(rows[i].header), &token);

		assert_int_equal(read, rows[i].token != NULL);
		if (read)
			assert_true(str_is(token, rows[i].token));
	}
}

static void
a_key_file_with_a_fault_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *told;
		mode_t mode;
	} rows[] = {
		{ "", "no key", 0400 },
		{ "k1\n", ":1: the key must be", 0400 },
		{ "k1 c2hvcnQ\n", ":1: the key must be", 0400 },
		{ "k/1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ":1: the key id", 0400 },
		{ "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
		  "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		  ":2: a key id stands twice", 0400 },
		{ "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "others may read it", 0444 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char err[256] = "";
		struct token_keys *k = keys_of(f, rows[i].text, rows[i].mode, err, sizeof(err));

		assert_null(k);
		if (strstr(err, rows[i].told) == NULL)
			fail_msg("told \"%s\" instead of \"%s\"", err, rows[i].told);
	}
}

static void
the_first_key_signs_and_all_verify(void **state)
{
	struct fixture *f = *state;
	char text[64], err[256];
	struct token_keys *two;
	const char *old = signed_token(f, HEADER, PAYLOAD), *why;
	struct caller who;

	base64url_encode(secret, sizeof(secret), text);
	two = keys_of(f,
	              arena_printf(f->a, "k2 %s\nk1 %s\n",
	                           "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", text),
	              0400, err, sizeof(err));
	assert_non_null(two);
	assert_true(token_verify(two, str_of(old), ISSUER, now_us, f->a, &who, &why));
	token_keys_free(&two);
	assert_null(two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_minted_token_says_who_asks),
		cmocka_unit_test(a_token_lives_from_its_beginning_to_its_end),
		cmocka_unit_test(every_claim_is_checked),
		cmocka_unit_test(the_header_is_exactly_ours),
		cmocka_unit_test(a_token_that_was_touched_is_refused),
		cmocka_unit_test(a_token_of_twelve_megabytes_is_refused_unread),
		cmocka_unit_test(only_a_bearer_of_one_word_is_read),
		cmocka_unit_test(a_key_file_with_a_fault_is_refused_with_its_line),
		cmocka_unit_test(the_first_key_signs_and_all_verify),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
