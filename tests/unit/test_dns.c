/* SPDX-License-Identifier: Apache-2.0 */
/* test_dns.c - what a name server's answer says, and which are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rostra/dns.h"

#define HEAD(answers) "\0\7\x81\x80\0\1\0" answers "\0\0\0\0"
#define QUESTION "\2_x\7example\0\0\x10\0\1"
#define RECORD(type, length) "\xc0\x0c\0" type "\0\1\0\0\0\x3c\0" length
#define MESSAGE(text) ((struct str){ (text), sizeof(text) - 1 })

struct seen {
	char text[300];
	size_t n, enough;
};

static bool
keep(struct str text, void *arg)
{
	struct seen *s = arg;

	assert_true(strlen(s->text) + text.n + 2 < sizeof(s->text));
	(void)strncat(s->text, text.s, text.n);
	(void)strcat(s->text, "|");
	return ++s->n != s->enough;
}

static void
records_are_read_in_order_and_their_strings_joined(void **state)
{
	static const char message[] = HEAD("\3")
	    QUESTION RECORD("\x10", "\4") "\3one" RECORD("\5",
	                                                 "\2") "\xc0\x0c" RECORD("\x10",
	                                                                         "\7") "\1t\0\3wo!";
	struct seen s = { .n = 0 };

	(void)state;
	assert_true(dns_read_txt(MESSAGE(message), keep, &s));
	assert_string_equal(s.text, "one|two!|");
}

static void
whoever_has_enough_is_told_no_more(void **state)
{
	static const char message[] =
	    HEAD("\2") QUESTION RECORD("\x10", "\2") "\1a" RECORD("\x10", "\2") "\1b";
	struct seen s = { .enough = 1 };

	(void)state;
	assert_true(dns_read_txt(MESSAGE(message), keep, &s));
	assert_string_equal(s.text, "a|");
}

/* Every shorter message is refused, or has no record. */
static void
a_message_that_is_cut_is_refused(void **state)
{
	static const char message[] = HEAD("\1") QUESTION RECORD("\x10", "\4") "\3one";

	(void)state;
	for (size_t n = 0; n < sizeof(message) - 1; n++) {
		struct seen s = { .n = 0 };

		assert_false(dns_read_txt((struct str){ message, n }, keep, &s));
		assert_int_equal(s.n, 0);
	}
}

static void
a_record_whose_strings_do_not_fit_is_refused(void **state)
{
	static const char over[] = HEAD("\1") QUESTION RECORD("\x10", "\4") "\4one";
	static const char name[] = HEAD("\1") "\x40"
					      "bad" QUESTION;
	struct seen s = { .n = 0 };

	(void)state;
	assert_false(dns_read_txt(MESSAGE(over), keep, &s));
	assert_false(dns_read_txt(MESSAGE(name), keep, &s));
	assert_int_equal(s.n, 0);
}

static void
a_server_is_an_address_and_perhaps_a_port(void **state)
{
	static const struct {
		const char *text;
		unsigned port; /* 0: it is none */
	} rows[] = {
		{ "192.0.2.1", 53 },      { "192.0.2.1:5353", 5353 },
		{ "192.0.2.1:0", 0 },     { "192.0.2.1:", 0 },
		{ "192.0.2.1:65536", 0 }, { "192.0.2", 0 },
		{ "dns.example", 0 },     { "", 0 },
		{ "192.0.2.1:53:1", 0 },  { "1234567890123456", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char address[4] = { 0 };
		unsigned port = 0;
		const bool good = dns_server_parse(str_of(rows[i].text), address, &port);

		assert_int_equal(good, rows[i].port != 0);
		if (good) {
			assert_int_equal(port, rows[i].port);
			assert_memory_equal(address, "\xc0\0\2\1", 4);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read_in_order_and_their_strings_joined),
		cmocka_unit_test(whoever_has_enough_is_told_no_more),
		cmocka_unit_test(a_message_that_is_cut_is_refused),
		cmocka_unit_test(a_record_whose_strings_do_not_fit_is_refused),
		cmocka_unit_test(a_server_is_an_address_and_perhaps_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
