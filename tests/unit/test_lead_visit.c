/* SPDX-License-Identifier: Apache-2.0 */
/* test_lead_visit.c - which leads of one visit are one person's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "src/lead/lead_int.h"

static const struct str none = { NULL, 0 };

#define HOURS(n) ((int64_t)(n)*3600 * US_PER_S)
#define WEB "website", "said.1", LEAD_FORM
#define WEB2 "website", "said.2", LEAD_FORM
#define WEB_ID "website", "order-1", LEAD_FORM
#define WEB_ID2 "website", "order-2", LEAD_FORM
#define CRM "crm", "4711", LEAD_API
#define PIXEL "website", "click.AAAA", LEAD_PIXEL

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
		{ "a pixel knows nobody: whoever came by its click", { PIXEL, "c" }, { WEB, "c", "ada", "Ada" }, SAME_CLICK },
		{ "a pixel of another click", { PIXEL, "c" }, { WEB, "d", "ada" }, SAME_NOT },
		{ "two forms of a visit", { WEB, "c", "ada" }, { WEB2, "c", "ada", "Ada L." }, SAME_CLICK_AND_EMAIL },
		{ "a landing page that two people use", { WEB, "c", "ada" }, { WEB2, "c", "bob" }, SAME_NOT },
		{ "without an address names tell them apart", { WEB, "c", NULL, "Ada" }, { WEB2, "c", NULL, "Bob" }, SAME_NOT },
		{ "in any letters", { WEB, "c", NULL, "Ada" }, { WEB2, "c", "ada", "ADA" }, SAME_CLICK },
		{ "and phones", { WEB, "c", NULL, NULL, "1" }, { WEB2, "c", NULL, NULL, "2" }, SAME_NOT },
		{ "one address says more than two names", { WEB, "c", "ada", "Ada" }, { CRM, "c", "ada", "Lovelace" },
		  SAME_CLICK_AND_EMAIL },
		{ "a source with ids tells its own apart", { WEB_ID, "c", "ada" }, { WEB_ID2, "c", "ada" }, SAME_NOT },
		{ "where one of two has an id nothing is told", { WEB_ID, "c", "ada" }, { WEB, "c", "ada" }, SAME_CLICK_AND_EMAIL },
		{ "another source's id tells nothing", { WEB_ID, "c", "ada" }, { CRM, "c", "ada" }, SAME_CLICK_AND_EMAIL },
		{ "the form and the server behind it", { WEB, "c", "ada" }, { CRM, NULL, "ada" }, SAME_EMAIL },
		{ "within the hour", { WEB, "c", "ada" }, { CRM, NULL, "ada", NULL, NULL, HOURS(1) }, SAME_EMAIL },
		{ "whichever was first", { WEB, "c", "ada", NULL, NULL, HOURS(1) }, { CRM, NULL, "ada" }, SAME_EMAIL },
		{ "later it is another matter", { WEB, "c", "ada" }, { CRM, NULL, "ada", NULL, NULL, HOURS(1) + 1 }, SAME_NOT },
		{ "by one source said twice is twice", { WEB, NULL, "ada" }, { WEB2, NULL, "ada" }, SAME_NOT },
		{ "two visits", { WEB, "c", "ada" }, { CRM, "d", "ada" }, SAME_NOT },
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
