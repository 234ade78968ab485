/* SPDX-License-Identifier: Apache-2.0 */
/* test_id_token.c - ID Tokens of every algorithm, and everything that must not get in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/crypto.h"
#include "rostra/id_token.h"

#include "provider_keys.h"

#define ISSUER "https://id.example.com/tenant"
#define CLIENT "rostra-acme"
#define NONCE "n-0S6_WzA2Mj-0123456789abcdef"

enum { NOW = 1795430000 };

#define HEADER "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"JWT\"}"
#define BEGIN "{\"iss\":\"" ISSUER "\",\"sub\":\"248289761001\""
#define AUDIENCE ",\"aud\":\"" CLIENT "\""
#define TIMES ",\"exp\":1795430300,\"iat\":1795429995"
#define NONCED ",\"nonce\":\"" NONCE "\""
#define GOOD BEGIN AUDIENCE TIMES NONCED "}"

static enum id_token_verdict
judge(struct fixture *f, const char *text, const struct id_token_rules *special,
      struct id_token *out, const char **why)
{
	const struct id_token_rules usual = { .issuer = ISSUER,
		                              .client_id = CLIENT,
		                              .nonce = NONCE,
		                              .alg = SIG_RS256,
		                              .now_us = NOW * US_PER_S };

	return id_token_verify(f->set, str_of(text), special ? special : &usual, f->a, out, why);
}

static void
refuses(struct fixture *f, const char *text, const char *because)
{
	struct id_token out;
	const char *why = NULL;
	enum id_token_verdict v = judge(f, text, NULL, &out, &why);

	if (v == ID_TOKEN_GOOD || why == NULL || strcmp(why, because) != 0)
		fail_msg("%s: wanted \"%s\", got \"%s\"", text, because,
		         v == ID_TOKEN_GOOD ? "good" : why);
	assert_true(v == ID_TOKEN_BAD || strcmp(because, "no key fits") == 0);
}

static void
refuses_payload(struct fixture *f, const char *payload, const char *because)
{
	refuses(f, token(f, RSA_KEY, SIG_RS256, HEADER, payload), because);
}

/* --- tests -------------------------------------------------------------------------------------
 */

static void
test_every_algorithm_s_good_token_passes(void **state)
{
	static const struct {
		enum sig_alg alg;
		int key;
	} rows[] = {
		{ SIG_RS256, RSA_KEY },  { SIG_PS256, RSA_KEY }, { SIG_ES256, P256_KEY },
		{ SIG_ES384, P384_KEY }, { SIG_EDDSA, ED_KEY },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct id_token_rules rules = { .issuer = ISSUER,
			                              .client_id = CLIENT,
			                              .nonce = NONCE,
			                              .alg = rows[i].alg,
			                              .now_us = NOW * US_PER_S };
		const char *header =
		    arena_printf(f->a, "{\"alg\":\"%s\",\"kid\":\"%s\"}",
		                 sig_alg_names[rows[i].alg], key_names[rows[i].key]);
		const char *text = token(f, rows[i].key, rows[i].alg, header, GOOD), *why;
		char *bent = arena_strdup(f->a, text);
		struct id_token out;

		assert_int_equal(judge(f, text, &rules, &out, &why), ID_TOKEN_GOOD);
		assert_string_equal(out.subject, "248289761001");
		assert_int_equal(out.issued_us, INT64_C(1795429995) * US_PER_S);
		bent[strlen(bent) - 8] = bent[strlen(bent) - 8] == 'A' ? 'B' : 'A';
		assert_int_equal(judge(f, bent, &rules, &out, &why), ID_TOKEN_BAD);
		assert_string_equal(why, "the signature is wrong");
	}
}

static void
test_what_describes_the_person_is_read(void **state)
{
	struct fixture *f = *state;
	struct id_token out;
	const char *why;
	const char *text =
	    token(f, RSA_KEY, SIG_RS256, HEADER,
	          BEGIN ",\"aud\":[\"" CLIENT "\"],\"azp\":\"" CLIENT "\"" TIMES NONCED
	                ",\"email\":\"Ada@Example.com\",\"email_verified\":true,\"name\":\"Ada L\","
	                "\"given_name\":\"Ada\",\"family_name\":7,\"locale\":\"en\",\"sid\":\"s1\","
	                "\"tid\":\"9188040d-6c67-4c5b-b112-36a304b66dad\",\"oid\":\"a b\","
	                "\"groups\":[\"a\",\"b\"],\"address\":{\"country\":\"GB\"}}");

	assert_int_equal(judge(f, text, NULL, &out, &why), ID_TOKEN_GOOD);
	assert_string_equal(out.email, "ada@example.com");
	assert_true(out.email_verified);
	assert_string_equal(out.name, "Ada L");
	assert_string_equal(out.given_name, "Ada");
	assert_null(out.family_name);
	assert_string_equal(out.provider_session, "s1");
	assert_string_equal(out.tid, "9188040d-6c67-4c5b-b112-36a304b66dad");
	assert_null(out.oid); /* a space is no part of a word */
	text =
	    token(f, RSA_KEY, SIG_RS256, HEADER,
	          BEGIN AUDIENCE TIMES NONCED ",\"email\":\"a@b.c\",\"email_verified\":\"true\"}");
	assert_int_equal(judge(f, text, NULL, &out, &why), ID_TOKEN_GOOD);
	assert_false(out.email_verified); /* a text is no truth */
}

static void
test_a_form_that_is_none_is_refused(void **state)
{
	static const char form[] = "not three parts of strict base64url";
	struct fixture *f = *state;
	const char *good = token(f, RSA_KEY, SIG_RS256, HEADER, GOOD);
	char *huge = arena_alloc(f->a, ID_TOKEN_BYTES_MAX + 2, 1);

	memset(huge, 'A', ID_TOKEN_BYTES_MAX + 1);
	huge[ID_TOKEN_BYTES_MAX + 1] = '\0';
	refuses(f, huge, "too long");
	refuses(f, "", form);
	refuses(f, "a.b", form);
	refuses(f, "..", form);
	refuses(f, arena_printf(f->a, "%s=", good), form);
	refuses(f, arena_printf(f->a, "%s!", good), form);
	refuses(f, arena_printf(f->a, " %s", good), form);
	refuses(f, arena_printf(f->a, "%s.AAAA", good), form);
}

static void
test_a_header_that_asks_for_more_is_refused(void **state)
{
	static const struct {
		const char *header, *because;
	} rows[] = {
		{ "[1]", "the header is no JSON object" },
		{ "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"rsa\"}",
		  "the header is no JSON object" },
		{ "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[\"exp\"]}",
		  "it has critical extensions" },
		{ "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":null}",
		  "it has critical extensions" },
		{ "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"logout+jwt\"}",
		  "it is another type of token" },
		{ "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"at+jwt\"}",
		  "it is another type of token" },
		{ "{\"alg\":\"none\",\"kid\":\"rsa\"}",
		  "another algorithm than the registered one" },
		{ "{\"alg\":\"NONE\",\"kid\":\"rsa\"}",
		  "another algorithm than the registered one" },
		{ "{\"alg\":\"rs256\",\"kid\":\"rsa\"}",
		  "another algorithm than the registered one" },
		{ "{\"alg\":\"HS256\",\"kid\":\"rsa\"}",
		  "another algorithm than the registered one" },
		{ "{\"alg\":\"PS256\",\"kid\":\"rsa\"}",
		  "another algorithm than the registered one" },
		{ "{\"alg\":\"ES256\",\"kid\":\"p256\"}",
		  "another algorithm than the registered one" },
		{ "{\"kid\":\"rsa\"}", "another algorithm than the registered one" },
		{ "{\"alg\":[\"RS256\"],\"kid\":\"rsa\"}",
		  "another algorithm than the registered one" },
		{ "{\"alg\":\"RS256\",\"kid\":7}", "the key's id is no text" },
		{ "{\"alg\":\"RS256\",\"kid\":\"p256\"}", "no key fits" },
		{ "{\"alg\":\"RS256\",\"kid\":\"hmac\"}", "no key fits" },
		{ "{\"alg\":\"RS256\",\"kid\":\"nobody\"}", "no key fits" },
		{ "{\"alg\":\"RS256\",\"kid\":\"../../etc/passwd\"}", "no key fits" },
		{ "{\"alg\":\"RS256\",\"kid\":\"' OR 1=1\"}", "no key fits" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refuses(f, token(f, RSA_KEY, SIG_RS256, rows[i].header, GOOD), rows[i].because);
}

static void
test_another_s_signature_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *header =
	    "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"jku\":\"https://evil.example/jwks\"}";
	const char *jwk = arena_printf(f->a, "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"jwk\":%s}",
	                               rsa_jwk(f->a, f->keys[OTHER_RSA_KEY], ""));

	refuses(f, token(f, OTHER_RSA_KEY, SIG_RS256, HEADER, GOOD), "the signature is wrong");
	refuses(f, token(f, OTHER_RSA_KEY, SIG_RS256, header, GOOD), "the signature is wrong");
	/* RFC 8725 3.10: a key inside the token is never used; it is even too deep to be looked at.
	 */
	refuses(f, token(f, OTHER_RSA_KEY, SIG_RS256, jwk, GOOD), "the signature is wrong");
	refuses(f, token(f, RSA_KEY, SIG_PS256, HEADER, GOOD), "the signature is wrong");
}

static void
test_an_hmac_with_the_public_key_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *jwk = rsa_jwk(f->a, f->keys[RSA_KEY], "");
	const char *header = "{\"alg\":\"HS256\",\"kid\":\"rsa\"}";
	const char *text = arena_printf(f->a, "%s.%s", b64(f->a, header, strlen(header)),
	                                b64(f->a, GOOD, strlen(GOOD)));
	struct sha256 mac = hmac_sha256(jwk, strlen(jwk), text, strlen(text));

	refuses(f, arena_printf(f->a, "%s.%s", text, b64(f->a, mac.b, sizeof(mac.b))),
	        "another algorithm than the registered one");
}

static void
test_each_claim_is_checked(void **state)
{
#define WITHOUT_ISS "{\"sub\":\"1\"" AUDIENCE TIMES NONCED
	static const struct {
		const char *payload, *because;
	} rows[] = {
		{ "[]", "the payload is no JSON object" },
		{ GOOD "x", "the payload is no JSON object" },
		{ BEGIN AUDIENCE TIMES NONCED ",\"sub\":\"1\"}", "the payload is no JSON object" },
		{ BEGIN AUDIENCE TIMES NONCED ",\"a\":[[[[[[[[[1]]]]]]]]]}",
		  "the payload is no JSON object" },
		{ WITHOUT_ISS "}", "another issuer" },
		{ WITHOUT_ISS ",\"iss\":\"" ISSUER "/\"}", "another issuer" },
		{ WITHOUT_ISS ",\"iss\":\"HTTPS://id.example.com/tenant\"}", "another issuer" },
		{ WITHOUT_ISS ",\"iss\":[\"" ISSUER "\"]}", "another issuer" },
		{ BEGIN TIMES NONCED "}", "another audience" },
		{ BEGIN ",\"aud\":\"somebody\"" TIMES NONCED "}", "another audience" },
		{ BEGIN ",\"aud\":[]" TIMES NONCED "}", "another audience" },
		{ BEGIN ",\"aud\":[\"" CLIENT "\",\"somebody\"]" TIMES NONCED "}",
		  "another audience" },
		{ BEGIN ",\"aud\":{\"" CLIENT "\":1}" TIMES NONCED "}", "another audience" },
		{ BEGIN AUDIENCE ",\"azp\":\"somebody\"" TIMES NONCED "}",
		  "another authorized party" },
		{ BEGIN AUDIENCE ",\"azp\":null" TIMES NONCED "}", "another authorized party" },
		{ BEGIN AUDIENCE ",\"iat\":1795429995" NONCED "}", "no time of expiry" },
		{ BEGIN AUDIENCE ",\"exp\":\"1795430300\",\"iat\":1795429995" NONCED "}",
		  "no time of expiry" },
		{ BEGIN AUDIENCE ",\"exp\":1795430300.5,\"iat\":1795429995" NONCED "}",
		  "no time of expiry" },
		{ BEGIN AUDIENCE ",\"exp\":1e300,\"iat\":1795429995" NONCED "}",
		  "no time of expiry" },
		{ BEGIN AUDIENCE ",\"exp\":9223372036854775807,\"iat\":1795429995" NONCED "}",
		  "no time of expiry" },
		{ BEGIN AUDIENCE ",\"exp\":-1,\"iat\":1795429995" NONCED "}", "no time of expiry" },
		{ BEGIN AUDIENCE ",\"exp\":1795429940,\"iat\":1795429900" NONCED "}", "expired" },
		{ BEGIN AUDIENCE ",\"exp\":1795430300" NONCED "}", "no time of issue" },
		{ BEGIN AUDIENCE ",\"exp\":1795430300,\"iat\":\"1795429995\"" NONCED "}",
		  "no time of issue" },
		{ BEGIN AUDIENCE ",\"exp\":1795430300,\"iat\":1795430061" NONCED "}",
		  "issued in the future" },
		{ BEGIN AUDIENCE ",\"exp\":1795430300,\"iat\":1795429399" NONCED "}",
		  "issued too long ago" },
		{ BEGIN AUDIENCE TIMES ",\"nbf\":1795430061" NONCED "}", "not yet valid" },
		{ BEGIN AUDIENCE TIMES ",\"nbf\":\"x\"" NONCED "}", "not yet valid" },
		{ BEGIN AUDIENCE TIMES "}", "another nonce" },
		{ BEGIN AUDIENCE TIMES ",\"nonce\":\"" NONCE "x\"}", "another nonce" },
		{ BEGIN AUDIENCE TIMES ",\"nonce\":\"\"}", "another nonce" },
		{ BEGIN AUDIENCE TIMES ",\"nonce\":null}", "another nonce" },
		{ BEGIN AUDIENCE TIMES NONCED ",\"events\":{}}", "it tells of events" },
		{ "{\"iss\":\"" ISSUER "\"" AUDIENCE TIMES NONCED "}",
		  "no subject of printable ASCII" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"\"" AUDIENCE TIMES NONCED "}",
		  "no subject of printable ASCII" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":7" AUDIENCE TIMES NONCED "}",
		  "no subject of printable ASCII" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a b\"" AUDIENCE TIMES NONCED "}",
		  "no subject of printable ASCII" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"\\u00fc\"" AUDIENCE TIMES NONCED "}",
		  "no subject of printable ASCII" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\\u0000b\"" AUDIENCE TIMES NONCED "}",
		  "the payload is no JSON object" },
	};
	struct fixture *f = *state;
	char *subject = arena_alloc(f->a, ID_SUBJECT_MAX + 2, 1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refuses_payload(f, rows[i].payload, rows[i].because);
	memset(subject, 's', ID_SUBJECT_MAX + 1);
	subject[ID_SUBJECT_MAX + 1] = '\0';
	refuses_payload(f,
	                arena_printf(f->a, "{\"iss\":\"%s\",\"sub\":\"%s\"%s", ISSUER, subject,
	                             AUDIENCE TIMES NONCED "}"),
	                "no subject of printable ASCII");
}

static void
test_times_have_a_minute_of_skew(void **state)
{
	static const char *const rows[] = {
		BEGIN AUDIENCE ",\"exp\":1795429941,\"iat\":1795429900" NONCED "}",
		BEGIN AUDIENCE ",\"exp\":1795430300,\"iat\":1795430060" NONCED "}",
		BEGIN AUDIENCE ",\"exp\":1795430300,\"iat\":1795429400" NONCED "}",
		BEGIN AUDIENCE TIMES ",\"nbf\":1795430060" NONCED "}",
	};
	struct fixture *f = *state;
	struct id_token out;
	const char *why;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(judge(f, token(f, RSA_KEY, SIG_RS256, HEADER, rows[i]), NULL, &out,
		                       &why),
		                 ID_TOKEN_GOOD);
}

static void
test_at_hash_is_of_the_access_token(void **state)
{
	struct fixture *f = *state;
	struct id_token_rules rules = { .issuer = ISSUER,
		                        .client_id = CLIENT,
		                        .nonce = NONCE,
		                        .alg = SIG_RS256,
		                        .now_us = NOW * US_PER_S,
		                        .access_token =
		                            "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y" };
	struct sha256 h = sha256_of(rules.access_token, strlen(rules.access_token));
	struct id_token out;
	const char *why, *text;

	/* The worked figure of OpenID Connect Core 1.0 A.3. */
	assert_string_equal(b64(f->a, h.b, 16), "77QmUPtjPfzWtF2AnpK9RQ");
	text = token(f, RSA_KEY, SIG_RS256, HEADER,
	             BEGIN AUDIENCE TIMES NONCED ",\"at_hash\":\"77QmUPtjPfzWtF2AnpK9RQ\"}");
	assert_int_equal(judge(f, text, &rules, &out, &why), ID_TOKEN_GOOD);
	rules.access_token = "another";
	assert_int_equal(judge(f, text, &rules, &out, &why), ID_TOKEN_BAD);
	assert_string_equal(why, "another access token's hash");
}

static void
test_without_a_kid_only_the_one_key_that_fits_is_used(void **state)
{
	struct fixture *f = *state;
	const char *text = token(f, RSA_KEY, SIG_RS256, "{\"alg\":\"RS256\"}", GOOD), *why;
	const char *two =
	    arena_printf(f->a, "{\"keys\":[%s,%s]}", rsa_jwk(f->a, f->keys[RSA_KEY], ""),
	                 rsa_jwk(f->a, f->keys[OTHER_RSA_KEY], ""));
	struct jwks *set = f->set;
	struct id_token out;

	assert_int_equal(judge(f, text, NULL, &out, &why), ID_TOKEN_GOOD);
	f->set = jwks_parse(str_of(two));
	assert_int_equal(jwks_size(f->set), 2);
	assert_int_equal(judge(f, text, NULL, &out, &why), ID_TOKEN_BAD);
	jwks_free(&f->set);
	f->set = set;
}

static void
test_an_unknown_kid_asks_for_the_keys_again(void **state)
{
	struct fixture *f = *state;
	struct id_token out;
	const char *why;

	assert_int_equal(judge(f,
	                       token(f, OTHER_RSA_KEY, SIG_RS256,
	                             "{\"alg\":\"RS256\",\"kid\":\"new\"}", GOOD),
	                       NULL, &out, &why),
	                 ID_TOKEN_UNKNOWN_KEY);
	assert_int_equal(
	    judge(f, token(f, RSA_KEY, SIG_RS256, "{\"alg\":\"RS256\",\"kid\":\"p256\"}", GOOD),
	          NULL, &out, &why),
	    ID_TOKEN_BAD);
}

static void
test_keys_that_are_no_use_are_left_out(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *small = EVP_RSA_gen(1024), *p521 = EVP_EC_gen("P-521");
	const char *rows[] = {
		rsa_jwk(f->a, small, ""),
		rsa_jwk(f->a, f->keys[RSA_KEY], ",\"use\":\"enc\""),
		rsa_jwk(f->a, f->keys[RSA_KEY], ",\"alg\":\"ES256\""),
		rsa_jwk(f->a, f->keys[RSA_KEY], ",\"alg\":\"RS512\""),
		rsa_jwk(f->a, f->keys[RSA_KEY], ",\"kid\":\"\""),
		rsa_jwk(f->a, f->keys[RSA_KEY], ",\"kid\":7"),
		ec_jwk(f->a, p521, "P-521", 66, ""),
		ec_jwk(f->a, f->keys[P256_KEY], "P-384", 32, ""),
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":"
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}",
		"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":\"=\",\"e\":\"AQAB\"}",
		"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":"
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
		"{\"kty\":\"oct\",\"k\":\"AAAA\"}",
		"{}",
		"\"x\"",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct jwks *set =
		    jwks_parse(str_of(arena_printf(f->a, "{\"keys\":[%s,%s]}", rows[i],
		                                   ed_jwk(f->a, f->keys[ED_KEY], ""))));

		assert_non_null(set);
		if (jwks_size(set) != 1)
			fail_msg("%s is a key", rows[i]);
		jwks_free(&set);
	}
	EVP_PKEY_free(small);
	EVP_PKEY_free(p521);
}

static void
test_what_is_no_set_is_refused(void **state)
{
	static const char *const rows[] = { "",
		                            "[]",
		                            "{}",
		                            "{\"keys\":{}}",
		                            "{\"keys\":[],\"keys\":[]}",
		                            "{\"keys\":[[[[[[[[1]]]]]]]]}",
		                            "nonsense" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_null(jwks_parse(str_of(rows[i])));
}

static void
test_a_replaced_key_s_tokens_fail(void **state)
{
	struct fixture *f = *state;
	const char *text = token(f, RSA_KEY, SIG_RS256, HEADER, GOOD), *why;
	const char *replaced =
	    arena_printf(f->a, "{\"keys\":[%s]}",
	                 rsa_jwk(f->a, f->keys[OTHER_RSA_KEY], ",\"kid\":\"rsa\""));
	struct jwks *set = f->set;
	struct id_token out;

	f->set = jwks_parse(str_of(replaced));
	assert_int_equal(judge(f, text, NULL, &out, &why), ID_TOKEN_BAD);
	jwks_free(&f->set);
	f->set = set;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_algorithm_s_good_token_passes),
		cmocka_unit_test(test_what_describes_the_person_is_read),
		cmocka_unit_test(test_a_form_that_is_none_is_refused),
		cmocka_unit_test(test_a_header_that_asks_for_more_is_refused),
		cmocka_unit_test(test_another_s_signature_is_refused),
		cmocka_unit_test(test_an_hmac_with_the_public_key_is_refused),
		cmocka_unit_test(test_each_claim_is_checked),
		cmocka_unit_test(test_times_have_a_minute_of_skew),
		cmocka_unit_test(test_at_hash_is_of_the_access_token),
		cmocka_unit_test(test_without_a_kid_only_the_one_key_that_fits_is_used),
		cmocka_unit_test(test_an_unknown_kid_asks_for_the_keys_again),
		cmocka_unit_test(test_keys_that_are_no_use_are_left_out),
		cmocka_unit_test(test_what_is_no_set_is_refused),
		cmocka_unit_test(test_a_replaced_key_s_tokens_fail),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
