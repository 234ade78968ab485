/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markov.c - removal effects of a first-order Markov chain over participants, from counted
 * transitions by linear equations.  Pure.
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
 * twice. The diagonal is summed up step by step, N_cc = 1 + Q_cc + (Q^2)_cc + ..., for some
 * participants side by side.
 */
#include <math.h>
#include <string.h>

#include "rostra/crypto.h"

#include "report_int.h"

#define ALWAYS_INLINE __attribute__((always_inline))
#define WITH_AVX2 __attribute__((target("avx2")))

enum {
	EDGES_FIRST = 1024,
	STATES_FIRST = 64,
	EXACT_MAX = 1000, /* participants: an inverse of 8 MB in a second */
	SWEEPS_MAX = 20000,
	SPARSE_STEPS = 2,
	STEPS_MIN = 3,
	STEPS_MAX = 2000,
	BLOCK = 8, /* diagonal entries worked on side by side */
};
#define TOLERANCE 1e-13
#define DIAGONAL_TOLERANCE 1e-9
/* Multiplications: what stops the steps before the tolerance does, after a few seconds (two with
 * AVX2). */
#define WORK UINT64_C(20000000000)

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

/* Rows of Q (or its columns): entries first[i] .. first[i + 1]. */
struct sparse {
	size_t n;
	size_t *first;
	uint32_t *to;
	double *p;
};
struct chain {
	struct sparse rows, columns;
	double *r, *s, *x, *y, *diagonal;
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

/* Entries by their row, or by their column when turned. */
static struct sparse
gather(const struct markov *m, bool turned)
{
	size_t n = m->n_states - 1;
	struct sparse s = { .n = n, .first = arena_array(m->arena, n + 2, size_t) };
	size_t total = 0;

	for (size_t i = 0; i < m->n_slots; i++) {
		const struct edge *e = &m->edges[i];

		if (e->to == 0 || e->from == 0)
			continue;
		s.first[(turned ? e->to : e->from) + 1]++;
		total++;
	}
	/* first[i + 1] becomes the next free entry of row i, then its end. */
	for (size_t i = 1; i < n + 2; i++)
		s.first[i] += s.first[i - 1];
	s.to = arena_array(m->arena, total, uint32_t);
	s.p = arena_array(m->arena, total, double);
	for (size_t i = 0; i < m->n_slots; i++) {
		const struct edge *e = &m->edges[i];
		size_t at;

		if (e->to == 0 || e->from == 0)
			continue;
		at = s.first[turned ? e->to : e->from]++;
		s.to[at] = (turned ? e->from : e->to) - 1;
		s.p[at] = (double)e->count / (double)m->states[e->from].out;
	}
	return s;
}

static void
make_chain(const struct markov *m, struct chain *c)
{
	size_t n = m->n_states - 1;

	c->rows = gather(m, false);
	c->columns = gather(m, true);
	c->r = arena_array(m->arena, n, double);
	c->s = arena_array(m->arena, n, double);
	c->x = arena_array(m->arena, n, double);
	c->y = arena_array(m->arena, n, double);
	c->diagonal = arena_array(m->arena, n, double);
	for (size_t i = 0; i < n; i++)
		c->r[i] = (double)m->states[i + 1].converts / (double)m->states[i + 1].out;
	for (size_t i = 0; i < m->n_slots; i++) {
		const struct edge *e = &m->edges[i];

		if (e->to != 0 && e->from == 0)
			c->s[e->to - 1] = (double)e->count / (double)m->states[0].out;
	}
}

/* The largest |b - (I - Q) v|. */
static double
residual_of(const struct sparse *q, const double *b, const double *v)
{
	double worst = 0;

	for (size_t i = 0; i < q->n; i++) {
		double left = b[i] - v[i];

		for (size_t k = q->first[i]; k < q->first[i + 1]; k++)
			left += q->p[k] * v[q->to[k]];
		worst = fmax(worst, fabs(left));
	}
	return worst;
}

/* --- exact: the whole inverse --- */

/* I - Q is an M-matrix: elimination without a search for pivots is stable. */
static void
invert(double *a, size_t n)
{
	for (size_t p = 0; p < n; p++) {
		double *pivot = &a[p * n], scale = 1 / pivot[p];

		pivot[p] = 1;
		for (size_t j = 0; j < n; j++)
			pivot[j] *= scale;
		for (size_t i = 0; i < n; i++) {
			double *row = &a[i * n], by = row[p];

			if (i == p || by == 0)
				continue;
			row[p] = 0;
			for (size_t j = 0; j < n; j++)
				row[j] -= by * pivot[j];
		}
	}
}

static void
solve_exactly(struct arena *arena, struct chain *c)
{
	size_t n = c->rows.n;
	double *a = arena_array(arena, n * n, double);

	for (size_t i = 0; i < n; i++) {
		a[i * n + i] = 1;
		for (size_t k = c->rows.first[i]; k < c->rows.first[i + 1]; k++)
			a[i * n + c->rows.to[k]] -= c->rows.p[k];
	}
	invert(a, n);
	for (size_t i = 0; i < n; i++) {
		c->diagonal[i] = a[i * n + i];
		for (size_t j = 0; j < n; j++) {
			c->x[i] += a[i * n + j] * c->r[j];
			c->y[j] += c->s[i] * a[i * n + j];
		}
	}
}

/* --- iterative: sparse --- */

/* Gauss-Seidel for v = b + Q v; every path ends, so it converges. */
static void
sweep(const struct sparse *q, const double *b, double *v)
{
	double moved = 1;

	for (int round = 0; round < SWEEPS_MAX && moved > TOLERANCE; round++) {
		moved = 0;
		for (size_t i = 0; i < q->n; i++) {
			double now = b[i];

			for (size_t k = q->first[i]; k < q->first[i + 1]; k++)
				now += q->p[k] * v[q->to[k]];
			moved = fmax(moved, fabs(now - v[i]));
			v[i] = now;
		}
	}
}

/* Rows of N for BLOCK participants: what is still on its way, side by side, and their own entry. */
struct block {
	size_t first, n;
	double (*now)[BLOCK], (*next)[BLOCK];
	double found[BLOCK], left[BLOCK];
	uint64_t work; /* multiplications of all blocks so far */
};

/* The first steps: most rows have nothing on its way, and are skipped. */
static void
spread(const struct sparse *rows, struct block *b)
{
	memset(b->next, 0, rows->n * sizeof(*b->next));
	for (size_t i = 0; i < rows->n; i++) {
		double any = 0;

		for (size_t c = 0; c < BLOCK; c++)
			any += fabs(b->now[i][c]);
		if (any == 0)
			continue;
		b->work += BLOCK * (rows->first[i + 1] - rows->first[i]);
		for (size_t k = rows->first[i]; k < rows->first[i + 1]; k++) {
			double *to = b->next[rows->to[k]];

			for (size_t c = 0; c < BLOCK; c++)
				to[c] += rows->p[k] * b->now[i][c];
		}
	}
}

/* The later ones: each sum stays in registers until it is whole. */
static inline ALWAYS_INLINE void
collect_any(const struct sparse *columns, struct block *b)
{
	for (size_t i = 0; i < columns->n; i++) {
		double sum[BLOCK] = { 0 };

		for (size_t k = columns->first[i]; k < columns->first[i + 1]; k++) {
			const double *from = b->now[columns->to[k]], p = columns->p[k];

			for (size_t c = 0; c < BLOCK; c++)
				sum[c] += p * from[c];
		}
		memcpy(b->next[i], sum, sizeof(sum));
	}
	b->work += BLOCK * columns->first[columns->n];
}

static void
collect_plain(const struct sparse *columns, struct block *b)
{
	collect_any(columns, b);
}

#if defined(__x86_64__)
/* The same for four numbers at once: less than half of the time. */
WITH_AVX2 static void
collect_wide(const struct sparse *columns, struct block *b)
{
	collect_any(columns, b);
}
#endif

static void
collect(const struct sparse *columns, struct block *b)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2")) {
		collect_wide(columns, b);
		return;
	}
#endif
	collect_plain(columns, b);
}

static void
move_on(const struct chain *chain, struct block *b, int step)
{
	double(*swap)[BLOCK] = b->now;

	if (step < SPARSE_STEPS)
		spread(&chain->rows, b);
	else
		collect(&chain->columns, b);
	b->now = b->next;
	b->next = swap;
}

/*
 * Most of what is on its way soon looks like the start, whose row of N is known: y.  Taking that
 * part out at once saves most steps; only where it leaves less, so that it always converges.
 */
static double
take_out_start(const struct chain *chain, struct block *b)
{
	double sum[BLOCK] = { 0 }, before[BLOCK] = { 0 }, after[BLOCK] = { 0 }, worst = 0;
	size_t n = chain->rows.n;

	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < BLOCK; c++) {
			sum[c] += b->now[i][c];
			before[c] += fabs(b->now[i][c]);
		}
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < BLOCK; c++)
			after[c] += fabs(b->now[i][c] - sum[c] * chain->s[i]);
	}
	for (size_t c = 0; c < BLOCK; c++) {
		sum[c] = after[c] < before[c] ? sum[c] : 0;
		b->left[c] = sum[c] != 0 ? after[c] : before[c];
		worst = fmax(worst, b->left[c]);
		if (c < b->n)
			b->found[c] += sum[c] * chain->y[b->first + c];
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < BLOCK; c++)
			b->now[i][c] -= sum[c] * chain->s[i];
	}
	return worst;
}

/*
 * The own entries of N.  Answers the largest part that was still on its way, which bounds the
 * relative error of an entry.
 */
static double
diagonal_of(struct arena *arena, struct chain *chain)
{
	size_t n = chain->rows.n;
	struct block b = { .now = arena_array_(arena, n, sizeof(*b.now), alignof(double)),
		           .next = arena_array_(arena, n, sizeof(*b.next), alignof(double)) };
	double worst = 0;

	for (b.first = 0; b.first < n; b.first += BLOCK) {
		/* What the blocks so far have not used is there for the next. */
		uint64_t enough = (uint64_t)(WORK * ((double)(b.first + BLOCK) / (double)n));
		double left = 1;

		b.n = n - b.first < BLOCK ? n - b.first : BLOCK;
		memset(b.now, 0, n * sizeof(*b.now));
		memset(b.found, 0, sizeof(b.found));
		for (size_t c = 0; c < b.n; c++)
			b.now[b.first + c][c] = b.found[c] = 1;
		for (int step = 0; step < STEPS_MAX && left > DIAGONAL_TOLERANCE; step++) {
			if (step >= STEPS_MIN && b.work > enough)
				break;
			move_on(chain, &b, step);
			left = take_out_start(chain, &b);
			for (size_t c = 0; c < b.n; c++)
				b.found[c] += b.now[b.first + c][c];
		}
		for (size_t c = 0; c < b.n; c++)
			chain->diagonal[b.first + c] = b.found[c];
		worst = fmax(worst, left);
	}
	return worst;
}

bool
markov_solve(struct markov *m, struct markov_answer *ret)
{
	struct chain chain = { .r = NULL };
	size_t n = m->n_states - 1;

	if (m->too_large)
		return false;
	*ret = (struct markov_answer){
		.exact = n <= EXACT_MAX, .n = n, .converting = m->converting, .nulls = m->nulls
	};
	ret->effect = arena_array(m->arena, n, double);
	make_chain(m, &chain);
	if (ret->exact) {
		solve_exactly(m->arena, &chain);
	} else {
		sweep(&chain.rows, chain.r, chain.x);
		sweep(&chain.columns, chain.s, chain.y);
		ret->residual = diagonal_of(m->arena, &chain);
	}
	ret->residual = fmax(ret->residual, residual_of(&chain.rows, chain.r, chain.x));
	ret->residual = fmax(ret->residual, residual_of(&chain.columns, chain.s, chain.y));
	for (size_t i = 0; i < n; i++)
		ret->rate += chain.s[i] * chain.x[i];
	for (size_t i = 0; i < n && ret->rate > 0; i++)
		ret->effect[i] = chain.y[i] * chain.x[i] / (chain.diagonal[i] * ret->rate);
	return true;
}
