/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared.h - the one list of what the threads of a process share.  Everything else is per request
 * or per thread: no locks in features.
 */
#ifndef ROSTRA_SHARED_H
#define ROSTRA_SHARED_H

#include <stddef.h>

struct cache;
struct combine;
struct db;
struct token_keys; /* auth.h: HS256 keys; swapped whole on SIGHUP */
struct link_watch;
struct spool;      /* link.h: this process's click segment */
struct visits;     /* link.h: an hour of visits, mapped by all link workers */
struct click_rules; /* link.h: who is no person; swapped whole on SIGHUP */
struct limits;     /* http: rate buckets, mapped by all workers */
struct metrics;    /* metrics.h: counters, mapped by all workers */

enum { SEAL_KEYS_MAX = 4 };

struct shared {
	struct cache *tokens;  /* SHA-256(token) -> struct caller */
	struct cache *callers; /* person or key -> its state, for caller_cache_s */
	struct cache *cards;   /* (post, version, language) -> rendered JSON; pages of feeds */
	struct cache *boards;  /* standings, in pieces */
	struct cache *reports; /* totals of reports, held against what changes credits */
	struct cache *people;  /* what kudos ask of people, while company.people_version stands */
	struct cache *links;   /* link code -> destination and policy */
	struct link_watch *link_watch; /* link.h: whether these still stand; NULL outside the link pool */
	struct combine *feed_counters; /* who asks whether a feed has changed; NULL: each alone */
	struct combine *company_seqs;  /* who asks for the number of the last change; NULL: each alone */
	struct combine *lead_births;   /* who brings a lead; NULL: each alone */
	struct combine *board_counts;  /* who counts a board; NULL: each alone */
	struct combine *share_writes;  /* who writes a share; NULL: each alone */
	struct combine *kudos_writes;  /* who gives kudos; NULL: each alone */
	struct db *_Atomic warm;       /* db.h: the connection of whoever works for many; NULL: somebody has it, or there is none */
	struct token_keys *_Atomic keys;
	struct click_rules *_Atomic rules; /* NULL outside `rostra serve` */
	unsigned char cursor_key[32];
	unsigned char seal_keys[SEAL_KEYS_MAX][32]; /* of the secrets kept in the database: the first one seals */
	size_t n_seal_keys;
	struct spool *spool;   /* NULL outside the link pool */
	struct visits *visits; /* NULL outside the link pool */
	struct limits *limits;
	struct metrics *metrics;
};

#endif
