/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_path.c - request targets: what is accepted has one reading and no way out of its route. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/http/http_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum fault
nothing(struct rq *rq, struct call *call, void *reply)
{
	(void)rq;
	(void)call;
	(void)reply;
	return FAULT_NONE;
}

/* clang-format off */
#define ROW(m, p, n) { .method = (m), .path = (p), .access = ACCESS_MEMBER, .kind = REPLY_NONE, .handle = nothing, .name = (n) }
static const struct route rows[] = {
	ROW(HTTP_GET, "/v1/leads", "a"), ROW(HTTP_POST, "/v1/leads/import", "b"), ROW(HTTP_GET, "/v1/leads/{id}", "c"),
	ROW(HTTP_DELETE, "/v1/kudos/{id}/reactions/{emoji}", "d"),
};
/* clang-format on */
static const struct route_table tables[] = { ROUTES("fuzz", rows), { NULL, NULL, 0 } };

static void
check_path(struct str path)
{
	if (path.n == 0 || path.s[0] != '/' || memchr(path.s, '\0', path.n))
		abort();
	for (size_t i = 1; i < path.n; i++) {
		if (path.s[i] == '/' && path.s[i - 1] == '/')
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct path_table *table;
	struct arena *a = arena_create(4096);
	struct str path, query;
	struct path_match m;

	if (!table)
		table = path_table_create(tables, POOL_API);
	if (path_split(a, (struct str){ (const char *)data, size }, &path, &query)) {
		check_path(path);
		for (int method = 0; method <= HTTP__METHODS; method++) {
			if (!path_find(table, path, (enum http_method)method, &m))
				continue;
			for (size_t i = 0; i < m.n_params; i++) {
				if (m.param[i].n == 0 || memchr(m.param[i].s, '/', m.param[i].n))
					abort();
			}
		}
	}
	arena_destroy(&a);
	return 0;
}
