/* SPDX-License-Identifier: Apache-2.0 */
/* chain_int.h - a Markov chain that paths enter, move in and leave (markov.c), and its solution
 * (chain.c). */
#ifndef ROSTRA_REPORT_CHAIN_INT_H
#define ROSTRA_REPORT_CHAIN_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rostra/arena.h"

/* Rows of Q, the transitions between states (or its columns): entries first[i] .. first[i + 1]. */
struct sparse {
	size_t n;
	size_t *first;
	uint32_t *to;
	double *p;
};
/* r: into the end that counts; s: from the start.  x, y and the diagonal are what chain_solve
 * finds. */
struct chain {
	struct sparse rows, columns;
	double *r, *s, *x, *y, *diagonal;
};

/*
 * Pure; x, y and diagonal come zeroed.  exact: by the whole inverse, n x n numbers; else
 * iteratively.  Answers the bound of what the equations leave; relative, of an entry of the
 * diagonal.
 */
double chain_solve(struct arena *arena, struct chain *c, bool exact);

#endif
