/* SPDX-License-Identifier: Apache-2.0 */
/* demo_ties.c - standing and ties: what people know, whom they follow, what they are awarded, who
 * mentors whom. */
#include <string.h>

#include "rostra/crypto.h"

#include "demo_ties_int.h"

enum {
	DICE_TIES = 22,
	TAGS_MAX = 4,
	FOLLOWS_MAX = 6,
	PEOPLE_A_MENTORING = 12, /* so many people for one mentoring */
	LEAST_PAIRS = 4,
	WEEK_DAYS = 7,
};
static const int tagged_pct = 60, offers_pct = 12;

static const char *const tags[] = {
	"Public speaking", "Kubernetes",   "Contract law", "Video editing",
	"Sales coaching",  "C++",          "Data privacy", "Design systems",
	"Hiring",          "Storytelling",
};
enum { TAGS = sizeof(tags) / sizeof(tags[0]) };

static const struct {
	const char *name, *description, *kind, *measure;
	const int64_t thresholds[3];
} badges[] = {
	{ "Voice", "Shares that went out.", "measure", "shares", { 1, 10, 50 } },
	{ "Appreciated", "Kudos received.", "measure", "kudos_received", { 1, 5, 20 } },
	{ "Steady", "Weeks on end with a share.", "streak", NULL, { 2, 4, 8 } },
	{ "Founder", "For who was there when it began.", "hand", NULL, { 1, 2, 3 } },
};
enum { BADGES = sizeof(badges) / sizeof(badges[0]), LEVELS = 3 };
static const char *const level_names[LEVELS] = { "Bronze", "Silver", "Gold" };

struct tying {
	struct world *w;
	struct dice d;
	struct load tags, follows, offers, mentorings, items, comments, reviews;
};

static size_t
somebody(struct tying *t)
{
	return (size_t)dice_range(&t->d, 0, (int64_t)t->w->n_people - 1);
}

/* --- profiles and follows --- */

static enum fault
tie_person(struct tying *t, size_t i)
{
	const struct world *w = t->w;
	const bool tagged = i == 0 || dice_range(&t->d, 0, 99) < tagged_pct;
	struct row_tie row = { .company_id = w->id,
		               .person_id = w->people[i].id,
		               .at_us = w->now_us - dice_range(&t->d, 1, 60) * US_PER_DAY };
	int64_t n = tagged ? dice_range(&t->d, 1, TAGS_MAX) : 0;
	const int64_t first = dice_range(&t->d, 0, TAGS - 1);
	size_t other = somebody(t);
	enum fault e = FAULT_NONE;

	/* One after the other from a random one on: none twice. */
	for (row.number = 0; !e && row.number < n; row.number++) {
		row.text = tags[(first + row.number) % TAGS];
		e = load_row(&t->tags, &row);
	}
	n = dice_range(&t->d, i == 0 ? 2 : 0, FOLLOWS_MAX);
	for (int64_t k = 0; !e && k < n; k++) {
		other = (other + (size_t)dice_range(&t->d, 1, 5)) % w->n_people;
		row.other_id = w->people[other].id;
		if (other != i && w->people[other].active)
			e = load_row(&t->follows, &row);
	}
	if (e || dice_range(&t->d, 0, 99) >= offers_pct)
		return e;
	row.id = dice_uuid(&t->d, row.at_us);
	row.kind = dice_chance(&t->d, 0.5) ? "offer" : "seek";
	row.text = tags[dice_range(&t->d, 0, TAGS - 1)];
	row.note = "An hour every other week.";
	return load_row(&t->offers, &row);
}

/* --- mentorings --- */

static enum fault
write_work(struct tying *t, const struct row_mentoring *m)
{
	struct row_tie item = { .company_id = m->company_id,
		                .other_id = m->id,
		                .person_id = m->mentee_id,
		                .kind = "goal",
		                .text = "Share something of my own once a week",
		                .at_us = m->started_us + US_PER_DAY };
	struct row_tie comment = item;
	enum fault e;

	item.id = dice_uuid(&t->d, item.at_us);
	e = load_row(&t->items, &item);
	if (e)
		return e;
	comment.item_id = item.id;
	comment.person_id = m->mentor_id;
	comment.text = "Send me the first one before it goes out.";
	comment.at_us += US_PER_HOUR;
	comment.id = dice_uuid(&t->d, comment.at_us);
	return load_row(&t->comments, &comment);
}

/* The latest post of a channel for everybody that was out by then, and still is; NULL: none. */
static const struct demo_post *
post_for_all(const struct world *w, int64_t by_us)
{
	const struct demo_post *found = NULL;

	for (size_t i = 0; i < w->n_posts; i++) {
		const struct demo_post *p = &w->posts[i];

		if (p->state == POST_LIVE && !p->lock_text && p->published_us < by_us &&
		    (p->networks & 1u << NETWORK_LINKEDIN) != 0 &&
		    !w->channels[p->channel].of_teams &&
		    (found == NULL || p->published_us > found->published_us))
			found = p;
	}
	return found;
}

static enum fault
write_review(struct tying *t, const struct row_mentoring *m, const char *text, int64_t at_us,
             const char *note)
{
	const struct demo_post *post = post_for_all(t->w, m->created_us);
	struct row_review row = { .company_id = m->company_id,
		                  .mentoring_id = m->id,
		                  .id = dice_uuid(&t->d, at_us),
		                  .mentee_id = m->mentee_id,
		                  .mentor_id = m->mentor_id,
		                  .network = network_names[NETWORK_LINKEDIN],
		                  .text = text,
		                  .state = note != NULL ? "approved" : "waiting",
		                  .note = note,
		                  .at_us = at_us,
		                  .decided_us =
		                      note != NULL ? at_us + 3 * US_PER_HOUR : TIME_NONE };

	if (post == NULL)
		return FAULT_NONE;
	row.post_id = post->id;
	memcpy(row.text_sha256, sha256_of(text, strlen(text)).b, sizeof(row.text_sha256));
	return load_row(&t->reviews, &row);
}

/* The mentee's first texts: one was looked at; as long as it runs, another waits. */
static enum fault
write_reviews(struct tying *t, const struct row_mentoring *m)
{
	enum fault e = write_review(t, m, "I was there when we built this. Here is what it took.",
	                            m->started_us + 2 * US_PER_DAY, "That is your voice. Send it.");

	if (e || m->ended_us != TIME_NONE)
		return e;
	return write_review(t, m,
	                    "Three things that I learned this week, and one that I got wrong.",
	                    t->w->now_us - 5 * US_PER_HOUR, NULL);
}

static enum fault
pair(struct tying *t, size_t mentor, size_t mentee, bool over)
{
	const struct world *w = t->w;
	const int64_t ago = dice_range(&t->d, over ? 40 : 3, over ? 55 : 20);
	struct row_mentoring m = {
		.company_id = w->id,
		.mentor_id = w->people[mentor].id,
		.mentee_id = w->people[mentee].id,
		.tag = tags[dice_range(&t->d, 0, TAGS - 1)],
		.message = "I liked your talk. Would you show me how you begin?",
		.answer = "Gladly.",
		.state = over ? "ended" : "active",
		.weeks = over ? 5 : 8,
		.created_us = w->now_us - ago * US_PER_DAY,
		.ended_us = TIME_NONE,
	};
	enum fault e;

	m.id = dice_uuid(&t->d, m.created_us);
	m.started_us = m.created_us + US_PER_HOUR;
	m.ends_us = m.started_us + m.weeks * WEEK_DAYS * US_PER_DAY;
	if (over) {
		m.ended_us = m.ends_us;
		m.mentor_note = "A pleasure. You are ready.";
		m.mentee_note = "I post without fear now. Thank you.";
	}
	e = load_row(&t->mentorings, &m);
	if (!e)
		e = write_work(t, &m);
	return e ? e : write_reviews(t, &m);
}

static enum fault
write_pairs(struct tying *t)
{
	struct world *w = t->w;
	const size_t n = w->n_people / PEOPLE_A_MENTORING + LEAST_PAIRS;
	/* The first person, whom the demo signs in, has a mentor: the manager. */
	enum fault e = pair(t, ROLE_MANAGER, ROLE_MEMBER, false);

	for (size_t i = 0; !e && i < n; i++) {
		/* Everybody is a mentee once at most, in the order of a list: no pair twice. */
		const size_t mentee = ROLE__MAX + i, mentor = somebody(t);

		if (mentee < w->n_people && mentor != mentee && w->people[mentor].active &&
		    w->people[mentee].active)
			e = pair(t, mentor, mentee, i % 3 == 0);
	}
	return e;
}

static enum fault
write_ties(struct tying *t)
{
	const struct db_stmt *s = demo_tie_statements;
	enum fault e = FAULT_NONE;

	load_open(&t->tags, t->w, &s[TIE_TAG], sizeof(struct row_tie));
	load_open(&t->follows, t->w, &s[TIE_FOLLOW], sizeof(struct row_tie));
	load_open(&t->offers, t->w, &s[TIE_OFFER], sizeof(struct row_tie));
	load_open(&t->mentorings, t->w, &s[TIE_MENTORING], sizeof(struct row_mentoring));
	load_open(&t->items, t->w, &s[TIE_ITEM], sizeof(struct row_tie));
	load_open(&t->comments, t->w, &s[TIE_COMMENT], sizeof(struct row_tie));
	load_open(&t->reviews, t->w, &s[TIE_REVIEW], sizeof(struct row_review));
	for (size_t i = 0; !e && i < t->w->n_people; i++)
		e = tie_person(t, i);
	if (!e)
		e = write_pairs(t);
	e = load_close(&t->tags, e);
	e = load_close(&t->follows, e);
	e = load_close(&t->offers, e);
	e = load_close(&t->mentorings, e);
	e = load_close(&t->items, e);
	e = load_close(&t->comments, e);
	return load_close(&t->reviews, e);
}

/* --- badges and contests --- */

static enum fault
write_badges(struct tying *t)
{
	struct world *w = t->w;
	struct load l, levels;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_tie_statements[TIE_BADGE], sizeof(struct row_badge));
	load_open(&levels, w, &demo_tie_statements[TIE_LEVEL], sizeof(struct row_badge));
	for (size_t i = 0; !e && i < BADGES; i++) {
		struct row_badge row = { .company_id = w->id,
			                 .id = dice_uuid(&t->d, w->begin_us),
			                 .name = badges[i].name,
			                 .description = badges[i].description,
			                 .kind = badges[i].kind,
			                 .measure = badges[i].measure,
			                 .at_us = w->begin_us };

		e = load_row(&l, &row);
		for (row.level = 1; !e && row.level <= LEVELS; row.level++) {
			row.name = level_names[row.level - 1];
			row.threshold = badges[i].thresholds[row.level - 1];
			e = load_row(&levels, &row);
		}
	}
	e = load_close(&l, e);
	return load_close(&levels, e);
}

static const char *
date_text(struct world *w, int64_t days)
{
	const struct civil c = civil_from_us(w->now_us + days * US_PER_DAY);

	return arena_printf(w->rq->arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/* One that is over, for the jobs to freeze, and one that runs. */
static enum fault
write_contests(struct tying *t)
{
	struct world *w = t->w;
	const int64_t at[] = { w->now_us - 50 * US_PER_DAY, w->now_us - 12 * US_PER_DAY };
	const struct row_contest rows[] = {
		{ w->id, dice_uuid(&t->d, at[0]), "Opening weeks", "Cake for the whole team",
		  "teams", "shares", date_text(w, -45), date_text(w, -16), at[0] },
		{ w->id, dice_uuid(&t->d, at[1]), "Month of voices", "Dinner for two", "people",
		  "clicks", date_text(w, -10), date_text(w, 18), at[1] },
	};
	struct load l;
	enum fault e = FAULT_NONE;

	load_open(&l, w, &demo_tie_statements[TIE_CONTEST], sizeof(struct row_contest));
	for (size_t i = 0; !e && i < sizeof(rows) / sizeof(rows[0]); i++)
		e = load_row(&l, &rows[i]);
	return load_close(&l, e);
}

static enum fault
award(struct tying *t)
{
	static const enum demo_tie steps[] = { TIE_AWARD_SHARES, TIE_AWARD_KUDOS, TIE_DUE };
	const struct row_tie in = { .company_id = t->w->id };
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < sizeof(steps) / sizeof(steps[0]); i++)
		e = db_exec(t->w->rq, &demo_tie_statements[steps[i]], &in, NULL);
	return e;
}

enum fault
demo_ties(struct world *w)
{
	struct tying t = { .w = w, .d = world_dice(w, DICE_TIES) };
	enum fault e = write_ties(&t);

	if (!e)
		e = write_badges(&t);
	if (!e)
		e = write_contests(&t);
	return e ? e : award(&t);
}
