/* SPDX-License-Identifier: Apache-2.0 */
/* demo_gains.c - what points come to: boards that an admin made, rewards, and who asked for them.
 */
#include "rostra/caller.h"
#include "rostra/json.h"

#include "demo_ties_int.h"

enum { DICE_GAINS = 23, STOCK = 20, DECIDED_AFTER_H = 20 };

enum { STICKERS, MUG, BOOK, AFTERNOON, REWARDS };
static const struct {
	const char *name, *description;
	int64_t price; /* in tenths */
} rewards[REWARDS] = {
	[STICKERS] = { "Stickers", "A sheet of them, for the lid of your laptop.", 10 },
	[MUG] = { "Mug", "With the company's colours.", 200 },
	[BOOK] = { "Book of your choice", "Any book that you want to read.", 450 },
	[AFTERNOON] = { "Afternoon off", "Agree on the day with your team.", 1500 },
};

/* In the order of time. */
static const struct {
	int reward;
	int64_t days_ago;
	const char *state, *note; /* note NULL: nobody has decided */
	bool refused;
} asked[] = {
	{ STICKERS, 24, "fulfilled", "In your pigeonhole.", false },
	{ MUG, 16, "refused", "They are all chipped. New ones come next month.", true },
	{ STICKERS, 9, "refused", "You have all of them already.", true },
	{ MUG, 6, "fulfilled", "It stands on your desk.", false },
	{ STICKERS, 4, "approved", "Ordered.", false },
	{ STICKERS, 2, "asked", NULL, false },
	{ BOOK, 1, "asked", NULL, false },
};
enum { ASKED = sizeof(asked) / sizeof(asked[0]) };

struct gaining {
	struct world *w;
	struct dice d;
	struct uuid reward[REWARDS];
	int64_t stock[REWARDS];
};

/* --- boards --- */

static int64_t
day_number(const struct world *w, int64_t days)
{
	const struct civil c = civil_from_us(w->now_us + days * US_PER_DAY);

	return c.year * INT64_C(10000) + c.month * 100 + c.day;
}

/* Everybody's, one team's, and one of the teams within some weeks. */
static enum fault
write_boards(struct gaining *g)
{
	struct world *w = g->w;
	const struct demo_team *team = &w->teams[world_team_at(w, ROLE_MEMBER, w->now_us)];
	struct row_board rows[] = {
		{ .name = "Voices of the last 30 days",
		  .who = "people",
		  .measure = "shares",
		  .period = "rolling",
		  .days = 30,
		  .first_on = J_NO_INT,
		  .last_on = J_NO_INT },
		{ .name = arena_printf(w->rq->arena, "%s, this quarter", team->name),
		  .who = "people",
		  .measure = "points",
		  .period = "quarter",
		  .team_id = team->id,
		  .days = J_NO_INT,
		  .first_on = J_NO_INT,
		  .last_on = J_NO_INT },
		{ .name = "Four weeks of thanks",
		  .who = "teams",
		  .measure = "kudos_received",
		  .period = "dated",
		  .per_head = true,
		  .days = J_NO_INT,
		  .first_on = day_number(w, -20),
		  .last_on = day_number(w, 7) },
	};
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_tie_statements[TIE_BOARD], sizeof(struct row_board));
	for (size_t i = 0; !e && i < sizeof(rows) / sizeof(rows[0]); i++) {
		rows[i].company_id = w->id;
		rows[i].id = dice_uuid(&g->d, w->begin_us);
		rows[i].created_by = w->people[ROLE_ADMIN].id;
		rows[i].at_us = w->begin_us;
		e = load_row(&l, &rows[i]);
	}
	return load_close(&l, e);
}

/* --- rewards --- */

static enum fault
pay(struct gaining *g, const struct row_redemption *row, bool refused)
{
	const struct db_stmt *s = demo_tie_statements;
	enum fault e = db_exec(g->w->rq, &s[TIE_REDEMPTION], row, NULL);

	if (!e)
		e = db_exec(g->w->rq, &s[TIE_PAID], row, NULL);
	return e || !refused ? e : db_exec(g->w->rq, &s[TIE_PAID_BACK], row, NULL);
}

/* By somebody who can pay for it then; where nobody can, it is left out. */
static enum fault
ask(struct gaining *g, size_t i)
{
	struct world *w = g->w;
	const int reward = asked[i].reward;
	struct row_redemption row = {
		.company_id = w->id,
		.reward_id = g->reward[reward],
		.admin_id = w->people[ROLE_ADMIN].id,
		.state = asked[i].state,
		.note = asked[i].note,
		.price = rewards[reward].price,
		.paid = -rewards[reward].price,
		.at_us = w->now_us - asked[i].days_ago * US_PER_DAY,
		.decided_us = TIME_NONE,
	};
	bool found;
	enum fault e;

	row.id = dice_uuid(&g->d, row.at_us);
	if (row.note != NULL) {
		row.decided_by = row.admin_id;
		row.decided_us = row.at_us + DECIDED_AFTER_H * US_PER_HOUR;
	}
	e = db_maybe(w->rq, &demo_tie_statements[TIE_BUYER], &row, &row, &found);
	if (e || !found)
		return e;
	g->stock[reward] -= asked[i].refused ? 0 : 1;
	return pay(g, &row, asked[i].refused);
}

static enum fault
write_rewards(struct gaining *g)
{
	struct world *w = g->w;
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_tie_statements[TIE_REWARD], sizeof(struct row_tie));
	for (size_t i = 0; !e && i < REWARDS; i++) {
		const struct row_tie row = { .company_id = w->id,
			                     .id = g->reward[i],
			                     .text = rewards[i].name,
			                     .note = rewards[i].description,
			                     .price = rewards[i].price,
			                     .number = g->stock[i],
			                     .at_us = w->begin_us };

		e = load_row(&l, &row);
	}
	return load_close(&l, e);
}

enum fault
demo_gains(struct world *w)
{
	struct gaining g = { .w = w, .d = world_dice(w, DICE_GAINS) };
	enum fault e = write_boards(&g);

	for (size_t i = 0; i < REWARDS; i++) {
		g.reward[i] = dice_uuid(&g.d, w->begin_us);
		g.stock[i] = STOCK;
	}
	for (size_t i = 0; !e && i < ASKED; i++)
		e = ask(&g, i);
	return e ? e : write_rewards(&g);
}
