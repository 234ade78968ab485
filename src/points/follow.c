/* SPDX-License-Identifier: Apache-2.0 */
/* follow.c - a thing happened: whose points of which days are to be settled. */
#include "rostra/caller.h"

#include "settle_int.h"

/* Somebody who may have earned by an object. */
struct doer_row {
	struct uuid company_id, object_id, person_id;
	int reason;
	int64_t at_us;
};

/* clang-format off */
static const struct db_col object_in[] = { DB_COL_UUID(struct doer_row, company_id), DB_COL_UUID(struct doer_row, object_id) };
static const struct db_col lead_in[] = {
	DB_COL_UUID(struct doer_row, company_id), DB_COL_UUID(struct doer_row, object_id),
	DB_COL_UUID(struct doer_row, company_id), DB_COL_UUID(struct doer_row, object_id),
};
static const struct db_col doer_out[] = {
	DB_COL_UUID(struct doer_row, person_id), DB_COL_ENUM(struct doer_row, reason, points_reason_names),
	DB_COL_TIME(struct doer_row, at_us),
};

#define TOUCHED_LAST(at)                                                                        \
	"(SELECT t.person_id FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = l.company_id AND t.lead_id = l.id AND t.touched_at <= " at \
	" ORDER BY t.touched_at DESC, t.click_id DESC LIMIT 1)"

enum { Q_LEAD, Q_POST, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_LEAD] = {
		.name = "point_lead_doers",
		.sql = "SELECT " TOUCHED_LAST("l.created_at") ", 'lead', l.created_at FROM lead l WHERE l.company_id = ? AND l.id = ?"
		       " UNION ALL SELECT " TOUCHED_LAST("c.occurred_at") ", IF(c.stage = 'won' AND v.n = 1, 'won_value', 'qualified_lead'),"
		       " c.occurred_at FROM conversion c JOIN lead l ON l.company_id = c.company_id AND l.id = c.lead_id"
		       " JOIN (SELECT 0 AS n UNION ALL SELECT 1) v ON v.n = 0 OR c.stage = 'won'"
		       " WHERE c.company_id = ? AND c.lead_id = ? AND c.stage IN ('qualified', 'opportunity', 'won')",
		DB_IN(lead_in), DB_OUT(doer_out),
	},
	[Q_POST] = {
		.name = "point_post_doer",
		.sql = "SELECT suggested_by, 'post_approved', published_at FROM post WHERE company_id = ? AND id = ?"
		       " AND suggested_by IS NOT NULL AND published_at IS NOT NULL",
		DB_IN(object_in), DB_OUT(doer_out),
	},
};
/* clang-format on */

const struct db_stmt_table points_follow_stmts = DB_STMTS("points_follow", stmts);

struct following {
	struct dues dues;
	struct zones zones;
};

static enum fault
take_earner(struct rq *rq, void *row, void *arg)
{
	const struct point_entry *e = row;
	struct following *f = arg;
	const struct due due = { .company_id = rq_company(rq),
		                 .person_id = e->person_id,
		                 .actions = due_action_of(e->reason),
		                 .had = true,
		                 .zones = &f->zones };

	due_day(rq, &f->dues, &due, e->day);
	return FAULT_NONE;
}

static void
take_doer(struct rq *rq, struct following *f, const struct points_doer *who)
{
	const struct due due = { .company_id = rq_company(rq),
		                 .person_id = who->person,
		                 .actions = due_action_of((int)who->reason),
		                 .zones = &f->zones };

	if (!uuid_is_zero(who->person) && who->at_us != TIME_NONE)
		due_instants(rq, &f->dues, &due, who->at_us, who->at_us);
}

enum fault
points_follow(struct rq *rq, struct uuid object, const struct points_doer *who, size_t n)
{
	struct following f = { .dues = { .n = 0 } };
	enum fault e = zones_read(rq, &f.zones);

	if (!e)
		e = settle_sql_earners(rq, object, take_earner, &f);
	for (size_t i = 0; !e && i < n; i++)
		take_doer(rq, &f, &who[i]);
	due_sort(&f.dues);
	for (size_t i = 0; !e && i < f.dues.n; i++)
		e = points_settle_due(rq, &f.dues.list[i]);
	return e;
}

struct doers {
	struct points_doer *list;
	size_t n, room;
};

static enum fault
keep_doer(struct rq *rq, void *row, void *arg)
{
	const struct doer_row *r = row;
	struct doers *d = arg;

	d->list = arena_grow(rq->arena, d->list, d->n, &d->room);
	d->list[d->n++] =
	    (struct points_doer){ r->person_id, (enum points_reason)r->reason, r->at_us };
	return FAULT_NONE;
}

/* Whom a statement names for an event's object. */
static enum fault
follow_rows(struct rq *rq, const struct db_stmt *stmt, struct uuid object)
{
	const struct doer_row in = { .company_id = rq_company(rq), .object_id = object };
	struct doer_row row = { .reason = 0 };
	struct doers found = { .n = 0 };
	enum fault e = db_each(rq, stmt, &in, &row, keep_doer, &found);

	return e ? e : points_follow(rq, object, found.list, found.n);
}

static enum fault
lead_tx(struct rq *rq, void *arg)
{
	const struct outbox_event *event = arg;

	return follow_rows(rq, &stmts[Q_LEAD], event->object_id);
}

enum fault
points_follow_lead(struct rq *rq, const struct outbox_event *event)
{
	struct outbox_event about = *event;

	return db_tx(rq, lead_tx, &about);
}

static enum fault
post_tx(struct rq *rq, void *arg)
{
	const struct outbox_event *event = arg;

	return follow_rows(rq, &stmts[Q_POST], event->object_id);
}

enum fault
points_follow_post(struct rq *rq, const struct outbox_event *event)
{
	struct outbox_event about = *event;

	return db_tx(rq, post_tx, &about);
}

static enum fault
reader_tx(struct rq *rq, void *arg)
{
	const struct outbox_event *event = arg;
	const struct points_doer who = { event->object_id, POINTS_MUST_READ, event->created_us };

	return points_follow(rq, event->object_id, &who, 1);
}

enum fault
points_follow_reader(struct rq *rq, const struct outbox_event *event)
{
	struct outbox_event about = *event;

	return db_tx(rq, reader_tx, &about);
}
