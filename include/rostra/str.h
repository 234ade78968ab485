/* SPDX-License-Identifier: Apache-2.0 */
/* str.h - string views and the few operations the house needs on them.  Prefix comparison by strncmp is banned. */
#ifndef ROSTRA_STR_H
#define ROSTRA_STR_H

#include "rostra/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of n bytes, not NUL-terminated; s may be NULL only when n is 0. */
struct str {
	const char *s;
	size_t      n;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
/* The bytes of an object without padding, for digests. */
#define STR_OF(object) ((struct str){ (const char *)&(object), sizeof(object) })

struct str str_of(const char *s); /* NULL gives the empty view */
bool       str_eq(struct str a, struct str b);
bool       str_is(struct str a, const char *literal);
bool       str_eq_nocase(struct str a, struct str b); /* ASCII only */
bool       str_ascii(struct str a);                              /* what a column of ASCII can hold */
bool       str_starts(struct str a, struct str prefix);
bool       str_contains_nocase(struct str a, struct str needle); /* ASCII only */
struct str str_trim(struct str a);                                /* ASCII space and tab */
/* Takes the part before sep off the front of *rest; false when *rest is spent (rest->s == NULL). */
bool str_split(struct str *rest, char sep, struct str *part);
/* A decimal int64 with optional '-': all of the view or false; false on overflow. */
bool str_int64(struct str a, int64_t *out);
/* NUL-terminated strings, NULL-safe. */
bool cstr_eq(const char *a, const char *b);
/* Lower-cased ASCII copy. */
char *str_lower(struct arena *a, struct str s);

/* base64url without padding (RFC 4648 5).  Strict: no padding, no white space, no stray bits. */
size_t base64url_size(size_t n_bytes); /* without NUL */
void   base64url_encode(const void *bytes, size_t n, char *out); /* writes base64url_size(n) bytes and a NUL */
/* Decodes into out (room for 3/4 of text.n rounded up); false on anything not canonical. */
bool base64url_decode(struct str text, void *out, size_t room, size_t *ret_n);
void hex_encode(const void *bytes, size_t n, char *out); /* 2n bytes and a NUL */
bool hex_decode(struct str text, void *out, size_t n);   /* exactly n bytes */
/* Percent-decoding; plus_is_space for query strings.  NULL on a bad escape, %00, or a control character. */
char *url_decode(struct arena *a, struct str text, bool plus_is_space);
/*
 * An absolute URL as it is kept and sent: scheme and host in small letters, what is not ASCII as UTF-8 percent-encoded
 * (RFC 3986 6.2.2.1, RFC 3987 3.1).  The rest stays: to the destination, /A and /a may differ.
 */
char *url_normal(struct arena *a, struct str url);

#endif
