/* SPDX-License-Identifier: Apache-2.0 */
/* str.c - string views; nothing here depends on the locale. */
#include "rostra/str.h"

#include <string.h>

struct str
str_of(const char *s)
{
	return (struct str){ s, s == NULL ? 0 : strlen(s) };
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

bool
str_is(struct str a, const char *literal)
{
	return str_eq(a, str_of(literal));
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (lower(a.s[i]) != lower(b.s[i]))
			return false;
	}
	return true;
}

bool
str_starts(struct str a, struct str prefix)
{
	return a.n >= prefix.n && str_eq((struct str){ a.s, prefix.n }, prefix);
}

bool
str_ascii(struct str a)
{
	for (size_t i = 0; i < a.n; i++) {
		if ((unsigned char)a.s[i] > 0x7f)
			return false;
	}
	return true;
}

bool
str_contains_nocase(struct str a, struct str needle)
{
	for (size_t i = 0; i + needle.n <= a.n; i++) {
		if (str_eq_nocase((struct str){ a.s + i, needle.n }, needle))
			return true;
	}
	return false;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

struct str
str_trim(struct str a)
{
	while (a.n > 0 && blank(a.s[0])) {
		a.s++;
		a.n--;
	}
	while (a.n > 0 && blank(a.s[a.n - 1]))
		a.n--;
	return a;
}

bool
str_split(struct str *rest, char sep, struct str *part)
{
	const char *hit;

	if (rest->s == NULL)
		return false;
	hit = rest->n > 0 ? memchr(rest->s, sep, rest->n) : NULL;
	if (hit == NULL) {
		*part = *rest;
		*rest = (struct str){ NULL, 0 };
		return true;
	}
	*part = (struct str){ rest->s, (size_t)(hit - rest->s) };
	rest->n -= part->n + 1;
	rest->s = hit + 1;
	return true;
}

bool
str_int64(struct str a, int64_t *out)
{
	bool negative = a.n > 0 && a.s[0] == '-';
	int64_t v = 0;

	if (a.n == (negative ? 1u : 0u))
		return false;
	for (size_t i = negative ? 1 : 0; i < a.n; i++) {
		int digit = a.s[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* Downwards, because INT64_MIN has no positive twin. */
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digit, &v))
			return false;
	}
	if (!negative && v == INT64_MIN)
		return false;
	*out = negative ? v : -v;
	return true;
}

bool
cstr_eq(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

char *
str_lower(struct arena *a, struct str s)
{
	char *out = arena_copy(a, s.s, s.n);

	for (size_t i = 0; i < s.n; i++)
		out[i] = lower(out[i]);
	return out;
}

static const char base64url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t
base64url_size(size_t n_bytes)
{
	return n_bytes / 3 * 4 + (n_bytes % 3 == 0 ? 0 : n_bytes % 3 + 1);
}

void
base64url_encode(const void *bytes, size_t n, char *out)
{
	const unsigned char *p = bytes;
	uint32_t bits = 0;
	int held = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | p[i];
		held += 8;
		while (held >= 6) {
			held -= 6;
			*out++ = base64url_alphabet[bits >> held & 63];
		}
	}
	if (held > 0)
		*out++ = base64url_alphabet[bits << (6 - held) & 63];
	*out = '\0';
}

static int
base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

bool
base64url_decode(struct str text, void *out, size_t room, size_t *ret_n)
{
	unsigned char *p = out;
	uint32_t bits = 0;
	int held = 0;
	size_t n = 0;

	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int v = base64url_value(text.s[i]);

		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		if (n == room)
			return false;
		p[n++] = (unsigned char)(bits >> held);
	}
	/* Stray bits would let two texts mean the same bytes (RFC 4648 3.5). */
	if ((bits & ((1u << held) - 1)) != 0)
		return false;
	*ret_n = n;
	return true;
}

static const char hex_digits[] = "0123456789abcdef";

void
hex_encode(const void *bytes, size_t n, char *out)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		*out++ = hex_digits[p[i] >> 4];
		*out++ = hex_digits[p[i] & 15];
	}
	*out = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
hex_decode(struct str text, void *out, size_t n)
{
	unsigned char *p = out;

	if (text.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = hex_value(text.s[2 * i]), low = hex_value(text.s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		p[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool
escape_value(struct str text, size_t at, char *out)
{
	int high, low;

	if (at + 2 >= text.n)
		return false;
	high = hex_value(text.s[at + 1]);
	low = hex_value(text.s[at + 2]);
	if (high < 0 || low < 0)
		return false;
	*out = (char)(high << 4 | low);
	return true;
}

char *
url_decode(struct arena *a, struct str text, bool plus_is_space)
{
	char *out = arena_alloc(a, text.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.s[i];

		if (c == '%') {
			if (!escape_value(text, i, &c))
				return NULL;
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return NULL;
		out[n++] = c;
	}
	return out;
}

/* Where the host ends: small letters up to there. */
static size_t
authority_end(struct str url)
{
	size_t n = 0;

	while (n < url.n && url.s[n] != ':')
		n++;
	if (n + 2 < url.n && url.s[n + 1] == '/' && url.s[n + 2] == '/')
		n += 3;
	while (n < url.n && url.s[n] != '/' && url.s[n] != '?' && url.s[n] != '#')
		n++;
	return n;
}

char *
url_normal(struct arena *a, struct str url)
{
	static const char hex[] = "0123456789ABCDEF";
	const size_t authority = authority_end(url);
	char *out = arena_alloc(a, 3 * url.n + 1, 1), *at = out;

	for (size_t i = 0; i < url.n; i++) {
		const unsigned char c = (unsigned char)url.s[i];

		if (c < 0x80) {
			*at++ = i < authority ? lower(url.s[i]) : url.s[i];
			continue;
		}
		*at++ = '%';
		*at++ = hex[c >> 4];
		*at++ = hex[c & 15];
	}
	*at = '\0';
	return out;
}
