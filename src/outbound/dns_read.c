/* SPDX-License-Identifier: Apache-2.0 */
/* dns_read.c - an answer of a name server, byte by byte: strangers write it. */
#include <string.h>

#include "rostra/dns.h"

enum {
	HEADER_BYTES = 12,
	QUESTION_BYTES = 4, /* type and class, after its name */
	RECORD_BYTES = 10,  /* type, class, seconds to live, length */
	CLASS_IN = 1,
	TYPE_TXT = 16,
	TEXT_MAX = 4096, /* longer ones are none of ours */
};

struct reading {
	const unsigned char *s;
	size_t n, at;
};

/* Are there so many bytes more? */
static bool
has(const struct reading *r, size_t bytes)
{
	return r->n - r->at >= bytes;
}

static unsigned
peek16(const struct reading *r, size_t ahead)
{
	return (unsigned)r->s[r->at + ahead] << 8 | r->s[r->at + ahead + 1];
}

/* Labels up to the root, or to a pointer, which ends a name (RFC 1035 4.1.4). */
static bool
skip_name(struct reading *r)
{
	while (has(r, 1)) {
		const unsigned c = r->s[r->at];

		if (c >= 0xc0) {
			if (!has(r, 2))
				return false;
			r->at += 2;
			return true;
		}
		if (c > 63 || !has(r, 1 + c))
			return false;
		r->at += 1 + c;
		if (c == 0)
			return true;
	}
	return false;
}

/* The strings of a record's data, joined; false: they do not fill it. */
static bool
join_strings(const struct reading *r, size_t length, char text[TEXT_MAX], size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 0; i < length;) {
		const size_t one = r->s[r->at + i];

		if (i + 1 + one > length)
			return false;
		if (n + one <= TEXT_MAX)
			memcpy(text + n, r->s + r->at + i + 1, one);
		n += one;
		i += 1 + one;
	}
	*ret_n = n;
	return true;
}

/* *more false: whoever asked has enough. */
static bool
read_record(struct reading *r, dns_text_fn *fn, void *arg, bool *more)
{
	char text[TEXT_MAX];
	unsigned type, class;
	size_t length, n;

	if (!skip_name(r) || !has(r, RECORD_BYTES))
		return false;
	type = peek16(r, 0);
	class = peek16(r, 2);
	length = peek16(r, 8);
	r->at += RECORD_BYTES;
	if (!has(r, length))
		return false;
	if (type == TYPE_TXT && class == CLASS_IN) {
		if (!join_strings(r, length, text, &n))
			return false;
		*more = n > TEXT_MAX || fn((struct str){ text, n }, arg);
	}
	r->at += length;
	return true;
}

bool
dns_read_txt(struct str message, dns_text_fn *fn, void *arg)
{
	struct reading r = { (const unsigned char *)message.s, message.n, 0 };
	unsigned questions, answers;
	bool more = true;

	if (!has(&r, HEADER_BYTES))
		return false;
	questions = peek16(&r, 4);
	answers = peek16(&r, 6);
	r.at = HEADER_BYTES;
	for (; questions > 0; questions--) {
		if (!skip_name(&r) || !has(&r, QUESTION_BYTES))
			return false;
		r.at += QUESTION_BYTES;
	}
	for (; more && answers > 0; answers--) {
		if (!read_record(&r, fn, arg, &more))
			return false;
	}
	return true;
}
