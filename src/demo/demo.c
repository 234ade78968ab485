/* SPDX-License-Identifier: Apache-2.0 */
/* demo.c - demo data: one company after the other, everything from the seed. */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/report.h"

#include "demo_int.h"

/* Months of DAYS_PER_MONTH days. */
enum { DAYS_PER_MONTH = 30 };

/* clang-format off */
const struct demo_company demo_companies[DEMO_COMPANIES] = {
	{ .slug = "acme", .name = "Acme", .time_zone = "Europe/Berlin", .currency = "EUR", .language = "en",
	  .brand_color = "#1b3a57", .disclosure = "#TeamAcme", .site = "https://www.acme.example",
	  .offset_hours = 1, .visitor_cookie = true, .part = 0.62 },
	{ .slug = "globex", .name = "Globex", .time_zone = "America/New_York", .currency = "USD", .language = "en",
	  .brand_color = "#7a2f1d", .disclosure = "#GlobexCrew", .site = "https://www.globex.example",
	  .offset_hours = -5, .visitor_cookie = false, .part = 0.38 },
};

struct size_row {
	const char *word;
	int64_t     people, months, shares, clicks, leads;
};
static const struct size_row sizes[] = {
	{ "tiny",     60,  2,    200,    1000,    60 },
	{ "demo",    300,  6,   4000,   20000,   700 },
	{ "small",   300,  6,   4000,   20000,   700 },
	{ "medium",  700, 12,  40000,  300000,  8000 },
	{ "large",  2000, 13, 200000, 2000000, 50000 },
};
/* clang-format on */

bool
demo_size(const char *word, struct demo_options *out)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (!cstr_eq(sizes[i].word, word))
			continue;
		out->people = sizes[i].people;
		out->months = sizes[i].months;
		out->shares = sizes[i].shares;
		out->clicks = sizes[i].clicks;
		out->leads = sizes[i].leads;
		return true;
	}
	return false;
}

struct dice
world_dice(const struct world *w, uint64_t what)
{
	struct dice d;

	dice_seed(&d, w->o->seed, w->stream * 64 + what);
	return d;
}

size_t
world_part(const struct world *w, int64_t total)
{
	int64_t first = (int64_t)((double)total * demo_companies[0].part);

	return (size_t)(w->company == &demo_companies[0] ? first : total - first);
}

size_t
world_team_at(const struct world *w, size_t person, int64_t at_us)
{
	const struct demo_person *p = &w->people[person];

	return p->team[p->moved_us != TIME_NONE && at_us >= p->moved_us];
}

/* How much happens in each local hour, of 100. */
static const unsigned char hour_weight[24] = { 8,  4,  3,  3,  4,  10, 30, 65, 90, 100, 95, 85,
	                                       80, 78, 75, 70, 65, 60, 55, 55, 50, 40,  28, 15 };

int64_t
world_daytime(const struct world *w, struct dice *d, int64_t at_us)
{
	for (int i = 0; i < 6; i++) {
		struct civil c = civil_from_us(at_us + w->company->offset_hours * US_PER_HOUR);

		if (dice_range(d, 0, 99) < hour_weight[c.hour])
			break;
		at_us += dice_range(d, 40, 200) * US_PER_MINUTE;
	}
	return at_us;
}

static enum fault
write_company(struct world *w)
{
	const struct demo_company *c = w->company;
	struct dice d = world_dice(w, 0);
	struct row_company row = { .slug = c->slug,
		                   .name = c->name,
		                   .time_zone = c->time_zone,
		                   .currency = c->currency,
		                   .language = c->language,
		                   .brand_color = c->brand_color,
		                   .visitor_cookie = c->visitor_cookie,
		                   .created_us = w->begin_us };

	row.id = w->id = dice_uuid(&d, w->begin_us);
	return db_exec(w->rq, &demo_statements[DEMO_COMPANY], &row, NULL);
}

/* What follows from the rows already there, a month at a time where there are many. */
static enum fault
fill(struct world *w, enum demo_statement s, bool by_month)
{
	const int64_t step = by_month ? DAYS_PER_MONTH * US_PER_DAY : w->now_us;
	const size_t parts = (size_t)((w->now_us - w->begin_us) / step) + 1;
	struct fill *f = arena_array(w->rq->arena, parts, struct fill);
	struct batch *b = arena_array(w->rq->arena, parts, struct batch);
	int64_t total = 0;
	enum fault e = FAULT_NONE;

	for (size_t i = 0; i < parts; i++) {
		const int64_t from = w->begin_us + (int64_t)i * step;

		f[i] = (struct fill){ w->id, from, by_month ? from + step : w->now_us };
		b[i] = (struct batch){
			.stmt = &demo_statements[s], .rows = (char *)&f[i], .n = 1, .fill = true
		};
		crew_give(w->crew, &b[i]);
	}
	for (size_t i = 0; i < parts; i++) {
		enum fault last = crew_wait(w->crew, w->rq, &b[i]);

		e = e ? e : last;
		total += (int64_t)b[i].affected;
		w->progress(w->progress_arg, w->company->slug, demo_statements[s].name, total);
	}
	return e;
}

static void
say_counted(int64_t done, int64_t all, void *arg)
{
	const struct world *w = arg;

	if (done == all)
		w->progress(w->progress_arg, w->company->slug, "report_sum", done);
}

/* Reports find their sums: days and months are counted in one go, not when the jobs get to them. */
static enum fault
count_sums(struct world *w)
{
	const struct caller system = { .company = w->id };
	const struct caller *before = w->rq->who;
	enum fault e;

	w->rq->who = &system;
	e = report_sums_rebuild(w->rq, say_counted, w);
	w->rq->who = before;
	w->rq->now_us = w->now_us;
	return e;
}

static enum fault
make_company(struct world *w)
{
	enum fault e = write_company(w);

	if (!e)
		e = demo_people(w);
	if (!e)
		e = demo_channels(w);
	if (!e)
		e = demo_posts(w);
	if (!e)
		e = demo_shares(w);
	if (e)
		return e;
	demo_make_clicks(w);
	demo_make_leads(w);
	e = demo_write_clicks(w);
	if (!e)
		e = demo_write_leads(w);
	if (!e)
		e = demo_kudos(w);
	if (!e)
		e = demo_ties(w);
	if (!e)
		e = fill(w, DEMO_FILL_ENTRIES, false);
	if (!e)
		e = demo_gains(w);
	if (!e)
		e = fill(w, DEMO_FILL_BALANCES, false);
	if (!e)
		e = fill(w, DEMO_FILL_SUMS, false);
	if (!e)
		e = fill(w, DEMO_FILL_FEED, false);
	if (!e)
		e = fill(w, DEMO_FILL_LINKS, true);
	if (!e)
		e = fill(w, DEMO_FILL_PERSON_POSTS, false);
	if (!e)
		e = fill(w, DEMO_FILL_POST_STATS, false);
	if (!e)
		e = fill(w, DEMO_FILL_CLICK_DAYS, true);
	if (!e)
		e = fill(w, DEMO_FILL_CLICK_QUARTERS, true);
	if (!e)
		e = fill(w, DEMO_FILL_CREDIT_CHANGES, false);
	if (!e)
		e = demo_write_changes(w);
	if (!e)
		e = demo_deals(w);
	return e ? e : count_sums(w);
}

static enum fault
refuse_taken(struct rq *rq)
{
	for (size_t i = 0; i < DEMO_COMPANIES; i++) {
		struct row_company row = { .slug = demo_companies[i].slug };
		bool found = false;
		enum fault e = db_maybe(rq, &demo_statements[DEMO_SLUG], &row, &row, &found);

		if (e)
			return e;
		if (found)
			return rq_fail(rq, FAULT_CONFLICT,
			               "There is a company \"%s\" already: demo data is for an "
			               "empty database.",
			               demo_companies[i].slug);
	}
	return FAULT_NONE;
}

static enum fault
make_companies(struct rq *rq, struct crew *crew, const struct demo_options *o,
               demo_progress_fn *progress, void *arg)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < DEMO_COMPANIES; i++) {
		struct world w = { .rq = rq,
			           .o = o,
			           .company = &demo_companies[i],
			           .stream = i + 1,
			           .now_us = o->now_us,
			           .crew = crew,
			           .progress = progress,
			           .progress_arg = arg };

		w.begin_us = o->now_us - o->months * DAYS_PER_MONTH * US_PER_DAY;
		e = make_company(&w);
	}
	return e;
}

enum fault
demo_load(struct rq *rq, const struct demo_options *o, demo_progress_fn *progress, void *arg)
{
	struct crew *crew;
	enum fault e = refuse_taken(rq);

	if (e)
		return e;
	crew = crew_create(rq);
	e = make_companies(rq, crew, o, progress, arg);
	crew_destroy(&crew);
	return e;
}
