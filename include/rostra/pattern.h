/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern.h - regular expressions of PCRE2, compiled once and matched by any thread.  Bytes, case-sensitive.  What a
 * match may cost is bounded, so that a pattern of an operator's file cannot hold a thread.
 */
#ifndef ROSTRA_PATTERN_H
#define ROSTRA_PATTERN_H

#include "rostra/str.h"

struct pattern;

/* NULL when it is none; err says why and where. */
struct pattern *pattern_compile(struct str text, char *err, size_t err_n);
/* Does it match anywhere?  False when the bound was reached. */
bool pattern_matches(const struct pattern *p, struct str subject);
void pattern_free(struct pattern **p);

/*
 * The longest text that every match of the pattern contains, in out (room: text.n); answers its size, 0 when there is
 * none that can be told without compiling.  *ret_whole: the pattern is that text and nothing else.
 */
size_t pattern_literal(struct str text, char *out, bool *ret_whole);

#endif
