/* SPDX-License-Identifier: Apache-2.0 */
/* kudos_reply.c - from the columns of a kudos to what replies show. */
#include "rostra/arena.h"
#include "rostra/rq.h"
#include "rostra/text.h"

#include "kudos_int.h"

/* "<role><id><name>\x1f…": as kudos_view.h packs people. */
static void
unpack_people(struct rq *rq, struct kudos *k)
{
	enum { ID_N = UUID_TEXT_SIZE - 1, NAME_AT = 1 + ID_N };
	struct kudos_face *faces =
	    arena_array(rq->arena, KUDOS_RECIPIENTS_MAX + KUDOS_MENTIONS_MAX, struct kudos_face);
	struct str rest = str_of(k->people_packed), part;
	size_t n = 0, recipients = 0;

	while (rest.s != NULL && n < KUDOS_RECIPIENTS_MAX + KUDOS_MENTIONS_MAX &&
	       str_split(&rest, '\x1f', &part)) {
		if (part.n < NAME_AT || !uuid_parse((struct str){ part.s + 1, ID_N }, &faces[n].id))
			continue;
		faces[n++].display_name = arena_copy(rq->arena, part.s + NAME_AT, part.n - NAME_AT);
		if (part.s[0] == '1' + KUDOS_RECIPIENT)
			recipients = n;
	}
	k->recipients = (struct j_list){ faces, recipients };
	k->mentions = (struct j_list){ faces + recipients, n - recipients };
}

/* Counts in the order of the names, and the reader's own. */
static void
unpack_reactions(struct rq *rq, struct kudos *k)
{
	struct kudos_reactions *r = arena_new(rq->arena, struct kudos_reactions);
	int64_t mine = 0;
	int64_t *numbers[KUDOS_REACTION__MAX + 1] = { &r->thanks,  &r->celebrate,  &r->love,
		                                      &r->support, &r->insightful, &mine };
	struct str rest = str_of(k->reactions_packed), part;

	for (int i = 0; i <= KUDOS_REACTION__MAX && str_split(&rest, ',', &part); i++) {
		if (!str_int64(part, numbers[i]))
			*numbers[i] = 0;
	}
	k->reactions = r;
	k->my_reaction = (int)mine - 1;
}

static void
set_giver(struct rq *rq, struct kudos *k)
{
	struct kudos_face *giver = arena_new(rq->arena, struct kudos_face);

	*giver = (struct kudos_face){ k->giver_id, k->giver_name };
	k->giver = giver;
}

void
kudos_finish(struct rq *rq, struct kudos *k)
{
	set_giver(rq, k);
	unpack_people(rq, k);
	unpack_reactions(rq, k);
}
