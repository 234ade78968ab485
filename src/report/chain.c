/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.c - solves a Markov chain: x = N r, y = s N and the diagonal of N = (I - Q)^-1.  A small
 * one by its whole inverse.  A large one by sweeps for the vectors; its diagonal is summed up step
 * by step, N_cc = 1 + Q_cc + (Q^2)_cc + ..., for some entries side by side.  Pure.
 */
#include <math.h>
#include <string.h>

#include "chain_int.h"

#define ALWAYS_INLINE __attribute__((always_inline))
#define WITH_AVX2 __attribute__((target("avx2")))

enum {
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

double
chain_solve(struct arena *arena, struct chain *c, bool exact)
{
	double left = 0;

	if (exact) {
		solve_exactly(arena, c);
	} else {
		sweep(&c->rows, c->r, c->x);
		sweep(&c->columns, c->s, c->y);
		left = diagonal_of(arena, c);
	}
	left = fmax(left, residual_of(&c->rows, c->r, c->x));
	return fmax(left, residual_of(&c->columns, c->s, c->y));
}
