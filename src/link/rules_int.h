/* SPDX-License-Identifier: Apache-2.0 */
/* rules_int.h - the rules in memory, between the file that reads and the file that asks. */
#ifndef ROSTRA_RULES_INT_H
#define ROSTRA_RULES_INT_H

#include <stdatomic.h>

#include "rostra/pattern.h"

#include "link_int.h"

enum {
	RULE_KEY_BYTES = 3,
	RULE_HEADS = 1 << 13,
	RULE_WIDTHS_MAX = 129,
	IPV4_BITS = 96, /* of ::ffff:0:0/96 before an IPv4 address */
};

struct agent_rule {
	enum click_class cls;
	char reason[FRAME_REASON_MAX + 1];
	int line;
	char *text; /* every match contains it; text_n 0: not known */
	size_t text_n, key_at;
	uint32_t next;           /* of the same key, counted from 1 */
	struct pattern *pattern; /* NULL: the text says it all */
};

struct range_rule {
	unsigned char first[16];
	int bits; /* of 128 */
	enum click_class cls;
	char reason[FRAME_REASON_MAX + 1];
};

struct cookieless_rule {
	enum click_class cls;
	char reason[FRAME_REASON_MAX + 1]; /* "": no such rule */
};

/* Ranges of one width lie together, in order. */
struct range_width {
	int bits;
	size_t from, n;
};

struct click_rules {
	int version;
	struct agent_rule *agent;
	size_t n_agents, agents_room;
	struct range_rule *range;
	size_t n_ranges, ranges_room;
	struct range_width width[RULE_WIDTHS_MAX];
	size_t n_widths;
	struct cookieless_rule cookieless;
	size_t too_narrow; /* ranges passed over: addresses are kept as /24 and /48 */
	uint32_t textless, heads[RULE_HEADS];
	struct click_rules *older;
};

/* The slot of three bytes. */
static inline uint32_t
rule_key(const char *s)
{
	uint32_t w = (uint32_t)(unsigned char)s[0] << 16 | (uint32_t)(unsigned char)s[1] << 8 |
	             (unsigned char)s[2];

	return w * UINT32_C(2654435761) >> (32 - 13);
}

void address_mask(unsigned char b[16], size_t bits);
int range_cmp(const void *pa, const void *pb);

#endif
