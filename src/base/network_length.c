/* SPDX-License-Identifier: Apache-2.0 */
/* network_length.c - how long a text is where people share it. */
#include "rostra/network.h"
#include "rostra/text.h"

/* Takes one code point off the front of valid UTF-8. */
static uint32_t
next_code_point(struct str *s)
{
	const unsigned char *b = (const unsigned char *)s->s;
	size_t n = b[0] < 0x80 ? 1 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? b[0] : b[0] & (0x7fU >> n);

	if (n > s->n)
		n = s->n;
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (b[i] & 0x3fU);
	s->s += n;
	s->n -= n;
	return c;
}

static bool
in(uint32_t c, uint32_t lo, uint32_t hi)
{
	return c >= lo && c <= hi;
}

/* X, "Counting characters": these ranges weigh 1, all else 2. */
static bool
light(uint32_t c)
{
	return c <= 0x10ff || in(c, 0x2000, 0x200d) || in(c, 0x2010, 0x201f) ||
	       in(c, 0x2032, 0x2037);
}

enum { ZWJ = 0x200d, VARIATION_EMOJI = 0xfe0f, KEYCAP = 0x20e3 };

static bool
regional(uint32_t c)
{
	return in(c, 0x1f1e6, 0x1f1ff);
}

/* Part of the emoji before it: joiners' partners, variation, skin tones, tags, keycaps. */
static bool
continues_emoji(uint32_t before, uint32_t c)
{
	return c == VARIATION_EMOJI || c == KEYCAP || in(c, 0x1f3fb, 0x1f3ff) ||
	       in(c, 0xe0020, 0xe007f) || (before == ZWJ && !light(c)) ||
	       (c == ZWJ && !light(before));
}

/* An emoji counts 2, however many code points it is made of. */
static size_t
weighted_length(struct str s)
{
	size_t sum = 0;
	uint32_t before = 0;

	while (s.n > 0) {
		uint32_t c = next_code_point(&s);

		if (regional(c) && regional(before)) {
			before = 0; /* the second half of a flag */
			continue;
		}
		if (c == KEYCAP && (before == VARIATION_EMOJI || light(before)))
			sum += 1; /* its digit counted 1 */
		else if (!continues_emoji(before, c))
			sum += light(c) ? 1 : 2;
		before = c;
	}
	return sum;
}

static size_t
plain_length(enum network_unit unit, struct str s)
{
	switch (unit) {
	case NET_CODE_POINTS:
		return text_code_points(s);
	case NET_UTF16:
		return text_utf16_units(s);
	case NET_GRAPHEMES:
		return text_graphemes(s);
	case NET_WEIGHTED:
		break;
	}
	return weighted_length(s);
}

static bool
white(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Where the next URL begins in s (s.n: nowhere) and how long it is. */
static size_t
find_url(struct str s, size_t *ret_n)
{
	for (size_t i = 0; i < s.n; i++) {
		struct str rest = { s.s + i, s.n - i };
		size_t n = 0;

		if (!str_starts(rest, STR("http://")) && !str_starts(rest, STR("https://")))
			continue;
		while (n < rest.n && !white(rest.s[n]))
			n++;
		*ret_n = n;
		return i;
	}
	*ret_n = 0;
	return s.n;
}

size_t
network_length(enum network n, struct str text)
{
	const struct network_row *row = &network_rows[n];
	size_t sum = 0;

	if (row->link_cost == 0)
		return plain_length(row->unit, text);
	while (text.n > 0) {
		size_t url;
		size_t at = find_url(text, &url);
		struct str plain = { text.s, at };

		sum += plain_length(row->unit, plain);
		if (url > 0)
			sum += (size_t)row->link_cost;
		text.s += at + url;
		text.n -= at + url;
	}
	return sum;
}
