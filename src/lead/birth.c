/* SPDX-License-Identifier: Apache-2.0 */
/*
 * birth.c - leads that come at the same moment are written in one transaction.  Only those that no
 * click led to, as far as anybody can know yet: no click id, and an address that no lead has.
 * Whatever does not go well here is not written, and the one who asked goes on alone.
 */
#include <string.h>

#include "rostra/combine.h"
#include "rostra/shared.h"

#include "lead_int.h"

/* One of those who bring a lead at the same time. */
struct bringer {
	struct combine_item item; /* first */
	const struct lead_birth *birth;
	bool taken, known, written, in_doubt;
};

/* Of one company. */
struct group {
	struct bringer *bringers[BIRTHS_AT_ONCE];
	size_t n;
};

static bool
gather(struct combine_item *const *items, size_t n, struct group *out)
{
	struct bringer *const *bringers = (struct bringer *const *)items;

	out->n = 0;
	for (size_t i = 0; i < n && out->n < BIRTHS_AT_ONCE; i++) {
		const struct lead *l = &bringers[i]->birth->lead;

		if (bringers[i]->taken ||
		    (out->n > 0 &&
		     !uuid_eq(l->company_id, out->bringers[0]->birth->lead.company_id)))
			continue;
		bringers[i]->taken = true;
		out->bringers[out->n++] = bringers[i];
	}
	return out->n > 0;
}

static enum fault
note_known(struct rq *rq, void *row, void *arg)
{
	const struct str known = ((const struct lead *)row)->email_sha256;
	const struct group *g = arg;

	(void)rq;
	for (size_t i = 0; i < g->n; i++) {
		if (str_eq(g->bringers[i]->birth->lead.email_sha256, known))
			g->bringers[i]->known = true;
	}
	return FAULT_NONE;
}

/* Of whom is the address known?  Two of a group that share one line up, and so do not belong here.
 */
static enum fault
look(struct rq *rq, struct group *g)
{
	struct str hashes[BIRTHS_AT_ONCE];
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct str hash = g->bringers[i]->birth->lead.email_sha256;

		for (size_t h = 0; h < n; h++)
			g->bringers[i]->known = g->bringers[i]->known || str_eq(hashes[h], hash);
		if (hash.n > 0 && !g->bringers[i]->known)
			hashes[n++] = hash;
	}
	if (n == 0)
		return FAULT_NONE;
	return birth_sql_known(rq, g->bringers[0]->birth->lead.company_id, hashes, n, note_known,
	                       g);
}

struct births {
	struct lead_birth list[BIRTHS_AT_ONCE];
	size_t n;
};

static enum fault
write_tx(struct rq *rq, void *arg)
{
	const struct births *b = arg;

	return birth_sql_put(rq, b->list, b->n);
}

static enum fault
write_group(struct rq *rq, struct group *g, bool *ret_duplicate)
{
	struct births *births = arena_new(rq->arena, struct births);
	enum fault e = look(rq, g);

	*ret_duplicate = false;
	for (size_t i = 0; i < g->n; i++) {
		if (!g->bringers[i]->known)
			births->list[births->n++] = *g->bringers[i]->birth;
	}
	if (e || births->n == 0)
		return e;
	if (births->n == 1)
		return lead_sql_birth(rq, &births->list[0], false, ret_duplicate);
	return db_tx(rq, write_tx, births);
}

static void
write_all(struct combine_item *const *items, size_t n, void *arg)
{
	struct rq *rq = arg;
	struct db *own = db_warm_begin(rq, false);
	struct group g;

	while (gather(items, n, &g)) {
		bool duplicate;
		const enum fault e = write_group(rq, &g, &duplicate);

		for (size_t i = 0; i < g.n; i++) {
			g.bringers[i]->written = !e && !duplicate && !g.bringers[i]->known;
			g.bringers[i]->in_doubt = e == FAULT_UNKNOWN_OUTCOME;
		}
		problem_reset(&rq->problem); /* nobody hears of it: see birth_together */
	}
	db_warm_end(rq, own);
}

bool
birth_together(struct rq *rq, const struct lead_birth *b)
{
	struct combine *together = rq->shared ? rq->shared->lead_births : NULL;
	struct bringer me = { .birth = b };

	if (!together || db_in_tx(rq))
		return false;
	combine_do(together, uuid_tail(b->lead.company_id), &me.item, write_all, rq);
	rq->in_doubt = rq->in_doubt || me.in_doubt;
	return me.written;
}
