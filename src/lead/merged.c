/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merged.c - what follows of merges: a lead that is part of another one is found there, and what
 * comes for it goes there, but is noted as its own.
 */
#include <string.h>

#include "rostra/caller.h"
#include "rostra/jobs.h"

#include "lead_cols.h"
#include "lead_int.h"

enum { CHAIN_MAX = 16 };

struct follow_key {
	struct uuid company_id, merge_id, kept_id, merged_id, event_id;
};

/* clang-format off */
static const struct db_col open_in[] = { DB_COL_UUID(struct follow_key, company_id), DB_COL_UUID(struct follow_key, merged_id) };
static const struct db_col open_out[] = { DB_COL_UUID(struct follow_key, merge_id), DB_COL_UUID(struct follow_key, kept_id) };
static const struct db_col of_kept[] = { DB_COL_UUID(struct follow_key, company_id), DB_COL_UUID(struct follow_key, kept_id) };
static const struct db_col later_in[] = {
	DB_COL_UUID(struct follow_key, merge_id), DB_COL_UUID(struct follow_key, event_id), DB_COL_UUID(struct follow_key, company_id),
	DB_COL_UUID(struct follow_key, event_id),
};

struct touch_key {
	struct uuid company_id, merge_id, kept_id;
	int64_t touched_at;
	unsigned char click_id[CLICK_ID_SIZE];
};
static const struct db_col touch_in[] = {
	DB_COL_UUID(struct touch_key, company_id), DB_COL_UUID(struct touch_key, merge_id),
	DB_COL_TIME(struct touch_key, touched_at), DB_COL_BYTES(struct touch_key, click_id),
	DB_COL_UUID(struct touch_key, company_id), DB_COL_UUID(struct touch_key, kept_id),
	DB_COL_TIME(struct touch_key, touched_at), DB_COL_BYTES(struct touch_key, click_id),
};
static const struct db_col page_in[] = {
	DB_COL_UUID(struct lead_merge_page, company_id), DB_COL_UUID(struct lead_merge_page, lead_id),
	DB_COL_UUID(struct lead_merge_page, lead_id),    DB_COL_UUID(struct lead_merge_page, before),
	DB_COL_I64(struct lead_merge_page, limit),
};
static const struct db_col page_out[] = {
	DB_COL_UUID(struct lead_merge_row, id),        DB_COL_UUID(struct lead_merge_row, kept_id),
	DB_COL_UUID(struct lead_merge_row, merged_id), DB_COL_TIME(struct lead_merge_row, merged_at),
	DB_COL_UUID(struct lead_merge_row, merged_by), DB_COL_TIME(struct lead_merge_row, split_at),
	DB_COL_UUID(struct lead_merge_row, split_by),
};

enum { Q_OPEN, Q_NOTE_LATER, Q_OF_KEPT, Q_NOTE_TOUCH, Q_PAGE, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_OPEN] = { .name = "lead_merge_open",
		.sql = "SELECT id, kept_id FROM lead_merge WHERE company_id = ? AND merged_id = ? AND split_at IS NULL",
		DB_IN(open_in), DB_OUT(open_out) },
	/* What comes for a merged lead is its own when it is split. */
	[Q_NOTE_LATER] = { .name = "lead_merge_note_later",
		.sql = "INSERT INTO lead_merge_event (company_id, merge_id, conversion_id, what, " MERGE_EVENT_COLUMNS ")"
		       " SELECT company_id, ?, ?, 'moved', " MERGE_EVENT_COLUMNS " FROM conversion WHERE company_id = ? AND id = ?",
		DB_IN(later_in) },
	[Q_OF_KEPT] = { .name = "lead_merge_of_kept",
		.sql = "SELECT id FROM lead WHERE company_id = ? AND merged_into = ?", DB_IN(of_kept),
		.out = page_out, .n_out = 1 },
	[Q_NOTE_TOUCH] = { .name = "lead_merge_note_touch",
		.sql = "INSERT IGNORE INTO lead_merge_touch (company_id, merge_id, touched_at, click_id)"
		       " SELECT ?, ?, ?, ? FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM touch k FORCE INDEX (PRIMARY) WHERE k.company_id = ? AND k.lead_id = ?"
		       " AND k.touched_at = ? AND k.click_id = ?)",
		DB_IN(touch_in) },
	[Q_PAGE] = { .name = "lead_merge_page",
		.sql = "SELECT id, kept_id, merged_id, merged_at, merged_by, split_at, split_by FROM lead_merge"
		       " WHERE company_id = ? AND (kept_id = ? OR merged_id = ?) AND id < ? ORDER BY id DESC LIMIT ?",
		DB_IN(page_in), DB_OUT(page_out) },
};
/* clang-format on */

const struct db_stmt_table lead_merged_stmts = DB_STMTS("lead_merged", stmts);

enum fault
lead_merge_open(struct rq *rq, struct uuid merged, struct uuid *ret_merge, struct uuid *ret_kept)
{
	struct follow_key key = { .company_id = rq_company(rq), .merged_id = merged };
	enum fault e = db_one(rq, &stmts[Q_OPEN], &key, &key);

	if (e)
		return e;
	*ret_merge = key.merge_id;
	*ret_kept = key.kept_id;
	return FAULT_NONE;
}

enum fault
lead_standing(struct rq *rq, struct uuid id, struct lead *out, struct uuid *ret_merge)
{
	enum fault e = lead_sql_lock(rq, rq_company(rq), id, out);

	*ret_merge = (struct uuid){ { 0 } };
	for (int i = 0; !e && !uuid_is_zero(out->merged_into); i++) {
		struct uuid kept;

		if (i == CHAIN_MAX)
			return rq_fail(rq, FAULT_CONFLICT, "The lead was merged too often.");
		if (uuid_is_zero(*ret_merge))
			e = lead_merge_open(rq, out->id, ret_merge, &kept);
		if (!e)
			e = lead_sql_lock(rq, rq_company(rq), out->merged_into, out);
	}
	return e;
}

enum fault
lead_merge_note(struct rq *rq, struct uuid merge, struct uuid event)
{
	const struct follow_key key = { .company_id = rq_company(rq),
		                        .merge_id = merge,
		                        .event_id = event };

	return db_exec(rq, &stmts[Q_NOTE_LATER], &key, NULL);
}

enum fault
lead_merged_each(struct rq *rq, struct uuid kept, db_row_fn *fn, void *arg)
{
	const struct follow_key key = { .company_id = rq_company(rq), .kept_id = kept };
	struct lead_merge_row row = { .split_at = TIME_NONE };

	return db_each(rq, &stmts[Q_OF_KEPT], &key, &row, fn, arg);
}

static enum fault
put_touches(struct rq *rq, const struct follow_key *open, struct touch *copies, size_t n)
{
	enum fault e = FAULT_NONE;

	for (size_t i = 0; !e && i < n; i++) {
		struct touch_key key = { .company_id = rq_company(rq),
			                 .merge_id = open->merge_id,
			                 .kept_id = open->kept_id,
			                 .touched_at = copies[i].touched_at };

		memcpy(key.click_id, copies[i].click_id, sizeof(key.click_id));
		copies[i].lead_id = open->kept_id;
		copies[i].added_at = rq->now_us;
		e = db_exec(rq, &stmts[Q_NOTE_TOUCH], &key, NULL);
	}
	return e ? e : touch_sql_insert(rq, copies, n);
}

enum fault
lead_merge_touches(struct rq *rq, const struct lead *l, const struct touch *rows, size_t n)
{
	struct touch *copies;
	struct lead up = *l;
	enum fault e = FAULT_NONE;

	if (n == 0 || uuid_is_zero(l->merged_into))
		return FAULT_NONE;
	copies = arena_array(rq->arena, n, struct touch);
	memcpy(copies, rows, n * sizeof(*copies));
	for (int i = 0; !e && i < CHAIN_MAX && !uuid_is_zero(up.merged_into); i++) {
		struct follow_key open = { .company_id = rq_company(rq) };

		e = lead_merge_open(rq, up.id, &open.merge_id, &open.kept_id);
		if (!e)
			e = put_touches(rq, &open, copies, n);
		if (!e)
			e = lead_fill(rq, rq_company(rq), open.merge_id);
		if (!e)
			e = lead_sql_get(rq, rq_company(rq), open.kept_id, &up);
		if (!e)
			e = conversion_sql_campaigns(rq, &up);
		if (!e)
			e = outbox_put(rq, LEAD_CHANGED, up.id, NULL);
	}
	return e;
}

enum fault
lead_merge_page(struct rq *rq, const struct lead_merge_page *p, db_row_fn *fn, void *arg)
{
	struct lead_merge_row row = { .split_at = TIME_NONE };

	return db_each(rq, &stmts[Q_PAGE], p, &row, fn, arg);
}
