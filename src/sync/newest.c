/* SPDX-License-Identifier: Apache-2.0 */
/* newest.c - the number of a company's last change, for all threads that ask at the same moment. */
#include "rostra/caller.h"
#include "rostra/combine.h"
#include "rostra/shared.h"

#include "sync_int.h"

struct asker {
	struct combine_item item; /* first */
	struct uuid company_id;
	int64_t seq;
	bool done;
	enum fault fault;
};

static void
answer_all(struct asker *const *askers, size_t n, const struct asker *first)
{
	for (size_t i = 0; i < n; i++) {
		if (!uuid_eq(askers[i]->company_id, first->company_id))
			continue;
		askers[i]->seq = first->seq;
		askers[i]->fault = first->fault;
		askers[i]->done = true;
	}
}

/* In the thread of one asker, for all of them: mostly they are of one company. */
static void
ask_together(struct combine_item *const *items, size_t n, void *arg)
{
	struct asker *const *askers = (struct asker *const *)items;

	for (size_t i = 0; i < n; i++) {
		struct asker *a = askers[i];

		if (a->done)
			continue;
		a->fault = sync_sql_newest(arg, a->company_id, &a->seq);
		answer_all(askers, n, a);
	}
}

enum fault
sync_newest(struct rq *rq, int64_t *ret_seq)
{
	struct combine *together = rq->shared ? rq->shared->company_seqs : NULL;
	struct asker me = { .company_id = rq_company(rq) };

	if (together)
		combine_do(together, uuid_tail(me.company_id), &me.item, ask_together, rq);
	if (!together || me.fault) { /* another's fault says nothing of this connection */
		problem_reset(&rq->problem);
		me.fault = sync_sql_newest(rq, me.company_id, &me.seq);
	}
	if (!me.fault)
		*ret_seq = me.seq;
	return me.fault;
}
