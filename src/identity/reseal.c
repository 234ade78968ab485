/* SPDX-License-Identifier: Apache-2.0 */
/* reseal.c - what lies sealed in the tables, sealed anew with the first key. */
#include "rostra/arena.h"

#include "identity_int.h"

enum { PAGE_ROWS = 200, PAGE_ARENA = 1 << 20 };

struct page {
	struct sealed_row rows[PAGE_ROWS];
	size_t n;
};

static const struct {
	const char *table, *column, *name;
} places[SEALED__MAX] = {
	[SEALED_CLIENT_SECRET] = { "identity_provider", "client_secret",
	                           "identity_provider.client_secret" },
	[SEALED_CLIENT_KEY] = { "provider_key", "secret", "provider_key.secret" },
	[SEALED_ID_TOKEN] = { "session", "id_token", "session.id_token" },
	[SEALED_CRM_SECRET] = { "crm_hook", "secret", "crm_hook.secret" },
};

static enum fault
add_row(struct rq *rq, void *row, void *arg)
{
	struct page *p = arg;

	(void)rq;
	p->rows[p->n++] = *(const struct sealed_row *)row;
	return FAULT_NONE;
}

static enum fault
reseal_row(struct rq *rq, enum sealed_column column, struct sealed_row *row,
           struct reseal_report *report)
{
	const struct sealed_place at = { row->company_id, row->id, places[column].table,
		                         places[column].column };
	size_t key = 0;
	const char *plain = identity_open_with(rq, &at, row->sealed, &key);
	uint64_t n = 0;
	enum fault e;

	if (plain == NULL || key == 0) {
		*(plain == NULL ? &report->unreadable : &report->there) += 1;
		return FAULT_NONE;
	}
	row->before = row->sealed;
	row->sealed = identity_seal(rq, &at, (struct str){ plain, row->before.n - SEAL_EXTRA });
	e = sealed_sql_update(rq, column, row, &n);
	report->resealed += n > 0 ? 1 : 0;
	return e;
}

/* A page at a time, each with memory of its own. */
static enum fault
reseal_column(struct rq *rq, enum sealed_column column, struct reseal_report *report)
{
	struct arena *whole = rq->arena;
	struct page *p = arena_new(whole, struct page);
	struct sealed_page from = { .company_id = { { 1 } }, .id = { { 1 } }, .limit = PAGE_ROWS };
	enum fault e;

	rq->arena = arena_create(PAGE_ARENA);
	do {
		arena_reset(rq->arena);
		p->n = 0;
		e = sealed_sql_page(rq, column, &from, add_row, p);
		for (size_t i = 0; !e && i < p->n; i++)
			e = reseal_row(rq, column, &p->rows[i], report);
		if (p->n > 0) {
			from.company_id = p->rows[p->n - 1].company_id;
			from.id = p->rows[p->n - 1].id;
		}
	} while (!e && p->n == PAGE_ROWS);
	arena_destroy(&rq->arena);
	rq->arena = whole;
	return e;
}

enum fault
identity_reseal(struct rq *rq, reseal_fn *fn, void *arg)
{
	enum fault e = FAULT_NONE;

	for (int column = 0; !e && column < SEALED__MAX; column++) {
		struct reseal_report report = { .column = places[column].name };

		e = reseal_column(rq, (enum sealed_column)column, &report);
		if (!e)
			fn(arg, &report);
	}
	return e;
}
