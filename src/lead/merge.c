/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.c - two leads turn out to be one person, or not to be.  The lead that came first is kept:
 * the other's events move to it, but for the one that says it came; its touches are added, so that
 * credits follow.  Frozen rows stay as they are: the merged lead keeps its own touches, and a split
 * takes back what the merge added and nothing else.
 */
#include <string.h>

#include "rostra/audit.h"
#include "rostra/caller.h"
#include "rostra/jobs.h"
#include "rostra/sums.h"

#include "lead_cols.h"
#include "lead_int.h"

struct merge_key {
	struct uuid company_id, id, kept_id, merged_id, person_id;
	int64_t at_us;
};

/* clang-format off */
static const struct db_col insert_in[] = {
	DB_COL_UUID(struct merge_key, company_id), DB_COL_UUID(struct merge_key, id), DB_COL_UUID(struct merge_key, kept_id),
	DB_COL_UUID(struct merge_key, merged_id),  DB_COL_TIME(struct merge_key, at_us), DB_COL_UUID(struct merge_key, person_id),
};
static const struct db_col of_merged[] = { DB_COL_UUID(struct merge_key, company_id), DB_COL_UUID(struct merge_key, merged_id) };
static const struct db_col mark_in[] = {
	DB_COL_UUID(struct merge_key, kept_id), DB_COL_UUID(struct merge_key, company_id), DB_COL_UUID(struct merge_key, merged_id),
};
static const struct db_col id_and_merged[] = {
	DB_COL_UUID(struct merge_key, id), DB_COL_UUID(struct merge_key, company_id), DB_COL_UUID(struct merge_key, merged_id),
};
static const struct db_col id_twice_and_merged[] = {
	DB_COL_UUID(struct merge_key, id), DB_COL_UUID(struct merge_key, merged_id), DB_COL_UUID(struct merge_key, company_id),
	DB_COL_UUID(struct merge_key, merged_id),
};
static const struct db_col touches_in[] = {
	DB_COL_UUID(struct merge_key, id), DB_COL_UUID(struct merge_key, company_id), DB_COL_UUID(struct merge_key, merged_id),
	DB_COL_UUID(struct merge_key, kept_id),
};
static const struct db_col add_in[] = {
	DB_COL_UUID(struct merge_key, kept_id), DB_COL_TIME(struct merge_key, at_us), DB_COL_UUID(struct merge_key, company_id),
	DB_COL_UUID(struct merge_key, id),      DB_COL_UUID(struct merge_key, merged_id),
};
static const struct db_col back_in[] = {
	DB_COL_UUID(struct merge_key, merged_id), DB_COL_UUID(struct merge_key, company_id), DB_COL_UUID(struct merge_key, id),
};
static const struct db_col drop_in[] = {
	DB_COL_UUID(struct merge_key, company_id), DB_COL_UUID(struct merge_key, kept_id), DB_COL_UUID(struct merge_key, id),
};
static const struct db_col end_in[] = {
	DB_COL_TIME(struct merge_key, at_us), DB_COL_UUID(struct merge_key, person_id), DB_COL_UUID(struct merge_key, company_id),
	DB_COL_UUID(struct merge_key, id),
};

/* That a lead came is told by an event whose id no source sends. */
#define ITS_COMING "external_id = CONCAT('lead.', ?)"

enum {
	Q_INSERT, Q_MARK, Q_UNMARK, Q_NOTE_EVENTS, Q_SET_ASIDE, Q_MOVE, Q_NOTE_TOUCHES, Q_ADD_TOUCHES, Q_MOVE_BACK,
	Q_BRING_BACK, Q_DROP_TOUCHES, Q_END, Q__MAX
};

static const struct db_stmt stmts[Q__MAX] = {
	[Q_INSERT] = { .name = "lead_merge_insert",
		.sql = "INSERT INTO lead_merge (company_id, id, kept_id, merged_id, merged_at, merged_by) VALUES (?, ?, ?, ?, ?, ?)",
		DB_IN(insert_in) },
	[Q_MARK] = { .name = "lead_merge_mark",
		.sql = "UPDATE lead SET merged_into = ?, version = version + 1 WHERE company_id = ? AND id = ?", DB_IN(mark_in) },
	[Q_UNMARK] = { .name = "lead_merge_unmark",
		.sql = "UPDATE lead SET merged_into = NULL, version = version + 1 WHERE company_id = ? AND id = ?", DB_IN(of_merged) },
	[Q_NOTE_EVENTS] = { .name = "lead_merge_note_events",
		.sql = "INSERT INTO lead_merge_event (company_id, merge_id, conversion_id, what, " MERGE_EVENT_COLUMNS ")"
		       " SELECT company_id, ?, id, IF(" ITS_COMING ", 'set_aside', 'moved'), " MERGE_EVENT_COLUMNS
		       " FROM conversion WHERE company_id = ? AND lead_id = ?",
		DB_IN(id_twice_and_merged) },
	[Q_SET_ASIDE] = { .name = "lead_merge_set_aside",
		.sql = "DELETE c FROM conversion c JOIN lead_merge_event e ON e.company_id = c.company_id AND e.conversion_id = c.id"
		       " AND e.what = 'set_aside' WHERE e.merge_id = ? AND c.company_id = ? AND c.lead_id = ?",
		DB_IN(id_and_merged) },
	[Q_MOVE] = { .name = "lead_merge_move",
		.sql = "UPDATE conversion SET lead_id = ? WHERE company_id = ? AND lead_id = ?", DB_IN(mark_in) },
	[Q_NOTE_TOUCHES] = { .name = "lead_merge_note_touches",
		.sql = "INSERT INTO lead_merge_touch (company_id, merge_id, touched_at, click_id)"
		       " SELECT t.company_id, ?, t.touched_at, t.click_id FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = ? AND t.lead_id = ?"
		       " AND NOT EXISTS (SELECT 1 FROM touch k FORCE INDEX (PRIMARY) WHERE k.company_id = t.company_id AND k.lead_id = ?"
		       " AND k.touched_at = t.touched_at AND k.click_id = t.click_id)",
		DB_IN(touches_in) },
	[Q_ADD_TOUCHES] = { .name = "lead_merge_add_touches",
		.sql = "INSERT INTO touch (company_id, lead_id, touched_at, click_id, share_id, person_id, team_id, network, post_id,"
		       " campaign_id, channel_id, added_at, found_by) SELECT t.company_id, ?, t.touched_at, t.click_id, t.share_id,"
		       " t.person_id, t.team_id, t.network, t.post_id, t.campaign_id, t.channel_id, ?, t.found_by"
		       " FROM lead_merge_touch m JOIN touch t FORCE INDEX (PRIMARY) ON t.company_id = m.company_id AND t.touched_at = m.touched_at"
		       " AND t.click_id = m.click_id WHERE m.company_id = ? AND m.merge_id = ? AND t.lead_id = ?",
		DB_IN(add_in) },
	[Q_MOVE_BACK] = { .name = "lead_merge_move_back",
		.sql = "UPDATE conversion c JOIN lead_merge_event e ON e.company_id = c.company_id AND e.conversion_id = c.id"
		       " AND e.what = 'moved' SET c.lead_id = ? WHERE c.company_id = ? AND e.merge_id = ?",
		DB_IN(back_in) },
	[Q_BRING_BACK] = { .name = "lead_merge_bring_back",
		.sql = "INSERT INTO conversion (company_id, id, lead_id, " MERGE_EVENT_COLUMNS ") SELECT company_id, conversion_id, ?, "
		       MERGE_EVENT_COLUMNS " FROM lead_merge_event WHERE company_id = ? AND merge_id = ? AND what = 'set_aside'",
		DB_IN(back_in) },
	[Q_DROP_TOUCHES] = { .name = "lead_merge_drop_touches",
		.sql = "DELETE t FROM touch t JOIN lead_merge_touch m ON m.company_id = t.company_id AND m.touched_at = t.touched_at"
		       " AND m.click_id = t.click_id WHERE t.company_id = ? AND t.lead_id = ? AND m.merge_id = ?",
		DB_IN(drop_in) },
	[Q_END] = { .name = "lead_merge_end",
		.sql = "UPDATE lead_merge SET split_at = ?, split_by = ? WHERE company_id = ? AND id = ?", DB_IN(end_in) },
};
/* clang-format on */

const struct db_stmt_table lead_merge_stmts = DB_STMTS("lead_merge", stmts);

struct merging {
	struct uuid kept, merged;
};

static enum fault
tell(struct rq *rq, const struct merge_key *m, const char *action)
{
	char into[UUID_TEXT_SIZE];
	const struct audit_change changes[] = { { "into", NULL, into } };
	const struct audit_deed deed = {
		.action = action, .kind = AUDIT_LEAD, .object = m->merged_id, AUDIT_CHANGES(changes)
	};
	enum fault e;

	uuid_format(m->kept_id, into);
	e = audit_put(rq, &deed);
	if (!e)
		e = credits_changed(rq, m->company_id);
	if (!e)
		e = outbox_put(rq, LEAD_CHANGED, m->kept_id, NULL);
	return e ? e : outbox_put(rq, LEAD_CHANGED, m->merged_id, NULL);
}

static enum fault
run(struct rq *rq, const struct merge_key *m, int first, int last)
{
	enum fault e = FAULT_NONE;

	for (int q = first; !e && q <= last; q++)
		e = db_exec(rq, &stmts[q], m, NULL);
	return e;
}

/* The lead shows what happened last of what it has now. */
static enum fault
settle(struct rq *rq, struct lead *l)
{
	struct conversion newest = { .value = NULL };
	bool any;
	enum fault e = conversion_sql_campaigns(rq, l);

	if (!e)
		e = conversion_sql_newest(rq, l, &newest, &any);
	if (e || !any)
		return e;
	l->stage = newest.stage;
	if (newest.value_minor != J_NO_INT) {
		l->value_minor = newest.value_minor;
		l->currency = newest.currency;
	}
	return lead_sql_stage(rq, l);
}

static enum fault
check(struct rq *rq, const struct lead *kept, const struct lead *merged)
{
	if (uuid_eq(kept->id, merged->id))
		return problem_add(&rq->problem, "#/lead_id", "must be another lead");
	if (!uuid_is_zero(kept->merged_into))
		return problem_add(&rq->problem, "#/lead_id", "is merged into another one itself");
	if (kept->created_at > merged->created_at)
		return problem_add(&rq->problem, "#/lead_id",
		                   "came later: the lead that came first is kept");
	return FAULT_NONE;
}

/* In the order of their ids, whoever is merged into whom: so two at once do not wait for each
 * other. */
static enum fault
lock_both(struct rq *rq, const struct merging *g, struct lead *kept, struct lead *merged)
{
	const bool kept_first = memcmp(g->kept.b, g->merged.b, sizeof(g->kept.b)) < 0;
	struct lead *first = kept_first ? kept : merged, *second = kept_first ? merged : kept;
	enum fault e = lead_sql_lock(rq, rq_company(rq), kept_first ? g->kept : g->merged, first);

	if (!e)
		e = lead_sql_lock(rq, rq_company(rq), kept_first ? g->merged : g->kept, second);
	return e;
}

/* Both are locked and stand for themselves. */
static enum fault
merge_locked(struct rq *rq, const struct merging *g)
{
	const struct merge_key m = { .company_id = rq_company(rq),
		                     .id = uuid_v7(rq->now_us),
		                     .kept_id = g->kept,
		                     .merged_id = g->merged,
		                     .person_id = rq->who->person,
		                     .at_us = rq->now_us };
	struct lead kept = { .value = NULL };
	enum fault e = run(rq, &m, Q_INSERT, Q_MARK);

	/* The event that says it came is on no day any more: what it has is marked before. */
	if (!e)
		e = sums_mark_lead(rq, m.company_id, m.merged_id);
	if (!e)
		e = run(rq, &m, Q_NOTE_EVENTS, Q_ADD_TOUCHES);
	if (!e)
		e = lead_fill(rq, m.company_id, m.id);
	if (!e)
		e = lead_sql_get(rq, m.company_id, m.kept_id, &kept);
	if (!e)
		e = settle(rq, &kept);
	return e ? e : tell(rq, &m, "lead.merged");
}

static enum fault
merge_tx(struct rq *rq, void *arg)
{
	const struct merging *g = arg;
	struct lead kept = { .value = NULL }, merged = { .value = NULL };
	enum fault e = lock_both(rq, g, &kept, &merged);

	if (e)
		return e;
	if (uuid_eq(merged.merged_into, g->kept))
		return FAULT_NONE; /* said again */
	if (!uuid_is_zero(merged.merged_into))
		return rq_fail(rq, FAULT_CONFLICT,
		               "The lead is merged into another one: split it first.");
	e = check(rq, &kept, &merged);
	return e ? e : merge_locked(rq, g);
}

enum fault
lead_join(struct rq *rq, const struct lead *coming, struct uuid other)
{
	struct lead here = { .value = NULL };
	struct uuid merge;
	enum fault e = lead_standing(rq, other, &here, &merge);
	const bool first = coming->created_at < here.created_at;
	const struct merging g = { .kept = first ? coming->id : here.id,
		                   .merged = first ? here.id : coming->id };

	return e ? e : merge_locked(rq, &g);
}

static enum fault
split_tx(struct rq *rq, void *arg)
{
	struct merging *g = arg;
	struct lead kept = { .value = NULL }, merged = { .value = NULL };
	struct merge_key m = { .company_id = rq_company(rq),
		               .merged_id = g->merged,
		               .person_id = rq->who->person,
		               .at_us = rq->now_us };
	enum fault e = lead_sql_lock(rq, rq_company(rq), g->merged, &merged);

	if (e || uuid_is_zero(merged.merged_into))
		return e; /* said again */
	e = lead_merge_open(rq, g->merged, &m.id, &m.kept_id);
	if (!e)
		e = lead_sql_lock(rq, rq_company(rq), m.kept_id, &kept);
	if (e)
		return e;
	if (!uuid_is_zero(kept.merged_into))
		return rq_fail(
		    rq, FAULT_CONFLICT,
		    "The lead it is merged into is merged itself: split that one first.");
	e = run(rq, &m, Q_MOVE_BACK, Q_DROP_TOUCHES);
	if (!e)
		e = lead_fill_take_back(rq, m.company_id, m.id);
	if (!e)
		e = run(rq, &m, Q_END, Q_END);
	if (!e)
		e = run(rq, &m, Q_UNMARK, Q_UNMARK);
	if (!e)
		e = lead_sql_get(rq, m.company_id, m.kept_id, &kept);
	if (!e)
		e = settle(rq, &kept);
	if (!e)
		e = settle(rq, &merged);
	return e ? e : tell(rq, &m, "lead.split");
}

enum fault
lead_put_together(struct rq *rq, struct uuid merged, struct uuid kept)
{
	struct merging g = { kept, merged };

	return db_tx(rq, merge_tx, &g);
}

enum fault
lead_take_apart(struct rq *rq, struct uuid merged)
{
	struct merging g = { .merged = merged };

	return db_tx(rq, split_tx, &g);
}

enum fault
lead_merge(struct rq *rq, struct uuid merged, struct uuid kept, struct lead *out)
{
	enum fault e = lead_put_together(rq, merged, kept);

	return e ? e : lead_get(rq, kept, out);
}

enum fault
lead_split(struct rq *rq, struct uuid merged, struct lead *out)
{
	enum fault e = lead_take_apart(rq, merged);

	return e ? e : lead_get(rq, merged, out);
}
