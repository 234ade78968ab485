/* SPDX-License-Identifier: Apache-2.0 */
/* model.c - who gets how much: weights over the touches of a path, and parts that add up.  Pure. */
#include <stdlib.h>

#include "report_int.h"

const char *const model_names[MODEL__MAX + 1] = {
	[MODEL_FIRST] = "first",
	[MODEL_LAST] = "last",
	[MODEL_LINEAR] = "linear",
};

static void
first(size_t n, uint64_t *weights)
{
	for (size_t i = 0; i < n; i++)
		weights[i] = i == 0;
}

static void
last(size_t n, uint64_t *weights)
{
	for (size_t i = 0; i < n; i++)
		weights[i] = i + 1 == n;
}

/* A touch each, not an employee each. */
static void
linear(size_t n, uint64_t *weights)
{
	for (size_t i = 0; i < n; i++)
		weights[i] = 1;
}

model_fn *const models[MODEL__MAX] = {
	[MODEL_FIRST] = first,
	[MODEL_LAST] = last,
	[MODEL_LINEAR] = linear,
};

/* A value in minor units times a weight: 64 x 64 bits. */
__extension__ typedef unsigned __int128 product;

static int
by_remainder(const void *a, const void *b)
{
	const struct share_of *left = a, *right = b;

	if (left->remainder != right->remainder)
		return left->remainder > right->remainder ? -1 : 1;
	return left->at < right->at ? -1 : 1;
}

void
split_exactly(int64_t whole, const uint64_t *weights, size_t n, int64_t *parts,
              struct share_of *scratch)
{
	uint64_t size = whole < 0 ? 0 - (uint64_t)whole : (uint64_t)whole, sum = 0, given = 0;

	for (size_t i = 0; i < n; i++)
		sum += weights[i];
	for (size_t i = 0; i < n; i++) {
		product p = (product)size * weights[i];

		parts[i] = (int64_t)(p / sum);
		scratch[i] = (struct share_of){ (uint64_t)(p % sum), i };
		given += (uint64_t)parts[i];
	}
	if (given < size)
		qsort(scratch, n, sizeof(*scratch), by_remainder);
	for (size_t i = 0; given < size; i++, given++)
		parts[scratch[i].at]++;
	for (size_t i = 0; whole < 0 && i < n; i++)
		parts[i] = -parts[i];
}
