/* SPDX-License-Identifier: Apache-2.0 */
/* dice.c - xoshiro256** and the distributions of demo data; own logarithm, so that no libm changes
 * a row. */
#include "dice.h"

#include <string.h>

static const double LN2 = 0.69314718055994530942;

/* splitmix64: spreads a small seed over the state (Steele, Lea, Flood 2014). */
static uint64_t
spread(uint64_t *x)
{
	uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
dice_seed(struct dice *d, uint64_t seed, uint64_t stream)
{
	uint64_t x = seed;

	x = spread(&x) ^ stream;
	for (size_t i = 0; i < 4; i++)
		d->s[i] = spread(&x);
}

static uint64_t
rotate(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

/* xoshiro256** (Blackman, Vigna 2018). */
uint64_t
dice_next(struct dice *d)
{
	uint64_t *s = d->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

double
dice_unit(struct dice *d)
{
	return (double)(dice_next(d) >> 11) * 0x1p-53;
}

int64_t
dice_range(struct dice *d, int64_t least, int64_t most)
{
	return least + (int64_t)(dice_unit(d) * (double)(most - least + 1));
}

bool
dice_chance(struct dice *d, double p)
{
	return dice_unit(d) < p;
}

/* ln(x) of x in (0, 1]: halvings, then the series of 2 atanh((m - 1) / (m + 1)). */
static double
natural_log(double x)
{
	double sum = 0;
	double z, power;

	while (x < 0.7) {
		x *= 2;
		sum -= LN2;
	}
	z = (x - 1) / (x + 1);
	power = z;
	for (int k = 1; k < 25; k += 2) {
		sum += 2 * power / k;
		power *= z * z;
	}
	return sum;
}

/* e^x for moderate x: squarings of a short series. */
static double
exponential(double x)
{
	double y = x / 1024;
	double sum = 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4)));

	for (int i = 0; i < 10; i++)
		sum *= sum;
	return sum;
}

double
dice_exponential(struct dice *d, double mean)
{
	return -mean * natural_log(1 - dice_unit(d));
}

/* A normal deviate near enough: twelve uniform ones. */
static double
normal(struct dice *d)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += dice_unit(d);
	return sum;
}

double
dice_lognormal(struct dice *d, double median, double sigma)
{
	return median * exponential(sigma * normal(d));
}

double
dice_pareto(struct dice *d, double alpha)
{
	return exponential(-natural_log(1 - dice_unit(d)) / alpha);
}

void
dice_bytes(struct dice *d, unsigned char *out, size_t n)
{
	while (n > 0) {
		uint64_t r = dice_next(d);
		size_t now = n < sizeof(r) ? n : sizeof(r);

		memcpy(out, &r, now);
		out += now;
		n -= now;
	}
}

struct uuid
dice_uuid(struct dice *d, int64_t at_us)
{
	unsigned char random[10];

	dice_bytes(d, random, sizeof(random));
	return uuid_v7_from(at_us, random);
}

void
dice_base62(struct dice *d, char *out, size_t n)
{
	static const char digits[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	for (size_t i = 0; i < n; i++)
		out[i] = digits[dice_range(d, 0, 61)];
	out[n] = '\0';
}

size_t
dice_weighted(struct dice *d, const double *running, size_t n)
{
	double want = dice_unit(d) * running[n - 1];
	size_t low = 0;
	size_t high = n - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (running[middle] > want)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
