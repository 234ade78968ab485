/* SPDX-License-Identifier: Apache-2.0 */
/* test_lead_visit.c - which leads of one visit are one person's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "src/lead/lead_int.h"

static const struct str none = { NULL, 0 };

#define HOURS(n) ((int64_t)(n)*3600 * US_PER_S)
#define WEB .source = "website", .external_id = "said.1", .channel = LEAD_FORM
#define WEB2 .source = "website", .external_id = "said.2", .channel = LEAD_FORM
#define WEB_ID .source = "website", .external_id = "order-1", .channel = LEAD_FORM
#define WEB_ID2 .source = "website", .external_id = "order-2", .channel = LEAD_FORM
#define CRM .source = "crm", .external_id = "4711", .channel = LEAD_API
#define PIXEL .source = "website", .external_id = "click.AAAA", .channel = LEAD_PIXEL

struct who {
	const char *source, *external_id;
	int channel;
	const char *click, *email, *name, *phone;
	int64_t at;
};

static struct lead
lead_of(const struct who *w)
{
	return (struct lead){ .source = w->source,
		              .external_id = w->external_id,
		              .channel = w->channel,
		              .click_bytes = w->click ? str_of(w->click) : none,
		              .email_sha256 = w->email ? str_of(w->email) : none,
		              .name = w->name,
		              .phone = w->phone,
		              .created_at = HOURS(5) + w->at };
}

static void
test_sameness(void **state)
{
	/* clang-format off */
	static const struct {
		const char *why;
		struct who a, b;
		enum lead_sameness want;
	} rows[] = {
		{ "a pixel knows nobody: whoever came by its click", { PIXEL, .click = "c" }, { WEB, .click = "c", .email = "ada", .name = "Ada" }, SAME_CLICK },
		{ "a pixel of another click", { PIXEL, .click = "c" }, { WEB, .click = "d", .email = "ada" }, SAME_NOT },
		{ "two forms of a visit", { WEB, .click = "c", .email = "ada" }, { WEB2, .click = "c", .email = "ada", .name = "Ada L." }, SAME_CLICK_AND_EMAIL },
		{ "a landing page that two people use", { WEB, .click = "c", .email = "ada" }, { WEB2, .click = "c", .email = "bob" }, SAME_NOT },
		{ "without an address names tell them apart", { WEB, .click = "c", .name = "Ada" }, { WEB2, .click = "c", .name = "Bob" }, SAME_NOT },
		{ "in any letters", { WEB, .click = "c", .name = "Ada" }, { WEB2, .click = "c", .email = "ada", .name = "ADA" }, SAME_CLICK },
		{ "and phones", { WEB, .click = "c", .phone = "1" }, { WEB2, .click = "c", .phone = "2" }, SAME_NOT },
		{ "one address says more than two names", { WEB, .click = "c", .email = "ada", .name = "Ada" }, { CRM, .click = "c", .email = "ada", .name = "Lovelace" },
		  SAME_CLICK_AND_EMAIL },
		{ "a source with ids tells its own apart", { WEB_ID, .click = "c", .email = "ada" }, { WEB_ID2, .click = "c", .email = "ada" }, SAME_NOT },
		{ "where one of two has an id nothing is told", { WEB_ID, .click = "c", .email = "ada" }, { WEB, .click = "c", .email = "ada" }, SAME_CLICK_AND_EMAIL },
		{ "another source's id tells nothing", { WEB_ID, .click = "c", .email = "ada" }, { CRM, .click = "c", .email = "ada" }, SAME_CLICK_AND_EMAIL },
		{ "the form and the server behind it", { WEB, .click = "c", .email = "ada" }, { CRM, .email = "ada" }, SAME_EMAIL },
		{ "within the hour", { WEB, .click = "c", .email = "ada" }, { CRM, .email = "ada", .at = HOURS(1) }, SAME_EMAIL },
		{ "whichever was first", { WEB, .click = "c", .email = "ada", .at = HOURS(1) }, { CRM, .email = "ada" }, SAME_EMAIL },
		{ "later it is another matter", { WEB, .click = "c", .email = "ada" }, { CRM, .email = "ada", .at = HOURS(1) + 1 }, SAME_NOT },
		{ "by one source said twice is twice", { WEB, .email = "ada" }, { WEB2, .email = "ada" }, SAME_NOT },
		{ "two visits", { WEB, .click = "c", .email = "ada" }, { CRM, .click = "d", .email = "ada" }, SAME_NOT },
		{ "nothing in common", { WEB }, { CRM }, SAME_NOT },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct lead a = lead_of(&rows[i].a), b = lead_of(&rows[i].b);

		if (lead_sameness(&a, &b) != rows[i].want || lead_sameness(&b, &a) != rows[i].want)
			fail_msg("%s: %d", rows[i].why, (int)lead_sameness(&a, &b));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sameness) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
