/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_crm.c - what CRMs send, and how it is signed: whatever was read is whole and within bounds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/crm/crm_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct crm_changes *c)
{
	if (c->n > CRM_EVENTS_MAX)
		abort();
	for (size_t i = 0; i < c->n; i++) {
		const struct crm_change *one = &c->list[i];
		int64_t minor;

		if (strlen(one->object_id) > CRM_OBJECT_MAX ||
		    strlen(one->property) > CRM_PROPERTY_MAX || one->value == NULL)
			abort();
		if (crm_amount(one->value, "EUR", &minor) && minor < 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = { (const char *)data, size };
	struct arena *a = arena_create(16384);
	struct rq rq = { .arena = a, .now_us = INT64_C(1700000000000000) };
	struct crm_changes hubspot = { .n = 0 }, salesforce = { .n = 0 }, flow = { .n = 0 };
	const char *org = NULL;

	if (hubspot_read(&rq, text, &hubspot))
		check(&hubspot);
	if (salesforce_read(&rq, text, &salesforce, &org)) {
		if (org == NULL)
			abort();
		check(&salesforce);
	}
	if (flow_read(&rq, text, &flow) == FAULT_NONE)
		check(&flow);
	/* Nobody guesses a signature. */
	if (flow_signed("a secret that nobody has", STR("{}"), text, rq.now_us) ||
	    hubspot_signed("a secret that nobody has", STR("https://x.example/"), STR("[]"),
	                   STR("1700000000000"), text, rq.now_us))
		abort();
	arena_destroy(&a);
	return 0;
}
