/* SPDX-License-Identifier: Apache-2.0 */
/* visits_int.h - the file of an hour of visits, between the files that read and write it. */
#ifndef ROSTRA_VISITS_INT_H
#define ROSTRA_VISITS_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "link_int.h"

enum {
	VISITS_KEYS = 3, /* today's, yesterday's, and one that nobody reads any more */
	SEEN_SLOTS = 1 << 18,
	BURST_SLOTS = 1 << 15,
	KEY_WORDS = 4,
	HOUR_S = 3600,
	DAY_S = 86400,
};

struct day_key {
	_Atomic uint64_t day; /* since 1970; 0: no key */
	_Atomic uint64_t word[KEY_WORDS];
};

struct visits_file {
	_Atomic uint64_t magic;
	struct day_key key[VISITS_KEYS];
	/* 26 bits of tag, one that the first click is kept, 37 of its microsecond */
	_Atomic uint64_t seen[SEEN_SLOTS];
	/* 20 bits of tag, 12 of the window, 32 a bit per hash of a link */
	_Atomic uint64_t burst[BURST_SLOTS];
	/* 20 bits of tag, 12 of the day, one that a cookie came back, 31 a bit per hash of a link
	 */
	_Atomic uint64_t handed[BURST_SLOTS];
};

struct visits {
	int fd;
	struct visits_file *file;
	pthread_mutex_t draw; /* of a new key */
};

/* The key of a day; false when it is not drawn yet, or destroyed. */
bool visits_key_read(struct visits *v, uint64_t day, unsigned char out[32]);
/* Today's, drawn by whoever comes first. */
void visits_key_today(struct visits *v, int64_t now_us, unsigned char out[32]);

#endif
