/* SPDX-License-Identifier: Apache-2.0 */
/* demo_channels.c - channels with their audience and followers, and campaigns. */
#include "demo_int.h"

struct channel_row {
	const char *name, *description;
	bool of_teams, followable;
};

/* clang-format off */
static const struct channel_row channel_rows[] = {
	{ "Company news",   "What everybody should know",            false, false },
	{ "Customer voices", "Stories from projects",                false, false },
	{ "Open roles",     "Jobs to pass on",                       false, true  },
	{ "Engineering blog", "How it is built",                     false, true  },
	{ "Sales desk",     "Material for talks with customers",     true,  false },
	{ "Events",         "Where to meet us",                      true,  true  },
};
static const char *const campaign_names[] = {
	"Spring launch", "Customer stories", "Hiring", "Partner week", "Year in numbers", "Product tour",
};
/* clang-format on */
enum {
	CHANNELS = sizeof(channel_rows) / sizeof(channel_rows[0]),
	CAMPAIGNS = sizeof(campaign_names) / sizeof(campaign_names[0])
};

static enum fault
write_teams(struct world *w)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_CHANNEL_TEAM], sizeof(struct row_channel));
	for (size_t i = 0; i < w->n_channels; i++) {
		for (size_t k = 0; !e && k < w->channels[i].n_teams; k++) {
			struct row_channel row = { .company_id = w->id, .id = w->channels[i].id };

			row.other_id = w->teams[w->channels[i].teams[k]].id;
			e = load_row(&l, &row);
		}
	}
	return load_close(&l, e);
}

static enum fault
follow(struct world *w, struct load *l, struct dice *d, const struct demo_person *p)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < w->n_channels; i++) {
		struct row_channel row = { .company_id = w->id,
			                   .id = w->channels[i].id,
			                   .other_id = p->id };

		if (!w->channels[i].followable || !dice_chance(d, 0.35))
			continue;
		row.created_us = p->joined_us + dice_range(d, 0, w->now_us - p->joined_us);
		e = load_row(l, &row);
	}
	return e;
}

static enum fault
write_follows(struct world *w, struct dice *d)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_FOLLOW], sizeof(struct row_channel));
	for (size_t i = 0; !e && i < w->n_people; i++)
		e = follow(w, &l, d, &w->people[i]);
	return load_close(&l, e);
}

static enum fault
write_channels(struct world *w, struct dice *d)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_CHANNEL], sizeof(struct row_channel));
	for (size_t i = 0; !e && i < CHANNELS; i++) {
		struct demo_channel *c = &w->channels[i];
		struct row_channel row = { .company_id = w->id, .created_us = w->begin_us };

		c->of_teams = channel_rows[i].of_teams;
		c->followable = channel_rows[i].followable;
		c->n_teams = c->of_teams ? DEMO_CHANNEL_TEAMS_MAX : 0;
		for (size_t k = 0; k < c->n_teams; k++)
			c->teams[k] = (i + k) % w->n_teams;
		row.id = c->id = dice_uuid(d, w->begin_us);
		row.name = c->name = channel_rows[i].name;
		row.description = c->description = channel_rows[i].description;
		row.audience = c->of_teams ? "teams" : "all";
		row.mode = c->followable ? "followable" : "mandatory";
		e = load_row(&l, &row);
	}
	return load_close(&l, e);
}

static enum fault
write_campaigns(struct world *w, struct dice *d)
{
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_statements[DEMO_CAMPAIGN], sizeof(struct row_campaign));
	for (size_t i = 0; !e && i < CAMPAIGNS; i++) {
		struct demo_campaign *c = &w->campaigns[i];
		struct row_campaign row = { .company_id = w->id, .created_us = w->begin_us };

		row.id = c->id = dice_uuid(d, w->begin_us);
		row.name = c->name = campaign_names[i];
		row.utm_campaign = "{campaign}";
		row.starts_us = c->starts_us = w->begin_us;
		row.ends_us = c->ends_us = i % 3 == 2 ? TIME_NONE : w->now_us + 30 * US_PER_DAY;
		e = load_row(&l, &row);
	}
	return load_close(&l, e);
}

enum fault
demo_channels(struct world *w)
{
	struct dice d = world_dice(w, 3);
	enum fault e;

	w->n_channels = CHANNELS;
	w->channels = arena_array(w->rq->arena, CHANNELS, struct demo_channel);
	w->n_campaigns = CAMPAIGNS;
	w->campaigns = arena_array(w->rq->arena, CAMPAIGNS, struct demo_campaign);
	e = write_channels(w, &d);
	if (!e)
		e = write_teams(w);
	if (!e)
		e = write_follows(w, &d);
	return e ? e : write_campaigns(w, &d);
}
