/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - a growing output buffer.  With a flush function it is a stream of bounded memory: when it holds
 * more than its high-water mark it is flushed and starts again.  A failed flush latches buf.failed and
 * swallows the rest.
 */
#ifndef ROSTRA_BUF_H
#define ROSTRA_BUF_H

#include "rostra/str.h"

struct buf {
	char  *s;
	size_t n, room;
	bool (*flush)(void *arg, const char *s, size_t n); /* NULL: just grow */
	void  *flush_arg;
	size_t high_water;    /* bytes; used only with flush */
	size_t total;         /* bytes ever put, flushed ones too */
	bool   failed;
};

void buf_free(struct buf *b);                     /* memory goes back; the struct is zero again */
void buf_clear(struct buf *b);                    /* n = 0, memory stays */
bool buf_flush(struct buf *b);                    /* false when the flush failed, now or earlier */
void buf_put(struct buf *b, const void *s, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_cstr(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_int(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define buf_lit(b, literal) buf_put((b), (literal), sizeof(literal) - 1)
/* Room for n bytes at the end, to be written by the caller, who then adds to b->n and b->total. */
char *buf_reserve(struct buf *b, size_t n);
/* A JSON string with quotes: control characters, quote, backslash, U+2028/9 escaped; input is valid UTF-8. */
void buf_json_string(struct buf *b, struct str s);

#endif
