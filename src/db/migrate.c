/* SPDX-License-Identifier: Apache-2.0 */
/* migrate.c - which files are due, and how they are applied once by one process. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "rostra/crypto.h"
#include "rostra/process.h"

#include "migrate_int.h"

enum { LEASE_POLL_US = 250000 };

const char *const migration_state_names[MIGRATION__MAX + 1] = {
	[MIGRATION_PENDING] = "pending",   [MIGRATION_APPLIED] = "applied",
	[MIGRATION_HALF] = "half-applied", [MIGRATION_CHANGED] = "changed",
	[MIGRATION_NEWER] = "newer",
};

enum fault
migrate_open(struct rq *rq)
{
	enum fault e;

	rq->db = db_create(rq->conf, NULL, 0);
	e = migrate_sql_tables(rq);
	db_destroy(&rq->db);
	rq->db = db_create(rq->conf, &migrate_stmts, 1);
	return e;
}

static void
match(struct migration *m, const struct migration_row *row)
{
	m->started_us = row->started_us;
	m->applied_us = row->applied_us;
	m->applied_sha256 = row->sha256;
	if (row->applied_us == TIME_NONE)
		m->state = MIGRATION_HALF;
	else
		m->state = cstr_eq(m->sha256, row->sha256) && cstr_eq(m->name, row->name)
		               ? MIGRATION_APPLIED
		               : MIGRATION_CHANGED;
}

/* A row whose number this release has no file for. */
static enum fault
add_newer(struct rq *rq, struct migration_list *list, const struct migration_row *row)
{
	struct migration *items = arena_array(rq->arena, list->n + 1, struct migration);

	if (list->n > 0)
		memcpy(items, list->items, list->n * sizeof(*items));
	items[list->n] = (struct migration){ .version = row->version,
		                             .name = row->name,
		                             .sha256 = row->sha256,
		                             .applied_sha256 = row->sha256,
		                             .started_us = row->started_us,
		                             .applied_us = row->applied_us,
		                             .state = MIGRATION_NEWER };
	list->items = items;
	list->n++;
	return FAULT_NONE;
}

static enum fault
match_row(struct rq *rq, void *row, void *arg)
{
	const struct migration_row *r = row;
	struct migration_list *list = arg;

	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].version != r->version)
			continue;
		match(&list->items[i], r);
		return FAULT_NONE;
	}
	return add_newer(rq, list, r);
}

/* What is pending must come after all that is applied. */
static enum fault
check_order(struct rq *rq, const struct migration_list *list)
{
	bool pending = false;

	for (size_t i = 0; i < list->n; i++) {
		if (pending && list->items[i].state != MIGRATION_PENDING)
			return rq_fail(rq, FAULT_INVALID,
			               "%s is applied, but a file before it is not: somebody "
			               "applied files out of order.",
			               list->items[i].name);
		pending = pending || list->items[i].state == MIGRATION_PENDING;
	}
	return FAULT_NONE;
}

enum fault
migrate_list(struct rq *rq, struct migration_list *ret)
{
	struct migration_list list = { 0 };
	struct migration_row row;
	enum fault e = migrate_files(rq, &list);

	if (e)
		return e;
	e = migrate_sql_rows(rq, match_row, &row, &list);
	if (e)
		return e;
	e = check_order(rq, &list);
	if (e)
		return e;
	*ret = list;
	return FAULT_NONE;
}

/* --- the lease
 * -----------------------------------------------------------------------------------------------
 */

static enum fault
take_lease(struct rq *rq, const char *owner, int64_t wait_ms)
{
	int64_t until = clock_monotonic_us() + wait_ms * 1000;

	for (;;) {
		bool taken = false;
		const char *holder = NULL;
		enum fault e = migrate_sql_claim(rq, owner, &taken, &holder);

		if (e || taken)
			return e;
		if (process_name_gone(holder)) {
			e = migrate_sql_release(rq, holder);
			if (e)
				return e;
			continue;
		}
		if (clock_monotonic_us() >= until)
			return rq_fail(rq, FAULT_BUSY,
			               "%s migrates already; its lease ends within half an hour.",
			               holder ? holder : "Somebody");
		(void)usleep(LEASE_POLL_US);
	}
}

/* --- applying
 * ------------------------------------------------------------------------------------------------
 */

static enum fault
refuse_half(struct rq *rq, const struct migration *m)
{
	char at[RFC3339_SIZE];

	(void)time_format(m->started_us, at);
	return rq_fail(
	    rq, FAULT_CONFLICT,
	    "%s began at %s and did not end. Look whether its change is in the schema: if not, "
	    "\"migrate up --resume %" PRId64 "\" runs it again; if it is, \"--done %" PRId64
	    "\" records it.",
	    m->name, at, m->version, m->version);
}

/* Nothing is touched when anything looks wrong. */
static enum fault
check_all(struct rq *rq, const struct migration_list *list, const struct migrate_options *o)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct migration *m = &list->items[i];

		if (m->state == MIGRATION_CHANGED)
			return rq_fail(rq, FAULT_CONFLICT,
			               "%s was changed after it was applied (then %.12s, now "
			               "%.12s). Put the applied "
			               "file back; a change of the schema is a new file.",
			               m->name, m->applied_sha256, m->sha256);
		if (m->state == MIGRATION_HALF && m->version != o->rerun && m->version != o->record)
			return refuse_half(rq, m);
	}
	return FAULT_NONE;
}

static enum fault
run_file(struct rq *rq, const struct migration *m)
{
	enum fault e = db_run_text(rq, m->sql.s);

	char cause[sizeof(rq->problem.internal)];

	if (!e)
		return FAULT_NONE;
	memcpy(cause, rq->problem.internal, sizeof(cause));
	problem_reset(&rq->problem);
	problem_internal(&rq->problem, "%s", cause);
	return rq_fail(rq, e, "%s failed; see \"migrate status\".", m->name);
}

static enum fault
apply(struct rq *rq, const struct migration *m, const struct migrate_options *o)
{
	bool only_record = m->state == MIGRATION_HALF && m->version == o->record;
	int64_t began = clock_monotonic_us();
	struct migration_row row = { .version = m->version, .name = m->name, .sha256 = m->sha256 };
	enum fault e = migrate_sql_forget(rq, m->version);

	if (e)
		return e;
	row.started_us = clock_now_us();
	e = migrate_sql_started(rq, &row);
	if (e)
		return e;
	e = only_record ? FAULT_NONE : run_file(rq, m);
	if (e)
		return e;
	row.applied_us = clock_now_us();
	e = migrate_sql_applied(rq, &row);
	if (e)
		return e;
	if (o->step)
		o->step(o->arg, m, clock_monotonic_us() - began);
	return FAULT_NONE;
}

/* With the lease held; it is renewed before each file. */
static enum fault
apply_pending(struct rq *rq, const char *owner, const struct migrate_options *o, size_t *applied)
{
	struct migration_list list = { 0 };
	enum fault e = migrate_list(rq, &list);

	if (!e)
		e = check_all(rq, &list, o);
	for (size_t i = 0; !e && i < list.n; i++) {
		const struct migration *m = &list.items[i];

		if (m->state != MIGRATION_PENDING && m->state != MIGRATION_HALF)
			continue;
		e = take_lease(rq, owner, 0);
		if (!e)
			e = apply(rq, m, o);
		if (!e)
			(*applied)++;
	}
	return e;
}

enum fault
migrate_up(struct rq *rq, const struct migrate_options *o, size_t *ret_applied)
{
	char owner[PROCESS_NAME_SIZE];
	size_t applied = 0;
	uint32_t run; /* tells two runs of one process apart */
	enum fault e, released;

	random_bytes(&run, sizeof(run));
	process_name(owner, run);
	e = take_lease(rq, owner, o->wait_ms);
	if (e)
		return e;
	e = apply_pending(rq, owner, o, &applied);
	released = migrate_sql_release(rq, owner);
	*ret_applied = applied;
	return e ? e : released;
}
