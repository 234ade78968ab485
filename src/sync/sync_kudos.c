/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync_kudos.c - kudos for phones, as one person may see them.  Of what they never could see they
 * are not told that it changed: a delete goes to the giver and recipients, to who is or was in a
 * team that saw it, and, when some were shut out of it (SYNC_DELETE in the log), to all who do not
 * see it now.
 */
#include "rostra/caller.h"
#include "rostra/kudos.h"

#include "sync_int.h"

/* A row; json is filled when it is seen. */
struct found {
	struct kudos_item item;
	bool seen, once; /* now; perhaps at some time */
};
struct want {
	struct uuid company_id, person_id, after_id;
	const char *ids;
	bool first;
	int64_t limit;
};

/* clang-format off */
#define READER DB_COL_UUID(struct want, person_id)
#define SEEN_PARAMETERS READER, READER, READER, READER, READER, READER, READER, READER
static const struct db_col fill_in[] = {
	SEEN_PARAMETERS,
	DB_COL_UUID(struct want, company_id), DB_COL_UUID(struct want, after_id), DB_COL_BOOL(struct want, first),
	DB_COL_I64(struct want, limit),
};
static const struct db_col some_in[] = {
	SEEN_PARAMETERS, DB_COL_STR(struct want, ids), DB_COL_UUID(struct want, company_id),
};
static const struct db_col found_out[] = {
	DB_COL_UUID(struct found, item.id),     DB_COL_I64(struct found, item.version),
	DB_COL_ENUM(struct found, item.my_reaction, kudos_reaction_names),
	DB_COL_BOOL(struct found, seen),        DB_COL_BOOL(struct found, once),
};

#define FOUND                                                                                    \
	"SELECT k.id, k.version, (SELECT a.reaction FROM kudos_reaction a WHERE a.company_id = k.company_id" \
	" AND a.kudos_id = k.id AND a.person_id = ?)," KUDOS_SEEN_SQL("?") ","                      \
	" k.giver_id = ? OR (SELECT COUNT(*) FROM kudos_person q WHERE q.company_id = k.company_id" \
	" AND q.kudos_id = k.id AND q.role = 'recipient' AND q.person_id = ?) > 0 OR " KUDOS_TEAM_SAW_SQL("?")

enum { Q_FILL, Q_SOME, Q__MAX };

static const struct db_stmt rows[Q__MAX] = {
	[Q_FILL] = { /* of a change of teams, only what teams see */
		.name = "sync_kudos_fill",
		.sql = FOUND " FROM kudos k FORCE INDEX (PRIMARY) WHERE k.company_id = ? AND k.id > ?"
		       " AND (? OR k.visibility = 'team') ORDER BY k.id LIMIT ?",
		DB_IN(fill_in), DB_OUT(found_out),
	},
	[Q_SOME] = {
		.name = "sync_kudos_some",
		.sql = FOUND " FROM JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$')) j"
		       " STRAIGHT_JOIN kudos k ON k.company_id = ? AND k.id = CAST(j.id AS UUID)",
		DB_IN(some_in), DB_OUT(found_out),
	},
};
/* clang-format on */

const struct db_stmt_table sync_kudos_stmts = DB_STMTS("sync_kudos", rows);

struct reading {
	struct found *rows;
	size_t n, room;
};

static enum fault
keep(struct rq *rq, void *row, void *arg)
{
	struct reading *r = arg;

	(void)rq;
	if (r->n < r->room)
		r->rows[r->n++] = *(const struct found *)row;
	return FAULT_NONE;
}

static enum fault
read_rows(struct rq *rq, int statement, const struct want *in, struct reading *r)
{
	struct found row = { .seen = false };

	return db_each(rq, &rows[statement], in, &row, keep, r);
}

/* The JSON of those that are seen. */
static enum fault
render(struct rq *rq, const struct sync_run *run, struct reading *r)
{
	struct kudos_item *items = arena_array(rq->arena, r->n + 1, struct kudos_item);
	size_t n = 0;
	enum fault e;

	for (size_t i = 0; i < r->n; i++) {
		if (r->rows[i].seen)
			items[n++] = r->rows[i].item;
	}
	e = kudos_items(rq, run->newest, items, n);
	n = 0;
	for (size_t i = 0; !e && i < r->n; i++) {
		if (r->rows[i].seen)
			r->rows[i].item = items[n++];
	}
	return e;
}

enum fault
sync_fill_kudos(struct rq *rq, struct sync_run *run, bool *ret_end)
{
	const struct want in = {
		.company_id = rq_company(rq),
		.person_id = rq->who->person,
		.after_id = run->state.after_id,
		.first = run->state.first,
		.limit = (int64_t)(run->room - run->n),
	};
	struct reading r = { .room = (size_t)in.limit };
	enum fault e;

	r.rows = arena_array(rq->arena, r.room, struct found);
	e = read_rows(rq, Q_FILL, &in, &r);
	if (!e)
		e = render(rq, run, &r);
	if (e)
		return e;
	for (size_t i = 0; i < r.n; i++) {
		const struct found *f = &r.rows[i];

		if (f->item.json.s != NULL || (f->once && !in.first))
			sync_add(run, SYNC_KUDOS, f->item.id, rq->now_us, f->item.json);
	}
	if (r.n > 0)
		run->state.after_id = r.rows[r.n - 1].item.id;
	*ret_end = r.n < r.room;
	return FAULT_NONE;
}

enum fault
sync_put_kudos(struct rq *rq, struct sync_run *run, const struct sync_ids *want)
{
	struct reading r = { .room = want->n };
	struct want in = { .company_id = rq_company(rq), .person_id = rq->who->person };
	enum fault e;

	if (want->n == 0)
		return FAULT_NONE;
	in.ids = sync_ids_json(rq, want);
	r.rows = arena_array(rq->arena, want->n, struct found);
	e = read_rows(rq, Q_SOME, &in, &r);
	if (!e)
		e = render(rq, run, &r);
	for (size_t i = 0; !e && i < r.n; i++) {
		const struct found *f = &r.rows[i];
		size_t k = 0;

		while (k < want->n && !uuid_eq(want->ids[k], f->item.id))
			k++;
		if (k < want->n && (f->item.json.s != NULL || f->once || want->narrowed[k]))
			sync_add(run, SYNC_KUDOS, f->item.id, want->at[k], f->item.json);
	}
	return e;
}
