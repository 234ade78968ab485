/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markov.c - removal effects of a first-order Markov chain over participants: paths are counted as
 * transitions, these make the chain, and its solution (chain.c) tells the effects.  Pure.
 *
 * Q: transitions between participants, r: into the conversion, s: from the start, N = (I - Q)^-1,
 * whose entry N_ic is how often c is visited, in the mean, on a path that is at i.  x = N r: a path
 * that is at i converts with x_i; y = s N: it visits c y_c times; p = s x.
 *
 * Without c, every edge into c goes to null.  A path then converts just where it had converted
 * without ever being at c, so p without c = p - P(it comes to c and converts).  What follows the
 * first time at c does not depend on how it came there: that is P(it comes to c) x_c.  And the
 * visits of c are those that follow the first time, if it comes at all: y_c = P(it comes to c)
 * N_cc.  So
 *
 *     p without c = p - y_c x_c / N_cc,   RE_c = y_c x_c / (N_cc p).
 *
 * One vector forward, one backward and the diagonal of N serve every removal; no chain is solved
 * twice.
 *
 * Sums of doubles depend on their order, so the equations stand in an order that the caller knows
 * of, not in that in which participants came: the same counts give the same answer to the bit,
 * whether paths were read from rows or from packed days.
 */
#include <stdlib.h>
#include <string.h>

#include "rostra/crypto.h"

#include "chain_int.h"
#include "report_int.h"

enum {
	EDGES_FIRST = 1024,
	STATES_FIRST = 64,
	EXACT_MAX = 1000, /* participants: an inverse of 8 MB in a second */
};

struct edge {
	uint32_t from, to; /* participant + 1; 0 is the start, and as `to` an empty slot */
	uint64_t count;
};
struct state {
	uint64_t out, converts; /* paths that go on or end here; that convert here */
};
struct markov {
	struct arena *arena;
	struct edge *edges; /* open addressing */
	size_t n_slots, n_edges;
	struct state *states; /* 0: the start */
	size_t n_states, room;
	uint32_t at; /* of the path under way */
	bool too_large;
	uint64_t converting, nulls;
};

struct markov *
markov_begin(struct arena *a)
{
	struct markov *m = arena_new(a, struct markov);

	m->arena = a;
	m->n_slots = EDGES_FIRST;
	m->edges = arena_array(a, m->n_slots, struct edge);
	m->room = STATES_FIRST;
	m->states = arena_array(a, m->room, struct state);
	m->n_states = 1;
	return m;
}

static struct edge *
edge_of(struct edge *edges, size_t n_slots, uint32_t from, uint32_t to)
{
	uint32_t key[2] = { from, to };
	size_t at = hash64((const char *)key, sizeof(key), 0) & (n_slots - 1);

	while (edges[at].to != 0 && (edges[at].from != from || edges[at].to != to))
		at = (at + 1) & (n_slots - 1);
	return &edges[at];
}

static void
grow_edges(struct markov *m)
{
	size_t n_slots = m->n_slots * 2;
	struct edge *edges = arena_array(m->arena, n_slots, struct edge);

	for (size_t i = 0; i < m->n_slots; i++) {
		const struct edge *e = &m->edges[i];

		if (e->to != 0)
			*edge_of(edges, n_slots, e->from, e->to) = *e;
	}
	m->edges = edges;
	m->n_slots = n_slots;
}

static void
know_state(struct markov *m, uint32_t state)
{
	size_t room = m->room;

	while (state >= room)
		room *= 2;
	if (room > m->room) {
		struct state *more = arena_array(m->arena, room, struct state);

		memcpy(more, m->states, m->n_states * sizeof(*more));
		m->states = more;
		m->room = room;
	}
	if (state >= m->n_states)
		m->n_states = (size_t)state + 1;
}

void
markov_touch(struct markov *m, size_t participant)
{
	uint32_t to = (uint32_t)participant + 1;
	struct edge *e;

	if (m->too_large || to == m->at)
		return;
	know_state(m, to);
	if (m->n_edges * 2 >= m->n_slots)
		grow_edges(m);
	e = edge_of(m->edges, m->n_slots, m->at, to);
	if (e->to == 0) {
		*e = (struct edge){ m->at, to, 0 };
		m->n_edges++;
	}
	e->count++;
	m->states[m->at].out++;
	m->at = to;
	m->too_large =
	    m->n_edges > MARKOV_EDGES_MAX ||
	    (m->n_states > EXACT_MAX && (uint64_t)m->n_edges * m->n_states > MARKOV_WORK_MAX);
}

void
markov_end(struct markov *m, bool converts)
{
	struct state *s = &m->states[m->at];

	if (m->at == 0)
		return;
	s->out++;
	s->converts += converts;
	m->converting += converts;
	m->nulls += !converts;
	m->at = 0;
}

/* The transitions, their ends numbered by place, sorted by these. */
struct transitions {
	struct edge *list;
	size_t n;
	const struct state *states; /* 0: the start */
	size_t n_states;
};

static int
by_ends(const void *a, const void *b)
{
	const struct edge *left = a, *right = b;

	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	return left->to < right->to ? -1 : left->to > right->to;
}

static struct transitions
put_in_place(const struct markov *m, const size_t *place)
{
	struct state *states = arena_array(m->arena, m->n_states, struct state);
	struct transitions t = { .list = arena_array(m->arena, m->n_edges, struct edge),
		                 .states = states,
		                 .n_states = m->n_states };

	states[0] = m->states[0];
	for (size_t i = 1; i < m->n_states; i++)
		states[place[i - 1] + 1] = m->states[i];
	for (size_t i = 0; i < m->n_slots; i++) {
		const struct edge *e = &m->edges[i];

		if (e->to != 0)
			t.list[t.n++] = (struct edge){
				.from = e->from == 0 ? 0 : (uint32_t)place[e->from - 1] + 1,
				.to = (uint32_t)place[e->to - 1] + 1,
				.count = e->count,
			};
	}
	if (t.n > 1)
		qsort(t.list, t.n, sizeof(*t.list), by_ends);
	return t;
}

/* Entries by their row, or by their column when turned. */
static struct sparse
gather(struct arena *arena, const struct transitions *t, bool turned)
{
	size_t n = t->n_states - 1;
	struct sparse s = { .n = n, .first = arena_array(arena, n + 2, size_t) };
	size_t total = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct edge *e = &t->list[i];

		if (e->from == 0)
			continue;
		s.first[(turned ? e->to : e->from) + 1]++;
		total++;
	}
	/* first[i + 1] becomes the next free entry of row i, then its end. */
	for (size_t i = 1; i < n + 2; i++)
		s.first[i] += s.first[i - 1];
	s.to = arena_array(arena, total, uint32_t);
	s.p = arena_array(arena, total, double);
	for (size_t i = 0; i < t->n; i++) {
		const struct edge *e = &t->list[i];
		size_t at;

		if (e->from == 0)
			continue;
		at = s.first[turned ? e->to : e->from]++;
		s.to[at] = (turned ? e->from : e->to) - 1;
		s.p[at] = (double)e->count / (double)t->states[e->from].out;
	}
	return s;
}

static void
make_chain(struct arena *arena, const struct transitions *t, struct chain *c)
{
	size_t n = t->n_states - 1;

	c->rows = gather(arena, t, false);
	c->columns = gather(arena, t, true);
	c->r = arena_array(arena, n, double);
	c->s = arena_array(arena, n, double);
	c->x = arena_array(arena, n, double);
	c->y = arena_array(arena, n, double);
	c->diagonal = arena_array(arena, n, double);
	for (size_t i = 0; i < n; i++)
		c->r[i] = (double)t->states[i + 1].converts / (double)t->states[i + 1].out;
	for (size_t i = 0; i < t->n && t->list[i].from == 0; i++)
		c->s[t->list[i].to - 1] = (double)t->list[i].count / (double)t->states[0].out;
}

bool
markov_solve(struct markov *m, const size_t *place, struct markov_answer *ret)
{
	struct chain chain = { .r = NULL };
	struct transitions t;
	size_t n = m->n_states - 1;

	if (m->too_large)
		return false;
	*ret = (struct markov_answer){
		.exact = n <= EXACT_MAX, .n = n, .converting = m->converting, .nulls = m->nulls
	};
	ret->effect = arena_array(m->arena, n, double);
	t = put_in_place(m, place);
	make_chain(m->arena, &t, &chain);
	ret->residual = chain_solve(m->arena, &chain, ret->exact);
	for (size_t i = 0; i < n; i++)
		ret->rate += chain.s[i] * chain.x[i];
	for (size_t i = 0; i < n && ret->rate > 0; i++)
		ret->effect[i] = chain.y[i] * chain.x[i] / (chain.diagonal[i] * ret->rate);
	return true;
}
