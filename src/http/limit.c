/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.c - rate limits in memory mapped by all workers: one generic cell rate (a leaky bucket kept
 * as its "theoretical arrival time") per caller and class, one compare-and-swap a request.  Times
 * are monotonic: a clock that was an hour ahead for a moment must not fill buckets for an hour.
 */
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "rostra/crypto.h"

#include "http_int.h"

enum { LIMIT_CELLS = 16384, LIMIT_PROBES = 8, LIMIT_WINDOW_S = 60 };

struct limit_cell {
	_Atomic uint64_t who;       /* 0: free */
	_Atomic int64_t full_at_us; /* when the bucket would be empty again */
};

struct limits {
	struct limit_cell cell[LIMIT_CELLS];
};

static const char *const policy_names[RATE__MAX] = {
	[RATE_READ] = "read",     [RATE_WRITE] = "write", [RATE_DIRECTORY] = "directory",
	[RATE_PUBLIC] = "public", [RATE_NONE] = "none",
};

struct limits *
limits_create(void)
{
	void *p = mmap(NULL, sizeof(struct limits), PROT_READ | PROT_WRITE,
	               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/*
 * The caller's cell, or the one of its neighbourhood that has been idle longest.  Two callers that
 * meet in a full neighbourhood can take it from each other: they are then limited less, never more.
 */
static struct limit_cell *
cell_find(struct limits *l, uint64_t who)
{
	struct limit_cell *oldest = NULL;
	int64_t oldest_at = INT64_MAX;
	uint64_t seen;

	for (size_t i = 0; i < LIMIT_PROBES; i++) {
		struct limit_cell *c = &l->cell[(who + i) % LIMIT_CELLS];
		int64_t at = atomic_load_explicit(&c->full_at_us, memory_order_relaxed);

		seen = atomic_load_explicit(&c->who, memory_order_relaxed);
		if (seen == who)
			return c;
		if (seen == 0)
			at = INT64_MIN;
		if (at < oldest_at) {
			oldest = c;
			oldest_at = at;
		}
	}
	seen = atomic_load(&oldest->who);
	if (atomic_compare_exchange_strong(&oldest->who, &seen, who))
		atomic_store(&oldest->full_at_us, 0);
	return oldest;
}

struct limit_state
limits_take(struct limits *l, uint64_t who, enum rate_class c, int64_t quota, int64_t now_us)
{
	struct limit_state s = { .policy = policy_names[c],
		                 .quota = quota,
		                 .window_s = LIMIT_WINDOW_S };
	const int64_t window_us = LIMIT_WINDOW_S * US_PER_S;
	struct limit_cell *cell;
	int64_t step_us, at, was;

	if (!l || quota <= 0 || quota > window_us || c == RATE_NONE)
		return s; /* more than one a microsecond is no limit */
	s.limited = true;
	step_us = window_us / quota;
	cell = cell_find(l, who ? who : 1);
	was = atomic_load(&cell->full_at_us);
	do {
		at = (was > now_us ? was : now_us) + step_us;
		s.refused = at > now_us + window_us;
		if (s.refused)
			break;
	} while (!atomic_compare_exchange_weak(&cell->full_at_us, &was, at));
	if (s.refused) {
		s.reset_s = (at - now_us - window_us + US_PER_S - 1) / US_PER_S;
		return s;
	}
	s.remaining = (now_us + window_us - at) / step_us;
	s.reset_s = (at - now_us + US_PER_S - 1) / US_PER_S;
	return s;
}

enum fault
http_limit(struct rq *rq, const char *what, struct uuid whom, int64_t quota)
{
	const uint64_t seed = hash64(what, strlen(what), RATE__MAX);
	const struct limit_state s =
	    limits_take(rq->shared->limits, hash64(whom.b, sizeof(whom.b), seed), RATE_PUBLIC,
	                quota, clock_monotonic_us());

	if (!s.refused)
		return FAULT_NONE;
	rq->problem.retry_after_s = (int)s.reset_s;
	return rq_fail(rq, FAULT_RATE, "At most %lld a minute.", (long long)s.quota);
}
