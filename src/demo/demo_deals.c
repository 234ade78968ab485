/* SPDX-License-Identifier: Apache-2.0 */
/* demo_deals.c - what stands beside the leads: rates of exchange, a CRM that told of their stages,
 * people who were two leads, and two leads who were not one person. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/crypto.h"

#include "demo_deals_int.h"

enum { DICE_DEALS = 21, RATE_DAYS = 7, TOLD_DAYS = 60, TOLD_MAX = 500, MERGES = 3 };

#define STAGE_PROPERTY "StageName"

/* Of one unit of the company's currency. */
static const struct quote {
	const char *base, *currency;
	double rate;
} quotes[] = {
	{ "EUR", "USD", 1.08 }, { "EUR", "GBP", 0.86 }, { "EUR", "CHF", 0.95 },
	{ "EUR", "JPY", 162 },  { "USD", "EUR", 0.93 }, { "USD", "GBP", 0.80 },
};

static const struct told_stage {
	const char *word;
	int stage;
} told_stages[] = {
	{ "Qualification", STAGE_QUALIFIED },
	{ "Proposal", STAGE_OPPORTUNITY },
	{ "Closed Won", STAGE_WON },
	{ "Closed Lost", STAGE_LOST },
};
enum { TOLD_STAGES = sizeof(told_stages) / sizeof(told_stages[0]) };

static enum fault
write_rates(struct world *w, struct dice *d)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_deal_statements[DEAL_RATE], sizeof(struct row_rate));
	for (int64_t at = w->begin_us; !e && at <= w->now_us; at += RATE_DAYS * US_PER_DAY) {
		for (size_t i = 0; !e && i < sizeof(quotes) / sizeof(quotes[0]); i++) {
			const double drift = 0.98 + 0.04 * dice_unit(d);
			const struct row_rate row = {
				.company_id = w->id,
				.day_us = at,
				.currency = quotes[i].currency,
				.base = quotes[i].base,
				.billionths = (int64_t)(quotes[i].rate * drift * 1e4) * 100000,
				.loaded_us = w->now_us
			};

			if (cstr_eq(quotes[i].base, w->company->currency))
				e = load_row(&l, &row);
		}
	}
	return load_close(&l, e);
}

/* --- the CRM --- */

/* The hook takes what its organisation sends; its address is nobody's, so nothing comes any more.
 */
static enum fault
write_hook(struct world *w, struct dice *d, struct uuid *ret)
{
	struct row_hook row = { .company_id = w->id,
		                .id = dice_uuid(d, w->begin_us),
		                .name = "crm",
		                .org_id = "00D5g0000008XYZEAA",
		                .currency = w->company->currency,
		                .created_us = w->begin_us };
	unsigned char address[32];
	struct load l;
	enum fault e;

	dice_bytes(d, address, sizeof(address));
	row.token = sha256_of(address, sizeof(address));
	*ret = row.id;
	e = db_exec(w->rq, &demo_deal_statements[DEAL_HOOK], &row, NULL);
	load_open(&l, w, &demo_deal_statements[DEAL_STAGE], sizeof(struct row_told));
	for (size_t i = 0; !e && i < TOLD_STAGES; i++) {
		const struct row_told stage = { .company_id = w->id,
			                        .hook_id = row.id,
			                        .property = STAGE_PROPERTY,
			                        .value = told_stages[i].word,
			                        .stage = told_stages[i].stage };

		e = load_row(&l, &stage);
	}
	return load_close(&l, e);
}

static enum fault
write_told(struct world *w, struct load *l, struct uuid hook, size_t i, size_t step)
{
	const struct demo_lead *lead = &w->leads[i];
	const int64_t at = lead->stages[step].at_us;
	struct row_told row = { .company_id = w->id,
		                .hook_id = hook,
		                .property = STAGE_PROPERTY,
		                .lead_id = lead->id,
		                .occurred_us = at,
		                .received_us = at + 3 * US_PER_S };

	row.value = arena_printf(l->text, "crm-%06zu", i + 1);
	row.key = sha256_of(row.value, strlen(row.value));
	row.key.b[0] ^= (unsigned char)step; /* each of its stages is an event */
	return load_row(l, &row);
}

/* The last stages of the leads that servers told of came from there. */
static enum fault
write_crm(struct world *w, struct dice *d)
{
	struct uuid hook;
	struct load l;
	size_t n = 0;
	enum fault e = write_hook(w, d, &hook);

	load_open(&l, w, &demo_deal_statements[DEAL_EVENT], sizeof(struct row_told));
	for (size_t i = w->n_leads; !e && i > 0 && n < TOLD_MAX; i--) {
		const struct demo_lead *lead = &w->leads[i - 1];

		for (size_t k = 1; !e && lead->channel == DEMO_BY_API && k < lead->n_stages; k++) {
			if (lead->stages[k].at_us < w->now_us - TOLD_DAYS * US_PER_DAY)
				continue;
			e = write_told(w, &l, hook, i - 1, k);
			n++;
		}
	}
	return load_close(&l, e);
}

/* --- who is one person --- */

static const struct demo_person *
an_admin(const struct world *w)
{
	size_t i = 0;

	while (i + 1 < w->n_people && w->people[i].role != ROLE_ADMIN)
		i++;
	return &w->people[i];
}

/* Somebody with a path, from the newest on. */
static const struct demo_lead *
next_lead(const struct world *w, size_t *at)
{
	while (*at > 0) {
		const struct demo_lead *lead = &w->leads[--*at];

		if (lead->n_clicks > 0)
			return lead;
	}
	return NULL;
}

static enum fault
merge_some(struct world *w)
{
	size_t at = w->n_leads;
	enum fault e = FAULT_NONE;

	for (int i = 0; !e && i < MERGES; i++) {
		const struct demo_lead *later = next_lead(w, &at), *first = next_lead(w, &at);

		if (later == NULL || first == NULL)
			return FAULT_NONE;
		e = lead_put_together(w->rq, later->id, first->id);
		if (!e && i == 0)
			e = lead_take_apart(w->rq, later->id);
	}
	return e;
}

enum fault
demo_deals(struct world *w)
{
	const struct caller admin = { .kind = ACCESS_ADMIN,
		                      .company = w->id,
		                      .person = an_admin(w)->id };
	const struct caller *before = w->rq->who;
	struct dice d = world_dice(w, DICE_DEALS);
	enum fault e = write_rates(w, &d);

	if (!e)
		e = write_crm(w, &d);
	w->rq->who = &admin;
	w->rq->now_us = w->now_us;
	if (!e)
		e = merge_some(w);
	w->rq->who = before;
	return e;
}
