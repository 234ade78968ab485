/* SPDX-License-Identifier: Apache-2.0 */
/* demo_ties_int.h - rows of standing and ties: profiles, follows, badges, contests, rewards,
 * mentorings. */
#ifndef ROSTRA_DEMO_TIES_INT_H
#define ROSTRA_DEMO_TIES_INT_H

#include "demo_int.h"

enum demo_tie {
	TIE_TAG,
	TIE_FOLLOW,
	TIE_BADGE,
	TIE_LEVEL,
	TIE_AWARD_SHARES,
	TIE_AWARD_KUDOS,
	TIE_DUE,
	TIE_CONTEST,
	TIE_REWARD,
	TIE_OFFER,
	TIE_MENTORING,
	TIE_ITEM,
	TIE_COMMENT,
	TIE__MAX
};
extern const struct db_stmt demo_tie_statements[TIE__MAX];

/* A person and, where two are needed, another; a word of theirs. */
struct row_tie {
	struct uuid company_id, id, person_id, other_id, item_id;
	const char *kind, *text, *note;
	int64_t number, at_us;
};
struct row_badge {
	struct uuid company_id, id;
	const char *name, *description, *kind, *measure;
	int64_t level, threshold, at_us;
};
struct row_contest {
	struct uuid company_id, id;
	const char *name, *prize, *unit, *measure, *first_on, *last_on;
	int64_t at_us;
};
struct row_mentoring {
	struct uuid company_id, id, mentor_id, mentee_id;
	const char *tag, *message, *answer, *state, *mentor_note, *mentee_note;
	int64_t weeks, created_us, started_us, ends_us, ended_us;
};

#endif
