/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.c - counters and histograms in memory mapped by all workers, as Prometheus text 0.0.4. */
#include "rostra/metrics.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

enum { METRICS_NAME_BYTES = 48, METRICS_CLASSES = 6 };

/* Upper bounds in microseconds; the last bucket is everything. */
static const int64_t bucket_us[METRICS_BUCKETS - 1] = {
	100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 2500000,
};

struct histogram {
	_Atomic uint64_t bucket[METRICS_BUCKETS]; /* not cumulative */
	_Atomic uint64_t sum_us;
};

struct route_metrics {
	char name[METRICS_NAME_BYTES];
	_Atomic uint64_t by_class[METRICS_CLASSES]; /* [2] is 2xx */
	_Atomic uint64_t bytes;
	struct histogram total, db;
};

struct slot_metrics {
	_Atomic int pool; /* METRICS_POOL_*, 0 not in use */
	_Atomic int busy, kept;
	_Atomic uint64_t statements;
	_Atomic uint64_t cache[METRICS_CACHES][4]; /* hits, misses, bytes, entries */
};

struct metrics {
	_Atomic uint64_t counter[METRIC__MAX];
	_Atomic uint64_t phase_ns[PHASE__MAX];
	_Atomic int draining;
	_Atomic size_t n_routes;
	struct slot_metrics slot[METRICS_SLOTS_MAX];
	struct route_metrics route[METRICS_ROUTES_MAX];
};

static const struct {
	const char *metric, *help;
} counter_rows[METRIC__MAX] = {
#define X(name, metric, help) [METRIC_##name] = { metric, help },
	METRICS_COUNTERS(X)
#undef X
};

static const char *const phase_names[PHASE__MAX] = {
#define X(name, word) [PHASE_##name] = word,
	PHASES(X)
#undef X
};

static const char *const pool_names[] = {
	[METRICS_POOL_API] = "api", [METRICS_POOL_LINK] = "link"
};
static const char *const cache_names[METRICS_CACHES] = { "tokens", "callers", "cards", "links",
	                                                 "boards", "reports", "people" };

static void
bump(_Atomic uint64_t *c, uint64_t n)
{
	atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

static uint64_t
value(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

struct metrics *
metrics_create(void)
{
	void *p = mmap(NULL, sizeof(struct metrics), PROT_READ | PROT_WRITE,
	               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void
metrics_route_name(struct metrics *m, size_t route, const char *name)
{
	size_t n = strlen(name);

	if (!m || route >= METRICS_ROUTES_MAX)
		return;
	if (n >= METRICS_NAME_BYTES)
		n = METRICS_NAME_BYTES - 1;
	memcpy(m->route[route].name, name, n);
	m->route[route].name[n] = '\0';
	if (atomic_load(&m->n_routes) <= route)
		atomic_store(&m->n_routes, route + 1);
}

static void
histogram_add(struct histogram *h, int64_t us)
{
	size_t i = 0;

	while (i < METRICS_BUCKETS - 1 && us > bucket_us[i])
		i++;
	bump(&h->bucket[i], 1);
	bump(&h->sum_us, us > 0 ? (uint64_t)us : 0);
}

void
metrics_request(struct metrics *m, size_t route, int status, int64_t total_us, int64_t db_us,
                uint64_t bytes)
{
	struct route_metrics *r;
	int c = status / 100;

	if (!m || route >= METRICS_ROUTES_MAX)
		return;
	r = &m->route[route];
	bump(&r->by_class[c > 0 && c < METRICS_CLASSES ? c : 0], 1);
	bump(&r->bytes, bytes);
	histogram_add(&r->total, total_us);
	histogram_add(&r->db, db_us);
}

void
metrics_phases(struct metrics *m, const int64_t ns[PHASE__MAX])
{
	for (size_t i = 0; m && i < PHASE__MAX; i++)
		bump(&m->phase_ns[i], ns[i] > 0 ? (uint64_t)ns[i] : 0);
}

void
metrics_add(struct metrics *m, enum metrics_counter c, uint64_t n)
{
	if (m)
		bump(&m->counter[c], n);
}

void
metrics_slot_set(struct metrics *m, size_t slot, int pool)
{
	static const uint64_t none[4];

	if (!m || slot >= METRICS_SLOTS_MAX)
		return;
	atomic_store(&m->slot[slot].busy, 0);
	atomic_store(&m->slot[slot].kept, 0);
	atomic_store(&m->slot[slot].statements, 0);
	for (size_t i = 0; i < METRICS_CACHES; i++)
		metrics_slot_cache(m, slot, i, none);
	atomic_store(&m->slot[slot].pool, pool);
}

void
metrics_slot_add(struct metrics *m, size_t slot, int busy, int kept)
{
	if (!m || slot >= METRICS_SLOTS_MAX)
		return;
	if (busy)
		atomic_fetch_add_explicit(&m->slot[slot].busy, busy, memory_order_relaxed);
	if (kept)
		atomic_fetch_add_explicit(&m->slot[slot].kept, kept, memory_order_relaxed);
}

void
metrics_slot_cache(struct metrics *m, size_t slot, size_t cache, const uint64_t figures[4])
{
	if (!m || slot >= METRICS_SLOTS_MAX || cache >= METRICS_CACHES)
		return;
	for (size_t i = 0; i < 4; i++)
		atomic_store_explicit(&m->slot[slot].cache[cache][i], figures[i],
		                      memory_order_relaxed);
}

void
metrics_slot_statements(struct metrics *m, size_t slot, uint64_t n)
{
	if (m && slot < METRICS_SLOTS_MAX)
		atomic_store_explicit(&m->slot[slot].statements, n, memory_order_relaxed);
}

void
metrics_drain(struct metrics *m)
{
	if (m)
		atomic_store(&m->draining, 1);
}

bool
metrics_draining(const struct metrics *m)
{
	return m && atomic_load(&m->draining) != 0;
}

static void
print_head(struct buf *b, const char *metric, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

static void
print_histogram(struct buf *b, const char *metric, const char *route, const struct histogram *h)
{
	uint64_t n = 0;

	for (size_t i = 0; i < METRICS_BUCKETS - 1; i++) {
		n += value(&h->bucket[i]);
		buf_printf(b, "%s_bucket{route=\"%s\",le=\"%g\"} %llu\n", metric, route,
		           (double)bucket_us[i] / 1e6, (unsigned long long)n);
	}
	n += value(&h->bucket[METRICS_BUCKETS - 1]);
	buf_printf(b, "%s_bucket{route=\"%s\",le=\"+Inf\"} %llu\n", metric, route,
	           (unsigned long long)n);
	buf_printf(b, "%s_sum{route=\"%s\"} %.6f\n", metric, route,
	           (double)value(&h->sum_us) / 1e6);
	buf_printf(b, "%s_count{route=\"%s\"} %llu\n", metric, route, (unsigned long long)n);
}

static bool
route_used(const struct route_metrics *r)
{
	for (size_t c = 0; c < METRICS_CLASSES; c++) {
		if (value(&r->by_class[c]))
			return true;
	}
	return false;
}

static void
print_counts(const struct metrics *m, struct buf *b, size_t n)
{
	print_head(b, "rostra_requests_total", "counter",
	           "Requests answered, by route and class of status");
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 1; c < METRICS_CLASSES; c++) {
			if (value(&m->route[i].by_class[c]))
				buf_printf(
				    b,
				    "rostra_requests_total{route=\"%s\",status=\"%zuxx\"} %llu\n",
				    m->route[i].name, c,
				    (unsigned long long)value(&m->route[i].by_class[c]));
		}
	}
	print_head(b, "rostra_reply_bytes_total", "counter", "Bytes of reply bodies, by route");
	for (size_t i = 0; i < n; i++) {
		if (route_used(&m->route[i]))
			buf_printf(b, "rostra_reply_bytes_total{route=\"%s\"} %llu\n",
			           m->route[i].name, (unsigned long long)value(&m->route[i].bytes));
	}
}

/* Routes nobody has asked for yet are left out: hundreds of empty buckets say nothing. */
static void
print_routes(const struct metrics *m, struct buf *b)
{
	size_t n = atomic_load(&m->n_routes);

	print_counts(m, b, n);
	print_head(b, "rostra_request_seconds", "histogram", "Time from request to reply");
	for (size_t i = 0; i < n; i++) {
		if (route_used(&m->route[i]))
			print_histogram(b, "rostra_request_seconds", m->route[i].name,
			                &m->route[i].total);
	}
	print_head(b, "rostra_request_db_seconds", "histogram",
	           "Time of a request spent in MariaDB");
	for (size_t i = 0; i < n; i++) {
		if (route_used(&m->route[i]))
			print_histogram(b, "rostra_request_db_seconds", m->route[i].name,
			                &m->route[i].db);
	}
}

static void
print_pools(const struct metrics *m, struct buf *b)
{
	struct {
		int workers, busy, kept;
		uint64_t statements;
	} sum[METRICS_POOL_LINK + 1] = { { 0, 0, 0, 0 } };

	for (size_t i = 0; i < METRICS_SLOTS_MAX; i++) {
		int pool = atomic_load(&m->slot[i].pool);

		if (pool < METRICS_POOL_API || pool > METRICS_POOL_LINK)
			continue;
		sum[pool].workers++;
		sum[pool].busy += atomic_load(&m->slot[i].busy);
		sum[pool].kept += atomic_load(&m->slot[i].kept);
		sum[pool].statements += value(&m->slot[i].statements);
	}
	print_head(b, "rostra_pool_workers", "gauge", "Worker processes");
	for (int p = METRICS_POOL_API; p <= METRICS_POOL_LINK; p++)
		buf_printf(b, "rostra_pool_workers{pool=\"%s\"} %d\n", pool_names[p],
		           sum[p].workers);
	print_head(b, "rostra_pool_busy_threads", "gauge", "Threads with a request in hand");
	for (int p = METRICS_POOL_API; p <= METRICS_POOL_LINK; p++)
		buf_printf(b, "rostra_pool_busy_threads{pool=\"%s\"} %d\n", pool_names[p],
		           sum[p].busy);
	print_head(b, "rostra_pool_connections", "gauge", "Kept connections of nginx");
	for (int p = METRICS_POOL_API; p <= METRICS_POOL_LINK; p++)
		buf_printf(b, "rostra_pool_connections{pool=\"%s\"} %d\n", pool_names[p],
		           sum[p].kept);
	print_head(b, "rostra_pool_statements", "gauge",
	           "Prepared statements held: each connection to MariaDB keeps those it used");
	for (int p = METRICS_POOL_API; p <= METRICS_POOL_LINK; p++)
		buf_printf(b, "rostra_pool_statements{pool=\"%s\"} %llu\n", pool_names[p],
		           (unsigned long long)sum[p].statements);
}

static void
print_caches(const struct metrics *m, struct buf *b)
{
	static const struct {
		const char *metric, *type, *help;
	} rows[4] = {
		{ "rostra_cache_hits_total", "counter", "Look-ups that found something, by cache" },
		{ "rostra_cache_misses_total", "counter", "Look-ups that found nothing, by cache" },
		{ "rostra_cache_bytes", "gauge", "Bytes held, by cache" },
		{ "rostra_cache_entries", "gauge", "Entries held, by cache" },
	};

	for (size_t f = 0; f < 4; f++) {
		print_head(b, rows[f].metric, rows[f].type, rows[f].help);
		for (size_t c = 0; c < METRICS_CACHES; c++) {
			uint64_t sum = 0;

			for (size_t i = 0; i < METRICS_SLOTS_MAX; i++)
				sum += value(&m->slot[i].cache[c][f]);
			buf_printf(b, "%s{cache=\"%s\"} %llu\n", rows[f].metric, cache_names[c],
			           (unsigned long long)sum);
		}
	}
}

/* Only where they are measured. */
static void
print_phases(const struct metrics *m, struct buf *b)
{
	if (!value(&m->phase_ns[PHASE_PARSE]))
		return;
	print_head(b, "rostra_phase_cpu_seconds_total", "counter",
	           "CPU time of requests in the workers, by phase");
	for (size_t i = 0; i < PHASE__MAX; i++)
		buf_printf(b, "rostra_phase_cpu_seconds_total{phase=\"%s\"} %.9f\n", phase_names[i],
		           (double)value(&m->phase_ns[i]) / 1e9);
}

void
metrics_print(const struct metrics *m, struct buf *b)
{
	for (size_t i = 0; i < METRIC__MAX; i++) {
		print_head(b, counter_rows[i].metric, "counter", counter_rows[i].help);
		buf_printf(b, "%s %llu\n", counter_rows[i].metric,
		           (unsigned long long)value(&m->counter[i]));
	}
	print_phases(m, b);
	print_pools(m, b);
	print_caches(m, b);
	print_routes(m, b);
}
