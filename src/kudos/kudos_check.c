/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_check.c - who may be thanked, for what, in how many words; knows no tables. */
#include <inttypes.h>

#include "rostra/text.h"

#include "kudos_int.h"

const char *const kudos_visibility_names[KUDOS_VISIBILITY__MAX + 1] = { "public", "team",
	                                                                "private" };
const char *const kudos_state_names[KUDOS_STATE__MAX + 1] = { "visible", "hidden", "removed",
	                                                      "withdrawn" };
const char *const kudos_role_names[KUDOS_ROLE__MAX + 1] = { "recipient", "mention" };

const char *const kudos_reaction_names[KUDOS_REACTION__MAX + 1] = { "thanks", "celebrate", "love",
	                                                            "support", "insightful" };
const struct uuid kudos_first_id = { .b = { [15] = 1 } }; /* the zero one is NULL in SQL */

const char *
kudos_pointer(struct arena *a, const char *member, size_t i)
{
	return arena_printf(a, "#/%s/%zu", member, i);
}

static bool
named_before(const struct uuid *ids, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (uuid_eq(ids[j], ids[i]))
			return true;
	}
	return false;
}

static void
check_list(struct arena *a, struct problem *p, const char *member, const struct j_list *list,
           struct uuid giver)
{
	const struct uuid *ids = list->items;

	for (size_t i = 0; i < list->n; i++) {
		if (uuid_eq(ids[i], giver))
			problem_add(p, kudos_pointer(a, member, i),
			            "must be a colleague, not yourself");
		else if (named_before(ids, i))
			problem_add(p, kudos_pointer(a, member, i), "is named twice");
	}
}

enum fault
kudos_check_body(struct arena *a, struct problem *p, const struct kudos_new *in, struct uuid giver)
{
	if (text_graphemes(str_of(in->message)) > KUDOS_MESSAGE_MAX)
		problem_add(p, "#/message", "must have at most 500 characters");
	check_list(a, p, "recipients", &in->recipients, giver);
	check_list(a, p, "mentions", &in->mentions, giver);
	return p->code;
}

static void
check_known(struct arena *a, struct problem *p, const char *member, const struct j_list *list,
            const struct kudos_person *people, size_t n)
{
	const struct uuid *ids = list->items;

	for (size_t i = 0; i < list->n; i++) {
		const struct kudos_person *found = NULL;

		for (size_t j = 0; j < n && found == NULL; j++) {
			if (uuid_eq(people[j].person_id, ids[i]))
				found = &people[j];
		}
		/* Who left and who never was here answer alike. */
		if (found == NULL || !found->active)
			problem_add(p, kudos_pointer(a, member, i),
			            "must be a colleague who works here");
	}
}

enum fault
kudos_check_people(struct arena *a, struct problem *p, const struct kudos_new *in,
                   const struct kudos_person *people, size_t n)
{
	check_known(a, p, "recipients", &in->recipients, people, n);
	check_known(a, p, "mentions", &in->mentions, people, n);
	return p->code;
}

static bool
is_recipient(const struct kudos_new *in, struct uuid person)
{
	const struct uuid *ids = in->recipients.items;

	for (size_t i = 0; i < in->recipients.n; i++) {
		if (uuid_eq(ids[i], person))
			return true;
	}
	return false;
}

enum fault
kudos_check_about(struct problem *p, const struct kudos_new *in, struct uuid giver,
                  const struct kudos_context *c)
{
	const bool of_them = uuid_eq(c->share_person, giver) || is_recipient(in, c->share_person);

	if (!c->value_known)
		problem_add(p, "#/value_id", "must be one of the company's values");
	if (!uuid_is_zero(in->post_id) && !c->post_known)
		problem_add(p, "#/post_id", "must be a post that is or was live");
	if (!uuid_is_zero(in->share_id) && !of_them)
		problem_add(p, "#/share_id", "must be a share of yours or of a recipient");
	if (!uuid_is_zero(in->lead_id) && !c->lead_known)
		problem_add(p, "#/lead_id", "must be a lead of the company");
	return p->code;
}

enum fault
kudos_check_left(struct problem *p, int64_t needed, int64_t left)
{
	if (needed * POINTS_TENTHS <= left)
		return FAULT_NONE;
	return problem_set(p, FAULT_CONFLICT,
	                   "%" PRId64
	                   " points are left of this month's allowance; this takes %" PRId64 ".",
	                   left / POINTS_TENTHS, needed);
}
