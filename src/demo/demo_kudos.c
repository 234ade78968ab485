/* SPDX-License-Identifier: Apache-2.0 */
/* demo_kudos.c - months of recognition: values, kudos within each giver's allowance, reactions. */
#include "rostra/kudos.h"
#include "rostra/points.h"

#include "demo_int.h"

enum {
	SHARES_A_KUDOS = 3, /* so many shares for one kudos */
	DICE_VALUES = 20,
	DICE_KUDOS = 21,
	RECIPIENTS_MAX = 3,
	MONTHS_MAX = 32,
	TRIES = 20,
};
static const int same_team_pct = 70, second_pct = 18, quiet_pct = 12, reacts_pct = 35;

static const char *const values[][2] = {
	{ "Courage", "We say what has to be said, and try what nobody tried." },
	{ "Care", "We look after customers, colleagues and what we build." },
	{ "Craft", "We finish what we start, and it holds." },
	{ "Curiosity", "We ask, listen, and learn in the open." },
};
enum { VALUES = sizeof(values) / sizeof(values[0]) };

static const char *const messages[] = {
	"You stayed with the customer until it worked. Thank you!",
	"Your post about the new release explained it better than our own page.",
	"Thank you for taking the newcomers along to the trade fair.",
	"That review found what three of us had missed.",
	"You shared our opening with half the industry. It shows in the applications.",
	"The workshop was the best two hours of this month.",
	"Thank you for stepping in on Friday without a word.",
	"You made the numbers readable for all of us.",
};
enum { MESSAGES = sizeof(messages) / sizeof(messages[0]) };

struct giving {
	struct world *w;
	struct uuid value[VALUES];
	int64_t (*spent)[MONTHS_MAX]; /* points by person and month */
	struct load kudos, people, reactions;
};

static enum fault
write_values(struct giving *g)
{
	struct dice d = world_dice(g->w, DICE_VALUES);
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, g->w, &demo_statements[DEMO_VALUE], sizeof(struct row_value));
	for (size_t i = 0; !e && i < VALUES; i++) {
		struct row_value row = { .company_id = g->w->id,
			                 .id = dice_uuid(&d, g->w->begin_us),
			                 .name = values[i][0],
			                 .description = values[i][1],
			                 .created_us = g->w->begin_us };

		g->value[i] = row.id;
		e = load_row(&l, &row);
	}
	return load_close(&l, e);
}

static bool
works(const struct world *w, size_t person, int64_t at_us)
{
	return w->people[person].active && w->people[person].joined_us <= at_us;
}

/* Somebody who works there then, mostly of the same team. */
static bool
pick(struct giving *g, struct dice *d, size_t giver, int64_t at_us, size_t *ret)
{
	const struct world *w = g->w;
	bool near = dice_range(d, 0, 99) < same_team_pct;

	for (int i = 0; i < TRIES; i++) {
		size_t p = (size_t)dice_range(d, 0, (int64_t)w->n_people - 1);

		if (p == giver || !works(w, p, at_us))
			continue;
		if (near && i < TRIES / 2 &&
		    world_team_at(w, p, at_us) != world_team_at(w, giver, at_us))
			continue;
		*ret = p;
		return true;
	}
	return false;
}

static size_t
pick_recipients(struct giving *g, struct dice *d, size_t giver, int64_t at_us, size_t *out)
{
	size_t n = 0;

	do {
		size_t p, i = 0;

		if (!pick(g, d, giver, at_us, &p))
			break;
		while (i < n && out[i] != p)
			i++;
		if (i == n)
			out[n++] = p;
	} while (n < RECIPIENTS_MAX && dice_range(d, 0, 99) < second_pct);
	return n;
}

static enum fault
write_people(struct giving *g, const struct row_kudos *k, const size_t *to, size_t n)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < n; i++) {
		struct row_kudos_person row = {
			.company_id = k->company_id,
			.kudos_id = k->id,
			.person_id = g->w->people[to[i]].id,
			.team_id = g->w->teams[world_team_at(g->w, to[i], k->created_us)].id,
			.position = (int64_t)i,
		};

		e = load_row(&g->people, &row);
	}
	return e;
}

static enum fault
write_reactions(struct giving *g, struct dice *d, const struct row_kudos *k)
{
	static const char *const words[] = { "thanks", "celebrate", "love", "support",
		                             "insightful" };
	struct row_kudos_person row = { .company_id = k->company_id, .kudos_id = k->id };
	size_t person = (size_t)dice_range(d, 0, (int64_t)g->w->n_people - 1);
	enum fault e = FAULT_NONE;

	/* One after the other from a random person on: nobody twice. */
	while (!e && dice_range(d, 0, 99) < reacts_pct && person < g->w->n_people) {
		row.person_id = g->w->people[person].id;
		row.word = words[dice_range(d, 0, 4)];
		row.at_us = k->created_us + dice_range(d, 1, 300) * US_PER_MINUTE;
		if (row.at_us < g->w->now_us && works(g->w, person, k->created_us))
			e = load_row(&g->reactions, &row);
		person += (size_t)dice_range(d, 1, 9);
	}
	return e;
}

/* Points that the giver has left in the month, the same for each. */
static int64_t
afford(struct giving *g, struct dice *d, size_t giver, int64_t month, size_t n)
{
	const int64_t first = points_month(g->w->company->time_zone, g->w->begin_us);
	int64_t nth = (month / 100 - first / 100) * 12 + month % 100 - first % 100;
	int64_t points = dice_range(d, 0, 3) * 5, *spent;

	if (nth < 0 || nth >= MONTHS_MAX)
		return 0;
	spent = &g->spent[giver][nth];
	if (*spent + points * (int64_t)n > KUDOS_ALLOWANCE)
		return 0;
	*spent += points * (int64_t)n;
	return points;
}

static enum fault
give(struct giving *g, struct dice *d, int64_t at_us)
{
	struct world *w = g->w;
	struct row_kudos k = { .company_id = w->id, .created_us = at_us };
	size_t to[RECIPIENTS_MAX], n;
	size_t giver = (size_t)dice_range(d, 0, (int64_t)w->n_people - 1);
	enum fault e;

	n = works(w, giver, at_us) ? pick_recipients(g, d, giver, at_us, to) : 0;
	if (n == 0)
		return FAULT_NONE;
	k.id = dice_uuid(d, at_us);
	k.giver_id = w->people[giver].id;
	k.team_id = w->teams[world_team_at(w, giver, at_us)].id;
	k.value_id = g->value[dice_range(d, 0, VALUES - 1)];
	k.message = messages[dice_range(d, 0, MESSAGES - 1)];
	k.period = points_month(w->company->time_zone, at_us);
	k.points = afford(g, d, giver, k.period, n);
	k.visibility = "public";
	if (dice_range(d, 0, 99) < quiet_pct)
		k.visibility = dice_chance(d, 0.5) ? "team" : "private";
	dice_bytes(d, k.body_sha256, sizeof(k.body_sha256));
	e = load_row(&g->kudos, &k);
	if (!e)
		e = write_people(g, &k, to, n);
	return e ? e : write_reactions(g, d, &k);
}

enum fault
demo_kudos(struct world *w)
{
	struct giving g = { .w = w };
	struct dice d = world_dice(w, DICE_KUDOS);
	const size_t n = w->n_shares / SHARES_A_KUDOS;
	enum fault e = write_values(&g);

	if (e)
		return e;
	g.spent = arena_alloc(w->rq->arena, w->n_people * sizeof(*g.spent), alignof(int64_t));
	load_open(&g.kudos, w, &demo_statements[DEMO_KUDOS], sizeof(struct row_kudos));
	load_open(&g.people, w, &demo_statements[DEMO_KUDOS_PERSON],
	          sizeof(struct row_kudos_person));
	load_open(&g.reactions, w, &demo_statements[DEMO_KUDOS_REACTION],
	          sizeof(struct row_kudos_person));
	for (size_t i = 0; !e && i < n; i++) {
		int64_t span = (w->now_us - w->begin_us) / (int64_t)n;
		int64_t at = w->begin_us + (int64_t)i * span + dice_range(&d, 0, span - 1);

		at = world_daytime(w, &d, at);
		if (at < w->now_us)
			e = give(&g, &d, at);
	}
	e = load_close(&g.kudos, e);
	e = load_close(&g.people, e);
	return load_close(&g.reactions, e);
}
