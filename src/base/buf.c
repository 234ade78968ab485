/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - a growing or flushing output buffer; no formatting library on the way of a request. */
#include "rostra/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rostra/log.h"

enum { BUF_FIRST = 4096 };

void
buf_free(struct buf *b)
{
	free(b->s);
	memset(b, 0, sizeof(*b));
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->total = 0;
	b->failed = false;
}

bool
buf_flush(struct buf *b)
{
	if (b->flush != NULL && b->n > 0 && !b->failed && !b->flush(b->flush_arg, b->s, b->n))
		b->failed = true;
	if (b->flush != NULL)
		b->n = 0;
	return !b->failed;
}

static void
grow(struct buf *b, size_t need)
{
	size_t room = b->room == 0 ? BUF_FIRST : b->room;
	char *s;

	while (room < need)
		room *= 2;
	s = realloc(b->s, room);
	if (s == NULL)
		log_die("out_of_memory", "buffer of %zu bytes", room);
	b->s = s;
	b->room = room;
}

char *
buf_reserve(struct buf *b, size_t n)
{
	if (b->flush != NULL && b->n > 0 && (b->failed || b->n + n > b->high_water))
		(void)buf_flush(b);
	if (b->n + n > b->room)
		grow(b, b->n + n);
	return b->s + b->n;
}

static void
took(struct buf *b, size_t n)
{
	b->n += n;
	b->total += n;
}

void
buf_put(struct buf *b, const void *s, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_reserve(b, n), s, n);
	took(b, n);
}

void
buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.s, s.n);
}

void
buf_cstr(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	took(b, 1);
}

void
buf_int(struct buf *b, int64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	if (v < 0)
		buf_char(b, '-');
	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	buf_put(b, digits + at, sizeof(digits) - at);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0) {
		(void)vsnprintf(buf_reserve(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
		took(b, (size_t)n);
	}
	va_end(again);
}

static const char hex[] = "0123456789abcdef";

/* The escape of a byte, in up to 6 characters; 0 when it stands for itself. */
static size_t
escape(unsigned char c, char out[6])
{
	static const char shorts[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	};

	if (c == '"' || c == '\\') {
		out[0] = '\\';
		out[1] = (char)c;
		return 2;
	}
	if (c == 0x7f || (c < 0x20 && shorts[c] == 0)) {
		memcpy(out, "\\u00", 4);
		out[4] = hex[c >> 4];
		out[5] = hex[c & 15];
		return 6;
	}
	if (c < 0x20) {
		out[0] = '\\';
		out[1] = shorts[c];
		return 2;
	}
	return 0;
}

/* U+2028 and U+2029 end a line in old JavaScript and in log viewers: E2 80 A8, E2 80 A9. */
static bool
line_separator(struct str s, size_t at)
{
	return at + 2 < s.n && (unsigned char)s.s[at] == 0xe2 &&
	       (unsigned char)s.s[at + 1] == 0x80 &&
	       ((unsigned char)s.s[at + 2] == 0xa8 || (unsigned char)s.s[at + 2] == 0xa9);
}

void
buf_json_string(struct buf *b, struct str s)
{
	size_t plain = 0; /* where the run without escapes began */

	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.s[i];
		char esc[6];
		size_t n, skip = 1;

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && c != 0xe2)
			continue;
		n = escape(c, esc);
		if (n == 0 && line_separator(s, i)) {
			memcpy(esc, (unsigned char)s.s[i + 2] == 0xa8 ? "\\u2028" : "\\u2029", 6);
			n = 6;
			skip = 3;
		}
		if (n == 0)
			continue;
		buf_put(b, s.s + plain, i - plain);
		buf_put(b, esc, n);
		i += skip - 1;
		plain = i + 1;
	}
	buf_put(b, s.s + plain, s.n - plain);
	buf_char(b, '"');
}
