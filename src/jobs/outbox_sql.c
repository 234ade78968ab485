/* SPDX-License-Identifier: Apache-2.0 */
/* outbox_sql.c - statements of the outbox: what is put in, claimed, given back and done. */
#include <stdlib.h>
#include <string.h>

#include "jobs_int.h"

static const char *const outbox_state_names[OUTBOX__MAX + 1] = { "ready", "claimed", "done",
	                                                         "dead" };

struct outbox_new {
	struct uuid company_id, object_id;
	const char *kind, *payload;
	int64_t now_us;
};

enum {
	Q_OUTBOX_PUT,
	Q_OUTBOX_REVIVE,
	Q_OUTBOX_DUE_NOW,
	Q_OUTBOX_GIVE_UP,
	Q_OUTBOX_OWNERS,
	Q_OUTBOX_CLAIM,
	Q_OUTBOX_CLAIMED,
	Q_OUTBOX_LISTS,
	Q_OUTBOX_FAILED,
	Q_OUTBOX_DONE,
	Q__MAX
};

/* clang-format off */
static const struct db_col put_in[] = {
	DB_COL_UUID(struct outbox_new, company_id), DB_COL_STR(struct outbox_new, kind),
	DB_COL_UUID(struct outbox_new, object_id), DB_COL_STR(struct outbox_new, payload),
	DB_COL_TIME(struct outbox_new, now_us), DB_COL_TIME(struct outbox_new, now_us),
};
static const struct db_col now_in[] = {
	DB_COL_TIME(struct outbox_claim, now_us), DB_COL_TIME(struct outbox_claim, now_us),
};
static const struct db_col outbox_claim_in[] = {
	DB_COL_STR(struct outbox_claim, owner), DB_COL_TIME(struct outbox_claim, until_us),
	DB_COL_TIME(struct outbox_claim, now_us), DB_COL_I64(struct outbox_claim, limit),
};
static const struct db_col give_up_in[] = {
	DB_COL_TIME(struct outbox_claim, now_us), DB_COL_STR(struct outbox_claim, owner),
};
static const struct db_col owner_in[] = { DB_COL_STR(struct outbox_claim, owner) };
static const struct db_col claimed_out[] = {
	DB_COL_I64(struct outbox_try, event.id), DB_COL_UUID(struct outbox_try, event.company_id),
	DB_COL_STR(struct outbox_try, event.kind), DB_COL_UUID(struct outbox_try, event.object_id),
	DB_COL_STR(struct outbox_try, event.payload), DB_COL_TIME(struct outbox_try, event.created_us),
	DB_COL_I64(struct outbox_try, tries),
};
static const struct db_col failed_in[] = {
	DB_COL_ENUM(struct outbox_failure, state, outbox_state_names),
	DB_COL_TIME(struct outbox_failure, due_us), DB_COL_STR(struct outbox_failure, error),
	DB_COL_I64(struct outbox_failure, id), DB_COL_STR(struct outbox_failure, owner),
};

struct outbox_list {
	struct uuid company_id, object_id;
	const char *payload, *kind, *owner;
};
static const struct db_col lists_in[] = { DB_COL_STR(struct outbox_list, owner), DB_COL_STR(struct outbox_list, kind) };
static const struct db_col lists_out[] = {
	DB_COL_UUID(struct outbox_list, company_id), DB_COL_UUID(struct outbox_list, object_id),
	DB_COL_STR(struct outbox_list, payload),
};

/* The outbox is empty most of the time and then is not: MariaDB's estimates lag behind, and without
 * the hints it reads the whole of it.  With them rows come in the order of due_at: to ask for it would sort
 * what is about to change. */
static const struct db_stmt rows[Q__MAX] = {
	[Q_OUTBOX_PUT] = {
		.name = "outbox_put",
		.sql = "INSERT INTO outbox (company_id, kind, object_id, payload, due_at, created_at)"
		       " VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(put_in),
	},
	[Q_OUTBOX_REVIVE] = {
		.name = "outbox_revive",
		.sql = "UPDATE outbox FORCE INDEX (outbox_due) /* all companies: one relay serves them all */"
		       " SET state = 'ready', owner = NULL, lease_until = NULL, due_at = ?"
		       " WHERE state = 'claimed' AND lease_until < ?",
		DB_IN(now_in),
	},
	[Q_OUTBOX_DUE_NOW] = {
		.name = "outbox_due_now",
		.sql = "UPDATE outbox FORCE INDEX (outbox_due) /* all companies: one relay serves them all */"
		       " SET due_at = ? WHERE state = 'ready' AND due_at > ? AND tries = 0",
		DB_IN(now_in),
	},
	[Q_OUTBOX_GIVE_UP] = {
		.name = "outbox_give_up",
		.sql = "UPDATE outbox FORCE INDEX (outbox_due) /* all companies: one relay serves them all */"
		       " SET state = 'ready', owner = NULL, lease_until = NULL, due_at = ?"
		       " WHERE state = 'claimed' AND owner = ?",
		DB_IN(give_up_in),
	},
	[Q_OUTBOX_OWNERS] = {
		.name = "outbox_owners",
		.sql = "SELECT DISTINCT owner FROM outbox FORCE INDEX (outbox_due)"
		       " /* all companies: one relay serves them all */ WHERE state = 'claimed'",
		DB_OUT(owner_in),
	},
	[Q_OUTBOX_CLAIM] = {
		.name = "outbox_claim",
		.sql = "UPDATE outbox FORCE INDEX (outbox_due) /* all companies: one relay serves them all */"
		       " SET state = 'claimed', owner = ?, lease_until = ?, tries = tries + 1"
		       " WHERE state = 'ready' AND due_at <= ? LIMIT ?",
		DB_IN(outbox_claim_in),
	},
	[Q_OUTBOX_CLAIMED] = {
		.name = "outbox_claimed",
		.sql = "SELECT id, company_id, kind, object_id, payload, created_at, tries FROM outbox"
		       " FORCE INDEX (outbox_due)"
		       " /* all companies: one relay serves them all */"
		       " WHERE state = 'claimed' AND owner = ? ORDER BY due_at, id",
		DB_IN(owner_in), DB_OUT(claimed_out),
	},
	[Q_OUTBOX_LISTS] = {
		.name = "outbox_lists",
		.sql = "SELECT company_id, object_id, payload FROM outbox FORCE INDEX (outbox_due)"
		       " /* all companies: one relay serves them all */"
		       " WHERE state = 'claimed' AND owner = ? AND kind = ?",
		DB_IN(lists_in), DB_OUT(lists_out),
	},
	[Q_OUTBOX_FAILED] = {
		.name = "outbox_failed",
		.sql = "UPDATE outbox /* all companies: one relay serves them all */"
		       " SET state = ?, due_at = ?, last_error = ?, owner = NULL, lease_until = NULL"
		       " WHERE id = ? AND state = 'claimed' AND owner = ?",
		DB_IN(failed_in),
	},
	[Q_OUTBOX_DONE] = {
		.name = "outbox_done",
		.sql = "DELETE FROM outbox USING outbox FORCE INDEX (outbox_due)"
		       " /* all companies: one relay serves them all */"
		       " WHERE state = 'claimed' AND owner = ?",
		DB_IN(owner_in),
	},
};
/* clang-format on */

const struct db_stmt_table outbox_stmts = DB_STMTS("outbox", rows);

enum fault
outbox_put(struct rq *rq, const char *kind, struct uuid object, const char *payload)
{
	const struct outbox_new in = { .company_id = rq_company(rq),
		                       .object_id = object,
		                       .kind = kind,
		                       .payload = payload,
		                       .now_us = rq->now_us };

	return db_exec(rq, &rows[Q_OUTBOX_PUT], &in, NULL);
}

/* ["id","id"] */
static const char *
ids_json(struct arena *a, const struct uuid *ids, size_t n)
{
	const size_t each = UUID_TEXT_SIZE + 2; /* a quote, the id, a quote, a comma */
	char *list = arena_alloc(a, 1 + n * each + 1, 1), *at = list;

	for (size_t i = 0; i < n; i++) {
		*at++ = i == 0 ? '[' : ',';
		*at++ = '"';
		uuid_format(ids[i], at);
		at += UUID_TEXT_SIZE - 1;
		*at++ = '"';
	}
	memcpy(at, "]", sizeof("]"));
	return list;
}

enum fault
outbox_put_all(struct rq *rq, struct uuid company, const struct outbox_many *events, size_t n)
{
	struct outbox_new in[OUTBOX_KINDS_MAX];

	for (size_t i = 0; i < n; i++)
		in[i] = (struct outbox_new){
			.company_id = company,
			.object_id = events[i].objects[0],
			.kind = events[i].kind,
			.payload = events[i].n > 1
			               ? ids_json(rq->arena, events[i].objects, events[i].n)
			               : NULL,
			.now_us = rq->now_us,
		};
	return db_bulk(rq, &rows[Q_OUTBOX_PUT], in, sizeof(in[0]), n, NULL);
}

struct objects {
	struct outbox_object *list;
	size_t n, room;
};

static void
add_object(struct rq *rq, struct objects *o, struct uuid company, struct uuid id)
{
	o->list = arena_grow(rq->arena, o->list, o->n, &o->room);
	o->list[o->n++] = (struct outbox_object){ company, id };
}

/* Of a payload as ids_json writes it; without one the event is about one object. */
static enum fault
keep_objects(struct rq *rq, void *row, void *arg)
{
	const struct outbox_list *l = row;
	struct str rest = str_of(l->payload), part;
	struct uuid id;

	if (l->payload == NULL)
		add_object(rq, arg, l->company_id, l->object_id);
	while (rest.s != NULL && str_split(&rest, '"', &part)) {
		if (part.n == UUID_TEXT_SIZE - 1 && uuid_parse(part, &id))
			add_object(rq, arg, l->company_id, id);
	}
	return FAULT_NONE;
}

static int
by_company(const void *a, const void *b)
{
	const struct outbox_object *one = a, *other = b;
	const int c = uuid_cmp(one->company_id, other->company_id);

	return c != 0 ? c : uuid_cmp(one->id, other->id);
}

enum fault
outbox_objects(struct rq *rq, const char *kind, const char *owner, struct outbox_object **ret,
               size_t *ret_n)
{
	const struct outbox_list in = { .kind = kind, .owner = owner };
	struct outbox_list row;
	struct objects o = { .n = 0 };
	size_t kept = 0;
	enum fault e = db_each(rq, &rows[Q_OUTBOX_LISTS], &in, &row, keep_objects, &o);

	if (o.n > 1)
		qsort(o.list, o.n, sizeof(*o.list), by_company);
	for (size_t i = 0; i < o.n; i++) {
		if (kept == 0 || by_company(&o.list[kept - 1], &o.list[i]) != 0)
			o.list[kept++] = o.list[i];
	}
	*ret = o.list;
	*ret_n = kept;
	return e;
}

enum fault
outbox_sql_revive(struct rq *rq, int64_t now_us)
{
	const struct outbox_claim in = { .now_us = now_us };

	return db_exec(rq, &rows[Q_OUTBOX_REVIVE], &in, NULL);
}

enum fault
outbox_sql_due_now(struct rq *rq, int64_t now_us)
{
	const struct outbox_claim in = { .now_us = now_us };

	return db_exec(rq, &rows[Q_OUTBOX_DUE_NOW], &in, NULL);
}

enum fault
outbox_sql_give_up(struct rq *rq, const char *owner, int64_t now_us)
{
	const struct outbox_claim in = { .owner = owner, .now_us = now_us };

	return db_exec(rq, &rows[Q_OUTBOX_GIVE_UP], &in, NULL);
}

enum fault
outbox_sql_owners(struct rq *rq, struct outbox_claim *row, db_row_fn *fn, void *arg)
{
	return db_each(rq, &rows[Q_OUTBOX_OWNERS], NULL, row, fn, arg);
}

enum fault
outbox_sql_claim(struct rq *rq, const struct outbox_claim *c, uint64_t *ret_n)
{
	return db_exec(rq, &rows[Q_OUTBOX_CLAIM], c, ret_n);
}

enum fault
outbox_sql_claimed(struct rq *rq, const char *owner, struct outbox_try *row, db_row_fn *fn,
                   void *arg)
{
	const struct outbox_claim in = { .owner = owner };

	return db_each(rq, &rows[Q_OUTBOX_CLAIMED], &in, row, fn, arg);
}

enum fault
outbox_sql_failed(struct rq *rq, const struct outbox_failure *f)
{
	return db_exec(rq, &rows[Q_OUTBOX_FAILED], f, NULL);
}

enum fault
outbox_sql_done(struct rq *rq, const char *owner)
{
	const struct outbox_claim in = { .owner = owner };

	return db_exec(rq, &rows[Q_OUTBOX_DONE], &in, NULL);
}
