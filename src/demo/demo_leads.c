/* SPDX-License-Identifier: Apache-2.0 */
/* demo_leads.c - leads from the clicks, their frozen paths, and how far each came. */
#include <stdlib.h>
#include <string.h>

#include "rostra/crypto.h"

#include "demo_int.h"

/* PATH: how far back the clicks of a path lie; a click belongs to one path. */
enum { PATH_DAYS = 40, FORM_MEAN_MIN = 25, CLICK_TRIES = 20 };
/* Of a hundred leads: by click or cookie, by e-mail, without a path. */
enum { UNATTRIBUTED_PCT = 12, EMAIL_PCT = 5 };
/* Touches a path: of a hundred. */
static const unsigned char touches_pct[] = { 55, 22, 11, 6, 4, 2 };

/* The funnel: of those in the stage before, how many reach it and after how many days. */
struct funnel_row {
	int stage;
	double part, mean_days;
};
static const struct funnel_row funnel[] = {
	{ STAGE_QUALIFIED, 0.46, 2.5 },
	{ STAGE_OPPORTUNITY, 0.52, 9 },
	{ STAGE_WON, 0.34, 24 },
};
enum { FUNNEL = sizeof(funnel) / sizeof(funnel[0]) };
static const double lost_part = 0.6; /* of opportunities that are not won */

/* Where touches are asked for, paths of any length around what that comes to. */
static size_t
pick_length(const struct world *w, struct dice *d)
{
	int64_t left, attributed = w->o->leads * (100 - UNATTRIBUTED_PCT) / 100;

	if (w->o->touches > 0 && attributed > 0) {
		int64_t most = 2 * w->o->touches / attributed - 1;

		most = most < 1 ? 1 : most > DEMO_TOUCHES_MAX ? DEMO_TOUCHES_MAX : most;
		return (size_t)dice_range(d, 1, most);
	}
	left = dice_range(d, 0, 99);
	for (size_t i = 0; i < sizeof(touches_pct); i++) {
		left -= touches_pct[i];
		if (left < 0)
			return i + 1;
	}
	return 1;
}

/* First click at or after the moment. */
static size_t
click_at(const struct world *w, int64_t at_us)
{
	size_t low = 0;
	size_t high = w->n_clicks;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (w->clicks[middle].at_us < at_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A human click of [low, high) that is on no path yet; false when the dice find none. */
static bool
take_click(struct world *w, struct dice *d, size_t low, size_t high, uint32_t *ret)
{
	for (int i = 0; i < CLICK_TRIES && low < high; i++) {
		size_t at = (size_t)dice_range(d, (int64_t)low, (int64_t)high - 1);

		if (w->clicks[at].class != CLICK_HUMAN || w->clicks[at].used)
			continue;
		w->clicks[at].used = true;
		*ret = (uint32_t)at;
		return true;
	}
	return false;
}

static int
ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The click that led to the form, and those of the same stranger before it. */
static void
make_path(struct world *w, struct dice *d, struct demo_lead *lead)
{
	size_t want = pick_length(w, d);
	uint32_t anchor;
	size_t low;

	lead->matched_by = DEMO_MATCH_NONE;
	if (!take_click(w, d, 0, w->n_clicks, &anchor))
		return;
	low = click_at(w, w->clicks[anchor].at_us - PATH_DAYS * US_PER_DAY);
	lead->clicks[lead->n_clicks++] = anchor;
	while (lead->n_clicks < want &&
	       take_click(w, d, low, anchor, &lead->clicks[lead->n_clicks]))
		lead->n_clicks++;
	qsort(lead->clicks, lead->n_clicks, sizeof(lead->clicks[0]), ascending);
	for (size_t i = 0; i < lead->n_clicks; i++)
		w->clicks[lead->clicks[i]].visitor = w->clicks[anchor].visitor;
	lead->matched_by = dice_range(d, 0, 99) < EMAIL_PCT ? DEMO_MATCH_EMAIL : DEMO_MATCH_CLICK;
	lead->at_us = w->clicks[anchor].at_us + US_PER_MINUTE +
	              (int64_t)dice_exponential(d, (double)(FORM_MEAN_MIN * US_PER_MINUTE));
}

static void
add_stage(struct demo_lead *lead, int stage, int64_t at_us)
{
	lead->stages[lead->n_stages++] = (struct demo_stage){ at_us, stage };
}

static void
make_stages(const struct world *w, struct dice *d, struct demo_lead *lead)
{
	int64_t at = lead->at_us;

	lead->value_minor = (int64_t)dice_lognormal(d, 4200, 0.9) * 100 + dice_range(d, 0, 9) * 10;
	add_stage(lead, STAGE_LEAD, at);
	for (size_t i = 0; i < FUNNEL; i++) {
		bool reached = dice_chance(d, funnel[i].part);

		at += US_PER_HOUR +
		      (int64_t)dice_exponential(d, funnel[i].mean_days * (double)US_PER_DAY);
		if (at >= w->now_us)
			return;
		if (!reached && funnel[i].stage == STAGE_WON && dice_chance(d, lost_part))
			add_stage(lead, STAGE_LOST, at);
		if (!reached)
			return;
		add_stage(lead, funnel[i].stage, at);
	}
}

static int
by_time(const void *a, const void *b)
{
	const struct demo_lead *x = a;
	const struct demo_lead *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return uuid_cmp(x->id, y->id);
}

void
demo_make_leads(struct world *w)
{
	struct dice d = world_dice(w, 8);

	w->n_leads = world_part(w, w->o->leads);
	w->leads = arena_array(w->rq->arena, w->n_leads + 1, struct demo_lead);
	for (size_t i = 0; i < w->n_leads; i++) {
		struct demo_lead *lead = &w->leads[i];

		if (dice_range(&d, 0, 99) >= UNATTRIBUTED_PCT)
			make_path(w, &d, lead);
		else
			lead->matched_by = DEMO_MATCH_NONE;
		if (lead->n_clicks == 0)
			lead->at_us = w->begin_us +
			              (int64_t)(dice_unit(&d) * (double)(w->now_us - w->begin_us));
		if (lead->at_us >= w->now_us)
			lead->at_us = w->now_us - 1;
		lead->channel = dice_chance(&d, 0.7) ? DEMO_BY_FORM : DEMO_BY_API;
		lead->id = dice_uuid(&d, lead->at_us);
		make_stages(w, &d, lead);
	}
	qsort(w->leads, w->n_leads, sizeof(w->leads[0]), by_time);
}

/* --- writing
 * -------------------------------------------------------------------------------------------------
 */

static struct str
bytes_of(struct load *l, const void *bytes, size_t n)
{
	return (struct str){ arena_copy(l->text, bytes, n), n };
}

static void
make_contact(struct world *w, struct dice *d, struct load *l, size_t i, struct row_lead *row)
{
	const char *given = demo_given[dice_range(d, 0, (int64_t)demo_n_given - 1)];
	const char *family = demo_family[dice_range(d, 0, (int64_t)demo_n_family - 1)];
	struct sha256 digest;

	row->name = arena_printf(l->text, "%s %s", given, family);
	row->organisation = demo_customers[dice_range(d, 0, (int64_t)demo_n_customers - 1)];
	row->email =
	    arena_printf(l->text, "%s.%s%zu@customer.example", str_lower(l->text, str_of(given)),
	                 str_lower(l->text, str_of(family)), i + 1);
	digest = sha256_of(row->email, strlen(row->email));
	row->email_sha256 = bytes_of(l, digest.b, sizeof(digest.b));
	row->message = dice_chance(d, 0.4) ? "Please call me about this." : NULL;
	row->currency = w->company->currency;
}

/* What is told at a stage: an estimate by servers that send leads, then what the talks are about.
 */
static int64_t
value_at(const struct demo_lead *lead, int stage)
{
	if (stage == STAGE_OPPORTUNITY || stage == STAGE_WON)
		return lead->value_minor;
	return stage == STAGE_LEAD && lead->channel == DEMO_BY_API ? lead->value_minor / 4
	                                                           : J_NO_INT;
}

static int64_t
last_value(const struct demo_lead *lead)
{
	int64_t value = J_NO_INT;

	for (size_t i = 0; i < lead->n_stages; i++) {
		int64_t told = value_at(lead, lead->stages[i].stage);

		value = told == J_NO_INT ? value : told;
	}
	return value;
}

static enum fault
write_lead(struct world *w, struct dice *d, struct load *l, size_t i)
{
	const struct demo_lead *lead = &w->leads[i];
	struct row_lead row = { .company_id = w->id,
		                .id = lead->id,
		                .source = lead->channel == DEMO_BY_FORM ? "website" : "crm",
		                .channel = lead->channel,
		                .matched_by = lead->matched_by,
		                .created_us = lead->at_us };

	row.external_id = arena_printf(l->text, "%s-%06zu", row.source, i + 1);
	row.stage = lead->stages[lead->n_stages - 1].stage;
	row.value_minor = last_value(lead);
	if (lead->n_clicks > 0 && lead->matched_by == DEMO_MATCH_CLICK)
		row.click_id =
		    bytes_of(l, w->clicks[lead->clicks[lead->n_clicks - 1]].rclid, CLICK_ID_SIZE);
	make_contact(w, d, l, i, &row);
	if (row.value_minor == J_NO_INT)
		row.currency = NULL;
	return load_row(l, &row);
}

static enum fault
write_path(struct world *w, struct load *l, const struct demo_lead *lead)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < lead->n_clicks; i++) {
		const struct demo_click *c = &w->clicks[lead->clicks[i]];
		const struct demo_share *s = &w->shares[c->share];
		const struct demo_post *p = &w->posts[s->post];
		struct row_touch row = { .company_id = w->id,
			                 .lead_id = lead->id,
			                 .share_id = s->id,
			                 .person_id = w->people[s->person].id,
			                 .post_id = p->id,
			                 .channel_id = w->channels[p->channel].id,
			                 .network = s->network,
			                 .touched_us = c->at_us,
			                 .added_us = lead->at_us };

		row.team_id = w->teams[world_team_at(w, s->person, c->at_us)].id;
		if (p->campaign >= 0)
			row.campaign_id = w->campaigns[p->campaign].id;
		memcpy(row.click_id, c->id, sizeof(row.click_id));
		e = load_row(l, &row);
	}
	return e;
}

/* One step of one lead, to be written in the order of time. */
struct event {
	int64_t at_us;
	uint32_t lead;
	uint32_t step;
};

static int
event_by_time(const void *a, const void *b)
{
	const struct event *x = a;
	const struct event *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	if (x->lead != y->lead)
		return x->lead < y->lead ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

static enum fault
write_event(struct world *w, struct dice *d, struct load *l, const struct event *ev)
{
	const struct demo_lead *lead = &w->leads[ev->lead];
	int stage = lead->stages[ev->step].stage;
	int64_t value = value_at(lead, stage);
	struct row_conversion row = { .company_id = w->id,
		                      .id = dice_uuid(d, ev->at_us),
		                      .lead_id = lead->id,
		                      .occurred_us = ev->at_us,
		                      .stage = stage,
		                      .value_minor = value,
		                      .currency = value == J_NO_INT ? NULL : w->company->currency,
		                      .source = "crm" };

	if (lead->n_clicks > 0) {
		const struct demo_click *newest = &w->clicks[lead->clicks[lead->n_clicks - 1]];
		long campaign = w->posts[w->shares[newest->share].post].campaign;

		if (campaign >= 0)
			row.campaign_id = w->campaigns[campaign].id;
	}
	row.external_id = arena_printf(l->text, "event-%06u-%u", ev->lead + 1, ev->step);
	if (ev->step == 0) { /* as it is told that a lead came */
		char id[UUID_TEXT_SIZE];

		uuid_format(lead->id, id);
		row.external_id = arena_printf(l->text, "lead.%s", id);
	}
	return load_row(l, &row);
}

static enum fault
write_events(struct world *w)
{
	struct dice d = world_dice(w, 9);
	struct event *events =
	    arena_array(w->rq->arena, w->n_leads * DEMO_STAGES_MAX + 1, struct event);
	size_t n = 0;
	struct load l;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; i < w->n_leads; i++) {
		for (size_t k = 0; k < w->leads[i].n_stages; k++)
			events[n++] =
			    (struct event){ w->leads[i].stages[k].at_us, (uint32_t)i, (uint32_t)k };
	}
	qsort(events, n, sizeof(events[0]), event_by_time);
	load_open(&l, w, &demo_statements[DEMO_CONVERSION], sizeof(struct row_conversion));
	for (size_t i = 0; !e && i < n; i++)
		e = write_event(w, &d, &l, &events[i]);
	return load_close(&l, e);
}

enum fault
demo_write_leads(struct world *w)
{
	struct dice d = world_dice(w, 10);
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_LEAD], sizeof(struct row_lead));
	for (size_t i = 0; !e && i < w->n_leads; i++)
		e = write_lead(w, &d, &l, i);
	e = load_close(&l, e);
	if (e)
		return e;
	load_open(&l, w, &demo_statements[DEMO_TOUCH], sizeof(struct row_touch));
	for (size_t i = 0; !e && i < w->n_leads; i++)
		e = write_path(w, &l, &w->leads[i]);
	e = load_close(&l, e);
	return e ? e : write_events(w);
}
