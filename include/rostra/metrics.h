/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.h - counters and histograms in memory mapped by all workers; Prometheus text format 0.0.4. */
#ifndef ROSTRA_METRICS_H
#define ROSTRA_METRICS_H

#include "rostra/buf.h"
#include "rostra/phase.h"

struct metrics;

enum { METRICS_ROUTES_MAX = 256, METRICS_BUCKETS = 14 };

/* Events that are counted, whatever the route.  X(NAME, "metric_name", "help") */
/* clang-format off */
#define METRICS_COUNTERS(X)                                                                     \
	X(DB_CONNECTS,    "rostra_db_connects_total",     "Connections made to MariaDB")            \
	X(DB_RESTARTS,    "rostra_db_restarts_total",     "Transactions started again")             \
	X(DB_FAULTS,      "rostra_db_faults_total",       "Statements that failed")                 \
	X(TOKEN_HITS,     "rostra_token_cache_hits_total", "Tokens found verified")                 \
	X(TOKEN_MISSES,   "rostra_token_cache_misses_total", "Tokens verified anew")                \
	X(CLICKS,         "rostra_clicks_spooled_total",  "Clicks acknowledged")                    \
	X(CLICKS_REFUSED, "rostra_clicks_refused_total",  "Clicks not stored: spool full or broken") \
	X(LINKS_STALE,    "rostra_links_stale_total",     "Redirects served from cache without the database") \
	X(WORKERS_DIED,   "rostra_workers_died_total",    "Workers that ended without being asked")
/* clang-format on */
enum metrics_counter {
#define X(name, metric, help) METRIC_##name,
	METRICS_COUNTERS(X)
#undef X
	METRIC__MAX
};

struct metrics *metrics_create(void); /* shared anonymous memory: make it before forking */
void metrics_route_name(struct metrics *m, size_t route, const char *name);
void metrics_request(struct metrics *m, size_t route, int status, int64_t total_us, int64_t db_us, uint64_t bytes);
void metrics_phases(struct metrics *m, const int64_t ns[PHASE__MAX]); /* CPU time of one request */
void metrics_add(struct metrics *m, enum metrics_counter c, uint64_t n); /* m may be NULL */
/* What a worker process holds, in its own slot, so that a killed worker's figures go with it. */
enum { METRICS_SLOTS_MAX = 128, METRICS_CACHES = 7 };
enum { METRICS_POOL_API = 1, METRICS_POOL_LINK = 2 };
void metrics_slot_set(struct metrics *m, size_t slot, int pool); /* zero again; pool 0: nobody's */
void metrics_slot_add(struct metrics *m, size_t slot, int busy, int kept);
/* Hits, misses, bytes, entries of a cache: tokens, callers, cards, links, boards, reports. */
void metrics_slot_cache(struct metrics *m, size_t slot, size_t cache, const uint64_t figures[4]);
/* Prepared statements that its connections hold. */
void metrics_slot_statements(struct metrics *m, size_t slot, uint64_t n);
/* The master is going down: readiness fails. */
void metrics_drain(struct metrics *m);
bool metrics_draining(const struct metrics *m);
void metrics_print(const struct metrics *m, struct buf *b);

#endif
