/* SPDX-License-Identifier: Apache-2.0 */
/* demo_deals_int.h - rows beside the demo's leads: rates, and what a CRM told. */
#ifndef ROSTRA_DEMO_DEALS_INT_H
#define ROSTRA_DEMO_DEALS_INT_H

#include "rostra/crypto.h"

#include "demo_int.h"

enum demo_deal { DEAL_RATE, DEAL_HOOK, DEAL_STAGE, DEAL_EVENT, DEAL__MAX };
extern const struct db_stmt demo_deal_statements[DEAL__MAX];

struct row_rate {
	struct uuid company_id;
	int64_t day_us, billionths, loaded_us;
	const char *currency, *base;
};
struct row_hook {
	struct uuid company_id, id;
	const char *name, *org_id, *currency;
	struct sha256 token;
	int64_t created_us;
};
/* One of the CRM's stages; or an event: then value is the CRM's id of the lead. */
struct row_told {
	struct uuid company_id, hook_id, lead_id;
	const char *property, *value;
	int stage;
	struct sha256 key;
	int64_t occurred_us, received_us;
};

#endif
