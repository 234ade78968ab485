/* SPDX-License-Identifier: Apache-2.0 */
/* address.c - which addresses are out in the world: IANA's special-purpose registries (RFC 6890).
 */
#include <string.h>

#include "rostra/outbound.h"

struct block {
	unsigned char first[4];
	unsigned bits;
};

/* clang-format off */
static const struct block inside_v4[] = {
	{ { 0 }, 8 },            { { 10 }, 8 },             { { 100, 64 }, 10 },      { { 127 }, 8 },
	{ { 169, 254 }, 16 },    { { 172, 16 }, 12 },       { { 192, 0, 0 }, 24 },    { { 192, 0, 2 }, 24 },
	{ { 192, 31, 196 }, 24 }, { { 192, 52, 193 }, 24 }, { { 192, 88, 99 }, 24 },  { { 192, 168 }, 16 },
	{ { 192, 175, 48 }, 24 }, { { 198, 18 }, 15 },      { { 198, 51, 100 }, 24 }, { { 203, 0, 113 }, 24 },
	{ { 224 }, 4 },          { { 240 }, 4 },
};
/* Of 2000::/3: Teredo and its neighbours, documentation, 6to4. */
static const struct block inside_v6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 }, { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, { { 0x20, 0x02 }, 16 }, { { 0x3f, 0xff, 0x00 }, 20 },
};
/* clang-format on */

static bool
in_block(const unsigned char *a, const struct block *b)
{
	unsigned bits = b->bits;

	for (int i = 0; bits > 0; i++) {
		unsigned take = bits < 8 ? bits : 8;
		unsigned mask = 0xffu & ~(0xffu >> take);

		if ((a[i] & mask) != (b->first[i] & mask))
			return false;
		bits -= take;
	}
	return true;
}

static bool
in_any(const unsigned char *a, const struct block *blocks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (in_block(a, &blocks[i]))
			return true;
	}
	return false;
}

bool
address_is_global(const unsigned char *bytes, size_t n)
{
	if (n == 4)
		return !in_any(bytes, inside_v4, sizeof(inside_v4) / sizeof(inside_v4[0]));
	/* What is not 2000::/3 is not global; so no ::ffff:0:0/96 and no 64:ff9b::/96 either. */
	if (n != 16 || (bytes[0] & 0xe0) != 0x20)
		return false;
	return !in_any(bytes, inside_v6, sizeof(inside_v6) / sizeof(inside_v6[0]));
}
