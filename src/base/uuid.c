/* SPDX-License-Identifier: Apache-2.0 */
/* uuid.c - RFC 9562: version 7, 48 bits of milliseconds, then a counter and random bits; ids of
 * digests. */
#include "rostra/uuid.h"

#include <string.h>

#include "rostra/clock.h"
#include "rostra/crypto.h"

static struct uuid
assemble(int64_t ms, const unsigned char tail[10])
{
	struct uuid u;

	for (int i = 0; i < 6; i++)
		u.b[i] = (unsigned char)(ms >> (40 - 8 * i));
	memcpy(u.b + 6, tail, 10);
	u.b[6] = (unsigned char)(0x70 | (u.b[6] & 0x0f));
	u.b[8] = (unsigned char)(0x80 | (u.b[8] & 0x3f));
	return u;
}

/*
 * RFC 9562 6.2, method 1: within a millisecond (or when the clock steps back) the 12 bits behind
 * the version count on from a random start below half; an overflow borrows the next millisecond.
 */
struct uuid
uuid_v7(int64_t now_us)
{
	static _Thread_local int64_t last_ms;
	static _Thread_local unsigned counter;
	unsigned char tail[10];
	int64_t ms = now_us / 1000;

	random_bytes(tail, sizeof(tail));
	if (ms > last_ms) {
		last_ms = ms;
		counter = (unsigned)(tail[0] & 7) << 8 | tail[1];
	} else if (++counter > 0xfff) {
		last_ms++;
		counter = 0;
	}
	tail[0] = (unsigned char)(counter >> 8);
	tail[1] = (unsigned char)counter;
	return assemble(last_ms, tail);
}

struct uuid
uuid_v7_from(int64_t at_us, const unsigned char random[10])
{
	return assemble(at_us / 1000, random);
}

struct uuid
uuid_of_digest(const unsigned char digest[16])
{
	struct uuid u;

	memcpy(u.b, digest, sizeof(u.b));
	u.b[6] = (unsigned char)(0x50 | (u.b[6] & 0x0f));
	u.b[8] = (unsigned char)(0x80 | (u.b[8] & 0x3f));
	return u;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Where the text of byte i begins: dashes stand after 4, 6, 8 and 10 bytes. */
static const unsigned char byte_at[16] = {
	0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34
};

bool
uuid_parse(struct str text, struct uuid *out)
{
	struct uuid u;

	if (text.n != UUID_TEXT_SIZE - 1)
		return false;
	if (text.s[8] != '-' || text.s[13] != '-' || text.s[18] != '-' || text.s[23] != '-')
		return false;
	for (int i = 0; i < 16; i++) {
		int high = hex_value(text.s[byte_at[i]]), low = hex_value(text.s[byte_at[i] + 1]);

		if (high < 0 || low < 0)
			return false;
		u.b[i] = (unsigned char)(high << 4 | low);
	}
	*out = u;
	return true;
}

/* clang-format off */
#define PAIRS(high) \
	high "0" high "1" high "2" high "3" high "4" high "5" high "6" high "7" \
	high "8" high "9" high "a" high "b" high "c" high "d" high "e" high "f"
/* Both digits of each byte: files of rows are little else than ids. */
static const char pairs[] =
	PAIRS("0") PAIRS("1") PAIRS("2") PAIRS("3") PAIRS("4") PAIRS("5") PAIRS("6") PAIRS("7")
	PAIRS("8") PAIRS("9") PAIRS("a") PAIRS("b") PAIRS("c") PAIRS("d") PAIRS("e") PAIRS("f");
/* clang-format on */

void
uuid_format(struct uuid u, char out[UUID_TEXT_SIZE])
{
	out[8] = out[13] = out[18] = out[23] = '-';
	for (int i = 0; i < 16; i++)
		memcpy(out + byte_at[i], pairs + 2 * (size_t)u.b[i], 2);
	out[UUID_TEXT_SIZE - 1] = '\0';
}

bool
uuid_eq(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

uint32_t
uuid_tail(struct uuid u)
{
	uint32_t tail;

	memcpy(&tail, u.b + sizeof(u.b) - sizeof(tail), sizeof(tail));
	return tail;
}

bool
uuid_is_zero(struct uuid u)
{
	return uuid_eq(u, (struct uuid){ { 0 } });
}

int
uuid_cmp(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b));
}

bool
uuid_is_v7(struct uuid u)
{
	return u.b[6] >> 4 == 7 && u.b[8] >> 6 == 2;
}

enum uuid_age
uuid_client_age(struct uuid u, int64_t now_us)
{
	const int64_t made_us = uuid_v7_time_us(u);

	if (!uuid_is_v7(u) || made_us < now_us - UUID_CLIENT_BEHIND_DAYS * US_PER_DAY)
		return UUID_AGE_BEHIND;
	return made_us > now_us + UUID_CLIENT_AHEAD_DAYS * US_PER_DAY ? UUID_AGE_AHEAD
	                                                              : UUID_AGE_FITS;
}

void
uuid_client_bounds(int64_t from_us, int64_t to_us, struct uuid *ret_first, struct uuid *ret_last)
{
	/* A day more: times may be the database's, whose clock is another. */
	const int64_t first_us = from_us - (UUID_CLIENT_BEHIND_DAYS + 1) * US_PER_DAY;
	const int64_t last_us = to_us + (UUID_CLIENT_AHEAD_DAYS + 1) * US_PER_DAY;
	static const unsigned char least[10];
	unsigned char most[10];

	memset(most, 0xff, sizeof(most));
	*ret_first = uuid_v7_from(first_us > 0 ? first_us : 0, least);
	*ret_last = uuid_v7_from(last_us > 0 ? last_us : 0, most);
}

int64_t
uuid_v7_time_us(struct uuid u)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | u.b[i];
	return ms * 1000;
}
