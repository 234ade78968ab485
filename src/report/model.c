/* SPDX-License-Identifier: Apache-2.0 */
/* model.c - who gets how much: weights over the touches of a path, and parts that add up.  Pure. */
#include <math.h>
#include <stdlib.h>

#include "report_int.h"

enum { SHARE_OTHERS = 100, SHARE_W = 300, SHARE_FULL = 225 };

#define TOUCH_MODELS                                                                               \
	[MODEL_FIRST] = "first", [MODEL_LAST] = "last", [MODEL_LINEAR] = "linear",                 \
	[MODEL_POSITION] = "position", [MODEL_DECAY] = "time_decay",                               \
	[MODEL_W_SHAPED] = "w_shaped", [MODEL_FULL_PATH] = "full_path",                            \
	[MODEL_SHAPLEY] = "shapley"

const char *const touch_model_names[MODEL_MARKOV + 1] = { TOUCH_MODELS };
const char *const model_names[MODEL__MAX + 1] = { TOUCH_MODELS, [MODEL_MARKOV] = "markov" };

static void
first(const struct journey *j, const struct model_params *p, uint64_t *weights)
{
	(void)p;
	for (size_t i = 0; i < j->n; i++)
		weights[i] = i == 0;
}

static void
last(const struct journey *j, const struct model_params *p, uint64_t *weights)
{
	(void)p;
	for (size_t i = 0; i < j->n; i++)
		weights[i] = i + 1 == j->n;
}

/* A touch each, not an employee each. */
static void
linear(const struct journey *j, const struct model_params *p, uint64_t *weights)
{
	(void)p;
	for (size_t i = 0; i < j->n; i++)
		weights[i] = 1;
}

/* All times n - 2, so that what is between gets whole numbers. */
static void
position(const struct journey *j, const struct model_params *p, uint64_t *weights)
{
	uint64_t ends = (uint64_t)(p->first + p->last), between = j->n > 2 ? j->n - 2 : 1;

	/* Two touches and nothing for either end: no reason to prefer one. */
	if (j->n == 1 || (j->n == 2 && ends == 0)) {
		linear(j, p, weights);
		return;
	}
	for (size_t i = 0; i < j->n; i++)
		weights[i] = CREDIT_WHOLE - ends;
	weights[0] = (uint64_t)p->first * between;
	weights[j->n - 1] = (uint64_t)p->last * between;
}

/*
 * Ages count from the newest touch, which cancels out: its weight is a power of two as large as n
 * of them can be added, and what is too old for any part of it gets nothing.
 */
static void
time_decay(const struct journey *j, const struct model_params *p, uint64_t *weights)
{
	int64_t newest = j->at[j->n - 1];
	int shift = 62;

	for (size_t n = j->n; n > 1; n /= 2)
		shift--;
	for (size_t i = 0; i < j->n; i++) {
		long double age = (long double)(newest - j->at[i]);

		weights[i] = (uint64_t)llrintl(
		    exp2l((long double)shift - age / (long double)p->half_life_us));
	}
}

/* The touch nearest at or before the milestone gets its share; one that is not there, or that all
 * touches follow, gets none. */
static void
give_milestone(const struct journey *j, int64_t milestone, uint64_t *weights)
{
	size_t i = j->n;

	if (milestone == TIME_NONE)
		return;
	while (i > 0 && j->at[i - 1] > milestone)
		i--;
	if (i > 0)
		weights[i - 1]++;
}

/* weights: milestones at each touch.  The other touches have a tenth together. */
static void
shape(size_t n, uint64_t share, uint64_t *weights)
{
	uint64_t others = 0;

	for (size_t i = 0; i < n; i++)
		others += weights[i] == 0;
	for (size_t i = 0; i < n; i++) {
		if (weights[i] == 0)
			weights[i] = SHARE_OTHERS;
		else
			weights[i] *= share * (others > 0 ? others : 1);
	}
}

static void
w_shaped(const struct journey *j, const struct model_params *p, uint64_t *weights)
{
	first(j, p, weights);
	give_milestone(j, j->lead_at, weights);
	give_milestone(j, j->opportunity_at, weights);
	shape(j->n, SHARE_W, weights);
}

static void
full_path(const struct journey *j, const struct model_params *p, uint64_t *weights)
{
	first(j, p, weights);
	give_milestone(j, j->lead_at, weights);
	give_milestone(j, j->opportunity_at, weights);
	give_milestone(j, j->won_at, weights);
	shape(j->n, SHARE_FULL, weights);
}

/*
 * With v(S) = the value of the paths whose participants are all in S, the Shapley value is an equal
 * part for each participant of each path.  It lies on the participant's first touch.
 */
static void
shapley(const struct journey *j, const struct model_params *p, uint64_t *weights)
{
	(void)p;
	for (size_t i = 0; i < j->n; i++)
		weights[i] = j->is_new[i];
}

model_fn *const models[MODEL_MARKOV] = {
	[MODEL_FIRST] = first,         [MODEL_LAST] = last,        [MODEL_LINEAR] = linear,
	[MODEL_POSITION] = position,   [MODEL_DECAY] = time_decay, [MODEL_W_SHAPED] = w_shaped,
	[MODEL_FULL_PATH] = full_path, [MODEL_SHAPLEY] = shapley,
};

bool
model_needs_milestones(enum model m)
{
	return m == MODEL_W_SHAPED || m == MODEL_FULL_PATH;
}

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
