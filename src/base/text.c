/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - what a reader sees, by libunistring. */
#include "rostra/text.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

#include "rostra/crypto.h"
#include "rostra/log.h"

static const uint8_t *
u8(struct str s)
{
	return (const uint8_t *)s.s;
}

bool
utf8_valid(struct str s)
{
	return s.n == 0 || u8_check(u8(s), s.n) == NULL;
}

/* u8_grapheme_next looks at pairs only, and so halves flags and joined emoji; this one sees all of
 * the text. */
size_t
text_graphemes(struct str s)
{
	char few[1024];
	char *breaks = few;
	size_t n = 0;

	if (s.n > sizeof(few)) {
		breaks = malloc(s.n);
		if (!breaks)
			log_die("memory", "no %zu bytes for a text", s.n);
	}
	if (s.n > 0)
		u8_grapheme_breaks(u8(s), s.n, breaks);
	for (size_t i = 0; i < s.n; i++)
		n += breaks[i] == 1;
	if (breaks != few)
		free(breaks);
	return n;
}

size_t
text_code_points(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.s[i] & 0xc0) != 0x80;
	return n;
}

size_t
text_utf16_units(struct str s)
{
	size_t n = text_code_points(s);

	for (size_t i = 0; i < s.n; i++)
		n += (unsigned char)s.s[i] >= 0xf0;
	return n;
}

/* The first or last character of a text that is not empty, and its bytes. */
static ucs4_t
first_of(struct str s, size_t *ret_n)
{
	ucs4_t c;

	*ret_n = (size_t)u8_mbtouc(&c, u8(s), s.n);
	return c;
}

static ucs4_t
last_of(struct str s, size_t *ret_n)
{
	size_t n = 1;

	while (n < s.n && ((unsigned char)s.s[s.n - n] & 0xc0) == 0x80)
		n++;
	return first_of((struct str){ s.s + s.n - n, n }, ret_n);
}

struct str
text_trim(struct str s)
{
	size_t n;

	while (s.n > 0 && uc_is_property_white_space(first_of(s, &n))) {
		s.s += n;
		s.n -= n;
	}
	while (s.n > 0 && uc_is_property_white_space(last_of(s, &n)))
		s.n -= n;
	return s;
}

bool
text_blank(struct str s)
{
	while (s.n > 0) {
		size_t n;
		const ucs4_t c = first_of(s, &n);

		if (!uc_is_property_white_space(c) &&
		    !uc_is_property_default_ignorable_code_point(c))
			return false;
		s.s += n;
		s.n -= n;
	}
	return true;
}

/* Letters, digits and marks stay; any run of the rest becomes one space. */
static char *
squeeze(struct arena *a, const uint8_t *s, size_t n)
{
	char *out = arena_alloc(a, n + 1, 1);
	size_t at = 0, put = 0;

	while (at < n) {
		ucs4_t c;
		int len = u8_mbtouc(&c, s + at, n - at);
		bool word =
		    uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N |
		                                            UC_CATEGORY_MASK_M |
		                                            UC_CATEGORY_MASK_S);

		if (word) {
			memcpy(out + put, s + at, (size_t)len);
			put += (size_t)len;
		} else if (put > 0 && out[put - 1] != ' ') {
			out[put++] = ' ';
		}
		at += (size_t)len;
	}
	while (put > 0 && out[put - 1] == ' ')
		put--;
	out[put] = '\0';
	return out;
}

/* Of ASCII the full folding is this; it takes the library 12 us a hundred bytes, this one 1.  NULL:
 * it is not ASCII. */
static uint8_t *
lower_ascii(struct arena *a, struct str s)
{
	uint8_t *out = arena_alloc(a, s.n + 1, 1);

	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.s[i];

		if (c >= 0x80)
			return NULL;
		out[i] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
	}
	return out;
}

char *
text_fold(struct arena *a, struct str s)
{
	size_t n = 0;
	uint8_t *folded = lower_ascii(a, s);
	char *out;

	if (folded != NULL)
		return squeeze(a, folded, s.n);
	folded = u8_casefold(u8(s), s.n, NULL, UNINORM_NFKC, NULL, &n);
	if (folded == NULL) {
		if (s.n > 0 && utf8_valid(s))
			log_die("out_of_memory", "folding %zu bytes", s.n);
		return arena_strdup(a, "");
	}
	out = squeeze(a, folded, n);
	free(folded);
	return out;
}

/* Adds one feature's bits to the 64 sums. */
static void
vote(int sums[64], uint64_t h)
{
	for (int i = 0; i < 64; i++)
		sums[i] += (h >> i & 1) != 0 ? 1 : -1;
}

/* Charikar's SimHash; a text of fewer than three words votes with the words it has. */
uint64_t
text_simhash(struct arena *a, struct str s)
{
	const char *folded = text_fold(a, s);
	struct str rest = str_of(folded), word, window[3] = { { 0 } };
	int sums[64] = { 0 };
	uint64_t out = 0;
	size_t n = 0;

	while (str_split(&rest, ' ', &word)) {
		window[0] = window[1];
		window[1] = window[2];
		window[2] = word;
		if (++n >= 3)
			vote(sums, hash64(window[0].s, (size_t)(word.s + word.n - window[0].s), 0));
	}
	if (n < 3)
		vote(sums, hash64(folded, strlen(folded), 0));
	for (int i = 0; i < 64; i++)
		out |= (uint64_t)(sums[i] > 0) << i;
	return out;
}

/* "q=0.5" in thousandths; 1000 when absent; 0 on nonsense, which leaves the range out. */
static int
quality(struct str parameters)
{
	struct str one;
	int q = 0, scale = 1000;

	while (str_split(&parameters, ';', &one)) {
		one = str_trim(one);
		if (!str_starts(one, STR("q=")))
			continue;
		for (size_t i = 2; i < one.n && scale > 0; i++) {
			if (one.s[i] == '.')
				continue;
			if (one.s[i] < '0' || one.s[i] > '9')
				return 0;
			q += (one.s[i] - '0') * scale;
			scale /= 10;
		}
		return q > 1000 ? 1000 : q;
	}
	return 1000;
}

/* RFC 4647 3.4: the range as it is, then without its last subtag, and so on. */
static const char *
look_up(struct str range, const char *const *offered, size_t n)
{
	while (range.n > 0) {
		for (size_t i = 0; i < n; i++) {
			if (str_eq_nocase(range, str_of(offered[i])))
				return offered[i];
		}
		while (range.n > 0 && range.s[range.n - 1] != '-')
			range.n--;
		if (range.n > 0)
			range.n--;
	}
	return NULL;
}

const char *
lang_pick(const char *accept_language, const char *const *offered, size_t n)
{
	struct str rest = str_of(accept_language), item;
	const char *best = NULL;
	int best_q = 0;

	if (n == 0)
		return NULL;
	while (str_split(&rest, ',', &item)) {
		struct str range, parameters = item;
		const char *hit;
		int q;

		(void)str_split(&parameters, ';', &range);
		q = quality(parameters);
		if (q <= best_q)
			continue;
		hit = look_up(str_trim(range), offered, n);
		if (hit != NULL) {
			best = hit;
			best_q = q;
		}
	}
	return best != NULL ? best : offered[0];
}

static bool
alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool
lang_tag_valid(struct str s)
{
	struct str rest = s, part;
	bool first = true;

	if (s.n == 0 || s.n > 16)
		return false;
	while (str_split(&rest, '-', &part)) {
		if (part.n < (first ? 2u : 1u) || part.n > (first ? 3u : 8u))
			return false;
		for (size_t i = 0; i < part.n; i++) {
			if (!alphanumeric(part.s[i]) || (first && part.s[i] <= '9'))
				return false;
		}
		first = false;
	}
	return true;
}

const char *
lang_tag_of(struct arena *a, const char *text)
{
	char *tag = arena_strdup(a, text);

	for (char *c = tag; *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	return lang_tag_valid(str_of(tag)) ? tag : NULL;
}
