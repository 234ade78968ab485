/* SPDX-License-Identifier: Apache-2.0 */
/* demo_ties_int.h - rows of standing and ties: profiles, follows, badges, contests, mentorings,
 * boards, rewards. */
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
	TIE_REVIEW,
	TIE_BOARD,
	TIE_BUYER,
	TIE_REDEMPTION,
	TIE_PAID,
	TIE_PAID_BACK,
	TIE__MAX
};
extern const struct db_stmt demo_tie_statements[TIE__MAX];

/* A person and, where two are needed, another; a word of theirs. */
struct row_tie {
	struct uuid company_id, id, person_id, other_id, item_id;
	const char *kind, *text, *note;
	int64_t number, at_us;
	int64_t price; /* of a reward, in tenths */
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
struct row_review {
	struct uuid company_id, mentoring_id, id, mentee_id, mentor_id, post_id;
	const char *network, *text, *state, *note;
	unsigned char text_sha256[32];
	int64_t at_us, decided_us;
};
struct row_board {
	struct uuid company_id, id, team_id, created_by;
	const char *name, *who, *measure, *period;
	bool per_head;
	int64_t days, first_on, last_on; /* J_NO_INT: none */
	int64_t at_us;
};
struct row_redemption {
	struct uuid company_id, id, reward_id, person_id, admin_id;
	struct uuid decided_by; /* zero: nobody yet */
	const char *state, *note;
	int64_t price, paid; /* in tenths; paid: below zero */
	int64_t at_us, decided_us;
};

#endif
