/* SPDX-License-Identifier: Apache-2.0 */
/* network.h - where people share.  The one list: words, length limits, what a link costs there. */
#ifndef ROSTRA_NETWORK_H
#define ROSTRA_NETWORK_H

#include "rostra/str.h"

/*
 * X(NAME, "word", limit, unit, link_cost)
 * limit: longest text, in `unit`; 0 none.  link_cost: what a URL counts there, 0 = its own length.
 * Sources: X 280 weighted characters with every URL as 23 (docs "Counting characters"); LinkedIn commentary 3,000;
 * Facebook 63,206; Threads 500; Bluesky 300 graphemes (lexicon app.bsky.feed.post); Mastodon 500 with every URL
 * as 23 (docs, "statuses"); Telegram message 4,096; WhatsApp 65,536.
 */
/* clang-format off */
#define NETWORKS(X)                                             \
	X(LINKEDIN, "linkedin", 3000,  NET_UTF16,       0)          \
	X(X,        "x",        280,   NET_WEIGHTED,   23)          \
	X(FACEBOOK, "facebook", 63206, NET_UTF16,       0)          \
	X(WHATSAPP, "whatsapp", 65536, NET_UTF16,       0)          \
	X(TELEGRAM, "telegram", 4096,  NET_UTF16,       0)          \
	X(THREADS,  "threads",  500,   NET_CODE_POINTS, 0)          \
	X(BLUESKY,  "bluesky",  300,   NET_GRAPHEMES,   0)          \
	X(MASTODON, "mastodon", 500,   NET_GRAPHEMES,  23)          \
	X(EMAIL,    "email",    0,     NET_CODE_POINTS, 0)          \
	X(COPY,     "copy",     0,     NET_CODE_POINTS, 0)
/* clang-format on */

enum network_unit { NET_CODE_POINTS, NET_UTF16, NET_GRAPHEMES, NET_WEIGHTED };

enum network {
#define X(name, word, limit, unit, link) NETWORK_##name,
	NETWORKS(X)
#undef X
	NETWORK__MAX
};

/* Words for JSON and SQL, ends with NULL: usable as the names of an enum field or column. */
extern const char *const network_names[NETWORK__MAX + 1];

struct network_row {
	int               limit;
	enum network_unit unit;
	int               link_cost;
};
extern const struct network_row network_rows[NETWORK__MAX];

/*
 * The length of a text on a network, in its unit, with what every http(s) URL in it counts there.  NET_WEIGHTED
 * is the counting of X: 1 for Latin, Greek, Cyrillic and general punctuation, 2 for the rest and for each emoji.
 */
size_t network_length(enum network n, struct str text);

#endif
