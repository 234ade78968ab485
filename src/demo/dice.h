/* SPDX-License-Identifier: Apache-2.0 */
/* dice.h - random numbers that are the same on every machine. */
#ifndef ROSTRA_DEMO_DICE_H
#define ROSTRA_DEMO_DICE_H

#include "rostra/uuid.h"

struct dice {
	uint64_t s[4];
};

/* Different streams of one seed are independent: more clicks do not change the people. */
void dice_seed(struct dice *d, uint64_t seed, uint64_t stream);
uint64_t dice_next(struct dice *d);
double dice_unit(struct dice *d);                                /* [0, 1) */
int64_t dice_range(struct dice *d, int64_t least, int64_t most); /* both included */
bool dice_chance(struct dice *d, double p);
double dice_exponential(struct dice *d, double mean);
double dice_lognormal(struct dice *d, double median, double sigma);
double dice_pareto(struct dice *d, double alpha); /* at least 1 */
void dice_bytes(struct dice *d, unsigned char *out, size_t n);
struct uuid dice_uuid(struct dice *d, int64_t at_us);
void dice_base62(struct dice *d, char *out, size_t n); /* n characters and a NUL */
/* An index by its weight; running[] holds the sums so far. */
size_t dice_weighted(struct dice *d, const double *running, size_t n);

#endif
