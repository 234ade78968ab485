/* SPDX-License-Identifier: Apache-2.0 */
/* post_state.c - the life of a post, as a table. */
#include "post_int.h"

const char *const post_kind_names[POST_KIND__MAX + 1] = { "link", "image", "text", NULL };
const char *const post_state_names[POST_STATE__MAX + 1] = { "draft", "submitted", "scheduled",
	                                                    "live",  "expired",   "rejected",
	                                                    NULL };

/* clang-format off */
const char *const post_place_names[] = {
	"any",
#define X(name, word, limit, unit, link) word,
	NETWORKS(X)
#undef X
	NULL,
};

/* NO is 0, so that what is not named is forbidden; states are stored as 1 + state. */
enum { NO = 0 };
#define TO(state) (1 + POST_##state)
#define AS_ITS_TIME_SAYS (1 + POST_STATE__MAX)

static const unsigned char next_state[POST_STATE__MAX][POST_EV__MAX] = {
	[POST_DRAFT] = {
		[POST_EV_SUBMIT] = TO(SUBMITTED), [POST_EV_PUBLISH] = AS_ITS_TIME_SAYS,
		[POST_EV_REJECT] = TO(REJECTED),
		[POST_EV_EDIT_AUTHOR] = TO(DRAFT), [POST_EV_EDIT_CURATOR] = TO(DRAFT),
	},
	[POST_SUBMITTED] = {
		[POST_EV_PUBLISH] = AS_ITS_TIME_SAYS, [POST_EV_REJECT] = TO(REJECTED),
		[POST_EV_EDIT_AUTHOR] = TO(SUBMITTED), [POST_EV_EDIT_CURATOR] = TO(SUBMITTED),
	},
	[POST_SCHEDULED] = {
		[POST_EV_PUBLISH] = AS_ITS_TIME_SAYS, [POST_EV_REJECT] = TO(REJECTED),
		[POST_EV_EXPIRE] = TO(EXPIRED), [POST_EV_PIN] = TO(SCHEDULED),
		/* What was approved is not what it would now be: it is decided again. */
		[POST_EV_EDIT_AUTHOR] = TO(SUBMITTED), [POST_EV_EDIT_CURATOR] = TO(SCHEDULED),
	},
	[POST_LIVE] = {
		[POST_EV_REJECT] = TO(REJECTED), [POST_EV_EXPIRE] = TO(EXPIRED), [POST_EV_PIN] = TO(LIVE),
		[POST_EV_EDIT_AUTHOR] = TO(SUBMITTED), [POST_EV_EDIT_CURATOR] = TO(LIVE),
	},
	[POST_EXPIRED] = {
		[POST_EV_PUBLISH] = AS_ITS_TIME_SAYS, [POST_EV_EDIT_CURATOR] = TO(EXPIRED),
	},
	[POST_REJECTED] = {
		[POST_EV_SUBMIT] = TO(SUBMITTED), [POST_EV_PUBLISH] = AS_ITS_TIME_SAYS,
		[POST_EV_EDIT_AUTHOR] = TO(REJECTED), [POST_EV_EDIT_CURATOR] = TO(REJECTED),
	},
};
/* clang-format on */

bool
post_next_state(enum post_state from, enum post_event ev, bool later, enum post_state *ret)
{
	unsigned char to = next_state[from][ev];

	if (to == NO)
		return false;
	if (to == AS_ITS_TIME_SAYS)
		*ret = later ? POST_SCHEDULED : POST_LIVE;
	else
		*ret = (enum post_state)(to - 1);
	return true;
}
