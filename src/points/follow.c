/* SPDX-License-Identifier: Apache-2.0 */
/* follow.c - from what happened to the people and days whose points are to be settled. */
#include <stdlib.h>

#include "rostra/caller.h"
#include "rostra/clock.h"

#include "settle_int.h"

struct dues {
	struct due *list;
	size_t n, room;
};

/* A row of what was claimed: of a share, of clicks on a UTC day of theirs, or of a kudos. */
struct claimed {
	struct uuid company_id, person_id;
	int64_t at_us, utc_day, day; /* day: of an entry there is; 0: that of at_us */
	int reason;
	const char *kind, *owner;
};

/* Somebody who may have earned by an object. */
struct doer_row {
	struct uuid company_id, object_id, person_id;
	int reason;
	int64_t at_us;
};

/* clang-format off */
static const struct db_col claim_in[] = { DB_COL_STR(struct claimed, owner), DB_COL_STR(struct claimed, kind) };
static const struct db_col claim_out[] = {
	DB_COL_UUID(struct claimed, company_id), DB_COL_UUID(struct claimed, person_id), DB_COL_TIME(struct claimed, at_us),
	DB_COL_I64(struct claimed, utc_day),
};
static const struct db_col kudos_in[] = {
	DB_COL_STR(struct claimed, owner), DB_COL_STR(struct claimed, kind), DB_COL_STR(struct claimed, owner),
	DB_COL_STR(struct claimed, kind),  DB_COL_STR(struct claimed, owner), DB_COL_STR(struct claimed, kind),
};
static const struct db_col kudos_out[] = {
	DB_COL_UUID(struct claimed, company_id), DB_COL_UUID(struct claimed, person_id),
	DB_COL_ENUM(struct claimed, reason, points_reason_names), DB_COL_TIME(struct claimed, at_us),
	DB_COL_I64(struct claimed, day),
};
static const struct db_col object_in[] = { DB_COL_UUID(struct doer_row, company_id), DB_COL_UUID(struct doer_row, object_id) };
static const struct db_col lead_in[] = {
	DB_COL_UUID(struct doer_row, company_id), DB_COL_UUID(struct doer_row, object_id),
	DB_COL_UUID(struct doer_row, company_id), DB_COL_UUID(struct doer_row, object_id),
};
static const struct db_col doer_out[] = {
	DB_COL_UUID(struct doer_row, person_id), DB_COL_ENUM(struct doer_row, reason, points_reason_names),
	DB_COL_TIME(struct doer_row, at_us),
};
static const struct db_col company_out[] = { DB_COL_UUID(struct doer_row, company_id) };

#define TOUCHED_LAST(at)                                                                        \
	"(SELECT t.person_id FROM touch t FORCE INDEX (PRIMARY) WHERE t.company_id = l.company_id AND t.lead_id = l.id AND t.touched_at <= " at \
	" ORDER BY t.touched_at DESC, t.click_id DESC LIMIT 1)"
#define CLAIMED(at, day, from, share)                                                           \
	"SELECT DISTINCT s.company_id, s.person_id, " at ", " day " FROM " from                     \
	" /* all companies: one relay serves them all */ STRAIGHT_JOIN share s ON s.company_id = o.company_id AND s.id = " share \
	" WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ?"                                 \
	" AND EXISTS (SELECT 1 FROM point_rule r WHERE r.company_id = s.company_id)"

#define KUDOS_CLAIMED                                                                           \
	" FROM " OUTBOX_OBJECTS " /* all companies: one relay serves them all */"                       \
	" STRAIGHT_JOIN kudos k ON k.company_id = o.company_id AND k.id = " OUTBOX_OBJECT_ID
#define KUDOS_ACTIONS "'kudos_given', 'kudos_received'"
#define RULED(actions)                                                                          \
	" WHERE o.state = 'claimed' AND o.owner = ? AND o.kind = ?"                                     \
	" AND EXISTS (SELECT 1 FROM point_rule r WHERE r.company_id = o.company_id AND r.action IN (" actions "))"

enum { Q_SHARES, Q_CLICKS, Q_KUDOS, Q_KUDOS_RULES, Q_LEAD, Q_POST, Q__MAX };

static const struct db_stmt stmts[Q__MAX] = {
	[Q_SHARES] = { .name = "point_shares_claimed", .sql = CLAIMED("s.created_at", "0", OUTBOX_OBJECTS, OUTBOX_OBJECT_ID), DB_IN(claim_in), DB_OUT(claim_out) },
	[Q_CLICKS] = { .name = "point_clicks_claimed", .sql = CLAIMED("NULL", "CAST(o.payload AS SIGNED)", "outbox o FORCE INDEX (outbox_due)", "o.object_id"),
		       DB_IN(claim_in), DB_OUT(claim_out) },
	/* Whoever has entries for it already is settled, too: zones change. */
	[Q_KUDOS] = {
		.name = "point_kudos_claimed",
		.sql = "SELECT k.company_id, k.giver_id, 'kudos_given', k.created_at, 0" KUDOS_CLAIMED RULED("'kudos_given'")
		       " UNION ALL SELECT q.company_id, q.person_id, 'kudos_received_bonus', k.created_at, 0" KUDOS_CLAIMED
		       " STRAIGHT_JOIN kudos_person q ON q.company_id = k.company_id AND q.kudos_id = k.id AND q.role = 'recipient'"
		       RULED("'kudos_received'")
		       " UNION ALL SELECT p.company_id, p.person_id, p.reason, NULL, p.day" KUDOS_CLAIMED
		       " STRAIGHT_JOIN point_entry p FORCE INDEX (point_entry_fact) ON p.company_id = k.company_id AND p.object_id = k.id"
		       " AND p.currency = 'earned' AND p.day > 0" RULED(KUDOS_ACTIONS),
		DB_IN(kudos_in), DB_OUT(kudos_out),
	},
	[Q_KUDOS_RULES] = {
		.name = "point_kudos_rules",
		.sql = "SELECT company_id FROM point_rule /* all companies: one relay serves them all */"
		       " WHERE action IN (" KUDOS_ACTIONS ") LIMIT 1",
		DB_OUT(company_out),
	},
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

/* --- what is due --- */

static void
due_add(struct rq *rq, struct dues *d, const struct due *due)
{
	for (size_t i = 0; i < d->n; i++) {
		struct due *there = &d->list[i];

		if (there->from_day == due->from_day && there->to_day == due->to_day &&
		    uuid_eq(there->person_id, due->person_id) &&
		    uuid_eq(there->company_id, due->company_id)) {
			there->actions |= due->actions;
			there->had |= due->had;
			return;
		}
	}
	d->list = arena_grow(rq->arena, d->list, d->n, &d->room);
	d->list[d->n++] = *due;
}

static uint32_t
action_of(int reason)
{
	for (int a = 0; a < ACTION__MAX; a++) {
		if (points_action_reason[a] == (enum points_reason)reason)
			return ACTION_BIT(a);
	}
	return 0;
}

static void
due_day(struct rq *rq, struct dues *d, const struct due *of, int64_t day)
{
	struct due due = *of;

	due.from_day = day;
	due.to_day = measure_day_add(day, 1);
	if (due.actions != 0 && day > 0)
		due_add(rq, d, &due);
}

/* The days of what happened between two instants, both included. */
static void
due_instants(struct rq *rq, struct dues *d, const struct due *of, int64_t first_us, int64_t last_us)
{
	struct due due = *of;

	due.from_day = zones_day(of->zones, first_us);
	due.to_day = measure_day_add(zones_day(of->zones, last_us), 1);
	if (due.actions != 0 && due.from_day > 0)
		due_add(rq, d, &due);
}

/* Two transactions that settle the same people take them in the same order. */
static int
by_person(const void *a, const void *b)
{
	const struct due *one = a, *other = b;
	const int c = uuid_cmp(one->company_id, other->company_id);

	if (c != 0)
		return c;
	return uuid_cmp(one->person_id, other->person_id) != 0
	           ? uuid_cmp(one->person_id, other->person_id)
	           : (one->from_day > other->from_day) - (one->from_day < other->from_day);
}

static void
sort(struct dues *d)
{
	if (d->n > 1)
		qsort(d->list, d->n, sizeof(*d->list), by_person);
}

/* --- one object --- */

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
		                 .actions = action_of(e->reason),
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
		                 .actions = action_of((int)who->reason),
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
	sort(&f.dues);
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

/* --- many at once --- */

struct claims {
	struct claimed *list;
	size_t n, room;
};

static enum fault
keep_claim(struct rq *rq, void *row, void *arg)
{
	struct claims *c = arg;

	c->list = arena_grow(rq->arena, c->list, c->n, &c->room);
	c->list[c->n++] = *(const struct claimed *)row;
	return FAULT_NONE;
}

static int
by_company(const void *a, const void *b)
{
	return uuid_cmp(((const struct claimed *)a)->company_id,
	                ((const struct claimed *)b)->company_id);
}

/* A UTC day lies in two days of most zones. */
static void
take_claim(struct rq *rq, struct dues *d, const struct claimed *c, const struct due *of)
{
	const int64_t begin_us = civil_to_us((struct civil){ .year = (int)(c->utc_day / 10000),
	                                                     .month = (int)(c->utc_day / 100 % 100),
	                                                     .day = (int)(c->utc_day % 100) });
	struct due due = *of;

	due.company_id = c->company_id;
	due.person_id = c->person_id;
	due.had = c->day != 0;
	if (due.actions == 0)
		due.actions = action_of(c->reason);
	if (c->day != 0)
		due_day(rq, d, &due, c->day);
	else if (c->utc_day != 0)
		due_instants(rq, d, &due, begin_us, begin_us + US_PER_DAY - 1);
	else
		due_instants(rq, d, &due, c->at_us, c->at_us);
}

static enum fault
due_tx(struct rq *rq, void *arg)
{
	return points_settle_due(rq, arg);
}

/* Claims of one company. */
static enum fault
settle_company(struct rq *rq, const struct claimed *list, size_t n, uint32_t actions)
{
	struct dues d = { .n = 0 };
	struct zones zones;
	enum fault e = zones_read(rq, &zones);
	const struct due of = { .actions = actions, .zones = &zones };

	for (size_t i = 0; !e && i < n; i++)
		take_claim(rq, &d, &list[i], &of);
	sort(&d);
	for (size_t i = 0; !e && i < d.n; i++)
		e = db_tx(rq, due_tx, &d.list[i]);
	return e;
}

/* actions: of all rows; 0: each row has a reason. */
static enum fault
settle_claimed(struct rq *rq, const struct db_stmt *stmt, const struct claimed *in,
               uint32_t actions)
{
	const struct caller *before = rq->who;
	struct claimed row = { .at_us = TIME_NONE };
	struct claims c = { .n = 0 };
	size_t n;
	enum fault e = db_each(rq, stmt, in, &row, keep_claim, &c);

	if (c.n > 1)
		qsort(c.list, c.n, sizeof(*c.list), by_company);
	for (size_t i = 0; !e && i < c.n; i += n) {
		const struct caller system = { .company = c.list[i].company_id };

		for (n = 1; i + n < c.n && uuid_eq(c.list[i + n].company_id, system.company);)
			n++;
		rq->who = &system;
		e = settle_company(rq, &c.list[i], n, actions);
		rq->who = before;
	}
	return e;
}

enum fault
points_follow_shares(struct rq *rq, const char *kind, const char *owner)
{
	const struct claimed in = { .kind = kind, .owner = owner };

	return settle_claimed(rq, &stmts[Q_SHARES], &in, ACTION_BIT(ACTION_SHARE));
}

enum fault
points_follow_clicks(struct rq *rq, const char *kind, const char *owner)
{
	const struct claimed in = { .kind = kind, .owner = owner };

	return settle_claimed(rq, &stmts[Q_CLICKS], &in,
	                      ACTION_BIT(ACTION_CLICK) | ACTION_BIT(ACTION_VISITOR));
}

/* Rules stay when others follow them: where there are none, nothing was ever given by one. */
enum fault
points_follow_kudos(struct rq *rq, const char *kind, const char *owner)
{
	const struct claimed in = { .kind = kind, .owner = owner };
	struct doer_row ruled;
	bool any;
	enum fault e = db_maybe(rq, &stmts[Q_KUDOS_RULES], NULL, &ruled, &any);

	return e || !any ? e : settle_claimed(rq, &stmts[Q_KUDOS], &in, 0);
}
