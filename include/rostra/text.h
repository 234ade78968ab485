/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - what a reader sees: UTF-8, graphemes, language tags.  src/base/text.c alone includes libunistring. */
#ifndef ROSTRA_TEXT_H
#define ROSTRA_TEXT_H

#include "rostra/str.h"

bool   utf8_valid(struct str s);
size_t text_graphemes(struct str s);   /* extended grapheme clusters (UAX #29) */
size_t text_code_points(struct str s);
size_t text_utf16_units(struct str s);
/* Of valid UTF-8: without the white space at both ends, whatever Unicode counts as such. */
struct str text_trim(struct str s);
/* Of valid UTF-8: does a reader see nothing of it, but white space and what is ignored by default (U+200B)? */
bool   text_blank(struct str s);
/* Case-folded, NFKC, punctuation and white space squeezed: for comparing what people wrote. */
char *text_fold(struct arena *a, struct str s);
/* 64-bit SimHash over folded word 3-grams; the Hamming distance of near-duplicates is small. */
uint64_t text_simhash(struct arena *a, struct str s);
/* The best of `offered` for an Accept-Language header (RFC 9110 12.5.4, lookup of RFC 4647 3.4); offered[0] when none fits. */
const char *lang_pick(const char *accept_language, const char *const *offered, size_t n);
/* "en_US" as BCP 47 writes it, "en-US"; NULL: it is no tag. */
const char *lang_tag_of(struct arena *a, const char *text);
bool lang_tag_valid(struct str s); /* BCP 47 shape: "de", "pt-BR", at most 16 characters */

#endif
